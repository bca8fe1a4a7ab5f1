"""What the API refuses, and how it says so."""

import pytest
from django.db import OperationalError
from django.test import Client

from tests.factories import publish_one_of_each

pytestmark = pytest.mark.django_db


def told(response):
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "no-store"
    said = response.json()
    assert said["type"] == f"http://127.0.0.1:8000/en/data/api/#problem-{response.status_code}"
    assert said["status"] == response.status_code
    return response.status_code, said["title"], said.get("detail")


UNREADABLE, ABSENT = (400, "The request cannot be read"), (404, "There is nothing at this address")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("directions/?limt=1", (*UNREADABLE, "Unknown here: limt. Known: as_at, cursor, limit.")),
        ("directions/1/?limit=1", (*UNREADABLE, "Unknown here: limit. Known: as_at.")),
        ("directions/?limit=1&limit=2", (*UNREADABLE, "Given more than once: limit.")),
        ("directions/?as_at=1&as_at=1", (*UNREADABLE, "Given more than once: as_at.")),
        ("directions/?as_at=", (*UNREADABLE, "Given without a value: as_at.")),
        (
            "directions/?as_at=2999-01-01",
            (*UNREADABLE, "That date is in the future. Nobody knows yet how things will stand."),
        ),
        ("directions/?as_at=99", (*UNREADABLE, "There is no publication of that number yet.")),
        (
            "indicators/?status=good",
            (*UNREADABLE, "The filter status has a value that the list does not know."),
        ),
        ("targets/?indicator=I9", (*UNREADABLE, "indicator: there is nothing with the code I9.")),
        ("findings/?strategy=9", (*UNREADABLE, "strategy: there is nothing with the code 9.")),
        ("publications/?indicator=I9", (*UNREADABLE, "indicator: there is nothing with the code I9.")),
        (
            "observations/?from=2024-13",
            (*UNREADABLE, "from takes a period such as 2024, 2024-H1, 2024-Q3, 2024-10 or 2024-10-31."),
        ),
        ("observations/?history=2", (*UNREADABLE, "history takes 1 for every earlier value, or 0.")),
        ("observations/?q=%00", (*UNREADABLE, None)),
        ("directions/9/", (*ABSENT, None)),
        ("observations/I1/total/1999/", (*ABSENT, None)),
        ("targets/I1-2032/2/", (*ABSENT, None)),
        ("publications/2/", (*ABSENT, None)),
        ("publications/2/changes/", (*ABSENT, None)),
        ("assessments/I9/", (*ABSENT, None)),
        ("nowhere/", (*ABSENT, None)),
    ],
)
def test_refusal_says_what_is_wrong(client, address, said):
    publish_one_of_each()

    assert told(client.get(f"/api/v1/{address}")) == said


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_nothing_can_be_changed(client, method):
    response = getattr(client, method)("/api/v1/directions/")

    assert told(response) == (405, "This address can only be read", None)
    assert response["Allow"] == "GET, HEAD, OPTIONS"


def test_refusals_are_in_english_whatever_the_reader_speaks(client):
    response = client.get("/api/v1/directions/?as_at=x", headers={"Accept-Language": "zh-hant"})

    assert told(response)[2] == "as_at takes a date such as 2025-03-31 or the number of a publication."
    assert response["Content-Language"] == "en"


def test_json_is_the_answer_whatever_is_accepted(client):
    response = client.get("/api/v1/directions/", headers={"Accept": "text/html"})

    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_database_that_is_away_is_said_to_be(monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr("blueprint.api.resource.moment_of", away)

    response = Client(raise_request_exception=False).get("/api/v1/directions/")

    assert told(response) == (503, "The database does not answer", None)
    assert response["Retry-After"] == "5"


def test_pages_of_other_sites_may_read_it(client):
    answers = [client.get("/api/v1/directions/"), client.get("/api/v1/nowhere/")]
    asked_before = client.options("/api/v1/directions/")

    assert [answer["Access-Control-Allow-Origin"] for answer in answers] == ["*", "*"]
    assert (asked_before.status_code, asked_before.content) == (204, b"")
    assert asked_before["Access-Control-Allow-Methods"] == asked_before["Allow"] == "GET, HEAD, OPTIONS"


def test_pages_for_people_are_not_for_other_sites(client):
    publish_one_of_each()

    assert "Access-Control-Allow-Origin" not in client.get("/en/").headers


def test_I09_answers_are_the_same_for_everybody_and_set_no_cookie(client):
    publish_one_of_each()

    answer = client.get("/api/v1/indicators/", headers={"Cookie": "session=x"})

    assert answer["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert answer.cookies == {}
    assert "Cookie" not in answer["Vary"]
    assert "Accept" not in answer["Vary"].split(", ")
