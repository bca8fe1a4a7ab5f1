"""States of a release, the moves between them, and who may make each. Buttons, tests and docs read this table."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .permissions import Permission, may


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Hands(StrEnum):
    """Whether a move is for those who had a hand in the release, for those who had none, or for both."""

    ANY = "any"
    OWN = "own"
    OTHERS = "others"


@dataclass(frozen=True)
class Move:
    """A move and the permission it asks for on each track a release may be on. Two verbs may lead the same way."""

    start: State
    end: State
    verb: str
    office: Permission
    committee: Permission
    central: Permission
    hands: Hands = Hands.ANY
    with_reason: bool = False

    def permission(self, track: str) -> Permission:
        permission: Permission = getattr(self, track)
        return permission


_PROPOSE = (Permission.ENTER_FIGURES, Permission.RECORD_FINDINGS, Permission.PROPOSE_TEXTS)
_DECIDE = (Permission.APPROVE_FIGURES, Permission.APPROVE_FINDINGS, Permission.APPROVE_TEXTS)
_PUBLISH = (Permission.PUBLISH, Permission.PUBLISH, Permission.PUBLISH)

TRANSITIONS: tuple[Move, ...] = (
    Move(State.DRAFT, State.SUBMITTED, "submit", *_PROPOSE),
    Move(State.DRAFT, State.WITHDRAWN, "withdraw", *_PROPOSE),
    # Only their own work: whoever sends back somebody else's says why.
    Move(State.SUBMITTED, State.DRAFT, "recall", *_PROPOSE, hands=Hands.OWN),
    Move(State.SUBMITTED, State.DRAFT, "return", *_DECIDE, with_reason=True),
    Move(State.SUBMITTED, State.APPROVED, "approve", *_DECIDE, hands=Hands.OTHERS),
    Move(State.APPROVED, State.DRAFT, "take_back", *_DECIDE, with_reason=True),
    Move(State.APPROVED, State.PUBLISHED, "publish", *_PUBLISH),
)
MOVES = {move.verb: move for move in TRANSITIONS}
# Who may make one of these moves sets the first moment; who may make one of those answers for it afterwards.
SCHEDULES = ("submit", "approve", "publish")
ANSWERS = ("approve", "publish")


def allowed_moves(release: Any, user: Any) -> list[str]:
    """Verbs this person may use on this release now, in the table's order. Rules on the person included."""
    return [
        move.verb for move in TRANSITIONS if move.start == release.state and can_move(move, release, user)
    ]


def can_move(move: Move, release: Any, user: Any) -> bool:
    # What has a moment is published by the clock. Sooner is a change of the moment, which takes two persons.
    if move.verb == "publish" and release.publish_at is not None:
        return False
    if move.hands != Hands.ANY and touched(release, user) != (move.hands == Hands.OWN):
        return False
    return holds(move, release, user) and (
        has_by_role(move, release, user) or bool(in_place_of(move, release, user))
    )


def has_by_role(move: Move, release: Any, user: Any) -> bool:
    return may(user.role, move.permission(release.track))


def in_place_of(move: Move, release: Any, user: Any) -> list[Any]:
    """Those who are away and in whose place the person may make this move.

    A deputy approves nothing that the absent person had a hand in, and publishes nothing of their own: neither
    what they had a hand in nor what they approved.
    """
    absent: list[Any] = user.lenders(move.permission(release.track))
    if move.hands == Hands.OTHERS:
        return [person for person in absent if not touched(release, person)]
    own = move.verb == "publish" and (touched(release, user) or release.approved_by_id == user.pk)
    return [] if own else absent


def acting(release: Any, user: Any, *verbs: str) -> dict[str, Any]:
    """What the record says of whom the person acted for: nothing where their own role includes one of the moves."""
    moves = [MOVES[verb] for verb in verbs]
    if user is None or any(has_by_role(move, release, user) for move in moves):
        return {}
    absent = next((person for move in moves for person in in_place_of(move, release, user)), None)
    return {"for": absent.pk, "for_person": absent.name} if absent else {}


def holds(move: Move, release: Any, user: Any) -> bool:
    """Whether the person's role and office include a move on such a release, whatever its state."""
    own_office = release.track != "office" or move.verb == "publish" or user.office_id == release.office_id
    return bool(user.may(move.permission(release.track)) and own_office)


def may_schedule(release: Any, user: Any) -> bool:
    """Set the moment of a release that is not yet approved: its authors, approvers and publishers."""
    return any(holds(MOVES[verb], release, user) for verb in SCHEDULES)


def may_answer_for(release: Any, user: Any) -> bool:
    """Move the moment of an approved release, and say who may see it before: its approvers and publishers."""
    return any(holds(MOVES[verb], release, user) for verb in ANSWERS)


def only_in_place_of(release: Any, user: Any, absent: int) -> bool:
    """Whether the person answers for a release in the place of this one absent person and by nothing else."""
    moves = [MOVES[verb] for verb in ANSWERS]
    if any(has_by_role(move, release, user) and holds(move, release, user) for move in moves):
        return False
    lenders = {one.pk for move in moves for one in user.lenders(move.permission(release.track))}
    return lenders == {absent}


def touched(release: Any, user: Any) -> bool:
    """Whether the person had a hand in the release, and so may not approve it."""
    return bool(user.pk == release.submitted_by_id or release.contributors.filter(user=user).exists())
