"""What gives a figure its meaning: the indicator, its unit and its targets, as they stood when it was entered."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from .nouns import Change, noun
from .publishing import standing_numbers

FIGURES = ("observation", "evidence")


def indicators_in(changes: Sequence[Change]) -> set[str]:
    return {change.content["indicator_id"] for change in changes if change.noun.name in FIGURES}


def definitions_by_indicator(codes: Collection[str], *, before: int | None = None) -> dict[str, list[Change]]:
    """Of each indicator itself, every unit it was ever in and every target it ever had, by their keys alone."""
    found = {code: [Change.of("indicator", indicator_id=code)] for code in sorted(codes)}
    named: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for name, table, key in (("unit", "indicator", "unit_id"), ("target", "target", "target_id")):
        rows = noun(table).version.objects.filter(indicator__in=codes)
        known = rows if before is None else rows.filter(publication__lt=before)
        for code, named_code in known.order_by().values_list("indicator", key).distinct():
            named[code].add((name, key, named_code))
    for code, definitions in named.items():
        found[code] += [Change.of(name, **{key: one}) for name, key, one in sorted(definitions)]
    return found


def definitions_of(changes: Sequence[Change], *, before: int | None = None) -> list[Change]:
    codes = indicators_in(changes)
    return definitions_among(definitions_by_indicator(codes, before=before) if codes else {}, codes)


def definitions_among(by_indicator: Mapping[str, list[Change]], codes: Collection[str]) -> list[Change]:
    """Those of some of the indicators. A unit that two of them share is named once."""
    found = {(one.noun.name, one.key): one for code in sorted(codes) for one in by_indicator[code]}
    return list(found.values())


def defined_by(changes: Sequence[Change], *, before: int | None = None) -> list[list[str]]:
    """Which publication made each definition that figures rest on, for a digest."""
    numbers = standing_numbers(definitions_of(changes, before=before), before=before)
    return sorted([kind.name, str(key[0]), str(number)] for (kind, key), number in numbers.items())
