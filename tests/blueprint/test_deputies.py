import datetime

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from blueprint import actions
from blueprint.actions import Refused, approval_digest
from blueprint.clock import database_now, today
from blueprint.deputies import end_deputy, name_deputy
from blueprint.models import Deputy, Event, Notice, Release, Rescheduling, User
from blueprint.permissions import Permission, Role
from blueprint.pre_release import people_with_all_work
from blueprint.scheduling import agree_moment, propose_moment
from blueprint.workflow import allowed_moves
from tests.factories import (
    OfficeFactory,
    ReleaseFactory,
    UserFactory,
    approved_release,
    person_for,
    publish_indicator,
    submitted_release,
)

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
REASON = {"en": "The survey came in late.", "zh_hant": "調查資料遲交。", "zh_hans": "调查材料迟交。"}


def stand_in(absent, deputy, *, starts=-1, ends=1):
    """In force from and until so many days from now, as if somebody had set it before."""
    now = database_now()
    return Deputy.objects.create(
        absent=absent, deputy=deputy, from_at=now + starts * DAY, until_at=now + ends * DAY,
        reason="On leave", set_by=absent, set_at=now + starts * DAY,
    )  # fmt: skip


def anew(user):
    """As the next request finds this person."""
    return User.objects.get(pk=user.pk)


def approve(release, by):
    actions.approve_release(release, by=anew(by), digest=approval_digest(release))


# What a deputy may do

LENT = [
    ("official", "approver", {"enter_figures"}),
    ("approver", "official", {"approve_figures"}),
    ("head", "official", {"approve_figures"}),
    ("head", "approver", {"enter_figures"}),
    ("publisher", "head", {"publish", "approve_texts", "see_all_work"}),
    ("publisher", "publisher", set()),
    # Who could never have been named: it gives nothing even where a row says so.
    ("publisher", "administrator", set()),
    ("publisher", "official", set()),
    ("secretary", "chair", set()),
    ("auditor", "auditor", set()),
]


@pytest.mark.parametrize(("absent", "deputy", "more"), LENT)
def test_deputy_may_do_what_the_absent_persons_role_includes(absent, deputy, more):
    user = UserFactory(role=deputy)
    before = {permission for permission in Permission if user.may(permission)}

    stand_in(UserFactory(role=absent), user)

    after = {permission for permission in Permission if anew(user).may(permission)}
    assert {str(permission) for permission in after - before} == more


@pytest.mark.parametrize(("starts", "ends", "may"), [(-1, 1, True), (1, 2, False), (-2, -1, False)])
def test_deputy_begins_and_ends_by_the_clock(starts, ends, may):
    user = UserFactory(role=Role.OFFICIAL)
    stand_in(UserFactory(role=Role.APPROVER), user, starts=starts, ends=ends)

    assert user.may(Permission.APPROVE_FIGURES) is may


def test_deputy_is_not_passed_on():
    first, second, third = (UserFactory(role=role) for role in (Role.APPROVER, Role.OFFICIAL, Role.OFFICIAL))
    stand_in(first, second)
    stand_in(second, third)

    assert anew(second).may(Permission.APPROVE_FIGURES)
    assert not anew(third).may(Permission.APPROVE_FIGURES)


@pytest.mark.parametrize(
    "change",
    [{"is_active": False}, {"role": Role.OFFICIAL}, {"office": "fstb"}],
    ids=["closed", "other role", "other office"],
)
def test_W10_deputy_loses_what_the_absent_person_lost_at_the_next_request(change):
    absent, user = UserFactory(role=Role.APPROVER), UserFactory(role=Role.OFFICIAL)
    stand_in(absent, user)
    before = anew(user).may(Permission.APPROVE_FIGURES)

    if "office" in change:
        change = {"office": OfficeFactory(code=change["office"])}
    User.objects.filter(pk=absent.pk).update(**change)

    assert (before, anew(user).may(Permission.APPROVE_FIGURES)) == (True, False)


def test_W11_closed_account_is_nobodys_deputy():
    user = UserFactory(role=Role.OFFICIAL)
    stand_in(UserFactory(role=Role.APPROVER), user)
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert not anew(user).may(Permission.APPROVE_FIGURES)


def test_rights_of_a_deputy_take_one_query_a_request(django_assert_num_queries):
    user = UserFactory(role=Role.OFFICIAL)
    stand_in(UserFactory(role=Role.APPROVER), user)
    stand_in(UserFactory(role=Role.HEAD), user)

    with django_assert_num_queries(1):
        answers = [user.may(permission) for permission in Permission] * 2

    assert any(answers)


# Nobody's own work, and not that of the person who is away


def test_deputy_approves_and_the_record_says_for_whom():
    absent, user = UserFactory(role=Role.APPROVER, name="Ada"), UserFactory(role=Role.OFFICIAL)
    stand_in(absent, user)
    release = submitted_release()

    approve(release, by=user)

    event = Event.objects.get(verb="approve", refused=False)
    assert (event.actor, event.detail["for"], event.detail["for_person"]) == (user, absent.pk, "Ada")
    assert Release.objects.get().approved_by == user


def test_W02_deputy_never_approves_what_they_touched():
    user = UserFactory(role=Role.OFFICIAL)
    stand_in(UserFactory(role=Role.APPROVER), user)
    release = submitted_release(created_by=user)

    with pytest.raises(Refused, match="You had a hand in this release"):
        approve(release, by=user)


def test_W02_deputy_never_approves_what_the_absent_person_touched():
    absent, user = UserFactory(role=Role.HEAD), UserFactory(role=Role.OFFICIAL)
    stand_in(absent, user)
    release = submitted_release(created_by=absent)

    assert allowed_moves(release, anew(user)) == ["return"]
    with pytest.raises(Refused, match="As a deputy you decide on nothing that you or the person who is away"):
        approve(release, by=user)


def test_approver_who_is_also_a_deputy_approves_by_their_own_role():
    absent, user = UserFactory(role=Role.HEAD), UserFactory(role=Role.APPROVER)
    stand_in(absent, user)
    release = submitted_release(created_by=absent)

    approve(release, by=user)

    assert "for" not in Event.objects.get(verb="approve").detail


def test_stand_in_of_a_publisher_publishes_what_others_approved():
    absent, user = UserFactory(role=Role.PUBLISHER), UserFactory(role=Role.HEAD)
    stand_in(absent, user)
    release = approved_release()

    actions.publish_release(release, by=anew(user))

    release.refresh_from_db()
    assert (release.state, release.published_by) == ("published", user)
    assert Event.objects.get(verb="publish").detail["for"] == absent.pk


def test_stand_in_of_a_publisher_never_publishes_what_they_approved():
    user = UserFactory(role=Role.HEAD)
    stand_in(UserFactory(role=Role.PUBLISHER), user)
    release = submitted_release()
    approve(release, by=user)

    assert "publish" not in allowed_moves(release, anew(user))
    with pytest.raises(Refused, match="As a deputy you decide on nothing"):
        actions.publish_release(release, by=anew(user))


def test_stand_in_of_a_publisher_never_publishes_what_they_touched():
    user = UserFactory(role=Role.HEAD)
    stand_in(UserFactory(role=Role.PUBLISHER), user)
    release = approved_release(created_by=user)

    with pytest.raises(Refused, match="As a deputy you decide on nothing"):
        actions.publish_release(release, by=anew(user))


def test_deputy_agrees_to_no_moment_that_the_absent_person_proposed():
    """Moving a moment takes two persons, and whoever stands in for one of them is not the other."""
    release = approved_release(due_in=2 * 86400)
    absent, other = UserFactory(role=Role.PUBLISHER), UserFactory(role=Role.PUBLISHER)
    head = UserFactory(role=Role.HEAD, office=OfficeFactory(code="fstb"))
    stand_in(absent, head)
    to_at = release.publish_at + DAY
    propose_moment(release, by=absent, to_at=to_at, reason=REASON)

    with pytest.raises(Refused, match="As a deputy you decide on nothing"):
        agree_moment(release, by=anew(head))

    agree_moment(release, by=other)
    assert Release.objects.get().publish_at == to_at


def test_head_who_is_also_a_deputy_agrees_by_their_own_role():
    release = approved_release(due_in=2 * 86400)
    absent, head = UserFactory(role=Role.PUBLISHER), UserFactory(role=Role.HEAD, office=release.office)
    stand_in(absent, head)
    propose_moment(release, by=absent, to_at=release.publish_at + DAY, reason=REASON)

    agree_moment(release, by=anew(head))

    assert Rescheduling.objects.get().agreed


def test_stand_in_of_a_publisher_is_listed_with_those_who_see_everything():
    absent, user = UserFactory(role=Role.PUBLISHER), UserFactory(role=Role.HEAD)
    elsewhere = ReleaseFactory(office=OfficeFactory(code="fstb"))
    before = Release.objects.visible_to(anew(user)).count()

    stand_in(absent, user)

    assert (before, list(Release.objects.visible_to(anew(user)))) == (0, [elsewhere])
    assert people_with_all_work() == [absent, user]


def test_deputy_of_an_official_enters_and_then_does_not_approve():
    publish_indicator()
    user = UserFactory(role=Role.APPROVER)
    stand_in(UserFactory(role=Role.OFFICIAL), user)
    release = ReleaseFactory()
    actions.touch(release, by=user)
    actions.submit_release(release, by=anew(user))

    assert Event.objects.get(verb="submit").detail["for_person"]
    with pytest.raises(Refused, match="You had a hand"):
        approve(release, by=user)


# Naming one


def name(absent, deputy, *, by=None, first=0, days=5, reason="On leave"):
    return name_deputy(
        absent=absent,
        deputy=deputy,
        from_day=today() + first * DAY,
        last_day=today() + (first + days) * DAY,
        reason=reason,
        by=by or absent,
    )


@pytest.mark.parametrize(
    ("absent", "by", "allowed"),
    [
        ("official", "self", True), ("approver", "self", True), ("head", "self", True), ("publisher", "self", True),
        ("official", "head", True), ("approver", "head", True), ("official", "approver", False),
        ("approver", "official", False), ("head", "approver", False), ("official", "publisher", False),
        ("publisher", "publisher", True), ("publisher", "administrator", False), ("official", "administrator", False),
    ],
)  # fmt: skip
def test_deputy_is_named_by(absent, by, allowed):
    away = UserFactory(role=absent)
    deputy = UserFactory(role=Role.HEAD)
    by = away if by == "self" else UserFactory(role=by)

    if allowed:
        row = name(away, deputy, by=by)
        assert (row.absent, row.deputy, row.set_by) == (away, deputy, by)
        assert Event.objects.get(verb="name_deputy", refused=False).actor == by
    else:
        with pytest.raises(Refused, match="You name a deputy for yourself"):
            name(away, deputy, by=by)
        assert Event.objects.get(verb="name_deputy").refused


def test_deputy_names_no_deputies_in_the_place_of_a_head():
    user, other = UserFactory(role=Role.OFFICIAL), UserFactory(role=Role.OFFICIAL)
    stand_in(UserFactory(role=Role.HEAD), user)

    with pytest.raises(Refused, match="You name a deputy for yourself"):
        name(other, user, by=anew(user))


REFUSED = [
    ({"first": 0, "days": -1}, "The last day comes before the first|The last day is over already"),
    ({"first": -9, "days": 3}, "The last day is over already"),
    ({"first": 0, "days": 90}, "At most 90 days"),
    ({"reason": "  "}, "Say why"),
]


@pytest.mark.parametrize(("terms", "message"), REFUSED)
def test_deputy_is_refused_for(terms, message):
    with pytest.raises(Refused, match=message):
        name(UserFactory(role=Role.APPROVER), UserFactory(role=Role.HEAD), **terms)

    assert not Deputy.objects.exists()


def test_ninety_days_are_the_most():
    row = name(UserFactory(role=Role.APPROVER), UserFactory(role=Role.HEAD), days=89)

    assert row.until_at - row.from_at == 90 * DAY


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR, Role.OFFICIAL, Role.SECRETARY])
def test_publisher_is_not_replaced_by(role):
    with pytest.raises(Refused, match="A deputy is another person of the same office"):
        name(UserFactory(role=Role.PUBLISHER), UserFactory(role=role))


def test_deputy_of_another_office_is_refused():
    stranger = UserFactory(role=Role.HEAD, office=OfficeFactory(code="fstb"))

    with pytest.raises(Refused, match="A deputy is another person of the same office"):
        name(UserFactory(role=Role.APPROVER), stranger)


def test_second_deputy_for_the_same_days_is_refused():
    absent = UserFactory(role=Role.APPROVER)
    name(absent, UserFactory(role=Role.HEAD, name="Ben"))

    with pytest.raises(Refused, match="Ben is deputy in these days already"):
        name(absent, UserFactory(role=Role.HEAD), first=5)
    assert name(absent, UserFactory(role=Role.HEAD), first=6)


def test_who_is_away_is_no_deputy():
    away = UserFactory(role=Role.HEAD, name="Ben")
    name(away, UserFactory(role=Role.APPROVER))

    with pytest.raises(Refused, match="Ben is away in these days too"):
        name(UserFactory(role=Role.APPROVER), away)


def test_deputy_is_told_and_so_is_who_is_away():
    absent, user = UserFactory(role=Role.OFFICIAL), UserFactory(role=Role.OFFICIAL)
    head = UserFactory(role=Role.HEAD)

    name(absent, user, by=head)

    told = Notice.objects.filter(kind=Notice.Kind.DEPUTY).values_list("person", "detail__since")
    assert sorted(told) == [(absent.pk, today().isoformat()), (user.pk, today().isoformat())]


def test_ended_early_it_gives_nothing_more():
    absent, user = UserFactory(role=Role.APPROVER), UserFactory(role=Role.OFFICIAL)
    row = stand_in(absent, user)

    end_deputy(row, by=user)

    assert not anew(user).may(Permission.APPROVE_FIGURES)
    with pytest.raises(Refused, match="This is over already"):
        end_deputy(row, by=absent)
    assert Event.objects.filter(verb="end_deputy", refused=False).get().actor == user


IMPOSSIBLE = {
    "deputy_is_another_person": lambda row: {"deputy": row.absent},
    "deputy_until_after_from": lambda row: {"until_at": row.from_at},
    "deputy_ended_with_person_and_moment": lambda row: {"ended_at": row.until_at},
}


@pytest.mark.parametrize("constraint", IMPOSSIBLE)
def test_deputy_constraint(constraint):
    row = stand_in(UserFactory(role=Role.APPROVER), UserFactory(role=Role.OFFICIAL))

    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        Deputy.objects.update(**IMPOSSIBLE[constraint](row))


# The page


def form(absent, deputy, **more):
    days = {"from_day": today().isoformat(), "last_day": (today() + DAY).isoformat()}
    return {"absent": absent.pk, "deputy": deputy.pk, "reason": "On leave", **days} | more


def test_absence_page_names_a_deputy_and_ends_it(client):
    absent, user = UserFactory(role=Role.APPROVER), UserFactory(role=Role.OFFICIAL, name="Ben")
    client.force_login(absent)

    answer = client.post(reverse("desk:absence"), form(absent, user))
    row = Deputy.objects.get()
    page = client.get(reverse("desk:absence"))
    ended = client.post(reverse("desk:absence-end", args=[row.pk]))

    assert (answer.status_code, ended.status_code) == (302, 302)
    assert [r["deputyship"] for r in page.context["rows"]] == [row]
    assert (page.context["rows"][0]["in_force"], page.context["rows"][0]["may_end"]) == (True, True)
    assert client.get(reverse("desk:absence")).context["rows"] == []


def test_header_says_for_whom_the_person_acts(client):
    user = UserFactory(role=Role.OFFICIAL)
    stand_in(UserFactory(role=Role.APPROVER, name="Ada Away"), user)
    client.force_login(user)

    assert "also for Ada Away" in client.get(reverse("desk:absence")).content.decode()


def test_absence_page_says_what_is_wrong_and_keeps_what_was_typed(client):
    absent = UserFactory(role=Role.APPROVER)
    client.force_login(absent)

    page = client.post(reverse("desk:absence"), form(absent, absent, last_day="soon", reason="On leave"))

    assert page.status_code == 200
    assert [(str(label), text) for label, _id, text in page.context["form"].problems] == [
        ("Deputy", "Choose another person than the one who is away."),
        ("Until the end of", "Write the day as 2026-10-30."),
    ]
    assert 'value="On leave"' in page.content.decode()
    assert not Deputy.objects.exists()


def test_official_names_no_deputy_for_a_colleague_by_a_forged_form(client):
    user, colleague = UserFactory(), UserFactory()
    client.force_login(user)

    page = client.post(reverse("desk:absence"), form(colleague, user))

    assert "absent" in page.context["form"].errors
    assert not Deputy.objects.exists()


def test_absence_of_another_office_does_not_exist(client):
    row = stand_in(UserFactory(role=Role.APPROVER), UserFactory(role=Role.OFFICIAL))
    client.force_login(UserFactory(role=Role.HEAD, office=OfficeFactory(code="fstb")))

    assert client.post(reverse("desk:absence-end", args=[row.pk])).status_code == 404
    assert client.get(reverse("desk:absence")).context["rows"] == []


@pytest.mark.parametrize("role", ["auditor", "member", "chair", "secretary", "administrator"])
def test_absence_page_is_closed_to(client, role):
    client.force_login(UserFactory(role=role))

    assert client.get(reverse("desk:absence")).status_code == 403


def test_release_page_says_for_whom_it_was_approved(client):
    publish_indicator()
    absent, user = UserFactory(role=Role.APPROVER, name="Ada Away"), UserFactory(role=Role.OFFICIAL)
    stand_in(absent, user)
    release = submitted_release()
    approve(release, by=user)
    client.force_login(user)

    assert "approved it, for Ada Away" in client.get(release.get_absolute_url()).content.decode()


def test_person_for_without_a_deputy_keeps_to_their_role():
    release = submitted_release()

    assert allowed_moves(release, person_for(Role.OFFICIAL, release)) == []
