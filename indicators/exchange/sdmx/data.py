"""The data message and its CSV form, written series by series as the rows come."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from operator import itemgetter
from typing import Any
from xml.sax.saxutils import quoteattr

from blueprint.moment import Moment
from blueprint.nouns import decimal_text

from ...periods import Period
from ..files import FORMULA_STARTS
from . import concepts
from .concepts import AGENCY, DATAFLOW, FREQUENCY_OF, STRUCTURE, VERSION, identifier, part_identifier
from .structure import prepared

Row = dict[str, Any]
KEY = [part.id for part in concepts.DIMENSIONS]
SERIES = [part.id for part in concepts.OF_A_SERIES]
FIGURE = [concepts.MEASURE.id, *(part.id for part in concepts.OF_A_FIGURE)]
# The texts of a figure, which may begin with anything; all else is a code, a number or a date.
TEXTS = {"NOTE", "SOURCE_URL"}
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

OPENING = """<?xml version="1.0" encoding="utf-8"?>
<mes:StructureSpecificData xmlns:mes="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message" \
xmlns:ss="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/structurespecific" \
xmlns:com="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:plan="{urn}">
<mes:Header><mes:ID>DATA_{number}</mes:ID><mes:Test>false</mes:Test><mes:Prepared>{prepared}</mes:Prepared>\
<mes:Sender id="{agency}"/><mes:Structure structureID="{structure}" namespace="{urn}" \
dimensionAtObservation="TIME_PERIOD"><com:Structure><Ref agencyID="{agency}" id="{structure}" version="{version}" \
class="DataStructure"/></com:Structure></mes:Structure></mes:Header>
<mes:DataSet xsi:type="plan:DataSetType" ss:structureRef="{structure}" ss:dataScope="DataStructure" action="Replace">
"""
CLOSING = "</mes:DataSet>\n</mes:StructureSpecificData>\n"
URN = f"urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure={AGENCY}:{STRUCTURE}({VERSION}):ObsLevelDim:TIME_PERIOD"


def message(moment: Moment, rows: Iterable[Row]) -> Iterator[str]:
    """Structure-specific SDMX-ML, one figure a line."""
    yield OPENING.format(
        urn=URN, number=moment.number, prepared=prepared(moment), agency=AGENCY, structure=STRUCTURE, version=VERSION
    )  # fmt: skip
    for series, figures in in_series(rows):
        yield f"<Series{attributes(series)}>\n"
        for figure in figures:
            yield f"<Obs{attributes(figure)}/>\n"
        yield "</Series>\n"
    yield CLOSING


def attributes(values: dict[str, str]) -> str:
    return "".join(
        f" {name}={quoteattr(NOT_IN_XML.sub('', value))}" for name, value in values.items() if value
    )


def table(rows: Iterable[Row]) -> Iterator[str]:
    """SDMX-CSV 2.0. A text that a spreadsheet would take for a formula is kept a text, as in our own files."""
    heads = ["STRUCTURE", "STRUCTURE_ID", "ACTION", *KEY, "TIME_PERIOD", *FIGURE, *SERIES]
    lines = (
        ["dataflow", DATAFLOW, "I", *([*series.values()][: len(KEY)]), *(figure.values()), *([*series.values()][len(KEY) :])]
        for series, figures in in_series(rows)
        for figure in figures
    )  # fmt: skip
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\r\n")
    for values in chain([heads], lines):
        writer.writerow(safe(heads, values))
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def safe(heads: list[str], values: list[str]) -> Iterator[str]:
    for head, value in zip(heads, values, strict=True):
        yield f"'{value}" if head in TEXTS and value.startswith(FORMULA_STARTS) else value


def in_series(rows: Iterable[Row]) -> Iterator[tuple[dict[str, str], list[dict[str, str]]]]:
    """(key and attributes of a series, its figures): one for each indicator, breakdown and length of period.

    Rows come ordered by indicator and breakdown, so that no more than one of these is held at a time.
    """
    for (indicator, breakdown), own in groupby(rows, key=itemgetter("indicator", "breakdown")):
        by_frequency: dict[str, list[Row]] = {}
        for row in own:
            frequency = FREQUENCY_OF[Period.parse(row["period"]).kind]
            by_frequency.setdefault(frequency, []).append(row)
        for frequency in sorted(by_frequency):
            found = by_frequency[frequency]
            yield series_of(frequency, indicator, breakdown, found[0]), [figure_of(row) for row in found]


def series_of(frequency: str, indicator: str, breakdown: str, row: Row) -> dict[str, str]:
    return {
        "FREQ": frequency,
        "INDICATOR": identifier(indicator),
        "BREAKDOWN": part_identifier(breakdown),
        "UNIT_MEASURE": identifier(row["unit"]),
        "DECIMALS": str(row["decimals"]),
    }


def figure_of(row: Row) -> dict[str, str]:
    shown, own = concepts.status(row)
    return {
        "TIME_PERIOD": concepts.time_period(Period.parse(row["period"])),
        "OBS_VALUE": "" if row["value"] is None else decimal_text(row["value"]),
        "OBS_STATUS": shown,
        "OWN_STATUS": own,
        "QUALIFIER": row["qualifier"],
        "KIND": row["kind"],
        # Several readers take a line for a record, and an attribute of XML knows no lines.
        "NOTE": " ".join(row["note"].split()),
        "PUBLICATION": str(row["publication"]),
        "PUBLISHED_AT": row["published_at"],
        "SOURCE_URL": row["source_url"],
    }
