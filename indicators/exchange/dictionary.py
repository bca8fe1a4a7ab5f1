"""What the public files hold: each table, and each of its columns in words. Pages and files explain them from here."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

TAGS = {"en": "en", "zh-hant": "zh-Hant", "zh-hans": "zh-Hans"}


class Kind(StrEnum):
    """What stands in a column; the values are the data types of CSV on the Web."""

    TEXT = "string"
    FIGURE = "decimal"
    WHOLE = "integer"
    YES_NO = "boolean"
    DAY = "date"
    ADDRESS = "anyURI"
    # A moment, or no more of the date than is known: 2024-10-31T08:30:00Z, 2024-10-31, 2024-10 or 2024.
    WHEN = "when"

    @property
    def datatype(self) -> Any:
        if self is Kind.YES_NO:
            return {"base": "boolean", "format": "yes|no"}
        return "string" if self is Kind.WHEN else str(self)


@dataclass(frozen=True)
class Column:
    name: str
    explained: Any
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class Table:
    """One file in several forms. ``by_day``: what it says follows from the date too, not from publications alone."""

    name: str
    holds: Any
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    by_day: bool = False

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


def in_languages(text: Any) -> dict[str, str]:
    """A text of the interface as data: {language as HTML writes it: text}."""
    said = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            said[TAGS[code]] = str(text)
    return said


INDICATOR = Column("indicator", _("Code of the indicator. It never changes, and is part of its addresses."))
NAMES = (
    Column("indicator_name_en", _("Name of the indicator in English.")),
    Column("indicator_name_zh_hant", _("Name of the indicator in Traditional Chinese.")),
    Column("indicator_name_zh_hans", _("Name of the indicator in Simplified Chinese.")),
)
STAGE = Column("stage", _("Code of the stage of the plan that the target belongs to."))
DUE = Column("due", _("Reference period by whose figure the target is to be met."))
BOUND = Column("bound", _("How the target reads: exact, at_least, at_most or about."))
VERSION = Column("version", _("Which version of the target this is; the first is 1."), Kind.WHOLE)
PUBLICATION = Column(
    "publication", _("Number of the publication that made this row public; it is part of its address."), Kind.WHOLE
)  # fmt: skip
PUBLISHED_AT = Column(
    "published_at",
    _("When that was, in UTC (Hong Kong is eight hours ahead); of facts loaded from older sources the date alone, as precisely as it is known."),
    Kind.WHEN,
)  # fmt: skip
SOURCE_URL = Column(
    "source_url", _("Address of the document that it was taken from, if it has one."), Kind.ADDRESS
)

OBSERVATIONS = Table(
    "observations",
    _("Every current figure; with ?history=1 also every earlier one."),
    ("indicator", "breakdown", "period", "publication"),
    (
        INDICATOR,
        *NAMES,
        Column("breakdown", _("Which part the figure counts, such as a sector; total for the whole.")),
        Column("period", _("Reference period: 2024, 2024-H1 (half-year), 2024-Q3, 2024-10 or 2024-10-31.")),
        Column("value", _("The figure itself, in the unit beside it; empty where it is not available."), Kind.FIGURE),
        Column("unit", _("Code of the unit; its names are in the SDMX structure.")),
        Column("qualifier", _("exact, or a bound: with over the true value is at least the figure, with under at most; or about.")),
        Column("obs_status", _("A final, P provisional, E estimated, M not available: the codes of SDMX.")),
        Column("break_before", _("yes where a break in the series comes before the figure, so that it does not compare with earlier ones."), Kind.YES_NO),
        Column("kind", _("first for a first release; revision, correction, method_change or withdrawal for what replaced an earlier figure.")),
        Column("note", _("What was said with the figure. That of a revised figure begins with its notice, in English.")),
        PUBLICATION,
        PUBLISHED_AT,
        SOURCE_URL,
    ),
)  # fmt: skip

TARGETS = Table(
    "targets",
    _("Every version of every target."),
    ("indicator", "stage", "version", "publication"),
    (
        INDICATOR,
        STAGE,
        DUE,
        BOUND,
        Column("value", _("What is to be reached, in the indicator's unit; empty for a target in words only and for one taken back."), Kind.FIGURE),
        Column("text_en", _("The target in words, in English.")),
        Column("text_zh_hant", _("The target in words, in Traditional Chinese.")),
        Column("text_zh_hans", _("The target in words, in Simplified Chinese.")),
        Column("reason", _("Why it was changed; empty in a first version.")),
        Column("authority", _("On whose authority it was changed; empty in a first version.")),
        VERSION,
        PUBLICATION,
        PUBLISHED_AT,
        SOURCE_URL,
    ),
)  # fmt: skip

ASSESSMENTS = Table(
    "assessments",
    _("How each indicator stands against each target, with the numbers behind it."),
    ("indicator", "stage", "due", "version", "publication"),
    (
        INDICATOR,
        STAGE,
        DUE,
        Column("version", _("Which version of the target was judged: the current one and, of a changed target, the first as well."), Kind.WHOLE),
        BOUND,
        Column("target", _("Value of the target, in the indicator's unit."), Kind.FIGURE),
        Column("baseline_period", _("Reference period of the baseline.")),
        Column("baseline", _("The baseline: what the plan printed; it follows no later revision."), Kind.FIGURE),
        Column("latest_period", _("Reference period of the latest figure that counts.")),
        Column("latest", _("The latest figure that counts."), Kind.FIGURE),
        Column("qualifier", _("Whether the latest figure is exact, or a bound: over, under or about.")),
        Column("share_of_way", _("Share of the way from the baseline to the target that is gone, truncated to four places."), Kind.FIGURE),
        Column("share_of_time", _("Share of the time from the baseline to the due period that is gone, truncated to four places."), Kind.FIGURE),
        Column("ratio", _("Share of the way divided by share of the time, truncated to two places: the status is read from it."), Kind.FIGURE),
        Column("reading", _("What the ratio says by itself: on_track, behind, far_behind, moving_away or not_conclusive.")),
        Column("status", _("Status on the day in as_at, by the rules of the method.")),
        Column("caveats", _("What to bear in mind: provisional, estimated, bound, about, reference; a blank between two.")),
        Column("method", _("Version of the method that judged."), Kind.WHOLE),
        PUBLICATION,
        Column("as_at", _("Day in Hong Kong for which the status holds; with ?history=1 the day of the row's own publication."), Kind.DAY),
    ),
    by_day=True,
)  # fmt: skip

INDICATORS = Table(
    "indicators",
    _("What each indicator measures, in which unit, and who answers for it; with ?history=1 also as it was described earlier."),
    ("indicator", "publication"),
    (
        INDICATOR,
        Column("name_en", _("Name of the indicator in English.")),
        Column("name_zh_hant", _("Name of the indicator in Traditional Chinese.")),
        Column("name_zh_hans", _("Name of the indicator in Simplified Chinese.")),
        Column("class", _("reference for the plan's own indicators, policy_address for those of the Policy Address, tracking for those followed beside them.")),
        Column("unit", _("Code of the unit; its names are in the SDMX structure.")),
        Column("decimals", _("How many decimals its figures usually have."), Kind.WHOLE),
        Column("polarity", _("Which way is good: increase or decrease.")),
        Column("frequency", _("How often figures come: annual, half_yearly, quarterly, monthly or irregular.")),
        Column("path", _("What progress is measured along: linear or growth.")),
        Column("strategy", _("Code of the strategy it belongs to.")),
        Column("direction", _("Code of the direction that the strategy belongs to.")),
        Column("office", _("Code of the office that answers for it.")),
        Column("release_month", _("Month of the year after in which its annual figure is due; empty where none was named."), Kind.WHOLE),
        PUBLICATION,
    ),
)  # fmt: skip

TABLES = (OBSERVATIONS, TARGETS, ASSESSMENTS, INDICATORS)


def every_column() -> Iterator[tuple[Table, Column]]:
    for table in TABLES:
        for column in table.columns:
            yield table, column
