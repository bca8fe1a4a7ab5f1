"""Whether the plan works, as far as the counts of its targets by status can say: one honest answer in words."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .marks import status_word
from .wording import reader

# Of these the published figures tell, best first; of the others they do not, whatever the reason.
JUDGED = ("achieved", "on_track", "reached_early", "behind", "far_behind", "moving_away", "missed")
UNTOLD = ("awaiting", "not_conclusive", "not_comparable", "no_data", "qualitative")


def answer(tally: Iterable[tuple[str, int]]) -> str:
    """From (status, how many targets): for how many the figures tell, and what; for how many not, and why."""
    counts = dict(tally)
    judged = sum(counts.get(status, 0) for status in JUDGED)
    untold = sum(counts.get(status, 0) for status in UNTOLD)
    if not judged + untold:
        return _("No target has been set yet by which to tell.")
    if judged + untold == 1:
        only = next(status for status in (*JUDGED, *UNTOLD) if counts.get(status))
        return _("It has one target: “%(status)s”.") % {"status": status_word(only)}
    said = {"judged": judged, "untold": untold, "total": judged + untold}
    said |= {"told": listed(counts, JUDGED), "reasons": listed(counts, UNTOLD)}
    return ("" if reader() != "en" else " ").join(_sentences(said))


def _sentences(said: dict) -> Iterable[str]:
    if not said["judged"]:
        yield _("The figures do not say yet how any of its %(total)s targets stands: %(reasons)s.") % said
    elif not said["untold"]:
        yield _("The figures say how all its %(total)s targets stand: %(told)s.") % said
    else:
        yield _("The figures say how %(judged)s of its %(total)s targets stand: %(told)s.") % said
        yield (
            ngettext(
                "For %(untold)s other they do not: %(reasons)s.",
                "For the other %(untold)s they do not: %(reasons)s.",
                said["untold"],
            )
            % said
        )


def listed(counts: dict[str, int], statuses: Iterable[str]) -> str:
    """2 on track, 1 behind."""
    return _(", ").join(part(status, counts[status]) for status in statuses if counts.get(status))


def part(status: str, n: int) -> str:
    form = {
        "achieved": _("%(n)s achieved"),
        "on_track": _("%(n)s on track"),
        "reached_early": _("%(n)s reached early"),
        "behind": _("%(n)s behind"),
        "far_behind": _("%(n)s far behind"),
        "moving_away": _("%(n)s moving away"),
        "missed": _("%(n)s missed"),
        "awaiting": _("%(n)s awaiting a figure"),
        "not_conclusive": _("%(n)s not conclusive"),
        "not_comparable": _("%(n)s not comparable"),
        "no_data": _("%(n)s without any figure"),
        "qualitative": _("%(n)s in words only"),
    }[status]
    return form % {"n": n}
