"""A past view never changes: files byte for byte and pages under one build, whatever is published after it."""

import datetime
import functools
import random
import re
from decimal import Decimal

import pytest
from django.urls import URLResolver, get_resolver
from django.utils.translation import override

from blueprint.actions import kind_of
from blueprint.clock import today
from blueprint.middleware import SIGNED_IN_AREA
from blueprint.nouns import noun, nouns
from blueprint.publishing import PastDate, publish
from tests.factories import CONTENT, change, publish_changes
from tests.reading import content

pytestmark = pytest.mark.django_db

LOADED_ON = ["2021-12-31", "2023-03-02", "2024-10-31"]
WITH_CODES = [
    "directions/1/",
    "strategies/1/",
    "indicators/I1/",
    "initiatives/park/",
    "committee/meetings/1/",
    "publications/2/",
]
WITH_FILTERS = ["publications/?kind=figures", "indicators/?q=indicator", "indicators/?sort=name"]
FILES = ["/data/observations.csv?history=1", "/data/indicators.csv?history=1", "/data/indicators/I1.csv"]
# They say how the site is, or ask for something; none of them is a view of what was published.
APART = re.compile(
    r"/(livez|readyz|metrics|api/.*|ledger/(key|proof|consistency|verify\.py).*|[\w-]+/(search|compare|report|publications/subscribe)/.*)$"
)


@functools.cache
def addresses():
    """Every public address without a code of its own, and some of those with one."""
    with override("en"):
        plain = [path for path in paths(get_resolver()) if path != "/" and not SIGNED_IN_AREA.match(path)]
    found = [path for path in plain if not APART.match(path)]
    found += FILES + [f"/en/{name}" for name in WITH_CODES + WITH_FILTERS]
    return [*sorted(found), "/zh-hant/", "/zh-hant/indicators/I1/", "/zh-hans/publications/2/"]


def paths(resolver, before="/"):
    for pattern in resolver.url_patterns:
        path = before + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLResolver):
            yield from paths(pattern, path)
        elif not set("<($") & set(path):
            yield path


def at(address, moment):
    return f"{address}{'&' if '?' in address else '?'}as_at={moment}"


def views(client, moment):
    """Address -> (status, bytes) of the whole site as at a moment."""
    found = {}
    for address in addresses():
        response = client.get(at(address, moment))
        found[address] = response.status_code, content(response)
    assert {status for status, _body in found.values()} <= {200, 404, 410}
    return found


def differing(then, now):
    return sorted(address for address in then if then[address] != now[address])


# Publications of every kind, one after another


class Publisher:
    """Publishes at random, as its seed has it: new things, changed things, withdrawn things, of every noun."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.count = 0

    def publish(self):
        self.count += 1
        changes = {
            (one.noun, one.key): one for one in (self.change() for _ in range(self.random.randint(1, 4)))
        }
        return publish_changes(*changes.values(), title=f"Number {self.count}", reason="At random.")

    def change(self):
        kind = self.random.choice([kind for kind in nouns() if kind.name != "plan"])
        if kind.name == "observation":
            return self.figure()
        known = [row for row in kind.version.objects.order_by("publication_id", "pk")]
        row = self.random.choice(known)
        said = kind.content(row) | self.said(kind)
        deed = self.random.choice(["new", "changed", "changed", "withdrawn"])
        if deed == "new":
            said |= self.new_key(kind)
        # With a seat its holder's name is taken away, from past views too: that is what it is for.
        if deed == "withdrawn" and row.can_be_withdrawn() and kind.name != "seat":
            said |= {"withdrawn": True}
        return change(kind.name, **said)

    def said(self, kind):
        """Something other than before, wherever a noun has such a field."""
        names = {field.attname for field in kind.fields} - set(kind.key)
        texts = [name for name in names if name.endswith(("_en", "_zh_hant")) and name not in kind.names]
        said = {name: f"{name} {self.count}" for name in texts}
        others = {
            "reason": "At random.",
            "authority": "Chance",
            "decided_on": datetime.date(2026, 1, 5),
            "number": self.random.randint(1, 9),
            "planned_on": datetime.date(2026, 1, 1) + datetime.timedelta(self.random.randint(0, 400)),
            "called_off": self.random.random() < 0.3,
            "holder_en": f"Person {self.count}",
            "withdrawn": False,
        }
        return said | {name: value for name, value in others.items() if name in names}

    def new_key(self, kind):
        code = f"x{self.count}"
        return {name: self.new_part(kind, name, code) for name in kind.key if name in (kind.key[0], "url")}

    def new_part(self, kind, name, code):
        return f"https://example.org/{code}" if name == "url" else code

    def figure(self):
        """A first figure of a new period, or a revised, corrected or withdrawn one."""
        kind = noun("observation")
        period = str(self.random.randint(2015, 2025))
        before = kind.version.objects.filter(indicator="I1", breakdown="total", period=period)
        said = {"period": period, "value": Decimal(self.random.randint(1, 900)) / 10, "source": "yearbook"}
        if before.exists():
            said |= {
                "kind": self.random.choice(["revision", "correction", "withdrawal"]),
                "reason": "At random.",
            }
        if said.get("kind") == "withdrawal":
            said |= {"value": None, "status": "M"}
        return change("observation", **said)


def load():
    """A load as it is made: dated figures first, whose names come with the plan, and a closing publication."""
    for day in LOADED_ON[:2]:
        past = PastDate(datetime.date.fromisoformat(day), "day")
        figure = change("observation", period=day[:4], source="yearbook", value=Decimal(3))
        publish_alone(figure, past=past, loaded=True)
    past = PastDate(datetime.date.fromisoformat(LOADED_ON[2]), "day")
    publish_alone(
        *[change(name) for name in CONTENT if name not in ("office", "source", "evidence")],
        past=past,
        loaded=True,
    )
    publish_alone(change("office"), change("source"), change("evidence"), loaded=True)


def publish_alone(*changes, **publication):
    """Without what the changes refer to: in a load that comes later."""
    return publish(list(changes), kind=kind_of(changes), title={"en": "Loaded"}, **publication)


@pytest.mark.slow
@pytest.mark.long
def test_past_views_never_change(client):
    load()
    publisher = Publisher(2)
    stored = {moment: views(client, moment) for moment in [LOADED_ON[0], LOADED_ON[2], "4"]}
    for _ in range(3):
        number = publisher.publish().number
        stored[number] = views(client, number)

    changed = {moment: differing(then, views(client, moment)) for moment, then in stored.items()}

    assert {moment: names for moment, names in changed.items() if names} == {}


def test_files_of_then_are_what_the_plain_address_gave_then(client):
    load()
    publisher = Publisher(3)
    plain = [address for address in addresses() if address.startswith("/data/")]
    day, kept = today(), {}
    for _ in range(4):
        number = publisher.publish().number
        kept[number] = {address: content(client.get(address)) for address in plain}

    again = {
        number: {address: content(client.get(at(address, number))) for address in plain} for number in kept
    }

    # On another day than that of the publication, statuses are judged by another day.
    assert again == kept or day != today()


def test_stored_views_hold_every_kind_of_address():
    """So that the property is not kept by looking at nothing."""
    assert {
        "/en/",
        "/en/calendar/",
        "/en/publications/feed/",
        "/data/observations.csv",
        "/data/assessments.csv",
    } <= set(addresses())
