"""The official's whole journey by keyboard alone: from the list to the public page, past a warning and a colleague.

With scripts in three languages, where axe looks at each page on the way, and without scripts in one.
"""

from dataclasses import dataclass
from functools import partial

import pytest
from playwright.sync_api import expect

from blueprint.models import AcceptedGap, Office, Release
from blueprint.permissions import Role
from indicators.models import Assignment, EvidenceEntry, ObservationEntry
from tests.factories import PASSWORD, UserFactory

from .keyboard import Keyboard
from .test_axe import AXE
from .test_axe import run as axe

# Which keys lead where does not depend on the database.
pytestmark = [pytest.mark.only_on("sqlite"), pytest.mark.long]

LANGUAGES = ["en", "zh-hant", "zh-hans"]
# What is different without scripts is not different in each language.
WAYS = [*((language, True) for language in LANGUAGES), ("zh-hant", False)]
FIGURE = "gerd-hkd"
TABLE = "https://www.censtatd.gov.hk/example"
COMMENTS = {
    "en": "Spending by the business sector grew fastest.",
    "zh-hant": "工商機構的開支增長最快。",
    "zh-hans": "工商机构的开支增长最快。",
}
REASONS = {
    "en": "A large programme began in this year.",
    "zh-hant": "一項大型計劃於本年展開。",
    "zh-hans": "一项大型计划于本年展开。",
}
# 45,000 million Hong Kong dollars, as each language says it.
SAID = {"en": "45,000", "zh-hant": "450億", "zh-hans": "450亿"}
MOST_KEYS = 12


def note(language: str) -> str:
    return f"note_{language.replace('-', '_')}"


@dataclass
class Walker(Keyboard):
    """Looks at each page with axe, where scripts may run."""

    scripts: bool = True

    def __post_init__(self):
        if self.scripts:
            self.page.add_init_script(AXE)

    def press(self, selector):
        super().press(selector)
        if self.scripts:
            self.faults += [f"{self.page.url}: {fault}" for fault in axe(self.page)]


@pytest.fixture
def at_the_keyboard(open_page):
    """Somebody signed in at their own work, without touching a mouse."""

    def sign_in(user, language, kind=Keyboard, **options):
        page = open_page(viewport={"width": 1280, "height": 720}, **options)
        person = kind(page)
        page.goto(f"/{language}/desk/")
        person.write("[name=login]", user.email).write("[name=password]", PASSWORD).press("main form button")
        return person

    return sign_in


@pytest.fixture
def arrive(at_the_keyboard, people):
    def arrive(role, language, scripts):
        walker = partial(Walker, scripts=scripts)
        return at_the_keyboard(people[role], language, walker, java_script_enabled=scripts)

    return arrive


def enter_with_a_warning(official, language):
    """To the release's page: a figure higher than usual asks for a sentence, and gets it."""
    page = official.page
    official.press(f"main a[href*='/{FIGURE}/enter/']")
    assert page.input_value("[name=period]") == "2025"
    official.write("[name=value]", "45000").choose("[name=status]", "P").write(
        f"[name={note(language)}]", COMMENTS[language]
    )
    official.write("[name=evidence_url]", TABLE)
    official.press("button[name=submit]")
    assert Release.objects.count() == 0
    official.write("[name^=because_]", REASONS[language])
    official.press("button[name=submit]")


def preview_and_submit(official, language):
    """What the public will see, in the language of the page; then what the comment lacks is accepted by name."""
    official.press(f"a[href^='/{language}/desk/releases/'][href*='/preview/']")
    assert SAID[language] in official.page.inner_text("p.figure").replace("\n", "")
    official.press(".notice a[href*='/desk/releases/']")
    official.jump("a[href='#decide']").to("[name=accept]").key("Space")
    official.press("form[action$='/submit/'] button")


def decide(person, release, language, move):
    """From the list to the release, and to what one can do there."""
    person.press(f"main a[href='/{language}/desk/releases/{release.pk}/']")
    person.jump("a[href='#decide']").press(f"form[action$='/{move}/'] button")
    release.refresh_from_db()


@pytest.mark.parametrize(("language", "scripts"), WAYS)
def test_X02_X10_figure_goes_from_the_list_to_the_public_page_by_keyboard(
    loaded_site, arrive, open_page, language, scripts
):
    visitor = open_page()
    visitor.goto(f"/{language}/indicators/{FIGURE}/")
    before = visitor.content()

    official = arrive(Role.OFFICIAL, language, scripts)
    enter_with_a_warning(official, language)
    preview_and_submit(official, language)
    release = Release.objects.get()
    assert release.state == "submitted"
    approver = arrive(Role.APPROVER, language, scripts)
    decide(approver, release, language, "approve")
    visitor.reload()
    assert (release.state, visitor.content()) == ("approved", before)
    publisher = arrive(Role.PUBLISHER, language, scripts)
    decide(publisher, release, language, "publish")
    publisher.press(f".notice a[href='/{language}/indicators/{FIGURE}/']")

    assert SAID[language] in publisher.page.inner_text("p.figure").replace("\n", "")
    visitor.reload()
    assert SAID[language] in visitor.inner_text("p.figure").replace("\n", "")
    assert COMMENTS[language] in visitor.inner_text("main")
    assert official.faults + approver.faults + publisher.faults == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_figure_without_surprises_takes_twelve_keys_at_most(loaded_site, at_the_keyboard, language):
    """After sign-in, besides the number and the comment; the link is in the clipboard, and pasting it counts."""
    writer = UserFactory(role=Role.OFFICIAL, office=Office.objects.get(pk="ITC"))
    Assignment.objects.create(indicator_id=FIGURE, official=writer, set_by=writer, set_at="2026-01-01T00:00Z")
    official = at_the_keyboard(writer, language, permissions=["clipboard-read", "clipboard-write"])
    page = official.page
    page.evaluate("link => navigator.clipboard.writeText(link)", TABLE)
    official.pressed.clear()

    page.locator("[data-keys]").wait_for()
    official.key("n").key("Enter")
    page.locator("#id_value:focus").wait_for()
    page.locator("[data-with-script]").first.wait_for()
    page.keyboard.type("38400")
    official.key("Alt+c")
    page.keyboard.type(COMMENTS[language])
    official.key("Alt+e").key("Control+v").key("Control+Enter")
    page.wait_for_url("**/desk/releases/*/")
    official.key("Alt+s").key("Tab")
    expect(page.locator("[name=accept]")).to_be_focused()
    expect(page.locator("form[action$='/submit/'] button")).to_be_in_viewport()
    official.key("Space").key("Enter")
    page.locator("form[action$='/recall/']").wait_for()

    entry = ObservationEntry.objects.get()
    assert (str(entry.value), getattr(entry, note(language))) == ("38400", COMMENTS[language])
    assert EvidenceEntry.objects.get().url == TABLE
    assert (Release.objects.get().state, AcceptedGap.objects.count()) == ("submitted", 2)
    assert len(official.pressed) <= MOST_KEYS
