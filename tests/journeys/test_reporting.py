"""Reporting an error in a real browser: from a page to the form and to its number, by keyboard, without a trace."""

import pytest
from playwright.sync_api import expect

from blueprint import form_tokens
from blueprint.models import Report
from tests.journeys.test_accessibility import FAULTS
from tests.reading import LANGUAGES

PHONE = {"width": 320, "height": 700}
READ = ["", "indicators/gerd-hkd/", "sitemap/", "privacy/", "accessibility/", "notices/", "report/"]
KEPT = "() => [document.cookie, localStorage.length, sessionStorage.length]"


@pytest.fixture(autouse=True)
def quick_hands(monkeypatch):
    """The browser of the tests types sooner than people do."""
    monkeypatch.setattr(form_tokens, "SHORTEST", 0)


def test_P02_reading_and_reporting_leave_nothing_in_the_browser(loaded_site, open_page):
    page = open_page(java_script_enabled=True)
    for path in READ:
        page.goto(f"/en/{path}")
        assert page.evaluate(KEPT) == ["", 0, 0]

    page.goto("/en/indicators/gerd-hkd/")
    page.click("footer >> text=Report an error on this page")
    page.fill("#id_wrong", "The figure of 2023 is too high.")
    page.click("form.letter button")

    expect(page.locator("h1")).to_have_text("Thank you. We have your report.")
    assert page.evaluate(KEPT) == ["", 0, 0]
    assert page.context.cookies() == []
    assert Report.objects.get().indicator == "gerd-hkd"


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("language", LANGUAGES)
def test_X04_refused_report_says_so_where_the_focus_is_and_keeps_what_was_typed(
    loaded_site, open_page, language
):
    page = open_page(viewport=PHONE)
    page.goto(f"/{language}/report/")
    assert page.evaluate(FAULTS) == []

    page.fill("#id_right", "4")
    page.fill("#id_email", "nonsense")
    page.click("form.letter button")

    summary = page.locator("form.letter [role=alert]")
    expect(summary).to_be_focused()
    assert page.evaluate(FAULTS) == []
    for link in summary.locator("a").all():
        field = link.get_attribute("href")
        words = page.locator(f"{field}_error").inner_text()
        assert words in link.locator("xpath=..").inner_text()
        assert f"{field}_error".removeprefix("#") in page.locator(field).get_attribute("aria-describedby")
    assert summary.locator("a").count() == 3
    assert (page.input_value("#id_right"), page.input_value("#id_email")) == ("4", "nonsense")


def test_X10_report_is_sent_by_keyboard_alone_and_without_scripts(loaded_site, open_page):
    page = open_page(java_script_enabled=False)
    page.goto("/zh-hant/report/?indicator=gerd-hkd")
    page.focus("#id_page")
    for words in (None, "數字有誤。", "應為 4。", "reader@example.org"):
        if words:
            page.keyboard.press("Tab")
            page.keyboard.type(words)
    page.keyboard.press("Enter")

    page.wait_for_url("**/report/BP-*/")
    report = Report.objects.get()
    assert (report.wrong, report.right, report.email) == ("數字有誤。", "應為 4。", "reader@example.org")
    assert report.reference in page.locator("main").inner_text()


def test_statements_fit_a_phone(loaded_site, open_page):
    page = open_page(viewport=PHONE)
    found = {}
    for language in LANGUAGES:
        for path in ("sitemap/", "notices/", "privacy/", "accessibility/", "report/find/?number=x"):
            page.goto(f"/{language}/{path}")
            if faults := page.evaluate(FAULTS):
                found[language, path] = faults
    assert found == {}
