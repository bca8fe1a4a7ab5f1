"""Every indicator at a moment in one line: enough to count, choose, filter and sort by, however many there are."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from . import progress
from .periods import Period
from .standings import Standing, headline, place, standings
from .summaries import newest, without_name


@dataclass(frozen=True)
class Goal:
    """What an indicator is held against at a stage, and how it stands there on the day."""

    stage: str | None
    due_end: datetime.date | None
    status: str


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

    @cached_property
    def current(self) -> tuple[Goal, ...]:
        return tuple(self._goal(*target) for target in self.said["targets"])

    def _goal(self, stage: str | None, end: str | None, rule: int, status: str, reading: str) -> Goal:
        due_end = datetime.date.fromisoformat(end) if end else None
        return Goal(
            stage, due_end, progress.status_on(rule, status, reading or None, due_end, self.today).status
        )

    @property
    def headline(self) -> Goal | None:
        return headline(self.current)

    @property
    def status(self) -> str:
        return self.headline.status if self.headline else "not_set"

    @cached_property
    def freshness(self) -> progress.Freshness:
        due = self.said["next"] and (
            Period.parse(self.said["next"][0]),
            datetime.date.fromisoformat(self.said["next"][1]),
        )
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
    found = standings(moment, codes=codes) if codes else []
    wanted = None if strategies is None else set(strategies.values_list("pk", flat=True))
    return [
        line_of(standing, moment)
        for standing in found
        if wanted is None or standing.indicator.strategy_id in wanted
    ]


def line_of(standing: Any, moment: Any) -> Line:
    indicator, latest, due = standing.indicator, standing.latest, standing.freshness
    said = {
        "class": indicator.indicator_class,
        "office": indicator.office_id,
        "latest": latest.latest_period if latest else "",
        "next": due.due_on and [due.period.code, due.due_on.isoformat()],
        "targets": [
            [
                j.row.stage_id,
                j.row.due_end and j.row.due_end.isoformat(),
                j.row.rule,
                j.row.status,
                j.row.reading,
            ]
            for j in standing.current
        ],
    }
    return Line(standing.code, indicator.strategy_id, said, moment.today)


def standings_of(moment: Any, chosen: Iterable[Line], *, names: dict[str, list]) -> dict[str, Standing]:
    """{code: standing} of the chosen lines: all that is known of them, to be shown."""
    codes = {line.code for line in chosen}
    found = standings(moment, codes=codes, names=names) if codes else []
    return {standing.code: standing for standing in found}
