"""axe-core on every page: three languages, the states a page can be in, 1280 and 320 px wide, light and dark."""

from importlib.resources import files

import pytest

from blueprint.permissions import Role
from indicators.sheets.actions import bring_sheet
from tests.factories import (
    ReleaseFactory,
    UserFactory,
    approved_release,
    change,
    publish_changes,
    submitted_release,
)

from .screens import LONG_PAGES, LONG_TEXTS, PUBLIC, pages_of_the_public

# What a page looks like does not depend on the database.
pytestmark = pytest.mark.only_on("sqlite")

LANGUAGES = ["en", "zh-hant", "zh-hans"]
WIDTHS = (1280, 320)
AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async ([rules, without]) => {
  const off = Object.fromEntries(without.map(name => [name, {enabled: false}]));
  const {violations} = await axe.run(document, {runOnly: rules, rules: off, resultTypes: ["violations"]});
  return violations.map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => `${n.target.join(" ")} (${n.any[0]?.message ?? ""})`).join(" | ")}`);
}"""
CONTRAST = "color-contrast"


def run(page, rules=RULES, *, without=()) -> list[str]:
    """What axe finds on the page as it is shown now."""
    return page.evaluate(RUN, [list(rules), list(without)])


def violations(page, address: str, *, every_colour: bool) -> dict[str, list[str]]:
    """{where and how it was looked at: what axe found there}; empty where all is well.

    Colours are the same in every language: ``every_colour`` looks at them on the phone and in the dark as well, which
    takes longer than all else together.
    """
    found = {}
    page.emulate_media(color_scheme="light")
    page.goto(address)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        without = () if every_colour or width == WIDTHS[0] else (CONTRAST,)
        found[f"{address} at {width} px"] = run(page, without=without)
    if every_colour:
        page.emulate_media(color_scheme="dark")
        found[f"{address} in the dark"] = run(page, (CONTRAST,))
    return {where: faults for where, faults in found.items() if faults}


def walk(page, language: str, paths) -> dict[str, list[str]]:
    page.add_init_script(AXE)
    found = {}
    for path in paths:
        found |= violations(page, f"/{language}/{path}", every_colour=language == "en")
    return found


@pytest.fixture
def long_texts(loaded_site):
    """What has the longest names a plan could bring."""
    texts = {
        f"{name}_{code}": text[:most]
        for name, most in (("name", 300), ("short_name", 80), ("definition", None))
        for code, text in LONG_TEXTS.items()
    }
    named = {f"name_{code}": text for code, text in LONG_TEXTS.items()}
    said = {f"text_{code}": text for code, text in LONG_TEXTS.items()}
    titled = {f"title_{code}": text for code, text in LONG_TEXTS.items()}
    publish_changes(
        change("strategy", strategy="long", number=99, direction="1", **said),
        change("indicator", indicator="long", strategy="long", office="ITC", **texts),
        change("observation", indicator="long", note_en=LONG_TEXTS["en"]),
        change("target", target="long", indicator="long"),
        change("initiative", initiative="long", strategy="long", office="ITC", **named),
        change("milestone", milestone="long", initiative="long", **titled),
        title=LONG_TEXTS["en"],
    )


def test_every_public_page_is_looked_at():
    assert pages_of_the_public() == PUBLIC.keys()


@pytest.mark.long
@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.parametrize("language", LANGUAGES)
def test_X01_axe_finds_nothing_on_public_pages(long_texts, open_page, page_problems, language, half):
    paths = [path for paths in PUBLIC.values() for path in paths] + LONG_PAGES

    found = walk(open_page(), language, paths[half::2])

    # Addresses that do not exist are among them.
    other_problems = [said for said in page_problems if "the server responded with a status of 4" not in said]
    page_problems.clear()
    assert (found, other_problems) == ({}, [])


def test_X01_axe_finds_a_fault_where_there_is_one(page, loaded_site):
    page.add_init_script(AXE)
    page.goto("/en/report/")
    page.evaluate("document.querySelector('main label').remove()")

    assert "label" in [fault.split(":")[0] for fault in run(page)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_X01_axe_finds_nothing_on_forms_that_are_refused(loaded_site, open_page, page_problems, language):
    page = open_page()
    page.add_init_script(AXE)
    found = {}
    for address, button in (
        (f"/{language}/report/", "main form[method=post] button"),
        (f"/accounts/login/?language={language}", "main form button"),
        (f"/accounts/password/reset/?language={language}", "main form button"),
    ):
        page.goto(address)
        page.evaluate("document.querySelectorAll('main form').forEach(form => form.noValidate = true)")
        page.locator(button).last.click()
        page.wait_for_load_state()
        assert page.locator("main [role=alert]").count() >= 1
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            found[f"{address} at {width} px"] = run(page)
    assert {where: faults for where, faults in found.items() if faults} == {}
    page_problems.clear()


def sheets(official) -> list[str]:
    """The page of sheets, and one of each kind that it leads to: problems, questions, a difference."""
    heading = "indicator,period,value\n"
    sent = (
        f"{heading}gerd-hkd,2019,12億\n".encode(),
        f"{heading}gii-rank,2012,２３\n".encode(),
        f"{heading}gerd-hkd,2025,創新\n".encode("big5"),
        f'{heading}gerd-hkd,2025,"1,5"\n'.encode(),
    )
    brought = [bring_sheet(content, name="figures.csv", by=official)[0] for content in sent]
    return ["desk/sheets/", *(f"desk/sheets/{sheet.pk}/" for sheet in brought)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_X01_axe_finds_nothing_where_two_versions_are_merged_or_a_table_is_refused(
    people, sign_in, page_problems, language
):
    official, enter = people[Role.OFFICIAL], f"/{language}/desk/indicators/gerd-hkd/enter/"
    page = sign_in(official, enter)
    page.add_init_script(AXE)
    page.reload()
    page.fill("[name=value]", "39000")
    enter_meanwhile(official)
    page.click("button[name=save]")
    page.locator("fieldset.clash").first.wait_for()
    found = at_both_widths(page, "merging")
    page.goto(f"/{language}/desk/indicators/gerd-hkd/table/")
    page.fill("[name=value_2025]", "a lot")
    page.click("button[name=save]")
    page.locator("#problems").wait_for()
    found |= at_both_widths(page, "the table")

    assert {where: faults for where, faults in found.items() if faults} == {}
    page_problems.clear()


def enter_meanwhile(official):
    """A colleague's draft of the same period."""
    figure = change("observation", indicator="gerd-hkd", period="2025", value=38400)
    ReleaseFactory(entries=[figure], created_by=UserFactory(office=official.office), office=official.office)


def at_both_widths(page, place: str) -> dict[str, list[str]]:
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found[f"{place} at {width} px"] = run(page)
    return found


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
def test_X01_axe_finds_nothing_at_the_desk_and_in_the_room(people, sign_in, language):
    office = {"office": people[Role.OFFICIAL].office}
    figure = [change("observation", indicator="gerd-hkd", period="2025", value=38400)]
    draft, submitted, waiting = (
        ReleaseFactory(entries=figure, created_by=people[Role.OFFICIAL], **office),
        submitted_release(entries=figure, **office),
        approved_release(entries=figure, due_in=86400, **office),
    )
    places = {
        Role.OFFICIAL: [
            "desk/",
            "desk/indicators/gerd-hkd/enter/",
            "desk/indicators/gerd-hkd/table/",
            "desk/indicators/gerd-hkd/log/",
            "desk/mail/",
            "desk/guide/",
            f"desk/releases/{draft.pk}/",
            *sheets(people[Role.OFFICIAL]),
        ],
        Role.APPROVER: [
            f"desk/releases/{submitted.pk}/",
            f"desk/releases/{submitted.pk}/access/",
            "desk/absence/",
        ],
        Role.HEAD: ["desk/people/"],
        Role.PUBLISHER: [
            "desk/",
            "desk/?office=ITC",
            f"desk/releases/{waiting.pk}/moment/",
            f"desk/releases/{waiting.pk}/reschedule/",
        ],
        Role.MEMBER: ["room/", "room/meetings/5/strategies/3/", "desk/guide/"],
        Role.CHAIR: ["room/meetings/5/strategies/3/"],
    }
    found = {}
    for role, paths in places.items():
        page = sign_in(people[role], f"/{language}/{paths[0]}")
        found |= walk(page, language, paths)
    assert found == {}
