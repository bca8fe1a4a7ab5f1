"""The list of initiatives and the page of one, with its milestones."""

import datetime

import pytest

from blueprint.publishing import PastDate
from tests.factories import change, publish_changes
from tests.reading import content, texts

pytestmark = pytest.mark.django_db

PAST = PastDate(datetime.date(2024, 1, 10), "day")
LONG_AGO = {"due": "2020", "due_end": datetime.date(2020, 12, 31)}
FAR_AHEAD = {"due": "2199", "due_end": datetime.date(2199, 12, 31)}


def publish_initiative(code, **content):
    return publish_changes(change("initiative", initiative=code, **content))


def publish_milestone(code="m1", initiative="park", *, past=None, **content):
    one = change("milestone", milestone=code, initiative=initiative, **content)
    return publish_changes(one, **({"past": past, "loaded": True} if past else {}))


def names(response):
    return texts(response, "h3")


# The list


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("late", ["Late"]),
        ("planned", ["Ahead"]),
        ("done", ["Done"]),
        ("none", ["Bare"]),
        ("not_reported", ["Loaded"]),
    ],
)
def test_initiatives_are_found_by_how_their_milestones_stand(client, status, found):
    publish_milestone("old", "loaded", past=PAST, **LONG_AGO)
    for code, said in {
        "late": LONG_AGO,
        "ahead": FAR_AHEAD,
        "done": LONG_AGO | {"state": "done"},
    }.items():
        publish_milestone(code, code, **said)
    for code in ("late", "ahead", "done", "bare", "loaded"):
        publish_initiative(code, name_en=code.capitalize())

    response = client.get(f"/en/initiatives/?status={status}")

    assert (names(response), texts(response, "h2")) == (found, ["1 initiative of 5"])


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["Bridge", "Canal", "Airport"]),
        ("sort=name", ["Airport", "Bridge", "Canal"]),
        ("sort=-amount", ["Canal", "Airport", "Bridge"]),
        ("sort=next", ["Bridge", "Airport", "Canal"]),
    ],
)
def test_initiatives_in_the_order_asked_for(client, sort, order):
    publish_initiative("a", name_en="Airport", strategy="2", amount_hkd=5)
    publish_initiative("b", name_en="Bridge", strategy="1")
    publish_initiative("c", name_en="Canal", strategy="1", amount_hkd=10**10)
    publish_milestone("m", "b", due="2198", due_end=datetime.date(2198, 12, 31))
    publish_milestone("n", "a", **FAR_AHEAD)

    assert names(client.get(f"/en/initiatives/?{sort}")) == order


def test_list_names_its_filters_and_takes_each_off(client):
    publish_changes(change("initiative"), change("strategy", text_en="Grow"))

    page = content(client.get("/en/initiatives/?strategy=1&q=park&sort=name&as_at=1")).decode()

    chosen = page.partition('<ul class="chosen')[2].partition("</ul>")[0]
    assert 'href="?q=park&amp;sort=name&amp;as_at=1"' in chosen
    assert 'href="?strategy=1&amp;sort=name&amp;as_at=1"' in chosen
    assert 'href="/en/initiatives/?as_at=1"' in chosen


def test_list_without_a_match_says_what_to_do(client):
    publish_initiative("park")

    response = client.get("/en/initiatives/?q=zzz")

    assert "No initiative matches these filters. Show all" in texts(response, "p")
    assert texts(response, "h2") == ["0 initiatives of 1"]


def test_empty_list_says_that_nothing_was_published(client):
    assert "No initiative has been published yet." in texts(client.get("/en/initiatives/"), "p")


def test_long_list_is_paged_and_keeps_its_filters(client):
    publish_changes(*[change("initiative", initiative=f"i{n}", name_en=f"Scheme {n:02}") for n in range(45)])

    first, second = (client.get(f"/en/initiatives/?strategy=1&page={n}") for n in (1, 2))

    assert (len(names(first)), names(second)) == (40, [f"Scheme {n}" for n in range(40, 45)])
    assert '<a rel="next" href="?strategy=1&amp;page=2">' in content(first).decode()


@pytest.mark.parametrize("count", [1, 20])
def test_initiative_list_query_count(client, count, django_assert_num_queries):
    for number in range(count):
        publish_initiative(f"i{number}")
        publish_milestone(f"m{number}", f"i{number}", **LONG_AGO)

    with django_assert_num_queries(3):
        client.get("/en/initiatives/")


# The page of one


def states(response):
    return [each.split()[-1] for each in texts(response, "li", "step")]


def test_milestone_promised_here_is_late_by_the_clock(client):
    publish_milestone(**LONG_AGO, title_en="Opens")

    response = client.get("/en/initiatives/park/")

    assert texts(response, "li", "step") == ["1 2020 late Opens"]


def test_milestone_of_a_loaded_report_is_not_called_late(client):
    publish_milestone(past=PAST, **LONG_AGO, title_en="Opens")

    response = client.get("/en/initiatives/park/")

    assert texts(response, "li", "step") == ["1 2020 no later report seen Opens"]


def test_milestone_was_still_planned_as_at_a_day_before_it(client):
    publish_milestone(past=PAST, due="2024-06", due_end=datetime.date(2024, 6, 30))
    publish_initiative("park")

    planned, passed = (
        texts(client.get(f"/en/initiatives/park/?as_at={day}"), "li", "step")
        for day in ("2024-06-30", "2024-07-01")
    )

    assert [each[0].removeprefix("1 June 2024 ") for each in (planned, passed)] == [
        "planned The park opens",
        "no later report seen The park opens",
    ]


def test_moved_milestone_keeps_its_former_dates(client):
    publish_milestone(due="2197", due_end=datetime.date(2197, 12, 31))
    publish_milestone("other", due="2196", due_end=datetime.date(2196, 12, 31))
    publish_milestone(**FAR_AHEAD)

    response = client.get("/en/initiatives/park/")

    (moved,) = texts(response, "div", "moved")
    assert moved.endswith("Publication 3 Date was “2197”, is “2199”")
    assert content(response).decode().count('class="before"') == 1


def test_line_of_time_marks_today_between_past_and_future(client):
    publish_milestone(**LONG_AGO, state="done")
    publish_milestone("m2", **FAR_AHEAD)

    page = content(client.get("/en/initiatives/park/")).decode()

    listed = texts(client.get("/en/initiatives/park/"), "ol", "steps")[0]
    assert listed.index("done") < listed.index("today, ") < listed.index("planned")
    assert page.count('role="img"') == 1


@pytest.mark.parametrize("count", [1, 12])
def test_initiative_page_query_count(client, count, django_assert_num_queries):
    for number in range(count):
        publish_milestone(f"m{number}", **LONG_AGO)
        publish_milestone(f"m{number}", **FAR_AHEAD, title_en="Opens later")
        publish_milestone(f"m{number}", **LONG_AGO, title_en="Opened, they say")

    with django_assert_num_queries(6):
        client.get("/en/initiatives/park/")
