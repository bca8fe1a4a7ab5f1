"""Public pages of strategies and initiatives."""

from collections import defaultdict

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _

from blueprint.models import DirectionVersion, OfficeVersion, SourceVersion
from blueprint.moment import public
from blueprint.views import directions_with
from committee.models import ActionVersion, Confidence, Finding
from indicators.standings import standings, tally

from .filters import InitiativeFilterSet
from .models import (
    InitiativeVersion,
    MeasureVersion,
    MilestoneState,
    MilestoneVersion,
    StageStatementVersion,
    StrategyVersion,
)


@public
def strategies(request):
    moment = request.moment
    listed = list(StrategyVersion.objects.as_at(moment.number).order_by("number"))
    return render(
        request,
        "strategies/strategies.html",
        {"page": "strategies", "directions": directions_with(moment, listed, standings(moment))},
    )


@public
def strategy(request, code):
    moment = request.moment
    version = StrategyVersion.objects.filter(strategy=code).as_at(moment.number).first()
    if version is None:
        raise Http404
    found = [s for s in standings(moment) if s.indicator.strategy_id == code]
    number = moment.number
    statements = StageStatementVersion.objects.as_at(number).order_by("year", "stage_statement")
    finding = Finding.objects.as_at(number).filter(strategy=code).order_by("-publication_id").first()
    return render(
        request,
        "strategies/strategy.html",
        {
            "page": "strategies",
            "strategy": version,
            "direction": DirectionVersion.objects.filter(direction=version.direction_id)
            .as_at(number)
            .first(),
            "standings": found,
            "tally": tally(found, targets_only=False),
            "measures": MeasureVersion.objects.as_at(number).filter(strategy=code).order_by("measure"),
            "statements": [s for s in statements if str(code) in [str(n) for n in s.strategies]],
            "initiatives": with_milestones(
                moment, InitiativeVersion.objects.as_at(number).filter(strategy=code).order_by("name_en")
            ),
            "finding": finding,
            "confidence": Confidence(finding.confidence) if finding else None,
            "actions": ActionVersion.objects.as_at(number).filter(strategy=code).order_by("due_on"),
            "offices": offices(number),
            "sources": SourceVersion.objects.filter(source__in=version.sources).as_at(number, or_first=True),
        },
    )


def offices(number):
    return {o.office_id: o for o in OfficeVersion.objects.as_at(number, or_first=True)}


def with_milestones(moment, rows):
    """Initiatives, each with its milestones in order of time and what the clock says of them."""
    milestones = defaultdict(list)
    for row in MilestoneVersion.objects.as_at(moment.number).order_by("due_end", "milestone"):
        milestones[row.initiative_id].append({"row": row, "said": milestone_state(row, moment.today)})
    return [{"initiative": row, "milestones": milestones[row.initiative_id]} for row in rows]


def milestone_state(row, today):
    """Of what was loaded from past reports nobody promised a report here: its date can pass, it is never late."""
    if row.state == MilestoneState.PLANNED and row.due_end < today:
        return _("no later report seen")
    return row.get_state_display()


@public
def initiatives(request):
    moment = request.moment
    named = offices(moment.number)
    chosen = InitiativeFilterSet(
        request.GET,
        InitiativeVersion.objects.as_at(moment.number),
        strategies=StrategyVersion.objects.as_at(moment.number, or_first=True).order_by("number"),
        offices=named,
    )
    return render(
        request,
        "strategies/initiatives.html",
        {
            "page": "initiatives",
            "initiatives": with_milestones(moment, chosen.qs.order_by("strategy", "name_en")),
            "filter": chosen,
            "offices": named,
        },
    )


@public
def initiative(request, code):
    moment = request.moment
    version = InitiativeVersion.objects.filter(initiative=code).as_at(moment.number).first()
    if version is None:
        raise Http404
    number = moment.number
    return render(
        request,
        "strategies/initiative.html",
        {
            "page": "initiatives",
            "initiative": version,
            "milestones": with_milestones(moment, [version])[0]["milestones"],
            "strategy": StrategyVersion.objects.filter(strategy=version.strategy_id).as_at(number).first(),
            "office": offices(number).get(version.office_id),
            "sources": SourceVersion.objects.filter(source__in=version.sources).as_at(number, or_first=True),
        },
    )
