import pytest
from django.db import transaction

from blueprint.audit import record, record_refusal
from blueprint.clock import database_now
from blueprint.models import Event
from blueprint.permissions import Role
from tests.factories import PASSWORD, ReleaseFactory, UserFactory

pytestmark = pytest.mark.django_db


def all_events():
    return list(Event.objects.order_by("id").values_list("verb", "actor", "refused", "detail"))


def test_record_keeps_who_what_and_when():
    release, before = ReleaseFactory(), database_now()

    event = record("submit", by=release.created_by, release=release, subject="Figures", note="At last")

    event.refresh_from_db()
    assert before <= event.at <= database_now()
    assert (event.actor, event.verb, event.refused) == (release.created_by, "submit", False)
    assert (event.release, event.subject, event.detail) == (release, "Figures", {"note": "At last"})


def test_refusal_is_marked_as_one():
    user = UserFactory(role=Role.MEMBER)

    record_refusal("open_desk", by=user, reason="Not your task")

    assert all_events() == [("open_desk", user.pk, True, {"reason": "Not your task"})]


@pytest.mark.parametrize("keep", [record, record_refusal])
def test_long_subject_is_cut(keep):
    assert keep("submit", by=None, subject="創" * 300).subject == "創" * 200


def test_event_shares_the_fate_of_its_transaction():
    with transaction.atomic():
        record("submit", by=UserFactory(role=Role.MEMBER))
        transaction.set_rollback(True)

    assert all_events() == []


def test_events_come_newest_first():
    for verb in ("one", "two", "three"):
        record(verb, by=None)

    assert [event.verb for event in Event.objects.all()] == ["three", "two", "one"]


# Sign-in


def test_sign_in_and_out_leave_events(client):
    user = UserFactory(role=Role.MEMBER)

    client.force_login(user)
    client.logout()

    assert all_events() == [("sign_in", user.pk, False, {}), ("sign_out", user.pk, False, {})]


def test_refused_sign_in_leaves_an_event(client):
    user = UserFactory(role=Role.MEMBER, email="ada@example.org")

    assert not client.login(email="ADA@example.org", password="wrong")

    assert all_events() == [("sign_in", user.pk, True, {})]


def test_refused_sign_in_keeps_nothing_that_was_typed(client):
    assert not client.login(email=PASSWORD, password="wrong")

    assert all_events() == [("sign_in", None, True, {})]
    assert Event.objects.get().subject == ""


def test_closed_account_cannot_sign_in(client):
    user = UserFactory(role=Role.MEMBER, is_active=False)

    assert not client.login(email=user.email, password=PASSWORD)

    assert all_events() == [("sign_in", user.pk, True, {})]
