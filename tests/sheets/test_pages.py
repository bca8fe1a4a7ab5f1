"""The pages of sheets, as an official meets them."""

import io
import re
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from blueprint.actions import approval_digest, approve_release, submit_release
from blueprint.drafts import keep, kept
from blueprint.models import Job, Release
from blueprint.permissions import Role
from indicators.models import ObservationEntry, Sheet
from indicators.sheets import views
from tests.factories import (
    OfficeFactory,
    UserFactory,
    accept_all_gaps,
    change,
    publish_changes,
    publish_observation,
)
from tests.reading import content
from tests.sheets.hostile import text, workbook

SHEETS = "/en/desk/sheets/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept_here(settings, tmp_path):
    settings.SHEETS_DIR = str(tmp_path / "sheets")
    with override("en"):
        yield


@pytest.fixture
def plan():
    publish_changes(
        change("office", office="itc"),
        change("indicator", short_name_en="Ratio", frequency="annual", release_month=12),
        change("indicator", indicator="I2"),
        change("observation"),
    )


def signed_in(client, role=Role.OFFICIAL, code="itc"):
    user = UserFactory(role=role, office=OfficeFactory(code=code))
    client.force_login(user)
    return user


def send(client, sent: bytes, name="figures.csv"):
    return client.post(SHEETS, {"sheet": SimpleUploadedFile(name, sent)}, follow=True)


def page(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def confirmation(response, **said):
    form = response.context["form"]
    start = {"token": form["token"].value(), "seen": form["seen"].value()}
    start |= {f"agree_{code}": "on" for code in form.asked}
    return start | {f"because_{code}": "Checked." for code in form.doubted} | said


def test_whole_way_from_workbook_to_draft(client, plan):
    signed_in(client)
    book = openpyxl.load_workbook(io.BytesIO(content(client.get(f"{SHEETS}workbook.xlsx"))))
    figures = book["figures"]
    columns = {cell.value: cell.column for cell in figures[1]}
    due = next(row for row in range(2, figures.max_row) if figures.cell(row, columns["value"]).value is None)
    figures.cell(due, columns["value"]).value = 1.7
    figures.cell(due, columns["note_en"]).value = "Grew a little."
    filled = io.BytesIO()
    book.save(filled)

    seen = send(client, filled.getvalue(), "mine.xlsx")
    done = client.post(f"{seen.request['PATH_INFO']}confirm/", confirmation(seen))

    release = Release.objects.get()
    assert done.url == f"/en/desk/releases/{release.pk}/"
    entry = ObservationEntry.objects.get()
    assert (entry.indicator_id, entry.value, entry.note_en) == ("I1", Decimal("1.7"), "Grew a little.")
    assert entry.period == figures.cell(due, columns["period"]).value
    assert client.get(done.url).status_code == 200


def test_workbook_locks_codes_and_offers_lists(client, plan):
    signed_in(client)

    book = openpyxl.load_workbook(io.BytesIO(content(client.get(f"{SHEETS}workbook.xlsx"))))

    figures = book["figures"]
    columns = {cell.value: cell for cell in figures[1]}
    assert book.sheetnames == ["figures", "explained", "codes"]
    assert figures.protection.sheet
    assert figures.protection.password is None
    locked = {name for name, cell in columns.items() if figures.cell(2, cell.column).protection.locked}
    assert locked == {
        "indicator", "indicator_name_en", "indicator_name_zh_hant", "indicator_name_zh_hans", "breakdown", "period", "unit",
    }  # fmt: skip
    offered = {
        str(one.sqref).split(":")[0].rstrip("0123456789"): one.formula1
        for one in figures.data_validations.dataValidation
    }
    assert offered[columns["qualifier"].column_letter] == '"exact,over,under,about"'
    assert offered[columns["obs_status"].column_letter] == '"A,P,E,M"'
    assert offered["A"] == "codes!$A$2:$A$3"


def test_workbook_as_csv_is_marked_and_changes_nothing(client, plan):
    signed_in(client)
    answer = client.get(f"{SHEETS}workbook.csv")
    made = content(answer)

    assert made.startswith(b"\xef\xbb\xbfindicator,indicator_name_en,")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="itc.')
    assert "No change." in page(send(client, made))


def test_problems_are_all_shown_at_their_cells_and_nothing_can_be_confirmed(client, plan):
    signed_in(client)
    sent = text("I9,2023,3,", "I1,2023,12億,", "I1,2024,9,").encode()

    seen = send(client, sent)

    said = page(seen)
    assert "3 problems. No draft can be made" in said
    for cell in ("A2", "C3"):
        assert f" {cell} " in said
    answer = client.post(f"{seen.request['PATH_INFO']}confirm/", confirmation(seen))
    assert answer.status_code == 422
    assert not Release.objects.exists()


def test_I10_long_list_of_problems_comes_in_pages(client, plan):
    signed_in(client)
    seen = send(client, text(*[f"I9,{1900 + n % 100},3," for n in range(95)]).encode())

    last = client.get(f"{seen.request['PATH_INFO']}?page=3")

    assert "95 problems" in page(seen)
    assert len(last.context["rows"]) == 15


def test_questions_and_warnings_must_be_answered(client, plan):
    signed_in(client)
    seen = send(client, text("I1,2023,12%,").encode())
    unanswered = confirmation(seen) | {"because_no_evidence": ""}
    del unanswered["agree_per_cent"]

    answer = client.post(f"{seen.request['PATH_INFO']}confirm/", unanswered)

    assert answer.status_code == 422
    said = page(answer)
    assert said.count("Look at these cells, then tick that it is right, or correct the file.") == 2
    assert said.count("Say in a sentence why these are right, or correct the file.") == 2
    assert not Release.objects.exists()


def test_I07_comma_is_asked_and_shown_as_understood(client, plan):
    signed_in(client)
    seen = send(client, b'indicator;period;value\r\nI1;2023;"1,5"\r\n')
    assert "What is the comma in the figures of this file?" in page(seen)

    read = client.post(f"{seen.request['PATH_INFO']}read/", {"comma": "decimal"}, follow=True)

    assert re.search(r"1,5\s+understood as 1.5", page(read))


def test_I11_encoding_is_asked_with_a_preview_and_then_used(client, plan):
    signed_in(client)
    seen = send(client, text("I1,2023,3,嘅㗎𨋢").encode("big5hkscs"))
    assert "嘅㗎𨋢" in page(seen)
    assert not re.search("checked", seen.content.decode())

    read = client.post(f"{seen.request['PATH_INFO']}read/", {"encoding": "big5hkscs"}, follow=True)

    assert "Big5-HKSCS (Traditional Chinese), cells separated by comma" in page(read)
    client.post(f"{seen.request['PATH_INFO']}confirm/", confirmation(read))
    assert ObservationEntry.objects.get().note_zh_hant == "嘅㗎𨋢"


def test_I11_encoding_that_does_not_fit_is_told_and_asked_again(client, plan):
    signed_in(client)
    seen = send(client, text("I1,2023,3,").encode("utf-16-le") + b"\xff")

    read = client.post(f"{seen.request['PATH_INFO']}read/", {"encoding": "big5hkscs"}, follow=True)

    assert "This file was not read." in page(read)
    assert "In which encoding was it saved?" in page(read)


def test_what_a_file_says_of_itself_is_not_overruled(client, plan):
    signed_in(client)
    seen = send(client, text("I1,2023,3,創新").encode())

    read = client.post(f"{seen.request['PATH_INFO']}read/", {"encoding": "gb18030"}, follow=True)

    assert "Read as text: UTF-8" in page(read)


def test_page_speaks_the_language_it_is_opened_in(client, plan):
    signed_in(client)
    seen = send(client, text("I1,2023,12億,").encode())
    address = seen.request["PATH_INFO"].replace("/en/", "/zh-hant/")

    first = client.get(address).context["found"]["problems"][0]["text"]

    assert first == "請以數字寫出全數，不要用「萬」或「億」。"


def test_annotated_copy_has_the_rows_and_what_is_wrong_with_them(client, plan):
    signed_in(client)
    rows = [["I1", "total", "2023", "12億"], ["I1", "total", "2022", 3], ["I9", "total", "2022", 3]]
    seen = send(client, workbook(*rows, heading=["indicator", "breakdown", "period", "value"]), "mine.xlsx")

    answer = client.get(f"{seen.request['PATH_INFO']}annotated/")

    sheet = openpyxl.load_workbook(io.BytesIO(content(answer)))["figures"]
    assert [cell.value for cell in sheet[1]] == ["indicator", "breakdown", "period", "value", "problems"]
    assert [cell.value for cell in sheet[2]][:4] == ["I1", "total", "2023", "12億"]
    assert sheet["E2"].value == "D2: Write all the digits, without 萬 or 億."
    assert sheet["D2"].comment.text == "Write all the digits, without 萬 or 億."
    assert sheet["D2"].fill.fgColor.rgb == "FFF6D5D9"
    assert sheet["E4"].value == "A4: There is no indicator I9 among those of your office."
    assert answer.headers["Content-Disposition"] == 'attachment; filename="mine.problems.xlsx"'
    again = send(client, content(answer), "again.xlsx")
    assert len(again.context["found"]["problems"]) == 2
    assert [one["code"] for one in again.context["questions"]] == []


def test_a_sheet_that_became_a_draft_is_told_no_more(client, plan):
    """What its draft says is for few from its approval to its moment, and the office's sheets are for the office."""
    signed_in(client)
    seen = send(client, text("I1,2023,3.7,").encode())
    there = seen.request["PATH_INFO"]
    assert "3.7" in content(client.get(f"{there}annotated/")).decode()
    client.post(f"{there}confirm/", confirmation(seen))
    release = Release.objects.get()
    accept_all_gaps(release)
    submit_release(release, by=release.created_by)
    approve_release(release, by=UserFactory(role=Role.APPROVER), digest=approval_digest(release))

    # Nothing is being written any more, so what was found holds as it did when it was found.
    signed_in(client)
    pages = client.get(there), client.get(f"{there}annotated/", follow=True)

    assert Sheet.objects.get().is_imported
    assert client.get(release.get_absolute_url()).status_code == 404
    assert all("3.7" not in content(one).decode() for one in pages)


def test_annotated_copy_of_a_csv_keeps_its_cells_as_they_came(client, plan):
    signed_in(client)
    sent = text("I1,2023,12億,'=SUM(A1)").encode("utf-8-sig")
    seen = send(client, sent)

    made = content(client.get(f"{seen.request['PATH_INFO']}annotated/")).decode("utf-8-sig").splitlines()

    assert made == [
        "indicator,period,value,note_zh_hant,problems",
        'I1,2023,12億,\'=SUM(A1),"C2: Write all the digits, without 萬 or 億."',
    ]


def test_same_file_again_says_so_and_leads_to_its_release(client, plan):
    signed_in(client)
    sent = text("I1,2023,3,").encode()
    seen = send(client, sent)
    client.post(f"{seen.request['PATH_INFO']}confirm/", confirmation(seen))

    again = send(client, sent, "renamed.csv")

    release = Release.objects.get()
    assert f'<a href="/en/desk/releases/{release.pk}/">Release {release.pk}</a>' in again.content.decode()
    assert Sheet.objects.count() == 1
    late = client.post(f"{seen.request['PATH_INFO']}confirm/", confirmation(seen))
    assert late.url == seen.request["PATH_INFO"]
    assert Release.objects.count() == 1


def test_page_opened_before_a_publication_is_not_confirmed(client, plan):
    signed_in(client)
    seen = send(client, text("I1,2023,3,").encode())
    publish_observation(period="2020", value=Decimal(2))

    answer = client.post(f"{seen.request['PATH_INFO']}confirm/", confirmation(seen), follow=True)

    assert "Something changed since you opened this page." in page(answer)
    assert not Release.objects.exists()


def test_file_over_the_limit_is_413_in_words(client, plan):
    signed_in(client)

    answer = send(client, b"x" * (5 * 1024 * 1024 + 1))

    assert answer.status_code == 413
    assert "The file is larger than 5 MB. Send fewer rows at a time." in page(answer)
    assert not Sheet.objects.exists()


def test_no_file_is_told(client, plan):
    signed_in(client)

    answer = client.post(SHEETS, {})

    assert answer.status_code == 422
    assert "Choose a file first." in page(answer)


def test_a_store_that_is_away_is_told(client, plan, settings, tmp_path):
    signed_in(client)
    settings.SHEETS_DIR = str(tmp_path / "file" / "sheets")
    (tmp_path / "file").write_text("No folder.")

    answer = send(client, text("I1,2023,3,").encode())

    assert answer.status_code == 503
    assert "“figures.csv” could not be kept: the place for files is full or away." in page(answer)
    assert not Sheet.objects.exists()


def test_other_offices_sheet_does_not_exist(client, plan):
    signed_in(client)
    there = send(client, text("I1,2023,12億,").encode()).request["PATH_INFO"]
    signed_in(client, code="fstb")

    absent = client.get(f"{SHEETS}999/")
    for address in (there, f"{there}annotated/"):
        assert client.get(address).content == absent.content
    for verb in ("read", "confirm"):
        assert client.post(f"{there}{verb}/", {}).status_code == 404


def test_name_of_a_file_is_shown_cleaned(client, plan):
    signed_in(client)

    send(client, text("I1,2023,3,").encode(), "..\\a\u202exslx.csv")

    assert Sheet.objects.get().name == "axslx.csv"


def test_job_that_is_silent_says_so_and_can_be_started_again(client, plan, monkeypatch):
    signed_in(client)
    monkeypatch.setattr("indicators.sheets.actions.READ_AT_ONCE", 10)
    seen = send(client, text("I1,2023,3,").encode())
    assert '<meta http-equiv="refresh" content="2">' in seen.content.decode()
    Job.objects.update(state=Job.State.RUNNING, seen_at="2026-01-01T00:00Z", steps=100, steps_done=40)

    silent = client.get(seen.request["PATH_INFO"])
    assert "The reading has stopped." in page(silent)
    assert "refresh" not in silent.content.decode()

    client.post(f"{seen.request['PATH_INFO']}read/", {})
    assert Job.objects.count() == 2


@pytest.mark.parametrize("count", [1, 3])
def test_list_query_count(client, plan, count, django_assert_max_num_queries):
    signed_in(client)
    for number in range(count):
        send(client, text(f"I1,20{10 + number},3,").encode())

    with django_assert_max_num_queries(12):
        answer = client.get(SHEETS)

    assert len(answer.context["part"]) == count


def test_C14_sentences_survive_the_way_to_another_page_of_the_list(client, plan, monkeypatch):
    monkeypatch.setattr(views, "ROWS_OF_A_PAGE", 1)
    user = signed_in(client)
    seen = send(client, text("I1,2022,1.3,", "I1,2023,1.4,").encode())
    address, place = seen.request["PATH_INFO"], f"sheet:{Sheet.objects.get().pk}"
    keep(user, place, {"because_no_evidence": ["From the yearbook."]}, version=0)

    second = client.get(address, {"page": 2})
    sent = confirmation(second) | {"keeper": second.context["keeping"].tag}
    client.post(f"{address}confirm/", sent)

    assert second.context["form"]["because_no_evidence"].value() == "From the yearbook."
    assert "From the yearbook." in second.content.decode()
    assert (Release.objects.count(), kept(user, place)) == (1, None)
