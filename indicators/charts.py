"""Geometry of an indicator's chart: plain values in, finished coordinates and strings out.

The template only writes down what stands here, so a chart can be tested without a browser.
Widths of text are estimated on the wide side, since readers' fonts differ.
"""

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

LINE_HEIGHT = 16.0
CAP_SHIFT = 4.5  # from the middle of a 13 px line of text down to its baseline
MOST_LINES = 3
GRIDLINES = 4  # about so many above the lowest
YEAR_STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000)
TOP, BOTTOM, RIGHT = 30.0, 30.0, 20.0
INSET = 10.0  # keeps the first dot off the figures of the axis
DIAMOND = 8.0
CELL = 4.0  # how finely the lettering looks at the ink
CROWDED = 14.0  # a place that costs more is worth a look around the whole plot
WORDS = re.compile(r"[^\s\u2e80-\uffef]+\s*|[\u2e80-\uffef][，。、；：？！）」』》％]*\s*")

Place = tuple[float, float]


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


@dataclass(frozen=True)
class Goal:
    """A target; `former` is a version that was superseded, and `note` says when."""

    x: float
    value: float
    label: str
    former: bool = False
    note: str = ""


@dataclass(frozen=True)
class Start:
    """The baseline as the plan printed it; it need not be one of the figures."""

    x: float
    value: float
    label: str


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


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


class Line(NamedTuple):
    text: str
    y: str
    note: bool = False


class Label(NamedTuple):
    """Words; `box` is the room they may take, `leader` a line to a mark they stand far from."""

    kind: str
    x: str
    anchor: str
    lines: tuple[Line, ...]
    box: Box
    leader: str = ""


@dataclass(frozen=True)
class Chart:
    width: str
    height: str
    variant: str
    grid: tuple[Shape, ...]
    axis: tuple[Label, ...]
    paths: tuple[Shape, ...]
    series: tuple[Shape, ...]
    breaks: tuple[Shape, ...]
    origin: Dot | None
    diamonds: tuple[Shape, ...]
    dots: tuple[Dot, ...]
    labels: tuple[Label, ...]


def number(value: float) -> str:
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def path(*places: Place) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in places)


# Text


def text_width(text: str, *, bold: bool = False) -> float:
    return sum(map(_character_width, text)) * (1.1 if bold else 1.0)


def _character_width(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WFA":
        return 13.0
    if character in "ijlrtfI.,:;|!'()[]-/ ":
        return 5.4
    if character in "mwMWQO%@&−+=<>":
        return 12.6
    return 9.4 if character.isupper() else 8.3


def wrap(text: str, limit: float, *, bold: bool = False) -> list[str]:
    """Lines no wider than the limit; what does not fit into the last one ends in an ellipsis."""
    lines = [""]
    for word in WORDS.findall(text):
        for piece in [word] if text_width(word.rstrip(), bold=bold) <= limit else word:
            if text_width((lines[-1] + piece).rstrip(), bold=bold) > limit:
                lines.append("")
            lines[-1] += piece
    rest = "".join(lines[MOST_LINES - 1 :])
    lines = [*lines[: MOST_LINES - 1], clip(rest, limit, bold=bold)]
    return [line.strip() for line in lines if line.strip()]


def balanced(text: str, limit: float, *, bold: bool = False) -> list[str]:
    """As few lines as `wrap` makes, but of like length."""
    lines = wrap(text, limit, bold=bold)
    if len(lines) < 2 or lines[-1].endswith("…"):
        return lines
    for share in (0.5, 0.6, 0.7, 0.8, 0.9):
        tried = wrap(text, limit * share, bold=bold)
        if len(tried) == len(lines) and not tried[-1].endswith("…"):
            return tried
    return lines


def clip(text: str, limit: float, *, bold: bool = False) -> str:
    if text_width(text.rstrip(), bold=bold) <= limit:
        return text
    while text and text_width(text + "…", bold=bold) > limit:
        text = text[:-1]
    return text.rstrip() + "…"


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
        share = min(max((value - low) / (high - low), 0.0), 1.0)  # nothing ranks above 1
        return self.top + (self.bottom - self.top) * (share if self.rank else 1 - share)


def _nice_steps(least: float) -> Iterator[float]:
    power = math.floor(math.log10(least))
    for exponent in range(power, power + 20):
        yield from (step for base in (1, 2, 5) if (step := base * 10.0**exponent) >= least * 0.999)


def _multiples(low: float, high: float, step: float) -> list[float]:
    digits = max(0, 1 - math.floor(math.log10(step)))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(index * step, digits) for index in range(first, last + 1)]


def _value_ticks(values: Sequence[float], zero: bool, tick_format: Callable[[float], str]) -> list[float]:
    """Round values around all figures, as far apart as it takes for no two to read alike."""
    whole = all(value == round(value) for value in values)
    low, high = min([*values, 0.0] if zero else values), max([*values, 0.0] if zero else values)
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


# Labels


# Where words may stand around their mark: which part of the text meets it, and on which side.
SIDES = {
    "above": ("middle", -1),
    "above left": ("end", -1),
    "above right": ("start", -1),
    "below": ("middle", 1),
    "below left": ("end", 1),
    "below right": ("start", 1),
    "left": ("end", 0),
    "right": ("start", 0),
}
ORDERS = {
    "target": ("above", "above left", "below", "below left", "left", "above right", "below right", "right"),
    "latest": ("above", "below", "right", "below right", "above right", "above left", "below left", "left"),
    "start": ("above left", "below right", "above", "below", "above right", "below left", "left", "right"),
    "break": ("below", "above", "below right", "above left", "below left", "above right", "left", "right"),
}
ORDERS["former"] = ORDERS["target"]


@dataclass
class Lettering:
    """Places labels one after another: never on another label, and off the ink where it can."""

    view: Box
    limit: float
    taken: list[Box] = field(default_factory=list)
    ink: defaultdict[tuple[int, int], float] = field(default_factory=lambda: defaultdict(float))
    labels: list[Label] = field(default_factory=list)

    def draw_over(self, places: Sequence[Place], weight: float) -> None:
        for start, end in pairwise(places):
            for x, y in _steps(start, end):
                self.ink[int(x // CELL), int(y // CELL)] += weight

    def mark(self, at: Place, reach: float, weight: float) -> None:
        around = [(0, 0), (-reach, 0), (reach, 0), (0, -reach), (0, reach)]
        for dx, dy in around:
            self.ink[int((at[0] + dx) // CELL), int((at[1] + dy) // CELL)] += weight

    def write(self, kind: str, text: str, at: Place, *, reach: float, note: str = "") -> None:
        """Put the words at the cheapest free place; only a chart without any room goes without them."""
        bold = kind in ("target", "latest")
        texts = [(line, False) for line in balanced(text, self.limit, bold=bold)]
        texts += [(line, True) for line in balanced(note, self.limit)]
        if not texts:
            return
        size = max(text_width(line, bold=bold) for line, _ in texts), LINE_HEIGHT * len(texts)
        places = sorted(self._near(at, ORDERS[kind], size, reach))[:1]
        if not places or places[0][0] > CROWDED:
            places = sorted([*places, *self._anywhere(at, size)])
            places = [place for place in places[:40] if self._reached(at, place[1])][:1] or places[:1]
        for _, box, anchor in places:
            self.taken.append(box)
            x = {"start": box.left, "middle": (box.left + box.right) / 2, "end": box.right}[anchor]
            baselines = (number(box.top + LINE_HEIGHT * (row + 0.5) + CAP_SHIFT) for row in range(len(texts)))
            lines = tuple(Line(line, y, is_note) for (line, is_note), y in zip(texts, baselines, strict=True))
            leader = _leader(at, box, reach)
            self.draw_over(leader, 3)
            self.labels.append(Label(kind, number(x), anchor, lines, box, path(*leader) if leader else ""))

    def _near(
        self, at: Place, order: Sequence[str], size: Place, reach: float
    ) -> Iterator[tuple[float, Box, str]]:
        for away in (0.0, 8.0, 16.0, 24.0):
            for index, (anchor, side) in enumerate(SIDES[name] for name in order):
                shift = -reach if side else reach + 5 + away
                left = at[0] + {"middle": -size[0] / 2, "start": shift, "end": -shift - size[0]}[anchor]
                top = at[1] - size[1] / 2 + side * (size[1] / 2 + reach + 2 + away)
                box = self._inside(left, top, size)
                moved = abs(box.left - left) + abs(box.top - top)
                if self._free(box):
                    yield index * 0.4 + (away + moved) * 0.15 + self._ink_under(box), box, anchor

    def _anywhere(self, at: Place, size: Place) -> Iterator[tuple[float, Box, str]]:
        """Places on a grid over the plot, for words that find no good one at their mark."""
        for top in range(math.ceil(self.view.top), math.floor(self.view.bottom - size[1]) + 1, 12):
            for left in range(math.ceil(self.view.left), math.floor(self.view.right - size[0]) + 1, 20):
                box = self._inside(left, top, size)
                if self._free(box):
                    far = math.dist(at, (left + size[0] / 2, top + size[1] / 2))
                    yield far * 0.1 + 5 + self._ink_under(box), box, "middle"

    def _reached(self, at: Place, box: Box) -> bool:
        """Whether a leader from the mark to the words crosses no others."""
        way = _steps(at, ((box.left + box.right) / 2, (box.top + box.bottom) / 2))
        return not any(Box(x, y, x, y).overlaps(other) for x, y in way for other in self.taken)

    def _inside(self, left: float, top: float, size: Place) -> Box:
        left = min(max(left, self.view.left), self.view.right - size[0])
        top = min(max(top, self.view.top), self.view.bottom - size[1])
        return Box(left, top, left + size[0], top + size[1])

    def _free(self, box: Box) -> bool:
        return box.top >= self.view.top and not any(box.overlaps(other) for other in self.taken)

    def _ink_under(self, box: Box) -> float:
        left, top, right, bottom = (int(edge // CELL) for edge in box)
        return sum(self.ink.get((x, y), 0) for x in range(left, right + 1) for y in range(top, bottom + 1))


def _steps(start: Place, end: Place) -> Iterator[Place]:
    """Places some 6 px apart along a line."""
    count = max(1, round(math.dist(start, end) / 6))
    for share in (index / count for index in range(count + 1)):
        yield start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _leader(at: Place, box: Box, reach: float) -> list[Place]:
    """A line from the mark to words that stand far from it."""
    x, y = min(max(at[0], box.left), box.right), min(max(at[1], box.top), box.bottom)
    far = math.dist(at, (x, y))
    if far < reach + 26:
        return []
    share = (reach + 2) / far
    return [(at[0] + (x - at[0]) * share, at[1] + (y - at[1]) * share), (x, y)]


# The chart


@dataclass(frozen=True)
class Plot:
    """What is drawn, and the frame it is drawn in; the runs of the series are parted by its breaks."""

    frame: Frame
    runs: Sequence[Sequence[Point]]
    goals: Sequence[Goal]
    start: Start | None
    break_label: str

    def at(self, mark: Point | Goal | Start) -> Place:
        return self.frame.x(mark.x), self.frame.y(mark.value)

    @property
    def radius(self) -> float:
        room = (self.frame.right - self.frame.left) / max(1, sum(map(len, self.runs)))
        return 4.0 if room >= 12 else 2.5

    def routes(self) -> list[tuple[Place, Place]]:
        """The straight way from the baseline to each target that stands."""
        standing = [goal for goal in self.goals if not goal.former]
        return [(self.at(self.start), self.at(goal)) for goal in standing] if self.start else []

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
                title = f"{point.period} · {point.label}"
                x, y, r = map(number, (*self.at(point), self.radius))
                yield Dot(x, y, r, name, title, self._caret(point))

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
        for latest in [run[-1] for run in self.runs[-1:]]:
            lettering.write("latest", latest.label, self.at(latest), reach=self.radius + 3)
        if self.start:
            lettering.write("start", self.start.label, self.at(self.start), reach=5)
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
        for mark in [*map(self.at, self.goals), *self.gaps()]:
            lettering.mark(mark, DIAMOND, 8)


def _runs(points: Sequence[Point]) -> list[list[Point]]:
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
    rank: bool = False,
    zero: bool = False,
    width: int = 720,
    height: int = 320,
    break_label: str = "",
    tick_format: Callable[[float], str],
    narrow: bool = False,
) -> Chart | None:
    """The chart of one series against its targets, or None when there is neither.

    `rank` puts 1 on top; `zero` lets the axis start at zero. All words come localised.
    """
    if not points and not goals:
        return None
    marks: list[Point | Goal | Start] = [*points, *goals, *([start] if start else [])]
    values, years = [mark.value for mark in marks], [mark.x for mark in marks]
    ticks = _rank_ticks(values) if rank else _value_ticks(values, zero, tick_format)
    texts = [clip(tick_format(tick), width * 0.3) for tick in ticks]
    margin = max(map(text_width, texts)) + 10
    view, limit = Box(margin, 2, width - 2, height - BOTTOM - 1), width * (0.46 if narrow else 0.38)
    ends = (min(years), max(years)), (ticks[0], ticks[-1])
    frame = Frame(margin + INSET, width - RIGHT, TOP, height - BOTTOM, *ends, rank)
    plot = Plot(frame, _runs(points), goals, start, break_label)
    figures, grid = _value_axis(frame, dict(zip(ticks, texts, strict=True)))
    periods, notches = _time_axis(frame, [point for run in plot.runs for point in run], years)
    return Chart(
        width=str(width),
        height=str(height),
        variant="chart-narrow" if narrow else "chart-wide",
        grid=(*grid, notches),
        axis=(*figures, *periods),
        paths=tuple(Shape(path(*route)) for route in plot.routes()),
        series=tuple(plot.series()),
        breaks=tuple(plot.breaks()),
        origin=plot.origin(),
        diamonds=tuple(plot.diamonds()),
        dots=tuple(plot.dots()),
        labels=plot.letter(Lettering(view, limit)),
    )
