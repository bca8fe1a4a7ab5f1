"""The calendar: what was announced, how it was moved, what became of it; as a page and as a file."""

import datetime

import icalendar
import pytest
from django.conf import settings

from blueprint.announcements import Announcement, duration
from blueprint.clock import HONG_KONG, database_now
from blueprint.publishing import Planned
from tests.factories import (
    approved_release,
    change,
    publish_calendar,
    publish_changes,
    publish_indicator,
    publish_observation,
    publish_office,
    submitted_release,
)
from tests.reading import LANGUAGES, content, texts

pytestmark = pytest.mark.django_db

FAR = {"planned_on": datetime.date(2126, 10, 30), "planned_time": datetime.time(16, 30)}


def section(client, heading, query="", language="en"):
    """The words of a section of the page, by its heading; empty where there is none."""
    found = texts(client.get(f"/{language}/calendar/{query}"), "section")
    return next((text.removeprefix(heading).strip() for text in found if text.startswith(heading)), "")


def publish_planned(code, *, minutes_late=0):
    at = database_now() - datetime.timedelta(minutes=minutes_late, seconds=5)
    planned = Planned(at=at, announced_as=code)
    return publish_changes(change("office", name_en=f"As announced by {code}"), planned=planned)


def events(client, language="en", query=""):
    response = client.get(f"/{language}/calendar.ics{query}")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return {
        str(event["uid"]): event for event in icalendar.Calendar.from_ical(content(response)).walk("VEVENT")
    }


# The page


def test_calendar_without_anything_announced_says_so(client):
    assert texts(client.get("/en/calendar/"), "section") == [
        "Announced No release is announced at present. What is announced here bears its day and, where it has one, "
        "its hour in Hong Kong.",
        "Figures due next Due by Indicator Period No figure is due. "
        "From the month in which each indicator's figures are usually released. No day is promised.",
        "What became of past items No announced release has been published or called off yet.",
    ]


def test_announced_item_bears_its_moment_title_and_office(client):
    publish_office("itc", name_en="Innovation Office")
    publish_calendar(title_en="Figures of 2125", office="itc", **FAR)

    assert section(client, "Announced") == "Figures of 2125 30 October 2126 16:30 · Innovation Office"


def test_item_without_a_time_bears_its_day(client):
    publish_calendar(title_en="Figures", planned_on=FAR["planned_on"])

    assert section(client, "Announced") == "Figures 30 October 2126"


@pytest.mark.parametrize(
    ("language", "text"), [("zh-hant", "數字 2126年10月30日16:30"), ("zh-hans", "数据 2126年10月30日16:30")]
)
def test_announced_item_in_the_readers_language(client, language, text):
    publish_calendar(title_en="Figures", title_zh_hant="數字", title_zh_hans="数据", **FAR)

    assert texts(client.get(f"/{language}/calendar/"), "article") == [text]


def test_items_come_soonest_first(client):
    for day in (3, 1, 2):
        publish_calendar(f"item-{day}", title_en=f"Item {day}", planned_on=datetime.date(2126, 1, day))

    assert texts(client.get("/en/calendar/"), "h3") == ["Item 1", "Item 2", "Item 3"]


def test_E08_time_of_an_item_is_hong_kongs(client):
    publish_calendar(**FAR)

    page = content(client.get("/en/calendar/")).decode()

    assert '<time datetime="2126-10-30T08:30:00+00:00">30 October 2126 16:30</time>' in page


def test_published_item_says_on_time_and_as_what(client):
    publish_calendar("a", title_en="Figures", planned_on=datetime.date(2026, 1, 5))
    publication = publish_planned("a")

    said = section(client, "What became of past items")

    assert said.startswith(f"Figures 5 January 2026 Published as publication {publication.number} on ")
    assert said.endswith(", on time.")


def test_E10_late_item_says_by_how_much(client):
    publish_calendar("a", title_en="Figures", planned_on=datetime.date(2026, 1, 5))
    publish_planned("a", minutes_late=22)

    assert section(client, "What became of past items").endswith(", 22 minutes late.")


def test_E10_item_whose_moment_has_passed_is_delayed(client):
    publish_calendar(
        title_en="Figures", planned_on=datetime.date(2026, 1, 5), planned_time=datetime.time(16, 30)
    )

    assert section(client, "Delayed") == (
        "Figures 5 January 2026 16:30 delayed Its moment has passed, and it has not been published yet."
    )


@pytest.mark.parametrize(("seconds", "outcome"), [(-1, "announced"), (0, "announced"), (1, "delayed")])
def test_E08_edge_of_the_moment(seconds, outcome):
    moment = datetime.datetime(2026, 10, 30, 16, 30, tzinfo=HONG_KONG)
    item = change("calendaritem", planned_time=datetime.time(16, 30))

    assert outcome_at(item, moment + datetime.timedelta(seconds=seconds)) == outcome


def outcome_at(item, now):
    return Announcement((item.noun.version(**item.content),), None, None, now).outcome.value


def test_item_of_a_day_is_kept_until_its_end():
    item = change("calendaritem", planned_on=datetime.date(2026, 10, 30))
    end = datetime.datetime(2026, 10, 31, 0, 0, tzinfo=HONG_KONG)

    assert [outcome_at(item, end - datetime.timedelta(minutes=2)), outcome_at(item, end)] == [
        "announced",
        "delayed",
    ]


def test_E16_moved_item_shows_the_earlier_moment_and_the_public_reason(client):
    publish_calendar("a", title_en="Figures", **FAR)
    later = FAR | {"planned_on": datetime.date(2126, 11, 2)}
    notes = {"en": "A source was late.", "zh_hant": "資料遲到。"}
    publish_calendar("a", title_en="Figures", **later, notes=notes, reason="A source was late.")

    assert section(client, "Announced") == (
        "Figures 2 November 2126 16:30 Before, it was announced for 30 October 2126 16:30. A source was late. Publication 2"
    )
    assert "資料遲到。" in texts(client.get("/zh-hant/calendar/"), "article")[0]


def test_item_whose_title_alone_changed_was_not_moved(client):
    publish_calendar("a", title_en="Figures", **FAR)
    publish_calendar("a", title_en="Figures of 2125", **FAR, reason="To be clear.")

    assert section(client, "Announced") == "Figures of 2125 30 October 2126 16:30"


def test_called_off_item_says_why(client):
    publish_calendar("a", title_en="Figures", **FAR)
    publish_calendar("a", title_en="Figures", **FAR, called_off=True, reason="The survey was stopped.")

    assert (section(client, "Announced")[:10], section(client, "What became of past items")) == (
        "No release",
        "Figures 30 October 2126 16:30 called off The survey was stopped.",
    )


def test_withdrawn_item_is_not_listed(client):
    publish_calendar("a", title_en="Figures", **FAR)
    publish_calendar("a", title_en="Figures", **FAR, withdrawn=True, reason="It named a person.")

    assert "Figures of" not in content(client.get("/en/calendar/")).decode()
    assert texts(client.get("/en/calendar/"), "article") == []


def test_figures_due_next_come_from_the_indicators_own_months(client):
    publish_indicator("I1", short_name_en="Patents", release_month=6)
    publish_observation("I1", period="2124")

    assert "30 June 2126 Patents 2125" in section(client, "Figures due next")


def test_page_and_file_are_never_kept(client):
    publish_calendar(**FAR)

    assert [client.get(f"/en/{name}")["Cache-Control"] for name in ("calendar/", "calendar.ics")] == [
        "no-cache"
    ] * 2


@pytest.mark.parametrize("count", [1, 30])
def test_calendar_asks_as_much_for_one_item_as_for_thirty(client, count, django_assert_num_queries):
    for number in range(count):
        publish_calendar(f"i{number}", **FAR)
        publish_planned(f"i{number}")

    with django_assert_num_queries(QUERIES):
        response = client.get("/en/calendar/")

    assert len(texts(response, "article")) == count


QUERIES = 7


# What it must not say


@pytest.mark.parametrize("language", LANGUAGES)
def test_E04_calendar_is_the_same_with_a_release_that_waits(client, language):
    publish_calendar("a", **FAR)
    publish_observation()
    addresses = [f"/{language}/calendar/", f"/{language}/calendar.ics", f"/{language}/publications/feed/"]
    before = [content(client.get(address)) for address in addresses]

    approved_release(
        entries=[change("observation", period="2025"), change("calendaritem", calendar_item="b")]
    )
    submitted_release(
        entries=[change("calendaritem", calendar_item="a", title_en="canary-7391")], reason="Canary."
    )

    assert [content(client.get(address)) for address in addresses] == before


# As it stood


def test_past_calendar_knows_nothing_of_what_came_later(client):
    publish_calendar("a", title_en="Figures", **FAR)
    then = content(client.get("/en/calendar/?as_at=1"))
    publish_calendar("a", title_en="Figures", **FAR, called_off=True, reason="Stopped.")
    publish_calendar("b", title_en="Others", **FAR)

    assert content(client.get("/en/calendar/?as_at=1")) == then
    assert "Stopped." not in then.decode()


# The file


def test_file_of_an_empty_calendar_is_a_calendar(client):
    response = client.get("/en/calendar.ics")

    calendar = icalendar.Calendar.from_ical(content(response))
    assert (str(calendar["version"]), calendar.walk("VEVENT")) == ("2.0", [])


def test_event_has_its_moment_in_utc_and_a_lasting_name(client):
    publish_calendar("2026-10", title_en="Figures of 2125", **FAR)

    (event,) = events(client).values()

    assert event["uid"] == f"calendar-2026-10@{settings.SITE_HOST}"
    assert event["dtstart"].dt == datetime.datetime(2126, 10, 30, 8, 30, tzinfo=datetime.UTC)
    assert [str(event[name]) for name in ("summary", "status", "sequence")] == [
        "Figures of 2125",
        "CONFIRMED",
        "0",
    ]
    assert str(event["url"]) == f"{settings.SITE_URL}/en/calendar/#item-2026-10"


def test_event_without_a_time_takes_the_day(client):
    publish_calendar(planned_on=datetime.date(2126, 10, 30))

    (event,) = events(client).values()

    assert (event["dtstart"].dt, event["dtend"].dt) == (
        datetime.date(2126, 10, 30),
        datetime.date(2126, 10, 31),
    )


def test_moved_event_keeps_its_name_and_counts_its_versions(client):
    publish_calendar("a", **FAR)
    publish_calendar("a", **FAR | {"planned_on": datetime.date(2126, 11, 2)}, reason="A source was late.")

    then, now = (next(iter(events(client, query=query).values())) for query in ("?as_at=1", ""))

    assert then["uid"] == now["uid"]
    assert [int(each["sequence"]) for each in (then, now)] == [0, 1]
    assert "A source was late." in str(now["description"])


def test_called_off_event_is_cancelled(client):
    publish_calendar("a", **FAR)
    publish_calendar("a", **FAR, called_off=True, reason="Stopped.")

    (event,) = events(client).values()

    assert str(event["status"]) == "CANCELLED"


def test_published_event_leads_to_its_publication(client):
    publish_calendar("a", **FAR)
    publication = publish_planned("a")

    (event,) = events(client).values()

    assert str(event["url"]) == f"{settings.SITE_URL}/en/publications/{publication.number}/"


def test_O04_file_keeps_hostile_titles_in_one_property(client):
    publish_calendar("a", title_en="Figures\r\nSTATUS:CANCELLED\r\nX: é, ; \\n", **FAR)

    (event,) = events(client).values()

    assert (str(event["status"]), "STATUS:CANCELLED" in str(event["summary"])) == ("CONFIRMED", True)


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (1, "1 minute"),
        (22, "22 minutes"),
        (119, "119 minutes"),
        (120, "2 hours"),
        (2879, "47 hours"),
        (2880, "2 days"),
    ],
)
def test_duration_is_said_in_the_largest_unit_that_says_it_well(minutes, text):
    assert duration(datetime.timedelta(minutes=minutes)) == text
