"""Pages of the frame: the overview, directions, publications, and the places where the data lie."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language_from_request
from django.views.decorators.http import require_safe

from indicators.lines import lines
from indicators.plotting import stages_line
from indicators.standings import names_of, tally
from strategies.models import Strategy

from . import checkpoints, publishing, roles, triggers
from .models import DirectionVersion, OfficeVersion
from .moment import public
from .overview import Overview, directions_with, groups, plan_texts, shown_in
from .together import read_together
from .withdrawals import check_withdrawn


@login_not_required
@require_safe
def home(request):
    """To the overview in the reader's language. The answer depends on a header, so nobody may keep it."""
    response = HttpResponseRedirect(f"/{get_language_from_request(request)}/")
    response.headers["Vary"] = "Accept-Language"
    return response


@public
def overview(request):
    moment = request.moment
    found = Overview(moment)
    counts = tally(found.lines)
    begun = found.plan and found.plan.published_on.year
    return render(
        request,
        "blueprint/overview.html",
        {
            "page": "overview",
            "plan": found.plan,
            "directions": found.directions,
            "strategy_count": len(found.strategies),
            "tally": counts,
            "target_count": sum(count for _status, count in counts),
            "line": stages_line(moment.today, begun, stages_by(moment, found.texts)) if begun else {},
            "news": found.news,
            "coming": found.coming,
            "late": found.shown_late,
            "more_late": len(found.late) - len(found.shown_late),
            "finding": found.finding,
        },
    )


def stages_by(moment, texts):
    """Stages that had been published by then: names are read ahead of their time, the line is not."""
    return [stage for stage in texts["stages"] if stage.publication_id <= moment.number]


@public
def direction(request, code):
    moment = request.moment
    texts = read_together(**names_of(moment), **plan_texts(moment))
    version = next((d for d in texts["directions"] if d.direction_id == code), None)
    if version is None:
        check_withdrawn(DirectionVersion.objects.filter(direction=code), moment)
        raise Http404
    texts["strategies"] = [s for s in texts["strategies"] if s.direction_id == code]
    own = lines(
        moment, strategies=Strategy.objects.filter(pk__in=[s.strategy_id for s in texts["strategies"]])
    )
    grouped = groups(own)
    shown = directions_with(texts, grouped, shown_in(moment, grouped, texts))
    return render(
        request,
        "blueprint/direction.html",
        {
            "page": "strategies",
            "direction": version,
            "strategies": next(each["strategies"] for each in shown if each["direction"] is version),
            "tally": tally(own),
        },
    )


@public
def data(request):
    offices = OfficeVersion.objects.as_at(request.moment.number, or_first=True)
    return render(request, "blueprint/data.html", {"page": "data", "offices": offices})


@login_not_required
@require_safe
def livez(request):
    """This process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request):
    """The database answers, the rules it must keep are in place, and the ledger ended as it should at the start.

    That checkpoints are not signed is said, but keeps nobody from reading and publishing.
    """
    absent = triggers.missing(connection)
    faults = [f"missing triggers: {len(absent)}"] if absent else []
    faults += [f"the ledger is not as it was: {fault}" for fault in publishing.broken]
    faults += roles.faults_in_production()
    if faults:
        return HttpResponse("\n".join(faults) + "\n", content_type="text/plain", status=503)
    unsigned = checkpoints.trouble()
    said = f"ok, but checkpoints are not signed: {unsigned}\n" if unsigned else "ok\n"
    return HttpResponse(said, content_type="text/plain")
