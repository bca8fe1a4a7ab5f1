"""How much one address may ask of the API, and that what counts it is never in the way."""

import pytest

from blueprint import clients, pages
from blueprint.api import throttling
from blueprint.clients import client_of
from blueprint.heads import KnownHead

NOON = 29_700_000 * 60.0


@pytest.fixture
def limit(settings, monkeypatch):
    """Two requests a minute, on a clock that stands at ten seconds past the minute."""
    settings.API_REQUESTS_A_MINUTE, settings.CACHE_URL = 2, ""
    throttling.counts.cache_clear()
    now = [NOON + 10]
    monkeypatch.setattr(throttling.ByAddress, "clock", staticmethod(lambda: now[0]))
    yield now
    throttling.counts.cache_clear()


def statuses(client, times, **options):
    return [client.get("/api/v1/directions/", **options).status_code for _time in range(times)]


@pytest.mark.django_db
def test_more_than_the_limit_is_refused_until_the_minute_is_over(client, limit):
    assert statuses(client, 3) == [200, 200, 429]
    response = client.get("/api/v1/directions/")
    assert (response["Content-Type"], response["Retry-After"]) == ("application/problem+json", "51")

    limit[0] += 50

    assert statuses(client, 1) == [200]


@pytest.mark.django_db
def test_each_address_has_a_limit_of_its_own(client, limit):
    assert statuses(client, 3, REMOTE_ADDR="192.0.2.1") == [200, 200, 429]
    assert statuses(client, 1, REMOTE_ADDR="192.0.2.2") == [200]


@pytest.mark.django_db
def test_counting_writes_nothing_to_the_database(client, limit, django_assert_num_queries):
    with django_assert_num_queries(2):
        client.get("/api/v1/directions/")


@pytest.mark.django_db
def test_without_its_redis_the_api_answers(client, limit, settings):
    settings.CACHE_URL = "redis://127.0.0.1:1/0"

    assert statuses(client, 4) == [200, 200, 200, 200]


def test_counts_are_shared_by_processes_with_a_redis(redis):
    first, second = throttling.SharedCount(redis.url), throttling.SharedCount(redis.url)

    assert [first.add("a", 1), second.add("a", 1), second.add("b", 1), first.add("a", 2)] == [1, 2, 1, 1]


@pytest.mark.parametrize(
    ("proxies", "environ", "client"),
    [
        (0, {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "198.51.100.7"}, "192.0.2.1"),
        (1, {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9, 198.51.100.7"}, "198.51.100.7"),
        (2, {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9, 10.0.0.2"}, "203.0.113.9"),
        (2, {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}, "10.0.0.1"),
        (0, {"REMOTE_ADDR": "2001:db8:1:2:3::4"}, "2001:db8:1:2::/64"),
        (0, {"REMOTE_ADDR": ""}, "unknown"),
        (1, {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "nonsense"}, "unknown"),
    ],
)
def test_who_asks_is_what_our_own_proxies_say(settings, proxies, environ, client):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies

    assert client_of(environ) == client


def test_page_cache_hands_on_who_asks_for_the_api_and_for_nothing_else(settings):
    environ = {"REMOTE_ADDR": "192.0.2.1"}
    head = KnownHead(1, "a", None)

    api, page = (
        pages.for_django(environ, pages.Address(path, ""), head) for path in ("/api/v1/units/", "/en/")
    )

    assert api[clients.CLIENT] == "192.0.2.1"
    assert clients.CLIENT not in page
