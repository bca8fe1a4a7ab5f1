"""The page "What we got wrong": everything that was put otherwise, errors first, newest first."""

import datetime
from decimal import Decimal

import pytest

from tests.factories import (
    REVISED,
    change,
    publish_changes,
    publish_indicator,
    publish_observation,
    publish_target,
)
from tests.reading import LANGUAGE_TAGS, LANGUAGES, texts

pytestmark = pytest.mark.django_db

PAGE = "/en/corrections/"
CHANGED = {"reason": "Reviewed", "authority": "The Bureau", "decided_on": datetime.date(2026, 3, 2)}


@pytest.fixture
def changes(db):
    """A correction, a withdrawal, a revision, a changed target, a changed text and a corrected finding."""
    publish_indicator("I1", short_name_en="Ratio")
    publish_observation("I1", period="2022", value=Decimal(2))
    publish_observation("I1", period="2023", value=Decimal(3))
    publish_observation("I1", period="2024", value=Decimal(4))
    publish_observation("I1", period="2022", value=Decimal(5), kind="correction", reason="A slip")
    withdrawn = {"value": None, "status": "M", "kind": "withdrawal", "reason": "Not ours"}
    publish_observation("I1", period="2023", **withdrawn)
    publish_observation("I1", period="2024", value=Decimal(6), **REVISED)
    publish_target("I1-2032", value=Decimal(5))
    publish_target("I1-2032", value=Decimal(4), **CHANGED)
    publish_changes(change("office", name_en="Bureau of Innovation"), reason="Renamed")
    publish_changes(change("finding", text_en="Slow."))
    publish_changes(change("finding", text_en="Better."), reason="Misheard")


def listed(client, query=""):
    return [
        part
        for each in texts(client.get(PAGE + query), "li")
        for part in ["2022", "2023", "2024", "Target", "Office", "Finding"]
        if f"{part}: " in each
    ]


def test_corrections_page_lists_errors_first_and_then_changes_newest_first(client, changes):
    assert listed(client) == ["2023", "2022", "Finding", "Office", "Target", "2024"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?kind=correction", ["2022"]),
        ("?kind=withdrawal", ["2023"]),
        ("?kind=revision", ["2024"]),
        ("?kind=method_change", []),
        ("?kind=target", ["Target"]),
        ("?kind=text", ["Finding", "Office"]),
        ("?indicator=I1", ["2023", "2022", "Target", "2024"]),
        ("?indicator=I1&kind=target", ["Target"]),
    ],
)
def test_corrections_page_is_filtered(client, changes, query, found):
    assert listed(client, query) == found


@pytest.mark.parametrize("query", ["?kind=x", "?year=1066", "?indicator=I9", "?page=9", "?year=2026%00"])
def test_corrections_page_refuses_what_it_does_not_know(client, changes, query):
    assert client.get(PAGE + query).status_code == 400


def test_corrections_page_says_before_after_and_why(client, changes):
    page = " ".join(texts(client.get(PAGE), "li"))

    for said in (
        "2022: corrected from 2% to 5% (+3 percentage points) Reason: A slip",
        "2023: withdrawn; it was 3% Reason: Not ours",
        "Target: changed from 5% by 2032 to 4% by 2032 Reason: Reviewed (The Bureau)",
        "was “Innovation Office”, is “Bureau of Innovation” Reason: Renamed",
        "was “Slow.”, is “Better.” Reason: Misheard",
    ):
        assert said in page


def test_E11_corrections_page_of_a_past_moment_knows_no_later_ones(client, changes):
    # By then only the figures had been published, and the first of them corrected.
    assert listed(client, "?as_at=5") == ["2022"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_corrections_page_is_empty_in_words(client, language):
    publish_indicator("I1")

    response = client.get(f"/{language}/corrections/")

    assert response.status_code == 200
    assert texts(response, "li")[-1:] == texts(client.get(f"/{language}/corrections/"), "li")[-1:]
    assert f'<html lang="{LANGUAGE_TAGS[language]}">' in response.content.decode()


def test_corrections_page_without_changes_says_so(client):
    publish_indicator("I1")

    said = texts(client.get(PAGE), "p", "soft")

    assert said == [
        "Nothing has had to be corrected or withdrawn so far.",
        "No published figure, target or text has been changed so far.",
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_corrections_page_query_count(client, count, django_assert_num_queries):
    publish_indicator("I1")
    publish_changes(change("finding"))
    for year in range(count):
        publish_observation("I1", period=str(2020 + year))
        publish_observation("I1", period=str(2020 + year), value=Decimal(9), **REVISED)
        publish_changes(change("office", name_en=f"Office {year}"), reason="Renamed")
        publish_changes(change("finding", text_en=f"Text {year}"), reason="Reworded")

    with django_assert_num_queries(15):
        response = client.get(PAGE)

    assert len(response.context["changes"]) >= count * 2


def test_corrections_page_is_paged_and_keeps_its_filters(client):
    publish_indicator("I1")
    periods = [f"{year}-{month:02}" for year in range(2019, 2024) for month in range(1, 12)]
    publish_changes(*[change("observation", period=period) for period in periods])
    publish_changes(
        *[change("observation", period=period, value=Decimal(9), **REVISED) for period in periods]
    )

    first, second = client.get(PAGE + "?kind=revision"), client.get(PAGE + "?kind=revision&page=2")

    assert (len(first.context["changes"]), len(second.context["changes"])) == (40, 15)
    assert first.context["next_page"] == "?kind=revision&page=2"


def test_committee_page_shows_a_corrected_finding_with_what_it_was(client):
    publish_changes(change("finding", text_en="Slow.", confidence=2))
    publish_changes(change("finding", text_en="Better.", confidence=4), reason="Misheard")

    (said,) = texts(client.get("/en/committee/"), "article")

    assert "Corrected on" in said
    assert "and said: Slow. Reason: Misheard" in said
    (before,) = texts(client.get("/en/committee/?as_at=1"), "article")
    assert "Corrected on" not in before
