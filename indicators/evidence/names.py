"""The name under which a file is shown and saved: that of the person who sent it, without what a name may do."""

import re
import unicodedata

LONGEST = 100
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)
NOT_IN_NAMES = re.compile(r'[<>:"|?*%]')
SPACES = re.compile(r"\s+")


def shown_name(sent: str, ending: str) -> str:
    """Its last part, without folders, control characters, turned writing or dots in front, with the ending of what it is."""
    stem = cleaned(sent)
    before, dot, after = stem.rpartition(".")
    # What looks like an ending gives way to the true one.
    if dot and len(after) <= 5 and after.isascii() and after.isalnum() and not after.isdigit():
        stem = before.strip(" .")
    stem = stem[: LONGEST - len(ending)].strip(" .") or "file"
    return f"{'_' if DEVICES.match(stem) else ''}{stem}{ending}"


def cleaned(sent: str) -> str:
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", sent))[-1]
    last = SPACES.sub(" ", last)
    kept = "".join(each for each in last if unicodedata.category(each)[0] != "C")
    return NOT_IN_NAMES.sub("_", kept).strip(" .")


def named(sent: str) -> str:
    """As it is spoken of while nobody knows yet what it is."""
    return cleaned(sent)[-LONGEST:] or "file"


def saved_as(name: str, sha256: str) -> str:
    """table.3f2a9c1b.xlsx: two files of one name stay two, and a checksum list can name both."""
    stem, dot, ending = name.rpartition(".")
    return f"{stem}.{sha256[:8]}{dot}{ending}"
