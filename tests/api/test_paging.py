"""Pages of a list: complete, in order, and still while others publish."""

import pytest

from tests.api.asking import all_of, get
from tests.factories import change, publish_changes, publish_indicator, publish_observation

pytestmark = pytest.mark.django_db


@pytest.fixture
def figures():
    publish_changes(*[change("observation", period=str(year)) for year in range(2000, 2010)])


def periods(page):
    return [row["period"] for row in page["results"]]


@pytest.mark.parametrize("limit", [1, 3, 5, 10, 200])
def test_pages_hold_everything_once_and_in_order(client, figures, limit):
    found = all_of(client, "observations/", limit=limit)

    assert [row["period"] for row in found] == [str(year) for year in range(2000, 2010)]


def test_previous_leads_back(client, figures):
    first = get(client, "observations/", limit=4)
    second = client.get(first["next"]).json()

    assert client.get(second["previous"]).json() == first
    assert first["previous"] is None


def test_links_stand_in_the_header_too(client, figures):
    first = get(client, "observations/", limit=4)
    response = client.get(first["next"])

    said = response.json()
    assert response["Link"] == f'<{said["next"]}>; rel="next", <{said["previous"]}>; rel="prev"'


def test_last_page_has_no_next(client, figures):
    page = get(client, "observations/", limit=10)

    assert (page["next"], page["previous"]) == (None, None)


@pytest.mark.parametrize("path", ["observations/", "indicators/", "targets/", "publications/"])
def test_pages_keep_to_the_publication_they_began_with(client, path):
    publish_changes(*[change("indicator", indicator=f"M{i}") for i in range(4)])
    publish_changes(*[change("observation", indicator=f"M{i}") for i in range(4)])
    publish_changes(*[change("target", target=f"M{i}", indicator=f"M{i}") for i in range(4)])
    publish_changes(change("direction", number=2))
    before = get(client, path)
    first = get(client, path, limit=2)

    publish_changes(
        change("indicator", indicator="A"),
        change("observation", indicator="A"),
        change("observation", indicator="M3", value=9, kind="correction", reason="A slip"),
        change("target", target="A", indicator="A"),
    )
    second = client.get(first["next"]).json()

    assert first["results"] + second["results"] == before["results"]
    assert second["publication"] == 4
    assert get(client, path)["publication"] == 5


def test_statuses_keep_to_the_date_the_first_page_bears(client):
    for code in ("I1", "I2"):
        publish_indicator(code)
    first = get(client, "indicators/", limit=1, as_at="2")

    assert client.get(first["next"]).json()["as_at"] == first["as_at"]


def test_filters_and_moment_stay_in_the_links(client):
    publish_changes(*[change("observation", period=str(year)) for year in range(2000, 2004)])
    publish_observation("I2")

    found = all_of(client, "observations/", limit=1, indicator="I1", to="2002", as_at="1")

    assert [row["period"] for row in found] == ["2000", "2001", "2002"]


@pytest.mark.parametrize("cursor", ["x", "WzEsMiwzXQ.x", "…", "WzEsIjIwMjYtMDEtMDEiLDBd", "." * 200])
def test_cursor_that_was_made_up_is_refused(client, figures, cursor):
    response = client.get("/api/v1/observations/", {"cursor": cursor})

    assert response.status_code == 400
    assert response.json()["detail"] == (
        "This cursor was not made for this list and this limit. Follow next and previous of an answer."
    )


def test_cursor_of_another_list_is_refused(client, figures):
    cursor = get(client, "observations/", limit=4)["next"].partition("cursor=")[2]

    assert client.get(f"/api/v1/targets/?cursor={cursor}").status_code == 400
    assert client.get(f"/api/v1/observations/?indicator=I1&cursor={cursor}").status_code == 400
    assert client.get(f"/api/v1/observations/?as_at=1&cursor={cursor}").status_code == 400


def test_cursor_of_other_steps_is_refused(client, figures):
    """Its previous page would begin before the list, or repeat what was read."""
    cursor = get(client, "observations/", limit=4)["next"].partition("cursor=")[2]

    assert client.get(f"/api/v1/observations/?limit=8&cursor={cursor}").status_code == 400
    assert client.get(f"/api/v1/observations/?cursor={cursor}").status_code == 400
    assert client.get(f"/api/v1/observations/?limit=4&cursor={cursor}").status_code == 200


@pytest.mark.parametrize("limit", ["0", "201", "-1", "1.0", "x", "٣", "99999999999"])
def test_limit_outside_its_bounds_is_refused(client, figures, limit):
    response = client.get("/api/v1/observations/", {"limit": limit})

    assert (response.status_code, response.json()["detail"]) == (400, "limit takes a number from 1 to 200.")
