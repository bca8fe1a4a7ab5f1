"""The rules for one period of one indicator, whoever hands it in. Nothing here needs a database."""

import datetime
import time
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from indicators.checking import Fault, Typed, changes, doubts_about, faults, read_period, reported
from indicators.models import IndicatorVersion, Observation, UnitVersion
from indicators.periods import Period
from indicators.series import LOOKED_BACK, Series

pytestmark = pytest.mark.only_on("sqlite")

TODAY = datetime.date(2026, 11, 22)
SECTORS = {"dimension": "sector", "name": {}, "categories": [{"code": "business"}, {"code": "government"}]}


def row(period, value, breakdown="total", **more):
    value = None if value is None else Decimal(value)
    return Observation(indicator_id="I1", period=period, breakdown=breakdown, value=value, **more)


def series(*published, kind="share", unit="%", drafted=(), alongside=None, frequency="annual", **indicator):
    return Series(
        indicator=IndicatorVersion(indicator_id="I1", unit_id=unit, frequency=frequency, **indicator),
        unit=UnitVersion(unit_id=unit, name_en=unit, kind=kind, pattern_en="{value}" + unit),
        next_period=Period.parse("2025") if frequency == "annual" else None,
        today=TODAY,
        published={(one.breakdown, one.period): one for one in published},
        drafted={(one.breakdown, one.period): one for one in drafted},
        alongside=alongside or {},
    )


def typed(period="2025", value="12", **more):
    return Typed(Period.parse(period), None if value is None else Decimal(value), **more)


def said(one, of):
    return [tuple(fault) for fault in faults(one, of)]


# Hard limits


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", []),
        ("100", []),
        ("100.1", [("value", "100.1% cannot be: this indicator is at most 100%.")]),
    ],
)
def test_share_has_bounds_where_they_are_declared(value, expected):
    assert said(typed(value=value), series(lowest=Decimal(0), highest=Decimal(100))) == expected


def test_share_without_declared_bounds_may_be_more_than_a_whole():
    assert said(typed(value="100.1"), series()) == []


def test_figure_below_the_lowest_is_refused_with_both_in_words():
    assert said(typed(value="4"), series(kind="any", unit="", lowest=Decimal(5))) == [
        ("value", "4 cannot be: this indicator is at least 5.")
    ]


def test_lowest_is_of_the_whole_and_highest_of_every_part():
    of = series(kind="any", unit="", lowest=Decimal(5), highest=Decimal(20), disaggregation=SECTORS)
    parts = {"business": Decimal(3), "government": Decimal(21)}

    assert said(typed(value="12", parts=parts), of) == [
        ("part_government", "21 cannot be: this indicator is at most 20.")
    ]


def test_what_a_unit_rules_out_is_said_before_the_bounds():
    of = series(kind="count", unit="", lowest=Decimal(0))

    assert said(typed(value="-1"), of) == [("value", "This figure cannot be below zero.")]


def test_withdrawal_does_not_look_at_the_figure_that_is_taken_back():
    of = series(row("2025", "400"), highest=Decimal(100))

    assert said(typed(value="400", kind="withdrawal", reason="A slip."), of) == []


def test_breakdown_that_the_indicator_does_not_have_is_refused():
    assert said(typed(parts={"moon": Decimal(1)}), series()) == [
        ("part_moon", "This indicator has no such breakdown.")
    ]


# Periods


def test_I23_period_of_another_frequency_is_refused_with_one_that_fits():
    assert said(typed("2025-Q3"), series()) == [
        ("period", "Figures of this indicator come every year. Write the period as 2025.")
    ]


def test_period_of_another_frequency_that_is_public_can_be_corrected():
    of = series(row("2022-10", "12"))

    assert said(typed("2022-10", "13", kind="correction", reason="A slip."), of) == []


@pytest.mark.parametrize("code", ["2022", "2022-H1", "2022-Q3", "2022-10", "2022-10-31"])
def test_irregular_indicator_takes_every_kind_of_period(code):
    assert said(typed(code), series(frequency="irregular")) == []


@pytest.mark.parametrize(
    "code",
    [
        "2026-02-31",
        "31/02/2026",
        "0000",
        "9999",
        "115",
        "民國115年",
        "02/03/2026",
        "46000",
        "2026-Q5",
        "2026-H3",
        "",
    ],
)
def test_I23_what_is_no_period_is_refused(code):
    with pytest.raises(ValidationError) as refused:
        read_period(code, TODAY)

    assert refused.value.messages[0].startswith("Write a year as 2024")


def test_period_that_has_not_begun_is_refused():
    with pytest.raises(ValidationError) as refused:
        read_period("2027", TODAY)

    assert refused.value.messages == ["2027 begins on 1 January 2027. Nothing can have been measured yet."]


# What would be kept


def test_all_answers_go_with_the_total_and_none_with_its_parts():
    texts = {"note_en": "Up.", "why_en": "New institutes.", "next_zh_hant": "再增長。"}
    parts = {"business": Decimal(5)}

    total, part = changes(typed(texts=texts, parts=parts), series(disaggregation=SECTORS))

    assert {n: v for n, v in total.content.items() if n.startswith(("note_", "why_", "next_")) and v} == texts
    assert not any(v for n, v in part.content.items() if n.startswith(("note_", "why_", "next_")))


def test_another_answer_alone_is_a_change():
    of = series(row("2025", "12", note_en="Up."))

    assert changes(typed(kind="revision", reason="r", texts={"note_en": "Up."}), of) == []
    assert (
        len(changes(typed(kind="revision", reason="r", texts={"note_en": "Up.", "why_en": "So."}), of)) == 1
    )


# What it is compared with


def before(of, period="2025"):
    return [(one.period.code, str(one.value)) for one in reported(typed(period), of).earlier]


def test_draft_and_sheet_stand_before_what_is_public():
    public = [row("2022", "1"), row("2023", "2"), row("2024", "3")]
    sheet = {"2024": typed("2024", "40").figure}

    assert before(series(*public, drafted=[row("2023", "20")], alongside=sheet)) == [
        ("2022", "1"),
        ("2023", "20"),
        ("2024", "40"),
    ]


def test_comparison_ends_at_a_break_even_of_a_missing_figure():
    public = [row("2021", "1"), row("2022", None, status="M", break_before=True), row("2023", "3")]

    assert before(series(*public)) == [("2023", "3")]


def test_figure_that_begins_a_segment_compares_with_none():
    assert reported(typed(break_before=True), series(row("2024", "3"))).earlier == ()


def test_comparison_skips_later_periods_parts_and_other_frequencies():
    public = [row("2023", "1"), row("2026", "9"), row("2024", "5", "business"), row("2024-06", "7")]

    assert before(series(*public)) == [("2023", "1")]


def test_no_evidence_is_asked_unless_there_is_a_link_a_file_or_a_public_one():
    assert [d.code for d in doubts_about(typed(), series())] == ["no_evidence"]
    assert doubts_about(typed(url="https://example.org/"), series()) == []
    assert doubts_about(typed(has_file=True), series()) == []


def test_rows_of_a_long_series_take_as_long_as_those_of_a_short_one():
    """A sheet may bring twenty thousand: a figure looks back so far and no further."""
    periods = [Period.parse("1970-01-01")]
    while len(periods) < 2000:
        periods.append(periods[-1].next())
    sheet = {p.code: typed(p.code, str(1000 + n)).figure for n, p in enumerate(periods)}
    of = series(frequency="irregular", kind="count", unit="", alongside=sheet)
    start = time.process_time()

    found = 0
    for place, p in enumerate(periods):
        one = typed(p.code, str(1000 + place), url="https://example.org/")
        found += len(faults(one, of)) + len(doubts_about(one, of)) + len(changes(one, of))

    # A figure and a link each; one thousandth more a day is usual.
    assert found == 4000
    assert time.process_time() - start < 6
    assert len(reported(typed(periods[-1].code), of).earlier) == LOOKED_BACK


def test_faults_are_told_in_the_order_of_the_form():
    of = series(row("2025", "1"), highest=Decimal(10))
    one = typed(value="12", title="A table")

    assert faults(one, of) == [
        Fault("value", "12% cannot be: this indicator is at most 10%."),
        Fault("kind", "A figure for 2025 is published. Say what kind of change this is."),
        Fault("evidence_url", "Write the address of the evidence as well, or leave both empty."),
    ]
