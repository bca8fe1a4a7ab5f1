"""A plan that is loaded again: what its files say otherwise is shown, and proposed only where asked to."""

import datetime
import io
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from blueprint.actions import (
    approval_digest,
    approve_release,
    changes_of,
    publish_release,
    submit_release,
)
from blueprint.clock import today
from blueprint.contents import entries_of
from blueprint.loading.difference import difference
from blueprint.models import Event, OfficeVersion, PersonName, PlanVersion, Publication, Release
from blueprint.nouns import Change, nouns
from blueprint.permissions import Role
from blueprint.publishing import publish
from committee.models import SeatEntry, SeatVersion
from indicators.models import Assessment, Observation, ObservationEntry, Stage, TargetVersion
from strategies.models import InitiativeVersion
from tests.factories import UserFactory, accept_all_gaps

pytestmark = pytest.mark.django_db

TINY = settings.BASE_DIR / "tests" / "plans" / "tiny"


@pytest.fixture
def plan(tmp_path):
    """A copy of the tiny plan, loaded."""
    folder = Path(shutil.copytree(TINY, tmp_path / "plan"))
    load(folder)
    return folder


@pytest.fixture
def proposer():
    return UserFactory(email="editor@example.org", role=Role.ADMINISTRATOR, office=None)


def load(folder: Path, **options) -> list[str]:
    said = io.StringIO()
    call_command("load_blueprint", folder, stdout=said, **options)
    return said.getvalue().splitlines()


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def public_rows() -> int:
    return Publication.objects.count() + sum(noun.version.objects.count() for noun in nouns())


HOW_TO_PROPOSE = (
    "Things that would change: 1. Nothing was stored. "
    "To propose this as a draft release, run it again with --propose-as EMAIL."
)


# --- another plan ----------------------------------------------------------------------------------------


def test_other_plan_is_loaded_without_other_code(plan):
    publications = Publication.objects.order_by("number").values_list("published_on", "precision", "title_en")

    assert list(publications)[:-1] == [
        (datetime.date(2021, 5, 4), "day", "Harbourton Cycling Plan"),
        (datetime.date(2021, 6, 1), "day", "Cycling Committee established"),
        (datetime.date(2021, 9, 10), "day", "Committee meeting 1"),
        (datetime.date(2022, 2, 28), "month", "Figures of February 2022"),
        (
            datetime.date(2022, 6, 1),
            "day",
            "Committee members as at 1 June 2022; Figures of 1 June 2022",
        ),
        (datetime.date(2023, 12, 31), "year", "Targets of 2023"),
    ]
    assert Publication.objects.head().published_on == today()
    assert PlanVersion.objects.get().plan_id == "cycling"
    assert Stage.objects.get().code == "only"


def test_other_plan_is_assessed_by_its_own_stage(plan):
    rows = Assessment.objects.as_at(Publication.objects.head().number).order_by("indicator", "against")

    assert [(row.indicator_id, row.against, row.target_value, row.latest_value) for row in rows] == [
        ("injured-cyclists", "current", 20, 74),
        ("injured-cyclists", "first", 40, 74),
        ("pupils-riding", "current", None, Decimal("12.5")),
    ]


def test_later_target_without_an_authority_of_its_own_bears_its_source(plan):
    first, later = TargetVersion.objects.filter(target="injured-cyclists.only.1").order_by("publication_id")

    assert (first.value, first.reason, first.authority, first.decided_on) == (40, "", "", None)
    assert (later.value, later.reason) == (20, "Half of it was reached in two years.")
    assert (later.authority, later.decided_on) == ("Review of the year", datetime.date(2023, 12, 31))


def test_figure_that_is_not_available_is_loaded_as_such(plan):
    row = Observation.objects.get(period="2022-Q2")

    assert (row.value, row.status, row.note_en) == (None, "M", "the counter was broken")


# --- the same files --------------------------------------------------------------------------------------


def test_same_files_again_change_nothing(plan):
    before = public_rows(), Event.objects.count()

    said = load(plan)

    assert said == ["Nothing to change."]
    assert (public_rows(), Event.objects.count()) == before


def test_same_files_in_another_order_and_spelling_change_nothing(plan):
    edit(plan, "indicators.yaml", "value: 80\n", "value: '+080.00'\n")
    edit(plan, "blueprint.yaml", "code: cycling\n", "")
    edit(plan, "blueprint.yaml", "publisher: TOWN\n", "publisher: 'TOWN'  # who\ncode: cycling\n")
    rows = (plan / "observations.csv").read_text(encoding="utf-8").splitlines()
    (plan / "observations.csv").write_text("\r\n".join([rows[0], *reversed(rows[1:])]), encoding="utf-8")

    assert load(plan) == ["Nothing to change."]


def test_name_that_was_made_unreadable_is_not_brought_back(plan, proposer):
    holder = SeatVersion.objects.get(seat="non-official-1").holder_en
    PersonName.objects.filter(commitment=holder).update(name="", salt="")

    assert load(plan, propose_as=proposer.email) == ["Nothing to change."]


# --- changed files ---------------------------------------------------------------------------------------

LATE = "2020,81,exact,A,no,first,2021-05-04,day,late reports,"
CHANGES = [
    (
        ("offices.yaml", "en: Town Council", "en: City Council"),
        ["office TOWN", "    name_en: “Town Council” -> “City Council”"],
    ),
    (
        ("initiatives.yaml", "amount_hkd: null", "amount_hkd: 5000"),
        ["initiative quay-lanes", "    amount_hkd: (empty) -> “5000”"],
    ),
    (
        ("blueprint.yaml", "  - 2\n", "  - 1\n  - 2\n"),
        ["stagestatement 2030.1", "    strategies: ['2'] -> ['1', '2']"],
    ),
    (
        ("indicators.yaml", "expected: yes", "expected: no"),
        ["stage only", "    expected: True -> False"],
    ),
    (
        ("committee.yaml", "name: B. Spoke", "name: C. Chain"),
        ["seat non-official-1", "    holder_en: “B. Spoke” -> “C. Chain”"],
    ),
    (
        ("observations.csv", "2021,74,", "2021,75,"),
        ["observation injured-cyclists total 2021", "    value: “74” -> “75”"],
    ),
    (
        ("observations.csv", "2020,80,exact,A,no,first,2021-05-04,day,,", LATE),
        [
            "observation injured-cyclists total 2020",
            "    value: “80” -> “81”",
            "    kind: “first” -> “revision”",
            "    reason: (empty) -> “late reports”",
            "    note_en: (empty) -> “late reports”",
        ],
    ),
    (
        ("sources.csv", "review,", "book,The book,,\nreview,"),
        ["source book (new)", "    title: “The book”"],
    ),
]


@pytest.mark.parametrize(("change", "shown"), CHANGES)
def test_changed_file_is_shown_and_not_stored(plan, change, shown):
    before = public_rows()
    edit(plan, *change)

    said = load(plan)

    assert said == [*shown, HOW_TO_PROPOSE]
    assert (public_rows(), Release.objects.count()) == (before, 0)


@pytest.mark.parametrize(("change", "shown"), CHANGES)
def test_proposed_change_is_published_by_others_and_then_settled(plan, proposer, change, shown):
    edit(plan, *change)
    before = public_rows()

    load(plan, propose_as=proposer.email, reason="Mended")
    draft = Release.objects.get()
    unpublished = public_rows()
    publish_by_others(draft, proposer)

    assert unpublished == before
    assert Publication.objects.head().loaded is False
    assert load(plan) == ["Nothing to change."]


def publish_by_others(release: Release, proposer) -> None:
    publisher = UserFactory(role=Role.PUBLISHER, office=None)
    accept_all_gaps(release)
    submit_release(release, by=proposer)
    approve_release(release, by=publisher, digest=approval_digest(release))
    publish_release(release, by=publisher)


def test_proposal_is_a_central_draft_of_the_person_named(plan, proposer):
    edit(plan, "offices.yaml", "en: Town Council", "en: City Council")
    edit(plan, "observations.csv", "2021,74,", "2021,75,")

    said = load(plan, propose_as="EDITOR@example.org", reason="A new name")

    release = Release.objects.get()
    assert (release.state, release.track, release.office, release.created_by) == (
        "draft",
        "central",
        None,
        proposer,
    )
    assert release.contributors.get().user == proposer
    assert [str(change.key) for change in changes_of(release)] == [
        "('TOWN',)",
        "('injured-cyclists', 'total', '2021')",
    ]
    assert {entry.saved_by for entry in entries_of(release)} == {proposer}
    assert said[-1] == f"Proposed as draft release {release.pk}. Another person approves it."
    assert list(Event.objects.filter(release=release).values_list("verb", flat=True)) == [
        "propose_plan",
        "open_release",
    ]


def test_proposal_of_the_same_twice_is_one_draft(plan, proposer):
    edit(plan, "observations.csv", "2021,74,", "2021,75,")
    load(plan, propose_as=proposer.email)

    said = load(plan, propose_as=proposer.email)

    assert said[-1] == f"Already proposed: release {Release.objects.get().pk}. Nothing was stored."
    assert ObservationEntry.objects.count() == 1


def test_proposal_holds_a_name_as_it_is(plan, proposer):
    edit(plan, "committee.yaml", "name: B. Spoke", "name: C. Chain")

    load(plan, propose_as=proposer.email, reason="A new member")

    assert SeatEntry.objects.get().holder_en == "C. Chain"


@pytest.mark.parametrize(
    "person",
    [
        {"role": Role.OFFICIAL},
        {"role": Role.PUBLISHER, "office": None},
        {"role": Role.ADMINISTRATOR, "office": None, "is_active": False},
    ],
)
def test_proposal_by_who_may_not_is_refused(plan, person):
    edit(plan, "observations.csv", "2021,74,", "2021,75,")

    with pytest.raises(CommandError, match="may propose texts"):
        load(plan, propose_as=UserFactory(**person).email)

    assert not Release.objects.exists()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("observations.csv", "2020,80,", "2020,81,"), ["observations.csv:2: reason"]),
        (
            ("indicators.yaml", "text: Every pupil", "text: Each pupil"),
            [
                f"indicators.yaml:67: indicators.pupils-riding.qualitative_targets.1.{name}"
                for name in ("authority", "decided_on", "reason")
            ],
        ),
    ],
)
def test_published_figure_or_target_does_not_change_without_saying_why(plan, proposer, change, fault):
    edit(plan, *change)
    before = public_rows()

    with pytest.raises(CommandError) as refusal:
        load(plan, propose_as=proposer.email)

    heading, *said = str(refusal.value).splitlines()
    assert heading == f"Faults: {len(fault)}. Nothing was stored."
    assert [line.partition(": is missing. ")[0] for line in said] == fault
    assert (public_rows(), Release.objects.count()) == (before, 0)


def test_changed_target_that_says_why_is_proposed_and_published(plan, proposer):
    why = (
        "text: Each pupil\n    reason: Clearer\n    authority: The Mayor\n    decided_on: '2024-03-01'\n    #"
    )
    edit(plan, "indicators.yaml", "text: Every pupil", why)

    load(plan, propose_as=proposer.email)
    publish_by_others(Release.objects.get(), proposer)

    last = TargetVersion.objects.order_by("publication_id").last()
    assert (last.text_en, last.reason, last.authority, last.decided_on) == (
        "Each pupil", "Clearer", "The Mayor", datetime.date(2024, 3, 1),
    )  # fmt: skip
    assert load(plan) == ["Nothing to change."]


def test_published_text_is_not_proposed_anew_without_a_reason(plan, proposer):
    edit(plan, "offices.yaml", "en: Town Council", "en: City Council")

    with pytest.raises(CommandError, match="Say why with --reason"):
        load(plan, propose_as=proposer.email)

    assert not Release.objects.exists()


# --- what the files say too late, or no longer -----------------------------------------------------------


def test_figure_that_the_site_revised_is_not_turned_back(plan, proposer):
    content = Observation.objects.get(period="2020")
    change = Change.of(
        "observation",
        **noun_content(content) | {"value": Decimal(82), "kind": "correction", "reason": "A slip"},
    )
    publish([change], kind="figures", title={"en": "A correction"})

    said = load(plan, propose_as=proposer.email)

    assert said == [
        "observation injured-cyclists total 2020: the site holds a later version; "
        "the files' earlier one is not proposed.",
        "Nothing to change.",
    ]


def noun_content(version) -> dict:
    names = [field.attname for field in version._meta.concrete_fields]
    return {name: getattr(version, name) for name in names if name not in ("id", "publication_id")}


def test_thing_taken_from_the_files_stays_public(plan, proposer):
    text = (plan / "initiatives.yaml").read_text(encoding="utf-8")
    (plan / "initiatives.yaml").write_text(text.split("  - date: 2027")[0], encoding="utf-8")

    said = load(plan, propose_as=proposer.email)

    assert said == ["milestone quay-lanes.2: no longer in the files; it stays public.", "Nothing to change."]
    assert InitiativeVersion.objects.count() == 1


def test_past_figure_added_late_is_not_put_before_the_present(plan):
    late = "injured-cyclists,total,2020,79,about,P,no,first,2021-02-01,day,,plan\n"
    edit(plan, "observations.csv", "injured-cyclists,total,2020", late + "injured-cyclists,total,2020")
    edit(plan, "observations.csv", "80,exact,A,no,first", "80,exact,A,no,revision")

    said = load(plan)

    assert said[:4] == [
        "observation injured-cyclists total 2020",
        "    kind: “first” -> “revision”",
        "    reason: (empty) -> “Published anew by its source.”",
        "observation injured-cyclists total 2020: an earlier version that was never public; "
        "the past cannot be published any more.",
    ]


def test_new_thing_with_a_history_is_proposed_as_it_stands_last(plan, proposer):
    edit(
        plan,
        "observations.csv",
        "pupils-riding,total,2022-Q1",
        "pupils-riding,total,2021-Q4,11,exact,P,no,first,2022-01-31,day,,review\n"
        "pupils-riding,total,2021-Q4,11.5,exact,A,no,revision,2022-03-31,day,,review\n"
        "pupils-riding,total,2022-Q1",
    )

    load(plan, propose_as=proposer.email)

    assert ObservationEntry.objects.get().value == Decimal("11.5")


def test_difference_costs_no_more_queries_for_more_things(plan, django_assert_num_queries):
    kinds = len(list(nouns()))

    # One for each noun, one for the names, one for which publications were loaded.
    with django_assert_num_queries(kinds + 2):
        found = difference([])

    assert len(found.left_out) > OfficeVersion.objects.count()
