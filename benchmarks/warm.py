"""Pages that are in the cache: held against the least that could answer with the same bytes."""

import json
import threading
import time
from base64 import b64encode

from .cold import INDICATOR
from .results import in_turn, number, ratio
from .server import fetch, requests_a_second, serving

CLIENTS = 16
PUBLICATIONS_A_SECOND = 5


def warm(places):
    environment = places.environment(places.shipped)
    with serving("blueprint.wsgi:application", environment) as site:
        page = site + INDICATOR
        for _ in range(40):
            _status, headers, body = fetch(page)
        given = places.environment(
            places.shipped, BENCH_ANSWER=keep(places.folder / "answer.json", headers, body)
        )
        etag = {"If-None-Match": dict(headers)["ETag"]}
        with (
            serving("benchmarks.bare:bare", given) as bare,
            serving("benchmarks.bare:plain()", given) as plain,
        ):
            ours, least, django, unchanged, least_unchanged = in_turn(
                places.rounds,
                lambda: requests_a_second(page),
                lambda: requests_a_second(bare + INDICATOR),
                lambda: requests_a_second(plain + INDICATOR),
                lambda: requests_a_second(page, **etag),
                lambda: requests_a_second(bare + INDICATOR, **etag),
            )
    how = "requests/s, indicator page / "
    yield ratio("warm_page", ">= 0.75", ours, least, how + "bare WSGI function with its bytes and headers")
    yield ratio(
        "warm_vs_django", ">= 1.7", ours, django, how + "Django view with default middleware, local cache"
    )
    yield ratio(
        "not_modified", ">= 0.65", unchanged, least_unchanged, "304/s, indicator page / bare WSGI function"
    )


def keep(path, headers, body) -> str:
    """Without what the server itself adds to every answer."""
    own = [[name, value] for name, value in headers if name not in ("Server", "Date", "Connection")]
    path.write_text(json.dumps({"headers": own, "body": b64encode(body).decode()}))
    return str(path)


def under_publishing(places):
    database = places.copy(places.shipped, "publishing")
    publisher = places.inside(database)
    with serving("blueprint.wsgi:application", places.environment(database)) as site:
        page = site + INDICATOR
        fetch(page)
        calm, busy = in_turn(
            places.rounds,
            lambda: requests_a_second(page),
            lambda: while_publishing(publisher, lambda: requests_a_second(page)),
        )
    yield ratio(
        "warm_under_publishing",
        ">= 0.6",
        busy,
        calm,
        "requests/s with five publications a second / without them",
    )


def while_publishing(publisher, measure) -> float:
    over = threading.Event()

    def publish():
        due = time.monotonic()
        while not over.is_set():
            publisher.ask("one_figure")
            due += 1 / PUBLICATIONS_A_SECOND
            over.wait(max(due - time.monotonic(), 0))

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        return measure()
    finally:
        over.set()
        thread.join()


def stampede(places):
    site = places.inside(places.copy(places.shipped, "stampede"))
    worst = max(site.ask("stampede", INDICATOR, CLIENTS) for _ in range(3))
    how = f"renderings in one process when {CLIENTS} ask at once after a publication, the worst of 3"
    yield number("cold_stampede", "<= 1", worst, how)
