"""What a page says and in which language it says so: its text nodes, each with the `lang` it stands under."""

import re
from collections import Counter
from dataclasses import dataclass
from html.parser import HTMLParser

from blueprint.chinese import is_chinese

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# What is no prose in any language.
SILENT = {"script", "style", "code", "pre", "kbd", "samp"}
SPOKEN_ATTRIBUTES = ("alt", "aria-label", "placeholder")
MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
]  # fmt: skip
ADDRESS = re.compile(r"\S*(?:://|@|www\.|\.(?:csv|json|xml|py|jsonl|ics|xlsx))\S*")
# Four words of Latin letters in a row are a sentence or a name in English, not an abbreviation.
ENGLISH = re.compile(r"[A-Za-z][A-Za-z'’-]+(?:[ ,;:]+(?:of|[A-Za-z][A-Za-z'’-]+)){3,}")
WORDS = {"one": "1", "two": "2", "three": "3"}
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True)
class Said:
    language: str
    text: str
    inside: str


class _Spoken(HTMLParser):
    def __init__(self):
        super().__init__()
        self.stack = [("", "")]
        self.said = []

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        language = known.get("lang") or self.stack[-1][1]
        for name in SPOKEN_ATTRIBUTES:
            if known.get(name):
                self.said.append(Said(language, known[name].strip(), f"{tag} {name}"))
        if tag not in VOID:
            self.stack.append((tag, language))

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag):
        # An element left open ends with the one around it.
        while len(self.stack) > 1 and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, text):
        tag, language = self.stack[-1]
        if text.strip() and not SILENT & {name for name, _language in self.stack}:
            self.said.append(Said(language, " ".join(text.split()), tag))


def spoken(html: str) -> list[Said]:
    parser = _Spoken()
    parser.feed(html)
    return parser.said


def unmarked(said: Said) -> str:
    """What of a text is in another language than it is marked with; empty if nothing is."""
    text = ADDRESS.sub("", said.text)
    if said.language == "en":
        return text if is_chinese(text) else ""
    found = ENGLISH.search(text)
    # In a Chinese sentence, names of a few words stand as they are.
    named = found and is_chinese(text) and len(found.group().split()) < 6
    return found.group() if found and not named else ""


def number_words(said: list[Said]) -> Counter:
    """Small numbers that English spells as words: “one is still to come”."""
    words = (word for one in said for word in re.findall(r"[a-z]+", one.text.lower()))
    return Counter(WORDS[word] for word in words if word in WORDS)


def numbers(said: list[Said], content: list[str]) -> Counter:
    """The figures of a page, but for those inside texts that people wrote: there 10 billion is 100億.

    A month is a number, whichever way a language writes it; 33,000 million is 330億, so that only the digits that
    count are compared.
    """
    counted: Counter = Counter()
    for one in said:
        text = ADDRESS.sub(" ", one.text)
        for written in content:
            text = text.replace(written, " ")
        for number, month in enumerate(MONTHS, start=1):
            text = re.sub(rf"\b{month}\b", str(number), text)
        counted.update(re.sub(r"[.,]", "", number).strip("0") for number in NUMBER.findall(text))
    return counted
