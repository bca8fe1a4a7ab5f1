"""The public side of the committee."""

from django.http import Http404
from django.shortcuts import render

from blueprint.models import PersonName
from blueprint.moment import public
from blueprint.withdrawals import check_withdrawn
from strategies.models import StrategyVersion

from .models import (
    ActionVersion,
    CommitteeVersion,
    Confidence,
    Finding,
    MeetingVersion,
    SeatKind,
    SeatVersion,
)


@public
def committee(request):
    number = request.moment.number
    seats = SeatVersion.objects.as_at(number).order_by("number")
    findings = findings_of(number)
    return render(
        request,
        "committee/committee.html",
        {
            "page": "committee",
            "committee": CommitteeVersion.objects.as_at(number).first(),
            "seats": seats_by_kind(seats),
            "meetings": MeetingVersion.objects.as_at(number).order_by("-held_on"),
            "findings": findings,
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


def findings_of(number, **of):
    """Findings in the order of their strategies, each with that strategy and the rating in words."""
    strategies = {s.strategy_id: s for s in StrategyVersion.objects.as_at(number)}
    rows = Finding.objects.as_at(number).filter(**of).order_by("-agreed_on", "strategy")
    return [
        {
            "finding": row,
            "strategy": strategies.get(row.strategy_id),
            "confidence": Confidence(row.confidence),
        }
        for row in rows
    ]


@public
def meeting(request, number):
    moment = request.moment
    version = MeetingVersion.objects.as_at(moment.number).filter(number=number, example=False).first()
    if version is None:
        check_withdrawn(MeetingVersion.objects.filter(number=number, example=False), moment)
        raise Http404
    return render(
        request,
        "committee/meeting.html",
        {
            "page": "committee",
            "meeting": version,
            "findings": findings_of(moment.number, meeting=version.meeting_id),
            "actions": ActionVersion.objects.as_at(moment.number).filter(meeting=version.meeting_id),
        },
    )
