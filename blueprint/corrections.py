"""What we got wrong: every published figure, target and text that another one replaced, and what was withdrawn."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, TextField, Value, When
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from indicators.models import IndicatorVersion, Observation, TargetVersion, UnitVersion
from indicators.models.observation import Kind
from indicators.notices import in_pairs, notice_of, replacing, target_change_text

from .differences import Names, field_changes
from .filters import check_asked, filters_in_force
from .models import Publication
from .moment import public
from .nouns import Change, Noun, noun
from .paging import paged
from .wording import reader, words

ON_A_PAGE = 40
# Texts, lists and findings. A milestone, an action or a seat moves on by its nature: that corrects nothing.
TEXTS = (
    "plan", "direction", "strategy", "measure", "stagestatement", "office", "source", "stage", "unit", "indicator",
    "baseline", "initiative", "committee", "meeting", "finding",
)  # fmt: skip
# What moves on by its nature is listed only when it is taken back.
MOVING = ("milestone", "action", "seat", "calendaritem")
ERRORS = (Kind.CORRECTION, Kind.WITHDRAWAL)
KINDS = [
    (Kind.CORRECTION.value, Kind.CORRECTION.label),
    (Kind.WITHDRAWAL.value, Kind.WITHDRAWAL.label),
    (Kind.REVISION.value, Kind.REVISION.label),
    (Kind.METHOD_CHANGE.value, Kind.METHOD_CHANGE.label),
    ("target", gettext_lazy("changed target")),
    ("text", gettext_lazy("changed text or finding")),
]


class CorrectionFilter(forms.Form):
    """The filters as they stand in the address."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    year = forms.ChoiceField(label=gettext_lazy("Year"), required=False)
    indicator = forms.ChoiceField(label=gettext_lazy("Indicator"), required=False)

    def __init__(self, data, *, number):
        super().__init__(data, auto_id="filter-%s")
        days = Publication.objects.filter(number__lte=number).order_by()
        years = [str(day.year) for day in days.dates("published_on", "year", order="DESC")]
        named = IndicatorVersion.objects.as_at(number)
        indicators = sorted(
            (words(row, "short_name") or words(row, "name"), row.indicator_id) for row in named
        )
        for name, choices in (
            ("kind", KINDS),
            ("year", [(year, year) for year in years]),
            ("indicator", [(code, name) for name, code in indicators]),
        ):
            self.fields[name].choices = [("", _("all")), *choices]
        check_asked(self)

    @property
    def form(self):
        return self

    @property
    def active(self):
        return filters_in_force(self)


@dataclass(frozen=True)
class Correction:
    """One thing that was put otherwise: what it is about, what happened to it, and when."""

    is_error: bool
    kind: str
    publication: Publication
    code: str = ""
    about: Any = None
    text: str = ""
    note: str = ""
    difference: Any = None

    @property
    def rows(self) -> list[Any]:
        """Of a changed text, the fields that changed, in the reader's language if any of them is."""
        own = [row for row in self.difference.rows if row.language in ("", reader())]
        return own or list(self.difference.rows)


@public
def corrections(request):
    moment = request.moment
    chosen = CorrectionFilter(request.GET, number=moment.number)
    page = paged(request, listed(moment.number, **chosen.cleaned_data), ON_A_PAGE)
    found = told(page["part"].object_list, moment.number)
    context = {
        "page": "corrections",
        "filter": chosen,
        "errors": [each for each in found if each.is_error],
        "changes": [each for each in found if not each.is_error],
        **page,
    }
    return render(request, "blueprint/corrections.html", context)


# Which rows


def listed(number: int, *, kind: str = "", year: str = "", indicator: str = "") -> QuerySet:
    """(0 for what was wrong or 1, publication, noun, pk) of all that was put otherwise: errors first, newest first."""
    parts = []
    if kind not in ("target", "text"):
        parts.append(figure_rows(number, kind))
    if kind in ("", "target", Kind.WITHDRAWAL):
        parts.append(
            later_rows(noun("target"), number, withdrawn=None if not kind else kind == Kind.WITHDRAWAL)
        )
    for name in (*TEXTS, *MOVING) if kind in ("", "text", Kind.WITHDRAWAL) else ():
        withdrawn = True if name in MOVING or kind == Kind.WITHDRAWAL else (False if kind else None)
        if kind != "text" or name in TEXTS:
            parts.append(later_rows(noun(name), number, withdrawn=withdrawn))
    if indicator:
        parts = [rows.filter(indicator=indicator) for rows in parts if hasattr(rows.model, "indicator")]
    if year:
        parts = [rows.filter(publication__published_on__year=int(year)) for rows in parts]
    columns = ("rank_of", "publication_id", "noun_name", "pk")
    first, *others = [rows.order_by().values_list(*columns) for rows in parts]
    return first.union(*others, all=True).order_by("rank_of", "-publication_id", "noun_name", "pk")


def figure_rows(number: int, kind: str) -> QuerySet:
    rows = Observation.objects.filter(publication__lte=number).exclude(kind=Kind.FIRST)
    same = {name: OuterRef(name) for name in Observation.key}
    rows = rows.filter(Exists(Observation.objects.filter(**same, publication__lt=OuterRef("publication"))))
    return ranked(rows.filter(kind=kind) if kind else rows, "observation", Q(kind__in=ERRORS))


def later_rows(kind: Noun, number: int, *, withdrawn: bool | None) -> QuerySet:
    """Versions that replaced another; those that take it back, those that do not, or both."""
    model = kind.version
    same = {name: OuterRef(name) for name in kind.key}
    earlier = model.objects.filter(**same, publication__lt=OuterRef("publication"))
    rows = model.objects.filter(Exists(earlier), publication__lte=number)
    if withdrawn is not None:
        rows = rows.filter(withdrawn=withdrawn)
    return ranked(rows, kind.name, Q(withdrawn=True))


def ranked(rows: QuerySet, name: str, is_error: Q) -> QuerySet:
    rank = Case(When(is_error, then=Value(0)), default=Value(1), output_field=IntegerField())
    return rows.annotate(rank_of=rank, noun_name=Value(name, TextField()))


# In words


def told(rows: Iterable[tuple[int, int, str, int]], number: int) -> list[Correction]:
    """The corrections of these rows, in their order. A few queries for each noun, however many rows."""
    rows = list(rows)
    wanted: dict[str, list[int]] = defaultdict(list)
    for _rank, _publication, name, pk in rows:
        wanted[name].append(pk)
    numbers = {publication for _rank, publication, _name, _pk in rows}
    publications = Publication.objects.defer("leaf", "tree_nodes").in_bulk(numbers)
    found: dict[tuple[str, int], Correction] = {}
    indicators = named(IndicatorVersion, number) if wanted.keys() & {"observation", "target"} else {}
    units = named(UnitVersion, number) if indicators else {}
    for pk, after, before in changed_versions("observation", wanted):
        indicator = indicators.get(after.indicator_id)
        after.publication = publications[after.publication_id]
        notice = notice_of(before, after, indicator, units)
        found["observation", pk] = Correction(
            is_error=notice.is_error,
            kind=notice.kind_label,
            publication=after.publication,
            code=after.indicator_id,
            about=indicator,
            text=notice.short_text,
            note=notice.reason,
        )
    for pk, after, before in changed_versions("target", wanted):
        indicator = indicators.get(after.indicator_id)
        unit = units.get(indicator.unit_id) if indicator else None
        found["target", pk] = Correction(
            is_error=after.withdrawn,
            kind=str(Kind.WITHDRAWAL.label if after.withdrawn else _("changed target")),
            publication=publications[after.publication_id],
            code=after.indicator_id,
            about=indicator,
            text=_("Target: %(event)s") % {"event": target_change_text(before, after, unit)},
            note=why(after),
        )
    found |= told_texts(wanted, publications, number)
    return [found[name, pk] for _rank, _publication, name, pk in rows]


def named(model: Any, number: int) -> dict[str, Any]:
    return {getattr(row, model.key[0] + "_id"): row for row in model.objects.as_at(number, or_first=True)}


def why(target: TargetVersion) -> str:
    said = {"reason": target.reason, "authority": target.authority}
    return _("%(reason)s (%(authority)s)") % said if target.authority else target.reason


def changed_versions(name: str, wanted: dict[str, list[int]]) -> Iterable[tuple[int, Any, Any]]:
    """(pk, version, the one before it) of each wanted row of a noun."""
    if name not in wanted:
        return
    pks, kind = set(wanted[name]), noun(name)
    rows = list(kind.version.objects.filter(pk__in=pks))
    if name == "observation":
        pairs = in_pairs(replacing(rows))
    else:
        keys = {tuple(getattr(row, part) for part in kind.key) for row in rows}
        stood = kind.version.objects.filter(**{f"{kind.key[0]}__in": {key[0] for key in keys}})
        pairs = paired(kind, stood.order_by("publication_id"))
    for before, after in pairs:
        if after.pk in pks:
            yield after.pk, after, before


def paired(kind: Noun, rows: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    last: dict[tuple, Any] = {}
    for row in rows:
        key = tuple(getattr(row, part) for part in kind.key)
        if key in last:
            yield last[key], row
        last[key] = row


def told_texts(
    wanted: dict[str, list[int]], publications: dict[int, Publication], number: int
) -> dict[tuple[str, int], Correction]:
    changed: list[tuple[str, int, Change, Any, int]] = []
    for name in (*TEXTS, *MOVING):
        for pk, after, before in changed_versions(name, wanted):
            changed.append(
                (name, pk, Change(noun(name), noun(name).content(after)), before, after.publication_id)
            )
    if not changed:
        return {}
    earlier = {(place, ()): before for place, (*_rest, before, _number) in enumerate(changed)}
    names = Names([change for _name, _pk, change, *_rest in changed], earlier, number)
    found = {}
    for name, pk, change, before, publication in changed:
        withdrawn = bool(change.content["withdrawn"])
        found[name, pk] = Correction(
            is_error=withdrawn,
            kind=str(Kind.WITHDRAWAL.label if withdrawn else _("changed text or finding")),
            publication=publications[publication],
            difference=field_changes(change, before, names),
        )
    return found
