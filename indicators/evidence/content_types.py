"""What a file is, by what is in it: neither its name nor what a browser says of it counts. No Django.

``opened`` looks at the bytes and really opens them. It returns what is kept, which for pictures are other bytes than
came: they are drawn anew, so that neither places nor cameras nor anything behind the picture is published with them.
"""

import csv
import io
import re
import struct
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
PNG = "image/png"
JPEG = "image/jpeg"
ENDINGS = {PDF: ".pdf", XLSX: ".xlsx", CSV: ".csv", PNG: ".png", JPEG: ".jpg"}

LARGEST_PICTURE = 50_000_000
MOST_PARTS, LARGEST_UNPACKED, MOST_FOLDED = 2000, 100 * 1024 * 1024, 300
MOST_OBJECTS = 100_000
SNIFFED = 4096


def kind_word(media_type: str) -> str:
    """As people say it: PDF, XLSX, CSV, PNG, JPG."""
    return ENDINGS.get(media_type, "").removeprefix(".").upper()


class NotAccepted(Exception):
    """``fault`` names why; the words for it are those of the page."""

    def __init__(self, fault: str):
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True)
class Opened:
    media_type: str
    content: bytes


def opened(content: bytes) -> Opened:
    """The file as it is kept. Raises NotAccepted."""
    if not content.strip():
        raise NotAccepted("empty")
    media_type, read = next(
        ((kind, read) for mark, kind, read in SIGNATURES if content.startswith(mark)), (CSV, read_csv)
    )
    try:
        return Opened(media_type, read(content))
    except NotAccepted:
        raise
    except Exception:
        # The libraries that open files know many ways to stumble over a broken one.
        raise NotAccepted("broken") from None


# PDF

# What would make a document do something, or carry something else along.
ACTIVE = {
    "/JavaScript",
    "/JS",
    "/Launch",
    "/ImportData",
    "/SubmitForm",
    "/RichMedia",
    "/XFA",
    "/GoToE",
    "/Rendition",
}
CARRIED = {"/EmbeddedFile", "/EmbeddedFiles", "/FileAttachment", "/EF"}


def read_pdf(content: bytes) -> bytes:
    from pypdf import PdfReader

    if not re.search(rb"%%EOF\s*\Z", content[-2048:]):
        raise NotAccepted("more")
    check_nothing_beside(content)
    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted:
        raise NotAccepted("locked")
    if not len(reader.pages):
        raise NotAccepted("broken")
    for found in each_object(reader):
        check_object(found)
    return content


def each_object(reader: Any):
    """Every object of the file, those in streams of objects too, whether or not a page leads to it."""
    from pypdf.generic import IndirectObject

    numbers = {(number, generation) for generation, places in reader.xref.items() for number in places}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > MOST_OBJECTS:
        raise NotAccepted("large")
    yield reader.trailer
    for number, generation in sorted(numbers):
        # A free entry of the table stands for nothing.
        if number and generation != 65535:
            yield IndirectObject(number, generation, reader).get_object()


def check_object(found: Any) -> None:
    """Without following references: each object is looked at by itself."""
    from pypdf.generic import IndirectObject

    waiting = [found]
    while waiting:
        one = waiting.pop()
        if isinstance(one, IndirectObject):
            continue
        if isinstance(one, dict):
            check_words(
                {str(key) for key in one} | {str(v) for v in one.values() if type(v).__name__ == "NameObject"}
            )
            waiting += [dict.__getitem__(one, key) for key in one]
        elif isinstance(one, list):
            waiting += [list.__getitem__(one, place) for place in range(len(one))]


def check_words(words: set[str]) -> None:
    if words & ACTIVE:
        raise NotAccepted("active")
    if words & CARRIED:
        raise NotAccepted("carries")


def check_nothing_beside(content: bytes) -> None:
    """No archive behind it: the end of a ZIP file is read from the back, whatever stands before it."""
    if b"PK\x05\x06" in content[-70_000:] or zipfile.is_zipfile(io.BytesIO(content)):
        raise NotAccepted("more")


# Pictures


def read_png(content: bytes) -> bytes:
    if png_end(content) != len(content):
        raise NotAccepted("more")
    return drawn_anew(content, "PNG", {"optimize": True})


def png_end(content: bytes) -> int:
    """Where the last chunk of the picture ends."""
    place = 8
    while place + 12 <= len(content):
        length, kind = struct.unpack(">I4s", content[place : place + 8])
        place += 12 + length
        if kind == b"IEND":
            return place
    raise NotAccepted("broken")


def read_jpeg(content: bytes) -> bytes:
    # Some cameras fill up the file with zeros.
    if not content.rstrip(b"\x00").endswith(b"\xff\xd9"):
        raise NotAccepted("more")
    check_nothing_beside(content)
    return drawn_anew(content, "JPEG", {"quality": 90, "optimize": True})


def drawn_anew(content: bytes, form: str, options: dict[str, Any]) -> bytes:
    from PIL import Image, ImageOps

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(content), formats=[form]) as picture:
            width, height = picture.size
            if width * height > LARGEST_PICTURE:
                raise NotAccepted("large")
            picture.load()
            # Which way is up was said beside the picture, and is drawn now.
            upright = ImageOps.exif_transpose(picture)
            if upright.mode in ("P", "PA"):
                upright = upright.convert("RGBA" if "transparency" in picture.info else "RGB")
            kept = Image.frombytes(upright.mode, upright.size, upright.tobytes())
    made = io.BytesIO()
    kept.save(made, form, **options)
    return made.getvalue()


# Workbooks

MACROS = re.compile(r"vbaProject|macrosheets/|dialogsheets/|activeX|\.bin$", re.IGNORECASE)
ELSEWHERE = re.compile(
    r"externalLinks/|embeddings/|connections\.xml|queryTables/|customUI|webextensions/", re.IGNORECASE
)
# Parts in the old binary form that are no macro: how a printer was set.
HARMLESS = re.compile(r"printerSettings/[^/]+\.bin$", re.IGNORECASE)
RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


def read_xlsx(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        check_archive(archive, content)
        for part in archive.infolist():
            check_part(archive, part)
        if "macroEnabled" in archive.read("[Content_Types].xml").decode("utf-8", "replace"):
            raise NotAccepted("macros")
    from python_calamine import CalamineWorkbook

    if not CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names:
        raise NotAccepted("broken")
    return content


def check_archive(archive: zipfile.ZipFile, content: bytes) -> None:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= set(names):
        raise NotAccepted("other")
    if archive.comment or not content[-22:].startswith(b"PK\x05\x06") or min(p.header_offset for p in parts):
        raise NotAccepted("more")
    unpacked, packed = sum(p.file_size for p in parts), sum(p.compress_size for p in parts)
    if len(parts) > MOST_PARTS or unpacked > LARGEST_UNPACKED or unpacked > MOST_FOLDED * (packed + 1000):
        raise NotAccepted("large")
    if len(set(names)) != len(names) or any(n.startswith(("/", "\\")) or ".." in n for n in names):
        raise NotAccepted("broken")


def check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    if part.flag_bits & 1:
        raise NotAccepted("locked")
    if MACROS.search(part.filename) and not HARMLESS.search(part.filename):
        raise NotAccepted("macros")
    if ELSEWHERE.search(part.filename):
        raise NotAccepted("links")
    # No more than it said of itself is read, and its checksum is compared.
    with archive.open(part) as unpacked:
        said = unpacked.read(part.file_size + 1)
    if len(said) != part.file_size:
        raise NotAccepted("broken")
    if part.filename.endswith(".rels"):
        check_relationships(said)


def check_relationships(said: bytes) -> None:
    """A link that a reader may follow is one; what the program would fetch by itself is another."""
    from defusedxml.ElementTree import fromstring

    for one in fromstring(said).iter(RELATIONSHIP):
        if one.get("TargetMode") == "External" and not one.get("Type", "").endswith("/hyperlink"):
            raise NotAccepted("links")


# Tables as text

MARKUP = re.compile(r"<\s*(!doctype|\?xml|html|svg|script|body|head|iframe|img|math)\b", re.IGNORECASE)
FOREIGN = (b"GIF8", b"MZ", b"\x7fELF", b"PK", b"Rar!", b"7z\xbc\xaf", b"RIFF", b"BM", b"II*\x00", b"MM\x00*",
           b"\xd0\xcf\x11\xe0", b"{\\rtf", b"#!", b"\x1f\x8b", b"%!PS")  # fmt: skip
# All that is no character of a text but the tabulator and the ends of lines.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]")


def read_csv(content: bytes) -> bytes:
    if content.startswith(FOREIGN):
        raise NotAccepted("other")
    text = decoded(content)
    start = text[:SNIFFED]
    if start.lstrip().startswith("<") or MARKUP.search(text):
        raise NotAccepted("markup")
    if CONTROL.search(text) or "%PDF-" in start:
        raise NotAccepted("other")
    if not any(columns(text, mark) > 1 for mark in ",;\t"):
        raise NotAccepted("columns")
    return content


def decoded(content: bytes) -> str:
    """As Unicode with its mark, or as UTF-8: another encoding is not guessed."""
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise NotAccepted("encoding") from None


def columns(text: str, mark: str) -> int:
    """The most cells that one of the first rows has."""
    lines = io.StringIO(text[:200_000], newline="")
    rows = csv.reader(lines, delimiter=mark)
    try:
        return max((len(row) for row, _ in zip(rows, range(20), strict=False)), default=0)
    except csv.Error:
        return 0


SIGNATURES: tuple[tuple[bytes, str, Callable[[bytes], bytes]], ...] = (
    (b"%PDF-", PDF, read_pdf),
    (b"\x89PNG\r\n\x1a\n", PNG, read_png),
    (b"\xff\xd8\xff", JPEG, read_jpeg),
    (b"PK\x03\x04", XLSX, read_xlsx),
)
