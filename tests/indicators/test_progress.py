import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indicators.periods import Period
from indicators.progress import (
    METHOD,
    RULES,
    STATUSES,
    Assessment,
    Baseline,
    Figure,
    Freshness,
    Standing,
    Target,
    assess,
    freshness,
    last_segment,
    status_on,
    truncate,
)

AS_AT = date(2026, 11, 22)


def figure(period, value, qualifier="exact", **rest):
    number = None if value is None else Decimal(value)
    return Figure(period=Period.parse(period), value=number, qualifier=qualifier, **rest)


def baseline(period, value):
    return Baseline(period=Period.parse(period), value=Decimal(value))


def target(due, value, **rest):
    return Target(due=Period.parse(due), value=None if value is None else Decimal(value), **rest)


def judge(*figures, **given_here):
    """From 0 in 2020 to 100 by 2030, up is good, unless the test says otherwise."""
    terms = {
        "target": target("2030", "100"),
        "baseline": baseline("2020", "0"),
        "polarity": "increase",
        "frequency": "annual",
    }
    return assess(figures=figures, **{**terms, **given_here})


def decided(assessment):
    return assessment.rule, assessment.status


def standing(assessment, today=AS_AT):
    due = assessment.target.due.end
    return status_on(assessment.rule, assessment.status, assessment.reading, due, today)


# Which figures count


def test_figures_of_another_frequency_do_not_count():
    half, whole = figure("2025-H1", "90"), figure("2024", "20")

    assert judge(half, whole).latest == whole


def test_figures_of_every_kind_count_where_irregular():
    half, whole = figure("2025-H1", "90"), figure("2024", "20")

    assert judge(half, whole, frequency="irregular").latest == half


def test_missing_figures_do_not_count():
    known = figure("2023", "20")

    assessment = judge(known, figure("2024", "99", status="M"), figure("2025", None, status="M"))

    assert assessment.latest == known


def test_last_segment_begins_at_the_last_break():
    figures = [
        figure("2016", "1"),
        figure("2017", "2", break_before=True),
        figure("2018", "3"),
        figure("2019", "4", break_before=True),
        figure("2020", "5"),
    ]

    assert last_segment(figures, frequency="annual") == (tuple(figures[3:]), Period.parse("2019"))


def test_last_segment_without_a_break_is_the_whole_series():
    figures = (figure("2016", "1"), figure("2017", "2"))

    assert last_segment(figures, frequency="annual") == (figures, None)


def test_last_segment_after_a_break_at_a_missing_figure_leaves_out_what_came_before():
    figures = [figure("2016", "1"), figure("2017", None, status="M", break_before=True)]

    assert last_segment(figures, frequency="annual") == ((), Period.parse("2017"))


def test_last_segment_ignores_breaks_of_another_frequency():
    figures = [figure("2016", "1"), figure("2017-H1", "2", break_before=True), figure("2017", "3")]

    assert last_segment(figures, frequency="annual") == ((figures[0], figures[2]), None)


# The rules, in the order of the method


def test_rules_are_numbered_as_in_the_method():
    assert [rule.number for rule in RULES] == [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 12, 13, 13]


def test_rule_01_words_without_a_value_are_qualitative():
    assessment = judge(figure("2024", "20"), target=target("2027", None, has_words=True))

    assert decided(assessment) == (1, "qualitative")


def test_rule_01_gives_way_to_a_value_beside_the_words():
    assessment = judge(figure("2024", "40"), target=target("2030", "100", has_words=True))

    assert decided(assessment) == (13, "on_track")


@pytest.mark.parametrize("nothing", [None, target("2030", None)])
def test_rule_02_no_target_is_not_set(nothing):
    assert decided(judge(figure("2024", "20"), target=nothing)) == (2, "not_set")


def test_rule_02_still_shows_the_latest_figure_and_the_change_seen():
    latest = figure("2024", "20")

    assessment = judge(latest, target=None)

    assert (assessment.latest, assessment.seen_a_year, assessment.gap) == (latest, 5, None)


def test_rule_03_no_figure_is_no_data():
    assert decided(judge()) == (3, "no_data")


def test_rule_03_no_figure_since_a_break_is_no_data():
    assessment = judge(figure("2023", "20"), figure("2024", None, status="M", break_before=True))

    assert decided(assessment) == (3, "no_data")


@pytest.mark.parametrize("latest", ["20", "100"])
def test_rule_04_break_after_the_baseline_is_not_comparable(latest):
    assessment = judge(figure("2021", "10", break_before=True), figure("2024", latest))

    assert decided(assessment) == (4, "not_comparable")


def test_rule_04_comes_before_a_figure_at_the_due_period():
    assert decided(judge(figure("2030", "100", break_before=True))) == (4, "not_comparable")


def test_rule_04_does_not_mind_a_break_at_the_baseline_itself():
    assessment = judge(figure("2020", "0", break_before=True), figure("2024", "40"))

    assert decided(assessment) == (13, "on_track")


def test_rule_04_needs_a_baseline():
    assessment = judge(figure("2021", "100", break_before=True), baseline=None)

    assert decided(assessment) == (8, "reached_early")


def test_rule_04_compares_nothing_across_the_break():
    assessment = judge(figure("2024", "20", break_before=True))

    shown = (assessment.gap, assessment.needed_a_year, assessment.seen_a_year, assessment.ratio)
    assert shown == (None, None, None, None)


def test_rule_05_first_figure_at_the_due_period_that_meets_is_achieved():
    at_due, later = figure("2030", "100"), figure("2031", "90")

    assessment = judge(at_due, later)

    assert (*decided(assessment), assessment.decided_by, assessment.latest) == (5, "achieved", at_due, later)


def test_rule_05_takes_a_later_figure_where_the_due_period_has_none():
    late = figure("2032", "120")

    assessment = judge(figure("2029", "10"), figure("2030", None, status="M"), late)

    assert (*decided(assessment), assessment.decided_by) == (5, "achieved", late)


def test_rule_05_bound_on_the_safe_side_meets():
    assert decided(judge(figure("2030", "100", "over"))) == (5, "achieved")


def test_rule_05_needs_no_baseline():
    assert decided(judge(figure("2030", "100"), baseline=None)) == (5, "achieved")


def test_rule_06_first_figure_at_the_due_period_that_fails_is_missed():
    at_due = figure("2030", "99.999999999999999999999999999999")

    assessment = judge(at_due, figure("2031", "150"))

    assert (*decided(assessment), assessment.decided_by) == (6, "missed", at_due)


def test_rule_06_bound_on_the_wrong_side_fails():
    assert decided(judge(figure("2030", "90", "under"))) == (6, "missed")


def test_rule_06_about_compares_like_exact():
    assert decided(judge(figure("2030", "99", "about"))) == (6, "missed")


@pytest.mark.parametrize(
    ("polarity", "value", "qualifier"),
    [
        ("increase", "90", "over"),
        ("increase", "100", "under"),
        ("increase", "110", "under"),
        ("decrease", "90", "over"),
        ("decrease", "100", "over"),
        ("decrease", "110", "under"),
    ],
)
def test_rule_07_open_at_the_due_period_is_not_conclusive(polarity, value, qualifier):
    start = baseline("2020", "200" if polarity == "decrease" else "0")

    assessment = judge(figure("2030", value, qualifier), polarity=polarity, baseline=start)

    assert decided(assessment) == (7, "not_conclusive")


def test_rule_08_met_before_the_due_period_is_reached_early():
    assert decided(judge(figure("2024", "100"))) == (8, "reached_early")


def test_rule_08_holds_for_a_target_below_the_baseline():
    assessment = judge(figure("2024", "90"), polarity="decrease", baseline=baseline("2020", "200"))

    assert decided(assessment) == (8, "reached_early")


def test_rule_08_needs_no_baseline():
    assert decided(judge(figure("2024", "100"), baseline=None)) == (8, "reached_early")


def test_rule_08_holds_where_the_baseline_met_it_too():
    assessment = judge(figure("2024", "110"), baseline=baseline("2020", "105"))

    assert (*decided(assessment), assessment.ratio) == (8, "reached_early", None)


def test_rule_08_needs_a_figure_later_than_the_baseline():
    assert decided(judge(figure("2020", "100"))) == (11, "no_data")


def test_rule_08_shows_the_ratio_but_has_no_reading():
    assessment = judge(figure("2025", "100"))

    shown = (assessment.share_of_way, assessment.share_of_time, assessment.ratio, assessment.reading)
    assert shown == (1, Fraction(1, 2), 2, None)


def test_rule_08_comes_before_rule_09():
    assessment = judge(figure("2024", "100"))

    assert standing(assessment, date(2031, 1, 1)) == Standing("reached_early", 8, None)


def test_rule_09_waits_from_the_day_after_the_due_period():
    assessment = judge(figure("2024", "20"))

    standings = [standing(assessment, day) for day in (date(2030, 12, 31), date(2031, 1, 1))]

    assert standings == [Standing("far_behind", 13, None), Standing("awaiting", 9, "far_behind")]


@pytest.mark.parametrize(
    ("figures", "terms", "status"),
    [
        ([figure("2024", "20")], {"baseline": None}, "not_comparable"),
        ([figure("2020", "0")], {}, "no_data"),
        ([figure("2024", "20")], {"baseline": baseline("2020", "100")}, "moving_away"),
    ],
)
def test_rule_09_has_no_last_reading_where_rules_10_to_12_apply(figures, terms, status):
    assessment = judge(*figures, **terms)

    standings = [standing(assessment, day) for day in (date(2030, 12, 31), date(2031, 1, 1))]

    assert standings == [Standing(status, assessment.rule, None), Standing("awaiting", 9, None)]


def test_rule_09_leaves_what_has_no_due_period():
    assert status_on(2, "not_set", None, None, AS_AT) == Standing("not_set", 2, None)


def test_rule_09_leaves_rules_1_to_8_for_good():
    standings = [status_on(rule, "achieved", None, date(2025, 12, 31), AS_AT) for rule in range(1, 9)]

    assert standings == [Standing("achieved", rule, None) for rule in range(1, 9)]


@pytest.mark.parametrize("start", [None, baseline("2030", "0"), baseline("2031", "0")])
def test_rule_10_no_baseline_before_the_due_period_is_not_comparable(start):
    assert decided(judge(figure("2024", "20"), baseline=start)) == (10, "not_comparable")


@pytest.mark.parametrize("period", ["2019", "2020"])
def test_rule_11_nothing_since_the_baseline_is_no_data(period):
    assert decided(judge(figure(period, "20"))) == (11, "no_data")


@pytest.mark.parametrize(
    ("polarity", "start", "latest"),
    [("increase", "100", "99"), ("increase", "120", "99"), ("decrease", "80", "101")],
)
def test_rule_12_no_longer_met_is_moving_away(polarity, start, latest):
    assessment = judge(figure("2024", latest), polarity=polarity, baseline=baseline("2020", start))

    assert (*decided(assessment), assessment.reading) == (12, "moving_away", None)


@pytest.mark.parametrize(
    ("polarity", "start", "value", "qualifier"),
    [
        ("increase", "120", "99", "over"),
        ("decrease", "80", "101", "under"),
        ("increase", "120", "101", "under"),
    ],
)
def test_rule_12_open_is_not_conclusive(polarity, start, value, qualifier):
    latest = figure("2024", value, qualifier)

    assessment = judge(latest, polarity=polarity, baseline=baseline("2020", start))

    assert decided(assessment) == (12, "not_conclusive")


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("47.5", "on_track"),
        ("47.499999999999999999999999999999", "behind"),
        ("30", "behind"),
        ("29.999999999999999999999999999999", "far_behind"),
        ("0", "far_behind"),
        ("-0.000000000000000000000000000001", "moving_away"),
    ],
)
def test_rule_13_reads_the_unrounded_ratio(value, status):
    assessment = judge(figure("2025", value))

    assert (*decided(assessment), assessment.reading) == (13, status, status)


def test_rule_13_reads_alike_where_a_decrease_is_good():
    assessment = judge(figure("2025", "152.5"), polarity="decrease", baseline=baseline("2020", "200"))

    assert (assessment.ratio, assessment.status) == (Fraction(95, 100), "on_track")


@pytest.mark.parametrize(
    ("polarity", "value", "qualifier", "side", "status"),
    [
        ("increase", "50", "over", "over", "on_track"),
        ("increase", "40", "over", "over", "not_conclusive"),
        ("increase", "-1", "over", "over", "not_conclusive"),
        ("increase", "50", "under", "under", "not_conclusive"),
        ("increase", "0", "under", "under", "not_conclusive"),
        ("increase", "-1", "under", "under", "moving_away"),
        ("decrease", "150", "under", "over", "on_track"),
        ("decrease", "160", "under", "over", "not_conclusive"),
        ("decrease", "201", "over", "under", "moving_away"),
        ("decrease", "150", "over", "under", "not_conclusive"),
        ("increase", "50", "about", "exact", "on_track"),
    ],
)
def test_rule_13_bound_holds_only_if_every_ratio_reads_the_same(polarity, value, qualifier, side, status):
    start = baseline("2020", "200" if polarity == "decrease" else "0")

    assessment = judge(figure("2025", value, qualifier), polarity=polarity, baseline=start)

    assert (*decided(assessment), assessment.ratio_qualifier) == (13, status, side)


# The growth path

GROWTH = json.loads(Path(__file__).with_name("growth_cases.json").read_text())["cases"]
WORDS = {
    "substantial_progress": "on_track",
    "moderate_progress": "behind",
    "limited_progress": "far_behind",
    "deterioration": "moving_away",
}


@pytest.mark.parametrize("case", GROWTH, ids=lambda case: case["case"])
def test_rule_13_growth_agrees_with_the_published_measure(case):
    assessment = judge(
        figure(**case["latest"]),
        baseline=baseline(**case["baseline"]),
        target=target(**case["target"]),
        polarity=case["polarity"],
        path="growth",
    )

    assert (*decided(assessment), assessment.path) == (13, WORDS[case["peer_status"]], "growth")
    assert assessment.ratio == pytest.approx(Decimal(case["r"]), abs=Decimal("1e-9"))


@pytest.mark.parametrize(
    ("start", "value", "goal"),
    [("0", "20", "100"), ("-50", "-20", "0"), ("-50", "-20", "100"), ("50", "-20", "100")],
)
def test_rule_13_growth_from_to_or_across_zero_is_not_comparable(start, value, goal):
    assessment = judge(
        figure("2024", value),
        baseline=baseline("2020", start),
        target=target("2030", goal),
        path="growth",
    )

    assert (*decided(assessment), assessment.reading) == (13, "not_comparable", None)


def test_rule_13_growth_of_negative_values_counts_toward_zero():
    terms = {"baseline": baseline("2020", "-100"), "target": target("2030", "-50"), "path": "growth"}

    readings = [judge(figure("2025", value), **terms).reading for value in ("-70", "-80", "-100", "-101")]

    assert readings == ["on_track", "behind", "far_behind", "moving_away"]


def test_rule_13_growth_to_nothing_is_a_fall_by_the_whole():
    assessment = judge(figure("2024", "0"), baseline=baseline("2020", "50"), path="growth")

    assert decided(assessment) == (13, "moving_away")


def test_rule_13_growth_minds_bounds():
    terms = {"baseline": baseline("2020", "50"), "path": "growth"}

    statuses = [judge(figure("2025", value, "over"), **terms).status for value in ("71", "60")]

    assert statuses == ["on_track", "not_conclusive"]


def test_unknown_path_is_refused():
    with pytest.raises(ValueError, match="Unknown path 'straight'"):
        judge(path="straight")


# What is shown beside


def test_gap_and_changes_a_year_of_a_decrease_are_signed():
    assessment = judge(figure("2024", "180"), polarity="decrease", baseline=baseline("2020", "200"))

    shown = (assessment.gap, assessment.needed_a_year, assessment.seen_a_year)
    assert shown == (Decimal("-80"), Fraction(-80, 6), -5)


def test_nothing_is_needed_a_year_once_due():
    assessment = judge(figure("2030", "90"))

    assert (assessment.gap, assessment.needed_a_year, assessment.seen_a_year) == (10, None, 9)


def test_gap_keeps_every_digit():
    assessment = judge(figure("2024", "0.000000000000001"), target=target("2030", "999999999999999"))

    assert assessment.gap == Decimal("999999999999998.999999999999999")


@pytest.mark.parametrize(
    ("latest", "terms", "caveats"),
    [
        (figure("2024", "40"), {}, ()),
        (figure("2024", "40", status="P"), {}, ("provisional",)),
        (figure("2024", "40", status="E"), {"reference": True}, ("estimated", "reference")),
        (figure("2024", "40", "over"), {}, ("bound",)),
        (figure("2024", "40", "under", status="P"), {}, ("provisional", "bound")),
        (figure("2024", "40", "about"), {}, ("about",)),
        (figure("2024", "40"), {"target": target("2030", "100", bound="about")}, ("about",)),
        (figure("2024", "40"), {"target": target("2030", "100", bound="at_least")}, ()),
        (figure("2024", "40", "over"), {"target": target("2030", "9", bound="about")}, ("bound", "about")),
        (figure("2024", "40", status="P"), {"target": None, "reference": True}, ("reference",)),
    ],
)
def test_caveats_travel_with_the_status(latest, terms, caveats):
    assert judge(latest, **terms).caveats == caveats


def test_caveats_without_a_figure_are_those_of_the_indicator():
    assessment = judge(target=target("2030", "100", bound="about"), reference=True)

    assert (*decided(assessment), assessment.caveats) == (3, "no_data", ("reference",))


def test_caveats_across_a_break_are_those_of_the_latest_figure():
    at_due = figure("2030", "100", status="E", break_before=True)

    assessment = judge(at_due, figure("2031", "110", status="P"))

    assert (*decided(assessment), assessment.decided_by, assessment.caveats) == (
        4,
        "not_comparable",
        None,
        ("provisional",),
    )


def test_caveats_are_those_of_the_deciding_figure():
    assessment = judge(figure("2030", "100", status="E"), figure("2031", "110", status="P"))

    assert assessment.caveats == ("estimated",)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("1.1758"), "1.17"),
        (Fraction(35, 62), "0.56"),
        (Fraction(59999, 100000), "0.59"),
        (Fraction(-1, 3), "-0.33"),
        (Fraction(-1, 1000), "0.00"),
        (2, "2.00"),
        (Decimal("123456789012345678901234567890.129"), "123456789012345678901234567890.12"),
    ],
)
def test_truncate_cuts_toward_zero(value, shown):
    assert str(truncate(value)) == shown


def test_truncate_takes_other_places():
    assert [str(truncate(Fraction(14, 31), places)) for places in (0, 1, 4)] == ["0", "0.4", "0.4516"]


# Worked on the real figures, as at 22 November 2026


def test_worked_rd_expenditure_to_gdp_awaits_its_figure():
    assessment = judge(
        figure("2017", "0.8"),
        figure("2018", "0.86", break_before=True),
        figure("2019", "0.92", status="P"),
        figure("2020", "0.99"),
        figure("2021", "0.97"),
        figure("2022", "1.07"),
        figure("2023", "1.11"),
        figure("2024", "1.13"),
        baseline=baseline("2020", "0.99"),
        target=target("2025", "1.3"),
        reference=True,
    )

    shares = [truncate(share, 4) for share in (assessment.share_of_way, assessment.share_of_time)]
    assert shares == [Decimal("0.4516"), Decimal("0.8")]
    assert truncate(assessment.ratio) == Decimal("0.56")
    assert standing(assessment) == Standing("awaiting", 9, "far_behind")


def test_worked_startups_are_on_track():
    latest, start, goal = figure("2024", "4694"), baseline("2022", "3985"), target("2032", "7000")

    assessment = judge(
        figure("2022", "3985"), figure("2023", "4257"), latest, baseline=start, target=goal, reference=True
    )

    assert assessment == Assessment(
        rule=13,
        status="on_track",
        latest=latest,
        decided_by=None,
        baseline=start,
        target=goal,
        share_of_way=Fraction(709, 3015),
        share_of_time=Fraction(1, 5),
        ratio=Fraction(709, 603),
        ratio_qualifier="exact",
        reading="on_track",
        gap=Decimal(2306),
        needed_a_year=Fraction("288.25"),
        seen_a_year=Fraction("354.5"),
        caveats=("reference",),
        path="linear",
        method=METHOD,
    )
    assert (truncate(assessment.ratio), truncate(assessment.ratio, 4)) == (Decimal("1.17"), Decimal("1.1757"))


def test_worked_it_practitioners_are_behind():
    assessment = judge(
        figure("2020", "45310"),
        figure("2023", "55070"),
        baseline=baseline("2020", "45310"),
        target=target("2032", "100000", bound="at_least"),
    )

    assert (truncate(assessment.ratio), standing(assessment)) == (
        Decimal("0.71"),
        Standing("behind", 13, None),
    )


def test_worked_smart_production_lines_are_on_track_with_a_bound():
    assessment = judge(
        figure("2022-10", "30", "about", status="E"),
        figure("2024-12", "90", "over"),
        figure("2025-02", "100", "over"),
        figure("2025-07", "100", "over"),
        baseline=baseline("2022-10", "30"),
        target=target("2027", "130", bound="at_least"),
        frequency="irregular",
    )

    shown = (truncate(assessment.ratio), assessment.ratio_qualifier, assessment.caveats)
    assert shown == (Decimal("1.31"), "over", ("bound",))
    assert standing(assessment) == Standing("on_track", 13, None)


@pytest.mark.parametrize(
    ("due", "goal", "expected"),
    [
        ("2025", "18", Standing("awaiting", 9, "not_conclusive")),
        ("2030", "30", Standing("not_conclusive", 13, None)),
    ],
)
def test_worked_unicorns_are_left_open_by_the_bound(due, goal, expected):
    assessment = judge(
        figure("2021-04", "8", "over"),
        figure("2022", "12"),
        figure("2023-02", "10", "over"),
        baseline=baseline("2022", "12"),
        target=target(due, goal),
        frequency="irregular",
    )

    assert standing(assessment) == expected


@pytest.mark.parametrize(
    ("due", "expected"),
    [("2026", Standing("no_data", 11, None)), ("2025", Standing("awaiting", 9, None))],
)
def test_worked_ai_computing_power_is_judged_against_both_versions(due, expected):
    assessment = judge(
        figure("2024-12", "1300"),
        baseline=baseline("2024-12", "1300"),
        target=target(due, "3000"),
        frequency="irregular",
    )

    assert standing(assessment) == expected


@pytest.mark.parametrize(
    ("due", "goal", "expected"),
    [
        ("2025", "1.5", Standing("awaiting", 9, "far_behind")),
        ("2030", "5", Standing("far_behind", 13, None)),
    ],
)
def test_worked_manufacturing_share_has_not_moved(due, goal, expected):
    assessment = judge(
        figure("2020", "1", "about"),
        figure("2023", "1", "about"),
        baseline=baseline("2020", "1"),
        target=target(due, goal),
    )

    assert (standing(assessment), assessment.caveats) == (expected, ("about",))


@pytest.mark.parametrize(("due", "goal"), [("2023", "10"), ("2025", "17.5")])
def test_worked_iamsmart_transactions_await_a_figure_without_a_reading(due, goal):
    assessment = judge(figure("2021", "5"), baseline=baseline("2021", "5"), target=target(due, goal))

    assert standing(assessment) == Standing("awaiting", 9, None)


def test_worked_venture_capital_is_qualitative():
    words = target("2027", None, has_words=True)

    assessment = judge(
        figure("2021", "42", "about", status="E"), baseline=baseline("2021", "42"), target=words
    )

    assert standing(assessment) == Standing("qualitative", 1, None)


RD_HKD_OF_2019 = (figure("2017", "21280"), figure("2018", "24497", break_before=True))
RD_HKD_OF_2020 = (
    figure("2015", "18270.7"),
    figure("2016", "19713.1"),
    figure("2017", "22213", break_before=True),
    figure("2018", "24478.4"),
    figure("2019", "26333"),
)
RD_HKD_BUSINESS_OF_2020 = (
    figure("2015", "7993.7"),
    figure("2016", "8528.1"),
    figure("2017", "9412.3"),
    figure("2018", "10992.5", break_before=True),
    figure("2019", "11616.5"),
)


@pytest.mark.parametrize(
    ("series", "broke_at", "counting"),
    [
        (RD_HKD_OF_2019, "2018", ["2018"]),
        (RD_HKD_OF_2020, "2017", ["2017", "2018", "2019"]),
        (RD_HKD_BUSINESS_OF_2020, "2018", ["2018", "2019"]),
    ],
)
def test_worked_rd_expenditure_breaks_where_it_was_last_published(series, broke_at, counting):
    segment = last_segment(series, frequency="annual")

    assert (str(segment.broke_at), [str(each.period) for each in segment.figures]) == (broke_at, counting)


# Freshness


@pytest.mark.parametrize(
    ("latest", "frequency", "release_month", "period", "due_on"),
    [
        ("2024", "annual", 12, "2025", date(2026, 12, 31)),
        ("2024", "annual", 2, "2025", date(2026, 2, 28)),
        ("2024", "annual", None, "2025", date(2026, 12, 31)),
        ("2024-H1", "half_yearly", None, "2024-H2", date(2025, 6, 30)),
        ("2024-H2", "half_yearly", None, "2025-H1", date(2025, 12, 31)),
        ("2024-Q3", "quarterly", None, "2024-Q4", date(2025, 3, 31)),
        ("2023-11", "monthly", None, "2023-12", date(2024, 2, 29)),
        ("2024-Q3", "quarterly", 1, "2024-Q4", date(2025, 3, 31)),
    ],
)
def test_freshness_next_period_is_due(latest, frequency, release_month, period, due_on):
    fresh = freshness(
        latest=Period.parse(latest),
        baseline=None,
        frequency=frequency,
        release_month=release_month,
        today=date(2020, 1, 1),
    )

    assert fresh == Freshness("current", Period.parse(period), due_on)


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2026, 11, 22), "current"),
        (date(2026, 11, 30), "current"),
        (date(2026, 12, 1), "due"),
        (date(2026, 12, 31), "due"),
        (date(2027, 1, 1), "overdue"),
    ],
)
def test_freshness_changes_with_the_clock_alone(today, state):
    fresh = freshness(
        latest=Period.parse("2024"), baseline=None, frequency="annual", release_month=12, today=today
    )

    assert fresh == Freshness(state, Period.parse("2025"), date(2026, 12, 31))


def test_freshness_counts_from_the_baseline_where_nothing_is_published():
    fresh = freshness(
        latest=None, baseline=Period.parse("2021"), frequency="annual", release_month=None, today=AS_AT
    )

    assert fresh == Freshness("overdue", Period.parse("2022"), date(2023, 12, 31))


@pytest.mark.parametrize(("latest", "frequency"), [(Period.parse("2024-12"), "irregular"), (None, "annual")])
def test_freshness_has_no_schedule(latest, frequency):
    fresh = freshness(latest=latest, baseline=None, frequency=frequency, release_month=12, today=AS_AT)

    assert fresh == Freshness("no_schedule", None, None)


# What holds for all figures

VALUES = st.decimals(min_value=-1000, max_value=1000, places=2)
YEARS = st.integers(2015, 2032).map(lambda year: Period.parse(str(year)))
FIGURES = st.lists(
    st.builds(
        Figure,
        period=YEARS,
        value=VALUES,
        qualifier=st.sampled_from(["exact", "exact", "over", "under", "about"]),
        status=st.sampled_from("AAAPEM"),
        break_before=st.sampled_from([False, False, False, True]),
    ),
    max_size=6,
    unique_by=lambda each: each.period,
)
TERMS = st.fixed_dictionaries(
    {
        "target": st.none() | st.builds(Target, due=YEARS, value=VALUES | st.none(), has_words=st.booleans()),
        "baseline": st.none() | st.builds(Baseline, period=YEARS, value=VALUES),
        "polarity": st.sampled_from(["increase", "decrease"]),
        "path": st.sampled_from(["linear", "growth"]),
    }
)
OTHER_SIDE = {"over": "under", "under": "over", "exact": "exact", "about": "about"}
OPPOSITE = {"increase": "decrease", "decrease": "increase"}


def scaled(named, factor):
    return named and replace(named, value=None if named.value is None else factor * named.value)


def essence(assessment):
    return assessment.rule, assessment.status, assessment.reading, assessment.ratio, assessment.caveats


@given(FIGURES, TERMS)
def test_every_status_is_listed(figures, terms):
    assert judge(*figures, **terms).status in STATUSES


@given(FIGURES, TERMS, st.randoms())
def test_order_of_figures_does_not_matter(figures, terms, random):
    shuffled = random.sample(figures, len(figures))

    assert judge(*shuffled, **terms) == judge(*figures, **terms)


@given(FIGURES, TERMS)
def test_mirrored_polarity_gives_the_same_status(figures, terms):
    mirrored = [replace(scaled(each, -1), qualifier=OTHER_SIDE[each.qualifier]) for each in figures]

    reflection = judge(
        *mirrored,
        target=scaled(terms["target"], -1),
        baseline=scaled(terms["baseline"], -1),
        polarity=OPPOSITE[terms["polarity"]],
        path=terms["path"],
    )

    assert essence(reflection) == essence(judge(*figures, **terms))


@given(FIGURES, TERMS, st.sampled_from([Decimal("0.001"), Decimal(1000)]))
def test_unit_of_the_values_does_not_matter(figures, terms, factor):
    goal, start = scaled(terms["target"], factor), scaled(terms["baseline"], factor)

    assessment = judge(
        *(scaled(each, factor) for each in figures), **{**terms, "target": goal, "baseline": start}
    )

    assert essence(assessment) == essence(judge(*figures, **terms))


@given(FIGURES, TERMS, YEARS)
def test_missing_figures_change_nothing(figures, terms, period):
    assume(all(each.period != period for each in figures))

    with_missing = judge(*figures, Figure(period=period, value=None, status="M"), **terms)

    assert with_missing == judge(*figures, **terms)


@given(VALUES, VALUES, st.integers(2021, 2032))
def test_over_never_falls_short_where_an_increase_is_good(value, goal, year):
    assessment = judge(figure(str(year), value, "over"), target=target("2030", goal))

    assert assessment.status not in {"missed", "moving_away", "far_behind", "behind"}


@given(
    st.sampled_from(["over", "under"]),
    VALUES,
    st.decimals(min_value=0, max_value=3000, places=2),
    st.integers(2021, 2032),
    TERMS,
)
def test_bound_claims_nothing_that_a_value_it_allows_would_deny(qualifier, value, further, year, terms):
    terms["path"] = "linear"
    allowed = value + (further if qualifier == "over" else -further)

    claimed = judge(figure(str(year), value, qualifier), **terms).status
    true = judge(figure(str(year), allowed), **terms).status

    # Neither of the two claims anything; and what is on track at least may already be there.
    assert claimed in {true, "not_conclusive", "not_comparable"} or (claimed, true) == (
        "on_track",
        "reached_early",
    )


@given(FIGURES, TERMS, st.dates(date(2014, 1, 1), date(2034, 1, 1)))
def test_status_on_a_day_changes_by_rule_9_alone(figures, terms, today):
    assessment = judge(*figures, **terms)
    due = terms["target"].due.end if terms["target"] else None

    shown = status_on(assessment.rule, assessment.status, assessment.reading, due, today)

    awaits = assessment.rule >= 10 and due < today
    unchanged = Standing(assessment.status, assessment.rule, None)
    assert shown == (Standing("awaiting", 9, assessment.reading) if awaits else unchanged)


@given(st.fractions(-1000, 1000))
def test_truncate_never_moves_away_from_zero(value):
    shown = Fraction(truncate(value))

    assert abs(shown) <= abs(value) < abs(shown) + Fraction(1, 100)


def test_freshness_after_the_last_year_there_is_has_no_schedule():
    last = Period.parse("2199")

    found = freshness(
        latest=last, baseline=None, frequency="annual", release_month=None, today=date(2026, 11, 22)
    )

    assert found == Freshness(state="no_schedule", period=None, due_on=None)
