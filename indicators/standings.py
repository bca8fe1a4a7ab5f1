"""How indicators stand at a moment: assessments joined with names, units and stages, in a fixed number of queries."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any

from blueprint.models import Publication
from blueprint.together import read_together

from . import progress
from .assessing import assessments, exact_value
from .models import Assessment, IndicatorVersion, StageVersion, UnitVersion
from .periods import Period
from .summaries import without_name


@dataclass(frozen=True)
class Judgement:
    """An assessment on a day: the row, its stage, and the status that follows."""

    row: Any
    stage: Any
    standing: progress.Standing

    @property
    def status(self) -> str:
        return self.standing.status

    @property
    def due_end(self) -> datetime.date | None:
        return self.row.due_end

    @property
    def ratio(self) -> Decimal | None:
        return shown(self.row.ratio)

    @property
    def share_of_way(self) -> Decimal | None:
        return shown(self.row.share_of_way)

    @property
    def share_of_time(self) -> Decimal | None:
        return shown(self.row.share_of_time)

    @property
    def against_first(self) -> bool:
        return bool(self.row.against == Assessment.Against.FIRST)


@dataclass(frozen=True)
class Standing:
    """An indicator at a moment. ``judgements``: one a stage and target; ``headline``: the one to work towards now."""

    indicator: Any
    unit: Any
    judgements: tuple[Judgement, ...]
    freshness: progress.Freshness
    # The name was first published after this moment.
    named_later: bool = False

    @property
    def code(self) -> str:
        return str(self.indicator.indicator_id)

    @property
    def due_on(self) -> datetime.date | None:
        return self.freshness.due_on

    @property
    def latest(self) -> Any:
        """The row that carries the latest figure, or None."""
        row = self.judgements[0].row if self.judgements else None
        return row if row is not None and row.latest_period else None

    @property
    def current(self) -> tuple[Judgement, ...]:
        return tuple(j for j in self.judgements if not j.against_first)

    @property
    def headline(self) -> Judgement | None:
        return headline(self.current)

    @property
    def status(self) -> str:
        return self.headline.status if self.headline else "not_set"


def headline(current: Iterable[Any]) -> Any:
    """The next target that is still to come; if none is, the last one; a stage without target only at last."""
    current = list(current)
    promised = sorted((goal for goal in current if goal.due_end), key=attrgetter("due_end"))
    ahead = [goal for goal in promised if goal.status not in ("awaiting", "achieved", "missed")]
    return next(iter(ahead or promised[::-1] or current), None)


def shown(exact: str) -> Decimal | None:
    """A share or ratio as it is shown: truncated to two places."""
    value = exact_value(exact)
    return None if value is None else progress.truncate(value)


def names_of(moment: Any) -> dict[str, Any]:
    """What figures are named by, to be read together with what else a page needs."""
    return {
        "units": UnitVersion.objects.as_at(moment.number, or_first=True),
        "stages": StageVersion.objects.as_at(moment.number, or_first=True),
    }


def standings(
    moment: Any, *, codes: Iterable[str] | None = None, names: dict[str, list] | None = None
) -> list[Standing]:
    """Every indicator (or those of ``codes``) that was public at the moment, in the order of its strategy.

    ``names``: ``names_of(moment)`` where the page has read it already.
    """
    rows = IndicatorVersion.objects.all()
    judged = Assessment.objects.all()
    if codes is not None:
        codes = list(codes)
        rows, judged = rows.filter(indicator__in=codes), judged.filter(indicator__in=codes)
    versions = list(rows.as_at(moment.number, or_first=True))
    sets = defaultdict(list)
    for row in judged.as_at(moment.number):
        sets[row.indicator_id].append(row)
    if moment.past:
        assess_unnamed(moment, versions, sets)
    names = names or read_together(**names_of(moment))
    units = {u.unit_id: u for u in names["units"]}
    stages = {s.stage_id: s for s in names["stages"]}
    found = [
        standing_of(version, sets[version.indicator_id], units, stages, moment)
        for version in versions
        if version.publication_id <= moment.number or sets[version.indicator_id]
    ]
    return sorted(found, key=lambda s: place(s.indicator.strategy_id, s.indicator.indicator_class, s.code))


CLASSES = ("reference", "policy_address", "tracking")


def place(strategy: str, indicator_class: str, code: str) -> tuple:
    """Reference indicators first within a strategy: they are the plan's own."""
    return int(strategy) if strategy.isdigit() else 0, CLASSES.index(indicator_class), code


def assess_unnamed(moment: Any, versions: list, sets: dict) -> None:
    """Figures older than their indicator's own name have no stored assessment: judge them as they stood."""
    without = {v.indicator_id for v in versions if v.publication_id > moment.number}
    public = without & set(without_name(moment.number)) if without else without
    if public:
        publication = moment.publication or Publication(number=moment.number)
        for row in assessments(publication, public):
            sets[row.indicator_id].append(row)


def standing_of(version: Any, rows: list, units: dict, stages: dict, moment: Any) -> Standing:
    judgements = [judge(row, stages, moment.today) for row in rows]
    judgements.sort(key=in_time)
    latest = next((row.latest_period for row in rows if row.latest_period), "")
    baseline = next((row.baseline_period for row in rows if row.baseline_period), "")
    return Standing(
        indicator=version,
        unit=units.get(version.unit_id),
        judgements=tuple(judgements),
        freshness=progress.freshness(
            latest=Period.parse(latest) if latest else None,
            baseline=Period.parse(baseline) if baseline else None,
            frequency=version.frequency,
            release_month=version.release_month,
            today=moment.today,
        ),
        named_later=version.publication_id > moment.number,
    )


def in_time(judgement: Judgement) -> tuple:
    """Targets in the order in which they fall due, then the stages that have none."""
    row, stage = judgement.row, judgement.stage
    return (
        judgement.against_first,
        row.due_end or datetime.date.max,
        stage.number if stage else 0,
        row.target_code,
    )


def judge(row: Any, stages: dict, today: datetime.date) -> Judgement:
    return Judgement(
        row=row,
        stage=stages.get(row.stage_id),
        standing=progress.status_on(row.rule, row.status, row.reading or None, row.due_end, today),
    )


def tally(found: Iterable[Standing], *, targets_only: bool = True) -> list[tuple[str, int]]:
    """(status, how many targets stand so), worst first; targets that are not set are left out of a count of targets."""
    counts: dict[str, int] = defaultdict(int)
    for standing in found:
        for judgement in standing.current:
            counts[judgement.status] += 1
    skipped = {"not_set"} if targets_only else set()
    return [(s, counts[s]) for s in progress.STATUSES if counts[s] and s not in skipped]
