from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.periods import FREQUENCIES, Kind, Period, end_of_month

KINDS = st.sampled_from(Kind)
DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
PERIODS = st.builds(Period.of, KINDS, DAYS)


@pytest.mark.parametrize(
    ("code", "kind", "start", "end"),
    [
        ("2024", Kind.ANNUAL, date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-H1", Kind.HALF_YEAR, date(2024, 1, 1), date(2024, 6, 30)),
        ("2024-H2", Kind.HALF_YEAR, date(2024, 7, 1), date(2024, 12, 31)),
        ("2024-Q3", Kind.QUARTER, date(2024, 7, 1), date(2024, 9, 30)),
        ("2024-02", Kind.MONTH, date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-02", Kind.MONTH, date(2023, 2, 1), date(2023, 2, 28)),
        ("2024-10-31", Kind.DAY, date(2024, 10, 31), date(2024, 10, 31)),
        ("1900", Kind.ANNUAL, date(1900, 1, 1), date(1900, 12, 31)),
        ("2199-12-31", Kind.DAY, date(2199, 12, 31), date(2199, 12, 31)),
    ],
)
def test_parse_reads_every_kind(code, kind, start, end):
    period = Period.parse(code)

    assert (period.kind, period.start, period.end, period.code) == (kind, start, end, code)


def test_kind_is_its_word():
    kinds = [str(Period.parse(code).kind) for code in ("2024", "2024-H1", "2024-Q3", "2024-10", "2024-10-31")]

    assert kinds == ["annual", "half-year", "quarter", "month", "day"]


FORMS = (
    "Write a year as 2024, a half-year as 2024-H1, a quarter as 2024-Q3, "
    "a month as 2024-10, a day as 2024-10-31."
)


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("2026-Q5", "A year has Q1 to Q4, not Q5."),
        ("2026-Q0", "A year has Q1 to Q4, not Q0."),
        ("2026-H3", "A year has H1 to H2, not H3."),
        ("2026-13", "Write a month from 01 to 12, not 13."),
        ("2026-00", "Write a month from 01 to 12, not 00."),
        ("2026-02-31", "Write a day from 01 to 28: 2026-02 has no day 31."),
        ("2024-02-30", "Write a day from 01 to 29: 2024-02 has no day 30."),
        ("2024-04-00", "Write a day from 01 to 30: 2024-04 has no day 00."),
        ("1899", "Write a year from 1900 to 2199, not 1899."),
        ("2200-Q1", "Write a year from 1900 to 2199, not 2200."),
        ("0000", "Write a year from 1900 to 2199, not 0000."),
        ("0113-05-01", "Write a year from 1900 to 2199, not 0113."),
        (" 2024", "“ 2024” is not a reference period. Take away the blanks before and after it."),
        ("2024\n", "“2024\n” is not a reference period. Take away the blanks before and after it."),
        ("2024\u3000", "“2024\u3000” is not a reference period. Take away the blanks before and after it."),
        ("２０２４", "“２０２４” is not a reference period. Use the digits 0 to 9."),
        ("٢٠٢٤", "“٢٠٢٤” is not a reference period. Use the digits 0 to 9."),
        ("2024-Q３", "“2024-Q３” is not a reference period. Use the digits 0 to 9."),
        ("31/02", f"“31/02” is not a reference period. {FORMS}"),
        ("31/02/2024", f"“31/02/2024” is not a reference period. {FORMS}"),
        ("2024-q3", f"“2024-q3” is not a reference period. {FORMS}"),
        ("2024Q3", f"“2024Q3” is not a reference period. {FORMS}"),
        ("2024-1", f"“2024-1” is not a reference period. {FORMS}"),
        ("2024-10-1", f"“2024-10-1” is not a reference period. {FORMS}"),
        ("20241031", f"“20241031” is not a reference period. {FORMS}"),
        ("2024-10-31T00:00", f"“2024-10-31T00:00” is not a reference period. {FORMS}"),
        ("2024–10", f"“2024–10” is not a reference period. {FORMS}"),
        ("45596", f"“45596” is not a reference period. {FORMS}"),
        ("+2024", f"“+2024” is not a reference period. {FORMS}"),
        ("民國113", f"“民國113” is not a reference period. {FORMS}"),
        ("", f"“” is not a reference period. {FORMS}"),
    ],
)
def test_I23_parse_refuses_with_the_way_to_mend_it(code, remedy):
    with pytest.raises(ValueError) as refusal:
        Period.parse(code)

    assert str(refusal.value) == remedy


@pytest.mark.parametrize(
    ("code", "position"),
    [
        ("2024", Fraction(2025)),
        ("2024-H1", 2024 + Fraction(182, 366)),
        ("2023-H1", 2023 + Fraction(181, 365)),
        ("2024-Q3", 2024 + Fraction(274, 366)),
        ("2024-10", 2024 + Fraction(305, 366)),
        ("2024-10-31", 2024 + Fraction(305, 366)),
        ("2024-01-01", 2024 + Fraction(1, 366)),
        ("2100-03-01", 2100 + Fraction(60, 365)),
    ],
)
def test_position_is_that_of_the_last_day(code, position):
    assert Period.parse(code).position == position


@pytest.mark.parametrize(
    ("code", "following"),
    [
        ("2024", "2025"),
        ("2024-H1", "2024-H2"),
        ("2024-H2", "2025-H1"),
        ("2024-Q4", "2025-Q1"),
        ("2024-12", "2025-01"),
        ("2024-02-28", "2024-02-29"),
        ("2024-12-31", "2025-01-01"),
    ],
)
def test_next_is_of_the_same_kind(code, following):
    assert str(Period.parse(code).next()) == following


def test_next_ends_with_the_last_year():
    with pytest.raises(ValueError, match="from 1900 to 2199, not 2200"):
        Period.parse("2199").next()


@pytest.mark.parametrize(
    ("code", "frequency", "following"),
    [
        ("2024", "annual", "2025"),
        ("2022-10", "annual", "2022"),
        ("2022-12", "annual", "2023"),
        ("2022", "monthly", "2023-01"),
        ("2022", "quarterly", "2023-Q1"),
        ("2022-Q2", "half_yearly", "2022-H2"),
        ("2022-10", "irregular", "2022-11"),
    ],
)
def test_following_is_the_first_of_the_frequency_to_end_later(code, frequency, following):
    assert str(Period.parse(code).following(frequency)) == following


def test_matches_only_periods_of_the_frequency():
    codes = ["2024", "2024-H1", "2024-Q3", "2024-10", "2024-10-31"]

    matching = {
        frequency: [code for code in codes if Period.parse(code).matches(frequency)]
        for frequency in FREQUENCIES
    }

    assert matching == {
        "annual": ["2024"],
        "half_yearly": ["2024-H1"],
        "quarterly": ["2024-Q3"],
        "monthly": ["2024-10"],
        "irregular": codes,
    }


def test_periods_order_by_end_then_start():
    codes = [
        "2023",
        "2024-Q3",
        "2024-10",
        "2024",
        "2024-H2",
        "2024-Q4",
        "2024-12",
        "2024-12-31",
        "2025-01-01",
    ]

    assert [str(period) for period in sorted(map(Period.parse, reversed(codes)))] == codes


def test_equal_periods_are_one_key():
    assert {Period.parse("2024-Q3"), Period.of(Kind.QUARTER, date(2024, 8, 15))} == {Period.parse("2024-Q3")}


def test_end_of_month_runs_into_later_years():
    ends = [end_of_month(2024, month) for month in (2, 12, 14, 24)]

    assert ends == [date(2024, 2, 29), date(2024, 12, 31), date(2025, 2, 28), date(2025, 12, 31)]


@given(KINDS, DAYS)
def test_period_of_a_day_holds_it(kind, day):
    period = Period.of(kind, day)

    assert period.start <= day <= period.end


@given(PERIODS)
def test_code_and_period_are_one_to_one(period):
    assert Period.parse(period.code) == period


@given(st.text(alphabet="0123456789-HQ /", max_size=10))
def test_parse_gives_back_what_was_written_or_refuses(code):
    try:
        period = Period.parse(code)
    except ValueError:
        return

    assert str(period) == code


@given(KINDS, st.dates(date(1900, 1, 1), date(2190, 12, 31)))
def test_next_begins_the_day_after_the_end(kind, day):
    period = Period.of(kind, day)

    assert period.next().start == period.end + timedelta(days=1)


@given(st.lists(PERIODS, min_size=2, max_size=5))
def test_later_periods_have_no_smaller_position(periods):
    positions = [period.position for period in sorted(periods)]

    assert all(earlier <= later for earlier, later in pairwise(positions))
