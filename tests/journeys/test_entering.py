"""The entry page with scripts: the figure is judged and drawn while it is typed, and handed in by a few keys."""

import re

import pytest

from blueprint.models import Release
from indicators.models import ObservationEntry

# What a browser does with a page does not depend on the database; races of two saves are in tests/indicators.
pytestmark = pytest.mark.only_on("sqlite")

ENTER = "/en/desk/indicators/gerd-hkd/enter/"


def test_parts_are_added_exactly_while_they_are_typed(people, sign_in):
    page = sign_in(people["official"], ENTER)
    page.fill("[name=value]", "0.3")
    page.fill("[name=part_business]", "0.1")
    page.fill("[name=part_government]", "0.2")
    said = [page.inner_text("#running")]
    page.fill("[name=part_government]", "１.２５")
    said.append(page.inner_text("#running"))
    page.fill("[name=value]", "99999999999.9999")
    said.append(page.inner_text("#running"))

    assert said == [
        "Together 0.3: the same as the total.",
        "Together 1.35: 1.05 more than the total, 0.3.",
        "Together 1.35: 99,999,999,998.6499 less than the total, 99,999,999,999.9999.",
    ]


def test_effect_follows_the_figure_and_keeps_nothing(people, sign_in):
    page = sign_in(people["official"], ENTER)
    page.locator("#id_value:focus").wait_for()
    page.keyboard.type("45000")
    page.locator("#effect h2", has_text=re.compile("With HK.45,000 million in 2025")).wait_for()
    first = page.inner_text("#effect")
    page.fill("[name=value]", "3840")
    page.locator("#effect", has_text="Has the decimal point slipped?").wait_for()

    assert "Higher than usual." in first
    assert page.locator("#effect svg .dot").count() == 12
    assert (Release.objects.count(), ObservationEntry.objects.count()) == (0, 0)


def test_figure_is_handed_in_by_four_keys_beside_what_is_typed(people, sign_in):
    page = sign_in(people["official"], ENTER)
    page.locator("#id_value:focus").wait_for()
    page.locator("[data-with-script]").first.wait_for()
    page.keyboard.type("38400")
    page.keyboard.press("Alt+c")
    page.keyboard.type("Spending by the business sector grew fastest.")
    page.keyboard.press("Alt+e")
    page.keyboard.insert_text("https://www.censtatd.gov.hk/example")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/desk/releases/*/")

    entry = ObservationEntry.objects.get()
    assert (str(entry.value), entry.note_en) == ("38400", "Spending by the business sector grew fastest.")


def test_kind_is_asked_as_soon_as_a_public_period_is_chosen(people, sign_in):
    page = sign_in(people["official"], ENTER, java_script_enabled=False)
    # Only the style sheet hides what is not asked.
    page.wait_for_load_state()
    before = page.is_visible("#id_kind_0"), page.is_visible("[name=reason]")
    page.select_option("[name=period]", "2024")

    assert (before, (page.is_visible("#id_kind_0"), page.is_visible("[name=reason]"))) == (
        (False, False),
        (True, True),
    )
