"""Runs the web server and the worker together and stops them together: `make run` starts this.

The worker is started again when it dies. When the web server ends, so does all. In deployment a service manager
does the same (docs/deploy.md).
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
WORKER = [BIN / "python", "manage.py", "publish_due", "--watch"]
# A worker that cannot start must not take the machine with it.
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
        self.worker = begin(WORKER)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.stop)

    def stop(self, *_):
        self.stopping = True
        for process in (self.worker, self.web):
            if process.poll() is None:
                process.terminate()

    def run(self) -> int:
        started = time.monotonic()
        while not self.stopping and self.web.poll() is None:
            if self.worker.poll() is not None and time.monotonic() - started > SECONDS_BETWEEN_STARTS:
                print("The worker ended; it is started again.", file=sys.stderr, flush=True)
                self.worker, started = begin(WORKER), time.monotonic()
            # Cut short by a signal.
            time.sleep(0.2)
        asked = self.stopping
        self.stop()
        self.wait()
        return 0 if asked else self.web.returncode

    def wait(self):
        deadline = time.monotonic() + SECONDS_TO_STOP
        for process in (self.worker, self.web):
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parent.parent)
    sys.exit(Runner().run())
