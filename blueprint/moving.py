"""How a release gets from one state to the next: whether it may, the one UPDATE, and the line in the record."""

from django.db import transaction
from django.utils.translation import gettext as _

from .audit import record, record_refusal
from .models import Release, User
from .refusals import Refused
from .workflow import MOVES, Hands, Move, State, acting, can_move, has_by_role, holds, in_place_of, touched


class Moved(Refused):
    """Somebody changed the release since this person opened it."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Somebody changed this release since you opened it. Look at it again; nothing of yours was stored."
            )
        )


def recorded_refusals(action):
    """Run an action in one transaction and, if it is refused, record that after the rollback."""

    def guarded(release: Release, *, by: User, **kwargs):
        try:
            with transaction.atomic():
                return action(release, by=by, **kwargs)
        except Refused as refusal:
            record_refusal(action.__name__, by=by, release=release, reason=str(refusal))
            raise

    guarded.__name__ = action.__name__
    guarded.__doc__ = action.__doc__
    return guarded


def check_move(release: Release, to: State, *, by: User, verb: str) -> None:
    move = MOVES[verb]
    # Two verbs may lead to one state; what each of them stores fits only the state it starts from.
    if (move.start, move.end) != (State(release.state), to):
        raise Refused(_("A release in this state cannot be moved so."))
    if verb == "publish" and release.publish_at is not None:
        raise Refused(_("This release has a moment and is published by the clock. Move the moment instead."))
    if holds(move, release, by):
        check_hands(move, release, by=by)
    if not can_move(move, release, by):
        raise Refused(_("Your role does not include this step for this release."))


def check_hands(move: Move, release: Release, *, by: User) -> None:
    """Of a person whose role and office include the move: what keeps this very person from it, in words."""
    own = touched(release, by)
    if move.hands == Hands.OTHERS and own:
        raise Refused(
            _(
                "You had a hand in this release, so another person must approve it. Nobody approves their own work."
            )
        )
    if move.hands == Hands.OWN and not own:
        raise Refused(_("Only those who had a hand in it take it back so. Whoever decides on it returns it."))
    if not has_by_role(move, release, by) and not in_place_of(move, release, by):
        raise Refused(
            _(
                "As a deputy you decide on nothing that you or the person who is away had a hand in. "
                "Another person must do it."
            )
        )


def move(
    release: Release, to: State, *, by: User, verb: str, note: str = "", said: dict | None = None, **columns
) -> None:
    check_move(release, to, by=by, verb=verb)
    enter_state(release, to, by=by, verb=verb, note=note, said=said, **columns)


def enter_state(
    release: Release,
    to: State,
    *,
    by: User | None,
    verb: str,
    note: str = "",
    said: dict | None = None,
    **columns,
) -> None:
    """``said``: what the record keeps beside who, when and which version."""
    said = acting(release, by, verb) | (said or {})
    if not Release.objects.move(release, to, **columns):
        raise Moved
    release.refresh_from_db()
    record(verb, by=by, release=release, subject=str(release), note=note, version=release.version, **said)
