"""What stands around every page: the plan's name, the last publication, and where one is in time."""

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from .models import PlanVersion


def frame(request):
    """Only what a page asks for is read: error pages and the admin ask for nothing."""
    moment = getattr(request, "moment", None)
    return {
        "plan": SimpleLazyObject(lambda: plan_at(moment)),
        "moment": moment,
        "site_url": settings.SITE_URL,
        "demo": settings.DEMO,
    }


def plan_at(moment):
    number = moment.number if moment else 2**31 - 1
    return PlanVersion.objects.as_at(number, or_first=True).first()
