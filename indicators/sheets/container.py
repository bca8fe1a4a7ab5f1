"""What a zip archive says it holds, held against what is there: before anything reads a workbook.

Everything here looks at bytes and counts. Nothing is unpacked into memory, and nothing is believed of sizes.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .limits import MOST_MEMBERS, MOST_RATIO, MOST_UNPACKED, RATIO_COUNTS_FROM, Unreadable

END, ENTRY, LOCAL = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
ENCRYPTED = 0x1
STORED, DEFLATED = 0, 8
PIECE = 4 * 1024
# In a field of the directory: look in a larger one, which only archives beyond our limits need.
ELSEWHERE = {0xFFFF, 0xFFFFFFFF}
PACKED = (".zip", ".xlsx", ".xlsm", ".xlsb", ".docx", ".pptx", ".ods", ".jar", ".7z", ".gz", ".rar")


@dataclass(frozen=True)
class Member:
    """One entry of the central directory, and where its bytes begin."""

    name: str
    method: int
    packed: int
    unpacked: int
    header: int
    start: int


def members(content: bytes) -> list[Member]:
    """Every member, once the archive is known to be small, honest and plain. Raises Unreadable."""
    count, size, offset = directory(content)
    if count > MOST_MEMBERS:
        raise Unreadable(_("The file has %(count)s parts; at most 1,000 are read.") % {"count": count})
    found = list(entries(content, count, size, offset))
    check_sizes(found)
    check_places(found, offset)
    for member in found:
        check_honest(content, member)
    return found


def broken() -> Unreadable:
    return Unreadable(_("The file is damaged or cut short. Save it again as XLSX and send that."))


def directory(content: bytes) -> tuple[int, int, int]:
    """(entries, bytes, place) of the central directory, from the record that ends the archive."""
    at = content.rfind(END, max(0, len(content) - 22 - 0xFFFF))
    if at < 0 or len(content) < at + 22:
        raise broken()
    disk, first, here, count, size, offset, comment = struct.unpack("<4x4H2LH", content[at : at + 22])
    if {count, size, offset} & ELSEWHERE:
        raise Unreadable(_("The file is packed in a way that only very large files need (ZIP64)."))
    if disk or first or here != count or at + 22 + comment != len(content) or offset + size != at:
        raise broken()
    return count, size, offset


def entries(content: bytes, count: int, size: int, offset: int) -> Iterator[Member]:
    at, end, names = offset, offset + size, set()
    for _number in range(count):
        if at + 46 > end or content[at : at + 4] != ENTRY:
            raise broken()
        flags, method, packed, unpacked, name, extra, comment, place = struct.unpack(
            "<8x2H8x2L3H8xL", content[at : at + 46]
        )
        said = content[at + 46 : at + 46 + name].decode("utf-8", "replace").replace("\\", "/")
        check_kind(said, flags, method, names)
        yield Member(said, method, packed, unpacked, place, data_of(content, place, said))
        at += 46 + name + extra + comment
    if at != end:
        raise broken()


def check_kind(name: str, flags: int, method: int, names: set[str]) -> None:
    if flags & ENCRYPTED:
        raise Unreadable(_("The file is locked with a password. Save it without one."))
    if method not in (STORED, DEFLATED) or name.lower() in names:
        raise broken()
    if name.lower().endswith(PACKED):
        raise Unreadable(
            _("The file has another file packed inside it: %(name)s. Take it out.") % {"name": name[-80:]}
        )
    names.add(name.lower())


def data_of(content: bytes, place: int, name: str) -> int:
    """Where a member's bytes begin, by its own header, which must be about the same member."""
    if place + 30 > len(content) or content[place : place + 4] != LOCAL:
        raise broken()
    length, extra = struct.unpack("<2H", content[place + 26 : place + 30])
    said = content[place + 30 : place + 30 + length].decode("utf-8", "replace").replace("\\", "/")
    if said != name:
        raise broken()
    return place + 30 + length + extra


def check_sizes(found: list[Member]) -> None:
    for member in found:
        if member.unpacked > RATIO_COUNTS_FROM and member.unpacked > MOST_RATIO * max(member.packed, 1):
            raise Unreadable(
                _("A part of the file is more than 100 times larger than it is packed: %(name)s.")
                % {"name": member.name[-80:]}
            )
    if sum(member.unpacked for member in found) > MOST_UNPACKED:
        raise Unreadable(_("Unpacked, the file is larger than 50 MB. Send fewer rows at a time."))


def check_places(found: list[Member], directory_at: int) -> None:
    """No byte may belong to two members: one such byte can be unpacked a thousand times."""
    before = 0
    for member in sorted(found, key=lambda member: member.header):
        end = member.start + member.packed
        if member.header < before or end > directory_at:
            raise overlapping()
        before = end


def overlapping() -> Unreadable:
    return Unreadable(_("Parts of the file lie over each other. Save it again as XLSX and send that."))


def check_honest(content: bytes, member: Member) -> None:
    """Unpack piece by piece and throw away, to see that it is as large as it says."""
    packed = memoryview(content)[member.start : member.start + member.packed]
    if member.method == STORED:
        if member.packed != member.unpacked:
            raise broken()
        if bytes(packed[:4]) == LOCAL:
            raise Unreadable(
                _("The file has another file packed inside it: %(name)s. Take it out.")
                % {"name": member.name[-80:]}
            )
        return
    if unpacked_size(packed, member.unpacked) != member.unpacked:
        raise broken()


def unpacked_size(packed: memoryview, claimed: int) -> int:
    """How large it is, or more than claimed as soon as it is larger. A piece gives at most 4 MB."""
    unpacking, size = zlib.decompressobj(-15), 0
    try:
        for start in range(0, len(packed), PIECE):
            size += len(unpacking.decompress(packed[start : start + PIECE]))
            if size > claimed:
                return size
        size += len(unpacking.flush())
    except zlib.error:
        raise broken() from None
    return size if unpacking.eof else -1


def unpacked(content: bytes, member: Member) -> bytes:
    packed = content[member.start : member.start + member.packed]
    return packed if member.method == STORED else zlib.decompress(packed, -15)
