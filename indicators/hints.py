"""What an official is told at a field, from the indicator's own metadata."""

import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blueprint.wording import reader

from .figures import with_unit
from .series import Series


def decimals_of(series: Series) -> str:
    """How many decimals its figures usually have."""
    places = series.indicator.decimals
    if places == 0:
        return _("Plain digits, usually without decimals.")
    said = ngettext(
        "Plain digits, usually with %(count)s decimal, such as %(example)s.",
        "Plain digits, usually with %(count)s decimals, such as %(example)s.",
        places,
    )
    return said % {
        "count": places,
        "example": Decimal("12.3456").quantize(Decimal(1).scaleb(-places), ROUND_DOWN),
    }


def possible_of(series: Series) -> str:
    """The hard limits, where the indicator declares any."""
    lowest, highest = series.indicator.lowest, series.indicator.highest
    said = {"lowest": with_unit(lowest, series.unit), "highest": with_unit(highest, series.unit)}
    if lowest is not None and highest is not None:
        return _("From %(lowest)s to %(highest)s.") % said
    if highest is not None:
        return _("At most %(highest)s.") % said
    return _("At least %(lowest)s.") % said if lowest is not None else ""


def how_often(indicator: Any) -> str:
    """Figures come every year, in December of the year after."""
    often = {"how_often": indicator.get_frequency_display()}
    if indicator.frequency == "annual" and indicator.release_month:
        month = datetime.date(2000, indicator.release_month, 1)
        often["month"] = dateformat.format(month, "F" if reader() == "en" else "n月")
        return _("Figures come %(how_often)s, in %(month)s of the year after.") % often
    return _("Figures come %(how_often)s.") % often
