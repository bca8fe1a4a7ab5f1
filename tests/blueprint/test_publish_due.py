"""The clock publishes what is due: once and whole, however many workers there are and wherever one dies."""

import datetime
import json
import os
import random
import signal
import time
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command

from blueprint.actions import Refused, approval_digest, approve_release, submit_release, take_back_approval
from blueprint.clock import database_now
from blueprint.ledger import leaf_hash
from blueprint.models import Event, Head, Publication, Release
from blueprint.scheduling import next_moment, publish_due
from indicators.models import Observation, ObservationEntry
from tests.factories import (
    approved_release,
    change,
    publish_indicator,
    publish_observation,
    set_clock,
    submitted_release,
)
from tests.races import at_once, in_processes, together
from tests.rig import Proxy

SECOND = datetime.timedelta(seconds=1)
# `make chaos` does as many rounds as the cases ask for.
LONG = os.environ.get("CHAOS") == "1"


def states():
    return list(Release.objects.order_by("pk").values_list("state", flat=True))


def events(release, **wanted):
    rows = Event.objects.filter(release=release, **wanted).order_by("id")
    return list(rows.values_list("verb", "actor", "refused"))


def assert_published_once(releases, *, before=0):
    """Each in a publication of its own, with one leaf and all its rows, in an unbroken chain."""
    publications = list(Publication.objects.order_by("number"))
    assert [p.number for p in publications] == list(range(1, before + len(releases) + 1))
    assert Head.objects.get().number == len(publications)
    leaves = [json.loads(bytes(p.leaf)) for p in publications]
    assert [leaf.get("prev") for leaf in leaves[1:]] == [leaf_hash(bytes(p.leaf)) for p in publications[:-1]]
    for release in releases:
        release.refresh_from_db()
        said = json.loads(bytes(release.publication.leaf))["changes"]
        rows = Observation.objects.filter(publication=release.publication)
        assert (release.state, len(said), rows.count()) == ("published", len(said), len(said))
        assert events(release, verb="publish", refused=False) == [("publish", None, False)]


# Due or not


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "due"), [(-1, False), (0, True), (1, True)])
def test_E08_release_is_due_from_its_moment_on(seconds, due):
    release = approved_release(due_in=3600)
    now = release.publish_at + seconds * SECOND

    assert list(Release.objects.due(now)) == ([release] if due else [])
    assert list(Release.objects.due(release.publish_at - datetime.timedelta(microseconds=1))) == []


@pytest.mark.django_db(transaction=True)
def test_E08_release_is_published_at_its_moment_and_not_before():
    publish_indicator()
    release = approved_release(due_in=0.6)

    tries = 0
    while not (published := publish_due()):
        assert database_now() - release.publish_at < SECOND
        tries += 1
        time.sleep(0.02)

    assert tries > 3
    assert published[0].recorded_at >= release.publish_at
    assert published[0].recorded_at - release.publish_at < SECOND


@pytest.mark.django_db
def test_release_without_a_moment_or_approval_waits_for_people():
    waiting = submitted_release()
    Release.objects.filter(pk=waiting.pk).update(publish_at=database_now() - SECOND)
    approved_release(entries=[change("observation", period="2023")])

    assert publish_due() == []
    assert states() == ["submitted", "approved"]


@pytest.mark.django_db
def test_oldest_moment_is_published_first():
    publish_indicator()
    late = approved_release(due_in=-10)
    later = approved_release(due_in=-5, entries=[change("observation", period="2023")])
    latest = approved_release(due_in=-20, entries=[change("observation", period="2022")])

    publish_due()

    releases = [latest, late, later]
    assert_published_once(releases, before=1)
    assert [release.publication_id for release in releases] == [2, 3, 4]


@pytest.mark.django_db
def test_publication_by_the_clock_names_its_moment_and_nobody():
    publish_indicator()
    release = approved_release(due_in=-2)

    publish_due()

    release.refresh_from_db()
    publication = release.publication
    assert (publication.planned_at, publication.late_by, release.published_by) == (
        release.publish_at,
        None,
        None,
    )
    said = json.loads(bytes(publication.leaf))["planned_at"]
    assert said == release.publish_at.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.django_db
def test_next_moment_is_the_soonest_to_come():
    assert next_moment() is None
    approved_release(due_in=-60)
    soon = approved_release(due_in=60, entries=[change("observation", period="2023")])
    approved_release(due_in=90, entries=[change("observation", period="2022")])

    assert next_moment() == soon.publish_at


# What the clock refuses


@pytest.mark.django_db
def test_overtaken_release_is_refused_once_and_does_not_hold_up_the_others():
    publish_indicator()
    overtaken = approved_release(due_in=-10)
    publish_observation(value=Decimal("1.4"))
    other = approved_release(due_in=-5, entries=[change("observation", period="2023")])

    for _round in range(3):
        publish_due()

    assert [r.state for r in (refreshed(overtaken), refreshed(other))] == ["approved", "published"]
    assert events(overtaken, verb="publish_due") == [("publish_due", None, True)]
    assert Observation.objects.as_at(99).get(period="2024").value == Decimal("1.4")


def refreshed(release):
    release.refresh_from_db()
    return release


@pytest.mark.django_db
def test_refused_release_is_published_after_a_new_approval():
    publish_indicator()
    release = approved_release(due_in=-10)
    approver = release.approved_by
    publish_observation(value=Decimal("1.4"))
    publish_due()
    take_back_approval(release, by=approver, reason="Changed since.")
    ObservationEntry.objects.update(kind="revision", reason="Late returns.")
    Release.objects.update(publish_at=database_now() + datetime.timedelta(days=1))
    submit_release(refreshed(release), by=release.created_by)
    approve_release(refreshed(release), by=approver, digest=approval_digest(release))
    set_clock(refreshed(release), database_now())

    publish_due()

    assert refreshed(release).state == "published"


@pytest.mark.django_db
def test_release_that_breaks_a_public_rule_is_refused_and_the_next_is_published():
    publish_indicator()
    broken = approved_release(
        track="central", due_in=-10, entries=[change("calendaritem", title_en="", office="itc")]
    )
    sound = approved_release(due_in=-5, entries=[change("observation", period="2023")])

    publish_due()
    publish_due()

    assert [refreshed(broken).state, refreshed(sound).state] == ["approved", "published"]
    assert events(broken, refused=True) == [("publish_due", None, True)]


# Late


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "late"), [(-50, False), (-20 * 60, True)])
def test_E10_release_published_late_is_marked_late(seconds, late):
    publish_indicator()
    release = approved_release(due_in=seconds)

    (publication,) = publish_due()

    assert (publication.late_by is not None) == late
    assert events(release, verb="publish_late") == ([("publish_late", None, False)] if late else [])


@pytest.mark.django_db(transaction=True)
def test_E10_worker_that_was_down_publishes_once_after_its_start(make_site):
    publish_indicator()
    release = approved_release(due_in=3600)
    site = make_site("test", start=False)
    worker = site.begin("publish_due", "--watch")
    worker.wait_until(lambda: begun(worker) == 1)
    worker.kill()
    set_clock(release, database_now() - datetime.timedelta(minutes=20))

    for start in (2, 3):
        worker = site.begin("publish_due", "--watch")
        worker.wait_until(lambda start=start, worker=worker: begun(worker) == start)
        worker.wait_until(lambda: refreshed(release).state == "published")
        worker.running.send_signal(signal.SIGTERM)
        assert worker.running.wait(timeout=10) == 0

    assert_published_once([release], before=1)
    assert datetime.timedelta(minutes=19) < release.publication.late_by < datetime.timedelta(minutes=22)
    assert events(release, verb="publish_late") == [("publish_late", None, False)]


def begun(worker):
    return worker.log.read_text().count("Watching")


# Two workers


@pytest.mark.django_db(transaction=True)
def test_C07_two_workers_at_one_moment_publish_once():
    publish_indicator()
    releases = [
        approved_release(due_in=3600, entries=[change("observation", period=str(1980 + n))])
        for n in range(100 if LONG else 30)
    ]

    def work(index):
        for release in releases:
            if index == 0:
                set_clock(release, database_now())
            together()
            call_command("publish_due", verbosity=0)
            together()

    codes = in_processes(work)

    assert codes == [0, 0]
    assert_published_once(releases, before=1)
    assert Event.objects.filter(refused=True).count() == 0


@pytest.mark.django_db(transaction=True)
def test_C08_publication_and_taking_back_at_once_leave_one_of_them():
    publish_indicator()
    chance = random.Random(8)
    release = approved_release(due_in=3600)
    ended = {"published": 0, "draft": 0}

    for turn in range(200 if LONG else 25):
        release = approved_release(due_in=-1, entries=[change("observation", period=str(1980 + turn))])
        rests = [chance.random() / 100, chance.random() / 100]

        def act(index, release=release, rests=rests):
            time.sleep(rests[index])
            if index == 0:
                return publish_due()
            return take_back_approval(release, by=release.approved_by, reason="A doubt.")

        published, refusal = at_once(act, threads=2)
        release = Release.objects.get(pk=release.pk)
        ended[release.state] += 1
        rows = Observation.objects.filter(period=str(1980 + turn)).count()
        if release.state == "published":
            assert (len(published), rows, isinstance(refusal, Refused)) == (1, 1, True)
        else:
            assert (release.state, published, rows, refusal) == ("draft", [], 0, None)
            assert release.publication is None

    assert Publication.objects.count() == Head.objects.get().number == 1 + ended["published"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_on("postgresql")
def test_C11_workers_and_people_in_opposite_orders_never_deadlock():
    """The releases touch the same things in opposite orders, and so do those who decide on them."""
    publish_indicator("A")
    publish_indicator("B")
    releases = []
    for turn in range(200 if LONG else 12):
        both = [change("observation", indicator=code, period=str(1990 + turn)) for code in ("A", "B")]
        due_in = -1 if turn % 2 else 3600
        releases.append(approved_release(due_in=due_in, entries=both if turn % 4 < 2 else both[::-1]))

    def act(index):
        if index < 3:
            return [len(publish_due()) for _ in range(8)]
        answers = []
        for release in releases if index % 2 else reversed(releases):
            try:
                fresh = Release.objects.get(pk=release.pk)
                take_back_approval(fresh, by=fresh.approved_by or release.approved_by, reason="A doubt.")
                Release.objects.filter(pk=fresh.pk).update(publish_at=None)
                submit_release(Release.objects.get(pk=release.pk), by=release.created_by)
                fresh = Release.objects.get(pk=release.pk)
                approve_release(fresh, by=release.approved_by, digest=approval_digest(fresh))
            except Refused as refusal:
                answers.append(refusal)
        return answers

    answers = at_once(act, threads=8)

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    publish_due()
    published = Release.objects.filter(state="published")
    assert not Release.objects.due(database_now()).exists()
    assert Publication.objects.count() == Head.objects.get().number == 2 + published.count()


# A worker that dies


POINTS = [
    "publish.before_leaf", "publish.after_leaf", "publish.before_move", "publish.before_commit",
    "publish.after_commit",
]  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", POINTS)
def test_E11_worker_killed_at_any_point_leaves_all_or_nothing(point):
    publish_indicator()
    both = [change("observation"), change("observation", period="2023")]
    release = approved_release(due_in=-1, entries=both)

    codes = in_processes(lambda index: call_command("publish_due", verbosity=0), processes=1, failpoint=point)

    assert codes == [137]
    whole = point == "publish.after_commit"
    assert (Publication.objects.count(), Head.objects.get().number) == ((2, 2) if whole else (1, 1))
    assert (refreshed(release).state, Observation.objects.count()) == (
        ("published", 2) if whole else ("approved", 0)
    )
    assert in_processes(lambda index: call_command("publish_due", verbosity=0)) == [0, 0]
    assert_published_once([release], before=1)


# The watch


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_on("postgresql")
def test_worker_outlives_a_database_that_goes_away(make_site):
    publish_indicator()
    release = approved_release(due_in=3600)
    proxy = proxied(make_site)
    proxy.worker.wait_until(lambda: proxy.open)

    proxy.cut()
    set_clock(release, database_now())
    proxy.worker.wait_until(lambda: refreshed(release).state == "published")

    proxy.worker.stop()
    proxy.stop()
    assert_published_once([release], before=1)
    assert events(release, refused=True) == []


def proxied(make_site):
    site = make_site("test", start=False)
    proxy = Proxy(urlsplit(site.database_url).port)
    proxy.worker = site.begin("publish_due", "--watch", DATABASE_URL=proxy.before(site.database_url))
    return proxy
