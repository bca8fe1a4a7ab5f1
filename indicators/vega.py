"""An indicator's chart as a Vega-Lite document with its data inside: the same figures for other tools to draw."""

import datetime
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from django.conf import settings

from blueprint.wording import TAGS, reader, words

from .chart_words import unit_note
from .charts import Goal, Point, runs
from .lettering import wrap
from .periods import Kind, Period
from .pictures import colours
from .plotting import Drawing
from .sentences import sentence

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
WIDTH, HEIGHT = 640, 320
Document = dict[str, Any]


def document(page: Document, moment: Any) -> Document:
    standing, drawn = page["standing"], page["drawing"]
    indicator = standing.indicator
    sheets = datasets(drawn)
    return {
        "$schema": SCHEMA,
        "title": {
            "text": words(indicator, "short_name"),
            "subtitle": wrap(sentence(standing), WIDTH, most=9),
            "anchor": "start",
        },
        "description": page["chart_description"],
        "usermeta": {
            "language": TAGS[reader()],
            "indicator": standing.code,
            "publication": moment.number,
            "as_at": moment.today.isoformat(),
            "source": f"{settings.SITE_URL}{indicator.get_absolute_url()}?as_at={moment.number}",
        },
        "width": WIDTH,
        "height": HEIGHT,
        "datasets": sheets,
        "encoding": {"x": _across(drawn), "y": _up(drawn, unit_note(standing))},
        "layer": [layer for layer in _layers(drawn) if sheets[layer["data"]["name"]]],
        "config": {"view": {"stroke": None}, "axis": {"domain": False, "ticks": False}},
    }


# What is drawn


def datasets(drawn: Drawing) -> dict[str, list[Document]]:
    """Every mark with its period, the last day of that, and its value as it was published."""
    parts = runs(drawn.points)
    figures = [
        _figure(point, part=index, older=index < len(parts) - 1, last=point is parts[-1][-1])
        for index, part in enumerate(parts)
        for point in part
    ]
    start = drawn.start
    return {
        "figures": figures,
        "targets": [_target(goal) for goal in drawn.goals],
        "baseline": [_at(start.code, start.value) | {"label": start.label}] if start else [],
        "way": list(_way(drawn)),
        "projection": [
            {
                "period": step.code,
                "end": _end(step.code),
                "low": step.low,
                "value": step.value,
                "high": step.high,
            }
            for step in (drawn.trend.steps if drawn.trend else ())
        ],
        "breaks": [_between(older[-1], newer[0]) for older, newer in pairwise(parts)],
    }


def _at(code: str, value: float) -> Document:
    return {"period": code, "end": _end(code), "value": value}


def _end(code: str) -> str:
    return Period.parse(code).end.isoformat()


def _figure(point: Point, **where: Any) -> Document:
    said = {"said": f"{point.period} · {point.label}", "label": point.label, "note": point.note}
    flags = {"bound": point.bound, "provisional": point.hollow, "revised": point.revised}
    return _at(point.code, point.value) | said | flags | where


def _target(goal: Goal) -> Document:
    return _at(goal.code, goal.value) | {"label": goal.label, "former": goal.former, "note": goal.note}


def _way(drawn: Drawing) -> Iterator[Document]:
    """Points along the way required to each target that stands."""
    standing = [goal for goal in drawn.goals if not goal.former]
    for goal in standing if drawn.start else []:
        for share, value in drawn.course(goal):
            yield {
                "target": goal.label,
                "end": _day_between(drawn.start.code, goal.code, share),
                "value": value,
            }


def _day_between(first: str, last: str, share: float) -> str:
    start, end = Period.parse(first).end, Period.parse(last).end
    return (start + datetime.timedelta(days=round((end - start).days * share))).isoformat()


def _between(older: Point, newer: Point) -> Document:
    return {
        "before": newer.period,
        "end": _day_between(older.code, newer.code, 0.5),
        "value": (older.value + newer.value) / 2,
        "label": "//",
    }


# How it is drawn


def _across(drawn: Drawing) -> Document:
    """Time: a figure stands at the last day of its period, and yearly ones are named there."""
    codes = [mark.code for mark in [*drawn.points, *drawn.goals, *([drawn.start] if drawn.start else [])]]
    axis: Document = {"grid": False, "title": None, "format": "%Y", "labelOverlap": True}
    periods = [Period.parse(code) for code in codes]
    if all(period.kind is Kind.ANNUAL for period in periods):
        ends = sorted({period.end for period in periods})
        axis["values"] = [
            _milliseconds(datetime.date(y, 12, 31)) for y in range(ends[0].year, ends[-1].year + 1)
        ]
    return {"field": "end", "type": "temporal", "scale": {"type": "utc", "padding": 14}, "axis": axis}


def _milliseconds(day: datetime.date) -> int:
    moment = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
    return int(moment.timestamp()) * 1000


def _up(drawn: Drawing, unit: str) -> Document:
    """Values; of ranks the first is on top."""
    scale = {"zero": False, "reverse": True, "domainMin": 1} if drawn.rank else {"zero": False}
    return {"field": "value", "type": "quantitative", "scale": scale, "title": unit or None}


def _layers(drawn: Drawing) -> Iterator[Document]:
    """From the back to the front, in the colours of the site: ink for what happened, accent for what was promised."""
    colour = colours()["light"]
    ink, grey, accent, paper = (colour[name] for name in ("ink", "none", "accent", "paper"))
    older = {"condition": {"test": "datum.older", "value": grey}, "value": ink}
    up = -1 if not drawn.rank else 1
    yield _layer(
        "projection",
        {"type": "area", "color": accent, "opacity": 0.14},
        y={"field": "low"},
        y2={"field": "high"},
    )
    yield _layer("way", {"type": "line", "color": accent, "strokeDash": [1, 4]}, detail={"field": "target"})
    yield _layer("figures", {"type": "line", "strokeWidth": 2.2}, detail={"field": "part"}, color=older)
    yield _layer("breaks", {"type": "text", "color": grey, "fontSize": 16}, text={"field": "label"})
    yield _layer(
        "baseline", {"type": "point", "shape": "circle", "filled": True, "color": accent, "size": 30}
    )
    hollow = {"condition": {"test": "datum.former", "value": paper}, "value": accent}
    diamond = {"type": "point", "shape": "diamond", "size": 190, "stroke": accent, "opacity": 1}
    yield _layer("targets", diamond, fill=hollow, tooltip=_tooltip("label", "note"))
    yield _where("datum.revised", "figures", {"type": "point", "size": 190, "color": grey})
    inside = {"condition": [{"test": "datum.provisional", "value": paper}, older["condition"]], "value": ink}
    dot = {"type": "point", "size": 50, "opacity": 1}
    named = {"description": {"field": "said"}, "tooltip": _tooltip("said", "note")}
    yield _layer("figures", dot, fill=inside, stroke=older, **named)
    for bound, side in (("over", up), ("under", -up)):
        mark = {
            "type": "point",
            "shape": f"triangle-{'up' if side < 0 else 'down'}",
            "size": 30,
            "yOffset": 10 * side,
        }
        yield _where(f"datum.bound == '{bound}'", "figures", mark | {"color": ink})
    words = {"type": "text", "align": "right", "dx": 4, "dy": -14, "fontWeight": 600}
    yield _where("datum.last", "figures", words | {"color": ink}, text={"field": "label"})
    yield _layer("targets", words | {"color": accent}, text={"field": "label"})


def _tooltip(*fields: str) -> Sequence[Document]:
    return [{"field": field, "type": "nominal"} for field in fields]


def _layer(sheet: str, mark: Document, **encoding: Any) -> Document:
    return {"data": {"name": sheet}, "mark": mark} | ({"encoding": encoding} if encoding else {})


def _where(test: str, sheet: str, mark: Document, **encoding: Any) -> Document:
    return _layer(sheet, mark, **encoding) | {"transform": [{"filter": test}]}
