import datetime
from decimal import Decimal

import pytest

from indicators.models import UnitVersion
from indicators.periods import Period
from indicators.plausibility import CHECKS, CODES, doubts
from indicators.progress import Figure
from indicators.usual import Reported

PERCENT = UnitVersion(unit_id="%", kind="share", pattern_en="{value}%")
RANK = UnitVersion(unit_id="rank", kind="rank", pattern_en="rank {value}")
TODAY = datetime.date(2026, 11, 22)


def figure(period, value, **more):
    return Figure(Period.parse(period), None if value is None else Decimal(value), **more)


HISTORY = [figure("2021", "0.97"), figure("2022", "1.07"), figure("2023", "1.11"), figure("2024", "1.13")]


def reported(
    period="2025",
    value="1.15",
    *,
    history=HISTORY,
    unit=PERCENT,
    parts=None,
    has_evidence=True,
    cumulative=False,
    **more,
):
    return Reported(
        figure=figure(period, value, **more),
        earlier=history,
        unit=unit,
        today=TODAY,
        cumulative=cumulative,
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
        "1.41% is 0.28 percentage points above 2024. "
        "From 2021 to 2024 the largest step up was 0.1 percentage points."
    ]


def test_jump_downwards_says_below():
    assert texts(value="0.9")[0].startswith("0.9% is 0.23 percentage points below 2024.")


@pytest.mark.parametrize(
    ("value", "expected"), [("1.28", []), ("1.2801", ["jump"]), ("0.98", []), ("0.9799", ["jump"])]
)
def test_jump_after_few_steps_begins_beyond_one_and_a_half_of_the_largest(value, expected):
    assert codes(value=value) == expected


def test_jump_needs_two_steps_before_it():
    assert codes(value="3", history=HISTORY[-2:]) == []
    assert codes(value="3", history=HISTORY[-3:]) == ["jump"]


# What was published of the plan's own indicators, since the last break of each.
PUBLISHED = {
    "gerd-gdp-ratio": ("share", "%", "0.86 0.92 0.99 0.97 1.07 1.11 1.13"),
    "gerd-hkd": ("amount", "HK$ million", "22213 24478.4 26333 26554 27827 30138 33000 35772"),
    "startups-number": ("count", "start-ups", "1600 3184 3360 3755 3985 4257 4694"),
    "startups-staff": ("count", "people", "12478 10688 13804 14932 17651"),
    "gii-rank": ("rank", "rank", "7 16 14 13 11 17 18 15"),
    "cluster-rank": ("rank", "rank", "2 2 2 2 2 2"),
    "private-rd-share": ("share", "%", "42"),
    "vc-investment": ("amount", "HK$ billion", "1.24 42"),
}


def after(name, value):
    """The doubts about a figure that comes after those of an indicator."""
    kind, unit, published = PUBLISHED[name]
    values = published.split()
    history = [figure(str(2025 - len(values) + place), one) for place, one in enumerate(values)]
    return reported(value=value, history=history, unit=UnitVersion(unit_id=unit, name_en=unit, kind=kind))


@pytest.mark.parametrize("name", [name for name in PUBLISHED if name != "cluster-rank"])
def test_figures_that_were_published_raised_nothing_of_the_kind(name):
    values = PUBLISHED[name][2].split()
    kind, unit, _published = PUBLISHED[name]
    found = [
        doubt.code
        for place, value in enumerate(values)
        for doubt in doubts(
            reported(
                period=str(2000 + place),
                value=value,
                history=[figure(str(2000 + n), one) for n, one in enumerate(values[:place])],
                unit=UnitVersion(unit_id=unit, name_en=unit, kind=kind),
            )
        )
    ]

    assert found == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("gerd-gdp-ratio", "1.18", []),
        ("gerd-gdp-ratio", "1.30", []),
        ("gerd-gdp-ratio", "1.41", ["jump"]),
        ("gerd-gdp-ratio", "1.00", ["jump"]),
        ("gerd-gdp-ratio", "11.3", ["slip"]),
        ("gerd-gdp-ratio", "0.113", ["slip"]),
        ("gerd-gdp-ratio", "0.0118", ["unit"]),
        ("gerd-hkd", "38500", []),
        ("gerd-hkd", "45000", ["jump"]),
        ("gerd-hkd", "30000", ["jump"]),
        ("gerd-hkd", "3850", ["slip"]),
        ("gerd-hkd", "385000", ["slip"]),
        ("gerd-hkd", "38500000", ["unit"]),
        ("gerd-hkd", "38.5", ["unit"]),
        ("startups-number", "5221", []),
        ("startups-number", "469", ["slip"]),
        ("startups-number", "3700", ["jump"]),
        ("startups-staff", "20000", []),
        ("startups-staff", "1900", ["slip"]),
        ("gii-rank", "12", []),
        ("gii-rank", "24", []),
        ("gii-rank", "150", ["jump"]),
        ("cluster-rank", "1", []),
        ("cluster-rank", "5", []),
        ("cluster-rank", "20", ["jump"]),
        ("private-rd-share", "43", []),
        ("private-rd-share", "0.43", ["unit"]),
        ("private-rd-share", "4.3", ["slip"]),
        ("private-rd-share", "430", ["slip", "over_hundred"]),
        ("vc-investment", "45", []),
        ("vc-investment", "42000", ["unit"]),
    ],
)
def test_next_figure_of_a_real_series(name, value, expected):
    assert [doubt.code for doubt in doubts(after(name, value))] == expected


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (
            "gerd-hkd",
            "45000",
            "45,000 HK$ million is 9,228 HK$ million (25.8%) above 2024. "
            "From 2017 to 2024 the largest step up was 10.2%.",
        ),
        (
            "startups-number",
            "3700",
            "3,700 start-ups is 994 start-ups (21.2%) below 2024. From 2018 to 2024 it never fell.",
        ),
        (
            "startups-number",
            "7000",
            "7,000 start-ups is 2,306 start-ups (49.1%) above 2024. "
            "From 2018 to 2024 half of all steps were 6.8% or smaller.",
        ),
        (
            "gii-rank",
            "150",
            "150 rank is 135 places further down than 2024. "
            "From 2017 to 2024 the largest step down was 9 places.",
        ),
        (
            "cluster-rank",
            "20",
            "20 rank is 18 places further down than 2024. From 2019 to 2024 it never changed.",
        ),
        (
            "gerd-gdp-ratio",
            "11.3",
            "11.3 % is about 10 times the figure of 2024, 1.13 %. Has the decimal point slipped?",
        ),
        (
            "gerd-gdp-ratio",
            "0.0118",
            "0.0118 is far from 1.13 in 2024, and 1.18 is near it. The unit is: %.",
        ),
    ],
)
def test_doubt_is_told_in_numbers_that_one_can_check(name, value, said):
    assert [doubt.text for doubt in doubts(after(name, value))] == [said]


def test_one_odd_year_does_not_hide_the_next():
    history = [figure(str(2015 + n), v) for n, v in enumerate(["10", "11", "12", "60", "61", "62", "63"])]

    assert codes(value="90", history=history) == ["jump"]


# A count since the beginning


@pytest.mark.parametrize(("value", "expected"), [("99", ["falls"]), ("100", ["unchanged"]), ("101", [])])
def test_count_since_the_beginning_does_not_fall(value, expected):
    counted = UnitVersion(unit_id="lines", kind="count", name_en="lines")

    assert codes(value=value, history=[figure("2024", "100")], unit=counted, cumulative=True) == expected


def test_fall_of_a_count_names_both_figures():
    found = texts(value="90", history=[figure("2024", "100", qualifier="over")], cumulative=True)

    assert found == [
        "This indicator counts from the beginning, so it does not fall. 2024: over 100%. Now: 90%."
    ]


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
