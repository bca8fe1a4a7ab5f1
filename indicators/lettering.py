"""Where a chart's words stand: widths of text, lines, and places that collide with nothing.

Widths of text are estimated on the wide side, since readers' fonts differ.
"""

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

LINE_HEIGHT = 16.0
CAP_SHIFT = 4.5  # from the middle of a 13 px line of text down to its baseline
MOST_LINES = 3
CELL = 4.0  # how finely the lettering looks at the ink
ROOM = 5.0  # between one label and the next
CROWDED = 14.0  # a place that costs more is worth a look around the whole plot
WORDS = re.compile(r"[^\s\u2e80-\uffef]+\s*|[\u2e80-\uffef][，。、；：？！）」』》％]*\s*")

Place = tuple[float, float]


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


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


def number(value: float) -> str:
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def path(*places: Place) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in places)


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


def wrap(text: str, limit: float, *, bold: bool = False, most: int = MOST_LINES) -> list[str]:
    """Lines no wider than the limit; what does not fit into the last one ends in an ellipsis."""
    lines = [""]
    for word in WORDS.findall(text):
        for piece in [word] if text_width(word.rstrip(), bold=bold) <= limit else word:
            if text_width((lines[-1] + piece).rstrip(), bold=bold) > limit:
                lines.append("")
            lines[-1] += piece
    rest = "".join(lines[most - 1 :])
    lines = [*lines[: most - 1], clip(rest, limit, bold=bold)]
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
        around = Box(box.left - ROOM, box.top - ROOM, box.right + ROOM, box.bottom + ROOM)
        return box.top >= self.view.top and not any(around.overlaps(other) for other in self.taken)

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
