"""What an approver saw, held against what is there now: since the submission before, or since the page was opened."""

from django.utils.translation import gettext as _

from blueprint.contents import changes_of
from blueprint.differences import Names, breakdown_name, changed_fields, name_of, proposed, short_name
from blueprint.moment import head_moment
from blueprint.nouns import Change
from blueprint.workflow import State

from ..figures import period_label
from ..models.observation import TOTAL


def since_submission(release):
    """What differs from the submission before the one that waits; of a draft, from its last. None: there was none."""
    events = list(submissions(release)[:2])
    if release.state == State.SUBMITTED:
        events = events[1:]
    return difference(events[0], release) if events else None


def since_seen(release, version):
    """What differs from the submission that a page of this version showed."""
    event = submissions(release).filter(detail__version__lte=version).first()
    return difference(event, release) if event else None


def submissions(release):
    return release.events.filter(verb="submit", refused=False).select_related("actor").order_by("-pk")


def difference(event, release):
    """The submission, and each thing that was added to it, taken out of it, or says something else now."""
    then = keyed(Change.from_canonical(said) for said in event.detail.get("changes", []))
    now = keyed(changes_of(release))
    everything = [*then.values(), *now.values()]
    names = Names(everything, {}, head_moment().number)
    rows = [
        one for key in {**then, **now} if (one := compared(then.get(key), now.get(key), names)) is not None
    ]
    return {"event": event, "rows": rows}


def keyed(changes):
    return {(change.noun.name, change.key): change for change in changes}


def compared(before, after, names):
    """One thing in words; None where it says the same."""
    change = after or before
    fields = []
    if before and after:
        fields = list(changed_fields(change.noun, proposed(before), proposed(after), names))
        if not fields:
            return None
    return {
        "name": called(change, names),
        "added": before is None,
        "taken_out": after is None,
        "fields": fields,
    }


def called(change, names):
    content = change.content
    if change.noun.name not in ("observation", "evidence"):
        return name_of(change.noun, proposed(change), names).text
    code = content["indicator_id"]
    parts = [short_name(names.version("indicator", code), code), period_label(content["period"])]
    part = content.get("breakdown", TOTAL)
    parts += [breakdown_name(names.version("indicator", code), part)] if part != TOTAL else []
    parts += [content["title"] or content["url"]] if change.noun.name == "evidence" else []
    return _(", ").join(parts)
