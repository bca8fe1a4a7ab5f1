import io
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F

from blueprint import triggers
from blueprint.actions import return_release, take_back_approval
from blueprint.audit import record
from blueprint.clock import database_now
from blueprint.invariants import check_invariants
from blueprint.models import Contributor, Head, PersonName, Publication, Release, Rescheduling
from blueprint.permissions import Role
from indicators.models import Assessment, Observation, ObservationEntry
from tests.factories import (
    DECIDERS,
    UserFactory,
    approved_release,
    change,
    person_for,
    publish_observation,
    publish_one_of_each,
    published_release,
    submitted_release,
)
from tests.plan import trigger_statements

pytestmark = pytest.mark.django_db


@contextmanager
def rules_off():
    """As somebody with the rights of the tables' owner could."""
    # What waits for the end of the transaction would stand in the way of taking triggers off.
    connection.check_constraints()
    take_off, put_back = trigger_statements(connection)
    run(*take_off)
    checks_off, checks_on = check_statements()
    run(*checks_off)
    yield
    connection.check_constraints()
    run(*checks_on, *put_back)


def check_statements():
    if connection.vendor == "sqlite":
        return ["PRAGMA ignore_check_constraints = ON"], ["PRAGMA ignore_check_constraints = OFF"]
    return ["ALTER TABLE blueprint_rescheduling DROP CONSTRAINT rescheduling_takes_two_persons"], []


def run(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def release():
    """A published release among all kinds of public things, other releases and reviews."""
    publish_one_of_each()
    return published_release(
        entries=[change("observation", period="2023"), change("indicator", indicator="I2")]
    )


def found():
    return [str(violation) for violation in check_invariants()]


# A sound database


def test_nothing_is_found_where_all_is_sound(release):
    author = release.created_by
    returned = submitted_release(entries=[change("observation", period="2021")])
    return_release(returned, by=person_for(DECIDERS["office"], returned), reason="a typing error")
    taken_back = approved_release(entries=[change("observation", period="2021")])
    take_back_approval(taken_back, by=taken_back.approved_by, reason="a doubt")
    published_release(
        track="committee", office=None, entries=[change("seat", seat="review-2", number=2, holder_en="B")]
    )
    PersonName.objects.filter(name="Ada Example").update(name="", salt="")
    published_release(
        entries=[change("observation", period="2023", value=Decimal(3), kind="revision", reason="late")],
        created_by=author,
    )

    assert found() == []


# Each of them broken by hand


def move_head_back(release):
    Head.objects.update(number=F("number") - 1)


def count_head_on(release):
    Head.objects.update(number=F("number") + 1)


def date_in_the_future(release):
    Publication.objects.filter(number=1).update(published_at=database_now() + timedelta(days=1))


def publish_early(release):
    Release.objects.filter(pk=release.pk).update(publish_at=database_now() + timedelta(days=1))


def change_a_value(release):
    Observation.objects.filter(period="2023").update(value=Decimal("7.5"))


def add_a_row(release):
    Observation.objects.create(indicator_id="I1", period="2019", value=1, publication=release.publication)


def judge_otherwise(release):
    Assessment.objects.filter(publication=release.publication).update(status="achieved")


def change_a_leaf(release):
    Publication.objects.filter(number=1).update(leaf=b'{"seq":1}')


def prune_the_tree(release):
    Publication.objects.filter(number=2).update(tree_nodes="00" * 64)


def join_the_contributors(release):
    Contributor.objects.create(release=release, user=release.approved_by)


def save_an_entry(release):
    ObservationEntry.objects.filter(release=release).update(saved_by=release.approved_by)


def move_the_moment_alone(release):
    now = database_now()
    Rescheduling.objects.create(
        release=release, from_at=now, to_at=now, proposed_by=release.created_by, proposed_at=now,
        decided_by=release.created_by, decided_at=now, agreed=True,
    )  # fmt: skip


def save_a_version_twice(release):
    record("save_entry", by=release.created_by, release=release, version=release.version)


def save_without_a_version(release):
    record("save_entry", by=release.created_by, release=release, version=release.version + 1)


def save_and_keep_no_event(release):
    """As if the audit trail had lost a save, or a save had gone past it."""
    Release.objects.filter(pk=release.pk).update(version=F("version") + 1)


def publish_again(release):
    record("publish", by=None, release=release, version=release.version + 1)


def move_without_an_event(release):
    moved = submitted_release(entries=[change("observation", period="2021")])
    Release.objects.filter(pk=moved.pk).update(state="draft", submitted_by=None, submitted_at=None)


def approve_something_else(release):
    Release.objects.filter(pk=release.pk).update(approved_digest="0" * 64)


def alter_what_was_approved(release):
    ObservationEntry.objects.filter(release=release).update(value=Decimal("7.5"))


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (move_head_back, "I1: indicators_observation"),
        (count_head_on, "I2: the head says 3, the last publication is 2, and there are 2"),
        (date_in_the_future, "I1: publication 1 is dated in the future"),
        (publish_early, "became public as publication 2 before its moment"),
        (change_a_value, "I2: indicators_observation I1/total/2023 of publication 2: value is '7.5'"),
        (add_a_row, "I2: indicators_observation I1/total/2019 of publication 2: a row too many"),
        (judge_otherwise, "I2: indicators_assessment I1/"),
        (change_a_leaf, "I2: blueprint_publication 1: its leaf"),
        (prune_the_tree, "I2: blueprint_publication 2: its stored part of the tree"),
        (join_the_contributors, "was approved by a person who had a hand in it"),
        (save_an_entry, "was approved by a person who had a hand in it"),
        (move_the_moment_alone, "its moment was moved by one person"),
        (save_a_version_twice, "2 accepted events made version"),
        (save_without_a_version, "and an event made"),
        (save_and_keep_no_event, "no accepted event made version 5"),
        (publish_again, "was published 2 times"),
        (move_without_an_event, "is draft, and its events lead to submitted"),
        (approve_something_else, "what stands in it is not what was approved"),
        (alter_what_was_approved, "publication 2 says something else"),
    ],
)
def test_violation_is_named(release, harm, named):
    with rules_off():
        harm(release)

    assert [what for what in found() if named in what]


@pytest.mark.parametrize("name", ["indicators_observation", "blueprint_publication", "blueprint_event"])
def test_trigger_that_is_off_is_named(release, name):
    connection.check_constraints()
    trigger = next(
        each for each, _t, _s in triggers.trigger_sql(connection.vendor) if each.startswith(f"{name}_")
    )
    off = {
        "sqlite": f'DROP TRIGGER "{trigger}"',
        "postgresql": f"ALTER TABLE {name} DISABLE TRIGGER {trigger}",
    }
    run(off[connection.vendor])

    assert found() == [f"I12: the trigger {trigger} is missing or switched off"]


def test_command_names_the_violations_and_fails(release):
    Head.objects.update(number=5)

    with pytest.raises(
        CommandError, match=r"^Violations: 2\.\nI2: the head says 5, the last publication is 2"
    ):
        call_command("check_invariants")


def test_publication_by_the_way_there_is_breaks_nothing(release):
    publish_observation("I1", period="2021", value=Decimal(2))
    UserFactory(role=Role.PUBLISHER)

    assert found() == []


# Last, since the plan stays for the rest of the module


def test_real_plan_is_sound(real_plan):
    out = io.StringIO()

    call_command("check_invariants", stdout=out)

    assert out.getvalue() == "I1, I2, I3, I4, I5, I6, I7, I12 hold.\n"
