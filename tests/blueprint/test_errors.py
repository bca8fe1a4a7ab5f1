import re

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.test import Client
from django.urls import path
from django.utils.translation import activate, get_language

from blueprint import urls
from blueprint.models import Event
from blueprint.permissions import Role
from tests.factories import PASSWORD, UserFactory, publish_one_of_each
from tests.reading import LANGUAGE_TAGS

LANGUAGES = ["en", "zh-hant", "zh-hans"]
LONG = "x" * 5000


@login_not_required
def broken(request):
    raise RuntimeError("SELECT secret FROM /srv/app/table")


@login_not_required
def cut_off(request):
    raise OperationalError("server closed the connection: SELECT secret FROM /srv/app/table")


@login_not_required
def refused(request):
    raise PermissionDenied("Not yours.")


urlpatterns = [
    *[path(f"{language}/broken/", broken) for language in LANGUAGES],
    *[path(f"{language}/cut-off/", cut_off) for language in LANGUAGES],
    *[path(f"{language}/desk/refused/", refused) for language in LANGUAGES],
    *urls.urlpatterns,
]
handler400, handler403, handler404, handler500 = (
    urls.handler400,
    urls.handler403,
    urls.handler404,
    urls.handler500,
)

with_broken_views = pytest.mark.urls(__name__)


def check_plain(response, status, language):
    page = response.content.decode()
    assert response.status_code == status
    assert response["Content-Language"] == language
    assert f'<html lang="{LANGUAGE_TAGS[language]}">' in page
    assert f'<p class="n">{status}</p>' in page
    assert re.search(r"<h1>[^<]+</h1>", page)
    assert f'href="/{language}/"' in page
    assert not re.search(r"Traceback|Django|Python|SELECT|/srv/|Exception|\.py", page)


# In three languages


@with_broken_views
@pytest.mark.parametrize("language", LANGUAGES)
def test_O10_error_of_ours_is_500_without_a_database(language, caplog):
    client = Client(raise_request_exception=False)

    response = client.get(f"/{language}/broken/")

    check_plain(response, 500, language)
    assert "SELECT secret" in caplog.text


@with_broken_views
@pytest.mark.parametrize("language", LANGUAGES)
def test_F01_database_that_is_away_is_503_in_words(language):
    client = Client(raise_request_exception=False)

    response = client.get(f"/{language}/cut-off/")

    check_plain(response, 503, language)
    assert response["Retry-After"] == "5"


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_O10_missing_page_is_404(client, language):
    check_plain(client.get(f"/{language}/nowhere/"), 404, language)


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_O10_unreadable_parameter_is_400_and_says_why(client, language):
    response = client.get(f"/{language}/?as_at=2999-01-01")

    check_plain(response, 400, language)
    assert '<p class="lead">' in response.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_O05_unknown_host_is_400(client, language):
    check_plain(client.get(f"/{language}/", HTTP_HOST="evil.example"), 400, language)
    check_plain(client.get(f"/{language}/", HTTP_HOST="evil.example:8000@testserver"), 400, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_O05_forwarded_host_changes_nothing(client, language):
    response = client.get("/", HTTP_X_FORWARDED_HOST="evil.example", HTTP_ACCEPT_LANGUAGE=language)

    assert response["Location"] == f"/{language}/"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_O10_changing_a_public_page_is_405(language, method):
    client = Client(enforce_csrf_checks=True)

    response = getattr(client, method)(f"/{language}/")

    check_plain(response, 405, language)
    assert response["Allow"] == "GET, HEAD"


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_O10_form_without_its_token_is_403(language):
    client = Client(enforce_csrf_checks=True)

    response = client.post(
        f"/accounts/login/?language={language}", {"login": "a@example.org", "password": "x"}
    )

    check_plain(response, 403, language)


@with_broken_views
@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_O10_refusal_is_403_and_recorded(client, language):
    user = UserFactory()
    client.force_login(user)

    response = client.get(f"/{language}/desk/refused/")

    check_plain(response, 403, language)
    assert '<p class="lead">Not yours.</p>' in response.content.decode()
    refusal = Event.objects.get(verb="open")
    assert (refusal.actor, refusal.refused, refusal.subject) == (user, True, f"/{language}/desk/refused/")


@with_broken_views
@pytest.mark.django_db
def test_refusal_of_a_visitor_is_not_recorded(client):
    assert client.get("/en/desk/refused/").status_code == 403
    assert not Event.objects.exists()


def test_error_without_language_in_its_address_speaks_the_readers(client):
    activate("zh-hans")  # as a request before may have left it

    for language in LANGUAGES:
        check_plain(client.get("/", HTTP_HOST="evil.example", HTTP_ACCEPT_LANGUAGE=language), 400, language)


def test_error_page_leaves_the_active_language_alone(client):
    activate("zh-hant")

    client.post("/en/", HTTP_ACCEPT_LANGUAGE="zh-hans")

    assert get_language() == "en"


@pytest.mark.django_db
def test_reason_of_an_error_is_shown_as_text(client):
    page = client.get("/en/?as_at=<script>alert(1)</script>").content.decode()

    assert "<script" not in page


# Whatever is sent, we do not break


PAGES = [
    "/en/", "/en/directions/1/", "/en/strategies/", "/en/strategies/1/", "/en/indicators/", "/en/indicators/I1/",
    "/en/indicators/I1/history/", "/en/indicators/I1/embed/", "/en/indicators/I1/chart.svg",
    "/en/indicators/I1/chart.vl.json", "/en/initiatives/", "/en/initiatives/park/", "/en/compare/", "/en/late/",
    "/en/corrections/", "/en/committee/", "/en/committee/meetings/1/", "/en/committee/actions/",
    "/en/publications/", "/en/publications/1/", "/en/publications/feed/", "/en/calendar/", "/en/search/",
    "/en/data/", "/en/method/", "/en/verify/", "/en/accessibility/", "/en/privacy/", "/en/sitemap/",
    "/en/report/", "/data/observations.csv", "/data/targets.csv", "/data/assessments.csv",
    "/data/indicators.csv", "/data/indicators/I1.csv", "/data/sdmx/data.xml", "/api/v1/", "/ledger/proof",
    "/livez", "/readyz", "/accounts/login/", "/accounts/password/reset/",
]  # fmt: skip
PARAMETERS = [
    "as_at", "direction", "strategy", "office", "status", "stage", "class", "frequency", "q", "sort", "page", "i",
    "history", "next", "language", "unknown", "a[b]",
]  # fmt: skip
VALUES = [
    "%00", "a%00b", LONG, "%ff%fe", "%ed%a0%80", "-1", "0", "9" * 30, "9" * 5000, "1e309", "NaN", "１", "²", "' OR 1=1--",
    "../../etc/passwd", "{{7*7}}", "%0d%0aSet-Cookie:a=b", "%F0%9F%98%80", "&".join(["1"] * 3), "\\", "*", "2024-13-45",
]  # fmt: skip


# What each list reads in its own way; what it does not know is told apart by no value.
LISTS = {
    "/en/indicators/": ["as_at", "strategy", "stage", "class", "q", "sort", "page"],
    "/en/initiatives/": ["as_at", "office", "state", "q", "page"],
    "/en/compare/": ["as_at", "i", "unknown"],
    "/en/publications/": ["as_at", "kind", "year", "indicator", "page"],
    "/en/search/": ["as_at", "q", "page", "a[b]"],
}


def queries(address):
    """Each value in each parameter alone where there are filters, elsewhere in all parameters at once."""
    if address in LISTS:
        return [f"{parameter}={value}" for parameter in LISTS[address] for value in VALUES]
    everything = ["&".join(f"{parameter}={value}" for parameter in PARAMETERS[1:]) for value in VALUES]
    return everything + [f"as_at={value}" for value in VALUES]


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("address", PAGES)
def test_I13_I22_no_parameter_breaks_a_public_page(client, address):
    publish_one_of_each()
    broken = []

    for query in queries(address):
        response = client.get(f"{address}?{query}")
        if response.status_code not in (200, 302, 400, 404) or response.cookies.get("a"):
            broken.append((query[:40], response.status_code))

    assert broken == []


@pytest.mark.django_db
@pytest.mark.parametrize("address", PAGES)
def test_I13_nul_is_400_wherever_it_stands(client, address):
    assert client.get(f"{address}?q=%00").status_code == 400
    assert client.get(f"{address}%00/").status_code == 400
    assert client.get(address.replace("/en/", "/en/%00")).status_code in (200, 302, 400, 404)


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["%00", LONG, "%ff", "9" * 5000, "..%2f..%2f", "'", "%0a", "１", "-" * 300])
def test_I13_no_path_breaks_a_public_page(client, part):
    publish_one_of_each()

    for pattern in (
        "/{}/", "/{}-hant/", "/en/{}/", "/en/strategies/{}/", "/en/directions/{}/", "/en/indicators/{}/",
        "/en/initiatives/{}/", "/en/committee/meetings/{}/", "/en/publications/{}/", "/data/{}.csv",
        "/data/indicators/{}.csv", "/static/{}", "/admin/{}/", "/accounts/{}/", "/en/desk/{}/", "/en/room/{}/",
        "/accounts/password/reset/key/{}/", "/accounts/password/reset/key/1-{}/",
    ):  # fmt: skip
        assert client.get(pattern.format(part)).status_code in (200, 301, 302, 400, 404)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value", ["\x00", "a\x00b@example.org", LONG, "\ud7ff", "９" * 400, "a@" + "b." * 300 + "c"]
)
def test_I13_no_field_breaks_a_form_of_sign_in(client, value):
    client.force_login(UserFactory())

    for address, names in (
        ("/accounts/login/", ["login", "password", "next", "\x00"]),
        ("/accounts/password/reset/", ["email"]),
        ("/accounts/password/change/", ["oldpassword", "password1", "password2"]),
        ("/accounts/logout/", ["next"]),
    ):
        for visitor in (client, Client()):
            for name in names:
                assert visitor.post(address, {name: value}).status_code in (200, 302, 400)


@pytest.mark.django_db
def test_I13_nul_in_a_field_is_400_at_the_desk_too(client):
    client.force_login(UserFactory(role=Role.OFFICIAL))

    response = client.post("/en/desk/indicators/I1/enter/", {"value": "1\x00"})

    assert response.status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["session", "csrf", "django_language", "messages"])
@pytest.mark.parametrize("value", ['"abc\\000defghijkl"', LONG, "é", "xx-" + "y" * 600])
def test_I13_no_cookie_breaks_a_page(client, name, value):
    for address in ("/accounts/login/", "/en/desk/", "/admin/", "/en/"):
        response = client.get(address, HTTP_COOKIE=f"{name}={value}")

        assert response.status_code in (200, 302, 400)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "language", [LONG, "xx-" * 2700, "*", "zh;q=nan", ",".join(f"x{n}" for n in range(2000)), "é", ""]
)
def test_I22_no_accept_language_breaks_a_page(client, language):
    assert client.get("/", HTTP_ACCEPT_LANGUAGE=language)["Location"] == "/en/"
    assert client.get("/nowhere/", HTTP_ACCEPT_LANGUAGE=language).status_code == 404


@pytest.mark.django_db
def test_I22_many_made_up_languages_are_404_and_not_remembered(client):
    publish_one_of_each()

    for number in range(300):
        assert client.get(f"/xx-{number:05}{LONG}/").status_code == 404
        assert client.get(f"/accounts/login/?language=xx-{number:05}").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n'),
        ("multipart/form-data", b""),
        ("application/json", b"{"),
        ("text/plain; charset=nonsense", b"x"),
        ("application/x-www-form-urlencoded; charset=nonsense", b"a=b"),
        ("application/x-www-form-urlencoded", b"a=1&" * 1000),
        ("application/x-www-form-urlencoded", b"a=" + b"x" * 2_000_000),
    ],
)
def test_I13_no_body_breaks_the_sign_in(client, content_type, body):
    response = client.generic("POST", "/accounts/login/", body, content_type=content_type)

    assert response.status_code in (200, 400, 413)


@pytest.mark.django_db
def test_signed_in_person_gets_no_cookie_from_an_error(client):
    client.post("/accounts/login/", {"login": UserFactory().email, "password": PASSWORD})

    response = client.get("/en/nowhere/")

    assert not response.cookies
