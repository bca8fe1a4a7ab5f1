"""Reminders come by the clock: a month before, a week before while a figure is missing, once when it is late."""

import datetime

import pytest
from django.core.management import call_command

from blueprint.clock import HONG_KONG, database_now
from blueprint.models import Deputy, Notice
from blueprint.permissions import Role
from indicators.models import Assignment
from indicators.reminders import send_reminders
from tests.factories import (
    OfficeFactory,
    UserFactory,
    change,
    publish_indicator,
    publish_observation,
    submitted_release,
)
from tests.races import in_processes, together

pytestmark = pytest.mark.django_db

DUE_ON = datetime.date(2026, 6, 30)


@pytest.fixture(autouse=True)
def indicator():
    """Of 2024 there is a figure; that of 2025 is due by the end of June 2026."""
    publish_indicator("I1", frequency="annual", release_month=6)
    publish_observation("I1", period="2024")


def person(role=Role.OFFICIAL, office="itc", **fields):
    return UserFactory(role=role, office=OfficeFactory(code=office), **fields)


def remind(day):
    noon = datetime.datetime.combine(day, datetime.time(12), HONG_KONG)
    return send_reminders(now=noon)


def days_before(days):
    return DUE_ON - datetime.timedelta(days=days)


def kinds(someone):
    return list(someone.notices.order_by("pk").values_list("kind", flat=True))


def test_official_is_told_a_month_before_a_week_before_and_when_late_once_each():
    official = person()
    for days in (31, 30, 29, 8, 7, 6, 0, -1, -2, -40):
        remind(days_before(days))

    assert kinds(official) == ["due", "reminder", "late"]
    assert {(row.key, row.detail["due_on"]) for row in official.notices.all()} == {("I1:2025", "2026-06-30")}


def test_figure_that_is_late_at_first_sight_is_told_of_once():
    official = person()

    remind(days_before(-5))

    assert kinds(official) == ["late"]


def test_head_of_office_is_copied_when_a_figure_is_late_and_not_before():
    official, head, other = person(), person(Role.HEAD), person(Role.HEAD, office="fstb")
    for days in (30, 7, -1):
        remind(days_before(days))

    assert [kinds(each) for each in (head, other)] == [["late"], []]
    assert head.notices.get().detail["copy"] is True
    assert "copy" not in official.notices.get(kind="late").detail


def test_whoever_looks_after_the_indicator_is_told_and_the_others_are_not():
    assigned, colleague = person(), person()
    Assignment.objects.create(indicator_id="I1", official=assigned, set_by=assigned, set_at=database_now())

    remind(days_before(30))

    assert [kinds(each) for each in (assigned, colleague)] == [["due"], []]


def test_all_officials_of_the_office_are_told_of_what_nobody_looks_after():
    people = [person(), person(), person(Role.APPROVER), person(office="fstb"), person(is_active=False)]

    remind(days_before(30))

    assert [kinds(each) for each in people] == [["due"], ["due"], [], [], []]


def test_deputy_is_told_beside_who_is_away():
    away, deputy = person(), person()
    Assignment.objects.create(indicator_id="I1", official=away, set_by=away, set_at=database_now())
    now, day = database_now(), datetime.timedelta(days=1)
    Deputy.objects.create(
        absent=away,
        deputy=deputy,
        from_at=now - day,
        until_at=now + day,
        reason="Leave",
        set_by=away,
        set_at=now,
    )

    remind(days_before(30))

    assert kinds(away) == ["due"]


@pytest.mark.parametrize("days", [30, 7, -1])
def test_nobody_is_told_of_a_figure_that_is_handed_in(days):
    release = submitted_release(entries=[change("observation", indicator="I1", period="2025")])

    remind(days_before(days))

    assert kinds(release.created_by) == []


def test_figure_of_another_period_does_not_count_as_handed_in():
    release = submitted_release(entries=[change("observation", indicator="I1", period="2023", value=3)])

    remind(days_before(30))

    assert kinds(release.created_by) == ["due"]


def test_command_may_be_run_as_often_as_one_likes(capsys):
    person()
    for _time in range(2):
        call_command("send_reminders")

    first, second = capsys.readouterr().out.splitlines()
    assert (first, second) in [("Told: 1.", "Told: 0."), ("Told: 0.", "Told: 0.")]


@pytest.mark.django_db(transaction=True)
def test_processes_that_remind_at_once_remind_once():
    people = [person() for _number in range(4)]

    def work(_index):
        together()
        remind(days_before(30))

    assert in_processes(work, processes=3) == [0, 0, 0]
    assert [kinds(each) for each in people] == [["due"]] * 4
    assert Notice.objects.count() == 4


def test_reminders_ask_a_fixed_number_of_questions(django_assert_max_num_queries):
    person()
    for number in range(5):
        publish_indicator(f"N{number}", frequency="annual", release_month=6)
        publish_observation(f"N{number}", period="2024")
    remind(days_before(30))

    with django_assert_max_num_queries(60):
        remind(days_before(29))
