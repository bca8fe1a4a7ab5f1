"""Who is told of a figure that is due: a month before, a week before while it is missing, and once it is late."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from blueprint.clock import hong_kong_date
from blueprint.mailing import tell
from blueprint.models import Deputy, Notice, Release, User
from blueprint.moment import Moment, head_moment
from blueprint.permissions import Permission, Role
from blueprint.workflow import State

from .assignments import assignees, officials_of
from .models import EvidenceEntry, ObservationEntry
from .standings import Standing, standings

A_WEEK = datetime.timedelta(days=7)
Kind = Notice.Kind


def send_reminders(*, now: datetime.datetime) -> int:
    """Told once of each period, however often and by however many processes this is run. How many notices are new."""
    today = hong_kong_date(now)
    head = head_moment()
    found = standings(Moment(head.number, today, head.publication))
    asked = [(kind, one) for one in found if (kind := kind_on(one, today))]
    missing = not_handed_in([one for _kind, one in asked])
    people = people_of(missing)
    before = Notice.objects.count()
    for kind, one in asked:
        if one.code in missing:
            tell_about(kind, one, people)
    return Notice.objects.count() - before


def kind_on(standing: Standing, today: datetime.date) -> Notice.Kind | None:
    """What there is to say on a day. Of a figure that turns up late in the month only the more urgent."""
    fresh = standing.freshness
    if fresh.state == "overdue":
        return Kind.LATE
    if fresh.state == "due":
        return Kind.REMINDER if fresh.due_on - today <= A_WEEK else Kind.DUE
    return None


def not_handed_in(asked: Iterable[Standing]) -> dict[str, Standing]:
    """Those of which no figure for the period waits for a decision or for its moment."""
    wanted = {one.code: one for one in asked}
    waiting = Release.objects.in_state(State.SUBMITTED, State.APPROVED)
    for entry in (ObservationEntry, EvidenceEntry):
        rows = entry.objects.filter(indicator__in=list(wanted), release__in=waiting)
        for code, period in rows.values_list("indicator_id", "period"):
            if code in wanted and str(wanted[code].freshness.period) == period:
                del wanted[code]
    return wanted


def people_of(missing: dict[str, Standing]) -> dict[str, list[User]]:
    """Indicator -> whoever looks after it, else all officials of its office; and whoever stands in for them."""
    assigned = assignees(missing)
    offices = {one.indicator.office_id for one in missing.values()}
    officials = {office: [p for p in officials_of(office) if p.role == Role.OFFICIAL] for office in offices}
    found = {}
    for code, one in missing.items():
        office, person = one.indicator.office_id, assigned.get(code)
        own = [person] if person and person.office_id == office else officials[office]
        found[code] = with_deputies(own)
    return found


def with_deputies(people: list[User]) -> list[User]:
    """Whoever enters figures in the place of one of them today is told beside them."""
    return Deputy.objects.people_acting_for(people, Permission.ENTER_FIGURES)


def tell_about(kind: Notice.Kind, one: Standing, people: dict[str, list[User]]) -> None:
    about: dict[str, Any] = {
        "key": f"{one.code}:{one.freshness.period}",
        "indicator": one.code,
        "period": str(one.freshness.period),
        "due_on": one.freshness.due_on.isoformat(),
    }
    with transaction.atomic():
        tell(kind, people[one.code], **about)
        if kind == Kind.LATE:
            tell(kind, heads_of(one.indicator.office_id), copy=True, **about)


def heads_of(office: str) -> list[User]:
    return list(User.objects.filter(office=office, role=Role.HEAD, is_active=True).order_by("pk"))
