"""One release: its page, its preview, and the moves that people make on it."""

from django.contrib import messages
from django.db import DatabaseError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from blueprint.accounts import home_of
from blueprint.actions import (
    Moved,
    Refused,
    approve_release,
    changes_of,
    publish_release,
    recall_release,
    return_release,
    submit_release,
    take_back_approval,
    withdraw_release,
)
from blueprint.audit import record_refusal
from blueprint.drafts import accepted
from blueprint.language_forms import ACCEPT
from blueprint.models import Release
from blueprint.moment import head_moment
from blueprint.one_source import check_one_source
from blueprint.pre_release import record_view
from blueprint.workflow import State

from ..actions import hand_in
from ..forms import ReasonForm
from ..views import indicator_page
from . import comparison
from .release_page import DATABASE_AWAY, UNDER_WAY, named_indicators, release_page
from .stages import stage_of
from .submissions import since_seen


def visible_release(request, pk):
    check_one_source(request, pk)
    rows = Release.objects.visible_to(request.user).select_related("office", "publication")
    return get_object_or_404(rows, pk=pk)


@require_safe
def release(request, pk):
    return release_page(request, visible_release(request, pk))


@require_safe
def preview(request, pk, code):
    """The public page of an indicator as it would be: published for real, rendered, and undone."""
    release = visible_release(request, pk)
    changes = changes_of(release)
    if release.state not in UNDER_WAY or code not in comparison.indicators_of(changes):
        raise Http404
    record_view(release, by=request.user, what=code, language=get_language())
    try:
        with comparison.rehearsal(release, comparison.about(changes, [code])):
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
        accepted(request)
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
        accepted(request)
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
    """The release as it stands now, with why the move was not made, and what changed since the person saw it."""
    messages.error(request, reason)
    seen_changes = since_seen(release, seen_version(request)) if status == 409 else None
    return release_page(request, release, seen_changes=seen_changes, status=status)


@require_POST
def release_submit(request, pk):
    def submit(release):
        verb = hand_in if release.track == Release.Track.OFFICE else submit_release
        verb(release, by=request.user, accepting=request.POST.getlist(ACCEPT))

    return moved(
        request, pk, "submit", submit, lambda release: _("Submitted. Another person has to approve it now.")
    )


@require_POST
def release_recall(request, pk):
    def recall(release):
        recall_release(release, by=request.user)

    return moved(
        request,
        pk,
        "recall",
        recall,
        lambda release: _("Recalled. It is a draft again."),
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
        for one in named_indicators(comparison.indicators_of(changes_of(release)))
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
