"""What stands against a release in plain words, before any table refuses it: changes that do not say why, and
withdrawals that would leave something else pointing at nothing."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .characters import name_of as name_of_character
from .characters import unfit
from .models import Identified, Release
from .nouns import Change, Noun, noun, nouns
from .publishing import standing_numbers
from .wording import LANGUAGES, name_of

LAST = 2**31 - 1
# What goes with the thing it belongs to, and so is nothing that still refers to it.
PARTS = {
    ("observation", "indicator"),
    ("evidence", "indicator"),
    ("baseline", "indicator"),
    ("target", "indicator"),
    ("milestone", "initiative"),
}
# The title of a link may be put better without a word of why; the link itself is the key.
WITHOUT_REASON = {"evidence"}


def objection_to(release: Release, changes: Sequence[Change]) -> str:
    """The first objection, or nothing."""
    return next(objections(release, changes), "")


def objections(release: Release, changes: Sequence[Change]) -> Iterator[str]:
    yield from unfit_characters(release, changes)
    yield from unexplained(release, changes)
    yield from still_referred_to(changes)
    yield from referring_to_withdrawn(changes)


# Characters


def unfit_characters(release: Release, changes: Sequence[Change]) -> Iterator[str]:
    """Texts that neither the feed nor a file could hold."""
    own = {name: getattr(release, name) for name in texts_of_release(release)}
    for where, said in [(_("The release"), own), *((capfirst(called(c)), c.content) for c in changes)]:
        if found := sorted(set(unfit(said))):
            yield unfit_text(where, found)


def texts_of_release(release: Release) -> list[str]:
    return [f"{name}_{language}" for name in ("title", "notes") for language in LANGUAGES] + ["reason"]


def unfit_text(where: str, found: Sequence[str]) -> str:
    said = {"thing": where, "characters": _(", ").join(map(name_of_character, found))}
    return (
        _(
            "%(thing)s holds characters that are no text: %(characters)s. They often come with a copy from a document; type the place anew."
        )
        % said
    )


# Reasons


def unexplained(release: Release, changes: Sequence[Change]) -> Iterator[str]:
    """Published things that would change without saying why."""
    known = standing_numbers(changes)
    for change in changes:
        if (change.noun, change.key) not in known:
            if change.content.get("withdrawn") or change.content.get("kind") == "withdrawal":
                said = {"thing": capfirst(called(change))}
                yield _("%(thing)s was never published, so it cannot be withdrawn.") % said
            continue
        if change.noun.version.unsaid(change.content):
            yield unsaid_text(change)
        elif needs_public_reason(change) and not release.reason.strip():
            yield _(
                "This changes %(thing)s, which is published. Say why; the reason is published with it."
            ) % {"thing": called(change)}


def needs_public_reason(change: Change) -> bool:
    """Whether a later version of it has no reason of its own, so that its publication must say it."""
    return not change.noun.version.own_reason and change.noun.name not in WITHOUT_REASON


def unsaid_text(change: Change) -> str:
    said = {"thing": capfirst(called(change))}
    if change.noun.name == "observation":
        return _("%(thing)s is published by now. Say what kind of change this is, and why.") % said
    return (
        _("%(thing)s is published by now. Say why it changes, on whose authority, and when it was decided.")
        % said
    )


# Withdrawals


def still_referred_to(changes: Sequence[Change]) -> Iterator[str]:
    """Things that would be withdrawn while something that stands refers to them."""
    own = {(change.noun, change.key) for change in changes}
    for change in changes:
        if not change.content.get("withdrawn") or len(change.noun.key) > 1:
            continue
        others = list(referring(change, own))
        if others:
            yield _(
                "%(thing)s cannot be withdrawn while this refers to it: %(others)s. Change or withdraw that first."
            ) % {
                "thing": capfirst(called(change)),
                "others": _(", ").join(others[:3]) + ("" if len(others) < 4 else " …"),
            }


def referring(change: Change, own: set[tuple]) -> Iterator[str]:
    """Names of what stands and refers to a thing, apart from what the same release says anew."""
    identity = change.noun.version._meta.get_field(change.noun.version.key[0]).related_model
    for kind in nouns():
        for field in kind.fields:
            if not isinstance(field, Identified) or field.related_model is not identity:
                continue
            if (kind == change.noun and field.name in kind.version.key) or (kind.name, field.name) in PARTS:
                continue
            for row in kind.version.objects.as_at(LAST).filter(**{field.attname: change.key[0]}):
                if (kind, kind.key_of(kind.content(row))) not in own:
                    yield thing(kind, row)


def referring_to_withdrawn(changes: Sequence[Change]) -> Iterator[str]:
    """Things that would refer to what was withdrawn."""
    named: dict[str, set[str]] = defaultdict(set)
    for change in changes:
        for name, code in references(change):
            named[name].add(code)
    gone = {(name, code) for name, codes in named.items() for code in withdrawn_among(noun(name), codes)}
    gone -= {(change.noun.name, change.key[0]) for change in changes}
    for change in changes:
        for name, code in references(change):
            if (name, code) in gone:
                said = {"thing": capfirst(called(change)), "code": code}
                yield _("%(thing)s refers to %(code)s, which was withdrawn.") % said


def references(change: Change) -> Iterator[tuple[str, str]]:
    """Noun and code of each thing that a change would refer to."""
    if change.content.get("withdrawn"):
        return
    for field in change.noun.fields:
        code = change.content[field.attname]
        if isinstance(field, Identified) and code:
            name = field.related_model._meta.model_name
            if name != change.noun.name or field.name not in change.noun.version.key:
                yield name, code


def withdrawn_among(kind: Noun, codes: set[str]) -> set[str]:
    (key,) = kind.key
    rows = kind.version.objects.filter(**{f"{key}__in": codes})
    if not rows.filter(withdrawn=True).exists():
        return set()
    last = rows.order_by("publication_id").values_list(key, "withdrawn")
    return {code for code, withdrawn in dict(last).items() if withdrawn}


# Names


def called(change: Change) -> str:
    return thing(change.noun, change.noun.version(**change.content))


def thing(kind: Noun, row: Any) -> str:
    """A thing in words: the indicator R&D, share of GDP."""
    said = name_of(row) or " ".join(str(getattr(row, name)) for name in kind.key)
    return _("%(kind)s “%(name)s”") % {"kind": row._meta.verbose_name, "name": said[:120]}
