"""The moment of a release: set with the draft, approved with it, moved by two persons, said on the calendar."""

import datetime
import json
import os
import time

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import override

from blueprint.actions import (
    Moved,
    Refused,
    approval_digest,
    approve_release,
    publish_release,
    submit_release,
    take_back_approval,
)
from blueprint.clock import HONG_KONG, database_now
from blueprint.languages import Unsettled
from blueprint.models import CalendarItemVersion, Event, Publication, Release, Rescheduling
from blueprint.permissions import Role
from blueprint.publishing import in_languages
from blueprint.scheduling import (
    agree_moment,
    decline_moment,
    overtaken,
    propose_moment,
    publish_due,
    set_moment,
)
from indicators.models import Observation, ObservationEntry
from tests.factories import (
    ReleaseFactory,
    UserFactory,
    approved_release,
    change,
    names_of,
    person_for,
    publish_changes,
    publish_indicator,
    publish_observation,
    set_clock,
    submitted_release,
)
from tests.races import at_once
from tests.reading import texts

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)
NOTES = {"notes_en": "With 2025.", "notes_zh_hant": "包括二〇二五年。", "notes_zh_hans": "含2025年。"}
REASON = {"en": "The survey came in late.", "zh_hant": "調查資料遲交。", "zh_hans": "调查材料迟交。"}


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def sign_in(client):
    def sign_in(role, **fields):
        person = UserFactory(role=role, **fields)
        client.force_login(person)
        return person

    return sign_in


def later(**delta):
    """A moment to come, to the minute."""
    return (database_now() + datetime.timedelta(**delta)).replace(second=0, microsecond=0)


def in_form(moment):
    local = moment.astimezone(HONG_KONG)
    return {"day": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"}


def publisher():
    return UserFactory(role=Role.PUBLISHER)


def set_to(release, moment, *, by=None, item=None, **notes):
    release.refresh_from_db()
    said = {"publish_at": moment, "calendar_item": item, "notes": notes}
    try:
        set_moment(release, by=by or release.created_by, **said)
    except Unsettled as unsettled:
        names = names_of(unsettled.asked)
        release.refresh_from_db()
        set_moment(release, by=by or release.created_by, accepting=names, **said)
    return release


def send(client, release, page, **fields):
    release.refresh_from_db()
    address = reverse(f"desk:release-{page}", args=[release.pk])
    return client.post(address, {"version": release.version} | fields, follow=True)


def announced(moment, code="2026-10"):
    """On the calendar for this moment."""
    local = moment.astimezone(HONG_KONG)
    publish_changes(
        change("calendaritem", calendar_item=code, planned_on=local.date(), planned_time=local.time())
    )
    return code


def announced_release(moment):
    release = set_to(ReleaseFactory(), moment, item=announced(moment))
    submit_release(release, by=release.created_by)
    approve_release(release, by=person_for(Role.APPROVER, release), digest=approval_digest(release))
    return release


# Setting it


@pytest.mark.parametrize("make", [ReleaseFactory, submitted_release])
@pytest.mark.parametrize("role", ["official", "approver", "head", "publisher"])
def test_moment_is_set_before_the_approval_by_those_who_make_decide_or_publish(make, role):
    release, moment = make(), later(days=2)
    person = person_for(role, release)

    set_to(release, moment, by=person, en="For the first time.")

    stored = Release.objects.get(pk=release.pk)
    assert (stored.publish_at, stored.notes_en, stored.version) == (
        moment,
        "For the first time.",
        release.version,
    )
    assert stored.contributors.filter(user=person).exists()
    event = Event.objects.get(verb="set_moment", refused=False)
    assert (event.actor, event.detail["before"]["publish_at"]) == (person, None)
    assert event.detail["after"]["publish_at"] == moment.isoformat()


@pytest.mark.parametrize("role", ["member", "chair", "secretary", "auditor", "administrator"])
def test_moment_is_not_set_by_others(role):
    release = ReleaseFactory()

    with pytest.raises(Refused, match="Your role"):
        set_to(release, later(days=2), by=person_for(role, release))


def test_moment_that_is_past_or_too_near_is_refused():
    release = ReleaseFactory()

    for seconds in (-86400, -1, 0, 50):
        with pytest.raises(Refused, match="passed or is too near"):
            set_to(release, database_now() + datetime.timedelta(seconds=seconds))
    set_to(release, database_now() + datetime.timedelta(seconds=65))

    assert Event.objects.filter(verb="set_moment", refused=True).count() == 4


def test_moment_of_an_approved_release_is_not_set_any_more():
    release = approved_release(due_in=3600)

    with pytest.raises(Refused, match="moved by two persons"):
        set_to(release, later(days=2))


def test_who_set_the_moment_does_not_approve_it():
    release = submitted_release()
    approver = person_for(Role.APPROVER, release)
    set_to(release, later(days=2), by=approver)

    with pytest.raises(Refused, match="Nobody approves their own work"):
        approve_release(release, by=approver, digest=approval_digest(release))


@pytest.mark.parametrize("step", ["submit", "approve"])
def test_release_whose_moment_has_passed_is_not_decided_on(step):
    release = ReleaseFactory() if step == "submit" else submitted_release()
    Release.objects.update(publish_at=database_now() - HOUR)
    release.refresh_from_db()

    def decide():
        if step == "submit":
            return submit_release(release, by=release.created_by)
        approver = person_for(Role.APPROVER, release)
        return approve_release(release, by=approver, digest=approval_digest(release))

    with pytest.raises(Refused, match="Set another first"):
        decide()


@pytest.mark.parametrize(
    "columns",
    [
        {"publish_at": "another"},
        {"notes_zh_hans": "补充说明"},
        {"title_en": "Another title"},
        {"reason": "Another reason"},
        {"calendar_item_id": "2026-10"},
    ],
    ids=str,
)
def test_approval_binds_the_moment_and_the_words_too(columns):
    publish_changes(change("calendaritem"))
    release = set_to(submitted_release(), later(days=2))
    seen = approval_digest(release)
    if "publish_at" in columns:
        columns = {"publish_at": later(days=3)}
    Release.objects.filter(pk=release.pk).update(**columns)
    release.refresh_from_db()

    with pytest.raises(Moved):
        approve_release(release, by=person_for(Role.APPROVER, release), digest=seen)


# The calendar


def test_announced_release_says_so_with_its_publication():
    moment = later(days=2)
    release = announced_release(moment)
    set_clock(release, moment)
    publish_indicator()
    Release.objects.update(publish_at=database_now())
    set_clock(release, database_now())

    publish_due()

    release.refresh_from_db()
    leaf = json.loads(bytes(release.publication.leaf))
    assert (release.publication.calendar_item_id, leaf["announced"]) == ("2026-10", "2026-10")


def test_moment_before_the_announced_one_is_refused():
    moment = later(days=2)
    code, release = announced(moment), ReleaseFactory()

    with pytest.raises(Refused, match="may not come sooner"):
        set_to(release, moment - datetime.timedelta(minutes=1), item=code)
    set_to(release, moment, item=code)


def test_calendar_item_called_off_or_without_a_moment_is_refused():
    moment = later(days=2)
    code = announced(moment)

    with pytest.raises(Refused, match="needs the moment"):
        set_to(ReleaseFactory(), None, item=code)
    publish_changes(
        change("calendaritem", calendar_item=code, planned_on=moment.date(), called_off=True), reason="No."
    )
    with pytest.raises(Refused, match="does not stand on the calendar"):
        set_to(ReleaseFactory(), moment, item=code)


# Nobody publishes sooner


def test_scheduled_release_is_published_by_nobody_but_the_clock(client, sign_in):
    release = approved_release(due_in=3600)
    person = sign_in(Role.PUBLISHER)

    with pytest.raises(Refused, match="published by the clock"):
        publish_release(release, by=person)
    page = send(client, release, "publish")

    assert (page.status_code, page.context["moves"]) == (403, [])
    assert Publication.objects.count() == 0


# Moving it


def test_E16_moment_is_moved_by_two_persons_with_a_public_reason_on_the_calendar():
    release = announced_release(later(days=2))
    first, new = release.publish_at, later(days=3)
    proposal = propose_moment(release, by=publisher(), to_at=new, reason=REASON)

    assert Release.objects.get(pk=release.pk).publish_at == first
    agree_moment(release, by=release.approved_by)

    item = CalendarItemVersion.objects.filter(calendar_item="2026-10").as_at(99).get()
    publication = Publication.objects.head()
    local = new.astimezone(HONG_KONG)
    assert (item.planned_on, item.planned_time) == (local.date(), local.time())
    assert (publication.kind, publication.notes_zh_hant) == ("calendar", "調查資料遲交。")
    assert (publication.reason, item.publication) == ("The survey came in late.", publication)
    assert Release.objects.get(pk=release.pk).publish_at == new
    proposal.refresh_from_db()
    assert (proposal.agreed, proposal.decided_by) == (True, release.approved_by)
    assert list(
        Event.objects.filter(verb__endswith="_moment").order_by("id").values_list("verb", flat=True)
    ) == [
        "set_moment",
        "propose_moment",
        "agree_moment",
    ]


def test_E16_moved_release_is_published_with_the_reason_of_its_move():
    publish_indicator()
    release = approved_release(due_in=86400)
    first, new = release.publish_at, later(days=3)
    propose_moment(release, by=publisher(), to_at=new, reason=REASON)
    agree_moment(release, by=release.approved_by)
    set_clock(release, database_now())

    (publication,) = publish_due()

    assert publication.rescheduled == [
        {
            "from": first.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "to": new.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "reason": REASON,
        }
    ]
    assert json.loads(bytes(publication.leaf))["rescheduled"] == publication.rescheduled


@pytest.mark.parametrize(
    ("minutes", "allowed"), [(-1440, False), (0, False), (59, False), (61, True), (1440, True)]
)
def test_E16_new_moment_needs_an_hour_of_notice_earlier_or_later(minutes, allowed):
    release = approved_release(due_in=3 * 3600)
    to_at = database_now() + datetime.timedelta(minutes=minutes)

    if allowed:
        propose_moment(release, by=publisher(), to_at=to_at, reason=REASON)
    else:
        with pytest.raises(Refused, match="at least one hour"):
            propose_moment(release, by=publisher(), to_at=to_at, reason=REASON)

    assert Rescheduling.objects.count() == allowed


def test_E16_proposal_that_waited_too_long_cannot_be_agreed_to():
    release = approved_release(due_in=3 * 3600)
    propose_moment(release, by=publisher(), to_at=database_now() + 2 * HOUR, reason=REASON)
    Rescheduling.objects.update(to_at=database_now() + HOUR / 2)

    with pytest.raises(Refused, match="at least one hour"):
        agree_moment(release, by=release.approved_by)


def test_E16_who_proposes_does_not_agree():
    release = approved_release(due_in=86400)
    person = publisher()
    proposal = propose_moment(release, by=person, to_at=later(days=3), reason=REASON)

    with pytest.raises(Refused, match="another person must agree"):
        agree_moment(release, by=person)
    with pytest.raises(IntegrityError, match="rescheduling_takes_two_persons"), transaction.atomic():
        Rescheduling.objects.filter(pk=proposal.pk).update(
            agreed=True, decided_by=person, decided_at=database_now()
        )


def test_E16_proposal_is_declined_and_the_moment_stays():
    release = approved_release(due_in=86400)
    moment = release.publish_at
    propose_moment(release, by=publisher(), to_at=later(days=3), reason=REASON)

    decline_moment(release, by=release.approved_by)

    assert Release.objects.get(pk=release.pk).publish_at == moment
    propose_moment(release, by=publisher(), to_at=later(days=4), reason=REASON)
    with pytest.raises(Refused, match="waiting already"):
        propose_moment(release, by=publisher(), to_at=later(days=5), reason=REASON)


def test_E16_reason_is_needed_and_published_releases_do_not_move():
    publish_indicator()
    release = approved_release(due_in=86400)

    with pytest.raises(Refused, match="Say why"):
        propose_moment(release, by=publisher(), to_at=later(days=3), reason={"en": " "})
    propose_moment(release, by=publisher(), to_at=later(days=3), reason=REASON)
    set_clock(release, database_now())
    publish_due()
    release.refresh_from_db()
    with pytest.raises(Refused):
        agree_moment(release, by=release.approved_by)
    with pytest.raises(Refused, match="before it is public"):
        propose_moment(release, by=publisher(), to_at=later(days=3), reason=REASON)


@pytest.mark.parametrize("role", ["official", "member", "auditor", "administrator"])
def test_E16_moment_is_moved_by_those_who_approve_or_publish_only(role):
    release = approved_release(due_in=86400)

    with pytest.raises(Refused, match="Your role"):
        propose_moment(release, by=person_for(role, release), to_at=later(days=3), reason=REASON)


@pytest.mark.django_db(transaction=True)
def test_E16_agreement_and_publication_at_once_leave_one_of_them():
    publish_indicator()
    for turn in range(8):
        release = approved_release(due_in=86400, entries=[change("observation", period=str(1990 + turn))])
        propose_moment(release, by=publisher(), to_at=later(days=3), reason=REASON)
        set_clock(release, database_now())

        def act(index, release=release):
            return agree_moment(release, by=release.approved_by) if index else publish_due()

        published, agreed = at_once(act, threads=2)

        release = Release.objects.get(pk=release.pk)
        if release.state == "published":
            assert (len(published), isinstance(agreed, Refused)) == (1, True)
            assert release.publication.rescheduled == []
        else:
            assert (published, release.publish_at) == ([], agreed.to_at)


def test_approval_taken_back_closes_a_proposal_to_move():
    release = approved_release(due_in=86400)
    propose_moment(release, by=publisher(), to_at=later(days=3), reason=REASON)

    take_back_approval(release, by=release.approved_by, reason="A doubt.")

    assert list(Rescheduling.objects.values_list("agreed", flat=True)) == [False]


# What came in between


def test_overtaken_names_what_changed_and_by_which_publication():
    publish_indicator()
    release = approved_release(due_in=86400)
    other = approved_release(due_in=86400, entries=[change("observation", period="2023")])
    number = publish_observation(period="2024").number

    ((change_seen, seen),) = overtaken([release, other]).pop(release.pk)

    assert (change_seen.key, seen) == (("I1", "total", "2024"), number)
    assert overtaken([other]) == {}


def test_overtaken_by_the_calendar():
    release = announced_release(later(days=2))
    moment = later(days=5).astimezone(HONG_KONG)
    publication = publish_changes(
        change("calendaritem", planned_on=moment.date(), planned_time=moment.time()), reason="Moved."
    )

    assert [number for _change, number in overtaken([release])[release.pk]] == [publication.number]


def test_moved_moment_does_not_overtake_its_own_release():
    release = announced_release(later(days=2))
    propose_moment(release, by=publisher(), to_at=later(days=3), reason=REASON)
    agree_moment(release, by=release.approved_by)

    assert overtaken([Release.objects.get(pk=release.pk)]) == {}
    assert Release.objects.get(pk=release.pk).approved_digest == approval_digest(release)


def test_overtaken_release_is_not_moved():
    publish_indicator()
    release = approved_release(due_in=86400)
    publish_observation(period="2024")

    with pytest.raises(Refused, match="Take the approval back"):
        propose_moment(release, by=publisher(), to_at=later(days=3), reason=REASON)


def test_overtaken_release_says_so_and_is_mended_with_a_click_each(client, sign_in):
    publish_indicator()
    release = approved_release(due_in=86400)
    number = publish_observation(period="2024").number
    client.force_login(release.approved_by)

    page = client.get(release.get_absolute_url())

    assert page.context["schedule"]["changed"] == [("An indicator, 2024", number)]
    warning = texts(page, "div", "bad")[0]
    assert warning.startswith("Changed since the approval")
    assert f"publication {number}" in warning
    reason = page.context["reason_form"]["reason"].value()
    assert reason == f"Changed since the approval by publication {number}."
    send(client, release, "take-back", reason=reason)
    release.refresh_from_db()
    assert (release.state, release.returned_reason) == ("draft", reason)
    sign_in(Role.PUBLISHER)
    # Live figures were corrected meanwhile; the draft has to say what it does to them.
    ObservationEntry.objects.update(kind="revision", reason="Late returns.")
    submit_release(release, by=release.created_by)
    approver = person_for(Role.APPROVER, release)
    client.force_login(approver)
    send(client, release, "approve", digest=approval_digest(release))
    assert Release.objects.get(pk=release.pk).state == "approved"
    assert overtaken([Release.objects.get(pk=release.pk)]) == {}


def test_lists_say_what_waits_what_is_late_and_what_was_overtaken(client, sign_in):
    publish_indicator()
    approved_release(due_in=86400)
    approved_release(due_in=-3600, entries=[change("observation", period="2023")])
    publish_observation(period="2024")
    sign_in(Role.PUBLISHER)

    page = client.get("/en/desk/")

    (queue,) = [queue for queue in page.context["queues"] if queue["purpose"] == "scheduled"]
    assert [(row["late"], row["changed"]) for row in queue["rows"]] == [(True, False), (False, True)]
    assert "Late: was to come on" in texts(page, "section")[2]
    assert "changed since the approval" in texts(page, "section")[2]


# The desk


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Hong_Kong", "Australia/Lord_Howe"])
def test_E08_half_past_four_in_hong_kong_is_half_past_eight_utc_wherever_the_server_stands(
    client, monkeypatch, zone
):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    release = ReleaseFactory()
    client.force_login(release.created_by)

    page = send(client, release, "moment", day="2030-10-30", time="16:30")

    release.refresh_from_db()
    assert release.publish_at == datetime.datetime(2030, 10, 30, 8, 30, tzinfo=datetime.UTC)
    assert "30 October 2030 16:30" in texts(page, "section", "schedule")[0]
    monkeypatch.setenv("TZ", os.environ.get("TZ", "Asia/Hong_Kong"))
    time.tzset()


def test_moment_form_takes_day_and_time_from_the_calendar(client):
    moment = later(days=2)
    code, release = announced(moment), ReleaseFactory()
    client.force_login(release.created_by)

    send(client, release, "moment", calendar_item=code, **NOTES)

    release.refresh_from_db()
    assert (release.publish_at, release.calendar_item_id, release.notes_en) == (moment, code, "With 2025.")


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"day": "30/10/2030", "time": "16:30"}, {"day"}),
        ({"day": "2030-10-30"}, {"time"}),
        ({"time": "16:30"}, {"day"}),
        ({"day": "2030-10-30", "time": "25:00"}, {"time"}),
        ({"day": "2030-02-30", "time": "16:30"}, {"day"}),
        ({"calendar_item": "nowhere"}, {"calendar_item"}),
        ({"notes_en": "x" * 2001}, {"notes_en"}),
        ({"day": "9999-12-31", "time": "23:59", "calendar_item": "\N{SNOWMAN}"}, {"calendar_item", "day"}),
    ],
    ids=str,
)
def test_moment_form_says_what_is_wrong(client, typed, wrong):
    release = ReleaseFactory()
    client.force_login(release.created_by)

    page = send(client, release, "moment", **typed)

    assert (page.status_code, set(page.context["form"].errors)) == (200, wrong)
    assert Release.objects.get(pk=release.pk).version == release.version


def test_moment_form_shows_a_refusal_and_keeps_what_was_typed(client):
    release = ReleaseFactory()
    client.force_login(release.created_by)

    page = send(client, release, "moment", day="2020-01-01", time="16:30", notes_en="Kept.")

    assert (page.status_code, page.context["form"]["notes_en"].value()) == (403, "Kept.")
    assert "too near" in texts(page, "div", "bad")[0]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_moment_form_outlives_the_ends_of_time(client, day):
    release = ReleaseFactory()
    client.force_login(release.created_by)

    page = send(client, release, "moment", day=day, time="00:30")

    assert (page.status_code, set(page.context["form"].errors)) == (200, {"day"})


def test_moment_sent_twice_is_set_once(client):
    release = ReleaseFactory()
    client.force_login(release.created_by)
    form = {"version": release.version, "day": "2030-10-30", "time": "16:30"}
    address = reverse("desk:release-moment", args=[release.pk])

    answers = [client.post(address, form).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert Event.objects.filter(verb="set_moment").count() == 1


def test_moment_sent_again_with_other_words_is_shown_and_not_passed_over(client):
    release = ReleaseFactory()
    client.force_login(release.created_by)
    form = {"version": release.version, "day": "2030-10-30", "time": "16:30"}
    address = reverse("desk:release-moment", args=[release.pk])
    client.post(address, form)

    page = client.post(address, form | {"notes_en": "Typed after going back."})

    assert page.status_code == 409
    assert page.context["form"]["notes_en"].value() == "Typed after going back."
    release.refresh_from_db()
    assert release.notes_en == ""


def test_proposal_sent_again_with_another_reason_is_shown_and_not_passed_over(client, sign_in):
    release = approved_release(due_in=86400)
    sign_in(Role.PUBLISHER)
    address = reverse("desk:release-reschedule", args=[release.pk])
    form = {"version": release.version, **in_form(later(days=3)), **in_languages("reason", REASON)}

    answers = [client.post(address, form).status_code for _ in range(2)]
    page = client.post(address, form | {"reason_en": "Another reason."})

    assert answers == [302, 302]
    assert page.status_code == 409
    assert page.context["form"]["reason_en"].value() == "Another reason."
    assert [row.reason_en for row in release.reschedulings.all()] == [REASON["en"]]


def test_moment_is_moved_at_the_desk(client, sign_in):
    release = approved_release(due_in=86400)
    new = later(days=3)
    sign_in(Role.PUBLISHER)
    page = send(client, release, "reschedule", **in_form(new), **in_languages("reason", REASON))
    assert page.context["schedule"]["own_proposal"]
    assert send(client, release, "reschedule-agree").status_code == 403
    sign_in(Role.PUBLISHER)

    page = send(client, release, "reschedule-agree")

    release.refresh_from_db()
    assert (release.publish_at, page.status_code) == (new, 200)
    assert "The survey came in late." in texts(page, "section", "schedule")[0]


def test_rescheduling_form_needs_moment_and_reason(client, sign_in):
    release = approved_release(due_in=86400)
    sign_in(Role.PUBLISHER)

    page = send(client, release, "reschedule")

    assert set(page.context["form"].errors) == {"day", "time", "reason_en"}


# Approval of what was seen


def test_C05_approval_of_a_changed_version_is_refused_with_the_difference(client, sign_in):
    """The approver's page shows version 1; its author takes it back and edits; the approver presses Approve."""
    publish_indicator()
    release = submitted_release()
    approver = person_for(Role.APPROVER, release)
    client.force_login(approver)
    seen = client.get(release.get_absolute_url()).context
    sent = {"version": seen["release"].version, "digest": seen["digest"]}
    set_to(release, later(days=2))
    ObservationEntry.objects.update(value="9.9")

    page = client.post(reverse("desk:release-approve", args=[release.pk]), sent)

    release.refresh_from_db()
    assert (page.status_code, release.state, release.approved_by) == (409, "submitted", None)
    assert page.context["figures"][0]["after"] == "9.9%"
    assert "Somebody changed this release" in str(*page.context["messages"])
    # With the right version and the old digest it is refused as well: the digest is of what was shown.
    again = client.post(
        reverse("desk:release-approve", args=[release.pk]), sent | {"version": release.version}
    )
    assert (again.status_code, Release.objects.get(pk=release.pk).state) == (409, "submitted")


# Three languages together


def test_E13_text_that_lacks_a_language_is_shown_in_another_and_marked_in_all_at_once(client):
    publish_indicator()
    entry = change("observation", note_en="Up.", note_zh_hant="上升。", note_zh_hans="")
    release = approved_release(due_in=-1, entries=[entry])
    addresses = [f"/{language}/indicators/I1/" for language in ("en", "zh-hant", "zh-hans")]
    before = [client.get(address).content for address in addresses]

    publish_due()

    pages = [client.get(address).content.decode() for address in addresses]
    assert [b"Up." in page or "上升".encode() in page for page in before] == [False] * 3
    assert "Up." in pages[0]
    assert "上升。" in pages[1]
    assert '<span lang="zh-Hant">上升。' not in pages[1]
    assert '<span lang="zh-Hant">上升。</span>' in pages[2]
    assert Observation.objects.get().publication_id == Release.objects.get(pk=release.pk).publication_id


def test_E13_release_names_the_languages_that_its_words_lack(client):
    release = ReleaseFactory()
    Release.objects.filter(pk=release.pk).update(title_zh_hans="")
    set_to(release, None, en="A note.")
    client.force_login(release.created_by)

    page = client.get(release.get_absolute_url())

    assert [question.fault for question in page.context["languages"]["open"]] == [
        "Title: missing in 简体中文."
    ]
    assert [question.answer for question, _row in page.context["languages"]["accepted"]] == [
        "Notes: show it in English where the page is in 繁體中文",
        "Notes: show it in English where the page is in 简体中文",
    ]
