"""What lists the site: for people, for search engines, for machines; and the statements at the foot of each page."""

import re
import xml.etree.ElementTree as ElementTree

import pytest
from django.conf import settings
from django.urls import reverse

from blueprint.clock import today
from blueprint.models import Publication
from tests.factories import publish_indicator, publish_observation, publish_one_of_each
from tests.reading import LANGUAGES, content, texts

pytestmark = pytest.mark.django_db

SM, XHTML = "{http://www.sitemaps.org/schemas/sitemap/0.9}", "{http://www.w3.org/1999/xhtml}"
X11 = ["notices", "privacy", "accessibility", "sitemap"]
PAGES = ["", "indicators/", "indicators/I1/", "strategies/1/", "data/", "verify/", "sitemap/", "report/"]


@pytest.fixture
def site():
    publish_one_of_each()


def listed(client, query=""):
    """{address: (last change, {language: address})} of the list for search engines."""
    root = ElementTree.fromstring(content(client.get(f"/sitemap.xml{query}")))
    found = {}
    for url in root.iter(f"{SM}url"):
        others = {link.get("hreflang"): link.get("href") for link in url.iter(f"{XHTML}link")}
        found[url.findtext(f"{SM}loc")] = (url.findtext(f"{SM}lastmod"), others)
    return found


# The list for search engines


def test_every_listed_address_answers_in_its_language(client, site):
    for address in listed(client):
        path = address.removeprefix(settings.SITE_URL)
        response = client.get(path)
        assert (path, response.status_code) == (path, 200)
        assert response.headers["Content-Language"].lower() == path.split("/")[1]


def test_X07_listed_addresses_name_each_other(client, site):
    found = listed(client)

    for _changed, others in found.values():
        assert list(others) == list(LANGUAGES)
        assert all(found[address][1] == others for address in others.values())


def test_what_has_a_page_of_its_own_is_listed(client, site):
    own = ["directions/1/", "strategies/1/", "indicators/I1/", "initiatives/park/", "committee/meetings/1/",
           "publications/1/", "", "data/", "privacy/"]  # fmt: skip

    assert {f"{settings.SITE_URL}/zh-hant/{path}" for path in own} <= listed(client).keys()


def test_list_as_at_a_publication_knows_nothing_later(client, site):
    publish_indicator("I2")

    now, then = listed(client), listed(client, "?as_at=1")

    assert sorted(set(now) - set(then)) == sorted(
        f"{settings.SITE_URL}/{language}/{path}"
        for language in LANGUAGES
        for path in ("indicators/I2/", "publications/2/")
    )


def test_last_change_of_an_indicator_is_that_of_its_figures(client, site):
    day = str(publish_observation("I1", period="2025").recorded_at.date())

    assert listed(client)[f"{settings.SITE_URL}/en/indicators/I1/"][0] == day
    assert listed(client)[f"{settings.SITE_URL}/en/"][0] is None


@pytest.mark.parametrize("count", [1, 4])
def test_list_takes_the_same_number_of_queries(client, count, django_assert_num_queries):
    for number in range(count):
        publish_indicator(f"I{number}")

    with django_assert_num_queries(4):
        assert client.get("/sitemap.xml").status_code == 200


# What machines may walk through


def test_robots_are_kept_out_of_what_is_not_for_them_and_shown_the_list(client):
    said = content(client.get("/robots.txt")).decode().splitlines()

    closed = [line.removeprefix("Disallow: ") for line in said if line.startswith("Disallow: ")]
    areas = [
        f"/{language}/{name}/"
        for language in LANGUAGES
        for name in ("desk", "room", "search", "report", "publications/subscribe")
    ]
    assert sorted(closed) == sorted(["/accounts/", "/admin/", "/demo/", *areas])
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in said


def test_robots_may_read_every_listed_page(client, site):
    closed = re.findall(r"Disallow: (\S+)", content(client.get("/robots.txt")).decode())

    assert [a for a in listed(client) if a.removeprefix(settings.SITE_URL).startswith(tuple(closed))] == []


def test_nobody_is_named_to_tell_of_a_weakness_unless_there_is_somebody(client, settings):
    assert client.get("/.well-known/security.txt").status_code == 404

    settings.SECURITY_CONTACT = "mailto:security@blueprint.example"
    said = dict(
        line.split(": ", 1) for line in content(client.get("/.well-known/security.txt")).decode().splitlines()
    )

    assert said["Contact"] == "mailto:security@blueprint.example"
    assert str(today()) < said["Expires"][:10]
    assert said["Canonical"] == f"{settings.SITE_URL}/.well-known/security.txt"


# The page


@pytest.mark.parametrize("language", LANGUAGES)
def test_site_map_leads_to_every_page_that_search_engines_are_shown(client, site, language):
    page = content(client.get(f"/{language}/sitemap/")).decode()

    linked = set(re.findall(r'href="(/[^"#?]*)', page))
    own = {a.removeprefix(settings.SITE_URL) for a in listed(client) if f"/{language}/" in a}
    # Single publications stand in their own list.
    assert {a for a in own - linked if not re.search(r"/publications/\d+/", a)} == set()


def test_site_map_of_the_past_keeps_its_moment(client, site):
    publish_indicator("I2", name_en="Later", short_name_en="Later")

    page = content(client.get("/en/sitemap/?as_at=1")).decode()

    assert "Later" not in page
    assert 'href="/en/indicators/I1/?as_at=1"' in page


@pytest.mark.parametrize("count", [1, 4])
def test_site_map_takes_the_same_number_of_queries(client, count, django_assert_num_queries):
    for number in range(count):
        publish_indicator(f"I{number}")

    with django_assert_num_queries(2):
        assert client.get("/en/sitemap/").status_code == 200


# X11: what stands at the foot of each page


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_X11_foot_leads_to_notices_privacy_contact_statement_and_map_and_bears_the_last_revision(
    client, site, language, path
):
    page = content(client.get(f"/{language}/{path}")).decode()

    foot = re.search(r'<footer class="site-foot">.*</footer>', page, re.S)[0]
    own = [reverse(name).replace("/en/", f"/{language}/") for name in X11]
    assert [to for to in [*own, own[0] + "#contact"] if f'href="{to}"' not in foot] == []
    assert f'href="/{language}/publications/1/"' in foot
    assert str(Publication.objects.get().published_on.year) in foot


@pytest.mark.parametrize("path", ["notices/", "privacy/", "accessibility/", "sitemap/"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_X08_statements_stand_in_every_language_and_keep_the_moment(client, site, language, path):
    page = client.get(f"/{language}/{path}?as_at=1")

    assert page.status_code == 200
    assert len(texts(page, "h1")) == 1
    assert f'href="/{language}/privacy/?as_at=1"' in content(page).decode()


def test_foot_leads_to_nothing_that_is_not_there(client, site):
    page = content(client.get("/en/")).decode()
    foot = re.search(r'<footer class="site-foot">.*</footer>', page, re.S)[0]

    links = set(re.findall(r'href="([^"#]+)', foot))
    assert len(links) > 10
    assert {to for to in links if client.get(to.replace("&amp;", "&")).status_code != 200} == set()
