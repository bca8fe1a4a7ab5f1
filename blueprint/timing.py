"""What the public was told about when a release comes: its moment, the calendar's, and each change of them."""

import datetime

from .clock import HONG_KONG
from .models import CalendarItemVersion, Release
from .nouns import spelled
from .publishing import Planned
from .wording import LANGUAGES

# A first moment only needs time for the approval; one that people already count on moves with more notice.
FIRST_NOTICE = datetime.timedelta(minutes=1)
MOVING_NOTICE = datetime.timedelta(hours=1)


def in_hong_kong(day: datetime.date, time: datetime.time) -> datetime.datetime:
    return datetime.datetime.combine(day, time, HONG_KONG).astimezone(datetime.UTC)


def item_of(release: Release, *, before: int | None = None) -> CalendarItemVersion | None:
    """What the calendar says now about the item that announces a release, or said before a publication."""
    rows = CalendarItemVersion.objects.filter(calendar_item=release.calendar_item_id)
    if before is not None:
        rows = rows.filter(publication__lt=before)
    return rows.order_by("-publication_id").first()


def announced_from(item: CalendarItemVersion) -> datetime.datetime:
    """The earliest moment that keeps what the calendar says."""
    return in_hong_kong(item.planned_on, item.planned_time or datetime.time())


def announced_until(item: CalendarItemVersion) -> datetime.datetime:
    """The last moment that keeps it: a day without a time is kept until its end."""
    return in_hong_kong(item.planned_on, item.planned_time or datetime.time(23, 59))


def planned_of(release: Release) -> Planned | None:
    """The moment a release was to come at, as the calendar says where it announces it, and how it was moved."""
    if release.publish_at is None:
        return None
    item = item_of(release)
    at = min(release.publish_at, announced_until(item)) if item else release.publish_at
    return Planned(at, announced_as=release.calendar_item_id, rescheduled=reschedulings_of(release))


def reschedulings_of(release: Release) -> list[dict]:
    return [
        {
            "from": spelled(row.from_at),
            "to": spelled(row.to_at),
            "reason": {name: text for name in LANGUAGES if (text := getattr(row, f"reason_{name}"))},
        }
        for row in release.reschedulings.filter(agreed=True)
    ]
