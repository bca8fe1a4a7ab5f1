"""Soft warnings: what is odd about a figure, told from its own series.

Odd is not wrong: a sentence that says why it is right lets it pass, and the approver reads that sentence.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blueprint.wording import day_text, words

from .figures import difference, joined, number, period_label, with_unit
from .models.fields import plain
from .models.indicator import UnitKind
from .usual import Reported

CODES = (
    "unit",
    "slip",
    "falls",
    "jump",
    "sign",
    "unchanged",
    "over_hundred",
    "breakdown",
    "not_ended",
    "no_evidence",
)


@dataclass(frozen=True)
class Doubt:
    """One warning: its heading and its sentence. ``code`` names the box in which it is answered."""

    code: str
    heading: str
    text: str


def doubts(reported: Reported) -> list[Doubt]:
    """Every warning that a figure raises, in the order of CODES."""
    return [doubt for check in CHECKS for doubt in check(reported)]


def unit(reported: Reported) -> Iterator[Doubt]:
    """Off by what lies between two ways of writing the same: 0.0141 for 1.41%, HK$ for HK$ million."""
    factor = reported.slipped_by
    if factor is None or not is_of_the_unit(reported, factor):
        return
    said = {
        "typed": number(reported.value),
        "unit": words(reported.unit, "name"),
        "meant": number(plain(reported.value / factor)),
        "period": period_label(reported.last.period.code),
        "last": number(reported.last.value),
    }
    text = _("%(typed)s is far from %(last)s in %(period)s, and %(meant)s is near it. The unit is: %(unit)s.")
    yield Doubt("unit", _("Perhaps in another unit."), text % said)


def is_of_the_unit(reported: Reported, factor: Decimal) -> bool:
    kind = reported.unit.kind if reported.unit is not None else ""
    if kind in (UnitKind.SHARE, UnitKind.PERCENTAGE):
        return factor in (Decimal(100), 1 / Decimal(100))
    return kind == UnitKind.AMOUNT and factor not in (
        Decimal(10),
        1 / Decimal(10),
        Decimal(100),
        1 / Decimal(100),
    )


def slip(reported: Reported) -> Iterator[Doubt]:
    factor = reported.slipped_by
    if factor is None or is_of_the_unit(reported, factor):
        return
    said = {
        "value": with_unit(reported.value, reported.unit),
        "times": number(plain(max(factor, 1 / factor))),
        "last": with_unit(reported.last.value, reported.unit),
        "period": period_label(reported.last.period.code),
    }
    text = (
        _(
            "%(value)s is about %(times)s times the figure of %(period)s, %(last)s. Has the decimal point slipped?"
        )
        if factor > 1
        else _(
            "%(value)s is about one part in %(times)s of the figure of %(period)s, %(last)s. Has the decimal point slipped?"
        )
    )
    yield Doubt("slip", _("A digit too many or too few?"), text % said)


def falls(reported: Reported) -> Iterator[Doubt]:
    """A count since the beginning only grows."""
    value, last = reported.value, reported.last
    if not reported.cumulative or value is None or last is None or value >= last.value or reported.slipped_by:
        return
    said = {
        "value": with_unit(value, reported.unit),
        "last": with_unit(last.value, reported.unit, last.qualifier),
        "period": period_label(last.period.code),
    }
    text = _(
        "This indicator counts from the beginning, so it does not fall. %(period)s: %(last)s. Now: %(value)s."
    )
    yield Doubt("falls", _("Lower than before."), text % said)


def jump(reported: Reported) -> Iterator[Doubt]:
    value = reported.value
    if value is None or not reported.is_unusual(value):
        return
    # What is told already needs no second sentence.
    if reported.slipped_by or any(falls(reported)):
        return
    said = {
        "value": with_unit(value, reported.unit),
        "step": size_of(reported, reported.earlier[-1].value, value, with_amount=True),
        "period": period_label(reported.earlier[-1].period.code),
    }
    up = value > reported.earlier[-1].value
    heading = _("Higher than usual.") if up else _("Lower than usual.")
    if reported.is_rank:
        heading = _("Further down than usual.") if up else _("Further up than usual.")
    yield Doubt("jump", heading, joined(how_far(reported, up=up) % said, what_was_usual(reported, value)))


def how_far(reported: Reported, *, up: bool) -> str:
    """A rank with a larger number is a lower one, so of ranks neither above nor below is said."""
    if reported.is_rank:
        return (
            _("%(value)s is %(step)s places further down than %(period)s.")
            if up
            else _("%(value)s is %(step)s places further up than %(period)s.")
        )
    return (
        _("%(value)s is %(step)s above %(period)s.") if up else _("%(value)s is %(step)s below %(period)s.")
    )


def what_was_usual(reported: Reported, value: Decimal) -> str:
    """In words that need no statistics: the largest step that way, or how large half of all steps were."""
    last = reported.earlier[-1].value
    moves = [(abs(step), pair) for step, pair in zip(reported.steps, reported.pairs, strict=True)]
    same_way = [(size, pair) for size, pair in moves if (pair[1] - pair[0]) * (value - last) > 0]
    said = {
        "first": period_label(reported.earlier[0].period.code),
        "last": period_label(reported.earlier[-1].period.code),
    }
    if not any(size for size, _pair in moves):
        return _("From %(first)s to %(last)s it never changed.") % said
    if not same_way:
        return NEVER[value > last, reported.is_rank] % said
    size, pair = max(same_way)
    if abs(reported.step(value, last)) > size:
        return LARGEST[value > last, reported.is_rank] % (said | {"largest": size_of(reported, *pair)})
    pair = sorted(moves)[(len(moves) - 1) // 2][1]
    return _("From %(first)s to %(last)s half of all steps were %(half)s or smaller.") % (
        said | {"half": size_of(reported, *pair)}
    )


# (upwards in number, of a rank): what is said of the steps before.
NEVER = {
    (True, False): gettext_lazy("From %(first)s to %(last)s it never rose."),
    (False, False): gettext_lazy("From %(first)s to %(last)s it never fell."),
    (True, True): gettext_lazy("From %(first)s to %(last)s it never went down."),
    (False, True): gettext_lazy("From %(first)s to %(last)s it never went up."),
}
LARGEST = {
    (True, False): gettext_lazy("From %(first)s to %(last)s the largest step up was %(largest)s."),
    (False, False): gettext_lazy("From %(first)s to %(last)s the largest step down was %(largest)s."),
    (True, True): gettext_lazy("From %(first)s to %(last)s the largest step down was %(largest)s places."),
    (False, True): gettext_lazy("From %(first)s to %(last)s the largest step up was %(largest)s places."),
}


def size_of(reported: Reported, before: Decimal, after: Decimal, *, with_amount: bool = False) -> str:
    """0.28 percentage points; of what grows by shares of itself 25%, or 1,200 companies (25%)."""
    amount = difference(plain(abs(after - before)), reported.unit)
    if not reported.by_growth:
        return amount
    share = in_per_cent(abs(after / before - 1))
    return _("%(amount)s (%(share)s)") % {"amount": amount, "share": share} if with_amount else share


def in_per_cent(share: Decimal) -> str:
    """To one decimal, and to two where one would show nothing."""
    places = Decimal("0.1") if share >= Decimal("0.0005") else Decimal("0.01")
    return f"{number(plain((share * 100).quantize(places)))}%"


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
    unit,
    slip,
    falls,
    jump,
    sign,
    unchanged,
    over_hundred,
    breakdown,
    not_ended,
    no_evidence,
)
