"""My workbook: an office's figures as a sheet to fill in, and the same as CSV."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

import xlsxwriter
from django.utils.translation import gettext_lazy as _

from blueprint.moment import Moment
from blueprint.wording import LANGUAGES, wording_of

from ..exchange import files
from ..exchange.dictionary import in_languages
from ..exchange.sheets import ONLY_TEXT, fitting
from ..models import Observation
from ..models.observation import TOTAL
from ..standings import standings
from .columns import CODES, EXPLAINED, LOCKED, NAMES, NO, TEXTS, WORKBOOK, YES

FIGURES, GUIDE, LISTS = "figures", "explained", "codes"
WIDTHS = {"indicator": 24, "breakdown": 14, "period": 10, "value": 14, "unit": 14, "reason": 34}
# Rows at the end that are open throughout, for periods that nobody asked for yet.
FREE_ROWS = 100
BOM = "\ufeff"
HOW_TO = (
    _("Write into the open cells of the sheet figures: the value, and what is said with it."),
    _("A row that you leave as it is changes nothing. A row for a new period that you leave empty is not read."),
    _("Where a published figure changes, choose a kind and write the reason."),
    _("Rows are recognised by their codes. Their order does not matter, and you may leave out those you do not need."),
    _("Send the file at the desk under Sheets. You see first what it would change; nothing is published by it."),
)  # fmt: skip


def rows_of(office: str, moment: Moment) -> Iterator[dict[str, Any]]:
    """A row for each figure that stands, and empty ones for the period that is due next."""
    own = [standing for standing in standings(moment) if standing.indicator.office_id == office]
    published: dict[str, list[Any]] = {standing.code: [] for standing in own}
    rows = Observation.objects.filter(indicator__in=list(published)).as_at(moment.number)
    for row in rows.order_by("indicator", "period", "breakdown"):
        published[row.indicator_id].append(row)
    for standing in own:
        indicator, stand = standing.indicator, published[standing.code]
        yield from (standing_row(indicator, row) for row in in_order(stand, indicator))
        due = standing.freshness.period
        if due is not None and due.start <= moment.today:
            taken = {(row.breakdown, row.period) for row in stand}
            for part in (TOTAL, *indicator.categories):
                if (part, due.code) not in taken:
                    yield named(indicator) | {"breakdown": part, "period": due.code}


def in_order(rows: Sequence[Any], indicator: Any) -> list[Any]:
    parts = [TOTAL, *indicator.categories]
    place = {part: number for number, part in enumerate(parts)}
    return sorted(rows, key=lambda row: (row.period, place.get(row.breakdown, len(parts)), row.breakdown))


def named(indicator: Any) -> dict[str, Any]:
    names = {
        f"indicator_{name}": getattr(indicator, name) for name in ("name_en", "name_zh_hant", "name_zh_hans")
    }
    return dict.fromkeys(WORKBOOK) | {"indicator": indicator.indicator_id, "unit": indicator.unit_id} | names


def standing_row(indicator: Any, row: Any) -> dict[str, Any]:
    """Kind and reason are those of the next change, and so are empty."""
    said = {
        name: getattr(row, name) for name in ("breakdown", "period", "value", "qualifier", "break_before")
    }
    texts = {name: getattr(row, name) for name in TEXTS}
    return named(indicator) | said | texts | {"obs_status": row.status}


def as_csv(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    yield BOM
    yield from files.write(list(WORKBOOK), rows)


def as_xlsx(rows: Iterator[dict[str, Any]], office: str, moment: Moment) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, **ONLY_TEXT}) as workbook:
        own = [s.indicator for s in standings(moment) if s.indicator.office_id == office]
        Writer(workbook).write(list(rows), own)
    return made.getvalue()


class Writer:
    def __init__(self, workbook: Any):
        self.workbook = workbook
        self.heading = workbook.add_format({"bold": True, "bottom": 1})
        self.wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        self.fixed = workbook.add_format({"num_format": "@", "font_color": "#565d66", "bg_color": "#f2efe7"})
        self.text = workbook.add_format({"num_format": "@", "locked": False})
        self.figure = workbook.add_format({"num_format": "0.####", "locked": False})

    def write(self, rows: list[dict[str, Any]], indicators: Sequence[Any]) -> None:
        self.write_figures(rows, len(indicators))
        self.write_guide()
        self.write_lists(indicators)

    def write_figures(self, rows: list[dict[str, Any]], indicators: int) -> None:
        sheet = self.workbook.add_worksheet(FIGURES)
        for place, name in enumerate(WORKBOOK):
            sheet.set_column(place, place, WIDTHS.get(name, 22 if name in (*NAMES, *TEXTS) else 12))
            sheet.write_string(0, place, name, self.heading)
        for number, row in enumerate(rows, start=1):
            for place, name in enumerate(WORKBOOK):
                self.write_cell(sheet, number, place, name, row[name])
        last = len(rows) + FREE_ROWS
        for number in range(len(rows) + 1, last + 1):
            for place, name in enumerate(WORKBOOK):
                sheet.write_blank(number, place, None, self.figure if name == "value" else self.text)
        self.add_lists(sheet, last, len(rows), indicators)
        sheet.freeze_panes(1, WORKBOOK.index("value"))
        sheet.autofilter(0, 0, len(rows), len(WORKBOOK) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})
        # Against slips only: there is no password.
        sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})

    def write_cell(self, sheet: Any, number: int, place: int, name: str, value: Any) -> None:
        shown = self.fixed if name in LOCKED else self.figure if name == "value" else self.text
        if name == "break_before" and value is not None:
            value = YES if value else NO
        if value is None or value == "":
            sheet.write_blank(number, place, None, shown)
        elif name == "value":
            sheet.write_number(number, place, float(value), shown)
        else:
            sheet.write_string(number, place, fitting(str(value)), shown)

    def add_lists(self, sheet: Any, last: int, rows: int, indicators: int) -> None:
        lists = {name: list(codes.values) for name, codes in CODES.items()} | {"break_before": [YES, NO]}
        for name, codes in lists.items():
            place = WORKBOOK.index(name)
            sheet.data_validation(1, place, last, place, {"validate": "list", "source": codes})
        if indicators:
            known = {"validate": "list", "source": f"={LISTS}!$A$2:$A${indicators + 1}"}
            sheet.data_validation(rows + 1, 0, last, 0, known)

    def write_guide(self) -> None:
        sheet = self.workbook.add_worksheet(GUIDE)
        sheet.set_column(0, 0, 20)
        sheet.set_column(1, 3, 60)
        lines = [("", "English", "繁體中文", "简体中文")]
        lines += [(str(number), *in_languages(text).values()) for number, text in enumerate(HOW_TO, start=1)]
        lines += [("", "", "", "")]
        lines += [(one.name, *in_languages(one.text).values()) for one in EXPLAINED]
        for number, line in enumerate(lines):
            for place, text in enumerate(line):
                bold = number == 0 or place == 0
                sheet.write_string(number, place, text, self.heading if bold else self.wrapped)

    def write_lists(self, indicators: Sequence[Any]) -> None:
        """What may be written where a code is asked for: own indicators with their parts, then the short lists."""
        sheet = self.workbook.add_worksheet(LISTS)
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 3, 40)
        lines: list[tuple[str, ...]] = [("code", "English", "繁體中文", "简体中文", "unit", "breakdowns")]
        for one in indicators:
            names = (getattr(one, f"name_{code}") for code in LANGUAGES)
            lines.append((one.indicator_id, *names, one.unit_id, ", ".join([TOTAL, *one.categories])))
        for name, codes in CODES.items():
            lines.append(("",))
            lines.append((name,))
            lines += [(code, *in_languages(label).values()) for code, label in codes.choices]
        for one in indicators:
            parts = one.disaggregation.get("categories", [])
            lines += [("",)] if parts else []
            for part in parts:
                said = (wording_of(part.get("name", {}), language=code).text for code in LANGUAGES)
                lines.append((part["code"], *said, "", one.indicator_id))
        for number, line in enumerate(lines):
            for place, text in enumerate(line):
                sheet.write_string(
                    number, place, fitting(text), self.heading if number == 0 else self.wrapped
                )
