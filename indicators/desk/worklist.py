"""What the offices owe: each indicator with what is under way of it and the stage at which the work stands.

Read in a fixed number of queries, however many indicators there are.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q, TextField, Value
from django.utils.translation import gettext_lazy

from blueprint.models import Release, User
from blueprint.workflow import State

from ..assignments import assignees
from ..lines import Line, lines
from ..models import EvidenceEntry, ObservationEntry
from ..periods import Period

# What became public within this time is still shown as work: it is the end of it.
LATELY = datetime.timedelta(days=30)

# In the order of the list: first what needs a hand.
STAGES = {
    "returned": gettext_lazy("Returned"),
    "overdue": gettext_lazy("Overdue"),
    "due": gettext_lazy("Due"),
    "waiting": gettext_lazy("Waiting for approval"),
    "scheduled": gettext_lazy("Approved, not yet public"),
    "coming": gettext_lazy("Coming"),
    "published": gettext_lazy("Published lately"),
    "no_schedule": gettext_lazy("No schedule"),
}
TO_DO = ("returned", "overdue", "due")
FRESHNESS_STAGES = {"overdue": "overdue", "due": "due", "current": "coming", "no_schedule": "no_schedule"}


@dataclass(frozen=True)
class Held:
    """A release that holds something of an indicator, and the last period of which it holds a figure."""

    release: Release
    last: str = ""

    def covers(self, period: Period | None) -> bool:
        return bool(self.last and period and Period.parse(self.last) >= period)


@dataclass(frozen=True)
class Work:
    line: Line
    held: tuple[Held, ...] = ()
    person: User | None = None
    # Releases that this person may open: what is approved is for few until its moment.
    visible: frozenset[int] = frozenset()

    @property
    def code(self) -> str:
        return self.line.code

    @property
    def office(self) -> str:
        return self.line.office

    @property
    def due_on(self) -> datetime.date | None:
        return self.line.due_on

    @property
    def days(self) -> int:
        """Until it is due, or since."""
        return abs((self.due_on - self.line.today).days) if self.due_on else 0

    @property
    def asked(self) -> bool:
        """Whether a figure is asked for now, handed in or not."""
        return self.line.freshness.state in ("overdue", "due")

    @property
    def overdue(self) -> bool:
        return self.line.freshness.state == "overdue"

    def within(self, *states: State) -> list[Release]:
        return [held.release for held in self.held if held.release.state in states]

    @property
    def returned(self) -> Release | None:
        return next((r for r in self.within(State.DRAFT) if r.returned_reason), None)

    @property
    def draft(self) -> Release | None:
        return self.returned or next(iter(self.within(State.DRAFT)), None)

    @property
    def waiting(self) -> Release | None:
        return next(iter(self.within(State.SUBMITTED)), None)

    @property
    def published(self) -> Release | None:
        return next(iter(self.within(State.PUBLISHED)), None)

    def handed_in_by(self, state: State) -> bool:
        """Whether a release in this state has what is asked for; where nothing is, whether there is any."""
        there = [held for held in self.held if held.release.state == state]
        return any(held.covers(self.line.freshness.period) for held in there) if self.asked else bool(there)

    @property
    def stage(self) -> str:
        if self.returned:
            return "returned"
        if self.handed_in_by(State.SUBMITTED):
            return "waiting"
        if self.handed_in_by(State.APPROVED):
            return "scheduled"
        if not self.asked and self.published:
            return "published"
        return FRESHNESS_STAGES[self.line.freshness.state]

    @property
    def to_do(self) -> bool:
        return self.stage in TO_DO

    @property
    def open(self) -> bool:
        """Whether its next figure is still to be handed in."""
        return self.to_do or self.stage == "coming"

    @property
    def late(self) -> bool:
        """Asked for, past its day, and not in anybody's hands who could approve or publish it."""
        return self.overdue and self.to_do

    @property
    def answered_lately(self) -> bool:
        """Whether the figure that stands last was asked for in this round and is public already."""
        latest = self.line.latest_period
        return not self.asked and any(
            held.release.state == State.PUBLISHED and held.last == latest for held in self.held
        )


@dataclass(frozen=True)
class Progress:
    """So many of the figures asked for in this round were handed in, and so many of these are public."""

    asked: int
    handed_in: int
    public: int

    @classmethod
    def of(cls, works: Iterable[Work]) -> "Progress":
        works = list(works)
        asked = [work for work in works if work.asked]
        public = sum(work.answered_lately for work in works)
        return cls(len(asked) + public, sum(not work.to_do for work in asked) + public, public)

    @property
    def share(self) -> int:
        return self.handed_in * 100 // self.asked if self.asked else 0

    @property
    def done(self) -> bool:
        return self.handed_in == self.asked


def worklist(moment: Any, user: User, *, office: str | None = None) -> list[Work]:
    """Every indicator (or those of one office), in the order of the plan."""
    found = [line for line in lines(moment) if office in (None, line.office)]
    releases = under_way(moment.today - LATELY, office)
    held = held_by_indicator(releases)
    people = assignees([line.code for line in found])
    visible = frozenset(visible_among(releases, user))
    return [
        Work(line, tuple(held[line.code, line.office]), colleague(people, line), visible) for line in found
    ]


def colleague(people: dict[str, User], line: Line) -> User | None:
    """An indicator that moved to another office is nobody's there yet."""
    person = people.get(line.code)
    return person if person and person.office_id == line.office else None


def under_way(since: datetime.date, office: str | None) -> dict[int, Release]:
    """The offices' releases that are not public yet, or became so lately; the newest first."""
    wanted = ~Q(state__in=[State.PUBLISHED, State.WITHDRAWN]) | Q(publication__published_on__gte=since)
    rows = Release.objects.filter(wanted, track=Release.Track.OFFICE)
    if office:
        rows = rows.filter(office=office)
    people = ("returned_by", "submitted_by", "publication")
    return {release.pk: release for release in rows.select_related(*people).order_by("-pk")}


def held_by_indicator(releases: dict[int, Release]) -> dict[tuple[str, str], list[Held]]:
    """(indicator, office) -> what is held of it, in the order of the releases."""
    figures = ObservationEntry.objects.filter(release__in=releases).order_by()
    evidence = EvidenceEntry.objects.filter(release__in=releases).order_by()
    rows = (
        figures.values_list("release", "indicator")
        .annotate(last=Max("period", output_field=TextField()))
        .union(
            evidence.values_list("release", "indicator").annotate(last=Value("", TextField())).distinct(),
            all=True,
        )
    )
    last: dict[tuple[int, str], str] = {}
    for number, indicator, period in rows:
        last[number, indicator] = max(last.get((number, indicator), ""), period)
    found = defaultdict(list)
    for (number, indicator), period in sorted(last.items(), reverse=True):
        release = releases[number]
        found[indicator, release.office_id].append(Held(release, period))
    return found


def visible_among(releases: dict[int, Release], user: User) -> Iterable[int]:
    return Release.objects.visible_to(user).filter(pk__in=list(releases)).values_list("pk", flat=True)
