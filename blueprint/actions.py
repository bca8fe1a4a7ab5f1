"""What people do with a release. Each verb is one transaction; a refusal says why in plain words."""

import hashlib
import uuid
from collections.abc import Collection, Sequence

import rfc8785
from django.db import transaction
from django.utils.translation import gettext as _

from .audit import record, record_refusal
from .clock import database_now
from .failpoints import failpoint
from .languages import accept, accepted_as, check_whole, open_questions
from .models import Contributor, Publication, Release, User
from .nouns import Change, nouns, spelled
from .objections import objection_to
from .publishing import hold_head, publish, standing_numbers
from .refusals import Refused
from .timing import FIRST_NOTICE, item_of, planned_of
from .wording import LANGUAGES
from .workflow import TRANSITIONS, State, can_move, touched


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


def open_release(
    *, track: str, office: str | None, title: dict[str, str], by: User, token: uuid.UUID | None = None
) -> Release:
    release = Release.objects.create(
        track=track,
        office_id=office,
        title_en=title.get("en", "")[:300],
        title_zh_hant=title.get("zh_hant", "")[:300],
        title_zh_hans=title.get("zh_hans", "")[:300],
        token=token or uuid.uuid4(),
        created_by=by,
        created_at=database_now(),
    )
    Contributor.objects.create(release=release, user=by)
    record("open_release", by=by, release=release, subject=str(release))
    return release


def touch(release: Release, *, by: User) -> None:
    """Note a hand in a draft: its version moves, and the person is kept from approving it."""
    if release.state != State.DRAFT:
        raise Refused(_("This release is no longer a draft. Ask for it to be returned before you change it."))
    if not Release.objects.move(release, State.DRAFT):
        raise Moved
    release.refresh_from_db()
    Contributor.objects.get_or_create(release=release, user=by)


def entries_of(release: Release) -> list:
    """All entries of a release, in the order in which they are made public."""
    return [
        entry
        for noun in nouns()
        if noun.entry is not None
        for entry in noun.entry.objects.filter(release=release).order_by("pk")
    ]


def changes_of(release: Release) -> list[Change]:
    return [Change.from_entry(entry) for entry in entries_of(release)]


def digest_of(changes: Sequence[Change]) -> str:
    """SHA-256 over exactly what changes say, and what they would replace.

    Changes that would build on something published anew in the meantime have another digest, so that they
    cannot undo in silence what nobody saw.
    """
    return hashlib.sha256(rfc8785.dumps(said_by(changes))).hexdigest()


def said_by(changes: Sequence[Change], *, before: int | None = None) -> list:
    replaced = standing_numbers(changes, before=before)
    return [[change.canonical(), str(replaced.get((change.noun, change.key), 0))] for change in changes]


def approval_digest(
    release: Release, changes: Sequence[Change] | None = None, *, before: int | None = None
) -> str:
    """What an approval binds to: the changes, the words around them, the moment, and what the calendar says of it.

    ``before`` is the publication that was made of it: what it replaced is what stood until then.
    """
    item = item_of(release, before=before)
    whole = {
        "changes": said_by(changes_of(release) if changes is None else changes, before=before),
        "title": spelled(titles(release)),
        "notes": spelled(notes(release)),
        "reason": spelled(release.reason),
        "publish_at": spelled(release.publish_at),
        "calendar_item": [release.calendar_item_id, str(item.publication_id if item else 0)],
        "accepted": [list(accepted_as(row)) for row in release.accepted_gaps.all()],
    }
    return hashlib.sha256(rfc8785.dumps(whole)).hexdigest()


def check_move(release: Release, to: State, *, by: User, verb: str) -> None:
    move = TRANSITIONS.get((State(release.state), to))
    if move is not None and verb == "publish" and release.publish_at is not None:
        raise Refused(_("This release has a moment and is published by the clock. Move the moment instead."))
    # Two verbs may lead to one state; what each of them stores fits only the state it starts from.
    if move is None or move.verb != verb:
        raise Refused(_("A release in this state cannot be moved so."))
    if move.verb == "approve" and touched(release, by):
        raise Refused(
            _(
                "You had a hand in this release, so another person must approve it. Nobody approves their own work."
            )
        )
    if not can_move(move, release, by):
        raise Refused(_("Your role does not include this step for this release."))


def move(release: Release, to: State, *, by: User, verb: str, note: str = "", **columns) -> None:
    check_move(release, to, by=by, verb=verb)
    enter_state(release, to, by=by, verb=verb, note=note, **columns)


def enter_state(
    release: Release, to: State, *, by: User | None, verb: str, note: str = "", **columns
) -> None:
    if not Release.objects.move(release, to, **columns):
        raise Moved
    release.refresh_from_db()
    record(verb, by=by, release=release, subject=str(release), note=note, version=release.version)


def check_moment(release: Release) -> None:
    if release.publish_at is not None and release.publish_at < database_now() + FIRST_NOTICE:
        raise Refused(_("The moment set for this release has passed or is too near. Set another first."))


def check_objections(release: Release, changes: Sequence[Change]) -> None:
    if objection := objection_to(release, changes):
        raise Refused(objection)
    check_whole(open_questions(release, changes))


def settle_languages(
    release: Release, changes: Sequence[Change], accepting: Collection[str], *, by: User
) -> None:
    """Let its texts be whole in the three languages, but for what the person accepts; the approver reads that."""
    questions = open_questions(release, changes)
    check_whole(questions, accepting)
    if questions:
        accept(release, questions, by=by)
        said = [question.answer for question in questions]
        record("accept_gaps", by=by, release=release, subject=str(release), accepted=said)


@recorded_refusals
def submit_release(release: Release, *, by: User, accepting: Collection[str] = ()) -> None:
    """``accepting``: names of the questions about its languages that the person answers with yes."""
    # Before anything is written: an approver who submits what is public already is told so, not met by a trigger.
    check_move(release, State.SUBMITTED, by=by, verb="submit")
    changes = changes_of(release)
    if not changes:
        raise Refused(_("There is nothing in this release yet."))
    check_moment(release)
    settle_languages(release, changes, accepting, by=by)
    check_objections(release, changes)
    # Who submits had a hand in it, even where a colleague typed every figure.
    Contributor.objects.get_or_create(release=release, user=by)
    move(
        release,
        State.SUBMITTED,
        by=by,
        verb="submit",
        submitted_by=by,
        submitted_at=database_now(),
        returned_reason="",
        returned_by=None,
    )


@recorded_refusals
def return_release(release: Release, *, by: User, reason: str) -> None:
    if not reason.strip():
        raise Refused(_("Say why you return it, so that its author can mend it."))
    move(
        release,
        State.DRAFT,
        by=by,
        verb="return",
        note=reason,
        returned_reason=reason,
        returned_by=by,
        submitted_by=None,
        submitted_at=None,
    )


@recorded_refusals
def approve_release(release: Release, *, by: User, digest: str) -> None:
    """Approve exactly what the approver saw: ``digest`` is the one their page carried."""
    # What is published from here on is later than the approval, and so can be told apart from what it saw.
    hold_head()
    if digest != approval_digest(release):
        raise Moved
    check_moment(release)
    check_objections(release, changes_of(release))
    move(
        release,
        State.APPROVED,
        by=by,
        verb="approve",
        approved_by=by,
        approved_at=database_now(),
        approved_digest=digest,
    )


@recorded_refusals
def take_back_approval(release: Release, *, by: User, reason: str) -> None:
    if not reason.strip():
        raise Refused(_("Say why the approval is taken back."))
    move(
        release,
        State.DRAFT,
        by=by,
        verb="take_back",
        note=reason,
        returned_reason=reason,
        returned_by=by,
        submitted_by=None,
        submitted_at=None,
        approved_by=None,
        approved_at=None,
        approved_digest="",
    )
    # A proposal to move the moment has no object any more.
    release.reschedulings.filter(agreed=None).update(agreed=False, decided_by=by, decided_at=database_now())


@recorded_refusals
def withdraw_release(release: Release, *, by: User) -> None:
    move(release, State.WITHDRAWN, by=by, verb="withdraw")


@recorded_refusals
def publish_release(release: Release, *, by: User) -> Publication:
    """Make a release public and fix what it says for good.

    One conditional UPDATE moves the state, so of two who publish at the same moment one publishes and the
    other is told that the release has moved.
    """
    check_move(release, State.PUBLISHED, by=by, verb="publish")
    # From here on nobody else publishes, so what is compared with the approval is what will be replaced.
    hold_head()
    if not Release.objects.filter(pk=release.pk, state=release.state, version=release.version).exists():
        raise Moved
    return make_public(release, by=by)


def make_public(release: Release, *, by: User | None) -> Publication:
    """Publish an approved release as it was approved, by a person or by the clock. The caller holds the head."""
    changes = changes_of(release)
    if approval_digest(release, changes) != release.approved_digest:
        raise Refused(
            _("What would be published is not what was approved. The release needs a new approval.")
        )
    check_objections(release, changes)
    publication = publish(
        changes,
        kind=kind_of(changes),
        title=titles(release),
        notes=notes(release),
        reason=release.reason,
        planned=planned_of(release),
    )
    failpoint("publish.before_move")
    enter_state(release, State.PUBLISHED, by=by, verb="publish", published_by=by, publication=publication)
    return publication


def titles(release: Release) -> dict[str, str]:
    return {name: getattr(release, f"title_{name}") for name in LANGUAGES}


def notes(release: Release) -> dict[str, str]:
    return {name: getattr(release, f"notes_{name}") for name in LANGUAGES}


KINDS = {
    "observation": Publication.Kind.FIGURES,
    "evidence": Publication.Kind.FIGURES,
    "baseline": Publication.Kind.TARGETS,
    "target": Publication.Kind.TARGETS,
    "committee": Publication.Kind.COMMITTEE,
    "seat": Publication.Kind.COMMITTEE,
    "meeting": Publication.Kind.COMMITTEE,
    "finding": Publication.Kind.COMMITTEE,
    "action": Publication.Kind.COMMITTEE,
    "plan": Publication.Kind.PLAN,
    "calendaritem": Publication.Kind.CALENDAR,
}


def kind_of(changes: Sequence[Change]) -> str:
    if any(is_withdrawal(change) for change in changes):
        return Publication.Kind.WITHDRAWAL
    kinds = {KINDS.get(change.noun.name, Publication.Kind.TEXTS) for change in changes}
    if Publication.Kind.PLAN in kinds:
        return Publication.Kind.PLAN
    return kinds.pop() if len(kinds) == 1 else Publication.Kind.MIXED


def is_withdrawal(change: Change) -> bool:
    return bool(change.content.get("withdrawn")) or change.content.get("kind") == "withdrawal"
