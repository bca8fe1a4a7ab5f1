"""From published rows to projections: what a page says of a target whose figure is still to come, and the back-test."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import progress
from .assessing import figure_of, series_at
from .figures import joined, period_label, span, with_unit
from .models.observation import TOTAL
from .periods import Period
from .projection import MOST, Projection, Trial, limits, project, refusal, trials, verdict

VERDICTS = {
    "not_on_trend": gettext_lazy("Not on the present trend"),
    "possible": gettext_lazy("Possible on the present trend"),
    "likely": gettext_lazy("Likely on the present trend"),
}
REFUSALS = {
    "too_few": gettext_lazy("Not enough data: a projection takes at least four comparable figures."),
    "rank": gettext_lazy("A rank is not projected: it depends on how others do as well."),
    "bound": gettext_lazy("Not projected: one of the last figures is a bound and not an exact value."),
}

# The back-test of a plan far larger than this one tries no more, so that its page does not grow slow.
SERIES_TRIED, FIGURES_TRIED = 40, 12 + MOST


@dataclass(frozen=True)
class Outlook:
    """What can be said of a target still to come: a projection with its verdict, or why there is none."""

    words: Any
    verdict: str = ""
    detail: str = ""


def outlooks(standing: Any, rows: Iterable[Any]) -> list[tuple[Any, Outlook | None]]:
    """Each judgement of an indicator with its outlook; none where the figure of the due period is known."""
    kept = [figure_of(row) for row in rows if row.breakdown == TOTAL]
    segment = progress.last_segment(kept, frequency=standing.indicator.frequency).figures
    return [(judgement, _outlook(judgement.row, standing, segment)) for judgement in standing.judgements]


def _outlook(row: Any, standing: Any, segment: tuple[progress.Figure, ...]) -> Outlook | None:
    if row.target_value is None or not segment or row.due_end <= segment[-1].period.end:
        return None
    reason = refusal(segment, is_rank=_is_rank(standing.unit))
    projection = project(segment, due=Period.parse(row.due), **possible(standing.unit))
    if projection is None:
        return Outlook(REFUSALS[reason])
    found = verdict(projection, row.target_value, standing.indicator.polarity)
    return Outlook(VERDICTS[found], found, _detail(projection, standing))


def possible(unit: Any) -> dict[str, Any]:
    """What ``project`` asks of a unit: whether it ranks, and the least and the most a figure can be."""
    low, high = limits(unit.kind if unit else "")
    return {"is_rank": _is_rank(unit), "low": low, "high": high}


def _is_rank(unit: Any) -> bool:
    return bool(unit and unit.is_rank)


def _detail(projection: Projection, standing: Any) -> str:
    said = {
        "n": projection.n,
        "first": period_label(projection.first.code),
        "last": period_label(projection.last.code),
        "period": period_label(projection.due.code),
        "value": with_unit(_rounded(projection.value, standing), standing.unit),
        "range": span(*(_rounded(end, standing) for end in (projection.low, projection.high)), standing.unit),
    }
    return joined(
        _(
            "A straight line through the last %(n)s figures, %(first)s to %(last)s, leads to %(value)s in %(period)s."
        )
        % said,
        _("The range, meant to hold four times in five: %(range)s.") % said,
    )


def _rounded(value: Decimal, standing: Any) -> Decimal:
    """With the decimals that the indicator's own figures have: a range is no more exact than they are."""
    return round(value, standing.indicator.decimals)


# How the ranges did


@dataclass(frozen=True)
class Tried:
    """A series in the back-test."""

    standing: Any
    trials: list[Trial]

    @property
    def count(self) -> int:
        return len(self.trials)

    @property
    def inside(self) -> int:
        return sum(trial.inside for trial in self.trials)


@dataclass(frozen=True)
class BackTest:
    series: list[Tried]
    cut: bool  # there were more series, or longer ones, than are tried

    @property
    def count(self) -> int:
        return sum(tried.count for tried in self.series)

    @property
    def inside(self) -> int:
        return sum(tried.inside for tried in self.series)


def back_test(number: int, standings: list[Any], *, of: int) -> BackTest:
    """Each figure of these series, as they stand at a publication, held against those before it. One query.

    ``of``: how many series there are in all.
    """
    series = series_at(number, [standing.code for standing in standings])
    found = [_tried(standing, [figure_of(row) for row in series[standing.code]]) for standing in standings]
    longer = any(len(series[standing.code]) > FIGURES_TRIED for standing in standings)
    return BackTest([tried for tried in found if tried.count], cut=longer or of > len(standings))


def _tried(standing: Any, figures: list[progress.Figure]) -> Tried:
    frequency = standing.indicator.frequency
    newest = progress.in_order(figures, frequency=frequency)[-FIGURES_TRIED:]
    return Tried(standing, trials(newest, frequency=frequency, **possible(standing.unit)))
