"""Lists and pages on a small or an empty site."""

import pytest

from tests.factories import publish_indicator, publish_observation, publish_strategy
from tests.reading import texts

pytestmark = pytest.mark.django_db

QUERIES = {
    "/en/": 7,
    "/en/strategies/": 5,
    "/en/indicators/": 5,
    "/en/strategies/1/": 5,
    "/en/directions/1/": 5,
}


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize(
    "address", ["/en/", "/en/strategies/", "/en/indicators/", "/en/strategies/1/", "/en/directions/1/"]
)
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
