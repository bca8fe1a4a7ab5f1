"""What members have before them: strategies on the figures of a cycle's cut-off, whatever was published later."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from blueprint.clock import hong_kong_date
from blueprint.models import Publication
from blueprint.moment import Moment
from indicators.models import Assessment
from indicators.standings import standings, tally
from strategies.models import StrategyVersion

from .models import Cycle, Rating


def frozen_moment(cycle: Cycle) -> Moment:
    """Up to the cut-off, judged on the day the cycle was opened: both stay as they were when papers went out."""
    return Moment(
        number=cycle.cut_off_id,
        today=hong_kong_date(cycle.opened_at),
        publication=cycle.cut_off,
        asked=str(cycle.cut_off_id),
    )


@dataclass(frozen=True)
class Paper:
    """One strategy of a cycle and how its indicators stood on the frozen figures."""

    cycle: Cycle
    strategy: Any
    standings: list

    @property
    def code(self) -> str:
        return str(self.strategy.strategy_id)

    @property
    def tally(self) -> list[tuple[str, int]]:
        return tally(self.standings, targets_only=False)

    @property
    def computed(self) -> dict[str, int]:
        """Statuses of the targets, counted: what a finding says that the figures said."""
        return dict(tally(self.standings))


def papers_of(cycle: Cycle) -> list[Paper]:
    moment = frozen_moment(cycle)
    under = defaultdict(list)
    for standing in standings(moment):
        under[standing.indicator.strategy_id].append(standing)
    strategies = StrategyVersion.objects.as_at(cycle.cut_off_id).order_by("number")
    return [Paper(cycle, strategy, under[strategy.strategy_id]) for strategy in strategies]


def paper_of(cycle: Cycle, code: str) -> Paper | None:
    """The paper of one strategy; None if it was not public at the cut-off."""
    return next((paper for paper in papers_of(cycle) if paper.code == code), None)


def changed_since(paper: Paper) -> list[tuple[Any, list[Publication]]]:
    """(indicator, later publications that touched its figures or targets), in the order of the paper."""
    later = defaultdict(set)
    codes = [standing.code for standing in paper.standings]
    touched = Assessment.objects.filter(indicator__in=codes, publication__gt=paper.cycle.cut_off_id)
    for row in touched.select_related("publication").defer("publication__leaf"):
        later[row.indicator_id].add(row.publication)
    return [
        (standing.indicator, sorted(later[standing.code], key=lambda publication: publication.number))
        for standing in paper.standings
        if later[standing.code]
    ]


def spread_of(cycle: Cycle, strategy: str) -> dict[str, int]:
    """How many members gave each rating, highest first and without names: {"4": 2, "3": 1}."""
    given = Rating.objects.filter(cycle=cycle, strategy=strategy).values_list("confidence", flat=True)
    return {str(rating): count for rating, count in sorted(Counter(given).items(), reverse=True)}
