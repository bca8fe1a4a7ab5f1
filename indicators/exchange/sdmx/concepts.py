"""What our SDMX is made of: identifiers, code lists that do not change, and the parts of a figure. No database.

SDMX-ML 2.1 (structure and structure-specific data) and SDMX-CSV 2.0. Why these: docs/decisions/0011-open-data.md.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from ...models.observation import TOTAL, ObservationStatus, Qualifier
from ...models.observation import Kind as KindOfFigure
from ...periods import Kind, Period
from ..dictionary import OBSERVATIONS

AGENCY, STRUCTURE, VERSION = "PLAN_TRACKER", "PLAN_INDICATORS", "1.0"
DATAFLOW = f"{AGENCY}:{STRUCTURE}({VERSION})"
WHOLE = "_T"

BREAK = _("break in the series before it")
FREQUENCIES = {
    "A": _("every year"),
    "S": _("every half-year"),
    "Q": _("every quarter"),
    "M": _("every month"),
    "D": _("of a day"),
}
FREQUENCY_OF = {Kind.ANNUAL: "A", Kind.HALF_YEAR: "S", Kind.QUARTER: "Q", Kind.MONTH: "M", Kind.DAY: "D"}
# Code lists that are the same for every plan: {code: name}.
FIXED = {
    "CL_FREQ": FREQUENCIES,
    "CL_OBS_STATUS": {str(value): label for value, label in ObservationStatus.choices} | {"B": BREAK},
    "CL_QUALIFIER": {str(value): label for value, label in Qualifier.choices},
    "CL_KIND": {str(value): label for value, label in KindOfFigure.choices},
}


@dataclass(frozen=True)
class Part:
    """A component of the data structure: its code list, or the type of its text."""

    id: str
    name: Any
    codes: str = ""
    type: str = "String"


def column(name: str) -> Any:
    return next(column.explained for column in OBSERVATIONS.columns if column.name == name)


DIMENSIONS = (
    Part("FREQ", _("How often such a figure comes, by the length of its reference period."), "CL_FREQ"),
    Part("INDICATOR", column("indicator"), "CL_INDICATOR"),
    Part("BREAKDOWN", column("breakdown"), "CL_BREAKDOWN"),
)
TIME = Part(
    "TIME_PERIOD",
    _("Reference period in the spelling of SDMX: a half-year is 2024-S1."),
    type="ObservationalTimePeriod",
)
MEASURE = Part("OBS_VALUE", column("value"), type="Decimal")
OF_A_SERIES = (
    Part("UNIT_MEASURE", column("unit"), "CL_UNIT"),
    Part("DECIMALS", _("How many decimals its figures usually have."), type="Integer"),
)
OF_A_FIGURE = (
    Part(
        "OBS_STATUS",
        _("Status of the figure; B where a break in the series comes before it."),
        "CL_OBS_STATUS",
    ),
    Part("OWN_STATUS", _("The figure's own status, given where OBS_STATUS is B."), "CL_OBS_STATUS"),
    Part("QUALIFIER", column("qualifier"), "CL_QUALIFIER"),
    Part("KIND", column("kind"), "CL_KIND"),
    Part("NOTE", column("note")),
    Part("PUBLICATION", column("publication"), type="Integer"),
    Part("PUBLISHED_AT", column("published_at")),
    Part("SOURCE_URL", column("source_url")),
)
MANDATORY = ("UNIT_MEASURE", "OBS_STATUS")


def identifier(code: str) -> str:
    """A code of ours as SDMX takes one: other characters become _ and two hexadecimal digits, a blank two _."""

    def replaced(found: re.Match) -> str:
        return "__" if found[0] == " " else "".join(f"_{byte:02x}" for byte in found[0].encode())

    return re.sub(r"[^A-Za-z0-9$-]", replaced, code)


def part_identifier(breakdown: str) -> str:
    return WHOLE if breakdown == TOTAL else identifier(breakdown)


def time_period(period: Period) -> str:
    return period.code.replace("-H", "-S")


def status(row: dict[str, Any]) -> tuple[str, str]:
    """(OBS_STATUS, the figure's own where that is another): a figure that is missing breaks nothing."""
    own = row["obs_status"]
    return ("B", own) if row["break_before"] and own != ObservationStatus.MISSING else (own, "")
