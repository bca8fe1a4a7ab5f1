"""What publishing does with files: copies that are there before anything says so, and takedowns that leave none."""

from collections.abc import Iterator, Sequence
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from blueprint.models import Publication
from blueprint.nouns import Change
from blueprint.publishing import rehearsing
from blueprint.refusals import Refused
from blueprint.verifying import Difference

from ..models import Evidence, StoredFile
from . import storing
from .keeping import LAST, standing_files


def place_files(publication: Publication, changes: Sequence[Change]) -> None:
    """In the publication's own transaction. A copy that a rollback leaves behind is reached by no address."""
    if rehearsing():
        return
    for change in changes:
        if change.noun.name != "evidence" or not change.content["sha256"]:
            continue
        if change.content["withdrawn"]:
            transaction.on_commit(partial(take_down, change.content["sha256"]))
        else:
            storing.save_publicly(original(change), change.content["sha256"])


def original(change: Change) -> bytes:
    sha256 = change.content["sha256"]
    for name in [*stored_names(sha256), storing.public_name(sha256)]:
        try:
            return storing.read(name, sha256)
        except storing.Damaged:
            continue
    raise Refused(
        _("The file “%(name)s” is not in the store as it was approved. Take it out and attach it again.")
        % {"name": change.content["file_name"]}
    )


def stored_names(sha256: str) -> list[str]:
    return list(StoredFile.objects.filter(sha256=sha256).order_by("pk").values_list("stored_as", flat=True))


def take_down(sha256: str) -> None:
    """Every copy of a file that was taken back goes, unless the same file still stands for another figure."""
    if sha256 in standing_files():
        return
    storing.store().delete(storing.public_name(sha256))
    for name in stored_names(sha256):
        storing.store().delete(name)
    StoredFile.objects.filter(sha256=sha256).delete()


def file_differences() -> Iterator[Difference]:
    """Public files that are missing from the store, or are not what was published."""
    rows = Evidence.objects.as_at(LAST).exclude(sha256="").order_by("publication_id", "pk")
    for row in rows:
        try:
            storing.read(storing.public_name(row.sha256), row.sha256)
        except storing.Damaged as damage:
            words = "is missing from the store" if damage.missing else "is not the one that was published"
            key = f"{row.indicator_id}/{row.period}/{row.sha256} of publication {row.publication_id}"
            yield Difference("indicators_evidence", key, f"its file “{row.file_name}” {words}")
