"""The entry page as it was left, and two people on the same entry."""

import re
import uuid
from decimal import Decimal

import pytest
from django.test import Client
from django.utils.translation import override

from blueprint.actions import submit_release, withdraw_release
from blueprint.drafts import kept
from blueprint.invariants import check_invariants
from blueprint.models import Event, KeptDraft, Release
from blueprint.permissions import Role
from indicators.models import ObservationEntry
from tests.factories import (
    OfficeFactory,
    UserFactory,
    accept_all_gaps,
    publish_indicator,
    publish_observation,
    publish_office,
)

ENTER = "/en/desk/indicators/I1/enter/"
PERIOD = f"{ENTER}?period=2025"


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def office(db):
    publish_office()
    publish_indicator(short_name_en="Ratio")
    publish_observation(period="2024", value=Decimal("1.4"))
    return OfficeFactory(code="itc")


@pytest.fixture
def person(office):
    """Signs an official of the office in, in a browser of their own."""

    def person(name="Chan Tai Man"):
        browser = Client()
        browser.user = UserFactory(role=Role.OFFICIAL, name=name, office=office)
        browser.force_login(browser.user)
        return browser

    return person


def form_on(browser, address=PERIOD):
    """What a browser sends of a page as it stands."""
    page = browser.get(address)
    return fields_in(page)


def fields_in(page):
    form = page.context["form"]
    sent = {f.html_name: f.value() for f in form if f.value() is not None and f.value() is not False}
    sent |= {"keeper": page.context["keeping"].tag, "evidence_url": "https://example.org/table"}
    if page.context.get("conflict"):
        sent["merging"] = "1"
        sent |= {clash.name: clash.take for clash in page.context["clashes"] if clash.take}
    return {name: "on" if value is True else str(value) for name, value in sent.items()}


def save(browser, sent, **typed):
    return browser.post(ENTER, sent | {"save": "1"} | typed)


def drafted():
    return {
        row.breakdown: (str(row.value.normalize()), row.note_en) for row in ObservationEntry.objects.all()
    }


def sides(answer):
    return {
        clash.field.name: (clash.theirs, clash.field.value(), clash.take)
        for clash in answer.context["clashes"]
    }


# Two people, one entry


def test_C01_stale_save_shows_both_versions_and_stores_nothing(person):
    first, second = person("Chan Tai Man"), person("Lee Siu Ming")
    save(first, form_on(first), value="1.5", note_en="First.")
    a, b = form_on(first), form_on(second)
    assert save(first, a, value="1.6").status_code == 302
    release = Release.objects.get()
    version, events = release.version, Event.objects.filter(refused=False).count()

    late = save(second, b, value="1.7", note_en="Mine.")

    assert late.status_code == 409
    assert sides(late) == {"value": ("1.6", "1.7", ""), "note_en": ("First.", "Mine.", "mine")}
    assert "Chan Tai Man saved this entry at" in late.content.decode()
    release.refresh_from_db()
    assert (drafted(), release.version) == ({"total": ("1.6", "First.")}, version)
    assert Event.objects.filter(refused=False).count() == events
    assert Release.objects.filter(pk=release.pk, version=version - 1, state="draft").update(title_en="x") == 0
    assert check_invariants() == []


@pytest.mark.parametrize(
    "pieces",
    ["[" * 5000, '[{"url": "https://a.example", "title": "\\ud800", "public": true}]'],
    ids=["deep", "half"],
)
def test_a_list_that_no_form_wrote_is_left_for_the_form_when_versions_meet(person, pieces):
    first, second = person(), person()
    save(first, form_on(first), value="1.5")
    b = form_on(second)
    save(first, form_on(first), value="1.6")

    late = save(second, b, value="1.7", pieces=pieces)

    assert (late.status_code, "pieces" in late.context["form"].errors) == (409, True)


@pytest.mark.parametrize(("choice", "value"), [("theirs", "1.6"), ("mine", "1.8")])
def test_merged_version_is_saved_as_it_was_chosen(person, choice, value):
    first, second = person(), person()
    save(first, form_on(first), value="1.5")
    b = form_on(second)
    save(first, form_on(first), value="1.6")
    late = save(second, b, value="1.7", note_en="Mine.")

    answer = save(second, fields_in(late), take_value=choice, value="1.8")

    assert answer.status_code == 302
    assert drafted() == {"total": (value, "Mine.")}
    assert kept(second.user, "enter:I1:2025") is None


def test_field_that_only_the_other_changed_is_theirs_without_asking(person):
    first, second = person(), person()
    save(first, form_on(first), value="1.5", note_en="First.")
    b = form_on(second)
    save(first, form_on(first), note_en="Second.", qualifier="about")

    late = save(second, b, value="1.7")

    assert sides(late) == {
        "value": ("1.5", "1.7", "mine"),
        "qualifier": ("about", "exact", "theirs"),
        "note_en": ("Second.", "First.", "theirs"),
    }
    assert save(second, fields_in(late)).status_code == 302
    assert drafted() == {"total": ("1.7", "Second.")}


def test_what_both_changed_waits_for_a_choice(person):
    first, second = person(), person()
    save(first, form_on(first), value="1.5")
    b = form_on(second)
    save(first, form_on(first), value="1.6")
    late = save(second, b, value="1.7")

    again = save(second, fields_in(late), value="1.75")

    assert again.status_code == 409
    assert [clash.field.name for clash in again.context["unchosen"]] == ["value"]
    assert (sides(again), drafted()) == ({"value": ("1.6", "1.75", "")}, {"total": ("1.6", "")})


def test_third_save_in_between_is_shown_again(person):
    first, second = person(), person()
    save(first, form_on(first), value="1.5")
    b = form_on(second)
    save(first, form_on(first), value="1.6")
    late = save(second, b, value="1.7")
    save(first, form_on(first), value="1.65")

    answer = save(second, fields_in(late), take_value="mine")

    assert (answer.status_code, sides(answer)) == (409, {"value": ("1.65", "1.7", "")})


def test_text_shows_what_differs_by_more_than_colour(person):
    first, second = person(), person()
    save(first, form_on(first), value="1.5", note_en="It rose by much.")
    b = form_on(second)
    save(first, form_on(first), note_en="It rose by little.")

    late = save(second, b, note_en="It rose by <b>some.")

    assert "<del>&lt;b&gt;some</del><ins>little</ins>" in re.sub(r"</?span>", "", late.content.decode())


@pytest.mark.parametrize("move", ["submit", "withdraw"])
def test_entry_that_went_on_keeps_what_was_typed(person, move):
    first, second = person(), person()
    save(first, form_on(first), value="1.5")
    b = form_on(second)
    release = Release.objects.get()
    if move == "submit":
        accept_all_gaps(release)
        submit_release(release, by=first.user)
    else:
        withdraw_release(release, by=first.user)

    late = save(second, b, value="1.7", note_en="Typed with care.")

    assert late.status_code == 409
    assert "Typed with care." in late.content.decode()
    assert kept(second.user, "enter:I1:2025").fields["note_en"] == ["Typed with care."]
    said = {"submit": "It is now: Waiting for approval.", "withdraw": "begins a new release"}[move]
    assert said in late.content.decode()


def test_C04_same_token_with_another_body_is_refused_and_the_first_stays(person):
    browser = person()
    sent = form_on(browser) | {"value": "1.5"}
    assert save(browser, sent).status_code == 302

    again = save(browser, sent, value="1.6")

    assert (again.status_code, drafted()) == (422, {"total": ("1.5", "")})
    assert again.context["form"]["value"].value() == "1.6"
    assert "What was saved first stays" in again.content.decode()


def test_same_form_sent_twice_is_one_save(person):
    browser = person()
    sent = form_on(browser) | {"value": "1.5"}

    answers = [save(browser, sent)["Location"] for _ in range(2)]

    assert answers == [PERIOD] * 2
    assert Event.objects.filter(verb="save_entry").count() == 1
    assert Release.objects.get().version == 1


# The page as it was left


def test_refused_form_is_kept_and_stands_there_again(person):
    browser = person()
    assert save(browser, form_on(browser), value="many").status_code == 200

    page = browser.get(PERIOD)

    assert page.context["form"]["value"].value() == "many"
    assert re.search(r"You typed this at \d\d:\d\d and did not save it\.", page.content.decode())


def test_accepted_form_is_forgotten(person):
    browser = person()
    save(browser, form_on(browser), value="many")

    save(browser, form_on(browser), value="1.5")

    assert "did not save it" not in browser.get(PERIOD).content.decode()
    assert not KeptDraft.objects.kept_for(browser.user).exists()


def test_what_was_typed_keeps_the_version_of_the_page(person):
    browser = person()
    save(browser, form_on(browser), value="1.5")
    browser.post("/en/desk/keep/", form_on(browser) | {"value": "1.6"})

    answer = save(browser, form_on(browser))

    assert (answer.status_code, drafted()) == (302, {"total": ("1.6", "")})


def test_what_was_typed_is_never_put_over_a_newer_save(person):
    first, second = person(), person()
    save(first, form_on(first), value="1.5")
    second.post("/en/desk/keep/", form_on(second) | {"value": "1.7"})
    save(first, form_on(first), value="1.6")

    page = second.get(PERIOD)

    assert (page.status_code, sides(page)) == (200, {"value": ("1.6", "1.7", "")})
    assert save(second, fields_in(page), take_value="mine").status_code == 302
    assert drafted() == {"total": ("1.7", "")}


def test_what_was_typed_beside_another_period_comes_back_without_a_question(person):
    first, second = person(), person()
    save(first, form_on(first), value="1.5")
    second.post("/en/desk/keep/", form_on(second) | {"value": "1.7"})
    save(first, form_on(first, f"{ENTER}?period=new"), period="2023", value="1.3")

    page = second.get(PERIOD)

    assert page.context["form"]["value"].value() == "1.7"
    assert save(second, fields_in(page)).status_code == 302


def test_page_of_both_versions_is_kept_as_one(person):
    """What was merged so far comes back as that, and not as if it had been typed beside what stands now."""
    first, second = person(), person()
    save(first, form_on(first), value="1.5")
    b = form_on(second)
    save(first, form_on(first), value="1.6")
    late = save(second, b, value="1.7")

    second.post("/en/desk/keep/", fields_in(late) | {"value": "1.75"})

    assert sides(second.get(PERIOD)) == {"value": ("1.6", "1.75", "")}


def test_other_periods_that_wait_are_named(person):
    browser = person()
    browser.post("/en/desk/keep/", form_on(browser) | {"value": "1.7"})

    page = browser.get(f"{ENTER}?period=new")

    assert page.context["typed_elsewhere"] == [(PERIOD, "2025")]


def test_colleague_sees_nothing_of_what_was_typed(person):
    first, second = person(), person()
    first.post("/en/desk/keep/", form_on(first) | {"value": "98765.4321"})

    pages = [PERIOD, "/en/desk/", "/en/indicators/I1/", "/en/desk/indicators/I1/log/"]

    assert not [page for page in pages if "98765.4321" in second.get(page).content.decode()]


def test_what_was_typed_comes_back_after_sign_in(person):
    browser = person()
    sent = form_on(browser) | {"value": "1.7", "token": str(uuid.uuid4())}
    browser.logout()

    to_sign_in = save(browser, sent)
    browser.force_login(browser.user)

    assert to_sign_in["Location"] == "/accounts/login/?next=/en/desk/indicators/I1/enter/%3Fperiod%3D2025"
    assert browser.get(PERIOD).context["form"]["value"].value() == "1.7"
    assert not ObservationEntry.objects.exists()
