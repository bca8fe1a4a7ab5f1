import datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import translation

from blueprint.models import Publication
from blueprint.moment import Moment, head_moment
from indicators import figures
from indicators.models import UnitVersion
from indicators.sentences import figure_sentence, sentence
from indicators.standings import standings
from tests.factories import change, publish_changes, publish_indicator, publish_observation, publish_target
from tests.reading import LANGUAGES

pytestmark = pytest.mark.django_db

# A day on which figures of 2025 are not yet overdue.
DAY = datetime.date(2026, 12, 1)


@pytest.fixture
def indicator():
    publish_indicator("I1", short_name_en="Share", short_name_zh_hant="比率", short_name_zh_hans="比率")


def said(language="en", day=DAY):
    head = Publication.objects.head()
    with translation.override(language):
        (standing,) = standings(Moment(head.number, day, head))
        return sentence(standing)


def report(period, value, **more):
    publish_observation("I1", period=period, value=value, **more)


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        ({"value": "1"}, {"value": "2"}, "Share stood at 2% in 2024, up from 1% in 2023"),
        ({"value": "2"}, {"value": "1"}, "Share stood at 1% in 2024, down from 2% in 2023"),
        ({"value": "2"}, {"value": "2"}, "Share stood at 2% in 2024, as in 2023"),
        (
            {"value": "1", "qualifier": "about"},
            {"value": "2"},
            "Share stood at 2% in 2024, up from about 1% in 2023",
        ),
        (
            {"value": "2"},
            {"value": "2", "qualifier": "about"},
            "Share stood at about 2% in 2024, after 2% in 2023",
        ),
        ({"value": "1", "qualifier": "over"}, {"value": "2"}, "Share stood at 2% in 2024"),
        ({"value": "1"}, {"value": "2", "qualifier": "under"}, "Share stood at under 2% in 2024"),
        ({"value": "1"}, {"value": "2", "break_before": True}, "Share stood at 2% in 2024"),
        ({"value": "1"}, {"value": None, "status": "M"}, "Share stood at 1% in 2023"),
        (
            {"value": "1"},
            {"value": "2", "status": "P"},
            "Share stood at 2% (provisional) in 2024, up from 1% in 2023",
        ),
        (
            {"value": "1"},
            {"value": "-2", "status": "E"},
            "Share stood at −2% (estimated) in 2024, down from 1% in 2023",
        ),
    ],
)
def test_sentence_says_how_the_figure_moved(indicator, before, now, words):
    report("2023", **before)
    report("2024", **now)

    assert said() == f"{words}; no target has been set."


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (
            ("9", "7"),
            (
                "Place stood at rank 7 in 2024, up from rank 9 in 2023; no target has been set.",
                "2024年名次排第7位，較2023年的第9位上升；未訂目標。",
                "2024年名次排第7位，较2023年的第9位上升；未设目标。",
            ),
        ),
        (
            ("7", "9"),
            (
                "Place stood at rank 9 in 2024, down from rank 7 in 2023; no target has been set.",
                "2024年名次排第9位，較2023年的第7位下降；未訂目標。",
                "2024年名次排第9位，较2023年的第7位下降；未设目标。",
            ),
        ),
    ],
)
def test_rank_that_gets_smaller_goes_up(value, words):
    publish_changes(
        change(
            "unit", unit="rank", kind="rank", name_en="rank", name_zh_hant="排名", name_zh_hans="排名",
            pattern_en="rank {value}", pattern_zh_hant="第{value}位", pattern_zh_hans="第{value}位",
        )
    )  # fmt: skip
    names = {"short_name_en": "Place", "short_name_zh_hant": "名次", "short_name_zh_hans": "名次"}
    publish_indicator("I1", unit="rank", polarity="decrease", **names)
    report("2023", value[0])
    report("2024", value[1])

    assert tuple(said(language) for language in LANGUAGES) == words


@pytest.mark.parametrize(
    ("frequency", "period", "when"),
    [
        ("half_yearly", "2024-H1", ("in the first half of 2024", "2024年上半年", "2024年上半年")),
        ("quarterly", "2024-Q3", ("in quarter 3 of 2024", "2024年第3季", "2024年第3季度")),
        ("monthly", "2024-10", ("in October 2024", "2024年10月", "2024年10月")),
        ("irregular", "2024-10-31", ("on 31 October 2024", "2024年10月31日", "2024年10月31日")),
    ],
)
def test_sentence_says_when_as_its_language_does(frequency, period, when):
    names = {"short_name_en": "Share", "short_name_zh_hant": "比率", "short_name_zh_hans": "比率"}
    publish_indicator("I1", frequency=frequency, **names)
    report(period, "2")

    assert tuple(said(language) for language in LANGUAGES) == (
        f"Share stood at 2% {when[0]}; no target has been set.",
        f"{when[1]}比率為2%；未訂目標。",
        f"{when[2]}比率为2%；未设目标。",
    )


def test_sentence_names_the_target_it_works_towards(indicator):
    report("2024", "2")
    publish_target(value="5", due="2032", bound="at_least")

    assert said() == "Share stood at 2% in 2024; the target is at least 5% by 2032."


def test_sentence_says_that_a_target_is_in_words(indicator):
    publish_target(value=None, text_en="A significant increase.", due="2032")

    assert said() == (
        "No figure has been published yet for Share; for 2032 the plan has a target in words only."
    )


@pytest.mark.parametrize(
    ("period", "figure", "clause", "chinese"),
    [
        ("2025", {"value": "5"}, "the target of 5% by 2025 was achieved", "2025年的目標為5%，已達標"),
        ("2025", {"value": "4"}, "the target of 5% by 2025 was missed", "2025年的目標為5%，未能達標"),
        (
            "2025",
            {"value": "4", "qualifier": "over"},
            "the figures do not show whether the target of 5% by 2025 was met",
            "2025年的目標為5%，現有數字未能確定有否達標",
        ),
        (
            "2024",
            {"value": "6"},
            "the target of 5% by 2025 has been reached early",
            "2025年的目標為5%，已提前達標",
        ),
        (
            "2024",
            {"value": "4"},
            "the target is 5% by 2025, whose figure is not yet published and is due by 31 December 2026",
            "2025年的目標為5%，該期數字待公布，限期為2026年12月31日",
        ),
    ],
)
def test_sentence_says_what_became_of_the_target(indicator, period, figure, clause, chinese):
    publish_changes(change("baseline", value=Decimal(3)))
    publish_target(value="5", due="2025")
    report(period, **figure)

    assert (said().partition("; ")[2], said("zh-hant").partition("；")[2]) == (f"{clause}.", f"{chinese}。")


@pytest.mark.parametrize(
    ("day", "clause"),
    [
        (DAY, "whose figure is not yet published and is due by 31 December 2026"),
        (datetime.date(2027, 1, 2), "whose figure was due by 31 December 2026 and is not yet published"),
    ],
)
def test_sentence_says_until_when_the_figure_of_a_target_is_due(day, clause):
    publish_indicator("I1", short_name_en="Share", release_month=12)
    publish_changes(change("baseline", value=Decimal(3)))
    publish_target(value="5", due="2025")
    report("2024", "4")

    assert said(day=day) == f"Share stood at 4% in 2024; the target is 5% by 2025, {clause}."


def test_sentence_says_that_a_break_parts_the_figures_from_the_baseline(indicator):
    publish_changes(change("baseline", value=Decimal(3)))
    publish_target(value="5", due="2032")
    report("2024", "4", break_before=True)

    assert said() == (
        "Share stood at 4% in 2024; the target is 5% by 2032, but a break in the series keeps the figures from being "
        "compared with the baseline."
    )


@pytest.mark.parametrize(
    ("first", "clause"),
    [
        ({"value": "4", "due": "2032"}, "it was first set at 4%"),
        ({"value": "5", "due": "2030"}, "it was first set for 2030"),
        ({"value": "4", "due": "2030", "bound": "about"}, "it was first set at about 4% by 2030"),
        ({"value": None, "due": "2032", "text_en": "More."}, "it was first set in words only"),
    ],
)
def test_sentence_says_how_a_target_was_first_set(indicator, first, clause):
    report("2024", "2")
    publish_target(**first)
    publish_target(value="5", due="2032", reason="Changed.", authority="The office", decided_on=DAY)

    assert said() == f"Share stood at 2% in 2024; the target is 5% by 2032; {clause}."


@pytest.mark.parametrize(
    ("name", "unit", "words"),
    [
        ("Number of users", "users", "Number of users stood at 70 in 2024, up from about 60 in 2023"),
        ("Staff", "people", "Staff stood at 70 people in 2024, up from about 60 in 2023"),
    ],
)
def test_unit_is_not_said_twice(name, unit, words):
    publish_changes(change("unit", unit=unit, kind="count", name_en=unit, pattern_en=""))
    publish_indicator("I1", short_name_en=name, unit=unit)
    report("2023", "60", qualifier="about")
    report("2024", "70")

    assert said() == f"{words}; no target has been set."


def test_figure_sentence_leaves_the_target_out(indicator):
    report("2024", "2")
    publish_target(value="5", due="2032")

    with translation.override("en"):
        (standing,) = standings(head_moment())
        assert figure_sentence(standing) == "Share stood at 2% in 2024."


# Large numbers in Chinese


MILLION_DOLLARS = {"kind": "amount", "pattern_en": "HK${value} million", "pattern_zh_hant": "{value}百萬港元"}


@pytest.mark.parametrize(
    ("pattern", "kind", "value", "text"),
    [
        ("{value}十億港元", "amount", "42", "420億港元"),
        ("{value}十億港元", "amount", "1.24", "12.4億港元"),
        ("{value}百萬港元", "amount", "35772", "357.72億港元"),
        ("{value}百萬港元", "amount", "18270.7", "182.707億港元"),
        ("{value}百萬港元", "amount", "0.5", "50萬港元"),
        ("{value}百萬港元", "amount", "0.000001", "1港元"),
        ("{value}百萬港元", "amount", "0", "0港元"),
        ("{value}百萬港元", "amount", "-250", "−2.5億港元"),
        ("{value}億港元", "amount", "0.3", "3,000萬港元"),
        ("{value}千人", "count", "12.3", "1.23萬人"),
        ("{value}千瓦", "measure", "12.3", "12.3千瓦"),
        ("每年{value}百萬次", "measure", "17.5", "每年1,750萬次"),
        ("{value}條", "count", "123456", "123,456條"),
    ],
)
def test_chinese_counts_large_units_by_myriads_exactly(pattern, kind, value, text):
    unit = UnitVersion(unit_id="u", kind=kind, pattern_zh_hant=pattern, name_zh_hant="單位")

    with translation.override("zh-hant"):
        assert figures.with_unit(Decimal(value), unit) == text


def test_simplified_chinese_has_its_own_signs():
    unit = UnitVersion(kind="amount", pattern_zh_hans="{value}百万港元")

    with translation.override("zh-hans"):
        assert figures.with_unit(Decimal(35772), unit, "about") == "约357.72亿港元"
        assert figures.without_unit(Decimal(933), unit) == "9.33亿"


def test_english_keeps_the_unit_as_it_was_published():
    unit = SimpleNamespace(**{**MILLION_DOLLARS, "pattern_zh_hans": "", "unofficial": []})

    with translation.override("en"):
        assert figures.with_unit(Decimal(35772), unit) == "HK$35,772 million"
        assert figures.without_unit(Decimal(933), unit) == "933"


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ({"kind": "count", "pattern_en": "{value} start-ups"}, "7 to 9 start-ups"),
        ({"kind": "share", "pattern_en": "{value}%"}, "7% to 9%"),
        ({"kind": "rank", "pattern_en": "rank {value}"}, "rank 7 to rank 9"),
        (MILLION_DOLLARS, "HK$7 million to HK$9 million"),
    ],
)
def test_range_says_its_unit_once_where_it_follows(unit, text):
    with translation.override("en"):
        assert figures.span(Decimal(7), Decimal(9), UnitVersion(**unit)) == text


def test_range_in_chinese_counts_both_ends():
    unit = UnitVersion(**MILLION_DOLLARS)

    with translation.override("zh-hant"):
        assert figures.span(Decimal(30000), Decimal(35772), unit) == "300億至357.72億港元"
