"""What must hold between the items of a plan: codes that exist and are used once, dates and figures that agree."""

import calendar
from collections.abc import Iterator
from datetime import date
from itertools import chain
from typing import Any

from .figure_checks import FIGURE_CHECKS, repeated
from .kinds import LANGUAGES, Record
from .schema import Files, in_list

# What may stand once only: the collection, and the fields that must differ.
UNIQUE = (
    ("directions", "number"),
    ("strategies", "number"),
    ("measures", "code"),
    ("offices", "code"),
    ("units", "code"),
    ("stages", "code"),
    ("indicators", "code"),
    ("initiatives", "code"),
    ("terms", "number"),
    ("meetings", "number"),
    ("sources", "id"),
)

# What refers to what: the collection and its field, the collection referred to and its field.
REFERENCES = (
    ("plan", "publisher", "offices", "code"),
    ("plan", "sources", "sources", "id"),
    ("directions", "sources", "sources", "id"),
    ("strategies", "direction", "directions", "number"),
    ("strategies", "sources", "sources", "id"),
    ("measures", "sources", "sources", "id"),
    ("statements", "stage", "stages", "year"),
    ("statements", "strategies", "strategies", "number"),
    ("statements", "sources", "sources", "id"),
    ("offices", "succeeded_by", "offices", "code"),
    ("offices", "sources", "sources", "id"),
    ("caution", "source", "sources", "id"),
    ("indicators", "unit", "units", "code"),
    ("indicators", "strategy", "strategies", "number"),
    ("indicators", "office", "offices", "code"),
    ("indicators", "sources", "sources", "id"),
    ("baselines", "source", "sources", "id"),
    ("targets", "stage", "stages", "code"),
    ("targets", "source", "sources", "id"),
    ("words", "stage", "stages", "code"),
    ("words", "source", "sources", "id"),
    ("observations", "indicator", "indicators", "code"),
    ("observations", "source", "sources", "id"),
    ("initiatives", "strategy", "strategies", "number"),
    ("initiatives", "office", "offices", "code"),
    ("initiatives", "sources", "sources", "id"),
    ("committee", "sources", "sources", "id"),
    ("meetings", "sources", "sources", "id"),
)

# Every date on which something becomes a past publication.
PAST_DATES = (
    ("plan", "published_on"),
    ("committee", "established_on"),
    ("committee", "membership_as_at"),
    ("meetings", "held_on"),
    ("baselines", "published_on"),
    ("targets", "published_on"),
    ("words", "published_on"),
    ("targets", "decided_on"),
    ("words", "decided_on"),
    ("observations", "published_on"),
)
SEATS = ("chair", "ex_officio_members", "non_official_members")
PUBLISHED = ("baselines", "targets", "words", "observations")


def check_files(files: Files, *, today: date) -> None:
    """Add to the faults of the files all that is wrong between them."""
    check_past(files, today)
    for check in (
        check_unique,
        check_references,
        check_precisions,
        check_structure,
        check_languages,
        check_patterns,
        check_succession,
        check_seats,
        check_terms,
        check_committee_dates,
        *FIGURE_CHECKS,
    ):
        check(files)


def check_unique(files: Files) -> None:
    for collection, name in UNIQUE:
        for record, first in repeated(files.each(collection), lambda record: record[name]):  # noqa: B023
            line = first.where(name).line
            record.where(name).fault(
                f"{record[name]} stands twice (first in line {line}). Keep one, or rename it."
            )
    for record in files.each("disaggregations"):
        for category, _first in repeated(iter(record["categories"] or []), lambda item: item["code"]):
            category.where("code").fault(f"{category['code']} stands twice. Keep one, or rename it.")


def check_references(files: Files) -> None:
    for collection, name, target, target_name in REFERENCES:
        known = {record[target_name] for record in files.each(target)}
        remedy = f"Write the {target_name} of one of the {target}, or add it there."
        for record, value in said_values(files, collection, name):
            if files.holds(target) and value not in known:
                record.where(name).fault(f"“{value}” is not known. {remedy}")


def said_values(files: Files, collection: str, name: str) -> Iterator[tuple[Record, Any]]:
    """Each item with what it says in a field, once for each value of a list."""
    for record in files.each(collection):
        yield from ((record, value) for value in in_list(record[name]))


def check_past(files: Files, today: date) -> None:
    """A past publication comes before the load's own, whose moment is the present."""
    for collection, name in PAST_DATES:
        for record, day in said_values(files, collection, name):
            if day >= today:
                record.where(name).fault(f"{day} is not past. Write a date before today, {today}.")
    for record, period in said_values(files, "observations", "period"):
        if period.start > today:
            record.where("period").fault(f"{period} has not begun. Nothing can have been measured yet.")


def check_precisions(files: Files) -> None:
    for record in chain.from_iterable(files.each(collection) for collection in PUBLISHED):
        published, precision = record["published_on"], record["published_precision"]
        if bool(published) != bool(precision):
            record.where("published_precision" if published else "published_on").fault(
                "is missing. Write both published_on and published_precision, or neither."
            )
        elif published and published != last_day(published, precision):
            record.where("published_on").fault(
                f"{published} is not the last day of its {precision}. "
                f"Write {last_day(published, precision)}, or the precision day."
            )


def last_day(published: date, precision: str) -> date:
    if precision == "day":
        return published
    month = 12 if precision == "year" else published.month
    return date(published.year, month, calendar.monthrange(published.year, month)[1])


def check_structure(files: Files) -> None:
    for name in ("directions", "strategies"):
        found = len(list(files.each(name)))
        for structure, counted in said_values(files, "structure", name):
            if counted != found:
                structure.where(name).fault(
                    f"says {counted}, but {found} are listed. Mend the one or the other."
                )


def check_languages(files: Files) -> None:
    """Texts whose languages stand beside other fields need one of them too."""
    spread = [(unit, unit.here) for unit in files.each("units")]
    for committee, terms in said_values(files, "committee", "terms_of_reference"):
        spread.append((terms, committee.where("terms_of_reference")))
    for record, where in spread:
        if not any(record[language] for language in LANGUAGES):
            where.fault(f"says nothing. Write it in at least one of: {', '.join(LANGUAGES)}.")


def check_seats(files: Files) -> None:
    for seat in chain.from_iterable(files.each(collection) for collection in SEATS):
        if not seat["post"] and not seat["name"]:
            seat.here.fault("has neither post nor name. Write one of them.")


def check_succession(files: Files) -> None:
    after = {office["code"]: office["succeeded_by"] for office in files.each("offices")}
    for office in files.each("offices"):
        seen, code = set(), office["code"]
        while code and code not in seen:
            seen.add(code)
            code = after.get(code)
        if code and code == office["code"]:
            office.where("succeeded_by").fault(f"leads back to {code}. Name the office that is still there.")


def check_patterns(files: Files) -> None:
    for unit, pattern in said_values(files, "units", "pattern"):
        wrong = [said for said in pattern.values() if not is_pattern(said)]
        for said in wrong:
            unit.where("pattern").fault(
                f"“{said}” does not hold {{value}} once, and no other braces. Mend it."
            )


def is_pattern(said: str) -> bool:
    before, found, after = said.partition("{value}")
    return bool(found) and not set("{}") & set(before + after)


def check_terms(files: Files) -> None:
    for term in files.each("terms"):
        check_order(term, "starts_on", "ends_on")


def check_committee_dates(files: Files) -> None:
    for committee in files.each("committee"):
        check_order(committee, "established_on", "membership_as_at")
        for meeting in files.each("meetings"):
            if (meeting["held_on"] or date.max) < (committee["established_on"] or date.min):
                meeting.where("held_on").fault("is before established_on. Mend the one or the other.")


def check_order(record: Record, first: str, last: str) -> None:
    if (record[last] or date.max) < (record[first] or date.min):
        record.where(last).fault(f"is before {first}. Mend the one or the other.")
