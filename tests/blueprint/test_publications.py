"""The list of publications and its filters."""

import datetime

import pytest

from blueprint.publishing import PastDate, publish
from tests.factories import change, publish_calendar, publish_observation, publish_office
from tests.reading import LANGUAGES, content, texts

pytestmark = pytest.mark.django_db


def load(day, **title):
    past = PastDate(datetime.date.fromisoformat(day), "day")
    return publish([change("office", name_en=day)], kind="texts", title=title, past=past, loaded=True)


@pytest.fixture
def history():
    """1: offices of 2021. 2: offices of 2023. 3: a figure. 4: the calendar."""
    load("2021-12-31", en="Offices of 2021", zh_hant="二○二一年的機構")
    load("2023-03-02", en="Offices of 2023")
    publish_observation()
    publish_calendar(office="itc")


def numbers(client, query="", language="en"):
    return [row.number for row in client.get(f"/{language}/publications/{query}").context["part"]]


def test_list_is_newest_first(client, history):
    assert numbers(client) == [4, 3, 2, 1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?kind=texts", [2, 1]),
        ("?kind=calendar", [4]),
        ("?kind=plan", []),
        ("?year=2021", [1]),
        ("?year=2023&kind=texts", [2]),
        ("?year=2023&kind=calendar", []),
        ("?q=OFFICES", [2, 1]),
        ("?q=二一年", [1]),
        ("?q=%25", []),
        ("?kind=texts&as_at=1", [1]),
        ("?kind=&year=&q=", [4, 3, 2, 1]),
    ],
)
def test_filters_stand_in_the_address(client, history, query, found):
    assert numbers(client, query) == found


@pytest.mark.parametrize(
    "query",
    ["?kind=x", "?year=2020", "?year=x", "?year=2023&as_at=1", "?q=" + "x" * 101, "?q=\x00", "?page=2"],
)
def test_what_the_list_does_not_know_is_refused(client, history, query):
    assert client.get(f"/en/publications/{query}").status_code == 400


def test_filtered_list_says_how_many_of_how_many_and_can_be_cleared(client, history):
    response = client.get("/en/publications/?kind=texts&as_at=3")

    assert texts(response, "caption") == ["2 publications of 3, newest first"]
    assert '<a class="clear" href="/en/publications/?as_at=3">Clear</a>' in content(response).decode()


def test_list_where_nothing_matches_leads_back_to_all(client, history):
    response = client.get("/en/publications/?q=nothing")

    assert texts(response, "td") == ["No publication matches these filters. Show all"]


def test_list_before_any_publication_says_so(client):
    assert texts(client.get("/en/publications/"), "td") == ["Nothing has been published yet."]


def test_pages_keep_the_filters_and_the_moment(client):
    for number in range(45):
        publish_office(name_en=f"Name {number}")

    page = content(client.get("/en/publications/?kind=texts&as_at=42")).decode()

    assert 'rel="next" href="?kind=texts&amp;as_at=42&amp;page=2"' in page
    assert numbers(client, "?kind=texts&as_at=42&page=2") == [2, 1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_filter_form_keeps_the_moment(client, history, language):
    page = content(client.get(f"/{language}/publications/?as_at=2")).decode()

    assert page.count('<input type="hidden" name="as_at" value="2">') == 2


@pytest.mark.parametrize("count", [1, 30])
def test_list_asks_as_much_for_one_publication_as_for_thirty(client, count, django_assert_num_queries):
    for number in range(count):
        publish_office(name_en=f"Name {number}")

    with django_assert_num_queries(5):
        assert len(numbers(client)) == count
