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

from .filters import IndicatorFilter
from .lines import standings_of
from .models import Baseline, Evidence, IndicatorVersion, Observation, TargetVersion
from .notices import notices_among
from .plotting import description, draw_both
from .standings import names_of, standings

LINES_A_PAGE = 50


@public
def indicators(request):
    chosen = IndicatorFilter(request.GET, moment=request.moment)
    page = paged(request, chosen.lines, LINES_A_PAGE)
    shown = standings_of(request.moment, page["part"], names=chosen.texts)
    return render(
        request,
        "indicators/indicators.html",
        {
            "page": "indicators",
            "filter": chosen,
            "total": chosen.total,
            "standings": [shown[line.code] for line in page["part"]],
            **page,
        },
    )


@public
def indicator(request, code):
    return render(request, "indicators/indicator.html", indicator_page(request.moment, code))


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
    return {
        "page": "indicators",
        "standing": standing,
        "indicator": version,
        "latest_row": latest_row(standing, rows),
        "chart": draw_both(standing, rows, versions, baseline, notices=notices),
        "chart_description": description(standing, rows),
        "table": table(version, rows, notices),
        "categories": version.disaggregation.get("categories", []),
        "notices": notices,
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
