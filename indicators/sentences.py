"""One sentence that says of an indicator what its data say."""

from decimal import Decimal

from django.utils.translation import gettext as _

from blueprint.wording import day_text, words

from .figures import joined, period_label, qualified, with_unit


def sentence(standing) -> str:
    """Latest figure, change, and the target it works towards, in the reader's language."""
    return joined(figure_sentence(standing), _target(standing))


def figure_sentence(standing) -> str:
    """The latest figure and how it changed."""
    name, row = words(standing.indicator, "short_name"), standing.latest
    if row is None:
        return _("%(name)s: no figure has been published yet.") % {"name": name}
    said = {
        "name": name,
        "value": with_unit(row.latest_value, standing.unit, row.latest_qualifier),
        "period": period_label(row.latest_period),
    }
    # A bound does not say by how much, or even which way, a figure moved.
    if row.previous_value is None or {row.latest_qualifier, row.previous_qualifier} & {"over", "under"}:
        return _("%(name)s: %(value)s in %(period)s.") % said
    said |= {
        "previous": with_unit(row.previous_value, standing.unit, row.previous_qualifier),
        "previous_period": period_label(row.previous_period),
    }
    return _change(row.latest_value - row.previous_value, standing) % said


def _change(difference: Decimal, standing) -> str:
    if difference == 0:
        return _("%(name)s: %(value)s in %(period)s, as in %(previous_period)s.")
    # A rank that gets smaller goes up.
    fell = difference > 0 if standing.unit and standing.unit.is_rank else difference < 0
    if fell:
        return _("%(name)s: %(value)s in %(period)s, down from %(previous)s in %(previous_period)s.")
    return _("%(name)s: %(value)s in %(period)s, up from %(previous)s in %(previous_period)s.")


def _target(standing) -> str:
    headline = standing.headline
    if headline is None or not headline.row.due:
        return _("No target has been set.")
    if headline.row.target_value is None:
        return _("For %(period)s the plan has a target in words only.") % {
            "period": period_label(headline.row.due)
        }
    said = {
        "target": target_text(headline.row.target_value, headline.row.bound, standing.unit),
        "period": period_label(headline.row.due),
    }
    if headline.status != "awaiting":
        return _("The target is %(target)s by %(period)s.") % said
    due_on = standing.freshness.due_on
    if due_on and str(standing.freshness.period) == headline.row.due:
        return _("The target was %(target)s by %(period)s; the figure for that period is due by %(day)s.") % (
            said | {"day": day_text(due_on)}
        )
    return _("The target was %(target)s by %(period)s; no figure for that period has been published.") % said


def target_text(value: Decimal, bound: str, unit) -> str:
    """A target's value with its bound and unit: at least 130 lines."""
    return qualified(with_unit(value, unit), bound)
