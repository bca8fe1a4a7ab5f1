"""The line of time: pure geometry."""

import datetime
from dataclasses import dataclass, field

import pytest

from strategies.timeline import LEFT, WIDTH, draw, lanes_of

TODAY = datetime.date(2026, 7, 1)


@dataclass
class Step:
    starts: datetime.date
    ends: datetime.date
    former_ends: list = field(default_factory=list)


def day(text, **more):
    on = datetime.date.fromisoformat(text)
    return Step(on, on, **more)


@pytest.mark.parametrize("steps", [[], [day("2025-01-01")]])
def test_fewer_than_two_milestones_need_no_line(steps):
    assert draw(steps, TODAY) is None


def test_line_reaches_from_the_first_year_to_today_at_least():
    line = draw([day("2023-05-01"), day("2024-05-01")], TODAY)

    assert ((line.first, line.last), [year for _x, year in line.years]) == (
        (2023, 2026),
        [2023, 2024, 2025, 2026],
    )


def test_places_run_from_the_first_of_january_to_the_last_of_december():
    line = draw([day("2025-01-01"), day("2026-12-31")], TODAY)

    assert [float(mark.x) for mark in line.marks] == [LEFT, LEFT + WIDTH]
    assert float(line.today) == pytest.approx(LEFT + WIDTH * 546 / 729, abs=0.06)


def test_milestone_of_a_year_spans_it():
    year = Step(datetime.date(2027, 1, 1), datetime.date(2027, 12, 31))
    line = draw([day("2026-01-01"), year], TODAY)

    assert [mark.is_span for mark in line.marks] == [False, True]
    assert float(line.marks[1].begins) < float(line.marks[1].x)


def test_milestones_close_together_stand_above_each_other():
    line = draw([day("2025-01-01"), day("2025-01-10"), day("2026-12-31")], TODAY)

    first, second, third = (mark.y for mark in line.marks)
    assert (second < first, third == first) == (True, True)


def test_span_is_taken_for_its_whole_length():
    year = Step(datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))
    line = draw([day("2025-01-01"), day("2026-06-30"), year], TODAY)

    first, within, whole = (mark.y for mark in line.marks)
    assert (within == first, whole < within) == (True, True)


def test_former_date_keeps_its_lane_free():
    assert lanes_of([(50.0, []), (90.0, [45.0]), (95.0, [])]) == [0, 1, 0]


def test_long_plans_name_few_years():
    line = draw([day("2010-01-01"), day("2040-01-01")], TODAY)

    assert len(line.years) <= 6


@pytest.mark.parametrize(
    ("today", "anchor"), [("2020-02-01", "start"), ("2026-01-01", "middle"), ("2031-12-01", "end")]
)
def test_word_of_today_stays_on_the_line(today, anchor):
    steps = [day("2020-01-01"), day("2031-12-31")]

    assert draw(steps, datetime.date.fromisoformat(today)).today_anchor == anchor
