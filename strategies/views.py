"""Public pages of strategies and initiatives."""

from collections import defaultdict
from operator import attrgetter

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _

from blueprint.models import DirectionVersion, OfficeVersion, SourceVersion
from blueprint.moment import public
from blueprint.overview import directions_of
from blueprint.together import read_together
from blueprint.withdrawals import check_withdrawn, standing_version
from committee.models import ActionVersion, Confidence, Finding
from indicators.lines import lines, standings_of
from indicators.standings import names_of, tally

from .filters import InitiativeFilterSet
from .models import (
    InitiativeVersion,
    MeasureVersion,
    MilestoneState,
    MilestoneVersion,
    StageStatementVersion,
    Strategy,
    StrategyVersion,
)

# Of a strategy with more indicators, the page shows these many; the list has them all.
SHOWN = 10


@public
def strategies(request):
    return render(
        request,
        "strategies/strategies.html",
        {"page": "strategies", "directions": directions_of(request.moment)},
    )


@public
def strategy(request, code):
    moment = request.moment
    texts = read_together(**names_of(moment), **strategy_texts(moment.number, code))
    version = next(iter(texts["strategy"]), None)
    if version is None:
        check_withdrawn(StrategyVersion.objects.filter(strategy=code), moment)
        raise Http404
    found = lines(moment, strategies=Strategy.objects.filter(pk=code))
    standings = standings_of(moment, found[:SHOWN], names=texts)
    finding = max(texts["findings"], key=attrgetter("publication_id", "pk"), default=None)
    return render(
        request,
        "strategies/strategy.html",
        {
            "page": "strategies",
            "strategy": version,
            "direction": next(
                (d for d in texts["directions"] if d.direction_id == version.direction_id), None
            ),
            "standings": [standings[line.code] for line in found[:SHOWN]],
            "total": len(found),
            "more": len(found) > SHOWN,
            "tally": tally(found, targets_only=False),
            "measures": sorted(texts["measures"], key=attrgetter("measure_id")),
            "statements": statements_of(texts, code),
            "initiatives": joined(
                sorted(texts["initiatives"], key=attrgetter("name_en")), texts["milestones"], moment.today
            ),
            "finding": finding,
            "confidence": Confidence(finding.confidence) if finding else None,
            "actions": sorted(texts["actions"], key=attrgetter("due_on", "pk")),
            "offices": {office.office_id: office for office in texts["offices"]},
            "sources": [source for source in texts["sources"] if source.source_id in version.sources],
        },
    )


def strategy_texts(number, code):
    """Everything beside figures that a strategy's page says."""
    initiatives = InitiativeVersion.objects.as_at(number).filter(strategy=code)
    return {
        "strategy": StrategyVersion.objects.filter(strategy=code).as_at(number),
        "directions": DirectionVersion.objects.as_at(number),
        "measures": MeasureVersion.objects.as_at(number).filter(strategy=code),
        "statements": StageStatementVersion.objects.as_at(number),
        "initiatives": initiatives,
        "milestones": MilestoneVersion.objects.as_at(number).filter(
            initiative__in=initiatives.values("initiative")
        ),
        "findings": Finding.objects.as_at(number).filter(strategy=code),
        "actions": ActionVersion.objects.as_at(number).filter(strategy=code),
        "offices": OfficeVersion.objects.as_at(number, or_first=True),
        "sources": SourceVersion.objects.as_at(number, or_first=True),
    }


def statements_of(texts, code):
    """What the stages are to bring of this strategy, or of the plan as a whole."""
    own = [s for s in texts["statements"] if str(code) in [str(n) for n in s.strategies]]
    return sorted(own, key=attrgetter("year", "stage_statement_id"))


def offices(number):
    return {o.office_id: o for o in OfficeVersion.objects.as_at(number, or_first=True)}


def with_milestones(moment, rows):
    return joined(rows, MilestoneVersion.objects.as_at(moment.number), moment.today)


def joined(initiatives, milestones, today):
    """Initiatives, each with its milestones in order of time and what the clock says of them."""
    under = defaultdict(list)
    for row in sorted(milestones, key=attrgetter("due_end", "milestone_id")):
        under[row.initiative_id].append({"row": row, "said": milestone_state(row, today)})
    return [{"initiative": row, "milestones": under[row.initiative_id]} for row in initiatives]


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
        strategies=StrategyVersion.objects.as_at(moment.number).order_by("number"),
        offices={code: office for code, office in named.items() if office.publication_id <= moment.number},
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
    version = standing_version(InitiativeVersion.objects.filter(initiative=code), moment)
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
