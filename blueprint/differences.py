"""What a change changes, in words: every field before and after. One home for releases that wait and for what is public."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import JSONField
from django.urls import reverse
from django.utils.translation import gettext as _

from indicators.comments import comment_in, comment_of
from indicators.figures import difference, number, period_label, with_unit
from indicators.models.observation import TOTAL, Kind, ObservationStatus
from indicators.notices import share_text

from .models import Identified, PersonName
from .nouns import Change, Noun, noun
from .together import read_together
from .wording import (
    FALLBACK,
    LANGUAGES,
    OWN_NAMES,
    TAGS,
    Wording,
    day_text,
    reader,
    told,
    wording,
    wording_of,
    words,
)

# The text column that says what a thing is called.
CALLED = {
    "office": "name",
    "calendaritem": "title",
    "plan": "title",
    "measure": "text",
    "stagestatement": "text",
    "initiative": "name",
    "milestone": "title",
    "unit": "name",
    "stage": "name",
    "indicator": "name",
    "committee": "name",
    "action": "text",
}
# Fields that a thing's name already holds.
IN_NAMES = {noun: [f"{column}_{language}" for language in LANGUAGES] for noun, column in CALLED.items()} | {
    "direction": ["number", "text_en", "text_zh_hant", "text_zh_hans"],
    "strategy": ["number", "text_en", "text_zh_hant", "text_zh_hans"],
    "source": ["title"],
    "evidence": ["title", "file_name"],
    "meeting": ["number"],
    "seat": ["holder_en", "holder_zh_hant", "holder_zh_hans"],
    "target": ["indicator_id", "stage_id"],
}
PERIODS = {"period", "due"}
SOURCES = {"source", "caution_source"}
# Said beside what changed, or for the machine's order alone.
NOT_LISTED = {"withdrawn", "reason", "due_end"}


@dataclass(frozen=True)
class FieldChange:
    """One field of a thing. ``language`` is that of its column, empty where the field is no text in three."""

    field: str
    name: str
    label: str
    before: str
    after: str
    language: str = ""

    @property
    def tag(self) -> str:
        return TAGS[self.language]


@dataclass(frozen=True)
class Difference:
    """One thing: what it is called, and each field that changes; of a new thing every field that says something."""

    kind: Noun
    key: str
    name: Wording
    url: str
    is_new: bool
    is_withdrawn: bool
    rows: tuple[FieldChange, ...]
    reason: str

    @property
    def noun(self) -> str:
        return self.kind.version._meta.verbose_name

    @property
    def said(self) -> list[FieldChange]:
        """What a new thing says beside its name, each text once: in the reader's language or the nearest that has it."""
        order = FALLBACK[reader()]
        nearest: dict[str, FieldChange] = {}
        for row in self.rows:
            if row.field in IN_NAMES.get(self.kind.name, ()):
                continue
            best = nearest.get(row.label)
            if best is None or order.index(row.language) < order.index(best.language):
                nearest[row.label] = row
        return list(nearest.values())


Before = dict[tuple[Noun, tuple], models.Model]


def rows_before(changes: Iterable[Change], publications: Collection[int]) -> Before:
    """What the changes replace, read from the publications that made it: one query a noun."""
    keys: dict[Noun, set[tuple]] = defaultdict(set)
    for change in changes:
        keys[change.noun].add(change.key)
    found: Before = {}
    for kind, wanted in keys.items() if publications else ():
        rows = kind.version.objects.filter(publication__in=publications)
        rows = rows.filter(**{f"{kind.key[0]}__in": {key[0] for key in wanted}}).order_by("publication_id")
        for row in rows:
            key = tuple(getattr(row, name) for name in kind.key)
            if key in wanted:
                found[kind, key] = row
    return found


class Names:
    """What codes and commitments in changes stand for, read once for all of them, of every noun together."""

    def __init__(self, changes: Sequence[Change], before: Before, number: int):
        self.number = number
        self.versions: dict[tuple[str, str], Any] = {}
        rows = [proposed(change) for change in changes] + list(before.values())
        for row in rows:
            if kind := single(row):
                self.versions[kind.name, getattr(row, kind.key[0])] = row
        self.read(referred_to(rows))
        # The unit says how a figure is written; what refers to an indicator does not name it.
        self.read(referred_to([v for (kind, _code), v in self.versions.items() if kind == "indicator"]))
        sealed = {getattr(row, name) for row in rows for name in names_kept_apart(row)}
        kept = PersonName.objects.filter(commitment__in=sealed) if sealed else PersonName.objects.none()
        self.persons = dict(kept.values_list("commitment", "name"))

    def read(self, references: dict[str, set[str]]) -> None:
        wanted = {}
        for name, codes in references.items():
            kind = noun(name)
            if unknown := {code for code in codes if (name, code) not in self.versions}:
                rows = kind.version.objects.filter(**{f"{kind.key[0]}__in": unknown})
                wanted[name] = rows.as_at(self.number, or_first=True)
        for name, found in read_together(**wanted).items() if wanted else ():
            for row in found:
                self.versions[name, getattr(row, noun(name).key[0])] = row

    def version(self, name: str, code: str) -> Any:
        return self.versions.get((name, code))

    def called(self, name: str, code: str) -> Wording:
        row = self.version(name, code)
        return name_of(noun(name), row, self) if row is not None else as_it_is(code)

    def unit_of(self, indicator: str) -> Any:
        version = self.version("indicator", indicator)
        return self.version("unit", version.unit_id) if version else None


def proposed(change: Change) -> Any:
    return change.noun.version(**change.content)


def kind_of_row(row: models.Model) -> Noun:
    return noun(row._meta.model_name.removesuffix("version"))


def single(row: models.Model) -> Noun | None:
    """The noun of a row that is the one version of an identity, which codes refer to."""
    kind = kind_of_row(row)
    first = row._meta.get_field(row.key[0])
    own = isinstance(first, Identified) and first.related_model._meta.model_name == kind.name
    return kind if own else None


def referred_to(rows: Iterable[models.Model]) -> dict[str, set[str]]:
    """Noun -> codes of all that the rows refer to, in keys and in lists of sources."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for field in kind_of_row(row).fields:
            value = getattr(row, field.attname)
            if isinstance(field, Identified) and value:
                found[field.related_model._meta.model_name].add(value)
            elif field.name == "sources":
                found["source"].update(value or [])
            elif field.name in SOURCES and value:
                found["source"].add(value)
    return found


def names_kept_apart(row: models.Model) -> tuple[str, ...]:
    return kind_of_row(row).names


# What a thing is called, and where its page is


def as_it_is(text: Any) -> Wording:
    return Wording(str(text), reader(), fallback=False, ours=False)


def name_of(kind: Noun, row: Any, names: Names) -> Wording:
    if kind.name in CALLED:
        return wording(row, CALLED[kind.name])
    if kind.name in ("direction", "strategy"):
        text = wording(row, "text")
        return Wording(f"{row.number} {text.text}", text.language, text.fallback, text.ours)
    if kind.name == "meeting":
        return as_it_is(_("Meeting %(number)s") % {"number": row.number})
    if kind.name == "seat":
        return holder(row, names)
    if kind.name in ("source", "evidence"):
        return told(row.title) if row.title else as_it_is(getattr(row, "file_name", "") or row.url)
    if kind.name == "finding":
        return names.called("strategy", row.strategy_id)
    if kind.name == "target":
        return joined(names.called("indicator", row.indicator_id), names.called("stage", row.stage_id))
    return names.called("indicator", row.indicator_id)


def joined(first: Wording, second: Wording) -> Wording:
    return Wording(f"{first.text}{_(', ')}{second.text}", first.language, first.fallback, first.ours)


def holder(seat: Any, names: Names) -> Wording:
    """Who sits there; the post where the name was removed."""
    said = {code: getattr(seat, f"holder_{code}") for code in LANGUAGES}
    holder = wording_of({code: names.persons.get(name, name) for code, name in said.items()})
    return holder if holder.text else wording(seat, "post")


def page_of(kind: Noun, row: Any) -> tuple[str, str, str]:
    """(address, noun and code of the thing whose page it is); an empty address for what has no page."""
    if hasattr(row, "indicator_id"):
        return reverse("indicators:indicator", args=[row.indicator_id]), "indicator", row.indicator_id
    if hasattr(row, "initiative_id"):
        return reverse("strategies:initiative", args=[row.initiative_id]), "initiative", row.initiative_id
    if kind.name == "direction":
        return reverse("direction", args=[row.direction_id]), "direction", row.direction_id
    if kind.name in ("strategy", "measure", "finding", "action"):
        return reverse("strategies:strategy", args=[row.strategy_id]), "strategy", row.strategy_id
    if kind.name == "meeting" and not row.example:
        return reverse("committee:meeting", args=[row.number]), "meeting", row.meeting_id
    if kind.name in ("committee", "seat"):
        return reverse("committee:committee"), "committee", row.committee_id
    if kind.name == "calendaritem":
        return reverse("calendar"), "calendaritem", row.calendar_item_id
    return (reverse("overview"), "plan", row.plan_id) if kind.name == "plan" else ("", "", "")


def link_of(kind: Noun, row: Any, names: Names, *, withdrawn: bool) -> str:
    """A thing's page as it stood from this publication on; of what is taken back, the last that showed it."""
    url, name, code = page_of(kind, row)
    thing = names.version(name, code)
    if not url or thing is None:
        return ""
    own = single(row) is not None
    number = names.number - 1 if withdrawn and own else max(names.number, thing.publication_id or 0)
    anchor = f"#item-{code}" if kind.name == "calendaritem" else ""
    return f"{url}?as_at={number}{anchor}"


# Fields before and after


def field_changes(change: Change, before: Any, names: Names, *, linked: bool = False) -> Difference:
    """Any public thing but a figure. Only what is public has a page to link to."""
    after = proposed(change)
    withdrawn = bool(change.content.get("withdrawn"))
    again = before is not None and getattr(before, "withdrawn", False) and not withdrawn
    known = None if again else before
    named = before if withdrawn and before is not None else after
    return Difference(
        kind=change.noun,
        key=" · ".join(str(part) for part in change.key),
        name=name_of(change.noun, named, names),
        url=link_of(change.noun, named, names, withdrawn=withdrawn) if linked else "",
        is_new=known is None,
        is_withdrawn=withdrawn,
        rows=() if withdrawn else tuple(changed_fields(change.noun, known, after, names)),
        reason=change.content.get("reason", ""),
    )


def changed_fields(kind: Noun, before: Any, after: Any, names: Names) -> Iterable[FieldChange]:
    for field in kind.fields:
        if field.attname in kind.key or field.name in NOT_LISTED:
            continue
        old = getattr(before, field.attname) if before is not None else field.get_default()
        new = getattr(after, field.attname)
        if field.name in kind.names:
            old, new = names.persons.get(old, old), names.persons.get(new, new)
        if old != new:
            yield FieldChange(
                field=field.attname,
                name=title_of(field),
                label=str(getattr(field, "label", field.verbose_name)),
                before=shown(field, old, before, names) if before is not None else "",
                after=shown(field, new, after, names),
                language=getattr(field, "language", ""),
            )


def title_of(field: models.Field) -> str:
    """What a field is called; a text beside its language, by that language's own name."""
    if language := getattr(field, "language", ""):
        return f"{field.label}{_(' (%(note)s)') % {'note': OWN_NAMES[language]}}"
    return str(field.verbose_name)


def shown(field: models.Field, value: Any, row: Any, names: Names) -> str:
    """A field's value for a reader of any noun."""
    if value in (None, "", [], {}):
        return _("nothing")
    if isinstance(field, Identified):
        return names.called(field.related_model._meta.model_name, value).text
    if isinstance(field, JSONField):
        return listed(field, value, names)
    if field.name in SOURCES:
        return names.called("source", value).text
    if field.name == "figures_as_at":
        return _("Publication %(number)s") % {"number": value}
    return plain(field, value, row, names)


def plain(field: models.Field, value: Any, row: Any, names: Names) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return (
            with_unit(value, names.unit_of(row.indicator_id))
            if hasattr(row, "indicator_id")
            else number(value)
        )
    if isinstance(value, datetime.date):
        return day_text(value)
    if isinstance(value, datetime.time):
        return f"{value:%H:%M}"
    if field.name in PERIODS:
        return period_label(value)
    return str(dict(field.flatchoices).get(value, value))


def listed(field: models.Field, value: Any, names: Names) -> str:
    """What stands in a list or under names: sources by title, languages by name, texts in the reader's language."""
    if isinstance(value, dict):
        if set(value) <= set(LANGUAGES):
            return wording_of(value).text
        return _("; ").join(f"{key}{_(': ')}{listed(field, item, names)}" for key, item in value.items())
    if isinstance(value, list):
        return _("; ").join(listed(field, item, names) for item in value)
    if field.name == "sources":
        return names.called("source", value).text
    if field.name == "unofficial":
        return OWN_NAMES.get(value, str(value))
    return str(value)


# Figures


def figure_change(change: Change, before: Any, names: Names) -> dict[str, Any]:
    """A figure and what stood in its place before, with the difference as readers measure it."""
    content, said = change.content, comment_of(change.content)
    code = content["indicator_id"]
    indicator, unit = names.version("indicator", code), names.unit_of(code)
    comparable = before is not None and before.value is not None and content["value"] is not None
    return {
        "indicator": indicator,
        "code": code,
        "period_code": content["period"],
        "period": period_label(content["period"]),
        "breakdown": breakdown_name(indicator, content["breakdown"]),
        "is_new": before is None,
        "before": with_unit(before.value, unit, before.qualifier) if before else _("not published yet"),
        "after": with_unit(content["value"], unit, content["qualifier"]),
        "difference": signed(content["value"] - before.value, unit) if comparable else "",
        # A rank is a place in a list: a share of it says nothing.
        "percent": percent(before.value, content["value"]) if comparable and not is_rank(unit) else "",
        "kind": Kind(content["kind"]).label,
        "status": ObservationStatus(content["status"]).label,
        "break_before": content["break_before"],
        "reason": content["reason"],
        "notes": {name: comment_in(name, said) for name in LANGUAGES},
        "comment": said,
    }


def breakdown_name(indicator: Any, breakdown: str) -> str:
    if breakdown == TOTAL or indicator is None:
        return "" if breakdown == TOTAL else breakdown
    categories = {c["code"]: c for c in indicator.disaggregation.get("categories", [])}
    return wording_of(categories.get(breakdown, {}).get("name", {})).text or breakdown


def signed(change: Decimal, unit: Any) -> str:
    said = difference(abs(change), unit)
    return said if change == 0 else f"{'+' if change > 0 else '−'}{said}"


def percent(before: Decimal, after: Decimal) -> str:
    """The change in per cent of the earlier value; of nothing there is none, and of no change neither."""
    return share_text(after - before, before) if before != 0 and after != before else ""


def is_rank(unit: Any) -> bool:
    return unit is not None and unit.is_rank


def short_name(indicator: Any, code: str) -> str:
    return (words(indicator, "short_name") or words(indicator, "name")) if indicator else code
