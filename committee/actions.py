"""What members, the chair and the secretary do: rate alone, and record what was agreed as a release."""

import datetime
import functools
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from blueprint.actions import Refused, open_release, submit_release, touch
from blueprint.audit import record, record_refusal
from blueprint.clock import database_now, hong_kong_date
from blueprint.models import Release, User
from blueprint.permissions import Permission
from blueprint.proposing import sent_before
from blueprint.wording import LANGUAGES
from blueprint.workflow import State

from .models import Action, ActionEntry, Confidence, Cycle, Finding, FindingEntry, Rating
from .papers import Paper, spread_of


class NotYours(Refused):
    """The person's role does not include this step."""


class Outrun(Refused):
    """Somebody saved since this form was opened. ``stored`` is what stands now, None if it was taken away."""

    def __init__(self, stored: Any) -> None:
        super().__init__(
            _(
                "This was saved elsewhere since you opened the page. Both texts are shown; nothing you typed is lost."
            )
        )
        self.stored = stored


@dataclass(frozen=True)
class Request:
    """What the committee asks of an office, and until when."""

    texts: dict[str, str]
    office: str
    due_on: datetime.date


@dataclass(frozen=True)
class Agreement:
    """What the committee agreed of a strategy."""

    confidence: int
    texts: dict[str, str]
    request: Request | None = field(default=None)
    # Why it replaces a finding that is public.
    reason: str = ""


def recorded(action: Callable) -> Callable:
    """Run an action in one transaction and, if it is refused, record that after the rollback."""

    @functools.wraps(action)
    def guarded(paper: Paper, *, by: User, **said: Any) -> Any:
        try:
            with transaction.atomic():
                return action(paper, by=by, **said)
        except Refused as refusal:
            record_refusal(action.__name__, by=by, subject=subject_of(paper), reason=str(refusal))
            raise

    return guarded


def subject_of(paper: Paper) -> str:
    return f"{paper.cycle.meeting_code}/{paper.code}"


def check_may(user: User, permission: Permission) -> None:
    if not user.may(permission):
        raise NotYours(_("Your role does not include this step."))


def hold_open(cycle: Cycle) -> None:
    """Take the cycle's row, so that two who save at once save one after the other; refuse if it was closed."""
    if not Cycle.objects.filter(pk=cycle.pk, closed_at=None).update(closed_at=None):
        raise Refused(_("This meeting's papers are closed. Nothing more can be saved for it."))


@recorded
def save_rating(paper: Paper, *, by: User, confidence: int, reason: str, version: int) -> Rating:
    """Keep a member's own rating. ``version`` is the one their form was opened on, 0 for none.

    The same form sent twice is saved once.
    """
    check_may(by, Permission.RATE)
    hold_open(paper.cycle)
    rating = Rating.objects.filter(cycle=paper.cycle, strategy=paper.code, member=by).first()
    if rating and (rating.confidence, rating.reason) == (confidence, reason):
        return rating
    if version != (rating.version if rating else 0):
        raise Outrun(rating)
    rating = rating or Rating(cycle=paper.cycle, strategy_id=paper.code, member=by)
    rating.confidence, rating.reason = confidence, reason
    rating.version, rating.saved_at = version + 1, database_now()
    rating.save()
    # The trail says that a rating was saved, not what it was: it is read by people who do not see ratings.
    record("save_rating", by=by, subject=subject_of(paper), version=rating.version)
    return rating


@recorded
def record_finding(
    paper: Paper,
    *,
    by: User,
    agreed: Agreement,
    token: uuid.UUID,
    version: int,
    accepting: Collection[str] = (),
) -> Release:
    """Put what was agreed into a release of the committee and submit it; the secretary approves it.

    A cycle has one open release for a strategy: one that was returned is mended, and one that waits for
    approval is left alone. ``version`` is that of the returned release the form was opened on, 0 for none.
    """
    check_may(by, Permission.RECORD_FINDINGS)
    hold_open(paper.cycle)
    sent = sent_before(token, by)
    if sent and agreement_in(sent) == agreed:
        return sent
    if sent:
        raise Outrun(sent)
    release = open_finding_release(paper)
    if release and release.state != State.DRAFT:
        if agreement_in(release) == agreed and release.submitted_by_id == by.pk:
            return release
        raise Outrun(release)
    if version != (release.version if release else 0):
        raise Outrun(release)
    if release is None:
        release = open_release(
            track=Release.Track.COMMITTEE, office=None, title=titles(paper), by=by, token=token
        )
    else:
        touch(release, by=by)
        record("save_finding", by=by, release=release, subject=str(release), version=release.version)
    write_entries(release, paper, by=by, agreed=agreed)
    release.reason = agreed.reason
    release.save(update_fields=["reason"])
    submit_release(release, by=by, accepting=accepting)
    return release


def open_finding_release(paper: Paper) -> Release | None:
    entries = FindingEntry.objects.filter(meeting=paper.cycle.meeting_code, strategy=paper.code)
    return Release.objects.open().filter(pk__in=entries.values("release")).first()


def published_finding(paper: Paper) -> Finding | None:
    """What this meeting's finding of the strategy says in public by now."""
    found = Finding.objects.filter(meeting=paper.cycle.meeting_code, strategy=paper.code)
    return found.order_by("-publication_id").first()


def agreement_in(release: Release) -> Agreement:
    """What a release's entries say, in the form in which it was recorded."""
    finding = FindingEntry.objects.get(release=release)
    action = ActionEntry.objects.filter(release=release).first()
    asked = action and Request(texts=texts_of(action), office=action.office_id, due_on=action.due_on)
    return Agreement(
        confidence=finding.confidence, texts=texts_of(finding), request=asked, reason=release.reason
    )


def texts_of(entry: Any) -> dict[str, str]:
    return {language: getattr(entry, f"text_{language}") for language in LANGUAGES}


def write_entries(release: Release, paper: Paper, *, by: User, agreed: Agreement) -> None:
    now = database_now()
    cycle = paper.cycle
    common = {
        "release": release,
        "saved_by": by,
        "saved_at": now,
        "meeting_id": cycle.meeting_code,
        "strategy_id": paper.code,
        "example": cycle.example,
    }
    kept = ActionEntry.objects.filter(release=release).values_list("action_id", flat=True).first()
    FindingEntry.objects.filter(release=release).delete()
    ActionEntry.objects.filter(release=release).delete()
    FindingEntry.objects.create(
        **common,
        **columns(agreed.texts),
        confidence=agreed.confidence,
        spread=spread_of(cycle, paper.code),
        figures_as_at=cycle.cut_off_id,
        computed=paper.computed,
        agreed_on=hong_kong_date(now),
    )
    if agreed.request:
        ActionEntry.objects.create(
            **common,
            **columns(agreed.request.texts),
            action_id=kept or next_action_code(paper),
            office_id=agreed.request.office,
            due_on=agreed.request.due_on,
        )


def columns(texts: dict[str, str]) -> dict[str, str]:
    return {f"text_{language}": texts.get(language, "") for language in LANGUAGES}


def next_action_code(paper: Paper) -> str:
    """The meeting, the strategy and a number that no action of theirs has had, public or proposed."""
    start = f"{paper.cycle.meeting_code}.{paper.code}."
    public = Action.objects.filter(pk__startswith=start).values_list("pk", flat=True)
    entries = ActionEntry.objects.filter(meeting=paper.cycle.meeting_code, strategy=paper.code)
    proposed = entries.values_list("action_id", flat=True)
    taken = {code.removeprefix(start) for code in [*public, *proposed]}
    return f"{start}{max((int(number) for number in taken if number.isdecimal()), default=0) + 1}"


def titles(paper: Paper) -> dict[str, str]:
    """The release's title in each language; an example says that it is one."""
    said = {"meeting": paper.cycle.number, "strategy": paper.strategy.number}
    found = {}
    for language in LANGUAGES:
        with override(language.replace("_", "-")):
            text = (
                _("Example: what meeting %(meeting)s found of strategy %(strategy)s")
                if paper.cycle.example
                else _("What the committee's meeting %(meeting)s found of strategy %(strategy)s")
            )
            found[language] = text % said
    return found


def rating_words(confidence: int) -> str:
    return str(Confidence(confidence).label)
