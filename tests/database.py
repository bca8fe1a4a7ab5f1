"""On which database the tests run, as a pytest plugin.

`pytest` runs everything on SQLite; `pytest --postgres` starts a PostgreSQL of its own and runs
there what touches the database. A plugin and not part of conftest.py, because Django reads its
settings before any conftest.py is imported.
"""

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

NO_POSTGRES = "no PostgreSQL server found (package postgresql)"
# Settings come from the environment, and a developer's shell may have some of its own.
NOT_FOR_TESTS = (
    "ALLOWED_HOSTS", "CACHE_URL", "DEBUG", "DEMO", "EMAIL_URL", "LEDGER_KEY_FILE", "PUBLIC_DATABASE_URL", "SITE_URL",
    "TRUSTED_PROXIES",
)  # fmt: skip


def pytest_addoption(parser):
    parser.addoption(
        "--postgres", action="store_true", help="run what touches the database on a PostgreSQL of our own"
    )


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config):
    """Set the scene once; the workers of pytest-xdist find it in their environment."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        # SIGTERM as Ctrl-C: everything is put away before leaving.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        folder = tempfile.mkdtemp(prefix="blueprint-tests-")
        early_config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
        for name in NOT_FOR_TESTS:
            os.environ.pop(name, None)
        os.environ |= {
            "VAR_DIR": folder,
            "SECRET_KEY": "a key for tests " * 4,
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            # Tests with parameters from a set come in the same order in every worker.
            "PYTHONHASHSEED": "0",
        }
        if early_config.known_args_namespace.postgres:
            use_postgres(early_config)
    return (yield)


def use_postgres(config):
    programs = find_postgres()
    if programs:
        postgres = Postgres(programs)
        config.add_cleanup(postgres.stop)
        os.environ["DATABASE_URL"] = postgres.start()
    elif os.environ.get("CI") == "true":
        raise pytest.UsageError(NO_POSTGRES)


def find_postgres() -> Path | None:
    """The folder with PostgreSQL's programs, of the newest version installed."""
    config = shutil.which("pg_config")
    said = subprocess.run([config, "--bindir"], capture_output=True, text=True).stdout if config else ""
    known = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    folders = [*([Path(said.strip())] if said else []), *reversed(known)]
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


class Postgres:
    """A PostgreSQL in a temporary folder, on a free port of the loopback address."""

    def __init__(self, programs: Path):
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="blueprint-postgres-", dir="/tmp"))
        self.password = secrets.token_hex(16)
        self.process = None
        self.place = {"cwd": self.folder}
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            user = unprivileged_user()
            self.place |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            shutil.chown(self.folder, user.pw_uid, user.pw_gid)

    def start(self) -> str:
        """The address of the running server, as DATABASE_URL wants it."""
        (self.folder / "password").write_text(self.password)
        self._run(
            "initdb", "--pgdata=data", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8",
            "--username=blueprint", "--pwfile=password", "--auth=scram-sha-256",
        )  # fmt: skip
        for _ in range(3):
            port = free_port()
            if self._serve(port):
                return f"postgres://blueprint:{self.password}@127.0.0.1:{port}/blueprint"
        raise RuntimeError(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()[-2000:]}")

    def stop(self):
        if self.process:
            # To PostgreSQL this is a fast shutdown: it does not wait for open connections.
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=60)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _serve(self, port: int) -> bool:
        options = {
            "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "",
            "max_connections": 200, "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
            "jit": "off",
        }  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", "data", *(f"--{k}={v}" for k, v in options.items())],
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=stop_with_parent,
                **self.place,
            )
        asking = [self.programs / "pg_isready", "--quiet", "--host=127.0.0.1", f"--port={port}"]
        deadline = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < deadline:
            if subprocess.run(asking, **self.place).returncode == 0:
                return True
            time.sleep(0.05)
        return False

    def _run(self, program: str, *arguments: str):
        done = subprocess.run(
            [self.programs / program, *arguments], capture_output=True, text=True, **self.place
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{done.stderr}")


def unprivileged_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def stop_with_parent():
    """PostgreSQL shuts down even when the tests are killed outright."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGINT)
