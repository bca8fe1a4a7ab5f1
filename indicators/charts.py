"""Geometry of an indicator's chart: plain values in, finished coordinates and strings out.

The template only writes down what stands here, so a chart can be tested without a browser.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from indicators.lettering import (
    CAP_SHIFT,
    LINE_HEIGHT,
    Box,
    Label,
    Lettering,
    Line,
    Place,
    clip,
    number,
    path,
    text_width,
)

GRIDLINES = 4  # about so many above the lowest
YEAR_STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000)
TOP, BOTTOM, RIGHT = 30.0, 30.0, 20.0
CURVE_STEPS = 16
INSET = 10.0  # keeps the first dot off the figures of the axis
DIAMOND = 8.0


@dataclass(frozen=True)
class Point:
    """A figure; x is the end of its reference period as a decimal year, so 2024 stands at 2025.0."""

    period: str
    code: str
    x: float
    value: float
    label: str
    hollow: bool = False
    bound: str = "exact"
    break_before: bool = False
    revised: bool = False
    # What happened to a revised figure, in words.
    note: str = ""


@dataclass(frozen=True)
class Goal:
    """A target; `former` is a version that was superseded, and `note` says when."""

    x: float
    value: float
    label: str
    former: bool = False
    note: str = ""
    code: str = ""


@dataclass(frozen=True)
class Start:
    """The baseline as the plan printed it; it need not be one of the figures."""

    x: float
    value: float
    label: str
    code: str = ""
    # The value alone, and what it is called beside a figure that stands in the same place.
    said: str = ""
    note: str = ""


class Step(NamedTuple):
    """The range in which a projection expects the figure of a period."""

    code: str
    x: float
    low: float
    value: float
    high: float


@dataclass(frozen=True)
class Trend:
    """Where the last figures lead if they go on as they have; the first step is the latest figure itself."""

    steps: tuple[Step, ...]
    label: str


class Shape(NamedTuple):
    path: str
    name: str = ""
    title: str = ""


class Dot(NamedTuple):
    x: str
    y: str
    r: str
    name: str
    title: str
    caret: str = ""
    # The radius of a ring around a revised figure.
    ring: str = ""


@dataclass(frozen=True)
class Chart:
    width: str
    height: str
    variant: str
    grid: tuple[Shape, ...]
    axis: tuple[Label, ...]
    fan: Shape | None
    paths: tuple[Shape, ...]
    series: tuple[Shape, ...]
    breaks: tuple[Shape, ...]
    origin: Dot | None
    diamonds: tuple[Shape, ...]
    dots: tuple[Dot, ...]
    labels: tuple[Label, ...]


# Axes


@dataclass(frozen=True)
class Frame:
    """Where the plot lies, and how a year and a value become a place in it."""

    left: float
    right: float
    top: float
    bottom: float
    years: Place
    values: Place
    rank: bool

    def x(self, year: float) -> float:
        first, last = self.years
        share = (year - first) / (last - first) if last > first else 0.5
        return self.left + (self.right - self.left) * share

    def y(self, value: float) -> float:
        low, high = self.values
        # Nothing ranks above 1; and values too close for any tick between them stand in the middle.
        share = min(max((value - low) / (high - low), 0.0), 1.0) if high > low else 0.5
        return self.top + (self.bottom - self.top) * (share if self.rank else 1 - share)


def _nice_steps(least: float) -> Iterator[float]:
    power = math.floor(math.log10(least))
    for exponent in range(power, power + 20):
        yield from (step for base in (1, 2, 5) if (step := base * 10.0**exponent) >= least * 0.999)


def _multiples(low: float, high: float, step: float) -> list[float]:
    digits = max(0, 1 - math.floor(math.log10(step)))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(index * step, digits) for index in range(first, last + 1)]


def _value_ticks(
    values: Sequence[float],
    zero: bool,
    tick_format: Callable[[float], str],
    ends: Sequence[float] = (),
) -> list[float]:
    """Round values around all figures, as far apart as it takes for no two to read alike.

    `ends` are to have room as well; as they are computed, they say nothing of what a figure can be.
    """
    whole = all(value == round(value) for value in values)
    within = [*values, *ends, *([0.0] if zero else [])]
    low, high = min(within), max(within)
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-3):
        pad = 1.0 if whole and abs(high) < 10 else 0.5 if abs(high) < 1e-9 else abs(high) * 0.1
        low, high = (max(low - pad, 0.0) if low >= 0 else low - pad), high + pad
    ticks = [low, high]
    for step in _nice_steps(max((high - low) / GRIDLINES, 1.0 if whole else 0.0)):
        ticks = _multiples(low, high, step)
        if len({tick_format(tick) for tick in ticks}) == len(ticks):
            break
    return ticks


def _rank_ticks(values: Sequence[float]) -> list[float]:
    """Ranks from 1, as 1, 3, 5 or 1, 5, 10: the first is always the best there is."""
    worst = max(2, math.ceil(max(values)))
    step = next(_nice_steps(max((worst - 1) / GRIDLINES, 1.0)))
    if step <= 2:
        return [1 + step * index for index in range(math.ceil((worst - 1) / step) + 1)]
    return [1.0, *_multiples(step, worst, step)]


def _axis_label(text: str, x: float, middle: float, anchor: str = "middle") -> Label:
    width = text_width(text)
    left = x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
    box = Box(left, middle - LINE_HEIGHT / 2, left + width, middle + LINE_HEIGHT / 2)
    return Label("axis", number(x), anchor, (Line(text, number(middle + CAP_SHIFT)),), box)


def _value_axis(frame: Frame, ticks: dict[float, str]) -> tuple[list[Label], list[Shape]]:
    left, right = frame.left - INSET, number(frame.right + 16)
    labels = [_axis_label(text, left - 8, frame.y(tick), "end") for tick, text in ticks.items()]
    lines = (f"M{number(left)} {number(frame.y(tick))}H{right}" for tick in ticks)
    return labels, [Shape(line, "" if tick else "zero") for line, tick in zip(lines, ticks, strict=True)]


def _clear(labels: Sequence[Label]) -> bool:
    return all(first.box.right + 8 <= second.box.left for first, second in pairwise(labels))


def _is_year_end(x: float) -> bool:
    return abs(x - round(x)) < 1e-6


def _time_axis(frame: Frame, points: Sequence[Point], marks: Sequence[float]) -> tuple[list[Label], Shape]:
    """Labels below the axis and the notches on it.

    Yearly figures are named where they stand, at the year's end. Where figures fall within years,
    notches part the years and the names stand between them. A short stretch names its own periods.
    """
    first, last = frame.years
    if all(map(_is_year_end, marks)):
        years = range(round(first) - 1, round(last))
        labels = _year_labels(frame, years, [year + 1.0 for year in years])
        return labels, _notches(frame, [float(label.lines[0].text) + 1 for label in labels])
    if last - first < 2:
        notched = [point.x for point in points] if len(points) < 60 else []
        return _period_labels(frame, points), _notches(frame, notched)
    years = range(math.floor(first), math.ceil(last))
    middles = [(max(year, first) + min(year + 1, last)) / 2 for year in years]
    return _year_labels(frame, years, middles), _notches(frame, [*years[first > years[0] :], math.ceil(last)])


def _year_labels(frame: Frame, years: Sequence[int], places: Sequence[float]) -> list[Label]:
    """Every year, or every second, fifth … that leaves them room.

    Every second counts back from the last; longer steps stand on round years. A part of a year
    at either end goes unnamed where its name would crowd out the others.
    """
    labels = [_axis_label(str(y), frame.x(x), frame.bottom + 18) for y, x in zip(years, places, strict=True)]
    cut_first = not _is_year_end(frame.years[0]) and not _clear(labels[:2])
    cut_last = not _is_year_end(frame.years[1]) and not _clear(labels[-2:])
    labels = labels[cut_first : len(labels) - cut_last]
    for step in YEAR_STEPS:
        kept = labels[::-1][::step][::-1]
        if step >= 5:
            kept = [label for label in labels if int(label.lines[0].text) % step == 0]
        if kept and _clear(kept):
            return kept
    return labels[-1:]


def _period_labels(frame: Frame, points: Sequence[Point]) -> list[Label]:
    """The periods' own names from the last back, turned inwards at the ends of the axis."""
    labels: list[Label] = []
    low, high = frame.left - INSET, frame.right + INSET
    for point in reversed(points):
        text, x = clip(point.period, (high - low) * 0.6), frame.x(point.x)
        half = text_width(text) / 2
        place = (low, "start") if x - half < low else (high, "end") if x + half > high else (x, "middle")
        label = _axis_label(text, place[0], frame.bottom + 18, place[1])
        if _clear([label, *labels[:1]]):
            labels.insert(0, label)
    return labels


def _notches(frame: Frame, years: Sequence[float]) -> Shape:
    places = [frame.x(year) for year in years if frame.years[0] <= year <= frame.years[1]]
    return Shape("".join(f"M{number(x)} {number(frame.bottom)}v5" for x in places), "notches")


# The chart


@dataclass(frozen=True)
class Plot:
    """What is drawn, and the frame it is drawn in; the runs of the series are parted by its breaks."""

    frame: Frame
    runs: Sequence[Sequence[Point]]
    goals: Sequence[Goal]
    start: Start | None
    trend: Trend | None
    growth: bool
    break_label: str

    def at(self, mark: Point | Goal | Start) -> Place:
        return self.frame.x(mark.x), self.frame.y(mark.value)

    @property
    def radius(self) -> float:
        room = (self.frame.right - self.frame.left) / max(1, sum(map(len, self.runs)))
        return 4.0 if room >= 12 else 2.5

    def routes(self) -> list[list[Place]]:
        """The way required from the baseline to each target that stands."""
        start = self.start
        if start is None:
            return []
        standing = [goal for goal in self.goals if not goal.former]
        ways = [(goal, course(start.value, goal.value, growth=self.growth)) for goal in standing]
        return [
            [
                (self.frame.x(start.x + (goal.x - start.x) * share), self.frame.y(value))
                for share, value in way
            ]
            for goal, way in ways
            if way
        ]

    def edges(self) -> tuple[list[Place], list[Place]]:
        """The upper and the lower edge of the projection, from the latest figure on."""
        steps = self.trend.steps if self.trend else ()
        above = [(self.frame.x(step.x), self.frame.y(step.high)) for step in steps]
        return above, [(self.frame.x(step.x), self.frame.y(step.low)) for step in steps]

    def fan(self) -> Shape | None:
        if self.trend is None:
            return None
        above, below = self.edges()
        return Shape(path(*above, *below[:0:-1]) + "z", "", self.trend.label)

    def origin(self) -> Dot | None:
        """The baseline's own mark, where no figure of the series stands in its place."""
        if self.start is None:
            return None
        x, y = self.at(self.start)
        hidden = any(math.dist((x, y), self.at(point)) < 2 for run in self.runs for point in run)
        return None if hidden else Dot(number(x), number(y), "3", "origin", self.start.label)

    def gaps(self) -> list[Place]:
        """The middle of each `//`: between two runs, or below them where they stand too close."""
        places = []
        for older, newer in pairwise(self.runs):
            (x1, y1), (x2, y2) = self.at(older[-1]), self.at(newer[0])
            y = (y1 + y2) / 2
            if x2 - x1 < 24:
                y = max(y1, y2) + 18 if max(y1, y2) + 28 < self.frame.bottom else min(y1, y2) - 18
            places.append(((x1 + x2) / 2, y))
        return places

    def breaks(self) -> Iterator[Shape]:
        for x, y in self.gaps():
            slashes = (f"M{number(x + dx)} {number(y + 8)}l6-16" for dx in (-7, 1))
            yield Shape("".join(slashes), "break", self.break_label)

    def series(self) -> Iterator[Shape]:
        for run in self.runs:
            if len(run) > 1:
                yield Shape(path(*map(self.at, run)), "" if run is self.runs[-1] else "old")

    def dots(self) -> Iterator[Dot]:
        for run in self.runs:
            for point in run:
                flags = {"hollow": point.hollow, "revised": point.revised, "old": run is not self.runs[-1]}
                name = " ".join(["dot", *(flag for flag, holds in flags.items() if holds)])
                title = " · ".join(filter(None, (point.period, point.label, point.note)))
                x, y, r = map(number, (*self.at(point), self.radius))
                ring = number(self.radius + 3) if point.revised else ""
                yield Dot(x, y, r, name, title, self._caret(point), ring)

    def _side(self, point: Point) -> int:
        """Where the true value of a bound lies: above its dot (-1) or below; 0 if it is no bound."""
        sides = {"over": -1, "under": 1}
        return sides.get(point.bound, 0) * (-1 if self.frame.rank else 1)

    def _caret(self, point: Point) -> str:
        (x, y), side = self.at(point), self._side(point)
        start = f"M{number(x - 4)} {number(y + side * (self.radius + 4))}"
        return f"{start}l4 {4 * side} 4 {-4 * side}" if side else ""

    def diamonds(self) -> Iterator[Shape]:
        for goal in sorted(self.goals, key=lambda goal: not goal.former):
            x, y = self.at(goal)
            corners = f"M{number(x)} {number(y - DIAMOND)}l8 8-8 8-8-8z"
            title = " · ".join(filter(None, (goal.label, goal.note)))
            yield Shape(corners, "former" if goal.former else "", title)

    def letter(self, lettering: Lettering) -> tuple[Label, ...]:
        """The words in the plot, the weightiest first: they get the best places."""
        self._spill(lettering)
        for goal in sorted(self.goals, key=lambda goal: goal.former):
            kind = "former" if goal.former else "target"
            lettering.write(kind, goal.label, self.at(goal), reach=DIAMOND, note=goal.note)
        latest, start = next((run[-1] for run in self.runs[-1:]), None), self.start
        shared = start if start and latest and math.dist(self.at(start), self.at(latest)) < 2 else None
        if latest:
            note = shared.note if shared else ""
            lettering.write("latest", latest.label, self.at(latest), reach=self.radius + 3, note=note)
        if start and not shared:
            lettering.write("start", start.label, self.at(start), reach=5)
        for gap in self.gaps()[-1:]:
            lettering.write("break", self.break_label, gap, reach=10)
        return tuple(lettering.labels)

    def _spill(self, lettering: Lettering) -> None:
        for run in self.runs:
            lettering.draw_over([self.at(point) for point in run], 2)
            for point in run:
                x, y = self.at(point)
                lettering.mark((x, y), self.radius, 3)
                lettering.mark((x, y + self._side(point) * (self.radius + 6)), 3, 3)
        for route in self.routes():
            lettering.draw_over(route, 0.4)
        for edge in self.edges():
            lettering.draw_over(edge, 0.4)
        for mark in [*map(self.at, self.goals), *self.gaps()]:
            lettering.mark(mark, DIAMOND, 8)


def course(start: float, end: float, *, growth: bool) -> list[tuple[float, float]]:
    """The way from one value to another as (share of the time, value): a line, or a constant growth.

    There is no growth from, to or across zero.
    """
    if not growth:
        return [(0.0, start), (1.0, end)]
    if start * end <= 0:
        return []
    shares = [step / CURVE_STEPS for step in range(CURVE_STEPS + 1)]
    return [(share, start * (end / start) ** share) for share in shares]


def runs(points: Sequence[Point]) -> list[list[Point]]:
    runs: list[list[Point]] = []
    for point in sorted(points, key=lambda point: point.x):
        if point.break_before or not runs:
            runs.append([])
        runs[-1].append(point)
    return runs


def draw(
    *,
    points: Sequence[Point],
    goals: Sequence[Goal] = (),
    start: Start | None = None,
    trend: Trend | None = None,
    rank: bool = False,
    zero: bool = False,
    growth: bool = False,
    width: int = 720,
    height: int = 320,
    break_label: str = "",
    tick_format: Callable[[float], str],
    narrow: bool = False,
    among: Sequence[Point] = (),
    variant: str = "",
) -> Chart | None:
    """The chart of one series against its targets, or None when there is neither.

    `rank` puts 1 on top; `zero` lets the axis start at zero; `growth` makes the way to a target one of constant
    growth. `among` are figures of other charts on the same scale. All words come localised.
    """
    if not points and not goals:
        return None
    marks: list[Point | Goal | Start] = [*points, *goals, *([start] if start else []), *among]
    values, years = [mark.value for mark in marks], [mark.x for mark in marks]
    ends = [end for step in (trend.steps if trend else ()) for end in (step.low, step.high)]
    ticks = _rank_ticks(values) if rank else _value_ticks(values, zero, tick_format, ends)
    texts = [clip(tick_format(tick), width * 0.3) for tick in ticks]
    margin = max(map(text_width, texts)) + 10
    view, limit = Box(margin, 2, width - 2, height - BOTTOM - 1), width * (0.46 if narrow else 0.38)
    span, scale = (min(years), max(years)), (ticks[0], ticks[-1])
    frame = Frame(margin + INSET, width - RIGHT, TOP, height - BOTTOM, span, scale, rank)
    plot = Plot(frame, runs(points), goals, start, trend, growth, break_label)
    figures, grid = _value_axis(frame, dict(zip(ticks, texts, strict=True)))
    periods, notches = _time_axis(frame, [point for run in plot.runs for point in run], years)
    return Chart(
        width=str(width),
        height=str(height),
        variant=variant or ("chart-narrow" if narrow else "chart-wide"),
        grid=(*grid, notches),
        axis=(*figures, *periods),
        fan=plot.fan(),
        paths=tuple(Shape(path(*route)) for route in plot.routes()),
        series=tuple(plot.series()),
        breaks=tuple(plot.breaks()),
        origin=plot.origin(),
        diamonds=tuple(plot.diamonds()),
        dots=tuple(plot.dots()),
        labels=plot.letter(Lettering(view, limit)),
    )
