"""The public files as workbooks: numbers are numbers, dates are dates, texts are texts, and nothing is a formula."""

import datetime
import tempfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain, islice
from typing import Any

import xlsxwriter

from .about import Edition
from .dictionary import Column, Kind, in_languages

# A sheet's rows, its heading among them, and a cell's characters: as many as the format knows.
ROWS_OF_A_SHEET = 1_048_576
LONGEST_TEXT = 32_767
CUT = " […]"
CHUNK = 256 * 1024
WIDTHS = {Kind.FIGURE: 14, Kind.WHOLE: 11, Kind.YES_NO: 11, Kind.WHEN: 21, Kind.DAY: 11, Kind.ADDRESS: 30}
# Neither reads a text for more than a text.
ONLY_TEXT = dict.fromkeys(("strings_to_numbers", "strings_to_formulas", "strings_to_urls"), False)


def write(edition: Edition, rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """A workbook in pieces. It is made in a file of its own first, row by row: memory stays flat, the first byte late."""
    with tempfile.TemporaryFile() as file:
        with xlsxwriter.Workbook(file, {"constant_memory": True, **ONLY_TEXT}) as workbook:
            Sheets(workbook, edition).write(rows)
        file.seek(0)
        while piece := file.read(CHUNK):
            yield piece


class Sheets:
    """``rows_of_a_sheet``: how many fit, so that the rows of a long file go on in further sheets."""

    def __init__(self, workbook: Any, edition: Edition, *, rows_of_a_sheet: int = ROWS_OF_A_SHEET):
        self.workbook, self.edition, self.limit = workbook, edition, rows_of_a_sheet - 1
        self.columns = edition.table.columns
        # One moment, one file: the library would else write the time of the making into it.
        made = edition.changed_at or datetime.datetime(2022, 1, 1, tzinfo=datetime.UTC)
        workbook.set_properties({"created": made.astimezone(datetime.UTC)})
        self.heading = workbook.add_format({"bold": True})
        self.wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        self.formats: dict[str, Any] = {}

    def write(self, rows: Iterable[dict[str, Any]]) -> None:
        for number, part in enumerate(self.parts(iter(rows)), start=1):
            self.write_sheet(number, part)
        self.write_about()

    def parts(self, rest: Iterator[dict[str, Any]]) -> Iterator[Iterable[dict[str, Any]]]:
        """As many rows as a sheet takes, again and again; the first part may be empty."""
        yield islice(rest, self.limit)
        while (first := next(rest, None)) is not None:
            yield chain([first], islice(rest, self.limit - 1))

    def write_sheet(self, number: int, rows: Iterable[dict[str, Any]]) -> None:
        name = self.edition.table.name
        sheet = self.workbook.add_worksheet(name if number == 1 else f"{name} {number}")
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(self.columns):
            sheet.set_column(place, place, WIDTHS.get(column.kind, 18))
            sheet.write_string(0, place, column.name, self.heading)
        last = 0
        for last, row in enumerate(rows, start=1):
            for place, column in enumerate(self.columns):
                self.write_cell(sheet, last, place, column, row)
        sheet.autofilter(0, 0, last, len(self.columns) - 1)
        # Codes such as 2024 are texts, and the marks that warn of it say nothing.
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})

    def write_cell(self, sheet: Any, line: int, place: int, column: Column, row: dict[str, Any]) -> None:
        value = row[column.name]
        if value is None or value == "":
            return
        if column.kind is Kind.FIGURE:
            own = row["decimals"] if column.name in ("value", "target", "baseline", "latest") else 0
            sheet.write_number(line, place, float(value), self.figures(value, own))
        elif column.kind is Kind.WHOLE:
            sheet.write_number(line, place, value)
        elif column.kind is Kind.YES_NO:
            sheet.write_boolean(line, place, value)
        elif column.kind in (Kind.WHEN, Kind.DAY):
            self.write_moment(sheet, line, place, value)
        else:
            sheet.write_string(line, place, fitting(str(value)))

    def write_moment(self, sheet: Any, line: int, place: int, said: str) -> None:
        """A month or a year stays a text: as a date it would name a day that nobody knows."""
        if len(said) == len("2024-10-31"):
            sheet.write_datetime(line, place, datetime.date.fromisoformat(said), self.format("yyyy-mm-dd"))
        elif said.endswith("Z"):
            moment = datetime.datetime.strptime(said, "%Y-%m-%dT%H:%M:%SZ")
            sheet.write_datetime(line, place, moment, self.format('yyyy-mm-dd"T"hh:mm:ss"Z"'))
        else:
            sheet.write_string(line, place, said)

    def figures(self, value: Decimal, decimals: int) -> Any:
        """The indicator's decimals, or more where the figure itself has more."""
        places = max(decimals, -min(int(value.as_tuple().exponent), 0))
        return self.format(f"#,##0.{'0' * places}" if places else "#,##0")

    def format(self, shown: str) -> Any:
        if shown not in self.formats:
            self.formats[shown] = self.workbook.add_format({"num_format": shown})
        return self.formats[shown]

    def write_about(self) -> None:
        sheet = self.workbook.add_worksheet("About")
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 3, 60)
        lines = [*self.facts(), (), ("column", "en", "zh-Hant", "zh-Hans")]
        lines += [
            (column.name, *in_languages(column.explained).values()) for column in self.edition.table.columns
        ]
        for number, line in enumerate(lines):
            for place, text in enumerate(line):
                sheet.write_string(number, place, fitting(text), self.wrapped if place else self.heading)

    def facts(self) -> Iterator[tuple[str, ...]]:
        """What the file says of itself, a line each; a text in three languages has them side by side."""
        for name, value in self.edition.facts("xlsx").items():
            if isinstance(value, dict) and set(value) <= {"en", "zh-Hant", "zh-Hans"}:
                yield name, *value.values()
            elif isinstance(value, dict):
                yield from ((f"{name}: {part}", str(each)) for part, each in value.items())
            elif value is not None:
                yield name, {True: "yes", False: "no"}.get(value, str(value))


def fitting(text: str) -> str:
    """The format takes no longer text; the other files have the whole of it."""
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - len(CUT)] + CUT
