"""An indicator's chart by addresses of its own: as a picture, as a document, and as a page for other sites to frame."""

import functools

from csp.constants import NONE
from csp.decorators import csp_replace
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt

from blueprint.errors import explain
from blueprint.moment import public

from . import pictures, vega
from .views import indicator_page


def for_other_sites(view):
    """What a page elsewhere may show as its own part; all other answers are for this site's pages alone."""

    @functools.wraps(view)
    def shared(request, code):
        response = view(request, code)
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return shared


def charted(request, code):
    """What the indicator's page shows at the moment. Raises Http404 where there is nothing to draw yet."""
    page = indicator_page(request.moment, code)
    if page["chart"] is None:
        raise Http404
    return page


@public
@for_other_sites
@csp_replace({"style-src": pictures.policy(), "script-src": [NONE]})
def chart_svg(request, code):
    made = pictures.picture(charted(request, code), request.moment)
    return HttpResponse(made.svg(pictures.style()), content_type="image/svg+xml")


@public
@for_other_sites
def chart_vega(request, code):
    made = vega.document(charted(request, code), request.moment)
    response = JsonResponse(made, json_dumps_params={"ensure_ascii": False, "indent": 1})
    # Tools that draw it read it from where they are.
    response["Access-Control-Allow-Origin"] = "*"
    return response


@public
@for_other_sites
def chart_png(request, code):
    made = pictures.card(charted(request, code), request.moment)
    try:
        image = pictures.png(made)
    except pictures.Busy:
        return HttpResponse(
            _("Many pictures are being drawn at this moment. Please try again in a few seconds."),
            status=503, content_type="text/plain; charset=utf-8",
            headers={"Retry-After": "5", "Cache-Control": "no-store"},
        )  # fmt: skip
    except pictures.Unlettered:
        return explain(request, 404, _("This server has no font for the words of this picture."))
    return HttpResponse(image, content_type="image/png")


@public
@for_other_sites
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"], "form-action": [NONE]})
def embed(request, code):
    return render(request, "indicators/embed.html", indicator_page(request.moment, code))
