"""The members' room: papers on frozen figures, one's own rating, and what the chair records."""

import functools
import uuid
from collections import defaultdict

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from blueprint.actions import Refused
from blueprint.clock import today
from blueprint.errors import explain
from blueprint.language_forms import ACCEPT, DRAFT, with_simplified_drafts
from blueprint.languages import Unsettled
from blueprint.models import User
from blueprint.permissions import ROLES, Permission
from blueprint.workflow import State
from strategies.models import InitiativeVersion
from strategies.views import offices, with_milestones

from .actions import (
    NotYours,
    Outrun,
    agreement_in,
    open_finding_release,
    published_finding,
    record_finding,
    save_rating,
)
from .forms import LARGEST, FindingForm, RatingForm
from .models import ActionState, ActionVersion, Confidence, Cycle, Finding, Rating
from .papers import changed_since, frozen_moment, paper_of, papers_of

RATERS = [role for role, permissions in ROLES.items() if Permission.RATE in permissions]


def room(view):
    """Open to the committee, its secretary and the auditor. Others are told why (and the 403 is recorded)."""

    @functools.wraps(view)
    def guarded(request, *args, **kwargs):
        if not request.user.may(Permission.OPEN_ROOM):
            raise PermissionDenied(_("This room is for the members of the committee and its secretary."))
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@room
def papers(request):
    """The open cycles: every strategy, and how far the ratings are."""
    user = request.user
    return render(
        request,
        "room/papers.html",
        {
            "page": "room",
            "cycles": [cycle_of(cycle, user) for cycle in Cycle.objects.open().select_related("cut_off")],
            "may_rate": user.may(Permission.RATE),
            "may_see_work": user.may(Permission.SEE_COMMITTEE_WORK),
            "raters": User.objects.filter(role__in=RATERS, is_active=True).count(),
        },
    )


def cycle_of(cycle, user):
    rated_by = defaultdict(set)
    for strategy, member in Rating.objects.filter(cycle=cycle).values_list("strategy", "member"):
        rated_by[strategy].add(member)
    rows = [
        {"paper": paper, "mine": user.pk in rated_by[paper.code], "rated": len(rated_by[paper.code])}
        for paper in papers_of(cycle)
    ]
    return {"cycle": cycle, "rows": rows, "mine": sum(row["mine"] for row in rows)}


def find_paper(number, code):
    cycle = Cycle.objects.select_related("cut_off").filter(number=number).first()
    paper = paper_of(cycle, code) if cycle else None
    if paper is None:
        raise Http404
    return paper


@require_safe
@room
def strategy(request, number, code):
    return progress_page(request, find_paper(number, code))


def progress_page(request, paper, *, rating_form=None, finding_form=None, clash=None, status=200):
    """The page of one strategy. ``clash`` is what stands now where a form was outrun by another save."""
    now, frozen = LARGEST, frozen_moment(paper.cycle)
    initiatives = (
        InitiativeVersion.objects.as_at(frozen.number).filter(strategy=paper.code).order_by("name_en")
    )
    findings = Finding.objects.filter(strategy=paper.code).as_at(now).order_by("-agreed_on", "-publication")
    return render(
        request,
        "room/strategy.html",
        {
            "page": "room",
            "paper": paper,
            "cycle": paper.cycle,
            "frozen": frozen,
            "changed": changed_since(paper),
            "initiatives": [counted(item) for item in with_milestones(frozen, initiatives)],
            "findings": [(row, Confidence(row.confidence)) for row in findings],
            "actions": actions_of(paper),
            "offices": offices(now),
            "clash": clash,
            **rating_panel(request.user, paper, rating_form),
            **finding_panel(request.user, paper, finding_form),
        },
        status=status,
    )


def actions_of(paper):
    """What was asked for the strategy and what the clock says of it, as public now: actions age in the open."""
    rows = ActionVersion.objects.as_at(LARGEST).filter(strategy=paper.code).order_by("due_on", "action")
    return [(row, action_state(row)) for row in rows]


def action_state(action):
    late = (today() - action.due_on).days
    if action.state != ActionState.OPEN or late <= 0:
        return action.get_state_display()
    return ngettext("%(days)s day overdue", "%(days)s days overdue", late) % {"days": late}


def counted(item):
    """An initiative with how many of its milestones are done, and those that are not."""
    return item | {"open": [milestone for milestone in item["milestones"] if not milestone.done]}


def rating_panel(user, paper, form):
    own = Rating.objects.filter(cycle=paper.cycle, strategy=paper.code, member=user).first()
    seen = Rating.objects.seen_by(user, cycle=paper.cycle, strategy=paper.code)
    rates = user.may(Permission.RATE)
    return {
        "own": own,
        "rating_form": form or (RatingForm.of(own) if rates and paper.cycle.closed_at is None else None),
        "ratings": [(rating, Confidence(rating.confidence)) for rating in seen],
        "sees_ratings": own is not None or user.may(Permission.SEE_COMMITTEE_WORK),
        "may_rate": rates,
    }


def finding_panel(user, paper, form):
    """The chair's form, or where the finding stands that waits; nothing for those who take no part in it."""
    if not (user.may(Permission.SEE_COMMITTEE_WORK) or user.may(Permission.SEE_ALL_WORK)):
        return {}
    waiting = open_finding_release(paper)
    panel = {
        "may_see_finding": True,
        "published": published_finding(paper),
        "waiting": waiting,
        "agreed": agreement_in(waiting) if waiting else None,
        "may_approve": user.may(Permission.APPROVE_FINDINGS),
        "finding_form": form,
    }
    mendable = waiting is None or waiting.state == State.DRAFT
    if form is None and mendable and user.may(Permission.RECORD_FINDINGS) and paper.cycle.closed_at is None:
        panel["finding_form"] = finding_form_of(waiting)
    return panel


def finding_form_of(waiting):
    agreed = agreement_in(waiting) if waiting else None
    return FindingForm.of(agreed, version=waiting.version if waiting else 0, token=uuid.uuid4())


def posted(view):
    """What a form is sent to. Opened by its address alone (after signing in again, in another language), it
    leads to the page the form is on."""

    @functools.wraps(view)
    def sent(request, number, code):
        if request.method != "POST":
            return redirect("room:strategy", number=number, code=code)
        return view(request, number, code)

    return sent


@posted
@room
def rate(request, number, code):
    paper = find_paper(number, code)
    form = RatingForm(request.POST)
    if not form.is_valid():
        return progress_page(request, paper, rating_form=form, status=422)
    try:
        save_rating(paper, by=request.user, **form.cleaned_data)
    except Outrun as outrun:
        clash = {"form": "rating", "said": str(outrun), "rating": outrun.stored}
        form = form.at_version(outrun.stored.version if outrun.stored else 0)
        return progress_page(request, paper, rating_form=form, clash=clash, status=409)
    except Refused as refusal:
        return refused(request, paper, refusal, rating_form=form)
    messages.success(request, _("Your rating is saved."), extra_tags="good")
    return redirect("room:strategy", number=number, code=code)


@posted
@room
def finding(request, number, code):
    paper = find_paper(number, code)
    if DRAFT in request.POST:
        form = FindingForm(initial=with_simplified_drafts(request.POST).dict())
        return progress_page(request, paper, finding_form=form)
    form = FindingForm(request.POST)
    if not form.is_valid() or not form.explains(published_finding(paper)):
        return progress_page(request, paper, finding_form=form, status=422)
    said = {name: form.cleaned_data[name] for name in ("token", "version")}
    try:
        record_finding(
            paper, by=request.user, agreed=form.agreement, accepting=request.POST.getlist(ACCEPT), **said
        )
    except Unsettled as unsettled:
        form.questions = unsettled.asked
        form.add_error(None, str(unsettled))
        return progress_page(request, paper, finding_form=form, status=422)
    except Outrun as outrun:
        stored = agreement_in(outrun.stored) if outrun.stored else None
        clash = {"form": "finding", "said": str(outrun), "finding": stored}
        form = form.at_version(outrun.stored.version if outrun.stored else 0)
        return progress_page(request, paper, finding_form=form, clash=clash, status=409)
    except Refused as refusal:
        return refused(request, paper, refusal, finding_form=form)
    messages.success(
        request,
        _("The finding is recorded and submitted. The secretary approves it next."),
        extra_tags="good",
    )
    return redirect("room:strategy", number=number, code=code)


def refused(request, paper, refusal, **form):
    """Answer a refusal on the page it came from, with what was typed still in its fields."""
    if isinstance(refusal, NotYours):
        # The action has recorded it already.
        return explain(request, 403, str(refusal))
    clash = {"form": "rating" if "rating_form" in form else "finding", "said": str(refusal)}
    return progress_page(request, paper, clash=clash, status=409, **form)
