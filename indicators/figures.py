"""How figures, periods and units are written: one spelling for pages, charts and sentences."""

import re
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
    before, digits, after = figure_in(value, unit)
    return qualified(before + digits + after, qualifier)


def figure_in(value: Decimal, unit) -> tuple[str, str, str]:
    """What stands before a figure, its digits, and what stands after: HK$, 42, billion; in Chinese 420, 億港元."""
    before, _value, after = pattern(unit).partition("{value}")
    multiple = _multiple(after, unit)
    digits, size = _counted(value, multiple)
    return before, digits, size + after.removeprefix(multiple)


def without_unit(value: Decimal, unit) -> str:
    """The figure as its reader counts it, where the unit has been said: 933; in Chinese 9.33億."""
    return "".join(_counted(value, _multiple(pattern(unit).partition("{value}")[2], unit)))


def span(low: Decimal, high: Decimal, unit) -> str:
    """A range, its unit said once where the figures come before it: 7,254 to 7,919 start-ups, 24% to 26%."""
    said_once = unit is not None and not unit.in_per_cent and not figure_in(low, unit)[0]
    first = without_unit(low, unit) if said_once else with_unit(low, unit)
    return _("%(low)s to %(high)s") % {"low": first, "high": with_unit(high, unit)}


def counted_name(unit) -> str:
    """The unit of figures as their reader counts them: HK$ million; in Chinese 港元, where each figure says 億."""
    return wording(unit, "name").text.removeprefix(_multiple(pattern(unit).partition("{value}")[2], unit))


def _multiple(after: str, unit) -> str:
    """The multiple with which a Chinese unit begins, if it does."""
    found = MULTIPLE.match(after) if reader() != "en" else None
    if found is None or (found[0] == "千" and not unit.counts_whole_things):
        return ""
    return found[0]


def _counted(value: Decimal, multiple: str) -> tuple[str, str]:
    return in_myriads(value.scaleb(MULTIPLES[multiple])) if multiple else (number(value), "")


# How a Chinese unit that counts in multiples begins, as 百萬港元 and 十亿港元 do, and the zeros that each stands for.
MULTIPLES = {
    "萬億": 12, "万亿": 12, "十億": 9, "十亿": 9, "億": 8, "亿": 8, "千萬": 7, "千万": 7, "百萬": 6, "百万": 6,
    "萬": 4, "万": 4, "千": 3,
}  # fmt: skip
MULTIPLE = re.compile("|".join(MULTIPLES))
MYRIADS = {"zh_hant": ("億", "萬"), "zh_hans": ("亿", "万")}


def in_myriads(value: Decimal) -> tuple[str, str]:
    """A number as Chinese reads it, by 億 or 萬 and to the last digit that was published: (357.72, 億)."""
    sizes = zip((8, 4), MYRIADS[reader()], strict=True)
    zeros, name = next((each for each in sizes if abs(value) >= 10 ** each[0]), (0, ""))
    return number(value.scaleb(-zeros)), name


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
