from itertools import product

import pytest

from blueprint.permissions import OFFICE_ROLES, ROLES, Permission, Role, RoleBackend, may
from tests.factories import UserFactory

DECIDING = {P for P in Permission if P.startswith("approve_")} | {Permission.PUBLISH}
OTHER_CHANGES = {Permission.RATE, Permission.MANAGE_USERS, Permission.ANSWER_REPORTS, Permission.ASSIGN_WORK}
PROPOSING = {Permission.ENTER_FIGURES, Permission.RECORD_FINDINGS, Permission.PROPOSE_TEXTS}


def test_roles_are_the_nine():
    assert list(ROLES) == [
        "official", "approver", "head", "publisher", "member", "chair", "secretary", "auditor", "administrator",
    ]  # fmt: skip
    assert set(ROLES) == set(Role.values)


def holders(permission):
    return {str(role) for role in ROLES if may(role, permission)}


def test_permissions_are_held_by():
    assert {str(permission): holders(permission) for permission in Permission} == {
        "open_desk": {"official", "approver", "head", "publisher", "auditor"},
        "enter_figures": {"official", "head"},
        "approve_figures": {"approver", "head"},
        "assign_work": {"head"},
        "publish": {"publisher"},
        "see_all_work": {"publisher", "auditor"},
        "open_room": {"member", "chair", "secretary", "auditor"},
        "rate": {"member", "chair"},
        "record_findings": {"chair"},
        "approve_findings": {"secretary"},
        "see_committee_work": {"chair", "secretary"},
        "propose_texts": {"administrator"},
        "approve_texts": {"publisher"},
        "open_admin": {"auditor", "administrator"},
        "manage_users": {"administrator"},
        "read_events": {"auditor"},
        "see_reports": {"official", "approver", "head", "publisher", "auditor", "administrator"},
        "answer_reports": {"official", "approver", "head", "publisher", "administrator"},
    }


@pytest.mark.parametrize("role", Role)
def test_who_manages_users_decides_on_nothing_public(role):
    assert not (may(role, Permission.MANAGE_USERS) and ROLES[role] & DECIDING)


@pytest.mark.parametrize("role", set(Role) - {Role.HEAD})
def test_only_heads_both_propose_and_decide(role):
    assert not (ROLES[role] & PROPOSING and ROLES[role] & DECIDING)


@pytest.mark.parametrize("role", Role)
def test_who_enters_never_publishes(role):
    assert not ROLES[role] >= {Permission.PUBLISH, Permission.ENTER_FIGURES}


def test_auditor_changes_nothing():
    assert ROLES[Role.AUDITOR] & (DECIDING | PROPOSING | OTHER_CHANGES) == set()


def test_office_roles_are_those_of_an_office():
    assert OFFICE_ROLES == ("official", "approver", "head")


def test_unknown_role_may_do_nothing():
    assert [permission for permission in Permission if may("minister", permission)] == []


@pytest.mark.parametrize("role", Role)
def test_person_may_what_their_role_may(role):
    user = UserFactory.build(role=role, office=None)

    assert {permission for permission in Permission if user.may(permission)} == ROLES[role]


@pytest.mark.parametrize("role", Role)
def test_closed_account_may_nothing(role):
    user = UserFactory.build(role=role, office=None, is_active=False)

    assert [permission for permission in Permission if user.may(permission)] == []
    assert not user.is_staff


# Django's own questions, which the admin asks

ASKED = [
    f"{app}.{action}_{model}"
    for app, model in (
        ("blueprint", "user"), ("blueprint", "event"), ("blueprint", "publication"), ("blueprint", "release"),
        ("blueprint", "office"), ("blueprint", "officeversion"), ("indicators", "observation"),
    )
    for action in ("view", "add", "change", "delete")
]  # fmt: skip
VIEWS = {
    "blueprint.view_event",
    "blueprint.view_office",
    "blueprint.view_officeversion",
    "blueprint.view_publication",
    "blueprint.view_release",
    "indicators.view_observation",
}
ADMIN = {
    "auditor": VIEWS,
    "administrator": VIEWS - {"blueprint.view_event"}
    | {"blueprint.view_user", "blueprint.add_user", "blueprint.change_user"}
    | {"blueprint.add_officeversion", "blueprint.change_officeversion"},
}


@pytest.mark.parametrize("role", Role)
def test_admin_permissions_of(role):
    user = UserFactory.build(role=role, office=None)

    assert {perm for perm in ASKED if user.has_perm(perm)} == ADMIN.get(role, set())


@pytest.mark.parametrize("perm", ["", "blueprint", "view_user", "blueprint.", "blueprint.view"])
def test_malformed_permission_is_not_held(perm):
    user = UserFactory.build(role=Role.OFFICIAL, office=None)

    assert not user.has_perm(perm)


def test_nobody_deletes_anything_in_the_admin():
    users = [UserFactory.build(role=role, office=None) for role in Role]
    deletions = [perm for perm in ASKED if ".delete_" in perm]

    assert [pair for pair in product(users, deletions) if pair[0].has_perm(pair[1])] == []


def test_role_backend_signs_nobody_in():
    assert RoleBackend().authenticate(None, username="a@example.org", password="x") is None
    # Without this method no session can be bound to it.
    assert not hasattr(RoleBackend, "get_user")
