"""What is said with a figure: what happened, why, and what comes next. Readers see the three as one comment."""

from collections.abc import Mapping, Sequence
from typing import Any

from blueprint.wording import LANGUAGES, wording_of

SAID = ("note", "why", "next")

Answers = Sequence[dict[str, str]]


def comment_of(content: Mapping[str, Any]) -> Answers:
    """Of columns by their names the answers that were given, each as {language: text}, in the order of reading."""
    said = [{code: content[f"{name}_{code}"] for code in LANGUAGES} for name in SAID]
    return [texts for texts in said if any(texts.values())]


def comment_in(language: str, answers: Answers) -> str:
    """The comment in one language, as far as it was written in it."""
    return between(language).join(texts[language] for texts in answers if texts[language])


def comment_for(language: str, answers: Answers) -> str:
    """The comment for a reader of a language: each answer in it, or else in the nearest that has it."""
    return between(language).join(wording_of(texts, language=language).text for texts in answers)


def between(language: str) -> str:
    """Chinese puts nothing between sentences."""
    return " " if language == "en" else ""
