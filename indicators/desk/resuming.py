"""The entry page as it was left: what was typed there and not saved stands in it again."""

from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from blueprint.drafts import Keeping, kept_beneath

from ..actions import releases_holding
from ..evidence.pieces import PIECES
from ..figures import period_label
from ..forms import EntryForm
from .access import desk_render
from .merging import MERGING, MINE, clashes_of, conflict

# What "?period=" says for a further period of the same draft.
ANOTHER = "new"


def keeping_of(request, place, period, *, version=None):
    """The part of this page's form in the keeping of what is typed. A form that comes back keeps its place."""
    version = place.series.version if version is None else version
    sent = getattr(request, "keeper", None)
    if sent is not None:
        return Keeping(request.user, sent.place, version=version, back=sent.back)
    beneath = f"enter:{place.indicator.indicator_id}:"
    asked = {"period": period} if period else {}
    if place.drafts_beside and place.release:
        asked["release"] = place.release.pk
    address = reverse("desk:enter", args=[place.indicator.indicator_id])
    back = f"{address}?{urlencode(asked)}" if asked else address
    return Keeping(request.user, beneath + (period or ANOTHER), version=version, back=back)


def entry_page(request, place, form, *, keeping=None, effect=None, status=200):
    """``effect``: of the figure that was typed, where it was asked for and not sent."""
    keeping = keeping or keeping_of(request, place, str(form["period"].value() or ""))
    context = place.context(form) | {
        "keeping": keeping,
        "typed_elsewhere": typed_elsewhere(request.user, place, keeping),
    }
    if effect:
        context |= {"effect": effect, "shows_effect": True}
    return desk_render(request, "desk/enter.html", context, status=status)


def resumed(request, place, form, asked):
    """The page as it was left, or both versions side by side where something newer was saved."""
    period = asked or str(form["period"].value() or "")
    keeping = keeping_of(request, place, period)
    if keeping.draft is None:
        return entry_page(request, place, form, keeping=keeping)
    sent = as_sent(keeping.draft)
    seen = seen_at(place, sent, keeping.draft.version)
    if is_stale(place, keeping, sent) and must_be_merged(place, sent, seen):
        keeping = keeping_of(request, place, period, version=keeping.draft.version)
        keeping.restored = keeping.compared = True
        return conflict(request, place, sent, keeping=keeping, seen=seen, status=200)
    keeping.put_back(form, hidden=[PIECES])
    keeping.compared = True
    form.doubts = doubts_of(place, sent)
    return entry_page(request, place, form, keeping=keeping)


def doubts_of(place, sent):
    """The warnings about what was typed: their sentences stand in the form again with the rest."""
    form = EntryForm(sent, series=place.series)
    form.is_valid()
    return form.doubts


def as_sent(draft):
    sent = QueryDict(mutable=True)
    for name, values in draft.fields.items():
        sent.setlist(name, values)
    return sent


def is_stale(place, keeping, sent):
    return (
        not place.open
        or keeping.is_stale
        or MERGING in sent
        or sent.get("release", "") != str(place.series.number or "")
    )


def must_be_merged(place, sent, seen):
    """Not where the figures of this period are as they were, and only others of the draft were saved."""
    return not place.open or any(clash.take != MINE for clash in clashes_of(place, sent, seen))


def seen_at(place, sent, version):
    """The release and its version beside which something was typed."""
    number = sent.get("release", "")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None, version
    return releases_holding(place.indicator).filter(pk=number).first(), version


def typed_elsewhere(user, place, keeping):
    """(address, label) of what the same person typed for other periods and did not save."""
    code = place.indicator.indicator_id
    address = reverse("desk:enter", args=[code])
    periods = [
        draft.place.rpartition(":")[2]
        for draft in kept_beneath(user, f"enter:{code}:")
        if draft.place != keeping.place
    ]
    return [
        (f"{address}?{urlencode({'period': period})}", period_label(period) if period != ANOTHER else "")
        for period in periods
    ]
