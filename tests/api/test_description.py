"""The description by OpenAPI, the page made from it, and how both and all answers are kept."""

import io
import json
import re

import jsonschema_rs
import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from blueprint.api.schema import _described, described
from blueprint.heads import KnownHead
from blueprint.models import Publication
from blueprint.pages import PageCache
from tests.factories import publish_one_of_each
from tests.reading import LANGUAGES, texts

pytestmark = pytest.mark.django_db


def test_description_is_the_same_in_every_process(client):
    publish_one_of_each()
    first = client.get("/api/v1/schema/").content

    _described.cache_clear()

    assert client.get("/api/v1/schema/").content == first


def test_description_says_something_of_every_parameter_and_answer():
    operations = [path["get"] for path in described("en")["paths"].values()]

    assert len({operation["operationId"] for operation in operations}) == len(operations) == 30
    assert all(operation["description"] for operation in operations)
    assert [
        (operation["operationId"], parameter["name"])
        for operation in operations
        for parameter in operation["parameters"]
        if parameter["in"] == "query" and not parameter["description"]
    ] == []
    assert {tuple(operation["responses"]) for operation in operations} == {
        ("200", "400", "404", "410", "429", "500", "503")
    }


def test_description_knows_every_address():
    from blueprint.api.urls import urlpatterns

    told = {re.sub(r"{(\w+)}", r"<\1>", path) for path in described("en")["paths"]}
    there = {"/api/v1/" + re.sub(r"<\w+:", "<", str(pattern.pattern)) for pattern in urlpatterns}

    assert told == there - {"/api/v1/schema/"}


@pytest.mark.parametrize("name", ["Observation", "Indicator", "Publication", "Problem"])
def test_parts_of_the_description_are_schemas(name):
    jsonschema_rs.meta.validate(described("en")["components"]["schemas"][name])


# The page


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_tells_of_every_resource_in_each_language(client, language):
    publish_one_of_each()

    response = client.get(f"/{language}/data/api/")

    assert response.status_code == 200
    assert texts(response, "h3") == sorted(
        ["root", "actions", "assessments", "directions", "findings", "indicators", "initiatives", "observations",
         "offices", "publications", "changes", "sources", "stages", "strategies", "targets", "units"],
        key=lambda name: {"root": "", "changes": "publications2"}.get(name, name),
    )  # fmt: skip
    assert "<script" not in response.content.decode().replace("<script src=", "")


def test_every_example_on_the_page_answers(client, real_plan):
    page = client.get("/en/data/api/")

    examples = re.findall(r'curl "([^"]+)"', " ".join(texts(page, "code")))

    assert len(examples) == 29
    assert [e for e in examples if client.get(e.removeprefix(settings.SITE_URL)).status_code != 200] == []


def test_every_kind_of_problem_has_its_words(client):
    page = client.get("/en/data/api/").content.decode()

    assert all(f'id="problem-{status}"' in page for status in (400, 404, 410, 429, 500, 503))


# Kept like pages


def ask(application, path, query="", **headers):
    said = {}

    def start_response(status, given, exc_info=None):
        said.update(given, status=status)

    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": "127.0.0.1:8000",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "wsgi.url_scheme": "http", "REMOTE_ADDR": "192.0.2.1",
        "wsgi.input": io.BytesIO(), **headers,
    }  # fmt: skip
    return said, b"".join(application(environ, start_response))


@pytest.fixture
def kept():
    """The site behind its page cache, and what it was asked."""
    publish_one_of_each()
    head = Publication.objects.head()
    asked = []

    def site(environ, start_response):
        asked.append(environ)
        return WSGIHandler()(environ, start_response)

    known = KnownHead(head.number, "a", head.published_on)
    # As for Django's own client the end of a request leaves the connection of the test open.
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield PageCache(site, build="build", heads=lambda: known), asked
    for signal in signals:
        signal.connect(close_old_connections)


def test_answer_is_made_once_and_then_not_sent_again(kept):
    site, asked = kept
    first, body = ask(site, "/api/v1/indicators/", "class=reference")

    second, empty = ask(
        site,
        "/api/v1/indicators/",
        "class=reference",
        HTTP_ACCEPT="text/html",
        HTTP_IF_NONE_MATCH=first["ETag"],
    )

    assert json.loads(body)["results"][0]["indicator"] == "I1"
    assert (first["status"], second["status"], empty, len(asked)) == ("200 OK", "304 Not Modified", b"", 1)


def test_unknown_parameter_reaches_the_api_and_is_not_kept(kept):
    site, asked = kept

    answers = [ask(site, "/api/v1/indicators/", "clas=reference")[0]["status"] for _time in range(2)]

    assert answers == ["400 Bad Request"] * 2
    assert len(asked) == 2
