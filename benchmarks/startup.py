"""How long a command takes to begin, beside the same of an empty Django project."""

import os
import subprocess
import sys
import time

from .places import ROOT
from .results import in_turn, ratio


def startup(places):
    empty = places.folder / "empty"
    empty.mkdir()
    subprocess.run([sys.executable, "-m", "django", "startproject", "empty", empty], check=True)
    alone = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}

    def check(folder, environment):
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "manage.py", "check"],
            cwd=folder,
            env=environment,
            check=True,
            capture_output=True,
        )
        return time.perf_counter() - started

    ours, theirs = in_turn(
        places.rounds, lambda: check(ROOT, places.environment(places.shipped)), lambda: check(empty, alone)
    )
    yield ratio("startup", "<= 4", ours, theirs, "s, manage.py check / the same of an empty Django project")
