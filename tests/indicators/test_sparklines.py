"""The course of an indicator beside its words in lists."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from indicators.charts import Shape
from indicators.sparklines import Mark, Spark, spark
from tests.factories import publish_indicator, publish_observation
from tests.reading import LANGUAGES


def marks(*values, first=2020):
    return [Mark(year + 1.0, value) for year, value in enumerate(values, start=first)]


def test_spark_runs_from_the_first_figure_to_the_last():
    assert spark(marks(10, 30, 20)) == Spark((Shape("M4 20L44 4L84 12"),), "84", "12")


def test_spark_of_ranks_has_one_on_top():
    assert spark(marks(1, 3), rank=True).runs == (Shape("M4 4L84 20"),)


def test_spark_of_equal_figures_lies_in_the_middle():
    assert spark(marks(7, 7)).runs == (Shape("M4 12L84 12"),)


@pytest.mark.parametrize("values", [(), (5,)])
def test_spark_needs_two_figures(values):
    assert spark(marks(*values)) is None


def test_spark_is_parted_by_a_break():
    broken = [*marks(1, 2), Mark(2023.0, 9, break_before=True), Mark(2024.0, 10)]

    assert [(run.name, run.path.count("L")) for run in spark(broken).runs] == [("old", 1), ("", 1)]


# On pages

pytestmark = pytest.mark.django_db


def lines(response):
    return response.content.decode().count('<svg class="spark"')


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_show_the_course_of_each_indicator_with_two_figures(client, real_plan, language):
    listed = client.get(f"/{language}/indicators/")

    # Four of the nineteen have one figure, or none.
    assert lines(listed) == 14
    assert lines(client.get(f"/{language}/strategies/1/")) == 2
    assert listed.content.decode().count('height="24" aria-hidden="true"') == 14


def test_list_shows_the_course_as_it_stood(client):
    publish_indicator("I1", name_en="Zebras")
    for year in (2020, 2021):
        last = publish_observation("I1", period=str(year), value=year)

    now, before = (client.get(f"/en/indicators/?q=zebra{when}") for when in ("", f"&as_at={last.number - 1}"))

    assert (lines(now), lines(before)) == (1, 0)


def test_course_leaves_out_other_frequencies_and_categories(client):
    publish_indicator("I1", name_en="Zebras", frequency="annual")
    publish_observation("I1", period="2020", value=1)
    publish_observation("I1", period="2021-06", value=2)
    publish_observation("I1", period="2021", breakdown="business", value=3)

    assert lines(client.get("/en/indicators/?q=zebra")) == 0


@pytest.mark.parametrize("address", ["indicators/", "strategies/1/"])
def test_course_costs_one_query_however_many_rows(client, address):
    counts = []
    for number in range(3):
        publish_indicator(f"I{number}")
        for year in range(2018, 2022 + number):
            publish_observation(f"I{number}", period=str(year))
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/en/{address}")
        counts.append(len([query for query in queries if "indicators_observation" in query["sql"]]))

    assert counts == [1, 1, 1]
