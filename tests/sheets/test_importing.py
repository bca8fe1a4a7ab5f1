"""From a file to a draft: one draft or none, the same file once, nothing left by what dies in the middle."""

import datetime
import os
import stat
import uuid
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from blueprint.actions import Refused, withdraw_release
from blueprint.clock import database_now
from blueprint.invariants import check_invariants
from blueprint.models import Event, Job, Release
from blueprint.permissions import Role
from indicators.actions import save_entry, save_figures, unanswered, warnings_of
from indicators.models import IndicatorVersion, Observation, ObservationEntry, Sheet
from indicators.sheets import keeping
from indicators.sheets.actions import (
    AlreadyImported,
    Outdated,
    begin_reading,
    bring_sheet,
    import_sheet,
    is_read,
    read_sheet,
)
from tests.factories import OfficeFactory, UserFactory, change, publish_changes, publish_observation
from tests.races import at_once, in_processes, together
from tests.sheets.hostile import text

FIGURES = text("I1,2022,3,", "I1,2023,3.5,").encode()


@pytest.fixture(autouse=True)
def kept_here(settings, tmp_path):
    settings.SHEETS_DIR = str(tmp_path / "sheets")


def plan():
    publish_changes(change("indicator"), change("observation"), change("indicator", indicator="I2"))


def official(**fields):
    return UserFactory(role=Role.OFFICIAL, office=OfficeFactory(code="itc"), **fields)


def brought(content=FIGURES, by=None, name="figures.csv"):
    by = by or official()
    sheet, _first = bring_sheet(content, name=name, by=by)
    begin_reading(sheet, by=by)
    return sheet


def sentences_for(sheet):
    return dict.fromkeys((one["code"] for one in sheet.found["doubted"]), "Checked with the source.")


def make_draft(sheet, by, *, token=None, seen=None):
    return import_sheet(
        sheet,
        by=by,
        token=token or uuid.uuid4(),
        seen=seen or sheet.found_for,
        sentences=sentences_for(sheet),
    )


def drafted(release):
    return list(
        ObservationEntry.objects.filter(release=release)
        .order_by("period")
        .values_list("indicator", "period", "value")
    )


@pytest.mark.django_db
def test_sheet_makes_one_draft_and_publishes_nothing():
    plan()
    by = official()
    sheet = brought(by=by)

    release = make_draft(sheet, by)

    assert drafted(release) == [("I1", "2022", Decimal(3)), ("I1", "2023", Decimal("3.5"))]
    assert (release.state, release.version, release.office_id) == ("draft", 2, "itc")
    assert [release.title_en, release.title_zh_hant != ""] == ["From a sheet: 2 figures of 1 indicator", True]
    assert Observation.objects.count() == 1
    event = Event.objects.get(verb="save_figures", release=release)
    assert [change["period"] for change in event.detail["changes"]] == ["2022", "2023"]
    assert [str(violation) for violation in check_invariants()] == []


@pytest.mark.django_db
def test_one_sentence_answers_all_warnings_of_a_kind():
    plan()
    by = official()
    sheet = brought(by=by)

    release = make_draft(sheet, by)

    said = warnings_of(release)
    assert set(said) == {("I1", "2022"), ("I1", "2023")}
    assert {one["sentence"] for warnings in said.values() for one in warnings} == {"Checked with the source."}
    assert not unanswered(release)


@pytest.mark.django_db
def test_figures_of_a_release_under_way_are_not_drafted_twice():
    plan()
    by = official()
    make_draft(brought(by=by), by)

    sheet = brought(text("I1,2021,3,").encode(), by=by)

    assert [one["text"] for one in sheet.found["problems"]] == [
        f"Figures of this indicator are being written in release {Release.objects.get().pk}. Submit that one or withdraw it first."
    ]


@pytest.mark.django_db
def test_draft_made_meanwhile_outdates_what_was_seen():
    plan()
    by, colleague = official(), official()
    sheet, other = brought(by=by), brought(text("I1,2020,3,").encode(), by=colleague)
    make_draft(other, colleague)

    with pytest.raises(Outdated):
        make_draft(sheet, by)

    assert Release.objects.count() == 1
    assert Event.objects.filter(verb="import_sheet", refused=True).count() == 1


@pytest.mark.django_db
def test_publication_made_meanwhile_outdates_what_was_seen():
    plan()
    by = official()
    sheet = brought(by=by)
    publish_observation(period="2022", value=Decimal(9))

    with pytest.raises(Outdated):
        make_draft(sheet, by)

    begin_reading(sheet, by=by)
    assert [one["text"][:40] for one in sheet.found["problems"]] == [
        "A figure for 2022 is published. Say what"
    ]


@pytest.mark.django_db
def test_same_file_is_recognised_until_its_draft_is_withdrawn():
    plan()
    by, colleague = official(), official()
    sheet = brought(by=by)
    release = make_draft(sheet, by)

    again, is_first = bring_sheet(FIGURES, name="copy.csv", by=colleague)
    with pytest.raises(AlreadyImported) as refusal:
        make_draft(again, colleague)
    assert (again.pk, is_first, refusal.value.release) == (sheet.pk, False, release)

    withdraw_release(release, by=by)
    again = Sheet.objects.get()
    begin_reading(again, by=colleague)
    assert make_draft(again, colleague) != release


@pytest.mark.django_db
def test_another_office_has_the_same_content_as_its_own_sheet():
    plan()
    brought()

    _sheet, is_first = bring_sheet(FIGURES, name="x.csv", by=UserFactory(office=OfficeFactory(code="fstb")))

    assert is_first
    assert Sheet.objects.count() == 2


@pytest.mark.django_db
def test_figures_of_another_office_are_refused_whole():
    publish_changes(change("indicator"), change("indicator", indicator="other", office="fstb"))
    changes = [change("observation"), change("observation", indicator="other")]

    with pytest.raises(Refused):
        save_figures(
            office="itc", by=official(), changes=changes, token=uuid.uuid4(), body="", title={"en": "x"}
        )

    assert not Release.objects.exists()
    assert not ObservationEntry.objects.exists()


@pytest.mark.django_db
def test_figures_sent_twice_under_one_token_are_saved_once():
    plan()
    by, token = official(), uuid.uuid4()
    sent = {
        "office": "itc",
        "by": by,
        "changes": [change("observation", period="2023")],
        "title": {"en": "x"},
    }

    first = save_figures(**sent, token=token, body="a")
    second = save_figures(**sent, token=token, body="a")

    assert first == second
    assert Release.objects.count() == 1
    with pytest.raises(Refused):
        save_figures(**sent, token=token, body="b")


@pytest.mark.django_db
def test_a_figure_opened_again_takes_its_warnings_along():
    """What the sheet said of it holds until the figure is saved by itself."""
    plan()
    by = official()
    release = make_draft(brought(by=by), by)
    indicator = IndicatorVersion.objects.get(indicator="I1")

    save_entry(
        indicator=indicator,
        by=by,
        changes=[change("observation", period="2022", value=Decimal(4))],
        version=release.version,
        number=release.pk,
        token=uuid.uuid4(),
        body="",
        was="2022",
        warnings=[],
    )

    assert [pair for pair, warnings in warnings_of(release).items() if warnings] == [("I1", "2023")]


@pytest.mark.django_db
def test_original_is_private_and_goes_after_ninety_days():
    plan()
    sheet = brought()
    path = Path(keeping.folder(), sheet.stored)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert sheet.name not in sheet.stored

    assert keeping.remove_old(now=database_now() + datetime.timedelta(days=89)) == 0
    assert keeping.remove_old(now=database_now() + datetime.timedelta(days=91)) == 1

    sheet.refresh_from_db()
    assert (path.exists(), sheet.stored, sheet.found) == (False, "", None)


@pytest.mark.django_db
def test_file_that_no_row_knows_is_removed_after_a_day():
    name = keeping.put(b"left by a process that died")
    path = Path(keeping.folder(), name)

    assert keeping.remove_old(now=database_now()) == 0
    os.utime(path, (0, 0))
    assert keeping.remove_old(now=database_now()) == 1

    assert not path.exists()


@pytest.mark.django_db
def test_large_file_is_read_by_a_job_that_tells_how_far_it_is(monkeypatch):
    plan()
    by = official()
    monkeypatch.setattr("indicators.sheets.actions.READ_AT_ONCE", 10)
    sheet = brought(by=by)
    assert (is_read(sheet), Job.objects.get().arguments) == (False, {"sheet": sheet.pk, "language": "en"})
    told = []

    class Progress:
        def report(self, done, *, of):
            told.append((done, of))

    read_sheet(Progress(), sheet=sheet.pk, language="en")

    sheet.refresh_from_db()
    assert is_read(sheet)
    assert all(done <= of for done, of in told)


@pytest.mark.django_db(transaction=True)
def test_C13_two_who_send_and_import_one_file_at_once_make_one_draft():
    plan()
    people = [official(), official()]

    def send(index):
        sheet, is_first = bring_sheet(FIGURES, name="f.csv", by=people[index])
        return sheet.pk, is_first

    answers = at_once(send, threads=2)
    assert {pk for pk, _first in answers} == {Sheet.objects.get().pk}
    assert sorted(first for _pk, first in answers) == [False, True]
    assert [path.name for path in keeping.folder().iterdir()] == [Sheet.objects.get().stored]

    begin_reading(Sheet.objects.get(), by=people[0])

    def confirm(index):
        return make_draft(Sheet.objects.get(), people[index])

    answers = at_once(confirm, threads=2)
    made = Release.objects.get()
    assert [answer for answer in answers if answer == made] == [made]
    refused = next(answer for answer in answers if answer != made)
    assert isinstance(refused, AlreadyImported)
    assert refused.release == made
    assert drafted(made) == [("I1", "2022", Decimal(3)), ("I1", "2023", Decimal("3.5"))]


@pytest.mark.parametrize("failpoint", ["sheet.stored", "sheet.read", "sheet.saved"])
@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_nothing_is_left(failpoint):
    plan()
    by = official()
    before = Event.objects.count()

    def work(_index):
        together()
        make_draft(brought(by=by), by)

    assert in_processes(work, processes=1, failpoint=failpoint) == [137]

    assert not Release.objects.exists()
    assert not ObservationEntry.objects.exists()
    assert not Event.objects.filter(verb="save_figures").exists()
    assert Event.objects.count() - before == Sheet.objects.count() == (failpoint != "sheet.stored")
    assert [str(violation) for violation in check_invariants()] == []
    # And it can simply be done again.
    sheet = brought(by=by)
    assert len(drafted(make_draft(sheet, by))) == 2


@pytest.mark.django_db
def test_refusal_in_the_middle_leaves_nothing(monkeypatch):
    plan()
    by = official()
    sheet = brought(by=by)
    sheet.found["changes"][1]["content"]["value"] = "1234567890123456.5"
    sheet.save()

    with pytest.raises(ValidationError), transaction.atomic():
        make_draft(sheet, by)

    assert not Release.objects.exists()
    assert not ObservationEntry.objects.exists()


@pytest.mark.django_db
def test_large_file_whose_page_is_opened_again_is_read_by_one_job(monkeypatch):
    plan()
    by = official()
    monkeypatch.setattr("indicators.sheets.actions.READ_AT_ONCE", 10)
    sheet = brought(by=by)

    begin_reading(sheet, by=by)

    assert Job.objects.count() == 1
