"""What an indicator's chart shows and says of itself, made from published figures."""

import pytest
from django.utils.translation import override

from blueprint.moment import head_moment
from indicators.views import indicator_page
from tests.factories import (
    change,
    publish_baseline,
    publish_changes,
    publish_indicator,
    publish_observation,
    publish_target,
)
from tests.reading import texts

pytestmark = pytest.mark.django_db


def page(code="I1", language="en"):
    with override(language):
        return indicator_page(head_moment(), code)


def publish_series(*values, first=2018, **content):
    for year, value in enumerate(values, start=first):
        publish_observation(period=str(year), value=value, **content)


# The projection


def test_trend_runs_from_the_latest_figure_to_the_last_target():
    publish_series(10, 12, 14, 16)
    publish_target(due="2025", value=30)

    trend = page()["drawing"].trend

    assert [(step.code, step.low, step.value, step.high) for step in trend.steps] == [
        ("2021", 16, 16, 16),
        ("2022", 18, 18, 18),
        ("2023", 20, 20, 20),
        ("2024", 22, 22, 22),
        ("2025", 24, 24, 24),
    ]
    assert trend.label == "projection if the last 4 figures go on as they have: 24% to 24% by 2025"


@pytest.mark.parametrize(
    ("values", "target"),
    [
        ((1, 2, 3), {"due": "2025", "value": 9}),
        ((1, 2, 3, 4), None),
        ((1, 2, 3, 4), {"due": "2021", "value": 9}),
    ],
)
def test_no_trend_without_four_figures_and_a_target_ahead(values, target):
    publish_series(*values)
    if target:
        publish_target(**target)

    assert page()["drawing"].trend is None


def test_ranks_have_no_trend():
    publish_changes(change("unit", unit="rank", kind="rank", name_en="rank", pattern_en="rank {value}"))
    publish_indicator("I1", unit="rank", polarity="decrease")
    publish_series(9, 8, 7, 6)
    publish_target(due="2025", value=3)

    assert (page()["drawing"].trend, page()["drawing"].rank) == (None, True)


def test_trend_starts_after_the_break():
    publish_series(50, 60, 70, 80)
    publish_observation(period="2022", value=10, break_before=True)
    publish_series(11, 12, 13, first=2023)
    publish_target(due="2026", value=20)

    assert [step.value for step in page()["drawing"].trend.steps] == [13, 14]


def test_break_of_a_missing_figure_falls_to_the_next():
    publish_series(1, 2)
    publish_observation(period="2020", value=None, status="M", break_before=True)
    publish_series(7, first=2021)

    assert [point.break_before for point in page()["drawing"].points] == [False, False, True]


# In words


def test_description_tells_the_course_the_breaks_and_the_promises(client, real_plan):
    said = page("gerd-gdp-ratio")["chart_description"]

    assert said == (
        "From 0.76% in 2015 to 1.13% in 2024. Best: 1.13% in 2024. The method changed with the figures of: 2018. "
        "The baseline is 0.99% in 2020. Targets: 1.3% by 2025. Also shown: projection if the last 7 figures go on as "
        "they have: 1.14% to 1.24% by 2025. All figures are in the table."
    )
    assert client.get("/en/indicators/gerd-gdp-ratio/").content.decode().count(f">{said}</desc>") == 2


def test_description_of_ranks_calls_the_smallest_the_best(real_plan):
    assert "Best: rank 7 in 2013." in page("gii-rank")["chart_description"]


def test_description_tells_of_targets_that_were_changed(real_plan):
    assert page("ai-computing-power")["chart_description"].startswith("One figure: 1,300 petaFLOPS in ")
    assert (
        "Targets: 3,000 petaFLOPS by 2025. Changed since: 3,000 petaFLOPS by 2026 (until 2025)."
        in page("ai-computing-power")["chart_description"]
    )


def test_description_of_nothing_is_empty():
    publish_indicator("I1")

    assert (page()["chart_description"], page()["chart_key"], page()["chart"]) == ("", "", None)


@pytest.mark.parametrize(
    ("figure", "sign"),
    [
        ({}, ""),
        ({"status": "P"}, "Hollow points are provisional or estimated."),
        ({"qualifier": "over"}, "Arrowheads: the figure is a bound, and the true one lies that way."),
        ({"break_before": True}, "//: the method changed, and figures before it are greyed."),
    ],
)
def test_key_names_the_signs_that_are_there_and_no_others(figure, sign):
    publish_series(1)
    publish_observation(period="2019", value=2, **figure)

    assert page()["chart_key"] == sign


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("linear", "Dotted: the straight path from the baseline to the target."),
        ("growth", "Dotted: the path of constant growth from the baseline to the target."),
    ],
)
def test_key_says_which_way_is_required(path, words):
    publish_indicator("I1", path=path)
    publish_baseline(period="2020", value=1)
    publish_target(due="2030", value=5)

    shown = page()
    assert (shown["chart_key"], shown["drawing"].growth) == (words, path == "growth")


# The axis


@pytest.mark.parametrize(
    ("language", "ticks", "unit"),
    [
        ("en", ["15,000", "20,000", "25,000", "30,000", "35,000", "40,000"], "HK$ million"),
        ("zh-hant", ["150億", "200億", "250億", "300億", "350億", "400億"], "港元"),
        ("zh-hans", ["150亿", "200亿", "250亿", "300亿", "350亿", "400亿"], "港元"),
    ],
)
def test_axis_counts_as_its_figures_do(real_plan, language, ticks, unit):
    shown = page("gerd-hkd", language)

    values = [label.lines[0].text for label in shown["chart"]["wide"].axis if label.anchor == "end"]
    assert (values, shown["chart_unit"]) == (ticks, unit)


@pytest.mark.parametrize(("language", "unit"), [("en", ""), ("zh-hant", "間"), ("zh-hans", "家")])
def test_caption_does_not_say_again_what_the_name_says(real_plan, language, unit):
    assert page("startups-number", language)["chart_unit"] == unit


@pytest.mark.parametrize(
    ("language", "projection"),
    [
        ("en", "projection if the last 8 figures go on as they have: 7,254 to 7,919 start-ups by 2032"),
        ("zh-hant", "若最近8個數字的趨勢不變，推算2032年為7,254至7,919間初創企業"),
        ("zh-hans", "若最近8个数据的趋势不变，推算2032年为7,254至7,919家初创企业"),
    ],
)
def test_projection_says_its_unit_once(real_plan, language, projection):
    assert page("startups-number", language)["drawing"].trend.label == projection


# Small multiples


def test_breakdown_is_drawn_on_one_scale_with_its_breaks(client, real_plan):
    response = client.get("/en/indicators/gerd-hkd/")
    panels = page("gerd-hkd")["panels"]

    assert [panel["title"] for panel in panels] == [
        "Business sector",
        "Higher education sector",
        "Government sector",
    ]
    scales = {tuple(label.lines[0].text for label in panel["chart"].axis) for panel in panels}
    assert len(scales) == 1
    assert [len(panel["chart"].breaks) for panel in panels] == [1, 1, 1]
    assert panels[0]["description"] == (
        "From HK$7,993.7 million in 2015 to HK$13,906 million in 2024. The method changed with the figures of: 2018."
    )
    assert response.content.decode().count('class="chart chart-panel"') == 3
    assert texts(response, "figcaption")[1:] == [f"{panel['title']} (HK$ million)" for panel in panels]


def test_indicator_without_breakdown_has_no_panels(client, real_plan):
    assert page("gerd-gdp-ratio")["panels"] == []
    assert "chart-panel" not in client.get("/en/indicators/gerd-gdp-ratio/").content.decode()


def test_category_without_figures_has_no_panel():
    names = [{"code": code, "name": {"en": code.title()}} for code in ("business", "academy")]
    publish_indicator(
        "I1", disaggregation={"dimension": "sector", "name": {"en": "Sector"}, "categories": names}
    )
    publish_series(1, 2, breakdown="business")

    assert [panel["title"] for panel in page()["panels"]] == ["Business"]
