"""The fonts of this machine that a picture can be lettered with: text without its glyphs is never drawn."""

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

# What these fonts are known to have. A text with any other character is not set in them.
LATIN = re.compile(r"[\x20-\x7e\xa0-\u017f\u2010-\u2026\u2030-\u203a\u20ac\u2212]*")
CHINESE = re.compile(
    r"[\x20-\x7e\xa0-\xff\u2010-\u2026\u2030-\u203a\u20ac\u2212\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef]*"
)
# How the files begin, and what the fonts in them are called. The first that is there is taken.
LATIN_FACES = (
    ("NotoSans-", "Noto Sans"),
    ("LiberationSans-", "Liberation Sans"),
    ("DejaVuSans", "DejaVu Sans"),
)
CHINESE_FACES = {
    "en": (("NotoSansCJK-", "Noto Sans CJK HK"), ("NotoSansHK-", "Noto Sans HK")),
    "zh_hant": (("NotoSansCJK-", "Noto Sans CJK HK"), ("NotoSansHK-", "Noto Sans HK")),
    "zh_hans": (("NotoSansCJK-", "Noto Sans CJK SC"), ("NotoSansSC-", "Noto Sans SC")),
}
WEIGHTS = {"": "regular", "Regular": "regular", "Bold": "bold"}
KINDS = (".ttf", ".otf", ".ttc")


class Face(NamedTuple):
    family: str
    files: tuple[str, ...]


def face_for(text: str, language: str) -> Face | None:
    """A font that has every character of a text, or None where this machine has none."""
    found = tuple(map(str, settings.FONT_DIRS))
    if language == "en" and LATIN.fullmatch(text) and (face := _first(found, LATIN_FACES)):
        return face
    return _first(found, CHINESE_FACES[language]) if CHINESE.fullmatch(text) else None


def _first(folders: tuple[str, ...], faces: tuple[tuple[str, str], ...]) -> Face | None:
    known = _installed(folders)
    for stem, family in faces:
        files = {WEIGHTS[weight]: file for weight in WEIGHTS if (file := known.get(stem + weight))}
        if "regular" in files:
            return Face(family, tuple(files.values()))
    return None


@lru_cache(8)
def _installed(folders: tuple[str, ...]) -> dict[str, str]:
    """{a file's name without its kind: its path}"""
    files = (file for folder in folders for file in sorted(Path(folder).rglob("*")))
    return {file.stem: str(file) for file in files if file.suffix.lower() in KINDS}
