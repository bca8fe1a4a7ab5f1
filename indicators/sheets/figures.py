"""One cell as a figure, a period or a code: read strictly, and asked about where it could mean two things."""

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from blueprint.nouns import decimal_text

from ..inputs import PLAIN, as_typed, read_figure
from ..models.fields import DIGITS, PLACES
from ..periods import FREQUENCIES, Kind, Period

# What a comma is in this file: asked once, for all of its cells.
THOUSANDS, DECIMAL = "thousands", "decimal"
BY_COMMA = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
COMMA_DECIMAL = re.compile(r"[+-]?(\d+|\d{1,3}([. \u00a0\u202f'’]\d{3})+),\d+", re.ASCII)
BY_BLANK = re.compile(r"[+-]?\d{1,3}([ \u00a0\u202f'’]\d{3})+(\.\d+)?", re.ASCII)
SEPARATORS = re.compile(r"[ \u00a0\u202f'’]")
COMMAS = str.maketrans("，", ",")
PERCENT = re.compile(r"(.*\d)\s*[%％]")
# No sheet means a later day, and a larger number is no day in any.
LAST_SERIAL = 110_000
EPOCHS = {False: datetime.date(1899, 12, 30), True: datetime.date(1904, 1, 1)}


@dataclass(frozen=True)
class Understood:
    """What a cell was taken for. ``asks``: the question it raises, "" where it is plain. ``shown``: as it stands there."""

    value: Any
    asks: str = ""
    shown: str = ""


class Doubtful(Exception):
    """It cannot be read before the person has said what a comma is in this file."""


def figure(cell: Any, *, per_cent_format: bool, comma: str, in_per_cent: bool) -> Understood:
    """Raises ValidationError, which says how to mend it, or Doubtful."""
    if isinstance(cell, bool) or not isinstance(cell, (int, float, str)):
        raise ValidationError(_("A date or a truth value stands where a figure should."))
    if isinstance(cell, str):
        return written(cell.strip(), comma=comma, in_per_cent=in_per_cent)
    text = number_text(cell)
    if not per_cent_format:
        return Understood(read_figure(text))
    shown = Decimal(text) * 100
    check_per_cent(in_per_cent)
    return Understood(read_figure(decimal_text(shown)), "per_cent", f"{decimal_text(shown)}%")


def number_text(cell: float) -> str:
    """A number as the sheet shows it: its 15 digits. Beyond what a figure can be it is not even written out."""
    if cell != cell or abs(cell) >= 10 ** (DIGITS - PLACES):
        raise ValidationError(_("Write at most 11 digits before the point."))
    return decimal_text(Decimal(format(cell, f".{DIGITS}g")))


def plain_number(cell: float) -> str:
    """A number that stands where a text is meant, such as a year or a code."""
    return str(int(cell)) if abs(cell) < 10**DIGITS and cell % 1 == 0 else str(cell)


def check_per_cent(in_per_cent: bool) -> None:
    if not in_per_cent:
        raise ValidationError(_("The figure is in per cent, and the unit of this indicator is not."))


def written(text: str, *, comma: str, in_per_cent: bool) -> Understood:
    plain = as_typed(text).translate(COMMAS)
    if found := PERCENT.fullmatch(plain):
        check_per_cent(in_per_cent)
        return Understood(separated(found[1].strip(), comma).value, "per_cent", text)
    understood = separated(plain, comma)
    if not understood.asks and plain != text:
        return Understood(understood.value, "full_width", text)
    return Understood(understood.value, understood.asks, text)


def separated(text: str, comma: str) -> Understood:
    if PLAIN.fullmatch(text):
        return Understood(read_figure(text))
    if "," in text and (BY_COMMA.fullmatch(text) or COMMA_DECIMAL.fullmatch(text)):
        return Understood(read_figure(without_comma(text, comma)), "comma")
    if BY_BLANK.fullmatch(text):
        return Understood(read_figure(SEPARATORS.sub("", text)), "blanks")
    return Understood(read_figure(text))


def without_comma(text: str, comma: str) -> str:
    if not comma:
        raise Doubtful
    shape = BY_COMMA if comma == THOUSANDS else COMMA_DECIMAL
    if not shape.fullmatch(text):
        # It says how to write it.
        return text
    if comma == THOUSANDS:
        return text.replace(",", "")
    whole, _comma, decimals = text.rpartition(",")
    return f"{SEPARATORS.sub('', whole).replace('.', '')}.{decimals}"


# --- periods ---------------------------------------------------------------------------------------------


def period_code(cell: Any, *, frequency: str, epoch_1904: bool) -> Understood:
    """The code of a period. A date is shown as ISO and asked about. Raises ValidationError."""
    if isinstance(cell, str):
        return Understood(cell.strip())
    if isinstance(cell, (bool, datetime.time, datetime.timedelta)):
        raise ValidationError(_("A time or a truth value stands where a period should."))
    if isinstance(cell, (datetime.date, datetime.datetime)):
        day = cell.date() if isinstance(cell, datetime.datetime) else cell
        return dated(day, frequency)
    if cell % 1 == 0 and 1900 <= cell < 2200:
        return Understood(str(int(cell)))
    if not 0 < cell < LAST_SERIAL:
        raise ValidationError(_("This number is no year and no day."))
    return dated(EPOCHS[epoch_1904] + datetime.timedelta(days=int(cell)), frequency)


def dated(day: datetime.date, frequency: str) -> Understood:
    """A spreadsheet makes a date of 2024-10, and shows it as it likes: of a month it is the first day."""
    kind = FREQUENCIES[frequency]
    if kind in (None, Kind.DAY):
        return Understood(day.isoformat(), "dates", day.isoformat())
    if kind is Kind.MONTH and day.day == 1:
        return Understood(Period.of(Kind.MONTH, day).code, "dates", day.isoformat())
    raise ValidationError(
        _("The cell holds the date %(day)s. Format it as text and write the period, as 2024 or 2024-Q3.")
        % {"day": day.isoformat()}
    )
