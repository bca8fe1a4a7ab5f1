"""What stands around every page: the plan's name, the last publication, and where one is in time."""

from contextlib import suppress

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from .models import PlanVersion


def frame(request):
    """Only what a page asks for is read: error pages and the admin ask for nothing."""
    moment = getattr(request, "moment", None)
    return {
        "plan": SimpleLazyObject(lambda: plan_at(moment)),
        "moment": moment,
        "site_url": settings.SITE_URL,
        "demo": settings.DEMO,
        "foot_links": SimpleLazyObject(foot_links),
    }


def foot_links():
    """(address, label) of the pages about the site itself."""
    labels = {
        "calendar": _("Calendar"),
        "feed": _("Feed (Atom)"),
        "corrections": _("Corrections"),
        "verify": _("How to check our figures"),
    }
    found = []
    for name, label in labels.items():
        with suppress(NoReverseMatch):
            found.append((reverse(name), label))
    return found


def plan_at(moment):
    number = moment.number if moment else 2**31 - 1
    return PlanVersion.objects.as_at(number, or_first=True).first()
