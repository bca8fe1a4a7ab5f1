"""Notices of revision: one sentence for each published value that another one replaced, made from the data."""

import datetime
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils.translation import override

from blueprint.moment import head_moment
from indicators.exchange import files
from indicators.notices import Notice, Reading, notice_text, notices_for, notices_of, share_text
from tests.factories import change, publish_changes, publish_indicator, publish_observation

MONEY = SimpleNamespace(
    name_en="HK$ million", name_zh_hant="百萬港元", name_zh_hans="百万港元",
    pattern_en="HK${value} million", pattern_zh_hant="{value}百萬港元", pattern_zh_hans="{value}百万港元",
    unofficial=[], in_per_cent=False, is_rank=False,
)  # fmt: skip
SHARE = SimpleNamespace(**vars(MONEY) | {"pattern_en": "{value}%", "in_per_cent": True})
RANK = SimpleNamespace(**vars(MONEY) | {"pattern_en": "rank {value}", "is_rank": True})
NOTICE = Notice(
    indicator="gerd-hkd",
    breakdown="total",
    period="2018",
    before=Reading(Decimal(24497)),
    after=Reading(Decimal("24478.4")),
    kind="revision",
    reason="Late returns",
    publication=8,
    published_on=datetime.date(2020, 12, 23),
    unit=MONEY,
)


def said(**changes) -> str:
    with override("en"):
        return notice_text(replace(NOTICE, **changes))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "2018: revised from HK$24,497 million to HK$24,478.4 million (−18.6, −0.08%), routine revision, 23 December 2020: Late returns"),
        ({"kind": "correction"}, "2018: corrected from HK$24,497 million to HK$24,478.4 million (−18.6, −0.08%), correction, 23 December 2020: Late returns"),
        ({"kind": "method_change"}, "2018: recalculated from HK$24,497 million to HK$24,478.4 million (−18.6, −0.08%), change of method, 23 December 2020: Late returns"),
        ({"part": "Business sector"}, "2018 (Business sector): revised from HK$24,497 million to HK$24,478.4 million (−18.6, −0.08%), routine revision, 23 December 2020: Late returns"),
        ({"reason": ""}, "2018: revised from HK$24,497 million to HK$24,478.4 million (−18.6, −0.08%), routine revision, 23 December 2020"),
        ({"precision": "year"}, "2018: revised from HK$24,497 million to HK$24,478.4 million (−18.6, −0.08%), routine revision, 2020: Late returns"),
        ({"kind": "withdrawal", "after": Reading(None, status="M")}, "2018: withdrawn; it was HK$24,497 million, 23 December 2020: Late returns"),
        ({"after": Reading(Decimal(24497), qualifier="about")}, "2018: the same figure, now given as about HK$24,497 million; it was given as HK$24,497 million, routine revision, 23 December 2020: Late returns"),
        ({"before": Reading(Decimal(24497), status="P"), "after": Reading(Decimal(24497))}, "2018: unchanged at HK$24,497 million; its status is now “final”, it was “provisional”, routine revision, 23 December 2020: Late returns"),
        ({"after": Reading(Decimal(24497), break_before=True)}, "2018: unchanged at HK$24,497 million; a break in the series before it is now marked, routine revision, 23 December 2020: Late returns"),
        ({"before": Reading(None, status="M"), "after": Reading(Decimal(5))}, "2018: published as HK$5 million; no figure had been available, routine revision, 23 December 2020: Late returns"),
        ({"before": Reading(Decimal(100), qualifier="over"), "after": Reading(Decimal(120))}, "2018: revised from over HK$100 million to HK$120 million, routine revision, 23 December 2020: Late returns"),
        ({"before": Reading(Decimal(0)), "after": Reading(Decimal(2))}, "2018: revised from HK$0 million to HK$2 million (+2), routine revision, 23 December 2020: Late returns"),
        ({"unit": SHARE, "before": Reading(Decimal("1.1")), "after": Reading(Decimal("1.13"))}, "2018: revised from 1.1% to 1.13% (+0.03 percentage points), routine revision, 23 December 2020: Late returns"),
        ({"unit": RANK, "before": Reading(Decimal(15)), "after": Reading(Decimal(14))}, "2018: revised from rank 15 to rank 14 (−1), routine revision, 23 December 2020: Late returns"),
    ],
)  # fmt: skip
def test_notice_text_says_what_happened_and_why(changes, text):
    assert said(**changes) == text


@pytest.mark.parametrize(
    ("before", "after", "share"),
    [
        (10000, 10001, "+0.01%"),
        (100000, 100001, "less than 0.01%"),
        (-50, -25, "+50.00%"),
        (1, 1001, "+100,000.00%"),
        (3, 2, "−33.33%"),
    ],
)
def test_share_text_is_of_the_earlier_value(before, after, share):
    with override("en"):
        assert share_text(Decimal(after - before), Decimal(before)) == share


@pytest.fixture
def revised(db):
    """Three versions of 2024, of which the second changes the value and the third only the status; 2023 untouched."""
    publish_indicator("I1")
    publish_observation("I1", period="2023", value=Decimal(1))
    publish_observation("I1", period="2024", value=Decimal(2), status="P")
    publish_observation("I1", period="2024", value=Decimal(3), status="P", kind="correction", reason="A slip")
    publish_observation("I1", period="2024", value=Decimal(3), kind="revision", reason="Final now")


def test_each_replaced_version_has_exactly_one_notice(revised):
    found = notices_for("I1", head_moment())

    assert [(n.publication, n.period, n.before.value, n.after.value, n.kind) for n in found] == [
        (5, "2024", 3, 3, "revision"),
        (4, "2024", 2, 3, "correction"),
    ]
    assert [notices_of(number) for number in (1, 2, 3)] == [[], [], []]
    assert [notices_of(number) for number in (4, 5)] == [[found[1]], [found[0]]]


def test_notices_of_a_past_moment_know_no_later_ones(revised):
    moment = replace(head_moment(), number=4)

    assert [notice.publication for notice in notices_for("I1", moment)] == [4]


def test_notices_of_a_publication_pair_each_figure_with_its_own_past(db):
    publish_indicator("I1")
    publish_indicator("I2")
    old = {("I1", "2023"): 1, ("I1", "2024"): 2, ("I2", "2023"): 3, ("I2", "2024"): 4}
    publish_changes(
        *[change("observation", indicator=i, period=p, value=Decimal(v)) for (i, p), v in old.items()]
    )
    said = {"kind": "revision", "reason": "Late returns"}
    changed = [("I1", "2024"), ("I2", "2023")]
    number = publish_changes(
        *[change("observation", indicator=i, period=p, value=Decimal(9), **said) for i, p in changed]
    ).number

    assert [(n.indicator, n.period, n.before.value) for n in notices_of(number)] == [
        ("I1", "2024", 2), ("I2", "2023", 3),
    ]  # fmt: skip


@pytest.mark.parametrize("count", [1, 3])
def test_notices_of_query_count(db, count, django_assert_num_queries):
    publish_indicator("I1")
    periods = [str(2020 + year) for year in range(count)]
    publish_changes(*[change("observation", period=period) for period in periods])
    said = {"kind": "revision", "reason": "Late returns", "value": Decimal(9)}
    number = publish_changes(*[change("observation", period=period, **said) for period in periods]).number

    with django_assert_num_queries(4):
        found = notices_of(number)

    assert len(found) == count


def rows_of(history):
    return list(files.observations(head_moment(), history=history))


def test_file_says_in_a_note_what_a_figure_replaced(revised):
    rows = rows_of(history=False)

    assert [(row["period"], row["kind"], row["note"].partition(", ")[0]) for row in rows] == [
        ("2023", "first", ""),
        ("2024", "revision", "2024: unchanged at 3%; its status is now “final”"),
    ]


def test_file_with_history_holds_every_earlier_value(revised):
    rows = rows_of(history=True)

    assert [(row["period"], row["value"], row["kind"], row["publication"]) for row in rows] == [
        ("2023", 1, "first", 2), ("2024", 2, "first", 3), ("2024", 3, "correction", 4), ("2024", 3, "revision", 5),
    ]  # fmt: skip
    assert rows[2]["note"].startswith("2024: corrected from 2% to 3% (+1 percentage points), correction, ")
    assert rows[2]["note"].endswith(": A slip")


@pytest.mark.django_db
@pytest.mark.parametrize("note", ["", "Late returns", "Counted twice before."])
def test_note_of_a_revised_figure_begins_with_its_notice(note):
    with override("zh-hant"):
        found = files.note_with(NOTICE, note)

    ending = f" {note}" if note == "Counted twice before." else ""
    assert found == said() + ending
