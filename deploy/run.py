"""Runs the web server, the clock and the jobs together and stops them together: `make run` starts this.

The clock publishes what is due and does nothing else, so that it is exact; mail and other jobs have a process of their
own. Either is started again when it dies. When the web server ends, so does all. In deployment a service manager does
the same (docs/deploy.md).
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

BIN = Path(sys.executable).parent
WEB = [BIN / "gunicorn", "--config", "deploy/gunicorn.py", "blueprint.wsgi"]
BESIDE = {
    "clock": [BIN / "python", "manage.py", "publish_due", "--watch"],
    "jobs": [BIN / "python", "manage.py", "jobs", "--watch"],
}
# A process that cannot start must not take the machine with it.
SECONDS_BETWEEN_STARTS = 1
SECONDS_TO_STOP = 40


def begin(command: list) -> subprocess.Popen:
    return subprocess.Popen(command, preexec_fn=end_with_parent)


def end_with_parent() -> None:
    """Also when this process is killed outright, nothing of it is left holding the port."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


class Runner:
    def __init__(self):
        self.stopping = False
        self.web = begin(WEB)
        self.beside, self.started = {}, {}
        for name in BESIDE:
            self.begin_beside(name)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.stop)

    def begin_beside(self, name: str) -> None:
        self.beside[name], self.started[name] = begin(BESIDE[name]), time.monotonic()

    @property
    def processes(self) -> list[subprocess.Popen]:
        return [*self.beside.values(), self.web]

    def stop(self, *_):
        self.stopping = True
        for process in self.processes:
            if process.poll() is None:
                process.terminate()

    def run(self) -> int:
        while not self.stopping and self.web.poll() is None:
            for name, process in list(self.beside.items()):
                if process.poll() is not None:
                    self.begin_again(name)
            # Cut short by a signal.
            time.sleep(0.2)
        asked = self.stopping
        self.stop()
        self.wait()
        return 0 if asked else self.web.returncode

    def begin_again(self, name: str) -> None:
        if not self.stopping and time.monotonic() - self.started[name] > SECONDS_BETWEEN_STARTS:
            print(f"The process for the {name} ended; it is started again.", file=sys.stderr, flush=True)
            self.begin_beside(name)

    def wait(self):
        deadline = time.monotonic() + SECONDS_TO_STOP
        for process in self.processes:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parent.parent)
    sys.exit(Runner().run())
