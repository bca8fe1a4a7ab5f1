"""What a release changes: each thing as it is public now and as it would be, and what follows for the status."""

from decimal import Decimal

from django.db.models import JSONField
from django.utils.translation import gettext as _

from blueprint.actions import changes_of, kind_of, titles
from blueprint.models import PersonName
from blueprint.moment import head_moment
from blueprint.publishing import rehearsed
from blueprint.wording import wording_of, words

from ..figures import difference, number, period_label, with_unit
from ..models import IndicatorVersion, UnitVersion
from ..models.observation import TOTAL, Kind, ObservationStatus
from ..standings import standings

# Nouns after whose change an indicator's page looks different.
ON_INDICATOR_PAGES = ("observation", "evidence", "baseline", "target", "indicator")
SHOWN_APART = ("observation", "evidence")


def stood_before(release):
    """The publication up to which "now" is read: the head, or what preceded the release's own publication."""
    return release.publication_id - 1 if release.publication_id else head_moment().number


def compared(release):
    """(figures, evidence, other changes) of a release, each against what stood before."""
    changes, number_before = changes_of(release), stood_before(release)
    indicators = {
        v.indicator_id: v for v in IndicatorVersion.objects.as_at(head_moment().number, or_first=True)
    }
    units = {u.unit_id: u for u in UnitVersion.objects.as_at(head_moment().number, or_first=True)}
    figures, evidence, others = [], [], []
    for change in changes:
        indicator = indicators.get(change.content.get("indicator_id"))
        if change.noun.name == "observation":
            unit = units.get(indicator.unit_id) if indicator else None
            figures.append(figure_change(change, before_of(change, number_before), indicator, unit))
        elif change.noun.name == "evidence":
            evidence.append(change.content | {"period": period_label(change.content["period"])})
        else:
            others.append(field_changes(change, before_of(change, number_before)))
    return figures, evidence, others


def before_of(change, publication_number):
    """The public version of the same thing, or None."""
    key = dict(zip(change.noun.key, change.key, strict=True))
    return change.noun.version.objects.filter(**key).as_at(publication_number).first()


def figure_change(change, before, indicator, unit):
    content = change.content
    had = before is not None and before.value is not None
    comparable = had and content["value"] is not None
    return {
        "indicator": indicator,
        "code": content["indicator_id"],
        "period_code": content["period"],
        "period": period_label(content["period"]),
        "breakdown": breakdown_name(indicator, content["breakdown"]),
        "before": with_unit(before.value, unit, before.qualifier) if before else _("not published yet"),
        "after": with_unit(content["value"], unit, content["qualifier"]),
        "difference": signed(content["value"] - before.value, unit) if comparable else "",
        "percent": percent(before.value, content["value"]) if comparable else "",
        "kind": Kind(content["kind"]).label,
        "status": ObservationStatus(content["status"]).label,
        "break_before": content["break_before"],
        "reason": content["reason"],
        "notes": {name: content[f"note_{name}"] for name in ("en", "zh_hant", "zh_hans")},
    }


def breakdown_name(indicator, breakdown):
    if breakdown == TOTAL or indicator is None:
        return "" if breakdown == TOTAL else breakdown
    categories = {c["code"]: c for c in indicator.disaggregation.get("categories", [])}
    return wording_of(categories.get(breakdown, {}).get("name", {})).text or breakdown


def signed(change: Decimal, unit) -> str:
    said = difference(abs(change), unit)
    return said if change == 0 else f"{'+' if change > 0 else '−'}{said}"


def percent(before: Decimal, after: Decimal) -> str:
    """The change in per cent of the earlier value; of nothing there is none."""
    if before == 0:
        return ""
    share = (after - before) / abs(before) * 100
    return f"{share:+.2f}%".replace("-", "−")


def field_changes(change, before):
    """Any public thing: its fields that change, before and after; of a new thing all that say something."""
    known = person_names(change, before)
    rows = []
    for field in change.noun.fields:
        if field.attname in change.noun.key:
            continue
        old = getattr(before, field.attname) if before is not None else field.get_default()
        old, new = known.get(old, old) if isinstance(old, str) else old, change.content[field.attname]
        if old != new:
            rows.append(
                {
                    "name": field.verbose_name,
                    "before": shown(field, old) if before else "",
                    "after": shown(field, new),
                }
            )
    return {
        "noun": change.noun.version._meta.verbose_name,
        "key": " · ".join(str(part) for part in change.key),
        "is_new": before is None,
        "rows": rows,
    }


def person_names(change, before):
    """Commitment -> name, for the fields of a public row that keep a name apart."""
    if before is None or not change.noun.names:
        return {}
    commitments = [getattr(before, name) for name in change.noun.names]
    return dict(PersonName.objects.filter(commitment__in=commitments).values_list("commitment", "name"))


def shown(field, value):
    """A field's value for a reader of any noun."""
    if value in (None, "", [], {}):
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(field, JSONField):
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return dict(field.flatchoices).get(value, value)


def indicators_of(release):
    """Codes of the indicators whose pages the release changes."""
    named = (c.content["indicator_id"] for c in changes_of(release) if c.noun.name in ON_INDICATOR_PAGES)
    return sorted(set(named))


def rehearsal(release):
    """Publish a release for as long as the caller looks; see ``publishing.rehearsed``."""
    changes = changes_of(release)
    return rehearsed(changes, kind=kind_of(changes), title=titles(release), reason=release.reason)


def effects(release):
    """How each target of the touched indicators stands now, and how it would."""
    codes = indicators_of(release)
    if not codes:
        return []
    now = judged(standings(head_moment(), codes=codes))
    with rehearsal(release):
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


def judged(found):
    """(indicator, stage, target) -> the standing and its judgement against the current target."""
    return {
        (standing.code, judgement.row.stage_id, judgement.row.target_code): (standing, judgement)
        for standing in found
        for judgement in standing.current
    }


def name_of(indicator, code):
    return (words(indicator, "short_name") or words(indicator, "name")) if indicator else code
