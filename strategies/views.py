"""Public pages of strategies and initiatives."""

from collections import Counter
from operator import attrgetter

from django.http import Http404
from django.shortcuts import render

from blueprint.answer import answer
from blueprint.marks import STATES
from blueprint.models import DirectionVersion, OfficeVersion, SourceVersion
from blueprint.moment import public
from blueprint.overview import directions_of
from blueprint.paging import paged
from blueprint.together import read_together
from blueprint.withdrawals import check_withdrawn, standing_version
from blueprint.wording import words
from committee.following import followed
from committee.models import ActionVersion, Confidence, Finding, MeetingVersion
from indicators.lines import lines, standings_of
from indicators.sparklines import sparks
from indicators.standings import names_of, tally

from . import timeline
from .filters import InitiativeFilterSet
from .milestones import steps_of, steps_with_history
from .models import (
    InitiativeVersion,
    MeasureVersion,
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
    strategies = sorted(texts["strategies"], key=attrgetter("number"))
    version = next((s for s in strategies if s.strategy_id == code), None)
    if version is None:
        check_withdrawn(StrategyVersion.objects.filter(strategy=code), moment)
        raise Http404
    found = lines(moment, strategies=Strategy.objects.filter(pk=code))
    standings = standings_of(moment, found[:SHOWN], names=texts)
    shown = [standings[line.code] for line in found[:SHOWN]]
    finding = max(texts["findings"], key=attrgetter("publication_id", "pk"), default=None)
    meetings = {meeting.meeting_id: meeting for meeting in texts["meetings"]}
    carried = joined(
        sorted(texts["initiatives"], key=lambda row: words(row, "name")), texts["milestones"], moment.today
    )
    place = strategies.index(version)
    return render(
        request,
        "strategies/strategy.html",
        {
            "page": "strategies",
            "strategy": version,
            "direction": next(
                (d for d in texts["directions"] if d.direction_id == version.direction_id), None
            ),
            "standings": shown,
            "sparks": sparks(moment, shown),
            "total": len(found),
            "more": len(found) > SHOWN,
            "tally": tally(found, targets_only=False),
            "answer": answer(tally(found)),
            "measures": sorted(texts["measures"], key=attrgetter("measure_id")),
            "statements": statements_of(texts, code),
            "initiatives": carried,
            "milestones": counted(step for item in carried for step in item["milestones"]),
            "finding": finding,
            "meeting": finding and meetings.get(finding.meeting_id),
            "confidence": Confidence(finding.confidence) if finding else None,
            "actions": followed(texts["actions"], meetings, moment.today),
            "meetings": meetings,
            "previous": strategies[place - 1] if place else None,
            "next": next(iter(strategies[place + 1 :]), None),
            "offices": {office.office_id: office for office in texts["offices"]},
            "sources": [source for source in texts["sources"] if source.source_id in version.sources],
        },
    )


def strategy_texts(number, code):
    """Everything beside figures that a strategy's page says."""
    initiatives = InitiativeVersion.objects.as_at(number).filter(strategy=code)
    return {
        "strategies": StrategyVersion.objects.as_at(number),
        "directions": DirectionVersion.objects.as_at(number),
        "measures": MeasureVersion.objects.as_at(number).filter(strategy=code),
        "statements": StageStatementVersion.objects.as_at(number),
        "initiatives": initiatives,
        "milestones": MilestoneVersion.objects.as_at(number).filter(
            initiative__in=initiatives.values("initiative")
        ),
        "findings": Finding.objects.as_at(number).filter(strategy=code),
        "actions": ActionVersion.objects.as_at(number).filter(strategy=code),
        "meetings": MeetingVersion.objects.as_at(number),
        "offices": OfficeVersion.objects.as_at(number, or_first=True),
        "sources": SourceVersion.objects.as_at(number, or_first=True),
    }


def statements_of(texts, code):
    """What the stages are to bring of this strategy, or of the plan as a whole."""
    own = [s for s in texts["statements"] if str(code) in [str(n) for n in s.strategies]]
    return sorted(own, key=attrgetter("year", "stage_statement_id"))


def counted(steps):
    """(state, how many milestones stand so), in the order of the table of states."""
    counts = Counter(step.state for step in steps)
    return [(state, counts[state]) for state in STATES if counts[state]]


def offices(number):
    return {o.office_id: o for o in OfficeVersion.objects.as_at(number, or_first=True)}


def with_milestones(moment, rows):
    return joined(rows, MilestoneVersion.objects.as_at(moment.number), moment.today)


def joined(initiatives, milestones, today):
    """Initiatives, each with its milestones in order of time and what the clock says of them. One query."""
    return [told(row, steps) for row, steps in each_with(initiatives, steps_of(milestones, today))]


def each_with(initiatives, steps):
    return [(row, steps.get(row.initiative_id, [])) for row in initiatives]


def told(initiative, steps):
    """An initiative with its milestones, how many are done, and the one to look at: the next, or else the last."""
    ahead = next((step for step in steps if step.state == "planned"), None)
    return {
        "initiative": initiative,
        "milestones": steps,
        "done": sum(step.done for step in steps),
        "next": ahead,
        "last": steps[-1] if steps and ahead is None else None,
    }


ON_A_PAGE = 40


@public
def initiatives(request):
    moment = request.moment
    number = moment.number
    rows = InitiativeVersion.objects.as_at(number)
    texts = read_together(
        initiatives=rows,
        milestones=MilestoneVersion.objects.as_at(number),
        strategies=StrategyVersion.objects.as_at(number),
        offices=OfficeVersion.objects.as_at(number, or_first=True),
    )
    everything = joined(texts["initiatives"], texts["milestones"], moment.today)
    strategies = sorted(texts["strategies"], key=attrgetter("number"))
    named = {office.office_id: office for office in sorted(texts["offices"], key=attrgetter("office_id"))}
    used = {row.office_id for row in texts["initiatives"]}
    chosen = InitiativeFilterSet(
        request.GET,
        rows,
        strategies=strategies,
        offices={code: office for code, office in named.items() if code in used},
    )
    return render(
        request,
        "strategies/initiatives.html",
        {
            "page": "initiatives",
            "filter": chosen,
            "total": len(everything),
            "strategies": {strategy.strategy_id: strategy for strategy in strategies},
            "offices": named,
            **paged(request, chosen.chosen(everything), ON_A_PAGE),
        },
    )


@public
def initiative(request, code):
    moment = request.moment
    version = standing_version(InitiativeVersion.objects.filter(initiative=code), moment)
    number = moment.number
    own = MilestoneVersion.objects.as_at(number).filter(initiative=code).values("milestone")
    texts = read_together(
        strategies=StrategyVersion.objects.filter(strategy=version.strategy_id).as_at(number),
        offices=OfficeVersion.objects.filter(office=version.office_id).as_at(number, or_first=True),
        sources=SourceVersion.objects.filter(source__in=version.sources).as_at(number, or_first=True),
        milestones=MilestoneVersion.objects.filter(milestone__in=own, publication__lte=number),
    )
    steps = steps_with_history(texts["milestones"], moment.today, number)
    return render(
        request,
        "strategies/initiative.html",
        {
            "page": "initiatives",
            "initiative": version,
            "steps": steps,
            "past": sum(step.ends < moment.today for step in steps),
            "counts": counted(steps),
            "line": timeline.draw(steps, moment.today),
            "strategy": next(iter(texts["strategies"]), None),
            "office": next(iter(texts["offices"]), None),
            "sources": texts["sources"],
        },
    )
