"""Lists and pages on a small or an empty site."""

import datetime

import pytest

from tests.factories import (
    change,
    publish_changes,
    publish_indicator,
    publish_observation,
    publish_one_of_each,
    publish_strategy,
)
from tests.reading import texts

pytestmark = pytest.mark.django_db

QUERIES = {
    "/en/": 7,
    "/en/strategies/": 5,
    "/en/indicators/": 6,
    "/en/strategies/1/": 6,
    "/en/directions/": 3,
    "/en/directions/1/": 5,
}
LISTS = [
    *[
        "/en/indicators/",
        "/en/initiatives/",
        "/en/publications/",
        "/en/corrections/",
        "/en/committee/actions/",
    ],
    "/en/indicators/I1/history/",
]


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize("address", QUERIES)
def test_list_pages_ask_as_much_for_one_indicator_as_for_thirty(
    client, count, address, django_assert_num_queries
):
    publish_strategy("1")
    for number in range(count):
        publish_indicator(f"I{number}")
        publish_observation(f"I{number}")

    with django_assert_num_queries(QUERIES[address]):
        response = client.get(address)

    assert response.status_code == 200


def test_overview_without_any_plan_says_what_to_do(client):
    response = client.get("/en/")

    assert texts(response, "h1") == ["No plan has been loaded yet"]


NOT_THERE = [
    "1000000000",
    "9" * 5000,
    "-1",
    "0",
    "1_0",
    "+1",
    "1.0",
    "%C2%B2",
    "%EF%BC%91",
    "",
    "all",
    "1&page=1",
]


@pytest.mark.parametrize("address", LISTS)
def test_L04_list_refuses_pages_that_are_not_there(client, address):
    publish_one_of_each()

    answers = [client.get(f"{address}?page={page}") for page in NOT_THERE]

    assert {(answer.status_code, *texts(answer, "h1")) for answer in answers} == {
        (400, "This request cannot be read")
    }


@pytest.mark.parametrize("address", LISTS)
def test_list_has_its_filters_in_one_form_and_none_in_force(client, address):
    publish_one_of_each()

    response = client.get(address)

    assert (len(texts(response, "form", "filters")), texts(response, "ul", "chosen")) == (1, [])


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("/en/indicators/?q=indicator&status=no_data", "Status: No data yet"),
        ("/en/initiatives/?state=planned", "State: planned"),
        ("/en/publications/?kind=mixed", "Kind: Figures and texts"),
        ("/en/corrections/?kind=target", "Kind: changed target"),
        ("/en/committee/actions/?status=open", "State: open, not overdue"),
        ("/en/indicators/I1/history/?kind=text", "Kind: name and definition"),
    ],
)
def test_list_names_the_filters_in_force(client, address, named):
    publish_one_of_each()

    (chosen,) = texts(client.get(address), "ul", "chosen")

    assert f"{named}, Take this filter off" in chosen


@pytest.mark.parametrize("address", LISTS)
def test_list_knows_each_filter_once(client, address):
    publish_one_of_each()
    name = "kind" if client.get(f"{address}?kind=nothing").status_code == 400 else "office"

    assert client.get(f"{address}?{name}=&{name}=").status_code == 400


def test_directions_are_listed_with_their_strategies(client):
    publish_one_of_each()

    response = client.get("/en/directions/")

    assert texts(response, "h2") == ["1A direction"]
    assert texts(response, "ul", "rows") == ["1 A strategy1 indicator"]


def test_direction_says_what_carries_each_strategy(client):
    far = datetime.date(2199, 1, 1)
    publish_changes(change("initiative"), change("finding"), change("action", due_on=far))

    (work,) = texts(client.get("/en/directions/1/"), "ul", "work")

    assert work == "1 initiative 1 action open The committee: probable"


def test_strategy_counts_its_milestones_and_shows_its_meeting(client):
    publish_one_of_each()

    page = texts(client.get("/en/strategies/1/"), "section")

    assert any("1 initiative carries this strategy. Its milestones so far: planned1" in text for text in page)
    assert any("Meeting 1" in text for text in page)
