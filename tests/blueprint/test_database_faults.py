"""The database is cut off in the middle of a request: nothing half done, said in words, and safe to send again."""

from urllib.parse import urlsplit

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from blueprint.actions import approval_digest
from blueprint.models import Event, Head, Publication, Release
from blueprint.permissions import Role
from indicators.models import ObservationEntry
from tests.factories import (
    UserFactory,
    approved_release,
    person_for,
    publish_indicator,
    publish_office,
    submitted_release,
)
from tests.rig import Proxy

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgresql")]

TOKEN = "5c9c8f0e-91d5-4c4c-8e5e-0f3c3a8f5b11"


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def proxy():
    """Stands between this process and the database. Requests go by way of it from ``through`` on."""
    default = connections["default"]
    real = default.settings_dict["PORT"]
    proxy = Proxy(int(real))
    default.close()
    default.settings_dict["PORT"] = proxy.port
    yield proxy
    default.close()
    default.settings_dict["PORT"] = real
    proxy.stop()


def release_for(verb):
    publish_office()
    publish_indicator()
    return {"approve": submitted_release, "publish": approved_release}[verb]()


def person(verb, release):
    return person_for({"approve": Role.APPROVER, "publish": Role.PUBLISHER}[verb], release)


def sender(verb):
    """(a function that sends one and the same form, a function that counts what it did)"""
    client = Client(raise_request_exception=False)
    if verb == "save":
        publish_office()
        publish_indicator()
        client.force_login(UserFactory(role=Role.OFFICIAL))
        address = "/en/desk/indicators/I1/enter/"
        form = {
            "version": "0", "token": TOKEN, "period": "2025", "value": "1.5", "status": "A", "qualifier": "exact",
            "evidence_url": "https://example.org/table", "evidence_title": "Table 1",
        }  # fmt: skip
        return lambda: client.post(address, form), lambda: (
            Release.objects.count(),
            ObservationEntry.objects.count(),
        )
    release = release_for(verb)
    before = Publication.objects.count()
    client.force_login(person(verb, release))
    address = reverse(f"desk:release-{verb}", args=[release.pk])
    form = {"version": release.version, "digest": approval_digest(release)}

    def done():
        events = Event.objects.filter(verb=verb, refused=False, release=release).count()
        return events, Publication.objects.count() - before

    return lambda: client.post(address, form), done


ONCE = {"save": (1, 1), "approve": (1, 0), "publish": (1, 1)}


def assert_said_in_words(answer):
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "The database does not answer" in answer.content.decode()


def cutting(proxy, fragment):
    """Cuts the connection where a request comes to its first statement with this in it, as a killed backend would."""

    def wrapper(execute, sql, params, many, context):
        if fragment in sql and not proxy.was_cut:
            proxy.was_cut = True
            proxy.cut()
        return execute(sql, params, many, context)

    proxy.was_cut = False
    return connections["default"].execute_wrapper(wrapper)


def reconnect():
    """What the end of a request does in a server, and the test client leaves out."""
    connections["default"].close()


POINTS = {
    "save": [
        "pg_advisory_xact_lock",
        'INSERT INTO "indicators_observationentry"',
        'INSERT INTO "blueprint_event"',
    ],
    "approve": ['UPDATE "blueprint_head"', 'UPDATE "blueprint_release"', 'INSERT INTO "blueprint_event"'],
    "publish": [
        'INSERT INTO "blueprint_publication"',
        'UPDATE "blueprint_release"',
        'INSERT INTO "blueprint_event"',
    ],
}


@pytest.mark.parametrize(
    ("verb", "point"), [(verb, point) for verb, points in POINTS.items() for point in points]
)
def test_F01_database_cut_off_in_a_request_leaves_nothing_and_the_retry_succeeds_once(proxy, verb, point):
    send, done = sender(verb)
    before = Head.objects.get().number

    with cutting(proxy, point):
        answer = send()
    reconnect()

    assert_said_in_words(answer)
    assert proxy.was_cut
    assert (done(), Head.objects.get().number) == ((0, 0), before)
    assert [send().status_code, send().status_code] == [302, 302]
    assert done() == ONCE[verb]


@pytest.mark.parametrize("verb", ONCE)
def test_F02_answer_to_commit_is_lost_and_the_retry_makes_no_second_record(proxy, verb):
    send, done = sender(verb)
    proxy.swallow_commit = True

    answer = send()

    proxy.swallow_commit = False
    reconnect()
    assert_said_in_words(answer)
    assert (proxy.swallowed, done()) == (1, ONCE[verb])
    assert send().status_code == 302
    assert done() == ONCE[verb]


def test_F01_request_after_a_cut_is_answered_as_if_nothing_had_been(make_site):
    site = make_site("test", start=False)
    proxy = Proxy(urlsplit(site.database_url).port)
    publish_office()
    person = UserFactory(role=Role.OFFICIAL)
    site.start(DATABASE_URL=proxy.before(site.database_url))
    # Accounts of the tests have passwords that only the tests can check quickly.
    signed_in, visitor = Client(), site.visitor
    signed_in.force_login(person)
    visitor.cookies["session"] = signed_in.cookies["session"].value
    assert visitor.get("/en/desk/").status == 200

    proxy.cut()

    assert [visitor.get("/en/desk/").status for _ in range(3)] == [200, 200, 200]
    proxy.stop()
