"""From one thing to do to the next, in the order of My updates."""

from blueprint.permissions import Permission
from blueprint.wording import words

from .update_filters import date_of, named
from .updates import enter_address
from .worklist import STAGES, worklist


def walk(moment, user, code):
    """What to enter before and after this indicator, of the person's own and of what nobody has; None at the end."""
    if not user.may(Permission.ENTER_FIGURES):
        return None
    works = worklist(moment, user, office=user.office_id)
    own = any(work.person == user for work in works)
    order = list(STAGES)
    # The one that is open keeps its place when it was handed in and is nothing to do any more.
    listed = [w for w in works if w.code == code or (w.to_do and (not own or w.person in (None, user)))]
    listed.sort(key=lambda work: (order.index(work.stage), date_of(work), work.code))
    at = next((n for n, work in enumerate(listed) if work.code == code), None)
    if at is None:
        return None
    if not listed[at].to_do:
        # Done with it: what comes next is the first that is left.
        rest = [work for work in listed if work.to_do]
        before, after = [], rest[:1]
    else:
        before, after = listed[max(at - 1, 0) : at], listed[at + 1 : at + 2]
    names = {row.indicator_id: words(row, "short_name") for row in named(before + after)}
    return {
        "previous": step(before, names),
        "next": step(after, names),
        "left": sum(work.to_do for work in listed),
    }


def step(works, names):
    if not works:
        return None
    return {"address": enter_address(works[0]), "name": names.get(works[0].code, works[0].code)}
