"""What is usual in a series, told by its median so that one odd year does not hide the next. Plain values in and out."""

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from statistics import median
from typing import Any

from . import progress
from .models.indicator import UnitKind

# Beyond so many spreads from the usual step, a step is none of them (Iglewicz and Hoaglin's bound for the median).
FAR = Decimal("3.5")
# What makes the median deviation of ordinary steps comparable with their standard deviation.
SCALE = Decimal("1.4826")
# Of fewer steps the spread says little: one is unusual when it is larger than the largest by this factor as well.
FEW, BY_FAR = 5, Decimal("1.5")
# Two steps at least must have been seen before anything can be called unusual.
STEPS_NEEDED = 2
# A slip lands so near to where the figure was, if too few steps are known to say what is usual.
NEAR = Decimal("0.25")
# A step down to nothing, where steps are logarithms.
NOTHING_LEFT = Decimal(100)
TENS = (Decimal(10), Decimal(100), Decimal(1000), Decimal(1_000_000))


@dataclass(frozen=True)
class Reported:
    """A figure as it was typed, with what stands around it.

    ``earlier``: the figures before it that compare with it, the oldest first, each with a value.
    """

    figure: progress.Figure
    # Each has a value, which its type does not say.
    earlier: Sequence[Any]
    unit: Any
    today: datetime.date
    cumulative: bool = False
    parts: Mapping[str, Decimal | None] = field(default_factory=dict)
    has_evidence: bool = True

    @property
    def is_rank(self) -> bool:
        return self.unit is not None and self.unit.is_rank

    @property
    def value(self) -> Any:
        return self.figure.value

    @property
    def last(self) -> Any:
        return self.earlier[-1] if self.earlier else None

    @cached_property
    def by_growth(self) -> bool:
        """Whether steps are told in per cent of where they began: what is counted or paid grows by shares of itself."""
        kinds = (UnitKind.COUNT, UnitKind.AMOUNT, UnitKind.MEASURE)
        counted = self.unit is not None and self.unit.kind in kinds
        return counted and all(one.value > 0 for one in self.earlier)

    def step(self, after: Decimal, before: Decimal) -> Decimal:
        """From one figure to the next; of growth its logarithm, in which half is as far as double."""
        if not self.by_growth:
            return after - before
        return Decimal(math.log(after / before)) if after > 0 else -NOTHING_LEFT

    @cached_property
    def pairs(self) -> list[tuple[Decimal, Decimal]]:
        """Each figure before this one with the next."""
        return [(a.value, b.value) for a, b in pairwise(self.earlier)]

    @cached_property
    def steps(self) -> list[Decimal]:
        return [self.step(after, before) for before, after in self.pairs]

    def is_unusual(self, value: Decimal) -> bool:
        """Whether the step to this value is far from the usual one, by the median: one odd year does not hide the next."""
        if len(self.steps) < STEPS_NEEDED:
            return False
        step, usual = self.step(value, self.earlier[-1].value), median(self.steps)
        spread = SCALE * median([abs(one - usual) for one in self.steps])
        spread = max(spread, median([abs(one) for one in self.steps]) / 4, Decimal(self.is_rank))
        if abs(step - usual) <= FAR * spread:
            return False
        return len(self.steps) >= FEW or abs(step) > BY_FAR * max(abs(one) for one in self.steps)

    @cached_property
    def slipped_by(self) -> Decimal | None:
        """The power of ten by which the figure is off, if taking it away makes it one of the series."""
        if self.value is None or self.last is None or self.is_rank or self.value * self.last.value <= 0:
            return None
        if len(self.steps) >= STEPS_NEEDED and not self.is_unusual(self.value):
            return None
        factors = (factor for ten in TENS for factor in (ten, 1 / ten))
        return next((factor for factor in factors if self.is_near(self.value / factor)), None)

    def is_near(self, value: Decimal) -> bool:
        """Whether it might have been meant: about where the series was, or a step away that is none too large for it."""
        share = abs(value / self.earlier[-1].value - 1)
        known = len(self.steps) >= STEPS_NEEDED
        return share <= NEAR or (known and share <= 1 and not self.is_unusual(value))
