"""The releases that wait for a person: to be approved, to be published, for their moment."""

from django.utils.translation import gettext as _

from blueprint.models import Contributor, Release
from blueprint.permissions import Permission
from blueprint.workflow import State

from .schedule import changes_since
from .stages import is_late, stage_of


def queues(user, *, beside=()):
    """What waits for this person: (heading, what it is, rows of releases); and the rows of the releases ``beside``.

    Whether something came in between is asked once for all of them: it takes a few queries for each noun.
    """
    waiting = [(purpose, title, list(releases)) for purpose, title, releases in waiting_for(user)]
    beside = list(beside)
    everything = {r.pk: r for *_said, releases in waiting for r in releases} | {r.pk: r for r in beside}
    changed = changes_since(everything.values())
    own = touched_by(user, [r for purpose, _title, rows in waiting if purpose == "approve" for r in rows])

    def rows_of(releases):
        return [row_of(everything[r.pk], changed=changed, own=own) for r in releases]

    found = [{"purpose": p, "title": title, "rows": rows_of(releases)} for p, title, releases in waiting]
    return found, rows_of(beside)


def waiting_for(user):
    visible = Release.objects.visible_to(user).select_related("submitted_by").order_by("pk")
    if user.may(Permission.APPROVE_FIGURES):
        rows = visible.in_state(State.SUBMITTED).filter(track=Release.Track.OFFICE)
        yield "approve", _("Waiting for your approval"), rows
    if user.may(Permission.APPROVE_TEXTS):
        rows = visible.in_state(State.SUBMITTED).filter(track=Release.Track.CENTRAL)
        yield "approve", _("Texts waiting for your approval"), rows
    if user.may(Permission.PUBLISH):
        yield (
            "publish",
            _("Approved and ready to publish"),
            visible.in_state(State.APPROVED).filter(publish_at=None),
        )
    if scheduled := list(visible.scheduled()):
        yield "scheduled", _("Waiting for their moment"), scheduled


def next_waiting(release, user):
    """The release that waits for the person's decision after this one; after the last comes the first again."""
    found = {purpose: list(rows) for purpose, _title, rows in waiting_for(user) if purpose != "scheduled"}
    own = touched_by(user, found.get("approve", []))
    rows = sorted((r for rows in found.values() for r in rows), key=lambda r: r.pk)
    others = [r for r in rows if r.pk != release.pk and r.pk not in own]
    return next((r for r in others if r.pk > release.pk), next(iter(others), None))


def touched_by(user, releases):
    """Those in which the person had a hand: another must approve them."""
    hands = Contributor.objects.filter(user=user, release__in=releases)
    return set(hands.values_list("release", flat=True)) if releases else set()


def row_of(release, *, changed, own):
    return {
        "release": release,
        "stage": stage_of(release),
        "own": release.pk in own,
        "late": is_late(release),
        "changed": bool(changed.get(release.pk)),
        "proposal": release.is_scheduled and any(row.agreed is None for row in release.reschedulings.all()),
    }
