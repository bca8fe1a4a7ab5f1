"""What people do with a release. Each verb is one transaction; a refusal says why in plain words."""

import uuid
from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _

from .audit import record
from .clock import database_now
from .contents import approval_digest, changes_of, kind_of, notes, titles
from .failpoints import failpoint
from .languages import accept, check_whole, open_questions
from .mailing import tell_approved, tell_published, tell_returned, tell_submitted
from .models import Contributor, Publication, Release, User
from .moving import Moved, check_move, enter_state, move, recorded_refusals
from .nouns import Change
from .objections import objection_to
from .publishing import hold_head, publish
from .refusals import Refused
from .remarks import check_settled
from .timing import FIRST_NOTICE, planned_of
from .workflow import State


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
        # What an approver is asked to approve, so that a later submission can be held against it.
        said={"changes": [change.canonical() for change in changes]},
        submitted_by=by,
        submitted_at=database_now(),
        returned_reason="",
        returned_by=None,
    )
    tell_submitted(release)


@recorded_refusals
def recall_release(release: Release, *, by: User) -> None:
    """Take one's own work back before anybody has decided on it."""
    move(release, State.DRAFT, by=by, verb="recall", submitted_by=None, submitted_at=None)


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
    tell_returned(release, by=by)


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
    # After the move, which waits for whoever is remarking at this moment.
    check_settled(release)
    tell_approved(release, by=by)


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
    tell_returned(release, by=by)


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
    tell_published(release, publication, by=by)
    return publication
