"""What is typed and not saved: kept for its person alone, however the session fares."""

import datetime
import re
from urllib.parse import urlencode

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from blueprint import drafts
from blueprint.clock import database_now
from blueprint.drafts import TooMuch, forget, forget_old, keep, kept, new_tag, read_tag
from blueprint.models import Event, KeptDraft
from blueprint.permissions import Role
from tests.factories import UserFactory
from tests.races import at_once

KEEP = "/en/desk/keep/"
BACK = "/en/desk/"
TYPED = {"reason": ["The unit is wrong."]}
FOR_SCRIPT = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def person(db):
    return UserFactory(role=Role.OFFICIAL)


@pytest.fixture
def signed_in(client, person):
    client.force_login(person)
    return client


def sent(person, place="p", *, version=1, **fields):
    return {
        "keeper": new_tag(person, place, version=version, back=BACK),
        "reason": "The unit is wrong.",
    } | fields


def fields_of(person, place="p"):
    draft = kept(person, place)
    return draft and draft.fields


# Kept and forgotten


def test_kept_is_what_was_typed_last(person):
    keep(person, "p", {"reason": ["First"]}, version=1)

    keep(person, "p", TYPED, version=2)

    draft = KeptDraft.objects.get()
    assert (draft.place, draft.fields, draft.version) == ("p", TYPED, 2)


def test_places_and_persons_are_kept_apart(person):
    other = UserFactory(role=Role.OFFICIAL)
    keep(person, "p", TYPED, version=1)

    assert [fields_of(person, "q"), fields_of(other), fields_of(person)] == [None, None, TYPED]


def test_what_is_saved_is_kept_no_more(person):
    keep(person, "p", TYPED, version=1)

    forget(person, "p")

    assert fields_of(person) is None


def test_what_arrives_late_of_a_saved_form_is_not_kept_again(person):
    keep(person, "p", TYPED, version=1, form="a")
    forget(person, "p", form="a")

    late, of_another = keep(person, "p", TYPED, version=1, form="a"), fields_of(person)

    assert (late, of_another) == (False, None)
    assert keep(person, "p", TYPED, version=1, form="b")
    assert fields_of(person) == TYPED


def test_what_arrives_late_is_not_kept_where_nothing_was_kept_before(person):
    forget(person, "p", form="a")

    assert not keep(person, "p", TYPED, version=1, form="a")
    assert fields_of(person) is None


@pytest.mark.parametrize(
    "fields",
    [{"reason": ["字" * 22_000]}, {f"f{number}": [""] for number in range(401)}, {"reason": ["x"] * 40_000}],
    ids=["bytes", "fields", "values"],
)
def test_more_than_a_form_holds_is_refused(person, fields):
    keep(person, "p", TYPED, version=1)

    with pytest.raises(TooMuch):
        keep(person, "p", fields, version=1)

    assert fields_of(person) == TYPED


def test_forgotten_after_ninety_days(person):
    keep(person, "p", TYPED, version=1)
    now = database_now()

    early = forget_old(now=now + datetime.timedelta(days=89))

    assert (early, forget_old(now=now + datetime.timedelta(days=91))) == (0, 1)
    assert not KeptDraft.objects.exists()


def test_forgotten_with_a_closed_account(person):
    keep(person, "p", TYPED, version=1)
    keep(UserFactory(role=Role.OFFICIAL, is_active=False), "p", TYPED, version=1)

    forget_old(now=database_now())

    assert [draft.user for draft in KeptDraft.objects.all()] == [person]


@pytest.mark.django_db(transaction=True)
def test_many_tabs_keep_at_once():
    person = UserFactory(role=Role.OFFICIAL)

    answers = at_once(lambda index: keep(person, "p", {"n": [str(index)]}, version=1, form=f"f{index}"))

    assert answers == [True] * 8
    assert KeptDraft.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_save_that_comes_in_between_leaves_nothing_kept():
    person = UserFactory(role=Role.OFFICIAL)

    def work(index):
        return forget(person, "p", form="f") if index == 3 else keep(person, "p", TYPED, version=1, form="f")

    at_once(work)

    assert fields_of(person) is None


# Where pages send it


def test_keep_answers_with_the_time(signed_in, person):
    answer = signed_in.post(KEEP, sent(person, version=7), **FOR_SCRIPT)

    assert answer.status_code == 200
    assert re.fullmatch(r"\d\d:\d\d", answer.json()["at"])
    draft = kept(person, "p")
    assert (draft.fields, draft.version) == (TYPED, 7)


def test_keep_leaves_no_event_and_no_secret(signed_in, person):
    before = Event.objects.count()

    signed_in.post(KEEP, sent(person, password="secret", csrfmiddlewaretoken="x", token="t"), **FOR_SCRIPT)

    assert (Event.objects.count(), fields_of(person)) == (before, TYPED)


def test_keep_says_whether_it_is_new(signed_in, person):
    form = sent(person)

    answers = [signed_in.post(KEEP, form, **FOR_SCRIPT).json()["new"] for _ in range(2)]

    assert answers == [True, False]


def test_what_a_browser_kept_is_not_put_over_what_was_typed_later(signed_in, person):
    keep(person, "p", {"reason": ["Typed later"]}, version=1)

    answer = signed_in.post(KEEP, sent(person, age="60"), **FOR_SCRIPT)

    assert answer.json()["new"] is False
    assert fields_of(person) == {"reason": ["Typed later"]}


def test_keep_refuses_too_much_in_words(signed_in, person):
    answer = signed_in.post(KEEP, sent(person, reason="x" * 66_000), **FOR_SCRIPT)

    assert answer.status_code == 413
    assert answer.json() == {"words": "This is more than the form can hold. Shorten what you wrote."}
    assert signed_in.post(KEEP, sent(person, reason="x" * 66_000)).status_code == 413


@pytest.mark.parametrize("tag", ["", "nonsense", "a:b:c"])
def test_keep_refuses_what_is_no_form_of_ours(signed_in, tag):
    assert signed_in.post(KEEP, {"keeper": tag, "reason": "x"}).status_code == 400
    assert not KeptDraft.objects.exists()


def test_what_is_saved_is_used_instead(signed_in, person):
    keep(person, "p", TYPED, version=1)

    answer = signed_in.post(KEEP, sent(person, forget="1"))

    assert (answer.status_code, answer["Location"]) == (302, BACK)
    assert fields_of(person) is None


def test_stay_signed_in_answers_with_the_time_left(signed_in, settings):
    seconds = signed_in.get(KEEP).json()["seconds"]

    assert seconds[0] == settings.SESSION_IDLE_AGE - 60
    assert settings.SESSION_COOKIE_AGE - 60 < seconds[1] <= settings.SESSION_COOKIE_AGE


# After the session


def end_by_idling(client, settings):
    settings.SESSION_IDLE_AGE = -1


def end_on_the_server(client, settings):
    Session.objects.all().delete()


def sign_out_elsewhere(client, settings):
    client.cookies.clear()


ENDS = [end_by_idling, end_on_the_server, sign_out_elsewhere]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("address", [KEEP, "/en/desk/indicators/I1/enter/", "/en/room/"])
def test_sent_after_the_session_ended_is_kept_for_its_person(signed_in, person, settings, end, address):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in.cookies
    form = sent(person)
    end(strict, settings)

    answer = strict.post(address, form)

    assert (answer.status_code, answer["Location"]) == (
        303,
        f"/accounts/login/?{urlencode({'next': BACK}, safe='/')}",
    )
    assert fields_of(person) == TYPED


def test_script_is_told_where_to_sign_in(client, person):
    answer = client.post(KEEP, sent(person), **FOR_SCRIPT)

    assert (answer.status_code, answer.json()) == (401, {"sign_in": "/accounts/login/?next=/en/desk/"})
    assert fields_of(person) == TYPED


def test_sign_in_says_that_what_was_typed_is_kept(client, person):
    page = client.post(KEEP, sent(person), follow=True)

    assert "What you typed is kept. Sign in, and it is there again." in page.content.decode()


def test_tag_outlives_its_session_by_a_day_only(client, person, monkeypatch):
    form = sent(person)
    monkeypatch.setattr(drafts, "HELD", 0)

    client.post(KEEP, form)

    assert fields_of(person) is None


def test_nobody_keeps_for_a_closed_account(client, person):
    form = sent(person)
    person.is_active = False
    person.save()

    client.post(KEEP, form)

    assert not KeptDraft.objects.exists()


def test_too_much_after_the_session_is_told(client, person):
    assert client.post(KEEP, sent(person, reason="x" * 66_000)).status_code == 413


def test_form_of_another_person_changes_nothing_in_ones_own_name(signed_in, person):
    other = UserFactory(role=Role.OFFICIAL)

    answer = signed_in.post(KEEP, sent(other), follow=True)

    assert answer.redirect_chain == [("/en/desk/", 303)]
    assert [fields_of(person), fields_of(other)] == [None, TYPED]
    assert "Another person had opened that form here" in answer.content.decode()


def test_form_of_an_earlier_sign_in_is_kept_and_shown_again(person):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person)

    answer = strict.post("/en/desk/indicators/I1/enter/", sent(person) | {"csrfmiddlewaretoken": "old"})

    assert (answer.status_code, answer["Location"]) == (303, BACK)
    assert fields_of(person) == TYPED


def test_forged_request_keeps_nothing(person):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person)

    assert strict.post(KEEP, {"reason": "x"}).status_code == 403
    assert not KeptDraft.objects.exists()


def test_button_without_words_leads_back_to_its_page(client, db):
    page = "/en/desk/releases/1/?a=b"

    answer = client.post("/en/desk/releases/1/approve/", headers={"Referer": f"http://testserver{page}"})

    assert (answer.status_code, answer["Location"]) == (
        303,
        f"/accounts/login/?{urlencode({'next': page}, safe='/')}",
    )


@pytest.mark.parametrize(
    "before",
    ["https://elsewhere.example/en/desk/", "http://testserver/en/", "http://testserver/accounts/login/", "x"],
)
def test_button_leads_nowhere_else(client, db, before):
    answer = client.post("/en/desk/releases/1/approve/", headers={"Referer": before})

    assert (answer.status_code, answer["Location"]) == (
        302,
        "/accounts/login/?next=/en/desk/releases/1/approve/",
    )


def test_tag_says_whose_form_it_is_and_where_it_stands(person):
    keeper = read_tag(new_tag(person, "p", version=3, back="/en/desk/"))

    assert (keeper.user, keeper.place, keeper.version, keeper.back) == (person.pk, "p", 3, "/en/desk/")


# Nobody else reads it


@pytest.mark.parametrize("role", list(Role))
def test_W04_nobody_else_reads_what_is_kept(client, person, role):
    """On no page of the desk, the room or the admin, whoever looks."""
    keep(person, "enter:I1:2025", {"value": ["98765.4321"]}, version=0)
    office = {"office": person.office} if role in ("official", "approver", "head") else {}
    client.force_login(UserFactory(role=role, **office))

    pages = ["/en/desk/", "/en/room/", "/admin/", "/admin/blueprint/keptdraft/", KEEP]

    assert not [page for page in pages if "98765.4321" in client.get(page, follow=True).content.decode()]
