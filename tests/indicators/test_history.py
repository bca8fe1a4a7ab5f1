"""The history of an indicator: all that was ever published of it, and how its status changed."""

import datetime
from decimal import Decimal

import pytest

from indicators.history import status_steps
from tests.factories import (
    change,
    publish_baseline,
    publish_changes,
    publish_indicator,
    publish_observation,
    publish_stage,
    publish_target,
)
from tests.reading import content, texts

pytestmark = pytest.mark.django_db

ADDRESS = "/en/indicators/I1/history/"


def events(response):
    return texts(response, "div", "event")


@pytest.fixture
def indicator():
    publish_stage(name_en="Second stage", expected=False)
    publish_indicator("I1", name_en="Lines", short_name_en="Lines", frequency="irregular")


def test_history_tells_everything_newest_first(client, indicator):
    publish_baseline(period="2020", value=Decimal(1))
    publish_observation(period="2024", value=Decimal("1.5"))
    publish_observation(period="2024", value=Decimal("1.6"), kind="revision", reason="Late returns")
    publish_indicator("I1", name_en="Smart lines", short_name_en="Lines", frequency="irregular")

    assert events(client.get(ADDRESS)) == [
        "name and definition Described otherwise than before: Name was “Lines”, is “Smart lines”",
        "routine revision 2024: revised from 1.5% to 1.6% (+0.1 percentage points) Reason: Late returns",
        "first release 2024: 1.5%",
        "baseline 2020: 1%",
        "name and definition Named and defined for the first time.",
    ]


def test_history_tells_targets_and_how_the_status_changed(client, indicator):
    publish_baseline(period="2020", value=Decimal(1))
    publish_observation(period="2024", value=Decimal(2))
    publish_target(due="2198", value=Decimal(5))
    why = {"reason": "Asked for less", "authority": "The Mayor", "decided_on": datetime.date(2026, 1, 1)}
    publish_target(due="2198", value=Decimal("1.5"), bound="at_least", **why)

    told = events(client.get(ADDRESS))[:4]

    assert [told[0], told[2]] == [
        "changed target Second stage: changed from 5% by 2198 to at least 1.5% by 2198 "
        "Reason: Asked for less (The Mayor)",
        "first version of the target Second stage: 5% by 2198",
    ]
    assert [(each.startswith("status Second stage, 2198: "), "→" in each) for each in (told[1], told[3])] == [
        (True, True),
        (True, False),
    ]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 6),
        ("kind=figure", 3),
        ("kind=target", 1),
        ("kind=text", 1),
        ("kind=status", 1),
        ("kind=baseline", 0),
        ("period=2024", 2),
        ("period=2198", 2),
        ("kind=figure&period=2023", 1),
    ],
)
def test_history_filters(client, indicator, query, count):
    publish_observation(period="2023")
    publish_observation(period="2024")
    publish_observation(period="2024", value=Decimal(3), kind="correction", reason="A slip")
    publish_target(due="2198")

    response = client.get(f"{ADDRESS}?{query}")

    assert len(events(response)) == count
    if query and not count:
        assert "No entry matches these filters. Show all" in texts(response, "li")


@pytest.mark.parametrize(
    "query",
    ["kind=nothing", "period=1999", "period=%00", "page=0", "page=1000000000", "kind=text&kind=figure"],
)
def test_L04_history_refuses_what_it_does_not_know(client, indicator, query):
    assert client.get(f"{ADDRESS}?{query}").status_code == 400


def test_history_as_at_a_publication_knows_nothing_later(client, indicator):
    publish_observation(period="2023")
    number = publish_observation(period="2024").number - 1

    told = events(client.get(f"{ADDRESS}?as_at={number}"))

    assert told == ["first release 2023: 1.5%", "name and definition Named and defined for the first time."]


def test_long_history_is_paged(client, indicator):
    publish_changes(*[change("observation", period=str(year)) for year in range(1920, 2020)])

    first, second = (client.get(f"{ADDRESS}?kind=figure&page={page}") for page in (1, 2))

    assert (len(events(first)), len(events(second))) == (60, 40)
    assert events(first)[0] == "first release 2019: 1.5%"
    assert 'href="?kind=figure&amp;page=1"' in content(second).decode()


def test_indicator_page_shows_the_newest_figures_of_many(client, indicator):
    publish_changes(*[change("observation", period=str(year)) for year in range(1920, 2020)])

    response = client.get("/en/indicators/I1/")

    rows = [row for row in texts(response, "tr") if row[:4].isdigit()]
    assert (len(rows), rows[0][:4], rows[-1][:4]) == (40, "2019", "1980")
    assert any(text.startswith("The newest 40 of 100 periods.") for text in texts(response, "p"))
    assert 'href="/en/indicators/I1/history/"' in content(response).decode()


def test_history_of_nothing_is_404(client):
    assert client.get("/en/indicators/nothing/history/").status_code == 404


def test_history_of_what_was_withdrawn_is_410(client, indicator):
    publish_indicator("I1", withdrawn=True)

    assert client.get(ADDRESS).status_code == 410


@pytest.mark.parametrize("count", [1, 30])
def test_history_query_count(client, indicator, count, django_assert_num_queries):
    publish_target()
    for year in range(count):
        publish_observation(period=str(1990 + year))
        publish_observation(period=str(1990 + year), value=Decimal(2), kind="revision", reason="Late")
    publish_indicator("I1", name_en="Other")

    with django_assert_num_queries(7):
        client.get(ADDRESS)


# How a status changed, on plain values

DAY = datetime.date
DUE_END = DAY(2025, 12, 31)


def row(number, day, status, *, rule=13, due="2025", due_end=DUE_END, target="t"):
    return (number, day, "first", target, due, due_end, rule, status, "")


def told(rows, today):
    return [(step.on, step.publication, *step.key[2:]) for step in status_steps(rows, today)]


def test_status_changes_with_publications_and_with_the_date():
    rows = [
        row(1, DAY(2023, 1, 1), "not_set", rule=2, due="", due_end=None, target=""),
        row(2, DAY(2024, 1, 1), "behind"),
        row(3, DAY(2025, 1, 1), "behind"),
        row(4, DAY(2025, 6, 1), "on_track"),
        row(5, DAY(2026, 9, 1), "achieved", rule=8),
    ]

    assert told(rows, DAY(2026, 11, 1)) == [
        (DAY(2024, 1, 1), 2, "not_set", "behind"),
        (DAY(2025, 6, 1), 4, "behind", "on_track"),
        (DAY(2026, 1, 1), None, "on_track", "awaiting"),
        (DAY(2026, 9, 1), 5, "awaiting", "achieved"),
    ]


@pytest.mark.parametrize(("today", "count"), [(DAY(2025, 12, 31), 1), (DAY(2026, 1, 1), 2)])
def test_status_awaits_its_figure_from_the_day_after_its_period(today, count):
    assert len(told([row(1, DAY(2024, 1, 1), "behind")], today)) == count


def test_target_that_moved_is_awaited_at_its_new_date_only():
    rows = [
        row(1, DAY(2024, 1, 1), "behind"),
        row(2, DAY(2024, 6, 1), "behind", due="2027", due_end=DAY(2027, 12, 31)),
    ]

    assert told(rows, DAY(2026, 11, 1)) == [(DAY(2024, 1, 1), 1, "", "behind")]


def test_target_taken_back_leaves_its_stage_without_one():
    rows = [
        row(1, DAY(2024, 1, 1), "behind"),
        row(2, DAY(2024, 6, 1), "not_set", rule=2, due="", due_end=None, target=""),
    ]

    assert told(rows, DAY(2026, 11, 1))[1:] == [(DAY(2024, 6, 1), 2, "behind", "not_set")]
