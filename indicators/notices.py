"""Notices of revision, made from the data: what a figure was, what it is, by how much it moved, and why.

A notice belongs to each published version of a figure that replaced another. ``notice_text`` turns one into a sentence;
it works on plain values. Below it stand the queries that find the versions.
"""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from blueprint.wording import day_text, wording_of

from .figures import difference, period_label, qualified, with_unit, without_unit
from .models import IndicatorVersion, Observation, UnitVersion
from .models.observation import TOTAL, Kind, ObservationStatus, Qualifier

SMALLEST_SHARE = Decimal("0.01")


@dataclass(frozen=True)
class Reading:
    """What was published of a period at one time. ``value`` is None where none was available."""

    value: Decimal | None
    qualifier: str = "exact"
    status: str = "A"
    break_before: bool = False


@dataclass(frozen=True)
class Notice:
    """One published version that replaced another. ``part`` is the category's name, empty for the total."""

    indicator: str
    breakdown: str
    period: str
    before: Reading
    after: Reading
    kind: str
    reason: str
    publication: int
    published_on: datetime.date
    precision: str = "day"
    unit: Any = None
    part: str = ""

    @property
    def is_withdrawal(self) -> bool:
        return self.kind == Kind.WITHDRAWAL

    @property
    def is_error(self) -> bool:
        """Whether it owns up to something that was wrong, as no routine revision does."""
        return self.kind in (Kind.CORRECTION, Kind.WITHDRAWAL)

    @property
    def kind_label(self) -> str:
        return str(Kind(self.kind).label)

    @property
    def changes_value(self) -> bool:
        return self.before.value != self.after.value

    @property
    def change(self) -> Decimal | None:
        """The difference; None where either figure is missing or only a bound."""
        bounds = {self.before.qualifier, self.after.qualifier} & {Qualifier.OVER, Qualifier.UNDER}
        if self.before.value is None or self.after.value is None or bounds:
            return None
        return self.after.value - self.before.value

    @property
    def anchor(self) -> str:
        """Where the notice stands on its indicator's page."""
        return f"revised-{self.publication}-{self.period}-{self.breakdown}"

    @property
    def label(self) -> str:
        """The period, and the category where it is not the total."""
        said = {"period": period_label(self.period), "part": self.part}
        return _("%(period)s (%(part)s)") % said if self.part else said["period"]

    @property
    def text(self) -> str:
        return notice_text(self)

    @property
    def change_text(self) -> str:
        return change_text(self)

    @property
    def short_text(self) -> str:
        """What happened, without when and why: for places that say those beside it."""
        return _("%(label)s: %(event)s") % {"label": self.label, "event": event_text(self)}


# In words


def notice_text(notice: Notice) -> str:
    """The whole notice as a sentence in the reader's language."""
    said = {
        "label": notice.label,
        "event": event_text(notice),
        "kind": notice.kind_label,
        "day": day_text(notice.published_on, notice.precision),
        "reason": notice.reason,
    }
    if notice.is_withdrawal:
        form = (
            _("%(label)s: %(event)s, %(day)s: %(reason)s")
            if notice.reason
            else _("%(label)s: %(event)s, %(day)s")
        )
    elif notice.reason:
        form = _("%(label)s: %(event)s, %(kind)s, %(day)s: %(reason)s")
    else:
        form = _("%(label)s: %(event)s, %(kind)s, %(day)s")
    return form % said


def event_text(notice: Notice) -> str:
    """What happened to the figure: revised from … to …, withdrawn, now final."""
    before, after = notice.before, notice.after
    said = {
        "before": with_unit(before.value, notice.unit, before.qualifier),
        "after": with_unit(after.value, notice.unit, after.qualifier),
        "change": change_text(notice),
        "status": ObservationStatus(after.status).label,
        "status_before": ObservationStatus(before.status).label,
    }
    if notice.is_withdrawal:
        return _("withdrawn; it was %(before)s") % said if before.value is not None else _("withdrawn")
    if before.value is None and after.value is None:
        return _("still not available")
    if before.value is None:
        return _("published as %(after)s; no figure had been available") % said
    if after.value is None:
        return _("no longer available; it was %(before)s") % said
    if notice.changes_value:
        return _changed(notice.kind) % said if said["change"] else _changed_bound(notice.kind) % said
    return _unchanged(notice) % said


def _changed(kind: str) -> str:
    return {
        Kind.CORRECTION: _("corrected from %(before)s to %(after)s (%(change)s)"),
        Kind.METHOD_CHANGE: _("recalculated from %(before)s to %(after)s (%(change)s)"),
    }.get(kind, _("revised from %(before)s to %(after)s (%(change)s)"))


def _changed_bound(kind: str) -> str:
    return {
        Kind.CORRECTION: _("corrected from %(before)s to %(after)s"),
        Kind.METHOD_CHANGE: _("recalculated from %(before)s to %(after)s"),
    }.get(kind, _("revised from %(before)s to %(after)s"))


def _unchanged(notice: Notice) -> str:
    """The same value again: what is said of it changed."""
    before, after = notice.before, notice.after
    if before.qualifier != after.qualifier:
        return _("the same figure, now given as %(after)s; it was given as %(before)s")
    if before.status != after.status:
        return _("unchanged at %(after)s; its status is now “%(status)s”, it was “%(status_before)s”")
    if after.break_before and not before.break_before:
        return _("unchanged at %(after)s; a break in the series before it is now marked")
    if before.break_before and not after.break_before:
        return _("unchanged at %(after)s; no break in the series comes before it any more")
    return _("unchanged at %(after)s; published again")


def change_text(notice: Notice) -> str:
    """The difference and its share of the earlier value: −18.6, −0.08%. Of shares and ranks no share is given."""
    change, unit = notice.change, notice.unit
    if not change:
        return ""
    said = figure_of(change, unit)
    if notice.before.value == 0 or (unit is not None and (unit.in_per_cent or unit.is_rank)):
        return said
    return _(", ").join([said, share_text(change, notice.before.value)])


def figure_of(change: Decimal, unit: Any) -> str:
    sign = "+" if change > 0 else "−"
    in_per_cent = unit is not None and unit.in_per_cent
    return sign + (difference(abs(change), unit) if in_per_cent else without_unit(abs(change), unit))


def share_text(change: Decimal, before: Decimal) -> str:
    share = change / abs(before) * 100
    if abs(share) < SMALLEST_SHARE:
        return _("less than 0.01%")
    return f"{share:+,.2f}%".replace("-", "−")


def target_change_text(before: Any, after: Any, unit: Any) -> str:
    """What a later version of a target changed: from 3,000 by 2026 to 3,000 by 2025."""
    from_words, to_words = promise(before, unit), promise(after, unit)
    if after.withdrawn:
        return _("withdrawn; it was %(before)s") % {"before": from_words}
    if from_words == to_words:
        return _("unchanged at %(after)s; published again") % {"after": to_words}
    return _("changed from %(before)s to %(after)s") % {"before": from_words, "after": to_words}


def promise(version: Any, unit: Any) -> str:
    """A version of a target in a few words."""
    if version.value is None:
        texts = {code: getattr(version, f"text_{code}") for code in ("en", "zh_hant", "zh_hans")}
        text = wording_of(texts).text
        return _("“%(text)s” by %(period)s") % {"text": text, "period": period_label(version.due)}
    bound = version.bound if version.bound != "exact" else ""
    said = qualified(with_unit(version.value, unit), bound)
    return _("%(target)s by %(period)s") % {"target": said, "period": period_label(version.due)}


# From the published rows


def notices_of(publication_number: int) -> list[Notice]:
    """Of each figure that a publication replaced, its notice. Four queries."""
    rows = list(Observation.objects.filter(publication=publication_number).select_related("publication"))
    # What came before them had notices of its own.
    found = notices_from(replacing(rows), number=publication_number)
    return [notice for notice in found if notice.publication == publication_number]


def notices_for(indicator_code: str, moment: Any) -> list[Notice]:
    """The notices of one indicator up to a moment, newest first. Three queries."""
    rows = Observation.objects.filter(indicator=indicator_code, publication__lte=moment.number)
    return notices_from(rows.select_related("publication").defer("publication__leaf"), number=moment.number)


def notices_among(rows: Iterable[Observation], indicator: Any, unit: Any) -> list[Notice]:
    """The notices among all versions of one indicator's figures, newest first, without a further query."""
    units = {unit.unit_id: unit} if unit is not None else {}
    return in_order(notice_of(before, after, indicator, units) for before, after in in_pairs(rows))


def in_order(notices: Iterable[Notice]) -> list[Notice]:
    """Newest first; of one publication the totals before their parts, in order of time."""
    return sorted(
        notices, key=lambda n: (-n.publication, n.indicator, n.period, n.breakdown != TOTAL, n.breakdown)
    )


def replacing(rows: Sequence[Observation]) -> list[Observation]:
    """These versions that are not the first of their figure, with the versions before them."""
    later = [row for row in rows if row.kind != Kind.FIRST]
    if not later:
        return []
    wanted = {(row.indicator_id, row.breakdown, row.period) for row in later}
    earlier = Observation.objects.filter(
        indicator__in={key[0] for key in wanted},
        period__in={key[2] for key in wanted},
        publication__lt=max(row.publication_id for row in later),
    )
    known = {row.pk for row in later}
    kept = [row for row in earlier if (row.indicator_id, row.breakdown, row.period) in wanted]
    return [*(row for row in kept if row.pk not in known), *later]


def notices_from(rows: Iterable[Observation], *, number: int) -> list[Notice]:
    """The notices of the versions among these rows that replace another of them, newest first."""
    pairs = [pair for pair in in_pairs(rows) if pair[1].publication_id <= number]
    if not pairs:
        return []
    codes = {after.indicator_id for _before, after in pairs}
    indicators = {
        v.indicator_id: v
        for v in IndicatorVersion.objects.filter(indicator__in=codes).as_at(number, or_first=True)
    }
    named = {v.unit_id for v in indicators.values()}
    units = {u.unit_id: u for u in UnitVersion.objects.filter(unit__in=named).as_at(number, or_first=True)}
    return in_order(
        notice_of(before, after, indicators.get(after.indicator_id), units) for before, after in pairs
    )


def in_pairs(rows: Iterable[Observation]) -> Iterator[tuple[Observation, Observation]]:
    """(before, after) of each version that follows another of the same figure."""
    last: dict[tuple[str, str, str], Observation] = {}
    for row in sorted(rows, key=lambda row: row.publication_id):
        key = (row.indicator_id, row.breakdown, row.period)
        if key in last:
            yield last[key], row
        last[key] = row


def notice_of(before: Observation, after: Observation, indicator: Any, units: dict[str, Any]) -> Notice:
    publication = after.publication
    return Notice(
        indicator=after.indicator_id,
        breakdown=after.breakdown,
        period=after.period,
        before=reading_of(before),
        after=reading_of(after),
        kind=after.kind,
        reason=after.reason,
        publication=after.publication_id,
        published_on=publication.published_on,
        precision="day" if publication.precision == "moment" else publication.precision,
        unit=units.get(indicator.unit_id) if indicator else None,
        part=part_name(indicator, after.breakdown),
    )


def reading_of(row: Observation) -> Reading:
    return Reading(row.value, row.qualifier, row.status, row.break_before)


def part_name(indicator: Any, breakdown: str) -> str:
    """What a category is called; its code where it has no name; nothing for the total."""
    if breakdown == TOTAL:
        return ""
    categories = indicator.disaggregation.get("categories", []) if indicator else []
    names = [wording_of(c.get("name", {})).text for c in categories if c["code"] == breakdown]
    return next(iter(names), "") or breakdown
