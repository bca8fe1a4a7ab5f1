"""Pages of the frame: the overview, directions, publications, and the places where the data lie."""

from collections import defaultdict

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language_from_request
from django.views.decorators.http import require_safe

from committee.models import Finding
from indicators.models import Observation, StageVersion
from indicators.plotting import stages_line
from indicators.standings import standings, tally
from strategies.models import StrategyVersion

from . import triggers
from .frame import plan_at
from .models import CalendarItemVersion, DirectionVersion, OfficeVersion, Publication
from .moment import public


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
    found = standings(moment)
    strategies = list(StrategyVersion.objects.as_at(moment.number).order_by("number"))
    stages = list(StageVersion.objects.as_at(moment.number))
    plan = plan_at(moment)
    return render(
        request,
        "blueprint/overview.html",
        {
            "page": "overview",
            "directions": directions_with(moment, strategies, found),
            "strategy_count": len(strategies),
            "tally": tally(found),
            "target_count": sum(count for _status, count in tally(found)),
            "line": stages_line(moment.today, plan.published_on.year, stages) if plan else {},
            "news": news(moment, found),
            "coming": coming(moment, found)[:4],
            "late": sorted(
                (s for s in found if s.freshness.state == "overdue"), key=lambda s: s.freshness.due_on
            ),
            "finding": Finding.objects.as_at(moment.number).order_by("-publication_id").first(),
        },
    )


def directions_with(moment, strategies, found):
    """Directions, each with its strategies, each with its indicators."""
    indicators, under = defaultdict(list), defaultdict(list)
    for standing in found:
        indicators[standing.indicator.strategy_id].append(standing)
    for strategy in strategies:
        under[strategy.direction_id].append(
            {"strategy": strategy, "standings": indicators[strategy.strategy_id]}
        )
    return [
        {"direction": d, "strategies": under[d.direction_id]}
        for d in DirectionVersion.objects.as_at(moment.number).order_by("number")
    ]


def news(moment, found, *, count=3):
    """The last publications, each with the indicators whose figures it was the last to touch."""
    last = list(Publication.objects.by(moment.number).defer("leaf")[:count])
    rows = Observation.objects.filter(publication__in=last, breakdown="total").order_by("publication_id")
    newest = dict(rows.values_list("indicator", "publication"))
    return [
        {"publication": p, "standings": [s for s in found if newest.get(s.code) == p.number][:3]}
        for p in last
    ]


def coming(moment, found):
    """What is announced or due next, soonest first: (day, calendar item or None, standing or None)."""
    items = CalendarItemVersion.objects.as_at(moment.number).filter(
        planned_on__gte=moment.today, called_off=False
    )
    published = Publication.objects.filter(calendar_item__isnull=False, number__lte=moment.number)
    waiting = items.exclude(calendar_item__in=published.values("calendar_item"))
    dated = [(item.planned_on, item, None) for item in waiting]
    dated += [(s.freshness.due_on, None, s) for s in due_next(moment, found)]
    return sorted(dated, key=lambda each: (each[0], each[2].code if each[2] else ""))


def due_next(moment, found):
    """Indicators whose next figure is due by their own month of release, soonest first."""
    due = [s for s in found if s.freshness.due_on and s.freshness.due_on >= moment.today]
    return sorted(due, key=lambda s: (s.freshness.due_on, s.code))


@public
def direction(request, code):
    moment = request.moment
    version = DirectionVersion.objects.filter(direction=code).as_at(moment.number).first()
    if version is None:
        raise Http404
    strategies = list(StrategyVersion.objects.as_at(moment.number).filter(direction=code).order_by("number"))
    found = standings(moment)
    own = [s for s in found if s.indicator.strategy_id in {v.strategy_id for v in strategies}]
    listed = [
        {"strategy": v, "standings": [s for s in own if s.indicator.strategy_id == v.strategy_id]}
        for v in strategies
    ]
    return render(
        request,
        "blueprint/direction.html",
        {"page": "strategies", "direction": version, "strategies": listed, "tally": tally(own)},
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
    """The database answers, and the rules it must keep are in place."""
    absent = triggers.missing(connection)
    if absent:
        return HttpResponse(f"missing triggers: {len(absent)}\n", content_type="text/plain", status=503)
    return HttpResponse("ok\n", content_type="text/plain")
