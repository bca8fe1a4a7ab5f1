"""Four people of two offices, a publisher, the centre and the clock do as they please, beside a small model of it all.

A short run belongs to the suite. `CHAOS=1 pytest tests/blueprint/test_state_machine.py -s` makes at least 2,000 steps
(`CHAOS_SEED=` to repeat one).
"""

import datetime
import os
import random
import signal
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from blueprint.actions import (
    Refused,
    approval_digest,
    approve_release,
    publish_release,
    recall_release,
    return_release,
    submit_release,
    take_back_approval,
    withdraw_release,
)
from blueprint.clock import database_now
from blueprint.invariants import check_invariants
from blueprint.models import Event, Head, Release
from blueprint.nouns import Change
from blueprint.permissions import Role
from blueprint.scheduling import agree_moment, decline_moment, propose_moment, publish_due, set_moment
from indicators.actions import save_entry, withdraw_entry
from indicators.models import IndicatorVersion, Observation, ObservationEntry
from tests.factories import OfficeFactory, UserFactory, change, enter, publish_indicator, set_clock

# Every text in the three languages, as releases need it.
NOTES = {"en": "n", "zh_hant": "附註", "zh_hans": "附注说明"}
LATER = {"en": "a late table", "zh_hant": "表格遲了", "zh_hans": "表格晚到"}
LONG = os.environ.get("CHAOS") == "1"
RUNS, STEPS, AT_LEAST = (36, 80, 2000) if LONG else (4, 50, 150)
PERIODS = ("2022", "2023")
VERBS = (
    "submit_release", "recall_release", "return_release", "approve_release", "take_back_approval", "withdraw_release",
    "publish_release", "set_moment", "propose_moment", "agree_moment", "decline_moment", "publish_due",
    "refused_by_clock",
)  # fmt: skip
DONE, REFUSED = "done", "refused"

people = st.sampled_from(["official a", "head a", "official b", "head b"])
everybody = st.sampled_from(["official a", "head a", "official b", "head b", "publisher"])
# Most often the office's own, so that not every step is refused.
indicators = st.sampled_from(["A", "B"])
periods = st.sampled_from(PERIODS)
values = st.one_of(st.none(), st.integers(0, 40).map(Decimal))
rarely = st.sampled_from([False] * 9 + [True])
mostly = st.sampled_from([True] * 4 + [False])


def when(*states: str):
    """A verb is tried while a release is in one of these states; on which, and by whom, is another matter."""
    return precondition(lambda self: any(self.is_at(indicator, *states) for indicator in "AB"))


@dataclass
class Draft:
    """What the model knows of an indicator's release."""

    release: Release
    office: str
    state: str = "draft"
    hands: set[str] = field(default_factory=set)
    entries: dict[str, tuple[Decimal | None, str]] = field(default_factory=dict)
    # What each entry would replace, as the approver saw it.
    seen: dict[str, int] | None = None
    moment: str = ""  # "", "to come", "past"
    proposed_by: str = ""


class Tracker(RuleBasedStateMachine):
    steps = 0
    # Verb -> how often it was done, so that a run that is refused everything is not taken for a success.
    done: Counter = Counter()

    def __init__(self):
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.people = {}
        for letter in "ab":
            office = OfficeFactory(code=letter)
            for role in (Role.OFFICIAL, Role.HEAD):
                self.people[f"{role.value} {letter}"] = UserFactory(role=role, office=office)
        self.people["publisher"] = UserFactory(role=Role.PUBLISHER)
        self.clerk = UserFactory(role=Role.ADMINISTRATOR)
        for letter in "AB":
            publish_indicator(letter, office=letter.lower())
        self.head = Head.objects.get().number
        self.open: dict[str, Draft] = {}
        self.closed: list[Draft] = []
        # (indicator, period) -> value and number of the publication that brought it.
        self.public: dict[tuple[str, str], tuple[Decimal | None, int]] = {}

    def teardown(self):
        try:
            assert [str(violation) for violation in check_invariants()] == []
        finally:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    # The usual way: without it hardly a release would ever get to its end

    def go_on(self, indicator, period, value):
        draft = self.open.get(indicator)
        letter = indicator.lower()
        if draft is None or (draft.state == "draft" and not self.says_why(indicator)):
            for each in draft.entries if draft else [period]:
                self.save(f"official {letter}", indicator, each, value, stale=False, apt=True)
        elif draft.state == "draft" and value and value % 2 and draft.moment != "to come":
            self.schedule(f"official {letter}", indicator, hours=3, stale=False, apt=True)
        elif draft.state == "draft":
            self.submit(f"official {letter}", indicator, stale=False, apt=True)
        elif draft.state == "submitted":
            self.approve(f"head {letter}", indicator, stale=False, other=False, apt=True)
        elif draft.moment == "to come" and value and value % 5 == 0:
            self.correct_centrally(indicator, next(iter(draft.entries)), value)
            self.time_passes("publisher", indicator)
        elif draft.moment == "to come" and value:
            self.time_passes("publisher", indicator)
        elif draft.moment == "to come":
            who = "publisher" if draft.proposed_by else f"head {letter}"
            verb = self.agree if draft.proposed_by else partial(self.propose, hours=5)
            verb(who=who, indicator=indicator, stale=False, apt=True)
        else:
            self.publish("publisher", indicator, stale=False, apt=True)

    @rule(indicator=indicators, period=periods, value=values)
    def go_on_once(self, indicator, period, value):
        self.go_on(indicator, period, value)

    @rule(indicator=indicators, period=periods, value=values)
    def go_on_twice(self, indicator, period, value):
        self.go_on(indicator, period, value)
        self.go_on(indicator, period, value)

    @rule(indicator=indicators, period=periods, value=values)
    def go_on_further(self, indicator, period, value):
        for _step in range(3):
            self.go_on(indicator, period, value)

    # What people do

    @rule(who=people, indicator=indicators, period=periods, value=values, stale=rarely, apt=mostly)
    def save(self, who, indicator, period, value, stale, apt):
        # Mostly the official, or there would hardly be a head left to approve.
        who = f"official {indicator.lower()}" if apt else who
        draft = self.open.get(indicator)
        version = (draft.release.version if draft else 0) - stale
        kind = self.kind_now(indicator, period, value)
        one = observation(indicator, period, value, kind)
        done = self.attempt(
            not stale and self.of_office(who, indicator) and (draft is None or draft.state == "draft"),
            lambda: save_entry(
                indicator=version_of(indicator), by=self.people[who], changes=[one], version=version,
                token=uuid.uuid4(), body="", warnings=[],
            ),
        )  # fmt: skip
        if done:
            draft = self.open.setdefault(indicator, Draft(done, indicator.lower()))
            draft.release = done
            draft.hands.add(who)
            draft.entries[period] = (None if kind == "withdrawal" else value or Decimal(0), kind)

    @rule(who=people, indicator=indicators, period=periods)
    def withdraw_one(self, who, indicator, period):
        draft = self.open.get(indicator)
        if draft is None:
            return
        allowed = self.of_office(who, indicator) and draft.state == "draft" and period in draft.entries
        last = len(draft.entries) == 1
        done = self.attempt(
            allowed,
            lambda: withdraw_entry(
                indicator=version_of(indicator),
                by=self.people[who],
                period=period,
                version=draft.release.version,
            ),
        )
        if done:
            draft.release = done
            draft.hands.add(who)
            del draft.entries[period]
            if last:
                self.close(indicator, "withdrawn")

    @when("draft")
    @rule(who=everybody, indicator=indicators, stale=rarely, apt=mostly)
    def submit(self, who, indicator, stale, apt):
        who, indicator = self.choose(apt, who, indicator, self.staff, "draft")
        allowed = self.is_at(indicator, "draft") and self.of_office(who, indicator)
        allowed = allowed and self.moment_stands(indicator) and self.says_why(indicator)
        if self.act(indicator, allowed, submit_release, who, stale):
            self.open[indicator].hands.add(who)
            self.open[indicator].state = "submitted"

    @when("submitted")
    @rule(who=everybody, indicator=indicators, stale=rarely, apt=mostly)
    def recall(self, who, indicator, stale, apt):
        who, indicator = self.choose(apt, who, indicator, self.staff, "submitted")
        allowed = self.is_at(indicator, "submitted") and self.of_office(who, indicator)
        allowed = allowed and who in self.open[indicator].hands
        if self.act(indicator, allowed, recall_release, who, stale):
            self.open[indicator].state = "draft"

    @when("submitted")
    @rule(who=everybody, indicator=indicators, stale=rarely, apt=mostly)
    def return_it(self, who, indicator, stale, apt):
        who, indicator = self.choose(apt, who, indicator, self.deciders, "submitted")
        allowed = self.is_at(indicator, "submitted") and self.heads(who, indicator)
        if self.act(indicator, allowed, return_release, who, stale, reason="a doubt"):
            self.open[indicator].state = "draft"

    @when("submitted")
    @rule(who=everybody, indicator=indicators, stale=rarely, other=rarely, apt=mostly)
    def approve(self, who, indicator, stale, other, apt):
        who, indicator = self.choose(apt, who, indicator, self.deciders, "submitted")
        draft = self.open.get(indicator)
        allowed = (
            self.is_at(indicator, "submitted")
            and self.heads(who, indicator)
            and who not in draft.hands
            and self.moment_stands(indicator)
            and self.says_why(indicator)
            and not other
        )
        digest = "0" * 64 if other or draft is None else approval_digest(draft.release)
        if self.act(indicator, allowed, approve_release, who, stale, digest=digest):
            draft.state, draft.seen = "approved", self.replaced_by(indicator)

    @when("approved")
    @rule(who=everybody, indicator=indicators, stale=rarely, apt=mostly)
    def take_back(self, who, indicator, stale, apt):
        who, indicator = self.choose(apt, who, indicator, self.deciders, "approved")
        allowed = self.is_at(indicator, "approved") and self.heads(who, indicator)
        if self.act(indicator, allowed, take_back_approval, who, stale, reason="a doubt"):
            self.open[indicator].state, self.open[indicator].proposed_by = "draft", ""

    @when("draft")
    @rule(who=everybody, indicator=indicators, stale=rarely, apt=mostly)
    def withdraw(self, who, indicator, stale, apt):
        who, indicator = self.choose(apt, who, indicator, self.staff, "draft")
        allowed = self.is_at(indicator, "draft") and self.of_office(who, indicator)
        if self.act(indicator, allowed, withdraw_release, who, stale):
            self.close(indicator, "withdrawn")

    @when("approved")
    @rule(who=everybody, indicator=indicators, stale=rarely, apt=mostly)
    def publish(self, who, indicator, stale, apt):
        who, indicator = self.choose(apt, who, indicator, self.publishers, "approved")
        draft = self.open.get(indicator)
        allowed = self.is_at(indicator, "approved") and who == "publisher" and not draft.moment
        allowed = allowed and self.fate(indicator) == DONE
        if self.act(indicator, allowed, publish_release, who, stale):
            self.became_public(indicator)

    @precondition(lambda self: self.closed)
    @rule(who=everybody)
    def publish_again(self, who):
        for draft in self.closed[-2:]:
            for verb in (publish_release, withdraw_release, submit_release):
                self.attempt(False, lambda draft=draft, verb=verb: verb(draft.release, by=self.people[who]))

    # The centre corrects what is public while the offices' work waits

    @rule(indicator=indicators, period=periods, value=values)
    def correct_centrally(self, indicator, period, value):
        kind = self.kind_now(indicator, period, value)
        release = Release.objects.create(
            track="central",
            title_en="Correction",
            title_zh_hant="更正",
            title_zh_hans="更正说明",
            token=uuid.uuid4(),
            created_by=self.clerk,
            created_at=database_now(),
        )
        enter(release, observation(indicator, period, value, kind), by=self.clerk)
        submit_release(release, by=self.clerk)
        approve_release(release, by=self.people["publisher"], digest=approval_digest(release))
        publish_release(release, by=self.people["publisher"])
        self.head += 1
        self.public[indicator, period] = (None if kind == "withdrawal" else value or Decimal(0), self.head)

    # Moments

    @when("draft", "submitted")
    @rule(who=everybody, indicator=indicators, hours=st.sampled_from([None, 2, 3]), stale=rarely, apt=mostly)
    def schedule(self, who, indicator, hours, stale, apt):
        who, indicator = self.choose(apt, who, indicator, self.schedulers, "draft", "submitted")
        allowed = self.is_at(indicator, "draft", "submitted") and (
            who == "publisher" or self.of_office(who, indicator)
        )
        moment = hours and database_now() + datetime.timedelta(hours=hours)
        said = {"publish_at": moment, "calendar_item": None, "notes": NOTES}
        if self.act(indicator, allowed, set_moment, who, stale, **said):
            self.open[indicator].hands.add(who)
            self.open[indicator].moment = "to come" if hours else ""

    @when("approved")
    @rule(who=everybody, indicator=indicators, hours=st.integers(4, 9), stale=rarely, apt=mostly)
    def propose(self, who, indicator, hours, stale, apt):
        who, indicator = self.choose(apt, who, indicator, self.answering, "approved")
        draft = self.open.get(indicator)
        allowed = self.movable(who, indicator) and not draft.proposed_by
        to_at = database_now() + datetime.timedelta(hours=hours)
        if self.act(indicator, allowed, propose_moment, who, stale, to_at=to_at, reason=LATER):
            draft.proposed_by = who

    @when("approved")
    @rule(who=everybody, indicator=indicators, stale=rarely, apt=mostly)
    def agree(self, who, indicator, stale, apt):
        who, indicator = self.choose(apt, who, indicator, self.answering, "approved")
        draft = self.open.get(indicator)
        allowed = self.movable(who, indicator) and draft.proposed_by not in ("", who)
        if self.act(indicator, allowed, agree_moment, who, stale):
            draft.proposed_by, draft.moment = "", "to come"

    @when("approved")
    @rule(who=everybody, indicator=indicators, stale=rarely, apt=mostly)
    def decline(self, who, indicator, stale, apt):
        who, indicator = self.choose(apt, who, indicator, self.answering, "approved")
        draft = self.open.get(indicator)
        allowed = self.answers(who, indicator) and self.is_at(indicator, "approved") and draft.proposed_by
        if self.act(indicator, bool(allowed), decline_moment, who, stale):
            draft.proposed_by = ""

    @when("approved")
    @rule(who=everybody, indicator=indicators)
    def time_passes(self, who, indicator):
        """To the moment of one release: the clock publishes it, and it alone."""
        who, indicator = self.choose(True, who, indicator, self.publishers, "approved")
        draft = self.open.get(indicator)
        if draft is None or draft.state != "approved" or draft.moment != "to come":
            return
        fate = self.fate(indicator)
        moment = database_now() - datetime.timedelta(seconds=1)
        if fate == REFUSED:
            Release.objects.filter(pk=draft.release.pk).update(publish_at=moment)
        else:
            set_clock(draft.release, moment)
        draft.moment = "past"

        published = publish_due()
        again = publish_due()

        assert (len(published), again) == (1 if fate == DONE else 0, [])
        self.done["publish_due" if published else "refused_by_clock"] += 1
        if fate == DONE:
            self.became_public(indicator)
        else:
            draft.release.refresh_from_db()
            refusals = Event.objects.filter(release=draft.release, verb="publish_due", refused=True)
            assert refusals.filter(detail__version=draft.release.version).count() == 1

    # After each step

    @invariant()
    def model_and_database_agree(self):
        type(self).steps += 1
        states = dict(Release.objects.values_list("pk", "state"))
        for draft in [*self.open.values(), *self.closed]:
            assert states[draft.release.pk] == draft.state
        assert Head.objects.get().number == self.head
        rows = Observation.objects.as_at(self.head)
        assert {
            (row.indicator_id, row.period): (row.value, row.publication_id) for row in rows
        } == self.public
        for indicator, draft in self.open.items():
            held = ObservationEntry.objects.filter(release=draft.release, indicator=indicator)
            assert {row.period: (row.value, row.kind) for row in held} == draft.entries

    # Who is tried: most often somebody who may, on a release that is where it should be

    def choose(self, apt: bool, who: str, indicator: str, fitting: Callable, *states: str) -> tuple[str, str]:
        if not apt:
            return who, indicator
        if not self.is_at(indicator, *states):
            indicator = "B" if indicator == "A" else "A"
        able = fitting(indicator)
        return able[len(who) % len(able)], indicator

    def staff(self, indicator: str) -> list[str]:
        return [f"official {indicator.lower()}"]

    def deciders(self, indicator: str) -> list[str]:
        return [f"head {indicator.lower()}"]

    def publishers(self, indicator: str) -> list[str]:
        return ["publisher"]

    def schedulers(self, indicator: str) -> list[str]:
        return [*self.staff(indicator), "publisher"]

    def answering(self, indicator: str) -> list[str]:
        return [f"head {indicator.lower()}", "publisher"]

    # The model's rules

    def is_at(self, indicator: str, *states: str) -> bool:
        return indicator in self.open and self.open[indicator].state in states

    def of_office(self, who: str, indicator: str) -> bool:
        return who.endswith(f" {indicator.lower()}")

    def heads(self, who: str, indicator: str) -> bool:
        return who == f"head {indicator.lower()}"

    def answers(self, who: str, indicator: str) -> bool:
        return who == "publisher" or self.heads(who, indicator)

    def moment_stands(self, indicator: str) -> bool:
        return self.open[indicator].moment != "past"

    def movable(self, who: str, indicator: str) -> bool:
        draft = self.open.get(indicator)
        return bool(
            self.is_at(indicator, "approved")
            and draft.moment
            and self.answers(who, indicator)
            and draft.seen == self.replaced_by(indicator)
        )

    def kind_now(self, indicator: str, period: str, value: Decimal | None) -> str:
        if (indicator, period) not in self.public:
            return "first"
        return "withdrawal" if value is None else "correction"

    def replaced_by(self, indicator: str) -> dict[str, int]:
        entries = self.open[indicator].entries
        return {period: self.public.get((indicator, period), (None, 0))[1] for period in entries}

    def fate(self, indicator: str) -> str:
        """What becomes of an approved release whose time has come."""
        return DONE if self.open[indicator].seen == self.replaced_by(indicator) else REFUSED

    def says_why(self, indicator: str) -> bool:
        """Whether no entry calls a first figure what has one by now."""
        entries = self.open[indicator].entries
        return all(
            kind != "first" or (indicator, period) not in self.public
            for period, (_v, kind) in entries.items()
        )

    def became_public(self, indicator: str) -> None:
        self.head += 1
        for period, (value, _kind) in self.open[indicator].entries.items():
            self.public[indicator, period] = (value, self.head)
        self.close(indicator, "published")

    def close(self, indicator: str, state: str) -> None:
        draft = self.open.pop(indicator)
        draft.state = state
        draft.release.refresh_from_db()
        self.closed.append(draft)

    # Doing

    def act(self, indicator: str, allowed, verb: Callable, who: str, stale: bool, **said):
        """Try a verb on the indicator's release, as it is or as it was before its last change."""
        draft = self.open.get(indicator)
        if draft is None:
            return None
        release = Release.objects.get(pk=draft.release.pk)
        if stale:
            release.version -= 1
            allowed = False
        done = self.attempt(allowed, lambda: verb(release, by=self.people[who], **said))
        self.done[verb.__name__] += done is not None
        draft.release = Release.objects.get(pk=draft.release.pk)
        return done

    def attempt(self, allowed, action: Callable):
        """Do it, and hold what came of it against what the model expects. Answers something true if it was done."""
        try:
            answer, outcome = action() or True, DONE
        except Refused:
            answer, outcome = None, REFUSED
        assert outcome == (DONE if allowed else REFUSED)
        return answer


def observation(indicator: str, period: str, value: Decimal | None, kind: str) -> Change:
    said = {"value": None, "status": "M"} if kind == "withdrawal" else {"value": value or Decimal(0)}
    reason = "" if kind == "first" else "found to be wrong"
    return change("observation", indicator=indicator, period=period, kind=kind, reason=reason, **said)


def version_of(indicator: str) -> IndicatorVersion:
    return IndicatorVersion.objects.get(indicator=indicator)


@pytest.mark.slow
@pytest.mark.django_db
def test_whatever_people_do_the_model_and_the_invariants_hold():
    if LONG:
        # Longer than any test of the suite may take.
        signal.alarm(0)
    chosen = int(os.environ.get("CHAOS_SEED", random.randrange(10**6) if LONG else 3))
    Tracker.steps, Tracker.done = 0, Counter()
    machine = seed(chosen)(type("Machine", (Tracker,), {}))

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            # A long run names its seed; to shorten what it found takes longer than the run itself.
            phases=[Phase.generate] if LONG else [Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )

    print(f"\nseed {chosen}: {machine.steps} steps, {dict(machine.done)}")
    assert machine.steps >= AT_LEAST
    assert machine.done["publish_release"] > 0
    if LONG:
        assert all(machine.done[verb] > 1 for verb in VERBS), machine.done
