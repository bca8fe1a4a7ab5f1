"""Small multiples: the categories of a breakdown side by side, on one scale."""

from django.utils.translation import gettext as _

from blueprint.wording import wording_of

from . import charts, figures
from .chart_words import broken, ends
from .plotting import points, tick_text_in

PANEL = {"width": 300, "height": 180, "narrow": True, "variant": "chart-panel"}


def panels(standing, rows, notices) -> list[dict]:
    """The breakdown's categories as small charts on one scale: a name, a chart and its words each."""
    shown = [
        (category, found)
        for category in standing.indicator.disaggregation.get("categories", [])
        if (found := points(standing, rows, notices, category["code"]))
    ]
    return [
        {
            "name": category["name"],
            "title": wording_of(category["name"]).text,
            "chart": _panel(standing, index, shown),
            "description": _panel_words(found),
        }
        for index, (category, found) in enumerate(shown)
    ]


def _panel(standing, index, shown):
    rank = bool(standing.unit and standing.unit.is_rank)
    among = [point for _category, found in shown for point in found]
    return charts.draw(
        points=shown[index][1],
        among=among,
        rank=rank,
        # Parts of one whole are compared by their height.
        zero=not rank,
        break_label=_("new method"),
        tick_format=tick_text_in(standing.unit),
        **PANEL,
    )


def _panel_words(points):
    breaks = [point for point in points[1:] if point.break_before]
    return figures.joined(ends(points), *([broken(breaks)] if breaks else []))
