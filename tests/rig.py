"""Real processes on the loopback address: a web server with a database of its own, Redis, and a proxy that fails.

    def test_something(make_site, redis):
        site = make_site("plan", workers=2, CACHE_URL=redis.url)
        assert site.get("/en/").status == 200
        site.manage("publish_due", FAILPOINT="after-commit")

What a site holds: ``tables`` (nothing loaded), ``plan`` (the real plan), ``demo`` (plan and demo accounts) are copies
of their own; ``test`` is the database of the running test itself, which then needs ``transactional_db``.
"""

import fcntl
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import psycopg2
import pytest
from django.conf import settings
from django.db import connections

from tests.database import free_port, stop_with_parent

# Each is made from the one before it, once for a run of the tests.
STEPS = {
    "tables": (["migrate", "--verbosity=0"], ["collectstatic", "--no-input", "--verbosity=0"]),
    "plan": (["load_blueprint", "fixtures/blueprint"],),
    "demo": (["make_demo"],),
}
NO_REDIS = "no Redis server found (package redis-server)"
NOTHING_RUNS = "the process ended before it answered"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self):
        return self.body.decode()


class Visitor:
    """One browser: it keeps its cookies and follows no redirect."""

    def __init__(self, port: int):
        self.port = port
        self.cookies = SimpleCookie()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Names of headers are given as in If_None_Match."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies.load(line)
        return answer

    def post(self, path: str, **fields: str) -> Answer:
        """A form sent in, with the token that its page set as a cookie."""
        token = self.cookies["csrf"].value if "csrf" in self.cookies else ""
        body = urlencode({"csrfmiddlewaretoken": token} | fields).encode()
        origin = {"Origin": f"http://127.0.0.1:{self.port}"}
        return self.ask("POST", path, body, Content_Type="application/x-www-form-urlencoded", **origin)

    def sign_in(self, email: str, password: str) -> "Visitor":
        self.get("/accounts/login/")
        answer = self.post("/accounts/login/", login=email, password=password)
        assert answer.status == 302, answer.text
        return self


@dataclass
class Process:
    """A program in a process group of its own, which ends with the tests."""

    command: list
    environment: dict | None = None
    log: Path | None = None
    running: subprocess.Popen | None = None

    def start(self):
        # Not through a pipe: nobody would read it.
        with open(self.log or os.devnull, "ab") as output:
            self.running = subprocess.Popen(
                self.command, cwd=settings.BASE_DIR, env=self.environment, stdout=output, stderr=output,
                start_new_session=True, preexec_fn=stop_with_parent,
            )  # fmt: skip

    def wait_until(self, answers, *, seconds=30):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.running.poll() is None:
            with suppress(OSError, http.client.HTTPException):
                if answers():
                    return
            time.sleep(0.03)
        said = self.log.read_text()[-3000:] if self.log else ""
        raise RuntimeError(f"{NOTHING_RUNS}: {self.command}\n{said}")

    def signal(self, number: int):
        """To the program and all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.running.pid, number)

    def kill(self):
        """As a power cut would."""
        self.signal(signal.SIGKILL)
        self.running.wait(timeout=20)

    def stop(self):
        if self.running and self.running.poll() is None:
            self.running.terminate()
            try:
                self.running.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()


@dataclass
class Site:
    """An installation: a folder, a database and an environment. ``start()`` serves it."""

    folder: Path
    database_url: str
    environment: dict = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    server: Process | None = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def visitor(self):
        return Visitor(self.port)

    @property
    def log(self):
        return (self.folder / "server.log").read_text()

    def get(self, path: str, **headers: str) -> Answer:
        return self.visitor.get(path, **headers)

    def accounts(self) -> dict:
        """Of a site that holds ``demo``: the first account of each role."""
        listed = json.loads((self.folder / "demo-accounts.json").read_text())
        return {each["role"]: each for each in reversed(listed)}

    def sign_in(self, role: str) -> Visitor:
        account = self.accounts()[role]
        return self.visitor.sign_in(account["email"], account["password"])

    def start(self, *, workers: int = 1, threads: int = 4, **environment: str) -> "Site":
        self.server = Process(
            [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.py", f"--workers={workers}",
             f"--threads={threads}", "blueprint.wsgi"],
            self.surroundings(**environment),
            self.folder / "server.log",
        )  # fmt: skip
        self.server.start()
        self.server.wait_until(lambda: self.get("/livez").status == 200)
        return self

    def stop(self):
        if self.server:
            self.server.stop()

    def manage(self, *arguments: str, check=True, **environment: str) -> subprocess.CompletedProcess:
        """A management command; with ``check=False`` it may fail, as at a failpoint."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=settings.BASE_DIR, timeout=100,
            env=self.surroundings(**environment), capture_output=True, text=True,
        )  # fmt: skip
        assert not check or done.returncode == 0, f"{arguments} gave {done.returncode}\n{done.stderr}"
        return done

    def run(self, code: str, check=True, **environment: str) -> subprocess.CompletedProcess:
        """Python in a process of its own, with Django ready and the tests' factories within reach."""
        ready = "import django; django.setup()\n"
        done = subprocess.run(
            [sys.executable, "-c", ready + code], cwd=settings.BASE_DIR, timeout=100,
            env=self.surroundings(**environment), capture_output=True, text=True,
        )  # fmt: skip
        assert not check or done.returncode == 0, f"gave {done.returncode}\n{done.stderr}"
        return done

    def begin(self, *arguments: str, **environment: str) -> Process:
        """A management command that goes on beside the test: ``wait()`` for it or ``kill()`` it."""
        process = Process(
            [sys.executable, "manage.py", *arguments], self.surroundings(**environment), self.folder / "command.log"
        )  # fmt: skip
        process.start()
        return process

    def surroundings(self, **environment: str) -> dict:
        own = {
            "DJANGO_SETTINGS_MODULE": "blueprint.settings", "VAR_DIR": str(self.folder), "DEBUG": "0",
            "DATABASE_URL": self.database_url, "HOST": "127.0.0.1", "PORT": str(self.port), "SITE_URL": self.url,
        }  # fmt: skip
        return os.environ | own | self.environment | environment


# Where sites come from


def make_site(folder: Path, content: str, environment: dict) -> Site:
    if content == "test":
        prepared("tables")
        shutil.copytree(store() / "tables" / "static", settings.STATIC_ROOT, dirs_exist_ok=True)
        return Site(settings.VAR_DIR, address_of(connections["default"].settings_dict["NAME"]), environment)
    prepared(content)
    name = f"rig_{secrets.token_hex(6)}"
    copy(content, folder, name)
    return Site(folder, address_in(folder, name), environment)


def store() -> Path:
    """Common to the workers of pytest-xdist."""
    return Path(os.environ["VAR_DIR"]) / "rig"


def prepared(content: str):
    """Sees to it that there is a folder and a database to copy from."""
    store().mkdir(exist_ok=True)
    with (store() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = None
        for step, commands in STEPS.items():
            if not (store() / step / "done").exists():
                prepare(step, before, commands)
            if step == content:
                return
            before = step


def prepare(step: str, before: str | None, commands):
    folder, name = store() / step, f"rig_{step}"
    # What a fault has left half made.
    shutil.rmtree(folder, ignore_errors=True)
    if on_postgres():
        administer(f'DROP DATABASE IF EXISTS "{name}"')
    if before:
        copy(before, folder, name)
        (folder / "done").unlink()
    else:
        folder.mkdir()
        if on_postgres():
            administer(f'CREATE DATABASE "{name}"')
    site = Site(folder, address_in(folder, name), {"DEMO": "1"} if step == "demo" else {})
    for command in commands:
        site.manage(*command)
    (folder / "done").touch()


def copy(content: str, folder: Path, name: str):
    shutil.copytree(store() / content, folder, dirs_exist_ok=True)
    if on_postgres():
        administer(f'CREATE DATABASE "{name}" TEMPLATE "rig_{content}"')


def on_postgres() -> bool:
    return connections["default"].vendor == "postgresql"


def address_in(folder: Path, name: str) -> str:
    return address_of(name) if on_postgres() else f"sqlite:///{folder}/db.sqlite3"


def address_of(name) -> str:
    if on_postgres():
        return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    return f"sqlite:///{name}"


def administer(statement: str):
    connection = psycopg2.connect(address_of("postgres"))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()


def put_away(site: Site):
    site.stop()
    name = urlsplit(site.database_url).path.lstrip("/")
    if on_postgres() and name.startswith("rig_"):
        administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


# What else runs


class Redis(Process):
    """A Redis that keeps nothing on disk. ``signal(SIGSTOP)`` makes it slow, ``kill()`` makes it gone."""

    def __init__(self, folder: Path):
        program = shutil.which("redis-server") or pytest.skip(NO_REDIS)
        self.port = free_port()
        super().__init__(
            [program, "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no",
             "--dir", str(folder)],
        )  # fmt: skip

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        super().start()
        self.wait_until(lambda: socket.create_connection(("127.0.0.1", self.port), timeout=1).close() is None)
        return self


class Proxy:
    """Stands before a server's port: it can be slow, cut what passes, and keep the answer to COMMIT to itself."""

    def __init__(self, target: int):
        self.target, self.port = target, 0
        self.delay = 0.0
        self.cut_after: int | None = None  # so many bytes from the server, of each connection
        self.swallow_commit = False
        self.swallowed = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.open: set[socket.socket] = set()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
                pair = Pair(self, client, server)
                self.open |= {client, server}
                threading.Thread(target=pair.carry_up, daemon=True).start()
                threading.Thread(target=pair.carry_down, daemon=True).start()

    def before(self, address: str) -> str:
        """The same address by way of this proxy."""
        parts = urlsplit(address)
        return parts._replace(netloc=parts.netloc.replace(f":{parts.port}", f":{self.port}")).geturl()

    def cut(self):
        """Ends every connection now."""
        for end in list(self.open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.open.clear()

    def stop(self):
        # Wakes accept(), which close() alone does not.
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()


@dataclass
class Pair:
    proxy: Proxy
    client: socket.socket
    server: socket.socket
    committing: bool = False
    carried: int = 0

    def carry_up(self):
        with self.ending():
            while chunk := self.client.recv(65536):
                # As psycopg sends it: a message of its own.
                self.committing |= self.proxy.swallow_commit and b"COMMIT\x00" in chunk
                self.server.sendall(chunk)

    def carry_down(self):
        with self.ending():
            while chunk := self.server.recv(65536):
                time.sleep(self.proxy.delay)
                if self.committing:
                    self.proxy.swallowed += 1
                    return
                self.carried += len(chunk)
                self.client.sendall(chunk)
                if self.proxy.cut_after is not None and self.carried >= self.proxy.cut_after:
                    return

    @contextmanager
    def ending(self):
        try:
            with suppress(OSError):
                yield
        finally:
            for end in (self.client, self.server):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()
                self.proxy.open.discard(end)
