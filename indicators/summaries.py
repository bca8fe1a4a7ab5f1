"""What a publication leaves to read by key: how each indicator of a strategy stands, in the fewest words."""

import datetime
import json
from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from strategies.models import Strategy

from . import progress
from .models import Assessment, IndicatorVersion, Observation, Summary, TargetVersion
from .periods import Period

# An indicator and its assessments.
Judged = tuple[IndicatorVersion, list[Assessment]]


def summarise(number: int, codes: set[str], judged: Iterable[Judged], stage_order: dict[str, int]) -> None:
    """Write the summaries that publication ``number`` changes by touching ``codes``.

    ``judged`` holds those of them that have a name and were not withdrawn.
    """
    before = {row.strategy_id: row.indicators for row in newest(number)}
    before[None] = {code: {} for code in without_name(number)}
    after = {strategy: {c: e for c, e in held.items() if c not in codes} for strategy, held in before.items()}
    for indicator, rows in judged:
        after.setdefault(indicator.strategy_id, {})[indicator.indicator_id] = entry(
            indicator, rows, stage_order
        )
    for code in nameless(codes - {indicator.indicator_id for indicator, _rows in judged}):
        after.setdefault(None, {})[code] = {}
    Summary.objects.bulk_create(
        Summary(publication_id=number, strategy_id=strategy, indicators=held)
        for strategy, held in after.items()
        if held != before.get(strategy, {})
    )


def nameless(codes: set[str]) -> set[str]:
    """Those that have figures or targets and no version; the others among them were withdrawn."""
    if not codes:
        return codes
    rows = [m.objects.filter(indicator__in=codes) for m in (IndicatorVersion, Observation, TargetVersion)]
    named, measured, promised = (set(found.values_list("indicator", flat=True)) for found in rows)
    return (measured | promised) - named


def newest(number: int, *, strategies: QuerySet | None = None) -> list[Summary]:
    """Of each strategy (or of ``strategies``) the row that stands by publication ``number``, by one look-up each."""
    found = Strategy.objects.all() if strategies is None else strategies
    rows = Summary.objects.filter(publication__lte=number, strategy=OuterRef("pk")).order_by(
        "-publication_id"
    )
    last = found.order_by().annotate(last=Subquery(rows.values("pk")[:1])).values("last")
    return list(Summary.objects.filter(pk__in=last))


def without_name(number: int) -> list[str]:
    """Indicators that had figures or targets by then, while their names were published only later."""
    row = Summary.objects.filter(publication__lte=number, strategy=None).order_by("-publication_id").first()
    return list(row.indicators) if row else []


def public_among(versions: list[IndicatorVersion], moment: Any) -> list[IndicatorVersion]:
    """Those of them that can be read about at the moment, if only by figures older than their names."""
    if all(version.publication_id <= moment.number for version in versions):
        return versions
    nameless = set(without_name(moment.number))
    return [v for v in versions if v.publication_id <= moment.number or v.indicator_id in nameless]


def entry(indicator: IndicatorVersion, rows: list[Assessment], stage_order: dict[str, int]) -> dict[str, Any]:
    """An indicator in a summary: what it is filtered and sorted by, and all that a status needs but the date."""
    latest = next((row.latest_period for row in rows if row.latest_period), "")
    baseline = next((row.baseline_period for row in rows if row.baseline_period), "")
    following = progress.following(
        latest=Period.parse(latest) if latest else None,
        baseline=Period.parse(baseline) if baseline else None,
        frequency=indicator.frequency,
        release_month=indicator.release_month,
    )

    def in_time(row: Assessment) -> tuple:
        return row.due_end or datetime.date.max, stage_order.get(row.stage_id, 0), row.target_code

    current = sorted((row for row in rows if row.against != Assessment.Against.FIRST), key=in_time)
    return {
        "class": indicator.indicator_class,
        "office": indicator.office_id,
        "latest": latest,
        "next": following and [following[0].code, following[1].isoformat()],
        # As text, which is compared and looked up as a whole.
        "targets": json.dumps(
            [
                [row.stage_id, row.due_end and row.due_end.isoformat(), row.rule, row.status, row.reading]
                for row in current
            ]
        ),
    }
