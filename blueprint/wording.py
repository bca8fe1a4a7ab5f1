"""Texts in the reader's language, dates as that language writes them, and the honest mark where words are ours."""

from dataclasses import dataclass

from django.utils import dateformat
from django.utils.translation import get_language

from .chinese import RUN, is_chinese, is_simplified, simplified
from .clock import HONG_KONG, today

LANGUAGES = ("en", "zh_hant", "zh_hans")
TAGS = {"en": "en", "zh_hant": "zh-Hant", "zh_hans": "zh-Hans"}
OWN_NAMES = {"en": "English", "zh_hant": "繁體中文", "zh_hans": "简体中文"}
# Where a text is missing, the nearest language that has it: a Chinese reader reads the other script first.
FALLBACK = {
    "en": ("en", "zh_hant", "zh_hans"),
    "zh_hant": ("zh_hant", "zh_hans", "en"),
    "zh_hans": ("zh_hans", "zh_hant", "en"),
}
# The text by which a thing is called, in the order of preference.
NAMES = ("short_name", "name", "title", "text", "post")


@dataclass(frozen=True)
class Wording:
    """A text as it is shown. ``fallback``: not the reader's language; ``ours``: not the government's wording."""

    text: str
    language: str
    fallback: bool
    ours: bool

    @property
    def tag(self):
        """The language as HTML writes it."""
        return TAGS[self.language]


def reader():
    """The reader's language in the spelling of columns and data files."""
    language = (get_language() or "en").replace("-", "_").lower()
    return language if language in LANGUAGES else "en"


def wording(version, name, language=None):
    """The text ``name`` of a version, for the reader's language or the nearest that has one."""
    return _first({code: getattr(version, f"{name}_{code}") for code in LANGUAGES}, version, language)


def wording_of(texts, version=None, language=None):
    """The same for a text kept as {language: text}."""
    return _first({code: texts.get(code, "") for code in LANGUAGES}, version, language)


def _first(texts, version, language):
    wanted = language or reader()
    found = next((code for code in FALLBACK[wanted] if texts[code]), wanted)
    return Wording(
        text=texts[found],
        language=found,
        fallback=found != wanted,
        ours=found in (getattr(version, "unofficial", None) or []),
    )


def told(text):
    """A text kept in one language only, whose script tells in which."""
    language, wanted = language_told_by(text), reader()
    return Wording(text, language, fallback=language != wanted, ours=False)


def language_told_by(text):
    if not is_chinese(text):
        return "en" if any(letter.isalpha() for letter in text) else reader()
    # Many words are written alike in both scripts.
    if reader() == "zh_hans" and simplified(text) == text:
        return "zh_hans"
    return "zh_hans" if is_simplified(text) else "zh_hant"


def told_in_parts(text):
    """(language, part) of a text that may mix them: names of sources in a list, a term quoted in a sentence.

    A few Latin letters inside a Chinese text are a name of its own.
    """
    if "://" in text:
        # An address is in no language.
        return [(reader(), text)]
    if not is_chinese(text):
        return [(language_told_by(text), text)]
    parts, chinese = [], reader() != "en"
    for part in filter(None, RUN.split(text)):
        named = chinese and not is_chinese(part) and len(part.split()) < 4
        parts.append((reader() if named else language_told_by(part), part))
    return parts


def words(version, name):
    """The plain text, for places that hold no markup."""
    return wording(version, name).text if version is not None else ""


def name_of(version, language=None):
    """What a version is called in the reader's language, or "" if it has no name."""
    columns = {field.name for field in version._meta.concrete_fields}
    for name in NAMES:
        if name in columns and getattr(version, name):
            return str(getattr(version, name))
        if f"{name}_en" in columns and wording(version, name, language).text:
            return str(wording(version, name, language).text)
    return ""


def day_text(day, precision="day"):
    """A date as the reader's language writes it, no more precise than it is known."""
    chinese = reader() != "en"
    formats = {
        "year": "Y年" if chinese else "Y",
        "month": "Y年n月" if chinese else "F Y",
    }
    return dateformat.format(day, formats.get(precision, "Y年n月j日" if chinese else "j F Y"))


def moment_text(moment):
    """A moment in Hong Kong time, to the minute."""
    local = moment.astimezone(HONG_KONG)
    return f"{day_text(local)}{' ' if reader() == 'en' else ''}{local:%H:%M}"


def clock_text(moment):
    """The time alone for what was today."""
    local = moment.astimezone(HONG_KONG)
    return f"{local:%H:%M}" if local.date() == today() else moment_text(moment)
