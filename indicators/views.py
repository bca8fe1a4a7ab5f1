"""Public pages of indicators."""

from decimal import Decimal

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _

from blueprint.models import DirectionVersion, OfficeVersion, Publication, SourceVersion
from blueprint.moment import public
from blueprint.paging import paged
from committee.models import Finding
from strategies.models import StrategyVersion

from .filters import IndicatorFilter
from .models import Baseline, Evidence, Observation, TargetVersion
from .plotting import description, draw_both
from .standings import standings


@public
def indicators(request):
    chosen = IndicatorFilter(request.GET, moment=request.moment)
    return render(
        request,
        "indicators/indicators.html",
        {
            "page": "indicators",
            "filter": chosen,
            "total": chosen.total,
            **paged(request, chosen.standings, 50),
        },
    )


@public
def indicator(request, code):
    return render(request, "indicators/indicator.html", indicator_page(request.moment, code))


def indicator_page(moment, code):
    """All that the page of an indicator shows at a moment. Raises Http404 when there was no such indicator."""
    number = moment.number
    standing = next(iter(standings(moment, codes=[code])), None)
    if standing is None:
        raise Http404
    version = standing.indicator
    rows = list(Observation.objects.filter(indicator=code).as_at(number).select_related("publication"))
    versions = list(
        TargetVersion.objects.filter(indicator=code, publication__lte=number)
        .order_by("publication_id")
        .select_related("publication")
    )
    baseline = Baseline.objects.filter(indicator=code).as_at(number).select_related("publication").first()
    strategy = (
        StrategyVersion.objects.filter(strategy=version.strategy_id).as_at(number, or_first=True).first()
    )
    history = list(
        Observation.objects.filter(indicator=code, publication__lte=number)
        .order_by("period", "breakdown", "publication_id")
        .select_related("publication")
    )
    return {
        "page": "indicators",
        "standing": standing,
        "indicator": version,
        "latest_row": latest_row(standing, rows),
        "chart": draw_both(standing, rows, versions, baseline),
        "chart_description": description(standing, rows),
        "table": table(version, rows),
        "categories": version.disaggregation.get("categories", []),
        "revisions": revisions(history),
        "targets": versions,
        "baseline": baseline,
        "strategy": strategy,
        "direction": strategy
        and DirectionVersion.objects.filter(direction=strategy.direction_id)
        .as_at(number, or_first=True)
        .first(),
        "office": OfficeVersion.objects.filter(office=version.office_id).as_at(number, or_first=True).first(),
        "sources": {s.source_id: s for s in SourceVersion.objects.as_at(number, or_first=True)},
        "evidence": Evidence.objects.filter(indicator=code).as_at(number).order_by("-period"),
        "finding": Finding.objects.as_at(number)
        .filter(strategy=version.strategy_id)
        .order_by("-publication_id")
        .first(),
        "not_yet_published": standing.named_later,
        "last_publication": last_publication(rows, versions),
    }


def latest_row(standing, rows):
    """The observation that the large figure on the page is."""
    if standing.latest is None:
        return None
    return next(
        (r for r in rows if r.breakdown == "total" and r.period == standing.latest.latest_period), None
    )


def table(version, rows):
    """Figures newest first: one line a period, the total and then each category of the breakdown."""
    cells = {(row.period, row.breakdown): row for row in rows}
    periods = sorted({row.reference_period for row in rows}, reverse=True)
    return [
        {
            "period": str(period),
            "total": cells.get((str(period), "total")),
            "cells": [cells.get((str(period), category)) for category in version.categories],
        }
        for period in periods
    ]


def revisions(history):
    """Each published value that differs from one published before, newest first, with what it replaced."""
    noticed, before = [], None
    for row in history:
        same = before and (before.period, before.breakdown) == (row.period, row.breakdown)
        if same and (before.value, before.qualifier, before.status) != (row.value, row.qualifier, row.status):
            noticed.append({"row": row, "before": before, "change": change_text(before, row)})
        before = row
    return sorted(noticed, key=lambda each: -each["row"].publication_id)


def change_text(before, row):
    """How large a revision is, in per cent of the earlier value."""
    if before.value in (None, 0) or row.value is None:
        return ""
    share = (row.value - before.value) / abs(before.value) * 100
    if share == 0:
        return _("same value")
    if abs(share) < Decimal("0.005"):
        return _("less than 0.01%")
    return f"{share:+.2f}%".replace("-", "−")


def last_publication(rows, versions):
    numbers = [row.publication_id for row in [*rows, *versions]]
    return Publication.objects.filter(number=max(numbers)).first() if numbers else None
