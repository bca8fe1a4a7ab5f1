"""From published figures and targets to the chart's points: what to draw, in the reader's words."""

import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from . import charts, figures
from .models import TargetVersion
from .models.observation import TOTAL
from .notices import event_text
from .periods import Period
from .sentences import target_text


def draw_both(standing, rows, versions, baseline, *, notices=()):
    """The chart for a wide and for a narrow place, or None when there is nothing to draw."""
    parts = {
        "points": points(standing, rows, notices),
        "goals": _goals(standing, versions),
        "start": _start(baseline, standing.unit),
        "rank": bool(standing.unit and standing.unit.is_rank),
        "break_label": _("new method"),
        "tick_format": lambda value: figures.number(Decimal(str(value))),
    }
    wide = charts.draw(**parts)
    if wide is None:
        return None
    return {"wide": wide, "narrow": charts.draw(**parts, width=340, height=300, narrow=True)}


def _counted(standing, rows):
    """Totals that have a value and are of the declared frequency, oldest first."""
    kept = [
        row
        for row in rows
        if row.breakdown == TOTAL
        and row.value is not None
        and row.reference_period.matches(standing.indicator.frequency)
    ]
    return sorted(kept, key=lambda row: row.reference_period)


def points(standing, rows, notices):
    """The figures as points; of a revised one, what happened to it last."""
    last = {notice.period: notice for notice in reversed(notices) if notice.breakdown == TOTAL}
    return [_point(row, standing.unit, last.get(row.period)) for row in _counted(standing, rows)]


def _point(row, unit, notice):
    return charts.Point(
        period=figures.period_label(row.period),
        code=row.period,
        x=float(row.reference_period.position),
        value=float(row.value),
        label=figures.with_unit(row.value, unit, row.qualifier),
        hollow=row.status in ("P", "E"),
        bound=row.qualifier,
        break_before=row.break_before,
        revised=notice is not None,
        note=event_text(notice) if notice else "",
    )


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
    )


def _start(baseline, unit):
    if baseline is None:
        return None
    return charts.Start(
        x=float(Period.parse(baseline.period).position),
        value=float(baseline.value),
        label=_("baseline %(value)s") % {"value": figures.with_unit(baseline.value, unit)},
    )


def description(standing, rows) -> str:
    """The chart in words, for those who do not see it; every figure is in the table below it."""
    counted = _counted(standing, rows)
    if not counted:
        return ""
    return _(
        "From %(first)s in %(first_period)s to %(last)s in %(last_period)s. All figures are in the table."
    ) % {
        "first": figures.with_unit(counted[0].value, standing.unit, counted[0].qualifier),
        "first_period": figures.period_label(counted[0].period),
        "last": figures.with_unit(counted[-1].value, standing.unit, counted[-1].qualifier),
        "last_period": figures.period_label(counted[-1].period),
    }


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
