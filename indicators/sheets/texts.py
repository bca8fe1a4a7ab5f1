"""CSV as it comes: its encoding and its delimiter are known or asked, and never guessed."""

import codecs
import csv
import io
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .limits import MOST_COLUMNS, MOST_ROWS, Unreadable

MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
# What a person may name where the bytes do not say it. Big5 reads as GB18030 without a fault, and wrongly.
ENCODINGS = {
    "big5hkscs": gettext_lazy("Big5-HKSCS (Traditional Chinese)"),
    "gb18030": gettext_lazy("GB18030 (Simplified Chinese)"),
    "cp1252": gettext_lazy("Windows-1252, also called Latin-1 (Western European)"),
    "utf-16-le": gettext_lazy("UTF-16, little-endian"),
    "utf-16-be": gettext_lazy("UTF-16, big-endian"),
}
KNOWN = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16"}
DELIMITERS = {
    ",": gettext_lazy("comma"),
    ";": gettext_lazy("semicolon"),
    "\t": gettext_lazy("tab"),
}
LINES_SHOWN, CHARACTERS_SHOWN = 4, 160
LONGEST_CELL = 131_072


@dataclass(frozen=True)
class Glimpse:
    """The first lines as they would read in one encoding; none where the bytes do not fit it."""

    code: str
    name: str
    lines: list[str]


def encoding_of(content: bytes) -> str | None:
    """What the file itself says, by its mark or by being UTF-8; None where a person must name it."""
    for mark, name in MARKS.items():
        if content.startswith(mark) and not content.startswith(UTF_32):
            return name
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    # Text in two bytes a character is UTF-8 as well, full of NULs.
    return None if "\0" in text else "utf-8"


def decoded(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as fault:
        name = KNOWN.get(encoding) or ENCODINGS[encoding]
        raise Unreadable(
            _("This is not %(encoding)s throughout: byte %(place)s does not fit. Save it again as UTF-8.")
            % {"encoding": name, "place": fault.start + 1}
        ) from None
    if "\0" in text:
        raise Unreadable(_("The file holds characters that no text has (U+0000). Save it again as UTF-8."))
    return text


def glimpses(content: bytes) -> list[Glimpse]:
    """How the file begins in each encoding that may be named, as far as its bytes fit."""
    return [Glimpse(code, str(name), first_lines(content, code)) for code, name in ENCODINGS.items()]


def first_lines(content: bytes, encoding: str) -> list[str]:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return []
    return [line[:CHARACTERS_SHOWN] for line in text.splitlines()[:LINES_SHOWN]]


def records(text: str, delimiter: str, *, most: int = MOST_ROWS + 1, strict: bool = True) -> list[list[str]]:
    """The rows of a CSV file, at most so many. Raises Unreadable for one that cannot be taken apart."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
    found: list[list[str]] = []
    try:
        for row in reader:
            if len(row) > MOST_COLUMNS:
                raise Unreadable(_("The file has more than 60 columns. Send only those of the workbook."))
            found.append(row)
            if len(found) >= most:
                break
    except csv.Error:
        raise Unreadable(
            _("Row %(row)s cannot be taken apart: look for a quotation mark that is not closed.")
            % {"row": len(found) + 1}
        ) from None
    return found
