"""What a request says of its encoding: Django falls over some names, and reads half characters out of others."""

import io

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

from blueprint.one_encoding import HEADERS, OneEncoding

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]

FORM = "multipart/form-data; boundary=x"


def asked(content_type, *, method="GET", query="q=%5Cud800"):
    """Status and body of a request as it comes from the wire."""
    environ = RequestFactory().get("/livez").environ | {"REQUEST_METHOD": method, "QUERY_STRING": query}
    environ |= {"CONTENT_TYPE": content_type, "wsgi.input": io.BytesIO()}
    statuses = []
    body = OneEncoding(WSGIHandler())(environ, lambda status, headers, *_: statuses.append(status))
    return statuses[0][:3], b"".join(body)


@pytest.mark.parametrize(
    "charset",
    ["rot13", "hex", "undefined", "unicode_escape", "utf-7", "utf-16", "latin-1", "big5"],
)
@pytest.mark.parametrize("kind", ["text/plain", FORM])
def test_another_encoding_is_refused_in_words(charset, kind):
    status, body = asked(f"{kind}; charset={charset}")
    assert status == "400"
    assert b"UTF-8" in body


def test_a_name_of_an_encoding_in_an_unknown_encoding_is_refused():
    assert asked("text/plain; charset*=bogus''x")[0] == "400"


@pytest.mark.parametrize(
    "said", ["", "; charset=UTF-8", "; charset=utf8", '; charset="utf-8"', "; charset=x-y"]
)
def test_utf_8_and_names_that_nobody_knows_pass(said):
    assert asked(f"text/plain{said}")[0] == "200"


def test_the_whole_site_stands_behind_it():
    from blueprint.wsgi import application

    statuses = []
    environ = RequestFactory().get("/en/desk/").environ | {"CONTENT_TYPE": "text/plain; charset=rot13"}
    answer = application(environ, lambda status, headers, *_: statuses.append((status, headers)))
    answer.close()
    assert statuses[0][0].startswith("400")
    assert set(HEADERS) <= set(statuses[0][1])
