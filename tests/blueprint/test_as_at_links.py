"""Links that keep a moment, leave it, or fix it for ever; and how a page is cited."""

import datetime
import re

import pytest
from django.conf import settings

from blueprint.clock import today
from blueprint.publishing import PastDate
from tests.factories import change, publish_changes, publish_office, publish_one_of_each
from tests.reading import LANGUAGES, content, texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    """1: everything, in the past. 2: an office, today."""
    past = PastDate(datetime.date(2024, 10, 31), "day")
    publish_changes(change("office"), past=past, loaded=True)
    publish_one_of_each()


def links(client, address, rel):
    page = content(client.get(address)).decode()
    return [link.replace("&amp;", "&") for link in re.findall(rf'<a href="([^"]*)"[^>]* rel="{rel}"', page)]


@pytest.mark.parametrize(
    ("address", "lasting"),
    [
        ("/en/", "/en/?as_at=2"),
        ("/zh-hant/indicators/I1/", "/zh-hant/indicators/I1/?as_at=2"),
        ("/en/indicators/?q=An&sort=name", "/en/indicators/?q=An&sort=name&as_at=2"),
        ("/en/publications/?as_at=1", "/en/publications/?as_at=1"),
        ("/en/publications/?as_at=2024-12-31", "/en/publications/?as_at=2024-12-31"),
        # The day is not over: more may come.
        (f"/en/publications/?as_at={today()}", "/en/publications/?as_at=2"),
    ],
)
def test_every_page_has_a_link_that_lasts(client, site, address, lasting):
    assert links(client, address, "bookmark") == [lasting]


def test_page_before_any_publication_has_no_lasting_link(client):
    assert links(client, "/en/", "bookmark") == []


def test_lasting_link_shows_the_page_as_it_was(client, site):
    (lasting,) = links(client, "/en/publications/2/", "bookmark")
    then = texts(client.get(lasting), "h1")

    publish_office(name_en="Later")

    assert texts(client.get(lasting), "h1") == then


@pytest.mark.parametrize(
    ("address", "now"),
    [
        ("/en/indicators/?q=An&as_at=2&sort=name", "/en/indicators/?q=An&sort=name"),
        ("/en/publications/?as_at=1", "/en/publications/"),
        ("/en/publications/?as_at=1900-01-01", "/en/publications/"),
        ("/en/publications/?page=1&as_at=1", "/en/publications/"),
    ],
)
def test_banner_leads_to_the_same_page_as_it_stands_now(client, site, address, now):
    page = content(client.get(address)).decode()

    (link,) = re.findall(r'<a href="([^"]*)">See it as it stands now</a>', page)
    assert link.replace("&amp;", "&") == now


def test_form_for_a_past_day_keeps_the_other_parameters(client, site):
    page = content(client.get("/en/indicators/?q=%22An%22&sort=name&as_at=2&page=1")).decode()

    form = re.search(r'<form class="as-at.*?</form>', page, re.S)[0]
    assert re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form) == [
        ("q", "&quot;An&quot;"),
        ("sort", "name"),
    ]


def test_links_to_other_languages_keep_the_moment_and_the_filters(client, site):
    page = content(client.get("/en/indicators/?q=An&as_at=2")).decode()

    for tag in ("zh-hant", "zh-hans"):
        assert f'href="/{tag}/indicators/?q=An&amp;as_at=2"' in page


CITED = ["indicators/I1/", "strategies/1/", "initiatives/park/", "publications/2/"]


@pytest.mark.parametrize("page", CITED)
@pytest.mark.parametrize("language", LANGUAGES)
def test_page_says_how_to_cite_it(client, site, language, page):
    response = client.get(f"/{language}/{page}")

    (cited,) = texts(response, "details", "cite")
    assert cited.endswith(f"{settings.SITE_URL}/{language}/{page}?as_at=2")


def test_citation_names_title_publisher_publication_and_day(client, site):
    (cited,) = texts(client.get("/en/publications/1/?as_at=1"), "details", "cite")

    assert cited == (
        "Cite this page “A publication”, Blueprint progress, as at publication 1, 31 October 2024. "
        f"{settings.SITE_URL}/en/publications/1/?as_at=1"
    )


def test_data_page_says_how_to_cite_the_files(client, site):
    page = content(client.get("/en/data/?as_at=1")).decode()

    said = "“Data”, Blueprint progress, as at publication 1, 31 October 2024. "
    assert f"{said}{settings.SITE_URL}/en/data/?as_at=1" in re.sub("<[^>]*>", "", page)


def test_hostile_parameters_are_no_markup(client, site):
    page = content(client.get("/en/data/?x=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&as_at=1")).decode()

    assert "<script>" not in page


@pytest.mark.parametrize("name", ["calendar/", "publications/feed/", "corrections/", "verify/"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_foot_leads_to_the_pages_about_the_site(client, site, language, name):
    page = content(client.get(f"/{language}/?as_at=2")).decode()

    assert f'<a href="/{language}/{name}?as_at=2">' in page.split("site-foot")[1]
