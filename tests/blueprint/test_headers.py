import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from blueprint.permissions import Role
from tests.factories import PASSWORD, UserFactory, publish_one_of_each

pytestmark = pytest.mark.django_db

POLICY = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
    "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
}  # fmt: skip
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
PUBLIC = [
    "/en/", "/zh-hant/strategies/", "/zh-hans/strategies/1/", "/en/directions/1/", "/en/indicators/",
    "/en/indicators/I1/", "/en/initiatives/", "/en/initiatives/park/", "/en/committee/",
    "/en/committee/meetings/1/", "/en/publications/", "/en/publications/1/", "/en/data/",
    "/data/observations.csv", "/data/targets.csv", "/data/assessments.csv", "/data/indicators.csv",
    "/data/indicators/I1.csv", "/en/?as_at=1", "/livez", "/readyz", "/api/v1/", "/api/v1/indicators/I1/",
]  # fmt: skip
REFUSED = [
    ("get", "/en/nowhere/", {}, 404),
    ("get", "/nowhere.csv", {}, 404),
    ("get", "/api/v1/nowhere/", {}, 404),
    ("options", "/api/v1/", {}, 204),
    ("post", "/api/v1/", {}, 405),
    ("options", "/data/observations.json", {}, 204),
    ("options", "/en/", {}, 405),
    ("get", "/en/?as_at=nonsense", {}, 400),
    ("get", "/en/%00", {}, 400),
    ("get", "/en/", {"HTTP_HOST": "evil.example"}, 400),
    ("get", "/admin/", {"HTTP_HOST": "evil.example"}, 400),
    ("get", "/en/strategies", {}, 301),
    ("get", "/", {}, 302),
    ("get", "/strategies/", {}, 302),
    ("post", "/en/", {}, 405),
    ("delete", "/data/observations.csv", {}, 405),
    ("options", "/accounts/login/", {}, 200),
    ("delete", "/accounts/login/", {}, 405),
    ("get", "/en/desk/", {}, 302),
    ("get", "/admin/", {}, 302),
    ("get", "/accounts/login/", {}, 200),
    ("get", "/static/blueprint.css", {}, 200),
    ("get", "/static/nothing.css", {}, 404),
]


@pytest.fixture
def whole_site():
    publish_one_of_each()


@pytest.fixture
def stylesheet():
    """The file where collectstatic would put it; the middleware that serves it reads its folder at start."""
    file = settings.STATIC_ROOT / "blueprint.css"
    if not file.exists():
        file.write_text((settings.BASE_DIR / "static" / "blueprint.css").read_text())
    return file


def check_headers(response):
    assert {name: response.headers.get(name) for name in ALWAYS} == ALWAYS
    assert set(response["Content-Security-Policy"].split("; ")) == POLICY
    assert "camera=()" in response["Permissions-Policy"]
    assert "Cache-Control" in response


def check_public(response):
    assert not response.cookies
    assert "Set-Cookie" not in response
    assert "cookie" not in response.headers.get("Vary", "").lower()


# What every answer bears


@pytest.mark.parametrize("address", PUBLIC)
def test_public_answers_bear_the_headers(client, whole_site, address):
    response = client.get(address)

    assert response.status_code == 200
    check_headers(response)


@pytest.mark.parametrize(
    "address", ["/data/observations.json", "/data/catalog.jsonld", "/api/v1/indicators/"]
)
def test_pages_of_other_sites_may_ask_whether_a_file_has_changed(client, address):
    response = client.options(
        address, HTTP_ORIGIN="https://elsewhere.example", HTTP_ACCESS_CONTROL_REQUEST_METHOD="GET",
        HTTP_ACCESS_CONTROL_REQUEST_HEADERS="if-none-match",
    )  # fmt: skip

    assert (response.status_code, response.content) == (204, b"")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert response["Access-Control-Allow-Headers"] == "*"


@pytest.mark.parametrize(("method", "address", "how", "status"), REFUSED)
def test_other_answers_bear_the_headers(client, whole_site, stylesheet, method, address, how, status):
    response = getattr(client, method)(address, **how)

    assert response.status_code == status
    check_headers(response)


def test_not_modified_bears_the_headers(client, stylesheet):
    modified = client.get("/static/blueprint.css")["Last-Modified"]

    response = client.get("/static/blueprint.css", HTTP_IF_MODIFIED_SINCE=modified)

    assert response.status_code == 304
    check_headers(response)


@pytest.mark.parametrize("address", ["/en/desk/", "/admin/", "/accounts/password/change/", "/en/desk/none/"])
def test_signed_in_answers_bear_the_headers_and_are_never_kept(client, address):
    client.force_login(UserFactory(role=Role.AUDITOR))

    response = client.get(address)

    check_headers(response)
    assert "no-store" in response["Cache-Control"]


def test_O08_page_of_the_desk_that_looks_like_a_file_is_404_and_never_kept(client):
    client.force_login(UserFactory())

    for address in ("/en/desk/x.css", "/en/desk/%2e%2e/static/blueprint.css", "/accounts/login/x.js"):
        response = client.get(address)

        assert (response.status_code, response["Cache-Control"]) == (404, "no-store")


# Public answers and cookies


@pytest.mark.parametrize("address", PUBLIC)
def test_I9_public_answers_know_no_cookie(whole_site, address):
    signed_in = Client()
    signed_in.post("/accounts/login/", {"login": UserFactory().email, "password": PASSWORD})
    assert {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME} <= set(signed_in.cookies)
    signed_in.cookies["django_language"] = "zh-hant"

    visitor, person = Client().get(address), signed_in.get(address)

    check_public(visitor)
    check_public(person)
    assert visitor.getvalue() == person.getvalue()


@pytest.mark.parametrize(("method", "address", "how", "status"), REFUSED)
def test_I9_public_refusals_know_no_cookie(client, whole_site, stylesheet, method, address, how, status):
    client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
    client.cookies[settings.CSRF_COOKIE_NAME] = "y" * 32

    response = getattr(client, method)(address, **how)

    if not address.startswith(("/accounts/", "/admin/", "/en/desk/")):
        check_public(response)


def test_public_page_asks_nothing_of_sessions(client, whole_site):
    client.force_login(UserFactory())

    with CaptureQueriesContext(connection) as queries:
        client.get("/en/")

    assert not [query for query in queries if "session" in query["sql"] or "blueprint_user" in query["sql"]]


def test_probes_ask_nothing_of_sessions(client, ledger_key, django_assert_num_queries):
    client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32

    with django_assert_num_queries(0):
        alive = client.get("/livez")
    ready = client.get("/readyz")

    assert (alive.status_code, alive.content) == (200, b"ok\n")
    assert (ready.status_code, ready.content) == (200, b"ok\n")
    check_public(alive)
    check_public(ready)


# Cookies


@pytest.mark.parametrize("address", ["/accounts/login/", "/en/desk/"])
def test_A20_cookies_are_out_of_reach_of_scripts_and_other_sites(client, address):
    client.post("/accounts/login/", {"login": UserFactory().email, "password": PASSWORD})

    client.get(address)

    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        cookie = client.cookies[name]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
        assert (cookie["max-age"], cookie["domain"]) == ("", "")


ON_HTTPS = """
import django; django.setup()
from django.conf import settings
from django.test import Client
secure = {"secure": True, "HTTP_HOST": "blueprint.example"}
page = Client().get("/accounts/login/", **secure)
print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_SECURE)
print(page.cookies["__Host-csrf"].OutputString())
print(page["Strict-Transport-Security"])
print(Client().get("/en/nowhere/", **secure)["Strict-Transport-Security"])
print(Client().get("/accounts/login/", secure=True, HTTP_HOST="evil.example")["Strict-Transport-Security"])
plain = Client().get("/en/", HTTP_HOST="blueprint.example")
print(plain.status_code, plain["Location"], plain.cookies, "Content-Security-Policy" in plain)
bad = Client().get("/en/", HTTP_HOST="evil.example")
print(bad.status_code, bad["X-Frame-Options"], bad["Referrer-Policy"], bad["Cross-Origin-Opener-Policy"])
print(Client().get("/livez", HTTP_HOST="blueprint.example").status_code)
"""


def test_A20_on_https_cookies_bear_the_host_prefix_and_answers_hsts(tmp_path):
    lasting = "max-age=63072000; includeSubDomains; preload"
    environment = {
        "SITE_URL": "https://blueprint.example", "SECRET_KEY": "a key for tests " * 4, "VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/none.sqlite3", "DJANGO_SETTINGS_MODULE": "blueprint.settings",
        "DEBUG": "0",
    }  # fmt: skip
    (tmp_path / "static").mkdir()
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"],
        cwd=settings.BASE_DIR, env=environment, check=True,
    )  # fmt: skip

    done = subprocess.run(
        [sys.executable, "-c", ON_HTTPS],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )

    said = done.stdout.splitlines()
    assert said[0] == "__Host-session __Host-csrf True", done.stderr
    cookie = set(said[1].split("; ")[1:])
    assert cookie == {"HttpOnly", "Path=/", "SameSite=Lax", "Secure"}
    assert said[2:5] == [lasting] * 3
    assert said[5] == "301 https://blueprint.example/en/  True"
    assert said[6] == "400 DENY strict-origin-when-cross-origin same-origin"
    assert said[7] == "200"
