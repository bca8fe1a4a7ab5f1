"""My updates: what an office owes, what waits for a decision, what is ready to go out."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from blueprint.models import Contributor, Release
from blueprint.moment import head_moment
from blueprint.paging import paged
from blueprint.permissions import Permission
from blueprint.workflow import State

from ..models import EvidenceEntry, ObservationEntry
from ..standings import standings
from .access import desk_page, desk_render
from .schedule import changes_since
from .stages import is_late, stage_of


@dataclass(frozen=True)
class Update:
    """An indicator of the office: how it stands, when its next figure is due, and what is under way of it."""

    standing: Any
    today: Any
    # The release in which its figures are being written.
    release: Any = None
    # The one that is approved and waits, and whether this person may open it: it is for few.
    waiting: Any = None
    may_open: bool = True

    @property
    def days(self):
        return abs((self.standing.freshness.due_on - self.today).days)

    @property
    def handed_in(self):
        submitted = self.release is not None and self.release.state == State.SUBMITTED
        return submitted or self.waiting is not None

    @property
    def returned(self):
        return self.release is not None and self.release.state == State.DRAFT and self.release.returned_reason

    @property
    def stage(self):
        return stage_of(self.release) if self.release else ""

    @property
    def waiting_stage(self):
        return stage_of(self.waiting) if self.waiting else ""


@desk_page(Permission.OPEN_DESK)
@require_safe
def updates(request):
    user = request.user
    context = own_updates(user) if user.office_id else {}
    context |= {
        "may_enter": user.may(Permission.ENTER_FIGURES),
        "queues": list(queues(user)),
    }
    visible = Release.objects.visible_to(user).select_related("submitted_by")
    if user.may(Permission.SEE_ALL_WORK):
        context |= paged(request, visible, 40)
        context["listed"] = rows_of(context["part"])
    else:
        context["published"] = rows_of(visible.in_state(State.PUBLISHED)[:5])
    return desk_render(request, "desk/updates.html", context)


def own_updates(user):
    """The office's indicators in sections, and how many of the figures asked for are handed in."""
    moment = head_moment()
    own = [s for s in standings(moment) if s.indicator.office_id == user.office_id]
    written, waiting = releases_under_way(user, [s.code for s in own])
    visible = set(Release.objects.visible_to(user).open().values_list("pk", flat=True))
    found = [
        Update(s, moment.today, written.get(s.code), approved, may_open=approved and approved.pk in visible)
        for s in own
        for approved in [waiting.get(s.code)]
    ]
    sections = [
        (state, title, sorted((u for u in found if u.standing.freshness.state == state), key=by_due_date))
        for state, title in (
            ("overdue", _("Overdue")),
            ("due", _("Due")),
            ("current", _("Coming")),
            ("no_schedule", _("No schedule")),
        )
    ]
    asked = [u for u in found if u.standing.freshness.state in ("overdue", "due")]
    return {
        "updates": found,
        "sections": [section for section in sections if section[2]],
        "asked": len(asked),
        "handed_in": sum(u.handed_in for u in asked),
        "returned": [u for u in found if u.returned],
    }


def by_due_date(update):
    return str(update.standing.freshness.due_on or ""), update.standing.code


def releases_under_way(user, codes):
    """Indicator -> the office's release in which it is being written; and the same for what is approved."""
    written, waiting = {}, {}
    for entry in (ObservationEntry, EvidenceEntry):
        open_releases = Release.objects.open().filter(track=Release.Track.OFFICE, office=user.office_id)
        rows = entry.objects.filter(indicator__in=codes, release__in=open_releases).select_related(
            "release__returned_by"
        )
        for row in rows.order_by("-release_id"):
            found = waiting if row.release.state == State.APPROVED else written
            found[row.indicator_id] = row.release
    return written, waiting


def queues(user):
    """What waits for this person: (heading, what it is, releases marked with whether they had a hand in each)."""
    visible = Release.objects.visible_to(user).select_related("submitted_by")
    if user.may(Permission.APPROVE_FIGURES):
        rows = visible.in_state(State.SUBMITTED).filter(track=Release.Track.OFFICE)
        yield queue(user, "approve", _("Waiting for your approval"), rows)
    if user.may(Permission.APPROVE_TEXTS):
        rows = visible.in_state(State.SUBMITTED).filter(track=Release.Track.CENTRAL)
        yield queue(user, "approve", _("Texts waiting for your approval"), rows)
    waiting = visible.in_state(State.APPROVED)
    if user.may(Permission.PUBLISH):
        rows = waiting.filter(publish_at=None)
        yield queue(user, "publish", _("Approved and ready to publish"), rows)
    scheduled = visible.scheduled()
    if scheduled:
        yield queue(user, "scheduled", _("Waiting for their moment"), scheduled)


def queue(user, purpose, title, releases):
    releases = list(releases if purpose == "scheduled" else releases.order_by("pk"))
    own = set()
    if purpose == "approve":
        own = set(
            Contributor.objects.filter(user=user, release__in=releases).values_list("release", flat=True)
        )
    return {"purpose": purpose, "title": title, "rows": rows_of(releases, own=own)}


def rows_of(releases, *, own=frozenset()):
    changed = changes_since(releases)
    return [
        {
            "release": r,
            "stage": stage_of(r),
            "own": r.pk in own,
            "late": is_late(r),
            "changed": bool(changed.get(r.pk)),
            "proposal": r.is_scheduled and any(row.agreed is None for row in r.reschedulings.all()),
        }
        for r in releases
    ]
