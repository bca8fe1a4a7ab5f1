"""How a release stands to its moment: set, announced, moved, late, or overtaken by what came in between."""

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from blueprint.actions import notes
from blueprint.differences import short_name
from blueprint.languages import accepted_in, open_questions
from blueprint.pre_release import (
    BEFORE_PUBLICATION,
    people_with_a_part,
    people_with_all_work,
    views_of,
)
from blueprint.scheduling import overtaken, questions_of_reason, reasons_of
from blueprint.timing import announced_from, announced_until, item_of
from blueprint.wording import wording_of
from blueprint.workflow import State, may_answer_for, may_schedule

from ..figures import period_label
from ..models import IndicatorVersion

LAST = 2**31 - 1
LATEST_VIEWS = 10


def schedule_of(release, user):
    """All that the release's page says about its moment."""
    item = item_of(release)
    answers = may_answer_for(release, user)
    changed = changed_since(release)
    proposal = release.reschedulings.filter(agreed=None).select_related("proposed_by").first()
    waiting = proposal if release.is_scheduled else None
    return {
        "item": item,
        "misfit": misfit(release, item),
        "notes": wording_of(notes(release)),
        "changed": changed,
        "moves": [(row, wording_of(reasons_of(row))) for row in agreed_moves(release)],
        "proposal": waiting,
        "proposal_reason": wording_of(reasons_of(waiting)) if waiting else None,
        "proposal_gaps": questions_of_reason(reasons_of(waiting)) if waiting else [],
        "own_proposal": bool(waiting and waiting.proposed_by_id == user.pk),
        "may_set": release.state in (State.DRAFT, State.SUBMITTED) and may_schedule(release, user),
        "may_move": release.is_scheduled and answers and not waiting and not changed,
        "may_decide": bool(waiting and answers),
        "refusal": clocks_refusal(release),
    }


def agreed_moves(release):
    return release.reschedulings.filter(agreed=True).select_related("proposed_by", "decided_by")


def misfit(release, item):
    """Whether the calendar says something else than the release's moment."""
    if item is None or release.publish_at is None:
        return False
    return item.called_off or not announced_from(item) <= release.publish_at <= announced_until(item)


def clocks_refusal(release):
    """Why the clock did not publish the release as it is."""
    if release.state != State.APPROVED:
        return None
    refusals = release.events.filter(verb="publish_due", refused=True, detail__version=release.version)
    return refusals.first()


def languages_of(release, changes):
    """What its texts still lack in the three languages, and what of that somebody accepted."""
    waiting = release.state in (State.DRAFT, State.SUBMITTED)
    return {
        "open": open_questions(release, changes) if waiting else [],
        "accepted": accepted_in(release, changes),
    }


def changed_since(release):
    """(what, number) of each thing that was published anew since the release was approved."""
    return changes_since([release]).get(release.pk, [])


def changes_since(releases):
    """Release -> (what, number of the publication) of all that overtook it."""
    waiting = [release for release in releases if release.state == State.APPROVED]
    prefetch_related_objects(waiting, "reschedulings")
    found = overtaken(waiting)
    codes = {c.content.get("indicator_id") for pairs in found.values() for c, _number in pairs} - {None}
    named = IndicatorVersion.objects.filter(indicator__in=codes).as_at(LAST) if codes else []
    known = {version.indicator_id: version for version in named}
    return {pk: [(thing(change, known), number) for change, number in pairs] for pk, pairs in found.items()}


def thing(change, known):
    """What a change is about, for a reader."""
    code = change.content.get("indicator_id")
    if change.noun.name == "observation" and code:
        name = short_name(known.get(code), code)
        return f"{name}{_(', ')}{period_label(change.content['period'])}"
    return f"{change.noun.version._meta.verbose_name} {' · '.join(map(str, change.key))}"


def taking_back(schedule):
    """A reason to take the approval back that need not be typed: what came in between."""
    if not schedule["changed"]:
        return ""
    numbers = ", ".join(str(number) for number in sorted({number for _what, number in schedule["changed"]}))
    return _("Changed since the approval by publication %(numbers)s.") % {"numbers": numbers}


def pre_release_of(release, user):
    """The list of who may see it before its moment and the records of who did, for those who answer for it."""
    if not may_answer_for(release, user):
        return None
    listed = list(release.pre_release_list.select_related("user", "granted_by").order_by("granted_at"))
    views = views_of(release)
    if release.state not in BEFORE_PUBLICATION and not listed and not views.exists():
        return None
    return {
        "part": people_with_a_part(release),
        "all_work": people_with_all_work(),
        "listed": listed,
        "views": [(event, seen_text(event)) for event in views[:LATEST_VIEWS]],
        "view_count": views.count(),
        "open": release.state in BEFORE_PUBLICATION,
    }


def seen_text(event):
    """What a record says was looked at."""
    what, language = event.detail["what"], event.detail.get("language", "")
    if what in ("release", "administration"):
        return _("the release") if what == "release" else _("the release, in the administration")
    return _("preview of %(code)s (%(language)s)") % {"code": what, "language": language}
