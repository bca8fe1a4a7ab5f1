import pytest
from django.utils import translation

from blueprint.moment import head_moment
from indicators.sentences import sentence
from indicators.standings import standings
from tests.factories import publish_indicator, publish_observation, publish_target

pytestmark = pytest.mark.django_db


def said(language="en"):
    with translation.override(language):
        (standing,) = standings(head_moment())
        return sentence(standing)


def report(period, value, **more):
    publish_observation("I1", period=period, value=value, **more)


@pytest.fixture(autouse=True)
def indicator():
    publish_indicator("I1", short_name_en="Share", short_name_zh_hant="比率", short_name_zh_hans="比率")


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        ({"value": "1"}, {"value": "2"}, "Share: 2% in 2024, up from 1% in 2023."),
        ({"value": "2"}, {"value": "1"}, "Share: 1% in 2024, down from 2% in 2023."),
        ({"value": "2"}, {"value": "2"}, "Share: 2% in 2024, as in 2023."),
        (
            {"value": "1", "qualifier": "about"},
            {"value": "2"},
            "Share: 2% in 2024, up from about 1% in 2023.",
        ),
        ({"value": "1", "qualifier": "over"}, {"value": "2"}, "Share: 2% in 2024."),
        ({"value": "1"}, {"value": "2", "qualifier": "under"}, "Share: under 2% in 2024."),
        ({"value": "1"}, {"value": "2", "break_before": True}, "Share: 2% in 2024."),
    ],
)
def test_sentence_says_how_the_figure_moved(before, now, words):
    report("2023", **before)
    report("2024", **now)

    assert said() == f"{words} No target has been set."


def test_sentence_names_the_target_it_works_towards():
    report("2024", "2")
    publish_target(value="5", due="2032", bound="at_least")

    assert said() == "Share: 2% in 2024. The target is at least 5% by 2032."


def test_sentence_says_that_a_target_is_in_words():
    publish_target(value=None, text_en="A significant increase.", due="2032")

    assert said() == (
        "Share: no figure has been published yet. For 2032 the plan has a target in words only."
    )


@pytest.mark.parametrize("language", ["zh-hant", "zh-hans"])
def test_sentence_in_chinese_has_its_own_marks(language):
    report("2023", "1")
    report("2024", "2")

    text = said(language)

    assert text.startswith("比率：")
    assert text.endswith("。")
    assert not set(",.;: ") & set(text.replace("2%", "").replace("1%", ""))
