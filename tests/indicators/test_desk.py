import datetime
import re
import uuid
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils.translation import override

from blueprint.actions import approval_digest
from blueprint.clock import today
from blueprint.models import Event, Head, Publication, Release
from blueprint.permissions import Role
from indicators.models import Assessment, Observation, ObservationEntry
from tests.factories import (
    REVISED,
    OfficeFactory,
    ReleaseFactory,
    approved_release,
    change,
    publish_baseline,
    publish_changes,
    publish_indicator,
    publish_observation,
    publish_office,
    publish_target,
    published_release,
    submitted_release,
)

ENTER = "/en/desk/indicators/I1/enter/"
MOVES = ("submit", "return", "approve", "take-back", "withdraw", "publish")


@pytest.fixture(autouse=True)
def english():
    """Addresses are made in the active language, and a request leaves its own active."""
    with override("en"):
        yield


@pytest.fixture
def series(db):
    """An indicator of the office itc with figures from 2020 to 2024 and a target for 2032."""
    publish_office()
    publish_indicator(short_name_en="Ratio", definition_en="One over the other.")
    publish_baseline()
    for period, value in (
        ("2020", "1.0"),
        ("2021", "1.1"),
        ("2022", "1.2"),
        ("2023", "1.3"),
        ("2024", "1.4"),
    ):
        publish_observation(period=period, value=Decimal(value))
    publish_target()


def typed(**fields):
    """What the form sends for a figure without surprises."""
    sent = {
        "version": "0",
        "token": str(uuid.uuid4()),
        "period": "2025",
        "value": "1.5",
        "status": "A",
        "qualifier": "exact",
        "evidence_url": "https://example.org/table",
        "evidence_title": "Table 1",
    }
    return sent | fields


def move(client, release, verb, **fields):
    """Send a move's form as the release's page carries it now."""
    release.refresh_from_db()
    seen = {"version": release.version, "digest": approval_digest(release)}
    return client.post(reverse(f"desk:release-{verb}", args=[release.pk]), seen | fields, follow=True)


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def state(release):
    release.refresh_from_db()
    return release.state


# The whole path


def test_figure_goes_from_the_form_to_the_public_by_three_persons(client, series, sign_in):
    sign_in(Role.OFFICIAL)
    answer = client.post(ENTER, typed(submit="1"))
    release = Release.objects.get()
    assert answer.headers["Location"] == f"/en/desk/releases/{release.pk}/"
    move(client, release, "submit")
    sign_in(Role.APPROVER)
    move(client, release, "approve")
    sign_in(Role.PUBLISHER)

    answer = move(client, release, "publish")

    release.refresh_from_db()
    row = Observation.objects.get(period="2025")
    assert (release.state, row.publication_id) == ("published", release.publication_id)
    assert (row.value, row.kind, row.status) == (Decimal("1.5"), "first", "A")
    assert said(answer) == [
        f'It is public now: <a href="/en/publications/{row.publication_id}/">publication {row.publication_id}</a>, '
        '<a href="/en/indicators/I1/">Ratio</a>'
    ]
    lines = b"".join(client.get("/data/observations.csv").streaming_content).decode().splitlines()
    (line,) = [line for line in lines if ",2025," in line]
    assert line.startswith("I1,An indicator,,,total,2025,1.5,percent,exact,A,no,first")
    assert "1.5%" in client.get("/en/indicators/I1/").content.decode()


def test_nothing_is_public_before_the_publication(client, series, sign_in):
    sign_in(Role.OFFICIAL)
    head, page = Head.objects.get().number, client.get("/en/indicators/I1/").content
    client.post(ENTER, typed(value="1.4321", submit="1"))
    release = Release.objects.get()
    move(client, release, "submit")
    sign_in(Role.APPROVER)
    move(client, release, "approve")

    assert Head.objects.get().number == head
    assert client.get("/en/indicators/I1/").content == page


def test_returned_release_comes_back_with_its_reason_and_can_be_mended(client, series, sign_in):
    official = sign_in(Role.OFFICIAL)
    client.post(ENTER, typed(submit="1"))
    release = Release.objects.get()
    move(client, release, "submit")
    sign_in(Role.APPROVER)
    move(client, release, "return", reason="Table 1 says 1.52.\nPlease look again.")
    client.force_login(official)

    assert "Table 1 says 1.52.\nPlease look again." in client.get("/en/desk/").content.decode()
    release.refresh_from_db()
    client.post(ENTER, typed(value="1.52", version=release.version, was="2025", submit="1"))
    move(client, release, "submit")

    assert ObservationEntry.objects.get().value == Decimal("1.52")
    assert state(release) == "submitted"


def test_desk_asks_visitors_to_sign_in(client, series):
    release = submitted_release()

    for address in (
        "/en/desk/",
        ENTER,
        release.get_absolute_url(),
        f"{release.get_absolute_url()}preview/I1/",
    ):
        assert client.get(address).headers["Location"] == f"/accounts/login/?next={address}"


# Entering


def test_enter_offers_the_next_period_due(client, series, sign_in):
    sign_in(Role.OFFICIAL)

    form = client.get(ENTER).context["form"]

    assert (form["period"].value(), form["version"].value(), form["was"].value()) == ("2025", 0, None)


def test_enter_a_published_period_starts_from_its_figure(client, series, sign_in):
    sign_in(Role.OFFICIAL)

    form = client.get(ENTER, {"period": "2024"}).context["form"]

    assert (form["period"].value(), form["value"].value(), form["kind"].value()) == ("2024", "1.4", None)


def test_enter_opens_the_draft_of_a_colleague(client, series, sign_in):
    sign_in(Role.OFFICIAL)
    client.post(ENTER, typed(value="1.5432", note_en="It grew.", save="1"))
    sign_in(Role.OFFICIAL)

    form = client.get(ENTER).context["form"]

    assert [form[name].value() for name in ("period", "was", "value", "note_en", "evidence_title")] == [
        "2025",
        "2025",
        "1.5432",
        "It grew.",
        "Table 1",
    ]


def test_enter_saves_a_draft_with_a_warning_but_does_not_hand_it_in(client, series, sign_in):
    sign_in(Role.OFFICIAL)

    answer = client.post(ENTER, typed(value="3", save="1"), follow=True)
    release = Release.objects.get()
    refused = move(client, release, "submit")

    assert said(answer) == ["Draft saved. Nothing is public yet."]
    assert [doubt.code for doubt, _box in answer.context["form"].value_warnings] == ["jump"]
    assert said(refused) == [
        "A warning still waits for its sentence. Open the figures, answer it, and submit again."
    ]
    assert state(release) == "draft"


def test_enter_hands_in_a_warning_with_its_sentence_for_the_approver(client, series, sign_in):
    sign_in(Role.OFFICIAL)
    first = client.post(ENTER, typed(value="3", submit="1"))
    assert (first.status_code, Release.objects.count()) == (200, 0)

    client.post(ENTER, typed(value="3", because_jump="A new institute opened.", submit="1"))

    release = Release.objects.get()
    move(client, release, "submit")
    sign_in(Role.APPROVER)
    page = client.get(release.get_absolute_url())
    (listed,) = page.context["warnings"]
    assert (listed["name"], listed["period"], listed["warnings"][0]["sentence"]) == (
        "Ratio",
        "2025",
        "A new institute opened.",
    )
    assert "A new institute opened." in page.content.decode()


def test_enter_sent_twice_makes_one_release(client, series, sign_in):
    sign_in(Role.OFFICIAL)
    sent = typed(submit="1")

    answers = [client.post(ENTER, sent) for _ in range(2)]

    release = Release.objects.get()
    assert {answer.headers["Location"] for answer in answers} == {f"/en/desk/releases/{release.pk}/"}
    assert Event.objects.filter(verb="save_entry").count() == 1


def test_enter_over_an_unseen_version_shows_both_and_loses_nothing(client, series, sign_in):
    sign_in(Role.OFFICIAL)
    client.post(ENTER, typed(value="1.51", save="1"))
    sign_in(Role.OFFICIAL)

    answer = client.post(ENTER, typed(value="1.52", note_en="My long comment.", save="1"))

    assert answer.status_code == 409
    clashes = answer.context["clashes"]
    assert {clash.field.name: (clash.theirs, clash.field.value()) for clash in clashes} == {
        "value": ("1.51", "1.52"),
        "note_en": ("nothing", "My long comment."),
    }
    assert answer.context["form"]["note_en"].value() == "My long comment."
    assert ObservationEntry.objects.get().value == Decimal("1.51")


def test_enter_again_after_a_conflict_is_a_decision(client, series, sign_in):
    sign_in(Role.OFFICIAL)
    client.post(ENTER, typed(value="1.51", save="1"))
    form = client.post(ENTER, typed(value="1.52", save="1")).context["form"]

    client.post(ENTER, form.data.dict())

    assert ObservationEntry.objects.get().value == Decimal("1.52")


def test_enter_while_a_release_is_submitted_leads_to_it(client, series, sign_in):
    sign_in(Role.OFFICIAL)
    client.post(ENTER, typed(save="1"))
    release = Release.objects.get()
    move(client, release, "submit")

    answer = client.get(ENTER)
    late = client.post(ENTER, typed(value="9", note_en="Kept.", version=release.version, save="1"))

    assert "A release with figures of this indicator is under way" in answer.content.decode()
    assert f'href="/en/desk/releases/{release.pk}/"' in answer.content.decode()
    assert (late.status_code, late.context["form"]["note_en"].value()) == (409, "Kept.")
    assert ObservationEntry.objects.get().value == Decimal("1.5")


@pytest.mark.parametrize("role", ["official", "head"])
def test_enter_a_figure_of_another_office_is_not_found(client, series, sign_in, role):
    sign_in(role, office=OfficeFactory(code="dpo"))

    assert client.get(ENTER).status_code == 404
    assert client.post(ENTER, typed(save="1")).status_code == 404
    assert client.get("/en/desk/indicators/none/enter/").status_code == 404
    assert Release.objects.count() == 0


@pytest.mark.parametrize(
    "role", ["approver", "publisher", "member", "chair", "secretary", "auditor", "administrator"]
)
def test_enter_is_for_those_who_enter_figures(client, series, sign_in, role):
    person = sign_in(role)

    assert client.get(ENTER).status_code == 403
    assert client.post(ENTER, typed(save="1")).status_code == 403
    assert Event.objects.filter(actor=person, refused=True).count() == 2
    assert Release.objects.count() == 0


def test_take_out_removes_a_period_from_the_draft(client, series, sign_in):
    sign_in(Role.OFFICIAL)
    client.post(ENTER, typed(save="1"))

    answer = client.post(f"{ENTER}2025/take-out/", {"version": "1"}, follow=True)

    assert said(answer)[-1] == "The figure for 2025 was taken out of the draft."
    assert (ObservationEntry.objects.count(), Release.objects.get().state) == (0, "withdrawn")


def test_take_out_what_is_not_there_is_refused(client, series, sign_in):
    sign_in(Role.OFFICIAL)
    client.post(ENTER, typed(save="1"))

    for period, version in (("2025", "7"), ("2025", "x" * 9999), ("2024", "1"), ("nonsense", "1")):
        assert client.post(f"{ENTER}{period}/take-out/", {"version": version}).status_code == 302

    assert ObservationEntry.objects.count() == 1


# Whatever is sent, nothing breaks and nothing wrong is stored

HOSTILE = [
    "\x00",
    "1\x002",
    "x" * 100_000,
    "9" * 100_000,
    "-1",
    "1e400",
    "NaN",
    "１２",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "%s%n{0}",
    "\ud800",
    "\u202e2025",
    "🙂" * 600,
    "2025-99-99",
    "https://example.org/" + "a" * 600,
    "https://[::1",
    "",
]
PARTS = {"dimension": "s", "name": {"en": "S"}, "categories": [{"code": "business", "name": {}}]}
FIELDS = [
    "version",
    "token",
    "was",
    "period",
    "value",
    "missing",
    "status",
    "qualifier",
    "kind",
    "break_before",
    "part_business",
    "reason",
    "note_en",
    "note_zh_hant",
    "evidence_url",
    "evidence_title",
    "because_no_evidence",
]


TEXTS = ["reason", "note_en", "note_zh_hant", "evidence_title", "because_no_evidence"]


def send(client, fields):
    body = urlencode(fields, errors="surrogatepass")
    return client.post(ENTER, body, content_type="application/x-www-form-urlencoded")


@pytest.mark.parametrize("frequency", ["annual", "irregular"])
@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_I19_enter_survives_anything_in_any_field(client, sign_in, value, frequency):
    publish_office()
    publish_indicator(short_name_en="Ratio", frequency=frequency, disaggregation=PARTS)
    sign_in(Role.OFFICIAL)

    # How often figures come matters to the period alone; texts do not meet each other before they are kept.
    alone = [[field] for field in FIELDS if field not in TEXTS] + [TEXTS]
    asked = alone if frequency == "annual" else [["period"]]
    statuses = {send(client, typed(save="1", **dict.fromkeys(names, value))).status_code for names in asked}
    statuses.add(send(client, dict.fromkeys(FIELDS, value)).status_code)

    assert statuses <= {200, 302, 400, 409, 413}
    assert set(ObservationEntry.objects.values_list("period", flat=True)) <= {"2025"}


@pytest.mark.parametrize("verb", MOVES)
@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 5000, "1\x00", "１"])
def test_move_with_a_strange_version_changes_nothing(client, series, sign_in, verb, version):
    release = submitted_release()
    sign_in(Role.HEAD)

    answer = client.post(
        reverse(f"desk:release-{verb}", args=[release.pk]),
        {"version": version, "reason": "r", "digest": "\x00"},
    )

    assert answer.status_code in (200, 302, 400)
    assert state(release) == "submitted"


@pytest.mark.parametrize(
    "address", ["releases/99999999999999999999/", "indicators/%00/enter/", "releases/0/preview/x/"]
)
def test_strange_address_is_not_found(client, sign_in, address):
    sign_in(Role.PUBLISHER)

    assert client.get(f"/en/desk/{address}").status_code in (400, 404)


# A release


def test_release_shows_before_and_after(client, series, sign_in):
    sign_in(Role.OFFICIAL)
    client.post(ENTER, typed(period="2024", value="1.6", kind="revision", reason="Late returns", save="1"))

    (figure,) = client.get(Release.objects.get().get_absolute_url()).context["figures"]

    assert [figure[n] for n in ("before", "after", "difference", "percent", "kind", "reason")] == [
        "1.4%",
        "1.6%",
        "+0.2 percentage points",
        "+14.29%",
        "routine revision",
        "Late returns",
    ]


def test_release_lists_its_evidence(client, series, sign_in):
    release = submitted_release(entries=[change("evidence", period="2024-10", title="Table 1")])
    sign_in(Role.APPROVER)

    (evidence,) = client.get(release.get_absolute_url()).context["evidence"]

    assert [evidence[name] for name in ("period", "url", "title")] == [
        "October 2024",
        "https://example.org/table",
        "Table 1",
    ]


def test_release_shows_the_effect_on_the_status(client, series, sign_in):
    sign_in(Role.OFFICIAL)
    head = Head.objects.get().number
    client.post(ENTER, typed(value="5", because_jump="Measured twice.", save="1"))

    (effect,) = client.get(Release.objects.get().get_absolute_url()).context["effects"]

    assert (effect["before"], effect["after"], effect["same"]) == ("far_behind", "reached_early", False)
    assert Head.objects.get().number == head


def test_release_that_is_published_is_compared_with_what_stood_before_it(client, series, sign_in):
    release = published_release(
        entries=[change("observation", value=Decimal(2), kind="revision", reason="Late returns")]
    )
    sign_in(Role.AUDITOR)

    (figure,) = client.get(release.get_absolute_url()).context["figures"]

    assert (figure["before"], figure["after"]) == ("1.4%", "2%")


def test_release_of_any_noun_shows_its_fields(client, series, sign_in):
    publish_changes(change("finding", confidence=3, text_en="Slow."))
    release = submitted_release(
        track="committee", office=None, reason="Misheard", entries=[change("finding", text_en="Better.")]
    )
    sign_in(Role.SECRETARY)

    page = client.get(release.get_absolute_url())

    (other,) = page.context["others"]
    assert (other.key, other.is_new) == ("1 · 1", False)
    assert ("Slow.", "Better.") in [(row.before, row.after) for row in other.rows]
    assert page.context["moves"] == ["return", "approve"]


def test_release_names_the_person_behind_a_commitment(client, series, sign_in):
    publish_changes(change("seat", holder_en="Ada Example"))
    release = submitted_release(
        track="central", office=None, reason="New", entries=[change("seat", holder_en="Bo Example")]
    )
    sign_in(Role.PUBLISHER)

    (other,) = client.get(release.get_absolute_url()).context["others"]

    assert [(row.before, row.after) for row in other.rows] == [("Ada Example", "Bo Example")]


def test_release_that_breaks_a_public_rule_says_so(client, series, sign_in):
    broken = change("target", target="I1-x", value=None)
    release = submitted_release(track="central", office=None, entries=[broken])
    sign_in(Role.PUBLISHER)

    page = client.get(release.get_absolute_url())
    move(client, release, "approve")
    answer = move(client, release, "publish")

    assert page.context["cannot_be_published"]
    assert "breaks a rule of the public tables" in said(answer)[0]
    assert state(release) == "approved"


@pytest.mark.parametrize(
    ("role", "office", "track", "status"),
    [
        ("official", "itc", "office", 200),
        ("approver", "itc", "office", 200),
        ("official", "dpo", "office", 404),
        ("head", "dpo", "office", 404),
        ("publisher", None, "office", 200),
        ("auditor", None, "office", 200),
        ("member", None, "office", 404),
        ("chair", None, "office", 404),
        ("administrator", None, "office", 404),
        ("chair", None, "committee", 200),
        ("secretary", None, "committee", 200),
        ("official", "itc", "committee", 404),
        ("administrator", None, "central", 200),
        ("official", "itc", "central", 404),
    ],
)
def test_release_is_seen_by_its_own_people(client, series, sign_in, role, office, track, status):
    entries = {"office": "observation", "committee": "finding", "central": "source"}
    said = REVISED if track == "office" else {}
    release = submitted_release(track=track, entries=[change(entries[track], **said)])
    sign_in(role, office=OfficeFactory(code=office) if office else None)

    statuses = [client.get(release.get_absolute_url()).status_code]
    if track == "office":
        statuses.append(client.get(f"{release.get_absolute_url()}preview/I1/").status_code)

    assert set(statuses) == {status}


def test_moves_of_another_office_are_not_found(client, series, sign_in):
    release = submitted_release()
    sign_in(Role.HEAD, office=OfficeFactory(code="dpo"))

    for verb in MOVES:
        address = reverse(f"desk:release-{verb}", args=[release.pk])
        assert client.post(address, {"version": release.version, "reason": "r"}).status_code == 404
    assert state(release) == "submitted"


@pytest.mark.parametrize("verb", MOVES)
def test_move_is_made_by_its_form_only(client, series, sign_in, verb):
    release = submitted_release()
    sign_in(Role.HEAD)

    assert client.get(reverse(f"desk:release-{verb}", args=[release.pk])).status_code == 405


def test_own_work_is_approved_by_another(client, series, sign_in):
    sign_in(Role.HEAD)
    client.post(ENTER, typed(save="1"))
    release = Release.objects.get()
    move(client, release, "submit")

    page = client.get(release.get_absolute_url())
    answer = move(client, release, "approve")

    assert page.context["moves"] == ["recall", "return"]
    assert page.context["next_step"].startswith(
        "You had a hand in this release, so another person must approve it."
    )
    assert said(answer)[0].startswith("You had a hand in this release")
    assert (state(release), release.events.filter(refused=True).count()) == ("submitted", 1)


@pytest.mark.parametrize("digest", ["", "0" * 64])
def test_approval_of_something_else_than_was_shown_is_refused(client, series, sign_in, digest):
    release = submitted_release()
    sign_in(Role.APPROVER)

    answer = move(client, release, "approve", digest=digest)

    assert said(answer)[0].startswith("Somebody changed this release")
    assert state(release) == "submitted"


def test_move_of_an_unseen_version_is_refused(client, series, sign_in):
    release = submitted_release()
    sign_in(Role.APPROVER)

    answer = move(client, release, "approve", version=release.version - 1)

    assert said(answer)[0].startswith("Somebody changed this release")
    assert (state(release), release.events.filter(refused=True).count()) == ("submitted", 1)


def test_move_sent_twice_is_made_once(client, series, sign_in):
    release = approved_release()
    sign_in(Role.PUBLISHER)
    sent = {"version": release.version}

    answers = [client.post(f"{release.get_absolute_url()}publish/", sent) for _ in range(2)]

    assert {answer.headers["Location"] for answer in answers} == {release.get_absolute_url()}
    assert release.events.filter(verb="publish", refused=False).count() == 1
    assert release.events.filter(refused=True).count() == 0


@pytest.mark.parametrize(("make", "verb"), [(submitted_release, "return"), (approved_release, "take-back")])
@pytest.mark.parametrize("reason", ["", "   \n "])
def test_reason_is_needed(client, series, sign_in, make, verb, reason):
    release = make()
    client.force_login(release.approved_by or sign_in(Role.HEAD))
    before = state(release)

    answer = move(client, release, verb, reason=reason)

    assert list(answer.context["reason_form"].errors["reason"]) == [
        "Say why, so that its author can mend it."
    ]
    assert (state(release), release.returned_reason) == (before, "")


def test_approval_is_taken_back_with_a_reason(client, series, sign_in):
    release = approved_release()
    client.force_login(release.approved_by)

    move(client, release, "take-back", reason="The source was withdrawn.")

    assert (state(release), release.returned_reason) == ("draft", "The source was withdrawn.")


def test_draft_is_withdrawn(client, series, sign_in):
    release = ReleaseFactory()
    sign_in(Role.OFFICIAL)

    move(client, release, "withdraw")

    assert state(release) == "withdrawn"


# Preview


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_preview_is_the_public_page_as_it_would_be(client, series, sign_in, language):
    sign_in(Role.OFFICIAL)
    client.post(ENTER, typed(value="1.5432", save="1"))
    release = Release.objects.get()
    counted = [model.objects.count() for model in (Publication, Observation, Assessment, Event)]

    answer = client.get(f"/{language}/desk/releases/{release.pk}/preview/I1/")

    page = answer.content.decode()
    assert "1.5432%" in page
    for code in ("en", "zh-hant", "zh-hans"):
        assert f'href="/{code}/desk/releases/{release.pk}/preview/I1/"' in page
    assert "indicators/indicator.html" in [template.name for template in answer.templates]
    assert [model.objects.count() for model in (Publication, Observation, Assessment, Event)] == counted
    assert "1.5432%" not in client.get(f"/{language}/indicators/I1/").content.decode()


def test_preview_of_what_the_release_does_not_touch_is_not_found(client, series, sign_in):
    publish_indicator("I2")
    release, done = submitted_release(), published_release()
    sign_in(Role.AUDITOR)

    assert client.get(f"{release.get_absolute_url()}preview/I2/").status_code == 404
    assert client.get(f"{done.get_absolute_url()}preview/I1/").status_code == 404


def test_preview_equals_the_page_after_publication(client, series, sign_in):
    release = approved_release(entries=[change("observation", period="2025", value=Decimal("1.5"))])
    sign_in(Role.PUBLISHER)

    rehearsed = client.get(f"{release.get_absolute_url()}preview/I1/").content.decode()
    move(client, release, "publish")
    public = client.get("/en/indicators/I1/").content.decode()

    assert figures_section(rehearsed) == figures_section(public)


def figures_section(page):
    """From the heading down to what names the moment of publication, without the ways to use what is public."""
    section = page[page.index("<h1>") : page.index("<caption")]
    section = re.sub(r'<details class="small elsewhere">.*?</details>', "", section, flags=re.DOTALL)
    section = re.sub(r'<p class="small"><a href="[^"]*/compare/[^"]*">[^<]*</a></p>', "", section)
    return re.sub(r">\s+<", "><", section)


def test_days_until_due_are_counted_in_hong_kong(client, series, sign_in):
    sign_in(Role.OFFICIAL)

    (update,) = client.get("/en/desk/").context["updates"]

    assert update.work.days == abs((update.standing.freshness.due_on - today()).days)
    assert update.standing.freshness.due_on == datetime.date(2026, 12, 31)
