"""Every indicator at a moment in one line: enough to count, choose, filter and sort by, however many there are."""

import datetime
import functools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from . import progress
from .models import IndicatorVersion
from .periods import Period
from .standings import Standing, headline, place, standings
from .summaries import entry, newest, without_name


@dataclass(frozen=True)
class Goal:
    """What an indicator is held against at a stage, and how it stands there on the day."""

    stage: str | None
    due_end: datetime.date | None
    status: str
    rule: int


# Many indicators are held against the same and stand alike, so each combination is worked out once.
@functools.lru_cache(maxsize=4096)
def goals(targets: str, today: datetime.date) -> tuple[Goal, ...]:
    found = []
    for stage, end, rule, status, reading in json.loads(targets):
        due_end = datetime.date.fromisoformat(end) if end else None
        standing = progress.status_on(rule, status, reading or None, due_end, today)
        found.append(Goal(stage, due_end, standing.status, standing.rule))
    return tuple(found)


@functools.lru_cache(maxsize=4096)
def headline_status(targets: str, today: datetime.date) -> str:
    goal = headline(goals(targets, today))
    return goal.status if goal else "not_set"


@dataclass(frozen=True)
class Line:
    code: str
    strategy: str
    said: dict[str, Any]
    today: datetime.date

    @property
    def office(self) -> str:
        return str(self.said["office"])

    @property
    def latest_period(self) -> str:
        return str(self.said["latest"])

    @property
    def current(self) -> tuple[Goal, ...]:
        return goals(self.said["targets"], self.today)

    @property
    def status(self) -> str:
        return headline_status(self.said["targets"], self.today)

    @property
    def due_on(self) -> datetime.date | None:
        return datetime.date.fromisoformat(self.said["next"][1]) if self.said["next"] else None

    @property
    def freshness(self) -> progress.Freshness:
        due = self.due_on and (Period.parse(self.said["next"][0]), self.due_on)
        return progress.freshness_on(due, self.today)

    @property
    def place(self) -> tuple:
        return place(self.strategy, str(self.said["class"]), self.code)


def lines(moment: Any, *, strategies: QuerySet | None = None) -> list[Line]:
    """Every indicator that was public at the moment (or those of ``strategies``), in the order of ``standings``."""
    found = [
        Line(code, row.strategy_id, said, moment.today)
        for row in newest(moment.number, strategies=strategies)
        for code, said in row.indicators.items()
    ]
    if moment.past:
        found += named_later(moment, strategies)
    return sorted(found, key=lambda line: line.place)


def named_later(moment: Any, strategies: QuerySet | None) -> list[Line]:
    """Those whose names were published after the moment stand in no strategy's summary of then."""
    codes = without_name(moment.number)
    if codes and strategies is not None:
        under = IndicatorVersion.objects.filter(indicator__in=codes, strategy__in=strategies)
        codes = list(under.values_list("indicator", flat=True).distinct())
    found = [line_of(standing, moment) for standing in standings(moment, codes=codes)] if codes else []
    wanted = None if strategies is None else set(strategies.values_list("pk", flat=True))
    return [line for line in found if wanted is None or line.strategy in wanted]


def line_of(standing: Standing, moment: Any) -> Line:
    rows = [judgement.row for judgement in standing.judgements]
    order = {j.row.stage_id: j.stage.number for j in standing.judgements if j.stage}
    return Line(
        standing.code, standing.indicator.strategy_id, entry(standing.indicator, rows, order), moment.today
    )


def standings_of(moment: Any, chosen: Iterable[Line], *, names: dict[str, list]) -> dict[str, Standing]:
    """{code: standing} of the chosen lines: all that is known of them, to be shown."""
    codes = {line.code for line in chosen}
    found = standings(moment, codes=codes, names=names) if codes else []
    return {standing.code: standing for standing in found}
