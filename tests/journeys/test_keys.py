"""In the browser: one key to the next item, and an off switch that is remembered."""

import pytest

from indicators.models import Assignment
from tests.factories import UserFactory
from tests.indicators.test_updates import late

# What a browser does with a page does not depend on the database; races of two saves are in tests/indicators.
pytestmark = pytest.mark.only_on("sqlite")


@pytest.fixture
def official(transactional_db, live_server):
    late("I1", "I2", "I3")
    return UserFactory(role="official", name="Chan Tai Man")


def at(page):
    """The link that has the focus."""
    return page.evaluate("() => document.activeElement.getAttribute('href')")


def enter(code):
    return f"/en/desk/indicators/{code}/enter/"


def test_keys_walk_along_the_list_and_open_the_next_thing_to_enter(official, sign_in):
    page = sign_in(official, "/en/desk/")
    page.locator("[data-keys]").wait_for()
    found = []
    for key in ("n", "n", "n", "n", "p"):
        page.keyboard.press(key)
        found.append(at(page))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{enter('I2')}")

    assert found == [enter("I1"), enter("I2"), enter("I3"), enter("I3"), enter("I2")]
    assert page.locator("a[data-key=n]").inner_text() == "Next one: Name I3"
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("n")
    page.wait_for_url(f"**{enter('I3')}")


def test_keys_are_quiet_while_somebody_types_or_uses_another_shortcut(official, sign_in):
    Assignment.objects.create(
        indicator_id="I3", official=official, set_by=official, set_at="2026-01-01T00:00Z"
    )
    page = sign_in(official, "/en/desk/?person=all")

    page.focus("[name=q]")
    page.keyboard.type("np")
    page.focus("[name=state]")
    page.keyboard.press("n")
    page.focus("h1 ~ p a, a.skip")
    page.keyboard.press("Control+n")

    assert page.input_value("[name=q]") == "np"
    assert page.evaluate("() => document.activeElement.matches('[data-walk]')") is False
    assert page.url.endswith("/en/desk/?person=all")


def test_keys_can_be_switched_off_for_good(official, sign_in):
    page = sign_in(official, "/en/desk/")
    page.click("text=Switch the keys off")
    page.reload()
    page.keyboard.press("n")

    assert at(page) is None
    assert page.locator("[data-keys]").inner_text() == "The keys n and p are off. Switch the keys on"
    page.click("text=Switch the keys on")
    page.reload()
    page.keyboard.press("n")
    assert at(page) == enter("I1")


def test_without_scripts_no_key_is_promised_and_the_links_are_there(official, sign_in):
    page = sign_in(official, enter("I1"), java_script_enabled=False)

    assert page.locator("[data-keys]").is_visible() is False
    page.click("text=Next one: Name I2")
    page.wait_for_url(f"**{enter('I2')}")
