"""Addresses of the public files."""

import hashlib
import json
from functools import cache, wraps

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _

from blueprint.build import build
from blueprint.moment import public

from ..models import IndicatorVersion
from . import catalogue, offered
from .about import Edition
from .dictionary import ASSESSMENTS, OBSERVATIONS

JSON = {"ensure_ascii": False, "indent": 1}


def asked_for(*known):
    """A misspelt or forgotten parameter must not answer with the whole current file."""

    def refusing(view):
        @wraps(view)
        def checked(request, *args, **kwargs):
            check_parameters(request.GET, known)
            return view(request, *args, **kwargs)

        return checked

    return refusing


def check_parameters(asked, known):
    unknown = sorted(set(asked) - set(known))
    if unknown:
        raise BadRequest(
            _("Unknown here: %(names)s. Known: %(known)s.")
            % {"names": ", ".join(name[:40] for name in unknown[:5]), "known": ", ".join(known)}
        )
    unclear = sorted(name for name, values in asked.lists() if len(values) > 1 or values == [""])
    if unclear:
        raise BadRequest(_("Give one value each for: %(names)s.") % {"names": ", ".join(unclear)})


@public
@asked_for("as_at", "history")
def whole_file(request, offer):
    """A file of the whole plan."""
    history = with_history(request)
    if history and not offer.has_history:
        raise BadRequest(
            _("This file has one value for each period. Ask for earlier ones with as_at, or take the CSV file.")
        )  # fmt: skip
    edition = Edition(offer.table, request.moment, history=history)
    pieces = offer.make(edition)
    if pieces is None:
        raise Http404
    return file_answer(request, pieces, offer.media, edition, offer.address, offer.saved_as(edition))


@public
@asked_for("as_at", "history")
def indicator_file(request, code, ending):
    """The figures of one indicator."""
    if "\x00" in code or not IndicatorVersion.objects.filter(indicator=code).exists():
        raise Http404
    edition = Edition(OBSERVATIONS, request.moment, code=code, history=with_history(request))
    pieces, name = offered.WRITERS[ending](edition), f"{edition.stem_of(code)}.{ending}"
    return file_answer(
        request, pieces, offered.MEDIA[ending], edition, f"/data/indicators/{code}.{ending}", name
    )


def with_history(request):
    asked = request.GET.getlist("history") or ["0"]
    if asked not in (["0"], ["1"]):
        raise BadRequest(_("history takes 1 for every earlier value, or 0."))
    return asked == ["1"]


@public
@asked_for("as_at")
def catalogue_file(request):
    return text_answer(
        request, json.dumps(catalogue.catalogue(request.moment), **JSON), "application/ld+json"
    )


@public
@asked_for("as_at")
def columns_file(request, table):
    return text_answer(request, json.dumps(catalogue.columns_of(table), **JSON), "application/csvm+json")


@public
@asked_for("as_at")
def checksums_file(request):
    pieces = offered.checksums(request.moment)
    # The status of an indicator follows from the day, and so does the sum of the file that holds it.
    edition = Edition(ASSESSMENTS, request.moment)
    return with_heads(
        request, StreamingHttpResponse(pieces, content_type="text/plain; charset=utf-8"), edition
    )


# Answers


def file_answer(request, pieces, media, edition, address, name):
    response = StreamingHttpResponse(pieces, content_type=media)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    links = [
        f'<{described_by(edition, address)}>; rel="describedby"',
        f'<{address}?{edition.query}>; rel="bookmark"',
    ]
    return with_heads(request, response, edition, links)


def described_by(edition, address):
    if "/sdmx/" in address:
        return "/data/sdmx/structure.xml"
    return "/data/catalog.jsonld" if "stratml" in address else f"/data/{edition.table.name}.csv-metadata.json"


def text_answer(request, text, media):
    return with_heads(request, HttpResponse(text, content_type=media), Edition(OBSERVATIONS, request.moment))


def with_heads(request, response, edition, links=()):
    """Licence, time and mark of an answer, or in its place that the reader has it already.

    A large file is not kept by the page cache: known by its mark, it is not made again.
    """
    moment = edition.changed_at
    response["Link"] = ", ".join([f'<{catalogue.licence()}>; rel="license"', *links])
    response["ETag"] = etag = mark_of(request, moment, edition.moment.number)
    if moment:
        response["Last-Modified"] = http_date(moment.timestamp())
    seconds = int(moment.timestamp()) if moment else None
    return get_conditional_response(request, etag=etag, last_modified=seconds, response=response)


def mark_of(request, changed_at, number):
    said = f"{current_build()} {number} {changed_at} {request.get_full_path()}"
    return f'W/"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'


@cache
def current_build():
    return build()
