"""What must hold between the items of a plan: codes that exist and are used once, dates and figures that agree."""

import calendar
from collections.abc import Callable, Hashable, Iterator
from datetime import date
from itertools import chain

from indicators.models.observation import TOTAL, Kind, ObservationStatus

from .kinds import LANGUAGES, Record
from .schema import Files

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
    ("observations", "published_on"),
)
SEATS = ("chair", "ex_officio_members", "non_official_members")
PUBLISHED = ("baselines", "targets", "words", "observations")


def check_files(files: Files, *, today: date) -> None:
    """Add to the faults of the files all that is wrong between them."""
    check_unique(files)
    check_references(files)
    check_past(files, today)
    for check in (
        check_precisions,
        check_structure,
        check_said,
        check_succession,
        check_baselines,
        check_breakdowns,
        check_values,
        check_histories,
        check_repeats,
        check_repeated_targets,
        check_patterns,
        check_terms,
    ):
        check(files)


def repeated(records: Iterator[Record], key: Callable[[Record], Hashable]) -> Iterator[tuple[Record, Record]]:
    """Each item whose key stood before, with the first that had it. An unreadable key repeats nothing."""
    seen: dict[Hashable, Record] = {}
    for record in records:
        value = key(record)
        if value is None or (isinstance(value, tuple) and value[0] is None):
            continue
        if value in seen:
            yield record, seen[value]
        seen.setdefault(value, record)


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
        if not files.holds(target):
            continue
        known = {record[target_name] for record in files.each(target)}
        for record in files.each(collection):
            said = record[name]
            for value in said if isinstance(said, list) else [said]:
                if value is not None and value not in known:
                    record.where(name).fault(
                        f"“{value}” is not known. Write the {target_name} of one of the {target}, or add it there."
                    )


def check_past(files: Files, today: date) -> None:
    """A past publication comes before the load's own, whose moment is the present."""
    for collection, name in PAST_DATES:
        for record in files.each(collection):
            if record[name] and record[name] >= today:
                record.where(name).fault(f"{record[name]} is not past. Write a date before today, {today}.")


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
    for structure in files.each("structure"):
        for name in ("directions", "strategies"):
            found = len(list(files.each(name)))
            if structure[name] is not None and structure[name] != found:
                structure.where(name).fault(
                    f"says {structure[name]}, but {found} are listed. Mend the one or the other."
                )


def check_said(files: Files) -> None:
    """Names whose languages stand beside other fields need one of them too."""
    spread = [(unit, unit.here) for unit in files.each("units")]
    spread += [
        (committee["terms_of_reference"], committee.where("terms_of_reference"))
        for committee in files.each("committee")
        if committee["terms_of_reference"] is not None
    ]
    for seat in chain.from_iterable(files.each(collection) for collection in SEATS):
        if not seat["post"] and not seat["name"]:
            seat.here.fault("has neither post nor name. Write one of them.")
    for record, where in spread:
        if not any(record[language] for language in LANGUAGES):
            where.fault(f"says nothing. Write it in at least one of: {', '.join(LANGUAGES)}.")


def check_succession(files: Files) -> None:
    after = {office["code"]: office["succeeded_by"] for office in files.each("offices")}
    for office in files.each("offices"):
        seen, code = set(), office["code"]
        while code and code not in seen:
            seen.add(code)
            code = after.get(code)
        if code and code == office["code"]:
            office.where("succeeded_by").fault(f"leads back to {code}. Name the office that is still there.")


def check_baselines(files: Files) -> None:
    for indicator in files.each("indicators"):
        baseline = indicator["baseline"]
        if not baseline or not baseline["period"]:
            continue
        for target in (indicator["targets"] or []) + (indicator["qualitative_targets"] or []):
            if target["due"] and target["due"].end <= baseline["period"].end:
                target.where("due").fault(
                    f"{target['due']} is not after the baseline's period {baseline['period']}. Mend the one or the other."
                )


def check_breakdowns(files: Files) -> None:
    if not files.holds("indicators"):
        return
    for category in chain.from_iterable(map(categories, files.each("indicators"))):
        if category["code"] == TOTAL:
            category.where("code").fault(f"“{TOTAL}” means the whole. Give the category another code.")
    known = {
        indicator["code"]: {TOTAL, *(category["code"] for category in categories(indicator))}
        for indicator in files.each("indicators")
    }
    for row in files.each("observations"):
        allowed = known.get(row["indicator"])
        if row["breakdown"] and allowed and row["breakdown"] not in allowed:
            row.where("breakdown").fault(
                f"“{row['breakdown']}” is no category of {row['indicator']}. Write {TOTAL}, or add it to its disaggregation."
            )


def categories(indicator: Record) -> list[Record]:
    return (indicator["disaggregation"] or {}).get("categories") or []


def check_values(files: Files) -> None:
    for row in files.each("observations"):
        missing = row["obs_status"] == ObservationStatus.MISSING
        absent = row["value"] is None and "value" not in {fault.field for fault in faults_at(row)}
        if missing and row["value"] is not None:
            row.where("value").fault(
                "stands beside the status M, not available. Take the one or the other away."
            )
        elif not missing and row["obs_status"] and absent:
            row.where("value").fault("is missing. Write it, or the status M where it is not available.")


def faults_at(record: Record) -> Iterator:
    return (fault for fault in record.here.faults if fault.line == record.here.line)


def check_histories(files: Files) -> None:
    """Of the rows for one period the first is of kind first, and no other is."""
    known: set[tuple] = set()
    for row in sorted(files.each("observations"), key=publication_order):
        key = (row["indicator"], row["breakdown"], row["period"])
        first = row["kind"] == Kind.FIRST
        if key in known and first:
            row.where("kind").fault(
                "has an earlier row for the same period. Write revision, correction or method_change."
            )
        elif key not in known and row["kind"] and not first:
            row.where("kind").fault(
                "has no earlier row for the same period. Write first, or add the earlier row."
            )
        known.add(key)


def publication_order(record: Record) -> tuple[date, int]:
    """By date; on one date day, month, year; what has no date comes last, with the load itself."""
    order = ("day", "month", "year").index(record["published_precision"] or "day")
    return record["published_on"] or date.max, order


def check_repeats(files: Files) -> None:
    rows = repeated(
        files.each("observations"),
        lambda row: (row["indicator"], row["breakdown"], row["period"], publication_order(row)),
    )
    for row, first in rows:
        row.here.fault(
            f"repeats line {first.here.line}: same indicator, breakdown, period and date. Keep one of the two."
        )


def check_repeated_targets(files: Files) -> None:
    for indicator in files.each("indicators"):
        rows = repeated(
            iter(indicator["targets"] or []),
            lambda row: (row["stage"], row["due"], publication_order(row)),
        )
        for row, first in rows:
            row.here.fault(
                f"repeats the target in line {first.here.line}: same stage, due and date. Keep one."
            )


def check_patterns(files: Files) -> None:
    for unit in files.each("units"):
        for pattern in (unit["pattern"] or {}).values():
            if pattern.count("{value}") != 1 or set("{}") & set(pattern.replace("{value}", "")):
                unit.where("pattern").fault(
                    f"“{pattern}” does not hold {{value}} once, and no other braces. Mend it."
                )


def check_terms(files: Files) -> None:
    for term in files.each("terms"):
        if term["starts_on"] and term["ends_on"] and term["ends_on"] < term["starts_on"]:
            term.where("ends_on").fault("is before starts_on. Mend the one or the other.")
    for committee in files.each("committee"):
        established, members = committee["established_on"], committee["membership_as_at"]
        if established and members and members < established:
            committee.where("membership_as_at").fault("is before established_on. Mend the one or the other.")
    for meeting in files.each("meetings"):
        established = next((c["established_on"] for c in files.each("committee")), None)
        if established and meeting["held_on"] and meeting["held_on"] < established:
            meeting.where("held_on").fault(
                "is before the committee's established_on. Mend the one or the other."
            )
