"""The page cache as a layer around a plain WSGI function, and around the real site in real processes."""

import ast
import datetime
import gzip
import itertools
import json
import pickle
import re
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError
from django.http import HttpResponse

from blueprint import heads, pages
from blueprint.clock import today
from blueprint.heads import KnownHead, Memory
from blueprint.models import Publication
from blueprint.pages import Page, PageCache
from blueprint.public_reads import PublicReads
from blueprint.shared_pages import PREFIX, SharedPages
from tests import rig
from tests.factories import CONTENT, change, publish_changes, publish_one_of_each
from tests.races import at_once

KEPT = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "public, max-age=0, must-revalidate")]
BODY = b"<p>2.5 per cent</p>" * 200
FIRST = KnownHead(1, "a.1", datetime.date(2026, 5, 4))
SECOND = KnownHead(2, "b.2", datetime.date(2026, 5, 4))


class Inner:
    """A plain WSGI application that remembers what it was asked."""

    def __init__(self, body=BODY, *, headers=KEPT, status="200 OK", slow=0.0):
        self.body, self.headers, self.status, self.slow = body, headers, status, slow
        self.asked = []

    def __call__(self, environ, start_response):
        self.asked.append(environ)
        time.sleep(self.slow)
        start_response(self.status, list(self.headers))
        return [self.body] if isinstance(self.body, bytes) else self.body()


@pytest.fixture
def inner():
    return Inner()


def cache_around(inner, *, head=FIRST, **options):
    return PageCache(inner, build="build", heads=lambda: head, **options)


def ask(application, path="/en/", query="", method="GET", **headers):
    """(status, headers, body) as a client would have them."""
    said = []
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": settings.SITE_HOST,
        "wsgi.url_scheme": "http",
    } | {f"HTTP_{name}": value for name, value in headers.items()}  # fmt: skip
    answer = application(environ, lambda status, headers, exc_info=None: said.append((status, headers)))
    body = b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    status, sent = said[-1]
    return int(status[:3]), dict(sent), body


# A page is made once


def test_page_is_made_once(inner):
    cache = cache_around(inner)

    answers = [ask(cache)[2] for _ in range(3)]

    assert (answers, len(inner.asked)) == ([BODY] * 3, 1)


@pytest.mark.parametrize(
    "query", ["as_at=3", "utm_source=x&as_at=3", "as_at=3&as_atx=9&_=1", "as%5Fat=3", "=&as_at=3&&"]
)
def test_unknown_parameters_never_reach_django(inner, query):
    ask(cache_around(inner), query=query)

    assert inner.asked[0]["QUERY_STRING"] in ("as_at=3", "as%5Fat=3")


def test_unknown_parameters_are_taken_away_however_long(inner):
    cache = cache_around(inner)

    for letter in "ab":
        ask(cache, query=f"x={letter * 2000}&q=park")

    assert [asked["QUERY_STRING"] for asked in inner.asked] == ["q=park"]


@pytest.mark.parametrize("path", ["/data/observations.csv", "/api/v1/observations/"])
def test_unknown_parameters_of_files_and_of_the_api_are_handed_on_to_be_refused(inner, path):
    ask(cache_around(inner), path, "as-at=48&as_at=2")

    assert inner.asked[0]["QUERY_STRING"] == "as-at=48&as_at=2"


def test_parameters_in_another_order_are_the_same_page(inner):
    cache = cache_around(inner)

    ask(cache, query="sort=name&i=b&i=a&page=2")
    ask(cache, query="page=2&i=b&sort=name&i=a")

    assert [each["QUERY_STRING"] for each in inner.asked] == ["i=b&i=a&page=2&sort=name"]


def test_values_of_parameters_are_part_of_the_address(inner):
    cache = cache_around(inner)

    for query in ("as_at=1", "as_at=2", "", "as_at="):
        ask(cache, query=query)

    assert len(inner.asked) == 4


def test_django_learns_nothing_of_who_asks(inner):
    ask(
        cache_around(inner), COOKIE="session=secret", ACCEPT_LANGUAGE="zh", ACCEPT_ENCODING="gzip", RANGE="bytes=0-1",
        IF_NONE_MATCH='"x"', USER_AGENT="x", REFERER="x", X_FORWARDED_FOR="1.2.3.4",
    )  # fmt: skip

    seen = {name for name in inner.asked[0] if name.startswith("HTTP_")}
    assert seen == {"HTTP_HOST", "HTTP_X_FORWARDED_PROTO"}
    assert inner.asked[0][pages.HEAD_GIVEN] == (1, FIRST.today)


def test_sixteen_at_once_make_a_page_once():
    inner = Inner(slow=0.2)
    cache = cache_around(inner)

    answers = at_once(lambda index: ask(cache)[2], threads=16)

    assert (answers, len(inner.asked)) == ([BODY] * 16, 1)


def test_failure_of_the_one_who_makes_it_releases_the_others():
    calls = itertools.count()

    def failing_once(environ, start_response):
        if next(calls) == 0:
            time.sleep(0.2)
            raise RuntimeError("no page today")
        return Inner()(environ, start_response)

    cache = cache_around(failing_once)

    answers = at_once(lambda index: ask(cache), threads=4)

    assert sorted(answer[0] for answer in answers) == [200, 200, 200, 503]
    assert {answer[2] for answer in answers if answer[0] == 200} == {BODY}


def test_stream_that_breaks_off_is_503_in_words_and_not_kept():
    def breaking():
        yield b"indicator,period"
        raise OperationalError("the connection was cut")

    cache = cache_around(Inner(breaking))

    first, again = (ask(cache, "/data/observations.csv") for _ in range(2))

    assert first[0] == again[0] == 503
    assert first[1]["Cache-Control"] == "no-store"
    assert first[2] == b"This could not be read to its end. Please try again in a moment.\n"


def test_each_head_has_pages_of_its_own(inner):
    now = [FIRST]
    cache = PageCache(inner, build="build", heads=lambda: now[0])

    for head in (FIRST, SECOND, SECOND, KnownHead(2, "b.2", datetime.date(2026, 5, 5))):
        now[0] = head
        ask(cache)

    assert [each[pages.HEAD_GIVEN] for each in inner.asked] == [
        (1, datetime.date(2026, 5, 4)), (2, datetime.date(2026, 5, 4)), (2, datetime.date(2026, 5, 5)),
    ]  # fmt: skip
    assert len(cache.shelf.pages) == 1


def test_page_begun_before_a_publication_is_not_shown_after_it():
    now = [FIRST]

    def publishing_meanwhile(environ, start_response):
        number = environ[pages.HEAD_GIVEN][0]
        now[0] = SECOND
        return Inner(b"as at %d" % number)(environ, start_response)

    cache = PageCache(publishing_meanwhile, build="build", heads=lambda: now[0])

    assert [ask(cache)[2], ask(cache)[2]] == [b"as at 1", b"as at 2"]


# How many are made at once


class Gate:
    """An application that makes pages for as long as the gate is shut, and counts those who make one."""

    def __init__(self, inner=None):
        self.open, self.inner = threading.Event(), inner or Inner()
        self.lock, self.inside, self.most = threading.Lock(), 0, 0

    def __call__(self, environ, start_response):
        with self.lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        self.open.wait(10)
        with self.lock:
            self.inside -= 1
        return self.inner(environ, start_response)


def until(condition):
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_few_pages_are_made_at_once_and_a_kept_one_is_answered_meanwhile():
    gate = Gate()
    cache = cache_around(gate, threads=8)
    gate.open.set()
    ask(cache)
    gate.open.clear()

    with ThreadPoolExecutor(7) as pool:
        waiting = [pool.submit(ask, cache, "/en/", f"as_at={number}") for number in range(1, 8)]
        until(lambda: cache.room.places._value == 0 and gate.inside == pages.PAGES_IN_THE_MAKING)
        kept, took = timed_answer(lambda: ask(cache))
        refused, took_to_refuse = timed_answer(lambda: ask(cache, query="as_at=9"))
        gate.open.set()
        answers = [each.result() for each in waiting]

    assert (kept[0], refused[0], max(took, took_to_refuse) < 0.2) == (200, 503, True)
    assert (refused[1]["Retry-After"], refused[1]["Cache-Control"]) == ("5", "no-store")
    assert refused[2] == b"Many pages are being made at this moment. Please try again in a few seconds.\n"
    assert [answer[0] for answer in answers] == [200] * 7
    assert gate.most == pages.PAGES_IN_THE_MAKING
    # Whoever was refused may come again, and every place is free.
    assert ask(cache, query="as_at=9")[0] == 200
    assert cache.room.places._value == 7


def test_nobody_waits_for_a_turn_without_end(monkeypatch):
    monkeypatch.setattr(pages, "SECONDS_TO_WAIT_FOR_A_TURN", 0.1)
    gate = Gate()
    cache = cache_around(gate, threads=8)

    with ThreadPoolExecutor(2) as pool:
        slow = [pool.submit(ask, cache, "/en/", f"as_at={number}") for number in (1, 2)]
        until(lambda: gate.inside == 2)
        # Two readers of one page: the second waits for the first, and neither for ever.
        late = at_once(lambda index: ask(cache, query="as_at=3")[0], threads=2)
        gate.open.set()
        made = [each.result()[0] for each in slow]

    assert (late, made) == ([503, 503], [200, 200])
    assert ask(cache, query="as_at=3")[0] == 200


def test_sixteen_readers_of_one_page_need_one_turn():
    inner = Inner(slow=0.2)
    cache = cache_around(inner, threads=2)

    answers = at_once(lambda index: ask(cache)[0], threads=16)

    assert (answers, len(inner.asked)) == ([200] * 16, 1)


@pytest.mark.parametrize("path", ["/en/calendar/", "/data/large.csv"])
def test_what_is_not_kept_leaves_a_thread_free_too(path):
    def large():
        yield from [b"x" * 1024 * 1024] * 4

    cache = cache_around(Inner(large), threads=3)
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "HTTP_HOST": settings.SITE_HOST}

    # Two slow readers who have begun.
    begun = [cache(dict(environ), lambda *said: None) for _ in range(2)]
    while_they_read = ask(cache, path)[0]
    signed_in = ask(cache, "/en/desk/")[0]
    for answer in begun:
        answer.close()
        answer.close()

    assert (while_they_read, signed_in, ask(cache, path)[0]) == (503, 200, 200)
    # They kept their threads, and nobody from a turn.
    assert cache.room.turns._value == pages.PAGES_IN_THE_MAKING


@pytest.mark.parametrize(
    ("path", "status"), [("/en/", "200 OK"), ("/en/", "404 Not Found"), ("/en/calendar/", "200 OK")]
)
def test_one_reader_is_never_in_his_own_way(db, path, status):
    """The server may close an answer long after its reader has it, and has asked for the next."""

    def django(environ, start_response):
        start_response(status, list(KEPT))
        return HttpResponse(BODY)

    cache = cache_around(PublicReads(django), threads=2)
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "HTTP_HOST": settings.SITE_HOST}
    heard, answers = [], []
    for number in range(4):
        asked = environ | {"QUERY_STRING": f"as_at={number}"}
        answers.append(cache(asked, lambda said, *others: heard.append(said)))
        assert b"".join(answers[-1]) == BODY

    assert heard == [status] * 4
    for answer in answers:
        getattr(answer, "close", bool)()
    assert cache.room.places._value == 1


@pytest.mark.parametrize("fault", [RuntimeError, GeneratorExit])
def test_place_and_turn_are_left_whatever_goes_wrong(fault):
    def failing(environ, start_response):
        raise fault

    cache = cache_around(failing, threads=3)

    for path in ["/en/", "/en/calendar/"] * 4:
        with suppress(fault):
            ask(cache, path)

    assert (cache.room.places._value, cache.room.turns._value) == (2, pages.PAGES_IN_THE_MAKING)


# What is sent


def test_compressed_once_for_those_who_take_it(inner):
    cache = cache_around(inner)

    plain, small = ask(cache), ask(cache, ACCEPT_ENCODING="br, gzip")

    assert gzip.decompress(small[2]) == plain[2] == BODY
    assert (small[1]["Content-Encoding"], plain[1].get("Content-Encoding")) == ("gzip", None)
    assert (int(small[1]["Content-Length"]), int(plain[1]["Content-Length"])) == (len(small[2]), len(BODY))
    assert small[1]["Vary"] == plain[1]["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "identity, gzip; q=0.0", "*;q=0"])
def test_not_compressed_for_others(inner, accepted):
    assert ask(cache_around(inner), ACCEPT_ENCODING=accepted)[2] == BODY


def test_unchanged_page_is_304_of_the_same_encoding_only(inner):
    cache = cache_around(inner)
    plain, small = ask(cache)[1]["ETag"], ask(cache, ACCEPT_ENCODING="gzip")[1]["ETag"]

    assert [
        ask(cache, IF_NONE_MATCH=plain)[0],
        ask(cache, IF_NONE_MATCH=f'"other", W/{plain}')[0],
        ask(cache, IF_NONE_MATCH="*")[0],
        ask(cache, IF_NONE_MATCH=small)[0],
        ask(cache, IF_NONE_MATCH=small, ACCEPT_ENCODING="gzip")[0],
        ask(cache, IF_NONE_MATCH=plain[:-2])[0],
    ] == [304, 304, 304, 200, 304, 200]


DATED = [*KEPT, ("Last-Modified", "Mon, 04 May 2026 03:00:00 GMT")]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"IF_MODIFIED_SINCE": "Mon, 04 May 2026 03:00:00 GMT"}, 304),
        ({"IF_MODIFIED_SINCE": "Mon, 04 May 2026 03:00:01 GMT"}, 304),
        ({"IF_MODIFIED_SINCE": "Mon, 04 May 2026 02:59:59 GMT"}, 200),
        ({"IF_MODIFIED_SINCE": "yesterday"}, 200),
        ({"IF_MODIFIED_SINCE": ""}, 200),
        # Whoever gives a mark is answered by that alone.
        ({"IF_MODIFIED_SINCE": "Mon, 04 May 2026 03:00:00 GMT", "IF_NONE_MATCH": '"other"'}, 200),
    ],
)
def test_unchanged_since_its_time_is_304(said, status):
    cache = cache_around(Inner(headers=DATED))

    answers = [ask(cache, "/data/observations.csv", **said) for _ in range(2)]

    assert [(answer[0], answer[1]["Last-Modified"]) for answer in answers] == [(status, DATED[-1][1])] * 2


def test_page_without_a_time_is_never_unchanged_since_one(inner):
    since = {"IF_MODIFIED_SINCE": "Mon, 04 May 2026 03:00:00 GMT"}

    assert ask(cache_around(inner), **since)[0] == 200


def test_304_has_no_body_and_says_how_long_it_holds(inner):
    cache = cache_around(inner)

    _status, headers, body = ask(cache, IF_NONE_MATCH=ask(cache)[1]["ETag"])

    assert body == b""
    assert headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert not {"Content-Length", "Content-Type", "Content-Encoding"} & headers.keys()


def test_head_is_get_without_its_body(inner):
    cache = cache_around(inner)

    head, got = ask(cache, method="HEAD"), ask(cache)

    for each in (head, got):
        each[1].pop("X-Request-ID")
    assert head == (got[0], got[1], b"")
    assert len(inner.asked) == 1


def test_range_is_passed_over(inner):
    assert ask(cache_around(inner), RANGE="bytes=0-9")[::2] == (200, BODY)


def test_each_answer_has_a_number_of_its_own(inner):
    cache = cache_around(inner)

    numbers = [ask(cache, path)[1]["X-Request-ID"] for path in ("/en/", "/en/", "/livez", "/en/report/")]

    assert len(set(numbers)) == 4


# What is not kept


@pytest.mark.parametrize(
    "path",
    ["/", "/livez", "/readyz", "/metrics", "/accounts/login/", "/admin/", "/en/desk/", "/zh-hant/room/1/", "/static/a.css",
     "/en/calendar/", "/en/calendar.ics", "/zh-hans/report/", "/strategies/", "/data/", "/fr/", "/en", "/EN/"],
)  # fmt: skip
def test_addresses_that_are_left_to_django(inner, path):
    cache = cache_around(inner)

    for _ in range(2):
        ask(cache, path, "next=/en/", COOKIE="session=1")

    assert [(each["HTTP_COOKIE"], each["QUERY_STRING"]) for each in inner.asked] == [
        ("session=1", "next=/en/")
    ] * 2


@pytest.mark.parametrize(
    "request_said",
    [{"method": "POST"}, {"method": "OPTIONS"}, {"HOST": "evil.example"}, {"HOST": ""},
     {"HOST": "127.0.0.1:x"}, {"query": "q=" + "x" * 1000}, {"path": "/en/" + "x" * 300}],
    ids=str,
)  # fmt: skip
def test_requests_that_are_left_to_django(inner, request_said):
    cache = cache_around(inner)

    for _ in range(2):
        ask(cache, **request_said)

    assert len(inner.asked) == 2
    assert pages.HEAD_GIVEN not in inner.asked[0]


def test_header_of_a_sign_in_that_does_not_exist_here_makes_no_page_anew(inner):
    cache = cache_around(inner)

    for said in ("Bearer x", "Basic y", ""):
        assert ask(cache, AUTHORIZATION=said)[2] == BODY

    assert len(inner.asked) == 1
    assert "HTTP_AUTHORIZATION" not in inner.asked[0]


def test_plain_http_is_left_to_django_where_the_site_is_on_https(inner, settings):
    settings.SECURE, settings.SECURE_PROXY_SSL_HEADER = True, ("HTTP_X_FORWARDED_PROTO", "https")
    cache = cache_around(inner)

    for scheme in ("http", "http", "https", "https"):
        ask(cache, X_FORWARDED_PROTO=scheme)

    assert len(inner.asked) == 3


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        ("404 Not Found", KEPT),
        ("206 Partial Content", KEPT),
        ("302 Found", KEPT),
        ("200 OK", [("Cache-Control", "no-store")]),
        ("200 OK", [("Cache-Control", "public, no-store")]),
        ("200 OK", [("Cache-Control", "private")]),
        ("200 OK", [("Cache-Control", "public, Private")]),
        ("200 OK", []),
        ("200 OK", [*KEPT, ("Vary", "Cookie")]),
        ("200 OK", [*KEPT, ("Vary", "*")]),
        ("200 OK", [*KEPT, ("Set-Cookie", "session=1")]),
    ],
)
def test_answers_that_are_not_kept_are_handed_on_whole(status, headers):
    inner = Inner(status=status, headers=headers)
    cache = cache_around(inner)

    answers = [ask(cache) for _ in range(2)]

    number = answers[0][1].pop("X-Request-ID")
    assert number
    assert answers[0] == (int(status[:3]), dict(headers), BODY)
    assert len(inner.asked) == 2


def test_large_answer_passes_piece_by_piece():
    taken, closed = [], []

    class Pieces:
        def __iter__(self):
            for index in range(40):
                taken.append(index)
                yield b"x" * 1024 * 1024

        def close(self):
            closed.append(True)

    inner = Inner(Pieces)
    cache = cache_around(inner)
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/data/a.csv", "HTTP_HOST": settings.SITE_HOST}

    answer = cache(environ, lambda *said: None)
    taken_before_the_first = len(taken)
    size = sum(map(len, answer))
    open_till_the_end = not closed
    answer.close()

    assert (taken_before_the_first, size, open_till_the_end, closed) == (3, 40 * 1024 * 1024, True, [True])
    assert cache.shelf.weight < 10_000
    # It is known to be large now, and asked for as it is.
    ask(cache, "/data/a.csv", RANGE="bytes=0-1")
    assert inner.asked[1]["HTTP_RANGE"] == "bytes=0-1"


def test_memory_is_bounded_and_keeps_what_is_asked_for(inner):
    cache = cache_around(inner, limit=50_000)
    ask(cache, "/en/often/")

    for number in range(100):
        ask(cache, f"/en/publications/{number}/")
        ask(cache, "/en/often/")

    assert 30_000 < cache.shelf.weight <= 50_000
    assert cache.shelf.weight == sum(page.weight for page in cache.shelf.pages.values())
    assert [each["PATH_INFO"] for each in inner.asked].count("/en/often/") == 1


def names_that_public_code_reads():
    """Parameters named in request.GET, and the filters of lists, but where people sign in or fill in a form."""
    signed_in = re.compile(
        r"/(desk|desk_\w+|room\w*|accounts\w*|middleware|admin\w*|report_views|migrations|management)(/|\.py)"
    )
    found = set()
    for app in ("blueprint", "strategies", "indicators", "committee"):
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            if not signed_in.search(str(path.relative_to(settings.BASE_DIR))):
                found |= {(name, path.name) for name in names_in(path)}
    return found


def names_in(path: Path):
    text = path.read_text()
    yield from re.findall(r'\bGET(?:\.get|\.getlist)?[\[(]\s*"(\w+)"', text)
    yield from re.findall(r'asked_\w+\(request, "(\w+)"', text)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef) and node.name.endswith(("FilterSet", "Filter", "FilterForm")):
            for line in node.body:
                if isinstance(line, ast.Assign) and isinstance(line.value, ast.Call):
                    yield line.targets[0].id


def test_every_parameter_that_a_public_page_reads_reaches_it():
    read = names_that_public_code_reads()

    assert {"as_at", "page", "history", "q", "sort"} <= {name for name, _file in read}
    assert [each for each in sorted(read) if each[0] not in pages.PARAMETERS] == []


# The head


@pytest.mark.django_db
def test_head_is_read_once_in_half_a_second(django_assert_num_queries):
    memory = Memory()
    publish_changes(change("observation"))

    with django_assert_num_queries(2):
        numbers = [memory.current().number for _ in range(100)]

    assert set(numbers) == {1}


@pytest.mark.django_db
def test_head_is_read_anew_after_half_a_second():
    memory = Memory()
    publish_changes(change("observation"))
    before = memory.current()
    publish_changes(change("observation", period="2025"))
    remembered = memory.current()
    time.sleep(heads.REMEMBERED)

    assert (before.number, remembered.number, memory.current().number) == (1, 1, 2)


def test_last_head_goes_on_while_the_database_fails():
    answers = iter([FIRST, OperationalError(), OperationalError(), SECOND])

    def read():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    memory, seen = Memory(read), []
    for _ in range(4):
        memory.forget()
        seen.append(memory.current())

    assert seen == [FIRST, FIRST, FIRST, SECOND]


def test_no_head_is_known_while_there_never_was_one():
    def read():
        raise OperationalError

    assert Memory(read).current() is None


def test_database_that_hangs_delays_one_request_and_no_others():
    asked, released = threading.Event(), threading.Event()
    answers = iter([lambda: FIRST, lambda: asked.set() or (released.wait(20) and SECOND)])
    memory = Memory(lambda: next(answers)())
    memory.current()
    memory.forget()
    hanging = threading.Thread(target=memory.current)
    hanging.start()
    asked.wait(20)

    taken = timed(lambda: [memory.current() for _ in range(1000)])
    during = memory.current()
    released.set()
    hanging.join()

    assert (during, memory.current()) == (FIRST, SECOND)
    assert taken < 0.3


@pytest.mark.django_db(transaction=True)
def test_publication_by_this_process_is_seen_at_once():
    heads.memory.forget()
    before = heads.current_head()

    publish_changes(change("observation"))

    assert (before.number, heads.current_head().number) == (0, 1)


@pytest.mark.django_db
@pytest.mark.long
def test_pages_know_nothing_after_the_head_that_they_are_given(client):
    """Byte by byte, so that what is made while something is published is right for its key."""
    publish_one_of_each()
    given = {pages.HEAD_GIVEN: (Publication.objects.head().number, today())}
    before = everything_public(client, given)

    publish_changes(*(change(name, **LATER.get(name, {})) for name in CONTENT), title="Later")
    publish_changes(*(change(name, **new) for name, new in NEW.items()), title="New")

    assert len(before) > 30
    after = everything_public(client, given)
    assert " ".join(path for path in before if after.get(path) != before[path]) == ""
    assert b"Later" in client.get("/en/indicators/").content


# A change of a figure or a target says why.
LATER = {
    "observation": {"period": "2025", "value": Decimal("7.5")},
    "evidence": {"period": "2025"},
    "target": {"target": "I1-2042", "due": "2042"},
    "baseline": {"value": Decimal("0.5")},
}


NEW = {
    "office": {"office": "later", "name_en": "Later office"},
    "calendaritem": {"calendar_item": "later", "title_en": "Later item"},
    "direction": {"direction": "2", "number": 2, "text_en": "Later direction"},
    "source": {"source": "later", "title": "Later source"},
    "strategy": {"strategy": "2", "number": 2, "text_en": "Later strategy"},
    "measure": {"measure": "1.2", "text_en": "Later measure"},
    "initiative": {"initiative": "later", "name_en": "Later initiative", "office": "later"},
    "milestone": {"milestone": "later", "title_en": "Later milestone"},
    "stage": {"stage": "third", "number": 3, "name_en": "Later stage", "year": 2042},
    "indicator": {"indicator": "I2", "name_en": "Later indicator", "office": "later"},
    "observation": {"indicator": "I2"},
    "target": {"target": "I2-2042", "indicator": "I2"},
    "meeting": {"meeting": "2", "number": 2},
    "finding": {"meeting": "2", "text_en": "Later finding"},
    "action": {"action": "2-1", "meeting": "2", "text_en": "Later action"},
    "seat": {"seat": "review-2", "number": 2, "holder_en": "Later Example"},
}


def everything_public(client, given) -> dict[str, bytes]:
    """Each address that this layer keeps and that a reader comes by, with what stands there."""
    waiting, found = ["/en/", "/zh-hant/", "/zh-hans/indicators/"], {}
    while waiting:
        path = waiting.pop(0)
        address = pages.address_of(*path.partition("?")[::2])
        if path in found or address is None:
            continue
        answer = client.get(path, **given)
        found[path] = b"%d " % answer.status_code + b"".join(answer)
        if answer.headers["Content-Type"].startswith("text/html"):
            links = re.findall(r'(?:href|src)="(/[^"#]*)"', found[path].decode())
            waiting += [
                link.replace("&amp;", "&")
                for link in links
                if link.startswith(("/en/", "/data/", "/ledger/"))
            ]
    return found


# The shared cache


@pytest.fixture
def shared(redis):
    return SharedPages(redis.url, "a secret")


def test_shared_page_is_made_by_one_process_for_all(inner, shared):
    made = ask(cache_around(inner, shared=shared), ACCEPT_ENCODING="gzip")
    found = ask(cache_around(inner, shared=shared), ACCEPT_ENCODING="gzip")

    for each in (made, found):
        each[1].pop("X-Request-ID")
    assert made == found
    assert len(inner.asked) == 1


@pytest.mark.parametrize(
    "other", [{"head": SECOND}, {"head": KnownHead(1, "z.1", FIRST.today)}, {"build": "other"}]
)
def test_shared_pages_of_another_head_ledger_or_build_are_not_taken(inner, shared, other):
    ask(cache_around(inner, shared=shared))

    ask(
        PageCache(
            inner, build=other.get("build", "build"), heads=lambda: other.get("head", FIRST), shared=shared
        )
    )

    assert len(inner.asked) == 2


class Sprung:
    """Unpickled, it would show."""

    def __reduce__(self):
        return (SPRUNG.append, (True,))


SPRUNG: list[bool] = []


@pytest.mark.parametrize(
    "written",
    [pickle.dumps(Sprung()), b"", b"x" * 40, SharedPages("redis://x", "another secret").signature("n", b"[]\n") + b"[]\n"],
    ids=["pickle", "nothing", "noise", "signed by another"],
)  # fmt: skip
def test_S07_what_others_write_into_the_shared_cache_is_not_believed(inner, shared, written):
    ask(cache_around(inner, shared=shared))
    (name,) = shared.client.keys(PREFIX + "*")
    shared.client.set(name, written)

    answer = ask(cache_around(inner, shared=shared))

    assert (answer[2], SPRUNG, len(inner.asked)) == (BODY, [], 2)


def test_S07_a_page_moved_to_another_name_is_not_believed(inner, shared):
    cache = cache_around(inner, shared=shared)
    ask(cache, "/en/one/")
    (one,) = shared.client.keys(PREFIX + "*")
    ask(cache, "/en/two/")
    (two,) = set(shared.client.keys(PREFIX + "*")) - {one}
    shared.client.set(two, shared.client.get(one))

    ask(cache_around(inner, shared=shared), "/en/two/")

    assert [each["PATH_INFO"] for each in inner.asked] == ["/en/one/", "/en/two/", "/en/two/"]


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL], ids=["slow", "gone"])
def test_shared_cache_that_fails_costs_time_once(inner, shared, redis, number):
    cache = cache_around(inner, shared=shared)
    ask(cache, "/en/before/")
    redis.signal(number)

    first, others = (
        timed(lambda: ask(cache, "/en/0/")),
        timed(lambda: [ask(cache, f"/en/{n}/") for n in range(1, 20)]),
    )

    assert len(inner.asked) == 21
    assert first < 0.3
    assert others < 0.1


def test_shared_cache_is_asked_again_after_a_rest(inner, shared, redis):
    redis.signal(signal.SIGSTOP)
    ask(cache_around(inner, shared=shared))
    redis.signal(signal.SIGCONT)
    shared.resting_until = time.monotonic()
    ask(cache_around(inner, shared=shared))

    ask(cache_around(inner, shared=shared))

    assert len(inner.asked) == 2


def timed_answer(work):
    began = time.monotonic()
    return work(), time.monotonic() - began


def timed(work) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


# Real processes


def made(site, path):
    return [line for line in site.log.splitlines() if f"GET '{path}' 200 made" in line]


def test_sixteen_clients_make_a_page_once_in_each_process(make_site):
    site = make_site("plan", workers=2, LOG_PAGES="1")
    pages_asked = ["/en/", "/zh-hant/indicators/", "/data/observations.csv"]

    for path in pages_asked:
        answers = at_once(lambda index, path=path: site.get(path), threads=16)
        assert {(answer.status, answer.body) for answer in answers} == {(200, answers[0].body)}

    assert all(1 <= len(made(site, path)) <= 2 for path in pages_asked)


def test_real_page_has_all_its_headers_and_no_cookie(make_site):
    site = make_site("plan")
    straight = {
        "Content-Length",
        "Date",
        "X-Request-ID",
        "ETag",
        "Vary",
        "Server",
        "Connection",
        "Transfer-Encoding",
    }

    kept = [site.get("/en/", Cookie="session=1") for _ in range(2)][1]
    headers, body = json.loads(site.run(BY_DJANGO_ALONE).stdout)

    assert kept.text == body
    assert {n: v for n, v in kept.headers.items() if n not in straight} == {
        n: v for n, v in headers.items() if n not in straight
    }
    assert "Content-Security-Policy" in kept.headers
    assert "Set-Cookie" not in kept.headers


BY_DJANGO_ALONE = """
import json
from django.conf import settings
from django.test import Client
answer = Client().get("/en/", headers={"host": settings.SITE_URL.partition("://")[2]})
print(json.dumps([dict(answer.headers), answer.content.decode()]))
"""


def test_page_is_the_same_in_every_process(make_site):
    site = make_site("plan", start=False)
    answers = []
    for seed in ("1", "2"):
        site.start(PYTHONHASHSEED=seed)
        answers.append([site.get(path) for path in ("/en/", "/zh-hans/indicators/", "/data/targets.csv")])
        site.stop()

    one, other = [
        [(a.body, {n: v for n, v in a.headers.items() if n not in ("Date", "X-Request-ID")}) for a in each]
        for each in answers
    ]
    assert one == other


def test_publication_by_another_process_is_everywhere_within_five_seconds_and_never_mixed(make_site):
    site = make_site("tables", workers=2)
    site.run(PUBLISH.format(first=1, last=1, pause=0))
    stop, seen = threading.Event(), []

    def watch(path):
        while not stop.is_set():
            seen.append((path, shown(site.get(path).text)))

    with ThreadPoolExecutor(3) as pool:
        watchers = [pool.submit(watch, path) for path in SHOWING]
        try:
            site.run(PUBLISH.format(first=2, last=8, pause=0.15))
            published = time.monotonic()
            while not all(shown(site.get(path).text) == {8} for path in SHOWING for _ in range(6)):
                assert time.monotonic() - published < 5
        finally:
            stop.set()

    assert [watcher.result() for watcher in watchers] == [None] * len(SHOWING)
    assert [each for each in seen if len(each[1]) != 1] == []
    assert {number for _path, numbers in seen for number in numbers} > {1, 8}


# Each publication gives three indicators one new figure, the same for all of them: 7001 with the first, and so on.
PUBLISH = """
import time
from decimal import Decimal
from tests.factories import CONTENT, change, publish_changes, publish_one_of_each
for number in range({first}, {last} + 1):
    publish_changes(*(
        change("observation", indicator=code, period=str(2000 + number), value=Decimal(7000 + number))
        for code in ("I1", "I2", "I3")
    ))
    time.sleep({pause})
"""
SHOWING = ["/en/indicators/", "/en/publications/", "/data/observations.csv"]


def shown(text: str) -> set[int]:
    """By each sign that a page gives, how many publications it knows of: one number unless the page is mixed."""
    if text.startswith("indicator,"):
        codes = [line.partition(",")[0] for line in text.splitlines()[1:]]
        return {codes.count(code) for code in ("I1", "I2", "I3")}
    foot, rows = (
        re.findall(r'publications/(\d+)/">number', text),
        text.count('<td><a href="/en/publications/'),
    )
    newest = re.findall(r"\b7,00(\d)\b", text)
    assert rows or len(newest) == 3
    return {int(number) for number in foot + newest} | ({rows} if rows else set())


@pytest.mark.only_on("postgresql")
def test_F04_kept_pages_are_served_while_the_database_is_down(make_site):
    site = make_site("plan", start=False)
    proxy = rig.Proxy(rig.urlsplit(site.database_url).port)
    site.environment["DATABASE_URL"] = proxy.before(site.database_url)
    site.start()
    before = site.get("/en/")

    proxy.stop()
    time.sleep(heads.REMEMBERED)
    during = [site.get("/en/") for _ in range(3)]

    assert [(each.status, each.body) for each in during] == [(200, before.body)] * 3
    assert site.get("/livez").status == 200
    assert site.get("/readyz").status >= 500


ROLES = ("official", "approver", "member", "secretary", "administrator")
STARTS = (
    "/en/",
    "/en/desk/",
    "/en/room/",
    "/admin/",
    "/en/indicators/",
    "/data/targets.csv",
    "/accounts/password/change/",
)


def test_O07_private_pages_never_come_out_of_the_cache(make_site, redis):
    site = make_site("demo", workers=2, CACHE_URL=redis.url)
    asked, canaries, held = {"/EN/desk/", "/en/Desk/"}, set(), 0
    for role in ROLES:
        account = site.accounts()[role]
        shown_as = account["email"].partition("@")[0].replace(".", " ").title() + " (demo)"
        own = {account["email"].encode(), shown_as.encode()}
        canaries |= own
        for path, answer in crawl(site.sign_in(role)):
            asked.add(path)
            private = not pages.address_of(path.partition("?")[0], "")
            held += private and any(canary in answer.body for canary in own)
            assert not private or "no-store" in answer.headers["Cache-Control"], path
            assert private or not any(canary in answer.body for canary in own), path
    assert held >= len(ROLES)

    strangers = [{}, {"Cookie": "theme=dark"}, {"Authorization": "Bearer x"}]
    leaks = [
        (path, canary)
        for path in sorted(asked)
        for headers in strangers
        for canary in canaries
        if canary in (answer := site.get(path, **headers)).body or canary in str(answer.headers).encode()
    ]
    assert leaks == []
    kept = everything_shared(redis)
    assert kept
    assert [canary for canary in canaries for content in kept if canary in content] == []


def crawl(visitor, limit=10):
    """The pages that a person comes by, those of the areas of work first."""
    waiting, seen = list(STARTS), set()
    while waiting and len(seen) < limit:
        path = waiting.pop(0)
        if path in seen or "logout" in path:
            continue
        seen.add(path)
        answer = visitor.get(path)
        yield path, answer
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            links = re.findall(r'href="(/[^"#]*)"', answer.text)
            waiting += [link.replace("&amp;", "&") for link in links if "/desk/" in link or "/room/" in link]


def everything_shared(redis) -> list[bytes]:
    client = SharedPages(redis.url, "").client
    return [Page.unpacked(client.get(name)[32:]).plain.body for name in client.keys("*")]


def test_O07_django_itself_keeps_no_pages():
    """Its caches of whole pages had one fault after another."""
    sources = [
        path for app in ("blueprint", "strategies", "indicators", "committee")
        for path in (settings.BASE_DIR / app).rglob("*.py")
    ]  # fmt: skip

    keeping = re.compile("UpdateCacheMiddleware|FetchFromCacheMiddleware|cache_page|{% cache")
    assert [path.name for path in sources if keeping.search(path.read_text())] == []
