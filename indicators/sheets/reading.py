"""A file as tables of rows: whatever form it came in, and no more of it than the limits allow."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from . import texts
from .columns import KNOWN, NEEDED
from .container import LOCAL, broken
from .limits import HEADING_WITHIN, MOST_BYTES, MOST_ROWS, Unreadable
from .structure import Layout, column_letters, structure_of

OLD_EXCEL = b"\xd0\xcf\x11\xe0"
OTHERS = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\x1f\x8b": "gzip",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"{\\rtf": "RTF",
}


class Unclear(Exception):
    """It can be read in more ways than one, and a person must say how. ``asks`` names what: encoding, delimiter."""

    def __init__(self, asks: str):
        self.asks = asks
        super().__init__(asks)


@dataclass
class Table:
    """Rows under a heading. ``columns``: name -> number from 1; ``rows``: (number, cells) below the heading."""

    name: str
    heading: int
    columns: dict[str, int]
    rows: list[tuple[int, list[Any]]]
    # Headings that nobody knows, and those that stand twice, each as (column number, text).
    extra: list[tuple[int, str]] = field(default_factory=list)
    twice: list[tuple[int, str]] = field(default_factory=list)
    # Of the heading: up to its last name, and with all its cells.
    width: int = 0
    cells: int = 0
    layout: Layout = field(default_factory=lambda: Layout(""))

    def address(self, row: int, column: str) -> str:
        """D5, or the row alone where it lacks the column."""
        number = self.columns.get(column)
        return f"{column_letters(number)}{row}" if number else str(row)


@dataclass
class Reading:
    form: str
    tables: list[Table]
    encoding: str = ""
    delimiter: str = ""
    epoch_1904: bool = False
    # What was left aside, in words.
    beside: list[str] = field(default_factory=list)


def read(content: bytes, answers: Mapping[str, str]) -> Reading:
    """Raises Unreadable, or Unclear for what a person must say first."""
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The file is larger than 5 MB. Send fewer rows at a time."))
    if not content.strip():
        raise Unreadable(_("The file is empty."))
    if content.startswith(OLD_EXCEL):
        raise Unreadable(
            _("This is an old or a locked workbook. Save it as XLSX without a password and send that.")
        )
    for start, name in OTHERS.items():
        if content.startswith(start):
            raise Unreadable(_("This is a file of the kind %(kind)s. Send XLSX or CSV.") % {"kind": name})
    if content.startswith(b"PK"):
        if not content.startswith(LOCAL):
            raise broken()
        return read_workbook(content)
    return read_text(content, answers)


# --- XLSX ------------------------------------------------------------------------------------------------


def read_workbook(content: bytes) -> Reading:
    structure = structure_of(content)
    try:
        return Reading(
            "xlsx",
            list(tables_of(content, structure.sheets)),
            epoch_1904=structure.epoch_1904,
            beside=[*structure.beside, *left_aside(structure.sheets)],
        )
    # The reader is another program: whatever it cannot take is damage to us, panics of its own included.
    except (CalamineError, ValueError, OSError, OverflowError):
        raise broken() from None


def left_aside(sheets: Sequence[Layout]) -> Iterator[str]:
    hidden = [layout.name for layout in sheets if layout.hidden]
    if hidden:
        yield _("Hidden sheets are not read: %(names)s.") % {"names": ", ".join(hidden)[:200]}


def tables_of(content: bytes, sheets: Sequence[Layout]) -> Iterator[Table]:
    found, near = 0, []
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        for layout in sheets:
            if layout.hidden or not layout.rows:
                continue
            rows = workbook.get_sheet_by_name(layout.name).to_python(skip_empty_area=False)
            table = table_in(layout.name, rows)
            if table is None:
                near.append((layout.name, rows))
                continue
            table.layout = layout
            found += len(table.rows)
            check_rows(found)
            yield table
    if not found and not any(table_in(name, rows) for name, rows in near):
        check_heading(near)


def check_rows(count: int) -> None:
    if count > MOST_ROWS:
        raise Unreadable(_("The file has more than 50,000 rows. Send fewer at a time."))


# --- CSV -------------------------------------------------------------------------------------------------


def read_text(content: bytes, answers: Mapping[str, str]) -> Reading:
    encoding = texts.encoding_of(content) or answers.get("encoding", "")
    if not encoding:
        raise Unclear("encoding")
    text = texts.decoded(content, encoding)
    delimiter = answers.get("delimiter") or delimiter_of(text)
    rows = texts.records(text, delimiter, most=MOST_ROWS + HEADING_WITHIN + 2)
    table = table_in("", rows)
    if table is None:
        check_heading([("", rows)])
    check_rows(len(table.rows))
    return Reading("csv", [table], encoding=encoding, delimiter=delimiter)


def delimiter_of(text: str) -> str:
    """The one with which the headings can be read. Raises Unclear where that is true of several."""
    fitting = [one for one in texts.DELIMITERS if table_in("", beginning(text, one))]
    if len(fitting) > 1:
        raise Unclear("delimiter")
    if not fitting:
        likely = max(texts.DELIMITERS, key=text[:2000].count)
        check_heading([("", beginning(text, likely))])
    return fitting[0]


def beginning(text: str, delimiter: str) -> list[list[str]]:
    try:
        return texts.records(text, delimiter, most=HEADING_WITHIN, strict=False)
    except Unreadable:
        return []


# --- the heading -----------------------------------------------------------------------------------------


def table_in(name: str, rows: Sequence[Sequence[Any]]) -> Table | None:
    """The rows under the first row that names all that is needed. Columns are known by their names alone."""
    for number, cells in enumerate(rows[:HEADING_WITHIN], start=1):
        headings = [heading(cell) for cell in cells]
        if set(NEEDED) <= set(headings):
            return table_under(name, rows, number, headings)
    return None


def table_under(name: str, rows: Sequence[Sequence[Any]], number: int, headings: list[str]) -> Table:
    table = Table(name, number, {}, [], cells=len(headings))
    for column, said in enumerate(headings, start=1):
        if not said:
            continue
        table.width = column
        if said not in KNOWN:
            table.extra.append((column, said))
        elif said in table.columns:
            table.twice.append((column, said))
        else:
            table.columns[said] = column
    table.rows = [(at, list(cells)) for at, cells in enumerate(rows[number:], start=number + 1)]
    while table.rows and not any(cell not in ("", None) for cell in table.rows[-1][1]):
        table.rows.pop()
    return table


def heading(cell: Any) -> str:
    return cell.strip() if isinstance(cell, str) else str(cell)


def check_heading(seen: Sequence[tuple[str, Sequence[Sequence[Any]]]]) -> None:
    """Say which heading is missing, and which stand there instead."""
    found, missing = [], list(NEEDED)
    for _name, rows in seen:
        for cells in rows[:HEADING_WITHIN]:
            said = [heading(cell) for cell in cells if heading(cell)]
            lacking = [name for name in NEEDED if name not in said]
            if said and (len(lacking) < len(missing) or not found):
                found, missing = said, lacking
    said = {"names": ", ".join(missing), "found": ", ".join(one[:40] for one in found[:12]) or _("nothing")}
    raise Unreadable(
        _(
            "No row has all the headings that are needed. Missing: %(names)s. Found: %(found)s. Headings are codes; they are not translated."
        )
        % said
    )
