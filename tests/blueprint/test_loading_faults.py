"""What is wrong with a plan's files is all said at once, with its line, and never ends in a traceback."""

import io
import shutil
import tempfile
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from blueprint.loading.checks import check_files
from blueprint.loading.publications import planned_publications
from blueprint.loading.reader import MOST_BYTES
from blueprint.loading.schema import FILES, read_folder
from blueprint.models import Event, PersonName, Publication

TINY = settings.BASE_DIR / "tests" / "plans" / "tiny"
REAL = settings.BASE_DIR / "fixtures" / "blueprint"
TODAY = date(2026, 11, 22)


@pytest.fixture
def plan(tmp_path):
    """A copy of the tiny plan to spoil."""
    return Path(shutil.copytree(TINY, tmp_path / "plan"))


def faults_in(folder: Path) -> list[str]:
    files, faults = read_folder(folder)
    check_files(files, today=TODAY)
    return [str(fault) for fault in sorted(faults)]


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("folder", [TINY, REAL])
def test_plan_without_faults_has_none(folder):
    assert faults_in(folder) == []


SPOILT = [
    # unknown, missing and repeated fields
    ("blueprint.yaml", "code: cycling", "kode: cycling", "blueprint.yaml:2: kode: is not a field here."),
    ("blueprint.yaml", "publisher: TOWN\n", "", "blueprint.yaml:2: publisher: is missing. Write it."),
    ("blueprint.yaml", "publisher: TOWN", "publisher:", "blueprint.yaml:5: publisher: is missing. Write it."),
    ("blueprint.yaml", "code: cycling", "code: cycling\ncode: x", "blueprint.yaml:3: “code” stands twice (first in line 2)."),
    ("blueprint.yaml", "  en: Harbourton Cycling Plan", "  fr: Plan", "blueprint.yaml:4: title.fr: is not a language here."),
    ("blueprint.yaml", "  en: Harbourton Cycling Plan", "  en:", "blueprint.yaml:3: title: says nothing."),
    ("blueprint.yaml", "directions:\n", "directions: none\nx:\n", "blueprint.yaml:9: directions: is not a list."),
    ("blueprint.yaml", "- plan", "-", "blueprint.yaml:8: sources.1: is empty."),
    ("indicators.yaml", "  en: injuries\n", "", "indicators.yaml:2: units.injuries: says nothing."),
    ("committee.yaml", "  en: To advise on cycling.", "  wording: ours", "committee.yaml:5: terms_of_reference: says nothing."),
    ("committee.yaml", "- name: B. Spoke", "- post:", "committee.yaml:18: non_official_members.1: has neither post nor name."),
    # unknown and repeated codes
    ("blueprint.yaml", "publisher: TOWN", "publisher: CITY", "blueprint.yaml:5: publisher: “CITY” is not known."),
    ("blueprint.yaml", "- plan", "- plam", "blueprint.yaml:7: sources: “plam” is not known."),
    ("blueprint.yaml", "direction: 2", "direction: 3", "blueprint.yaml:26: strategies.2.direction: “3” is not known."),
    ("blueprint.yaml", "stage: 2030", "stage: 2031", "blueprint.yaml:30: stage_statements.1.stage: “2031” is not known."),
    ("offices.yaml", "succeeded_by: STREETS", "succeeded_by: ROADS", "offices.yaml:8: ROADS.succeeded_by: leads back to ROADS."),
    ("offices.yaml", "code: STREETS", "code: TOWN", "offices.yaml:9: TOWN.code: TOWN stands twice (first in line 1)."),
    ("indicators.yaml", "unit: injuries", "unit: wounds", "indicators.yaml:20: indicators.injured-cyclists.unit: “wounds” is not known."),
    ("indicators.yaml", "strategy: 1", "strategy: 9", "indicators.yaml:23: indicators.injured-cyclists.strategy: “9” is not known."),
    ("indicators.yaml", "stage: only", "stage: late", "indicators.yaml:33: indicators.injured-cyclists.targets.1.stage: “late” is not known."),
    ("indicators.yaml", "code: pupils\n", "code: total\n", "indicators.yaml:52: indicators.injured-cyclists.disaggregation.categories.total.code: “total” means the whole."),
    ("observations.csv", "injured-cyclists,pupils", "injured-cyclists,adults", "observations.csv:5: breakdown: “adults” is no category of injured-cyclists."),
    ("observations.csv", "injured-cyclists,total,2020", "cyclists,total,2020", "observations.csv:2: indicator: “cyclists” is not known."),
    ("sources.csv", "plan,H", "the plan,H", "sources.csv:2: id: “the plan” is not a code."),
    # choices, figures, periods and dates
    ("indicators.yaml", "polarity: decrease", "polarity: down", "indicators.yaml:22: indicators.injured-cyclists.polarity: “down” is not a choice. Choose one of: increase, decrease."),
    ("indicators.yaml", "expected: yes", "expected: true", "indicators.yaml:10: stages.only.expected: “true” is not a choice. Choose one of: yes, no."),
    ("indicators.yaml", "decimals: 0", "decimals: 5", "indicators.yaml:21: indicators.injured-cyclists.decimals: 5 is out of range. Write a number from 0 to 4."),
    ("indicators.yaml", "'{value}%'", "'{figure}%'", "indicators.yaml:6: units.%.pattern: “{figure}%” does not hold {value} once, and no other braces."),
    ("indicators.yaml", "    value: 80\n", "", "indicators.yaml:26: indicators.injured-cyclists.baseline.value: is missing. Write it."),
    ("indicators.yaml", "due: 2030", "due: 2020", "indicators.yaml:34: indicators.injured-cyclists.targets.1.due: 2020 is not after the baseline's period 2020."),
    ("indicators.yaml", "published_on: '2023-12-31'", "published_on: '2023-06-30'", "indicators.yaml:46: indicators.injured-cyclists.targets.2.published_on: 2023-06-30 is not the last day of its year. Write 2023-12-31"),
    ("indicators.yaml", "    reason: Half of it was reached in two years.\n", "", "indicators.yaml:40: indicators.injured-cyclists.targets.2.reason: is missing. This target replaces an earlier one"),
    ("indicators.yaml", "    source: review\n", "", "indicators.yaml:40: indicators.injured-cyclists.targets.2.authority: is missing."),
    ("indicators.yaml", "    published_on: '2023-12-31'\n    published_precision: year\n", "", "indicators.yaml:40: indicators.injured-cyclists.targets.2.decided_on: is missing."),
    ("observations.csv", "exact,A,no,revision", "exact,A,no,withdrawal", "observations.csv:4: obs_status: stands beside the kind withdrawal."),
    ("observations.csv", "2022-02-28,month", "2022-02-28,", "observations.csv:3: published_precision: is missing."),
    ("observations.csv", "2022-06-01,day", "2026-11-22,day", "observations.csv:4: published_on: 2026-11-22 is not past."),
    ("observations.csv", "2022-06-01,day", "2022-06-31,day", "observations.csv:4: published_on: Write a day from 01 to 30"),
    ("observations.csv", "2022-06-01,day", "2022-06,day", "observations.csv:4: published_on: “2022-06” is not of the right kind. Write a day."),
    ("observations.csv", "2022-Q1", "2199-Q1", "observations.csv:6: period: 2199-Q1 has not begun."),
    ("observations.csv", "2022-Q1", "2022-Q5", "observations.csv:6: period: A year has Q1 to Q4, not Q5."),
    ("observations.csv", "exact,M", "exact,B", "observations.csv:7: obs_status: “B” is not a choice."),
    ("observations.csv", "exact,M", "exact,A", "observations.csv:7: value: is missing. Write it, or the status M"),
    ("observations.csv", "exact,A", "exact,M", "observations.csv:2: value: stands beside the status M"),
    ("observations.csv", "no,revision", "no,first", "observations.csv:4: kind: has an earlier row for the same period."),
    ("observations.csv", "no,first", "no,revision", "observations.csv:2: kind: has no earlier row for the same period."),
    ("observations.csv", "pupils,2021,12,", "total,2021,12,", "observations.csv:5: repeats line 4: same indicator, breakdown, period and date."),
    ("initiatives.yaml", "date: 2027", "date: 2027-Q1", "initiatives.yaml:13: quay-lanes.milestones.2.date: “2027-Q1” is not of the right kind."),
    ("initiatives.yaml", "source: https", "source: javascript", "initiatives.yaml:12: quay-lanes.milestones.1.source: “javascript://harbourton.example/lanes” is not an address."),
    ("initiatives.yaml", "amount_hkd: null", "amount_hkd: 1e9", "initiatives.yaml:6: quay-lanes.amount_hkd: “1e9” is not a whole number."),
    ("committee.yaml", "ends_on: '2022-05-31'", "ends_on: '2020-05-31'", "committee.yaml:10: terms.1.ends_on: is before starts_on."),
    ("committee.yaml", "membership_as_at: '2022", "membership_as_at: '2020", "committee.yaml:19: membership_as_at: is before established_on."),
    ("committee.yaml", "held_on: '2021-09", "held_on: '2021-03", "committee.yaml:22: meetings.1.held_on: is before established_on."),
    # what YAML and CSV could hide
    ("blueprint.yaml", "code: cycling", "code: &x cycling", "blueprint.yaml:2: holds an anchor or alias"),
    ("blueprint.yaml", "code: cycling", "code: !!str cycling", "blueprint.yaml:2: holds a tag"),
    ("blueprint.yaml", "code: cycling", "code: [a", "blueprint.yaml:3: is not YAML:"),
    ("blueprint.yaml", "code: cycling", "code: cycling\n---\ncode: x", "blueprint.yaml:3: holds a second document."),
    ("blueprint.yaml", "code: cycling", "code: " + "[" * 99, "blueprint.yaml:2: is nested deeper than 12 levels."),
    ("blueprint.yaml", "code: cycling", "? [a]\n: x", "blueprint.yaml:2: has a list or mapping where a field's name belongs."),
    ("blueprint.yaml", "code: cycling", 'code: "a\\0b"', "blueprint.yaml:2: holds the control character U+0000."),
    ("sources.csv", "id,title", "id,name", "sources.csv:1: the header's columns are not right (missing: title; unknown: name)."),
    ("sources.csv", "id,title", "id,id,title", "sources.csv:1: the header's columns are not right (twice: id)."),
    ("sources.csv", ",2022\n", ",2022,x\n", "sources.csv:3: has 5 cells where the header has 4."),
    ("sources.csv", "Review of", '"Review" of', "sources.csv:3: is not CSV:"),
    ("sources.csv", "Review of", "Review\x00of", "sources.csv:3: holds the control character U+0000."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "expected"), SPOILT)
def test_fault_is_said_with_its_line_and_field(plan, name, old, new, expected):
    spoil(plan, name, old, new)

    found = faults_in(plan)

    assert [fault for fault in found if fault.startswith(expected)], found


NOT_FIGURES = [
    "1_000", "1,000", "1e3", "NaN", "Infinity", "-", "+", ".5", "5.", "١٢", "１２", "0x10", "12 %", "--1",
    "12.34567", "123456789012", "9" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("written", NOT_FIGURES)
def test_figure_in_another_spelling_is_a_fault(plan, written):
    spoil(plan, "indicators.yaml", "value: 80", f"value: '{written}'")

    found = faults_in(plan)

    assert len(found) == 1
    assert found[0].startswith("indicators.yaml:28: indicators.injured-cyclists.baseline.value: “")
    assert len(found[0]) < 300


@pytest.mark.parametrize("written", ["0", "-5", "+5", "00012.50", "12345678901.2345"])
def test_figure_in_plain_digits_is_read(plan, written):
    spoil(plan, "indicators.yaml", "value: 80", f"value: {written}")

    assert faults_in(plan) == []


def test_faults_of_all_files_are_said_together_in_order(plan):
    spoil(plan, "sources.csv", "https", "ftp")
    spoil(plan, "indicators.yaml", "decimals: 1", "decimals: one")
    spoil(plan, "indicators.yaml", "decimals: 0", "decimals: none")
    (plan / "committee.yaml").unlink()

    said = [fault.split(" ", 1)[0] for fault in faults_in(plan)]

    assert said == ["committee.yaml:1:", "indicators.yaml:21:", "indicators.yaml:61:", "sources.csv:2:"]


def test_row_over_several_lines_is_named_by_its_first(plan):
    spoil(plan, "observations.csv", '"late reports, ', '"late reports,\n')
    spoil(plan, "observations.csv", "pupils,2021", "pupils,21")

    assert [fault.split(":")[1] for fault in faults_in(plan)] == ["6"]


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"# nothing\n", b"\xff\xfe", b"caf\xe9", b"x" * (MOST_BYTES + 1)]
)
@pytest.mark.parametrize("name", FILES)
def test_file_that_cannot_be_read_is_one_fault_of_its_own(plan, name, content):
    (plan / name).write_bytes(content)

    found = [fault for fault in faults_in(plan) if fault.startswith(name)]

    assert len(found) == 1


def test_byte_order_mark_is_allowed(plan):
    for name in FILES:
        (plan / name).write_bytes(b"\xef\xbb\xbf" + (plan / name).read_bytes())

    assert faults_in(plan) == []


def test_field_of_the_other_files_is_not_doubted_when_one_cannot_be_read(plan):
    (plan / "offices.yaml").unlink()

    assert len(faults_in(plan)) == 1


@pytest.mark.django_db
def test_command_refuses_the_whole_plan_for_one_fault(plan):
    spoil(plan, "sources.csv", "https", "ftp")

    with pytest.raises(CommandError) as refusal:
        call_command("load_blueprint", plan)

    heading, *faults = str(refusal.value).splitlines()
    assert heading == "Faults: 1. Nothing was stored."
    assert [fault.split(" ", 2)[:2] for fault in faults] == [["sources.csv:2:", "url:"]]
    assert not Publication.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize("path", ["nowhere", "plan/offices.yaml"])
def test_command_refuses_what_is_no_folder(plan, path):
    with pytest.raises(CommandError, match="is not a folder"):
        call_command("load_blueprint", plan.parent / path)


# --- spoilt at random ------------------------------------------------------------------------------------

JUNK = st.sampled_from([
    "", "-", ": ", "- ", "  ", "\t", "null", "'", '"', "{", "[", "&a ", "*a", "!x", "|", ">", "#", ",", "\n", "0",
    "9" * 30, "2024-13", "total", "first", "M", "en: x", "\ufeff", "\u2028", "数", "é", "---", "? ", "%", "@",
    "\x85", "\x00", "ITIB", "2027", "1.5",
])  # fmt: skip


@st.composite
def spoiling(draw):
    """A few small harms to a file: lines dropped, doubled or swapped, and junk put into the text."""
    name = draw(st.sampled_from(sorted(FILES)))
    harms = st.tuples(
        st.sampled_from(["drop", "double", "swap", "insert", "cut", "replace"]), st.integers(0, 10**6), JUNK
    )
    return name, draw(st.lists(harms, min_size=1, max_size=3))


def harmed(text: str, harms) -> str:
    for harm, place, junk in harms:
        lines = text.split("\n")
        at = place % len(lines)
        column = place % (len(lines[at]) + 1)
        if harm == "drop":
            lines[at : at + 1] = []
        elif harm == "double":
            lines.insert(at, lines[at])
        elif harm == "swap":
            lines[at], lines[at - 1] = lines[at - 1], lines[at]
        elif harm == "insert":
            lines[at] = lines[at][:column] + junk + lines[at][column:]
        elif harm == "cut":
            lines[at] = lines[at][:column]
        else:
            lines[at] = lines[at].split(":")[0] + ": " + junk
        text = "\n".join(lines)
    return text


def spoilt_copy(folder: Path, into: str, spoilt) -> Path:
    name, harms = spoilt
    copy = Path(shutil.copytree(folder, Path(into) / "plan"))
    (copy / name).write_text(harmed((copy / name).read_text(encoding="utf-8"), harms), encoding="utf-8")
    return copy


@hypothesis_settings(max_examples=80, deadline=None)
@given(spoiling())
def test_real_plan_spoilt_at_random_has_faults_or_can_be_planned(spoilt):
    with tempfile.TemporaryDirectory() as into:
        files, faults = read_folder(spoilt_copy(REAL, into, spoilt))
        check_files(files, today=TODAY)

        assert faults or planned_publications(files)
        assert all(fault.file == spoilt[0] or fault.field for fault in faults)


@pytest.mark.django_db
@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(spoiling())
def test_tiny_plan_spoilt_at_random_is_loaded_or_refused_whole(spoilt):
    with tempfile.TemporaryDirectory() as into, transaction.atomic():
        try:
            call_command("load_blueprint", spoilt_copy(TINY, into, spoilt), stdout=io.StringIO())
        except CommandError:
            assert not Publication.objects.exists()
            assert not PersonName.objects.exists()
        else:
            assert Publication.objects.count() >= 1
        transaction.set_rollback(True)
