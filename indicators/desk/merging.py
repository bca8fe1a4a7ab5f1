"""Two people wrote the same entry: both versions side by side, field by field, and one form that merges them.

Three versions are compared: what the draft says now, what was typed, and what the draft said when its form was opened. So a
field that one of the two left alone is chosen already, and only what both changed waits for a decision.
"""

import dataclasses
import difflib
import re
import uuid
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from blueprint.nouns import noun

from ..evidence.fields import PiecesField
from ..evidence.pieces import PIECES, Piece, dumped, first_links, further, key_of, loaded
from ..forms import EntryForm
from ..models import EvidenceEntry
from ..series import initial_of
from .access import desk_render

TAKE, MERGING = "take_", "merging"
THEIRS, MINE = "theirs", "mine"
# A word of Latin letters or a figure, or else one character.
WORDS = re.compile(r"[a-zA-Z0-9]+(?:[.,’'-][a-zA-Z0-9]+)*|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class Clash:
    """A field in which what is stored and what was typed differ. ``take`` is what is chosen, if anything is."""

    field: Any
    theirs: str
    before: str
    take: str
    missed: bool

    @property
    def name(self) -> str:
        return TAKE + self.field.name

    @property
    def has_options(self) -> bool:
        """Whether its own box is several buttons, which one label cannot name."""
        return not self.field.id_for_label

    @property
    def marked(self) -> str:
        """The stored text: what the typed one lacks inserted, what only that one has struck out."""
        return marked(shown(self.field, self.field.value()), self.theirs)


def merged(sent, place):
    """What was sent from the page of both versions, each field as it was chosen there; and what was left unchosen."""
    if MERGING not in sent:
        return sent, []
    data, unchosen = sent.copy(), []
    stored = stored_now(place, period_of(sent))
    for field in differing(EntryForm(data, series=place.series), stored):
        choice = sent.get(TAKE + field.name, "")
        if choice == THEIRS:
            put(data, field.name, stored.get(field.name))
        elif choice != MINE:
            unchosen.append(field.name)
    for name in [name for name in data if name == MERGING or name.startswith(TAKE)]:
        del data[name]
    return data, unchosen


def put(data, name, value):
    # The boxes beside a list of evidence speak of the other list.
    for box in [each for each in data if each.startswith(f"{PIECES}_") and name == PIECES]:
        del data[box]
    if value in (None, "", False):
        data.pop(name, None)
    else:
        data[name] = "on" if value is True else str(value)


def conflict(request, place, sent, *, keeping, seen, status=409, unchosen=()):
    """The page of both versions. ``seen`` is the (release, version) that what was typed was written beside.

    The form bears the version that stands now, so that sending it is a decision about what is shown.
    """
    form = again(place, sent)
    clashes = clashes_of(place, sent, seen, unchosen)
    context = place.context(form) | {
        "conflict": True,
        "clashes": clashes,
        "agreed": agreed(form, clashes),
        "unchosen": [clash for clash in clashes if clash.missed],
        "unsaved": unsaved(form),
        "keeping": keeping,
        "sent_before": status == 422,
        "saved_by": last_saved(place, period_of(sent)),
    }
    return desk_render(request, "desk/enter.html", context, status=status)


def again(place, sent):
    """The form with what was typed, beside what stands now."""
    typed, period = sent.copy(), period_of(sent)
    typed["version"], typed["token"] = place.series.version, str(uuid.uuid4())
    typed["release"] = place.series.number or ""
    typed["was"] = period if period in place.series.drafted_periods else ""
    typed[PIECES] = of_both(typed.get(PIECES, ""), place.series.pieces.get(period, ""))
    form = EntryForm(typed, series=place.series)
    form.is_valid()
    return form


def of_both(mine, theirs):
    """Files and further links are no either or: what any of the two gave is there."""
    try:
        own = loaded(mine)
        known = {key_of(one) for one in own}
        return dumped(own + [one for one in loaded(theirs) if key_of(one) not in known])
    except (ValueError, TypeError, AttributeError, RecursionError):
        # What cannot be read is left for the form.
        return mine


def clashes_of(place, sent, seen, unchosen=()):
    """The fields that differ, if the draft holds the period at all."""
    period = period_of(sent)
    if period not in place.series.drafted_periods:
        return []
    stored = stored_now(place, period)
    before = initial_of(series_at(place, period, *seen), period)
    fields = differing(again(place, sent), stored)
    return [clash_of(field, stored, before, sent, unchosen) for field in fields]


def period_of(sent):
    return sent.get("period", "").strip()


def stored_now(place, period):
    return initial_of(place.series, period)


def differing(form, stored):
    return [
        field
        for field in form.visible_fields()
        if not field.name.startswith("because_")
        and shown(field, stored.get(field.name)) != shown(field, field.value())
    ]


def clash_of(field, stored, before, sent, unchosen):
    theirs, mine, was = (
        shown(field, value) for value in (stored.get(field.name), field.value(), before.get(field.name))
    )
    by_itself = THEIRS if mine == was else MINE if theirs == was else ""
    take = "" if field.name in unchosen else sent.get(TAKE + field.name, by_itself)
    both = was if not by_itself else ""
    return Clash(field, theirs, both, take, field.name in unchosen)


def agreed(form, clashes):
    """The other fields that were sent, hidden: they go along as they are."""
    apart = {clash.field.name for clash in clashes}
    return [
        field
        for field in form.visible_fields()
        if field.name not in apart and field.value() not in (None, "", False)
    ]


def unsaved(form):
    """(label, text) of all that was typed, where it can be saved no more."""
    return [
        (field.label, shown(field, field.value()))
        for field in form.visible_fields()
        if field.value() not in (None, "", False)
    ]


def shown(field, value):
    if value in (None, "", False):
        return _("nothing")
    if value in (True, "on"):
        return _("yes")
    if isinstance(field.field, PiecesField):
        return field.field.shown(value)
    chosen = str(dict(getattr(field.field, "choices", [])).get(value, value))
    return chosen.replace("\r\n", "\n").strip()


# What the draft said when the form was opened


def series_at(place, period, release, version):
    """The series as it was at that version, as far as one period goes: the trail of events has what each save said."""
    rows = [restored(change) for change in said_by(place.indicator, period, release, version)]
    figures = {(row.breakdown, row.period): row for row in rows if not isinstance(row, EvidenceEntry)}
    pieces = {period: [Piece.of(row, public=True) for row in rows if isinstance(row, EvidenceEntry)]}
    return dataclasses.replace(
        place.series, drafted=figures, evidence=first_links(pieces), pieces=further(pieces)
    )


def said_by(indicator, period, release, version):
    """What the last save of that period said, up to that version."""
    if release is None:
        return []
    for event in release.events.filter(verb="save_entry", refused=False).order_by("-pk"):
        detail = event.detail
        about = {period} & {detail["period"], detail.get("was")}
        if about and detail["version"] <= version and detail["indicator"] == indicator.indicator_id:
            return detail["changes"] if detail["period"] == period else []
    return []


def restored(change):
    """An entry as an event tells of it; what it leaves out was empty."""
    kind = noun(change["noun"])
    fields = {field.attname: field for field in kind.fields}
    said = {name: fields[name].to_python(value) for name, value in change.items() if name in fields}
    return kind.entry(**said)


def last_saved(place, period):
    """The event of the save that stands now."""
    if place.release is None:
        return None
    saves = (
        place.release.events.filter(verb="save_entry", refused=False).select_related("actor").order_by("-pk")
    )
    about = (place.indicator.indicator_id, period)
    return next((one for one in saves if (one.detail["indicator"], one.detail["period"]) == about), None)


# What differs within a text


def marked(mine, theirs):
    """``theirs`` with its differences from ``mine``: del and ins, which browsers strike out and underline."""
    old, new = WORDS.findall(mine), WORDS.findall(theirs)
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    if matcher.quick_ratio() < 0.3:
        # Two texts with little in common are easier to read whole.
        return format_html("{}", theirs)
    pieces = []
    for what, a, b, c, d in matcher.get_opcodes():
        if what in ("replace", "delete"):
            pieces.append(("del", "".join(old[a:b])))
        if what in ("replace", "insert"):
            pieces.append(("ins", "".join(new[c:d])))
        if what == "equal":
            pieces.append(("span", "".join(new[c:d])))
    return format_html_join("", "<{0}>{1}</{0}>", pieces)
