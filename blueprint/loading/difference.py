"""What a plan's files say otherwise than the site does, and the draft that proposes it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction

from blueprint.actions import open_release, touch
from blueprint.audit import record
from blueprint.clock import database_now
from blueprint.contents import changes_of, digest_of
from blueprint.models import PersonName, Publication, Release, User
from blueprint.nouns import Change, Noun, nouns, spelled
from indicators.models.observation import Kind

from .changes import changed_rows
from .publications import Planned
from .reader import Fault
from .schema import Files

Key = tuple[str, tuple]
WITHHELD = object()


@dataclass(frozen=True)
class Altered:
    """A thing that is to stand otherwise: its fields with their value before (None if it is new) and after."""

    change: Change
    fields: dict[str, tuple[Any, Any]]
    is_new: bool


@dataclass
class Difference:
    """What the files would change; what the site has changed since; what the files no longer or too late say."""

    altered: list[Altered] = field(default_factory=list)
    moved_on: list[Change] = field(default_factory=list)
    left_out: list[Key] = field(default_factory=list)
    too_late: list[Change] = field(default_factory=list)


@dataclass
class History:
    """All that was published of one thing, oldest first, and whether the last of it was loaded."""

    contents: list[dict[str, Any]]
    loaded: bool = False


def difference(planned: Sequence[Planned]) -> Difference:
    said: dict[Key, list[Change]] = defaultdict(list)
    for publication in planned:
        for change in publication.changes:
            said[change.noun.name, change.key].append(change)
    public = histories()
    found = Difference(
        left_out=[key for key, history in public.items() if history.loaded and key not in said]
    )
    for key, versions in said.items():
        compare(versions, public.get(key), found)
    return found


def histories() -> dict[Key, History]:
    loaded = set(Publication.objects.filter(loaded=True).values_list("number", flat=True))
    found: dict[Key, History] = {}
    for noun in nouns():
        names = holders(noun)
        for version in noun.version.objects.order_by("publication_id"):
            content = noun.content(version) | {name: names[getattr(version, name)] for name in noun.names}
            history = found.setdefault((noun.name, noun.key_of(content)), History([]))
            history.contents.append(content)
            history.loaded = version.publication_id in loaded
    return found


def holders(noun: Noun) -> dict[str, Any]:
    """Names behind the commitments. One that was made unreadable equals any name: it is not proposed anew."""
    names = defaultdict(lambda: WITHHELD, {"": ""})
    if noun.names:
        known = PersonName.objects.exclude(name="")
        names.update(known.values_list("commitment", "name"))
    return names


def compare(versions: list[Change], history: History | None, found: Difference) -> None:
    """Put one thing where it belongs. ``versions`` are those the files hold of it, the last being current."""
    public = history.contents if history else []
    last = versions[-1]
    found.too_late += [change for change in versions[:-1] if not any(same(change, old) for old in public)]
    if history is None:
        found.altered.append(Altered(last, new_fields(last), is_new=True))
        return
    change = as_revision(last, public[-1])
    fields = changed_fields(change, public[-1])
    if fields and not history.loaded and any(same(last, old) for old in public):
        found.moved_on.append(last)
    elif fields:
        found.altered.append(Altered(change, fields, is_new=False))


def as_revision(change: Change, before: dict[str, Any]) -> Change:
    """A first figure that was altered in its row is a revision: the site has had a first one."""
    if change.noun.name != "observation" or change.content["kind"] != Kind.FIRST:
        return change
    content = change.content
    unsaid = {"kind"} if content["reason"] else {"kind", "reason"}
    if not changed_fields(change, before).keys() - unsaid:
        return replace(change, content=content | {name: before[name] for name in unsaid})
    reason = content["reason"] or content["note_en"]
    return replace(change, content=content | {"kind": str(Kind.REVISION), "reason": reason})


def same(change: Change, content: dict[str, Any]) -> bool:
    return not changed_fields(change, content)


def changed_fields(change: Change, before: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {
        name: (before[name], value)
        for name, value in change.content.items()
        if before[name] is not WITHHELD and spelled(before[name]) != spelled(value)
    }


def new_fields(change: Change) -> dict[str, tuple[Any, Any]]:
    return {
        name: (None, value)
        for name, value in change.content.items()
        if name not in (*change.noun.key, "withdrawn") and value not in (None, "", [], {})
    }


# --- what a change must say of itself -------------------------------------------------------------------


def unsaid(altered: Sequence[Altered], files: Files) -> list[Fault]:
    """What the rows of published figures and targets that would change do not say: why, by whom, since when."""
    rows = {(change.noun.name, change.key): row for row, change in changed_rows(files)}
    faults: list[Fault] = []
    for item in altered:
        change = item.change
        row = rows.get((change.noun.name, change.key))
        for name in () if item.is_new or row is None else change.noun.version.unsaid(change.content):
            where = row.where(name)
            said = "is missing. The site has published this otherwise: write it."
            faults.append(Fault(where.file, where.line, where.field, said))
    return faults


def lacks_reason(altered: Sequence[Altered]) -> bool:
    """Whether something published would change that bears no reason of its own."""
    return any(not item.is_new and not item.change.noun.version.own_reason for item in altered)


# --- in words --------------------------------------------------------------------------------------------


def lines(found: Difference) -> Iterator[str]:
    for altered in found.altered:
        yield f"{named(altered.change)}{' (new)' if altered.is_new else ''}"
        for name, (before, after) in altered.fields.items():
            yield (
                f"    {name}: {shown(after)}"
                if altered.is_new
                else f"    {name}: {shown(before)} -> {shown(after)}"
            )
    for change in found.moved_on:
        yield f"{named(change)}: the site holds a later version; the files' earlier one is not proposed."
    for change in found.too_late:
        yield f"{named(change)}: an earlier version that was never public; the past cannot be published any more."
    for noun_name, key in found.left_out:
        yield f"{noun_name} {' '.join(key)}: no longer in the files; it stays public."


def named(change: Change) -> str:
    return f"{change.noun.name} {' '.join(change.key)}"


def shown(value: Any) -> str:
    said = spelled(value)
    return "(empty)" if said in (None, "", [], {}) else f"“{said}”" if isinstance(said, str) else str(said)


# --- the draft -------------------------------------------------------------------------------------------

TITLE = {
    "en": "Changes from the plan's data files",
    "zh_hant": "藍圖資料檔案的更改",
    "zh_hans": "蓝图资料文件的更改",
}


@transaction.atomic
def propose(altered: Sequence[Altered], *, by: User, reason: str = "") -> tuple[Release, bool]:
    """The draft that holds these changes, and whether it is new: the same is not proposed twice."""
    order = sorted(altered, key=lambda item: item.change.noun.order)
    changes = [item.change for item in order]
    if already := proposed(changes):
        return already, False
    release = open_release(track=Release.Track.CENTRAL, office=None, title=TITLE, by=by)
    Release.objects.filter(pk=release.pk).update(reason=reason)
    now = database_now()
    for change in changes:
        change.noun.entry.objects.create(release=release, saved_by=by, saved_at=now, **change.content)
    touch(release, by=by)
    record(
        "propose_plan",
        by=by,
        release=release,
        subject=str(release),
        version=release.version,
        entries=len(changes),
    )
    return release, True


def proposed(changes: Sequence[Change]) -> Release | None:
    digest = digest_of(changes)
    drafts = Release.objects.open().filter(track=Release.Track.CENTRAL)
    return next((draft for draft in drafts if digest_of(changes_of(draft)) == digest), None)
