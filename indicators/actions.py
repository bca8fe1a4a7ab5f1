"""What officials do with figures. Each verb is one transaction; a refusal says why in plain words."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from blueprint.actions import (
    Moved,
    Refused,
    open_release,
    submit_release,
    touch,
    withdraw_release,
)
from blueprint.audit import record, record_refusal
from blueprint.clock import database_now
from blueprint.contents import entries_of
from blueprint.models import Event, Head, Release, User
from blueprint.models.release import ReleaseQuerySet
from blueprint.nouns import Change
from blueprint.permissions import Permission
from blueprint.wording import LANGUAGES, TAGS, wording
from blueprint.workflow import State, acting

from .evidence.pieces import Piece
from .figures import period_label
from .models import EvidenceEntry, IndicatorVersion, ObservationEntry, PrivateEvidence

# Entries that the desk makes, each of one indicator and one period.
ENTRIES = (ObservationEntry, EvidenceEntry)
# Events that tell of the figures of several indicators or periods at once, in the same words.
SAVED_MANY = ("save_figures", "gather", "split")


def releases_holding(indicator: IndicatorVersion) -> ReleaseQuerySet:
    """The releases with figures of an indicator, made by the office that answers for it; the oldest first."""
    held = Q()
    for entry in ENTRIES:
        held |= Q(pk__in=entry.objects.filter(indicator=indicator.indicator_id).values("release"))
    own = Release.objects.filter(held, track=Release.Track.OFFICE, office=indicator.office_id)
    return own.order_by("pk")


def open_release_for(indicator: IndicatorVersion, number: int | None = None) -> Release | None:
    """The release in which figures of an indicator are being written.

    One that is approved waits by itself and stands in nobody's way. When its approval is taken back there may be
    two: ``number`` is the one asked for, and without it, or when that has gone on, it is the oldest.
    """
    found = list(releases_holding(indicator).being_written())
    return next((release for release in found if release.pk == number), found[0] if found else None)


def saved_with(token: uuid.UUID, *, by: User, body: str, verb: str = "save_entry") -> Release | None:
    """The release that a form with this token was saved to, if it was: the same form may be sent twice.

    Raises Moved when its body is another now: the person went back and altered what was saved already.
    """
    event = Event.objects.filter(verb=verb, actor=by, refused=False, detail__token=str(token)).first()
    if event and event.detail["body"] != body:
        raise Moved
    return event.release if event else None


def save_entry(
    *,
    indicator: IndicatorVersion,
    by: User,
    changes: Sequence[Change],
    version: int,
    token: uuid.UUID,
    body: str,
    number: int | None = None,
    was: str = "",
    warnings: Sequence[dict[str, str]] = (),
    private: Sequence[Piece] = (),
) -> Release:
    """Keep the figures of one period in the indicator's draft, and open one where there is none.

    ``version`` and ``number`` are those of the release the person saw (version 0: there was none), ``was`` the
    period they opened in the draft: what waits for it is replaced. ``body`` is a digest of what was sent under
    the token. The warnings are kept with their sentences in the event. ``private``: evidence that is never published.
    """

    def save() -> Release:
        hold(indicator)
        check_answers_for(indicator, by=by)
        if saved := saved_with(token, by=by, body=body):
            return saved
        release = drafted(indicator, by=by, version=version, number=number, token=token)
        period = changes[0].content["period"]
        before = replaced(release, indicator, {was, period})
        write_entries(release, changes, by=by)
        write_private(release, private, indicator.indicator_id, period, by=by)
        retitle(release, indicator)
        record_saved(
            release,
            changes,
            by=by,
            was=was,
            token=str(token),
            body=body,
            warnings=list(warnings),
            private=[piece.content for piece in private],
            before=before,
        )
        return release

    return recorded("save_entry", save, indicator=indicator, by=by)


def save_figures(
    *,
    office: str,
    by: User,
    changes: Sequence[Change],
    token: uuid.UUID,
    body: str,
    title: dict[str, str],
    warnings: Sequence[dict[str, str]] = (),
    source: str = "",
) -> Release:
    """Keep figures of many indicators and periods in one new draft of an office: all of them, or none.

    Each warning names its indicator and period beside its sentence. ``source`` says what they were read from.
    """

    def save() -> Release:
        codes = sorted({change.content["indicator_id"] for change in changes})
        hold_all(codes)
        if saved := saved_with(token, by=by, body=body, verb="save_figures"):
            return saved
        check_answers_for_all(office, codes, by=by)
        check_not_being_written(office, codes)
        release = open_release(track=Release.Track.OFFICE, office=office, title=title, by=by, token=token)
        touch(release, by=by)
        write_many(release, changes, by=by)
        record(
            "save_figures",
            by=by,
            release=release,
            subject=source,
            version=release.version,
            token=str(token),
            body=body,
            changes=[change.canonical() for change in changes],
            warnings=list(warnings),
        )
        return release

    try:
        with transaction.atomic():
            return save()
    except Refused as refusal:
        record_refusal("save_figures", by=by, subject=source, reason=str(refusal))
        raise


def save_periods(
    *,
    indicator: IndicatorVersion,
    by: User,
    changes: Sequence[Change],
    periods: Collection[str],
    version: int,
    token: uuid.UUID,
    body: str,
    number: int | None = None,
    warnings: Sequence[dict[str, str]] = (),
) -> Release:
    """Keep the figures of many periods in the indicator's draft: of ``periods`` it then holds these changes only.

    Each warning names its indicator and period beside its sentence; see ``save_entry`` for the others. A draft that is
    left empty is withdrawn.
    """

    def save() -> Release:
        hold(indicator)
        check_answers_for(indicator, by=by)
        if saved := saved_with(token, by=by, body=body, verb="save_figures"):
            return saved
        release = drafted(indicator, by=by, version=version, number=number, token=token)
        before = replaced(release, indicator, set(periods), entries=(ObservationEntry,))
        write_entries(release, [change for change in changes if not is_held(change, release)], by=by)
        record(
            "save_figures",
            by=by,
            release=release,
            subject=indicator.indicator_id,
            version=release.version,
            indicator=indicator.indicator_id,
            token=str(token),
            body=body,
            changes=[change.canonical() for change in changes],
            before=before,
            warnings=list(warnings),
        )
        if entries_of(release):
            retitle(release, indicator)
        else:
            withdraw_release(release, by=by)
        return release

    return recorded("save_figures", save, indicator=indicator, by=by)


def withdraw_entry(
    *, indicator: IndicatorVersion, by: User, period: str, version: int, number: int | None = None
) -> Release:
    """Take the figures of one period out of the draft; a draft that is left empty is withdrawn."""

    def withdraw() -> Release:
        hold(indicator)
        check_answers_for(indicator, by=by)
        release = open_release_for(indicator, number)
        if release is None:
            raise Moved
        check_seen(release, version=version, number=number)
        touch(release, by=by)
        before = replaced(release, indicator, {period})
        if not before:
            raise Moved
        subject = f"{indicator.indicator_id} {period}"
        record(
            "withdraw_entry",
            by=by,
            release=release,
            subject=subject,
            version=release.version,
            indicator=indicator.indicator_id,
            period=period,
            before=before,
        )
        if entries_of(release):
            retitle(release, indicator)
        else:
            withdraw_release(release, by=by)
        return release

    return recorded("withdraw_entry", withdraw, indicator=indicator, by=by)


def record_saved(release: Release, changes: Sequence[Change], *, by: User, **detail: Any) -> None:
    """The event that keeps what a save said: the warnings, their sentences, and the figures before and after."""
    indicator, period = changes[0].content["indicator_id"], changes[0].content["period"]
    said = [change.canonical() for change in changes]
    detail |= {"indicator": indicator, "period": period, "version": release.version, "changes": said}
    detail |= acting(release, by, "submit")
    record("save_entry", by=by, release=release, subject=f"{indicator} {period}", **detail)


def hand_in(release: Release, *, by: User, accepting: Collection[str] = ()) -> None:
    """Submit a release once every warning about its figures has its sentence."""
    if unanswered(release):
        reason = _("A warning still waits for its sentence. Open the figures, answer it, and submit again.")
        record_refusal("submit_release", by=by, release=release, reason=reason)
        raise Refused(reason)
    submit_release(release, by=by, accepting=accepting)


def recorded(verb: str, action: Callable[[], Release], *, indicator: IndicatorVersion, by: User) -> Release:
    """Run an action in one transaction and, if it is refused, record that after the rollback."""
    try:
        with transaction.atomic():
            return action()
    except Refused as refusal:
        record_refusal(verb, by=by, subject=indicator.indicator_id, reason=str(refusal))
        raise


def hold(indicator: IndicatorVersion) -> None:
    """Let others who save the same indicator wait until this transaction ends. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"desk {indicator.indicator_id}"])


def check_answers_for(indicator: IndicatorVersion, *, by: User) -> None:
    if not by.may(Permission.ENTER_FIGURES) or by.office_id != indicator.office_id:
        raise Refused(_("Figures of this indicator are entered by the office that answers for it."))


def hold_all(codes: Sequence[str]) -> None:
    """The same for many indicators: always in one order, so that two who do it never wait for each other."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for code in codes:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"desk {code}"])


def check_answers_for_all(office: str, codes: Sequence[str], *, by: User) -> None:
    number = Head.objects.get().number
    rows = IndicatorVersion.objects.filter(indicator__in=codes).as_at(number)
    answered = {row.indicator_id for row in rows if row.office_id == office}
    if not by.may(Permission.ENTER_FIGURES) or by.office_id != office or answered != set(codes):
        raise Refused(_("Figures of an indicator are entered by the office that answers for it."))


def check_not_being_written(office: str, codes: Collection[str]) -> None:
    """What stands in another draft would otherwise be published twice, the second time unseen."""
    if written := being_written(office, codes):
        raise Refused(
            _(
                "Figures of %(names)s are being written in another release. Submit that one or withdraw it first."
            )
            % {"names": ", ".join(sorted(written)[:5])}
        )


def being_written(office: str, codes: Collection[str]) -> dict[str, int]:
    """Indicator -> the office's draft or submitted release that holds figures of it."""
    releases = Release.objects.being_written().filter(track=Release.Track.OFFICE, office=office)
    return {
        indicator: release
        for entry in ENTRIES
        for indicator, release in entry.objects.filter(
            indicator__in=codes, release__in=releases.values("pk")
        ).values_list("indicator", "release")
    }


def write_many(release: Release, changes: Sequence[Change], *, by: User) -> None:
    """The same as write_entries, in few statements."""
    now = database_now()
    rows = defaultdict(list)
    for change in changes:
        entry = change.noun.entry
        rows[entry].append(entry(release=release, saved_by=by, saved_at=now, **change.content))
    for entry, waiting in rows.items():
        entry.objects.bulk_create(waiting, batch_size=500)


def check_seen(release: Release | None, *, version: int, number: int | None) -> None:
    """Raise Moved when it is not the release the person saw. Two releases may be at the same version."""
    if version != (release.version if release else 0):
        raise Moved
    if number and release and number != release.pk:
        raise Moved


def drafted(
    indicator: IndicatorVersion, *, by: User, version: int, number: int | None, token: uuid.UUID
) -> Release:
    """The draft to write to, at its next version. Raises Moved when it is not the one the person saw."""
    release = open_release_for(indicator, number)
    check_seen(release, version=version, number=number)
    if release is None:
        return open_release(
            track=Release.Track.OFFICE,
            office=indicator.office_id,
            title={"en": "Figures"},
            by=by,
            token=token,
        )
    touch(release, by=by)
    return release


def replaced(
    release: Release, indicator: IndicatorVersion, periods: set[str], *, entries: Sequence[Any] = ENTRIES
) -> list[dict[str, Any]]:
    """Remove what the draft holds for these periods and say what that was."""
    removed = []
    for entry in entries:
        rows = entry.objects.filter(release=release, indicator=indicator.indicator_id, period__in=periods)
        removed += [Change.from_entry(row).canonical() for row in rows.order_by("pk")]
        rows.delete()
    private = PrivateEvidence.objects.filter(
        release=release, indicator=indicator.indicator_id, period__in=periods
    )
    removed += [
        Piece.of(row, public=False).content | {"period": row.period} for row in private.order_by("pk")
    ]
    private.delete()
    return removed


def write_private(
    release: Release, pieces: Sequence[Piece], indicator: str, period: str, *, by: User
) -> None:
    now = database_now()
    PrivateEvidence.objects.bulk_create(
        [
            PrivateEvidence(
                release=release,
                indicator_id=indicator,
                period=period,
                saved_by=by,
                saved_at=now,
                **piece.content,
            )
            for piece in pieces
        ]
    )


def is_held(change: Change, release: Release) -> bool:
    """Whether the release names this piece of evidence already."""
    key = dict(zip(change.noun.key, change.key, strict=True))
    return change.noun.name == "evidence" and EvidenceEntry.objects.filter(release=release, **key).exists()


def write_entries(release: Release, changes: Sequence[Change], *, by: User) -> None:
    now = database_now()
    for change in changes:
        change.noun.entry.objects.create(release=release, saved_by=by, saved_at=now, **change.content)


def retitle(release: Release, indicator: IndicatorVersion) -> None:
    """Name a release after its figures, as long as it holds those of one indicator only."""
    if any(
        entry.objects.filter(release=release).exclude(indicator=indicator.indicator_id) for entry in ENTRIES
    ):
        return
    periods = {
        p for entry in ENTRIES for p in entry.objects.filter(release=release).values_list("period", flat=True)
    }
    for language in LANGUAGES:
        with override(TAGS[language].lower()):
            name = wording(indicator, "short_name").text or wording(indicator, "name").text
            labels = _(", ").join(period_label(period) for period in sorted(periods))
            said = _("%(name)s: %(periods)s") % {"name": name, "periods": labels}
            setattr(release, f"title_{language}", said[:300])
    release.save(update_fields=[f"title_{language}" for language in LANGUAGES])


def pairs_in(release: Release) -> set[tuple[str, str]]:
    """Indicator and period of everything that waits in a release."""
    return {
        pair
        for entry in ENTRIES
        for pair in entry.objects.filter(release=release).values_list("indicator", "period")
    }


def warnings_of(release: Release) -> dict[tuple[str, str], list[dict[str, str]]]:
    """(indicator, period) of what waits in a release -> the warnings about it, each with its sentence."""
    held = pairs_in(release)
    last: dict[tuple[str, str], list[dict[str, str]]] = {}
    saves = release.events.filter(verb__in=["save_entry", *SAVED_MANY], refused=False)
    for event in saves.order_by("pk"):
        if event.verb == "save_entry":
            last[event.detail["indicator"], event.detail["period"]] = event.detail["warnings"]
            continue
        last |= {(said["indicator_id"], said["period"]): [] for said in event.detail["changes"]}
        for one in event.detail["warnings"]:
            last[one["indicator"], one["period"]].append(one)
    return {pair: warnings for pair, warnings in last.items() if pair in held}


def unanswered(release: Release) -> bool:
    return any(not one["sentence"] for warnings in warnings_of(release).values() for one in warnings)


def is_draft(release: Release | None) -> bool:
    return release is None or release.state == State.DRAFT
