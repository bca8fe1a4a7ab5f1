"""The work on an indicator, step by step: on a page and as a file."""

import csv
import io

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from blueprint.moment import head_moment
from blueprint.paging import paged
from blueprint.permissions import Permission

from ..exchange.files import cell
from ..exchange.views import check_parameters
from ..models import IndicatorVersion
from .access import desk_page, desk_render
from .log import Log, name_of

COLUMNS = ("at", "who", "done", "subject", "field", "before", "after", "why", "release", "publication")
STEPS_A_PAGE = 40


def own_log(request, code):
    """The log of an indicator of the person's office, or of any for those who look after all work."""
    number = head_moment().number
    indicator = IndicatorVersion.objects.filter(indicator=code).as_at(number).first()
    own = indicator is not None and indicator.office_id == request.user.office_id
    if indicator is None or not (own or request.user.may(Permission.SEE_ALL_WORK)):
        raise Http404
    return Log(indicator, request.user, number)


@require_safe
@desk_page(Permission.OPEN_DESK)
def log(request, code):
    check_parameters(request.GET, ("page",))
    found = own_log(request, code)
    context = {"indicator": found.indicator, "name": name_of(found.indicator)}
    context |= paged(request, found.steps(), STEPS_A_PAGE)
    return desk_render(request, "desk/log.html", context)


@require_safe
@desk_page(Permission.OPEN_DESK)
def log_file(request, code):
    """One row for each field of each step; UTF-8 with a mark, so that a spreadsheet reads it rightly."""
    found = own_log(request, code)
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for step in found.steps():
        for row in rows_of(step):
            writer.writerow([cell(value) for value in row])
    response = HttpResponse("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.code}-work.csv"'
    return response


def rows_of(step):
    moment = step.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    around = (moment, step.who, step.deed), (step.release, step.publication)
    for thing in step.things:
        for row in thing.altered:
            said = (thing.subject, row.label, row.before, row.after, thing.why or step.why)
            yield (*around[0], *said, *around[1])
    if not step.things:
        yield (*around[0], "", "", "", "", step.why, *around[1])
