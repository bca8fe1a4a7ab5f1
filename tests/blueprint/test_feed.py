"""The feed: valid Atom, stable, in three languages, with exactly one notice for each changed value."""

import datetime
import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.conf import settings

from blueprint.clock import database_now
from blueprint.models import Checkpoint, LedgerKey
from blueprint.publishing import PastDate
from tests.factories import change, publish_changes, publish_indicator, publish_observation, publish_office
from tests.reading import LANGUAGES

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")


def read(client, language="en", query=""):
    response = client.get(f"/{language}/publications/feed/{query}")
    assert (response.status_code, response["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    return ElementTree.fromstring(response.content)


def entries(feed):
    return feed.findall(f"{ATOM}entry")


def said(element, name):
    return element.findtext(f"{ATOM}{name}")


def summary(client, number, language="en"):
    feed = read(client, language)
    return next(
        said(entry, "summary") for entry in entries(feed) if said(entry, "id").endswith(f"/{number}/")
    ).split("\n")


# The form


def problems(feed):
    """What RFC 4287 asks of a feed and of each entry, as far as this one uses it."""
    found = [name for name in ("id", "title", "updated") if len(feed.findall(ATOM + name)) != 1]
    found += [] if feed.findtext(f"{ATOM}author/{ATOM}name") else ["author"]
    found += [] if [a for a in feed.findall(f"{ATOM}link") if a.get("rel") == "self"] else ["self"]
    ids = [said(entry, "id") for entry in entries(feed)]
    found += [] if len(set(ids)) == len(ids) else ["ids twice"]
    for entry in entries(feed):
        found += [
            name
            for name in ("id", "title", "updated", "published", "summary", "content")
            if len(entry.findall(ATOM + name)) != 1
        ]
    times = [element.text for name in ("updated", "published") for element in feed.iter(ATOM + name)]
    return found + [time for time in times if not TIME.fullmatch(time)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_feed_is_atom(client, language):
    publish_observation()
    publish_observation(value=Decimal(2), kind="revision", reason="A & B < C")

    assert problems(read(client, language)) == []


def test_empty_feed_is_atom_too(client):
    feed = read(client)

    assert (problems(feed), entries(feed)) == ([], [])


@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh-hant", "zh-Hant"), ("zh-hans", "zh-Hans")])
def test_feed_says_its_language_and_its_addresses(client, language, tag):
    publish_office()

    feed = read(client, language)

    own = f"{settings.SITE_URL}/{language}/publications/"
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert (feed.get(LANG), said(feed, "id"), links) == (
        tag,
        f"{own}feed/",
        {"alternate": own, "self": f"{own}feed/"},
    )


def test_entry_bears_title_address_kind_and_times(client):
    past = PastDate(datetime.date(2024, 3, 28), "day")
    row = publish_changes(change("office"), title="Offices", past=past, loaded=True)

    (entry,) = entries(read(client))

    link = f"{settings.SITE_URL}/en/publications/1/"
    assert [said(entry, name) for name in ("title", "id", "published", "updated")] == [
        "Offices",
        link,
        "2024-03-28T00:00:00Z",
        row.recorded_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    ]
    assert entry.find(f"{ATOM}link").get("href") == link
    assert entry.find(f"{ATOM}category").get("term") == "texts"


def test_feed_has_the_newest_fifty_newest_first(client):
    for number in range(52):
        publish_office(name_en=f"Name {number}")

    numbers = [int(said(entry, "id").split("/")[-2]) for entry in entries(read(client))]

    assert numbers == list(range(52, 2, -1))


# What it tells


def test_first_figures_are_told_one_by_one_where_they_are_few(client):
    publish_indicator("I1", short_name_en="Patents")
    publish_observation("I1", value=Decimal("1.5"))

    assert summary(client, 2) == ["Patents: 1.5% in 2024."]


def test_many_first_figures_are_counted(client):
    publish_indicator("I1")
    publish_changes(*[change("observation", period=str(2000 + n)) for n in range(11)])

    assert summary(client, 2) == ["observations: 11"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_changed_value_has_exactly_one_notice(client, language):
    periods = [str(2000 + n) for n in range(30)]
    publish_changes(*[change("observation", period=period) for period in periods])
    revised = [
        change("observation", period=p, value=Decimal(2), kind="revision", reason=f"why-{p}.")
        for p in periods
    ]
    publish_changes(*revised, *[change("observation", period=str(2050 + n)) for n in range(20)])

    told = "\n".join(summary(client, 2, language))

    assert {period: told.count(f"why-{period}.") for period in periods} == dict.fromkeys(periods, 1)


def test_notice_says_before_after_difference_and_why(client):
    publish_indicator("I1", short_name_en="Patents")
    publish_observation("I1", value=Decimal("1.5"))
    publish_observation("I1", value=Decimal("1.2"), kind="correction", reason="A sum was wrong.")

    (sentence,) = summary(client, 3)

    assert sentence.startswith(
        "Patents, 2024: corrected from 1.5% to 1.2% (−0.3 percentage points), correction, "
    )
    assert sentence.endswith(": A sum was wrong.")


def test_notice_of_an_older_publication_compares_with_what_stood_then(client):
    publish_observation(value=Decimal(1))
    for value in (2, 3, 4):
        publish_observation(value=Decimal(value), kind="revision", reason="Routine.")

    first = [summary(client, number)[0].split(" (")[0].split(": ")[1] for number in (2, 3, 4)]

    assert first == ["revised from 1% to 2%", "revised from 2% to 3%", "revised from 3% to 4%"]


def test_other_changes_are_counted_by_noun_with_the_reason(client):
    publish_changes(change("office"))
    publish_changes(
        change("office", name_en="A"), change("office", office="dpo", name_en="B"), reason="They merged."
    )

    assert summary(client, 2) == ["offices: 2", "They merged."]


def test_texts_in_a_feed_are_texts(client):
    publish_changes(change("office"), title="<b>Bold</b> & more", notes={"en": "<script>alert(1)</script>"})

    (entry,) = entries(read(client))

    assert (said(entry, "title"), said(entry, "summary").split("\n")[0]) == (
        "<b>Bold</b> & more",
        "<script>alert(1)</script>",
    )
    assert entry.find(f"{ATOM}summary").get("type") == "text"


# The checkpoint


def signed(publication, key, note):
    Checkpoint.objects.create(publication=publication, key=key, note=note, signed_at=database_now())


def key(key_id):
    return LedgerKey.objects.create(
        key_id=key_id, name="x", verifier=f"x+{key_id}", since=1, added_at=database_now()
    )


def test_checkpoint_first_signed_after_a_publication_is_in_its_entry(client):
    publication = publish_office()
    signed(publication, key("0000aaaa"), "blueprint\n1\nroot=\n\n— x first\n")
    signed(publication, key("0000bbbb"), "blueprint\n1\nroot=\n\n— x second\n")

    (entry,) = entries(read(client))

    assert said(entry, "content").endswith("blueprint\n1\nroot=\n\n— x first\n")


# As at, and how it is found


def test_feed_as_at_a_publication_ends_with_it_and_never_changes(client):
    publish_observation(value=Decimal(1))
    publish_observation(value=Decimal(2), kind="revision", reason="Routine.")
    then = client.get("/en/publications/feed/?as_at=2").content

    publish_observation(value=Decimal(3), kind="revision", reason="Routine.")

    assert client.get("/en/publications/feed/?as_at=2").content == then
    assert len(entries(ElementTree.fromstring(then))) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_name_the_feed_of_their_language(client, language):
    publish_office()

    page = client.get(f"/{language}/publications/").content.decode()

    (link,) = re.findall(r'<link rel="alternate" type="application/atom\+xml"[^>]*>', page)
    assert f'href="/{language}/publications/feed/"' in link


@pytest.mark.parametrize("count", [1, 30])
def test_feed_asks_as_much_for_one_publication_as_for_thirty(client, count, django_assert_num_queries):
    publish_observation(value=Decimal(1))
    for number in range(count):
        publish_observation(value=Decimal(2 + number), kind="revision", reason="Routine.")

    with django_assert_num_queries(9):
        assert len(entries(read(client))) == count + 1
