"""X02: a visitor's way by keyboard alone; that of an official is in test_official.py."""

import pytest

from .keyboard import Keyboard

# Which keys lead where does not depend on the database.
pytestmark = [pytest.mark.only_on("sqlite"), pytest.mark.long]

LANGUAGES = ["en", "zh-hant", "zh-hans"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_X02_visitor_finds_a_figure_its_rule_and_its_past_by_keyboard(loaded_site, open_page, language):
    page = open_page(viewport={"width": 1280, "height": 720})
    page.goto(f"/{language}/")
    visitor = Keyboard(page)

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"
    visitor.press(f"a[href='/{language}/indicators/startups-number/']")
    visitor.to("aside details summary")
    page.keyboard.press("Enter")
    assert page.locator("details[open]").count() == 1
    visitor.press("details[open] a[href*='/method/'][href*='#rule-']")
    assert "#rule-" in page.url
    page.go_back()
    visitor.write("[name=q]", "創新")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("mark").count() > 0
    page.goto(f"/{language}/indicators/startups-number/")
    visitor.to("#as-at-date")
    page.locator("#as-at-date").evaluate("e => e.value = '2023-06-30'")
    visitor.press(".as-at button")

    assert "as_at=2023-06-30" in page.url
    assert visitor.faults == []
