"""F08: processes are killed at random moments of a mixed workload, and every invariant holds after each restart.

A few rounds belong to the suite; `CHAOS=1 pytest tests/test_chaos.py -s` does two hundred (`CHAOS_SEED=` to repeat).
"""

import csv
import io
import os
import random
import signal
import sys
import time
from contextlib import suppress
from http.client import HTTPException

import pytest

from blueprint.checkpoints import key_file, make_key
from blueprint.clock import database_now
from blueprint.invariants import check_invariants
from blueprint.models import Head, Publication, Release
from blueprint.scheduling import publish_due
from indicators.models import Observation
from tests.factories import publish_indicator
from tests.rig import Process

LONG = os.environ.get("CHAOS") == "1"
ROUNDS = 200 if LONG else 2
# Publishes by hand and by the clock, one figure after another, and says so once each is committed.
WORKLOAD = """
import datetime, random, sys
import django; django.setup()
from django.conf import settings
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
from blueprint.actions import *
from blueprint.checkpoints import key_file, make_key
from blueprint.clock import database_now
from blueprint.permissions import Role
from blueprint.scheduling import publish_due
from indicators.models import Observation
from tests.factories import *
dice = random.Random(int(sys.argv[1]))
office = OfficeFactory()
author, head = UserFactory(email=f"a{sys.argv[1]}@x.org", office=office), UserFactory(
    email=f"h{sys.argv[1]}@x.org", role=Role.HEAD, office=office)
publisher = UserFactory(email=f"p{sys.argv[1]}@x.org", role=Role.PUBLISHER)
while True:
    entries = []
    for period in sorted(dice.sample(["2019", "2020", "2021", "2022", "2023"], dice.randint(1, 3))):
        known = Observation.objects.filter(indicator="I1", period=period).exists()
        why = {"kind": "revision", "reason": "late reports"} if known else {}
        entries.append(change("observation", period=period, value=dice.randint(0, 90), **why))
    scheduled = dice.random() < 0.5
    release = ReleaseFactory(created_by=author, office=office, entries=entries)
    if scheduled:
        release.publish_at = database_now() + datetime.timedelta(hours=2)
        release.save(update_fields=["publish_at"])
    submit_release(release, by=author)
    if dice.random() < 0.1:
        return_release(release, by=head, reason="a doubt")
        continue
    approve_release(release, by=head, digest=approval_digest(release))
    if scheduled:
        set_clock(release, database_now() - datetime.timedelta(seconds=1))
        for publication in publish_due():
            print("published", publication.number, flush=True)
    else:
        print("published", publish_release(release, by=publisher).number, flush=True)
"""


def begin_workload(site, number: int, log) -> Process:
    log.unlink(missing_ok=True)
    process = Process(
        [sys.executable, "-c", WORKLOAD, str(number)],
        site.surroundings(PYTHONPATH=os.getcwd(), DJANGO_SETTINGS_MODULE="blueprint.settings"),
        log,
    )
    process.start()
    process.wait_until(lambda: acknowledged(log) > 0)
    return process


def acknowledged(log) -> int:
    """The last publication of which the workload was told that it is committed."""
    lines = log.read_text().splitlines() if log.exists() else []
    numbers = [
        int(line.split()[1]) for line in lines if line.startswith("published ") and line.split()[1].isdigit()
    ]
    return max(numbers, default=0)


def read_figures(site):
    """What a reader is told must be public, whole, and no newer than the head. Nothing, if the server is gone."""
    with suppress(OSError, HTTPException):
        answer = site.get("/data/observations.csv?history=1")
        assert answer.status == 200
        return list(csv.DictReader(io.StringIO(answer.text)))
    return None


def becomes_public(site, figures: int) -> bool:
    """Within the five seconds that a page may be behind."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if len(read_figures(site) or []) == figures:
            return True
        time.sleep(0.2)
    return False


@pytest.fixture
def own_key(transactional_db):
    """So that checkpoints are signed, and are verified after each round."""
    make_key()
    yield
    key_file().unlink()


def test_F08_killed_at_random_moments_every_invariant_holds(make_site, tmp_path, own_key):
    if LONG:
        # Longer than any test of the suite may take.
        signal.alarm(0)
    chosen = int(os.environ.get("CHAOS_SEED", random.randrange(10**6)))
    dice = random.Random(chosen)
    print(f"\nseed {chosen}")
    publish_indicator("I1", office="itc")
    site = make_site("test").start()
    log = tmp_path / "workload.log"

    for number in range(ROUNDS):
        # Beside the one that publishes by hand and by the clock, sometimes the worker as it is deployed.
        worker = site.begin("publish_due", "--watch") if dice.random() < 0.3 else None
        workload = begin_workload(site, 1000 * chosen + number, log)
        time.sleep(dice.uniform(0, 0.7))
        seen = read_figures(site)
        victims = [workload, *([worker] if worker else []), *([site.server] if dice.random() < 0.3 else [])]
        dice.shuffle(victims)
        for victim in victims:
            victim.kill()

        if site.server in victims:
            site.start()
        publish_due()

        head = Head.objects.get().number
        assert [str(violation) for violation in check_invariants()] == [], f"round {number}"
        assert head >= acknowledged(log), f"round {number}: what was acknowledged is gone"
        assert all(int(row["publication"]) <= head for row in seen or [])
        assert not Release.objects.due(database_now()).exists()
        assert not Publication.objects.filter(checkpoints=None).exists()
        assert becomes_public(site, Observation.objects.count()), f"round {number}"

        if LONG and number % 20 == 0:
            print(f"round {number}: publication {head}", flush=True)

    print(f"{ROUNDS} rounds, {head} publications")
