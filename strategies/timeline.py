"""Milestones on a line of time, drawn for any width: places across it are in per cent, heights in pixels."""

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# The line leaves room for half a mark at its left and for a number at its right.
LEFT, WIDTH = 2.0, 92.0
# On the narrowest phone this is the width of a mark with its number.
ROOM = 10.5
LANE, TOP, FOOT = 26, 34, 34
MOST_YEARS = 6
EDGE = 15


@dataclass(frozen=True)
class Mark:
    """One milestone: where its day or span ends and begins, and where it stood before."""

    number: int
    step: Any
    x: str
    begins: str
    y: int
    former: tuple[str, ...]

    @property
    def is_span(self) -> bool:
        return self.begins != self.x


@dataclass(frozen=True)
class Line:
    marks: tuple[Mark, ...]
    years: tuple[tuple[str, int], ...]
    today: str
    height: int
    first: int
    last: int

    @property
    def today_anchor(self) -> str:
        """Words at the edge of the line stay within it."""
        place = float(self.today)
        return "start" if place < EDGE else "end" if place > 100 - EDGE else "middle"

    @property
    def ground(self) -> int:
        return self.height - FOOT

    @property
    def year_at(self) -> int:
        return self.height - 8


def draw(steps: Sequence[Any], today: datetime.date) -> Line | None:
    """None for fewer than two milestones: a list says as much."""
    if len(steps) < 2:
        return None
    days = [day for step in steps for day in (step.starts, step.ends, *step.former_ends)]
    first, last = min(*days, today).year, max(*days, today).year
    begin = datetime.date(first, 1, 1)
    span = (datetime.date(last, 12, 31) - begin).days

    def place(day: datetime.date) -> float:
        return LEFT + WIDTH * (day - begin).days / span

    lanes = lanes_of([(place(step.ends), [*map(place, (step.starts, *step.former_ends))]) for step in steps])
    height = TOP + LANE * (max(lanes) + 1) + FOOT
    marks = [
        Mark(
            number=number,
            step=step,
            x=shown(place(step.ends)),
            begins=shown(place(step.starts)),
            y=height - FOOT - LANE // 2 - LANE * lane,
            former=tuple(shown(place(day)) for day in step.former_ends),
        )
        for number, (step, lane) in enumerate(zip(steps, lanes, strict=True), 1)
    ]
    apart = math.ceil((last - first + 1) / MOST_YEARS)
    years = [(shown(place(datetime.date(y, 1, 1))), y) for y in range(first, last + 1, apart)]
    return Line(tuple(marks), tuple(years), shown(place(today)), height, first, last)


def lanes_of(places: Sequence[tuple[float, Sequence[float]]]) -> list[int]:
    """The lowest lane in which each finds room beside those before it, from its first place to its last."""
    taken: list[list[tuple[float, float]]] = []
    chosen = []
    for x, others in places:
        begin, end = min([x, *others]), max([x, *others]) + ROOM
        lane = next(
            (n for n, held in enumerate(taken) if all(end <= b or begin >= e for b, e in held)), len(taken)
        )
        if lane == len(taken):
            taken.append([])
        taken[lane].append((begin, end))
        chosen.append(lane)
    return chosen


def shown(place: float) -> str:
    return f"{place:.1f}"
