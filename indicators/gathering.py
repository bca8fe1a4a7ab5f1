"""Several indicators in one release: drafts of an office put together, and one indicator taken out again."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from blueprint.actions import open_release, touch
from blueprint.audit import record
from blueprint.contents import entries_of
from blueprint.differences import short_name
from blueprint.models import Contributor, Release, User
from blueprint.moment import head_moment
from blueprint.moving import Moved, move, recorded_refusals
from blueprint.nouns import Change
from blueprint.permissions import Permission
from blueprint.refusals import Refused
from blueprint.wording import LANGUAGES, TAGS
from blueprint.workflow import State, acting

from .actions import ENTRIES, hold_all, retitle, warnings_of
from .models import IndicatorVersion


def may_arrange(release: Release, user: User) -> bool:
    """Put drafts together and apart: who enters the office's figures."""
    own = release.track == Release.Track.OFFICE and release.office_id == user.office_id
    return release.state == State.DRAFT and own and user.may(Permission.ENTER_FIGURES)


def gatherable(release: Release) -> Any:
    """The other drafts of the office."""
    return gatherable_drafts(release.office_id).exclude(pk=release.pk)


def gatherable_drafts(office: str) -> Any:
    """An office's drafts, the oldest first. One that was returned is mended where its reason stands."""
    drafts = Release.objects.in_state(State.DRAFT).filter(
        track=Release.Track.OFFICE, office=office, returned_reason=""
    )
    return drafts.select_related("created_by").order_by("pk")


@recorded_refusals
def gather_releases(release: Release, *, by: User, others: Sequence[tuple[int, int]]) -> None:
    """Put other drafts into this one: figures, their authors, warnings and remarks. What is left empty is withdrawn.

    ``others``: number and version of each as the person saw it.
    """
    check_may_arrange(release, by=by)
    if not others:
        raise Refused(_("Choose at least one draft to put into this one."))
    asked = [release.pk, *(pk for pk, _version in others)]
    # As whoever saves does: first the indicators in their order, then the releases in theirs, so that nobody waits
    # for somebody who waits for them.
    hold_all(sorted(codes_in(asked)))
    locked = Release.objects.select_for_update().filter(pk__in=asked).order_by("pk")
    rows = {row.pk: row for row in locked}
    found = [seen(rows, release, pk, version) for pk, version in others]
    check_fit(release, found)
    touch(release, by=by)
    changes, warnings = [], []
    for other in found:
        changes += [Change.from_entry(entry).canonical() for entry in entries_of(other)]
        warnings += named_warnings(other)
        carry(other, release)
        add_notes(other, release)
        move(other, State.WITHDRAWN, by=by, verb="withdraw", said={"into": release.pk})
    record_arranged(
        "gather", release, by=by, changes=changes, warnings=warnings, sources=[one.pk for one in found]
    )
    rename(release)


@recorded_refusals
def split_release(release: Release, *, by: User, indicator: str) -> Release:
    """Take one indicator out into a draft of its own, with all who had a hand in the whole."""
    check_may_arrange(release, by=by)
    codes = codes_of(release)
    if indicator not in codes:
        raise Moved
    if len(codes) < 2:
        raise Refused(_("It is the only indicator in this release."))
    hold_all(sorted(codes))
    touch(release, by=by)
    own = open_release(
        track=release.track, office=release.office_id, title={"en": "Figures"}, by=by, token=uuid.uuid4()
    )
    warnings = [one for one in named_warnings(release) if one["indicator"] == indicator]
    carry(release, own, indicator=indicator)
    changes = [Change.from_entry(entry).canonical() for entry in entries_of(own)]
    record_arranged("split", own, by=by, changes=changes, warnings=warnings, sources=[release.pk])
    said = {"indicator": indicator, "into": own.pk, "version": release.version}
    record("split_off", by=by, release=release, subject=f"{release} {indicator}", **said)
    rename(release)
    rename(own)
    return own


# --- what may be put together ----------------------------------------------------------------------------


def check_may_arrange(release: Release, *, by: User) -> None:
    if release.state != State.DRAFT:
        raise Refused(_("This release is no longer a draft. Ask for it to be returned before you change it."))
    if not may_arrange(release, by):
        raise Refused(_("Figures of this indicator are entered by the office that answers for it."))


def seen(rows: dict[int, Release], release: Release, pk: int, version: int) -> Release:
    """The other draft, if it still is as the person saw it."""
    other = rows.get(pk)
    if other is None or pk == release.pk or other.office_id != release.office_id:
        raise Moved
    if (other.state, other.version) != (State.DRAFT, version):
        raise Moved
    if other.returned_reason:
        raise Refused(
            _("Release %(number)s was returned. Mend and submit it where its reason stands.") % {"number": pk}
        )
    return other


def check_fit(release: Release, others: Iterable[Release]) -> None:
    taken = {key_of(entry) for entry in entries_of(release)}
    for other in others:
        if other.publish_at is not None and other.publish_at != release.publish_at:
            raise Refused(
                _("Release %(number)s has a moment of its own. Take the moment away first.")
                % {"number": other.pk}
            )
        keys = {key_of(entry) for entry in entries_of(other)}
        if taken & keys:
            raise Refused(
                _("Release %(number)s holds a figure of the same indicator and period.")
                % {"number": other.pk}
            )
        taken |= keys


def key_of(entry: Any) -> tuple[Any, ...]:
    change = Change.from_entry(entry)
    return change.noun.name, *change.key


def codes_of(release: Release) -> set[str]:
    return codes_in([release.pk])


def codes_in(releases: Sequence[int]) -> set[str]:
    return {
        code
        for entry in ENTRIES
        for code in entry.objects.filter(release__in=releases).values_list("indicator", flat=True)
    }


# --- what goes along -------------------------------------------------------------------------------------


def carry(source: Release, target: Release, *, indicator: str = "") -> None:
    """Entries with their accepted gaps and remarks; and every author, since who wrote which is not always known."""
    about = {"indicator": indicator} if indicator else {}
    for entry in ENTRIES:
        entry.objects.filter(release=source, **about).update(release=target)
    source.remarks.filter(**about).update(release=target)
    keys = {"key__startswith": f"{indicator}/"} if indicator else {}
    source.accepted_gaps.exclude(noun="release").filter(**keys).update(release=target)
    for person in source.contributors.values_list("user", flat=True):
        Contributor.objects.get_or_create(release=target, user_id=person)


def add_notes(source: Release, target: Release) -> None:
    columns = [f"notes_{language}" for language in LANGUAGES]
    for column in columns:
        said = [getattr(target, column), getattr(source, column)]
        setattr(target, column, "\n".join(filter(None, said)))
    target.save(update_fields=columns)


def named_warnings(release: Release) -> list[dict[str, str]]:
    return [
        {**one, "indicator": code, "period": period}
        for (code, period), warnings in warnings_of(release).items()
        for one in warnings
    ]


def record_arranged(
    verb: str,
    release: Release,
    *,
    by: User,
    changes: list[Any],
    warnings: list[Any],
    sources: list[int],
) -> None:
    """Like a save, so that history and warnings follow the figures from one release to the next."""
    place = acting(release, by, "submit")
    said = {"changes": changes, "warnings": warnings, "from": sources, "version": release.version}
    record(verb, by=by, release=release, subject=str(release), **said, **place)


def rename(release: Release) -> None:
    """After its only indicator and the periods, or after all its indicators."""
    codes = sorted(codes_of(release))
    named = IndicatorVersion.objects.filter(indicator__in=codes).as_at(head_moment().number)
    known = {version.indicator_id: version for version in named}
    if len(codes) == 1 and codes[0] in known:
        return retitle(release, known[codes[0]])
    for language in LANGUAGES:
        with override(TAGS[language].lower()):
            title = _("; ").join(short_name(known.get(code), code) for code in codes)
        setattr(release, f"title_{language}", title[:300])
    release.save(update_fields=[f"title_{language}" for language in LANGUAGES])
    return None
