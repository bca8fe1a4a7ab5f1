import datetime
from decimal import Decimal

import pytest

from indicators.models import UnitVersion
from indicators.periods import Period
from indicators.plausibility import CHECKS, CODES, Reported, doubts
from indicators.progress import Figure

PERCENT = UnitVersion(unit_id="%", kind="share", pattern_en="{value}%")
RANK = UnitVersion(unit_id="rank", kind="rank", pattern_en="rank {value}")
TODAY = datetime.date(2026, 11, 22)


def figure(period, value, **more):
    return Figure(Period.parse(period), None if value is None else Decimal(value), **more)


HISTORY = [figure("2021", "0.97"), figure("2022", "1.07"), figure("2023", "1.11"), figure("2024", "1.13")]


def reported(
    period="2025", value="1.15", *, history=HISTORY, unit=PERCENT, parts=None, has_evidence=True, **more
):
    return Reported(
        figure=figure(period, value, **more),
        history=history,
        frequency="annual",
        unit=unit,
        today=TODAY,
        parts={code: None if part is None else Decimal(part) for code, part in (parts or {}).items()},
        has_evidence=has_evidence,
    )


def codes(*args, **kwargs):
    return [doubt.code for doubt in doubts(reported(*args, **kwargs))]


def texts(*args, **kwargs):
    return [doubt.text for doubt in doubts(reported(*args, **kwargs))]


def test_codes_name_every_check_in_order():
    assert [check.__name__ for check in CHECKS] == list(CODES)


def test_figure_like_those_before_raises_nothing():
    assert codes() == []


# A jump


def test_jump_says_how_large_it_is_and_what_was_usual():
    assert texts(value="1.41") == [
        "1.41% is 0.28 percentage points above 2024. From 2021 to 2024 the largest step was 0.1 percentage points."
    ]


def test_jump_downwards_says_below():
    assert texts(value="0.9")[0].startswith("0.9% is 0.23 percentage points below 2024.")


@pytest.mark.parametrize(
    ("value", "expected"), [("1.28", []), ("1.2801", ["jump"]), ("0.98", []), ("0.9799", ["jump"])]
)
def test_jump_begins_beyond_one_and_a_half_of_the_largest_step(value, expected):
    assert codes(value=value) == expected


def test_jump_needs_two_steps_before_it():
    assert codes(value="99", history=HISTORY[-2:]) == []
    assert codes(value="99", history=HISTORY[-3:]) == ["jump"]


def test_jump_after_a_break_is_none():
    assert codes(value="99", break_before=True) == []


def test_jump_compares_with_the_last_segment_only():
    broken = [*HISTORY[:3], figure("2024", "9", break_before=True)]

    assert codes(value="9.1", history=broken) == []


def test_jump_compares_with_earlier_periods_only():
    later = [*HISTORY, figure("2026", "50")]

    assert codes(value="1.15", history=later) == []


def test_jump_skips_figures_of_another_frequency_and_missing_ones():
    mixed = [*HISTORY, figure("2025-06", "50"), figure("2024-Q4", "60"), figure("2020", None, status="M")]

    assert codes(value="1.15", history=mixed) == []


# Sign


def test_sign_below_zero_for_the_first_time():
    assert codes(value="-0.01", history=HISTORY[-1:]) == ["sign"]


def test_sign_above_zero_for_the_first_time():
    assert codes(value="0.5", history=[figure("2024", "-1")]) == ["sign"]


def test_sign_that_was_seen_before_raises_nothing():
    assert codes(value="-1", history=[figure("2023", "-1"), figure("2024", "1")]) == []


# The same as before


def test_unchanged_names_the_period_it_repeats():
    assert texts(value="1.13") == ["1.13% is exactly the figure of 2024."]


def test_unchanged_with_another_qualifier_is_a_change():
    assert codes(value="1.13", qualifier="over") == []


def test_unchanged_rank_raises_nothing():
    assert codes(value="2", history=[figure("2024", "2")], unit=RANK) == []


# Shares, parts, periods, evidence


@pytest.mark.parametrize(("value", "expected"), [("100", []), ("100.1", ["over_hundred"])])
def test_over_hundred_per_cent(value, expected):
    assert codes(value=value, history=[]) == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"a": "1", "b": "0.15"}, []),
        ({"a": "1", "b": "0.16"}, ["breakdown"]),
        ({"a": "1", "b": "0.14"}, ["breakdown"]),
        ({"a": "1", "b": None}, []),
        ({"a": "1.16", "b": None}, ["breakdown"]),
        ({"a": None, "b": None}, []),
    ],
)
def test_breakdown_is_compared_with_the_total(parts, expected):
    assert codes(parts=parts) == expected


def test_breakdown_says_the_difference():
    assert texts(parts={"a": "1", "b": "0.1"}) == [
        "Together the parts make 1.1; the total is 1.15. The difference is 0.05."
    ]


def test_breakdown_of_a_bound_adds_up_to_nothing():
    assert codes(parts={"a": "5", "b": "5"}, qualifier="over") == []


@pytest.mark.parametrize(
    ("period", "expected"),
    [("2025", []), ("2026-11-21", []), ("2026-11-22", ["not_ended"]), ("2026", ["not_ended"])],
)
def test_not_ended_until_the_day_after_the_last(period, expected):
    assert codes(period=period, history=[]) == expected


def test_no_evidence_is_asked_for_a_value_only():
    assert codes(has_evidence=False) == ["no_evidence"]
    assert codes(value=None, has_evidence=False, status="M") == []


def test_missing_figure_raises_nothing():
    assert codes(value=None, status="M") == []
