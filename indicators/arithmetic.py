"""How a status was reached, in words and in numbers that one can check by hand."""

from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blueprint.marks import status_word
from blueprint.nouns import decimal_text

from .assessing import exact_value
from .figures import number
from .periods import Period
from .progress import truncate

# Rule 4: figures before and after the break are not compared. Rule 8: nothing is left to go.
BROKEN, REACHED = 4, 8

RULES = {
    1: gettext_lazy("For this stage the plan gives words and no value, so nothing is computed."),
    2: gettext_lazy("No target has been set for this stage."),
    3: gettext_lazy("There is no figure that could be compared."),
    4: gettext_lazy("The method of measuring changed after the baseline, so the two cannot be compared."),
    5: gettext_lazy("The first figure at or after the due period meets the target."),
    6: gettext_lazy("The first figure at or after the due period does not meet the target."),
    7: gettext_lazy("The first figure at or after the due period is only a bound and leaves it open."),
    8: gettext_lazy("The latest figure already meets the target, before it is due. It has yet to be held."),
    9: gettext_lazy("The due period has ended and no figure for it has been published yet."),
    10: gettext_lazy("There is no baseline, or none before the due period, to measure the way from."),
    11: gettext_lazy("No figure has been published since the baseline."),
    12: gettext_lazy("The baseline already met the target; the latest figure does not, or not for certain."),
    13: gettext_lazy("The share of the way gone is compared with the share of the time gone."),
}

CAVEATS = {
    "provisional": gettext_lazy("the latest figure is provisional"),
    "estimated": gettext_lazy("the latest figure is an estimate"),
    "bound": gettext_lazy("the latest figure is a bound, not an exact value"),
    "about": gettext_lazy("the figure or the target is rounded"),
    "reference": gettext_lazy("the indicator also depends on matters outside the Government's control"),
}


def changes_a_year(row) -> tuple[Decimal | None, Decimal | None]:
    """The change a year that the target still needs from the latest figure on, and that seen since the baseline.

    None across a break and where no time lies between; cut after two places like every quotient that is shown.
    """
    if row.latest_value is None or row.rule == BROKEN:
        return None, None
    needed = _a_year(row.latest_value, row.latest_period, row.target_value, row.due)
    seen = _a_year(row.baseline_value, row.baseline_period, row.latest_value, row.latest_period)
    return None if row.rule == REACHED else needed, seen


def _a_year(before, start, after, end) -> Decimal | None:
    if before is None or after is None:
        return None
    years = Period.parse(end).position - Period.parse(start).position
    return truncate((Fraction(after) - Fraction(before)) / years) if years > 0 else None


def ratio_text(row) -> str:
    """r as it is shown: 1.17, or with a bound 1.31 or more."""
    said = {"ratio": _cut(row.ratio)}
    if row.ratio_qualifier == "over":
        return _("%(ratio)s or more") % said
    if row.ratio_qualifier == "under":
        return _("%(ratio)s or less") % said
    return said["ratio"]


def steps(judgement) -> list[str]:
    """The arithmetic of a reading, line by line; empty where no ratio was needed."""
    row = judgement.row
    if not row.ratio:
        return []
    b, t, v = row.baseline_value, row.target_value, row.latest_value
    way = f"({number(v)} − {number(b)}) ÷ ({number(t)} − {number(b)}) = {_cut(row.share_of_way)}"
    lines = [_("Way gone: %(sum)s") % {"sum": way}, _("Time gone: %(sum)s") % {"sum": _time(row)}]
    lines.append(f"{_cut(row.share_of_way)} ÷ {_cut(row.share_of_time)} → {ratio_text(row)}")
    if row.reading:
        lines.append(threshold(row))
    return lines


def threshold(row) -> str:
    """The reading with the limits it lies between."""
    limits = {
        "on_track": _("0.95 or more: %(status)s"),
        "behind": _("from 0.60 to below 0.95: %(status)s"),
        "far_behind": _("from 0 to below 0.60: %(status)s"),
        "moving_away": _("below 0: %(status)s"),
        "not_conclusive": _("the bound leaves it open: %(status)s"),
    }
    return limits[row.reading] % {"status": status_word(row.reading)}


def _cut(exact: str) -> str:
    return decimal_text_padded(truncate(exact_value(exact)))


def decimal_text_padded(value) -> str:
    return f"{value:.2f}".replace("-", "−")


def _time(row) -> str:
    start, end = Period.parse(row.baseline_period), Period.parse(row.due)
    latest = Period.parse(row.latest_period)
    gone, whole = latest.position - start.position, end.position - start.position
    said = {"gone": _years(gone), "whole": _years(whole), "share": _cut(row.share_of_time)}
    return _("%(gone)s of %(whole)s years = %(share)s") % said


def _years(span) -> str:
    return decimal_text(truncate(span))


def caveats(row) -> list:
    return [CAVEATS[name] for name in row.caveats]
