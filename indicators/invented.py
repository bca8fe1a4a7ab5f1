"""Invented indicators and figures in any number, always the same ones, to see how the site bears a large plan."""

import datetime
import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import accumulate
from random import Random

from blueprint.nouns import Change

from .models.observation import TOTAL
from .periods import FREQUENCIES, Period

PREFIX = "scale-"
# For each ten indicators: how often their figures come, from which year on, and how many for one of the mean.
TURNS = (
    *[("monthly", 1996, 1.4)] * 5,
    *[("quarterly", 1996, 0.84)] * 3,
    *[("annual", 1976, 0.24)] * 2,
)
LAST_DAY = datetime.date(2025, 12, 31)
PLAN_YEAR = 2022
STAGES = {"first": 2027, "second": 2032}
UNITS = ("companies", "persons", "lines", "HK$ million", "%")
FIELDS = ("Research", "Start-ups", "Talent", "Manufacturing", "Data", "Finance", "Health", "Transport")
# Of a hundred figures, one is a revision. Of ten indicators, one is late and two have no second target.
REVISIONS = 0.01
LATE, WITHOUT_SECOND, RETARGETED = 0.1, 0.2, 0.04
REVISION = {"kind": "revision", "reason": "Revised when the final returns were in.", "status": "A"}
NEW_TARGET = {
    "reason": "Set anew at the mid-term review.",
    "authority": "Mid-term review (invented)",
    "decided_on": datetime.date(2025, 12, 1),
}


@dataclass(frozen=True)
class Invented:
    """An indicator with its series. It throws dice of its own: its figures do not depend on the others'."""

    number: int
    strategy: str
    office: str
    figures: int
    revisions: int

    @property
    def code(self) -> str:
        return f"{PREFIX}{self.number:05}"

    @property
    def unit(self) -> str:
        return UNITS[self.number % len(UNITS)]

    @property
    def frequency(self) -> str:
        return turn_of(self.number)[0]

    @property
    def falls(self) -> bool:
        """One in nine is better when it falls."""
        return self.number % 9 == 0

    def dice(self, purpose: str) -> Random:
        return Random(f"{self.code} {purpose}")

    @cached_property
    def periods(self) -> list[Period]:
        """Newest first; where the indicator is late, the last ones are missing."""
        first = datetime.date(turn_of(self.number)[1], 1, 1)
        found = [Period.of(FREQUENCIES[self.frequency], LAST_DAY)]
        while found[-1].start > first:
            found.append(Period.of(found[-1].kind, found[-1].start - datetime.timedelta(days=1)))
        return found[3 if self.dice("late").random() < LATE else 0 :]

    @cached_property
    def categories(self) -> list[str]:
        return [f"part-{n}" for n in range(1, math.ceil(self.figures / len(self.periods)))]

    def value(self, year: float) -> Decimal:
        """Near a path of constant growth that crosses the plan's year at the indicator's own size."""
        dice = self.dice(f"{year:.3f}")
        pace = self.dice("pace").uniform(0.96, 1.0) if self.falls else self.dice("pace").uniform(1.0, 1.05)
        size = (20 + self.number % 37) * (1 if self.unit == "%" else 100)
        grown = size * pace ** (year - PLAN_YEAR) * dice.uniform(0.99, 1.01)
        return Decimal(f"{min(grown, 99) if self.unit == '%' else grown:.1f}")

    def description(self) -> list[Change]:
        """The indicator itself, its baseline, and its targets."""
        parts = [
            Change.of("indicator", **self._texts()),
            Change.of("baseline", indicator=self.code, period=str(PLAN_YEAR), value=self.value(PLAN_YEAR)),
            self._target("first", self.goal("first")),
        ]
        if self.dice("second").random() > WITHOUT_SECOND:
            parts.append(self._target("second", self.goal("second")))
        return parts

    def goal(self, stage: str) -> Decimal:
        years = STAGES[stage] - PLAN_YEAR
        return round(self.value(PLAN_YEAR) * (1 + years * Decimal("-0.02" if self.falls else "0.03")), 1)

    def _texts(self) -> dict:
        field = FIELDS[self.number % len(FIELDS)]
        named = [{"code": c, "name": {"en": c.replace("-", " ").capitalize()}} for c in self.categories]
        return {
            "indicator": self.code,
            "name_en": f"{field}: invented measure {self.number}",
            "short_name_en": f"{field} {self.number}",
            "definition_en": "Invented, to see how the site bears a large plan. It measures nothing.",
            "indicator_class": ("reference", "policy_address", "tracking", "tracking")[self.number % 4],
            "unit": self.unit,
            "decimals": 1,
            "polarity": "decrease" if self.falls else "increase",
            "frequency": self.frequency,
            "strategy": self.strategy,
            "office": self.office,
            "disaggregation": {"dimension": "part", "name": {"en": "Part"}, "categories": named}
            if named
            else {},
        }

    def _target(self, stage: str, goal: Decimal, **said) -> Change:
        return Change.of(
            "target",
            target=f"{self.code}-{STAGES[stage]}",
            indicator=self.code,
            stage=stage,
            due=str(STAGES[stage]),
            bound="at_most" if self.falls else "at_least",
            value=goal,
            **said,
        )

    def series(self) -> Iterator[Change]:
        """As many observations as it has figures, newest first: of each period the total, then its parts."""
        left = self.figures
        for period in self.periods:
            total = self.value(float(period.position))
            part = round(total / max(len(self.categories), 1), 1)
            cells = [(TOTAL, total), *((category, part) for category in self.categories)][:left]
            status = "P" if period.end == LAST_DAY and self.number % 3 == 0 else "A"
            for breakdown, value in cells:
                yield Change.of(
                    "observation",
                    indicator=self.code,
                    breakdown=breakdown,
                    period=period.code,
                    value=value,
                    status=status,
                )
            left -= len(cells)

    def revised(self) -> Iterator[Change]:
        """The totals of its last periods anew, with their kind and reason."""
        for period in self.periods[: self.revisions]:
            value = self.value(float(period.position)) + Decimal(self.number % 7 + 1) / 10
            yield Change.of(
                "observation",
                indicator=self.code,
                breakdown=TOTAL,
                period=period.code,
                value=value,
                **REVISION,
            )

    def retargeted(self) -> list[Change]:
        if self.dice("retargeted").random() > RETARGETED:
            return []
        return [self._target("first", round(self.goal("first") * Decimal("1.1"), 1), **NEW_TARGET)]


def turn_of(number: int) -> tuple[str, int, float]:
    return TURNS[number % len(TURNS)]


def invented(
    *, indicators: int, observations: int, strategies: list[str], offices: list[str]
) -> list[Invented]:
    """So many indicators with together so many observations, revisions among them."""
    revisions = int(observations * REVISIONS)
    weights = [turn_of(number)[2] for number in range(indicators)]
    return [
        Invented(
            number, strategies[number % len(strategies)], offices[number % len(offices)], figures, revised
        )
        for number, (figures, revised) in enumerate(
            zip(shared(observations - revisions, weights), shared(revisions, [1] * indicators), strict=True)
        )
    ]


def shared(whole: int, weights: list[float]) -> list[int]:
    """Whole numbers in the proportion of the weights that add up to the whole."""
    until = [round(whole * part / sum(weights)) for part in accumulate(weights)]
    return [end - start for start, end in zip([0, *until], until, strict=False)]
