"""A change of a published text or list, proposed in the admin: a release of its own that another person approves."""

import uuid
from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import override

from .actions import Refused, open_release, submit_release
from .audit import record_refusal
from .clock import database_now
from .contents import changes_of, digest_of
from .models import Release, User
from .nouns import Change
from .permissions import Permission
from .wording import LANGUAGES, TAGS, name_of

LAST = 2**31 - 1


def propose_change(
    change: Change, *, by: User, reason: str, token: uuid.UUID, accepting: Collection[str] = ()
) -> Release:
    """Submit one change as a release of its own. The same token sent twice makes one release."""
    try:
        with transaction.atomic():
            return _propose(change, by=by, reason=reason, token=token, accepting=accepting)
    except IntegrityError:
        # The same form sent twice at once: the other one made the release.
        return same_again(Release.objects.get(token=token, created_by=by), change)
    except Refused as refusal:
        record_refusal("propose_change", by=by, subject=subject_of(change), reason=str(refusal))
        raise


def _propose(
    change: Change, *, by: User, reason: str, token: uuid.UUID, accepting: Collection[str]
) -> Release:
    if not by.may(Permission.PROPOSE_TEXTS):
        raise Refused(_("Your role does not include this step."))
    if not reason.strip():
        raise Refused(_("Say why, so that the person who approves it can judge."))
    sent = sent_before(token, by)
    if sent:
        return same_again(sent, change)
    release = open_release(
        track=Release.Track.CENTRAL, office=None, title=titles_of(change), by=by, token=token
    )
    Release.objects.filter(pk=release.pk).update(reason=reason)
    change.noun.entry.objects.create(release=release, saved_by=by, saved_at=database_now(), **change.content)
    release.refresh_from_db()
    submit_release(release, by=by, accepting=accepting)
    return release


def sent_before(token: uuid.UUID, by: User) -> Release | None:
    """The release that this form made when it was sent before."""
    sent = Release.objects.filter(token=token).first()
    if sent and sent.created_by_id != by.pk:
        raise Refused(_("This form belongs to another person. Open the page again."))
    return sent


def same_again(sent: Release, change: Change) -> Release:
    """The release a form made, if the form says the same now; the person may have gone back and altered it."""
    if digest_of(changes_of(sent)) != digest_of([change]):
        raise Refused(_("This form was sent before with other words. Open the page again to propose these."))
    return sent


def waiting_for(noun: Any, key: tuple) -> Any:
    """Releases under way that would change this thing."""
    entries = noun.entry.objects.filter(**dict(zip(noun.key, key, strict=True)))
    return Release.objects.open().filter(pk__in=entries.values("release")).order_by("pk")


def subject_of(change: Change) -> str:
    return f"{change.noun.name} {'/'.join(str(part) for part in change.key)}"


def titles_of(change: Change) -> dict[str, str]:
    """What the release, and later the publication, is called in each language."""
    known = change.noun.version.objects.filter(**dict(zip(change.noun.key, change.key, strict=True))).exists()
    titles = {}
    for language in LANGUAGES:
        with override(TAGS[language].lower()):
            said = {"kind": change.noun.version._meta.verbose_name, "thing": called(change, language)}
            form = _("Changed: %(kind)s %(thing)s") if known else _("New: %(kind)s %(thing)s")
            titles[language] = Truncator(form % said).chars(300)
    return titles


def called(change: Change, language: str) -> str:
    code = "/".join(str(part) for part in change.key)
    name = name_of(change.noun.version(**change.content), language)
    return f"{code} ({name})" if name else code


def identity_labels(noun: Any) -> dict[str, str]:
    """Code -> what stands under it now, for lists to choose from: 3 · To diversify venture financing …"""
    (key,) = noun.key
    rows = noun.version.objects.as_at(LAST)
    return {getattr(row, key): Truncator(f"{getattr(row, key)} · {name_of(row)}").chars(90) for row in rows}
