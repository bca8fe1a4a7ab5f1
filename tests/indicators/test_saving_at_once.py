"""Many officials save one entry at the same moment, on a server with several processes."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.conf import settings
from django.test import Client

from blueprint.invariants import check_invariants
from blueprint.models import Event, Release
from indicators.models import ObservationEntry
from tests.factories import OfficeFactory, UserFactory, publish_indicator, publish_observation, publish_office

PERSONS = 50
ENTER = "/en/desk/indicators/I1/enter/"


@pytest.fixture
def site(transactional_db, make_site):
    publish_office()
    publish_indicator(short_name_en="Ratio")
    publish_observation(period="2024", value=1)
    return make_site("test", workers=4)


def test_C02_of_fifty_saves_at_once_one_is_accepted(site):
    """The browsers share one session each ten: what is tried is the save, not the sign-in."""
    office = OfficeFactory(code="itc")
    visitors = [signed_in(site, UserFactory(role="official", office=office)) for _ in range(5)]
    forms = [form_of(visitors[index % 5], index) for index in range(PERSONS)]
    barrier = Barrier(PERSONS)

    def save(index):
        barrier.wait(timeout=30)
        return visitors[index % 5].post(ENTER, **forms[index])

    with ThreadPoolExecutor(PERSONS) as pool:
        answers = list(pool.map(save, range(PERSONS)))

    assert Counter(answer.status for answer in answers) == {302: 1, 409: 49}
    accepted = next(index for index, answer in enumerate(answers) if answer.status == 302)
    assert [f"{row.value:.0f}" for row in ObservationEntry.objects.all()] == [forms[accepted]["value"]]
    assert [release.version for release in Release.objects.filter(publication=None)] == [1]
    assert Event.objects.filter(verb="save_entry", refused=False).count() == 1
    assert not [answer for answer in answers if "locked" in answer.text]
    assert all(
        f'value="{form["value"]}"' in answer.text
        for form, answer in zip(forms, answers, strict=True)
        if answer.status == 409
    )
    assert check_invariants() == []


def signed_in(site, person):
    """With a session made here: the tests' passwords are hashed more cheaply than the server allows."""
    client, visitor = Client(), site.visitor
    client.force_login(person)
    visitor.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return visitor


def form_of(visitor, index):
    """The page as each of them opened it, with a figure of their own."""
    page = visitor.get(ENTER).text
    names = ("version", "token", "keeper", "period")
    sent = {name: found[1] for name in names if (found := re.search(rf'name="{name}" value="([^"]*)"', page))}
    return (
        {"period": "2025", "status": "A", "qualifier": "exact", "save": "1"}
        | sent
        | {
            "value": f"{index + 2}",
            "evidence_url": "https://example.org/table",
        }
    )
