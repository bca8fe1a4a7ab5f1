import pytest

from tests.reading import LANGUAGES, texts

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", LANGUAGES)
def test_overview_shows_four_directions_and_eight_strategies(client, real_plan, language):
    response = client.get(f"/{language}/")

    assert (len(texts(response, "section", "direction")), len(texts(response, "article", "strategy"))) == (
        4,
        8,
    )


def test_overview_counts_each_target_in_its_status(client, real_plan):
    response = client.get("/en/?as_at=2025-12-31")

    assert texts(response, "ul", "tally") == [
        "Far behind3 Behind1 Not conclusive2 No data yet1 In words only2 On track2 How progress is judged"
    ]


def test_overview_of_a_past_date_says_so_and_shows_the_past(client, real_plan):
    response = client.get("/en/?as_at=2020-01-01")

    assert "as it stood on 1 January 2020" in texts(response, "div", "past")[0]
    assert texts(response, "article", "strategy") == []


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("zh-TW,zh;q=0.9", "zh-hant"), ("zh-CN", "zh-hans"), ("zh-HK", "zh-hant"), ("fr", "en"), ("", "en")],
)
def test_home_leads_to_the_reader_s_language(client, accepted, language):
    response = client.get("/", headers={"accept-language": accepted})

    assert response["Location"] == f"/{language}/"


def test_overview_answers_whether_it_works_from_the_counts(client, real_plan):
    response = client.get("/en/?as_at=2025-12-31")

    (said,) = texts(response, "div", "answer")
    assert said.startswith(
        "Is it working? The figures say how 6 of its 11 targets stand: 2 on track, 1 behind, 3 far behind. "
        "For the other 5 they do not: 2 not conclusive, 1 without any figure, 2 in words only."
    )


def test_overview_says_what_is_new_late_and_next(client, real_plan):
    response = client.get("/en/?as_at=2026-06-30")

    heads = [text for text in texts(response, "h2") if not text[0].isdigit() or "overdue" in text]
    assert heads == ["Is it working?", "New", "5 figures overdue", "Next", "The committee"]
    late = [text for text in texts(response, "li") if text.startswith("was due by")]
    assert (len(late), late[0]) == (4, "was due by 31 December 2022Business share of R&D, 2021")
