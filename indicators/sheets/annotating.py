"""The person's own file back, with what is wrong written beside each row, and at the cells."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from ..exchange.sheets import ONLY_TEXT, fitting
from .reading import Reading, Table
from .workbook import BOM

PROBLEMS = "problems"
# What a sheet is named that came as CSV.
UNNAMED = "figures"


def by_row(found: Mapping[str, Any]) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """What is wrong in each row of each sheet; of the rest that is asked or odd, the words alone."""
    said: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for one in found.get("problems", []):
        said[one["sheet"], one["row"]].append(one)
    for one in found.get("doubted", []):
        number = int("".join(filter(str.isdigit, one["at"])) or 0)
        text = _("Warning: %(warning)s") % {"warning": f"{one['heading']} {one['warning']}"}
        said[one["sheet"], number].append({"column": "", "at": one["at"], "text": text, "row": number})
    return said


def worded(problems: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(f"{one['at']}: {one['text']}" for one in problems)


def as_csv(reading: Reading, found: Mapping[str, Any]) -> Iterator[str]:
    """The same rows in the same order. Texts stand as they came: what was guarded in them still is."""
    table, said = reading.tables[0], by_row(found)
    place = table.columns.get(PROBLEMS, table.width + 1) - 1
    yield BOM
    for number, cells in [(table.heading, headings(table)), *table.rows]:
        row = [*cells, *[""] * (place + 1 - len(cells))]
        row[place] = PROBLEMS if number == table.heading else worded(said.get((table.name, number), []))
        yield line_of(row)


def line_of(row: Sequence[Any]) -> str:
    """One line, without the guard of the public files: the cells bear theirs already."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(row)
    return line.getvalue()


def headings(table: Table) -> list[str]:
    row = [""] * table.width
    for name, number in table.columns.items():
        row[number - 1] = name
    for number, name in (*table.extra, *table.twice):
        row[number - 1] = name
    return row


def as_xlsx(reading: Reading, found: Mapping[str, Any]) -> bytes:
    made, said = io.BytesIO(), by_row(found)
    with xlsxwriter.Workbook(made, {"in_memory": True, **ONLY_TEXT}) as workbook:
        for table in reading.tables:
            Copy(workbook, table, said).write()
    return made.getvalue()


class Copy:
    """One sheet again: its values in their cells, wrong ones coloured and with a note, and a column that says why."""

    def __init__(self, workbook: Any, table: Table, said: Mapping[tuple[str, int], Sequence[Any]]):
        self.table, self.said = table, said
        self.sheet = workbook.add_worksheet((table.name or UNNAMED)[:31])
        self.bold = workbook.add_format({"bold": True})
        self.wrong = workbook.add_format({"bg_color": "#f6d5d9", "font_color": "#9b1530", "bold": True})
        self.day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self.wrapped = workbook.add_format({"text_wrap": True, "valign": "top", "font_color": "#9b1530"})
        self.place = table.columns.get(PROBLEMS, table.width + 1) - 1

    def write(self) -> None:
        for place, name in enumerate(headings(self.table)):
            self.sheet.write_string(self.table.heading - 1, place, name, self.bold)
        self.sheet.write_string(self.table.heading - 1, self.place, PROBLEMS, self.bold)
        self.sheet.set_column(self.place, self.place, 80)
        for number, cells in self.table.rows:
            problems = self.said.get((self.table.name, number), [])
            wrong = {one["column"] for one in problems if one["column"]}
            places = {self.table.columns[name] - 1 for name in wrong if name in self.table.columns}
            for place, value in enumerate(cells):
                self.write_value(number - 1, place, value, self.wrong if place in places else None)
            self.write_problems(number - 1, problems)

    def write_value(self, row: int, place: int, value: Any, shown: Any) -> None:
        if value == "" or value is None:
            if shown:
                self.sheet.write_blank(row, place, None, shown)
        elif isinstance(value, bool):
            self.sheet.write_boolean(row, place, value, shown)
        elif isinstance(value, (int, float)):
            self.sheet.write_number(row, place, value, shown)
        elif isinstance(value, str):
            self.sheet.write_string(row, place, fitting(value), shown)
        elif hasattr(value, "year"):
            self.sheet.write_datetime(row, place, value, shown or self.day)
        else:
            self.sheet.write_string(row, place, str(value), shown)

    def write_problems(self, row: int, problems: Sequence[Mapping[str, Any]]) -> None:
        if not problems:
            self.sheet.write_blank(row, self.place, None)
            return
        self.sheet.write_string(row, self.place, fitting(worded(problems)), self.wrapped)
        for one in problems:
            if one["column"] in self.table.columns:
                self.sheet.write_comment(row, self.table.columns[one["column"]] - 1, one["text"])
