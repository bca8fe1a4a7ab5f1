"""Of a long series only the telling rows are judged: the answer is the one that the whole series gives."""

from decimal import Decimal
from random import Random
from types import SimpleNamespace

import pytest

from indicators import progress
from indicators.assessing import figure_of, telling
from indicators.periods import Period

KINDS = {
    "annual": [str(year) for year in range(2015, 2035)],
    "quarterly": [f"{year}-Q{quarter}" for year in range(2020, 2030) for quarter in (1, 2, 3, 4)],
    "irregular": [str(year) for year in range(2015, 2035)] + [f"{year}-12" for year in range(2015, 2035)],
}


def invented_series(dice, frequency):
    codes = dice.sample(KINDS[frequency] + ["2024-06"], dice.randint(0, 20))
    return [
        SimpleNamespace(
            period=code,
            value=None if (missing := dice.random() < 0.2) else Decimal(dice.randint(-5, 20)),
            qualifier=dice.choice(["exact", "exact", "over", "under", "about"]),
            status="M" if missing else dice.choice("APE"),
            break_before=dice.random() < 0.1,
        )
        for code in codes
    ]


@pytest.mark.parametrize("frequency", KINDS)
@pytest.mark.parametrize("seed", range(100))
def test_telling_rows_give_the_answer_of_the_whole_series(seed, frequency):
    dice = Random(f"{seed} {frequency}")
    rows = invented_series(dice, frequency)
    targets = [
        SimpleNamespace(due=dice.choice(["2022", "2027", "2027-Q2", "2032"]))
        for _ in range(dice.randint(0, 2))
    ]
    told = {
        "baseline": progress.Baseline(Period.parse("2020"), Decimal(3)),
        "polarity": dice.choice(["increase", "decrease"]),
        "frequency": frequency,
    }
    goals = [progress.Target(Period.parse(t.due), Decimal(dice.randint(0, 15))) for t in targets] or [None]
    whole = [figure_of(row) for row in rows]

    kept = [figure_of(row) for row in telling(rows, frequency, targets)]

    for goal in goals:
        assert progress.assess(figures=kept, target=goal, **told) == progress.assess(
            figures=whole, target=goal, **told
        )
    last_two = [progress.last_segment(figures, frequency=frequency).figures[-2:] for figures in (kept, whole)]
    assert last_two[0] == last_two[1]
