"""Before its moment nothing of a release is to be found; at its moment it is, wherever it belongs."""

import datetime
import io
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection

from blueprint.actions import approval_digest, approve_release, submit_release
from blueprint.clock import database_now
from blueprint.models import Publication
from blueprint.permissions import Role
from blueprint.scheduling import publish_due
from blueprint.workflow import State
from committee.models import Cycle, Rating
from strategies.models import Strategy
from tests.canary import LANGUAGES, answer_of, by_client, by_process, crawl, needles, sightings
from tests.factories import (
    DECIDERS,
    ReleaseFactory,
    UserFactory,
    change,
    person_for,
    publish_one_of_each,
    publish_seat,
    set_clock,
)

FIGURE = Decimal("7391.4826")
WORDS = {"en": "Zephyrquark", "zh_hant": "罕鯤鵬測", "zh_hans": "罕鲲鹏测"}
RATING_WORDS = ("Quibblefroth", "密議麒麟")
PERSON = {"name": "Canary Q. Featherstone", "email": "canary.featherstone@itc.example"}


def words_of(field):
    return {f"{field}_{language}": f"{word} {field}" for language, word in WORDS.items()}


def embargoed_draft():
    """A release for tomorrow that holds the canaries in everything that it may say."""
    return ReleaseFactory(
        entries=[change("observation", period="2025", value=FIGURE, **words_of("note"))],
        publish_at=database_now() + datetime.timedelta(days=1),
        created_by=UserFactory(**PERSON),
        **words_of("title"),
        **words_of("notes"),
    )


def approve(release):
    if release.state == State.DRAFT:
        submit_release(release, by=release.created_by)
    approve_release(release, by=person_for(DECIDERS[release.track], release), digest=approval_digest(release))


def canaries(release):
    hidden = [*WORDS.values(), *([release.approved_digest] if release.approved_digest else [])]
    return needles(figures=[FIGURE], words=hidden)


def let_its_moment_come(release):
    set_clock(release, database_now() - datetime.timedelta(seconds=1))
    assert publish_due() != []


@pytest.mark.parametrize("text", [
    "7391.4826", "7,391.48", "7391.5", "7,391", "0.7391萬", "0.74萬", "0.000074億", "value=7391.", "NzM5MS40ODI2",
    "7a657068797271", "&quot;Zephyrquark&quot;", "zephyrquark", "\\u7f55\\u9be4\\u9d6c\\u6e2c", "%E7%BD%95%E9%B2%B2%E9%B9%8F%E6%B5%8B",
])  # fmt: skip
def test_canary_is_found_in_every_spelling(text):
    wanted = needles(figures=[FIGURE], words=["Zephyrquark", "zephyrq", *WORDS.values()])

    assert sightings({("GET", "/"): answer_of(200, [("ETag", text)], b"")}, wanted)
    assert sightings({("GET", "/"): answer_of(200, [], f"<p>{text}</p>".encode())}, wanted)


@pytest.mark.parametrize(
    "text", ["17391.48", "7391a", "ab7391", "27,391.5", "x7391.4826", "1.7391", "2.0.74"]
)
def test_canary_is_not_found_where_it_is_not(text):
    assert sightings({("GET", "/"): answer_of(200, [], text.encode())}, needles(figures=[FIGURE])) == []


# E04, E05, E07: the site with a release and without it


@pytest.mark.slow
@pytest.mark.long
def test_E04_E05_E07_release_that_waits_changes_no_byte_of_the_public_site(db):
    publish_one_of_each()
    visit = by_client()
    without = crawl(visit, ways=["GET"])

    release = embargoed_draft()
    submit_release(release, by=release.created_by)
    submitted = crawl(visit, ways=["GET"])
    approve(release)
    approved = crawl(visit, ways=["GET"])

    assert len(without) > 200
    assert {answer.status for answer in without.values()} <= {200, 301, 302, 304, 400, 404}
    assert differences(without, submitted) == []
    assert differences(without, approved) == []
    assert sightings(approved, canaries(release)) == []


def differences(before, after):
    return sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


# E01, E17: in a real server


@pytest.mark.long
def test_E01_E17_canary_is_nowhere_before_the_moment_and_everywhere_after(transactional_db, make_site):
    publish_one_of_each()
    release = embargoed_draft()
    approve(release)
    wanted = canaries(release)
    site = make_site("test", **real_roles())
    visit = by_process(site)

    before = crawl(visit)
    let_its_moment_come(release)
    number = Publication.objects.count()
    wait_until_public(site, number)
    after = crawl(visit)

    assert len(before) > 300
    assert faults(before) == faults(after) == []
    assert sightings(before, wanted) == []
    assert missing_places(after, number) == []
    assert sightings({("log", ""): answer_of(0, [], site.log.encode())}, wanted) == []


def faults(answers):
    """Addresses at which the server failed, or had no room, with what it said."""
    return [(key, answer) for key, answer in answers.items() if answer.status >= 500]


def real_roles():
    """What a server's environment says of the database in production."""
    if connection.vendor != "postgresql":
        return {}
    printed = io.StringIO()
    call_command("make_roles", "--new-passwords", stdout=printed, stderr=io.StringIO())
    return dict(line.split("=", 1) for line in printed.getvalue().splitlines())


def wait_until_public(site, number):
    deadline = datetime.datetime.now() + datetime.timedelta(seconds=5)
    while site.get(f"/en/publications/{number}/").status != 200:
        assert datetime.datetime.now() < deadline


def missing_places(answers, number):
    """Addresses that should say the new figure, or the new words of their language, and do not, with what they say."""
    figure = needles(figures=[FIGURE])
    said = [f"/{language}/indicators/I1/" for language in LANGUAGES]
    said += [f"/{language}/publications/{number}/" for language in LANGUAGES]
    said += ["/data/observations.csv", "/data/indicators/I1.csv", "/ledger/entries.jsonl"]
    seen = {path for way, path, _form in sightings(answers, figure) if way == "GET"}
    words = [
        (f"/{language}/{page}", word)
        for language, word in zip(LANGUAGES, WORDS.values(), strict=True)
        for page in ("publications/", f"publications/{number}/", "publications/feed/")
    ]
    return [
        *((path, answers["GET", path]) for path in said if path not in seen),
        *((path, answers["GET", path]) for path, word in words if word not in answers["GET", path].text),
    ]


# E02: what would come next


@pytest.mark.parametrize(
    ("coming", "unknown"),
    [
        ("/en/publications/{n}/", "/en/publications/{u}/"),
        ("/zh-hant/publications/{n}/", "/zh-hant/publications/{u}/"),
        ("/en/publications/{n}/chart.svg", "/en/publications/{u}/chart.svg"),
        ("/en/?as_at={n}", "/en/?as_at={u}"),
        ("/data/observations.csv?as_at={n}", "/data/observations.csv?as_at={u}"),
        ("/data/indicators/I2.csv", "/data/indicators/X7.csv"),
        ("/en/indicators/I2/", "/en/indicators/X7/"),
    ],
)
def test_E02_future_address_answers_as_one_that_never_will_be(db, coming, unknown):
    publish_one_of_each()
    approve(embargoed_draft())
    approve(ReleaseFactory(entries=[change("indicator", indicator="I2")]))
    visit, n, u = by_client(), str(Publication.objects.count() + 1), "739"

    for method, headers in (
        ("GET", {}),
        ("HEAD", {}),
        ("GET", {"Range": "bytes=0-9"}),
        ("GET", {"If-None-Match": "*"}),
        ("POST", {}),
    ):
        guessed, random = (visit(method, path.format(n=n, u=u), headers) for path in (coming, unknown))
        assert guessed.status in (400, 404, 405)
        assert (guessed.status, guessed.headers) == (random.status, random.headers)
        assert guessed.body.replace(coming.format(n=n).encode(), b"") == random.body.replace(
            unknown.format(u=u).encode(), b""
        )


# What has no moment at all: it is never public


def test_ratings_of_the_room_and_persons_are_nowhere_P01(db):
    publish_one_of_each()
    people = [UserFactory(role=role, **person(role)) for role in Role]
    rate(people)
    release = embargoed_draft()
    approve(release)
    let_its_moment_come(release)

    names = [text for role in Role for text in person(role).values()]
    secret = needles(words=[*RATING_WORDS, *PERSON.values(), *names])
    answers = crawl(by_client(), ways=["GET"])

    assert sightings(answers, needles(figures=[FIGURE])) != []
    assert sightings(answers, secret) == []


def person(role):
    return {"name": f"Canary {role.value.title()}stone", "email": f"canary.{role.value}@office.example"}


def rate(people):
    cycle = Cycle.objects.create(
        number=8,
        committee_id="review",
        meets_on=datetime.date(2027, 1, 8),
        cut_off=Publication.objects.get(number=1),
        opened_at=database_now(),
    )
    for member in people:
        if member.role in (Role.MEMBER, Role.CHAIR):
            Rating.objects.create(
                cycle=cycle,
                strategy=Strategy.objects.get(pk="1"),
                member=member,
                confidence=2,
                reason=" ".join(RATING_WORDS),
                saved_at=database_now(),
            )


def test_P01_name_of_a_seat_holder_is_on_the_page_and_not_in_the_ledger(db):
    publish_seat(holder_en="Holder Zephyrquark", holder_zh_hant="席位鯤鵬", holder_zh_hans="席位鲲鹏")

    answers = crawl(by_client(), ways=["GET"])

    seen = {
        path for _way, path, _form in sightings(answers, needles(words=["Holder Zephyrquark", "席位鯤鵬"]))
    }
    assert "/en/committee/" in seen
    assert not [path for path in seen if path.startswith(("/ledger/", "/data/"))]
