"""Files as people send them, made here so that each holds what its test is about and nothing else."""

import io
import zipfile

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

TABLE = b"year,value\n2024,1.4\n2025,1.5\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
GIF_JS = b"GIF89a=1;/*,*/alert(1);//\x3b"


def picture(form="PNG", *, size=(4, 3), **options) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, (10, 120, 60)).save(made, form, **options)
    return made.getvalue()


def located_picture() -> bytes:
    """A photograph that says where it was taken, and by which camera."""
    exif = Image.Exif()
    exif[0x010F] = "Camera of the minister"
    exif[0x8825] = {1: "N", 2: (22.0, 16.0, 41.0)}
    return picture("JPEG", exif=exif)


def document(*, password="", change=None) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    if change:
        change(writer)
    if password:
        writer.encrypt(password, algorithm="AES-128")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def opening_with(kind, **more):
    """An action that runs when the document is opened."""

    def change(writer):
        action = {NameObject("/S"): NameObject(kind)} | {
            NameObject(f"/{n}"): TextStringObject(v) for n, v in more.items()
        }
        writer._root_object[NameObject("/OpenAction")] = DictionaryObject(action)

    return change


with_script, with_launch = opening_with("/JavaScript", JS="app.alert(1)"), opening_with("/Launch", F="cmd")


def with_attachment(writer):
    carried = DecodedStreamObject()
    carried.set_data(b"secret")
    carried[NameObject("/Type")] = NameObject("/EmbeddedFile")
    # No page and no list leads to it.
    writer._add_object(carried)


def workbook(**more: bytes) -> bytes:
    """``more``: parts by their names, with / for each two underscores."""
    import openpyxl

    made = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["year", "value"])
    book.active.append([2025, 1.5])
    book.save(made)
    if not more:
        return made.getvalue()
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in more.items():
            archive.writestr(name.replace("__", "/"), content)
    return made.getvalue()


def archive(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as found:
        for name, content in parts.items():
            found.writestr(name, content)
    return made.getvalue()


EXTERNAL = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="https://example.org/" '
    b'TargetMode="External"/></Relationships>'
)
ENTITIES = b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><r>&b;</r>'
