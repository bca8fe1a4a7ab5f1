"""Between approval and publication a release is for few, and each look at it is recorded."""

import csv
import io

import pytest
from django.urls import reverse
from django.utils.translation import override

from blueprint.actions import Refused
from blueprint.clock import database_now
from blueprint.models import Event, PreReleaseAccess, Release
from blueprint.permissions import Role
from blueprint.pre_release import end_access, grant_access
from blueprint.scheduling import publish_due
from tests.factories import (
    OfficeFactory,
    ReleaseFactory,
    UserFactory,
    approved_release,
    change,
    person_for,
    publish_indicator,
    publish_office,
    set_clock,
    submitted_release,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def release():
    """Approved, with a canary as its figure."""
    publish_office()
    publish_indicator()
    return approved_release(due_in=86400, entries=[change("observation", value="7391.4826")])


def pages_of(release):
    return [
        release.get_absolute_url(),
        reverse("desk:release-preview", args=[release.pk, "I1"]),
    ]


def looks():
    rows = Event.objects.filter(verb="see_before_release").order_by("id")
    return [(row.actor, row.release_id, row.detail["what"], row.detail["language"]) for row in rows]


# Who sees it


@pytest.mark.parametrize("role", ["official", "approver", "head"])
def test_E14_colleague_without_a_hand_in_it_is_told_that_nothing_is_there(client, release, role):
    client.force_login(UserFactory(role=role))

    for address in pages_of(release):
        answer, unknown = client.get(address), client.get(address.replace(str(release.pk), "999999", 1))
        assert (answer.status_code, answer.content, answer.headers) == (404, unknown.content, unknown.headers)
    for address in (
        "/en/desk/",
        "/en/desk/indicators/I1/enter/",
        "/en/desk/indicators/I1/enter/?period=2024",
    ):
        assert b"7391" not in client.get(address).content
    assert looks() == []


def test_E14_figures_do_not_come_back_with_a_form_sent_over_them(client, release):
    client.force_login(UserFactory(role=Role.OFFICIAL))

    # A form that is begun anew is only told what is missing: it stands on what is public.
    for version, status in ((0, 200), (release.version, 409)):
        sent = {
            "version": version,
            "token": "8d5b0a3e-5a53-4a0e-8a34-1f6b0e1c3f10",
            "period": "2024",
            "value": "1",
        }
        answer = client.post("/en/desk/indicators/I1/enter/", sent)
        assert (answer.status_code, b"7391" in answer.content) == (status, False)


def test_E14_person_on_the_list_sees_it_and_each_look_is_recorded(client, release):
    person = UserFactory(role=Role.OFFICIAL, office=OfficeFactory(code="dpo"))
    grant_access(release, by=release.approved_by, to=person, reason="Writes the press release.")
    client.force_login(person)

    answers = [client.get(address) for address in pages_of(release)]
    client.get(release.get_absolute_url().replace("/en/", "/zh-hant/"))

    assert [answer.status_code for answer in answers] == [200, 200]
    assert "7,391.4826" in answers[1].content.decode()
    assert looks() == [
        (person, release.pk, "release", "en"),
        (person, release.pk, "I1", "en"),
        (person, release.pk, "release", "zh-hant"),
    ]


def test_E14_list_opens_an_approved_release_only(client):
    release = submitted_release()
    person = UserFactory(role=Role.MEMBER)
    grant_access(release, by=person_for(Role.APPROVER, release), to=person, reason="Will speak about it.")

    assert list(Release.objects.visible_to(person)) == []


def test_E14_list_does_not_open_it_to_a_closed_account(release):
    person = UserFactory(role=Role.OFFICIAL)
    grant_access(release, by=release.approved_by, to=person, reason="Writes the press release.")
    person.is_active = False
    person.save()

    assert list(Release.objects.visible_to(person)) == []


@pytest.mark.parametrize("who", ["contributor", "approver", "publisher", "auditor"])
def test_E14_those_with_a_part_in_it_see_it_and_are_recorded_too(client, release, who):
    person = {"contributor": release.created_by, "approver": release.approved_by}.get(who) or UserFactory(
        role=who
    )
    client.force_login(person)

    answers = [client.get(address).status_code for address in pages_of(release)]

    assert answers == [200, 200]
    assert [look[0] for look in looks()] == [person, person]


def test_E14_look_in_the_administration_is_recorded(client, release):
    auditor = UserFactory(role=Role.AUDITOR)
    client.force_login(auditor)

    answer = client.get(reverse("admin:blueprint_release_change", args=[release.pk]))

    assert (answer.status_code, b"7391.4826" in answer.content) == (200, True)
    assert looks() == [(auditor, release.pk, "administration", "en")]


def test_look_at_a_draft_or_at_what_is_public_is_not_recorded(client, release):
    draft = ReleaseFactory(entries=[change("observation", period="2023")])
    set_clock(release, database_now())
    publish_due()
    client.force_login(UserFactory(role=Role.PUBLISHER))

    for pk in (draft.pk, release.pk):
        assert client.get(reverse("desk:release", args=[pk])).status_code == 200

    assert looks() == []


# Who allows it


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("approver", True),
        ("head", True),
        ("publisher", True),
        ("official", False),
        ("auditor", False),
        ("chair", False),
    ],
)
def test_E14_list_is_kept_by_those_who_approve_or_publish(role, may):
    release = submitted_release()
    by, person = person_for(role, release), UserFactory()

    if may:
        grant_access(release, by=by, to=person, reason="Writes the press release.")
    else:
        with pytest.raises(Refused, match="Your role"):
            grant_access(release, by=by, to=person, reason="Writes the press release.")

    assert PreReleaseAccess.objects.count() == may


@pytest.mark.parametrize("fault", ["reason", "twice", "closed", "public"])
def test_E14_list_refuses(release, fault):
    person = UserFactory(is_active=fault != "closed")
    if fault == "twice":
        grant_access(release, by=release.approved_by, to=person, reason="Once.")
    if fault == "public":
        set_clock(release, database_now())
        publish_due()
        release.refresh_from_db()

    reason = " " if fault == "reason" else "Because."
    with pytest.raises(Refused):
        grant_access(release, by=release.approved_by, to=person, reason=reason)


def test_E14_person_taken_off_the_list_sees_it_no_longer(release):
    person = UserFactory(role=Role.OFFICIAL)
    grant_access(release, by=release.approved_by, to=person, reason="Writes the press release.")

    end_access(release, by=release.approved_by, of=person.pk)

    assert list(Release.objects.visible_to(person)) == []
    verbs = Event.objects.filter(release=release, verb__endswith="_access").order_by("id")
    assert [(event.verb, event.detail["person"]) for event in verbs] == [
        ("grant_access", person.name),
        ("end_access", person.name),
    ]


def test_E14_list_is_kept_on_its_page(client, release):
    person = UserFactory(role=Role.OFFICIAL, name="Press Officer")
    client.force_login(release.approved_by)
    address = reverse("desk:release-access", args=[release.pk])

    wrong = client.post(address, {"person": "0", "reason": ""})
    client.post(address, {"person": person.pk, "reason": "Writes the press release."})
    page = client.get(release.get_absolute_url())

    assert set(wrong.context["form"].errors) == {"person", "reason"}
    assert [row.user for row in page.context["pre_release"]["listed"]] == [person]
    assert person not in client.get(address).context["form"].fields["person"].queryset
    client.post(reverse("desk:release-access-end", args=[release.pk, person.pk]))
    assert PreReleaseAccess.objects.count() == 0


def test_E14_list_and_records_come_as_a_file(client, release):
    person = UserFactory(role=Role.OFFICIAL, name="Press Officer")
    grant_access(release, by=release.approved_by, to=person, reason="=Writes")
    client.force_login(person)
    client.get(release.get_absolute_url())
    client.force_login(release.approved_by)

    answer = client.get(reverse("desk:release-access-file", args=[release.pk]))

    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [(row["record"], row["person"]) for row in rows if row["record"] != "part"] == [
        ("listed", "Press Officer"),
        ("seen", "Press Officer"),
    ]
    assert {row["person"] for row in rows if row["record"] == "part"} == {
        release.created_by.name,
        release.approved_by.name,
    }
    listed, seen = rows[-2:]
    assert (listed["reason"], listed["by"]) == ("'=Writes", release.approved_by.name)
    assert (seen["what"], seen["at"][-6:]) == ("release en", "+08:00")
    client.force_login(person)
    assert client.get(reverse("desk:release-access-file", args=[release.pk])).status_code == 403


def test_a_number_that_no_key_can_hold_is_on_no_list(client, release):
    client.force_login(release.approved_by)

    answer = client.post(reverse("desk:release-access-end", args=[release.pk, 10**30]), follow=True)

    assert "This person is not on the list." in answer.content.decode()
