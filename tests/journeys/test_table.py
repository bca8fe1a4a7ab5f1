"""The table of many periods in the browser: moved through by keys, and filled by a block from a spreadsheet."""

import pytest

from indicators.models import ObservationEntry

# What keys and the clipboard do does not depend on the database.
pytestmark = pytest.mark.only_on("sqlite")

TABLE = "/en/desk/indicators/gerd-hkd/table/"
CLIPBOARD = ["clipboard-read", "clipboard-write"]


@pytest.fixture
def page(people, sign_in):
    page = sign_in(people["official"], TABLE, permissions=CLIPBOARD)
    page.locator("[data-grid]").wait_for()
    page.wait_for_load_state()
    return page


def copied(page, text: str):
    page.evaluate("text => navigator.clipboard.writeText(text)", text)


def at(page) -> str:
    return page.evaluate("document.activeElement.name")


def test_arrows_and_enter_move_through_the_cells(page):
    page.focus("[name=value_2021]")
    page.locator("[name=value_2021]").select_text()
    found = []
    for key in ("ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft", "Enter", "Shift+Enter", "Tab"):
        page.keyboard.press(key)
        found.append(at(page))

    assert found == [
        "value_2022", "part_business_2022", "part_business_2021", "value_2021",
        "value_2022", "value_2021", "part_business_2021",
    ]  # fmt: skip


def test_arrows_move_the_caret_within_a_figure_first(page):
    page.fill("[name=value_2021]", "27827")
    page.keyboard.press("ArrowLeft")
    inside = at(page)
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")

    assert (inside, at(page)) == ("value_2021", "part_business_2021")


def test_enter_in_a_cell_sends_nothing(page):
    page.evaluate("addEventListener('submit', () => { window.sent = true; })")
    page.focus("[name=value_2026]")
    page.keyboard.press("Enter")

    assert page.evaluate("window.sent ?? false") is False


def test_block_of_a_spreadsheet_fills_the_cells_and_is_saved(page):
    copied(page, "36100\t16200\r\n38400\t17000\r\n41000\t18100\r\n")
    page.focus("[name=value_2024]")
    page.keyboard.press("Control+v")
    cells = [f"{name}_{year}" for year in (2024, 2025, 2026) for name in ("value", "part_business")]

    assert [page.input_value(f"[name={cell}]") for cell in cells] == [
        "36100", "16200", "38400", "17000", "41000", "18100",
    ]  # fmt: skip
    assert page.locator("[data-pasted]").is_hidden()
    page.fill("[name=reason]", "The survey was completed.")
    page.select_option("[name=kind]", "revision")
    page.fill("[name=evidence_url]", "https://www.censtatd.gov.hk/example")
    page.click("button[name=save]")
    page.locator("text=Draft saved: 3 periods altered.").wait_for()

    saved = ObservationEntry.objects.values_list("period", "breakdown", "value")
    assert {(period, breakdown.removeprefix("sector="), int(value)) for period, breakdown, value in saved} == {
        ("2024", "total", 36100), ("2024", "business", 16200), ("2025", "total", 38400),
        ("2025", "business", 17000), ("2026", "total", 41000), ("2026", "business", 18100),
    }  # fmt: skip


def test_what_lies_beyond_the_table_is_said_and_left_out(page):
    copied(page, "41000\n43000")
    page.focus("[name=value_2026]")
    page.keyboard.press("Control+v")

    assert page.input_value("[name=value_2026]") == "41000"
    assert page.locator("[data-pasted]").inner_text() == (
        "Some of what was pasted lies outside the table, or is no choice of its list, and was left out."
    )


def test_single_figure_is_pasted_as_anywhere(page):
    copied(page, "41000")
    page.focus("[name=value_2026]")
    page.keyboard.press("Control+v")

    assert page.input_value("[name=value_2026]") == "41000"
