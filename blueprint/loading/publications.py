"""Which facts of a plan became public when: one publication for each date of a source, and one to close."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from blueprint.nouns import Change
from blueprint.publishing import PastDate

from . import changes as made
from .committee_changes import committee_change, meeting_changes, seat_changes
from .figure_checks import publication_order
from .kinds import Record
from .schema import Files
from .titles import closing_title, past_title

# Indicators of this class are the plan's own; the others were found beside it.
OF_THE_PLAN = "reference"
# Facts known to the day come first, so that "as at" a date sees all that bear the date, whatever their precision.
PRECISIONS = ("day", "month", "year")

Dated = Iterator[tuple[PastDate | None, Change]]


@dataclass(frozen=True)
class Planned:
    """A publication to be: ``past`` is its date at the source, None for the load itself."""

    past: PastDate | None
    title: dict[str, str]
    changes: list[Change]


def planned_publications(files: Files) -> list[Planned]:
    """All of a plan in the order in which it is to be published."""
    groups: dict[PastDate | None, list[Change]] = defaultdict(list)
    for past, change in dated_changes(files):
        groups[past].append(change)
    closing = groups.pop(None, [])
    planned = [
        Planned(past, past_title(past, groups[past]), in_order(groups[past]))
        for past in sorted(groups, key=lambda past: (past.day, PRECISIONS.index(past.precision)))
    ]
    return [*planned, Planned(None, closing_title(), in_order(closing))]


def in_order(changes: list[Change]) -> list[Change]:
    return sorted(changes, key=lambda change: change.noun.order)


def dated_changes(files: Files) -> Dated:
    plan_date = PastDate(files.one("plan")["published_on"], "day")
    for part in (
        made.direction_changes,
        made.strategy_changes,
        made.statement_changes,
        made.unit_changes,
        made.stage_changes,
    ):
        yield from ((plan_date, change) for change in part(files))
    yield plan_date, made.plan_change(files)
    for part in (made.office_changes, made.initiative_changes, made.source_changes):
        yield from ((None, change) for change in part(files))
    yield from indicator_facts(files, plan_date)
    for row in sorted(files.each("observations"), key=publication_order):
        yield past_date(row), made.observation_change(row)
    yield from committee_facts(files)


def indicator_facts(files: Files, plan_date: PastDate) -> Dated:
    titles = made.source_titles(files)
    with_the_plan = sources_by(plan_date, files)
    for indicator in files.each("indicators"):
        yield plan_date if indicator["class"] == OF_THE_PLAN else None, made.indicator_change(indicator)
        if indicator["baseline"]:
            yield past_date(indicator["baseline"]), made.baseline_change(indicator)
        for row, change in made.target_changes(indicator, titles):
            yield past_date(row), change
        for row, change in made.words_changes(indicator):
            # Words of a report that was out with the plan are the plan's.
            undated = plan_date if row["source"] in with_the_plan else None
            yield past_date(row) or undated, change


def sources_by(past: PastDate, files: Files) -> set[str]:
    """Sources that had been published, as they date themselves, by the end of a day."""
    dated = (source for source in files.each("sources") if source["published"])
    return {source["id"] for source in dated if source["published"].end <= past.day}


def committee_facts(files: Files) -> Dated:
    committee = files.one("committee")
    established = PastDate(committee["established_on"], "day")
    members = PastDate(committee["membership_as_at"], "day")
    yield established, committee_change(files)
    chair = list(seat_changes(files, {"chair"}, established.day))
    yield from ((established, change) for change in chair)
    for change in seat_changes(files, {"chair", "ex_officio", "non_official"}, members.day):
        if change not in chair:
            yield members, change
    for change in meeting_changes(files):
        yield PastDate(change.content["held_on"], "day"), change


def past_date(record: Record) -> PastDate | None:
    if record["published_on"] is None:
        return None
    return PastDate(record["published_on"], record["published_precision"])
