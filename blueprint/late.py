"""What is late by the clock, by office: figures whose day has passed, and milestones that were promised here.

What was loaded from past reports was not promised here. It is listed apart, as what nobody has reported on since.
"""

from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.shortcuts import render

from indicators.lines import Line, lines, standings_of
from indicators.standings import Standing, names_of
from strategies.milestones import Step, steps_of
from strategies.models import InitiativeVersion, MilestoneVersion

from .models import OfficeVersion
from .moment import Moment, public
from .overview import late as overdue_among
from .paging import paged
from .together import read_together

FIGURES_A_PAGE = 100


class OfOffice(NamedTuple):
    office: Any  # its version, or None where its name was never published
    found: list


class Passed(NamedTuple):
    """A milestone whose date has passed, with its initiative."""

    initiative: Any
    step: Step


@public
def late(request):
    moment = request.moment
    overdue = sorted(overdue_among(moment, lines(moment)), key=attrgetter("office"))
    page = paged(request, overdue, FIGURES_A_PAGE)
    texts = read_together(**names_of(moment), **texts_of(moment))
    offices = {office.office_id: office for office in texts["offices"]}
    passed = passed_milestones(texts, moment)
    unreported = [each for each in passed if each.step.state == "not_reported"]
    return render(
        request,
        "blueprint/late.html",
        {
            "page": "late",
            "overdue": by_office(figures(moment, page["part"], texts), offices),
            "overdue_count": len(overdue),
            "late": by_office([each for each in passed if each.step.state == "late"], offices),
            "unreported": by_office(unreported, offices),
            "unreported_count": len(unreported),
            **page,
        },
    )


def texts_of(moment: Moment) -> dict[str, Any]:
    return {
        "offices": OfficeVersion.objects.as_at(moment.number, or_first=True),
        "initiatives": InitiativeVersion.objects.as_at(moment.number),
        "milestones": MilestoneVersion.objects.as_at(moment.number),
    }


def figures(moment: Moment, overdue: list[Line], texts: dict[str, list]) -> list[Standing]:
    standings = standings_of(moment, overdue, names=texts)
    return [standings[line.code] for line in overdue]


def passed_milestones(texts: dict[str, list], moment: Moment) -> list[Passed]:
    """Those that are not done and whose date has passed, longest ago first."""
    initiatives = {row.initiative_id: row for row in texts["initiatives"]}
    found = [
        Passed(initiatives[code], step)
        for code, steps in steps_of(texts["milestones"], moment.today).items()
        for step in steps
        if code in initiatives and step.state in ("late", "not_reported")
    ]
    return sorted(found, key=lambda each: (each.step.ends, each.step.row.milestone_id))


def by_office(found: list, offices: dict[str, Any]) -> list[OfOffice]:
    def office_of(each: Any) -> str:
        return str((each.initiative if isinstance(each, Passed) else each.indicator).office_id)

    return [
        OfOffice(offices.get(code), list(own))
        for code, own in groupby(sorted(found, key=office_of), office_of)
    ]
