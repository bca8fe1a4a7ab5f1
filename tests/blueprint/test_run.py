"""`make run` keeps the web server and the worker together, and leaves nothing behind."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.rig import Process

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]


@pytest.fixture
def runner(make_site):
    """deploy/run.py on a port of its own, answering; with ``children()`` by what they run."""
    site = make_site("test", start=False)
    runner = Process([sys.executable, "deploy/run.py"], site.surroundings(), site.folder / "run.log")
    runner.children = lambda: children_of(runner.running.pid)
    runner.start()
    runner.wait_until(lambda: site.get("/livez").status == 200)
    runner.wait_until(lambda: runner.log.read_text().count("Watching") == 1)
    yield runner
    runner.signal(signal.SIGKILL)
    runner.log.unlink()


def children_of(pid):
    """What each process that this one started runs, by its id."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    commands = {int(child): Path(f"/proc/{child}/cmdline").read_bytes().decode() for child in listed}
    return {"worker" if "publish_due" in command else "web": child for child, command in commands.items()}


def gone(pids):
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGINT])
def test_run_ends_with_nothing_left(runner, ended_by):
    children = runner.children()
    assert set(children) == {"web", "worker"}

    runner.running.send_signal(ended_by)

    assert runner.running.wait(timeout=20) == 0
    assert gone(children.values())


def test_run_starts_the_worker_again_and_ends_with_the_web_server(runner):
    first = runner.children()
    os.kill(first["worker"], signal.SIGKILL)
    runner.wait_until(lambda: runner.log.read_text().count("Watching") == 2)
    second = runner.children()
    assert (second["web"], second["worker"] != first["worker"]) == (first["web"], True)

    os.kill(second["web"], signal.SIGTERM)

    deadline = time.monotonic() + 20
    while runner.running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert runner.running.returncode == 0
    assert gone(second.values())
