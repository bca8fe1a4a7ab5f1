"""Jobs are written with the deed that asks for them and done at least once, whatever happens to their process."""

import datetime
import time

import pytest
from django.db import transaction

from blueprint import jobs
from blueprint.clock import HONG_KONG, database_now
from blueprint.daily import ask_for_the_usual, prune
from blueprint.jobs import SILENCE, Progress, do_next, enqueue, job
from blueprint.models import Event, Job, Mail, Notice, Subscription
from blueprint.refusals import Refused
from tests.factories import UserFactory
from tests.races import at_once, in_processes, together

pytestmark = pytest.mark.django_db


@job
def leave_mark(progress: Progress, *, mark: str) -> dict:
    """Each time it is done it leaves an event."""
    Event.objects.create(at=database_now(), verb="mark", subject=mark)
    return {"mark": mark}


@job
def refuse(progress: Progress) -> None:
    raise Refused("The sheet has no column for the period.")


@job
def break_down(progress: Progress) -> None:
    raise ZeroDivisionError("secret 42")


@job
def count(progress: Progress, *, to: int) -> None:
    for number in range(1, to + 1):
        progress.report(number, of=to)


def no_job():
    raise AssertionError("run because a row named it")


def marks():
    return list(Event.objects.filter(verb="mark").order_by("subject").values_list("subject", flat=True))


def test_job_is_done_once_and_keeps_its_result():
    row = enqueue(leave_mark, mark="a")

    assert (do_next(), do_next()) == (True, False)

    row.refresh_from_db()
    assert (row.state, row.result, row.attempts, row.is_open) == ("done", {"mark": "a"}, 1, False)
    assert marks() == ["a"]


def test_job_is_not_left_behind_by_a_deed_that_failed():
    with transaction.atomic():
        enqueue(leave_mark, mark="a")
        transaction.set_rollback(True)

    assert do_next() is False


def test_job_with_a_key_is_asked_for_once():
    first = enqueue(leave_mark, key="today", mark="a")

    assert enqueue(leave_mark, key="today", mark="a") is None
    assert list(Job.objects.all()) == [first]


def test_refusal_is_kept_in_its_words():
    row = enqueue(refuse)

    do_next()

    row.refresh_from_db()
    assert (row.state, row.fault) == ("failed", "The sheet has no column for the period.")


def test_fault_of_ours_is_logged_and_not_shown(caplog):
    row = enqueue(break_down)

    do_next()

    row.refresh_from_db()
    assert (row.state, row.fault) == ("failed", "")
    assert "secret 42" in caplog.text


@pytest.mark.parametrize("path", ["tests.blueprint.test_jobs.no_job", "os.abort", "no.such.thing"])
def test_row_cannot_name_what_is_no_job(path):
    row = enqueue(leave_mark, mark="a")
    Job.objects.update(task=path, arguments={})

    do_next()

    row.refresh_from_db()
    assert (row.state, marks()) == ("failed", [])


def test_progress_is_seen_while_the_job_runs():
    row = enqueue(count, to=20)

    do_next()

    row.refresh_from_db()
    assert (row.steps_done, row.steps, row.percent) == (20, 20, 100)


def test_job_of_a_process_that_is_to_stop_waits_again():
    row = enqueue(count, to=20)

    do_next(stopped=lambda: True)

    row.refresh_from_db()
    assert (row.state, row.attempts, row.worker) == ("waiting", 0, "")


@pytest.mark.django_db(transaction=True)
def test_two_processes_do_each_job_once():
    for number in range(20):
        enqueue(leave_mark, mark=f"{number:02}")

    def work(_index):
        together()
        while do_next():
            pass

    assert in_processes(work, processes=2) == [0, 0]
    assert marks() == [f"{number:02}" for number in range(20)]


@pytest.mark.django_db(transaction=True)
def test_job_of_a_process_that_died_is_done_by_the_next():
    row = enqueue(leave_mark, mark="a")

    assert in_processes(lambda _i: do_next(), processes=1, failpoint="job.done") == [137]
    held = do_next()
    Job.objects.update(seen_at=database_now() - SILENCE * 2)
    taken = do_next()

    row.refresh_from_db()
    assert (held, taken) == (False, True)
    assert (row.state, row.attempts, marks()) == ("done", 2, ["a", "a"])


def test_job_whose_process_dies_each_time_is_given_up(caplog):
    row = enqueue(leave_mark, mark="a")
    lost = {"state": "running", "seen_at": database_now() - SILENCE * 2, "worker": "w"}
    Job.objects.update(attempts=3, **lost)

    assert do_next() is False

    row.refresh_from_db()
    assert (row.state, marks()) == ("failed", [])
    assert "is given up" in caplog.text


def test_process_that_was_taken_for_dead_writes_nothing_more():
    row = enqueue(leave_mark, mark="a")
    taken = jobs.take()
    Job.objects.update(worker="another")

    Progress(taken).report(3, of=3)
    jobs.finish(taken, Job.State.DONE)

    row.refresh_from_db()
    assert (row.state, row.steps_done) == ("running", 0)


@pytest.mark.django_db(transaction=True)
def test_long_job_gives_signs_of_life(monkeypatch):
    monkeypatch.setattr(jobs, "SECONDS_BETWEEN_SIGNS", 0.05)
    enqueue(leave_mark, mark="a")
    row = jobs.take()
    Job.objects.update(seen_at=None)

    with Progress(row):
        deadline = time.monotonic() + 10
        while Job.objects.filter(seen_at=None).exists() and time.monotonic() < deadline:
            time.sleep(0.02)

    assert Job.objects.get().seen_at is not None


# What each day asks for


def at(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=HONG_KONG)


def keys():
    return sorted(Job.objects.values_list("key", flat=True))


def test_morning_asks_for_the_days_work_once():
    for minute in ("2026-11-23T07:59", "2026-11-23T08:00", "2026-11-23T08:01", "2026-11-23T23:59"):
        ask_for_the_usual(now=at(minute))
    ask_for_the_usual(now=at("2026-11-24T08:30"))

    assert keys() == [
        "day:2026-11-23",
        "day:2026-11-24",
        "hour:2026-11-23T07",
        "hour:2026-11-23T08",
        "hour:2026-11-23T23",
        "hour:2026-11-24T08",
    ]


@pytest.mark.django_db(transaction=True)
def test_processes_that_ask_at_once_ask_once():
    at_once(lambda _i: ask_for_the_usual(now=at("2026-11-23T09:00")), threads=4)

    assert keys() == ["day:2026-11-23", "hour:2026-11-23T09"]


def test_usual_work_is_done_without_a_fault():
    ask_for_the_usual(now=at("2026-11-23T09:00"))

    while do_next():
        pass

    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


def test_pruning_takes_what_is_past_and_leaves_the_rest():
    now, ago = database_now(), datetime.timedelta
    person = UserFactory()
    for hours, address in ((49, "old@example.org"), (47, "new@example.org")):
        Subscription.objects.create(address=address, language="en", asked_at=now - ago(hours=hours))
    kept = Subscription.objects.create(address="kept@example.org", language="en")
    for key, days, subscription in (("a", 3, kept), ("b", 1, kept), ("c", 31, None), ("d", 29, None)):
        moment = now - ago(days=days)
        fields = {
            "created_at": moment,
            "next_at": moment,
            "sent_at": moment,
            "language": "en",
            "to": "x@y.org",
        }
        Mail.objects.create(key=key, subscription=subscription, **fields)
    Mail.objects.create(key="waits", created_at=now - ago(days=90), next_at=now, language="en", to="x@y.org")
    for key, days in (("e", 401), ("f", 399)):
        moment = now - ago(days=days)
        Notice.objects.create(person=person, kind="due", key=key, created_at=moment, settled_at=moment)

    prune(now=now)

    assert [row.address for row in Subscription.objects.all()] == ["new@example.org", "kept@example.org"]
    assert sorted(Mail.objects.values_list("key", flat=True)) == ["b", "d", "waits"]
    assert [row.key for row in Notice.objects.all()] == ["f"]
