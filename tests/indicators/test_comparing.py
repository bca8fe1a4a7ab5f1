import re

import pytest

from tests.factories import (
    change,
    publish_baseline,
    publish_changes,
    publish_indicator,
    publish_observation,
    publish_target,
)
from tests.reading import content, texts

pytestmark = pytest.mark.django_db


def compare(client, *codes, **more):
    return client.get("/en/compare/", {"i": codes} | more)


def publish_two():
    publish_indicator("I1", short_name_en="Herons")
    publish_indicator("I2", short_name_en="Egrets", unit="nests", polarity="decrease")
    publish_changes(change("unit", unit="nests", kind="count", name_en="nests", pattern_en=""))
    publish_observation("I1", period="2023", value="1")
    publish_observation("I1", period="2024", value="2", qualifier="about", status="P")
    publish_observation("I2", period="2024", value="70")
    publish_observation("I2", period="2025", value="60", break_before=True)


def links(response, name):
    page = content(response).decode().replace("&amp;", "&")
    return re.findall(rf'<a href="([^"]*)">{name}', page)


def test_compared_indicators_stand_side_by_side_each_with_its_own(client):
    publish_two()
    publish_baseline("I1", period="2022", value="1")
    publish_target(indicator="I1", value="5", due="2032")

    response = compare(client, "I1", "I2")

    assert texts(response, "h2") == ["Herons", "Egrets", "Figures side by side"]
    assert texts(response, "p", "figure") == ["about 2% 2024", "60 nests 2025"]
    assert texts(response, "dd") == ["5%, 2032", "25%", "20%", "not set"]
    assert texts(response, "figcaption") == ["Herons (per cent)", "Egrets (nests)"]
    assert texts(response, "p", "small")[:4:2] == [
        "Herons stood at about 2% (provisional) in 2024, up from 1% in 2023; the target is 5% by 2032.",
        "Egrets stood at 60 nests in 2025; no target has been set.",
    ]
    assert content(response).count(b"<svg xmlns") == 2


def test_figures_are_aligned_by_period_and_none_is_said_to_be_none(client):
    publish_two()

    response = compare(client, "I1", "I2")

    assert texts(response, "th")[3:] == ["2025", "2024", "2023"]
    assert texts(response, "td") == [
        "no figure", "60 //Break in the series before it.", "about 2 provisional", "70", "1", "no figure",
    ]  # fmt: skip


def test_each_can_be_left_out_and_others_added(client):
    publish_two()
    publish_indicator("I3", short_name_en="Ibises")

    response = compare(client, "I1", "I2", as_at=8)

    assert links(response, "Remove") == ["/en/compare/?i=I2&as_at=8", "/en/compare/?i=I1&as_at=8"]
    form = re.search(r'<form class="filters".*?</form>', content(response).decode(), re.S)[0]
    assert re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', form) == [
        ("i", "I1"), ("i", "I2"), ("as_at", "8"),
    ]  # fmt: skip
    assert re.findall(r'<option value="(\w*)">', form) == ["", "I3"]


def test_without_any_chosen_two_are_asked_for(client):
    publish_two()

    response = client.get("/en/compare/")

    assert (response.status_code, texts(response, "option")) == (200, ["choose", "Herons", "Egrets"] * 2)


def test_empty_choices_and_repeated_ones_count_once(client):
    publish_two()

    response = compare(client, "I1", "", "I1", " I1 ", "I1", "I1")

    assert (response.status_code, texts(response, "h2")) == (200, ["Herons", "Figures side by side"])


def test_four_fill_the_page(client):
    for number in range(5):
        publish_indicator(f"I{number}", short_name_en=f"Bird {number}")

    response = compare(client, *(f"I{number}" for number in range(4)))

    assert texts(response, "h2") == [f"Bird {number}" for number in range(4)]
    assert texts(response, "option") == []


def test_more_than_four_are_refused_in_words(client):
    response = compare(client, *(f"I{number}" for number in range(5)))

    assert (response.status_code, texts(response, "p", "lead")) == (
        400, ["At most 4 indicators fit side by side."],
    )  # fmt: skip


def test_unknown_code_is_named_beside_those_that_are_known(client):
    publish_two()

    response = compare(client, "I1", "<b>", "9" * 400)

    assert response.status_code == 404
    assert texts(response, "div", "notice")[0].startswith("No indicator of this site has this code: <b>, 999")
    assert texts(response, "h2") == ["Herons", "Figures side by side"]


def test_what_was_not_public_at_a_past_moment_is_said(client):
    publish_indicator("I1", short_name_en="Herons")
    publish_indicator("I2", short_name_en="Egrets")

    response = compare(client, "I1", "I2", as_at=1)

    assert (response.status_code, texts(response, "h2")) == (200, ["Herons"])
    assert "Not public at this moment: I2." in texts(response, "div", "notice")


def test_comparison_at_a_past_moment_knows_no_later_figure(client):
    publish_two()
    publish_observation("I1", period="2025", value="9")

    assert texts(compare(client, "I1", as_at=7), "p", "figure") == ["about 2% 2024"]
    assert texts(compare(client, "I1"), "p", "figure") == ["9% 2025"]


def test_pages_of_indicators_lead_to_the_comparison(client):
    publish_two()

    assert links(client.get("/en/indicators/I1/?as_at=7"), "Compare with") == ["/en/compare/?i=I1&as_at=7"]
    assert links(client.get("/en/indicators/?as_at=7"), "Compare indicators") == ["/en/compare/?as_at=7"]


@pytest.mark.parametrize("count", [1, 4])
def test_comparison_asks_as_much_for_one_as_for_four(client, count, django_assert_num_queries):
    for number in range(count):
        publish_indicator(f"I{number}")
        publish_observation(f"I{number}")
        publish_target(f"I{number}-2032", indicator=f"I{number}")

    # The moment; names and promises; versions; assessments; figures; publications of the promises.
    with django_assert_num_queries(6):
        response = compare(client, *(f"I{number}" for number in range(count)))

    assert len(texts(response, "article")) == count
