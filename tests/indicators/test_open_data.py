"""The forms of the real plan's files hold the same cells, at every moment, and the data page explains them."""

import datetime
import hashlib
import io
import json
import re
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from blueprint.models import Publication
from indicators.exchange import documents, sheets
from indicators.exchange.about import Edition
from indicators.exchange.dictionary import OBSERVATIONS, TABLES, in_languages
from indicators.exchange.offered import OFFERS
from tests.factories import publish_indicator, publish_observation, publish_target
from tests.reading import LANGUAGES, content, rows, sheet, texts

pytestmark = pytest.mark.django_db

NAMES = [table.name for table in TABLES]


@pytest.fixture
def awkward(real_plan):
    """The real plan, and beside it what real plans have seldom: bounds, breaks, every kind of period, odd texts."""
    publish_indicator("I2", frequency="irregular", decimals=1, name_en="=cmd|' /C calc'!A0")
    publish_observation("I2", period="2023-H1", value=Decimal("-0.05"), qualifier="under")
    publish_observation(
        "I2", period="2023-Q3", value=Decimal("99999999999.1234"), status="P", break_before=True
    )
    publish_observation("I2", period="2023-10", value=None, status="M", note_en="Two\nlines, “quoted” & <b>")
    publish_observation("I2", period="2023-10-31", value=Decimal(0), status="E", note_zh_hant="=只有中文")
    publish_observation("I2", period="2023-H1", value=Decimal("0.1"), kind="revision", reason="late reports")
    publish_target("I2-words", indicator="I2", value=None, text_en="-- as far as possible")


def as_in_csv(value):
    """How the CSV file spells a typed cell."""
    if value is None or isinstance(value, str):
        return text_in_csv(value or "")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    whole = format(Decimal(repr(value)).normalize(), "f")
    return "0" if whole == "-0" else whole


def text_in_csv(text):
    return f"'{text}" if re.match(r"\s*[=+\-@＝＋－＠]|\s", text) and not is_figure(text) else text


def is_figure(text):
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


def cells_of_json(response):
    document = json.loads(content(response))
    assert [column["name"] for column in document["columns"]] == list(document["rows"][0])
    return [{name: as_in_csv(value) for name, value in row.items()} for row in document["rows"]]


def cells_of_sheet(response):
    head, *found = sheet(response)
    return [dict(zip(head, map(as_in_csv, row), strict=True)) for row in found]


# One table, three forms


@pytest.mark.parametrize("query", ["", "?history=1", "?as_at=20", "?as_at=2025-06-30&history=1"])
@pytest.mark.parametrize("name", [*NAMES, "indicators/I2", "indicators/gerd-hkd"])
def test_csv_json_and_xlsx_hold_the_same_cells(client, awkward, name, query):
    if name == "indicators/I2" and "as_at" in query:
        query = query.split("as_at")[0]
    expected = rows(client.get(f"/data/{name}.csv{query}"))

    assert expected
    assert cells_of_json(client.get(f"/data/{name}.json{query}")) == expected
    assert cells_of_sheet(client.get(f"/data/{name}.xlsx{query}")) == expected


def test_sheet_has_numbers_dates_and_texts_in_their_own_types(client, awkward):
    head, *found = sheet(client.get("/data/indicators/I2.xlsx"))
    typed = {row[5]: dict(zip(head, row, strict=True)) for row in found}

    assert [type(typed["2023-Q3"][name]) for name in ("value", "break_before", "published_at", "period")] == [
        float,
        bool,
        datetime.datetime,
        str,
    ]
    assert typed["2023-Q3"]["value"] == 99999999999.1234
    assert (typed["2023-10"]["value"], typed["2023-H1"]["indicator_name_en"]) == ("", "=cmd|' /C calc'!A0")


def test_sheet_shows_the_decimals_of_the_indicator_and_never_fewer_than_the_figure_has(awkward):
    made = {}

    class Kept:
        def add_format(self, given):
            made[given.get("num_format")] = given
            return given

        def set_properties(self, given):
            pass

    shown = sheets.Sheets(Kept(), edition())

    assert [shown.figures(Decimal(value), 1)["num_format"] for value in ("2", "1.25", "35772")] == [
        "#,##0.0", "#,##0.00", "#,##0.0",
    ]  # fmt: skip


def edition(**given):
    head = Publication.objects.head()
    moment = type("At", (), {"number": head.number, "publication": head, "today": head.published_on})()
    return Edition(OBSERVATIONS, moment, **given)


def test_sheet_says_what_it_is_and_what_each_column_means(client, real_plan):
    about = sheet(client.get("/data/targets.xlsx"), "About")
    said = {line[0]: line[1] for line in about}

    assert said["as_at: publication"] == str(Publication.objects.head().number)
    assert said["licence: url"] == "https://creativecommons.org/licenses/by/4.0/"
    assert said["plan"] == "Hong Kong Innovation and Technology Development Blueprint"
    assert [line[0] for line in about][-14:] == [column.name for column in OFFERS[3].table.columns]


def test_rows_of_a_long_file_go_on_in_further_sheets(monkeypatch, client, awkward):
    monkeypatch.setattr(sheets.Sheets.__init__, "__kwdefaults__", {"rows_of_a_sheet": 41})
    expected = [row["value"] for row in rows(client.get("/data/observations.csv"))]

    book = CalamineWorkbook.from_filelike(io.BytesIO(content(client.get("/data/observations.xlsx"))))
    found = [
        as_in_csv(row[6])
        for name in book.sheet_names[:-1]
        for row in book.get_sheet_by_name(name).to_python()[1:]
    ]

    assert book.sheet_names == ["observations", "observations 2", "observations 3", "About"]
    assert found == expected


def test_json_of_an_empty_table_is_whole():
    head = type(
        "At", (), {"number": 0, "publication": None, "today": datetime.date(2026, 1, 1), "past": False}
    )()

    document = json.loads("".join(documents.write(Edition(OBSERVATIONS, head), [])))

    assert (document["rows"], document["as_at"]) == ([], {"publication": 0})


# What an answer says of itself


def test_names_of_files_say_what_they_are_of(client, real_plan):
    number = Publication.objects.head().number
    said = {
        path: client.get(f"/data/{path}")["Content-Disposition"].partition("filename=")[2].strip('"')
        for path in (
            "observations.csv", "observations.csv?history=1", "indicators/gii-rank.xlsx", "sdmx/data.xml",
            "assessments.json?as_at=2025-03-31", "blueprint.stratml.xml",
        )
    }  # fmt: skip

    assert said == {
        "observations.csv": f"observations.{number}.csv",
        "observations.csv?history=1": f"observations-history.{number}.csv",
        "indicators/gii-rank.xlsx": f"gii-rank.{number}.xlsx",
        "sdmx/data.xml": f"sdmx-data.{number}.xml",
        "assessments.json?as_at=2025-03-31": "assessments.38.2025-03-31.json",
        "blueprint.stratml.xml": f"blueprint.{number}.stratml.xml",
    }


def test_bookmark_of_a_file_gives_the_same_bytes(client, real_plan):
    response = client.get("/data/observations.csv?as_at=2021-06-30&history=1")
    address = re.search(r'<([^>]*)>; rel="bookmark"', response["Link"])[1]

    assert address == "/data/observations.csv?as_at=10&history=1"
    assert content(client.get(address)) == content(response)


def test_checksums_are_those_of_the_files_under_their_names(client, real_plan):
    lines = content(client.get("/data/checksums.txt?as_at=30")).decode().splitlines()
    found = {}
    for offer in OFFERS:
        response = client.get(f"{offer.address}?as_at=30")
        name = response["Content-Disposition"].partition("filename=")[2].strip('"')
        found[name] = hashlib.sha256(content(response)).hexdigest()

    assert {line.split("  ")[1]: line.split("  ")[0] for line in lines[1:]} == {
        name: digest for name, digest in found.items() if not name.endswith(".xlsx")
    }


# What is refused


BAD = ["as_at=2999-01-01", "as_at=x", "as_at=0", "as_at=1&as_at=2", "history=2", "history=1&history=0", "as_at=%00",
       "as_at=" + "9" * 400, "history="]  # fmt: skip


@pytest.mark.parametrize("query", BAD)
@pytest.mark.parametrize(
    "path", ["observations.xlsx", "targets.json", "sdmx/data.xml", "blueprint.stratml.xml"]
)
def test_I13_files_refuse_what_they_cannot_read(client, real_plan, path, query):
    assert client.get(f"/data/{path}?{query}").status_code == 400


@pytest.mark.parametrize("path", ["sdmx/data.csv", "sdmx/structure.xml", "performance.stratml.xml"])
def test_form_with_one_value_a_period_refuses_history(client, real_plan, path):
    assert client.get(f"/data/{path}?history=1").status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "nothing.csv",
        "indicators/nothing.json",
        "indicators/nothing.xlsx",
        "observations.ods",
        "indicators/.csv",
    ],
)
def test_file_of_nothing_is_404(client, real_plan, path):
    assert client.get(f"/data/{path}").status_code == 404


# The data page


@pytest.mark.parametrize("language", LANGUAGES)
def test_data_page_leads_to_every_file_and_explains_every_column(client, real_plan, language):
    page = client.get(f"/{language}/data/")
    said = page.content.decode()

    assert [offer.address for offer in OFFERS if f'href="{offer.address}"' not in said] == []
    tag = {"en": "en", "zh-hant": "zh-Hant", "zh-hans": "zh-Hans"}[language]
    explained = {cell for cell in texts(page, "td")}
    for table in TABLES:
        assert {
            " ".join(in_languages(column.explained)[tag].split()) for column in table.columns
        } <= explained


def test_data_page_keeps_its_moment(client, real_plan):
    said = client.get("/en/data/?as_at=30").content.decode()

    assert 'href="/data/observations.xlsx?as_at=30"' in said
    assert 'href="/data/checksums.txt?as_at=30"' in said


def test_data_page_takes_few_queries(client, real_plan, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        client.get("/en/data/")
