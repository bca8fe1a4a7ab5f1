"""Reference periods: what span of time a figure speaks of."""

import re
from calendar import isleap, monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import cached_property, lru_cache


class Kind(StrEnum):
    ANNUAL = "annual"
    HALF_YEAR = "half-year"
    QUARTER = "quarter"
    MONTH = "month"
    DAY = "day"


FREQUENCIES: Mapping[str, Kind | None] = {
    "annual": Kind.ANNUAL,
    "half_yearly": Kind.HALF_YEAR,
    "quarterly": Kind.QUARTER,
    "monthly": Kind.MONTH,
    "irregular": None,  # takes every kind
}

FIRST_YEAR, LAST_YEAR = 1900, 2199

MONTHS = {Kind.ANNUAL: 12, Kind.HALF_YEAR: 6, Kind.QUARTER: 3, Kind.MONTH: 1}
CODES = {
    Kind.ANNUAL: "{start:%Y}",
    Kind.HALF_YEAR: "{start:%Y}-H{number}",
    Kind.QUARTER: "{start:%Y}-Q{number}",
    Kind.MONTH: "{start:%Y-%m}",
    Kind.DAY: "{start:%Y-%m-%d}",
}
# ASCII, or \d would take full-width and other digits, and one period would have many spellings.
SHAPE = re.compile(r"(\d{4})(?:-(?:([HQ])(\d)|(\d\d)(?:-(\d\d))?))?", re.ASCII)
FORMS = "Write a year as 2024, a half-year as 2024-H1, a quarter as 2024-Q3, a month as 2024-10, a day as 2024-10-31"


@dataclass(frozen=True, order=True)
class Period:
    """Made by `parse` and `of`. Ordered by end, then start: a year comes before its own December."""

    end: date
    start: date
    kind: Kind = field(compare=False)

    @classmethod
    def parse(cls, code: str) -> "Period":
        return _parse(code)

    @classmethod
    def of(cls, kind: Kind, day: date) -> "Period":
        """The period of this kind that holds the day."""
        check_year(day.year)
        if kind is Kind.DAY:
            return cls(end=day, start=day, kind=kind)
        months = MONTHS[kind]
        first = (day.month - 1) // months * months + 1
        return cls(end=end_of_month(day.year, first + months - 1), start=date(day.year, first, 1), kind=kind)

    def __str__(self) -> str:
        return self.code

    @cached_property
    def code(self) -> str:
        number = (self.start.month - 1) // MONTHS.get(self.kind, 1) + 1
        return CODES[self.kind].format(start=self.start, number=number)

    @property
    def year(self) -> int:
        return self.end.year

    @cached_property
    def position(self) -> Fraction:
        """The method's x, in years: that of the last day, so a year and its December share one."""
        return self.year + Fraction(self.end.timetuple().tm_yday, 366 if isleap(self.year) else 365)

    def next(self) -> "Period":
        return Period.of(self.kind, self.end + timedelta(days=1))

    def following(self, frequency: str) -> "Period":
        """The first period of a frequency to end after this one; after 2022-10 the annual one is 2022."""
        return Period.of(FREQUENCIES[frequency] or self.kind, self.end + timedelta(days=1))

    def matches(self, frequency: str) -> bool:
        return FREQUENCIES[frequency] in (None, self.kind)


def check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"Write a year from {FIRST_YEAR} to {LAST_YEAR}, not {year:04}.")


def end_of_month(year: int, month: int) -> date:
    """The last day of a month; month 13 is January of the year after."""
    years, month = divmod(month - 1, 12)
    return date(year + years, month + 1, monthrange(year + years, month + 1)[1])


# A plan has few periods and many figures; shared periods work out their position once.
@lru_cache(maxsize=4096)
def _parse(code: str) -> Period:
    shape = SHAPE.fullmatch(code)
    if shape is None:
        raise ValueError(f"“{code}” is not a reference period. {_remedy(code)}.")
    year, letter, part, month, day = shape.groups()
    if letter:
        return _part_of_year(int(year), letter, int(part))
    kind = Kind.DAY if day else Kind.MONTH if month else Kind.ANNUAL
    return Period.of(kind, _date(int(year), int(month or 1), int(day or 1)))


def _part_of_year(year: int, letter: str, part: int) -> Period:
    kind, parts = {"H": (Kind.HALF_YEAR, 2), "Q": (Kind.QUARTER, 4)}[letter]
    if not 1 <= part <= parts:
        raise ValueError(f"A year has {letter}1 to {letter}{parts}, not {letter}{part}.")
    return Period.of(kind, _date(year, part * MONTHS[kind], 1))


def _date(year: int, month: int, day: int) -> date:
    check_year(year)
    if not 1 <= month <= 12:
        raise ValueError(f"Write a month from 01 to 12, not {month:02}.")
    days = monthrange(year, month)[1]
    if not 1 <= day <= days:
        raise ValueError(f"Write a day from 01 to {days}: {year}-{month:02} has no day {day:02}.")
    return date(year, month, day)


def _remedy(code: str) -> str:
    if code != code.strip():
        return "Take away the blanks before and after it"
    if any(character.isdigit() and not character.isascii() for character in code):
        return "Use the digits 0 to 9"
    return FORMS
