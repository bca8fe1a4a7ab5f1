"""Pages of the frame: the overview, directions, publications, and the places where the data lie."""

import json
from collections import defaultdict

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language_from_request
from django.views.decorators.http import require_safe

from committee.models import Finding
from indicators.figures import period_label, with_unit
from indicators.models import Observation, StageVersion
from indicators.plotting import stages_line
from indicators.standings import standings, tally
from strategies.models import StrategyVersion

from . import triggers
from .frame import plan_at
from .models import CalendarItemVersion, DirectionVersion, OfficeVersion, Publication
from .moment import public
from .paging import paged


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
    dated = [(item.planned_on, item, None) for item in items]
    dated += [
        (s.freshness.due_on, None, s)
        for s in found
        if s.freshness.due_on and s.freshness.due_on >= moment.today
    ]
    return sorted(dated, key=lambda each: (each[0], each[2].code if each[2] else ""))


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
def publications(request):
    moment = request.moment
    rows = Publication.objects.by(moment.number).defer("leaf")
    return render(
        request, "blueprint/publications.html", {"page": "publications", **paged(request, rows, 40)}
    )


@public
def publication(request, number):
    moment = request.moment
    row = Publication.objects.filter(number=number, number__lte=moment.number).first()
    if row is None:
        raise Http404
    leaf = json.loads(bytes(row.leaf))
    grouped = defaultdict(list)
    for change in leaf["changes"]:
        grouped[change["noun"]].append(change)
    return render(
        request,
        "blueprint/publication.html",
        {
            "page": "publications",
            "publication": row,
            "leaf": leaf,
            "figures": figure_changes(moment, row),
            "others": [(noun, changes) for noun, changes in grouped.items() if noun != "observation"],
            "previous": number - 1,
            "next": number + 1 if Publication.objects.filter(number=number + 1).exists() else None,
        },
    )


def figure_changes(moment, publication):
    """Each figure a publication brought, with what stood before it."""
    rows = list(
        Observation.objects.filter(publication=publication).order_by("indicator", "breakdown", "period")
    )
    before = {
        (o.indicator_id, o.breakdown, o.period): o
        for o in Observation.objects.filter(indicator__in={r.indicator_id for r in rows}).as_at(
            publication.number - 1
        )
    }
    by_code = {s.code: s for s in standings(moment, codes={r.indicator_id for r in rows})}
    return [
        {
            "row": row,
            "standing": by_code.get(row.indicator_id),
            "before": before.get((row.indicator_id, row.breakdown, row.period)),
            "period": period_label(row.period),
            "value": with_unit(
                row.value, getattr(by_code.get(row.indicator_id), "unit", None), row.qualifier
            ),
        }
        for row in rows
    ]


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
