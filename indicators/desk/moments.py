"""When a release becomes public: set with the draft, and moved by two persons once it is approved."""

import datetime
import functools

from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from blueprint.drafts import Keeping
from blueprint.language_forms import DRAFT, with_simplified_drafts
from blueprint.languages import Unsettled
from blueprint.scheduling import agree_moment, decline_moment, propose_moment, set_moment
from blueprint.wording import moment_text
from blueprint.workflow import State, may_answer_for, may_schedule

from ..release_forms import MomentForm, ReschedulingForm, items_to_choose, moment_initial
from .access import desk_render
from .releases import moved, visible_release
from .stages import stage_of

NOT_YOURS = "Your role does not include this step for this release."


@require_http_methods(["GET", "HEAD", "POST"])
def release_moment(request, pk):
    release = visible_release(request, pk)
    if not may_schedule(release, request.user):
        raise PermissionDenied(_(NOT_YOURS))
    items = items_to_choose(release)
    if request.method != "POST":
        if release.state not in (State.DRAFT, State.SUBMITTED):
            return redirect(release)
        return moment_page(request, release, MomentForm(initial=moment_initial(release), items=items))
    if DRAFT in request.POST:
        drafted = with_simplified_drafts(request.POST).dict()
        return moment_page(request, release, MomentForm(initial=drafted, items=items))
    form = MomentForm(request.POST, items=items)
    if not form.is_valid():
        return moment_page(request, release, form)
    item = form.cleaned_data["calendar_item"] or None
    notes = {language: text for language, text in form.text.items() if text}

    def same(detail):
        after = detail["after"]
        made = read_moment(after["publish_at"]), after["calendar_item"], after["notes"]
        return made == (form.moment, item, notes)

    @asking(form)
    def act(release):
        set_moment(
            release,
            by=request.user,
            publish_at=form.moment,
            calendar_item=item,
            notes=form.text,
            accepting=form.accepting,
        )

    return acted(request, pk, "set_moment", act, form, moment_page, said_moment, same)


def said_moment(release):
    if release.publish_at is None:
        return _("Saved. The release has no moment: a publisher publishes it by hand.")
    moment = moment_text(release.publish_at)
    return _("Saved. Once approved, it becomes public on %(moment)s.") % {"moment": moment}


def moment_page(request, release, form, *, status=200):
    context = {"release": release, "stage": stage_of(release), "form": form}
    context["keeping"] = keeping_of(request, release, "moment", form)
    return desk_render(request, "desk/release_moment.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def release_reschedule(request, pk):
    release = visible_release(request, pk)
    if not may_answer_for(release, request.user):
        raise PermissionDenied(_(NOT_YOURS))
    if request.method != "POST":
        if not release.is_scheduled:
            return redirect(release)
        return reschedule_page(request, release, ReschedulingForm())
    if DRAFT in request.POST:
        drafted = with_simplified_drafts(request.POST).dict()
        return reschedule_page(request, release, ReschedulingForm(initial=drafted))
    form = ReschedulingForm(request.POST)
    if not form.is_valid():
        return reschedule_page(request, release, form)

    @asking(form)
    def act(release):
        propose_moment(
            release, by=request.user, to_at=form.moment, reason=form.text, accepting=form.accepting
        )

    def same(detail):
        return read_moment(detail["to"]) == form.moment and detail["note"] in form.text.values()

    said = _("Proposed. Another person has to agree to the new moment.")
    return acted(request, pk, "propose_moment", act, form, reschedule_page, lambda release: said, same)


def reschedule_page(request, release, form, *, status=200):
    context = {"release": release, "stage": stage_of(release), "form": form}
    context["keeping"] = keeping_of(request, release, "reschedule", form)
    return desk_render(request, "desk/release_reschedule.html", context, status=status)


def keeping_of(request, release, name, form):
    """On the page as it is opened, what was typed there before stands in the form."""
    back = reverse(f"desk:release-{name}", args=[release.pk])
    keeping = Keeping(request.user, f"{name}:{release.pk}", version=release.version, back=back)
    if request.method != "POST":
        keeping.put_back(form)
    return keeping


def read_moment(text):
    return datetime.datetime.fromisoformat(text) if text else None


def asking(form):
    """An action after which the form asks what stands against its texts in the three languages, if anything does."""

    def decorated(action):
        @functools.wraps(action)
        def asked(release):
            try:
                action(release)
            except Unsettled as unsettled:
                form.questions = unsettled.asked
                raise

        return asked

    return decorated


def acted(request, pk, verb, action, form, page, said, same):
    """Make the change. What the rules refuse about the form's own words is said above the form, which keeps them."""

    def with_form(request, release, reason, *, status):
        form.add_error(None, reason)
        return page(request, release, form, status=status)

    return moved(request, pk, verb, action, said, answer=with_form, same=same)


@require_POST
def release_reschedule_agree(request, pk):
    def agree(release):
        agree_moment(release, by=request.user)

    return moved(
        request,
        pk,
        "agree_moment",
        agree,
        lambda release: (
            _("Agreed. It becomes public on %(moment)s.") % {"moment": moment_text(release.publish_at)}
        ),
    )


@require_POST
def release_reschedule_decline(request, pk):
    def decline(release):
        decline_moment(release, by=request.user)

    return moved(request, pk, "decline_moment", decline, lambda release: _("The moment stays as it is."))
