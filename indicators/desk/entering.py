"""Entering a figure: one page an indicator."""

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.db import DatabaseError
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from blueprint.actions import Refused
from blueprint.language_forms import DRAFT, with_simplified_drafts
from blueprint.models import Release
from blueprint.moment import head_moment
from blueprint.permissions import Permission
from blueprint.workflow import State

from ..actions import (
    is_draft,
    open_release_for,
    releases_holding,
    save_entry,
    saved_with,
    warnings_of,
    withdraw_entry,
)
from ..figures import period_label
from ..forms import EntryForm, Series, initial_of
from ..models import Evidence, EvidenceEntry, Observation, ObservationEntry
from ..plausibility import Doubt
from ..views import indicator_page
from .access import desk_page, desk_render
from .comparison import effects
from .stages import stage_of

# What "?period=" says for a further period of the same draft.
ANOTHER = "new"


class Place:
    """One indicator of the person's own office, its release under way, and what is public of it."""

    def __init__(self, code, user, number=None):
        self.moment = head_moment()
        self.page = indicator_page(self.moment, code)
        self.indicator = self.page["indicator"]
        if self.indicator.office_id != user.office_id:
            raise Http404
        self.release = open_release_for(self.indicator, number)
        under_way = Release.objects.visible_to(user) & releases_holding(self.indicator).open()
        self.others = [release for release in under_way if release != self.release]
        self.series = self._series()

    def _series(self):
        code, number = self.indicator.indicator_id, self.moment.number
        public = Observation.objects.filter(indicator=code).as_at(number)
        drafted = ObservationEntry.objects.filter(indicator=code, release=self.release).order_by("pk")
        evidence = EvidenceEntry.objects.filter(indicator=code, release=self.release).order_by("pk")
        known = Evidence.objects.filter(indicator=code).as_at(number)
        return Series(
            indicator=self.indicator,
            unit=self.page["standing"].unit,
            next_period=self.page["standing"].freshness.period,
            today=self.moment.today,
            published={(row.breakdown, row.period): row for row in public},
            drafted={(row.breakdown, row.period): row for row in drafted if self.release},
            evidence={row.period: row for row in evidence if self.release},
            known_evidence=frozenset(known.values_list("period", "url", "title")),
            version=self.release.version if self.release else 0,
            number=self.release.pk if self.release else None,
        )

    @property
    def open(self):
        """Whether figures can be typed: nothing is being written, or it is a draft."""
        return is_draft(self.release)

    @property
    def drafts_beside(self):
        """Others in which its figures are being written: an approval was taken back meanwhile."""
        return [release for release in self.others if release.state != State.APPROVED]

    def blank_form(self, asked=""):
        """The form for the period asked for, or the one in the draft, or the next one due."""
        waiting = self.series.drafted_periods
        period = asked or (waiting[-1] if waiting else self._next_due())
        start = {"version": self.series.version, "release": self.series.number, "token": uuid.uuid4()}
        if period and period != ANOTHER:
            start |= initial_of(self.series, period)
        kept = self._kept_warnings(period)
        start |= {f"because_{one['code']}": one["sentence"] for one in kept}
        doubts = [Doubt(one["code"], one["heading"], one["warning"]) for one in kept]
        return EntryForm(initial=start, series=self.series, warnings=doubts)

    def _next_due(self):
        period = self.series.next_period
        return period.code if period and period.start <= self.moment.today else ""

    def _kept_warnings(self, period):
        if self.release is None:
            return []
        return warnings_of(self.release).get((self.indicator.indicator_id, period), [])

    def context(self, form):
        return self.page | {
            "page": "",
            "form": form,
            "release": self.release,
            "stage": stage_of(self.release) if self.release else "",
            "open": self.open,
            "approved": [r for r in self.others if r.state == State.APPROVED],
            "beside": self.drafts_beside,
            "address": f"release={self.release.pk}&" if self.drafts_beside else "",
            "history": self.page["table"][:6],
            "promised": [j for j in self.page["standing"].current if j.row.due],
            "waiting": [(period, period_label(period)) for period in self.series.drafted_periods],
            "effects": self._effects(),
            "days": self._days(),
        }

    def _effects(self):
        """What the draft would do to the status; nothing where the public tables would refuse it."""
        try:
            return effects(self.release) if self.release else []
        except DatabaseError:
            return []

    def _days(self):
        due_on = self.page["standing"].freshness.due_on
        return (due_on - self.moment.today).days if due_on else None


@desk_page(Permission.ENTER_FIGURES)
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request, code):
    place = Place(code, request.user, asked_release(request))
    if request.method == "POST":
        return save(request, place)
    asked = request.GET.get("period", "")
    known = {
        ANOTHER,
        *place.series.drafted_periods,
        *(period for _breakdown, period in place.series.published),
    }
    form = place.blank_form(asked if asked in known else "")
    return desk_render(request, "desk/enter.html", place.context(form))


def asked_release(request):
    """The number of the release that the address or the form names, if it can be one."""
    number = (request.POST or request.GET).get("release", "")
    return whole(number) if whole(number) > 0 else None


def whole(text):
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def save(request, place):
    if DRAFT in request.POST:
        form = EntryForm(initial=with_simplified_drafts(request.POST).dict(), series=place.series)
        return desk_render(request, "desk/enter.html", place.context(form))
    handing_in = "submit" in request.POST
    form = EntryForm(request.POST, series=place.series, handing_in=handing_in)
    valid = form.is_valid()
    try:
        saved = already_saved(form, request.user)
    except Refused:
        return conflict(request, place, form)
    if saved:
        return after_saving(place, saved, form, handing_in)
    if seen_otherwise(form, place.series) or not place.open:
        return conflict(request, place, form)
    if not valid:
        return desk_render(request, "desk/enter.html", place.context(form))
    try:
        release = save_entry(
            indicator=place.indicator,
            by=request.user,
            changes=form.changes,
            version=form.cleaned_data["version"],
            number=form.cleaned_data["release"],
            token=form.cleaned_data["token"],
            body=form.body,
            was=form.cleaned_data["was"],
            warnings=form.answered(),
        )
    except Refused:
        place = Place(place.indicator.indicator_id, request.user, asked_release(request))
        return conflict(request, place, form)
    for typed, read in form.read_otherwise:
        messages.info(request, _("“%(typed)s” is read as %(read)s.") % {"typed": typed, "read": read})
    if not handing_in:
        messages.success(request, _("Draft saved. Nothing is public yet."))
    return after_saving(place, release, form, handing_in)


def seen_otherwise(form, series):
    """Whether the release that the form was opened for is another one now, or stands at another version."""
    seen = form.cleaned_data.get("version", series.version)
    number = form.cleaned_data.get("release")
    return seen != series.version or (number is not None and number != series.number)


def already_saved(form, user):
    token = form.cleaned_data.get("token")
    return saved_with(token, by=user, body=form.body) if token else None


def after_saving(place, release, form, handing_in):
    if handing_in:
        return redirect("desk:release", release.pk)
    address = reverse("desk:enter", args=[place.indicator.indicator_id])
    period = form.cleaned_data.get("period")
    asked = {"period": period.code} if period else {}
    if place.drafts_beside:
        asked["release"] = release.pk
    return redirect(f"{address}?{urlencode(asked)}" if asked else address)


def conflict(request, place, form):
    """Somebody was first: what is stored and what was typed stand side by side, and nothing typed is lost.

    The form is shown again with the version that stands now, so sending it once more is a decision.
    """
    typed, period = request.POST.copy(), request.POST.get("period", "").strip()
    stored = period in place.series.drafted_periods
    typed["version"], typed["token"] = place.series.version, str(uuid.uuid4())
    typed["release"] = place.series.number or ""
    typed["was"] = period if stored else ""
    again = EntryForm(typed, series=place.series)
    again.is_valid()
    context = place.context(again) | {
        "conflict": True,
        "clashes": clashes(again, initial_of(place.series, period)) if stored else [],
    }
    return desk_render(request, "desk/enter.html", context, status=409)


def clashes(form, stored):
    """(label, stored, typed) of each field in which the two differ."""
    return [
        {
            "label": field.label,
            "stored": shown(field, stored.get(field.name)),
            "typed": shown(field, field.value()),
        }
        for field in form.visible_fields()
        if (shown(field, stored.get(field.name)) != shown(field, field.value()))
        and not field.name.startswith("because_")
    ]


def shown(field, value):
    if value in (None, "", False):
        return _("nothing")
    if value in (True, "on"):
        return _("yes")
    return str(dict(getattr(field.field, "choices", [])).get(value, value))


@desk_page(Permission.ENTER_FIGURES)
@require_POST
def take_out(request, code, period):
    place = Place(code, request.user, asked_release(request))
    try:
        withdraw_entry(
            indicator=place.indicator,
            by=request.user,
            period=period,
            version=whole(request.POST.get("version", "")),
            number=asked_release(request),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        said = {"period": period_label(period)}
        messages.success(request, _("The figure for %(period)s was taken out of the draft.") % said)
    return redirect("desk:enter", code)
