"""The public side of the committee."""

from django.http import Http404
from django.shortcuts import render

from blueprint.models import PersonName, Publication
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
