import datetime
from urllib.parse import urlencode

import pytest
from django.core.exceptions import BadRequest
from django.http import HttpResponse

from blueprint.clock import hong_kong_date, today
from blueprint.moment import Moment, moment_of, public
from blueprint.publishing import PastDate
from tests.factories import change, publish_changes, publish_office

pytestmark = pytest.mark.django_db

FUTURE = "That date is in the future. Nobody knows yet how things will stand."
MALFORMED = "as_at takes a date such as 2025-03-31 or the number of a publication."


def load_office(day):
    past = PastDate(datetime.date.fromisoformat(day), "day")
    return publish_changes(change("office", name_en=f"As of {day}"), past=past, loaded=True)


@pytest.fixture
def history():
    """Three publications of the past and one of today."""
    loaded = [load_office(day) for day in ("2024-03-28", "2024-10-31", "2024-10-31")]
    return [*loaded, publish_office(name_en="Now")]


def ask(rf, *values):
    return moment_of(rf.get("/en/?" + urlencode([("as_at", value) for value in values])))


def test_moment_without_as_at_is_the_head(rf, history):
    assert ask(rf) == Moment(4, today(), history[3])


def test_moment_of_an_empty_as_at_is_the_head(rf, history):
    assert ask(rf, "") == Moment(4, today(), history[3])


def test_moment_before_anything_was_published(rf):
    assert ask(rf) == Moment(0, today(), None)


def test_moment_of_a_publication_is_judged_on_its_day(rf, history):
    assert ask(rf, "2") == Moment(2, datetime.date(2024, 10, 31), history[1], "2")


@pytest.mark.parametrize(
    ("day", "number"),
    [("2024-03-28", 1), ("2024-10-30", 1), ("2024-10-31", 3), ("2025-01-01", 3)],
)
def test_moment_of_a_date_is_the_last_publication_by_then(rf, history, day, number):
    assert ask(rf, day) == Moment(number, datetime.date.fromisoformat(day), history[number - 1], day)


def test_moment_of_today_is_the_head(rf, history):
    assert ask(rf, today().isoformat()).number == 4


@pytest.mark.parametrize("day", ["2024-03-27", "1900-01-01", "0001-01-01"])
def test_moment_of_a_date_before_the_first_publication_has_number_0(rf, history, day):
    assert ask(rf, day) == Moment(0, datetime.date.fromisoformat(day), None, day)


@pytest.mark.parametrize(
    ("moment", "day"), [("2025-03-31T15:59:59Z", "2025-03-31"), ("2025-03-31T16:00:00Z", "2025-04-01")]
)
def test_day_of_a_moment_is_hong_kongs(moment, day):
    assert hong_kong_date(datetime.datetime.fromisoformat(moment)).isoformat() == day


@pytest.mark.parametrize("day", ["9999-12-31", (today() + datetime.timedelta(days=1)).isoformat()])
def test_date_in_the_future_is_refused(rf, history, day):
    with pytest.raises(BadRequest) as refusal:
        ask(rf, day)

    assert str(refusal.value) == FUTURE


@pytest.mark.parametrize("number", ["5", "20250331", "999999999"])
def test_publication_to_come_is_refused(rf, history, number):
    with pytest.raises(BadRequest) as refusal:
        ask(rf, number)

    assert str(refusal.value) == "There is no publication of that number yet."


HOSTILE = [
    "2025-02-30", "2025-13-01", "2025-00-10", "0000-01-01", "2025-3-31", "2025-03-31T00:00", "2025-W13-1",
    "0", "-1", "+1", "01", "1.0", "1e3", "0x1", "1_0", " 1", "1 ", "1\n", "2024-10-31\n", " 2024-10-31", "2024-10-31 ", "4294967296",
    "99999999999999999999", "１", "２０２４-１０-３１", "٢", "²", "二", "now", "head", "None", "1\0", "\0", "2024-10-31\0",
    "1" * 5000, "' OR 1=1 --", "<script>", "%00", "NaN", "Infinity", "\ud83d\ude00",
]  # fmt: skip


@pytest.mark.parametrize("asked", HOSTILE, ids=lambda asked: ascii(asked)[:24])
def test_malformed_as_at_is_refused(rf, history, asked):
    query = {"as_at": asked.encode("utf-8", "surrogatepass")}

    with pytest.raises(BadRequest) as refusal:
        moment_of(rf.get("/en/?" + urlencode(query)))

    assert str(refusal.value) == MALFORMED


@pytest.mark.parametrize("values", [("1", "2"), ("1", "1"), ("", ""), ("", "1"), ("2024-10-31", "x")])
def test_as_at_twice_is_refused(rf, history, values):
    with pytest.raises(BadRequest) as refusal:
        ask(rf, *values)

    assert str(refusal.value) == "Give as_at once only."


@pytest.mark.parametrize(
    ("asked", "past", "query", "by_date"),
    [("", False, "", False), ("2", True, "?as_at=2", False), ("2024-10-31", True, "?as_at=2024-10-31", True)],
)
def test_moment_knows_how_it_was_asked_for(asked, past, query, by_date):
    moment = Moment(2, datetime.date(2024, 10, 31), None, asked)

    assert (moment.past, moment.query, moment.by_date) == (past, query, by_date)


@public
def page(request):
    return HttpResponse(str(request.moment.number))


def test_public_page_reads_its_moment_once(rf, history):
    response = page(rf.get("/en/?as_at=2"))

    assert (response.content, response["Cache-Control"]) == (b"2", "public, max-age=0, must-revalidate")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_public_page_is_only_read(rf, history, method):
    assert page(getattr(rf, method)("/en/")).status_code == 405


def test_public_page_asks_nobody_to_sign_in():
    assert page.login_required is False
