"""What must hold of the database whatever happened to it: after faults, after a restore, and every night.

I1 nothing public before its moment; I2 each value owed to one publication; I3 two persons; I4 each save one version
and one event; I5 published once; I6 events lead to each state; I7 published as approved; I12 what only grows. What
only requests or files can show (who sees what, cookies, errors, one figure in every form, backups) is for the tests.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, Max, Q

from . import ledger, triggers
from .actions import approval_digest, changes_of
from .clock import database_now
from .models import Event, Head, PersonName, Publication, Release, Rescheduling
from .nouns import nouns
from .verifying import differences
from .workflow import TRANSITIONS, State


@dataclass(frozen=True)
class Violation:
    invariant: str
    what: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.what}"


FIRST_VERSION = 1

# A check says what is wrong, one sentence for each fault. Apps above this one add their own.
Check = Callable[[], Iterator[str]]
checks: list[tuple[str, Check]] = []


def invariant(name: str) -> Callable[[Check], Check]:
    def add(check: Check) -> Check:
        checks.append((name, check))
        return check

    return add


def check_invariants() -> list[Violation]:
    """Every violation found. Reads only; nobody may publish meanwhile, or a half seen change may look like a fault."""
    return [Violation(name, what) for name, check in checks for what in check()]


# --- I1: nothing public before its moment ----------------------------------------------------------------


@invariant("I1")
def every_version_has_its_publication() -> Iterator[str]:
    standing = Publication.objects.filter(number__lte=Head.objects.get().number).values("number")
    for model in {noun.version for noun in nouns()}:
        for row in model.objects.exclude(publication__in=standing):
            yield f"{model._meta.db_table} {row.pk} stems from publication {row.publication_id}, which there is not"


@invariant("I1")
def nothing_is_published_before_its_moment() -> Iterator[str]:
    now = database_now()
    for number in Publication.objects.filter(Q(published_at__gt=now) | Q(recorded_at__gt=now)).values_list(
        "number", flat=True
    ):
        yield f"publication {number} is dated in the future"
    early = Release.objects.filter(publication__recorded_at__lt=F("publish_at"))
    for pk, number in early.values_list("pk", "publication"):
        yield f"release {pk} became public as publication {number} before its moment"


# --- I2: one publication for each value ------------------------------------------------------------------


@invariant("I2")
def numbers_have_no_gap() -> Iterator[str]:
    head = Head.objects.get().number
    count = Publication.objects.count()
    last = Publication.objects.aggregate(last=Max("number"))["last"] or 0
    if not head == count == last:
        yield f"the head says {head}, the last publication is {last}, and there are {count}"


@invariant("I2")
def ledger_gives_the_public_tables() -> Iterator[str]:
    """Chain, tree and signatures, and every row of the public tables against the ledger."""
    for difference in differences(whole_history=True):
        yield str(difference)


# --- I3: two persons -------------------------------------------------------------------------------------


@invariant("I3")
def nobody_approved_their_own_work() -> Iterator[str]:
    approved = Release.objects.filter(approved_by__isnull=False)
    own = approved.filter(
        Q(approved_by=F("contributors__user"))
        | Q(approved_by=F("submitted_by"))
        | Q(approved_by=F("created_by"))
    )
    found = set(own.values_list("pk", flat=True))
    for noun in nouns():
        if noun.entry is not None:
            saved = noun.entry.objects.filter(release__approved_by=F("saved_by"))
            found |= set(saved.values_list("release", flat=True))
    for pk in sorted(found):
        yield f"release {pk} was approved by a person who had a hand in it"


@invariant("I3")
def nobody_moved_a_moment_alone() -> Iterator[str]:
    for row in Rescheduling.objects.filter(agreed=True, decided_by=F("proposed_by")):
        yield f"release {row.release_id}: its moment was moved by one person"


# --- I4, I5, I6: the audit trail -------------------------------------------------------------------------


@invariant("I4")
def every_accepted_save_has_its_version() -> Iterator[str]:
    """A draft begins at its first version; each further one stems from exactly one accepted event, which names it."""
    for release, events in accepted_events():
        versions = Counter(event.detail["version"] for event in events if "version" in event.detail)
        for version, count in sorted(versions.items()):
            if count > 1:
                yield f"release {release.pk}: {count} accepted events made version {version}"
        if versions and max(versions) > release.version:
            yield f"release {release.pk} is at version {release.version}, and an event made {max(versions)}"
        for version in range(FIRST_VERSION + 1, release.version + 1):
            if version not in versions:
                yield f"release {release.pk}: no accepted event made version {version}"


@invariant("I5")
def nothing_is_published_twice() -> Iterator[str]:
    published = Event.objects.filter(verb="publish", refused=False).values_list("release", flat=True)
    for pk, count in sorted(Counter(published).items()):
        if count > 1:
            yield f"release {pk} was published {count} times"
    numbers = Release.objects.filter(publication__isnull=False).values_list("publication", flat=True)
    for number, count in sorted(Counter(numbers).items()):
        if count > 1:
            yield f"publication {number} stems from {count} releases"


@invariant("I6")
def events_lead_to_each_state() -> Iterator[str]:
    for release, events in accepted_events():
        state = State.DRAFT
        for event in events:
            moves = {move.start: move.end for move in TRANSITIONS if move.verb == event.verb}
            if moves and state not in moves:
                yield f"release {release.pk}: event {event.pk} says {event.verb} of a release that is {state}"
            state = moves.get(state, state)
        if state != release.state:
            yield f"release {release.pk} is {release.state}, and its events lead to {state}"


def accepted_events() -> Iterator[tuple[Release, list[Event]]]:
    """Every release with what was done to it, oldest first."""
    done = defaultdict(list)
    for event in Event.objects.filter(refused=False, release__isnull=False).order_by("pk"):
        done[event.release_id].append(event)
    for release in Release.objects.order_by("pk"):
        yield release, done[release.pk]


# --- I7: what was approved is what is public -------------------------------------------------------------


@invariant("I7")
def published_is_what_was_approved() -> Iterator[str]:
    for release in Release.objects.filter(state=State.PUBLISHED).select_related("publication").order_by("pk"):
        changes = changes_of(release)
        if approval_digest(release, changes, before=release.publication_id) != release.approved_digest:
            yield f"release {release.pk}: what stands in it is not what was approved"
        said = json.loads(bytes(release.publication.leaf))
        if not same_changes([change.canonical() for change in changes], said.get("changes", [])):
            yield f"release {release.pk}: publication {release.publication_id} says something else"


def same_changes(proposed: list[dict[str, Any]], public: list[dict[str, Any]]) -> bool:
    """Names of persons stand in the ledger as commitments; a blanked one can no longer be compared."""
    sealing = {noun.name: noun.names for noun in nouns()}
    if len(proposed) != len(public):
        return False
    for one, other in zip(proposed, public, strict=True):
        for field in sealing.get(one["noun"], ()):
            if field in one and field in other and is_name(one[field], other[field]):
                other = other | {field: one[field]}
        if one != other:
            return False
    return True


def is_name(name: str, commitment: str) -> bool:
    kept = PersonName.objects.filter(commitment=commitment).first()
    return kept is not None and (not kept.salt or ledger.commitment(kept.salt, name) == commitment)


# --- I12: what only grows --------------------------------------------------------------------------------


@invariant("I12")
def triggers_are_in_place() -> Iterator[str]:
    for name in triggers.missing(connection):
        yield f"the trigger {name} is missing or switched off"
