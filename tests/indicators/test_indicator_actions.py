import uuid
from decimal import Decimal

import pytest

from blueprint.actions import Moved, Refused, submit_release, withdraw_release
from blueprint.models import Contributor, Event, Release
from blueprint.permissions import Role
from indicators.actions import (
    hand_in,
    open_release_for,
    save_entry,
    unanswered,
    warnings_of,
    withdraw_entry,
)
from indicators.models import EvidenceEntry, IndicatorVersion, ObservationEntry
from tests.factories import (
    OfficeFactory,
    ReleaseFactory,
    UserFactory,
    change,
    publish_indicator,
    publish_office,
)
from tests.races import at_once


@pytest.fixture
def indicator(db):
    publish_office()
    publish_indicator(short_name_en="Ratio", short_name_zh_hant="比率")
    return IndicatorVersion.objects.get()


@pytest.fixture
def official(db):
    return UserFactory(role=Role.OFFICIAL)


def save(indicator, by, *, period="2025", value="1.5", version=0, **more):
    changes = more.pop("changes", [change("observation", period=period, value=Decimal(value))])
    return save_entry(
        indicator=indicator,
        by=by,
        changes=changes,
        version=version,
        **{"token": uuid.uuid4(), "body": "typed"} | more,
    )


def waiting():
    return list(
        ObservationEntry.objects.order_by("period", "breakdown").values_list("period", "breakdown", "value")
    )


def test_save_entry_opens_a_draft_of_the_office(indicator, official):
    token = uuid.uuid4()
    evidence = change("evidence", period="2025")

    release = save(
        indicator,
        official,
        changes=[change("observation", period="2025", value=Decimal("1.5")), evidence],
        token=token,
    )

    assert (release.track, release.office_id, release.state, release.token) == (
        "office",
        "itc",
        "draft",
        token,
    )
    assert release.title_en == "Ratio: 2025"
    assert release.title_zh_hant.startswith("比率")
    assert release.title_zh_hant.endswith("2025年")
    assert waiting() == [("2025", "total", Decimal("1.5"))]
    assert list(EvidenceEntry.objects.values_list("url", flat=True)) == ["https://example.org/table"]
    assert [c.user for c in release.contributors.all()] == [official]


def test_save_entry_records_what_was_saved_and_the_warnings(indicator, official):
    warnings = [{"code": "jump", "heading": "H", "warning": "W", "sentence": "S"}]

    release = save(indicator, official, warnings=warnings)

    event = release.events.get(verb="save_entry")
    assert (event.actor, event.subject, event.refused) == (official, "I1 2025", False)
    assert event.detail["warnings"] == warnings
    assert event.detail["changes"] == [
        {
            "noun": "observation",
            "indicator_id": "I1",
            "breakdown": "total",
            "period": "2025",
            "value": "1.5",
            "qualifier": "exact",
            "status": "A",
            "break_before": False,
            "kind": "first",
        }
    ]
    assert warnings_of(release) == {("I1", "2025"): warnings}


def test_save_entry_again_replaces_the_period_and_keeps_the_release(indicator, official):
    first = save(indicator, official)

    second = save(indicator, official, value="1.6", version=first.version, was="2025")

    assert (second.pk, second.version) == (first.pk, first.version + 1)
    assert waiting() == [("2025", "total", Decimal("1.6"))]
    assert second.events.filter(verb="save_entry").first().detail["before"][0]["value"] == "1.5"


def test_save_entry_of_another_period_joins_the_same_release(indicator, official):
    first = save(indicator, official)

    second = save(indicator, official, period="2024", value="1.4", version=first.version)

    assert second.pk == first.pk
    assert waiting() == [("2024", "total", Decimal("1.4")), ("2025", "total", Decimal("1.5"))]
    assert second.title_en == "Ratio: 2024, 2025"


def test_save_entry_moves_a_figure_to_another_period(indicator, official):
    first = save(indicator, official)

    save(indicator, official, period="2024", version=first.version, was="2025")

    assert waiting() == [("2024", "total", Decimal("1.5"))]


def test_save_entry_twice_with_one_token_saves_once(indicator, official):
    token = uuid.uuid4()
    first = save(indicator, official, token=token)

    second = save(indicator, official, token=token)

    assert second == first
    assert waiting() == [("2025", "total", Decimal("1.5"))]
    assert Event.objects.filter(verb="save_entry").count() == 1


def test_C04_save_entry_with_a_used_token_and_another_body_is_refused(indicator, official):
    token = uuid.uuid4()
    save(indicator, official, token=token)

    with pytest.raises(Moved):
        save(indicator, official, value="9", token=token, body="another")

    assert waiting() == [("2025", "total", Decimal("1.5"))]


def test_save_entry_over_an_unseen_version_is_refused_and_recorded(indicator, official):
    release = save(indicator, official)
    colleague = UserFactory(role=Role.OFFICIAL)

    with pytest.raises(Moved):
        save(indicator, colleague, value="9", version=0)

    assert waiting() == [("2025", "total", Decimal("1.5"))]
    assert not Contributor.objects.filter(release=release, user=colleague).exists()
    assert Event.objects.filter(verb="save_entry", actor=colleague, refused=True).count() == 1


def test_save_entry_into_a_submitted_release_is_refused(indicator, official):
    release = save(indicator, official)
    submit_release(release, by=official)

    with pytest.raises(Refused, match="no longer a draft"):
        save(indicator, official, value="9", version=release.version)

    assert waiting() == [("2025", "total", Decimal("1.5"))]


def test_save_entry_after_a_withdrawal_begins_anew(indicator, official):
    release = save(indicator, official)
    withdraw_release(release, by=official)

    again = save(indicator, official, version=0)

    assert again.pk != release.pk


@pytest.mark.parametrize(
    ("role", "office"),
    [
        (Role.OFFICIAL, "dpo"),
        (Role.HEAD, "dpo"),
        (Role.APPROVER, "itc"),
        (Role.PUBLISHER, None),
        (Role.AUDITOR, None),
    ],
)
def test_save_entry_by_anybody_but_the_own_office_is_refused(indicator, role, office):
    person = UserFactory(role=role, office=OfficeFactory(code=office) if office else None)

    with pytest.raises(Refused):
        save(indicator, person)

    assert (waiting(), Release.objects.count()) == ([], 0)


def test_open_release_for_ignores_other_offices_and_tracks(indicator):
    ReleaseFactory(track="central")
    ReleaseFactory(office=OfficeFactory(code="dpo"))

    assert open_release_for(indicator) is None


@pytest.mark.django_db(transaction=True)
def test_two_who_save_at_once_open_one_release():
    publish_office()
    publish_indicator(short_name_en="Ratio")
    indicator = IndicatorVersion.objects.get()
    people = [UserFactory(role=Role.OFFICIAL) for _ in range(4)]

    answers = at_once(lambda index: save(indicator, people[index]), threads=4)

    assert sorted(type(answer).__name__ for answer in answers) == ["Moved", "Moved", "Moved", "Release"]
    assert (Release.objects.count(), ObservationEntry.objects.count()) == (1, 1)


def test_withdraw_entry_takes_one_period_out(indicator, official):
    save(indicator, official)
    release = save(indicator, official, period="2024", version=1)

    withdraw_entry(indicator=indicator, by=official, period="2025", version=release.version)

    release.refresh_from_db()
    assert waiting() == [("2024", "total", Decimal("1.5"))]
    assert (release.title_en, release.state) == ("Ratio: 2024", "draft")


def test_withdraw_entry_of_the_last_period_withdraws_the_draft(indicator, official):
    release = save(indicator, official)

    withdraw_entry(indicator=indicator, by=official, period="2025", version=release.version)

    release.refresh_from_db()
    assert (waiting(), release.state) == ([], "withdrawn")


@pytest.mark.parametrize(("period", "version"), [("2024", 1), ("2025", 9)])
def test_withdraw_entry_that_is_not_there_is_refused(indicator, official, period, version):
    save(indicator, official)

    with pytest.raises(Moved):
        withdraw_entry(indicator=indicator, by=official, period=period, version=version)

    assert waiting() == [("2025", "total", Decimal("1.5"))]


def test_hand_in_waits_for_the_sentences(indicator, official):
    release = save(
        indicator, official, warnings=[{"code": "jump", "heading": "H", "warning": "W", "sentence": ""}]
    )

    with pytest.raises(Refused, match="waits for its sentence"):
        hand_in(release, by=official)

    release.refresh_from_db()
    assert (release.state, unanswered(release)) == ("draft", True)
    assert release.events.filter(verb="submit_release", refused=True).count() == 1


def test_hand_in_looks_at_the_last_save_of_what_still_waits(indicator, official):
    unanswered_warning = [{"code": "jump", "heading": "H", "warning": "W", "sentence": ""}]
    release = save(indicator, official, warnings=unanswered_warning)
    release = save(indicator, official, period="2024", version=release.version, was="2025")

    hand_in(release, by=official)

    release.refresh_from_db()
    assert release.state == "submitted"
