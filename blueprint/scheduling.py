"""The moment of a release: set with the draft, moved by two persons, kept by the clock."""

import datetime
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from .actions import Moved, Refused, approval_digest, make_public, recorded_refusals
from .audit import record, record_refusal
from .characters import unfit
from .clock import HONG_KONG, database_now, lateness
from .definitions import definitions_among, definitions_by_indicator, indicators_in
from .failpoints import failpoint
from .languages import Question, accept, check_whole, own_text, questions_of, unanswered
from .models import CalendarItemVersion, Contributor, Event, Publication, Release, Rescheduling, User
from .nouns import Change, noun, nouns
from .objections import unfit_text
from .publishing import hold_head, publish, standing_numbers
from .timing import FIRST_NOTICE, MOVING_NOTICE, announced_from, item_of
from .wording import LANGUAGES, TAGS, moment_text, words
from .workflow import ANSWERS, SCHEDULES, State, acting, may_answer_for, may_schedule, only_in_place_of

logger = logging.getLogger(__name__)

# --- before the approval ---------------------------------------------------------------------------------


@recorded_refusals
def set_moment(
    release: Release,
    *,
    by: User,
    publish_at: datetime.datetime | None,
    calendar_item: str | None,
    notes: dict[str, str],
    accepting: Collection[str] = (),
) -> None:
    """Say when a release is to become public, as which item of the calendar, and with which notes.

    Who does so has a hand in the release: what they set is approved by somebody else, with the figures.
    """
    if release.state not in (State.DRAFT, State.SUBMITTED):
        raise Refused(_("The moment of an approved release is moved by two persons, with a public reason."))
    if not may_schedule(release, by):
        raise Refused(_("Your role does not include this step for this release."))
    questions = unanswered(release, [own_text("notes", notes)])
    before = moment_said(release)
    said = {"publish_at": publish_at, "calendar_item_id": calendar_item}
    said |= {f"notes_{name}": notes.get(name, "") for name in LANGUAGES}
    if not Release.objects.move(release, release.state, **said):
        raise Moved
    release.refresh_from_db()
    check_first_moment(release)
    check_whole(questions, accepting)
    accept(release, questions, by=by)
    Contributor.objects.get_or_create(release=release, user=by)
    record(
        "set_moment",
        by=by,
        release=release,
        subject=str(release),
        version=release.version,
        before=before,
        after=moment_said(release),
        **acting(release, by, *SCHEDULES),
        **accepted_by_name(questions),
    )


def accepted_by_name(questions: Sequence[Question]) -> dict[str, Any]:
    """What the trail says of texts that stay as they are in the three languages."""
    return {"accepted": [question.answer for question in questions]} if questions else {}


def check_first_moment(release: Release) -> None:
    if release.publish_at is None:
        if release.calendar_item_id:
            raise Refused(_("An announced release needs the moment at which it becomes public."))
        return
    if release.publish_at < database_now() + FIRST_NOTICE:
        raise Refused(
            _("The moment has passed or is too near. Choose one that leaves time for the approval.")
        )
    if release.calendar_item_id:
        check_announced(release)


def check_announced(release: Release) -> None:
    """Nothing comes before the moment that the public was told; what comes after it is shown as late."""
    item = item_of(release)
    if item is None or item.called_off or item.withdrawn:
        raise Refused(_("This item does not stand on the calendar any more. Choose another."))
    if release.publish_at < announced_from(item):
        moment = moment_text(announced_from(item))
        raise Refused(
            _("The calendar announces it for %(moment)s. It may not come sooner.") % {"moment": moment}
        )


def moment_said(release: Release) -> dict[str, Any]:
    return {
        "publish_at": release.publish_at.isoformat() if release.publish_at else None,
        "calendar_item": release.calendar_item_id,
        "notes": {name: text for name in LANGUAGES if (text := getattr(release, f"notes_{name}"))},
    }


# --- after it --------------------------------------------------------------------------------------------


@recorded_refusals
def propose_moment(
    release: Release,
    *,
    by: User,
    to_at: datetime.datetime,
    reason: dict[str, str],
    accepting: Collection[str] = (),
) -> Rescheduling:
    """Ask for another moment of an approved release. Nothing moves before a second person agrees."""
    check_movable(release, by=by, to_at=to_at)
    if to_at == release.publish_at:
        raise Refused(_("That is the moment it has already."))
    if not any(text.strip() for text in reason.values()):
        raise Refused(_("Say why, in at least one language: the reason is public."))
    if found := sorted(set(unfit(reason))):
        raise Refused(unfit_text(_("The reason"), found))
    questions = questions_of_reason(reason)
    check_whole(questions, accepting)
    if release.reschedulings.filter(agreed=None).exists():
        raise Refused(_("A proposal to move the moment is waiting already. Decide on it first."))
    if not Release.objects.move(release, State.APPROVED):
        raise Moved
    release.refresh_from_db()
    proposal = Rescheduling.objects.create(
        release=release,
        from_at=release.publish_at,
        to_at=to_at,
        **{f"reason_{name}": reason.get(name, "").strip() for name in LANGUAGES},
        proposed_by=by,
        proposed_at=database_now(),
    )
    record_moving("propose_moment", proposal, release, by=by, **accepted_by_name(questions))
    return proposal


def questions_of_reason(reason: dict[str, str]) -> list[Question]:
    return list(questions_of(own_text("reason", {name: text.strip() for name, text in reason.items()})))


@recorded_refusals
def agree_moment(release: Release, *, by: User) -> Rescheduling:
    """Move the moment as proposed. What the calendar announced is announced anew in the same transaction."""
    # Nothing is published meanwhile, this release included.
    hold_head()
    proposal = open_proposal(release)
    if proposal.proposed_by_id == by.pk:
        raise Refused(_("You proposed this moment, so another person must agree to it."))
    if only_in_place_of(release, by, proposal.proposed_by_id):
        raise Refused(
            _(
                "As a deputy you decide on nothing that you or the person who is away had a hand in. "
                "Another person must do it."
            )
        )
    check_movable(release, by=by, to_at=proposal.to_at)
    announcement = announce(proposal, release)
    release.publish_at = proposal.to_at
    moved = Release.objects.move(
        release, State.APPROVED, publish_at=proposal.to_at, approved_digest=approval_digest(release)
    )
    if not moved:
        raise Moved
    release.refresh_from_db()
    decide(proposal, by=by, agreed=True)
    number = announcement.number if announcement else None
    record_moving("agree_moment", proposal, release, by=by, publication=number)
    return proposal


@recorded_refusals
def decline_moment(release: Release, *, by: User) -> Rescheduling:
    """Leave the moment as it is. Who proposed to move it may take the proposal back so."""
    proposal = open_proposal(release)
    if not may_answer_for(release, by):
        raise Refused(_("Your role does not include this step for this release."))
    if not Release.objects.move(release, State.APPROVED):
        raise Moved
    release.refresh_from_db()
    decide(proposal, by=by, agreed=False)
    record_moving("decline_moment", proposal, release, by=by)
    return proposal


def check_movable(release: Release, *, by: User, to_at: datetime.datetime) -> None:
    if not release.is_scheduled:
        raise Refused(
            _("Only an approved release that has a moment can be moved, and only before it is public.")
        )
    if not may_answer_for(release, by):
        raise Refused(_("Your role does not include this step for this release."))
    if to_at < database_now() + MOVING_NOTICE:
        raise Refused(_("The new moment must be at least one hour away."))
    if approval_digest(release) != release.approved_digest:
        raise Refused(
            _(
                "It has changed since it was approved. Take the approval back; the draft can have another moment."
            )
        )


def open_proposal(release: Release) -> Rescheduling:
    """The proposal that waits, if the release still is as the person saw it."""
    if not Release.objects.filter(pk=release.pk, state=release.state, version=release.version).exists():
        raise Moved
    proposal = release.reschedulings.filter(agreed=None).first()
    if proposal is None or release.state != State.APPROVED:
        raise Refused(_("No proposal to move the moment is waiting."))
    return proposal


def decide(proposal: Rescheduling, *, by: User, agreed: bool) -> None:
    proposal.agreed, proposal.decided_by, proposal.decided_at = agreed, by, database_now()
    proposal.save(update_fields=["agreed", "decided_by", "decided_at"])


def record_moving(verb: str, proposal: Rescheduling, release: Release, *, by: User, **detail: Any) -> None:
    said = {"from": proposal.from_at.isoformat(), "to": proposal.to_at.isoformat()}
    note = next(text for text in reasons_of(proposal).values() if text)
    record(
        verb,
        by=by,
        release=release,
        subject=str(release),
        note=note,
        version=release.version,
        **said,
        **acting(release, by, *ANSWERS),
        **{name: value for name, value in detail.items() if value is not None},
    )


def reasons_of(proposal: Rescheduling) -> dict[str, str]:
    return {name: getattr(proposal, f"reason_{name}") for name in LANGUAGES}


def announce(proposal: Rescheduling, release: Release) -> Publication | None:
    """Publish the calendar item with its new moment and the reason, if the calendar announced the release."""
    item = item_of(release)
    if item is None:
        return None
    reasons = reasons_of(proposal)
    local = proposal.to_at.astimezone(HONG_KONG)
    kind = noun("calendaritem")
    moved = kind.content(item) | {
        "planned_on": local.date(),
        "planned_time": local.time(),
    }
    return publish(
        [Change(kind, moved)],
        kind=Publication.Kind.CALENDAR,
        title=moved_titles(item, proposal.to_at),
        notes=reasons,
        reason=next(text for text in reasons.values() if text),
    )


def moved_titles(item: CalendarItemVersion, moment: datetime.datetime) -> dict[str, str]:
    titles = {}
    for language in LANGUAGES:
        with override(TAGS[language].lower()):
            said = {"title": words(item, "title"), "moment": moment_text(moment)}
            titles[language] = (_("New moment: %(title)s, %(moment)s") % said)[:300]
    return titles


# --- what came in between --------------------------------------------------------------------------------


def overtaken(releases: Iterable[Release]) -> dict[int, list[tuple[Change, int]]]:
    """Of approved releases: what stands otherwise than their approver saw it, and the publication that did it.

    A few queries for each noun, however many releases.
    """
    waiting = {release.pk: release for release in releases if release.state == State.APPROVED}
    if not waiting:
        return {}
    touched = touched_by(waiting)
    numbers = standing_numbers([change for changes in touched.values() for change in changes])
    made = dict(Publication.objects.filter(number__in=numbers.values()).values_list("number", "recorded_at"))
    found: dict[int, list[tuple[Change, int]]] = defaultdict(list)
    for pk, changes in touched.items():
        for change in changes:
            number = numbers.get((change.noun, change.key))
            if number and made[number] > approved_moment(waiting[pk]):
                found[pk].append((change, number))
    return dict(found)


def touched_by(waiting: dict[int, Release]) -> dict[int, list[Change]]:
    """What each release would change, what its figures mean, and the calendar item that announces it."""
    touched: dict[int, list[Change]] = defaultdict(list)
    for kind in nouns():
        if kind.entry is not None:
            for entry in kind.entry.objects.filter(release__in=waiting).order_by("pk"):
                touched[entry.release_id].append(Change(kind, kind.content(entry)))
    for release in waiting.values():
        if release.calendar_item_id:
            change = Change.of("calendaritem", calendar_item_id=release.calendar_item_id)
            touched[release.pk].append(change)
    codes = indicators_in([change for changes in touched.values() for change in changes])
    known = definitions_by_indicator(codes) if codes else {}
    for pk, changes in touched.items():
        touched[pk] = changes + definitions_among(known, indicators_in(changes))
    return touched


def approved_moment(release: Release) -> datetime.datetime:
    """When what the approval binds to was last looked at: a moved moment binds it anew."""
    decided = [row.decided_at for row in release.reschedulings.all() if row.agreed]
    return max([release.approved_at, *decided])


# --- the clock -------------------------------------------------------------------------------------------


def publish_due() -> list[Publication]:
    """Publish every approved release whose moment has come, the oldest first, each in its own transaction.

    Any number of processes may do so at once: of each release one of them finds it still due.
    """
    published = []
    for pk in list(Release.objects.due(database_now()).values_list("pk", flat=True)):
        publication = publish_by_clock(pk)
        if publication:
            published.append(publication)
    return published


def next_moment() -> datetime.datetime | None:
    """The next moment to come: what is past and still here was refused, and waits for people."""
    later = Release.objects.scheduled().filter(publish_at__gt=database_now())
    return later.values_list("publish_at", flat=True).first()


def publish_by_clock(pk: int) -> Publication | None:
    if refused_before(pk):
        return None
    try:
        with transaction.atomic():
            hold_head()
            release = Release.objects.due(database_now()).filter(pk=pk).first()
            publication = make_public(release, by=None) if release else None
            if publication:
                note_lateness(release, publication)
            failpoint("publish.before_commit")
    except Moved:
        # Somebody took the approval back in between.
        return None
    except (OperationalError, InterfaceError):
        raise
    except Exception as fault:
        # One release that cannot be published must not keep the others waiting.
        refuse(pk, fault)
        return None
    failpoint("publish.after_commit")
    return publication


def note_lateness(release: Release, publication: Publication) -> None:
    late = lateness(publication.planned_at, publication.published_at)
    if late:
        seconds = int(late.total_seconds())
        logger.warning("Publication %s came %s seconds late.", publication.number, seconds)
        record("publish_late", by=None, release=release, subject=str(release), seconds=seconds)


def refused_before(pk: int) -> bool:
    """Whether the clock refused the release as it is: then it waits for people, and is refused once only."""
    version = Release.objects.filter(pk=pk).values_list("version", flat=True).first()
    refusals = Event.objects.filter(release=pk, verb="publish_due", refused=True)
    return refusals.filter(detail__version=version).exists()


def refuse(pk: int, fault: Exception) -> None:
    known = isinstance(fault, Refused)
    # Of two workers that are refused at once one records it.
    with transaction.atomic():
        hold_head()
        release = Release.objects.due(database_now()).filter(pk=pk).first()
        if release is None or refused_before(pk):
            return
        reason = str(fault) if known else type(fault).__name__
        record_refusal(
            "publish_due",
            by=None,
            release=release,
            subject=str(release),
            reason=reason,
            version=release.version,
        )
    logger.error(
        "Release %s was not published at its moment: %s", pk, reason, exc_info=None if known else fault
    )
