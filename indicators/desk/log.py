"""All that was done with an indicator, from the first saved version of a value or text to its publication.

The audit trail says what each save said; what it replaced is what the draft held before, or else what was public then.
"""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from blueprint.differences import Names, breakdown_name, changed_fields
from blueprint.models import Event, Publication, Release, User
from blueprint.nouns import Change, Noun, noun
from blueprint.pre_release import SEEN
from blueprint.wording import words
from blueprint.workflow import State

from ..figures import period_label
from ..models.observation import TOTAL
from .stages import deed

# The nouns that are about one indicator.
ABOUT = ("observation", "evidence", "target", "baseline", "indicator")
Key = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Altered:
    """One field: what it said and what it says."""

    field: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Thing:
    """What was written of one thing: a figure, a target, a text."""

    subject: str
    altered: tuple[Altered, ...]
    why: str


@dataclass(frozen=True)
class Step:
    """One thing that somebody did. ``who`` is empty where it was the clock, or the loading of published sources."""

    at: datetime.datetime
    who: str
    deed: str
    why: str = ""
    release: int | None = None
    publication: int | None = None
    things: tuple[Thing, ...] = ()

    @property
    def values(self) -> list[tuple[str, Altered]]:
        """Of which period, and what became of its value."""
        altered = [(thing.subject, row) for thing in self.things for row in thing.altered]
        return [(subject, row) for subject, row in altered if row.field == "value"]


@dataclass(frozen=True)
class Said:
    """What one event or publication says of one thing: the change, and what it replaced. No change: it was taken out."""

    change: Change | None
    before: models.Model | None


class Log:
    """Of one indicator, as far as a person may see the work on it. Newest first."""

    def __init__(self, indicator: Any, user: User, number: int):
        self.indicator, self.number = indicator, number
        self.code = indicator.indicator_id
        self.releases = releases_about(self.code, user)
        self.hidden = embargoed(self.code, user)
        self.drafts: dict[int, dict[Key, Change]] = defaultdict(dict)
        self.read: dict[str, list[models.Model]] = {}

    @cached_property
    def numbers(self) -> dict[int, int]:
        return dict(self.releases.filter(publication__isnull=False).values_list("pk", "publication"))

    def versions(self, name: str) -> list[models.Model]:
        if name not in self.read:
            rows = noun(name).version.objects.filter(indicator=self.code).select_related("publication")
            rows = rows.defer("publication__leaf", "publication__tree_nodes").order_by("publication_id")
            self.read[name] = list(rows)
        return self.read[name]

    def steps(self) -> list[Step]:
        found = [(event.at, event, self.said_by(event)) for event in self.events()]
        found += [
            (publication.recorded_at, publication, said) for publication, said in self.without_release()
        ]
        found.sort(key=lambda each: each[0], reverse=True)
        names = self.names(said for _at, _source, each in found for said in each)
        return [self.told(source, said, names) for _at, source, said in found]

    def latest(self, count: int) -> list[Step]:
        """The last steps at the desk, read without those before them."""
        found = [(event, self.said_by(event)) for event in reversed(self.events().reverse()[:count])]
        names = self.names(said for _event, each in found for said in each)
        return [self.told(event, said, names) for event, said in reversed(found)]

    def events(self) -> models.QuerySet:
        """Oldest first: what a save replaced is what those before it left in the draft."""
        rows = Event.objects.filter(release__in=self.releases.values("pk"), refused=False)
        return rows.exclude(verb=SEEN).select_related("actor").order_by("pk")

    # What was said

    def said_by(self, event: Event) -> list[Said]:
        draft = self.drafts[event.release_id]
        removed = [
            Change.from_canonical(each) for each in event.detail.get("before", []) if self.is_about(each)
        ]
        # What it replaced in the draft, even where the steps before it are not read.
        draft |= {key_of(change): change for change in removed}
        changes = [
            Change.from_canonical(each) for each in event.detail.get("changes", []) if self.is_about(each)
        ]
        if event.verb == "open_release":
            changes += self.proposed(event.release_id)
        said = [Said(change, self.before(draft, change, event.at)) for change in changes]
        kept = {key_of(change) for change in changes}
        said += [Said(None, row_of(change)) for change in removed if key_of(change) not in kept]
        for change in removed:
            draft.pop(key_of(change), None)
        draft |= {key_of(change): change for change in changes}
        return said

    def is_about(self, canonical: dict[str, Any]) -> bool:
        about = canonical.get("noun") in ABOUT and canonical.get("indicator_id") == self.code
        return about and key_of(Change.from_canonical(canonical)) not in self.hidden

    def proposed(self, release: int) -> list[Change]:
        """A release of texts is proposed whole, in one step."""
        central = self.releases.filter(pk=release).exclude(track=Release.Track.OFFICE)
        if not central:
            return []
        entries = (noun(name).entry.objects.filter(release=release, indicator=self.code) for name in ABOUT)
        return [Change.from_entry(entry) for rows in entries for entry in rows]

    def before(self, draft: dict[Key, Change], change: Change, at: datetime.datetime) -> models.Model | None:
        if drafted := draft.get(key_of(change)):
            return row_of(drafted)
        return self.public(change, lambda publication: publication.recorded_at <= at)

    def public(self, change: Change, stood: Callable[[Publication], bool]) -> models.Model | None:
        rows = [
            row
            for row in self.versions(change.noun.name)
            if key_in(change.noun, row) == change.key and stood(row.publication)
        ]
        return rows[-1] if rows else None

    def without_release(self) -> Iterator[tuple[Publication, list[Said]]]:
        """What became public by no release that the person sees: loaded from sources, or another office's."""
        own, found = set(self.numbers.values()), defaultdict(list)
        for name in ABOUT:
            for row in self.versions(name):
                if row.publication_id not in own:
                    change = Change(noun(name), noun(name).content(row))
                    earlier = self.public(change, lambda p, n=row.publication_id: p.number < n)
                    found[row.publication].append(Said(change, earlier))
        yield from found.items()

    # In words

    def names(self, said: Iterable[Said]) -> Names:
        said = list(said)
        rows = {index: each.before for index, each in enumerate(said) if each.before is not None}
        return Names([each.change for each in said if each.change], rows, self.number)

    def told(self, source: Event | Publication, said: Sequence[Said], names: Names) -> Step:
        return Step(**self.around(source), things=tuple(self.thing(each, names) for each in said))

    def thing(self, said: Said, names: Names) -> Thing:
        row = row_of(said.change) if said.change else said.before
        return Thing(self.subject(row), tuple(self.altered(said, names)), getattr(row, "reason", ""))

    def around(self, source: Event | Publication) -> dict[str, Any]:
        if isinstance(source, Publication):
            said = _("loaded from published sources") if source.loaded else _("published it")
            number = {"publication": source.number, "release": None}
            return {"at": source.recorded_at, "who": "", "deed": said, "why": source.reason, **number}
        published = self.numbers.get(source.release_id) if source.verb == "publish" else None
        return {
            "at": source.at,
            "who": source.actor.name if source.actor else "",
            "deed": deed(source),
            "why": source.detail.get("note", ""),
            "release": source.release_id,
            "publication": published,
        }

    def subject(self, row: models.Model) -> str:
        kind = row._meta.verbose_name if row._meta.model_name != "observation" else ""
        period = getattr(row, "period", "") or getattr(row, "due", "")
        part = getattr(row, "breakdown", TOTAL)
        named = [kind, period_label(period) if period else "", breakdown_name(self.indicator, part)]
        return _(", ").join(str(name) for name in named if name)

    def altered(self, said: Said, names: Names) -> Iterator[Altered]:
        if said.change is None:
            yield Altered("", _("taken out of the draft"), figure_of(said.before, names), "")
            return
        for row in changed_fields(said.change.noun, said.before, row_of(said.change), names):
            said_of = ("" if text == _("nothing") else text for text in (row.before, row.after))
            yield Altered(row.field, row.name, *said_of)


def figure_of(row: models.Model, names: Names) -> str:
    """What a thing that was taken out of a draft said first of all."""
    changes = changed_fields(noun(row._meta.model_name.removesuffix("version")), None, row, names)
    return next((change.after for change in changes), "")


def releases_about(code: str, user: User) -> models.QuerySet:
    """The releases that hold something of an indicator or once did, as far as the person sees them."""
    held = Q(events__detail__indicator=code)
    for name in ABOUT:
        held |= Q(pk__in=noun(name).entry.objects.filter(indicator=code).values("release"))
    found = Release.objects.filter(held).values("pk")
    return Release.objects.visible_to(user).filter(pk__in=found)


def embargoed(code: str, user: User) -> set[Key]:
    """What waits approved where the person does not see it: in whatever release it stood before, as in one that was
    put into another, it is not told before its moment either."""
    seen = Release.objects.visible_to(user).values("pk")
    waiting = list(Release.objects.in_state(State.APPROVED).exclude(pk__in=seen).values_list("pk", flat=True))
    if not waiting:
        return set()
    return {
        (name, key_in(noun(name), row))
        for name in ABOUT
        for row in noun(name).entry.objects.filter(release__in=waiting, indicator=code)
    }


def key_of(change: Change) -> Key:
    return change.noun.name, change.key


def key_in(kind: Noun, row: models.Model) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in kind.key)


def row_of(change: Change) -> models.Model:
    return change.noun.version(**change.content)


def name_of(indicator: Any) -> str:
    return words(indicator, "short_name") or words(indicator, "name") or indicator.indicator_id
