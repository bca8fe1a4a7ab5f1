"""Takes in a file that somebody sent: scanned, opened, and kept until it is published or nobody wants it any more."""

import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Max

from blueprint.audit import record_refusal
from blueprint.clock import database_now
from blueprint.models import Event, Release, User
from blueprint.workflow import State

from ..models import Evidence, EvidenceEntry, PrivateEvidence, StoredFile
from . import storing
from .content_types import ENDINGS
from .names import named, shown_name
from .opening import opened_apart
from .scanning import Infected, scan

# After which what no draft needs is removed.
KEPT_UNUSED = datetime.timedelta(days=30)


def keep_file(sent: UploadedFile, *, indicator: str, by: User) -> StoredFile:
    """Raises NotAccepted, Infected or NotScanned: then nothing is kept. The same file sent again is the same one."""
    content = sent.read()
    try:
        verdict = scan(content)
    except Infected as infected:
        record_refusal("keep_file", by=by, subject=indicator, reason=f"{named(sent.name or '')}: {infected}")
        raise
    found = opened_apart(content)
    sha256 = storing.digest(found.content)
    wanted = {
        "size": len(found.content),
        "media_type": found.media_type,
        "file_name": shown_name(sent.name or "", ENDINGS[found.media_type]),
        "scanned": verdict.scanned,
        "kept_by": by,
        "kept_at": database_now(),
    }
    return stored_once(found.content, indicator, sha256, wanted)


def stored_once(content: bytes, indicator: str, sha256: str, wanted: dict[str, Any]) -> StoredFile:
    """The bytes lie in the store before a row says so: what is left of a process that dies between is swept up."""
    known = StoredFile.objects.filter(indicator=indicator, sha256=sha256).first()
    if known and is_whole(known):
        known.kept_at = wanted["kept_at"]
        known.scanned = known.scanned or wanted["scanned"]
        known.save(update_fields=["kept_at", "scanned"])
        return known
    stored_as = storing.save_privately(content)
    row, made = StoredFile.objects.get_or_create(
        indicator_id=indicator, sha256=sha256, defaults=wanted | {"stored_as": stored_as}
    )
    if not made:
        StoredFile.objects.filter(pk=row.pk).update(stored_as=stored_as)
    return row


def is_whole(stored: StoredFile) -> bool:
    try:
        storing.read(stored.stored_as, stored.sha256)
    except storing.Damaged:
        return False
    return True


# What nobody needs any more


def forget_files(*, now: datetime.datetime) -> int:
    """Remove files that for thirty days have belonged to no release, or to withdrawn ones only. Returns how many.

    What is public is never touched: it goes by its withdrawal alone, and what that left behind is finished here.
    """
    before = now - KEPT_UNUSED
    old = StoredFile.objects.filter(kept_at__lt=before)
    gone = [stored for stored in old.order_by("pk") if not is_needed(stored, before)]
    for stored in gone:
        stored.delete()
        storing.store().delete(stored.stored_as)
    return len(gone) + sweep(before)


def is_needed(stored: StoredFile, before: datetime.datetime) -> bool:
    own = {"indicator": stored.indicator_id, "sha256": stored.sha256}
    releases = {
        pk
        for rows in (EvidenceEntry.objects, PrivateEvidence.objects)
        for pk in rows.filter(**own).values_list("release", flat=True)
    }
    return Release.objects.filter(pk__in=releases - withdrawn_long_ago(before)).exists()


def withdrawn_long_ago(before: datetime.datetime) -> set[int]:
    withdrawn = Event.objects.filter(verb="withdraw", refused=False, release__state=State.WITHDRAWN)
    last = withdrawn.values("release").annotate(at=Max("at"))
    return {row["release"] for row in last if row["at"] < before}


def sweep(before: datetime.datetime) -> int:
    """Files that no row names: of a process that died between the two, of a publication that was not made."""
    known = set(StoredFile.objects.values_list("stored_as", flat=True))
    known |= {storing.public_name(sha256) for sha256 in standing_files()}
    left = [
        name for folder in ("private", "public") for name in storing.names_in(folder) if name not in known
    ]
    old = [name for name in left if storing.store().get_modified_time(name) < before]
    for name in old:
        storing.store().delete(name)
    return len(old)


LAST = 2**31 - 1


def standing_files() -> set[str]:
    """SHA-256 of every file that is public now."""
    standing = Evidence.objects.as_at(LAST).exclude(sha256="")
    return set(standing.values_list("sha256", flat=True))


def public_files(number: int) -> list[tuple[str, str]]:
    """(SHA-256, name) of every file that was public by a publication, and is still."""
    rows = Evidence.objects.as_at(number).exclude(sha256="").order_by("sha256", "-pk")
    found = dict(rows.values_list("sha256", "file_name"))
    standing = standing_files() if found else set()
    return [(sha256, name) for sha256, name in found.items() if sha256 in standing]
