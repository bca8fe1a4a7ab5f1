"""What is wrong with a translated text: pure rules over a catalogue, its script and the glossary's words."""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from opencc import OpenCC

GLOSSARY = Path(__file__).resolve().parent.parent / "docs" / "glossary.md"
HAN = r"[\u3400-\u9fff\uf900-\ufaff]"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]?|%[sd]|\{\w*\}")
# What is no prose: markup, entities, addresses, parameters of addresses.
NO_PROSE = re.compile(r"<[^>]*>|&\w+;|https?:\S+|\?\w+=[\w-]*|%\(\w+\)[a-z]?|%[sd]|\{\w*\}")
HALF_WIDTH = re.compile(rf"{HAN}\s*[,;:!?.()]|[,;:!?()]\s*{HAN}|[\d{HAN[1:-1]}]\s+%|{HAN}\s+{HAN}")
# Characters that the conversion would change and Hong Kong writes all the same.
ALSO_TRADITIONAL = set("准秘台里群峰只后面系")


@dataclass(frozen=True)
class Chinese:
    """What is fixed of one of the two: how another script shows, how readers are addressed, what quotes look like."""

    conversion: str
    shared: frozenset[str]
    not_here: str
    column: int


LANGUAGES = {
    "zh_Hant": Chinese("s2t", frozenset(ALSO_TRADITIONAL), "您“”", 1),
    "zh_Hans": Chinese("t2s", frozenset(), "你「」", 2),
}


@dataclass(frozen=True)
class Term:
    """A row of the glossary that names one thing by one word in each language."""

    english: str
    traditional: str
    simplified: str
    never: tuple[str, ...] = ()

    def own(self, column: int) -> str:
        return self.traditional if column == 1 else self.simplified

    def others(self, column: int) -> str:
        """The word of the other Chinese, in this one's script."""
        word, conversion = (self.simplified, "s2hk") if column == 1 else (self.traditional, "hk2s")
        return converter(conversion).convert(word)

    def is_in(self, source: str) -> bool:
        return re.search(rf"\b{re.escape(self.english)}s?\b", source) is not None


@functools.cache
def converter(name: str) -> OpenCC:
    return OpenCC(name)


def read_glossary(path: Path = GLOSSARY) -> list[Term]:
    rows = [line.strip("| ").split("|") for line in path.read_text(encoding="utf-8").splitlines()]
    cells = [[cell.strip() for cell in row] for row in rows if len(row) >= 3 and re.search(HAN, row[1])]
    return [term for row in cells for term in terms_of(row)]


def terms_of(row: list[str]) -> Iterator[Term]:
    english, traditional, simplified = re.sub(r" *\(.*?\)", "", row[0]), row[1], row[2]
    never = tuple(re.findall(rf"never ({HAN}+)", row[3])) if len(row) > 3 else ()
    names = english.split(", ")
    if re.search(r"[、；，]", traditional + simplified):
        return
    for name in names if never else names[: len(names) == 1]:
        yield Term(name, traditional, simplified, never)


# --- the faults ------------------------------------------------------------------------------------------


def faults_of(catalog: Catalog, language: str, glossary: list[Term]) -> Iterator[tuple[str, Message]]:
    """(fault, message) of every text that cannot go out as it is."""
    for message in catalog:
        if message.id:
            yield from ((fault, message) for fault in message_faults(message, LANGUAGES[language], glossary))


def message_faults(message: Message, chinese: Chinese, glossary: list[Term]) -> Iterator[str]:
    source, translations = sources_of(message)[-1], translations_of(message)
    if message.fuzzy:
        yield "fuzzy"
    if not all(translations):
        yield "missing"
        return
    if any(placeholders(text) != placeholders(source) for text in translations):
        yield "other placeholders"
    if any("(s)" in PLACEHOLDER.sub("", text) for text in [*sources_of(message), *translations]):
        yield "“(s)” is no plural"
    for text in translations:
        yield from prose_faults(NO_PROSE.sub("x", text), chinese)
        yield from word_faults(NO_PROSE.sub("x", source), text, chinese.column, glossary)


def sources_of(message: Message) -> list[str]:
    return list(message.id) if message.pluralizable else [message.id]


def translations_of(message: Message) -> list[str]:
    return list(message.string) if message.pluralizable else [message.string]


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text.replace("%%", "")))


def prose_faults(text: str, chinese: Chinese) -> Iterator[str]:
    if found := HALF_WIDTH.search(text):
        yield f"half-width punctuation or a blank: “{found.group()}”"
    convert = converter(chinese.conversion).convert
    if foreign := {c for c in re.findall(HAN, text) if convert(c) != c} - chinese.shared:
        yield f"the other script: {''.join(sorted(foreign))}"
    if misplaced := set(chinese.not_here) & set(text):
        yield f"not written here: {''.join(sorted(misplaced))}"


def word_faults(source: str, text: str, column: int, glossary: list[Term]) -> Iterator[str]:
    named = [term for term in glossary if term.is_in(source)]
    own = [term.own(column) for term in named]
    for term in named:
        if source == term.english and text != term.own(column):
            yield f"the glossary says “{term.own(column)}”"
        wrong = [term.others(column)] if term.own(column) not in text else []
        wrong += [converter("hk2s").convert(word) if column == 2 else word for word in term.never]
        for word in wrong:
            if word in text and not any(word in other for other in own):
                yield f"the glossary says “{term.own(column)}”, not “{word}”"
