"""States of a release, the moves between them, and who may make each. Buttons, tests and docs read this table."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .permissions import Permission


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Move:
    """A move and the permission it asks for on each track a release may be on."""

    verb: str
    office: Permission
    committee: Permission
    central: Permission

    def permission(self, track: str) -> Permission:
        permission: Permission = getattr(self, track)
        return permission


_PROPOSE = (Permission.ENTER_FIGURES, Permission.RECORD_FINDINGS, Permission.PROPOSE_TEXTS)
_DECIDE = (Permission.APPROVE_FIGURES, Permission.APPROVE_FINDINGS, Permission.APPROVE_TEXTS)
_PUBLISH = (Permission.PUBLISH, Permission.PUBLISH, Permission.PUBLISH)

TRANSITIONS: dict[tuple[State, State], Move] = {
    (State.DRAFT, State.SUBMITTED): Move("submit", *_PROPOSE),
    (State.DRAFT, State.WITHDRAWN): Move("withdraw", *_PROPOSE),
    (State.SUBMITTED, State.DRAFT): Move("return", *_DECIDE),
    (State.SUBMITTED, State.APPROVED): Move("approve", *_DECIDE),
    (State.APPROVED, State.DRAFT): Move("take_back", *_DECIDE),
    (State.APPROVED, State.PUBLISHED): Move("publish", *_PUBLISH),
}


def allowed_moves(release: Any, user: Any) -> list[str]:
    """Verbs this person may use on this release now, in the table's order. Rules on the person included."""
    return [
        move.verb
        for (start, _end), move in TRANSITIONS.items()
        if start == release.state and can_move(move, release, user)
    ]


def can_move(move: Move, release: Any, user: Any) -> bool:
    if not holds(move, release, user):
        return False
    # What has a moment is published by the clock. Sooner is a change of the moment, which takes two persons.
    if move.verb == "publish" and release.publish_at is not None:
        return False
    return not (move.verb == "approve" and touched(release, user))


def holds(move: Move, release: Any, user: Any) -> bool:
    """Whether the person's role and office include a move on such a release, whatever its state."""
    own_office = release.track != "office" or move.verb == "publish" or user.office_id == release.office_id
    return bool(user.may(move.permission(release.track)) and own_office)


def may_schedule(release: Any, user: Any) -> bool:
    """Set the moment of a release that is not yet approved: its authors, approvers and publishers."""
    return any(
        holds(TRANSITIONS[step], release, user)
        for step in (
            (State.DRAFT, State.SUBMITTED),
            (State.SUBMITTED, State.APPROVED),
            (State.APPROVED, State.PUBLISHED),
        )
    )


def may_answer_for(release: Any, user: Any) -> bool:
    """Move the moment of an approved release, and say who may see it before: its approvers and publishers."""
    return any(
        holds(TRANSITIONS[step], release, user)
        for step in ((State.SUBMITTED, State.APPROVED), (State.APPROVED, State.PUBLISHED))
    )


def touched(release: Any, user: Any) -> bool:
    """Whether the person had a hand in the release, and so may not approve it."""
    return bool(user.pk == release.submitted_by_id or release.contributors.filter(user=user).exists())
