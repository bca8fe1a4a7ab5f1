"""The public side of the committee."""

from operator import attrgetter

from django.http import Http404
from django.shortcuts import render

from blueprint.models import OfficeVersion, PersonName, Publication, SourceVersion
from blueprint.moment import public
from blueprint.paging import paged
from blueprint.together import read_together
from blueprint.withdrawals import check_withdrawn
from strategies.models import StrategyVersion

from .filters import ActionFilterSet
from .following import counts, followed
from .models import (
    ActionVersion,
    CommitteeVersion,
    Confidence,
    Finding,
    MeetingVersion,
    SeatKind,
    SeatVersion,
)

ON_A_PAGE = 40


@public
def committee(request):
    moment = request.moment
    number = moment.number
    seats = SeatVersion.objects.as_at(number).order_by("number")
    context = texts_beside(number)
    meetings = context.pop("meetings")
    return render(
        request,
        "committee/committee.html",
        {
            "page": "committee",
            "committee": CommitteeVersion.objects.as_at(number).first(),
            "seats": seats_by_kind(seats),
            "meetings": sorted(meetings.values(), key=attrgetter("held_on", "number"), reverse=True),
            "findings": findings_of(number, strategies=context["strategies"]),
            "counts": counts(followed(ActionVersion.objects.as_at(number), meetings, moment.today)),
            "offices": context["offices"],
        },
    )


def seats_by_kind(seats):
    """(kind in words, seats of it with their holders' names), chair first."""
    named = with_names(seats)
    return [
        (kind.label, [s for s in named if s.kind == kind])
        for kind in SeatKind
        if any(s.kind == kind for s in named)
    ]


def with_names(seats):
    """Put each holder's name where the public row keeps its commitment. A blanked name stays blank."""
    seats = list(seats)
    fields = ("holder_en", "holder_zh_hant", "holder_zh_hans")
    commitments = {getattr(seat, field) for seat in seats for field in fields} - {""}
    names = dict(PersonName.objects.filter(commitment__in=commitments).values_list("commitment", "name"))
    for seat in seats:
        for field in fields:
            setattr(seat, field, names.get(getattr(seat, field), ""))
    return seats


def findings_of(number, *, strategies, **of):
    """Newest first, in the order of their strategies, each with that strategy and the rating in words."""
    rows = list(Finding.objects.as_at(number).filter(**of).order_by("-agreed_on", "strategy"))
    corrected = corrections_of(rows)
    return [
        {
            "finding": row,
            "strategy": strategies.get(row.strategy_id),
            "confidence": Confidence(row.confidence),
            "correction": corrected.get(row.pk),
        }
        for row in rows
    ]


def corrections_of(findings):
    """Of each finding that replaced another: what was said before, and the publication that says why. Two queries."""
    keys = {(row.meeting_id, row.strategy_id): row for row in findings}
    meetings = {meeting for meeting, _strategy in keys}
    before = {}
    for row in Finding.objects.filter(meeting__in=meetings).order_by("publication_id"):
        after = keys.get((row.meeting_id, row.strategy_id))
        if after is not None and row.publication_id < after.publication_id:
            before[after.pk] = row
    made_by = Publication.objects.defer("leaf", "tree_nodes").in_bulk(
        {row.publication_id for row in findings if row.pk in before}
    )
    return {
        row.pk: {
            "before": before[row.pk],
            "confidence": Confidence(before[row.pk].confidence),
            "publication": made_by[row.publication_id],
        }
        for row in findings
        if row.pk in before
    }


@public
def meeting(request, number):
    moment = request.moment
    rows = MeetingVersion.objects.as_at(moment.number)
    meetings = sorted(rows, key=lambda row: (row.number, row.example))
    # A meeting of record comes before an example of the same number.
    version = next((row for row in meetings if row.number == number), None)
    if version is None:
        check_withdrawn(MeetingVersion.objects.filter(number=number, example=False), moment)
        raise Http404
    actions = ActionVersion.objects.as_at(moment.number).filter(meeting=version.meeting_id)
    context = texts_beside(moment.number)
    return render(
        request,
        "committee/meeting.html",
        {
            "page": "committee",
            "meeting": version,
            "findings": findings_of(
                moment.number, strategies=context["strategies"], meeting=version.meeting_id
            ),
            "actions": followed(actions, {version.meeting_id: version}, moment.today),
            "previous": last_before(meetings, number),
            "next": next((row for row in meetings if row.number > number), None),
            **context,
            "sources": [s for s in context["sources"] if s.source_id in version.sources],
        },
    )


def last_before(meetings, number):
    return next((row for row in reversed(meetings) if row.number < number), None)


def texts_beside(number):
    """Names of what findings and actions refer to. One query."""
    texts = read_together(
        strategies=StrategyVersion.objects.as_at(number, or_first=True),
        offices=OfficeVersion.objects.as_at(number, or_first=True),
        sources=SourceVersion.objects.as_at(number, or_first=True),
        meetings=MeetingVersion.objects.as_at(number),
    )
    strategies = sorted(texts["strategies"], key=attrgetter("number"))
    return {
        "strategies": {strategy.strategy_id: strategy for strategy in strategies},
        "offices": {
            office.office_id: office for office in sorted(texts["offices"], key=attrgetter("office_id"))
        },
        "sources": texts["sources"],
        "meetings": {meeting.meeting_id: meeting for meeting in texts["meetings"]},
    }


@public
def actions(request):
    moment = request.moment
    context = texts_beside(moment.number)
    everything = followed(ActionVersion.objects.as_at(moment.number), context["meetings"], moment.today)
    chosen = ActionFilterSet(
        request.GET,
        everything,
        strategies=used(context["strategies"], {each.action.strategy_id for each in everything}),
        offices=used(context["offices"], {each.action.office_id for each in everything}),
    )
    return render(
        request,
        "committee/actions.html",
        {
            "page": "committee",
            "filter": chosen,
            "total": len(everything),
            "counts": counts(everything),
            **context,
            **paged(request, chosen.chosen, ON_A_PAGE),
        },
    )


def used(named, codes):
    return {code: version for code, version in named.items() if code in codes}
