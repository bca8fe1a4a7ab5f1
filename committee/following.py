"""What the committee asked for and what became of it, by the clock."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import ngettext

from .models import ActionState


@dataclass(frozen=True)
class Followed:
    """An action on a day. ``asked_on``: when its meeting was held, unless that is not known."""

    action: Any
    asked_on: datetime.date | None
    today: datetime.date

    @property
    def days_late(self) -> int:
        """How many days past its date an open one is; 0 for all others."""
        late = (self.today - self.action.due_on).days
        return max(late, 0) if self.action.state == ActionState.OPEN else 0

    @property
    def state(self) -> str:
        return "overdue" if self.days_late else str(self.action.state)

    @property
    def age(self) -> str:
        """How long it has been open, and by how much it is late; of one that is closed nothing."""
        if self.action.state != ActionState.OPEN:
            return ""
        if self.days_late:
            late = self.days_late
            return ngettext("%(days)s day overdue", "%(days)s days overdue", late) % {"days": late}
        if self.asked_on is None or self.asked_on > self.today:
            return ""
        days = (self.today - self.asked_on).days
        return ngettext("open for %(days)s day", "open for %(days)s days", days) % {"days": days}


ORDER = ("overdue", "open", "done", "dropped")


def followed(actions: Iterable[Any], meetings: dict[str, Any], today: datetime.date) -> list[Followed]:
    """What is overdue longest comes first, then what is open, what is done, and what was dropped."""
    found = [
        Followed(action, meeting and meeting.held_on, today)
        for action in actions
        for meeting in [meetings.get(action.meeting_id)]
    ]
    return sorted(
        found, key=lambda each: (ORDER.index(each.state), each.action.due_on, each.action.action_id)
    )


@dataclass(frozen=True)
class Count:
    """Of one office: how much was asked of it, and how that stands."""

    office: str
    asked: int
    done: int
    open: int
    overdue: int
    dropped: int


def counts(found: Iterable[Followed]) -> list[Count]:
    """By office, those with most overdue first. What was dropped was asked all the same."""
    found = list(found)
    offices = {each.action.office_id for each in found}
    return sorted(
        (
            count_of(office, [each.state for each in found if each.action.office_id == office])
            for office in offices
        ),
        key=lambda count: (-count.overdue, -count.asked, count.office),
    )


def count_of(office: str, states: list[str]) -> Count:
    return Count(
        office=office,
        asked=len(states),
        done=states.count("done"),
        open=states.count("open"),
        overdue=states.count("overdue"),
        dropped=states.count("dropped"),
    )
