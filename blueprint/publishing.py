"""The one way by which anything becomes public."""

import datetime
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from . import ledger
from .clock import as_moment, clock_sql, hong_kong_date
from .failpoints import failpoint
from .heads import forget_head
from .models import Head, Identified, PersonName, Publication
from .nouns import Change, Noun, files_in, nouns, spelled
from .refusals import Refused
from .wording import LANGUAGES

# Called after each publication with it and its changes, inside its transaction, to write what follows from them.
Derivation = Callable[[Publication, Sequence[Change]], None]
derivations: list[Derivation] = []
Found = TypeVar("Found")


# What the check at this process's start found wrong with the ledger's end (see verifying.check_at_start): while there
# is something, nothing is added to it. After a repair the process is started again.
broken: list[str] = []
_rehearsing: ContextVar[bool] = ContextVar("rehearsing", default=False)


@dataclass(frozen=True)
class PastDate:
    """The date under which a fact loaded from a source was made public there."""

    day: datetime.date
    precision: str

    @property
    def moment(self) -> datetime.datetime:
        return datetime.datetime.combine(self.day, datetime.time(), datetime.UTC)


@dataclass(frozen=True)
class Planned:
    """The moment a release was to become public at, the calendar item that announced it, and how it was moved.

    ``rescheduled``: [{"from", "to": UTC moments as the ledger spells them, "reason": {language: text}}].
    """

    at: datetime.datetime
    announced_as: str | None = None
    rescheduled: Sequence[dict[str, Any]] = ()


@transaction.atomic
def publish(
    changes: Sequence[Change],
    *,
    kind: str,
    title: dict[str, str],
    notes: dict[str, str] | None = None,
    reason: str = "",
    planned: Planned | None = None,
    past: PastDate | None = None,
    loaded: bool = False,
) -> Publication:
    """Make changes public as the next publication, with their leaf in the ledger.

    ``past`` is the date a loaded fact bears at its source. The number and the time are taken by the
    transaction's first statement, under the head row's lock, so numbers have no gaps and times their order.
    """
    if broken and not rehearsing():
        raise Refused(
            _("Nothing can be published: the ledger is not as it was. Tell those who run the site.")
        )
    number, moved_at = take_number()
    sealed = [seal(change) for change in changes]
    moment = past.moment if past else moved_at.replace(microsecond=0)
    publication = Publication(
        number=number,
        kind=kind,
        **in_languages("title", title),
        **in_languages("notes", notes or {}),
        reason=reason,
        replaces=sorted(set(standing_numbers(sealed).values())),
        calendar_item_id=planned.announced_as if planned else None,
        planned_at=planned.at if planned else None,
        rescheduled=list(planned.rescheduled) if planned else [],
        published_at=moment,
        published_on=past.day if past else hong_kong_date(moment),
        precision=past.precision if past else Publication.Precision.MOMENT,
        recorded_at=moved_at,
        loaded=loaded,
    )
    add_leaf(publication, sealed)
    failpoint("publish.before_leaf")
    publication.save(force_insert=True)
    failpoint("publish.after_leaf")
    write_versions(sealed, publication)
    forget_names(sealed)
    for derive in derivations:
        derive(publication, sealed)
    transaction.on_commit(forget_head)
    return publication


def rehearsing() -> bool:
    """Whether what is published now will be undone."""
    return _rehearsing.get()


def in_languages(name: str, texts: dict[str, str]) -> dict[str, str]:
    return {f"{name}_{language}": texts.get(language, "") for language in LANGUAGES}


def add_leaf(publication: Publication, changes: Sequence[Change]) -> None:
    number, leaf = publication.number, said_of_itself(publication)
    leaf["changes"] = [change.canonical() for change in changes]
    leaf |= {"files": files} if (files := files_in(leaf["changes"])) else {}
    leaf |= {"prev": previous_hash(number)} if number > 1 else {}
    publication.leaf = ledger.leaf_bytes(leaf)
    publication.leaf_hash = ledger.leaf_hash(publication.leaf)
    publication.tree_nodes = tree_nodes(number, publication.leaf_hash)


def said_of_itself(publication: Publication) -> dict[str, Any]:
    """What a publication's row says, as its leaf says it; what is empty is left out."""
    row = publication
    said = {
        "seq": row.number,
        "kind": str(row.kind),
        "title": texts_of(row, "title"),
        "notes": texts_of(row, "notes"),
        "reason": spelled(row.reason),
        "published_at": spelled(row.published_at),
        "precision": str(row.precision),
        "recorded_at": spelled(row.recorded_at),
        "loaded": row.loaded,
        "planned_at": spelled(row.planned_at),
        "announced": row.calendar_item_id,
        "rescheduled": spelled(row.rescheduled),
        "replaces": row.replaces,
    }
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def texts_of(publication: Publication, name: str) -> dict[str, str]:
    texts = {language: getattr(publication, f"{name}_{language}") for language in LANGUAGES}
    return spelled({language: text for language, text in texts.items() if text})


def standing_numbers(changes: Sequence[Change], *, before: int | None = None) -> dict[tuple, int]:
    """(noun, key) -> number of the publication that made what stands now, or stood before another. One query a noun."""
    found = {}
    for noun in {change.noun for change in changes}:
        keys = {change.key for change in changes if change.noun == noun}
        # Every column of the key is named, so that a figure is looked up without its indicator's whole history.
        columns = {
            f"{name}__in": set(values) for name, values in zip(noun.key, zip(*keys, strict=True), strict=True)
        }
        rows = noun.version.objects.filter(**columns)
        if before is not None:
            rows = rows.filter(publication__lt=before)
        for *key, number in rows.values_list(*noun.key).annotate(newest=Max("publication_id")).order_by():
            if tuple(key) in keys:
                found[noun, tuple(key)] = number
    return found


def tree_nodes(number: int, leaf_hash: str) -> str:
    """The hashes of the subtrees that a publication completes, as its row keeps them. At most one query."""
    leaf = bytes.fromhex(leaf_hash)
    return b"".join(from_tree(lambda node: ledger.completed_nodes(number, leaf, node))).hex()


def from_tree(read: Callable[[ledger.Node], Found]) -> Found:
    """What ``read`` makes of the stored tree. It is asked twice: which nodes it needs, and then, with one query, for good."""
    wanted: set[int] = set()

    def noted(last: int, level: int) -> bytes:
        wanted.add(last)
        return b""

    read(noted)
    return read(stored_nodes(wanted))


def stored_nodes(numbers: Collection[int]) -> ledger.Node:
    """Reads subtree hashes from the rows of these publications."""
    rows = Publication.objects.filter(number__in=numbers).values_list("number", "tree_nodes")
    kept = dict(rows) if numbers else {}

    def node(last: int, level: int) -> bytes:
        return bytes.fromhex(kept[last][64 * level : 64 * level + 64])

    return node


def take_number() -> tuple[int, datetime.datetime]:
    """Move the head by one and return its number and the database's time, in one statement on both engines."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {Head._meta.db_table} SET number = number + 1, moved_at = {clock_sql()} "
            "WHERE id = 1 RETURNING number, moved_at"
        )
        number, moved_at = cursor.fetchone()
    return number, as_moment(moved_at)


def hold_head() -> None:
    """Let every other publication wait until this transaction ends. (SELECT … FOR UPDATE does nothing on SQLite.)"""
    Head.objects.filter(pk=1).update(number=F("number"))


def previous_hash(number: int) -> str:
    return Publication.objects.values_list("leaf_hash", flat=True).get(number=number - 1)


def seal(change: Change) -> Change:
    """Put a salted commitment in the place of each person's name, and keep the name apart."""
    names = {name: change.content[name] for name in change.noun.names if change.content[name]}
    if not names:
        return change
    sealed = dict(change.content)
    for field, name in names.items():
        sealed[field], salt = ledger.commit(name)
        PersonName.objects.create(commitment=sealed[field], salt=salt, name=name)
    return Change(change.noun, sealed)


def forget_names(changes: Sequence[Change]) -> None:
    """Of what is withdrawn, blank every name that a version of it ever bore. The commitments stay, and say nothing."""
    for change in changes:
        if change.noun.names and change.content.get("withdrawn"):
            key = dict(zip(change.noun.key, change.key, strict=True))
            rows = change.noun.version.objects.filter(**key).values_list(*change.noun.names)
            commitments = {commitment for row in rows for commitment in row} - {""}
            PersonName.objects.filter(commitment__in=commitments).update(name="", salt="")


def write_versions(changes: Sequence[Change], publication: Publication) -> None:
    for noun in nouns():
        own = [change for change in changes if change.noun == noun]
        if own:
            create_identities(noun, own)
            noun.version.objects.bulk_create(
                [noun.version(publication=publication, **change.content) for change in own]
            )


def create_identities(noun: Noun, changes: Sequence[Change]) -> None:
    """Also of what is only referred to: a past figure may come before the publication that names its stage."""
    for field in noun.fields:
        if not isinstance(field, Identified):
            continue
        identity = field.remote_field.model
        codes = {change.content[field.attname] for change in changes} - {None}
        known = set(identity.objects.filter(pk__in=codes).values_list("pk", flat=True))
        identity.objects.bulk_create([identity(pk=code) for code in sorted(codes - known)])


class _Undone(Exception):
    pass


@contextmanager
def rehearsed(changes: Sequence[Change], **publication: Any) -> Iterator[Publication]:
    """Publish for real, let the caller look, and undo it all: what is seen is exactly what would be public."""
    token = _rehearsing.set(True)
    try:
        with transaction.atomic():
            yield publish(changes, **publication)
            raise _Undone
    except _Undone:
        pass
    finally:
        _rehearsing.reset(token)
