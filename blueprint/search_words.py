"""The words that are looked for, and where a text holds them. Nothing here knows a database."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from .chinese import converter, is_chinese

SHORTEST, LONGEST, MOST_WORDS = 2, 100, 8
BEFORE, AFTER = 60, 160
# The ASCII signs from ! to ~ as they stand in a full-width text.
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
SCRIPTS = ("s2t", "s2hk", "t2s", "hk2s")


@dataclass(frozen=True)
class Words:
    """What was asked for. A text fits when it holds every word, whatever its case, width or Chinese script."""

    asked: str

    @cached_property
    def text(self) -> str:
        return " ".join(unicodedata.normalize("NFKC", self.asked).split())

    @cached_property
    def each(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.text.split()))

    @property
    def too_short(self) -> bool:
        return bool(self.asked) and len(self.text) < SHORTEST

    @property
    def too_long(self) -> bool:
        return len(self.asked) > LONGEST or len(self.each) > MOST_WORDS

    @cached_property
    def patterns(self) -> tuple[re.Pattern, ...]:
        """For each word, what finds any of its spellings."""
        return tuple(
            re.compile("|".join(map(re.escape, spellings(word))), re.IGNORECASE) for word in self.each
        )

    def all_in(self, texts) -> bool:
        return all(any(pattern.search(text) for text in texts) for pattern in self.patterns)

    def first_in(self, text: str) -> int | None:
        """Where the first of them stands."""
        found = [match.start() for pattern in self.patterns if (match := pattern.search(text))]
        return min(found, default=None)

    def marked(self, text: str) -> list[tuple[str, bool]]:
        """The text in pieces, each with whether it is one of the words."""
        spans = sorted(match.span() for pattern in self.patterns for match in pattern.finditer(text))
        pieces, at = [], 0
        for start, end in spans:
            if end > at:
                pieces += [(text[at : max(start, at)], False), (text[max(start, at) : end], True)]
                at = end
        return [piece for piece in [*pieces, (text[at:], False)] if piece[0]]

    def excerpt(self, text: str) -> str:
        """The part of a long text that stands around the first word found in it."""
        text = " ".join(text.split())
        if len(text) <= BEFORE + AFTER:
            return text
        at = self.first_in(text) or 0
        start = _word_edge(text, max(at - BEFORE, 0)) if at > BEFORE else 0
        end = _word_edge(text, start + BEFORE + AFTER, back=True)
        return ("… " if start else "") + text[start:end].strip() + (" …" if end < len(text) else "")


def _word_edge(text: str, at: int, *, back: bool = False) -> int:
    """The nearest blank, if there is one near: Chinese has none, and may be cut anywhere."""
    if at >= len(text):
        return len(text)
    found = text.rfind(" ", at - 20, at) if back else text.find(" ", at, at + 20)
    return at if found < 0 else found


def spellings(word: str) -> tuple[str, ...]:
    """A word as texts may have it: in either Chinese script, in full width, in either case beyond ASCII."""
    found = [word]
    if is_chinese(word):
        found += [str(converter(name).convert(word)) for name in SCRIPTS]
    found += [each.translate(FULL_WIDTH) for each in found]
    if not word.isascii():
        found += [cased for each in found for cased in (each.lower(), each.upper())]
    return tuple(dict.fromkeys(found))
