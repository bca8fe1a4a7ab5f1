"""What a workbook has beside its values: formulas, hidden and merged cells, formats, links, macros.

Its parts are parsed with a parser that refuses document types, so that no entity is ever looked up or multiplied.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import join, normpath
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml import DefusedXmlException
from defusedxml.sax import make_parser
from django.utils.translation import gettext as _

from .container import Member, broken, members, unpacked
from .limits import MOST_COLUMNS, MOST_ROWS, MOST_SHEETS, Unreadable

CHUNK = 64 * 1024
# Built-in formats in per cent.
PER_CENT = {"9", "10"}
CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
# In a format, what stands in quotes or after a backslash is shown as it is.
AS_IT_IS = re.compile(r'"[^"]*"|\\.')

Place = tuple[int, int]


@dataclass
class Layout:
    """Of one sheet, by rows and columns counted from 1."""

    name: str
    hidden: bool = False
    rows: int = 0
    formulas: set[Place] = field(default_factory=set)
    per_cent: set[Place] = field(default_factory=set)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)


@dataclass
class Structure:
    sheets: list[Layout]
    epoch_1904: bool = False
    # What is there beside the cells and is not read, in words.
    beside: list[str] = field(default_factory=list)


def structure_of(content: bytes) -> Structure:
    """Look a workbook over before its values are read. Raises Unreadable."""
    parts = {member.name.lstrip("/"): member for member in members(content)}
    check_is_workbook(parts)
    for name, member in parts.items():
        if name.endswith((".xml", ".rels", ".vml")):
            check_prolog(unpacked(content, member))
    book = Book()
    parse(part(content, parts, "xl/workbook.xml"), book)
    targets = targets_of(content, parts)
    if len(book.sheets) > MOST_SHEETS:
        raise Unreadable(_("The file has more than 20 sheets. Send only those with figures."))
    per_cent = formats_in_per_cent(content, parts)
    found = Structure([], book.epoch_1904, list(beside(content, parts)))
    for name, number, hidden in book.sheets:
        reader = SheetReader(Layout(name, hidden), per_cent)
        if targets.get(number) in parts:
            parse(part(content, parts, targets[number]), reader)
        found.sheets.append(reader.layout)
    return found


def check_is_workbook(parts: Mapping[str, Member]) -> None:
    names = {name.lower() for name in parts}
    if "mimetype" in names or "content.xml" in names:
        raise Unreadable(_("This is an OpenDocument file. Save it as XLSX or CSV and send that."))
    if "xl/workbook.bin" in names:
        raise Unreadable(_("This is a binary workbook (XLSB). Save it as XLSX and send that."))
    if "[content_types].xml" not in names or "xl/workbook.xml" not in names:
        raise Unreadable(_("This is no workbook. Send the file as XLSX or CSV."))
    if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names):
        raise Unreadable(_("The file has macros. Save it as XLSX, which has none, and send that."))
    if any(name.startswith(("xl/embeddings/", "xl/activex/", "xl/ctrlprops/")) for name in names):
        raise Unreadable(
            _("Something is embedded in the file (OLE or a control). Take it out and send it again.")
        )


def beside(content: bytes, parts: Mapping[str, Member]) -> Iterator[str]:
    """What a workbook brings beside its cells; a link that runs a program (DDE) is not taken at all."""
    names = sorted(parts)
    for name in names:
        if name.startswith("xl/externalLinks/") and b"ddeLink" in unpacked(content, parts[name]):
            raise Unreadable(_("The file calls another program (DDE). Take that out and send it again."))
    if any(name.startswith("xl/externalLinks/") for name in names):
        yield _("Links to other files are not followed.")
    if any(name.startswith(("xl/connections", "xl/queryTables/")) for name in names):
        yield _("Connections to other sources of data are not followed.")
    if any(name.startswith(("xl/pivotCache/", "xl/pivotTables/")) for name in names):
        yield _("Pivot tables are not read.")


def part(content: bytes, parts: Mapping[str, Member], name: str) -> bytes:
    if name not in parts:
        raise broken()
    return unpacked(content, parts[name])


# --- parsing ---------------------------------------------------------------------------------------------


class Enough(Exception):
    """What was looked for is known."""


class UpToRoot(ContentHandler):
    def startElement(self, name: str, attributes: Any) -> None:
        raise Enough


def check_prolog(document: bytes) -> None:
    """A document type stands before the first element and nowhere else, so that no more need be parsed."""
    try:
        parse(document, UpToRoot())
    except Enough:
        return


def parse(document: bytes, handler: ContentHandler) -> None:
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(handler)
    try:
        for start in range(0, len(document), CHUNK):
            parser.feed(document[start : start + CHUNK])
        parser.close()
    except DefusedXmlException:
        raise Unreadable(
            _(
                "A part of the file declares a document type or entities. No spreadsheet program does; it is not read."
            )
        ) from None
    except (SAXException, ValueError, LookupError):
        raise broken() from None


def local(name: str) -> str:
    return name.rpartition(":")[2]


class Book(ContentHandler):
    """Sheets as (name, relation, hidden), in their order, and from which day the workbook counts."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str, bool]] = []
        self.epoch_1904 = False

    def startElement(self, name: str, attributes: Any) -> None:
        if local(name) == "workbookPr":
            self.epoch_1904 = attributes.get("date1904", "0") in ("1", "true")
        elif local(name) == "sheet":
            relation = next((v for k, v in attributes.items() if k.endswith(":id")), "")
            hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append((attributes.get("name", ""), relation, hidden))


class Relations(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.targets: dict[str, str] = {}

    def startElement(self, name: str, attributes: Any) -> None:
        if local(name) == "Relationship" and attributes.get("TargetMode", "") != "External":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
            self.targets[attributes.get("Id", "")] = path


def targets_of(content: bytes, parts: Mapping[str, Member]) -> dict[str, str]:
    relations = Relations()
    parse(part(content, parts, "xl/_rels/workbook.xml.rels"), relations)
    return relations.targets


class Styles(ContentHandler):
    """Which formats of cells show a figure in per cent."""

    def __init__(self) -> None:
        super().__init__()
        self.shown = set(PER_CENT)
        self.formats: list[str] = []
        self.inside = False

    def startElement(self, name: str, attributes: Any) -> None:
        name = local(name)
        if name == "numFmt" and "%" in AS_IT_IS.sub("", attributes.get("formatCode", "")):
            self.shown.add(attributes.get("numFmtId", ""))
        elif name == "cellXfs":
            self.inside = True
        elif name == "xf" and self.inside:
            self.formats.append(attributes.get("numFmtId", "0"))

    def endElement(self, name: str) -> None:
        if local(name) == "cellXfs":
            self.inside = False

    @property
    def in_per_cent(self) -> frozenset[str]:
        return frozenset(str(n) for n, number in enumerate(self.formats) if number in self.shown)


def formats_in_per_cent(content: bytes, parts: Mapping[str, Member]) -> frozenset[str]:
    styles = Styles()
    if "xl/styles.xml" in parts:
        parse(part(content, parts, "xl/styles.xml"), styles)
    return styles.in_per_cent


class SheetReader(ContentHandler):
    """Walks a sheet's cells without their values, and stops at what is too large."""

    def __init__(self, layout: Layout, per_cent: frozenset[str]):
        super().__init__()
        self.layout, self.per_cent = layout, per_cent
        self.row = self.column = 0

    def startElement(self, name: str, attributes: Any) -> None:
        if name == "c":
            self.cell(attributes)
        elif name == "f":
            self.layout.formulas.add((self.row, self.column))
        elif name == "row":
            self.begin_row(attributes)
        elif name == "col":
            self.columns(attributes)
        elif name == "mergeCell":
            self.layout.merged.append(attributes.get("ref", "")[:20])
        elif ":" in name:
            self.startElement(local(name), attributes)

    def begin_row(self, attributes: Any) -> None:
        self.row = int(attributes.get("r", self.row + 1))
        self.column = 0
        if self.row > MOST_ROWS + 1:
            raise Unreadable(_("The file has more than 50,000 rows. Send fewer at a time."))
        self.layout.rows = max(self.layout.rows, self.row)
        if attributes.get("hidden", "0") in ("1", "true"):
            self.layout.hidden_rows.append(self.row)

    def cell(self, attributes: Any) -> None:
        said = attributes.get("r", "")
        if said:
            at = CELL.fullmatch(said)
            if at is None or int(at[2]) != self.row:
                raise broken()
            self.column = column_number(at[1])
        else:
            self.column += 1
        if self.column > MOST_COLUMNS:
            raise Unreadable(_("The file has more than 60 columns. Send only those of the workbook."))
        if attributes.get("s", "") in self.per_cent:
            self.layout.per_cent.add((self.row, self.column))

    def columns(self, attributes: Any) -> None:
        if attributes.get("hidden", "0") in ("1", "true"):
            first, last = int(attributes.get("min", 1)), int(attributes.get("max", 1))
            self.layout.hidden_columns += range(first, min(last, MOST_COLUMNS) + 1)


def column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
