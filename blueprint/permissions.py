"""The nine roles and what each may do: one table, read by views, actions, templates, the admin and the tests."""

from enum import StrEnum
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    OFFICIAL = "official", _("Official")
    APPROVER = "approver", _("Approver")
    HEAD = "head", _("Head of office")
    PUBLISHER = "publisher", _("Publisher")
    MEMBER = "member", _("Committee member")
    CHAIR = "chair", _("Committee chair")
    SECRETARY = "secretary", _("Committee secretary")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


# The admin shows nothing of other apps: what they register is kept elsewhere or not used.
OWN_APPS = ("blueprint", "strategies", "indicators", "committee")
OFFICE_ROLES = ("official", "approver", "head")


class Permission(StrEnum):
    OPEN_DESK = "open_desk"
    ENTER_FIGURES = "enter_figures"
    APPROVE_FIGURES = "approve_figures"
    ASSIGN_WORK = "assign_work"
    PUBLISH = "publish"
    SEE_ALL_WORK = "see_all_work"
    OPEN_ROOM = "open_room"
    RATE = "rate"
    RECORD_FINDINGS = "record_findings"
    APPROVE_FINDINGS = "approve_findings"
    SEE_COMMITTEE_WORK = "see_committee_work"
    PROPOSE_TEXTS = "propose_texts"
    APPROVE_TEXTS = "approve_texts"
    OPEN_ADMIN = "open_admin"
    MANAGE_USERS = "manage_users"
    READ_EVENTS = "read_events"
    SEE_REPORTS = "see_reports"
    ANSWER_REPORTS = "answer_reports"


P = Permission
# What readers report as wrong.
REPORTS = (P.SEE_REPORTS, P.ANSWER_REPORTS)
ROLES: dict[str, frozenset[Permission]] = {
    Role.OFFICIAL: frozenset({P.OPEN_DESK, P.ENTER_FIGURES, *REPORTS}),
    Role.APPROVER: frozenset({P.OPEN_DESK, P.APPROVE_FIGURES, *REPORTS}),
    Role.HEAD: frozenset({P.OPEN_DESK, P.ENTER_FIGURES, P.APPROVE_FIGURES, P.ASSIGN_WORK, *REPORTS}),
    Role.PUBLISHER: frozenset({P.OPEN_DESK, P.PUBLISH, P.APPROVE_TEXTS, P.SEE_ALL_WORK, *REPORTS}),
    Role.MEMBER: frozenset({P.OPEN_ROOM, P.RATE}),
    Role.CHAIR: frozenset({P.OPEN_ROOM, P.RATE, P.RECORD_FINDINGS, P.SEE_COMMITTEE_WORK}),
    Role.SECRETARY: frozenset({P.OPEN_ROOM, P.APPROVE_FINDINGS, P.SEE_COMMITTEE_WORK}),
    Role.AUDITOR: frozenset(
        {P.OPEN_DESK, P.OPEN_ROOM, P.SEE_ALL_WORK, P.READ_EVENTS, P.OPEN_ADMIN, P.SEE_REPORTS}
    ),
    Role.ADMINISTRATOR: frozenset({P.OPEN_ADMIN, P.MANAGE_USERS, P.PROPOSE_TEXTS, *REPORTS}),
}

# While a person is away their deputy may do in their place what is named here, and never what they were lent themselves.
LENT: dict[str, frozenset[Permission]] = {
    Role.OFFICIAL: frozenset({P.ENTER_FIGURES}),
    Role.APPROVER: frozenset({P.APPROVE_FIGURES}),
    Role.HEAD: frozenset({P.ENTER_FIGURES, P.APPROVE_FIGURES}),
    Role.PUBLISHER: frozenset({P.PUBLISH, P.APPROVE_TEXTS, P.SEE_ALL_WORK}),
}
LENDABLE = frozenset().union(*LENT.values())
# Who may be deputy of whom. Not administrators: who hands out the accounts decides on nothing public.
DEPUTIES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(OFFICE_ROLES, OFFICE_ROLES),
    Role.PUBLISHER: (Role.PUBLISHER, Role.HEAD),
}
EVER_DEPUTIES = frozenset(role for roles in DEPUTIES.values() for role in roles)


def may_stand_in(deputy: Any, absent: Any) -> bool:
    """Whether one person can act in another's place: of the same office, or for a publisher a head of any."""
    one_office = absent.role == Role.PUBLISHER or deputy.office_id == absent.office_id
    known = deputy.pk != absent.pk and deputy.is_active and absent.is_active
    return bool(known and one_office and deputy.role in DEPUTIES.get(absent.role, ()))


def lent(absent: Any, deputy: Any) -> frozenset[Permission]:
    """What a deputy may do in the place of somebody who is away, as both are placed today."""
    return LENT[absent.role] if may_stand_in(deputy, absent) else frozenset()


def may(role: str, permission: Permission) -> bool:
    return permission in ROLES.get(role, frozenset())


class RoleBackend:
    """Answers Django's own permission questions, which only the admin asks, from the table above."""

    def authenticate(self, request: Any, **credentials: Any) -> None:
        return None

    def has_perm(self, user: Any, perm: str, obj: Any = None) -> bool:
        app, _, codename = perm.partition(".")
        action, _, model = codename.partition("_")
        if app not in OWN_APPS:
            return False
        if model == "user":
            return bool(user.may(P.MANAGE_USERS) and action in ("view", "add", "change"))
        if action == "view":
            return bool(user.may(P.OPEN_ADMIN) and (model != "event" or user.may(P.READ_EVENTS)))
        proposed = model.endswith("version") or model in ("baseline", "evidence")
        return bool(user.may(P.PROPOSE_TEXTS) and proposed and action in ("add", "change"))
