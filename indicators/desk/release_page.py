"""All that the page of one release shows: what it changes, what follows from it, and what this person can do."""

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from blueprint.contents import approval_digest
from blueprint.differences import short_name
from blueprint.drafts import Keeping
from blueprint.models import Release
from blueprint.moment import head_moment
from blueprint.pre_release import SEEN, record_view
from blueprint.remarks import BEFORE_APPROVAL, may_remark, may_settle, remarks_to_show
from blueprint.workflow import State, allowed_moves, touched

from ..actions import pairs_in, warnings_of
from ..evidence.pieces import private_pieces
from ..figures import period_label
from ..forms import ReasonForm
from ..gathering import gatherable, may_arrange
from ..models import IndicatorVersion
from ..remark_form import RemarkForm
from . import comparison
from .access import desk_render
from .queues import next_waiting
from .redefined import redefined
from .schedule import languages_of, pre_release_of, schedule_of, taking_back
from .stages import deed, next_step, stage_of
from .submissions import since_submission

UNDER_WAY = (State.DRAFT, State.SUBMITTED, State.APPROVED)
# Not for want of trying again: the database is away, which the error page says.
DATABASE_AWAY = (OperationalError, InterfaceError)


def release_page(request, release, *, reason_form=None, remark_form=None, seen_changes=None, status=200):
    """``seen_changes``: what changed since the page was opened, for somebody who acted on the older one."""
    user = request.user
    record_view(release, by=user, what="release", language=get_language())
    schedule = schedule_of(release, user)
    keeping = Keeping(user, f"reason:{release.pk}", version=release.version, back=release.get_absolute_url())
    context = {
        "release": release,
        "stage": stage_of(release),
        "reason_form": reason_form
        or keeping.put_back(ReasonForm(initial={"reason": ready_reason(release, schedule)})),
        "keeping": keeping,
        "seen_changes": seen_changes,
        "schedule": schedule,
        "pre_release": pre_release_of(release, user),
        "next_waiting": next_waiting(release, user),
        **said_by(release),
        "private_evidence": private_pieces(release, user),
        **steps(release, user),
        **remarks(release, user, remark_form),
        **arranging(release, user),
        **outlook(release),
    }
    return desk_render(request, "desk/release.html", context, status=status)


def said_by(release):
    """What it would change, and what stands beside that."""
    figures, evidence, others = comparison.compared(release)
    events = release.events.filter(refused=False).exclude(verb=SEEN).select_related("actor")
    return {
        "figures": figures,
        "evidence": evidence,
        "others": others,
        "warnings": listed_warnings(release),
        "languages": languages_of(release),
        "digest": approval_digest(release),
        "redefined": redefined(release) if release.state in UNDER_WAY else [],
        "since": since_submission(release) if release.state in BEFORE_APPROVAL else None,
        "events": [(event, deed(event)) for event in events],
    }


def steps(release, user):
    """The moves this person may make, or what has to happen instead."""
    moves = allowed_moves(release, user)
    return {
        "moves": moves,
        "next_step": next_step(release, moves, touched=touched(release, user)),
        "own_entry": "submit" in moves and release.track == Release.Track.OFFICE,
    }


def ready_reason(release, schedule):
    """A reason to send it back that need not be typed."""
    if release.state == State.SUBMITTED and release.remarks.open().exists():
        return _("See the comments on the fields.")
    return taking_back(schedule)


def remarks(release, user, form=None):
    names = {(code, period): name for code, period, name in figures_to_choose(release)}
    shown = [(one, names.get((one.indicator, one.period), one.indicator)) for one in remarks_to_show(release)]
    return {
        "remarks": shown,
        "open_remarks": sum(one.settled_at is None for one, _name in shown),
        "may_settle": may_settle(release, user),
        "remark_form": (form or remark_form_of(release)) if names and may_remark(release, user) else None,
    }


def remark_form_of(release, sent=None):
    return RemarkForm(sent, figures=figures_to_choose(release))


def figures_to_choose(release):
    """(code, period, what it is called) of every figure in it."""
    pairs = sorted(pairs_in(release))
    known = versions_of({code for code, _period in pairs})
    return [
        (code, period, f"{short_name(known.get(code), code)}{_(', ')}{period_label(period)}")
        for code, period in pairs
    ]


def arranging(release, user):
    """Which drafts could be put into this one, and which of its indicators could be taken out."""
    if not may_arrange(release, user):
        return {}
    codes = sorted({code for code, _period in pairs_in(release)})
    known = versions_of(codes)
    apart = [(code, short_name(known.get(code), code)) for code in codes] if len(codes) > 1 else []
    return {"gatherable": list(gatherable(release).select_related("created_by")), "apart": apart}


def outlook(release):
    """What would follow if it were public: the effect on the statuses, and the pages that can be previewed."""
    if release.state not in UNDER_WAY:
        return {}
    try:
        return {"effects": comparison.effects(release), "previews": previews(release)}
    except DATABASE_AWAY:
        raise
    except DatabaseError:
        return {"cannot_be_published": True}


def previews(release):
    """Each indicator with the address of its preview in each language."""
    return [named | {"links": preview_links(release, named["code"])} for named in named_indicators(release)]


def preview_links(release, code):
    links = []
    for language, name in settings.LANGUAGES:
        with override(language):
            address = reverse("desk:release-preview", args=[release.pk, code])
        links.append({"language": language, "name": name, "address": address})
    return links


def named_indicators(release):
    codes = comparison.indicators_of(release)
    known = versions_of(codes)
    return [{"code": code, "name": short_name(known[code], code)} for code in codes if code in known]


def listed_warnings(release):
    """Each warning with its sentence, under its indicator and period."""
    kept = {pair: warnings for pair, warnings in warnings_of(release).items() if warnings}
    known = versions_of({code for code, _period in kept})
    return [
        {
            "name": short_name(known.get(code), code),
            "period": period_label(period),
            "warnings": warnings,
        }
        for (code, period), warnings in sorted(kept.items())
    ]


def versions_of(codes):
    """Code -> the indicator as it stands now."""
    rows = IndicatorVersion.objects.filter(indicator__in=codes).as_at(head_moment().number)
    return {version.indicator_id: version for version in rows}
