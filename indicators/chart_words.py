"""A chart in words: what its signs mean, and what it tells those who do not see it."""

from django.utils.translation import gettext as _

from blueprint.wording import name_of, wording

from . import figures
from .plotting import Drawing
from .progress import GOOD


def unit_note(standing) -> str:
    """What the published figures are: the unit, which ranks do without."""
    unit = standing.unit
    return "" if unit is None or unit.is_rank else wording(unit, "name").text


def axis_note(standing) -> str:
    """The unit as the chart's own axis counts it, without what the name before it has said: in Chinese 間."""
    if not unit_note(standing):
        return ""
    name, note = name_of(standing.indicator).casefold(), figures.counted_name(standing.unit)
    if name.endswith(note.casefold()):
        return ""
    return note[: -len(name)].rstrip() if note.casefold().endswith(name) else note


def key(drawn: Drawing) -> str:
    """What the chart's signs mean: those that are on it and no others."""
    points = drawn.points
    way = (
        _("Dotted: the path of constant growth from the baseline to the target.")
        if drawn.growth
        else _("Dotted: the straight path from the baseline to the target.")
    )
    signs = {
        way: drawn.start and any(not goal.former for goal in drawn.goals),
        _("Hollow diamonds: targets that were changed later."): any(goal.former for goal in drawn.goals),
        _("Pale: %(projection)s.") % {"projection": drawn.trend.label if drawn.trend else ""}: drawn.trend,
        _("Hollow points are provisional or estimated."): any(point.hollow for point in points),
        _("Arrowheads: the figure is a bound, and the true one lies that way."): any(
            point.bound in ("over", "under") for point in points
        ),
        _("Ringed points were revised."): any(point.revised for point in points),
        _("//: the method changed, and figures before it are greyed."): any(
            point.break_before for point in points[1:]
        ),
    }
    return figures.joined(*(sign for sign, holds in signs.items() if holds))


def description(standing, drawn: Drawing) -> str:
    """The chart in words, for those who do not see it; every figure is in the table below it."""
    parts = [*_course(drawn.points, standing.indicator.polarity), *_promises(drawn)]
    return figures.joined(*parts, _("All figures are in the table.")) if parts else ""


def _course(points, polarity):
    """From the first figure to the last, the best of those that compare with it, and the breaks."""
    if not points:
        return
    yield ends(points)
    breaks = [index for index, point in enumerate(points) if index and point.break_before]
    comparable = points[breaks[-1] if breaks else 0 :]
    if len(comparable) > 2:
        best = max(comparable, key=lambda point: (GOOD[polarity] * point.value, point.x))
        yield _("Best: %(value)s in %(period)s.") % {"value": best.label, "period": best.period}
    if breaks:
        yield broken(points[index] for index in breaks)


def ends(points):
    first, last = points[0], points[-1]
    if first is last:
        return _("One figure: %(value)s in %(period)s.") % {"value": last.label, "period": last.period}
    return _("From %(first)s in %(first_period)s to %(last)s in %(last_period)s.") % {
        "first": first.label,
        "first_period": first.period,
        "last": last.label,
        "last_period": last.period,
    }


def broken(points):
    periods = listed(point.period for point in points)
    return _("The method changed with the figures of: %(periods)s.") % {"periods": periods}


def _promises(drawn):
    if drawn.start:
        yield _("The baseline is %(value)s in %(period)s.") % {
            "value": drawn.start.said,
            "period": figures.period_label(drawn.start.code),
        }
    standing = [goal.label for goal in drawn.goals if not goal.former]
    if standing:
        yield _("Targets: %(targets)s.") % {"targets": listed(standing)}
    former = [goal.label + _(" (%(note)s)") % {"note": goal.note} for goal in drawn.goals if goal.former]
    if former:
        yield _("Changed since: %(targets)s.") % {"targets": listed(former)}
    if drawn.trend:
        yield _("Also shown: %(projection)s.") % {"projection": drawn.trend.label}


def listed(parts) -> str:
    return _("; ").join(parts)
