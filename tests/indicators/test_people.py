"""Who has what: set by the head of an office, who also reminds of what is late."""

import datetime

import pytest

from blueprint.models import Event, Notice
from blueprint.permissions import Role
from indicators.assigning import Asked, AssignedMeanwhile, assign, remind
from indicators.assignments import assigned_to
from indicators.models import Assignment
from tests.factories import (
    OfficeFactory,
    UserFactory,
    change,
    publish_changes,
    publish_indicator,
    submitted_release,
)
from tests.indicators.test_updates import OVERDUE, figure, give, indicators, late, of_another_office, returned
from tests.races import at_once

PEOPLE, ASSIGN, REMIND = "/en/desk/people/", "/en/desk/people/assign/", "/en/desk/people/remind/"


@pytest.fixture
def office(db):
    """An office with a head, two officials and an approver, and three late indicators: one is Ann's."""
    late("I1", "I2", "I3")
    head = UserFactory(role=Role.HEAD, name="Hal Head")
    ann, ben = UserFactory(name="Ann"), UserFactory(name="Ben")
    give("I1", ann)
    return head, ann, ben


@pytest.fixture
def at_desk(client, office):
    client.force_login(office[0])
    return client


def sent(**people):
    """What the form sends of each indicator: code=(who it said has it, who shall)."""
    fields = {}
    for code, (was, to) in people.items():
        fields |= {f"was-{code}": was.pk if was else "", f"to-{code}": to.pk if to else ""}
    return fields


def holders():
    return dict(Assignment.objects.order_by("indicator").values_list("indicator", "official__name"))


def notices(kind):
    return sorted(Notice.objects.filter(kind=kind).values_list("person__name", "indicator"))


def messages_of(answer):
    return [str(message) for message in answer.context["messages"]]


# Who has what


def test_head_gives_indicators_to_people_and_they_are_told(at_desk, office):
    head, ann, ben = office

    answer = at_desk.post(ASSIGN, sent(I1=(ann, ben), I2=(None, ann), I3=(None, None)), follow=True)

    assert messages_of(answer) == ["2 indicators changed hands, and the people were told."]
    assert holders() == {"I1": "Ben", "I2": "Ann"}
    assert notices("reassigned") == [("Ann", "I1"), ("Ann", "I2"), ("Ben", "I1")]
    events = Event.objects.filter(verb="assign").order_by("id")
    assert [(e.actor, e.subject, e.detail["before"], e.detail["to"], e.refused) for e in events] == [
        (head, "I1", ann.pk, ben.pk, False),
        (head, "I2", None, ann.pk, False),
    ]


def test_head_takes_an_indicator_back(at_desk, office):
    _head, ann, _ben = office

    at_desk.post(ASSIGN, sent(I1=(ann, None)))

    assert holders() == {}
    assert notices("reassigned") == [("Ann", "I1")]


def test_form_sent_twice_changes_once(at_desk, office):
    _head, ann, ben = office
    form = sent(I1=(ann, ben))

    at_desk.post(ASSIGN, form, follow=True)
    again = at_desk.post(ASSIGN, form, follow=True)

    assert messages_of(again) == ["Nothing was changed."]
    assert Event.objects.filter(verb="assign").count() == 1
    assert notices("reassigned") == [("Ann", "I1"), ("Ben", "I1")]


def test_what_somebody_else_set_meanwhile_is_not_overwritten_in_silence(at_desk, office):
    head, ann, ben = office
    assign([Asked("I1", was=ann.pk, to=head.pk)], office="itc", by=head)

    answer = at_desk.post(ASSIGN, sent(I1=(ann, ben), I2=(None, ben)))

    assert answer.status_code == 409
    assert holders() == {"I1": "Hal Head"}
    rows = {row["work"].code: row for row in answer.context["rows"]}
    assert (rows["I1"]["meanwhile"], rows["I1"]["to"].value()) == ("Set meanwhile: Hal Head", str(ben.pk))
    assert (rows["I1"]["was"].value(), rows["I2"]["meanwhile"]) == (str(head.pk), "")


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR])
def test_indicator_goes_only_to_who_may_enter(at_desk, office, role):
    other = UserFactory(role=role)

    answer = at_desk.post(ASSIGN, sent(I2=(None, other)), follow=True)

    assert messages_of(answer) == [
        "An indicator can be given only to somebody of the office who may enter figures."
    ]
    assert holders() == {"I1": "Ann"}


def test_W04_indicator_of_another_office_is_not_given(at_desk, office):
    of_another_office("J1")
    stranger = UserFactory(office=OfficeFactory(code="dpo"), name="Stranger")

    at_desk.post(ASSIGN, sent(J1=(None, office[1]), I2=(None, stranger)))

    assert holders() == {"I1": "Ann"}
    page = at_desk.get(PEOPLE).content.decode()
    assert "Stranger" not in page
    assert "Secret J1" not in page


def test_two_heads_at_the_same_moment_one_is_told(transactional_db):
    indicators(I1=OVERDUE)
    heads = [UserFactory(role=Role.HEAD, name=name) for name in ("A", "B")]

    answers = at_once(
        lambda n: assign([Asked("I1", was=None, to=heads[n].pk)], office="itc", by=heads[n]), threads=2
    )

    (winner,) = holders().values()
    (refused,) = [answer for answer in answers if answer != 1]
    assert isinstance(refused, AssignedMeanwhile)
    assert refused.held["I1"].name == winner
    assert Event.objects.filter(verb="assign", refused=False).count() == 1


def test_who_left_the_office_holds_nothing_any_more(office, client):
    head, ann, ben = office
    assert assigned_to("I1") == ann

    ann.office = OfficeFactory(code="dpo")
    ann.save()

    assert assigned_to("I1") is None
    client.force_login(head)
    assert client.post(ASSIGN, sent(I1=(None, ben))).status_code == 302
    assert assigned_to("I1") == ben


@pytest.mark.parametrize("fields", [{"is_active": False}, {"role": Role.APPROVER}])
def test_who_may_not_enter_any_more_holds_nothing(office, fields):
    _head, ann, _ben = office
    for name, value in fields.items():
        setattr(ann, name, value)
    ann.save()

    assert assigned_to("I1") is None


def test_indicator_that_moved_to_another_office_is_nobodys(office):
    publish_changes(change("office", office="dpo", name_en="Digital Policy Office"))
    publish_indicator("I1", office="dpo")

    assert assigned_to("I1") is None


# What is late


def parts(answer):
    return [
        (part.person.name if part.person else None, len(part.works), [late.work.code for late in part.late])
        for part in answer.context["reminders"]
    ]


def test_head_sees_what_is_late_by_person(at_desk, office):
    submitted_release(created_by=office[2], entries=[figure("I2")])
    returned(created_by=office[2], entries=[figure("I3")])

    assert parts(at_desk.get(PEOPLE)) == [
        (None, 2, ["I3"]),
        ("Ann", 1, ["I1"]),
        ("Ben", 0, []),
        ("Hal Head", 0, []),
    ]


def test_of_many_late_figures_some_are_named_and_all_are_counted(at_desk, office):
    late(*[f"J{number:02}" for number in range(12)])

    (nobody, *_rest) = at_desk.get(PEOPLE).context["reminders"]

    assert (len(nobody.late), len(nobody.shown), nobody.more) == (14, 10, 4)


def test_head_reminds_of_all_that_a_person_has_late(at_desk, office):
    head, ann, _ben = office
    give("I2", ann)

    answer = at_desk.post(REMIND, {"person": ann.pk}, follow=True)

    assert messages_of(answer) == ["Reminded of 2 late figures: Ann"]
    assert notices("asked") == [("Ann", "I1"), ("Ann", "I2")]
    events = Event.objects.filter(verb="remind").order_by("id")
    assert [(e.actor, e.subject, e.detail["people"]) for e in events] == [
        (head, "I1", [ann.pk]),
        (head, "I2", [ann.pk]),
    ]


def test_head_reminds_of_one(at_desk, office):
    _head, ann, _ben = office
    give("I2", ann)

    at_desk.post(REMIND, {"person": ann.pk, "indicator": "I2"})

    assert notices("asked") == [("Ann", "I2")]
    late = {
        one.work.code: one.reminded for part in at_desk.get(PEOPLE).context["reminders"] for one in part.late
    }
    assert late == {"I1": False, "I2": True, "I3": False}


def test_of_what_nobody_has_all_who_enter_are_reminded(at_desk, office):
    at_desk.post(REMIND, {"person": "none", "indicator": "I3"})

    assert notices("asked") == [("Ann", "I3"), ("Ben", "I3")]


def test_two_presses_on_one_day_are_one(at_desk, office):
    first = at_desk.post(REMIND, {"person": office[1].pk}, follow=True)
    second = at_desk.post(REMIND, {"person": office[1].pk}, follow=True)

    assert messages_of(first) == ["Reminded of 1 late figure: Ann"]
    assert messages_of(second) == [
        "Nobody was reminded: it is not late any more, or they were reminded today."
    ]
    assert notices("asked") == [("Ann", "I1")]
    assert Event.objects.filter(verb="remind").count() == 1


def test_reminder_of_another_day_is_another(at_desk, office):
    at_desk.post(REMIND, {"person": office[1].pk})
    yesterday = datetime.date.today() - datetime.timedelta(days=3)
    Notice.objects.update(key=f"I1:{yesterday.isoformat()}")

    at_desk.post(REMIND, {"person": office[1].pk})

    assert notices("asked") == [("Ann", "I1")] * 2


def test_two_heads_who_remind_at_the_same_moment_remind_once(transactional_db):
    indicators(I1=OVERDUE)
    heads = [UserFactory(role=Role.HEAD) for _ in range(2)]
    ann = UserFactory(name="Ann")

    answers = at_once(lambda n: remind(["I1"], office="itc", to=ann, by=heads[n]), threads=2)

    assert sorted(answers) == [0, 1]
    assert notices("asked") == [("Ann", "I1")]
    assert Event.objects.filter(verb="remind").count() == 1


def test_nobody_is_reminded_of_what_is_handed_in(at_desk, office):
    submitted_release(entries=[figure("I1")])

    at_desk.post(REMIND, {"person": office[1].pk, "indicator": "I1"})

    assert notices("asked") == []


def test_head_does_not_remind_oneself(at_desk, office):
    give("I2", office[0])

    page = at_desk.get(PEOPLE)
    at_desk.post(REMIND, {"person": office[0].pk})

    own = next(part for part in page.context["reminders"] if part.person == office[0])
    assert (own.asks, own.waits, notices("asked")) == (False, False, [])


def test_nobody_of_that_number_is_reminded(at_desk):
    for person in ("", "x", "999999", "²"):
        assert at_desk.post(REMIND, {"person": person}).status_code == 404


def test_W04_person_of_another_office_does_not_exist(at_desk):
    stranger = UserFactory(office=OfficeFactory(code="dpo"))

    assert at_desk.post(REMIND, {"person": stranger.pk}).status_code == 404


# Who comes here, and at what price


def test_who_has_what_is_for_the_head(client, office):
    form, answers = sent(I2=(None, office[2])), {}
    for role in Role.values:
        client.force_login(UserFactory(role=role))
        asked = [client.get(PEOPLE, {"office": "itc"}), client.post(ASSIGN, form)]
        asked.append(client.post(REMIND, {"person": office[1].pk}))
        answers[role] = [answer.status_code for answer in asked]

    seen = {role: [403, 403, 403] for role in Role.values}
    seen |= {"head": [200, 302, 302], "publisher": [200, 403, 403], "auditor": [200, 403, 403]}
    assert answers == seen
    done = Event.objects.filter(verb__in=["assign", "remind"], refused=False)
    assert sorted(done.values_list("actor__role", "verb")) == [("head", "assign"), ("head", "remind")]
    assert (holders(), notices("asked")) == ({"I1": "Ann", "I2": "Ben"}, [("Ann", "I1")])


def test_who_looks_after_all_work_is_led_to_an_office_first(client, office):
    client.force_login(UserFactory(role=Role.PUBLISHER))

    assert client.get(PEOPLE).headers["Location"] == "/en/desk/"
    assert client.get(PEOPLE, {"office": "nowhere"}).headers["Location"] == "/en/desk/"


@pytest.mark.parametrize("count", [1, 3])
def test_people_query_count(client, db, django_assert_num_queries, count):
    late(*[f"I{number}" for number in range(count)])
    client.force_login(UserFactory(role=Role.HEAD))
    for number in range(count):
        give(f"I{number}", UserFactory())
    client.get(PEOPLE)

    with django_assert_num_queries(14):
        answer = client.get(PEOPLE)

    assert len(answer.context["rows"]) == count
