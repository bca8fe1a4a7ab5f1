"""Three languages as a gate: what a release says in one language and not in another, or no longer says alike.

A text is whole when every language says it, none was left behind by a change of another, and a person has read
what was converted from another script. Where it is not, a question stands against the release until the text is
written or somebody accepts the gap by name. What a release leaves as it stands, it does not bring: of the plan as
it was loaded, milestones and definitions exist in English only.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import rfc8785
from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from indicators.figures import period_label

from .characters import is_seen
from .chinese import simplified
from .clock import database_now
from .models import AcceptedGap, Release, User
from .nouns import Change, noun, spelled
from .objections import called as thing_of
from .refusals import Refused
from .wording import FALLBACK, LANGUAGES, OWN_NAMES, TAGS, words

LAST = 2**31 - 1
Gap = AcceptedGap.Kind


@dataclass(frozen=True)
class Text:
    """One text that a release brings, in each language, and what stood there before.

    ``composed``: put together by this site from words that were approved before, so that nobody need read it again.
    """

    noun: str
    key: str
    field: str
    label: str = field(compare=False)
    said: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    composed: bool = False

    @property
    def digest(self) -> str:
        """An acceptance holds for these words only."""
        return hashlib.sha256(rfc8785.dumps(spelled(self.said))).hexdigest()


@dataclass(frozen=True)
class Question:
    """A gap that a person may accept. ``shown``: the language that is read in the place of what is missing."""

    text: Text
    kind: str
    languages: tuple[str, ...]
    shown: str = ""

    @property
    def name(self) -> str:
        """As a form sends it back. It holds for these words: with others it is another question."""
        named = (self.kind, self.text.noun, self.text.key, self.text.field, *self.languages)
        return "|".join([*named, self.text.digest[:16]])

    @property
    def fault(self) -> str:
        said = self._said()
        if self.kind == Gap.MISSING:
            return _("%(text)s: missing in %(languages)s.") % said
        if self.kind == Gap.STALE:
            return _("%(text)s: changed in another language, but not in %(languages)s.") % said
        return _("%(text)s: converted into %(languages)s, and nobody has confirmed it yet.") % said

    @property
    def answer(self) -> str:
        """What a person says who accepts it."""
        said = self._said()
        if self.kind == Gap.MISSING:
            return _("%(text)s: show it in %(shown)s where the page is in %(languages)s") % said
        if self.kind == Gap.STALE:
            return _("%(text)s: still right in %(languages)s") % said
        return _("%(text)s: read and right in %(languages)s") % said

    @property
    def words(self) -> str:
        """The text to be confirmed; nothing where it is missing."""
        return "" if self.kind == Gap.MISSING else self.text.said[self.languages[0]]

    @property
    def tag(self) -> str:
        return TAGS[self.languages[0]]

    def _said(self) -> dict[str, str]:
        names = _(", ").join(OWN_NAMES[language] for language in self.languages)
        return {"text": self.text.label, "languages": names, "shown": OWN_NAMES.get(self.shown, "")}


class Unsettled(Refused):
    """Texts are not whole in the three languages, and nobody has accepted that."""

    def __init__(self, left: Sequence[Question], asked: Sequence[Question]) -> None:
        """``left``: what nobody accepted, of all that was ``asked``."""
        advice = _("Write the text, or accept it as it is under your name.")
        super().__init__(f"{left[0].fault} {advice}")
        self.asked = list(asked)


# --- what a text lacks -----------------------------------------------------------------------------------


def questions_of(text: Text) -> Iterator[Question]:
    said = {language: words for language, words in text.said.items() if is_seen(words)}
    if not said or text.said == text.before:
        return
    missing = [language for language in LANGUAGES if language not in said]
    for shown, languages in groupby(missing, lambda language: nearest(language, said)):
        yield Question(text, Gap.MISSING, tuple(languages), shown)
    for language in said:
        if is_left_behind(text, language):
            yield Question(text, Gap.STALE, (language,))
    if is_draft(text):
        yield Question(text, Gap.DRAFT, ("zh_hans",))


def nearest(language: str, said: Collection[str]) -> str:
    return next(code for code in FALLBACK[language] if code in said)


def is_left_behind(text: Text, language: str) -> bool:
    """Whether another language says something else than before while this one says the same."""
    if text.said[language] != text.before.get(language):
        return False
    others = (code for code in LANGUAGES if text.before.get(code) and text.said[code].strip())
    return any(text.said[code] != text.before[code] for code in others)


def is_draft(text: Text) -> bool:
    """Whether the Simplified text is the Traditional one, or word for word what the conversion makes of it.

    What is written alike in both scripts needs no reader of its own.
    """
    traditional, draft = text.said["zh_hant"], text.said["zh_hans"]
    new = is_seen(draft) and draft != text.before.get("zh_hans") and not text.composed
    converted = simplified(traditional)
    return new and converted != traditional and draft in (traditional, converted)


# --- the texts of a release ------------------------------------------------------------------------------


def texts_of(release: Release, changes: Sequence[Change]) -> list[Text]:
    """Every text that a release brings: its own, and those of its changes."""
    standing = standing_rows([change for change in changes if any(written(change.content))])
    own = [
        own_text(name, {language: getattr(release, f"{name}_{language}") for language in LANGUAGES})
        for name in ("title", "notes")
    ]
    names = figure_names([change for change in changes if any(written(change.content))])
    return own + [
        text
        for change in changes
        for text in texts_in(
            change,
            standing.get((change.noun.name, change.key), {}),
            called=names.get((change.noun.name, change.key), ""),
        )
    ]


def own_text(name: str, texts: dict[str, str]) -> Text:
    """The title, the notes or a reason of the release itself."""
    label = {"title": _("Title"), "notes": _("Notes"), "reason": _("Reason")}[name]
    said = {language: texts.get(language, "") for language in LANGUAGES}
    return Text("release", "", name, label, said, composed=name == "title")


def figure_names(changes: Sequence[Change]) -> dict[tuple[str, tuple], str]:
    """(noun, key) -> a figure's indicator and period, as officials know it. One query, and none without figures."""
    figures = [change for change in changes if change.noun.name == "observation"]
    if not figures:
        return {}
    codes = {change.content["indicator_id"] for change in figures}
    rows = noun("indicator").version.objects.filter(indicator__in=codes).as_at(LAST)
    known = {row.indicator_id: words(row, "short_name") or words(row, "name") for row in rows}
    return {
        (c.noun.name, c.key): _(", ").join(
            [
                known.get(c.content["indicator_id"], c.content["indicator_id"]),
                period_label(c.content["period"]),
            ]
        )
        for c in figures
    }


def texts_in(change: Change, before: dict[str, Any], *, called: str = "") -> list[Text]:
    """The texts of one change beside those of the content that stands, which is empty for what is new."""
    if change.content.get("withdrawn"):
        return []
    stood = dict(written(before))
    key = "/".join(str(part) for part in change.key)
    return [
        Text(change.noun.name, key, name, label_of(change, name, called), said, stood.get(name, {}))
        for name, said in written(change.content)
        if name not in sealed_names(change)
    ]


def written(content: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """(field, {language: text}) of all columns and of what is kept as {language: text} inside others."""
    for column, value in content.items():
        name = column.removesuffix("_en")
        if name != column and f"{name}_zh_hant" in content:
            said = {language: content[f"{name}_{language}"] or "" for language in LANGUAGES}
            if any(said.values()):
                yield name, said
        elif isinstance(value, (dict, list)):
            yield from written_inside(value, column)


def written_inside(value: Any, path: str) -> Iterator[tuple[str, dict[str, str]]]:
    if isinstance(value, dict) and value and set(value) <= set(LANGUAGES):
        yield path, {language: str(value.get(language, "")) for language in LANGUAGES}
    elif isinstance(value, (dict, list)):
        inside = value.items() if isinstance(value, dict) else enumerate(value)
        for name, part in inside:
            yield from written_inside(part, f"{path}.{name}")


def sealed_names(change: Change) -> set[str]:
    """A person's name is no text: some have one in a single script, and it is not ours to translate."""
    return {column.removesuffix("_en") for column in change.noun.names}


def label_of(change: Change, name: str, called: str = "") -> str:
    """The comment of what it belongs to, in words."""
    column, _dot, _rest = name.partition(".")
    fields = change.noun.version._meta
    try:
        label = fields.get_field(column).verbose_name
    except FieldDoesNotExist:
        label = fields.get_field(f"{column}_en").label
    return capfirst(_("%(thing)s, %(field)s") % {"thing": called or thing_of(change), "field": label})


def standing_rows(changes: Sequence[Change]) -> dict[tuple[str, tuple], dict[str, Any]]:
    """(noun, key) -> the content that stands now. One query a noun."""
    found = {}
    for kind in {change.noun for change in changes}:
        keys = {change.key for change in changes if change.noun == kind}
        columns = {
            f"{name}__in": set(each) for name, each in zip(kind.key, zip(*keys, strict=True), strict=True)
        }
        for row in kind.version.objects.filter(**columns).as_at(LAST):
            content = kind.content(row)
            found[kind.name, kind.key_of(content)] = content
    return found


# --- what is open, and what was accepted -----------------------------------------------------------------


def open_questions(release: Release, changes: Sequence[Change]) -> list[Question]:
    """All that is still to be written or accepted before anything of it can become public."""
    return unanswered(release, texts_of(release, changes))


def unanswered(release: Release, texts: Sequence[Text]) -> list[Question]:
    asked = [question for text in texts for question in questions_of(text)]
    accepted = {accepted_as(row) for row in release.accepted_gaps.all()} if asked else set()
    return [question for question in asked if not set(columns_of(question)) <= accepted]


def check_whole(questions: Sequence[Question], accepting: Collection[str] = ()) -> None:
    """Raise Unsettled unless every question is accepted by its name."""
    left = [question for question in questions if question.name not in accepting]
    if left:
        raise Unsettled(left, questions)


def accept(release: Release, questions: Sequence[Question], *, by: User) -> None:
    """Keep under a person's name that they accept these gaps. The caller records it in the trail."""
    now = database_now()
    AcceptedGap.objects.bulk_create(
        AcceptedGap(release=release, accepted_by=by, accepted_at=now, **dict(zip(COLUMNS, row, strict=True)))
        for question in questions
        for row in columns_of(question)
    )


COLUMNS = ("kind", "noun", "key", "field", "language", "said")


def columns_of(question: Question) -> list[tuple[str, ...]]:
    """What is kept of an acceptance: a row a language."""
    text = question.text
    named = (str(question.kind), text.noun, text.key, text.field)
    return [(*named, language, text.digest) for language in question.languages]


def accepted_as(row: AcceptedGap) -> tuple[str, ...]:
    return tuple(str(getattr(row, name)) for name in COLUMNS)


def accepted_in(release: Release, changes: Sequence[Change]) -> list[tuple[Question, AcceptedGap]]:
    """What was accepted of the words as they are now, by whom and when."""
    accepted = list(release.accepted_gaps.select_related("accepted_by"))
    if not accepted:
        return []
    texts = {(text.noun, text.key, text.field, text.digest): text for text in texts_of(release, changes)}
    found = []
    for row in accepted:
        text = texts.get((row.noun, row.key, row.field, row.said))
        if text:
            shown = nearest(row.language, [code for code in LANGUAGES if text.said[code].strip()])
            found.append((Question(text, row.kind, (row.language,), shown), row))
    return found
