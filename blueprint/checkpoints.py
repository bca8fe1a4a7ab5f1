"""Signs the ledger's size and root after each publication, for anyone to keep and compare."""

import functools
import logging
import os
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from . import ledger
from .audit import record
from .clock import database_now
from .models import Checkpoint, LedgerKey, Publication
from .publishing import broken, from_tree, hold_head, rehearsing
from .refusals import Refused
from .signed_notes import Signer, Verifier, joined

logger = logging.getLogger(__name__)

# So many checkpoints are signed in one transaction, while which nothing can be published.
AT_ONCE = 500


class NoKey(Exception):
    """Nothing can be signed, and why, in words. Publishing and reading go on without."""


# --- the key ---------------------------------------------------------------------------------------------


def key_file() -> Path:
    return Path(settings.LEDGER_KEY_FILE)


def signer() -> Signer:
    """The key at hand, if it is the one that was made known last. Read anew each time, so a rotation reaches all."""
    try:
        found = Signer.read(key_file().read_text())
    except FileNotFoundError:
        raise NoKey("there is no file with the ledger's signing key (LEDGER_KEY_FILE)") from None
    except (OSError, ValueError) as fault:
        raise NoKey(f"the ledger's signing key cannot be read: {fault}") from None
    published = LedgerKey.objects.order_by("-added_at").first()
    if published is None or published.verifier != str(found.verifier):
        raise NoKey("the signing key at hand is not the one that was made known last at /ledger/key")
    return found


def trouble() -> str:
    """Why checkpoints are not signed at present, in words; nothing if they are."""
    try:
        signer()
    except NoKey as reason:
        return str(reason)
    return ""


def make_key() -> Signer:
    """A key that no earlier one vouches for: the ledger's first, or after a loss. The origin, once made, stays."""
    known = LedgerKey.objects.order_by("added_at").first()
    made = Signer.new(known.name if known else f"{settings.SITE_HOST}/ledger/{secrets.token_hex(4)}")
    # They may be another database's: nothing here knows that they can be spared.
    set_aside(key_file(), made)
    set_aside(memory_file(), made)
    with written(f"{made}\n", key_file()), transaction.atomic():
        hold_head()
        publish_key(made.verifier)
    sign_outstanding()
    return made


def set_aside(file: Path, made: Signer) -> None:
    if file.exists():
        file.rename(file.with_name(f"{file.name}.before-{made.verifier.key_id}"))


def rotate_key() -> Signer:
    """Sign what stands with the old key and the new one, so that the old one vouches for it. Then the old one is gone."""
    old = signer()
    new = Signer.new(old.name)
    with written(f"{new}\n", key_file()), transaction.atomic():
        hold_head()
        sign_outstanding()
        publish_key(new.verifier)
        head = Publication.objects.head()
        if head:
            sign([head], new)
    return new


def publish_key(verifier: Verifier) -> LedgerKey:
    unsigned = Publication.objects.filter(checkpoints=None).order_by("number").only("number").first()
    first = unsigned or Publication.objects.head()
    record("add_ledger_key", by=None, subject=str(verifier))
    return LedgerKey.objects.create(
        key_id=verifier.key_id,
        name=verifier.name,
        verifier=str(verifier),
        since=first.number if first else 1,
        added_at=database_now(),
    )


class written:
    """Writes a file for its owner's eyes beside its place, and moves it there when all within went well."""

    def __init__(self, text: str, place: Path):
        self.text, self.place = text, place
        self.beside = place.with_name(f"{place.name}.{os.getpid()}.new")

    def __enter__(self) -> None:
        self.beside.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w") as file:
            file.write(self.text)

    def __exit__(self, kind: Any, fault: Any, trace: Any) -> None:
        if kind is None:
            os.replace(self.beside, self.place)
        else:
            self.beside.unlink()


# --- what this key has signed ----------------------------------------------------------------------------
#
# Kept beside the key and not in the database: who can write there could otherwise take the checkpoints away, change
# the past, and have it signed anew by an honest process.


def memory_file() -> Path:
    return key_file().with_name(f"{key_file().name}.signed")


def remembered() -> tuple[int, bytes] | None:
    """(size, root) of the largest tree that was signed here."""
    try:
        size, root = memory_file().read_text().split()
    except FileNotFoundError:
        return None
    return int(size), bytes.fromhex(root)


def remember(size: int, root: bytes) -> None:
    kept = remembered()
    if kept is None or kept[0] < size:
        with written(f"{size} {root.hex()}\n", memory_file()):
            pass


def contradiction() -> str:
    """How the ledger goes against what was signed here before, in words; nothing if it continues it.

    A key that is not this ledger's signs nothing of it, and what it signed elsewhere does not count.
    """
    return "" if trouble() else against_memory()


def against_memory() -> str:
    try:
        kept = remembered()
    except ValueError:
        return f"{memory_file().name} cannot be read, which says what was signed here."
    if kept is None:
        return ""
    size, root = kept
    try:
        found = from_tree(lambda node: ledger.tree_root(size, node))
    except KeyError:
        return f"A ledger of {size} publications was signed here, and there are fewer now."
    return "" if found == root else f"The first {size} publications are not those that were signed here."


# --- signing ---------------------------------------------------------------------------------------------


def sign_publication(publication: Publication, changes: Sequence[Any] = ()) -> None:
    """In a publication's transaction. Without a key the publication goes on, and is signed when there is one."""
    try:
        key = signer()
    except NoKey as reason:
        logger.error("Publication %s has no checkpoint yet: %s.", publication.number, reason)
        return
    if not rehearsing():
        check_memory()
    sign([publication], key)


def check_memory() -> None:
    """Raises Refused rather than sign a ledger that does not continue what was signed."""
    fault = against_memory()
    if fault:
        broken[:] = [fault]
        logger.error("THE LEDGER IS NOT AS IT WAS. Nothing is signed or published. %s", fault)
        raise Refused(fault)


def sign_outstanding() -> int:
    """Sign every publication that has no checkpoint yet, and say how many. The worker calls this each round."""
    waiting = Publication.objects.filter(checkpoints=None).order_by("number").only("number")
    if not waiting.exists():
        return 0
    try:
        key = signer()
    except NoKey as reason:
        tell_once(str(reason))
        return 0
    if broken:
        tell_once(broken[0])
        return 0
    check_memory()
    signed, last = 0, None
    while last != signed:
        last = signed
        with transaction.atomic():
            # Two workers do not sign the same twice: the second waits here and finds nothing left.
            hold_head()
            signed += sign(list(waiting[:AT_ONCE]), key)
    return signed


@functools.cache
def tell_once(reason: str) -> None:
    """The worker asks each second."""
    logger.error("There are publications without a checkpoint: %s.", reason)


def sign(publications: Sequence[Publication], key: Signer) -> int:
    """One checkpoint each, of the tree as it was with that publication as its last leaf."""
    sizes = [publication.number for publication in publications]
    roots = from_tree(lambda node: [ledger.tree_root(size, node) for size in sizes])
    now = database_now()
    made = [
        Checkpoint(publication_id=size, key_id=key.verifier.key_id, note=key.sign(size, root), signed_at=now)
        for size, root in zip(sizes, roots, strict=True)
    ]
    Checkpoint.objects.bulk_create(made)
    if sizes:
        # What is rolled back was never shown to anybody.
        transaction.on_commit(lambda: remember(sizes[-1], roots[-1]))
    return len(made)


# --- reading ---------------------------------------------------------------------------------------------


def checkpoint_of(publication: Publication) -> str:
    """A publication's checkpoint as anyone can keep it, with the signatures of all keys; nothing if not yet signed."""
    return in_one(publication.checkpoints.all())


def newest(number: int) -> str:
    """The newest checkpoint of the first ``number`` publications; nothing if none was signed."""
    last = (
        Checkpoint.objects.filter(publication__lte=number)
        .order_by("-publication_id")
        .values("publication_id")
    )
    return in_one(Checkpoint.objects.filter(publication_id=last[:1]))


def in_one(rows: QuerySet) -> str:
    notes = list(rows.order_by("-signed_at").values_list("note", flat=True))
    return joined(notes) if notes else ""


def all_notes(number: int) -> Iterator[str]:
    """Every checkpoint up to a publication, oldest first."""
    rows = Checkpoint.objects.filter(publication__lte=number).order_by("publication_id", "pk")
    notes = rows.values_list("note", flat=True)
    for start in range(0, number + 1, AT_ONCE):
        yield from notes.filter(publication__gt=start, publication__lte=start + AT_ONCE)


def verifiers() -> list[Verifier]:
    """The public keys, newest first."""
    return [Verifier.read(key.verifier) for key in LedgerKey.objects.order_by("-added_at")]
