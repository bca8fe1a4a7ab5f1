"""Everybody with an account chooses how often mail comes, and in which language."""

import pytest
from django.test import Client

from blueprint.clock import database_now
from blueprint.mailing import preferences
from blueprint.models import Mail, MailPreference, Subscription, User
from blueprint.permissions import Role
from tests.factories import UserFactory
from tests.reading import content

pytestmark = pytest.mark.django_db

CHOICE = {"language": "zh-hans", "deadlines": "daily", "work": "never", "published": "at_once"}


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("role", Role.values)
def test_choice_is_kept_and_shown(role):
    user, other = UserFactory(role=role), UserFactory(role=role)

    answer = signed_in(user).post("/en/desk/mail/", CHOICE)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/en/desk/mail/")
    assert User.objects.get(pk=user.pk).language == "zh-hans"
    assert preferences([user])[user.pk] == {name: CHOICE[name] for name in MailPreference.Group.values}
    assert MailPreference.objects.filter(person=other).count() == 0
    page = content(signed_in(user).get("/en/desk/mail/")).decode()
    assert 'value="never" checked' in page


def test_page_begins_with_what_holds_without_a_choice():
    page = content(signed_in(UserFactory()).get("/en/desk/mail/")).decode()

    assert [page.count(f'value="{value}" checked') for value in ("en", "at_once", "daily", "never")] == [
        1,
        1,
        2,
        0,
    ]


def test_what_is_none_of_the_choices_is_said_at_its_field():
    user = UserFactory()

    page = content(signed_in(user).post("/en/desk/mail/", CHOICE | {"work": "hourly"})).decode()

    assert "Please mend this first" in page
    assert MailPreference.objects.count() == 0


def test_administrator_sees_what_was_given_up_and_no_subscriber():
    now = database_now()
    fields = {"language": "en", "created_at": now, "next_at": now}
    subscription = Subscription.objects.create(address="reader@example.org", language="en")
    Mail.objects.create(key="a", to="gone@example.org", given_up_at=now, fault="550 no such user", **fields)
    Mail.objects.create(key="b", to="reader@example.org", subscription=subscription, **fields)

    page = signed_in(UserFactory(role=Role.ADMINISTRATOR)).get(
        "/admin/blueprint/mail/?given_up_at__isempty=0"
    )

    shown = content(page).decode()
    assert "gone@example.org" in shown
    assert "550 no such user" in shown
    assert "reader@example.org" not in shown
