"""Search: what is found, in what order, and how it is shown."""

import re

import pytest

from tests.factories import (
    change,
    publish_changes,
    publish_indicator,
    publish_observation,
    publish_office,
    publish_one_of_each,
    publish_target,
)
from tests.reading import LANGUAGES, content, texts

pytestmark = pytest.mark.django_db


def search(client, words, language="en", **more):
    return client.get(f"/{language}/search/", {"q": words, **more})


def found(client, words, language="en", **more):
    """Names of the results, in their order."""
    page = content(search(client, words, language, **more)).decode()
    lists = re.findall(r'<ul class="entries results">(.*?)</ul>', page, re.S)
    names = re.findall(r"<li><a [^>]*>(.*?)</a>", "".join(lists))
    return [re.sub(r"<[^>]+>", "", name) for name in names]


def publish_every_kind(word):
    publish_changes(
        change("indicator", name_en=f"{word} indicator"),
        change("strategy", text_en=f"{word} strategy"),
        change("direction", text_en=f"{word} direction"),
        change("measure", text_en=f"{word} measure"),
        change("initiative", name_en=f"{word} initiative"),
        change("milestone", title_en=f"{word} milestone"),
        change("finding", text_en=f"{word} finding"),
        change("action", text_en=f"{word} action"),
        change("meeting", agenda=[{"en": f"{word} agenda"}]),
        change("office", name_en=f"{word} office"),
        title=f"{word} publication",
    )


def test_search_finds_every_kind_and_groups_it_with_its_count(client):
    publish_every_kind("Heron")

    response = search(client, "heron")

    assert texts(response, "h2") == [
        "Indicators 1", "Strategies 1", "Directions 1", "Measures 1", "Initiatives 1", "Milestones 1", "Findings 1",
        "Actions 1", "Committee meetings 1", "Publications 1", "Offices 1",
    ]  # fmt: skip
    assert texts(response, "p", "lead") == ["11 results for “heron”"]


def test_results_lead_to_pages_that_are_there(client):
    publish_every_kind("Heron")

    page = content(search(client, "heron")).decode()
    links = re.findall(r'<li><a href="([^"]+)"', "".join(re.findall(r'results">.*?</ul>', page, re.S)))

    assert len(links) == 11
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_search_puts_names_before_texts(client):
    publish_indicator("I1", name_en="Anything", definition_en="Counts herons.")
    publish_indicator("I2", name_en="Herons seen")

    assert found(client, "heron") == ["Herons seen", "Anything"]


def test_result_shows_where_a_word_stands_outside_its_name(client):
    publish_indicator("I1", name_en="Anything", definition_en="Counts <b>herons</b>.")

    page = content(search(client, "heron")).decode()

    assert '<p class="small soft">Counts &lt;b&gt;<mark>heron</mark>s&lt;/b&gt;.</p>' in page


def test_result_in_another_language_is_marked_as_such(client):
    publish_indicator("I1", name_en="Herons", name_zh_hant="蒼鷺數目")

    page = content(search(client, "苍鹭")).decode()

    assert '<span lang="zh-Hant"><mark>蒼鷺</mark>數目</span>' in page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", ["創新", "创新"])
def test_two_chinese_characters_find_in_either_script(client, words, language):
    publish_changes(change("office", name_en="Innovation Office", name_zh_hant="創新科技署"))
    publish_office("other", name_en="Other", name_zh_hans="创新办")

    assert len(found(client, words, language)) == 2


@pytest.mark.parametrize("words", ["heron nest", "NEST heron", "ｎｅｓｔ　ｈｅｒｏｎ"])
def test_every_word_has_to_be_found(client, words):
    publish_indicator("I1", name_en="Herons", definition_en="At the nest.")
    publish_indicator("I2", name_en="Herons")

    assert found(client, words) == ["Herons"]


@pytest.mark.parametrize(
    ("words", "names"), [("5%", ["5% more"]), ("a_b", ["a_b"]), ("\\d", []), ("'--", [])]
)
def test_signs_are_what_they_are(client, words, names):
    publish_indicator("I1", name_en="5% more")
    publish_indicator("I2", name_en="500 more")
    publish_indicator("I3", name_en="a_b")
    publish_indicator("I4", name_en="acb")

    assert found(client, words) == names


def test_indicator_is_shown_with_its_sentence(client):
    publish_indicator("I1", name_en="Herons seen", short_name_en="Herons")
    publish_observation("I1", period="2024", value="2")
    publish_target(value="5", due="2032")

    page = search(client, "heron")

    assert texts(page, "p", "small")[0] == "Herons stood at 2% in 2024; the target is 5% by 2032."


def test_examples_are_marked(client):
    publish_changes(change("meeting", meeting="example-1", example=True))
    publish_changes(change("finding", meeting="example-1", text_en="Herons thrive.", example=True))

    page = search(client, "heron")

    assert texts(page, "span", "example") == ["Example"]


# At a moment


def test_search_at_a_past_moment_finds_what_stood_then(client):
    publish_office(name_en="Heron Office")
    publish_office(name_en="Egret Office")

    assert (found(client, "heron", as_at=1), found(client, "heron")) == (["Heron Office"], [])
    assert (found(client, "egret", as_at=1), found(client, "egret")) == ([], ["Egret Office"])


def test_results_stay_at_their_moment(client):
    publish_office(name_en="Heron Office")

    page = content(search(client, "heron", as_at=1)).decode()

    assert "/en/indicators/?office=itc&amp;as_at=1" in page
    assert '<input type="hidden" name="as_at" value="1">' in page


# Pages, bounds and faults


def test_long_results_have_pages(client):
    publish_changes(*(change("office", office=f"o{n}", name_en=f"Heron {n:02}") for n in range(45)))

    pages = [found(client, "heron", page=number) for number in (1, 2, 3)]

    assert [len(page) for page in pages] == [20, 20, 5]
    assert [name for page in pages for name in page] == [f"Heron {n:02}" for n in range(45)]
    assert texts(search(client, "heron", page=2), "h2") == ["Offices 45"]


@pytest.mark.parametrize("page", ["0", "4", "x", "9" * 400])
def test_page_that_is_not_there_is_refused(client, page):
    publish_office(name_en="Heron Office")

    assert search(client, "heron", page=page).status_code == 400


def test_nothing_found_says_what_to_do(client):
    response = search(client, "zz<b>zz")

    assert texts(response, "p", "lead") == ["Nothing was found for “zz<b>zz”."]
    assert "Try fewer words, or a part of a word: every word has to be found." in texts(response, "li")


def test_search_without_words_says_what_can_be_found(client):
    response = client.get("/en/search/")

    assert (response.status_code, texts(response, "h1"), texts(response, "h2")) == (200, ["Search"], [])


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("x", "Look for at least 2 characters."),
        ("x" * 101, "Look for at most 8 words, of 100 characters together."),
        ("x" * 5000, "Look for at most 8 words, of 100 characters together."),
        ("a b c d e f g h i", "Look for at most 8 words, of 100 characters together."),
    ],
)
def test_words_that_are_too_few_or_too_many_are_refused_in_words(client, words, fault):
    response = search(client, words)

    assert (response.status_code, texts(response, "p", "error")) == (400, [fault])


@pytest.mark.parametrize("query", ["q=a%00b", "q=one&q=two", "q=two&as_at=2999-01-01", "q=two&as_at=%00"])
def test_search_that_cannot_be_read_is_refused(client, query):
    response = client.get(f"/en/search/?{query}")

    assert (response.status_code, texts(response, "h1")) == (400, ["This request cannot be read"])


def test_search_box_of_the_head_leads_to_search_and_keeps_the_moment(client):
    publish_one_of_each()

    page = content(client.get("/zh-hans/indicators/?as_at=1")).decode()
    form = re.search(r'<form class="site-search".*?</form>', page, re.S)[0]

    assert 'action="/zh-hans/search/"' in form
    assert '<input type="hidden" name="as_at" value="1">' in form


@pytest.mark.parametrize("count", [1, 30])
def test_search_asks_as_much_for_one_result_as_for_many(client, count, django_assert_num_queries):
    publish_changes(
        *(change("indicator", indicator=f"I{n}", name_en=f"Heron {n}") for n in range(count)),
        *(change("office", office=f"o{n}", name_en=f"Heron {n}") for n in range(count)),
    )

    # The moment; texts; publications; of the indicators that are shown their names and their assessments.
    with django_assert_num_queries(5):
        response = search(client, "heron")

    assert texts(response, "p", "lead") == [f"{2 * count} results for “heron”"]
