"""Public pages of indicators."""

from operator import attrgetter

from django.http import Http404
from django.shortcuts import render

from blueprint.models import DirectionVersion, OfficeVersion, Publication, SourceVersion
from blueprint.moment import public
from blueprint.paging import paged
from blueprint.together import read_together
from blueprint.withdrawals import check_withdrawn
from committee.models import Finding
from strategies.models import StrategyVersion

from .chart_words import axis_note, description, key
from .filters import HistoryFilter, IndicatorFilter
from .history import History
from .lines import standings_of
from .models import Baseline, Evidence, IndicatorVersion, Observation, TargetVersion
from .notices import notices_among
from .panels import panels
from .pictures import card, is_lettered
from .plotting import both, drawing
from .projecting import outlooks
from .sparklines import sparks
from .standings import names_of, standings

LINES_A_PAGE = 50
EVENTS_A_PAGE = 60
# Of more figures or revisions the page shows the newest; the history and the file have them all.
PERIODS_SHOWN, NOTICES_SHOWN = 40, 20


@public
def indicators(request):
    chosen = IndicatorFilter(request.GET, moment=request.moment)
    page = paged(request, chosen.lines, LINES_A_PAGE)
    shown = standings_of(request.moment, page["part"], names=chosen.texts)
    rows = [shown[line.code] for line in page["part"]]
    return render(
        request,
        "indicators/indicators.html",
        {
            "page": "indicators",
            "filter": chosen,
            "total": chosen.total,
            "standings": rows,
            "sparks": sparks(request.moment, rows),
            **page,
        },
    )


@public
def indicator(request, code):
    page = indicator_page(request.moment, code)
    page["chart_lettered"] = bool(page["chart"]) and is_lettered(card(page, request.moment))
    return render(request, "indicators/indicator.html", page)


@public
def history(request, code):
    moment = request.moment
    number = moment.number
    rows = IndicatorVersion.objects.filter(indicator=code)
    texts = read_together(
        **names_of(moment),
        # A name that was published later is read ahead of its time, as on the indicator's own page.
        named=rows.as_at(number, or_first=True),
        versions=rows.filter(publication__lte=number),
        targets=TargetVersion.objects.filter(indicator=code, publication__lte=number),
        baselines=Baseline.objects.filter(indicator=code, publication__lte=number),
    )
    version = next(iter(texts["named"]), None)
    if version is None:
        check_withdrawn(rows, moment)
        raise Http404
    told = History(version, moment, texts)
    steps = told.steps()
    if not steps:
        raise Http404
    chosen = HistoryFilter(request.GET, steps=steps)
    page = paged(request, chosen.steps, EVENTS_A_PAGE)
    return render(
        request,
        "indicators/history.html",
        {
            "page": "indicators",
            "indicator": version,
            "filter": chosen,
            "total": len(steps),
            "events": told.told(page["part"].object_list),
            **page,
        },
    )


def indicator_page(moment, code):
    """All that the page of an indicator shows at a moment. Raises Http404 when there was no such indicator."""
    number = moment.number
    texts = read_together(**names_of(moment), **indicator_texts(number, code))
    standing = next(iter(standings(moment, codes=[code], names=texts)), None)
    if standing is None:
        check_withdrawn(IndicatorVersion.objects.filter(indicator=code), moment)
        raise Http404
    version = standing.indicator
    history = list(
        Observation.objects.filter(indicator=code, publication__lte=number).order_by(
            "period", "breakdown", "publication_id"
        )
    )
    versions = sorted(texts["targets"], key=attrgetter("publication_id"))
    baseline = next(iter(texts["baselines"]), None)
    publications = with_publications([*history, *versions, *texts["baselines"]])
    notices = notices_among(history, version, standing.unit)
    # What came last for a period stands.
    rows = list({(row.period, row.breakdown): row for row in history}.values())
    strategy = find(texts["strategies"], strategy_id=version.strategy_id)
    findings = [each for each in texts["findings"] if each.strategy_id == version.strategy_id]
    drawn = drawing(standing, rows, versions, baseline, notices=notices)
    return {
        "page": "indicators",
        "standing": standing,
        "outlooks": outlooks(standing, rows),
        "indicator": version,
        "latest_row": latest_row(standing, rows),
        "drawing": drawn,
        "chart": both(drawn),
        "chart_unit": axis_note(standing),
        "chart_key": key(drawn),
        "chart_description": description(standing, drawn),
        "panels": panels(standing, rows, notices),
        "table": table(version, rows, notices),
        "periods_shown": PERIODS_SHOWN,
        "categories": version.disaggregation.get("categories", []),
        "notices": notices[:NOTICES_SHOWN],
        "notices_shown": NOTICES_SHOWN,
        "notice_count": len(notices),
        "targets": versions,
        "baseline": baseline,
        "strategy": strategy,
        "direction": strategy and find(texts["directions"], direction_id=strategy.direction_id),
        "office": find(texts["offices"], office_id=version.office_id),
        "sources": {source.source_id: source for source in texts["sources"]},
        "evidence": sorted(texts["evidence"], key=attrgetter("period"), reverse=True),
        "finding": max(findings, key=attrgetter("publication_id", "pk"), default=None),
        "not_yet_published": standing.named_later,
        "last_publication": publications.get(
            max((row.publication_id for row in [*rows, *versions]), default=0)
        ),
    }


def indicator_texts(number, code):
    """Everything beside figures that an indicator's page says."""
    strategies = IndicatorVersion.objects.filter(indicator=code).values("strategy")
    return {
        "targets": TargetVersion.objects.filter(indicator=code, publication__lte=number),
        "baselines": Baseline.objects.filter(indicator=code).as_at(number),
        "evidence": Evidence.objects.filter(indicator=code).as_at(number),
        "findings": Finding.objects.as_at(number).filter(strategy__in=strategies),
        "strategies": StrategyVersion.objects.as_at(number, or_first=True),
        "directions": DirectionVersion.objects.as_at(number, or_first=True),
        "offices": OfficeVersion.objects.as_at(number, or_first=True),
        "sources": SourceVersion.objects.as_at(number, or_first=True),
    }


def find(rows, **wanted):
    [(name, code)] = wanted.items()
    return next((row for row in rows if getattr(row, name) == code), None)


def with_publications(rows):
    """Give each row its publication; one query, and no ledger leaf is read for it."""
    publications = Publication.objects.defer("leaf", "tree_nodes").in_bulk(
        {row.publication_id for row in rows}
    )
    for row in rows:
        row.publication = publications[row.publication_id]
    return publications


def latest_row(standing, rows):
    """The observation that the large figure on the page is."""
    if standing.latest is None:
        return None
    return next(
        (r for r in rows if r.breakdown == "total" and r.period == standing.latest.latest_period), None
    )


def table(version, rows, notices):
    """Figures newest first: one line a period, the total and then each category of the breakdown."""
    # Newest first, so that the oldest is written first and the newest stays.
    last = {notice.period: notice for notice in reversed(notices)}
    cells = {(row.period, row.breakdown): row for row in rows}
    periods = sorted({row.reference_period for row in rows}, reverse=True)
    return [
        {
            "period": str(period),
            "total": cells.get((str(period), "total")),
            "cells": [cells.get((str(period), category)) for category in version.categories],
            "notice": last.get(str(period)),
        }
        for period in periods
    ]
