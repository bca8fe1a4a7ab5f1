"""One release: what it changes, who did what, and the moves that this person may make."""

from django.conf import settings
from django.contrib import messages
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from blueprint.accounts import home_of
from blueprint.actions import (
    Moved,
    Refused,
    approval_digest,
    approve_release,
    publish_release,
    return_release,
    submit_release,
    take_back_approval,
    withdraw_release,
)
from blueprint.audit import record_refusal
from blueprint.differences import short_name
from blueprint.language_forms import ACCEPT
from blueprint.models import Release
from blueprint.moment import head_moment
from blueprint.pre_release import SEEN, record_view
from blueprint.workflow import State, allowed_moves, touched

from ..actions import hand_in, warnings_of
from ..figures import period_label
from ..forms import ReasonForm
from ..models import IndicatorVersion
from ..views import indicator_page
from . import comparison
from .access import desk_render
from .schedule import languages_of, pre_release_of, schedule_of, taking_back
from .stages import deed, next_step, stage_of

UNDER_WAY = (State.DRAFT, State.SUBMITTED, State.APPROVED)
# Not for want of trying again: the database is away, which the error page says.
DATABASE_AWAY = (OperationalError, InterfaceError)


def visible_release(request, pk):
    rows = Release.objects.visible_to(request.user).select_related("office", "publication")
    return get_object_or_404(rows, pk=pk)


@require_safe
def release(request, pk):
    return release_page(request, visible_release(request, pk))


def release_page(request, release, *, reason_form=None, status=200):
    record_view(release, by=request.user, what="release", language=get_language())
    figures, evidence, others = comparison.compared(release)
    moves = allowed_moves(release, request.user)
    own = touched(release, request.user)
    schedule = schedule_of(release, request.user)
    context = {
        "release": release,
        "stage": stage_of(release),
        "figures": figures,
        "evidence": evidence,
        "others": others,
        "warnings": listed_warnings(release),
        "events": [
            (event, deed(event))
            for event in release.events.filter(refused=False).exclude(verb=SEEN).select_related("actor")
        ],
        "moves": moves,
        "next_step": next_step(release, moves, touched=own),
        "own_entry": "submit" in moves and release.track == Release.Track.OFFICE,
        "reason_form": reason_form or ReasonForm(initial={"reason": taking_back(schedule)}),
        "digest": approval_digest(release),
        "schedule": schedule,
        "languages": languages_of(release),
        "pre_release": pre_release_of(release, request.user),
        **outlook(release),
    }
    return desk_render(request, "desk/release.html", context, status=status)


def outlook(release):
    """What would follow if it were public: the effect on the statuses, and the pages that can be previewed."""
    if release.state not in UNDER_WAY:
        return {}
    try:
        return {"effects": comparison.effects(release), "previews": previews(release)}
    except DATABASE_AWAY:
        raise
    except DatabaseError:
        return {"cannot_be_published": True}


def previews(release):
    """Each indicator with the address of its preview in each language."""
    return [named | {"links": preview_links(release, named["code"])} for named in named_indicators(release)]


def preview_links(release, code):
    links = []
    for language, name in settings.LANGUAGES:
        with override(language):
            address = reverse("desk:release-preview", args=[release.pk, code])
        links.append({"language": language, "name": name, "address": address})
    return links


def named_indicators(release):
    codes = comparison.indicators_of(release)
    number = head_moment().number
    known = {v.indicator_id: v for v in IndicatorVersion.objects.filter(indicator__in=codes).as_at(number)}
    return [{"code": code, "name": short_name(known[code], code)} for code in codes if code in known]


def listed_warnings(release):
    """Each warning with its sentence, under its indicator and period."""
    number = head_moment().number
    kept = {pair: warnings for pair, warnings in warnings_of(release).items() if warnings}
    codes = {code for code, _period in kept}
    known = {v.indicator_id: v for v in IndicatorVersion.objects.filter(indicator__in=codes).as_at(number)}
    return [
        {
            "name": short_name(known.get(code), code),
            "period": period_label(period),
            "warnings": warnings,
        }
        for (code, period), warnings in sorted(kept.items())
    ]


@require_safe
def preview(request, pk, code):
    """The public page of an indicator as it would be: published for real, rendered, and undone."""
    release = visible_release(request, pk)
    if release.state not in UNDER_WAY or code not in comparison.indicators_of(release):
        raise Http404
    record_view(release, by=request.user, what=code, language=get_language())
    try:
        with comparison.rehearsal(release):
            moment = request.moment = head_moment()
            context = indicator_page(moment, code) | {"preview": release, "stage": stage_of(release)}
            return render(request, "indicators/indicator.html", context)
    except DATABASE_AWAY:
        raise
    except DatabaseError:
        messages.error(
            request, _("This release cannot be previewed: what it says breaks a rule of the public tables.")
        )
        return redirect("desk:release", pk)


# Moves


def seen_version(request):
    version = request.POST.get("version", "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else -1


def made_already(request, release, verb, same=None):
    """Whether this very form made the move before: a form sent twice is answered alike.

    ``same(detail)`` says whether what was recorded then is what the form says now; with other words it is another form.
    """
    events = release.events.filter(verb=verb, actor=request.user, refused=False)
    made = events.filter(detail__version=seen_version(request) + 1).first()
    return made is not None and (same is None or same(made.detail))


def moved(request, pk, verb, action, said, *, answer=None, same=None):
    """Make a move, if the release is still as the person saw it, and say what came of it.

    ``answer(request, release, reason, status=…)`` is the page that says why not; without it, the release's.
    """
    if gone := approved_by_colleague(request, pk):
        return gone
    release = visible_release(request, pk)
    if made_already(request, release, verb, same):
        return redirect(release)
    try:
        if release.version != seen_version(request):
            record_refusal(action.__name__, by=request.user, release=release, reason=str(Moved()))
            raise Moved
        action(release)
    except Refused as refusal:
        reason, status = str(refusal), 409 if isinstance(refusal, Moved) else 403
    except DATABASE_AWAY:
        raise
    except DatabaseError:
        record_refusal(action.__name__, by=request.user, release=release, reason="database")
        reason = _("This cannot be done: what the release says breaks a rule of the public tables.")
        status = 409
    else:
        messages.success(request, said(release))
        return redirect(release)
    if gone := approved_by_colleague(request, pk):
        return gone
    return (answer or refused)(request, visible_release(request, pk), reason, status=status)


def approved_by_colleague(request, pk):
    """The way on for somebody who decides on a release that a colleague approves meanwhile: then it is for few."""
    seen = Release.objects.visible_unapproved_to(request.user)
    approved = seen.filter(pk=pk, state=State.APPROVED, version=seen_version(request) + 1)
    if not approved.exists() or Release.objects.visible_to(request.user).filter(pk=pk).exists():
        return None
    messages.info(request, _("This release was approved by a colleague meanwhile."))
    return redirect(home_of(request.user))


def refused(request, release, reason, *, status):
    """The release as it stands now, with why the move was not made."""
    messages.error(request, reason)
    return release_page(request, release, status=status)


@require_POST
def release_submit(request, pk):
    def submit(release):
        verb = hand_in if release.track == Release.Track.OFFICE else submit_release
        verb(release, by=request.user, accepting=request.POST.getlist(ACCEPT))

    return moved(
        request, pk, "submit", submit, lambda release: _("Submitted. Another person has to approve it now.")
    )


@require_POST
def release_approve(request, pk):
    def approve(release):
        approve_release(release, by=request.user, digest=request.POST.get("digest", ""))

    return moved(
        request,
        pk,
        "approve",
        approve,
        lambda release: _("Approved. It is not public before it is published."),
    )


@require_POST
def release_withdraw(request, pk):
    def withdraw(release):
        withdraw_release(release, by=request.user)

    return moved(
        request, pk, "withdraw", withdraw, lambda release: _("Withdrawn. Nothing of it becomes public.")
    )


@require_POST
def release_publish(request, pk):
    def publish(release):
        publish_release(release, by=request.user)

    return moved(request, pk, "publish", publish, published_message)


def published_message(release):
    links = [
        (
            release.publication.get_absolute_url(),
            _("publication %(number)s") % {"number": release.publication_id},
        )
    ]
    links += [
        (reverse("indicators:indicator", args=[one["code"]]), one["name"])
        for one in named_indicators(release)
    ]
    shown = [format_html('<a href="{}">{}</a>', address, name) for address, name in links]
    return format_html("{} {}", _("It is public now:"), format_html(", ".join(["{}"] * len(shown)), *shown))


@require_POST
def release_return(request, pk):
    return moved_with_reason(
        request, pk, "return", return_release, lambda release: _("Returned to its author.")
    )


@require_POST
def release_take_back(request, pk):
    return moved_with_reason(
        request,
        pk,
        "take_back",
        take_back_approval,
        lambda release: _("The approval is taken back. It is a draft again."),
    )


def moved_with_reason(request, pk, verb, action, said):
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return release_page(request, visible_release(request, pk), reason_form=form)

    def act(release):
        action(release, by=request.user, reason=form.cleaned_data["reason"])

    return moved(request, pk, verb, act, said)
