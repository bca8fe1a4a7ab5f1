"""What the calendar announced, how it was moved, and what became of it by a moment of the clock."""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.utils.translation import ngettext

from .clock import HONG_KONG
from .models import CalendarItemVersion, OfficeVersion, Publication
from .moment import Moment
from .timing import announced_from, announced_until
from .wording import Wording, wording, words


class Outcome(StrEnum):
    ANNOUNCED = "announced"
    DELAYED = "delayed"
    PUBLISHED = "published"
    CALLED_OFF = "called_off"


@dataclass(frozen=True)
class Move:
    """A change of what was announced: the version before, the one after, and the publication that made it."""

    before: Any
    after: Any
    publication: Publication

    @property
    def reason(self) -> Wording:
        return reason_of(self.publication)


@dataclass(frozen=True)
class Announcement:
    """One item of the calendar as at a moment. ``versions``: all it said by then, the oldest first."""

    versions: tuple[Any, ...]
    publication: Publication | None
    office: Any
    now: datetime.datetime

    @property
    def item(self) -> Any:
        return self.versions[-1]

    @property
    def code(self) -> str:
        return str(self.item.calendar_item_id)

    @property
    def outcome(self) -> Outcome:
        if self.publication is not None:
            return Outcome.PUBLISHED
        if self.item.called_off:
            return Outcome.CALLED_OFF
        # A day without a time is kept until its end.
        return Outcome.DELAYED if announced_until(self.item) < self.now else Outcome.ANNOUNCED

    @property
    def over(self) -> bool:
        return self.outcome in (Outcome.PUBLISHED, Outcome.CALLED_OFF)

    @property
    def at(self) -> datetime.datetime:
        return announced_from(self.item)

    @cached_property
    def moves(self) -> list[Move]:
        """Each change of its day or time, and its being called off; the newest first."""
        pairs = zip(self.versions, self.versions[1:], strict=False)
        return [Move(old, new, new.publication) for old, new in pairs if announced(old) != announced(new)][
            ::-1
        ]

    @property
    def calling_off(self) -> Wording | None:
        """Why it was called off."""
        return next((move.reason for move in self.moves if move.after.called_off), None)

    @property
    def late_by(self) -> str:
        late = self.publication.late_by if self.publication else None
        return duration(late) if late else ""


def announced(version: Any) -> tuple:
    return version.planned_on, version.planned_time, version.called_off


def reason_of(publication: Publication) -> Wording:
    """Its notes, which are in three languages, or else its reason."""
    notes = wording(publication, "notes")
    return notes if notes.text else Wording(publication.reason, notes.language, fallback=False, ours=False)


def clock_of(moment: Moment) -> datetime.datetime:
    """The moment of the clock by which a page is judged: now, the end of a past day, or a publication's own."""
    now = datetime.datetime.now(datetime.UTC)
    if not moment.past:
        return now
    if moment.by_date or moment.publication is None:
        end = datetime.datetime.combine(moment.today, datetime.time(23, 59, 59), HONG_KONG)
        return min(now, end.astimezone(datetime.UTC))
    return moment.publication.recorded_at


def announcements(moment: Moment) -> list[Announcement]:
    """Every item of the calendar at a moment, soonest first. Three queries, and one for the offices."""
    versions = defaultdict(list)
    rows = CalendarItemVersion.objects.filter(publication__lte=moment.number).select_related("publication")
    for row in rows.defer("publication__leaf", "publication__tree_nodes").order_by("publication_id"):
        versions[row.calendar_item_id].append(row)
    publications = published_as(moment, versions.keys())
    offices = {o.office_id: o for o in OfficeVersion.objects.as_at(moment.number, or_first=True)}
    now = clock_of(moment)
    found = [
        Announcement(tuple(own), publications.get(code), offices.get(own[-1].office_id), now)
        for code, own in versions.items()
        if not own[-1].withdrawn
    ]
    return sorted(found, key=lambda each: (each.at, each.code))


def published_as(moment: Moment, codes: Any) -> dict[str, Publication]:
    """Calendar item -> the first publication that it announced."""
    rows = Publication.objects.filter(calendar_item__in=codes, number__lte=moment.number)
    return {row.calendar_item_id: row for row in rows.defer("leaf", "tree_nodes").order_by("-number")}


def duration(length: datetime.timedelta) -> str:
    """How long something took, in the largest unit that says it well."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 120:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    if minutes < 48 * 60:
        return ngettext("%(n)s hour", "%(n)s hours", minutes // 60) % {"n": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


# The calendar as a file that calendars of others subscribe to


def events(found: list[Announcement], *, host: str, link: Any) -> Iterator[dict[str, Any]]:
    """(property -> value) of each item. ``link`` gives the address of a path on this site."""
    for each in found:
        item, last = each.item, each.versions[-1].publication
        begins = each.at if item.planned_time else item.planned_on
        said = described(each)
        yield {
            "uid": f"calendar-{each.code}@{host}",
            "dtstamp": last.recorded_at.replace(microsecond=0),
            "last-modified": last.recorded_at.replace(microsecond=0),
            "sequence": len(each.versions) - 1,
            "summary": words(item, "title"),
            "dtstart": begins,
            "dtend": begins + datetime.timedelta(minutes=15)
            if item.planned_time
            else begins + datetime.timedelta(1),
            "status": "CANCELLED" if item.called_off and each.publication is None else "CONFIRMED",
            **({"description": said} if said else {}),
            "url": link(each),
            "transp": "TRANSPARENT",
        }


def described(each: Announcement) -> str:
    said = [words(each.office, "name"), *(move.reason.text for move in each.moves)]
    return "\n".join(text for text in said if text)
