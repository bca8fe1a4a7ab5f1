"""Files that nobody should be able to do harm with, made when they are asked for: name -> bytes.

Each stands in FOLDER with what the person is told. `python -m tests.sheets.hostile DIR` writes them out to look at.
"""

import io
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import openpyxl
import xlsxwriter

HEADING = [
    "indicator",
    "breakdown",
    "period",
    "value",
    "qualifier",
    "obs_status",
    "kind",
    "reason",
    "note_zh_hant",
]
ROW = ["I1", "total", "2023", 3, "exact", "A", "", "", ""]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


# --- workbooks -------------------------------------------------------------------------------------------


def workbook(*rows, heading=HEADING, name="figures", change=None, options=None) -> bytes:
    """A sheet with these rows; ``change`` is given the workbook and the sheet before they are closed."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True} | (options or {}))
    sheet = book.add_worksheet(name)
    sheet.write_row(0, 0, heading)
    for number, row in enumerate(rows or [ROW], start=1):
        sheet.write_row(number, 0, row)
    if change:
        change(book, sheet)
    book.close()
    return made.getvalue()


def cells(**written) -> list:
    """ROW with some of its cells written otherwise."""
    return [written.get(name, cell) for name, cell in zip(HEADING, ROW, strict=True)]


def with_part(name: str, content: bytes, *, base: bytes | None = None, method=zipfile.ZIP_DEFLATED) -> bytes:
    """A workbook that has one more part, or another one in place of its own."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(base or workbook())) as old, zipfile.ZipFile(made, "w", method) as new:
        for item in old.infolist():
            if item.filename != name:
                new.writestr(item, old.read(item))
        new.writestr(name, content)
    return made.getvalue()


def part_of(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def replaced(name: str, old: bytes, new: bytes, *, base: bytes | None = None) -> bytes:
    base = base or workbook()
    text = part_of(base, name)
    assert old in text
    return with_part(name, text.replace(old, new), base=base)


def merged() -> bytes:
    return workbook(change=lambda book, sheet: sheet.merge_range("J3:K4", "both"))


def hidden_row() -> bytes:
    return workbook(change=lambda book, sheet: sheet.set_row(1, None, None, {"hidden": True}))


def hidden_column() -> bytes:
    return workbook(change=lambda book, sheet: sheet.set_column("D:D", None, None, {"hidden": True}))


def hidden_sheet() -> bytes:
    def hide(book, sheet):
        other = book.add_worksheet("secret")
        other.write_row(0, 0, HEADING)
        other.hide()

    return workbook(change=hide)


def formula(result=7) -> bytes:
    return workbook(change=lambda book, sheet: sheet.write_formula("D2", "=1+6", None, result))


def formula_without_result() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "figures"
    sheet.append(HEADING)
    sheet.append(cells(value="=1+6"))
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def per_cent() -> bytes:
    return workbook(
        change=lambda book, sheet: sheet.write_number("D2", 0.12, book.add_format({"num_format": "0.0%"}))
    )


def dated(*, epoch_1904: bool, number: float = 45596) -> bytes:
    """A period that a spreadsheet made a date of; the number is another day by another epoch."""

    def change(book, sheet):
        sheet.write_number("C2", number, book.add_format({"num_format": "mmm-yy"}))

    return workbook(change=change, options={"date_1904": epoch_1904})


def serial(*, epoch_1904: bool) -> bytes:
    return workbook(cells(period=45596), options={"date_1904": epoch_1904})


def far_cell() -> bytes:
    return replaced(
        "xl/worksheets/sheet1.xml",
        b"</sheetData>",
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>',
    )


def wide() -> bytes:
    return workbook(heading=[*HEADING, *[f"c{n}" for n in range(80)]])


# --- archives --------------------------------------------------------------------------------------------


def bomb() -> bytes:
    """A sheet of forty megabytes of one letter in forty kilobytes."""
    return with_part("xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * 40_000_000 + b"</worksheet>")


def many_small_bombs() -> bytes:
    made = io.BytesIO(workbook())
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        for number in range(60):
            archive.writestr(f"xl/media/{number}.txt", (b"%d" % number) * 500_000)
    return made.getvalue()


def many_members() -> bytes:
    made = io.BytesIO(workbook())
    with zipfile.ZipFile(made, "a") as archive:
        for number in range(1100):
            archive.writestr(f"xl/media/{number}.txt", b"")
    return made.getvalue()


def nested() -> bytes:
    return with_part("xl/media/inner.zip", workbook())


def nested_in_disguise() -> bytes:
    made = io.BytesIO(workbook())
    with zipfile.ZipFile(made, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("xl/media/image1.png", workbook())
    return made.getvalue()


def overlapping() -> bytes:
    """Two members of the directory that are one and the same stretch of bytes, as a quoted bomb is built."""
    return archive_of([("a.xml", 0), ("a.xml", 0)], names=["a.xml", "a.xml"], differ=True)


def archive_of(entries, names, *, differ=False) -> bytes:
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packed.compress(b"<x/>" * 100) + packed.flush()
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, 0, len(body), 400, 5, 0) + b"a.xml" + body
    # The second begins inside the first: its header lies in what the first calls its bytes.
    inner = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 0, 0, len(local), len(local), 5, 0) + b"b.xml"
    content = inner + local
    directory = b""
    for name, place, method, size, whole in (
        ("b.xml", 0, 0, len(local), len(local)),
        ("a.xml", len(inner), 8, len(body), 400),
    ):
        directory += (
            struct.pack(
                "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, method, 0, 0, 0, size, whole, 5, 0, 0, 0, 0, 0, place
            )
            + name.encode()
        )
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 2, 2, len(directory), len(content), 0)
    return content + directory + end


def lying_about_size() -> bytes:
    """The directory says a hundred bytes; unpacked there are forty megabytes."""
    content = bytearray(
        with_part("xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * 4_000_000 + b"</worksheet>")
    )
    at = content.rfind(b"PK\1\2", 0, content.rfind(b"xl/worksheets/sheet1.xml"))
    content[at + 24 : at + 28] = struct.pack("<L", 100)
    return bytes(content)


def encrypted() -> bytes:
    content = bytearray(workbook())
    at = content.find(b"PK\1\2")
    content[at + 8] |= 1
    return bytes(content)


def cut_short() -> bytes:
    return workbook()[:-200]


def with_prefix() -> bytes:
    return b"PK\3\4junk" + workbook()


def flipped() -> bytes:
    content = bytearray(workbook())
    at = content.find(b"xl/worksheets/sheet1.xml") + 60
    content[at : at + 20] = b"\0" * 20
    return bytes(content)


# --- XML -------------------------------------------------------------------------------------------------

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]><sst xmlns="%s"><si><t>&d;</t></si></sst>"""


def entities() -> bytes:
    return with_part("xl/sharedStrings.xml", LAUGHS % MAIN.encode())


def entity_of_a_file() -> bytes:
    text = part_of(workbook(), "xl/workbook.xml").split(b"?>", 1)[1]
    return with_part(
        "xl/workbook.xml", b'<?xml version="1.0"?><!DOCTYPE w SYSTEM "file:///etc/passwd">' + text
    )


def entities_in_utf_16() -> bytes:
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE sst [<!ENTITY a "ha">]><sst>&a;</sst>'
    return with_part("xl/sharedStrings.xml", text.encode("utf-16"))


def broken_xml() -> bytes:
    return replaced("xl/worksheets/sheet1.xml", b"</sheetData>", b"<</sheetData>")


def external_link(target: bytes = b"<externalLink><externalBook/></externalLink>") -> bytes:
    return with_part("xl/externalLinks/externalLink1.xml", target)


# --- text ------------------------------------------------------------------------------------------------


def text(*rows, heading="indicator,period,value,note_zh_hant") -> str:
    return "\r\n".join([heading, *(rows or ["I1,2023,3,"])]) + "\r\n"


WORDS = "I1,2023,3,嘅㗎𨋢創新"
TRADITIONAL = "I1,2023,3,創新科技"
SIMPLIFIED = "I1,2023,3,创新科技"

MACROS = "The file has macros. Save it as XLSX, which has none, and send that."
EMBEDDED = "Something is embedded in the file (OLE or a control). Take it out and send it again."
DAMAGED = "The file is damaged or cut short. Save it again as XLSX and send that."
ENTITIES = (
    "A part of the file declares a document type or entities. No spreadsheet program does; it is not read."
)
MISSING = "No row has all the headings that are needed. Missing: value. Found: indicator, period, %s. Headings are codes; they are not translated."
ENCODING, DELIMITER = "asks for the encoding", "asks for the delimiter"

# name -> (how it is made, what the person is told: a refusal; a problem at a cell; a question and its cell)
FOLDER: dict[str, tuple[Callable[[], bytes], str]] = {
    # Encodings
    "big5.csv": (lambda: text(TRADITIONAL).encode("big5"), ENCODING),
    "big5hkscs.csv": (lambda: text(WORDS).encode("big5hkscs"), ENCODING),
    "gb18030.csv": (lambda: text(SIMPLIFIED).encode("gb18030"), ENCODING),
    "latin-1.csv": (lambda: text("I1,2023,3,caf\u00e9").encode("latin-1"), ENCODING),
    "utf-16-without-mark.csv": (lambda: text().encode("utf-16-le"), ENCODING),
    "utf-16-le.csv": (lambda: text(WORDS).encode("utf-16"), "new 1"),
    "utf-16-be.csv": (lambda: b"\xfe\xff" + text(WORDS).encode("utf-16-be"), "new 1"),
    "utf-8-mark.csv": (lambda: text(WORDS).encode("utf-8-sig"), "new 1"),
    "utf-8.csv": (lambda: text(WORDS).encode(), "new 1"),
    "mixed.csv": (
        lambda: text(WORDS).encode("utf-8-sig") + TRADITIONAL.encode("big5"),
        "This is not UTF-8 throughout: byte 76 does not fit. Save it again as UTF-8.",
    ),
    "truncated-utf-16.csv": (
        lambda: text(WORDS).encode("utf-16")[:-1],
        "This is not UTF-16 throughout: byte 111 does not fit. Save it again as UTF-8.",
    ),
    "nul.csv": (
        lambda: text("I1,2023,\0 3,").encode("utf-8-sig"),
        "The file holds characters that no text has (U+0000). Save it again as UTF-8.",
    ),
    # Delimiters and shape
    "semicolon.csv": (lambda: text().replace(",", ";").encode(), "new 1"),
    "tab.csv": (lambda: text().replace(",", "\t").encode(), "new 1"),
    "two-delimiters.csv": (
        lambda: b"indicator,period,value,x;indicator;period;value\r\nI1,2023,3,\r\n",
        DELIMITER,
    ),
    "open-quotation.csv": (
        lambda: text('I1,2023,3,"never closed').encode(),
        "Row 2 cannot be taken apart: look for a quotation mark that is not closed.",
    ),
    "comma-in-a-figure.csv": (
        lambda: text("I1,2023,1,5,").encode(),
        "2: This row has more cells than there are headings. A comma inside a text or a figure needs quotation marks around it.",
    ),
    "empty.csv": (lambda: b"", "The file is empty."),
    "blank.csv": (lambda: b" \r\n\r\n", "The file is empty."),
    "too-many-rows.csv": (
        lambda: text(*["I1,2023,3,"] * 50_001).encode(),
        "The file has more than 50,000 rows. Send fewer at a time.",
    ),
    "too-large.csv": (lambda: b"x" * (5 * 1024 * 1024 + 1), "The file is larger than 5 MB. Send fewer rows at a time."),
    # Other kinds of file
    "picture.csv": (lambda: b"\x89PNG\r\n\x1a\n", "This is a file of the kind PNG. Send XLSX or CSV."),
    "old.xls": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512,
        "This is an old or a locked workbook. Save it as XLSX without a password and send that.",
    ),
    "open-document.ods": (
        lambda: with_part("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        "This is an OpenDocument file. Save it as XLSX or CSV and send that.",
    ),
    "document.docx": (
        lambda: archive_with({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<d/>"}),
        "This is no workbook. Send the file as XLSX or CSV.",
    ),
    # Headings
    "renamed-heading.csv": (
        lambda: text(heading="indicator,period,Wert,note_zh_hant").encode(),
        MISSING % "Wert, note_zh_hant",
    ),
    "translated-heading.xlsx": (
        lambda: workbook(heading=["指標", "breakdown", "period", "value"]),
        "No row has all the headings that are needed. Missing: indicator.",
    ),
    "heading-twice.csv": (
        lambda: text("I1,2023,3,4", heading="indicator,period,value,value").encode(),
        "1: The heading value stands twice. Take one of them out.",
    ),
    "headings-again.csv": (
        lambda: text("I1,2023,3,", "indicator,period,value,note_zh_hant", "I1,2022,3,").encode(),
        "3: The headings stand here a second time. Take this row out.",
    ),
    "further-column.csv": (lambda: text("I1,2023,3,x", heading="indicator,period,value,Colour").encode(), "extra D1: Colour"),
    # Rows
    "unknown-code.csv": (
        lambda: text("I9,2023,3,").encode(),
        "A2: There is no indicator I9 among those of your office.",
    ),
    "other-office.csv": (
        lambda: text("other,2023,3,").encode(),
        "A2: There is no indicator other among those of your office.",
    ),
    "twice.csv": (lambda: text("I1,2023,3,", "I1,2023,4,").encode(), "B3: This figure stands in row 2 already (CSV)."),
    "totals.csv": (
        lambda: text("I1,2023,3,", "總計,,3,").encode(),
        "A3: This looks like a row of totals. Take it out: only figures of single periods are read.",
    ),
    "no-code.csv": (lambda: text(",2023,3,").encode(), "A2: The code of the indicator is missing."),
    "no-period.csv": (lambda: text("I1,,3,").encode(), "B2: The period is missing."),
    "fifth-quarter.csv": (lambda: text("I1,2023-Q5,3,").encode(), "B2: Write a year as 2024, a half-year"),
    "month-of-a-yearly-one.csv": (lambda: text("I1,2023-10,3,").encode(), "B2: Figures of this indicator come every year."),
    "future.csv": (lambda: text("I1,2190,3,").encode(), "B2: 2190 begins on 1 January 2190."),
    "wrong-unit.csv": (
        lambda: text("I1,2023,3,people", heading="indicator,period,value,unit").encode(),
        "D2: The unit of this indicator is percent. Give the figure in it.",
    ),
    "wrong-part.csv": (
        lambda: text("I1,2023,3,north", heading="indicator,period,value,breakdown").encode(),
        "D2: This indicator has no such breakdown.",
    ),
    "wrong-status.csv": (
        lambda: text("I1,2023,3,X", heading="indicator,period,value,obs_status").encode(),
        "D2: Write one of: A, P, E, M.",
    ),
    "both.csv": (
        lambda: text("I1,2023,3,M", heading="indicator,period,value,obs_status").encode(),
        "C2: obs_status M says that there is no figure, and here is one. Take one of them out.",
    ),
    "unexplained.csv": (
        lambda: text("I1,2024,9,").encode(),
        "2: A figure for 2024 is published. Say what kind of change this is.",
    ),
    "control-character.csv": (
        lambda: text("I1,2023,3,a\x0bb").encode(),
        "D2: This text holds a character that no public text may hold: U+000B.",
    ),
    # Figures
    "exponent.csv": (lambda: text("I1,2023,1e5,").encode(), "C2: Write all the digits, without an exponent."),
    "not-a-number.csv": (lambda: text("I1,2023,NaN,").encode(), "C2: Write a figure, or tick that none is available."),
    "hundred-millions.csv": (lambda: text("I1,2023,12億,").encode(), "C2: Write all the digits, without 萬 or 億."),
    "comma.csv": (lambda: text('I1,2023,"1,5",').encode(), "comma C2: 1,5"),
    "per-cent.csv": (lambda: text("I1,2023,12%,").encode(), "per_cent C2: 12% -> 12"),
    "blanks.csv": (lambda: text("I1,2023,1 234,").encode(), "blanks C2: 1 234 -> 1234"),
    "per-cent.xlsx": (per_cent, "per_cent D2: 12% -> 12"),
    "error.xlsx": (
        lambda: workbook(change=lambda book, sheet: sheet.write_formula("D2", "=1/0", None, "#DIV/0!")),
        "D2: The cell holds a formula without a result. Write the figure itself.",
    ),
    "truth.xlsx": (lambda: workbook(cells(value=True)), "D2: A date or a truth value stands where a figure should."),
    "huge.xlsx": (lambda: workbook(cells(value=1e300)), "D2: Write at most 11 digits before the point."),
    # Periods
    "date.xlsx": (
        lambda: dated(epoch_1904=False),
        "C2: The cell holds the date 2024-10-31. Format it as text and write the period, as 2024 or 2024-Q3.",
    ),
    "date-1904.xlsx": (
        lambda: dated(epoch_1904=True),
        "C2: The cell holds the date 2028-11-01.",
    ),
    "serial.xlsx": (lambda: serial(epoch_1904=False), "C2: The cell holds the date 2024-10-31."),
    "serial-1904.xlsx": (lambda: serial(epoch_1904=True), "C2: The cell holds the date 2028-11-01."),
    # What the eye does not see
    "merged.xlsx": (merged, "merged J3:K4: J3:K4"),
    "hidden-row.xlsx": (hidden_row, "hidden 2: row 2"),
    "hidden-column.xlsx": (hidden_column, "hidden value: column value"),
    "hidden-sheet.xlsx": (hidden_sheet, "beside : Hidden sheets are not read: secret."),
    "formula.xlsx": (formula, "formulas D2: 7"),
    "formula-without-result.xlsx": (
        formula_without_result,
        "D2: The cell holds a formula without a result. Write the figure itself.",
    ),
    "macros.xlsm": (lambda: with_part("xl/vbaProject.bin", b"\0"), MACROS),
    "excel-4-macros.xlsx": (lambda: with_part("xl/macrosheets/sheet1.xml", b"<x/>"), MACROS),
    "embedded.xlsx": (lambda: with_part("xl/embeddings/oleObject1.bin", b"\0"), EMBEDDED),
    "external.xlsx": (external_link, "beside : Links to other files are not followed."),
    "dde.xlsx": (
        lambda: external_link(b'<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'),
        "The file calls another program (DDE). Take that out and send it again.",
    ),
    "pivot.xlsx": (lambda: with_part("xl/pivotCache/pivotCacheDefinition1.xml", b"<x/>"), "beside : Pivot tables are not read."),
    # Bombs
    "bomb.xlsx": (bomb, "A part of the file is more than 100 times larger than it is packed: xl/worksheets/sheet1.xml."),
    "many-small-bombs.xlsx": (many_small_bombs, "Unpacked, the file is larger than 50 MB. Send fewer rows at a time."),
    "many-members.xlsx": (many_members, "The file has 1110 parts; at most 1,000 are read."),
    "nested.xlsx": (nested, "The file has another file packed inside it: xl/media/inner.zip. Take it out."),
    "nested-in-disguise.xlsx": (
        nested_in_disguise,
        "The file has another file packed inside it: xl/media/image1.png. Take it out.",
    ),
    "overlapping.xlsx": (overlapping, "Parts of the file lie over each other. Save it again as XLSX and send that."),
    "lying-about-size.xlsx": (lying_about_size, DAMAGED),
    "entities.xlsx": (entities, ENTITIES),
    "entity-of-a-file.xlsx": (entity_of_a_file, ENTITIES),
    "entities-in-utf-16.xlsx": (entities_in_utf_16, ENTITIES),
    "far-cell.xlsx": (far_cell, "The file has more than 50,000 rows. Send fewer at a time."),
    "wide.xlsx": (wide, "The file has more than 60 columns. Send only those of the workbook."),
    # Broken
    "encrypted.xlsx": (encrypted, "The file is locked with a password. Save it without one."),
    "cut-short.xlsx": (cut_short, DAMAGED),
    "prefixed.xlsx": (with_prefix, DAMAGED),
    "flipped.xlsx": (flipped, DAMAGED),
    "broken-xml.xlsx": (broken_xml, DAMAGED),
}  # fmt: skip


def archive_with(parts) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


if __name__ == "__main__":
    for name, (make, _told) in FOLDER.items():
        Path(sys.argv[1], name).write_bytes(make())
