"""Files for everybody, by what is in them; and, for those who may see a release, what is attached to it."""

import re

from django.http import Http404, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from blueprint.errors import explain
from blueprint.models import Publication
from blueprint.moment import public
from blueprint.pre_release import record_view

from ..desk.releases import visible_release
from ..exchange.views import asked_for
from ..models import Evidence, EvidenceEntry, StoredFile
from . import storing
from .names import saved_as
from .pieces import private_pieces

# Whatever a browser would make of it, it may do nothing.
HARMLESS = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}


@public
@asked_for("as_at")
def evidence_file(request, sha256):
    """A public file. One that is not public, not public yet, or taken back since answers like one that never was."""
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise Http404
    # The hash belongs to the key: a file's address is made of it.
    row = Evidence.objects.filter(sha256=sha256).as_at(request.moment.number).order_by("pk").first()
    if row is None or not still_stands(sha256):
        raise Http404
    try:
        content = storing.read(storing.public_name(sha256), sha256)
    except storing.Damaged:
        words = _("This file is public, but its store does not answer as it should. Please try again later.")
        return explain(request, 503, words, headers={"Retry-After": "300"})
    response = attachment(request, row, content)
    etag = f'"{sha256}"'
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response)


def still_stands(sha256):
    """Of what was taken back nothing is shown, at no moment: unlike a figure, a file is taken back because of what is in it."""
    head = Publication.objects.order_by("-number").values_list("number", flat=True).first() or 0
    return Evidence.objects.filter(sha256=sha256).as_at(head).exists()


@require_safe
def release_file(request, pk, sha256):
    """A file of a release, for those who may see it."""
    release = visible_release(request, pk)
    row = row_in(release, request.user, sha256)
    if row is None:
        raise Http404
    record_view(release, by=request.user, what=f"file {sha256[:16]}", language=get_language())
    stored = StoredFile.objects.filter(indicator=row.indicator_id, sha256=sha256).first()
    for name in [*([stored.stored_as] if stored else []), storing.public_name(sha256)]:
        try:
            return attachment(request, row, storing.read(name, sha256))
        except storing.Damaged:
            continue
    return explain(request, 404, _("This file is no longer kept. Ask its office to attach it again."))


def row_in(release, user, sha256):
    """The first piece of a release with this file that a person may see."""
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        return None
    public = EvidenceEntry.objects.filter(release=release, sha256=sha256).first()
    return public or private_pieces(release, user).filter(sha256=sha256).first()


def attachment(request, row, content):
    """To be saved, never to be shown in its place; under its name, with exactly its bytes."""
    # A file is handed over as it is: packed for the way it would have another length and another mark.
    request.META.pop("HTTP_ACCEPT_ENCODING", None)
    response = HttpResponse(content, content_type=row.media_type, headers=HARMLESS)
    response["Content-Length"] = str(len(content))
    name = saved_as(row.file_name, row.sha256)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response
