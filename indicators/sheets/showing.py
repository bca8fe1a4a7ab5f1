"""What the page of a sheet says: numbers, problems, questions, warnings and the difference, in words."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blueprint.differences import Names, figure_change
from blueprint.moment import head_moment
from blueprint.nouns import Change
from blueprint.wording import words

from ..models import IndicatorVersion, Observation
from .texts import DELIMITERS, ENCODINGS, KNOWN

EXAMPLES = 8
# Heading and sentence of each kind of question; the cells stand below.
QUESTIONS = {
    "comma": (
        gettext_lazy("A comma in a figure"),
        gettext_lazy("Say below what it is, then look at how the figures were understood."),
    ),
    "per_cent": (gettext_lazy("Figures in per cent"), gettext_lazy("They are understood as the number before the sign.")),
    "blanks": (gettext_lazy("Blanks in figures"), gettext_lazy("They are understood as separating thousands.")),
    "full_width": (gettext_lazy("Full-width digits"), gettext_lazy("They are understood as the plain ones.")),
    "dates": (gettext_lazy("Dates in place of periods"), gettext_lazy("A spreadsheet made dates of them. They are understood as these periods.")),
    "formulas": (gettext_lazy("Formulas"), gettext_lazy("They were not calculated here. What the file kept as their result is taken.")),
    "hidden": (gettext_lazy("Hidden rows or columns"), gettext_lazy("They are read as well.")),
    "merged": (gettext_lazy("Merged cells"), gettext_lazy("Only the first cell of each holds something; the others are empty.")),
    "extra": (gettext_lazy("Columns that are not known"), gettext_lazy("They are not read.")),
    "beside": (gettext_lazy("What is not read"), gettext_lazy("The file has more than cells.")),
}  # fmt: skip


def questions(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Of each kind one question, with its first cells."""
    asked: dict[str, list[dict[str, str]]] = {code: [] for code in QUESTIONS}
    for one in found["asked"]:
        asked[one["code"]].append(one)
    asked["beside"] = [{"sheet": "", "at": "", "shown": text, "taken": ""} for text in found["beside"]]
    return [
        {
            "code": code,
            "heading": QUESTIONS[code][0],
            "text": QUESTIONS[code][1],
            "cells": cells[:EXAMPLES],
            "count": len(cells),
            "more": max(0, len(cells) - EXAMPLES),
            "unread": code == "comma" and any(not cell["taken"] for cell in cells),
        }
        for code, cells in asked.items()
        if cells
    ]


def warnings(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Of each kind one group, in the order in which they were found."""
    groups: dict[str, list[dict[str, str]]] = {}
    for one in found["doubted"]:
        groups.setdefault(one["code"], []).append(one)
    names = names_of(one["indicator"] for group in groups.values() for one in group[:EXAMPLES])
    return [
        {
            "code": code,
            "heading": found[0]["heading"],
            "figures": [
                one | {"name": names.get(one["indicator"], one["indicator"])} for one in found[:EXAMPLES]
            ],
            "count": len(found),
            "more": max(0, len(found) - EXAMPLES),
        }
        for code, found in groups.items()
    ]


def names_of(codes: Iterable[str]) -> dict[str, str]:
    rows = IndicatorVersion.objects.filter(indicator__in=set(codes)).as_at(head_moment().number)
    return {row.indicator_id: words(row, "short_name") or words(row, "name") for row in rows}


def by_sheet(problems: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The problems of one page, a row of the file at a time."""
    return [
        {"sheet": sheet, "row": row, "problems": list(found)}
        for (sheet, row), found in groupby(problems, key=lambda one: (one["sheet"], one["row"]))
    ]


def figures(kept: Sequence[Mapping[str, Any]], change_of: Any) -> list[dict[str, Any]]:
    """Changes as the release page shows them, each beside what stands now."""
    changes: list[Change] = [change_of(one["content"]) for one in kept]
    number = head_moment().number
    codes = {change.content["indicator_id"] for change in changes}
    periods = {change.content["period"] for change in changes}
    rows = Observation.objects.filter(indicator__in=codes, period__in=periods).as_at(number)
    stand = {(row.indicator_id, row.breakdown, row.period): row for row in rows}
    before = {(change.noun, change.key): stand[change.key] for change in changes if change.key in stand}
    names = Names(changes, before, number)
    return [figure_change(change, before.get((change.noun, change.key)), names) for change in changes]


def read_as(found: Mapping[str, Any]) -> str:
    """How the file was read, in words: what a person would check first if everything looks wrong."""
    if found["form"] == "xlsx":
        said = {"names": ", ".join(found["sheets"])}
        return _("Read as a workbook: %(names)s.") % said
    name = KNOWN.get(found["encoding"]) or ENCODINGS[found["encoding"]]
    said = {"encoding": name, "delimiter": DELIMITERS[found["delimiter"]]}
    return _("Read as text: %(encoding)s, cells separated by %(delimiter)s.") % said
