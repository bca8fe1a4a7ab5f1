"""What a file is, by what is in it. No database."""

import io

import pytest
from PIL import Image

from indicators.evidence.content_types import CSV, JPEG, PDF, PNG, XLSX, NotAccepted, opened
from indicators.evidence.names import saved_as, shown_name
from indicators.evidence.opening import opened_apart
from tests.indicators.sent_files import (
    ENTITIES,
    EXTERNAL,
    GIF_JS,
    HTML,
    SVG,
    TABLE,
    archive,
    document,
    located_picture,
    picture,
    with_attachment,
    with_launch,
    with_script,
    workbook,
)


def fault_of(content):
    with pytest.raises(NotAccepted) as refusal:
        opened(content)
    return refusal.value.fault


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (document(), PDF),
        (workbook(), XLSX),
        (workbook(xl__worksheets___rels__sheet1_xml_rels=EXTERNAL % b"hyperlink"), XLSX),
        (TABLE, CSV),
        (b"\xef\xbb\xbf" + TABLE, CSV),
        (TABLE.decode().encode("utf-16"), CSV),
        ("年份；數值\n2025\t1.5\n".encode(), CSV),
        (b"note;<5\n1;2\n", CSV),
        (picture(), PNG),
        (picture("JPEG"), JPEG),
    ],
    ids=["pdf", "xlsx", "hyperlink", "csv", "mark", "utf-16", "tabs", "less-than", "png", "jpeg"],
)
def test_accepted_kinds_are_known_by_their_content(content, media_type):
    assert opened(content).media_type == media_type


def test_documents_and_tables_stay_byte_for_byte():
    assert [opened(each).content == each for each in (document(), workbook(), TABLE)] == [True, True, True]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (SVG, "markup"),
        (b"\n  " + HTML, "markup"),
        (b'<?xml version="1.0"?><a/>', "markup"),
        (b"a,b\n1,<script>x</script>\n", "markup"),
        (GIF_JS, "other"),
        (picture("GIF"), "other"),
        (picture("BMP"), "other"),
        (archive(a=b"1"), "other"),
        (b"MZ,\x90", "other"),
        (b"#!/bin/sh\necho a,b\n", "other"),
        (b"a,b\n%PDF-1.7\n", "other"),
        (b"a,\x00b\n", "other"),
        (b"a,\x1bb\n", "other"),
        (document() + archive(a=b"1"), "more"),
        (document() + HTML, "more"),
        (picture() + archive(a=b"1"), "more"),
        (picture() + HTML, "more"),
        (picture("JPEG") + HTML, "more"),
        (workbook() + b"x", "more"),
        (b"PK\x03\x04" + workbook(), "more"),
        (document(change=with_script), "active"),
        (document(change=with_launch), "active"),
        (document(change=with_attachment), "carries"),
        (document(password="x"), "locked"),
        (workbook(xl__vbaProject_bin=b"x").replace(b"vbaProject_bin", b"vbaProject.bin"), "macros"),
        (workbook(xl__externalLinks__1=b"x"), "links"),
        (workbook(**{"xl__media.rels": EXTERNAL % b"image"}), "links"),
        (workbook(**{"xl__odd.rels": ENTITIES}), "broken"),
        (workbook(xl__big=b"0" * 30_000_000), "large"),
        (workbook(**{"xl__..__x": b"1"}), "broken"),
        (document()[:200], "more"),
        (b"%PDF-1.7\n%%EOF\n", "broken"),
        (picture()[:40], "broken"),
        (workbook()[:2000], "broken"),
        ("年,數\n".encode("big5"), "encoding"),
        ("年,數\n".encode("gb18030"), "encoding"),
        (b"only words\nand more\n", "columns"),
        (b" \n", "empty"),
        (b"", "empty"),
    ],
    ids=range(39),
)
def test_I16_everything_else_is_refused_for_what_it_is(content, fault):
    assert fault_of(content) == fault


def test_I16_a_picture_loses_what_its_camera_noted():
    before = located_picture()

    after = opened(before).content

    assert b"Camera of the minister" in before
    assert (b"Camera" in after, dict(Image.open(io.BytesIO(after)).getexif())) == (False, {})


def test_a_picture_is_drawn_upright_and_with_its_colours():
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = io.BytesIO()
    Image.new("RGB", (8, 2), (200, 0, 0)).save(turned, "JPEG", exif=exif)
    clear = io.BytesIO()
    palette = Image.new("P", (2, 2), 1)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    palette.save(clear, "PNG", transparency=1)

    upright, through = (Image.open(io.BytesIO(opened(each.getvalue()).content)) for each in (turned, clear))

    assert upright.size == (2, 8)
    assert through.convert("RGBA").getpixel((0, 0)) == (255, 0, 0, 0)


def test_a_huge_picture_is_refused_by_what_it_says_of_itself():
    import struct
    import zlib

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )

    assert fault_of(bomb) in ("large", "broken")


def test_the_same_picture_gives_the_same_bytes():
    assert opened(located_picture()).content == opened(located_picture()).content


def test_a_process_of_its_own_opens_it_alike():
    assert opened_apart(picture()) == opened(picture())
    with pytest.raises(NotAccepted, match="markup"):
        opened_apart(SVG)


# Names


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../x", "x.pdf"),
        ("C:\\x\\y.csv", "y.pdf"),
        ("a\0.csv", "a.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("long" * 100, "long" * 24 + ".pdf"),
        ("CON", "_CON.pdf"),
        ("nul.csv", "_nul.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("two\nlines.pdf", "two lines.pdf"),
        ('a"b<c>.pdf', "a_b_c_.pdf"),
        ("2025年報告.pdf", "2025年報告.pdf"),
        ("Report v1.2", "Report v1.2.pdf"),
        ("report.PDF", "report.pdf"),
        ("...", "file.pdf"),
        ("", "file.pdf"),
    ],
    ids=range(15),
)
def test_I17_shown_name_is_cleaned(sent, shown):
    assert shown_name(sent, ".pdf") == shown


def test_two_files_of_one_name_are_saved_under_two():
    assert saved_as("table.csv", "3f2a9c1b" + "0" * 56) == "table.3f2a9c1b.csv"
