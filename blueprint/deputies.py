"""Absence: who acts in whose place, for how long, and who may say so. Each verb is one transaction."""

import datetime
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from .audit import record, record_refusal
from .clock import HONG_KONG, database_now
from .mailing import tell
from .models import Deputy, Notice, User
from .models.deputy import LONGEST
from .permissions import DEPUTIES, LENT, Role, may_stand_in
from .refusals import Refused


def name_deputy(
    *,
    absent: User,
    deputy: User,
    from_day: datetime.date,
    last_day: datetime.date,
    reason: str,
    by: User,
) -> Deputy:
    """Let one person act in another's place from the beginning of a day to the end of another, in Hong Kong."""

    def name() -> Deputy:
        check_may_name(absent, by=by)
        from_at, until_at = start_of(from_day), start_of(last_day + datetime.timedelta(days=1))
        # Two who name deputies for one person at once come one after the other.
        User.objects.select_for_update().get(pk=absent.pk)
        check_pair(absent, deputy)
        check_days(from_at, until_at)
        check_free(absent, deputy, from_at, until_at)
        if not reason.strip():
            raise Refused(_("Say why, as in: on leave."))
        row = Deputy.objects.create(
            absent=absent,
            deputy=deputy,
            from_at=from_at,
            until_at=until_at,
            reason=reason.strip(),
            set_by=by,
            set_at=database_now(),
        )
        record_deputy("name_deputy", row, by=by, note=row.reason)
        tell_both(row, by=by, key=f"deputy:{row.pk}")
        return row

    return recorded("name_deputy", name, by=by, subject=absent.name)


def end_deputy(row: Deputy, *, by: User) -> None:
    """End it before its time. The deputy may do so too: nobody acts for another against their will."""

    def end() -> None:
        if by.pk != row.deputy_id:
            check_may_name(row.absent, by=by)
        now = database_now()
        open_rows = Deputy.objects.filter(pk=row.pk, ended_at=None, until_at__gt=now)
        if not open_rows.update(ended_by=by, ended_at=now):
            raise Refused(_("This is over already."))
        record_deputy("end_deputy", row, by=by)
        tell_both(row, by=by, key=f"deputy:{row.pk}:ended", ended=True)

    recorded("end_deputy", end, by=by, subject=row.absent.name)


def recorded(verb: str, action: Callable[[], Any], *, by: User, subject: str) -> Any:
    """Run an action in one transaction and, if it is refused, record that after the rollback."""
    try:
        with transaction.atomic():
            return action()
    except Refused as refusal:
        record_refusal(verb, by=by, subject=subject, reason=str(refusal))
        raise


def record_deputy(verb: str, row: Deputy, *, by: User, **detail: Any) -> None:
    days = {"from": row.from_at.isoformat(), "until": row.until_at.isoformat()}
    said = {"absent": row.absent_id, "deputy": row.deputy_id, "person": row.deputy.name}
    record(verb, by=by, subject=row.absent.name, **days, **said, **detail)


def tell_both(row: Deputy, *, by: User, key: str, **detail: Any) -> None:
    days = {
        "since": row.first_day.isoformat(),
        "until": row.last_day.isoformat(),
    }
    people = [person for person in (row.deputy, row.absent) if person.pk != by.pk]
    names = {"absent": row.absent.name, "deputy": row.deputy.name}
    for person in people:
        with override(person.language):
            path = reverse("desk:absence")
        tell(Notice.Kind.DEPUTY, [person], key=key, path=path, **names, **days, **detail)


# --- what may be -----------------------------------------------------------------------------------------


def may_name_for(absent: User, user: User) -> bool:
    """Everybody for themselves, a head for the people of the office, a publisher for the publishers.

    By one's own role alone: a deputy names no deputies.
    """
    if not user.is_active or absent.role not in LENT:
        return False
    of_office = user.role == Role.HEAD and absent.office_id == user.office_id
    of_publishers = user.role == absent.role == Role.PUBLISHER
    return absent.pk == user.pk or of_office or of_publishers


def check_may_name(absent: User, *, by: User) -> None:
    if not may_name_for(absent, by):
        raise Refused(_("You name a deputy for yourself, and as head of an office for its people."))


def check_pair(absent: User, deputy: User) -> None:
    if not may_stand_in(deputy, absent):
        raise Refused(
            _(
                "A deputy is another person of the same office; for a publisher, another publisher or a head of office."
            )
        )


def check_days(from_at: datetime.datetime, until_at: datetime.datetime) -> None:
    if until_at <= from_at:
        raise Refused(_("The last day comes before the first."))
    if until_at <= database_now():
        raise Refused(_("The last day is over already."))
    if until_at - from_at > LONGEST:
        days = LONGEST.days
        said = ngettext("At most %(days)s day at a time.", "At most %(days)s days at a time.", days)
        raise Refused(said % {"days": days})


def check_free(absent: User, deputy: User, from_at: datetime.datetime, until_at: datetime.datetime) -> None:
    """One deputy at a time, and nobody who is away then: what was lent is not lent on."""
    meanwhile = Deputy.objects.not_over().filter(from_at__lt=until_at, until_at__gt=from_at)
    if other := meanwhile.filter(absent=absent).select_related("deputy").first():
        raise Refused(
            _("%(name)s is deputy in these days already. End that first.") % {"name": other.deputy.name}
        )
    if meanwhile.filter(absent=deputy).exists():
        raise Refused(_("%(name)s is away in these days too.") % {"name": deputy.name})


def start_of(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), HONG_KONG).astimezone(datetime.UTC)


# --- who there is ----------------------------------------------------------------------------------------


def people_one_may_name_for(user: User) -> Any:
    """The person first, then those of the office, or the other publishers."""
    people = User.objects.filter(is_active=True, role__in=LENT)
    if user.role == Role.HEAD:
        return people.filter(office=user.office_id).order_by("name", "pk")
    if user.role == Role.PUBLISHER:
        return people.filter(role=Role.PUBLISHER).order_by("name", "pk")
    return people.filter(pk=user.pk)


def possible_deputies(user: User) -> Any:
    """Everybody who could act for one of those; whether for the one chosen is asked again with the name."""
    people = User.objects.filter(is_active=True, role__in=DEPUTIES.get(user.role, ()))
    own = people if user.role == Role.PUBLISHER else people.filter(office=user.office_id)
    return own.order_by("name", "pk")
