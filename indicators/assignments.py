"""Who looks after which indicator, as the head of its office set it."""

from collections.abc import Iterable

from blueprint.models import User
from blueprint.moment import LAST
from blueprint.permissions import OFFICE_ROLES, Permission, may

from .models import Assignment, IndicatorVersion


def officials_of(office: str) -> list[User]:
    """Those of an office who may enter figures, and so can be given an indicator."""
    people = User.objects.filter(office=office, is_active=True, role__in=OFFICE_ROLES).order_by("name", "pk")
    return [person for person in people if enters_figures(person)]


def enters_figures(person: User) -> bool:
    """By a role of their own: who stands in for somebody for a while is given nothing to look after."""
    return bool(person.is_active and may(person.role, Permission.ENTER_FIGURES))


def assignees(codes: Iterable[str]) -> dict[str, User]:
    """Indicator -> the person it is assigned to, if that person may still enter figures."""
    rows = Assignment.objects.filter(indicator__in=codes).select_related("official")
    return {row.indicator_id: row.official for row in rows if enters_figures(row.official)}


def assigned_to(indicator: str) -> User | None:
    """The person who looks after an indicator; None where nobody of its present office does."""
    person = assignees([indicator]).get(indicator)
    if person is None:
        return None
    version = IndicatorVersion.objects.filter(indicator=indicator).as_at(LAST).first()
    return person if version and version.office_id == person.office_id else None
