"""Figures can be entered while an approved release of the same indicator waits for its moment."""

import uuid
from decimal import Decimal

import pytest
from django.utils.translation import override

from blueprint.actions import approval_digest, take_back_approval
from blueprint.models import Event, Release, User
from blueprint.permissions import Role
from blueprint.scheduling import publish_due
from indicators.actions import open_release_for
from indicators.models import IndicatorVersion, Observation, ObservationEntry
from tests.factories import (
    OfficeFactory,
    ReleaseFactory,
    UserFactory,
    approved_release,
    change,
    publish_indicator,
    publish_observation,
    set_clock,
    submitted_release,
)

ENTER = "/en/desk/indicators/I1/enter/"
# What the waiting release says; nobody but the few may meet it.
SECRET = "7.391"
WAITS = "is approved and waits for its moment"


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def waiting(db):
    """An approved release that corrects the public figure of 2024 and waits for tomorrow."""
    publish_indicator(short_name_en="Ratio", definition_en="One over the other.")
    publish_observation(period="2024", value=Decimal("1.4"))
    return approved_release(due_in=86400, entries=[revision("2024")])


def revision(period):
    return change(
        "observation", period=period, value=Decimal(SECRET), kind="revision", reason="Late returns."
    )


def colleague(client, role=Role.OFFICIAL):
    person = UserFactory(role=role)
    client.force_login(person)
    return person


def typed(**fields):
    sent = {
        "version": "0",
        "token": str(uuid.uuid4()),
        "period": "2024",
        "value": "1.45",
        "status": "A",
        "qualifier": "exact",
        "kind": "correction",
        "reason": "A slip of the pen.",
        "evidence_url": "https://example.org/table",
        "evidence_title": "Table 1",
    }
    return sent | fields


def move(client, release, verb, by, **fields):
    client.force_login(by)
    release.refresh_from_db()
    seen = {"version": release.version, "digest": approval_digest(release)}
    return client.post(f"/en/desk/releases/{release.pk}/{verb}/", seen | fields)


def published_beside(client, waiting, **fields):
    """Another release of the same indicator, entered, approved and published while the first one waits."""
    author = colleague(client)
    assert client.post(ENTER, typed(**fields, submit="1")).status_code == 302
    release = Release.objects.exclude(pk=waiting.pk).get()
    for verb, person in (
        ("submit", author),
        ("approve", UserFactory(role=Role.APPROVER)),
        ("publish", UserFactory(role=Role.PUBLISHER)),
    ):
        assert move(client, release, verb, person).status_code == 302
    release.refresh_from_db()
    assert release.state == "published"
    return release


def state(release):
    return Release.objects.get(pk=release.pk).state


def test_colleague_enters_on_top_of_what_is_public_and_learns_nothing(client, waiting):
    colleague(client)

    page = client.get(f"{ENTER}?period=2024")
    asked = client.get(f"{ENTER}?period=2024&release={waiting.pk}")

    for answer in (page, asked):
        html = answer.content.decode()
        assert (answer.context["form"]["value"].value(), answer.context["open"]) == ("1.4", True)
        assert (answer.context["form"]["version"].value(), answer.context["approved"]) == (0, [])
        assert (SECRET in html, WAITS in html, f"releases/{waiting.pk}/" in html) == (False, False, False)
        assert (answer.context["waiting"], answer.context["effect"]) == ([], None)


def test_page_of_a_colleague_is_the_same_with_and_without_the_waiting_release(client, waiting):
    colleague(client)
    hidden = ["csrfmiddlewaretoken", 'name="token"', 'name="keeper"', "nonce"]

    def page():
        lines = client.get(f"{ENTER}?period=2024").content.decode().splitlines()
        return [line for line in lines if not any(word in line for word in hidden)]

    before = page()
    # As if the office had never had it.
    Release.objects.filter(pk=waiting.pk).update(office=OfficeFactory(code="dpo"))

    assert len(before) > 30
    assert page() == before


def test_author_enters_on_top_of_what_is_public_and_is_told(client, waiting):
    client.force_login(User.objects.get(pk=waiting.created_by_id))

    page = client.get(f"{ENTER}?period=2024")

    html = page.content.decode()
    form = page.context["form"]
    assert form["value"].value() == "1.4"
    # Of what waits, what the author did is told, and nothing of it stands in the form.
    assert (WAITS in html, SECRET in "".join(str(field) for field in form)) == (True, False)
    assert f'<a href="/en/desk/releases/{waiting.pk}/">Release {waiting.pk}</a>' in html


def test_figure_is_saved_in_a_release_of_its_own(client, waiting):
    colleague(client)

    answer = client.post(ENTER, typed(save="1"))

    release = Release.objects.exclude(pk=waiting.pk).get()
    assert answer.headers["Location"] == f"{ENTER}?period=2024"
    held = ObservationEntry.objects.order_by("release_id").values_list("release", "value")
    assert list(held) == [(waiting.pk, Decimal(SECRET)), (release.pk, Decimal("1.45"))]
    assert (state(waiting), waiting.version) == ("approved", Release.objects.get(pk=waiting.pk).version)


def test_release_that_builds_on_a_value_changed_meanwhile_is_not_published(client, waiting):
    # Its moment comes while nobody looks; from here on nothing but the other release can stand against it.
    set_clock(waiting, waiting.approved_at)
    release = published_beside(client, waiting)

    client.force_login(User.objects.get(pk=waiting.approved_by_id))
    page = client.get(f"/en/desk/releases/{waiting.pk}/")
    assert page.context["schedule"]["changed"] == [("Ratio, 2024", release.publication_id)]

    assert publish_due() == []

    assert state(waiting) == "approved"
    assert Observation.objects.filter(period="2024").last().value == Decimal("1.45")
    refusals = Event.objects.filter(release=waiting, verb="publish_due", refused=True)
    assert ["needs a new approval" in event.detail["reason"] for event in refusals] == [True]


def test_release_for_another_period_is_published_at_its_moment(client, waiting):
    published_beside(client, waiting, period="2025", kind="", reason="")
    waiting.refresh_from_db()
    assert approval_digest(waiting) == waiting.approved_digest
    set_clock(waiting, waiting.approved_at)

    (publication,) = publish_due()

    assert state(waiting) == "published"
    rows = Observation.objects.filter(publication=publication).values_list("period", "value")
    assert list(rows) == [("2024", Decimal(SECRET))]


def test_two_may_be_approved_and_wait_at_once(client, waiting):
    author = colleague(client)
    client.post(ENTER, typed(submit="1"))
    release = Release.objects.exclude(pk=waiting.pk).get()
    move(client, release, "submit", author)
    move(client, release, "approve", UserFactory(role=Role.APPROVER))

    assert (state(waiting), state(release)) == ("approved", "approved")
    client.force_login(author)
    html = client.get(ENTER).content.decode()
    assert (f"Release {release.pk}</a> {WAITS}" in html, f"Release {waiting.pk}</a>" in html) == (True, False)


def test_draft_is_continued_and_a_submitted_release_is_shown(client, db):
    publish_indicator(short_name_en="Ratio")
    indicator = IndicatorVersion.objects.get()
    draft = ReleaseFactory()
    colleague(client)

    page = client.get(ENTER)
    assert (page.context["release"], page.context["open"]) == (draft, True)
    move(client, draft, "submit", User.objects.get(pk=draft.created_by_id))
    page = client.get(ENTER)

    assert (page.context["release"], page.context["open"]) == (draft, False)
    assert "is under way, so no other can be begun" in page.content.decode()
    assert open_release_for(indicator) == draft


def test_approval_taken_back_beside_a_draft_leaves_both_to_be_mended(client, waiting):
    colleague(client)
    client.post(ENTER, typed(save="1"))
    draft = Release.objects.exclude(pk=waiting.pk).get()
    take_back_approval(waiting, by=User.objects.get(pk=waiting.approved_by_id), reason="A doubt.")
    Release.objects.filter(pk=draft.pk).update(version=waiting.version)

    stale = client.post(
        ENTER, typed(version=waiting.version, release=draft.pk, was="2024", value="1.46", save="1")
    )
    page = client.get(f"{ENTER}?release={draft.pk}")
    other = client.get(ENTER)

    assert stale.headers["Location"] == f"{ENTER}?period=2024&release={draft.pk}"
    held = ObservationEntry.objects.filter(release=draft).values_list("value", flat=True)
    assert list(held) == [Decimal("1.46")]
    assert (page.context["release"], page.context["beside"]) == (draft, [waiting])
    assert (other.context["release"], other.context["beside"]) == (waiting, [draft])


def test_form_of_a_draft_that_has_gone_is_not_saved_to_another_at_the_same_version(client, waiting):
    colleague(client)
    draft = ReleaseFactory()

    answer = client.post(ENTER, typed(version=draft.version, release=waiting.pk, save="1"))

    held = ObservationEntry.objects.filter(release=draft).values_list("value", flat=True)
    assert (answer.status_code, Decimal("1.45") in held) == (409, False)


def test_figures_are_not_taken_out_of_what_waits(client, waiting):
    colleague(client)

    for version in (0, waiting.version):
        client.post(f"{ENTER}2024/take-out/", {"version": version, "release": waiting.pk})

    assert ObservationEntry.objects.get().value == Decimal(SECRET)


def test_updates_offer_the_form_and_name_what_waits_to_those_who_may_see_it(client, waiting):
    colleague(client)
    unseen = client.get("/en/desk/").content.decode()
    client.force_login(User.objects.get(pk=waiting.created_by_id))
    seen = client.get("/en/desk/").content.decode()

    for html in (unseen, seen):
        assert f'<a href="{ENTER}">Enter a figure' in html
    assert (f"/releases/{waiting.pk}/" in unseen, "for few to see" in unseen) == (False, True)
    assert (f"/releases/{waiting.pk}/" in seen, "for few to see" in seen) == (True, False)


@pytest.mark.parametrize("verb", ["approve", "return"])
def test_approver_who_comes_second_is_told_and_led_to_the_desk(client, db, verb):
    publish_indicator()
    release = submitted_release()
    first, second = UserFactory(role=Role.APPROVER), UserFactory(role=Role.APPROVER)
    seen = {"version": release.version, "digest": approval_digest(release), "reason": "No."}
    move(client, release, "approve", first)
    client.force_login(second)

    answer = client.post(f"/en/desk/releases/{release.pk}/{verb}/", seen, follow=True)

    said = [str(message) for message in answer.context["messages"]]
    assert answer.redirect_chain == [("/en/desk/", 302)]
    assert said == ["This release was approved by a colleague meanwhile."]
    assert Release.objects.get().approved_by == first


@pytest.mark.parametrize(("office", "version"), [("dpo", 2), ("itc", 1), ("itc", 3)])
def test_approved_release_stays_unfound_for_those_who_saw_nothing_of_it(client, db, office, version):
    publish_indicator()
    release = approved_release()
    client.force_login(UserFactory(role=Role.APPROVER, office=OfficeFactory(code=office)))

    answer = client.post(f"/en/desk/releases/{release.pk}/approve/", {"version": version})

    assert (release.version, answer.status_code) == (3, 404)
