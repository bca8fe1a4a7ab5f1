import json
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from blueprint.actions import (
    Moved,
    Refused,
    approval_digest,
    approve_release,
    changes_of,
    kind_of,
    open_release,
    publish_release,
    return_release,
    submit_release,
    take_back_approval,
    touch,
    withdraw_release,
)
from blueprint.contents import digest_of, entries_of
from blueprint.models import Event, Head, OfficeVersion, Publication, Release
from blueprint.permissions import Role
from blueprint.workflow import State
from indicators.models import Observation, ObservationEntry
from tests.factories import (
    OfficeFactory,
    ReleaseFactory,
    UserFactory,
    approved_release,
    change,
    enter,
    person_for,
    publish_changes,
    publish_indicator,
    published_release,
    submitted_release,
)
from tests.races import at_once

pytestmark = pytest.mark.django_db
IN_THREE = {"en": "Figures", "zh_hant": "數字", "zh_hans": "数据"}


def digest(release):
    return approval_digest(release)


def stored(release):
    return Release.objects.values().get(pk=release.pk)


# Drafts


def test_open_release_makes_its_author_a_contributor():
    author = UserFactory(office=OfficeFactory())

    release = open_release(
        track="office", office="itc", title={"en": "Figures", "zh_hant": "數字"}, by=author
    )

    release.refresh_from_db()
    assert (release.state, release.version, release.office_id, release.created_by) == (
        State.DRAFT,
        1,
        "itc",
        author,
    )
    assert (release.title_en, release.title_zh_hant, release.title_zh_hans) == ("Figures", "數字", "")
    assert [contributor.user for contributor in release.contributors.all()] == [author]


def test_touch_moves_the_version_and_notes_the_hand():
    release, colleague = ReleaseFactory(), UserFactory()

    touch(release, by=colleague)
    touch(release, by=colleague)

    assert stored(release)["version"] == 3
    assert {c.user for c in release.contributors.all()} == {release.created_by, colleague}


@pytest.mark.parametrize("make", [submitted_release, approved_release, published_release])
def test_touch_of_what_is_no_draft_is_refused(make):
    release = make()

    with pytest.raises(Refused, match="This release is no longer a draft"):
        touch(release, by=release.created_by)


def test_touch_of_a_draft_that_moved_is_refused():
    release = ReleaseFactory()
    same = Release.objects.get(pk=release.pk)
    touch(release, by=release.created_by)

    with pytest.raises(Moved):
        touch(same, by=release.created_by)


def test_entries_come_in_the_order_in_which_they_are_made_public():
    release = ReleaseFactory(
        entries=[change("observation"), change("office"), change("indicator"), change("unit")]
    )

    names = [entry._meta.model_name for entry in entries_of(release)]

    assert names == ["officeentry", "unitentry", "indicatorentry", "observationentry"]


def test_entries_of_other_releases_stay_out():
    release = ReleaseFactory(entries=[change("observation", period="2023")])
    ReleaseFactory(entries=[change("observation", period="2024")])

    assert [entry.period for entry in entries_of(release)] == ["2023"]


# Digests


def test_digest_is_sha256_of_what_would_be_published():
    # printf '[[{"name_en":"Digital Policy Office","noun":"office","office_id":"dpo"},"0"]]' | sha256sum
    assert digest_of([change("office", office="dpo", name_en="Digital Policy Office")]) == (
        "11cc61426de67f148eace1d57736e298d31ad961b43eff0462f5421e09ae3a34"
    )


@pytest.mark.parametrize(
    "content",
    [{"value": Decimal("1.6")}, {"note_zh_hant": "註"}, {"break_before": True}, {"qualifier": "over"}],
    ids=str,
)
def test_digest_changes_with_every_column(content):
    assert digest_of([change("observation", **content)]) != digest_of([change("observation")])


def test_digest_is_one_for_two_spellings_of_a_figure():
    assert digest_of([change("observation", value=Decimal("1.50"))]) == digest_of([change("observation")])


# The way to the public


def test_release_becomes_public():
    publish_indicator("I1")
    release = ReleaseFactory(
        entries=[change("observation", value=Decimal("2.5"))], title_en="Figures of 2024"
    )
    approver, publisher = person_for(Role.APPROVER, release), UserFactory(role=Role.PUBLISHER)
    submit_release(release, by=release.created_by)
    approve_release(release, by=approver, digest=digest(release))

    publication = publish_release(release, by=publisher)

    release.refresh_from_db()
    assert (release.state, release.publication, release.published_by) == (
        State.PUBLISHED,
        publication,
        publisher,
    )
    assert (release.submitted_by, release.approved_by) == (release.created_by, approver)
    assert (publication.number, publication.kind, publication.title_en) == (2, "figures", "Figures of 2024")
    assert [(o.publication, o.value) for o in Observation.objects.all()] == [(publication, Decimal("2.5"))]


def test_published_content_is_the_approved_one():
    publish_indicator("I1")
    entries = [change("observation", value=Decimal("2.50")), change("indicator")]
    release = published_release(entries=entries, reason="Checked")

    leaf = json.loads(bytes(release.publication.leaf))

    assert leaf["changes"] == [one.canonical() for one in changes_of(release)]


def test_work_in_progress_is_in_no_public_table():
    publish_indicator("I1")

    for make in (ReleaseFactory, submitted_release, approved_release):
        make(entries=[change("observation")])

    assert (ObservationEntry.objects.count(), Observation.objects.count(), Publication.objects.count()) == (
        3,
        0,
        1,
    )


def test_submit_of_an_empty_release_is_refused():
    release = ReleaseFactory(entries=[])

    with pytest.raises(Refused, match="There is nothing in this release yet"):
        submit_release(release, by=release.created_by)


def test_submitter_becomes_a_contributor():
    release, colleague = ReleaseFactory(), UserFactory()

    submit_release(release, by=colleague)

    assert release.contributors.filter(user=colleague).exists()


def test_return_says_why_and_opens_the_draft_again():
    release = submitted_release()
    approver = person_for(Role.APPROVER, release)

    return_release(release, by=approver, reason="The unit is wrong.")

    assert (release.state, release.returned_reason, release.returned_by) == (
        "draft",
        "The unit is wrong.",
        approver,
    )
    assert (release.submitted_by, release.submitted_at) == (None, None)


def test_submitting_again_forgets_the_return():
    release = submitted_release()
    return_release(release, by=person_for(Role.APPROVER, release), reason="Look again")

    submit_release(release, by=release.created_by)

    assert (release.state, release.returned_reason, release.returned_by) == ("submitted", "", None)


@pytest.mark.parametrize("reason", ["", " \n"])
@pytest.mark.parametrize(
    ("make", "verb"), [(submitted_release, return_release), (approved_release, take_back_approval)]
)
def test_sending_back_needs_a_reason(make, verb, reason):
    release = make()

    with pytest.raises(Refused, match="Say why"):
        verb(release, by=person_for(Role.APPROVER, release), reason=reason)


def test_approval_taken_back_leaves_nothing_of_itself():
    release = approved_release()

    take_back_approval(release, by=person_for(Role.APPROVER, release), reason="Too early")

    left = {
        name: value for name, value in stored(release).items() if name.startswith(("approved", "submitted"))
    }
    assert set(left.values()) == {None, ""}
    assert (release.state, release.returned_reason) == ("draft", "Too early")


def test_release_taken_back_and_edited_by_its_approver_needs_another():
    release = approved_release()
    approver = UserFactory(role=Role.HEAD)
    take_back_approval(release, by=approver, reason="A digit is wrong")
    touch(release, by=approver)
    submit_release(release, by=release.created_by)

    with pytest.raises(Refused, match="another person must approve it"):
        approve_release(release, by=approver, digest=digest(release))


def test_approve_what_has_changed_since_the_page_was_opened_is_refused():
    release = submitted_release()
    seen = digest(release)
    ObservationEntry.objects.update(value=Decimal("9.9"))

    with pytest.raises(Moved):
        approve_release(release, by=person_for(Role.APPROVER, release), digest=seen)

    assert stored(release)["state"] == "submitted"


@pytest.mark.parametrize("alter", ["edited", "added", "removed"])
def test_publish_of_what_was_not_approved_is_refused(alter):
    publish_indicator("I1")
    release = approved_release(entries=[change("observation"), change("observation", period="2023")])
    if alter == "edited":
        ObservationEntry.objects.filter(period="2023").update(value=Decimal("9.9"))
    elif alter == "added":
        enter(release, change("observation", period="2022"))
    else:
        ObservationEntry.objects.filter(period="2023").delete()

    with pytest.raises(Refused, match="What would be published is not what was approved"):
        publish_release(release, by=UserFactory(role=Role.PUBLISHER))

    assert stored(release)["state"] == "approved"
    assert (Observation.objects.count(), Head.objects.get().number) == (0, 1)


def test_withdrawn_release_stays_and_is_closed():
    release = ReleaseFactory()

    withdraw_release(release, by=release.created_by)

    assert Release.objects.in_state(State.WITHDRAWN).get() == release
    assert list(Release.objects.open()) == []


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["observation", "evidence"], "figures"),
        (["target", "baseline"], "targets"),
        (["finding", "action"], "committee"),
        (["strategy", "office"], "texts"),
        (["observation", "strategy"], "mixed"),
        (["observation", "plan"], "plan"),
    ],
)
def test_kind_of_a_publication_follows_its_changes(names, kind):
    assert kind_of([change(name) for name in names]) == kind


# Two at once


def test_second_publisher_is_told_that_the_release_moved():
    release = approved_release()
    one, two = Release.objects.get(pk=release.pk), Release.objects.get(pk=release.pk)
    publish_release(one, by=UserFactory(role=Role.PUBLISHER))

    with pytest.raises(Moved):
        publish_release(two, by=UserFactory(role=Role.PUBLISHER))

    assert (Publication.objects.count(), Head.objects.get().number) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_C07_two_publishers_at_once_publish_once():
    publishers = [UserFactory(role=Role.PUBLISHER) for _ in range(2)]
    rounds = [approved_release(entries=[change("observation", period=str(2000 + n))]) for n in range(12)]

    for release in rounds:
        pages = [Release.objects.get(pk=release.pk) for _ in publishers]
        answers = at_once(lambda i, pages=pages: publish_release(pages[i], by=publishers[i]), threads=2)
        assert sorted(type(answer) for answer in answers if isinstance(answer, Refused)) == [Moved]

    numbers = list(Release.objects.order_by("publication_id").values_list("publication_id", flat=True))
    assert numbers == list(range(1, 13))
    assert Observation.objects.count() == 12
    assert Event.objects.filter(verb="publish", refused=False).count() == 12


@pytest.mark.django_db(transaction=True)
def test_approval_and_return_at_once_leave_one_of_them():
    for _ in range(6):
        release = submitted_release()
        approver = person_for(Role.APPROVER, release)
        pages = [Release.objects.get(pk=release.pk) for _ in range(2)]
        seen = digest(release)
        work = [
            lambda pages=pages, approver=approver, seen=seen: approve_release(
                pages[0], by=approver, digest=seen
            ),
            lambda pages=pages, approver=approver: return_release(pages[1], by=approver, reason="Again"),
        ]

        answers = at_once(lambda i, work=work: work[i](), threads=2)

        assert sorted(type(answer).__name__ for answer in answers) == ["Moved", "NoneType"]
        assert stored(release)["version"] == 3


# Events


def events(release, *, refused=False):
    found = Event.objects.filter(release=release, refused=refused).order_by("id")
    return [(event.verb, event.actor) for event in found]


def test_each_change_of_state_has_one_event():
    author, approver = UserFactory(), UserFactory(role=Role.APPROVER)
    publisher = UserFactory(role=Role.PUBLISHER)
    release = open_release(track="office", office="itc", title=IN_THREE, by=author)
    enter(release, change("observation"))

    submit_release(release, by=author)
    return_release(release, by=approver, reason="Again")
    submit_release(release, by=author)
    approve_release(release, by=approver, digest=digest(release))
    take_back_approval(release, by=approver, reason="Not yet")
    submit_release(release, by=author)
    approve_release(release, by=approver, digest=digest(release))
    publish_release(release, by=publisher)

    assert events(release) == [
        ("open_release", author),
        ("submit", author),
        ("return", approver),
        ("submit", author),
        ("approve", approver),
        ("take_back", approver),
        ("submit", author),
        ("approve", approver),
        ("publish", publisher),
    ]
    assert events(release, refused=True) == []


def test_event_says_reason_and_version():
    release = submitted_release(title_en="Figures of 2024")
    approver = person_for(Role.APPROVER, release)

    return_release(release, by=approver, reason="The unit is wrong.")

    event = Event.objects.get(verb="return")
    assert (event.subject, event.detail) == ("Figures of 2024", {"note": "The unit is wrong.", "version": 3})


def refuse_events():
    """As if the audit table were broken."""
    if connection.vendor == "postgresql":
        how = "FOR EACH ROW EXECUTE FUNCTION blueprint_refuse_change()"
    else:
        how = "BEGIN SELECT RAISE(ABORT, 'rows of this table are never changed'); END"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TRIGGER broken_audit BEFORE INSERT ON blueprint_event {how}")


def test_no_change_of_state_without_its_event():
    publish_indicator("I1")
    release = approved_release()
    publisher, before = UserFactory(role=Role.PUBLISHER), stored(release)
    refuse_events()

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        publish_release(release, by=publisher)

    assert stored(release) == before
    assert (Head.objects.get().number, Observation.objects.count()) == (1, 0)


def test_refusal_is_recorded_after_what_it_undid():
    release = ReleaseFactory()
    stranger = UserFactory(role=Role.HEAD, office=OfficeFactory(code="dpo"))

    with pytest.raises(Refused) as refusal:
        submit_release(release, by=stranger)

    event = Event.objects.get(refused=True)
    assert (event.verb, event.actor, event.release) == ("submit_release", stranger, release)
    assert event.detail == {"reason": str(refusal.value)}
    # Submitting makes a contributor before it is checked; that too was undone.
    assert not release.contributors.filter(user=stranger).exists()


def test_refused_publication_leaves_one_event_and_no_number():
    release = approved_release()
    ObservationEntry.objects.update(value=Decimal(9))

    with pytest.raises(Refused):
        publish_release(release, by=UserFactory(role=Role.PUBLISHER))

    assert [verb for verb, _ in events(release, refused=True)] == ["publish_release"]
    assert Head.objects.get().number == 0


# Who sees work in progress


SEEN = {
    "official": {"itc"},
    "approver": {"itc"},
    "head": {"itc"},
    "publisher": {"itc", "dpo", "committee", "central"},
    "member": set(),
    "chair": {"committee"},
    "secretary": {"committee"},
    "auditor": {"itc", "dpo", "committee", "central"},
    "administrator": {"central"},
}


@pytest.mark.parametrize("role", Role.values)
def test_release_is_visible_to(role):
    ReleaseFactory(title_en="itc")
    ReleaseFactory(title_en="dpo", office=OfficeFactory(code="dpo"))
    ReleaseFactory(title_en="committee", track="committee")
    ReleaseFactory(title_en="central", track="central")

    seen = Release.objects.visible_to(UserFactory(role=role))

    assert {release.title_en for release in seen} == SEEN[role]


@pytest.mark.parametrize("role", Role.values)
def test_release_is_not_visible_to_a_closed_account(role):
    ReleaseFactory()
    ReleaseFactory(track="committee")
    ReleaseFactory(track="central")

    assert list(Release.objects.visible_to(UserFactory(role=role, is_active=False))) == []


def test_release_overtaken_by_another_needs_a_new_approval():
    publish_changes(change("office", office="dpo", name_en="Digital Office", role_en="Data"))
    renamed = approved_release(
        track="central",
        reason="Renamed",
        entries=[change("office", office="dpo", name_en="Digital Policy Office", role_en="Data")],
    )
    reworded = approved_release(
        track="central",
        reason="Wider",
        entries=[change("office", office="dpo", name_en="Digital Office", role_en="Data and AI")],
    )
    publisher = UserFactory(role=Role.PUBLISHER)
    publish_release(renamed, by=publisher)

    with pytest.raises(Refused, match="not what was approved"):
        publish_release(reworded, by=publisher)

    assert OfficeVersion.objects.filter(office="dpo").as_at(99).get().name_en == "Digital Policy Office"


def test_approver_who_submits_what_is_public_is_refused_in_words():
    release = ReleaseFactory(entries=[change("office")])
    head = person_for(Role.HEAD, release)
    submit_release(release, by=release.created_by)
    approve_release(release, by=head, digest=approval_digest(release))
    publish_release(release, by=UserFactory(role=Role.PUBLISHER))

    with pytest.raises(Refused, match="A release in this state cannot be moved so"):
        submit_release(release, by=head)
