"""What somebody asks for by names that are not ours never becomes part of a question to the database."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import publish_one_of_each

FOREIGN = [
    "office__users__password__startswith",
    "indicator__release__created_by__email",
    "_connector",
    "_negated",
    "pk__in",
    "1=1) OR (1",
    "sort__password",
]
LISTS = [
    "indicators/",
    "initiatives/",
    "publications/",
    "committee/actions/",
    "corrections/",
    "late/",
    "search/",
]


def asked(client, address, **parameters):
    """(status, the statements it took without their times)."""
    with CaptureQueriesContext(connection) as queries:
        status = client.get(address, parameters).status_code
    return status, [query["sql"] for query in queries.captured_queries]


@pytest.mark.parametrize("page", LISTS)
def test_I20_list_asks_the_database_the_same_whatever_foreign_names_are_sent(db, client, page):
    publish_one_of_each()
    plain = asked(client, f"/en/{page}")

    answers = [asked(client, f"/en/{page}", **{name: "a"}) for name in FOREIGN]

    assert plain[0] == 200
    assert [answer for answer in answers if answer != plain and answer[0] != 400] == []


@pytest.mark.parametrize("resource", ["indicators", "observations", "targets", "initiatives", "publications"])
@pytest.mark.parametrize("name", FOREIGN)
def test_I20_api_refuses_foreign_names_before_it_asks_the_database(db, client, resource, name):
    publish_one_of_each()

    status, statements = asked(client, f"/api/v1/{resource}/", **{name: "a"})

    assert status == 400
    assert [sql for sql in statements if "OR (1" in sql or "password" in sql] == []


@pytest.mark.parametrize("value", ["-password", "office__name", "value'--", "?", "RANDOM()"])
@pytest.mark.parametrize("page", ["indicators/", "initiatives/"])
def test_I20_lists_are_sorted_by_what_they_offer_alone(db, client, page, value):
    publish_one_of_each()

    status, statements = asked(client, f"/en/{page}", sort=value)

    assert status == 400
    assert [sql for sql in statements if value in sql] == []
