"""What the committee asked for: the public list, its filters, and what the clock says."""

import datetime

import pytest

from blueprint.clock import today
from blueprint.publishing import PastDate
from tests.factories import change, publish_changes
from tests.reading import content, texts

pytestmark = pytest.mark.django_db

MET, LONG_AGO, FAR = datetime.date(2024, 1, 10), datetime.date(2024, 2, 1), datetime.date(2199, 1, 1)


def publish_action(code="1-1", **content):
    return publish_changes(change("action", action=code, **content))


@pytest.fixture
def asked():
    """Two offices, four actions: one late, one open, one done, one dropped."""
    publish_changes(
        change("office", office="itc", name_en="Innovation Office"),
        change("office", office="dpo", name_en="Digital Office"),
        change("meeting", held_on=MET),
        change("action", action="a", text_en="Report", due_on=LONG_AGO),
        change("action", action="b", text_en="Count", due_on=FAR, office="dpo", strategy="2"),
        change("action", action="c", text_en="Mend", due_on=LONG_AGO, state="done"),
        change("action", action="d", text_en="Ask", due_on=FAR, state="dropped"),
    )


def named(response):
    return [each.split()[0] for each in texts(response, "td", "asked")]


def test_actions_stand_with_what_is_late_first(client, asked):
    response = client.get("/en/committee/actions/")

    assert (named(response), texts(response, "caption")[0]) == (
        ["Report", "Count", "Mend", "Ask"],
        "4 actions of 4",
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("office=dpo", ["Count"]),
        ("office=itc&status=done", ["Mend"]),
        ("status=overdue", ["Report"]),
        ("status=open", ["Count"]),
        ("status=dropped", ["Ask"]),
        ("year=2199", ["Count", "Ask"]),
        ("strategy=2", ["Count"]),
        ("sort=-due&year=2024", ["Report", "Mend"]),
        ("office=dpo&status=done", []),
    ],
)
def test_action_list_filters(client, asked, query, found):
    assert named(client.get(f"/en/committee/actions/?{query}")) == found


@pytest.mark.parametrize(
    "query",
    [
        "office=%00",
        "office=ITC",
        "status=late",
        "year=1999",
        "sort=office",
        "page=2",
        "status=open&status=done",
    ],
)
def test_action_list_refuses_what_it_does_not_know(client, asked, query):
    assert client.get(f"/en/committee/actions/?{query}").status_code == 400


def test_action_ages_by_the_clock(client):
    publish_changes(change("meeting", held_on=today() - datetime.timedelta(days=10)))
    publish_action("late", due_on=today() - datetime.timedelta(days=1))
    publish_action("due", due_on=today())

    cells = texts(client.get("/en/committee/actions/"), "td", "nowrap")

    assert [cells[0], cells[3]] == ["overdue 1 day overdue", "open open for 10 days"]


def test_action_was_not_yet_late_as_at_a_day_before(client):
    past = PastDate(datetime.date(2024, 1, 20), "day")
    publish_changes(change("meeting", held_on=MET), change("action", due_on=LONG_AGO), past=past, loaded=True)

    said = [
        texts(client.get(f"/en/committee/actions/?as_at={day}"), "td", "nowrap")[0]
        for day in ("2024-02-01", "2024-02-11")
    ]

    assert said == ["open open for 22 days", "overdue 10 days overdue"]


def test_empty_list_says_what_will_stand_there(client):
    said = " ".join(texts(client.get("/en/committee/actions/"), "p"))

    assert "has not asked for anything here yet" in said


def test_list_counts_what_was_asked_of_each_office_and_done(client, asked):
    rows = texts(client.get("/en/committee/actions/"), "tr")

    assert [row for row in rows if row.endswith(("0", "1")) and "Office" in row][-2:] == [
        "Innovation Office 3 1 0 1 1",
        "Digital Office 1 0 1 0 0",
    ]


def test_closed_action_leads_to_the_publication_that_closed_it(client):
    publish_action()
    number = publish_action(state="done").number

    page = content(client.get("/en/committee/actions/")).decode()

    assert f'<a href="/en/publications/{number}/">Publication {number}</a>' in page.partition("<tbody>")[2]


def test_example_is_marked_wherever_it_stands(client):
    publish_changes(
        change("meeting", meeting="example-5", number=5, example=True),
        change("action", meeting="example-5", example=True, text_en="Report"),
        change("finding", meeting="example-5", example=True),
    )

    for address, marks in {
        "committee/actions/": ["Example"],
        "strategies/1/": ["Example, not a finding of the committee", "Example"],
        "committee/meetings/5/": [
            "Example, not a meeting of the committee",
            "Example, not a finding of the committee",
            "Example",
        ],
        "committee/": ["Example, not a finding of the committee", "Example"],
        "directions/1/": ["Example"],
    }.items():
        assert texts(client.get(f"/en/{address}"), "span", "example") == marks, address


def test_meeting_of_record_comes_before_an_example_of_its_number(client):
    publish_changes(
        change("meeting", meeting="example-1", number=1, example=True, held_on=FAR),
        change("meeting", held_on=MET),
    )

    assert texts(client.get("/en/committee/meetings/1/"), "p", "lead") == ["10 January 2024"]


def test_meeting_leads_to_the_meetings_beside_it(client):
    publish_changes(*[change("meeting", meeting=str(n), number=n) for n in (1, 2, 4)])

    (beside,) = texts(client.get("/en/committee/meetings/2/"), "nav", "pages")

    assert beside == "Meeting 1Meeting 4"


@pytest.mark.parametrize("count", [1, 60])
@pytest.mark.parametrize(
    ("address", "queries"),
    [("committee/actions/", 3), ("committee/meetings/1/", 5), ("committee/", 6), ("strategies/1/", 3)],
)
def test_pages_of_actions_query_count(client, count, address, queries, django_assert_num_queries):
    publish_changes(change("committee"), *[change("action", action=f"a{n}") for n in range(count)])

    with django_assert_num_queries(queries):
        response = client.get(f"/en/{address}")

    assert response.status_code == 200
