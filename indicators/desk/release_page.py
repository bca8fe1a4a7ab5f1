"""All that the page of one release shows: what it changes, what follows from it, and what this person can do."""

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from blueprint.contents import approval_digest, changes_of
from blueprint.differences import short_name
from blueprint.drafts import Keeping
from blueprint.models import Release
from blueprint.moment import head_moment
from blueprint.paging import paged
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

# More are shown on further pages.
FIGURES_A_PAGE = 100
UNDER_WAY = (State.DRAFT, State.SUBMITTED, State.APPROVED)
# Not for want of trying again: the database is away, which the error page says.
DATABASE_AWAY = (OperationalError, InterfaceError)


def release_page(request, release, *, reason_form=None, remark_form=None, seen_changes=None, status=200):
    """``seen_changes``: what changed since the page was opened, for somebody who acted on the older one."""
    user = request.user
    record_view(release, by=user, what="release", language=get_language())
    schedule = schedule_of(release, user)
    changes = changes_of(release)
    shown, pages = part_of(request, changes)
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
        **pages,
        **said_by(release, changes, shown),
        "private_evidence": private_pieces(release, user),
        **steps(release, user),
        **remarks(release, user, pairs_of(shown), remark_form),
        **arranging(release, user),
        **outlook(release, changes, comparison.indicators_of(shown)),
    }
    return desk_render(request, "desk/release.html", context, status=status)


def part_of(request, changes):
    """The changes that this page shows, and the links to its other pages. All of them, where there are not many."""
    figures = [change for change in changes if change.noun.name == "observation"]
    pages = paged(request, figures, FIGURES_A_PAGE)
    if not pages["part"].has_other_pages():
        return changes, pages
    here, all_pairs = pairs_of(pages["part"]), pairs_of(figures)
    first = pages["part"].number == 1

    def belongs(change):
        pair = pair_of(change)
        return pair in here or (first and pair not in all_pairs)

    rest = [change for change in changes if change.noun.name == "evidence" and belongs(change)]
    others = [change for change in changes if change.noun.name not in comparison.SHOWN_APART]
    return [*pages["part"], *rest, *(others if first else [])], pages


def pair_of(change):
    return change.content["indicator_id"], change.content["period"]


def pairs_of(changes):
    return {pair_of(change) for change in changes if change.noun.name in comparison.SHOWN_APART}


def said_by(release, changes, shown):
    """What it would change, and what stands beside that."""
    figures, evidence, others = comparison.compared(release, shown)
    events = release.events.filter(refused=False).exclude(verb=SEEN).select_related("actor")
    return {
        "figures": figures,
        "evidence": evidence,
        "others": others,
        "warnings": listed_warnings(release, pairs_of(shown)),
        "languages": languages_of(release, changes),
        "digest": approval_digest(release, changes),
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


def remarks(release, user, pairs, form=None):
    rows = list(remarks_to_show(release))
    named = figures_to_choose(pairs | {(one.indicator, one.period) for one in rows})
    names = {(code, period): name for code, period, name in named}
    shown = [(one, names[one.indicator, one.period]) for one in rows]
    chosen = [figure for figure in named if figure[:2] in pairs]
    return {
        "remarks": shown,
        "open_remarks": sum(one.settled_at is None for one, _name in shown),
        "may_settle": may_settle(release, user),
        "remark_form": (form or RemarkForm(figures=chosen)) if chosen and may_remark(release, user) else None,
    }


def remark_form_of(release, sent):
    return RemarkForm(sent, figures=figures_to_choose(pairs_in(release)))


def figures_to_choose(pairs):
    """(code, period, what it is called) of each of these figures."""
    known = versions_of({code for code, _period in pairs})
    return [
        (code, period, f"{short_name(known.get(code), code)}{_(', ')}{period_label(period)}")
        for code, period in sorted(pairs)
    ]


def arranging(release, user):
    """Which drafts could be put into this one, and which of its indicators could be taken out."""
    if not may_arrange(release, user):
        return {}
    codes = sorted({code for code, _period in pairs_in(release)})
    known = versions_of(codes)
    apart = [(code, short_name(known.get(code), code)) for code in codes] if len(codes) > 1 else []
    return {"gatherable": list(gatherable(release)), "apart": apart}


def outlook(release, changes, codes):
    """What would follow if it were public: the effect on the statuses, and the pages that can be previewed."""
    if release.state not in UNDER_WAY:
        return {}
    try:
        return {"effects": comparison.effects(release, changes, codes), "previews": previews(release, codes)}
    except DATABASE_AWAY:
        raise
    except DatabaseError:
        return {"cannot_be_published": True}


def previews(release, codes):
    """Each indicator with the address of its preview in each language."""
    return [named | {"links": preview_links(release, named["code"])} for named in named_indicators(codes)]


def preview_links(release, code):
    links = []
    for language, name in settings.LANGUAGES:
        with override(language):
            address = reverse("desk:release-preview", args=[release.pk, code])
        links.append({"language": language, "name": name, "address": address})
    return links


def named_indicators(codes):
    known = versions_of(codes)
    return [{"code": code, "name": short_name(known[code], code)} for code in codes if code in known]


def listed_warnings(release, pairs):
    """Each warning about these figures with its sentence, under its indicator and period."""
    kept = {pair: found for pair, found in warnings_of(release).items() if found and pair in pairs}
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
