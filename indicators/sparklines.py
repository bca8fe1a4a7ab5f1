"""The course of an indicator beside its words in a list: a line as small as a word, read in one query for a page."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from .charts import Shape
from .lettering import number, path
from .models import Observation
from .models.observation import TOTAL
from .periods import Period

WIDTH, HEIGHT, EDGE = 88.0, 24.0, 4.0
# How many years a line goes back from the latest figure: some two dozen figures at the most.
YEARS = {"annual": 15, "half_yearly": 10, "quarterly": 6, "monthly": 2, "irregular": 10}
MOST = 30


@dataclass(frozen=True)
class Mark:
    x: float
    value: float
    break_before: bool = False


@dataclass(frozen=True)
class Spark:
    """``runs`` are parted by breaks in the series; the last point is the latest figure."""

    runs: tuple[Shape, ...]
    x: str
    y: str


def spark(marks: Sequence[Mark], *, rank: bool = False) -> Spark | None:
    """The line through figures, oldest first; none where there are not two to compare."""
    if len(marks) < 2:
        return None
    low, high = min(mark.value for mark in marks), max(mark.value for mark in marks)
    first, last = marks[0].x, marks[-1].x

    def place(mark: Mark) -> tuple[float, float]:
        across = (mark.x - first) / (last - first)
        up = (mark.value - low) / (high - low) if high > low else 0.5
        return EDGE + across * (WIDTH - 2 * EDGE), EDGE + (up if rank else 1 - up) * (HEIGHT - 2 * EDGE)

    runs: list[list[tuple[float, float]]] = []
    for mark in marks:
        if mark.break_before or not runs:
            runs.append([])
        runs[-1].append(place(mark))
    x, y = runs[-1][-1]
    shapes = [Shape(path(*run), "" if run is runs[-1] else "old") for run in runs if len(run) > 1]
    return Spark(tuple(shapes), number(x), number(y))


def sparks(moment: Any, standings: Iterable[Any]) -> dict[str, Spark]:
    """{code: line} of those that have one, as their totals stood at the moment."""
    shown = {standing.code: standing for standing in standings if standing.latest}
    rows = defaultdict(list)
    for row in _figures(moment, shown.values()):
        period = row.reference_period
        if period.matches(shown[row.indicator_id].indicator.frequency):
            rows[row.indicator_id].append((period, row))
    lines = {
        code: spark(_marks(found), rank=bool(shown[code].unit and shown[code].unit.is_rank))
        for code, found in rows.items()
    }
    return {code: line for code, line in lines.items() if line}


def _figures(moment: Any, standings: Iterable[Any]) -> Iterable[Observation]:
    """Of each the last years alone: however long a series is, a list reads a few rows of it."""
    wanted = Q()
    for standing in standings:
        indicator = standing.indicator
        since = Period.parse(standing.latest.latest_period).year - YEARS[indicator.frequency]
        wanted |= Q(indicator=standing.code, breakdown=TOTAL, period__gte=str(since))
    return Observation.objects.filter(wanted).as_at(moment.number) if wanted else ()


def _marks(found: list[tuple[Period, Observation]]) -> list[Mark]:
    marks, broke = [], False
    for period, row in sorted(found, key=lambda each: each[0]):
        # A figure that is missing may bear the break of those after it.
        broke = broke or row.break_before
        if row.value is not None:
            marks.append(Mark(float(period.position), float(row.value), broke))
            broke = False
    return marks[-MOST:]
