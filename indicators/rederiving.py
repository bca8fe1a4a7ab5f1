"""Makes what is derived from figures and targets anew, for the ledger's check to hold against what is stored."""

from collections import defaultdict
from collections.abc import Sequence

from blueprint.verifying import Derived

from .assessing import TOUCHING, assessed
from .models import Assessment, IndicatorVersion, StageVersion, Summary
from .summaries import entry, newest


def standing_assessments(number: int) -> list[Assessment]:
    """Of every indicator that stands at a publication, the set that is to stand."""
    return assessments_at(
        number, IndicatorVersion.objects.as_at(number).values_list("indicator_id", flat=True)
    )


def stored_assessments(number: int):
    named = IndicatorVersion.objects.as_at(number).values("indicator_id")
    return Assessment.objects.as_at(number).filter(indicator__in=named)


def assessments_made_by(number: int, changes: Sequence[dict]) -> list[Assessment]:
    codes = {change["indicator_id"] for change in changes if change["noun"] in TOUCHING}
    known = IndicatorVersion.objects.filter(publication__lte=number)
    if not any(change["noun"] == "stage" for change in changes):
        known = known.filter(indicator__in=codes)
    return assessments_at(number, set(known.values_list("indicator_id", flat=True)))


def assessments_at(number, codes) -> list[Assessment]:
    """As they were when the publication was the last one: its stages and no later ones."""
    stages = list(StageVersion.objects.as_at(number).order_by("number"))
    return [row for _indicator, rows in assessed(number, codes, stages) for row in rows] if codes else []


ASSESSMENTS = Derived(
    model=Assessment,
    key=("indicator_id", "stage_id", "target_code", "against"),
    standing=standing_assessments,
    stored=stored_assessments,
    made_by=assessments_made_by,
)


def standing_summaries(number: int) -> list[Summary]:
    codes = IndicatorVersion.objects.as_at(number).values_list("indicator_id", flat=True)
    stages = list(StageVersion.objects.as_at(number))
    order = {stage.stage_id: stage.number for stage in stages}
    held: dict[str, dict] = defaultdict(dict)
    for indicator, rows in assessed(number, codes, stages):
        held[indicator.strategy_id][indicator.indicator_id] = entry(indicator, rows, order)
    return [Summary(strategy_id=strategy, indicators=found) for strategy, found in held.items() if strategy]


def stored_summaries(number: int) -> list[Summary]:
    return [row for row in newest(number) if row.indicators]


def summaries_made_by(number: int, changes: Sequence[dict]) -> list[Summary]:
    """The rows that a publication wrote, with what they say of each indicator made anew."""
    stages = list(StageVersion.objects.as_at(number).order_by("number"))
    order = {stage.stage_id: stage.number for stage in stages}
    return [
        Summary(strategy_id=row.strategy_id, indicators=entries_anew(row, number, stages, order))
        for row in Summary.objects.filter(publication=number)
    ]


def entries_anew(row: Summary, number: int, stages: list, order: dict[str, int]) -> dict:
    if row.strategy_id is None:
        return {code: {} for code in row.indicators}
    judged = assessed(number, set(row.indicators), stages)
    return {
        indicator.indicator_id: entry(indicator, rows, order)
        for indicator, rows in judged
        if indicator.strategy_id == row.strategy_id
    }


SUMMARIES = Derived(
    model=Summary,
    key=("strategy_id",),
    standing=standing_summaries,
    stored=stored_summaries,
    made_by=summaries_made_by,
)
