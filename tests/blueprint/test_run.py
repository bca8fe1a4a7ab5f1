"""`make run` keeps the web server, the clock and the jobs together, and leaves nothing behind."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.rig import Process

# By which each is known, and what it says when it is ready.
COMMANDS = {"clock": "publish_due", "jobs": "jobs"}
WORDS = {"clock": "Watching", "jobs": "Working"}
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]


@pytest.fixture
def runner(make_site):
    """deploy/run.py on a port of its own, answering; with ``children()`` by what they run."""
    site = make_site("test", start=False)
    runner = Process([sys.executable, "deploy/run.py"], site.surroundings(), site.folder / "run.log")
    runner.children = lambda: children_of(runner.running.pid)
    runner.start()
    runner.wait_until(lambda: site.get("/livez").status == 200)
    for word in WORDS.values():
        runner.wait_until(lambda word=word: runner.log.read_text().count(word) == 1)
    yield runner
    runner.signal(signal.SIGKILL)
    runner.log.unlink()


def children_of(pid):
    """What each process that this one started runs, by its id."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    commands = {int(child): Path(f"/proc/{child}/cmdline").read_bytes().decode() for child in listed}
    return {
        next((name for name, word in COMMANDS.items() if word in command), "web"): child
        for child, command in commands.items()
    }


def gone(pids):
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGINT])
def test_run_ends_with_nothing_left(runner, ended_by):
    children = runner.children()
    assert set(children) == {"web", "clock", "jobs"}

    runner.running.send_signal(ended_by)

    assert runner.running.wait(timeout=20) == 0
    assert gone(children.values())


def test_run_starts_again_what_died_and_ends_with_the_web_server(runner):
    first = runner.children()
    for name in WORDS:
        os.kill(first[name], signal.SIGKILL)
    for word in WORDS.values():
        runner.wait_until(lambda word=word: runner.log.read_text().count(word) == 2)
    second = runner.children()
    assert second["web"] == first["web"]
    assert [second[name] != first[name] for name in WORDS] == [True, True]

    os.kill(second["web"], signal.SIGTERM)

    deadline = time.monotonic() + 20
    while runner.running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert runner.running.returncode == 0
    assert gone(second.values())
