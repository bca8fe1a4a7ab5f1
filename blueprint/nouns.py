"""The list of public nouns: what can be published, and the shape it has in tables, drafts and the ledger.

A noun joins its three tables: the identity (a code that never goes away), the public versions, and the
private entries that wait in a release. Everything that publishes, previews, verifies or compares works from
this list, so that a new kind of public thing needs its models and one line here.
"""

import datetime
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models


@dataclass(frozen=True)
class Noun:
    """One kind of public thing.

    ``version`` is its append-only public table, ``entry`` the draft of one change (None for what no person
    proposes), ``names`` the content fields that hold a living person's name and enter the ledger only as a
    salted commitment, ``files`` whether a version may be of a file, which the leaf then lists.
    """

    name: str
    version: Any
    entry: Any
    names: tuple[str, ...] = ()
    files: bool = False
    order: int = field(default=0, compare=False)

    @property
    def key(self) -> tuple[str, ...]:
        """Column names that say which thing a version is a version of."""
        return tuple(self.version._meta.get_field(name).attname for name in self.version.key)

    @property
    def fields(self) -> list[models.Field]:
        skipped = {"id", "publication"}
        return [f for f in self.version._meta.concrete_fields if f.name not in skipped]

    def content(self, instance: models.Model) -> dict[str, Any]:
        return {f.attname: getattr(instance, f.attname) for f in self.fields}

    def key_of(self, content: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(content[name] for name in self.key)


_NOUNS: dict[str, Noun] = {}


def register(version: type, entry: type | None, *, names: tuple[str, ...] = (), files: bool = False) -> None:
    name = version._meta.model_name.removesuffix("version")
    _NOUNS[name] = Noun(name, version, entry, names, files, order=len(_NOUNS))


def nouns() -> Iterator[Noun]:
    """Every public noun, each after those it refers to."""
    return iter(sorted(_NOUNS.values(), key=lambda noun: noun.order))


def noun(name: str) -> Noun:
    return _NOUNS[name]


def noun_of(model: type) -> Noun:
    """The noun whose version or entry table ``model`` is."""
    return next(n for n in _NOUNS.values() if model in (n.version, n.entry))


@dataclass(frozen=True)
class Change:
    """One thing as it is to stand from a publication on: the noun and its whole content."""

    noun: Noun
    content: dict[str, Any]

    @classmethod
    def of(cls, noun_name: str, **content: Any) -> "Change":
        """A change with every column filled: what is not named takes the field's default."""
        kind = noun(noun_name)
        names = {f.name: f.attname for f in kind.fields} | {f.attname: f.attname for f in kind.fields}
        filled = {f.attname: f.get_default() for f in kind.fields}
        filled |= {names[name]: value for name, value in content.items()}
        return cls(kind, filled)

    @classmethod
    def from_entry(cls, entry: models.Model) -> "Change":
        kind = noun_of(type(entry))
        return cls(kind, kind.content(entry))

    @classmethod
    def from_canonical(cls, said: dict[str, Any]) -> "Change":
        """Back from the form in which events and the ledger keep it; a field there is no more is left out."""
        kind = noun(said["noun"])
        fields = {f.attname: f for f in kind.fields}
        known = {name: value for name, value in said.items() if name in fields}
        return cls.of(kind.name, **{name: fields[name].to_python(value) for name, value in known.items()})

    @property
    def key(self) -> tuple[Any, ...]:
        return self.noun.key_of(self.content)

    def canonical(self) -> dict[str, Any]:
        """The change as it enters the ledger: figures as strings in one spelling, texts NFC, no empty fields."""
        said = {name: spelled(value) for name, value in self.content.items()}
        if not self.content.get("withdrawn"):
            said.pop("withdrawn", None)
        return {"noun": self.noun.name} | {n: v for n, v in said.items() if v not in (None, "", [], {})}


def files_in(said: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The files that changes make public, as the ledger has them: each once, as a leaf lists them."""
    found = {}
    for change in said:
        kind = _NOUNS.get(change["noun"])
        if kind and kind.files and change.get("sha256") and not change.get("withdrawn"):
            found[change["sha256"]] = {
                "sha256": change["sha256"],
                "name": change["file_name"],
                "type": change["media_type"],
                "size": change["size"],
            }
    return [found[sha256] for sha256 in sorted(found)]


def spelled(value: Any) -> Any:
    """A value in the one form that the ledger knows: no floats, no locale, no two spellings of one figure."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [spelled(item) for item in value]
    if isinstance(value, dict):
        return {str(k): spelled(v) for k, v in value.items()}
    return unicodedata.normalize("NFC", str(value))


def decimal_text(value: Decimal) -> str:
    """One spelling of a figure: plain digits, no exponent, no trailing zeros, no negative zero."""
    text = format(value.normalize(), "f")
    return "0" if text == "-0" else text
