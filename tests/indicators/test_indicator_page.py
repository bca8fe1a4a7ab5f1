import pytest

from tests.factories import publish_indicator, publish_observation, publish_target
from tests.reading import LANGUAGE_TAGS, LANGUAGES, texts

pytestmark = pytest.mark.django_db


def test_indicator_page_says_its_sentence(client, real_plan):
    response = client.get("/en/indicators/gerd-gdp-ratio/?as_at=2026-11-22")

    assert texts(response, "p", "lead") == [
        "R&D as a share of GDP stood at 1.13% in 2024, up from 1.11% in 2023; the target is 1.3% by 2025, "
        "whose figure is not yet published and is due by 31 December 2026."
    ]


@pytest.mark.parametrize(
    ("day", "figure"), [("2020-01-01", "HK$24,497 million"), ("2021-01-01", "HK$26,333 million")]
)
def test_indicator_page_shows_the_figure_of_its_day(client, real_plan, day, figure):
    response = client.get(f"/en/indicators/gerd-hkd/?as_at={day}")

    assert texts(response, "p", "figure")[0].startswith(figure)


@pytest.mark.parametrize(("day", "value"), [("2020-01-01", "24,497"), ("2021-01-01", "24,478.4")])
def test_indicator_table_shows_2018_as_it_stood(client, real_plan, day, value):
    response = client.get(f"/en/indicators/gerd-hkd/?as_at={day}")

    line = next(row for row in texts(response, "tr") if row.startswith("2018 ") and "(" not in row.split()[1])
    assert line.split()[1] == value


def test_indicator_page_shows_a_changed_target_with_its_first_version(client, real_plan):
    response = client.get("/en/indicators/ai-computing-power/?as_at=2026-11-22")

    assert texts(response, "div", "stage")[:2] == [
        "By 2025: 3,000 petaFLOPS First stage Awaiting figure Still to go 1,700 petaFLOPS Needed a year 1,700 petaFLOPS "
        "How this is judged The due period has ended and no figure for it has been published yet."
        "Rule 9, method version 1 Not enough data: a projection takes at least four comparable figures. "
        "What a projection is",
        "Second stage Target not set How this is judged No target has been set for this stage."
        "Rule 2, method version 1",
    ]
    assert "As first promised; the target was changed later" in texts(response, "aside")[0]


def test_indicator_page_lists_every_revision_once(client, real_plan):
    response = client.get("/en/indicators/gerd-hkd/")

    listed = [each for each in texts(response, "li") if each.startswith(("2017", "2018"))]
    assert [each.partition(", ")[0] for each in listed] == [
        "2017: recalculated from HK$21,280 million to HK$22,213 million (+933",
        "2018: revised from HK$24,497 million to HK$24,478.4 million (−18.6",
        "2018 (Business sector): revised from HK$10,992 million to HK$10,992.5 million (+0.5",
        "2018 (Government sector): unchanged at HK$1,148 million; published again",
        "2018 (Higher education sector): revised from HK$12,357 million to HK$12,337.9 million (−19.1",
    ]


def test_indicator_table_and_chart_mark_revised_figures(client, real_plan):
    response = client.get("/en/indicators/gerd-hkd/")

    page = response.content.decode()
    (line,) = [row for row in texts(response, "tr") if row.startswith("2018 ")]
    assert "Routine revision 2018" in line
    assert 'href="#revised-8-2018-total"' in page
    assert 'id="revised-8-2018-total"' in page
    title = (
        "2018 · HK$24,478.4 million · revised from HK$24,497 million to HK$24,478.4 million (−18.6, −0.08%)"
    )
    # Of the wide and the narrow drawing; the rings of two years in both, and of one in each of three sectors.
    assert (page.count(f"<title>{title}</title>"), page.count('class="ring"')) == (2, 7)


def test_indicator_page_keeps_every_version_of_a_target(client, real_plan):
    response = client.get("/en/indicators/ai-computing-power/")

    promised = [each for each in texts(response, "li") if "petaFLOPS by" in each]
    assert ["2025" in promised[0], "2026" in promised[1]] == [True, True]
    assert promised[0].count("Decided on 26 February 2025.") == 1
    assert "Financial Secretary, 2025-26 Budget Speech" in promised[0]
    assert response.content.decode().count('class="former"') >= 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_indicator_page_names_itself_in_each_language(client, real_plan, language):
    response = client.get(f"/{language}/indicators/gii-rank/")

    names = {
        "en": "Global Innovation Index rank",
        "zh-hant": "全球創新指數排名",
        "zh-hans": "全球创新指数排名",
    }
    assert texts(response, "h1") == [names[language]]
    assert f'<html lang="{LANGUAGE_TAGS[language]}">' in response.content.decode()


@pytest.mark.parametrize("code", ["nothing", "gerd_hkd", "GERD-HKD"])
def test_unknown_indicator_is_404_in_plain_words(client, real_plan, code):
    response = client.get(f"/en/indicators/{code}/")

    assert (response.status_code, texts(response, "h1")) == (404, ["There is no such page"])


def test_indicator_without_figures_says_so(client):
    publish_indicator("I1", name_en="A new indicator", short_name_en="New one")

    response = client.get("/en/indicators/I1/")

    assert (
        texts(response, "p", "lead")[0]
        == "No figure has been published yet for New one; no target has been set."
    )


def test_text_that_is_ours_is_marked_and_explained(client, real_plan):
    response = client.get("/zh-hant/strategies/2/")

    assert 'class="ours" href="#our-wording"' in response.content.decode()


def test_text_missing_in_a_language_is_marked_with_its_own(client, real_plan):
    response = client.get("/zh-hant/indicators/gerd-hkd/")

    assert '<span lang="en">Total intramural R&amp;D expenditure' in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_indicator_page_query_count(client, count, django_assert_num_queries):
    publish_indicator("I1")
    publish_target()
    for year in range(count):
        publish_observation("I1", period=str(2020 + year))

    with django_assert_num_queries(6):
        client.get("/en/indicators/I1/")


def test_hostile_text_is_shown_as_text(client):
    publish_indicator(
        "I1", name_en="<script>alert(1)</script>", short_name_en='"><img src=x onerror=alert(1)>'
    )
    publish_observation("I1", note_en="</title><script>alert(2)</script>")

    page = client.get("/en/indicators/I1/").content.decode()

    assert "<script>" not in page
    assert "<img" not in page
