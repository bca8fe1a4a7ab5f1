"""Addresses of the public files."""

from django.core.exceptions import BadRequest
from django.http import Http404, StreamingHttpResponse
from django.utils.translation import gettext as _

from blueprint.moment import public

from ..models import IndicatorVersion
from . import files


def csv_file(columns, rows, name):
    response = StreamingHttpResponse(files.write(columns, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def with_history(request):
    asked = request.GET.get("history", "0")
    if asked not in ("0", "1"):
        raise BadRequest(_("history takes 1 for every earlier value, or 0."))
    return asked == "1"


@public
def observations(request):
    rows = files.observations(request.moment, history=with_history(request))
    return csv_file(files.OBSERVATIONS, rows, "observations")


@public
def indicator(request, code):
    moment = request.moment
    if "\x00" in code or not IndicatorVersion.objects.filter(indicator=code).exists():
        raise Http404
    rows = files.observations(moment, code=code, history=with_history(request))
    return csv_file(files.OBSERVATIONS, rows, code)


@public
def targets(request):
    return csv_file(files.TARGETS, files.targets(request.moment), "targets")


@public
def assessments(request):
    return csv_file(files.ASSESSMENTS, files.assessments(request.moment), "assessments")


@public
def indicators(request):
    rows = files.indicators(request.moment, history=with_history(request))
    return csv_file(files.INDICATORS, rows, "indicators")
