"""Work that a page does not wait for: written in the action's transaction, done by ``manage.py jobs``, at least once.

    @job
    def read_sheet(progress: Progress, *, upload: int) -> dict:
        for number, row in enumerate(rows):
            progress.report(number, of=len(rows))    # a page shows it; ends the work if the process is to stop
            …
        return {"release": release.pk}               # JSON, kept as ``job.result``

    row = enqueue(read_sheet, by=user, upload=7)     # in the action's transaction

A process that dies leaves its job to the next, so a job does its writing in one transaction, or so that doing it again
changes nothing. It is begun three times at most. What a person can mend is raised as Refused: its words are
``job.fault``. Why not a library: docs/decisions/0016-mail-and-jobs.md.
"""

import datetime
import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connections
from django.db.models import F
from django.utils.module_loading import import_string

from .clock import database_now
from .failpoints import failpoint
from .models import Job, User
from .refusals import Refused

logger = logging.getLogger(__name__)
SECONDS_BETWEEN_SIGNS = 5.0
SILENCE = datetime.timedelta(seconds=30)
ATTEMPTS = 3
# Writing progress more often would only keep the database busy.
SECONDS_BETWEEN_REPORTS = 0.5


class Stopped(Exception):
    """The process is to end; the job goes back to those that wait."""


@dataclass(frozen=True)
class Task:
    work: Callable[..., Any]

    @property
    def path(self) -> str:
        return f"{self.work.__module__}.{self.work.__name__}"

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self.work(*arguments, **named)


def job(work: Callable[..., Any]) -> Task:
    """Only what is marked so is ever run because a row names it."""
    return Task(work)


def enqueue(task: Task, *, by: User | None = None, key: str | None = None, **arguments: Any) -> Job | None:
    """``key``: where it is to be done once only. None if a job of that key was there before."""
    now = database_now()
    row = Job(task=task.path, key=key, arguments=arguments, by=by, created_at=now, not_before=now)
    if key is None:
        row.save()
        return row
    before = Job.objects.filter(key=key).exists()
    Job.objects.bulk_create([row], ignore_conflicts=True)
    return None if before else Job.objects.get(key=key)


class Progress:
    """What a running job says of itself. A thread gives the signs of life, so that silence means death."""

    def __init__(self, row: Job, stopped: Callable[[], bool] = lambda: False):
        self.row, self.stopped = row, stopped
        self.reported = 0.0
        self.over = threading.Event()

    def report(self, done: int, *, of: int) -> None:
        if self.stopped():
            raise Stopped
        if time.monotonic() - self.reported >= SECONDS_BETWEEN_REPORTS or done >= of:
            self.reported = time.monotonic()
            mine(self.row).update(steps_done=done, steps=of, seen_at=database_now())

    def __enter__(self) -> "Progress":
        self.signs = threading.Thread(target=self.give_signs, name="signs", daemon=True)
        self.signs.start()
        return self

    def __exit__(self, *_fault: Any) -> None:
        self.over.set()
        self.signs.join(timeout=20)

    def give_signs(self) -> None:
        while not self.over.wait(SECONDS_BETWEEN_SIGNS):
            try:
                mine(self.row).update(seen_at=database_now())
            except DatabaseError:
                logger.warning("Job %s could not give a sign of life.", self.row.pk)
            finally:
                # Of this thread alone.
                connections.close_all()


# --- the process -----------------------------------------------------------------------------------------


def do_next(*, stopped: Callable[[], bool] = lambda: False) -> bool:
    """Do one job that is due; False if there is none."""
    take_back_lost()
    row = take()
    if row is None:
        return False
    try:
        with Progress(row, stopped) as progress:
            result = import_task(row.task)(progress, **row.arguments)
            failpoint("job.done")
        finish(row, Job.State.DONE, result=result)
    except Stopped:
        mine(row).update(state=Job.State.WAITING, worker="", attempts=F("attempts") - 1)
    except Refused as refusal:
        finish(row, Job.State.FAILED, fault=str(refusal)[:1000])
    except Exception:
        logger.exception("Job %s ended with a fault", row)
        finish(row, Job.State.FAILED)
    return True


def take() -> Job | None:
    """Of two processes that find a job one moves its state."""
    now = database_now()
    for row in Job.objects.due(now)[:10]:
        worker = secrets.token_hex(8)
        begun = Job.objects.filter(pk=row.pk, state=Job.State.WAITING).update(
            state=Job.State.RUNNING, worker=worker, seen_at=now, attempts=F("attempts") + 1
        )
        if begun:
            return Job.objects.get(pk=row.pk)
    return None


def take_back_lost() -> None:
    lost = Job.objects.lost(database_now() - SILENCE)
    if not lost.exists():
        return
    for row in lost.filter(attempts__gte=ATTEMPTS):
        logger.error("Job %s is given up: its process ended %s times", row, ATTEMPTS)
        finish(row, Job.State.FAILED)
    lost.filter(attempts__lt=ATTEMPTS).update(state=Job.State.WAITING, worker="")


def mine(row: Job):
    """Nothing, once another process took the job for lost."""
    return Job.objects.filter(pk=row.pk, worker=row.worker, state=Job.State.RUNNING)


def finish(row: Job, state: Job.State, **columns: Any) -> None:
    mine(row).update(state=state, finished_at=database_now(), **columns)


def import_task(path: str) -> Task:
    found = import_string(path)
    if not isinstance(found, Task):
        raise TypeError(f"{path} is no job.")
    return found
