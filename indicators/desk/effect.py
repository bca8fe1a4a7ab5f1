"""What a figure would do to how its indicator stands, while it is being typed. Worked out and never stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from ..assessing import assessed_with
from ..chart_words import description
from ..checking import Typed
from ..figures import period_label, with_unit
from ..models import Observation
from ..models.observation import TOTAL
from ..plausibility import Doubt
from ..plotting import NARROW, drawing
from ..standings import Standing, standing_of
from .comparison import judged

# Where a fault is one of the figure itself, it is said at once; of the rest the form speaks when it is sent.
SAID_AT_ONCE = ("period", "value")


@dataclass(frozen=True)
class Effect:
    """``lines``: each target with its status now and then. ``faults``: why there is no effect to show."""

    heading: str
    lines: list[dict[str, Any]] = field(default_factory=list)
    chart: Any = None
    chart_description: str = ""
    doubts: list[Doubt] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def effect_of_form(page: Mapping[str, Any], series: Any, moment: Any, form: Any) -> Effect | None:
    """Of what was typed; nothing where no figure was typed yet."""
    typed = form.typed
    faults = [
        message
        for name in form.errors
        if name.startswith(("part_", *SAID_AT_ONCE))
        for message in form.errors[name]
    ]
    if faults and str(form["value"].value() or "").strip():
        return Effect(_("This figure cannot be kept as it is"), faults=faults)
    if typed is None or (typed.value is None and not typed.missing and not typed.withdraws):
        return None
    return effect_of(page, series, moment, typed, doubts=form.doubts)


def effect_of_draft(page: Mapping[str, Any], series: Any, moment: Any) -> Effect | None:
    """Of the totals that wait in the draft."""
    if not any(breakdown == TOTAL for breakdown, _period in series.drafted):
        return None
    return _effect(page, series, moment, {}, _("With this draft"), [])


def effect_of(
    page: Mapping[str, Any], series: Any, moment: Any, typed: Typed, *, doubts: list[Doubt]
) -> Effect:
    said = {"value": _("no figure"), "period": period_label(typed.period.code)}
    if typed.total is not None:
        said["value"] = with_unit(typed.total, series.unit, typed.qualifier)
    row = _row(series, typed)
    return _effect(
        page, series, moment, {typed.period.code: row}, _("With %(value)s in %(period)s") % said, doubts
    )


def _row(series: Any, typed: Typed) -> Observation:
    figure = typed.figure
    return Observation(
        indicator_id=series.indicator.indicator_id,
        period=typed.period.code,
        value=figure.value,
        qualifier=figure.qualifier,
        status=figure.status,
        break_before=figure.break_before,
    )


def _effect(page, series, moment, rows, heading, doubts):
    then, drawn = _as_if(page, series, moment, rows)
    return Effect(
        heading=heading,
        lines=_lines(page["standing"], then),
        chart=drawn.at(**NARROW),
        chart_description=description(then, drawn),
        doubts=list(doubts),
    )


def _as_if(page, series, moment, rows):
    """The standing and the drawing if these rows and the draft's stood beside what is public."""
    standing, indicator = page["standing"], page["indicator"]
    drafted = {period: row for (breakdown, period), row in series.drafted.items() if breakdown == TOTAL}
    public = {row.period: row for row in series.public_totals}
    together = list((public | drafted | rows).values())
    assessed = assessed_with(
        moment.number, indicator, together, baseline=page["baseline"], versions=page["targets"]
    )
    stages = {j.stage.stage_id: j.stage for j in standing.judgements if j.stage}
    then = standing_of(indicator, assessed, {indicator.unit_id: standing.unit}, stages, moment)
    return then, drawing(then, together, page["targets"], page["baseline"], notices=page["notices"])


def _lines(now: Standing, then: Standing) -> list[dict[str, Any]]:
    before = judged([now])
    found = []
    for key, (standing, judgement) in judged([then]).items():
        if judgement.row.due:
            stood = before[key][1].status if key in before else None
            found.append(
                {
                    "indicator": standing.indicator,
                    "stage": judgement.stage,
                    "judgement": judgement,
                    "unit": standing.unit,
                    "before": stood,
                    "after": judgement.status,
                    "same": stood == judgement.status,
                }
            )
    return found


def never_stored(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, private=True, no_store=True)
    return response
