import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from blueprint.audit import record
from blueprint.models import Contributor, Event, Office, User
from blueprint.permissions import OFFICE_ROLES, Role
from indicators.models import Indicator
from tests.factories import (
    PASSWORD,
    OfficeFactory,
    ReleaseFactory,
    UserFactory,
    publish_indicator,
    publish_observation,
    publish_office,
)

pytestmark = pytest.mark.django_db


# Accounts


@pytest.mark.parametrize("email", ["ada@example.org", "ADA@EXAMPLE.ORG", "Ada@Example.org"])
def test_email_is_one_persons_in_any_case(email):
    UserFactory(email="ada@example.org")

    with pytest.raises(DatabaseError), transaction.atomic():
        UserFactory(email=email)

    assert User.objects.count() == 1


def test_email_taken_in_another_case_is_refused_by_the_form_too():
    UserFactory(email="ada@example.org")

    with pytest.raises(ValidationError) as refusal:
        UserFactory.build(email="Ada@example.org", role=Role.MEMBER).full_clean()

    assert refusal.value.message_dict == {"email": ["User with this E-mail already exists."]}


@pytest.mark.parametrize("role", OFFICE_ROLES)
def test_office_role_needs_an_office(role):
    with pytest.raises(DatabaseError, match="user_office_with_office_roles"), transaction.atomic():
        UserFactory(role=role, office=None)


@pytest.mark.parametrize("role", set(Role.values) - set(OFFICE_ROLES))
def test_other_role_has_no_office(role):
    with pytest.raises(DatabaseError, match="user_office_with_office_roles"), transaction.atomic():
        UserFactory(role=role, office=OfficeFactory())


def test_office_rule_is_told_in_plain_words():
    with pytest.raises(
        ValidationError, match="Officials, approvers and heads need an office; nobody else has one"
    ):
        UserFactory.build(role=Role.OFFICIAL, office=None).full_clean()


def test_create_user_keeps_the_password_only_as_a_hash():
    User.objects.create_user("ada@example.org", PASSWORD, name="Ada", role=Role.MEMBER)

    user = User.objects.get()

    assert (user.check_password(PASSWORD), PASSWORD in user.password) == (True, False)


def test_email_is_kept_in_small_letters():
    User.objects.create_user("Ada@EXAMPLE.org", PASSWORD, name="Ada", role=Role.MEMBER)

    assert User.objects.get().email == "ada@example.org"


@pytest.mark.parametrize(
    "fields",
    [
        {"role": "minister"},
        {"role": Role.OFFICIAL},
        {"email": "no address"},
        {"name": ""},
        {"language": "fr"},
    ],
    ids=str,
)
def test_create_user_refuses_what_is_not_an_account(fields):
    with pytest.raises(ValidationError):
        User.objects.create_user(**{"email": "a@example.org", "name": "Ada", "role": Role.MEMBER} | fields)

    assert User.objects.count() == 0


def test_superuser_is_an_administrator_and_no_more():
    user = User.objects.create_superuser("root@example.org", PASSWORD, name="Root")

    assert (user.role, user.is_superuser, user.is_staff) == (Role.ADMINISTRATOR, False, True)


# What has a history is never deleted


def used_user():
    user = UserFactory(role=Role.MEMBER)
    record("sign_in", by=user)
    return user


def used_author():
    return ReleaseFactory().created_by


def used_office():
    publish_office("itc")
    return Office.objects.get()


def office_of_people():
    return UserFactory(role=Role.OFFICIAL).office


def used_indicator():
    publish_observation("I1")
    return Indicator.objects.get()


def named_indicator():
    publish_indicator("I1")
    return Indicator.objects.get()


USED = [used_user, used_author, used_office, office_of_people, used_indicator, named_indicator]


@pytest.mark.parametrize("make", USED, ids=lambda make: make.__name__)
def test_W17_what_has_a_history_is_not_deleted_by_the_orm(make):
    thing = make()

    with pytest.raises(DatabaseError), transaction.atomic():
        thing.delete()

    assert type(thing).objects.filter(pk=thing.pk).exists()


@pytest.mark.parametrize("make", USED, ids=lambda make: make.__name__)
@pytest.mark.django_db(transaction=True)
def test_W17_what_has_a_history_is_not_deleted_by_raw_sql(make):
    thing = make()

    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {thing._meta.db_table} WHERE {thing._meta.pk.column} = %s", [thing.pk])

    assert type(thing).objects.filter(pk=thing.pk).exists()


def test_W17_release_with_a_history_is_not_deleted():
    release = ReleaseFactory()
    record("submit", by=release.created_by, release=release)

    with pytest.raises(DatabaseError), transaction.atomic():
        release.delete()

    assert Contributor.objects.get().release == release


def test_W17_closed_account_keeps_its_history():
    user = used_user()

    User.objects.filter(pk=user.pk).update(is_active=False)

    assert Event.objects.get().actor == user
