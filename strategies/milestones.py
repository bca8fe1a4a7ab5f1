"""Milestones as pages show them: what the clock says of each, and how each came to its date."""

import datetime
import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from blueprint.differences import Names, field_changes
from blueprint.marks import STATES
from blueprint.models import Publication
from blueprint.nouns import Change, noun
from blueprint.wording import reader
from indicators.periods import Period

from .models import MilestoneState


@dataclass(frozen=True)
class Step:
    """A milestone and its state on a day. ``changes``: what was put otherwise since it was first published."""

    row: Any
    state: str
    former: tuple[str, ...] = ()
    changes: tuple[Any, ...] = ()

    @property
    def said(self) -> str:
        return str(STATES[self.state][0])

    @property
    def done(self) -> bool:
        return self.state == "done"

    @property
    def starts(self) -> datetime.date:
        return Period.parse(self.row.due).start

    @property
    def ends(self) -> datetime.date:
        return self.row.due_end

    @property
    def former_ends(self) -> list[datetime.date]:
        return [Period.parse(due).end for due in self.former]


def state_of(row: Any, today: datetime.date, *, promised_here: bool) -> str:
    """Of what was loaded from past reports nobody promised a report here: its date can pass, it is never late."""
    if row.state == MilestoneState.DONE:
        return "done"
    if row.due_end >= today:
        return "planned"
    return "late" if promised_here else "not_reported"


def steps_of(rows: Iterable[Any], today: datetime.date) -> dict[str, list[Step]]:
    """{initiative: its milestones in order of time}. One query."""
    rows = list(rows)
    own = promised_here(rows, today)
    under = defaultdict(list)
    for row in sorted(rows, key=attrgetter("due_end", "milestone_id")):
        state = state_of(row, today, promised_here=row.publication_id in own)
        under[row.initiative_id].append(Step(row, state))
    return under


def promised_here(rows: Iterable[Any], today: datetime.date) -> set[int]:
    """Of the publications that planned what is past, those that were not loaded from elsewhere."""
    past = {row.publication_id for row in rows if row.state == MilestoneState.PLANNED and row.due_end < today}
    return set(Publication.objects.filter(number__in=past, loaded=False).values_list("number", flat=True))


@dataclass(frozen=True)
class Moved:
    """One later version of a milestone: its publication, and the fields that it changed."""

    publication: Any
    difference: Any

    @property
    def rows(self) -> list[Any]:
        """In the reader's language where a text changed in several."""
        own = [row for row in self.difference.rows if row.language in ("", reader())]
        # That the last day of a date moved with the date need not be said twice.
        return [row for row in own or self.difference.rows if row.field != "due_end"]


def steps_with_history(versions: Iterable[Any], today: datetime.date, number: int) -> list[Step]:
    """Milestones from all their versions up to a publication, each with the dates it had before."""
    history = defaultdict(list)
    for version in sorted(versions, key=attrgetter("publication_id")):
        history[version.milestone_id].append(version)
    standing = {code: of_one for code, of_one in history.items() if not of_one[-1].withdrawn}
    moved = changes_of(standing.values(), number)
    found = []
    for steps in steps_of([of_one[-1] for of_one in standing.values()], today).values():
        for step in steps:
            of_one = standing[step.row.milestone_id]
            former = dict.fromkeys(version.due for version in of_one if version.due != step.row.due)
            changes = [moved[after.pk] for after in of_one[1:]]
            found.append(Step(step.row, step.state, tuple(former), tuple(reversed(changes))))
    return found


def changes_of(histories: Iterable[list[Any]], number: int) -> dict[int, Moved]:
    """{pk: what a later version changed}. Two queries where anything was changed, none where nothing was."""
    pairs = [pair for of_one in histories for pair in itertools.pairwise(of_one)]
    if not pairs:
        return {}
    kind = noun("milestone")
    changes = [Change(kind, kind.content(after)) for _before, after in pairs]
    names = Names(changes, {(place, ()): before for place, (before, _after) in enumerate(pairs)}, number)
    numbers = {after.publication_id for _before, after in pairs}
    publications = Publication.objects.defer("leaf", "tree_nodes").in_bulk(numbers)
    return {
        after.pk: Moved(publications[after.publication_id], field_changes(change, before, names))
        for change, (before, after) in zip(changes, pairs, strict=True)
    }
