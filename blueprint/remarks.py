"""Remarks on a field of a figure that waits: said by who decides on it, settled when it is mended or answered."""

from django.db.models import Q
from django.utils.translation import gettext as _

from .audit import record
from .clock import database_now
from .contents import changes_of
from .mailing import hands_in, tell, without
from .models import Notice, Release, Remark, User
from .moving import Moved, recorded_refusals
from .refusals import Refused
from .workflow import MOVES, State, acting, can_move, holds

BEFORE_APPROVAL = (State.DRAFT, State.SUBMITTED)


def may_remark(release: Release, user: User) -> bool:
    """Who may return a release may say of which field, and need not return it yet."""
    return release.state == State.SUBMITTED and can_move(MOVES["return"], release, user)


def may_settle(release: Release, user: User) -> bool:
    """While it waits, who decides on it; while it is a draft, its authors too."""
    if release.state == State.DRAFT:
        return holds(MOVES["submit"], release, user) or holds(MOVES["return"], release, user)
    return may_remark(release, user)


@recorded_refusals
def add_remark(release: Release, *, by: User, indicator: str, period: str, field: str, text: str) -> Remark:
    """The same words sent twice are one remark."""
    release = held(release)
    if not may_remark(release, by):
        raise Refused(_("Your role does not include this step for this release."))
    if not text.strip():
        raise Refused(_("Say what is to be looked at."))
    if (indicator, period) not in figures_in(release):
        raise Refused(_("This figure is not in the release any more."))
    said = {"indicator": indicator, "period": period, "field": field, "text": text.strip()}
    known = release.remarks.open().filter(by=by, **said).first()
    if known:
        return known
    remark = Remark.objects.create(release=release, by=by, at=database_now(), **said)
    place = acting(release, by, "return")
    record("remark", by=by, release=release, subject=str(release), remark=remark.pk, **said, **place)
    people = without(hands_in(release), by)
    tell(
        Notice.Kind.REMARK,
        people,
        key=f"remark:{remark.pk}",
        release=release,
        indicator=indicator,
        period=period,
    )
    return remark


@recorded_refusals
def settle_remark(release: Release, *, by: User, remark: int) -> None:
    release = held(release)
    if not may_settle(release, by):
        raise Refused(_("Your role does not include this step for this release."))
    open_ones = release.remarks.open().filter(pk=remark)
    if open_ones.update(settled_by=by, settled_at=database_now()):
        record("settle_remark", by=by, release=release, subject=str(release), remark=remark)


def held(release: Release) -> Release:
    """The release as it is, and as it stays until this transaction ends."""
    current = Release.objects.select_for_update().get(pk=release.pk)
    if current.state not in BEFORE_APPROVAL or current.state != release.state:
        raise Moved
    return current


def figures_in(release: Release) -> set[tuple[str, str]]:
    contents = [change.content for change in changes_of(release)]
    return {(c["indicator_id"], c["period"]) for c in contents if "indicator_id" in c and "period" in c}


def check_settled(release: Release) -> None:
    """An approval with a remark still open would leave its author not knowing whether it mattered."""
    if release.remarks.open().exists():
        raise Refused(
            _("A comment on a field is still open. Mark it as settled, or return the release with it.")
        )


def remarks_to_show(release: Release) -> list[Remark]:
    """Open ones always; settled ones as long as the release can still change."""
    shown = release.remarks.select_related("by", "settled_by")
    return list(shown if release.state in BEFORE_APPROVAL else shown.filter(Q(settled_at=None)))
