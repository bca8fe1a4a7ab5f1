"""What the desk knows of one indicator: what is public of it, what waits in its draft, and the day."""

import datetime
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from blueprint.nouns import decimal_text
from blueprint.wording import LANGUAGES

from . import progress
from .assessing import figure_of
from .comments import SAID
from .figures import period_label, with_unit
from .models.observation import TOTAL, Kind, ObservationStatus
from .periods import FREQUENCIES, Period

# So many figures tell what is usual in a series.
LOOKED_BACK = 24


@dataclass(frozen=True)
class Series:
    """Rows stand under (breakdown, period), evidence of the draft under its period.

    ``alongside``: totals handed in together with the one looked at, as in a sheet; they stand before what is public.
    """

    indicator: Any
    unit: Any
    next_period: Period | None
    today: datetime.date
    published: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    drafted: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    evidence: Mapping[str, Any] = field(default_factory=dict)
    # Public evidence as (period, address, title).
    known_evidence: frozenset[tuple[str, str, str]] = frozenset()
    # Files and further links of the draft under their period, as the form's field writes them.
    pieces: Mapping[str, str] = field(default_factory=dict)
    alongside: Mapping[str, progress.Figure] = field(default_factory=dict)
    version: int = 0
    # The release the draft is, if there is one.
    number: int | None = None

    @cached_property
    def drafted_periods(self) -> list[str]:
        return sorted({period for _breakdown, period in self.drafted} | set(self.evidence) | set(self.pieces))

    @cached_property
    def breakdowns(self) -> list[str]:
        return [TOTAL, *self.indicator.categories]

    def standing_row(self, breakdown: str, period: str) -> Any:
        """What the draft says, or else what is public."""
        return self.drafted.get((breakdown, period)) or self.published.get((breakdown, period))

    def public_rows(self, period: str) -> list[Any]:
        found = (self.published.get((breakdown, period)) for breakdown in self.breakdowns)
        return [row for row in found if row is not None]

    def is_public(self, period: str) -> bool:
        return bool(self.public_rows(period))

    @cached_property
    def public_totals(self) -> list[Any]:
        """Rows of the totals that are public, in the order of their periods."""
        rows = [row for (breakdown, _period), row in self.published.items() if breakdown == TOTAL]
        return sorted(rows, key=lambda row: Period.parse(row.period))

    @cached_property
    def totals(self) -> list[progress.Figure]:
        """The totals as they would stand: what is handed in now, else the draft, else what is public."""
        rows = {**self.published, **self.drafted}
        found = {period: row for (breakdown, period), row in rows.items() if breakdown == TOTAL}
        figures = {period: figure_of(row) for period, row in found.items()} | dict(self.alongside)
        own = (one for one in figures.values() if one.period.matches(self.indicator.frequency))
        return sorted(own, key=lambda one: one.period)

    def figures_before(self, period: Period) -> list[progress.Figure]:
        """The last figures before a period that compare with each other, the oldest first."""
        kept: list[progress.Figure] = []
        place = bisect_left(self.totals, period, key=lambda one: one.period)
        for one in reversed(self.totals[max(0, place - LOOKED_BACK) : place]):
            if one.value is not None:
                kept.append(one)
            if one.break_before:
                break
        return kept[::-1]

    # What may be chosen

    def periods(self) -> list[str]:
        """Codes to choose from: the next one due, then what has begun since, then backwards to the first."""
        due = self.next_period.code if self.next_period else ""
        codes = [period.code for period in sorted(self._sensible(), reverse=True)]
        return sorted(codes, key=lambda code: code != due)

    def _sensible(self) -> set[Period]:
        known = {Period.parse(period) for _breakdown, period in [*self.published, *self.drafted]}
        kind = FREQUENCIES[self.indicator.frequency]
        if kind is None:
            return known | {Period.of(each, self.today) for each in {period.kind for period in known}}
        current = Period.of(kind, self.today)
        before = Period.of(kind, current.start - datetime.timedelta(days=1))
        first = min([*(p for p in known if p.kind is kind), self.next_period or before, before])
        return known | set(_walk(first, current))

    def choices(self) -> list[tuple[str, str]]:
        return [("", _("Choose a period")), *((code, self.label(code)) for code in self.periods())]

    def label(self, period: str) -> str:
        said = {"period": period_label(period)}
        if row := self.published.get((TOTAL, period)):
            said["value"] = with_unit(row.value, self.unit, row.qualifier)
            return _("%(period)s · published: %(value)s") % said
        if self.next_period and period == self.next_period.code:
            return _("%(period)s · next due") % said
        return said["period"]


def _walk(period: Period, last: Period) -> Iterator[Period]:
    while period <= last:
        yield period
        period = period.next()


def initial_of(series: Series, period: str) -> dict[str, Any]:
    """What a form for a period starts from: the draft's figures, or else the public ones to be revised."""
    start: dict[str, Any] = {"period": period, "version": series.version}
    if period in series.drafted_periods:
        start["was"] = period
    if row := series.standing_row(TOTAL, period):
        start |= {name: getattr(row, name) for name in ("qualifier", "break_before")}
        start |= {name: getattr(row, name) for name in text_names()}
        start["value"] = decimal_text(row.value) if row.value is not None else ""
        start["missing"] = row.status == ObservationStatus.MISSING
        start["status"] = ObservationStatus.NORMAL if start["missing"] else row.status
    for category in series.indicator.categories:
        row = series.standing_row(category, period)
        if row is not None and row.value is not None:
            start[f"part_{category}"] = decimal_text(row.value)
    for row in (row for (_breakdown, of), row in series.drafted.items() if of == period):
        start |= {"reason": row.reason, "kind": "" if row.kind == Kind.FIRST else row.kind}
    if evidence := series.evidence.get(period):
        start |= {"evidence_url": evidence.url, "evidence_title": evidence.title}
    if pieces := series.pieces.get(period):
        start["pieces"] = pieces
    return start


def text_names() -> list[str]:
    """The columns of what is said with a figure: note_en … next_zh_hans."""
    return [f"{name}_{code}" for name in SAID for code in LANGUAGES]
