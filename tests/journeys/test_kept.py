"""In the browser: nothing typed is lost, whatever becomes of the connection, the session or the page."""

import re
import time

import pytest
from django.contrib.sessions.models import Session

from blueprint.drafts import kept
from blueprint.models import Event, KeptDraft
from indicators.models import ObservationEntry
from tests.factories import (
    PASSWORD,
    OfficeFactory,
    UserFactory,
    publish_indicator,
    publish_observation,
    publish_office,
)

# What a browser does with a page does not depend on the database; races of two saves are in tests/indicators.
pytestmark = pytest.mark.only_on("sqlite")

ENTER = "/en/desk/indicators/I1/enter/"
COMMENT = "[name=note_en]"
TYPED = "Typed with great care."
NO_CONNECTION = "net::ERR_INTERNET_DISCONNECTED"


@pytest.fixture
def office(transactional_db, live_server):
    publish_office()
    publish_indicator(short_name_en="Ratio")
    publish_observation(period="2024", value=1)
    return OfficeFactory(code="itc")


@pytest.fixture
def official(office):
    return UserFactory(role="official", name="Chan Tai Man", office=office)


@pytest.fixture
def write(sign_in):
    """A browser of this person's own on the entry page."""

    def write(person, **options):
        page = sign_in(person, ENTER, **options)
        page.wait_for_url(f"**{ENTER}*")
        return page

    return write


def state(page, text):
    page.locator("[data-keep-state]", has_text=text).wait_for(timeout=8000)


def notice(page):
    return page.locator(".typed-before").inner_text()


def warns(page):
    """Whether leaving the page would be asked about."""
    return page.evaluate("() => !dispatchEvent(new Event('beforeunload', { cancelable: true }))")


def sign_in_here(page, person):
    page.fill("[name=login]", person.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")


def test_what_is_typed_is_kept_a_moment_later_and_comes_back(write, official):
    page = write(official)
    assert not warns(page)

    page.fill(COMMENT, TYPED)
    assert warns(page)
    state(page, re.compile(r"^Kept at \d\d:\d\d\. Not saved yet\.$"))

    assert not warns(page)
    assert page.locator("[data-keep-said]").inner_text() == "What you type is kept."
    assert kept(official, "enter:I1:2025").fields["note_en"] == [TYPED]
    page.reload()
    assert page.input_value(COMMENT) == TYPED
    assert re.match(r"You typed this at \d\d:\d\d and did not save it\.", notice(page))


def test_what_is_typed_before_the_script_is_there_is_kept(write, official):
    page, held = write(official), []
    page.route("**/keep*.js", lambda route: held.append(route))
    page.goto(ENTER, wait_until="commit")
    page.fill(COMMENT, TYPED)
    page.wait_for_timeout(100)

    held[0].continue_()

    state(page, "Kept at")
    assert kept(official, "enter:I1:2025").fields["note_en"] == [TYPED]


def test_what_is_saved_is_used_instead_on_request(write, official):
    page = write(official)
    page.fill(COMMENT, TYPED)
    state(page, "Kept at")
    page.reload()

    page.click("text=Use what is saved instead")

    assert (page.input_value(COMMENT), page.locator(".typed-before").count()) == ("", 0)
    assert not KeptDraft.objects.kept_for(official).exists()


def test_back_button_brings_the_typed_text(write, official):
    page = write(official)
    page.fill(COMMENT, TYPED)
    state(page, "Kept at")

    page.click("nav >> text=My updates")
    page.go_back()

    assert page.input_value(COMMENT) == TYPED


def test_leaving_within_the_moment_keeps_it_all_the_same(write, official):
    page = write(official)
    page.on("dialog", lambda dialog: dialog.accept())
    page.fill(COMMENT, TYPED)

    page.goto("/en/desk/")

    deadline = time.monotonic() + 5
    while not kept(official, "enter:I1:2025") and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    page.goto(ENTER)
    assert page.input_value(COMMENT) == TYPED


def test_without_connection_it_is_kept_in_this_browser(write, official, page_problems):
    page = write(official)
    page.context.set_offline(True)
    page.fill(COMMENT, TYPED)
    state(page, "Not kept: no connection. It is kept in this browser until there is one.")
    assert warns(page)
    assert not KeptDraft.objects.exists()

    page.context.set_offline(False)

    state(page, "Kept at")
    assert (warns(page), kept(official, "enter:I1:2025").fields["note_en"]) == (False, [TYPED])
    assert {problem.split(" (")[0] for problem in page_problems} == {
        f"Failed to load resource: {NO_CONNECTION}"
    }
    page_problems.clear()


def test_what_a_browser_kept_comes_back_to_its_person_alone(write, official, office, page_problems):
    page = write(official)
    page.context.set_offline(True)
    page.fill(COMMENT, TYPED)
    state(page, "Not kept")
    # The browser dies without a word.
    stored = page.evaluate("JSON.stringify(Object.entries(localStorage))")
    page.close()
    page_problems.clear()

    other = write(UserFactory(role="official", office=office))
    restore = "(all) => JSON.parse(all).forEach(([name, value]) => localStorage.setItem(name, value))"
    other.evaluate(restore, stored)
    other.reload()
    mine = write(official)
    mine.evaluate(restore, stored)
    mine.reload()
    mine.locator(".typed-before").wait_for()

    assert (other.input_value(COMMENT), mine.input_value(COMMENT)) == ("", TYPED)


def test_saving_leaves_nothing_behind_and_no_warning(write, official):
    page = write(official)
    page.fill("[name=value]", "1.5")
    page.fill(COMMENT, TYPED)
    page.fill("[name=evidence_url]", "https://example.org/table")

    page.click("text=Save draft")
    page.locator("text=Draft saved. Nothing is public yet.").wait_for()

    assert (page.locator(".typed-before").count(), warns(page)) == (0, False)
    page.wait_for_function("() => !Object.keys(localStorage).some((name) => name.startsWith('keep:'))")
    assert not KeptDraft.objects.kept_for(official).exists()


def test_double_click_saves_once(write, official):
    page = write(official)
    page.fill("[name=value]", "1.5")
    page.fill("[name=evidence_url]", "https://example.org/table")

    page.dblclick("text=Save draft")
    page.locator("text=Draft saved. Nothing is public yet.").wait_for()

    assert Event.objects.filter(verb="save_entry").count() == 1


def test_signing_out_leaves_nothing_in_the_browser(write, official, page_problems):
    page = write(official)
    page.evaluate("localStorage.setItem('keep:someone:x', '{}')")

    page.click("text=Sign out")
    page.wait_for_url("**/en/")

    assert page.evaluate("Object.keys(localStorage)") == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_C14_session_that_ended_costs_nothing(write, official, office, scripts):
    """The form is open for hours, and somebody else saves meanwhile: the version is still checked."""
    page = write(official, java_script_enabled=scripts)
    save_as_another(office)
    page.fill("[name=value]", "1.7")
    page.fill(COMMENT, TYPED)
    Session.objects.all().delete()

    page.click("text=Save draft")
    assert "What you typed is kept. Sign in, and it is there again." in page.inner_text("main")
    sign_in_here(page, official)

    assert page.input_value(COMMENT) == TYPED
    assert page.locator(".clash legend").all_inner_texts()[0].startswith("Value")
    page.click("input[name=take_value][value=mine]")
    page.click("text=Save the merged version")
    page.locator("text=Draft saved. Nothing is public yet.").wait_for()
    row = ObservationEntry.objects.get()
    assert (str(row.value.normalize()), row.note_en) == ("1.7", TYPED)


def save_as_another(office):
    """A colleague's draft of the same period."""
    from decimal import Decimal

    from blueprint.actions import open_release
    from blueprint.nouns import Change
    from indicators.actions import record_saved, write_entries

    colleague = UserFactory(role="official", name="Lee Siu Ming", office=office)
    change = Change.of("observation", indicator="I1", period="2025", value=Decimal("1.6"))
    release = open_release(track="office", office=office.pk, title={"en": "Figures"}, by=colleague)
    write_entries(release, [change], by=colleague)
    record_saved(release, [change], by=colleague, was="", token="t", body="b", warnings=[], before=[])


def test_typing_on_after_the_session_ended_says_so(write, official, page_problems):
    page = write(official)
    Session.objects.all().delete()

    page.fill(COMMENT, TYPED)
    state(page, "You are signed out. What you typed is kept.")
    page.click("text=Sign in and go on")
    sign_in_here(page, official)

    assert page.input_value(COMMENT) == TYPED
    assert ["401" in problem for problem in page_problems] == [True]
    page_problems.clear()


def test_notice_before_the_session_ends_and_a_button_to_stay(write, official, settings):
    settings.SESSION_IDLE_AGE = 60 + 100
    page = write(official)
    page.clock.install()
    page.reload()
    stay = page.locator("[data-stay]")
    assert re.match(r"You will be signed out at \d\d:\d\d if you do nothing\.", stay.inner_text())

    settings.SESSION_IDLE_AGE = 30 * 60
    page.click("text=Stay signed in")
    stay.wait_for(state="hidden")
    page.clock.fast_forward(26 * 60 * 1000)
    assert stay.is_hidden()
    page.clock.fast_forward(2 * 60 * 1000)

    stay.wait_for(state="visible")


def test_two_browsers_on_one_entry_merge(write, official, office, page_problems):
    """By keyboard: the choice is made by typing into one's own text, or by the arrow keys."""
    other = UserFactory(role="official", name="Lee Siu Ming", office=office)
    first, second = write(official), write(other)
    for page, value in ((first, "1.5"), (second, "1.6")):
        page.fill("[name=value]", value)
        page.fill("[name=evidence_url]", "https://example.org/table")
        page.fill(COMMENT, f"By {value}.")
    first.click("text=Save draft")
    first.locator("text=Draft saved. Nothing is public yet.").wait_for()

    second.click("text=Save draft")
    second.locator("text=Somebody was first.").wait_for()
    assert "Chan Tai Man saved this entry at" in second.inner_text("main")
    assert second.locator("fieldset.clash").count() == 2
    second.focus("input[name=take_value][value=theirs]")
    second.keyboard.press("Space")
    second.fill(COMMENT, "By both.")
    assert second.is_checked("input[name=take_note_en][value=mine]")
    second.focus("text=Save the merged version")
    second.keyboard.press("Enter")
    second.locator("text=Draft saved. Nothing is public yet.").wait_for()

    row = ObservationEntry.objects.get()
    assert (str(row.value.normalize()), row.note_en) == ("1.5", "By both.")
    assert ["409" in problem for problem in page_problems] == [True]
    page_problems.clear()
