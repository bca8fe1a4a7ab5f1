"""The columns of a sheet: by which names they are known, in every language and for ever."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..models.observation import Kind, ObservationStatus, Qualifier
from ..series import text_names

# Without these a row says nothing.
NEEDED = ("indicator", "period", "value")
NAMES = ("indicator_name_en", "indicator_name_zh_hant", "indicator_name_zh_hans")
TEXTS = tuple(text_names())
# In the order of the workbook, as far as they are the contract's with its names.
WORKBOOK = (
    "indicator", *NAMES, "breakdown", "period", "value", "unit", "qualifier", "obs_status", "break_before",
    "kind", "reason", *TEXTS,
)  # fmt: skip
READ = (
    "indicator",
    "breakdown",
    "period",
    "value",
    "unit",
    "qualifier",
    "obs_status",
    "break_before",
    "kind",
    "reason",
    *TEXTS,
)
# Of our other exports, and of our own annotated copy: known, shown, and not read.
SHOWN = (*NAMES, "note", "publication", "published_at", "source_url", "problems")
KNOWN = frozenset((*READ, *SHOWN))
# What is fixed for a row: the workbook keeps it from being typed over by mistake.
LOCKED = frozenset(("indicator", *NAMES, "breakdown", "period", "unit"))
CODES = {
    "qualifier": Qualifier,
    "obs_status": ObservationStatus,
    "kind": Kind,
}
YES, NO = "yes", "no"


@dataclass(frozen=True)
class Explained:
    name: str
    text: Any


EXPLAINED = (
    Explained("indicator", _("Code of the indicator. Do not change it: rows are recognised by it.")),
    Explained("indicator_name_…", _("Names, for you to read. They are not read back.")),
    Explained("breakdown", _("Which part the figure counts; total for the whole.")),
    Explained("period", _("2024 (year), 2024-H1 (half-year), 2024-Q3 (quarter), 2024-10 (month) or 2024-10-31 (day).")),
    Explained("value", _("The figure, in the unit of its row. Leave it empty where you have none yet.")),
    Explained("unit", _("Code of the unit. It is compared with the indicator's and not read otherwise.")),
    Explained("qualifier", _("exact, over, under or about.")),
    Explained("obs_status", _("A final, P provisional, E estimated, M not available. With M the value stays empty and a reason is needed.")),
    Explained("break_before", _("yes where the figure does not compare with those before it, else no.")),
    Explained("kind", _("Only where a published figure changes: revision, correction, method_change or withdrawal.")),
    Explained("reason", _("Why a published figure changes, or why there is none. It is published.")),
    Explained("note_…", _("What happened, for the public page, in English, Traditional and Simplified Chinese.")),
    Explained("why_…", _("Why it happened.")),
    Explained("next_…", _("What comes next.")),
)  # fmt: skip
