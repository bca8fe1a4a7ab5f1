from decimal import Decimal
from fractions import Fraction
from statistics import linear_regression

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.periods import Period
from indicators.progress import Figure
from indicators.projection import limits, project, refusal, trials, verdict

DUE = Period.parse("2026")


def series(values, start=2019, **of_last):
    """Annual figures; `of_last` describes the newest of them."""
    figures = [Figure(Period.parse(str(start + place)), Decimal(value)) for place, value in enumerate(values)]
    last = figures[-1]
    return [*figures[:-1], Figure(last.period, last.value, **of_last)]


def projected(values, due=DUE, is_rank=False, low=None, high=None, **of_last):
    return project(series(values, **of_last), due=due, is_rank=is_rank, low=low, high=high)


def rounded(projection):
    return [round(value, 3) for value in (projection.low, projection.value, projection.high)]


# Worked by hand: figures 10 12 13 15 18 of 2019 to 2023, so xm = 2022, mean 13.6, Sxx = 10, Sxy = 19, slope 1.9.
# At 2026 (x = 2027): 13.6 + 5 x 1.9 = 23.1. Residuals 0.2 0.3 -0.6 -0.5 0.6: SSE = 1.10, s² = 1.1/3.
# Reach 1.638 x √(1.1/3 x (1 + 1/5 + 25/10)) = 1.638 x √1.356667 = 1.908.


def test_projection_of_the_hand_worked_series():
    projection = projected([10, 12, 13, 15, 18])

    assert rounded(projection) == [Decimal("21.192"), Decimal("23.1"), Decimal("25.008")]
    assert (projection.n, projection.t, projection.slope) == (5, Decimal("1.638"), Fraction(19, 10))
    assert round(projection.deviation**2, 6) == Decimal("0.366667")


@pytest.mark.parametrize(
    ("values", "t"),
    [
        ([1, 2, 4, 4], "1.886"),
        ([1, 2, 4, 4, 6], "1.638"),
        ([1, 2, 4, 4, 6, 6], "1.533"),
        ([1, 2, 4, 4, 6, 6, 7], "1.476"),
        ([1, 2, 4, 4, 6, 6, 7, 9], "1.440"),
        ([99, 1, 2, 4, 4, 6, 6, 7, 9], "1.440"),
    ],
)
def test_projection_takes_its_t_by_the_number_of_figures(values, t):
    assert projected(values, due=Period.parse("2040")).t == Decimal(t)


def test_projection_rests_on_the_last_eight_figures_only():
    later = [3, 5, 4, 6, 8, 7, 9, 11]

    assert projected([900, -40, *later], start=2010) == projected(later, start=2012)


@pytest.mark.parametrize(
    ("values", "is_rank", "of_last", "reason"),
    [
        ([1, 2, 4], False, {}, "too_few"),
        ([], False, {}, "too_few"),
        ([1, 2, 4, 4], True, {}, "rank"),
        ([1, 2, 4, 4], False, {"qualifier": "over"}, "bound"),
        ([1, 2, 4, 4], False, {"qualifier": "under"}, "bound"),
        ([1, 2, 4, 4], False, {"qualifier": "about"}, ""),
        ([1, 2, 4, 4], False, {"status": "P"}, ""),
    ],
)
def test_projection_is_refused_for_a_reason(values, is_rank, of_last, reason):
    figures = series(values, **of_last) if values else []

    assert refusal(figures, is_rank=is_rank) == reason
    assert (project(figures, due=DUE, is_rank=is_rank) is None) == bool(reason)


def test_projection_needs_four_places_in_time():
    codes = ["2020", "2021", "2021-Q4", "2021-12", "2021-12-31"]
    figures = [Figure(Period.parse(code), Decimal(place)) for place, code in enumerate(codes)]

    assert refusal(figures, is_rank=False) == "too_few"


@pytest.mark.parametrize("due", ["2022", "2021", "2022-12"])
def test_projection_does_not_look_back(due):
    assert projected([1, 2, 4, 4], due=Period.parse(due)) is None


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("count", [9, 6, 4, 1], ["0.000", "0.000", "0.000"]),
        ("share", [70, 80, 88, 97], ["100.000", "100.000", "100.000"]),
        # By hand: 5 - 2.6 x 5.5, SSE 0.2, reach 1.886 x √(0.1 x (1 + 1/4 + 30.25/5)) = 1.611.
        ("percentage", [9, 6, 4, 1], ["-10.911", "-9.300", "-7.689"]),
    ],
)
def test_projection_is_held_to_what_is_possible(kind, values, expected):
    low, high = limits(kind)

    assert rounded(projected(values, low=low, high=high)) == [Decimal(each) for each in expected]


@pytest.mark.parametrize(
    ("target", "polarity", "expected"),
    [
        ("25.01", "increase", "not_on_trend"),
        ("25", "increase", "possible"),
        ("21.2", "increase", "possible"),
        ("21.19", "increase", "likely"),
        ("25.01", "decrease", "likely"),
        ("25", "decrease", "possible"),
        ("21.2", "decrease", "possible"),
        ("21.19", "decrease", "not_on_trend"),
    ],
)
def test_projection_verdict_on_both_polarities(target, polarity, expected):
    assert verdict(projected([10, 12, 13, 15, 18]), Decimal(target), polarity) == expected


def test_projection_range_ends_belong_to_it():
    projection = projected([10, 12, 13, 15, 18])

    assert verdict(projection, projection.high, "increase") == "possible"
    assert verdict(projection, projection.low, "increase") == "possible"


values = st.lists(st.integers(-10_000, 10_000), min_size=4, max_size=8)


@given(values)
def test_projection_agrees_with_another_least_squares(numbers):
    projection = projected(numbers, due=Period.parse("2030"))
    other = linear_regression(range(len(numbers)), numbers)

    assert float(projection.slope) == pytest.approx(other.slope, abs=1e-6)
    assert float(projection.value) == pytest.approx(other.intercept + 11 * other.slope, abs=1e-6)
    assert projection.low <= projection.value <= projection.high


@given(values, st.integers(-5000, 5000), st.sampled_from([1, -1]))
def test_projection_moves_and_turns_with_its_figures(numbers, by, turn):
    before = projected(numbers, due=Period.parse("2030"))
    after = projected([turn * number + by for number in numbers], due=Period.parse("2030"))

    ends = sorted(turn * end + by for end in (before.low, before.high))
    assert [round(each, 20) for each in (after.low, after.high)] == [round(each, 20) for each in ends]


@given(st.integers(-100, 100), st.integers(-50, 50), st.integers(4, 8))
def test_projection_of_a_straight_line_is_its_next_point_and_no_more(start, step, n):
    projection = projected([start + step * place for place in range(n)], due=Period.parse("2040"))

    assert projection.low == projection.value == projection.high == start + 21 * step


@given(values, st.integers(-9000, 9000))
def test_projection_verdict_is_mirrored_by_polarity(numbers, target):
    projection = projected(numbers, due=Period.parse("2030"))

    mirrored = {"not_on_trend": "likely", "likely": "not_on_trend", "possible": "possible"}
    up, down = (verdict(projection, Decimal(target), way) for way in ("increase", "decrease"))
    assert mirrored[up] == down


# The back-test


def test_trials_hold_each_figure_against_those_before_it():
    found = trials(series([1, 2, 3, 4, 5, 9]), frequency="annual", is_rank=False)

    assert [(trial.actual, trial.projection.value, trial.inside) for trial in found] == [
        (5, 5, True),
        (9, 6, False),
    ]


def test_trials_begin_anew_after_a_break():
    figures = series([1, 2, 3, 4, 5])
    broken = [*figures[:-1], Figure(figures[-1].period, Decimal(50), break_before=True)]

    assert trials(broken, frequency="annual", is_rank=False) == []


@pytest.mark.parametrize("qualifier", ["over", "under"])
def test_trials_do_not_hold_a_bound_against_a_range(qualifier):
    assert trials(series([1, 2, 3, 4, 9], qualifier=qualifier), frequency="annual", is_rank=False) == []


def test_trials_of_ranks_there_are_none():
    assert trials(series([1, 2, 3, 4, 5]), frequency="annual", is_rank=True) == []
