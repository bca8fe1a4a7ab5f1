"""What a release changes: each thing as it is public now and as it would be, and what follows for the status."""

from blueprint.actions import kind_of, notes, titles
from blueprint.differences import Names, field_changes, figure_change, rows_before
from blueprint.moment import head_moment
from blueprint.publishing import rehearsed, standing_numbers

from ..evidence.content_types import kind_word
from ..figures import period_label
from ..standings import standings

# Nouns after whose change an indicator's page looks different.
ON_INDICATOR_PAGES = ("observation", "evidence", "baseline", "target", "indicator")
SHOWN_APART = ("observation", "evidence")


def compared(release, changes):
    """(figures, evidence, other changes) of some or all changes of a release, each against what stood before."""
    before = rows_before(changes, replaced_by(release, changes))
    names = Names(changes, before, head_moment().number)
    figures, evidence, others = [], [], []
    for change in changes:
        stood = before.get((change.noun, change.key))
        if change.noun.name == "observation":
            figures.append(figure_change(change, stood, names))
        elif change.noun.name == "evidence":
            kind = kind_word(change.content["media_type"])
            evidence.append(
                change.content | {"period": period_label(change.content["period"]), "file_kind": kind}
            )
        else:
            others.append(field_changes(change, stood, names))
    return said_once(figures), evidence, others


def said_once(figures):
    """A part that changes for the reason of its total need not say it again."""
    said = {(f["code"], f["period_code"], f["reason"]) for f in figures if not f["breakdown"]}
    for figure in figures:
        if figure["breakdown"] and (figure["code"], figure["period_code"], figure["reason"]) in said:
            figure["reason"] = ""
    return figures


def replaced_by(release, changes):
    """Numbers of the publications of which it replaces, or has replaced, a part."""
    return release.publication.replaces if release.publication_id else set(standing_numbers(changes).values())


def indicators_of(changes):
    """Codes of the indicators whose pages the changes alter."""
    named = (c.content["indicator_id"] for c in changes if c.noun.name in ON_INDICATOR_PAGES)
    return sorted(set(named))


def rehearsal(release, changes):
    """Publish a release, or a part of it, for as long as the caller looks; see ``publishing.rehearsed``."""
    return rehearsed(
        changes, kind=kind_of(changes), title=titles(release), notes=notes(release), reason=release.reason
    )


def effects(release, changes, codes):
    """How each target of these indicators stands now, and how it would."""
    if not codes:
        return []
    now = judged(standings(head_moment(), codes=codes))
    with rehearsal(release, about(changes, codes)):
        then = judged(standings(head_moment(), codes=codes))
    return [
        {
            "indicator": standing.indicator,
            "stage": judgement.stage,
            "judgement": judgement,
            "unit": standing.unit,
            "before": now[key][1].status if key in now else None,
            "after": judgement.status,
            "same": key in now and now[key][1].status == judgement.status,
        }
        for key, (standing, judgement) in then.items()
        if judgement.row.due or key in now
    ]


def about(changes, codes):
    """All that can alter how these indicators stand: what says nothing of one indicator may concern each."""
    return [change for change in changes if change.content.get("indicator_id") in {None, *codes}]


def judged(found):
    """(indicator, stage, target) -> the standing and its judgement against the current target."""
    return {
        (standing.code, judgement.row.stage_id, judgement.row.target_code): (standing, judgement)
        for standing in found
        for judgement in standing.current
    }
