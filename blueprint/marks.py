"""The words, shapes and colours of the statuses: one table, so that none is ever shown without the others."""

from django.utils.translation import gettext_lazy as _

STATUS_WORDS = {
    "achieved": _("Achieved"),
    "on_track": _("On track"),
    "reached_early": _("Reached early"),
    "behind": _("Behind"),
    "far_behind": _("Far behind"),
    "moving_away": _("Moving away"),
    "missed": _("Missed"),
    "awaiting": _("Awaiting figure"),
    "not_conclusive": _("Not conclusive"),
    "not_comparable": _("Not comparable"),
    "no_data": _("No data yet"),
    "qualitative": _("In words only"),
    "not_set": _("Target not set"),
}

STATUS_CLASSES = {
    "achieved": "good",
    "on_track": "good",
    "reached_early": "good",
    "behind": "fair",
    "far_behind": "poor",
    "moving_away": "bad",
    "missed": "bad",
    "awaiting": "wait",
    "not_conclusive": "wait",
    "not_comparable": "wait",
    "no_data": "none",
    "qualitative": "none",
    "not_set": "none",
}

_RING = '<circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.6"/>'
_CHECK = '<path d="M4.7 8.3l2.3 2.3 4.3-4.7" fill="none" stroke="{}" stroke-width="1.8"/>'
SHAPES = {
    "achieved": '<circle cx="8" cy="8" r="7.2" fill="none" stroke="currentColor" stroke-width="1.2"/>'
    '<circle cx="8" cy="8" r="5.4" fill="currentColor"/>' + _CHECK.format("var(--paper)"),
    "on_track": '<circle cx="8" cy="8" r="7" fill="currentColor"/>' + _CHECK.format("var(--paper)"),
    "reached_early": _RING + _CHECK.format("currentColor"),
    "behind": _RING + '<path d="M8 1.8a6.2 6.2 0 0 0 0 12.4z" fill="currentColor"/>',
    "far_behind": _RING + '<path d="M8 8V1.8A6.2 6.2 0 0 0 1.8 8z" fill="currentColor"/>',
    "moving_away": '<path d="M1.5 3h13L8 14.5z" fill="currentColor"/>',
    "missed": '<path d="M2.2 2.2h11.6v11.6H2.2z" fill="currentColor"/>',
    "awaiting": '<circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.6" '
    'stroke-dasharray="2.4 2.4"/><path d="M8 4.5V8l2.4 1.6" fill="none" stroke="currentColor" stroke-width="1.6"/>',
    "not_conclusive": _RING + '<path d="M6.1 6.3a1.95 1.95 0 1 1 2.7 1.8c-.6.3-.8.6-.8 1.2" fill="none" '
    'stroke="currentColor" stroke-width="1.5"/><circle cx="8" cy="11.4" r=".95" fill="currentColor"/>',
    "not_comparable": '<path d="M4 14L8 2M8.5 14l4-12" stroke="currentColor" stroke-width="1.8"/>',
    "no_data": '<circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.7" '
    'stroke-dasharray=".1 3.1" stroke-linecap="round"/>',
    "qualitative": '<path d="M2.5 5h4v3.6L4.4 12H2.6l1.3-3.2H2.5zM9.3 5h4v3.6L11.2 12H9.4l1.3-3.2H9.3z" '
    'fill="currentColor"/>',
    "not_set": '<path d="M3 8h10" stroke="currentColor" stroke-width="1.8"/>',
    "planned": _RING,
}

# What becomes of a milestone or of an action: word, class of colour, and the shape it shares with a status.
STATES = {
    "done": (_("done"), "good", "on_track"),
    "planned": (_("planned"), "wait", "planned"),
    "open": (_("open"), "wait", "planned"),
    "late": (_("late"), "bad", "missed"),
    "overdue": (_("overdue"), "bad", "missed"),
    "not_reported": (_("no later report seen"), "none", "no_data"),
    "dropped": (_("dropped"), "none", "not_set"),
}


def status_word(status):
    return STATUS_WORDS[status]
