"""What is in a release, and the digest that an approval binds to."""

import hashlib
from collections.abc import Sequence
from functools import cache

import rfc8785
from django.db import connection

from .definitions import defined_by
from .languages import accepted_as
from .models import Publication, Release
from .nouns import Change, nouns, spelled
from .publishing import standing_numbers
from .timing import item_of
from .wording import LANGUAGES


def entries_of(release: Release) -> list:
    """All entries of a release, in the order in which they are made public."""
    held = held_by(release)
    return [
        entry
        for noun in nouns()
        if noun.name in held
        for entry in noun.entry.objects.filter(release=release).order_by("pk")
    ]


def held_by(release: Release) -> set[str]:
    """Names of the nouns of which it holds entries: one statement, where a release of one kind would take thirty."""
    sql, tables = entries_statement()
    with connection.cursor() as cursor:
        cursor.execute(sql, [release.pk] * tables)
        return {name for (name,) in cursor.fetchall()}


@cache
def entries_statement() -> tuple[str, int]:
    tables = {noun.name: noun.entry._meta.db_table for noun in nouns() if noun.entry is not None}
    parts = [
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)} WHERE release_id = %s)"
        for name, table in tables.items()
    ]
    return " UNION ALL ".join(parts), len(parts)


def changes_of(release: Release) -> list[Change]:
    return [Change.from_entry(entry) for entry in entries_of(release)]


def digest_of(changes: Sequence[Change]) -> str:
    """SHA-256 over exactly what changes say, and what they would replace.

    Changes that would build on something published anew in the meantime have another digest, so that they
    cannot undo in silence what nobody saw.
    """
    return hashlib.sha256(rfc8785.dumps(said_by(changes))).hexdigest()


def said_by(changes: Sequence[Change], *, before: int | None = None) -> list:
    replaced = standing_numbers(changes, before=before)
    return [[change.canonical(), str(replaced.get((change.noun, change.key), 0))] for change in changes]


def approval_digest(
    release: Release, changes: Sequence[Change] | None = None, *, before: int | None = None
) -> str:
    """What an approval binds to: the changes, what their figures mean, the words around them, the moment, and what
    the calendar says of it.

    ``before`` is the publication that was made of it: what it replaced is what stood until then.
    """
    item = item_of(release, before=before)
    changes = changes_of(release) if changes is None else changes
    whole = {
        "changes": said_by(changes, before=before),
        "definitions": defined_by(changes, before=before),
        "title": spelled(titles(release)),
        "notes": spelled(notes(release)),
        "reason": spelled(release.reason),
        "publish_at": spelled(release.publish_at),
        "calendar_item": [release.calendar_item_id, str(item.publication_id if item else 0)],
        "accepted": [list(accepted_as(row)) for row in release.accepted_gaps.all()],
    }
    return hashlib.sha256(rfc8785.dumps(whole)).hexdigest()


def titles(release: Release) -> dict[str, str]:
    return {name: getattr(release, f"title_{name}") for name in LANGUAGES}


def notes(release: Release) -> dict[str, str]:
    return {name: getattr(release, f"notes_{name}") for name in LANGUAGES}


KINDS = {
    "observation": Publication.Kind.FIGURES,
    "evidence": Publication.Kind.FIGURES,
    "baseline": Publication.Kind.TARGETS,
    "target": Publication.Kind.TARGETS,
    "committee": Publication.Kind.COMMITTEE,
    "seat": Publication.Kind.COMMITTEE,
    "meeting": Publication.Kind.COMMITTEE,
    "finding": Publication.Kind.COMMITTEE,
    "action": Publication.Kind.COMMITTEE,
    "plan": Publication.Kind.PLAN,
    "calendaritem": Publication.Kind.CALENDAR,
}


def kind_of(changes: Sequence[Change]) -> str:
    if any(is_withdrawal(change) for change in changes):
        return Publication.Kind.WITHDRAWAL
    kinds = {KINDS.get(change.noun.name, Publication.Kind.TEXTS) for change in changes}
    if Publication.Kind.PLAN in kinds:
        return Publication.Kind.PLAN
    return kinds.pop() if len(kinds) == 1 else Publication.Kind.MIXED


def is_withdrawal(change: Change) -> bool:
    return bool(change.content.get("withdrawn")) or change.content.get("kind") == "withdrawal"
