"""The stage a release is at and what was done with it, in words."""

from django.utils.translation import gettext as _

from blueprint.workflow import State


def stage_of(release):
    """Returned is a draft with a reason."""
    if release.state == State.DRAFT and release.returned_reason:
        return _("Returned")
    return {
        State.DRAFT: _("Draft"),
        State.SUBMITTED: _("Waiting for approval"),
        State.APPROVED: _("Approved, waiting to be published"),
        State.PUBLISHED: _("Published"),
        State.WITHDRAWN: _("Withdrawn"),
    }[State(release.state)]


def deed(event):
    """What an event says was done."""
    return {
        "open_release": _("opened the release"),
        "save_entry": _("saved figures"),
        "withdraw_entry": _("took figures out"),
        "submit": _("submitted it for approval"),
        "return": _("returned it"),
        "approve": _("approved it"),
        "take_back": _("took the approval back"),
        "withdraw": _("withdrew it"),
        "publish": _("published it"),
    }.get(event.verb, event.verb.replace("_", " "))


def next_step(release, moves, *, touched):
    """What has to happen now, for somebody who can do nothing, or not this."""
    if release.state == State.SUBMITTED and touched:
        return _(
            "You had a hand in this release, so another person must approve it. Nobody approves their own work."
        )
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
