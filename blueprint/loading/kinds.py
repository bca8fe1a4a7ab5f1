"""The kinds of value a field may take: each reads a node, or says what is wrong with it and how to mend it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from blueprint.characters import name_of as name_of_character
from blueprint.characters import unfit
from blueprint.nouns import noun
from indicators.models.fields import DIGITS, PLACES
from indicators.periods import FIRST_YEAR, LAST_YEAR, Period
from indicators.periods import Kind as PeriodKind

from .reader import Fault, Listing, Mapping, Node, Scalar

LANGUAGES = ("en", "zh_hant", "zh_hans")
FIGURE = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
WHOLE = re.compile(r"[0-9]{1,15}")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
ADDRESS = URLValidator(schemes=["http", "https"])
MOST_WHOLE = 10**15 - 1


@dataclass(frozen=True)
class Where:
    """A place in a file, and the list in which its faults are gathered."""

    file: str
    line: int
    field: str
    faults: list[Fault]

    def fault(self, text: str) -> None:
        self.faults.append(Fault(self.file, self.line, self.field, text))

    def into(self, name: str, line: int) -> "Where":
        return replace(self, line=line, field=f"{self.field}.{name}" if self.field else name)


class Record(dict):
    """The fields of one item by their names, None where one is absent, and where each of them stands."""

    def __init__(self, where: Where):
        super().__init__()
        self.here = where
        self.places: dict[str, Where] = {}

    def where(self, name: str) -> Where:
        return self.places.get(name) or self.here.into(name, self.here.line)


# A kind reads a node: it returns the value, or None after it has reported a fault.
Kind = Callable[[Node, Where], Any]


def text(most: int | None = None) -> Kind:
    def read(node: Node, where: Where) -> str | None:
        if not isinstance(node, Scalar):
            return where.fault("holds a list or mapping. Write one text.")
        if most and len(node.text) > most:
            return where.fault(f"has {len(node.text)} characters. Shorten it to {most}.")
        if found := sorted(set(unfit(node.text))):
            return where.fault(
                f"holds {', '.join(map(name_of_character, found))}, which is no text. Remove it."
            )
        return node.text

    return read


def matching(pattern: re.Pattern[str], remedy: str, most: int | None = None) -> Kind:
    """A text of one form; the other kinds that are written in one form start from it."""
    plain = text(most)

    def read(node: Node, where: Where) -> str | None:
        said = plain(node, where)
        if said is None or pattern.fullmatch(said):
            return said
        return where.fault(f"“{shortened(said)}” {remedy}")

    return read


def shortened(said: str) -> str:
    return said if len(said) <= 40 else said[:39] + "…"


def code(most: int = 40) -> Kind:
    return matching(CODE, "is not a code. Use the letters A to Z, digits, and . _ - between them.", most)


def part(most: int = 40) -> Kind:
    """A code that others are put together from with points, so that it holds none itself."""
    return matching(PART, "is not a code. Use the letters A to Z, digits, and _ - between them.", most)


def whole(least: int = 0, most: int = MOST_WHOLE) -> Kind:
    plain = matching(WHOLE, "is not a whole number. Write its digits only.")

    def read(node: Node, where: Where) -> int | None:
        said = plain(node, where)
        if said is None or least <= int(said) <= most:
            return None if said is None else int(said)
        return where.fault(f"{said} is out of range. Write a number from {least} to {most}.")

    return read


def year() -> Kind:
    return whole(FIRST_YEAR, LAST_YEAR)


def figure(node: Node, where: Where) -> Decimal | None:
    remedy = (
        "is not a plain figure. Write digits, a point and a sign only: no separators, exponents or units."
    )
    said = matching(FIGURE, remedy)(node, where)
    if said is None:
        return None
    before, _, after = said.lstrip("+-").partition(".")
    if len(before.lstrip("0")) > DIGITS - PLACES or len(after) > PLACES:
        return where.fault(
            f"“{shortened(said)}” has too many digits. "
            f"Write at most {DIGITS - PLACES} before the point and {PLACES} after it, or choose a larger unit."
        )
    return Decimal(said)


def choice(*allowed: str) -> Kind:
    def read(node: Node, where: Where) -> str | None:
        said = text()(node, where)
        if said is None or said in allowed:
            return said
        return where.fault(f"“{shortened(said)}” is not a choice. Choose one of: {', '.join(allowed)}.")

    return read


def yes_or_no(node: Node, where: Where) -> bool | None:
    said = choice("yes", "no")(node, where)
    return None if said is None else said == "yes"


def period(*kinds: PeriodKind) -> Kind:
    """The code of a reference period, of these kinds only if any are named."""

    def read(node: Node, where: Where) -> Period | None:
        said = text()(node, where)
        if said is None:
            return None
        try:
            found = Period.parse(said)
        except ValueError as error:
            return where.fault(shortened_error(error))
        if kinds and found.kind not in kinds:
            return where.fault(f"“{said}” is not of the right kind. Write a {' or a '.join(kinds)}.")
        return found

    return read


def shortened_error(error: ValueError) -> str:
    said = str(error)
    return said if len(said) <= 300 else "is not a reference period. Write one such as 2024 or 2024-10-31."


def day(node: Node, where: Where) -> date | None:
    found = period(PeriodKind.DAY)(node, where)
    return found.end if found else None


def address(node: Node, where: Where) -> str | None:
    said = text(1000)(node, where)
    if said is None:
        return None
    try:
        ADDRESS(said)
    except ValidationError:
        return where.fault(
            f"“{shortened(said)}” is not an address. Write one that starts with https:// or http://."
        )
    return said


def listing(kind: Kind) -> Kind:
    def read(node: Node, where: Where) -> list[Any] | None:
        if not isinstance(node, Listing):
            return where.fault("is not a list. Write each item on its own line after “- ”.")
        found = [read_item(kind, item, where, number) for number, item in enumerate(node.items, start=1)]
        return [item for item in found if item is not None]

    return read


def read_item(kind: Kind, item: Node, where: Where, number: int) -> Any:
    place = where.into(name_of(item, number), item.line)
    if isinstance(item, Scalar) and not item.text:
        return place.fault("is empty. Write it, or take the dash away.")
    return kind(item, place)


def name_of(node: Node, number: int) -> str:
    """How a fault names an item of a list: by its code where it has one, else by its place."""
    for name in ("code", "number", "id"):
        said = node.items.get(name) if isinstance(node, Mapping) else None
        if isinstance(said, Scalar) and 0 < len(said.text) <= 40:
            return said.text
    return str(number)


def texts(most: int | None = None) -> Kind:
    """One text in up to three languages, or a bare text, which is English."""
    plain = text(most)

    def read(node: Node, where: Where) -> dict[str, str] | None:
        if not isinstance(node, Mapping):
            said = plain(node, where)
            return None if said is None else {"en": said}
        said = languages(node, where, plain)
        if not any(isinstance(item, Scalar) and item.text for item in node.items.values()):
            return where.fault(f"says nothing. Write it in at least one of: {', '.join(LANGUAGES)}.")
        return said

    return read


def languages(node: Mapping, where: Where, plain: Kind) -> dict[str, str]:
    said = {}
    for name, item in node.items.items():
        place = where.into(shortened(name), node.lines[name])
        if name not in LANGUAGES:
            place.fault(f"is not a language here. Use {', '.join(LANGUAGES)}.")
        elif found := plain(item, place):
            said[name] = found
    return said


@dataclass(frozen=True)
class Optional:
    kind: Kind


def optional(kind: Kind) -> Optional:
    return Optional(kind)


class Shape:
    """A mapping with named fields, each of its kind; what is not named here is a fault."""

    def __init__(self, **fields: Kind | Optional):
        self.fields = {name.rstrip("_"): field for name, field in fields.items()}

    @property
    def needed(self) -> set[str]:
        return {name for name, field in self.fields.items() if not isinstance(field, Optional)}

    def __call__(self, node: Node, where: Where) -> Record | None:
        if not isinstance(node, Mapping):
            return where.fault(f"is not a mapping. Write its fields: {', '.join(self.fields)}.")
        record = Record(where)
        for name in node.items.keys() - self.fields.keys():
            place = where.into(shortened(name), node.lines[name])
            place.fault(f"is not a field here. Take it away, or use one of: {', '.join(self.fields)}.")
        for name, field in self.fields.items():
            record[name] = self.field(name, field, node, record)
        return record

    def field(self, name: str, field: Kind | Optional, node: Mapping, record: Record) -> Any:
        item = node.items.get(name)
        if item is not None:
            record.places[name] = record.here.into(name, node.lines[name])
        if item is None or (isinstance(item, Scalar) and not item.text):
            if not isinstance(field, Optional):
                record.where(name).fault("is missing. Write it.")
            return None
        kind = field.kind if isinstance(field, Optional) else field
        return kind(item, record.where(name))


def column(noun_name: str, field_name: str) -> Any:
    return noun(noun_name).version._meta.get_field(field_name)


def most(noun_name: str, field_name: str) -> int | None:
    """How many characters the table's column takes: the limit of what may be loaded into it."""
    return column(noun_name, field_name).max_length


def choices(noun_name: str, field_name: str) -> Kind:
    return choice(*(str(value) for value, _label in column(noun_name, field_name).choices))
