"""Up to four indicators side by side: each with its own sentence, scale and unit, and their figures in one table."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import BadRequest
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from blueprint.models import Publication
from blueprint.moment import public
from blueprint.together import read_together
from blueprint.wording import name_of
from strategies.models import StrategyVersion

from .chart_words import axis_note, description
from .models import Baseline, IndicatorVersion, Observation, TargetVersion
from .models.observation import TOTAL
from .periods import Period
from .plotting import NARROW, drawing
from .standings import names_of, place, standings
from .summaries import public_among

MOST = 4
# Three or four to a row: drawn for the width at hand, so that its words keep their size.
SLIM = NARROW | {"width": 258, "height": 240}


@dataclass(frozen=True)
class Column:
    """One of the compared: how it stands, its chart, its figures by period, and the way to leave it out."""

    standing: Any
    figures: dict[str, Any]
    chart: Any
    description: str
    unit: str
    without: str


@public
def compare(request):
    asked = codes_asked(request)
    moment = request.moment
    names = read_together(
        indicators=IndicatorVersion.objects.as_at(moment.number, or_first=True),
        strategies=StrategyVersion.objects.as_at(moment.number, or_first=True),
        targets=TargetVersion.objects.filter(indicator__in=asked, publication__lte=moment.number),
        baselines=Baseline.objects.filter(indicator__in=asked).as_at(moment.number),
        **names_of(moment),
    )
    known = {row.indicator_id: row for row in public_among(names["indicators"], moment)}
    chosen = [code for code in asked if code in known]
    columns = columns_of(chosen, moment, names)
    context = {
        "page": "compare",
        "columns": columns,
        "periods": periods_of(columns),
        "chosen": chosen,
        "unknown": [code for code in asked if code not in known],
        "selects": range(min(max(2 - len(chosen), 1), MOST - len(chosen))),
        "choices": choices(known, chosen, names["strategies"]),
        "most": MOST,
    }
    # What was not public yet at a past moment is no fault of the address.
    status = 404 if context["unknown"] and not moment.past else 200
    return render(request, "indicators/compare.html", context, status=status)


def codes_asked(request) -> list[str]:
    """Each once, in the order asked for. Raises BadRequest when there are more than fit side by side."""
    codes = list(dict.fromkeys(code.strip() for code in request.GET.getlist("i")))
    codes = [code for code in codes if code]
    if len(codes) > MOST:
        raise BadRequest(_("At most %(most)s indicators fit side by side.") % {"most": MOST})
    return codes


def columns_of(codes, moment, names) -> list[Column]:
    if not codes:
        return []
    stand = {each.code: each for each in standings(moment, codes=codes, names=names)}
    rows = defaultdict(list)
    for row in Observation.objects.filter(indicator__in=codes, breakdown=TOTAL).as_at(moment.number):
        rows[row.indicator_id].append(row)
    promised = with_publications(names["targets"])
    baselines = {row.indicator_id: row for row in names["baselines"]}
    return [
        column(stand[code], rows[code], promised[code], baselines.get(code), codes)
        for code in codes
        if code in stand
    ]


def with_publications(targets):
    """{indicator: versions of its targets, oldest first}; a chart says when one was replaced."""
    publications = Publication.objects.defer("leaf", "tree_nodes").in_bulk(
        {row.publication_id for row in targets}
    )
    found = defaultdict(list)
    for row in sorted(targets, key=lambda row: row.publication_id):
        row.publication = publications[row.publication_id]
        found[row.indicator_id].append(row)
    return found


def column(standing, rows, promised, baseline, codes) -> Column:
    drawn = drawing(standing, rows, promised, baseline)
    return Column(
        standing=standing,
        figures={row.period: row for row in rows},
        chart=drawn.at(**(SLIM if len(codes) > 2 else NARROW)),
        description=description(standing, drawn),
        unit=axis_note(standing),
        without=query([code for code in codes if code != standing.code]),
    )


def query(codes) -> str:
    return f"?{urlencode({'i': codes}, doseq=True)}" if codes else ""


def periods_of(columns) -> list[dict]:
    """A line for each period of any of them, the newest first."""
    periods = {period for each in columns for period in each.figures}
    return [
        {"period": period, "cells": [each.figures.get(period) for each in columns]}
        for period in sorted(periods, key=Period.parse, reverse=True)
    ]


def choices(known, chosen, strategies) -> list[tuple]:
    """(strategy, [(code, name)]) of all that can be added, in the order of the plan."""
    named = {row.strategy_id: row for row in strategies}
    grouped = defaultdict(list)
    for row in sorted(
        known.values(), key=lambda row: place(row.strategy_id, row.indicator_class, row.indicator_id)
    ):
        if row.indicator_id not in chosen:
            grouped[row.strategy_id].append((row.indicator_id, name_of(row)))
    return [(named.get(code), rows) for code, rows in grouped.items()]
