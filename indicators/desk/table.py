"""Many periods of one indicator in a table: typed, moved through by keyboard, or pasted from a spreadsheet."""

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from blueprint.actions import Refused
from blueprint.drafts import Keeping, accepted
from blueprint.paging import paged
from blueprint.permissions import Permission

from ..actions import save_periods, saved_with
from ..periods import Period
from ..table_form import TableForm, put_onto
from .access import desk_page, desk_render
from .entering import Place, asked_release

ROWS_A_PAGE = 24


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.ENTER_FIGURES)
def table(request, code):
    place = Place(code, request.user, asked_release(request))
    periods = place.series.periods()
    if request.method == "POST":
        return save(request, place, named_in(request, periods))
    part = paged(request, periods, ROWS_A_PAGE)
    start = {"version": place.series.version, "release": place.series.number, "token": uuid.uuid4()}
    form = TableForm(initial=start, series=place.series, periods=in_order(part["part"].object_list))
    keeping = keeping_of(request, place, form.periods)
    clashes = put_back(form, keeping)
    return answer(request, place, form, part | {"clashes": clashes}, keeping=keeping)


def keeping_of(request, place, periods):
    name = f"table:{place.indicator.indicator_id}:{periods[0] if periods else ''}"
    return Keeping(request.user, name, version=place.series.version, back=request.get_full_path())


def put_back(form, keeping):
    """What was typed before and not saved, on top of what is saved by now."""
    if keeping.draft is None:
        return []
    typed = QueryDict(mutable=True)
    for name, values in keeping.draft.fields.items():
        typed.setlist(name, values)
    clashes = put_onto(form, typed)
    own = [name for name in form.fields if name in typed and not form[name].is_hidden]
    form.initial |= {name: typed[name] for name in own}
    keeping.restored = True
    return clashes


def named_in(request, periods: Sequence[str]) -> list[str]:
    """The rows that the form had: those of one page of the list, which may have grown since."""
    named = [period for period in periods if f"value_{period}" in request.POST]
    if not named or len(named) > ROWS_A_PAGE:
        raise BadRequest(_("Open the table again: this form is not one of ours."))
    return in_order(named)


def in_order(periods: Sequence[str]) -> list[str]:
    """The oldest first, as columns in spreadsheets run."""
    return sorted(periods, key=Period.parse)


def save(request, place, periods):
    form = TableForm(request.POST, series=place.series, periods=periods, handing_in="submit" in request.POST)
    valid = form.is_valid()
    try:
        # Sent twice, the form finds nothing altered: it was kept the first time.
        release = sent_before(form, request.user) or (kept(request, place, form) if valid else None)
    except Refused as refusal:
        return moved_on(request, periods, str(refusal))
    if release is None:
        return answer(request, place, form)
    accepted(request)
    if form.handing_in:
        return redirect("desk:release", release.pk)
    return redirect("desk:table", place.indicator.indicator_id)


def sent_before(form, user):
    token = form.cleaned_data.get("token")
    return saved_with(token, by=user, body=form.body, verb="save_figures") if token else None


def kept(request, place, form):
    release = save_periods(
        indicator=place.indicator,
        by=request.user,
        changes=form.changes,
        periods=form.altered,
        version=form.cleaned_data["version"],
        number=form.cleaned_data["release"],
        token=form.cleaned_data["token"],
        body=form.body,
        warnings=form.answered(),
    )
    count = len(form.altered)
    said = ngettext(
        "Draft saved: %(count)s period altered. Nothing is public yet.",
        "Draft saved: %(count)s periods altered. Nothing is public yet.",
        count,
    )
    messages.success(request, said % {"count": count})
    return release


def moved_on(request, periods, reason):
    """Somebody saved first: what was typed stands in the form again, on top of what is saved now."""
    place = Place(request.resolver_match.kwargs["code"], request.user, asked_release(request))
    typed = request.POST.copy()
    typed["version"], typed["release"] = place.series.version, place.series.number or ""
    typed["token"] = str(uuid.uuid4())
    clashes = put_onto(TableForm(series=place.series, periods=periods), typed)
    form = TableForm(typed, series=place.series, periods=periods)
    form.is_valid()
    return answer(request, place, form, {"refused": reason, "clashes": clashes}, status=409)


def answer(request, place, form, more=None, *, keeping=None, status=200):
    context = {
        "indicator": place.indicator,
        "unit": place.series.unit,
        "form": form,
        "release": place.release,
        "open": place.open,
        "keeping": keeping or keeping_of(request, place, form.periods),
    }
    return desk_render(request, "desk/table.html", context | (more or {}), status=status)
