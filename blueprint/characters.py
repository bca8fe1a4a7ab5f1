"""Which characters a public text may hold: those of XML 1.0, since feeds, pictures and files are XML. No Django."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Letters by their category, and yet nothing is seen of them: fillers of Hangul and the blank of Braille.
FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
UNSEEN = ("C", "Z", "M")


def unfit(value: Any) -> Iterator[str]:
    """Each character that no public text may hold, in a text or in what is kept inside lists and mappings."""
    if isinstance(value, str):
        yield from NOT_IN_XML.findall(value)
    elif isinstance(value, dict):
        for part in value.values():
            yield from unfit(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from unfit(part)


def is_seen(text: str) -> bool:
    """Whether anything of it shows: blanks, marks that join nothing and characters without width do not."""
    return any(unicodedata.category(one)[0] not in UNSEEN and one not in FILLERS for one in text)


def name_of(character: str) -> str:
    """U+000B"""
    return f"U+{ord(character):04X}"
