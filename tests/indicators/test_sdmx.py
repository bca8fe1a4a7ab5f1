"""Two readers of SDMX, neither ours, find every figure of the CSV file in ours."""

import io
import re
from decimal import Decimal

import pysdmx.io
import pytest
import sdmx
from sdmx.reader.csv import Reader as SdmxCsv

from blueprint.nouns import decimal_text
from indicators.exchange.sdmx.concepts import identifier
from tests.factories import change, publish_changes, publish_indicator, publish_observation
from tests.reading import content, rows

pytestmark = pytest.mark.django_db

COLUMNS = [
    "FREQ", "INDICATOR", "BREAKDOWN", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "OWN_STATUS", "QUALIFIER", "KIND",
    "NOTE", "PUBLICATION", "PUBLISHED_AT", "SOURCE_URL", "UNIT_MEASURE", "DECIMALS",
]  # fmt: skip


@pytest.fixture
def plan(real_plan):
    """The real plan, and figures of every length of period, missing, broken, odd."""
    publish_indicator("I_2.x", frequency="irregular", decimals=1)
    publish_observation("I_2.x", period="2023-H1", value=Decimal("-0.05"), qualifier="under")
    publish_observation(
        "I_2.x", period="2023-H2", value=Decimal("99999999999.1234"), status="P", break_before=True
    )
    publish_observation(
        "I_2.x", period="2023-Q3", value=None, status="M", break_before=True, note_en='a\nb "c" <d> &'
    )
    publish_observation("I_2.x", period="2023-10-31", value=Decimal(0), status="E")
    publish_observation("I_2.x", breakdown="north_east", period="2023", value=Decimal(7))


def file(client, path):
    return io.BytesIO(content(client.get(f"/data/sdmx/{path}")))


def expected(client):
    """What SDMX has to say of each row of the CSV file, worked out from that alone."""
    decimals = {row["indicator"]: row["decimals"] for row in rows(client.get("/data/indicators.csv"))}
    found = []
    for row in rows(client.get("/data/observations.csv")):
        broken = row["break_before"] == "yes" and row["obs_status"] != "M"
        found.append(
            {
                "FREQ": frequency(row["period"]),
                "INDICATOR": identifier(row["indicator"]),
                "BREAKDOWN": "_T" if row["breakdown"] == "total" else identifier(row["breakdown"]),
                "TIME_PERIOD": row["period"].replace("-H", "-S"),
                "OBS_VALUE": row["value"],
                "OBS_STATUS": "B" if broken else row["obs_status"],
                "OWN_STATUS": row["obs_status"] if broken else "",
                "QUALIFIER": row["qualifier"],
                "KIND": row["kind"],
                "NOTE": " ".join(row["note"].split()),
                "PUBLICATION": row["publication"],
                "PUBLISHED_AT": row["published_at"],
                "SOURCE_URL": row["source_url"],
                "UNIT_MEASURE": identifier(row["unit"]),
                "DECIMALS": decimals[row["indicator"]],
            }
        )
    return in_order(found)


def frequency(period):
    return {4: "A", 10: "D"}.get(len(period)) or {"H": "S", "Q": "Q"}.get(period[5], "M")


def in_order(found):
    return sorted(found, key=lambda row: [row[name] for name in COLUMNS[:4]])


def in_xml(found):
    """XML has no control characters, so they are left out there; and no text in it is taken for a formula."""
    return [row | {"NOTE": re.sub("\u0001|^'(?=[=+@-])", "", row["NOTE"])} for row in found]


def of_sdmx1(message):
    found = []
    for dataset in message.data:
        for obs in dataset.obs:
            key = {
                name: str(value.value)
                for name, value in (obs.key if obs.key else obs.dimension).values.items()
            }
            said = {name: str(value.value) for name, value in obs.attrib.items()}
            value = "" if obs.value in (None, "", "NaN") else str(obs.value)
            found.append({name: (key | said | {"OBS_VALUE": value}).get(name, "") for name in COLUMNS})
    return in_order(found)


def of_pysdmx(datasets):
    [dataset] = datasets
    frame = dataset.data.astype("string").fillna("")
    found = [
        {name: row.get(name, "") for name in COLUMNS} | {"OBS_VALUE": plain(row["OBS_VALUE"])}
        for row in frame.to_dict("records")
    ]
    return in_order(found)


def plain(text):
    """Figures come as floats, which hold every one of ours exactly enough to be spelled again."""
    return decimal_text(Decimal(text)) if text else ""


def test_sdmx1_reads_every_figure_of_the_message(client, plan):
    structure = sdmx.read_sdmx(file(client, "structure.xml"))
    message = sdmx.read_sdmx(file(client, "data.xml"), structure=structure.structure["PLAN_INDICATORS"])

    assert of_sdmx1(message) == in_xml(expected(client))


def test_sdmx1_reads_every_figure_of_the_table(client, plan):
    structure = sdmx.read_sdmx(file(client, "structure.xml"))
    message = SdmxCsv().convert(file(client, "data.csv"), structure=structure.dataflow["PLAN_INDICATORS"])

    assert of_sdmx1(message) == expected(client)


def test_pysdmx_reads_every_figure_of_the_message_and_finds_it_valid(client, plan):
    found = pysdmx.io.get_datasets(file(client, "data.xml"), file(client, "structure.xml"), validate=True)

    assert of_pysdmx(found) == in_xml(expected(client))


def test_pysdmx_reads_every_figure_of_the_table(client, plan):
    found = pysdmx.io.get_datasets(file(client, "data.csv"), file(client, "structure.xml"), validate=True)

    assert of_pysdmx(found) == expected(client)


def test_break_is_shown_as_status_b_and_a_missing_figure_as_missing(client, plan):
    said = {
        row["TIME_PERIOD"]: (row["OBS_VALUE"], row["OBS_STATUS"], row["OWN_STATUS"])
        for row in rows(client.get("/data/sdmx/data.csv"))
        if row["INDICATOR"] == "I_5f2_2ex"
    }

    assert (said["2023-S2"], said["2023-Q3"], said["2023-S1"]) == (
        ("99999999999.1234", "B", "P"),
        ("", "M", ""),
        ("-0.05", "A", ""),
    )


def test_structure_names_every_code_that_the_data_use(client, plan):
    message = pysdmx.io.read_sdmx(file(client, "structure.xml"), validate=True)
    codes = {codelist.id: {code.id for code in codelist.codes} for codelist in message.get_codelists()}
    lists = {
        "FREQ": "CL_FREQ", "INDICATOR": "CL_INDICATOR", "BREAKDOWN": "CL_BREAKDOWN", "UNIT_MEASURE": "CL_UNIT",
        "OBS_STATUS": "CL_OBS_STATUS", "QUALIFIER": "CL_QUALIFIER", "KIND": "CL_KIND",
    }  # fmt: skip

    for row in rows(client.get("/data/sdmx/data.csv")):
        assert [name for name, codelist in lists.items() if row[name] not in codes[codelist]] == []


def test_structure_names_things_in_three_languages(client, plan):
    message = sdmx.read_sdmx(file(client, "structure.xml"))

    assert message.codelist["CL_INDICATOR"]["gerd-hkd"].name.localizations == {
        "en": "Gross domestic expenditure on R&D",
        "zh-Hant": "本地研發總開支",
        "zh-Hans": "本地研发总开支",
    }
    assert message.codelist["CL_BREAKDOWN"]["business"].name.localizations["zh-Hant"] == "工商機構"


def test_codes_that_sdmx_does_not_take_stay_apart():
    codes = [
        "HK$ million",
        "HK$_million",
        "HK$__million",
        "%",
        "_25",
        "a.b",
        "a-b",
        "a_b",
        "年",
        "_T",
        "total",
    ]

    found = [identifier(code) for code in codes]

    assert len(set(found)) == len(codes)
    assert found[:4] == ["HK$__million", "HK$_5fmillion", "HK$_5f_5fmillion", "_25"]
    assert "_T" not in found


def test_I01_text_of_a_table_is_kept_a_text(client):
    publish_observation("I1", note_en="=1+1")

    notes = {row["INDICATOR"]: row["NOTE"] for row in rows(client.get("/data/sdmx/data.csv"))}
    assert notes["I1"] == "'=1+1"


def test_category_without_a_name_goes_by_its_code(client):
    publish_changes(change("observation", breakdown="young", value=Decimal(3)))
    message = sdmx.read_sdmx(file(client, "structure.xml"))

    assert message.codelist["CL_BREAKDOWN"]["young"].name.localizations == {"en": "young"}
