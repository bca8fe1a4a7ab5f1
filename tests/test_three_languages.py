"""Every public page in three languages: the same figures, each part marked with the language it is in."""

import re
from collections import defaultdict

import pytest
from django.db import models
from django.urls import resolve

from blueprint.chinese import RUN
from blueprint.exporting.addresses import Address
from blueprint.nouns import nouns
from tests.reading import LANGUAGES, content
from tests.spoken import Said, number_words, numbers, spoken, unmarked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_plan")]
TAGS = {"en": "en", "zh-hant": "zh-Hant-HK", "zh-hans": "zh-Hans"}
# Pages that answer a question are not in the archive, and so reached by no crawl.
ASKED = [
    "/en/search/?q=R%26D",
    "/en/compare/?i=gerd-hkd&i=vc-investment",
    "/en/indicators/?q=talent&sort=name",
    "/en/?as_at=2024-06-30",
    "/en/indicators/gerd-hkd/?as_at=2024-06-30",
    "/en/calendar/?as_at=1",
]


def links(html):

    return re.findall(r'href="([^"]+)"', html)


def pages_of(client, *, most):
    """Addresses of English pages that links lead to; of each kind at most so many."""
    found, kinds, waiting = {}, defaultdict(int), ["/en/", *ASKED]
    seen = set(waiting)
    while waiting:
        address = waiting.pop(0)
        response = client.get(address)
        if response.status_code != 200 or not response.headers["Content-Type"].startswith("text/html"):
            continue
        found[address] = html = content(response).decode()
        for link in links(html):
            to = Address.of(link.replace("&amp;", "&"), seen_on=address)
            if to is None or not to.archived or not to.path.startswith("/en/") or str(to) in seen:
                continue
            seen.add(str(to))
            kind = resolve(to.path).route
            if not most or kinds[kind] < most:
                kinds[kind] += 1
                waiting.append(str(to))
    return found


@pytest.fixture(
    scope="module",
    params=[2, pytest.param(0, marks=[pytest.mark.slow, pytest.mark.long, pytest.mark.only_on("sqlite")])],
    ids=["few", "all"],
)
def pages(request, real_plan, django_db_blocker):
    """{address in English: {language: what its page says}}."""
    from django.test import Client

    client = Client()
    with django_db_blocker.unblock():
        english = pages_of(client, most=request.param)
        return {address: in_all(client, address, html) for address, html in english.items()}


def in_all(client, address, html):
    said = {"en": spoken(html)}
    for language in LANGUAGES[1:]:
        response = client.get(address.replace("/en/", f"/{language}/", 1))
        said[language] = spoken(content(response).decode()) if response.status_code == 200 else []
    return said


def written():
    """Every text with a digit that people wrote, the longest first."""
    texts = set()
    for noun in nouns():
        columns = [f.attname for f in noun.fields if isinstance(f, (models.CharField, models.TextField))]
        for row in noun.version.objects.values_list(*columns):
            texts |= {" ".join(text.split()) for text in row if isinstance(text, str)}
    # Where a text mixes languages, its parts are marked one by one.
    texts |= {part.strip() for text in texts for part in RUN.split(text)}
    told = (
        text for text in texts if len(text) > 5 and re.search(r"\d", text) and re.search(r"[^\W\d_]", text)
    )
    return sorted(told, key=len, reverse=True)


def test_X08_every_page_exists_in_three_languages(pages):
    assert [address for address, said in pages.items() if not all(said.values())] == []
    assert len(pages) >= 20


def test_X07_parts_in_another_language_are_marked(pages):
    faults = {
        (unmarked(one), one.inside): f"{language} {address}"
        for address, versions in pages.items()
        for language, said in versions.items()
        for one in said
        if unmarked(one)
    }

    assert faults == {}


def own(said, language):
    """Without what is quoted in another Chinese script or on an English page, such as the title of a source."""
    quoted = {"zh-Hant", "zh-Hans"} - {TAGS[language]}
    return [one for one in said if one.inside != "span" or one.language not in quoted]


def test_X08_same_figures_in_three_languages(pages):
    content = written()
    differences = {}
    # What a search finds are words, which differ.
    for address, versions in ((a, v) for a, v in pages.items() if "/search/" not in a):
        counted = {language: numbers(own(said, language), content) for language, said in versions.items()}
        for language in LANGUAGES[1:]:
            lacking = counted["en"] - counted[language]
            further = counted[language] - counted["en"] - number_words(versions["en"])
            if lacking or further:
                differences[language, address] = (lacking, further)

    assert differences == {}


def test_X07_title_is_in_the_page_s_language(pages):
    titles = defaultdict(dict)
    for address, versions in pages.items():
        for language, said in versions.items():
            (titles[address][language],) = [one for one in said if one.inside == "title"][:1]

    assert [
        (address, one.text)
        for address, found in titles.items()
        for language, one in found.items()
        if one.language != TAGS[language]
    ] == []


@pytest.mark.parametrize(
    "address",
    [
        "/en/indicators/?strategy=1&sort=name&page=1",
        "/en/indicators/gerd-hkd/?as_at=2024-06-30",
        "/en/publications/?kind=figures&as_at=40",
        "/en/search/?q=%E5%89%B5%E6%96%B0",
        "/en/compare/?i=gerd-hkd&i=vc-investment",
    ],
)
def test_language_switch_stays_on_the_page_with_its_filters_and_moment(client, address):
    page = content(client.get(address)).decode()

    switched = {tag: links_of_switch(page, tag) for tag in ("zh-Hant", "zh-Hans", "zh-Hant-HK")}

    for language in LANGUAGES[1:]:
        wanted = address.replace("/en/", f"/{language}/", 1)
        assert wanted in [link for links in switched.values() for link in links]
        assert client.get(wanted).status_code == 200


def links_of_switch(page, tag):
    """Links of the page that say that they lead to a language."""
    found = re.findall(rf'<a[^>]*href="([^"]+)"[^>]*hreflang="{tag}"', page)
    return [link.replace("&amp;", "&") for link in found]


def test_marks_are_told_from_words():
    assert unmarked(Said("en", "Plan 藍圖", "p"))
    assert unmarked(Said("zh-Hant", "Opening of the new park", "p"))
    assert not unmarked(Said("zh-Hant", "InnoHK 研發平台 R&D 開支 https://a.b/c-d e", "p"))
    assert [(one.language, one.text) for one in spoken('<p lang="en">A<b lang="zh-Hant">甲<br>乙</b>B</p>')] == [
        ("en", "A"), ("zh-Hant", "甲"), ("zh-Hant", "乙"), ("en", "B"),
    ]  # fmt: skip
