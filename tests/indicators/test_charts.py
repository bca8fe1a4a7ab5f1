import re
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.template import Context, Engine
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.charts import Dot, Frame, Goal, Point, Shape, Start, Step, Trend, course, draw
from indicators.lettering import Box, balanced, clip, number, text_width, wrap

TEMPLATES = Path(__file__).parents[2] / "templates"
WIDE = {"width": 720, "height": 320, "narrow": False}
NARROW = {"width": 340, "height": 300, "narrow": True}


def counted(value):
    return f"{value:,.0f}"


def percent(value):
    return f"{value:.1f}%"


def yearly(values, first=2020, **flags):
    return [
        Point(str(year), str(year), year + 1.0, value, counted(value), **flags)
        for year, value in enumerate(values, start=first)
    ]


def render(chart, **words):
    template = Engine(dirs=[str(TEMPLATES)]).get_template("indicators/_chart.svg")
    return template.render(
        Context({"chart": chart, "title": "Start-ups", "description": "", "id": "c1", **words})
    )


def words(labels):
    return [" ".join(line.text for line in label.lines) for label in labels]


def axis_texts(chart, anchor):
    return [text for text, label in zip(words(chart.axis), chart.axis, strict=True) if label.anchor == anchor]


# What is drawn


def test_draw_nothing_gives_none():
    assert draw(points=[], tick_format=counted) is None


def test_draw_baseline_alone_gives_none():
    assert draw(points=[], start=Start(2021.0, 5, "baseline 5"), tick_format=counted) is None


def test_draw_target_without_figures_shows_the_target():
    chart = draw(points=[], goals=[Goal(2026.0, 18, "18 by 2025")], tick_format=counted)

    assert (chart.dots, chart.series, words(chart.labels)) == ((), (), ["18 by 2025"])
    assert [diamond.title for diamond in chart.diamonds] == ["18 by 2025"]


def test_draw_places_dots_by_time_and_value():
    chart = draw(points=yearly([0, 50, 100]), zero=True, tick_format=counted)

    assert chart.dots == (
        Dot("44.9", "290", "4", "dot", "2020 · 0"),
        Dot("372.5", "160", "4", "dot", "2021 · 50"),
        Dot("700", "30", "4", "dot", "2022 · 100"),
    )
    assert chart.series == (Shape("M44.9 290L372.5 160L700 30"),)


def test_draw_takes_points_in_any_order():
    points = yearly([3, 1, 2])

    assert draw(points=points[::-1], tick_format=counted) == draw(points=points, tick_format=counted)


def test_draw_single_point_stands_in_the_middle_with_its_label():
    chart = draw(points=yearly([5]), tick_format=counted)

    assert [(dot.x, dot.y) for dot in chart.dots] == [("364.2", "160")]
    assert (axis_texts(chart, "end"), axis_texts(chart, "middle")) == (["4", "5", "6"], ["2020"])
    assert (chart.series, words(chart.labels)) == ((), ["5"])


def test_draw_crowded_points_get_small_dots():
    chart = draw(points=yearly(range(60), first=1960), tick_format=counted)

    assert {dot.r for dot in chart.dots} == {"2.5"}


def test_draw_marks_provisional_and_revised_figures():
    points = [
        Point("2020", "2020", 2021.0, 1, "1", revised=True),
        Point("2021", "2021", 2022.0, 2, "2", hollow=True),
    ]

    assert [dot.name for dot in draw(points=points, tick_format=counted).dots] == [
        "dot revised",
        "dot hollow",
    ]


@pytest.mark.parametrize(
    ("bound", "rank", "caret"),
    [
        ("over", False, "M360.2 152l4 -4 4 4"),
        ("under", False, "M360.2 168l4 4 4 -4"),
        ("over", True, "M360.2 298l4 4 4 -4"),
        ("about", False, ""),
        ("exact", False, ""),
    ],
)
def test_draw_caret_points_to_where_the_true_value_lies(bound, rank, caret):
    value = 2 if rank else 5
    chart = draw(points=yearly([value], bound=bound), rank=rank, tick_format=counted)

    assert [dot.caret for dot in chart.dots] == [caret]


# Breaks


def broken(first, second):
    later = yearly(second, first=2020 + len(first))
    return [*yearly(first), replace(later[0], break_before=True), *later[1:]]


def test_draw_break_parts_the_series_and_greys_the_older_part():
    chart = draw(points=broken([10, 20], [30, 40]), break_label="new method", tick_format=counted)

    assert chart.series == (
        Shape("M36.6 290L257.7 203.3", "old"),
        Shape("M478.9 116.7L700 30"),
    )
    assert [dot.name for dot in chart.dots] == ["dot old", "dot old", "dot", "dot"]
    assert chart.breaks == (Shape("M361.3 168l6-16M369.3 168l6-16", "break", "new method"),)
    assert words(chart.labels) == ["40", "new method"]


def test_draw_break_before_the_first_figure_parts_nothing():
    chart = draw(points=broken([], [30, 40]), break_label="new method", tick_format=counted)

    assert (chart.breaks, [run.name for run in chart.series]) == ((), [""])


def test_draw_two_breaks_leave_one_current_part():
    points = [*broken([1, 2], [3, 4]), replace(yearly([5], first=2024)[0], break_before=True)]
    chart = draw(points=points, break_label="new method", tick_format=counted)

    assert [run.name for run in chart.series] == ["old", "old"]
    assert [dot.name for dot in chart.dots] == ["dot old"] * 4 + ["dot"]
    assert words(chart.labels) == ["5", "new method"]


def test_draw_break_between_close_figures_stands_below_them():
    chart = draw(points=broken([50] * 20, [50] * 20), zero=True, break_label="new", tick_format=counted)

    assert [mark.path for mark in chart.breaks] == ["M361.3 99.3l6-16M369.3 99.3l6-16"]


# Targets


def test_draw_path_runs_from_the_baseline_to_each_current_target():
    goals = [Goal(2023.0, 20, "20 by 2022"), Goal(2025.0, 40, "40 by 2024")]
    chart = draw(
        points=yearly([0, 10]), goals=goals, start=Start(2021.0, 0, "baseline 0"), tick_format=counted
    )

    assert chart.paths == (Shape("M36.6 290L368.3 160"), Shape("M36.6 290L700 30"))
    assert chart.origin is None


def test_draw_former_target_is_hollow_under_the_current_one_and_has_no_path():
    goals = [Goal(2023.0, 40, "40 by 2022"), Goal(2025.0, 40, "40 by 2024", former=True, note="changed 2021")]
    chart = draw(
        points=yearly([0, 10]), goals=goals, start=Start(2021.0, 0, "baseline 0"), tick_format=counted
    )

    assert chart.diamonds == (
        Shape("M700 22l8 8-8 8-8-8z", "former", "40 by 2024 · changed 2021"),
        Shape("M368.3 22l8 8-8 8-8-8z", "", "40 by 2022"),
    )
    assert chart.paths == (Shape("M36.6 290L368.3 30"),)
    assert [(label.kind, [line.note for line in label.lines]) for label in chart.labels] == [
        ("target", [False]),
        ("former", [False, True]),
        ("latest", [False]),
        ("start", [False]),
    ]


def test_draw_baseline_off_the_series_has_its_own_mark():
    chart = draw(points=yearly([0, 10]), start=Start(2021.0, 5, "baseline 5"), tick_format=counted)

    assert chart.origin == Dot("36.6", "160", "3", "origin", "baseline 5")


# Axes


def test_draw_rank_axis_runs_downwards_from_one():
    chart = draw(points=yearly([7, 18, 1]), rank=True, tick_format=counted)

    assert axis_texts(chart, "end") == ["1", "5", "10", "15", "20"]
    assert [float(dot.y) for dot in chart.dots] == [112.1, 262.6, 30]


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([1, 1], ["1", "2"]),
        ([1, 6, 2], ["1", "3", "5", "7"]),
        ([180, 150], ["1", "50", "100", "150", "200"]),
    ],
)
def test_draw_rank_ticks_start_at_one(values, ticks):
    assert axis_texts(draw(points=yearly(values), rank=True, tick_format=counted), "end") == ticks


@pytest.mark.parametrize(
    ("values", "zero", "ticks"),
    [
        ([0.76, 1.3], False, ["0.6%", "0.8%", "1.0%", "1.2%", "1.4%"]),
        ([0.76, 1.3], True, ["0.0%", "0.5%", "1.0%", "1.5%"]),
        ([4.2, 4.2], False, ["3.5%", "4.0%", "4.5%", "5.0%"]),
        ([0.0, 0.0], False, ["0.0%", "1.0%"]),
        ([-6.5, 5.5], False, ["-10.0%", "-5.0%", "0.0%", "5.0%", "10.0%"]),
        ([16700.0, 35772.0], False, ["15,000", "20,000", "25,000", "30,000", "35,000", "40,000"]),
        ([1_000_000, 1_000_000], False, ["900,000", "950,000", "1,000,000", "1,050,000", "1,100,000"]),
    ],
)
def test_draw_value_axis_has_round_ticks(values, zero, ticks):
    tick_format = percent if max(values) < 100 else counted

    assert axis_texts(draw(points=yearly(values), zero=zero, tick_format=tick_format), "end") == ticks


def test_draw_counts_have_no_ticks_between_whole_numbers():
    assert axis_texts(draw(points=yearly([8, 9]), tick_format=counted), "end") == ["8", "9"]


def test_draw_ticks_never_read_alike():
    chart = draw(points=yearly([0.11, 0.13]), tick_format=percent)

    assert axis_texts(chart, "end") == ["0.1%", "0.2%"]


def test_draw_value_axis_includes_targets_and_the_baseline():
    goals, start = [Goal(2026.0, 90, "90 by 2025")], Start(2020.0, 2, "baseline 2")
    chart = draw(points=yearly([30]), goals=goals, start=start, tick_format=counted)

    assert axis_texts(chart, "end") == ["0", "50", "100"]


def test_draw_zero_line_is_named():
    chart = draw(points=yearly([-1, 1]), tick_format=counted)

    assert [line.name for line in chart.grid] == ["", "zero", "", "notches"]


def test_draw_years_end_with_the_last_target():
    chart = draw(points=yearly([1, 2]), goals=[Goal(2024.0, 9, "9 by 2023")], tick_format=counted)

    assert axis_texts(chart, "middle") == ["2020", "2021", "2022", "2023"]


def test_draw_narrow_names_fewer_years():
    points = yearly(range(12), first=2014)
    wide, narrow = (draw(points=points, tick_format=counted, **size) for size in (WIDE, NARROW))

    assert axis_texts(wide, "middle") == [str(year) for year in range(2014, 2026)]
    assert axis_texts(narrow, "middle") == ["2015", "2017", "2019", "2021", "2023", "2025"]


def test_draw_long_series_names_round_years():
    chart = draw(points=yearly(range(60), first=1964), tick_format=counted)

    assert axis_texts(chart, "middle") == [str(year) for year in range(1965, 2021, 5)]


def test_draw_figures_within_years_have_names_between_notches():
    points = [Point("", "", x, 1, "1") for x in (2021.33, 2023.0, 2023.16)]
    chart = draw(points=points, goals=[Goal(2026.0, 1, "1 by 2025")], tick_format=counted)

    assert axis_texts(chart, "middle") == ["2021", "2022", "2023", "2024", "2025"]
    assert chart.grid[-1].path.count("M") == 5


def test_draw_short_stretch_names_its_own_periods():
    points = [Point(f"week {n}", "", 2025.5 + n / 52, n, str(n)) for n in range(1, 5)]

    chart = draw(points=points, tick_format=counted)

    assert words(chart.axis)[-4:] == ["week 1", "week 2", "week 3", "week 4"]


def test_frame_turns_ranks_upside_down():
    upright, ranked = (Frame(0, 10, 0, 100, (0, 1), (0, 10), rank) for rank in (False, True))

    assert (upright.y(10), ranked.y(10)) == (0, 100)


# Words


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("short", ["short"]),
        ("at least 130 by 2027", ["at least 130 by", "2027"]),
        ("二零二七年底前不多於四十萬，有待檢討", ["二零二七年底前不", "多於四十萬，有待", "檢討"]),
        ("一二三四五六七八，九", ["一二三四五六七", "八，九"]),
        ("incomprehensibilities", ["incomprehensib", "ilities"]),
        (
            "one two three four five six seven eight nine ten",
            ["one two three", "four five six", "seven eight n…"],
        ),
    ],
)
def test_wrap_breaks_between_words_or_chinese_characters(text, lines):
    assert wrap(text, 112) == lines


def test_balanced_evens_out_the_lines():
    assert balanced("at least 130 by 2027", 112) == ["at least 130", "by 2027"]


def test_clip_keeps_what_fits():
    assert (clip("2027", 40), clip("2027 年底", 60), clip("2027", 5)) == ("2027", "2027…", "…")


def test_number_is_short():
    assert [number(value) for value in (1.0, 1.25, -0.01, 10)] == ["1", "1.2", "0", "10"]


def test_draw_far_words_have_a_leader():
    long = "no more than 400,000 tonnes of carbon dioxide equivalent by the end of the year"
    points = yearly([1000 - 50 * index for index in range(10)])
    goals = [Goal(2031.0 + index, 450 - 20 * index, long, former=index < 2) for index in range(3)]

    chart = draw(points=points, goals=goals, tick_format=counted, **NARROW)

    assert len(chart.labels) == 4
    assert [label.kind for label in chart.labels if label.leader] != []


# Whatever comes, words stay apart and inside.

texts = st.one_of(
    st.sampled_from(["", "1.3% by 2025", "2025 年：1.3%", "at least 130 lines by the end of 2027", "W" * 90]),
    st.text(alphabet="abc WM,.%0123456789年目標逾約億", max_size=60),
)
times = st.one_of(
    st.integers(1990, 2032).map(float),
    st.builds(lambda year, month: year + month / 12, st.integers(2019, 2026), st.integers(1, 12)),
    st.builds(lambda day: 2024 + day / 366, st.integers(1, 366)),
)
amounts = st.one_of(st.integers(-50, 2_000_000), st.floats(-1e9, 1e9), st.floats(0, 2), st.just(0))
points_of = st.lists(
    st.builds(
        Point,
        period=texts,
        code=st.just(""),
        x=times,
        value=amounts,
        label=texts,
        bound=st.sampled_from(["exact", "over", "under", "about"]),
        break_before=st.booleans(),
    ),
    max_size=60,
    unique_by=lambda point: point.x,
)
goals_of = st.lists(
    st.builds(Goal, x=times, value=amounts, label=texts, former=st.booleans(), note=texts), max_size=4
)
starts = st.none() | st.builds(Start, x=times, value=amounts, label=texts)


@settings(max_examples=100, deadline=None)
@given(points_of, goals_of, starts, st.sampled_from([WIDE, NARROW]), st.booleans(), st.booleans())
def test_draw_words_stay_apart_and_inside(points, goals, start, size, rank, zero):
    if rank:
        points = [replace(point, value=1 + int(abs(point.value)) % 200) for point in points]
    drawing = {"points": points, "goals": goals, "start": start, "rank": rank, "zero": zero, **size}

    chart = draw(**drawing, break_label="new method", tick_format=counted)

    assert chart == draw(**drawing, break_label="new method", tick_format=counted)
    boxes = [label.box for label in (*chart.axis, *chart.labels)] if chart else []
    sheet = Box(0, 0, size["width"], size["height"])
    assert [box for box in boxes if not within(box, sheet)] == []
    assert [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])] == []


def within(box, sheet):
    return (
        sheet.left <= box.left
        and box.right <= sheet.right
        and sheet.top <= box.top
        and box.bottom <= sheet.bottom
    )


@settings(max_examples=50, deadline=None)
@given(points_of.filter(bool), goals_of, st.sampled_from([WIDE, NARROW]))
def test_draw_marks_stay_inside(points, goals, size):
    chart = draw(points=points, goals=goals, tick_format=counted, **size)

    places = [(float(dot.x), float(dot.y)) for dot in chart.dots]
    places += [tuple(map(float, re.findall(r"[\d.]+", shape.path)[:2])) for shape in chart.diamonds]
    assert len(places) == len(points) + len(goals)
    assert [(x, y) for x, y in places if not (8 < x < size["width"] - 8 and 8 < y < size["height"] - 8)] == []


@given(texts, st.floats(60, 300), st.booleans())
def test_balanced_lines_fit(text, limit, bold):
    lines = balanced(text, limit, bold=bold)

    assert len(lines) <= 3
    assert [line for line in lines if text_width(line, bold=bold) > limit] == []


# The template


def full_chart(**size):
    points = broken([16700, 18271, 19713], [22213, 24478, 26333, 26554, 27827, 30138, 33000, 35772])
    points[4] = replace(points[4], hollow=True, bound="over")
    goals = [
        Goal(2032.0, 50000, "50,000 by 2031"),
        Goal(2034.0, 50000, "50,000 by 2033", True, "changed 2030"),
    ]
    start = Start(2024.0, 25000, "baseline 25,000")
    return draw(
        points=points, goals=goals, start=start, break_label="new method", tick_format=counted, **size
    )


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_template_is_well_formed_and_obeys_the_content_policy(size):
    svg = render(full_chart(**size), description="From 16,700 to 35,772")

    elements = list(ElementTree.fromstring(svg).iter())
    assert {element.tag.split("}")[1] for element in elements} == {
        "svg",
        "title",
        "desc",
        "g",
        "path",
        "circle",
        "text",
    }
    assert [
        name for element in elements for name in element.attrib if name == "style" or name.startswith("on")
    ] == []
    assert 2000 < len(svg.encode()) < 6000


def test_template_names_the_picture():
    root = ElementTree.fromstring(
        render(full_chart(**NARROW), title="R&D <ratio>", description="Words", id="x")
    )

    assert root.attrib == {
        "class": "chart chart-narrow",
        "role": "img",
        "aria-labelledby": "x-title x-description",
        "width": "340",
        "height": "300",
        "viewBox": "0 0 340 300",
        "font-family": "sans-serif",
        "font-size": "13",
    }
    assert [(child.attrib["id"], child.text) for child in root[:2]] == [
        ("x-title", "R&D <ratio>"),
        ("x-description", "Words"),
    ]


def test_template_without_description_points_to_the_title_alone():
    root = ElementTree.fromstring(render(full_chart()))

    assert root.attrib["aria-labelledby"] == "c1-title"


def test_template_escapes_words():
    points = [Point("<b>", "2020", 2021.0, 1, '"><script>')]
    root = ElementTree.fromstring(render(draw(points=points, tick_format=counted)))

    assert [element.text for element in root.iter("{http://www.w3.org/2000/svg}title")] == [
        "Start-ups",
        '<b> · "><script>',
    ]


def test_template_has_one_reading_for_each_figure():
    root = ElementTree.fromstring(render(draw(points=yearly([1, 2]), tick_format=counted)))

    circles = root.iter("{http://www.w3.org/2000/svg}circle")
    assert [circle[0].text for circle in circles] == ["2020 · 1", "2021 · 2"]


@pytest.mark.parametrize("value", [1e-9, 0.0, 1e15])
def test_single_value_however_small_or_large_is_drawn(value):
    point = Point(period="2024", code="2024", x=2025.0, value=value, label="figure")

    chart = draw(points=[point], zero=True, tick_format=lambda tick: f"{tick:g}")

    assert chart is not None
    assert len(chart.dots) == 1


# The way ahead


TREND = Trend(
    (Step("2021", 2022.0, 20, 20, 20), Step("2022", 2023.0, 22, 30, 38), Step("2023", 2024.0, 24, 40, 60)),
    "projection: 24 to 60 by 2023",
)


def test_draw_trend_opens_from_the_latest_figure_to_its_range():
    chart = draw(points=yearly([0, 20]), trend=TREND, zero=True, tick_format=counted, goals=[GOAL])

    frame = Frame(36.6, 700, 30, 290, (2021.0, 2024.0), (0, 60), False)
    corners = [(2022, 20), (2023, 38), (2024, 60), (2024, 24), (2023, 22)]
    expected = "M" + "L".join(f"{number(frame.x(x))} {number(frame.y(y))}" for x, y in corners) + "z"
    assert chart.fan == Shape(expected, "", "projection: 24 to 60 by 2023")


GOAL = Goal(2024.0, 50, "50 by 2023")


def test_draw_without_trend_has_no_fan():
    assert draw(points=yearly([0, 20]), tick_format=counted).fan is None


def test_draw_axis_has_room_for_the_whole_range_and_keeps_to_whole_numbers():
    trend = Trend((Step("2021", 2022.0, 9, 9, 9), Step("2022", 2023.0, 8.4, 9.5, 10.6)), "projection")

    chart = draw(points=yearly([8, 9]), trend=trend, goals=[Goal(2023.0, 9, "9")], tick_format=counted)

    assert axis_texts(chart, "end") == ["8", "9", "10", "11"]


def test_course_of_constant_growth_multiplies_by_the_same_each_year():
    way = course(100, 400, growth=True)

    assert [(share, round(value, 6)) for share, value in way if share in (0, 0.5, 1)] == [
        (0, 100),
        (0.5, 200),
        (1, 400),
    ]
    ratios = {round(later[1] / earlier[1], 9) for earlier, later in pairwise(way)}
    assert len(ratios) == 1


@pytest.mark.parametrize(("start", "end"), [(0, 5), (5, 0), (-2, 3)])
def test_course_of_growth_from_to_or_across_zero_does_not_exist(start, end):
    assert course(start, end, growth=True) == []


def test_draw_growth_bends_the_way_to_the_target():
    drawing = {
        "points": yearly([100]),
        "start": Start(2021.0, 100, "100"),
        "goals": [Goal(2031.0, 400, "400")],
    }
    straight, bent = (
        draw(**drawing, growth=growth, tick_format=counted).paths[0].path for growth in (False, True)
    )

    assert (straight.count("L"), bent.count("L")) == (1, 16)
    places = [tuple(map(float, each.split())) for each in bent[1:].split("L")]
    assert (places[0], places[-1]) == ((44.9, 290.0), (700.0, 30.0))
    # Constant growth lies below the straight line until it arrives.
    assert all(y > 290 - 260 * (x - 44.9) / 655.1 + 1 for x, y in places[1:-1])


# Beside one another


def test_draw_among_others_keeps_to_their_scale():
    small, large = yearly([1, 2]), yearly([10, 90], first=2021)

    chart = draw(points=small, among=[*small, *large], zero=True, tick_format=counted)

    assert axis_texts(chart, "end") == ["0", "50", "100"]
    assert axis_texts(chart, "middle") == ["2020", "2021", "2022"]
    assert len(chart.dots) == 2


def test_draw_baseline_in_the_place_of_the_latest_figure_is_said_once():
    start = Start(2021.0, 5, "baseline 5", note="baseline")

    chart = draw(points=yearly([5]), start=start, tick_format=counted)

    assert [[(line.text, line.note) for line in label.lines] for label in chart.labels] == [
        [("5", False), ("baseline", True)]
    ]


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_draw_labels_leave_room_between_one_another(size):
    chart = full_chart(**size)

    grown = [
        Box(*(edge + by for edge, by in zip(label.box, (-4, -4, 0, 0), strict=True)))
        for label in chart.labels
    ]
    assert [pair for pair in combinations(grown, 2) if pair[0].overlaps(pair[1])] == []
