"""Entering a figure: one page an indicator."""

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from blueprint.actions import Refused
from blueprint.drafts import accepted
from blueprint.language_forms import DRAFT, with_simplified_drafts
from blueprint.models import Release
from blueprint.moment import head_moment
from blueprint.pace import Pace
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
from ..breakdowns import running_words
from ..evidence.pieces import ATTACH, PIECES, first_links, further, pieces_of, taken_in
from ..figures import period_label
from ..forms import EntryForm
from ..models import Evidence, Observation, ObservationEntry
from ..plausibility import Doubt
from ..series import Series, initial_of
from ..views import indicator_page
from .access import desk_page, desk_render
from .effect import effect_of_draft, effect_of_form, never_stored
from .log import Log
from .merging import conflict, merged
from .resuming import ANOTHER, entry_page, keeping_of, resumed, seen_at
from .stages import stage_of
from .walking import walk

# Of what was done with the indicator, beside the form.
STEPS = 3


class Place:
    """One indicator of the person's own office, its release under way, and what is public of it."""

    def __init__(self, code, user, number=None):
        self.moment, self.user = head_moment(), user
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
        pieces = pieces_of(self.release, code)
        known = Evidence.objects.filter(indicator=code).as_at(number)
        return Series(
            indicator=self.indicator,
            unit=self.page["standing"].unit,
            next_period=self.page["standing"].freshness.period,
            today=self.moment.today,
            published={(row.breakdown, row.period): row for row in public},
            drafted={(row.breakdown, row.period): row for row in drafted if self.release},
            evidence=first_links(pieces),
            pieces=further(pieces),
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
        period = asked or (waiting[-1] if waiting else self.next_due())
        start = {"version": self.series.version, "release": self.series.number, "token": uuid.uuid4()}
        if period and period != ANOTHER:
            start |= initial_of(self.series, period)
        kept = self._kept_warnings(period)
        start |= {f"because_{one['code']}": one["sentence"] for one in kept}
        doubts = [Doubt(one["code"], one["heading"], one["warning"]) for one in kept]
        form = EntryForm(initial=start, series=self.series, warnings=doubts)
        form.fields["value" if form["period"].value() else "period"].widget.attrs["autofocus"] = True
        return form

    def next_due(self):
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
            "steps": Log(self.indicator, self.user, self.moment.number).latest(STEPS),
            "promised": [j for j in self.page["standing"].current if j.row.due],
            "waiting": [(period, period_label(period)) for period in self.series.drafted_periods],
            "effect": self.effect(form),
            "running": running_words(),
            "last_source": self._last_source(),
            "days": self._days(),
            "remarks": self._remarks(form),
            "walk": walk(self.moment, self.user, self.indicator.indicator_id),
        }

    def _remarks(self, form):
        """What its approver said of the fields of this period, as long as nobody has settled it."""
        if self.release is None or not self.open:
            return []
        period = str(form["period"].value() or "")
        rows = self.release.remarks.open().on(self.indicator.indicator_id, period)
        return list(rows.select_related("by"))

    def effect(self, form):
        """What the figure would do to the status, or else the draft that is being written."""
        of_form = effect_of_form(self.page, self.series, self.moment, form) if form.is_bound else None
        return of_form or effect_of_draft(self.page, self.series, self.moment)

    def _last_source(self):
        """Where the latest figure came from, if that is known."""
        latest = self.page["latest_row"]
        return self.page["sources"].get(latest.source) if latest else None

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
        place.next_due(),
        *place.series.drafted_periods,
        *(period for _breakdown, period in place.series.published),
    }
    asked = asked if asked in known else ""
    return resumed(request, place, place.blank_form(asked), asked)


# A few times a second while somebody types; more is a script.
PACE = Pace(at_most=40, seconds=20)


@desk_page(Permission.ENTER_FIGURES)
@require_POST
def effect(request, code):
    """What is being typed, judged and drawn, as a part of the page. It is kept nowhere."""
    request.typed_is_safe = True
    place = Place(code, request.user, asked_release(request))
    wait = PACE.seconds_to_wait(request.user.pk)
    if wait:
        return never_stored(HttpResponse(status=429, headers={"Retry-After": str(wait)}))
    form = EntryForm(request.POST, series=place.series)
    form.is_valid()
    context = {"effect": place.effect(form), "indicator": place.indicator}
    return never_stored(desk_render(request, "desk/_effect.html", context))


def asked_release(request):
    """The number of the release that the address or the form names, if it can be one."""
    number = (request.POST or request.GET).get("release", "")
    return whole(number) if whole(number) > 0 else None


def whole(text):
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def save(request, place):
    posted, faults = taken_in(request, indicator=place.indicator.indicator_id)
    if DRAFT in posted:
        form = EntryForm(initial=with_simplified_drafts(posted).dict(), series=place.series)
        return with_faults(request, place, form, faults)
    if "effect" in posted or ATTACH in posted:
        return shown_again(request, place, posted, faults)
    sent, unchosen = merged(posted, place)
    # Enter in a box of one line presses the first button of a form, which nobody sees.
    handing_in = "submit" in sent or "enter" in sent
    form = EntryForm(sent, series=place.series, handing_in=handing_in)
    for fault in faults:
        form.add_error(PIECES, fault)
    valid = form.is_valid()
    try:
        saved = already_saved(form, request.user)
    except Refused:
        return clash(request, place, form, sent, status=422)
    if saved:
        return after_saving(request, place, saved, form, handing_in)
    if seen_otherwise(form, place.series) or not place.open or unchosen:
        return clash(request, place, form, posted if unchosen else sent, unchosen=unchosen)
    if not valid:
        return entry_page(request, place, form)
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
            private=form.private,
        )
    except Refused:
        place = Place(place.indicator.indicator_id, request.user, asked_release(request))
        return clash(request, place, form, sent)
    say_saved(request, form, handing_in)
    return after_saving(request, place, release, form, handing_in)


def say_saved(request, form, handing_in):
    for typed, read in form.read_otherwise:
        messages.info(request, _("“%(typed)s” is read as %(read)s.") % {"typed": typed, "read": read})
    if not handing_in:
        messages.success(request, _("Draft saved. Nothing is public yet."))


def shown_again(request, place, posted, faults):
    """What was typed, with its effect beside it. Nothing is stored, and what is still missing is no error yet."""
    form = EntryForm(posted, series=place.series)
    form.is_valid()
    again = EntryForm(initial=posted.dict(), series=place.series, warnings=form.doubts)
    effect = place.effect(form) if "effect" in posted else None
    return with_faults(request, place, again, faults, effect=effect)


def with_faults(request, place, form, faults, *, effect=None):
    """A form that nothing is judged in yet but the files that came with it."""
    form.file_faults = faults
    return entry_page(request, place, form, effect=effect)


def seen_otherwise(form, series):
    """Whether the release that the form was opened for is another one now, or stands at another version."""
    seen = form.cleaned_data.get("version", series.version)
    number = form.cleaned_data.get("release")
    return seen != series.version or (number is not None and number != series.number)


def already_saved(form, user):
    token = form.cleaned_data.get("token")
    return saved_with(token, by=user, body=form.body) if token else None


def after_saving(request, place, release, form, handing_in):
    accepted(request)
    if handing_in:
        return redirect("desk:release", release.pk)
    address = reverse("desk:enter", args=[place.indicator.indicator_id])
    # As it was typed: sent a second time, the same form is saved already and no longer right.
    period = str(form["period"].value() or "").strip()
    asked = {"period": period} if period else {}
    if place.drafts_beside:
        asked["release"] = release.pk
    return redirect(f"{address}?{urlencode(asked)}" if asked else address)


def clash(request, place, form, sent, *, status=409, unchosen=()):
    """Somebody was first: both versions side by side, and nothing typed is lost."""
    version = form.cleaned_data.get("version", place.series.version)
    keeping = keeping_of(request, place, str(form["period"].value() or ""), version=version)
    seen = seen_at(place, sent, version)
    if seen_otherwise(form, place.series):
        unchosen = ()
    return conflict(request, place, sent, keeping=keeping, seen=seen, status=status, unchosen=unchosen)


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
