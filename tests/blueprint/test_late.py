import datetime

import pytest

from tests.factories import change, publish_changes, publish_indicator, publish_observation, publish_office
from tests.reading import content, texts

pytestmark = pytest.mark.django_db

NOTHING = ["No figure is overdue.", "No milestone that was promised here is late.", "There is none."]


def sections(response):
    """What the page lists: overdue figures, late milestones, and those without a later report."""
    return texts(response, "section")


def empty_words(response):
    return [text for text in texts(response, "p", "soft") if text in NOTHING]


def milestone(code="m", due="2023-06", state="planned", **rest):
    ends = {"2023-06": datetime.date(2023, 6, 30), "2199": datetime.date(2199, 12, 31)}[due]
    return change(
        "milestone", milestone=code, due=due, due_end=ends, state=state, title_en=f"Step {code}", **rest
    )


def test_late_page_of_an_empty_site_says_so(client):
    assert empty_words(client.get("/en/late/")) == NOTHING


def test_figure_is_late_from_the_day_after_the_clock_says(client):
    publish_office("itc", name_en="Innovation Office")
    publish_indicator("I1", office="itc", frequency="annual", release_month=10)
    publish_observation("I1", period="2020")

    figures = sections(client.get("/en/late/"))[0]

    assert "Innovation Office" in figures
    assert "2021 was due by 31 October 2022; the latest figure is that of 2020" in figures


def test_figure_that_comes_at_no_fixed_time_is_never_late(client):
    publish_indicator("I1", frequency="irregular")
    publish_observation("I1", period="2020")

    assert NOTHING[0] in empty_words(client.get("/en/late/"))


def test_milestone_promised_here_is_late_when_its_date_has_passed(client):
    publish_changes(milestone("m1"), milestone("m2", due="2199"), milestone("m3", state="done"))

    _figures, late, unreported = sections(client.get("/en/late/"))

    assert "Step m1" in late
    assert "Step m2" not in late + unreported
    assert "Step m3" not in late + unreported
    assert "There is none." in unreported


@pytest.mark.parametrize("count", [1, 3])
def test_late_page_query_count(client, count, django_assert_num_queries):
    for number in range(count):
        publish_indicator(f"I{number}", frequency="annual")
        publish_observation(f"I{number}", period="2020")
        publish_changes(milestone(f"m{number}"))

    with django_assert_num_queries(6):
        response = client.get("/en/late/")

    assert content(response).decode().count("Step m") == count


@pytest.mark.parametrize("query", ["page=0", "page=2", "page=x", "page=1&page=1", "page=%00", "as_at=never"])
def test_late_page_refuses_what_it_does_not_know(client, query):
    assert client.get(f"/en/late/?{query}").status_code == 400
