"""What stands around every page: the plan's name, the last publication, and where one is in time."""

from django.conf import settings
from django.urls import reverse
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
        "keeps_mails": settings.KEEPS_MAILS,
        "contact_email": settings.CONTACT_EMAIL,
        "foot_links": SimpleLazyObject(foot_links),
        "notice_links": SimpleLazyObject(notice_links),
    }


def foot_links():
    """(address, label) of the pages beside those in the head."""
    return links(
        {
            "calendar": _("Calendar"),
            "late": _("What is late"),
            "corrections": _("Corrections"),
            "committee:actions": _("Actions"),
            "compare": _("Compare"),
            "method": _("Method"),
            "verify": _("How to check our figures"),
            "feed": _("Feed (Atom)"),
            "subscribe": _("Publications by mail"),
        }
    )


def notice_links():
    """(address, label) of the pages about the site itself."""
    return links(
        {
            "notices": _("Important notices"),
            "privacy": _("Privacy"),
            "accessibility": _("Accessibility"),
            "sitemap": _("Site map"),
        }
    )


def links(labels):
    return [(reverse(name), label) for name, label in labels.items()]


def plan_at(moment):
    number = moment.number if moment else 2**31 - 1
    return PlanVersion.objects.as_at(number, or_first=True).first()
