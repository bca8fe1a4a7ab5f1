"""Pages of the publications: the list, what one of them changed, and the feed."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from .announcements import duration
from .clock import as_moment
from .differences import Names, field_changes, figure_change, rows_before
from .feed import feed_of
from .filters import PublicationFilterSet
from .models import Publication
from .moment import public
from .nouns import Change, noun, nouns, spelled
from .paging import paged
from .wording import reader, wording_of

# So many changes stand on one page; what the eye takes in at once is open, the rest folds away.
ON_A_PAGE = 100
OPEN = 6


@public
def publications(request):
    rows = Publication.objects.by(request.moment.number).defer("leaf", "tree_nodes")
    chosen = PublicationFilterSet(request.GET, rows)
    return render(
        request,
        "blueprint/publications.html",
        {"page": "publications", "filter": chosen, "total": rows.count(), **paged(request, chosen.qs, 40)},
    )


@public
def publication(request, number):
    moment = request.moment
    row = Publication.objects.filter(number=number, number__lte=moment.number).first()
    if row is None:
        raise Http404
    leaf = json.loads(bytes(row.leaf))
    told = paged(request, in_reading_order(leaf["changes"]), ON_A_PAGE)
    return render(
        request,
        "blueprint/publication.html",
        {
            "page": "publications",
            "publication": row,
            "leaf": leaf,
            "counts": counts(leaf["changes"]),
            **changed(row, told["part"].object_list),
            **told,
            "late_by": duration(row.late_by) if row.late_by else "",
            "rescheduled": [moving(each) for each in row.rescheduled],
            "language": reader(),
            "previous": number - 1,
            "next": number + 1 if number < moment.number else None,
        },
    )


def moving(said):
    """A change of the planned moment, with moments as moments."""
    moments = {name: as_moment(said[name]) for name in ("from", "to")}
    return moments | {"said": wording_of(said["reason"])}


def in_reading_order(changes):
    """Figures first, then what they are measured by, then the rest in the order of the list of nouns."""
    first = {"observation": 0, "target": 1, "baseline": 2}
    order = {kind.name: kind.order for kind in nouns()}
    return sorted(changes, key=lambda each: (first.get(each["noun"], 3), order[each["noun"]]))


def counts(changes):
    """(noun, how many of them), in the order of the page."""
    return list(Counter(change["noun"] for change in in_reading_order(changes)).items())


@dataclass(frozen=True)
class Group:
    """The changes of one noun on this page."""

    noun: str
    differences: list[Any]

    @property
    def open(self) -> bool:
        return len(self.differences) < OPEN


def changed(publication, told):
    """What stands on this page: figures in one table, all else grouped by noun. A few queries for each noun."""
    changes = typed(publication, told)
    before = rows_before(changes, publication.replaces)
    names = Names(changes, before, publication.number)
    figures, groups = [], {}
    for change in changes:
        stood = before.get((change.noun, change.key))
        if change.noun.name == "observation":
            figures.append(figure_change(change, stood, names))
        else:
            group = groups.setdefault(change.noun.name, Group(change.noun.name, []))
            group.differences.append(field_changes(change, stood, names, linked=True))
    return {"figures": figures, "groups": list(groups.values())}


def typed(publication, told):
    """Changes of a leaf as their rows have them, in the same order: figures are numbers and dates are dates."""
    rows = {}
    for kind in {noun(change["noun"]) for change in told}:
        first = kind.key[0]
        codes = {change[first] for change in told if change["noun"] == kind.name}
        for row in kind.version.objects.filter(publication=publication, **{f"{first}__in": codes}):
            change = Change(kind, kind.content(row))
            rows[kind, tuple(map(spelled, change.key))] = change
    keys = [(kind := noun(change["noun"]), kind.key_of(change)) for change in told]
    return [rows[key] for key in keys]


@public
def feed(request):
    text, settled = feed_of(request.moment)
    response = HttpResponse(text, content_type="application/atom+xml; charset=utf-8")
    if not settled:
        response["Cache-Control"] = "no-cache"
    return response
