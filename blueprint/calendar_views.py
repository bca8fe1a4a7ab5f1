"""The calendar: what is announced, what is due, and what became of what was announced. As a page and as a file.

What it says depends on the time of day, so nobody keeps it without asking again.
"""

import icalendar
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from indicators.standings import standings

from .announcements import Outcome, announcements, events
from .moment import public
from .overview import due_next
from .paging import paged

NOT_KEPT = "no-cache"


@public
def calendar(request):
    moment = request.moment
    found = announcements(moment)
    past = [each for each in reversed(found) if each.over]
    response = render(
        request,
        "blueprint/calendar.html",
        {
            "page": "calendar",
            "delayed": [each for each in found if each.outcome is Outcome.DELAYED],
            "announced": [each for each in found if each.outcome is Outcome.ANNOUNCED],
            "due": due_next(moment, standings(moment)),
            "any_past": bool(past),
            **paged(request, past, 40),
        },
    )
    response["Cache-Control"] = NOT_KEPT
    return response


@public
def calendar_file(request):
    """What is and was announced, for a calendar program to follow. Times are in UTC, so no zone can be misread."""
    made = icalendar.Calendar()
    made.add("prodid", f"-//{settings.SITE_HOST}//Blueprint progress//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _("Blueprint progress"))
    made.add("x-wr-timezone", "Asia/Hong_Kong")
    for properties in events(announcements(request.moment), host=settings.SITE_HOST, link=page_of):
        event = icalendar.Event()
        for name, value in properties.items():
            event.add(name, value)
        made.add_component(event)
    response = HttpResponse(made.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="calendar.ics"'
    response["Cache-Control"] = NOT_KEPT
    return response


def page_of(announcement):
    if announcement.publication:
        return settings.SITE_URL + announcement.publication.get_absolute_url()
    return f"{settings.SITE_URL}{reverse('calendar')}#item-{announcement.code}"
