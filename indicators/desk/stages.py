"""The stage a release is at and what was done with it, in words."""

import datetime

from django.utils.translation import gettext as _

from blueprint.clock import lateness
from blueprint.wording import moment_text
from blueprint.workflow import State


def stage_of(release):
    """Returned is a draft with a reason; scheduled, and late, are approved with a moment."""
    if release.is_scheduled:
        said = {"moment": moment_text(release.publish_at)}
        return (
            _("Late: was to come on %(moment)s") % said
            if is_late(release)
            else _("Scheduled: %(moment)s") % said
        )
    if release.state == State.DRAFT and release.returned_reason:
        return _("Returned")
    return {
        State.DRAFT: _("Draft"),
        State.SUBMITTED: _("Waiting for approval"),
        State.APPROVED: _("Approved, waiting to be published"),
        State.PUBLISHED: _("Published"),
        State.WITHDRAWN: _("Withdrawn"),
    }[State(release.state)]


def is_late(release):
    """Whether its moment has passed and nobody has published it, by this process's clock."""
    return release.is_scheduled and bool(lateness(release.publish_at, datetime.datetime.now(datetime.UTC)))


def deed(event):
    """What an event says was done, and for whom, where a deputy did it."""
    said = _deed(event)
    absent = event.detail.get("for_person")
    return _("%(deed)s, for %(absent)s") % {"deed": said, "absent": absent} if absent else said


def _deed(event):
    if event.verb == "withdraw" and (into := event.detail.get("into")):
        return _("put it into release %(number)s") % {"number": into}
    return {
        "open_release": _("opened the release"),
        "save_entry": _("saved figures"),
        "save_figures": _("saved figures from a sheet"),
        "withdraw_entry": _("took figures out"),
        "submit": _("submitted it for approval"),
        "recall": _("took it back before it was decided on"),
        "return": _("returned it"),
        "remark": _("commented on a field"),
        "settle_remark": _("settled a comment"),
        "gather": _("put other drafts into it"),
        "split": _("took it out of another release"),
        "split_off": _("took an indicator out into a release of its own"),
        "approve": _("approved it"),
        "take_back": _("took the approval back"),
        "withdraw": _("withdrew it"),
        "publish": _("published it"),
        "publish_late": _("published it late"),
        "accept_gaps": _("accepted what is not in all languages"),
        "set_moment": _("set its moment and notes"),
        "propose_moment": _("proposed another moment"),
        "agree_moment": _("agreed to the other moment"),
        "decline_moment": _("declined the other moment"),
        "grant_access": _("allowed somebody to see it before its moment"),
        "end_access": _("took somebody off the pre-release list"),
    }.get(event.verb, event.verb.replace("_", " "))


def next_step(release, moves, *, touched):
    """What has to happen now, for somebody who can do nothing, or not this."""
    if release.state == State.SUBMITTED and touched:
        return _(
            "You had a hand in this release, so another person must approve it. Nobody approves their own work."
        )
    if release.is_scheduled:
        said = _("It is approved and becomes public by itself on %(moment)s.")
        return "" if is_late(release) else said % {"moment": moment_text(release.publish_at)}
    if moves or release.state not in WAITING_FOR:
        return ""
    return WAITING_FOR[release.state](release)


def _decider(release):
    return {
        "office": _("It now waits for an approver of the office."),
        "committee": _("It now waits for the committee's secretary to approve it."),
        "central": _("It now waits for a publisher to approve it."),
    }[release.track]


WAITING_FOR = {
    State.SUBMITTED: _decider,
    State.APPROVED: lambda release: _("It is approved and now waits for a publisher."),
    State.DRAFT: lambda release: _("It is a draft. Its author has not submitted it yet."),
}
