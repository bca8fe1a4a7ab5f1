"""Servers under test, and the load on them: gunicorn with two workers of four threads, wrk with one."""

import re
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

from tests.database import free_port

from .places import ROOT

SECONDS = 3


@contextmanager
def serving(application: str, environment: dict[str, str]):
    """The application behind gunicorn; gives its address."""
    port = free_port()
    process = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", "--no-control-socket", "--worker-class=gthread", "--workers=2",
            "--threads=4", "--reuse-port", f"--bind=127.0.0.1:{port}", "--log-level=error", application,
        ],
        cwd=ROOT, env=environment | {"SITE_URL": f"http://127.0.0.1:{port}"},
    )  # fmt: skip
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(port: int):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/livez").close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The server did not start.")


def fetch(address: str, **headers: str):
    """(status, headers, body as sent)"""
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"} | headers)
    with urllib.request.urlopen(request) as answer:
        return answer.status, answer.getheaders(), answer.read()


def requests_a_second(address: str, *, seconds: float = SECONDS, **headers: str) -> float:
    if not shutil.which("wrk"):
        sys.exit("wrk is missing (package wrk): warm pages were not measured.")
    given = {"Accept-Encoding": "gzip"} | headers
    done = subprocess.run(
        ["wrk", "-t1", "-c16", f"-d{seconds}s", *(f"-H{name}: {value}" for name, value in given.items()), address],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    if refused:
        raise RuntimeError(f"{address}: {refused.group(0)}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1))
