"""What the head of each page says to readers of other languages, search engines and those who share it."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from tests.factories import (
    change,
    publish_changes,
    publish_indicator,
    publish_observation,
    publish_one_of_each,
)
from tests.reading import LANGUAGE_TAGS, LANGUAGES, content, texts

pytestmark = pytest.mark.django_db

PAGES = [
    "", "directions/1/", "strategies/", "strategies/1/", "indicators/", "indicators/I1/", "initiatives/",
    "initiatives/park/", "committee/", "committee/meetings/1/", "committee/actions/", "publications/", "publications/1/",
    "calendar/", "corrections/", "late/", "data/", "method/", "verify/", "compare/", "search/", "search/?q=park",
    "accessibility/", "privacy/", "sitemap/", "report/",
]  # fmt: skip


def head_of(client, address):
    """{what: its values} of a page's title, description, robots, links and Open Graph."""
    response = client.get(address)
    assert response.status_code == 200, address
    head = content(response).decode().partition("</head>")[0]
    found = {
        "language": re.findall(r'<html lang="([^"]*)"', head),
        "title": re.findall("<title>(.*?)</title>", head),
    }
    for name, value in re.findall(r'<meta (?:name|property)="([^"]*)" content="([^"]*)"', head):
        found.setdefault(name, []).append(unescape(value))
    for language, address in re.findall(r'<link rel="alternate" hreflang="([^"]*)" href="([^"]*)"', head):
        found.setdefault(f"in {language}", []).append(unescape(address))
    for address in re.findall(r'<link rel="canonical" href="([^"]*)"', head):
        found.setdefault("canonical", []).append(unescape(address))
    return found


@pytest.mark.parametrize("page", PAGES)
def test_X07_pages_say_their_language_and_lead_to_one_another(client, page):
    publish_one_of_each()

    heads = {language: head_of(client, f"/{language}/{page}") for language in LANGUAGES}

    assert {language: head["language"] for language, head in heads.items()} == {
        k: [v] for k, v in LANGUAGE_TAGS.items()
    }
    own = {language: head["canonical"] for language, head in heads.items()}
    for head in heads.values():
        assert [head["in en"], head["in zh-Hant"], head["in zh-Hans"]] == list(own.values())
        assert len(head["in x-default"]) == 1


def test_titles_and_descriptions_tell_pages_apart(client):
    publish_one_of_each()

    for language in LANGUAGES:
        heads = {page: head_of(client, f"/{language}/{page}") for page in PAGES}
        titles = [head["title"] for head in heads.values()]

        assert len({tuple(title) for title in titles}) == len(PAGES)
        assert [page for page, head in heads.items() if len(head["description"]) != 1] == []
        assert {head["og:description"] == head["description"] for head in heads.values()} == {True}


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("/en/", "/en/"),
        ("/en/indicators/?sort=name&page=1&q=", "/en/indicators/"),
        ("/en/indicators/?status=no_data&q=An&sort=name", "/en/indicators/?q=An&status=no_data"),
        ("/en/indicators/?utm_source=mail", "/en/indicators/"),
        ("/en/publications/?as_at=1", "/en/publications/?as_at=1"),
        ("/zh-hans/search/?q=%E5%88%9B%E6%96%B0", "/zh-hans/search/?q=%E5%88%9B%E6%96%B0"),
        ("/en/compare/?i=I1", "/en/compare/?i=I1"),
    ],
)
def test_canonical_address_leaves_out_what_does_not_make_the_page(client, address, canonical):
    publish_one_of_each()

    head = head_of(client, address)

    assert head["canonical"] == head["og:url"] == [settings.SITE_URL + canonical]


def test_reader_without_a_language_is_led_to_the_chooser_from_the_overview_alone(client):
    publish_one_of_each()

    assert head_of(client, "/zh-hant/")["in x-default"] == [f"{settings.SITE_URL}/"]
    assert head_of(client, "/zh-hant/data/")["in x-default"] == [f"{settings.SITE_URL}/en/data/"]


@pytest.mark.parametrize(
    ("address", "robots"),
    [
        ("/en/", None),
        ("/en/?as_at=1", ["noindex"]),
        ("/en/search/?q=an", ["noindex"]),
        ("/en/compare/", None),
    ],
)
def test_past_views_and_searches_are_not_to_be_listed(client, address, robots):
    publish_one_of_each()

    assert head_of(client, address).get("robots") == robots


def test_indicator_is_shared_with_its_sentence_and_its_picture(client):
    publish_indicator("I1", short_name_en="Herons & egrets")
    publish_observation("I1", period="2024", value="2")

    head = head_of(client, "/en/indicators/I1/?as_at=2")

    sentence = "Herons & egrets stood at 2% in 2024; no target has been set."
    assert head["description"] == head["og:description"] == head["og:image:alt"] == [sentence]
    assert head["og:title"][0].startswith("Herons & egrets · ")
    assert head["og:site_name"] == ["Blueprint progress"]
    assert head["og:locale"] + head["og:locale:alternate"] == ["en_GB", "zh_HK", "zh_CN"]
    assert head["twitter:card"] == ["summary_large_image"]
    (image,) = head["og:image"]
    assert image == f"{settings.SITE_URL}/en/indicators/I1/chart.png?as_at=2"
    assert client.get(image.removeprefix(settings.SITE_URL)).headers["Content-Type"] == "image/png"


def test_page_without_a_picture_is_shared_as_words(client):
    publish_one_of_each()

    head = head_of(client, "/zh-hant/strategies/")

    assert ("og:image" in head, head["twitter:card"], head["og:locale"]) == (False, ["summary"], ["zh_HK"])


def test_title_says_where_in_a_list_and_when(client):
    publish_changes(*(change("office", office=f"o{n}", name_en=f"Heron {n:02}") for n in range(45)))

    assert head_of(client, "/en/search/?q=heron&page=2")["title"] == [
        "“heron” · Search · page 2 · Blueprint progress"
    ]


@pytest.mark.parametrize("text", ['"><script>x</script>', "A <b>bold</b> & 'quoted' name"])
def test_head_holds_names_as_text(client, text):
    publish_indicator("I1", short_name_en=text)

    page = content(client.get("/en/indicators/I1/")).decode().partition("</head>")[0]

    assert "<script>x" not in page
    assert "<b>" not in page


def test_language_links_stay_on_the_page_with_its_filters(client):
    publish_one_of_each()

    response = client.get("/en/indicators/?q=An&sort=name&as_at=1")

    page = content(response).decode()
    (here,) = re.findall(r'<a href="([^"]*)" lang="zh-Hant"', page)
    assert urlsplit(unescape(here)).path == "/zh-hant/indicators/"
    assert unescape(here).partition("?")[2] == "q=An&sort=name&as_at=1"
    assert texts(client.get(unescape(here)), "caption") == texts(
        client.get("/zh-hant/indicators/?as_at=1&q=An"), "caption"
    )


def test_pages_behind_sign_in_have_no_public_address(client):
    page = content(client.get("/accounts/login/")).decode()

    assert "canonical" not in page
    assert "og:" not in page
