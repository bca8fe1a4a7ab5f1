"""One figure everywhere: page, table, chart, sentence, CSV, XLSX, JSON, SDMX and API say the same, in three languages.

The CSV file of assessments says which figure is an indicator's latest; every other place is held against it.
"""

import datetime
import io
import json
import re
from decimal import Decimal

import pytest
import sdmx

from indicators.exchange.sdmx.concepts import identifier
from tests.reading import LANGUAGES, content, rows, sheet, texts

pytestmark = pytest.mark.django_db


BOUNDS = {
    "over": {"en": "over", "zh-hant": "逾", "zh-hans": "超过"},
    "under": {"en": "under", "zh-hant": "少於", "zh-hans": "少于"},
    "about": {"en": "about", "zh-hant": "約", "zh-hans": "约"},
}
MILLIONS = {"HK$ million": 6, "HK$ billion": 9, "million users": 6, "million a year": 6}
MYRIADS = {"": 0, "億": 8, "亿": 8, "萬": 4, "万": 4}


@pytest.fixture
def latest(client, real_plan):
    """{indicator: (period, value, qualifier)} as the file of assessments says it; of one there is no figure yet."""
    found = {
        row["indicator"]: (row["latest_period"], row["latest"], row["qualifier"])
        for row in rows(client.get("/data/assessments.csv"))
        if row["latest_period"]
    }
    assert len(found) == 18
    return found


# For people


@pytest.mark.parametrize("language", LANGUAGES)
def test_I11_page_table_chart_and_sentence_show_the_latest_figure(client, latest, language):
    units = {row["indicator"]: row["unit"] for row in rows(client.get("/data/indicators.csv"))}
    wrong, drawn = [], set()
    for code, (period, value, qualifier) in latest.items():
        page = client.get(f"/{language}/indicators/{code}/")
        for place, said in places(page, period, language).items():
            if place.startswith("chart"):
                drawn.add(code)
            if not says(said, value, qualifier, units[code], language):
                wrong.append((code, place, said))

    assert wrong == []
    assert len(drawn) == len(latest)


def places(page, period, language):
    """Where the page says the latest figure."""
    line = next(row for row in table_of(page) if row[0] == label(period, language))
    found = {
        "figure": texts(page, "p", "figure")[0],
        "sentence": texts(page, "p", "lead")[0],
        "table": line[1],
    }
    return found | {f"chart {order}": said for order, said in enumerate(latest_in_charts(page))}


def latest_in_charts(page):
    """What stands at the last point of each chart of the indicator, its lines joined."""
    [frame] = re.findall(r'<figure class="chart-frame".*?</figure>', content(page).decode(), re.S) or [""]
    marks = [
        re.findall(r'<text class="latest"[^>]*>(.*?)</text>', chart, re.S)
        for chart in frame.split("<svg")[1:]
    ]
    return [" ".join(re.sub(r"<[^>]*>", " ", line) for line in lines) for lines in marks]


def table_of(page):
    """Rows of the table of all figures: its head and its first cell."""
    heads = re.findall(
        r'<tr><th scope="row">(.*?)</th><td class="v">(.*?)</td>', content(page).decode(), re.S
    )
    return [[" ".join(re.sub(r"<[^>]*>", "", cell).split()) for cell in row] for row in heads]


def label(period, language):
    """A reference period in words, written down anew."""
    if len(period) == 4:
        return period if language == "en" else f"{period}年"
    day = datetime.date.fromisoformat(f"{period}-01" if len(period) == 7 else period)
    if language == "en":
        return f"{day:%B %Y}" if len(period) == 7 else f"{day.day} {day:%B %Y}"
    return f"{day.year}年{day.month}月" + ("" if len(period) == 7 else f"{day.day}日")


def says(text, value, qualifier, unit, language):
    """Whether a text holds the figure as a number of its own, with the word for its bound before it.

    Chinese counts large amounts by 億 and 萬 where the unit counts them by millions: the same number in other words.
    """
    amounts = {Decimal(value), Decimal(value).scaleb(MILLIONS.get(unit, 0))}
    for found in re.finditer(
        r"(?P<before>[^\d]*)(?P<digits>−?\d[\d,]*(?:\.\d+)?)(?P<myriads>[億亿萬万]?)", text
    ):
        amount = Decimal(found["digits"].replace("−", "-").replace(",", ""))
        if amount.scaleb(MYRIADS[found["myriads"]]) in amounts:
            return BOUNDS.get(qualifier, {}).get(language, "") in found["before"]
    return False


# For programs


def test_I11_files_and_api_hold_the_latest_figure(client, latest):
    for read in (in_csv, in_sheet, in_json, in_sdmx_message, in_sdmx_table, in_api):
        found = read(client, {code: said[0] for code, said in latest.items()})

        assert found == {code: said[1:] for code, said in latest.items()}, read.__name__


def in_csv(client, periods):
    return {
        row["indicator"]: (row["value"], row["qualifier"])
        for row in rows(client.get("/data/observations.csv"))
        if row["breakdown"] == "total" and row["period"] == periods.get(row["indicator"])
    }


def in_sheet(client, periods):
    head, *lines = sheet(client.get("/data/observations.xlsx"))
    found = [dict(zip(head, line, strict=True)) for line in lines]
    return {
        row["indicator"]: (number(row["value"]), row["qualifier"])
        for row in found
        if row["breakdown"] == "total" and row["period"] == periods.get(row["indicator"])
    }


def in_json(client, periods):
    return {
        row["indicator"]: (row["value"], row["qualifier"])
        for row in json.loads(content(client.get("/data/observations.json")))["rows"]
        if row["breakdown"] == "total" and row["period"] == periods.get(row["indicator"])
    }


def in_sdmx_message(client, periods):
    structure = sdmx.read_sdmx(io.BytesIO(content(client.get("/data/sdmx/structure.xml"))))
    file = io.BytesIO(content(client.get("/data/sdmx/data.xml")))
    [dataset] = sdmx.read_sdmx(file, structure=structure.structure["PLAN_INDICATORS"]).data
    found = {
        tuple(str(obs.key[name].value) for name in ("INDICATOR", "BREAKDOWN", "TIME_PERIOD")): obs
        for obs in dataset.obs
    }
    chosen = {code: found[identifier(code), "_T", period] for code, period in periods.items()}
    return {code: (str(obs.value), str(obs.attrib["QUALIFIER"].value)) for code, obs in chosen.items()}


def in_sdmx_table(client, periods):
    codes = {identifier(code): code for code in periods}
    return {
        codes[row["INDICATOR"]]: (row["OBS_VALUE"], row["QUALIFIER"])
        for row in rows(client.get("/data/sdmx/data.csv"))
        if row["BREAKDOWN"] == "_T" and row["TIME_PERIOD"] == periods[codes[row["INDICATOR"]]]
    }


def in_api(client, periods):
    found, address = {}, "/api/v1/observations/"
    while address:
        answer = client.get(address).json()
        for row in answer["results"]:
            if row["breakdown"] == "total" and row["period"] == periods.get(row["indicator"]):
                found[row["indicator"]] = (row["value"], row["qualifier"])
        address = answer["next"]
    return found


def number(value):
    whole = format(Decimal(repr(value)).normalize(), "f")
    return "0" if whole == "-0" else whole
