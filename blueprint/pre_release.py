"""Who may see an approved release before its moment, who allowed it, and who looked."""

from typing import Any

from django.utils.translation import gettext as _

from .actions import Refused, recorded_refusals
from .audit import record
from .clock import database_now
from .models import Deputy, Event, PreReleaseAccess, Release, User
from .permissions import ROLES, Permission
from .workflow import ANSWERS, State, acting, may_answer_for

SEEN = "see_before_release"
BEFORE_PUBLICATION = (State.DRAFT, State.SUBMITTED, State.APPROVED)


@recorded_refusals
def grant_access(release: Release, *, by: User, to: User, reason: str) -> PreReleaseAccess:
    """Put a person on the pre-release list. They see the release once it is approved."""
    check_list(release, by=by)
    if not reason.strip():
        raise Refused(_("Say why this person needs to see it before everybody else."))
    if not to.is_active:
        raise Refused(_("This account is closed."))
    access, new = PreReleaseAccess.objects.get_or_create(
        release=release,
        user=to,
        defaults={"reason": reason.strip(), "granted_by": by, "granted_at": database_now()},
    )
    if not new:
        raise Refused(_("This person is on the list already."))
    place = acting(release, by, *ANSWERS)
    said = {"person": to.name, "note": access.reason}
    record("grant_access", by=by, release=release, subject=str(release), **said, **place)
    return access


@recorded_refusals
def end_access(release: Release, *, by: User, of: int) -> None:
    """Take a person off the list. What they looked at stays recorded."""
    check_list(release, by=by)
    # Asked of the people first: an address may name a number that no key can hold.
    known = User.objects.filter(pk=of)
    access = release.pre_release_list.filter(user__in=known).select_related("user").first()
    if access is None:
        raise Refused(_("This person is not on the list."))
    access.delete()
    record("end_access", by=by, release=release, subject=str(release), person=access.user.name)


def check_list(release: Release, *, by: User) -> None:
    if not may_answer_for(release, by):
        raise Refused(_("Your role does not include this step for this release."))
    if release.state not in BEFORE_PUBLICATION:
        raise Refused(_("The list is closed: the release does not wait for its moment any more."))


def record_view(release: Release, *, by: User, what: str, language: str) -> None:
    """Note who saw what of an approved release before its moment, and when (the event's own time)."""
    if release.state == State.APPROVED:
        record(SEEN, by=by, release=release, subject=str(release), what=what, language=language)


def views_of(release: Release) -> Any:
    """The records of who saw it before its moment, newest first."""
    return Event.objects.filter(release=release, verb=SEEN).select_related("actor")


def people_with_a_part(release: Release) -> list[User]:
    """Those who see it because they made, submitted or approved it."""
    hands = set(release.contributors.values_list("user", flat=True))
    hands |= {release.submitted_by_id, release.approved_by_id} - {None}
    return list(User.objects.filter(pk__in=hands, is_active=True))


def people_with_all_work() -> list[User]:
    """Publishers and auditors, whose role sees all work, and who is deputy of one of them today."""
    roles = [role for role, permissions in ROLES.items() if Permission.SEE_ALL_WORK in permissions]
    people = User.objects.filter(role__in=roles, is_active=True)
    return Deputy.objects.people_acting_for(people, Permission.SEE_ALL_WORK)


def people_to_choose(release: Release) -> Any:
    """Active accounts that do not see the release anyway."""
    seeing = {user.pk for user in [*people_with_a_part(release), *people_with_all_work()]}
    seeing |= set(release.pre_release_list.values_list("user", flat=True))
    return User.objects.filter(is_active=True).exclude(pk__in=seeing).order_by("name", "pk")
