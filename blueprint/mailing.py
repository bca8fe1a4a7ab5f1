"""Telling people of what was done: a notice in the deed's own transaction, a mail made of it a little later.

A mail never carries a figure, a comment or a title that is not public: names of indicators as the public knows them,
periods, links. indicators/letters.py writes them, blueprint/sending.py sends them.
"""

import datetime
from collections.abc import Iterable
from typing import Any

from .clock import HONG_KONG, database_now
from .models import Deputy, HowOften, Mail, MailPreference, Notice, Publication, Release, User
from .permissions import OFFICE_ROLES, Permission, Role
from .workflow import MOVES, can_move

Group = MailPreference.Group
# Told whatever somebody prefers: a person asks, or a promise to the public is broken.
ALWAYS = (Notice.Kind.ASKED, Notice.Kind.LATE)
GROUPS = {
    Notice.Kind.DUE: Group.DEADLINES,
    Notice.Kind.REMINDER: Group.DEADLINES,
    Notice.Kind.PUBLISHED: Group.PUBLISHED,
}
FIRST_CHOICE = {
    Group.DEADLINES: HowOften.DAILY,
    Group.WORK: HowOften.AT_ONCE,
    Group.PUBLISHED: HowOften.DAILY,
}
POST_AT = datetime.time(8, 30)


# --- telling ---------------------------------------------------------------------------------------------


def tell(
    kind: Notice.Kind,
    people: Iterable[User],
    *,
    key: str,
    release: Release | None = None,
    indicator: str = "",
    **detail: Any,
) -> None:
    """Call it inside the action's transaction. ``detail`` is JSON without figures or unpublished words.

    What letters know of it: ``period``, ``due_on``, ``publication``, ``path`` (the page that it leads to), and of people
    ``to``, ``absent``, ``deputy``, ``since``, ``until``, ``ended``.
    """
    now = database_now()
    about = {"kind": kind, "key": key, "release": release, "indicator": indicator, "detail": detail}
    told = sorted({person.pk for person in people if person.is_active})
    Notice.objects.bulk_create(
        [Notice(person_id=pk, created_at=now, **about) for pk in told], ignore_conflicts=True
    )


def tell_submitted(release: Release) -> None:
    tell(Notice.Kind.SUBMITTED, deciders(release), key=step(release), release=release)


def tell_returned(release: Release, *, by: User) -> None:
    """Not why: a reason may quote figures, and stands on the release's page."""
    people = without(hands_in(release), by)
    tell(Notice.Kind.RETURNED, people, key=step(release), release=release)


def tell_approved(release: Release, *, by: User) -> None:
    tell(Notice.Kind.APPROVED, without(hands_in(release), by), key=step(release), release=release)
    if release.publish_at is None:
        tell(Notice.Kind.APPROVED, publishers(), key=step(release), release=release, to_publish=True)


def tell_published(release: Release, publication: Publication, *, by: User | None) -> None:
    people = [*hands_in(release), release.approved_by]
    number = publication.number
    tell(Notice.Kind.PUBLISHED, without(people, by), key=step(release), release=release, publication=number)


def step(release: Release) -> str:
    """Of this release as it is now: submitted once more, it is told once more."""
    return f"{release.pk}:{release.version}"


# --- whom ------------------------------------------------------------------------------------------------


def hands_in(release: Release) -> list[User]:
    people = User.objects.filter(pk__in=release.contributors.values("user"), is_active=True)
    return list(people.order_by("pk"))


def deciders(release: Release) -> list[User]:
    """Who may approve it or return it: deputies too, as ``can_move`` knows of them."""
    people = User.objects.filter(is_active=True).order_by("pk")
    if release.track == Release.Track.OFFICE:
        people = people.filter(office=release.office_id)
    else:
        people = people.exclude(role__in=OFFICE_ROLES)
    move = MOVES["approve"]
    return [person for person in people if can_move(move, release, person)]


def publishers() -> list[User]:
    people = User.objects.filter(is_active=True, role=Role.PUBLISHER).order_by("pk")
    return Deputy.objects.people_acting_for(people, Permission.PUBLISH)


def without(people: Iterable[User], person: User | None) -> list[User]:
    """Nobody is told of their own deed."""
    return [one for one in people if person is None or one.pk != person.pk]


# --- how often -------------------------------------------------------------------------------------------


def group_of(kind: str) -> str:
    return GROUPS.get(Notice.Kind(kind), Group.WORK)


def preferences(people: Iterable[User]) -> dict[int, dict[str, str]]:
    """Person -> group -> how often."""
    found = {
        person.pk: {str(group): str(often) for group, often in FIRST_CHOICE.items()} for person in people
    }
    for row in MailPreference.objects.filter(person__in=found):
        found[row.person_id][row.group] = row.how_often
    return found


def how_often(notice: Notice, preferred: dict[str, str]) -> str:
    chosen = preferred[group_of(notice.kind)]
    if notice.kind in ALWAYS and chosen == HowOften.NEVER:
        return HowOften.DAILY
    return HowOften.AT_ONCE if notice.kind == Notice.Kind.ASKED else chosen


def last_post(now: datetime.datetime) -> datetime.datetime:
    """When the daily mail went last: 08:30 in Hong Kong, of today or of yesterday."""
    local = now.astimezone(HONG_KONG)
    today = datetime.datetime.combine(local.date(), POST_AT, HONG_KONG)
    return today if local >= today else today - datetime.timedelta(days=1)


# --- the outbox ------------------------------------------------------------------------------------------


def put_out(mails: Iterable[Mail], *, now: datetime.datetime) -> None:
    """Written with what they tell of, or not at all; written twice (by two processes) they are one."""
    ready = []
    for mail in mails:
        mail.created_at = mail.next_at = now
        ready.append(mail)
    Mail.objects.bulk_create(ready, ignore_conflicts=True, batch_size=500)
