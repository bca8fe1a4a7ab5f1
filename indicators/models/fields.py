"""Columns that figures and reference periods stand in."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models

from ..periods import Period

# SQLite keeps a decimal as a binary double, which returns 15 significant digits unharmed and no more.
DIGITS, PLACES = 15, 4
ZERO, ONE = Decimal(0), Decimal(1)


class FigureField(models.DecimalField):
    """A figure with at most 15 significant digits, exact on both engines."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_digits", DIGITS)
        kwargs.setdefault("decimal_places", PLACES)
        super().__init__(*args, **kwargs)

    def get_db_prep_save(self, value, connection):
        """Refuse what the column would round: the ledger would say one figure and the table another."""
        if isinstance(value, Decimal):
            self.run_validators(value.normalize())
        return super().get_db_prep_save(value, connection)

    def from_db_value(self, value, expression, connection):
        return None if value is None else plain(value)


def plain(value: Decimal) -> Decimal:
    """In the one spelling of decimal_text, without going through text: a page may read thousands."""
    normal = value.normalize() + ZERO
    return normal if normal.as_tuple().exponent <= 0 else normal.quantize(ONE)


def check_period(code):
    try:
        Period.parse(code)
    except ValueError as fault:
        raise ValidationError(str(fault)) from None


class PeriodField(models.CharField):
    """The code of a reference period: 2024, 2024-H1, 2024-Q3, 2024-10 or 2024-10-31."""

    default_validators = [check_period]

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 10)
        super().__init__(*args, **kwargs)
