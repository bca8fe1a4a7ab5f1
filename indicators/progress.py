"""How progress is judged: the rules of the method page, version 1, on plain values.

The letters are the method's: b at xb is the baseline, T at xT the target, v at x the
latest figure, d is +1 where an increase is good and -1 where a decrease is. Values are
in the indicator's unit, positions in years. Every comparison is made unrounded.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from enum import Enum
from fractions import Fraction
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from indicators.periods import LAST_YEAR, Period, end_of_month

METHOD = 1

# Worst first: the order in which a strategy or direction lists them.
STATUSES = (
    "missed",
    "moving_away",
    "far_behind",
    "behind",
    "not_conclusive",
    "not_comparable",
    "awaiting",
    "no_data",
    "qualitative",
    "not_set",
    "reached_early",
    "on_track",
    "achieved",
)

READINGS = (
    (Fraction(95, 100), "on_track"),
    (Fraction(60, 100), "behind"),
    (Fraction(0), "far_behind"),
)
GOOD = {"increase": 1, "decrease": -1}
PATHS = ("linear", "growth")

# On which side of the figure the true value may lie.
LEAN = {"exact": 0, "about": 0, "over": 1, "under": -1}
SIDES = {0: "exact", 1: "over", -1: "under"}

DIGITS = 40

MONTHS_TO_PUBLISH = {"annual": 12, "half_yearly": 6, "quarterly": 3, "monthly": 2}
DUE_SOON = timedelta(days=30)


@dataclass(frozen=True)
class Figure:
    """The current value of a period, breakdown total; `assess` takes one for each period."""

    period: Period
    value: Decimal | None
    qualifier: str = "exact"  # exact over under about
    status: str = "A"  # SDMX: A normal, P provisional, E estimated, M missing
    break_before: bool = False


@dataclass(frozen=True)
class Baseline:
    """As the plan printed it: it never follows later revisions."""

    period: Period
    value: Decimal


@dataclass(frozen=True)
class Target:
    due: Period
    value: Decimal | None
    has_words: bool = False
    bound: str = "exact"  # exact at_least at_most about


@dataclass(frozen=True)
class Assessment:
    """All that does not depend on the date; `status_on` adds the date."""

    rule: int  # the first that applies, of all but 9
    status: str
    latest: Figure | None
    decided_by: Figure | None  # rules 5-7: the first figure at or after the due period
    baseline: Baseline | None
    target: Target | None
    share_of_way: Fraction | None  # shares and ratio: rules 8 and 13
    share_of_time: Fraction | None
    ratio: Fraction | Decimal | None
    ratio_qualifier: str  # over: the ratio or more; under: or less
    reading: str | None  # rule 13
    gap: Decimal | None  # signed, like the two changes a year
    needed_a_year: Fraction | None
    seen_a_year: Fraction | None
    caveats: tuple[str, ...]
    path: str
    method: int


@dataclass(frozen=True)
class Standing:
    status: str
    rule: int
    reading: str | None  # rule 9: the status at the last reading


@dataclass(frozen=True)
class Freshness:
    state: str  # current due overdue no_schedule
    period: Period | None
    due_on: date | None


_by_period = attrgetter("period.end", "period.start")


class Segment(NamedTuple):
    """Figures that count and compare with one another, oldest first."""

    figures: tuple[Figure, ...]
    broke_at: Period | None


def in_order(figures: Iterable[Figure], *, frequency: str) -> list[Figure]:
    """Those of the declared frequency, oldest first."""
    return sorted((figure for figure in figures if figure.period.matches(frequency)), key=_by_period)


def last_segment(figures: Iterable[Figure], *, frequency: str) -> Segment:
    """A missing figure has no value but may carry the break, so that a segment can be empty (rule 3)."""
    series = in_order(figures, frequency=frequency)
    breaks = [index for index, figure in enumerate(series) if figure.break_before]
    since = series[breaks[-1] :] if breaks else series
    return Segment(
        figures=tuple(figure for figure in since if figure.status != "M" and figure.value is not None),
        broke_at=since[0].period if breaks else None,
    )


class Answer(Enum):
    YES = "yes"
    NO = "no"
    OPEN = "open"


@dataclass(frozen=True)
class _Journey:
    """From the baseline towards the target, by way of the latest figure: b != T, xb < x, xb < xT."""

    baseline: Baseline
    target_value: Decimal
    due: Period
    latest_value: Decimal
    latest: Period
    good: int

    @cached_property
    def share_of_way(self) -> Fraction:
        start = Fraction(self.baseline.value)
        return (Fraction(self.latest_value) - start) / (Fraction(self.target_value) - start)

    @cached_property
    def share_of_time(self) -> Fraction:
        return self.years_gone / self.years_in_all

    @property
    def years_gone(self) -> Fraction:
        return self.latest.position - self.baseline.period.position

    @property
    def years_in_all(self) -> Fraction:
        return self.due.position - self.baseline.period.position

    def ratio(self, path: str) -> Fraction | Decimal | None:
        return self._growth_ratio() if path == "growth" else self.share_of_way / self.share_of_time

    def _growth_ratio(self) -> Decimal | None:
        """None where growth has no meaning: from or to zero, or across it."""
        b, target, v = self.baseline.value, self.target_value, self.latest_value
        # A value of zero has no sign to differ: it is a fall by the whole, g = -1.
        if b * target <= 0 or b * v < 0:
            return None
        with localcontext(prec=DIGITS):
            seen = _growth(v / b, self.years_gone)
            needed = _growth(target / b, self.years_in_all)
            return (1 if b > 0 else -1) * self.good * seen / abs(needed)


def _growth(factor: Decimal, years: Fraction) -> Decimal:
    """g of the method: growth a year, to the precision of the current context."""
    return factor ** (Decimal(years.denominator) / years.numerator) - 1


@dataclass(frozen=True)
class _Case:
    """What the rules ask about. Later rules lean on earlier ones: from 3 on there is a target, from 4 a figure."""

    segment: Segment
    target: Target | None
    baseline: Baseline | None
    good: int
    path: str

    @cached_property
    def latest(self) -> Figure | None:
        return self.segment.figures[-1] if self.segment.figures else None

    @property
    def has_only_words(self) -> bool:
        return self.target is not None and self.target.value is None and self.target.has_words

    @property
    def has_no_target(self) -> bool:
        return self.target is None or self.target.value is None

    @property
    def broke_after_baseline(self) -> bool:
        return (
            self.baseline is not None
            and self.segment.broke_at is not None
            and self.segment.broke_at.end > self.baseline.period.end
        )

    @cached_property
    def decided_by(self) -> Figure | None:
        if self.target is None:
            return None
        due = self.target.due.end
        return next((figure for figure in self.segment.figures if figure.period.end >= due), None)

    @cached_property
    def at_due(self) -> Answer | None:
        return self.meets(self.decided_by) if self.decided_by else None

    @cached_property
    def at_latest(self) -> Answer | None:
        return self.meets(self.latest) if self.latest else None

    @property
    def is_after_baseline(self) -> bool:
        """Or there is none to be after."""
        if self.baseline is None:
            return True
        return self.latest is not None and self.latest.period.end > self.baseline.period.end

    @property
    def has_no_span(self) -> bool:
        if self.baseline is None or self.target is None:
            return True
        return self.baseline.period.end >= self.target.due.end

    @property
    def began_there(self) -> bool:
        """The baseline already met the target: there is no way to go."""
        if self.baseline is None or self.target is None or self.target.value is None:
            return False
        return _is_as_good(self.baseline.value, self.target.value, self.good)

    def meets(self, figure: Figure) -> Answer | None:
        """A true value that may be better can only be a yes or open, one that may be worse a no or open."""
        if self.target is None or self.target.value is None or figure.value is None:
            return None
        met = _is_as_good(figure.value, self.target.value, self.good)
        lean = self.good * LEAN[figure.qualifier]
        if (lean > 0 and not met) or (lean < 0 and met):
            return Answer.OPEN
        return Answer.YES if met else Answer.NO

    @property
    def is_under_way(self) -> bool:
        """Whether r has a meaning: time and a way between, a figure since, and none yet at the due period."""
        return (
            self.is_after_baseline
            and self.decided_by is None
            and not (self.broke_after_baseline or self.has_no_span or self.began_there)
        )

    @cached_property
    def journey(self) -> _Journey | None:
        baseline, target, latest = self.baseline, self.target, self.latest
        if baseline is None or target is None or latest is None or not self.is_under_way:
            return None
        if target.value is None or latest.value is None:
            return None
        return _Journey(baseline, target.value, target.due, latest.value, latest.period, self.good)

    @cached_property
    def ratio(self) -> Fraction | Decimal | None:
        return self.journey.ratio(self.path) if self.journey else None

    @property
    def side(self) -> int:
        """On which side of r, taken from the figure, the true r may lie."""
        if self.latest is None or self.ratio is None:
            return 0
        return self.good * LEAN[self.latest.qualifier]

    @cached_property
    def reading(self) -> str:
        """With a bound, only if every r allowed reads the same: r or more has no end above, r or less none below."""
        assert self.ratio is not None
        r = Fraction(self.ratio)
        reading = next((name for least, name in READINGS if r >= least), "moving_away")
        only = {0: reading, 1: "on_track", -1: "moving_away"}[self.side]
        return reading if reading == only else "not_conclusive"


def _is_as_good(value: Decimal, other: Decimal, good: int) -> bool:
    return value >= other if good > 0 else value <= other


class Rule(NamedTuple):
    number: int
    applies: Callable[[_Case], bool]
    status: str | None  # None: the reading of r


# The first that applies. Rule 9 alone needs the date: see status_on.
RULES = (
    Rule(1, lambda case: case.has_only_words, "qualitative"),
    Rule(2, lambda case: case.has_no_target, "not_set"),
    Rule(3, lambda case: case.latest is None, "no_data"),
    Rule(4, lambda case: case.broke_after_baseline, "not_comparable"),
    Rule(5, lambda case: case.at_due is Answer.YES, "achieved"),
    Rule(6, lambda case: case.at_due is Answer.NO, "missed"),
    Rule(7, lambda case: case.at_due is Answer.OPEN, "not_conclusive"),
    Rule(8, lambda case: case.is_after_baseline and case.at_latest is Answer.YES, "reached_early"),
    Rule(10, lambda case: case.has_no_span, "not_comparable"),
    Rule(11, lambda case: not case.is_after_baseline, "no_data"),
    Rule(12, lambda case: case.began_there and case.at_latest is Answer.OPEN, "not_conclusive"),
    Rule(12, lambda case: case.began_there, "moving_away"),
    Rule(13, lambda case: case.ratio is None, "not_comparable"),  # growth from, to or across zero
    Rule(13, lambda case: True, None),
)


def assess(
    *,
    figures: Iterable[Figure],
    target: Target | None,
    baseline: Baseline | None,
    polarity: str,
    frequency: str,
    path: str = "linear",
    reference: bool = False,
) -> Assessment:
    """Judge an indicator against one target; figures may come in any order, each period once."""
    if path not in PATHS:
        raise ValueError(f"Unknown path {path!r}.")
    segment = last_segment(figures, frequency=frequency)
    case = _Case(segment, target, baseline, GOOD[polarity], path)
    rule = next(rule for rule in RULES if rule.applies(case))
    journey = case.journey
    decided_by = case.decided_by if rule.number in (5, 6, 7) else None
    rests_on = (decided_by or case.latest) if rule.number > 3 else None
    return Assessment(
        rule=rule.number,
        status=rule.status or case.reading,
        latest=case.latest,
        decided_by=decided_by,
        baseline=baseline,
        target=target,
        share_of_way=journey.share_of_way if journey else None,
        share_of_time=journey.share_of_time if journey else None,
        ratio=case.ratio,
        ratio_qualifier=SIDES[case.side],
        reading=None if rule.status else case.reading,
        gap=_gap(case),
        needed_a_year=_needed_a_year(case),
        seen_a_year=_seen_a_year(case),
        caveats=_caveats(rests_on, target, reference=reference),
        path=path,
        method=METHOD,
    )


def _gap(case: _Case) -> Decimal | None:
    """T - v; none across a break, where the two do not measure the same."""
    target, latest = case.target, case.latest
    if target is None or latest is None or case.broke_after_baseline:
        return None
    if target.value is None or latest.value is None:
        return None
    with localcontext(prec=DIGITS):
        return target.value - latest.value


def _needed_a_year(case: _Case) -> Fraction | None:
    gap = _gap(case)
    if gap is None or case.target is None or case.latest is None:
        return None
    years = case.target.due.position - case.latest.period.position
    return Fraction(gap) / years if years > 0 else None


def _seen_a_year(case: _Case) -> Fraction | None:
    baseline, latest = case.baseline, case.latest
    if baseline is None or latest is None or latest.value is None or case.broke_after_baseline:
        return None
    years = latest.period.position - baseline.period.position
    return (Fraction(latest.value) - Fraction(baseline.value)) / years if years > 0 else None


def _caveats(figure: Figure | None, target: Target | None, *, reference: bool) -> tuple[str, ...]:
    """Of the figure the status rests on, and of the target it is held against."""
    bound = target.bound if target and figure else None
    status, qualifier = (figure.status, figure.qualifier) if figure else (None, None)
    caveats = {
        "provisional": status == "P",
        "estimated": status == "E",
        "bound": qualifier in ("over", "under"),
        "about": "about" in (qualifier, bound),
        "reference": reference,
    }
    return tuple(caveat for caveat, holds in caveats.items() if holds)


def status_on(
    assessment_rule: int,
    assessment_status: str,
    reading: str | None,
    due: date | None,
    today: date,
) -> Standing:
    """Add rule 9, which comes before 10 to 13: past the last day of the due period, a figure is awaited."""
    if assessment_rule >= 10 and due is not None and due < today:
        return Standing(status="awaiting", rule=9, reading=reading)
    return Standing(status=assessment_status, rule=assessment_rule, reading=None)


def truncate(value: Fraction | Decimal | int, places: int = 2) -> Decimal:
    """Toward zero: 0.5999 does not show as the 0.60 it falls short of."""
    shown = int(Fraction(value) * 10**places)
    digits = tuple(int(digit) for digit in str(abs(shown)))
    return Decimal((int(shown < 0), digits, -places))


def following(
    *, latest: Period | None, baseline: Period | None, frequency: str, release_month: int | None
) -> tuple[Period, date] | None:
    """The next figure and the day by which it is due; release_month is 1-12 and speaks of annual figures only."""
    last = latest or baseline
    if frequency == "irregular" or last is None or last.end.year >= LAST_YEAR:
        return None
    period = last.following(frequency)
    return period, _due_on(period, frequency, release_month)


def freshness(
    *,
    latest: Period | None,
    baseline: Period | None,
    frequency: str,
    release_month: int | None,
    today: date,
) -> Freshness:
    """Of the next figure."""
    due = following(latest=latest, baseline=baseline, frequency=frequency, release_month=release_month)
    return freshness_on(due, today)


def freshness_on(due: tuple[Period, date] | None, today: date) -> Freshness:
    if due is None:
        return Freshness(state="no_schedule", period=None, due_on=None)
    period, due_on = due
    return Freshness(state=_state(due_on, today), period=period, due_on=due_on)


def _due_on(period: Period, frequency: str, release_month: int | None) -> date:
    if frequency == "annual" and release_month is not None:
        return end_of_month(period.year + 1, release_month)
    # Periods end with a month, so months after an end are counted from month's end to month's end.
    return end_of_month(period.year, period.end.month + MONTHS_TO_PUBLISH[frequency])


def _state(due_on: date, today: date) -> str:
    if today > due_on:
        return "overdue"
    return "due" if due_on - today <= DUE_SOON else "current"
