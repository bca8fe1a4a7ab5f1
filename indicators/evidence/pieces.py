"""What a figure rests on, as it stands in the form: links and files, each for everybody or for those who decide on it.

The form carries its list as one field (``pieces``), so that what is typed, kept, merged and sent again stays together.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blueprint.models import Release, User
from blueprint.nouns import Change
from blueprint.permissions import Permission
from blueprint.uploads import too_large

from ..models import EvidenceEntry, PrivateEvidence, StoredFile
from ..models.evidence import EvidenceContent
from .content_types import NotAccepted, kind_word
from .keeping import keep_file
from .names import named
from .scanning import Infected, NotScanned
from .words import dropped_words, infected_words, refused_words, unkept_words, unscanned_words

logger = logging.getLogger(__name__)
# Names of the fields in which files come, and of the buttons and boxes beside each piece.
FILES, FILES_FOR, PIECES, ATTACH = "evidence_files", "evidence_files_for", "pieces", "attach"
PUBLIC, PRIVATE = "public", "private"
CONTENT = ("url", "title", "sha256", "file_name", "media_type", "size")


@dataclass(frozen=True)
class Piece:
    url: str
    title: str = ""
    sha256: str = ""
    file_name: str = ""
    media_type: str = ""
    size: int | None = None
    public: bool = True
    scanned: bool = True

    @classmethod
    def of(cls, row: EvidenceContent, *, public: bool) -> "Piece":
        return cls(**{name: getattr(row, name) for name in CONTENT}, public=public)

    @classmethod
    def of_file(cls, stored: StoredFile, *, title: str = "", public: bool) -> "Piece":
        own = {
            name: getattr(stored, name) for name in ("sha256", "file_name", "media_type", "size", "scanned")
        }
        return cls(url=stored.address, title=title, public=public, **own)

    @property
    def key(self) -> str:
        return key_of({"sha256": self.sha256, "url": self.url})

    @property
    def shown(self) -> str:
        return self.title or self.file_name or self.url

    @property
    def seen_by(self) -> str:
        return _("public") if self.public else _("for the approver only")

    @property
    def kind(self) -> str:
        """PDF, XLSX …; nothing for a link."""
        return kind_word(self.media_type)

    @property
    def content(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in CONTENT}


# The list as one text


def written(pieces: Iterable[Piece]) -> str:
    """Of a file only its hash: what else is known of it stands beside the file, and nobody can say it otherwise."""
    said = [
        {"title": p.title, "public": p.public, **({"sha256": p.sha256} if p.sha256 else {"url": p.url})}
        for p in pieces
    ]
    return dumped(said)


def dumped(said: list[dict[str, Any]]) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")) if said else ""


def loaded(text: str) -> Any:
    """Raises ValueError for what is no JSON, and for half characters in it: neither database nor page can hold one."""
    said = json.loads(text) if text else []
    dumped(said).encode()
    return said


def read(text: str, *, indicator: str) -> list[Piece]:
    """Raises ValidationError for what this form never wrote, or for a file that is no longer kept."""
    try:
        said = loaded(text)
        found = [piece_of(one, indicator) for one in said]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ValidationError(_("The list of evidence could not be read. Load the page again.")) from None
    once = {piece.url: piece for piece in found}
    if len(once) > settings.EVIDENCE_MOST:
        most = settings.EVIDENCE_MOST
        words = ngettext(
            "A figure takes %(most)s piece of evidence at most. Take some out.",
            "A figure takes %(most)s pieces of evidence at most. Take some out.",
            most,
        )
        raise ValidationError(words % {"most": most})
    return list(once.values())


def piece_of(said: dict[str, Any], indicator: str) -> Piece:
    title, public = said["title"], said["public"]
    if not isinstance(title, str) or len(title) > 300 or "\x00" in title or not isinstance(public, bool):
        raise ValueError
    if "sha256" in said:
        stored = StoredFile.objects.filter(indicator=indicator, sha256=str(said["sha256"])[:64]).first()
        if stored is None:
            raise ValidationError(_("A file of this form is no longer kept. Attach it again."))
        return Piece.of_file(stored, title=title, public=public)
    if not is_link(said["url"]):
        raise ValueError
    return Piece(url=said["url"], title=title, public=public)


def is_link(url: Any) -> bool:
    if not isinstance(url, str) or len(url) > 500 or "\x00" in url:
        return False
    try:
        URLValidator(schemes=["https"])(url)
    except ValidationError:
        return False
    return True


def key_of(said: dict[str, Any]) -> str:
    """By which the boxes beside a piece name it, whatever place it has in the list."""
    return hashlib.sha256(str(said.get("sha256") or said.get("url")).encode()).hexdigest()[:12]


def folded(data: Mapping[str, Any], name: str) -> str:
    """The list as it was sent, with the boxes beside each piece heeded. What cannot be read is left for the form."""
    text = data.get(name) or ""
    out = set(data.getlist(f"{name}_out")) if hasattr(data, "getlist") else set()
    try:
        said = loaded(text)
        kept = [one for one in said if key_of(one) not in out]
        for one in kept:
            asked = data.get(f"{name}_for_{key_of(one)}")
            one["public"] = asked == PUBLIC if asked in (PUBLIC, PRIVATE) else one["public"]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return text
    return dumped(kept)


# What came with a form


def taken_in(request: HttpRequest, *, indicator: str) -> tuple[QueryDict, list[str]]:
    """What was sent with its files kept and its boxes heeded, and what is wrong with files, in words.

    Files are kept whatever else is wrong with the form; it comes back with them.
    """
    sent = request.POST.copy()
    try:
        pieces = read(folded(sent, PIECES), indicator=indicator)
    except ValidationError:
        # The form itself will say so.
        return sent, []
    if ATTACH in sent and is_link(sent.get("evidence_url")):
        pieces.append(Piece(url=sent["evidence_url"], title=sent.get("evidence_title", "")[:300]))
        sent["evidence_url"] = sent["evidence_title"] = ""
    files, faults = kept_files(request, indicator, public=sent.get(FILES_FOR) == PUBLIC)
    sent[PIECES] = written(with_files(pieces, files))
    for name in [name for name in sent if name.startswith(f"{PIECES}_")]:
        del sent[name]
    return sent, faults


def with_files(pieces: Sequence[Piece], files: Sequence[Piece]) -> list[Piece]:
    """A file that is sent again is the same piece; who may see it is as was said last."""
    again = {piece.url: piece.public for piece in files}
    known = {piece.url for piece in pieces}
    return [
        *(replace(piece, public=again.get(piece.url, piece.public)) for piece in pieces),
        *(piece for piece in files if piece.url not in known),
    ]


def kept_files(request: HttpRequest, indicator: str, *, public: bool) -> tuple[list[Piece], list[str]]:
    kept: dict[str, Piece] = {}
    faults = [dropped_words(named(name)) for name in too_large(request)]
    for sent in request.FILES.getlist(FILES):
        name = named(sent.name or "")
        try:
            stored = keep_file(sent, indicator=indicator, by=request.user)
        except NotAccepted as refusal:
            faults.append(refused_words(name, refusal.fault))
        except Infected:
            faults.append(infected_words(name))
        except NotScanned:
            faults.append(unscanned_words(name))
        except OSError:
            # No room, or the store is away. What was typed is as good as before.
            logger.exception("A file could not be kept.")
            faults.append(unkept_words(name))
        else:
            kept[stored.sha256] = Piece.of_file(stored, public=public)
    return list(kept.values()), faults


# What becomes of them


def changes_of_pieces(
    pieces: Iterable[Piece], *, indicator: str, period: str, known: Iterable[tuple]
) -> list[Change]:
    """The public ones, as far as they are not public already as they stand here."""
    standing = set(known)
    return [
        Change.of("evidence", indicator=indicator, period=period, **piece.content)
        for piece in pieces
        if piece.public and (period, piece.url, piece.title) not in standing
    ]


def pieces_of(release: Release | None, indicator: str) -> dict[str, list[Piece]]:
    """Period -> what its figure rests on in a draft, in the order in which it was given."""
    found: dict[str, list[Piece]] = {}
    if release is None:
        return found
    for model, public in ((EvidenceEntry, True), (PrivateEvidence, False)):
        for row in model.objects.filter(release=release, indicator=indicator).order_by("pk"):
            found.setdefault(row.period, []).append(Piece.of(row, public=public))
    return found


def first_link(pieces: Sequence[Piece]) -> Piece | None:
    """The one that has fields of its own in the form."""
    return next((piece for piece in pieces if piece.public and not piece.sha256), None)


def first_links(pieces: Mapping[str, Sequence[Piece]]) -> dict[str, Piece]:
    found = {period: first_link(of_period) for period, of_period in pieces.items()}
    return {period: piece for period, piece in found.items() if piece}


def further(pieces: Mapping[str, Sequence[Piece]]) -> dict[str, str]:
    """All but the first link of each period, as the form's field writes them."""
    found = {
        period: written(piece for piece in of_period if piece is not first_link(of_period))
        for period, of_period in pieces.items()
    }
    return {period: text for period, text in found.items() if text}


def private_pieces(release: Release, user: User) -> QuerySet[PrivateEvidence]:
    """What is not for the public, for those who work on a release or decide on it; for nobody on its pre-release list."""
    if (
        user.may(Permission.SEE_ALL_WORK)
        or Release.objects.visible_unapproved_to(user).filter(pk=release.pk).exists()
    ):
        return PrivateEvidence.objects.filter(release=release).order_by("pk")
    return PrivateEvidence.objects.none()
