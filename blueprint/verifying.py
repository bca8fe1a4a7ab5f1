"""Holds the ledger, its tree, its signatures and every public table against each other, and names what differs."""

import json
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, models
from django.db.models import Max, Min

from . import checkpoints, ledger, publishing
from .clock import hong_kong_date
from .models import Checkpoint, Head, Identified, Identity, LedgerKey, PersonName, Publication, Version
from .models.base import Entry
from .nouns import Change, Noun, files_in, noun, nouns, spelled
from .outsider import verify as script
from .signed_notes import Note, NoteFault, Verifier

logger = logging.getLogger(__name__)

# Rows fetched at once of each table, so that a long ledger needs no more memory than a short one.
CHUNK = 1000
# A leaf may be large: so many publications at once.
LEAVES = 50


@dataclass(frozen=True)
class Difference:
    """Something that is not as the ledger says: where, of which thing, and what, in words."""

    table: str
    key: str
    words: str

    def __str__(self) -> str:
        return f"{self.table} {self.key}: {self.words}"


# --- what is derived from the ledger by another app ------------------------------------------------------


@dataclass(frozen=True)
class Derived:
    """A public table whose rows nobody enters: those that stand after a publication, made anew and as stored.

    ``made_by`` makes those anew that one publication wrote, from its changes as the ledger has them.
    """

    model: type[models.Model]
    key: tuple[str, ...]
    standing: Callable[[int], Iterable[models.Model]]
    stored: Callable[[int], Iterable[models.Model]]
    made_by: Callable[[int, Sequence[dict]], Iterable[models.Model]] | None = None


derived: list[Derived] = []
# What is kept beside the tables, such as files: each says what of it is not as the tables say.
kept_beside: list[Callable[[], Iterator["Difference"]]] = []


# --- everything ------------------------------------------------------------------------------------------


def differences(
    kept: Sequence["script.Checkpoint"] = (), *, whole_history: bool = False
) -> Iterator[Difference]:
    """Everything that does not agree, in the order of the publications. Where the chain breaks, it ends.

    ``kept`` are checkpoints from elsewhere. What is derived is made anew as it stands; with ``whole_history`` also
    as each publication left it, which costs as much as publishing it all did.
    """
    last = Head.objects.get().number
    # Rows that a publication writes at this very moment are no difference.
    walk = Walk(last, {checkpoint.size: checkpoint for checkpoint in kept}, whole_history)
    yield from key_differences()
    yield from walk.differences()
    if walk.broken:
        return
    if walk.ledger.size != last:
        yield Difference(
            "blueprint_head", "1", f"it says {last} publications, and there are {walk.ledger.size}"
        )
    if kept and max(c.size for c in kept) > walk.ledger.size:
        size = max(c.size for c in kept)
        yield Difference("ledger", str(size), "a kept checkpoint is of more publications than there are")
    yield from identity_differences(walk.named)
    yield from name_differences()
    for one in derived:
        yield from row_differences(one, one.standing(last), one.stored(last))
    for differences_beside in kept_beside:
        yield from differences_beside()


class Walk:
    """From the first leaf to the last, with every table beside it, each read once in the order of publications."""

    def __init__(self, last: int, kept: dict[int, "script.Checkpoint"], whole_history: bool):
        self.last, self.kept, self.whole_history = last, kept, whole_history
        self.ledger, self.broken = script.Ledger(), False
        self.rows = {kind.name: Rows(kind.version, last) for kind in nouns()}
        self.checkpoints = Rows(Checkpoint, last)
        self.keys = {key.key_id: key for key in LedgerKey.objects.all()}
        self.signed_to = signed_to(last)
        # Codes of each kind of identity that the ledger names.
        self.named: dict[type[Identity], set[str]] = defaultdict(set)

    def differences(self) -> Iterator[Difference]:
        publications = Publication.objects.filter(number__lte=self.last).order_by("number")
        for publication in publications.iterator(chunk_size=LEAVES):
            before = list(self.ledger.subtrees)
            leaf, fault = self.entry(publication)
            if fault:
                self.broken = True
                yield Difference("blueprint_publication", str(publication.number), fault)
                return
            yield from self.tree_differences(publication, before)
            yield from column_differences(publication, leaf)
            yield from self.content_differences(publication, leaf)
            if leaf.get("files", []) != files_in(leaf["changes"]):
                words = "the files that its leaf lists are not those of its changes"
                yield Difference("blueprint_publication", str(publication.number), words)
            for one in derived if self.whole_history else ():
                if one.made_by:
                    stored = one.model.objects.filter(publication=publication)
                    yield from row_differences(one, one.made_by(publication.number, leaf["changes"]), stored)
        for rows in self.rows.values():
            for row in rows.rest():
                yield Difference(
                    table_of(row),
                    str(row.pk),
                    f"it names publication {row.publication_id}, which is not there",
                )

    def entry(self, publication: Publication) -> tuple[dict, str]:
        """The leaf as it reads, and what is wrong with it or its place in the chain."""
        leaf = stored_bytes(publication.leaf)
        if ledger.leaf_hash(leaf) != publication.leaf_hash:
            return {}, "its leaf does not have the hash that stands beside it"
        try:
            return self.ledger.add(leaf), ""
        except script.Fault as fault:
            return {}, f"its leaf is not as it was: {fault}"

    def tree_differences(self, publication: Publication, before: list[bytes]) -> Iterator[Difference]:
        number = publication.number
        left = reversed(before)
        nodes = ledger.completed_nodes(
            number, bytes.fromhex(publication.leaf_hash), lambda _last, _level: next(left)
        )
        if publication.tree_nodes != b"".join(nodes).hex():
            yield Difference(
                "blueprint_publication", str(number), "its stored part of the tree is not that of the leaves"
            )
        signed = list(self.checkpoints.of(number))
        if not signed and number <= self.signed_to:
            yield Difference("blueprint_checkpoint", str(number), "a row is missing: this was signed")
        for row in signed:
            words = self.checkpoint_fault(row)
            if words:
                yield Difference("blueprint_checkpoint", str(number), words)
        if number in self.kept and self.kept[number].root != self.ledger.root():
            yield Difference(
                "ledger",
                str(number),
                "a kept checkpoint of this size has another root: what stands at or before this was changed",
            )

    def checkpoint_fault(self, row: Checkpoint) -> str:
        try:
            note = Note.read(row.note)
            Verifier.read(self.keys[row.key_id].verifier).check(note)
        except (NoteFault, KeyError, ValueError) as fault:
            return f"its signed note is not right: {fault}"
        if (note.size, note.root) != (row.publication_id, self.ledger.root()):
            return f"its signed note says another size or root: {note.size}, {note.root.hex()}"
        return ""

    def content_differences(self, publication: Publication, leaf: dict) -> Iterator[Difference]:
        """The leaf's changes against the rows that name this publication: all of them, and no others."""
        number, said = publication.number, defaultdict(dict)
        for change in leaf["changes"]:
            kind = noun_named(change["noun"])
            if kind is None:
                yield Difference(
                    "ledger", str(number), f"it names the noun {change['noun']}, which is not known"
                )
                continue
            said[kind.name][key_of(kind, change)] = change
            for identity, code in identities(kind, change):
                self.named[identity].add(code)
        for name, rows in self.rows.items():
            yield from noun_differences(noun(name), rows.of(number), said[name], number)


def signed_to(last: int) -> int:
    """Up to where there must be checkpoints: what came last may wait for a key, but a key's first act is to sign."""
    newest = Checkpoint.objects.filter(publication__lte=last).aggregate(number=Max("publication_id"))[
        "number"
    ]
    first = LedgerKey.objects.aggregate(number=Min("since"))["number"]
    return newest or (min(first, last) if first else 0)


class Rows:
    """A table's rows in the order of their publications, handed out publication by publication."""

    def __init__(self, model: type[models.Model], last: int):
        rows = model._base_manager.filter(publication_id__lte=last).order_by("publication_id", "pk")
        self.coming = rows.iterator(chunk_size=CHUNK)
        self.next = next(self.coming, None)

    def of(self, number: int) -> Iterator[Any]:
        while self.next is not None and self.next.publication_id <= number:
            yield self.next
            self.next = next(self.coming, None)

    def rest(self) -> Iterator[Any]:
        return self.of(2**63)


def stored_bytes(leaf: Any) -> bytes:
    """SQLite gives back a text where somebody stored one."""
    return leaf.encode() if isinstance(leaf, str) else bytes(leaf)


# --- one publication -------------------------------------------------------------------------------------


def column_differences(publication: Publication, leaf: dict) -> Iterator[Difference]:
    said, held = leaf, publishing.said_of_itself(publication)
    for name in sorted((said.keys() | held.keys()) - {"prev", "changes", "files"}):
        if said.get(name) != held.get(name):
            words = f"{name} is {held.get(name)!r}, and the ledger says {said.get(name)!r}"
            yield Difference("blueprint_publication", str(publication.number), words)
    exact = publication.precision == Publication.Precision.MOMENT
    moment = publication.published_at
    if publication.published_on != (hong_kong_date(moment) if exact else moment.date()):
        words = f"published_on is {publication.published_on}, which is not the date of published_at"
        yield Difference("blueprint_publication", str(publication.number), words)


def noun_differences(
    kind: Noun, rows: Iterable[Any], said: dict[tuple, dict], number: int
) -> Iterator[Difference]:
    table = kind.version._meta.db_table
    for row in rows:
        held = Change(kind, kind.content(row)).canonical()
        key = key_of(kind, held)
        change = said.pop(key, None) if row.publication_id == number else None
        if change is None:
            yield Difference(
                table, named(key, row.publication_id), "a row too many: the ledger does not have it"
            )
            continue
        words = unlike(kind, held, change)
        if words:
            yield Difference(table, named(key, number), words)
    for key in said:
        yield Difference(table, named(key, number), "a row is missing: the ledger has it")


def unlike(kind: Noun, held: dict, said: dict) -> str:
    """Where a row differs from its change. A column that is younger than the leaf holds its default."""
    defaults = {f.attname: spelled(f.get_default()) for f in kind.fields} if held.keys() - said.keys() else {}
    for name in sorted(held.keys() | said.keys()):
        if held.get(name) != said.get(name) and not (name not in said and held[name] == defaults[name]):
            return f"{name} is {held.get(name)!r}, and the ledger says {said.get(name)!r}"
    return ""


def key_of(kind: Noun, change: dict) -> tuple:
    return tuple(change.get(name, "") for name in kind.key)


def named(key: tuple, number: int) -> str:
    return f"{'/'.join(map(str, key))} of publication {number}"


def noun_named(name: str) -> Noun | None:
    with suppress(KeyError):
        return noun(name)
    return None


def identities(kind: Noun, change: dict) -> Iterator[tuple[type[Identity], str]]:
    for field in kind.fields:
        if isinstance(field, Identified) and change.get(field.attname):
            yield field.related_model, change[field.attname]


# --- what stands beside the publications -----------------------------------------------------------------


def key_differences() -> Iterator[Difference]:
    for key in LedgerKey.objects.all():
        try:
            verifier = Verifier.read(key.verifier)
        except NoteFault as fault:
            yield Difference("blueprint_ledgerkey", key.key_id, str(fault))
            continue
        if (verifier.key_id, verifier.name) != (key.key_id, key.name):
            yield Difference("blueprint_ledgerkey", key.key_id, "its key is not the one of this id and name")


def identity_differences(in_ledger: dict[type[Identity], set[str]]) -> Iterator[Difference]:
    for model in {
        field.related_model for kind in nouns() for field in kind.fields if isinstance(field, Identified)
    }:
        table, codes = model._meta.db_table, in_ledger[model]
        there = set(model.objects.values_list("pk", flat=True))
        for code in sorted(codes - there):
            yield Difference(table, code, "a row is missing: the ledger names it")
        for code in sorted(there - codes - used_in_private(model)):
            yield Difference(table, code, "a row too many: no publication names it")


def used_in_private(model: type[Identity]) -> set[str]:
    """Codes that accounts and releases refer to: an office may work before anything of it is public."""
    found: set[str] = set()
    for field in (f for m in private_models() for f in m._meta.concrete_fields if f.related_model is model):
        found |= set(
            field.model.objects.exclude(**{field.attname: None}).values_list(field.attname, flat=True)
        )
    return found


def private_models() -> list[type[models.Model]]:
    from django.apps import apps

    return [m for m in apps.get_models() if not issubclass(m, (Identity, Version, Entry, Publication))]


def name_differences() -> Iterator[Difference]:
    """Names that are kept are those that were committed to, and there is a row for each commitment."""
    table = PersonName._meta.db_table
    used: set[str] = set()
    for kind in nouns():
        for name in kind.names:
            used |= set(kind.version.objects.values_list(name, flat=True))
    there = set()
    for row in PersonName.objects.all().iterator(chunk_size=CHUNK):
        there.add(row.commitment)
        if (row.name or row.salt) and ledger.commitment(row.salt, row.name) != row.commitment:
            yield Difference(table, row.commitment, "the name is not the one that was committed to")
    for commitment in sorted(used - there - {""}):
        yield Difference(table, commitment, "a row is missing: a public version refers to it")
    for commitment in sorted(there - used):
        yield Difference(table, commitment, "a row too many: no public version refers to it")


def row_differences(
    one: Derived, expected: Iterable[models.Model], stored: Iterable[models.Model]
) -> Iterator[Difference]:
    table = one.model._meta.db_table
    right = {tuple(getattr(row, name) for name in one.key): row for row in expected}
    for row in stored:
        key = tuple(getattr(row, name) for name in one.key)
        made = right.pop(key, None)
        if made is None:
            yield Difference(
                table, named(key, row.publication_id), "a row too many: nothing published leads to it"
            )
        elif words := unlike_derived(row, made):
            yield Difference(table, named(key, row.publication_id), words)
    for key in right:
        yield Difference(table, "/".join(map(str, key)), "a row is missing: what was published leads to it")


def unlike_derived(row: models.Model, made: models.Model) -> str:
    for field in row._meta.concrete_fields:
        if field.name in ("id", "publication"):
            continue
        held, right = spelled(getattr(row, field.attname)), spelled(getattr(made, field.attname))
        if held != right:
            return f"{field.attname} is {held!r}, and what was published makes it {right!r}"
    return ""


def table_of(row: models.Model) -> str:
    return row._meta.db_table


# --- the start of a process ------------------------------------------------------------------------------

# The last leaves are looked at, as far as they are not larger than this together.
TAIL, TAIL_BYTES = 100, 1_000_000


def check_at_start() -> None:
    """What the start of a web process or worker calls: with a broken end of the ledger it reads, and publishes nothing."""
    try:
        fault = tail_fault()
    except DatabaseError as error:
        logger.error("The end of the ledger could not be checked: %s", error)
        return
    publishing.broken[:] = [fault] if fault else []
    if fault:
        logger.error("THE LEDGER IS NOT AS IT WAS. Nothing is published by this process. %s", fault)


def tail_fault() -> str:
    """The first thing that is wrong with the newest leaves, the head and the newest checkpoint; nothing if all is well."""
    head = Publication.objects.order_by("-number").values_list("number", flat=True).first() or 0
    if Head.objects.get().number != head:
        return f"The newest publication has number {head}, and the counter says another."
    return leaves_fault(head) or checkpoint_tail_fault(head) or checkpoints.contradiction()


def leaves_fault(head: int) -> str:
    later, size = None, 0
    rows = Publication.objects.filter(number__gt=head - TAIL).order_by("-number")
    for number, leaf, leaf_hash, nodes in rows.values_list(
        "number", "leaf", "leaf_hash", "tree_nodes"
    ).iterator(chunk_size=10):
        leaf = stored_bytes(leaf)
        if not ledger.leaf_hash(leaf) == leaf_hash == nodes[:64]:
            return f"The leaf of publication {number} does not have the hash that stands beside it."
        if later and json.loads(later).get("prev") != leaf_hash:
            return f"Publication {number + 1} does not bear the hash of publication {number}."
        later, size = leaf, size + len(leaf)
        if size > TAIL_BYTES:
            break
    return ""


def checkpoint_tail_fault(head: int) -> str:
    row = Checkpoint.objects.order_by("-publication_id", "-pk").select_related("key").first()
    if row is None:
        signed = LedgerKey.objects.exists() and head
        return "There are keys and publications, and not one checkpoint." if signed else ""
    if row.publication_id > head:
        return f"The newest checkpoint is of {row.publication_id} publications, and there are {head}."
    try:
        note = Note.read(row.note)
        Verifier.read(row.key.verifier).check(note)
    except NoteFault as fault:
        return f"The checkpoint of publication {row.publication_id} is not right: {fault}"
    size = row.publication_id
    try:
        root = publishing.from_tree(lambda node: ledger.tree_root(size, node))
    except KeyError as missing:
        return f"Publication {missing} is not there."
    if (note.size, note.root) != (size, root):
        return f"The tree over {size} publications does not have the root of the checkpoint that was signed."
    return ""
