"""How figures, periods and units are written: one spelling for pages, charts and sentences."""

from decimal import Decimal

from django.utils.translation import gettext as _

from blueprint.nouns import decimal_text
from blueprint.wording import day_text, reader, wording

from .periods import Period


def number(value: Decimal | None) -> str:
    """A figure with thousands separated and a true minus sign; its digits are those that were published."""
    if value is None:
        return _("not available")
    whole, point, fraction = decimal_text(value).partition(".")
    return f"{int(whole):,}".replace("-", "−") + point + fraction if whole != "-0" else f"−0{point}{fraction}"


def qualified(text: str, qualifier: str) -> str:
    """The figure with its bound in words: over 100, about 42."""
    return {
        "over": _("over %(figure)s"),
        "under": _("under %(figure)s"),
        "about": _("about %(figure)s"),
        "at_least": _("at least %(figure)s"),
        "at_most": _("at most %(figure)s"),
    }.get(qualifier, "%(figure)s") % {"figure": text}


def with_unit(value, unit, qualifier="exact") -> str:
    """The figure as it is read out: over 100 lines, HK$35,772 million, rank 15."""
    if value is None:
        return _("not available")
    return qualified(pattern(unit).replace("{value}", number(value)), qualifier)


def pattern(unit) -> str:
    if unit is None:
        return "{value}"
    given = wording(unit, "pattern").text
    if given:
        return given
    name = wording(unit, "name").text
    return f"{{value}} {name}" if reader() == "en" else f"{{value}}{name}"


def joined(*sentences: str) -> str:
    """Sentences one after another: Chinese puts nothing between them."""
    return (" " if reader() == "en" else "").join(sentences)


def difference(value, unit) -> str:
    """A difference of two figures: of percentages it is percentage points."""
    if unit is not None and unit.in_per_cent:
        return _("%(figure)s percentage points") % {"figure": number(value)}
    if unit is not None and unit.is_rank:
        return number(value)
    return with_unit(value, unit)


def period_label(code: str) -> str:
    """A reference period in words: 2024, first half of 2024, October 2024."""
    period = Period.parse(code)
    parts = {"year": period.year}
    if "-H" in code:
        return (_("first half of %(year)s") if code.endswith("1") else _("second half of %(year)s")) % parts
    if "-Q" in code:
        return _("quarter %(quarter)s of %(year)s") % (parts | {"quarter": code[-1]})
    if len(code) == 4:
        return _("%(year)s") % parts if reader() == "en" else f"{period.year}年"
    return day_text(period.end, "month" if len(code) == 7 else "day")
