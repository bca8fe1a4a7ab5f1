"""The outsider's rules and ours, on cases that the real plan does not have: every rule, path, bound and break."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from indicators.periods import Period
from indicators.progress import Baseline, Figure, Target, assess, status_on, truncate
from tests.outside.recompute import Case

CODES = [
    "2019",
    "2020",
    "2021",
    "2021-H1",
    "2022",
    "2022-06",
    "2023",
    "2024",
    "2024-Q4",
    "2024-12-31",
    "2026",
]
VALUES = st.integers(-4, 12).map(Decimal)
FIGURES = st.builds(
    Figure,
    period=st.sampled_from(CODES).map(Period.parse),
    value=VALUES,
    qualifier=st.sampled_from(["exact", "exact", "over", "under", "about"]),
    status=st.sampled_from("AAPE"),
    break_before=st.sampled_from([False] * 9 + [True]),
)
MISSING = FIGURES.map(lambda f: Figure(f.period, None, status="M", break_before=f.break_before))
CASES = st.fixed_dictionaries(
    {
        "figures": st.lists(st.one_of(FIGURES, FIGURES, FIGURES, MISSING), max_size=6, unique_by=lambda f: f.period),
        "target": st.one_of(
            st.none(),
            st.builds(
                Target,
                due=st.sampled_from(["2019", "2024", "2025-06", "2030"]).map(Period.parse),
                value=st.one_of(VALUES, VALUES, VALUES, VALUES, st.none()),
                has_words=st.booleans(),
                bound=st.sampled_from(["exact", "at_least", "at_most", "about"]),
            ),
        ),
        "baseline": st.one_of(
            st.none(),
            st.builds(Baseline, period=st.sampled_from(["2020", "2022-06"]).map(Period.parse), value=VALUES),
        ),
        "polarity": st.sampled_from(["increase", "decrease"]),
        "frequency": st.sampled_from(["annual", "irregular", "quarterly"]),
        "path": st.sampled_from(["linear", "linear", "growth"]),
        "reference": st.booleans(),
    }
)  # fmt: skip
TODAYS = st.dates(datetime.date(2024, 1, 1), datetime.date(2032, 1, 1))


def ours(case, today):
    answer = assess(**case)
    due = case["target"].due.end if case["target"] else None
    standing = status_on(answer.rule, answer.status, answer.reading, due, today)
    latest = answer.latest
    return {
        "latest_period": latest.period.code if latest else "",
        "latest": str(latest.value) if latest else "",
        "qualifier": latest.qualifier if latest else "",
        "share_of_way": shown(answer.share_of_way, 4),
        "share_of_time": shown(answer.share_of_time, 4),
        "ratio": shown(answer.ratio, 2),
        "reading": standing.reading or answer.reading or "",
        "status": standing.status,
        "caveats": " ".join(answer.caveats),
    }


def shown(value, places):
    if value is None:
        return ""
    normal = truncate(value, places).normalize()
    return f"{normal + 0:f}"


def theirs(case, today):
    target, baseline = case["target"], case["baseline"]
    line = {
        "baseline": str(baseline.value) if baseline else "",
        "baseline_period": baseline.period.code if baseline else "",
        "target": str(target.value) if target and target.value is not None else "",
        "due": target.due.code if target else "",
        "bound": target.bound if target else "",
    }
    indicator = {
        "polarity": case["polarity"],
        "frequency": case["frequency"],
        "path": case["path"],
        "class": "reference" if case["reference"] else "tracking",
    }
    observations = [
        {
            "period": figure.period.code,
            "value": "" if figure.value is None else str(figure.value),
            "qualifier": figure.qualifier,
            "obs_status": figure.status,
            "break_before": "yes" if figure.break_before else "no",
        }
        for figure in case["figures"]
    ]
    return Case(line, indicator, observations, bool(target and target.has_words), today)


@settings(max_examples=600, deadline=None)
@given(CASES, TODAYS)
def test_the_outsider_judges_as_we_do(case, today):
    assert theirs(case, today).judged() == ours(case, today)


@pytest.mark.parametrize("number", range(1, 14))
def test_the_cases_reach_every_rule(number):
    found = find(
        st.tuples(CASES, TODAYS),
        lambda each: theirs(*each).rule()[0] == number,
        settings=settings(max_examples=5000, phases=[Phase.generate], database=None, deadline=None),
    )

    assert assess(**found[0]).rule == number or number == 9
