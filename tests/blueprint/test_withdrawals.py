"""Takedown: what is withdrawn leaves every page and list, its own page says so, and nothing is left pointing at it."""

from decimal import Decimal

import pytest
from django.urls import reverse

from blueprint.actions import Refused, changes_of, submit_release
from blueprint.models import OfficeVersion, Publication, Release
from blueprint.permissions import Role
from indicators.models import Assessment, TargetVersion
from strategies.models import InitiativeVersion
from tests.factories import (
    PASSWORD,
    ReleaseFactory,
    UserFactory,
    change,
    publish_changes,
    publish_direction,
    publish_indicator,
    publish_observation,
    publish_one_of_each,
    publish_strategy,
    publish_target,
    published_release,
)
from tests.reading import LANGUAGE_TAGS, LANGUAGES, texts

pytestmark = pytest.mark.django_db

WHY = "Published by mistake before its embargo."
PAGES = {
    "initiative": ("park", "/en/initiatives/park/", "/en/initiatives/"),
    "indicator": ("I1", "/en/indicators/I1/", "/en/indicators/"),
    "strategy": ("1", "/en/strategies/1/", "/en/strategies/"),
    "direction": ("1", "/en/directions/1/", "/en/"),
    "meeting": ("1", "/en/committee/meetings/1/", "/en/committee/"),
}


def withdraw(name, **content):
    """By the way there is: a release of two persons, with its reason."""
    entries = [change(name, **content, withdrawn=True)]
    return published_release(track="central", reason=WHY, entries=entries).publication


def publish_alone(name):
    """The thing itself, and only what it refers to."""
    publish_changes(change("plan"))
    return publish_changes(change(name))


@pytest.mark.parametrize("name", PAGES)
def test_page_of_what_was_withdrawn_is_410_in_words(client, name):
    _code, address, listing = PAGES[name]
    before = publish_alone(name)
    assert client.get(address).status_code == 200

    number = withdraw(name).number

    response = client.get(address)
    page = response.content.decode()
    assert (response.status_code, texts(response, "h1")) == (410, ["This was withdrawn"])
    assert WHY in page
    assert f'href="{address}?as_at={number - 1}"' in page
    assert f'href="/en/publications/{number}/"' in page
    assert client.get(f"{address}?as_at={before.number}").status_code == 200
    assert client.get(f"{address}?as_at={number}").status_code == 410
    listed = client.get(listing)
    assert listed.status_code == 200
    assert f'href="{address}"' not in listed.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_withdrawn_page_is_in_each_language(client, language):
    publish_alone("initiative")
    withdraw("initiative")

    response = client.get(f"/{language}/initiatives/park/")

    assert response.status_code == 410
    assert f'<html lang="{LANGUAGE_TAGS[language]}">' in response.content.decode()


def test_withdrawal_is_a_publication_of_its_own_kind(client):
    publish_alone("initiative")

    publication = withdraw("initiative")

    assert (publication.kind, publication.reason) == (Publication.Kind.WITHDRAWAL, WHY)
    assert [row.withdrawn for row in InitiativeVersion.objects.order_by("publication_id")] == [False, True]
    assert not InitiativeVersion.objects.as_at(publication.number).exists()


def test_what_was_never_there_is_404_and_not_410(client):
    publish_alone("initiative")

    assert client.get("/en/initiatives/other/").status_code == 404


def test_withdrawn_indicator_takes_its_figures_and_targets_from_the_files(client):
    publish_indicator("I1")
    publish_observation("I1")
    publish_target("I1-2032", indicator="I1")
    publish_indicator("I2")
    publish_observation("I2")

    number = withdraw("indicator", indicator="I1").number

    for file in ("observations", "targets", "assessments", "indicators"):
        now = client.get(f"/data/{file}.csv").getvalue().decode()
        then = client.get(f"/data/{file}.csv?as_at={number - 1}").getvalue().decode()
        assert ("I1" in now, "I1" in then) == (False, True), file
    assert client.get("/data/observations.csv?history=1").getvalue().decode().count("I1,") == 0
    assert client.get("/en/").status_code == 200


def test_withdrawn_target_is_judged_no_more_and_stays_on_record(client):
    publish_indicator("I1")
    publish_observation("I1", value=Decimal(2))
    publish_target("I1-2032", value=Decimal(5))
    said = {"reason": "Set without authority", "authority": "The Bureau", "decided_on": "2026-03-02"}

    number = withdraw("target", target="I1-2032", value=Decimal(5), **said).number

    rows = Assessment.objects.as_at(number).filter(indicator="I1")
    assert [(row.against, row.status) for row in rows] == [("none", "not_set")]
    promised = [each for each in texts(client.get("/en/indicators/I1/"), "li") if "5% by 2032" in each]
    assert [("withdrawn" in each, "Set without authority" in each) for each in promised] == [
        (True, True),
        (False, False),
    ]
    lines = client.get("/data/targets.csv").getvalue().decode().splitlines()[1:]
    assert [(line.split(",")[4], line.split(",")[10]) for line in lines] == [("5", "1"), ("", "2")]
    assert TargetVersion.objects.count() == 2


# What still refers to it


REFERRED = [
    ("office", "office", "itc", "indicator “An indicator”"),
    ("unit", "unit", "percent", "indicator “An indicator”"),
    ("stage", "stage", "second", "target “I1-2032”"),
    ("strategy", "strategy", "1", "indicator “An indicator”"),
    ("direction", "direction", "1", "strategy “A strategy”"),
    ("meeting", "meeting", "1", "finding “Goes well.”"),
    ("committee", "committee", "review", "meeting “1”"),
]


@pytest.mark.parametrize(("name", "key", "code", "other"), REFERRED)
def test_what_something_refers_to_is_not_withdrawn(name, key, code, other):
    publish_one_of_each()
    release = ReleaseFactory(
        track="central", reason=WHY, entries=[change(name, **{key: code}, withdrawn=True)]
    )

    with pytest.raises(Refused) as refusal:
        submit_release(release, by=release.created_by)

    assert "cannot be withdrawn while this refers to it" in str(refusal.value)
    assert other in str(refusal.value)
    release.refresh_from_db()
    assert release.state == "draft"


def test_things_that_refer_to_each_other_are_withdrawn_together():
    publish_direction("7")
    publish_strategy("70", direction="7")
    entries = [
        change("direction", direction="7", withdrawn=True),
        change("strategy", strategy="70", direction="7", withdrawn=True),
    ]

    publication = published_release(track="central", reason=WHY, entries=entries).publication

    assert publication.kind == Publication.Kind.WITHDRAWAL


def test_nothing_new_refers_to_what_was_withdrawn():
    publish_changes(change("office", office="dpo"))
    withdraw("office", office="dpo")
    release = ReleaseFactory(track="central", reason="New", entries=[change("initiative", office="dpo")])

    with pytest.raises(Refused, match="refers to dpo, which was withdrawn"):
        submit_release(release, by=release.created_by)


def test_what_was_never_published_is_not_withdrawn():
    release = ReleaseFactory(track="central", reason=WHY, entries=[change("source", withdrawn=True)])

    with pytest.raises(Refused, match="was never published"):
        submit_release(release, by=release.created_by)


# Reasons


@pytest.mark.parametrize("track", ["central", "committee"])
@pytest.mark.parametrize("reason", ["", "  \n"])
def test_published_text_changes_only_with_a_reason(track, reason):
    name, content = {
        "central": ("office", {"name_en": "Another name"}), "committee": ("finding", {"confidence": 2}),
    }[track]  # fmt: skip
    publish_changes(change(name))
    release = ReleaseFactory(track=track, office=None, reason=reason, entries=[change(name, **content)])

    with pytest.raises(Refused, match="Say why; the reason is published with it"):
        submit_release(release, by=release.created_by)


def test_new_thing_needs_no_reason():
    release = ReleaseFactory(track="central", entries=[change("source")])

    submit_release(release, by=release.created_by)

    assert release.state == "submitted"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("observation", {"reason": "Late returns"}, "what kind of change"),
        ("observation", {"kind": "revision"}, "what kind of change"),
        ("target", {"reason": "Reviewed", "authority": "The Bureau"}, "when it was decided"),
    ],
)
def test_figure_or_target_published_meanwhile_must_say_why_before_it_is_approved(name, content, said):
    publish_changes(change(name))
    release = ReleaseFactory(track="central", reason="Needed", entries=[change(name, **content)])

    with pytest.raises(Refused, match=said):
        submit_release(release, by=release.created_by)


# By the form of the administration


def test_admin_withdraws_with_a_reason(client):
    publish_alone("initiative")
    client.login(username=UserFactory(role=Role.ADMINISTRATOR).email, password=PASSWORD)
    address = reverse("admin:strategies_initiativeversion_change", args=[InitiativeVersion.objects.get().pk])
    form = client.get(address).context["adminform"].form
    sent = {b.html_name: b.value() for b in form if b.value() not in (None, False, "")}

    client.post(address, sent | {"withdrawn": "on", "why": WHY})

    release = Release.objects.get()
    (proposed,) = changes_of(release)
    assert (release.reason, release.state, proposed.content["withdrawn"]) == (WHY, "submitted", True)


def test_admin_offers_no_withdrawal_of_what_is_new(client):
    client.login(username=UserFactory(role=Role.ADMINISTRATOR).email, password=PASSWORD)

    form = client.get(reverse("admin:blueprint_officeversion_add")).context["adminform"].form

    assert "withdrawn" not in form.fields
    assert not OfficeVersion.objects.exists()
