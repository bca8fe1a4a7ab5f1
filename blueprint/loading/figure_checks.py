"""What must hold of figures, baselines and targets: rows that agree with each other and with their indicator."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import date
from itertools import chain

from indicators.models.observation import TOTAL, Kind, ObservationStatus

from .kinds import Record
from .reader import Fault
from .schema import Files


def repeated(records: Iterator[Record], key: Callable[[Record], Hashable]) -> Iterator[tuple[Record, Record]]:
    """Each item whose key stood before, with the first that had it. An unreadable key repeats nothing."""
    seen: dict[Hashable, Record] = {}
    for record in records:
        value = key(record)
        if value is None or (isinstance(value, tuple) and None in value):
            continue
        if value in seen:
            yield record, seen[value]
        seen.setdefault(value, record)


def check_baselines(files: Files) -> None:
    for indicator in files.each("indicators"):
        period = (indicator["baseline"] or {}).get("period")
        for target in targets(indicator) if period else ():
            if target["due"] and target["due"].end <= period.end:
                target.where("due").fault(
                    f"{target['due']} is not after the baseline's period {period}. Mend the one or the other."
                )


def targets(indicator: Record) -> list[Record]:
    return [*(indicator["targets"] or []), *(indicator["qualitative_targets"] or [])]


def check_breakdowns(files: Files) -> None:
    for category in chain.from_iterable(map(categories, files.each("indicators"))):
        if category["code"] == TOTAL:
            category.where("code").fault(f"“{TOTAL}” means the whole. Give the category another code.")
    known = {
        indicator["code"]: {TOTAL, *(category["code"] for category in categories(indicator))}
        for indicator in files.each("indicators")
    }
    for row in files.each("observations"):
        breakdown, indicator = row["breakdown"], row["indicator"]
        if breakdown not in known.get(indicator, {breakdown}) and breakdown is not None:
            row.where("breakdown").fault(
                f"“{breakdown}” is no category of {indicator}. Write {TOTAL}, or add it to its disaggregation."
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


def faults_at(record: Record) -> Iterator[Fault]:
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


def check_withdrawals(files: Files) -> None:
    for row in files.each("observations"):
        if row["kind"] == Kind.WITHDRAWAL and row["obs_status"] not in (None, ObservationStatus.MISSING):
            row.where("obs_status").fault("stands beside the kind withdrawal. Write M, and no value.")


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


def in_places(rows: Sequence[Record]) -> Iterator[tuple[Record, int, bool]]:
    """Each target with its place among those of its stage and date, and whether one of an earlier date had it."""
    places: dict[Hashable, int] = {}
    known: set[tuple] = set()
    for row in sorted(rows, key=publication_order):
        dated = (row["stage"], publication_order(row))
        places[dated] = places.get(dated, 0) + 1
        place = (row["stage"], places[dated])
        yield row, places[dated], place in known
        known.add(place)


def check_changed_targets(files: Files) -> None:
    """A target that replaces an earlier one says why, on whose authority and since when."""
    for indicator in files.each("indicators"):
        for row, _place, later in in_places(indicator["targets"] or []):
            said = {
                "reason": row["reason"] or indicator["note"],
                "authority": row["authority"] or row["source"],
                "decided_on": row["decided_on"] or row["published_on"],
            }
            unsaid = [name for name, value in said.items() if not value] if later else []
            for name in unsaid:
                if name not in {fault.field.rpartition(".")[2] for fault in faults_at(row)}:
                    row.where(name).fault("is missing. This target replaces an earlier one: write it.")


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


FIGURE_CHECKS = (
    check_baselines,
    check_breakdowns,
    check_values,
    check_histories,
    check_withdrawals,
    check_repeats,
    check_changed_targets,
    check_repeated_targets,
)
