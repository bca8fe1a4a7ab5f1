"""What a head of office does with who has what: gives indicators to people, and reminds of what is late."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from blueprint.audit import record, record_refusal
from blueprint.clock import database_now, hong_kong_date
from blueprint.mailing import tell
from blueprint.models import Notice, User
from blueprint.permissions import Permission
from blueprint.refusals import Refused

from .assignments import assignees, officials_of
from .models import Assignment


class AssignedMeanwhile(Refused):
    """Somebody else set it since the page was opened. ``held``: indicator -> who has it now."""

    def __init__(self, held: Mapping[str, User | None]) -> None:
        super().__init__(
            _("Somebody else changed who has what since you opened this page. Nothing of yours was stored.")
        )
        self.held = held


@dataclass(frozen=True)
class Asked:
    """What the head wants of one indicator: whom the page showed as having it, and who shall."""

    indicator: str
    was: int | None
    to: int | None


def assign(wanted: Iterable[Asked], *, office: str, by: User) -> int:
    """Give indicators of an office to its people, all or none; tells how many changed hands.

    What is as wanted already is left alone, so the same form may be sent twice.
    """
    asked = [one for one in wanted if one.was != one.to]
    try:
        with transaction.atomic():
            people = held_still(office)
            check_assigning(by, office)
            held = assignees([one.indicator for one in asked])
            changed = [one for one in asked if number_of(held.get(one.indicator), people) != one.to]
            check_unchanged(changed, held, people)
            for one in changed:
                give(one.indicator, held.get(one.indicator), people.get(one.to), by=by)
    except Refused as refusal:
        record_refusal("assign", by=by, subject=office, reason=str(refusal))
        raise
    return len(changed)


def held_still(office: str) -> dict[int | None, User]:
    """The office's people, locked: of two who assign or remind at the same moment one waits for the other."""
    list(User.objects.select_for_update().filter(office=office).order_by("pk").values_list("pk"))
    return {person.pk: person for person in officials_of(office)}


def check_assigning(by: User, office: str) -> None:
    if not by.may(Permission.ASSIGN_WORK) or by.office_id != office:
        raise Refused(_("Who has what is set by the head of the office."))


def check_unchanged(
    changed: list[Asked], held: Mapping[str, User], people: Mapping[int | None, User]
) -> None:
    if any(one.to is not None and one.to not in people for one in changed):
        raise Refused(_("An indicator can be given only to somebody of the office who may enter figures."))
    moved = {
        one.indicator: held.get(one.indicator)
        for one in changed
        if one.was != number_of(held.get(one.indicator), people)
    }
    if moved:
        raise AssignedMeanwhile(moved)


def number_of(person: User | None, people: Mapping[int | None, User]) -> int | None:
    """Somebody who left the office does not hold its indicators any more."""
    return person.pk if person and person.pk in people else None


def give(indicator: str, before: User | None, to: User | None, *, by: User) -> None:
    if to is None:
        Assignment.objects.filter(indicator=indicator).delete()
    else:
        Assignment.objects.update_or_create(
            indicator_id=indicator, defaults={"official": to, "set_by": by, "set_at": database_now()}
        )
    event = record("assign", by=by, subject=indicator, to=to and to.pk, before=before and before.pk)
    told = {person for person in (before, to) if person and person != by}
    tell(
        Notice.Kind.REASSIGNED,
        told,
        key=f"{indicator}:{event.pk}",
        indicator=indicator,
        to=to.name if to else "",
    )


def remind(late: Iterable[str], *, office: str, to: User | None, by: User) -> int:
    """Ask the person (or all officials, of what nobody has) for what is late; once a day for each indicator.

    Tells of how many indicators somebody was reminded who had not been today.
    """
    with transaction.atomic():
        people = held_still(office)
        check_assigning(by, office)
        asked = [to] if to else list(people.values())
        day = hong_kong_date(database_now()).isoformat()
        told = already_reminded(late, day)
        return sum(remind_of(code, asked, day, told, by=by) for code in late)


def remind_of(indicator: str, asked: list[User], day: str, told: set[tuple], *, by: User) -> bool:
    """Whether anybody is reminded of it who had not been."""
    fresh = [person for person in asked if person != by and (indicator, person.pk) not in told]
    if fresh:
        tell(Notice.Kind.ASKED, fresh, key=reminder_key(indicator, day), indicator=indicator)
        record("remind", by=by, subject=indicator, people=[person.pk for person in fresh])
    return bool(fresh)


def already_reminded(codes: Iterable[str], day: str) -> set[tuple]:
    """(indicator, person) of each reminder of that day."""
    keys = {reminder_key(code, day): code for code in codes}
    rows = Notice.objects.filter(kind=Notice.Kind.ASKED, key__in=keys)
    return {(keys[key], person) for key, person in rows.values_list("key", "person")}


def reminder_key(indicator: str, day: str) -> str:
    return f"{indicator}:{day}"
