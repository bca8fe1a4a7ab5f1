"""Soft warnings: what is odd about a figure, told from its own series.

Odd is not wrong: a sentence that says why it is right lets it pass, and the approver reads that sentence.
"""

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from blueprint.wording import day_text

from . import progress
from .figures import difference, joined, number, period_label, with_unit
from .models.indicator import UnitKind

# A step counts as a jump when it is larger than the largest step before by this factor.
JUMP = Decimal("1.5")
# Two steps at least must have been seen before anything can be called unusual.
STEPS_NEEDED = 2

CODES = ("jump", "sign", "unchanged", "over_hundred", "breakdown", "not_ended", "no_evidence")


@dataclass(frozen=True)
class Doubt:
    """One warning: its heading and its sentence. ``code`` names the box in which it is answered."""

    code: str
    heading: str
    text: str


@dataclass(frozen=True)
class Reported:
    """A figure as it was typed, with what stands around it. ``history`` holds the other published totals."""

    figure: progress.Figure
    history: Sequence[progress.Figure]
    frequency: str
    unit: Any
    today: datetime.date
    parts: Mapping[str, Decimal | None] = field(default_factory=dict)
    has_evidence: bool = True

    @property
    def earlier(self) -> tuple[progress.Figure, ...]:
        """Figures before this one that it may be compared with: none where it begins a new segment."""
        if self.figure.break_before:
            return ()
        before = [f for f in self.history if f.period < self.figure.period]
        return progress.last_segment(before, frequency=self.frequency).figures

    @property
    def is_rank(self) -> bool:
        return self.unit is not None and self.unit.is_rank


def doubts(reported: Reported) -> list[Doubt]:
    """Every warning that a figure raises, in the order of CODES."""
    return [doubt for check in CHECKS for doubt in check(reported)]


def jump(reported: Reported) -> Iterator[Doubt]:
    earlier, value = reported.earlier, reported.figure.value
    if value is None or len(earlier) <= STEPS_NEEDED:
        return
    step = value - earlier[-1].value
    largest = max(abs(b.value - a.value) for a, b in pairwise(earlier))
    if abs(step) <= largest * JUMP:
        return
    said = {
        "value": with_unit(value, reported.unit),
        "step": difference(abs(step), reported.unit),
        "period": period_label(earlier[-1].period.code),
    }
    first = (
        _("%(value)s is %(step)s above %(period)s.")
        if step > 0
        else _("%(value)s is %(step)s below %(period)s.")
    )
    second = _("From %(first)s to %(last)s the largest step was %(largest)s.") % {
        "first": period_label(earlier[0].period.code),
        "last": period_label(earlier[-1].period.code),
        "largest": difference(largest, reported.unit),
    }
    yield Doubt("jump", _("A larger step than usual."), joined(first % said, second))


def sign(reported: Reported) -> Iterator[Doubt]:
    value, seen = reported.figure.value, [f.value for f in reported.earlier]
    if value is None or not seen:
        return
    if value < 0 <= min(seen):
        yield Doubt("sign", _("Below zero."), _("No figure of this series has been below zero before."))
    if value > 0 > max(seen):
        yield Doubt("sign", _("Above zero."), _("Every figure of this series has been below zero before."))


def unchanged(reported: Reported) -> Iterator[Doubt]:
    """Ranks often stay; other figures seldom do, and a figure typed from the wrong row is one that stayed."""
    earlier, figure = reported.earlier, reported.figure
    if figure.value is None or not earlier or reported.is_rank:
        return
    if (figure.value, figure.qualifier) == (earlier[-1].value, earlier[-1].qualifier):
        yield Doubt(
            "unchanged",
            _("The same as before."),
            _("%(value)s is exactly the figure of %(period)s.")
            % {
                "value": with_unit(figure.value, reported.unit, figure.qualifier),
                "period": period_label(earlier[-1].period.code),
            },
        )


def over_hundred(reported: Reported) -> Iterator[Doubt]:
    value, unit = reported.figure.value, reported.unit
    if value is not None and value > 100 and unit is not None and unit.kind == UnitKind.SHARE:
        yield Doubt("over_hundred", _("More than 100%."), _("A share of a whole is at most 100%."))


def breakdown(reported: Reported) -> Iterator[Doubt]:
    """All parts must give the total; some of them must not exceed it. Bounds and estimates add up to nothing."""
    total, parts = reported.figure.value, list(reported.parts.values())
    given = [part for part in parts if part is not None]
    if total is None or not given or reported.figure.qualifier != "exact":
        return
    whole = sum(given, Decimal(0))
    complete = len(given) == len(parts)
    if whole == total or (whole < total and not complete):
        return
    yield Doubt(
        "breakdown",
        _("The parts do not add up."),
        _("Together the parts make %(sum)s; the total is %(total)s. The difference is %(difference)s.")
        % {
            "sum": number(whole),
            "total": number(total),
            "difference": number(abs(whole - total)),
        },
    )


def not_ended(reported: Reported) -> Iterator[Doubt]:
    period = reported.figure.period
    if period.end >= reported.today:
        yield Doubt(
            "not_ended",
            _("The period has not ended."),
            _("%(period)s ends on %(day)s.")
            % {"period": period_label(period.code), "day": day_text(period.end)},
        )


def no_evidence(reported: Reported) -> Iterator[Doubt]:
    if not reported.has_evidence and reported.figure.value is not None:
        yield Doubt(
            "no_evidence",
            _("No evidence is named."),
            _("Readers cannot check the figure without a link to where it comes from."),
        )


CHECKS: tuple[Callable[[Reported], Iterator[Doubt]], ...] = (
    jump,
    sign,
    unchanged,
    over_hundred,
    breakdown,
    not_ended,
    no_evidence,
)
