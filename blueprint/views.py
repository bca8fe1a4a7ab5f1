"""Pages of the frame: the overview, directions, publications, and the places where the data lie."""

from collections import defaultdict
from operator import attrgetter

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language_from_request
from django.views.decorators.http import require_safe

from committee.following import followed
from committee.models import ActionVersion, Confidence, Finding
from indicators.exchange.page import data_page
from indicators.lines import lines
from indicators.plotting import stages_line
from indicators.standings import names_of, tally
from strategies.models import InitiativeVersion, Strategy

from . import checkpoints, publishing, roles, triggers
from .answer import answer
from .models import DirectionVersion
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
            "indicator_count": len(found.lines),
            "tally": counts,
            "answer": answer(counts),
            "line": stages_line(moment.today, begun, stages_by(moment, found.texts)) if begun else {},
            "news": found.news,
            "coming": found.coming,
            "late": found.shown_late,
            "late_count": len(found.late),
            "finding": found.finding,
        },
    )


def stages_by(moment, texts):
    """Stages that had been published by then: names are read ahead of their time, the line is not."""
    return [stage for stage in texts["stages"] if stage.publication_id <= moment.number]


@public
def directions(request):
    moment = request.moment
    texts = read_together(**plan_texts(moment))
    under = defaultdict(list)
    for strategy in sorted(texts["strategies"], key=attrgetter("number")):
        under[strategy.direction_id].append(strategy)
    by_strategy = defaultdict(list)
    for line in lines(moment):
        by_strategy[line.strategy].append(line)
    found = [
        {
            "direction": direction,
            "strategies": [
                {"strategy": each, "indicators": len(by_strategy[each.strategy_id])}
                for each in under[direction.direction_id]
            ],
            "tally": tally(
                line for each in under[direction.direction_id] for line in by_strategy[each.strategy_id]
            ),
        }
        for direction in sorted(texts["directions"], key=attrgetter("number"))
    ]
    return render(request, "blueprint/directions.html", {"page": "strategies", "directions": found})


@public
def direction(request, code):
    moment = request.moment
    texts = read_together(**names_of(moment), **plan_texts(moment), **work_texts(moment.number))
    directions = sorted(texts["directions"], key=attrgetter("number"))
    version = next((d for d in directions if d.direction_id == code), None)
    if version is None:
        check_withdrawn(DirectionVersion.objects.filter(direction=code), moment)
        raise Http404
    texts["strategies"] = [s for s in texts["strategies"] if s.direction_id == code]
    own = lines(
        moment, strategies=Strategy.objects.filter(pk__in=[s.strategy_id for s in texts["strategies"]])
    )
    grouped = groups(own)
    shown = directions_with(texts, grouped, shown_in(moment, grouped, texts))
    strategies = next(each["strategies"] for each in shown if each["direction"] is version)
    place = directions.index(version)
    return render(
        request,
        "blueprint/direction.html",
        {
            "page": "strategies",
            "direction": version,
            "strategies": [
                item | work_under(item["strategy"].strategy_id, texts, moment) for item in strategies
            ],
            "tally": tally(own),
            "answer": answer(tally(own)),
            "previous": directions[place - 1] if place else None,
            "next": next(iter(directions[place + 1 :]), None),
        },
    )


def work_texts(number):
    return {
        "initiatives": InitiativeVersion.objects.as_at(number),
        "findings": Finding.objects.as_at(number),
        "actions": ActionVersion.objects.as_at(number),
    }


def work_under(code, texts, moment):
    """What is done under a strategy and what the committee said of it, in numbers."""
    own = {name: [row for row in texts[name] if row.strategy_id == code] for name in work_texts(0)}
    states = [each.state for each in followed(own["actions"], {}, moment.today)]
    finding = max(own["findings"], key=attrgetter("publication_id", "pk"), default=None)
    return {
        "initiatives": len(own["initiatives"]),
        "open": states.count("open") + states.count("overdue"),
        "overdue": states.count("overdue"),
        "finding": finding,
        "confidence": Confidence(finding.confidence) if finding else None,
    }


@public
def data(request):
    return render(request, "blueprint/data.html", data_page(request.moment))


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
