"""Where a series would stand at a later period if it went on as it has: the method's Projection, on plain values.

A straight line is fitted by least squares to the last figures of the last segment, and the range around it is the
one in which such a line finds the next figure four times in five. It describes; no status rests on it. `about`
counts as printed. A figure that is only a bound (`over`, `under`) is no point that a line could pass through, and
to leave it out would leave out what is known: where one stands among the last figures, nothing is projected.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import NamedTuple

from .periods import Period
from .progress import DIGITS, GOOD, LEAN, Figure, in_order

LEAST, MOST = 4, 8

# Student's t for a range of 80 %, two-sided, by the number of figures: n - 2 degrees of freedom.
T_VALUES = {n: Decimal(t) for n, t in {4: "1.886", 5: "1.638", 6: "1.533", 7: "1.476", 8: "1.440"}.items()}

# The least and the most that a figure of a unit can be; a kind that is not here can be anything.
LIMITS: dict[str, tuple[Decimal | None, Decimal | None]] = {
    "share": (Decimal(0), Decimal(100)),
    "count": (Decimal(0), None),
    "amount": (Decimal(0), None),
    "measure": (Decimal(0), None),
}


@dataclass(frozen=True)
class Projection:
    """The line's value at the due period and the range around it, all three within what is possible."""

    value: Decimal
    low: Decimal
    high: Decimal
    n: int
    t: Decimal
    slope: Fraction  # change a year along the line
    deviation: Decimal  # s of the method: how far the figures lie from the line
    first: Period
    last: Period
    due: Period


class Line(NamedTuple):
    """Least squares of value on position; `spread` is Sxx, `squares` is SSE."""

    n: int
    middle: Fraction
    height: Fraction
    slope: Fraction
    spread: Fraction
    squares: Fraction

    def at(self, position: Fraction) -> Fraction:
        return self.height + self.slope * (position - self.middle)


def limits(unit_kind: str) -> tuple[Decimal | None, Decimal | None]:
    return LIMITS.get(unit_kind, (None, None))


def refusal(figures: Sequence[Figure], *, is_rank: bool) -> str:
    """Why nothing can be projected from these figures: rank, too_few, bound, or "" if something can."""
    used = _used(figures)
    if is_rank:
        return "rank"
    if len({figure.period.end for figure in used}) < LEAST:
        return "too_few"
    return "bound" if any(LEAN[figure.qualifier] for figure in used) else ""


def project(
    figures: Sequence[Figure],
    *,
    due: Period,
    is_rank: bool,
    low: Decimal | None = None,
    high: Decimal | None = None,
) -> Projection | None:
    """From the figures of the last segment, oldest first, to a period after them. `low`, `high`: what is possible."""
    used = _used(figures)
    if refusal(figures, is_rank=is_rank) or due.end <= used[-1].period.end:
        return None
    line = fit(
        [(figure.period.position, Fraction(figure.value)) for figure in used if figure.value is not None]
    )
    t, position = T_VALUES[line.n], due.position
    with localcontext(prec=DIGITS):
        value = _decimal(line.at(position))
        variance = line.squares / (line.n - 2)
        wider = 1 + Fraction(1, line.n) + (position - line.middle) ** 2 / line.spread
        reach = t * _decimal(variance * wider).sqrt()
        return Projection(
            value=_within(value, low, high),
            low=_within(value - reach, low, high),
            high=_within(value + reach, low, high),
            n=line.n,
            t=t,
            slope=line.slope,
            deviation=_decimal(variance).sqrt(),
            first=used[0].period,
            last=used[-1].period,
            due=due,
        )


def _used(figures: Sequence[Figure]) -> Sequence[Figure]:
    return [figure for figure in figures if figure.value is not None][-MOST:]


def fit(points: Sequence[tuple[Fraction, Fraction]]) -> Line:
    """Exact: no rounding until the square root. At least two positions must differ."""
    n = len(points)
    middle = sum((x for x, _y in points), Fraction()) / n
    height = sum((y for _x, y in points), Fraction()) / n
    spread = sum(((x - middle) ** 2 for x, _y in points), Fraction())
    slope = sum(((x - middle) * (y - height) for x, y in points), Fraction()) / spread
    squares = sum(((y - height - slope * (x - middle)) ** 2 for x, y in points), Fraction())
    return Line(n, middle, height, slope, spread, squares)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / value.denominator


def _within(value: Decimal, low: Decimal | None, high: Decimal | None) -> Decimal:
    if low is not None and value < low:
        return low
    return high if high is not None and value > high else value


def verdict(projection: Projection, target_value: Decimal, polarity: str) -> str:
    """`not_on_trend`: the target lies beyond the range; `possible`: in it; `likely`: the whole range is better."""
    good = GOOD[polarity]
    near, far = (projection.low, projection.high)[::good]
    if good * (target_value - far) > 0:
        return "not_on_trend"
    return "likely" if good * (target_value - near) < 0 else "possible"


@dataclass(frozen=True)
class Trial:
    """A published figure held against what the figures before it projected."""

    actual: Decimal
    projection: Projection

    @property
    def inside(self) -> bool:
        return self.projection.low <= self.actual <= self.projection.high


def trials(
    figures: Iterable[Figure],
    *,
    frequency: str,
    is_rank: bool,
    low: Decimal | None = None,
    high: Decimal | None = None,
) -> list[Trial]:
    """The back-test of one series: each figure held against what those before it, since its break, project.

    A figure that is only a bound is not held against a range: whether it fell inside cannot be known.
    """
    found, before = [], list[Figure]()
    for figure in in_order(figures, frequency=frequency):
        before = [] if figure.break_before else before
        if figure.value is None:
            continue
        if not LEAN[figure.qualifier]:
            projection = project(before, due=figure.period, is_rank=is_rank, low=low, high=high)
            found += [Trial(figure.value, projection)] if projection else []
        before.append(figure)
    return found
