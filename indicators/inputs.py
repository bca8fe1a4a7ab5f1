"""Reading figures as people type them: strict, never guessing, and saying how to mend what is refused."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blueprint.nouns import decimal_text

from .models.fields import DIGITS, PLACES
from .models.indicator import UnitKind

# Typed by an input method for Chinese, and never meant otherwise.
FULL_WIDTH = str.maketrans("０１２３４５６７８９．＋－−", "0123456789.+--")
PLAIN = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
FAULTS = [
    (re.compile(r"[萬万億亿千百兆]"), gettext_lazy("Write all the digits, without 萬 or 億.")),
    (re.compile(r"\d\s*([eE]\s*[+-]?\d|[×*^])"), gettext_lazy("Write all the digits, without an exponent.")),
    (re.compile(r"[\d][\s,，、'’_٬]+[\d]"), gettext_lazy("Write 12345.6 without separators.")),
    (re.compile(r"(?i)nan|inf|∞|n/?a"), gettext_lazy("Write a figure, or tick that none is available.")),
    (re.compile(r"[^\W0-9a-zA-Z]"), gettext_lazy("Use the digits 0 to 9.")),
]


def as_typed(text: str) -> str:
    """The text with full-width digits, point and sign in their plain form."""
    return text.strip().translate(FULL_WIDTH)


def read_figure(text: str) -> Decimal:
    """A figure in plain digits with a point and a sign. Raises ValidationError that says how to mend it."""
    plain = as_typed(text)
    if not PLAIN.fullmatch(plain):
        faults = (said for shape, said in FAULTS if shape.search(plain))
        raise ValidationError(next(faults, _("Write the figure in plain digits, such as 12345.6.")))
    whole, _point, decimals = plain.lstrip("+-").partition(".")
    whole = whole.lstrip("0")
    if len(whole) + len(decimals) > DIGITS:
        raise ValidationError(_("Write at most 15 digits."))
    if len(decimals) > PLACES:
        raise ValidationError(_("Write at most 4 decimals."))
    if len(whole) > DIGITS - PLACES:
        raise ValidationError(_("Write at most 11 digits before the point."))
    return Decimal(decimal_text(Decimal(plain)))


def check_possible(value: Decimal, unit: Any) -> None:
    """Raises ValidationError for a figure that its unit cannot have."""
    kind = unit.kind if unit is not None else UnitKind.ANY
    if kind == UnitKind.RANK and (value < 1 or value % 1):
        raise ValidationError(_("A rank is a whole number from 1."))
    if kind in (UnitKind.SHARE, UnitKind.COUNT, UnitKind.MEASURE) and value < 0:
        raise ValidationError(_("This figure cannot be below zero."))
    if kind == UnitKind.COUNT and value % 1:
        raise ValidationError(_("Write a whole number: what is counted has no parts."))


class FigureField(forms.CharField):
    """A figure as text, read strictly and checked against its unit."""

    def __init__(self, *, unit, **kwargs):
        super().__init__(required=False, **kwargs)
        self.unit = unit
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off", "spellcheck": "false"}

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        figure = read_figure(text)
        check_possible(figure, self.unit)
        return figure
