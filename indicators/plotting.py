"""From published figures and targets to the chart's points: what to draw, in the reader's words."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from . import charts, figures
from .assessing import figure_of
from .models import TargetVersion
from .models.indicator import Path
from .models.observation import TOTAL
from .notices import event_text
from .periods import Period
from .progress import last_segment
from .projecting import possible
from .projection import project
from .sentences import target_text

WIDE = {"width": 720, "height": 320}
MOST_STEPS = 16  # of a projection
NARROW = {"width": 340, "height": 300, "narrow": True}


@dataclass(frozen=True)
class Drawing:
    """All that an indicator's chart shows, before it is given a size."""

    points: Sequence[charts.Point]
    goals: Sequence[charts.Goal]
    start: charts.Start | None
    trend: charts.Trend | None
    rank: bool
    growth: bool
    break_label: str
    unit: Any = None

    def at(self, **size) -> charts.Chart | None:
        """The chart in a size, or None when there is nothing to draw."""
        return charts.draw(
            points=self.points,
            goals=self.goals,
            start=self.start,
            trend=self.trend,
            rank=self.rank,
            growth=self.growth,
            break_label=self.break_label,
            tick_format=tick_text_in(self.unit),
            **size,
        )

    def course(self, goal: charts.Goal) -> list[tuple[float, float]]:
        """The way required from the baseline to a target, as (share of the time, value)."""
        return charts.course(self.start.value, goal.value, growth=self.growth) if self.start else []


def tick_text_in(unit) -> Callable[[float], str]:
    """Values of an axis, counted as its figures are: 40,000; in Chinese 400億 of 百萬港元."""
    return lambda value: figures.without_unit(Decimal(str(value)), unit)


def drawing(standing, rows, versions, baseline, *, notices=()) -> Drawing:
    goals = _goals(standing, versions)
    return Drawing(
        points=points(standing, rows, notices),
        goals=goals,
        start=_start(baseline, standing.unit),
        trend=_trend(standing, rows, goals),
        rank=bool(standing.unit and standing.unit.is_rank),
        growth=standing.indicator.path == Path.GROWTH,
        break_label=_("new method"),
        unit=standing.unit,
    )


def both(drawn: Drawing):
    wide = drawn.at(**WIDE)
    return {"wide": wide, "narrow": drawn.at(**NARROW)} if wide else None


def _of_frequency(standing, rows, breakdown=TOTAL):
    kept = [
        row
        for row in rows
        if row.breakdown == breakdown and row.reference_period.matches(standing.indicator.frequency)
    ]
    return sorted(kept, key=lambda row: row.reference_period)


def points(standing, rows, notices, breakdown=TOTAL):
    """The figures as points; of a revised one, what happened to it last."""
    last = {notice.period: notice for notice in reversed(notices) if notice.breakdown == breakdown}
    found, broke = [], False
    for row in _of_frequency(standing, rows, breakdown):
        # A figure that is missing may bear the break of those after it.
        broke = broke or row.break_before
        if row.value is not None:
            found.append(_point(row, standing.unit, last.get(row.period), broke))
            broke = False
    return found


def _point(row, unit, notice, break_before):
    return charts.Point(
        period=figures.period_label(row.period),
        code=row.period,
        x=float(row.reference_period.position),
        value=float(row.value),
        label=figures.with_unit(row.value, unit, row.qualifier),
        hollow=row.status in ("P", "E"),
        bound=row.qualifier,
        break_before=break_before,
        revised=notice is not None,
        note=event_text(notice) if notice else "",
    )


def _trend(standing, rows, goals):
    """Where the last figures lead, up to the last target that still stands ahead of them."""
    kept = _of_frequency(standing, rows)
    frequency = standing.indicator.frequency
    segment = last_segment(map(figure_of, kept), frequency=frequency).figures
    ahead = [Period.parse(goal.code) for goal in goals if not goal.former]
    if not segment or not ahead or max(ahead).end <= segment[-1].period.end:
        return None
    found = [
        projection
        for due in _periods_between(segment[-1].period, max(ahead))
        if (projection := project(segment, due=due, **possible(standing.unit)))
    ]
    if not found:
        return None
    places = Decimal(1).scaleb(-standing.indicator.decimals)
    latest, end = segment[-1], found[-1]
    return charts.Trend(
        steps=(
            charts.Step(latest.period.code, *_places(latest.period, *[latest.value] * 3)),
            *(charts.Step(p.due.code, *_places(p.due, p.low, p.value, p.high)) for p in found),
        ),
        label=_("projection if the last %(n)s figures go on as they have: %(range)s by %(period)s")
        % {
            "n": end.n,
            "range": figures.span(end.low.quantize(places), end.high.quantize(places), standing.unit),
            "period": figures.period_label(end.due.code),
        },
    )


def _places(period, *values):
    return float(period.position), *map(float, values)


def _periods_between(latest: Period, due: Period) -> list[Period]:
    """Some of the years between the latest figure and the due period, and that period last."""
    years = range(latest.year + 1, due.year, max(1, (due.year - latest.year) // MOST_STEPS))
    return [p for p in (Period.parse(str(year)) for year in years) if latest.end < p.end < due.end] + [due]


def _goals(standing, versions):
    """Targets with a value: the current ones, and each superseded one that differs in value or period."""
    current = {}
    for version in versions:
        current[version.target_id] = version
    goals = []
    for version in versions:
        if version.value is None or version.withdrawn:
            continue
        former = current[version.target_id].pk != version.pk
        goals.append(_goal(version, standing.unit, current[version.target_id] if former else None))
    return goals


def _goal(version: TargetVersion, unit, successor):
    period = Period.parse(version.due)
    said = {
        "target": target_text(version.value, version.bound, unit),
        "period": figures.period_label(version.due),
    }
    note = ""
    if successor is not None:
        note = _("until %(year)s") % {"year": successor.publication.published_on.year}
    return charts.Goal(
        x=float(period.position),
        value=float(version.value),
        label=_("%(target)s by %(period)s") % said,
        former=successor is not None,
        note=note,
        code=version.due,
    )


def _start(baseline, unit):
    if baseline is None:
        return None
    return charts.Start(
        x=float(Period.parse(baseline.period).position),
        value=float(baseline.value),
        label=_("baseline %(value)s") % {"value": figures.with_unit(baseline.value, unit)},
        said=figures.with_unit(baseline.value, unit),
        code=baseline.period,
        note=_("baseline"),
    )


def stages_line(today: datetime.date, start_year: int, stages) -> dict:
    """Where one is between the plan's beginning and its last stage, in per cent of the way."""
    dated = sorted((s for s in stages if s.year), key=lambda s: s.year)
    if not dated or dated[-1].year <= start_year:
        return {}
    span = dated[-1].year - start_year

    def place(year: float) -> str:
        return f"{min(max((year - start_year) / span, 0), 1) * 100:.1f}"

    return {
        "today": place(today.year + today.timetuple().tm_yday / 366),
        "stops": [{"x": place(s.year), "year": s.year, "stage": s, "last": s is dated[-1]} for s in dated],
        "start": start_year,
    }
