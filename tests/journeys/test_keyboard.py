"""X02: a figure's whole way by keyboard alone, and at every stop the focus is seen and nothing lies over it."""

import pytest

from blueprint.models import Office, Release
from blueprint.permissions import Role
from tests.factories import PASSWORD, UserFactory

# Which keys lead where does not depend on the database.
pytestmark = [pytest.mark.only_on("sqlite"), pytest.mark.long]

LANGUAGES = ["en", "zh-hant", "zh-hans"]
MOST_STOPS = 200

FOCUS = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return {where: "nowhere", faults: []};
  const box = e.getBoundingClientRect(), style = getComputedStyle(e), faults = [];
  const where = `${e.tagName.toLowerCase()} ${e.name || e.id || e.textContent.trim().slice(0, 30)}`;
  const seen = box.bottom > 0 && box.top < innerHeight && box.width > 0 && box.height > 0;
  if (!seen) faults.push(`not in the window: ${where}`);
  if (parseFloat(style.outlineWidth) < 1 || style.outlineStyle === "none") faults.push(`no outline: ${where}`);
  const x = Math.min(Math.max(box.left + Math.min(box.width, 20) / 2, 0), innerWidth - 1);
  const y = Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1);
  const over = document.elementFromPoint(x, y);
  const label = e.closest("label");
  if (seen && over && !(e.contains(over) || over.contains(e) || label?.contains(over))) {
    faults.push(`covered: ${where} by ${over.tagName.toLowerCase()}.${over.className}`);
  }
  return {where, faults};
}"""


class Keyboard:
    """A person with a keyboard: goes from stop to stop, and looks at each."""

    def __init__(self, page):
        self.page, self.faults = page, []

    def to(self, selector: str) -> "Keyboard":
        """Press Tab until the focus is on what the selector names."""
        wanted = self.page.locator(selector).first
        wanted.wait_for()
        for _stop in range(MOST_STOPS):
            if wanted.evaluate("e => e === document.activeElement"):
                return self
            self.page.keyboard.press("Tab")
            self.faults += self.page.evaluate(FOCUS)["faults"]
        raise AssertionError(f"{selector} is not reached by {MOST_STOPS} presses of Tab")

    def write(self, selector: str, text: str) -> "Keyboard":
        self.to(selector)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)
        return self

    def press(self, selector: str) -> None:
        """A button or a link: Enter, and the page that follows."""
        self.to(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def choose(self, selector: str, value: str) -> "Keyboard":
        self.to(selector)
        options = self.page.locator(f"{selector} option").evaluate_all("all => all.map(one => one.value)")
        self.page.keyboard.press("Home")
        for _step in range(options.index(value)):
            self.page.keyboard.press("ArrowDown")
        assert self.page.locator(selector).input_value() == value
        return self


@pytest.fixture
def at_the_keyboard(open_page):
    def sign_in(user, address):
        page = open_page(viewport={"width": 1280, "height": 720})
        page.goto(address)
        person = Keyboard(page)
        person.write("[name=login]", user.email).write("[name=password]", PASSWORD).press("main form button")
        return person

    return sign_in


@pytest.mark.parametrize("language", LANGUAGES)
def test_X02_figure_goes_from_entry_to_publication_by_keyboard(loaded_site, at_the_keyboard, language):
    itc = Office.objects.get(pk="ITC")
    official = at_the_keyboard(UserFactory(role=Role.OFFICIAL, office=itc), f"/{language}/desk/")

    official.press("main a[href*='/gerd-hkd/enter/']")
    official.choose("[name=period]", "2025").write("[name=value]", "38400")
    official.write("[name=evidence_url]", "https://www.censtatd.gov.hk/example").write(
        "[name=evidence_title]", "Table"
    )
    official.press("button[name=submit]")
    release = Release.objects.get()
    official.press("form[action$='/submit/'] button")

    place = f"/{language}/desk/releases/{release.pk}/"
    approver = at_the_keyboard(UserFactory(role=Role.APPROVER, office=itc), place)
    approver.press("form[action$='/approve/'] button")
    publisher = at_the_keyboard(UserFactory(role=Role.PUBLISHER), place)
    publisher.press("form[action$='/publish/'] button")

    release.refresh_from_db()
    assert release.state == "published"
    assert official.faults + approver.faults + publisher.faults == []


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
