"""My updates: what is to be done, by whom and by when; what waits for a decision; what is ready to go out."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from blueprint.models import OfficeVersion, Release
from blueprint.moment import head_moment
from blueprint.paging import paged
from blueprint.permissions import Permission
from blueprint.workflow import State

from ..figures import period_label
from ..gathering import gatherable_drafts
from ..standings import standings
from .access import desk_page, desk_render
from .queues import queues
from .stages import stage_of
from .update_filters import UpdatesFilter
from .worklist import STAGES, Progress, Work, worklist

ROWS, RELEASES = 50, 40
# With so few there is nothing to look for.
FEW = 6


@dataclass(frozen=True)
class Link:
    address: str
    text: str


@dataclass(frozen=True)
class Update:
    """A row of the list: the work, how its indicator stands, and the one thing to do with it."""

    work: Work
    standing: Any
    may_enter: bool
    # Where the list is of several offices.
    office: Any = None

    @property
    def action(self) -> Link:
        return self.entering if self.may_enter and self._to_enter else self.opening

    @property
    def _to_enter(self) -> bool:
        return bool(self.work.draft) or self.work.stage in ("overdue", "due", "coming", "no_schedule")

    @property
    def entering(self) -> Link:
        address, draft = enter_address(self.work), self.work.draft
        due = self.work.line.freshness.period
        if draft:
            return Link(address, _("Mend it") if draft.returned_reason else _("Go on with the draft"))
        if due and due.start <= self.work.line.today:
            return Link(address, _("Enter %(period)s") % {"period": period_label(due.code)})
        return Link(address, _("Enter a figure"))

    @property
    def entering_beside(self) -> Link | None:
        """What is approved and waits for its moment stands in nobody's way."""
        is_free = self.may_enter and self.work.stage == "scheduled" and not self.work.draft
        return Link(enter_address(self.work), _("Enter a figure")) if is_free else None

    @property
    def opening(self) -> Link:
        if self.openable:
            return Link(self.openable[0].get_absolute_url(), _("Open it"))
        return Link(self.standing.indicator.get_absolute_url(), _("Public page"))

    @property
    def openable(self) -> list[Release]:
        return [held.release for held in self.work.held if held.release.pk in self.work.visible]

    @property
    def under_way(self) -> list[Link]:
        """The releases that hold something of it, with the stage of each, but for the draft that is gone on with."""
        main = self.work.draft if self.may_enter else None
        return [Link(r.get_absolute_url(), stage_of(r)) for r in self.openable if r != main]

    @property
    def for_few(self) -> bool:
        """Whether something of it is approved that this person may not see before its moment."""
        return any(release.pk not in self.work.visible for release in self.work.within(State.APPROVED))


def enter_address(work):
    address = reverse("desk:enter", args=[work.code])
    beside = len(work.within(State.DRAFT, State.SUBMITTED)) > 1
    return f"{address}?release={work.draft.pk}" if beside and work.draft else address


@desk_page(Permission.OPEN_DESK)
@require_safe
def updates(request):
    user = request.user
    sees_all = user.may(Permission.SEE_ALL_WORK)
    moment = head_moment()
    works = worklist(moment, user, office=None if sees_all else user.office_id)
    offices = offices_of(works, moment) if sees_all else []
    asked = UpdatesFilter(request.GET, works=works, user=user, offices=offices)
    context = {
        "filter": asked,
        "progress": Progress.of(asked.of_whom),
        "following": following_date(asked.of_whom),
        "assigns": user.may(Permission.ASSIGN_WORK),
        "page": "updates",
    }
    if asked.active:
        context |= list_of(request, asked, moment, offices)
    elif sees_all:
        # Who answers for all offices looks at all of them first, and at the list of one when asked for it.
        context |= all_offices(works, offices) | all_releases(request, user)
    else:
        context |= list_of(request, asked, moment, offices) | {"queues": queues(user)[0]} | gathering(user)
    return desk_render(request, "desk/updates.html", context)


def list_of(request, asked, moment, offices):
    """The page of the list that was asked for, in sections."""
    context = paged(request, asked.listed, ROWS)
    shown = list(context["part"])
    found = {s.code: s for s in standings(moment, codes=[work.code for work in shown])}
    enters = request.user.may(Permission.ENTER_FIGURES) and request.user.office_id
    several = {} if asked.asked.get("office") else {office.office_id: office for office in offices}
    rows = [Update(work, found[work.code], enters == work.office, several.get(work.office)) for work in shown]
    counts = Counter(work.stage for work in asked.counted)
    context["updates"] = rows
    context["sections"] = [
        (stage, STAGES[stage], counts[stage], list(group))
        for stage, group in groupby(rows, key=lambda row: row.work.stage)
    ]
    context["counts"] = [
        (STAGES[stage], counts[stage], with_state(asked.data, stage), asked.asked["state"] == stage)
        for stage in STAGES
        if counts[stage]
    ]
    context["few"] = len(asked.works) <= FEW and not asked.active
    return context


def gathering(user):
    """The office's oldest draft and the others, which may be put into it."""
    drafts = list(gatherable_drafts(user.office_id)) if user.may(Permission.ENTER_FIGURES) else []
    return {"into": drafts[0], "gatherable": drafts[1:]} if len(drafts) > 1 else {}


def with_state(given, stage):
    """The list's address with one stage alone, from its first page."""
    kept = given.copy()
    kept["state"] = stage
    kept.pop("page", None)
    return f"?{kept.urlencode()}"


def following_date(works):
    """The next day on which something is due that is not asked for yet."""
    return min((work.due_on for work in works if work.due_on and not work.asked), default=None)


# All offices


def offices_of(works, moment):
    """Those that answer for an indicator, by their codes."""
    codes = {work.office for work in works}
    rows = OfficeVersion.objects.filter(office__in=codes).as_at(moment.number, or_first=True)
    return sorted(rows, key=lambda office: office.office_id)


def all_offices(works, offices):
    """A row for each office: how much of what is asked for is handed in, and how many stand at each stage."""
    counts = Counter((work.office, work.stage) for work in works)
    stages = [stage for stage in STAGES if any((o.office_id, stage) in counts for o in offices)]
    by_office = {o.office_id: [w for w in works if w.office == o.office_id] for o in offices}
    return {
        "stages": [STAGES[stage] for stage in stages],
        "offices": [
            {
                "office": office,
                "progress": Progress.of(by_office[office.office_id]),
                "cells": [(stage, STAGES[stage], counts[office.office_id, stage]) for stage in stages],
            }
            for office in offices
        ],
    }


def all_releases(request, user):
    context = paged(request, Release.objects.visible_to(user).select_related("submitted_by"), RELEASES)
    found, listed = queues(user, beside=context["part"])
    return context | {"queues": found, "listed": listed}
