"""What is public of the indicators that a sheet names, and what is being written of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from blueprint.moment import Moment

from ..actions import being_written
from ..models import Evidence, IndicatorVersion, Observation, UnitVersion
from ..progress import Figure
from ..series import Series


@dataclass(frozen=True)
class Known:
    """As an office sees it at a moment. ``codes`` are all that the sheet names, of whatever office."""

    office: str
    moment: Moment
    codes: frozenset[str]

    @cached_property
    def indicators(self) -> dict[str, Any]:
        rows = IndicatorVersion.objects.filter(indicator__in=self.codes).as_at(self.moment.number)
        return {row.indicator_id: row for row in rows}

    @cached_property
    def own(self) -> dict[str, Any]:
        return {code: row for code, row in self.indicators.items() if row.office_id == self.office}

    @cached_property
    def published(self) -> dict[str, dict[tuple[str, str], Any]]:
        """Indicator -> (breakdown, period) -> the public row."""
        found: dict[str, dict[tuple[str, str], Any]] = {code: {} for code in self.indicators}
        for row in Observation.objects.filter(indicator__in=self.indicators).as_at(self.moment.number):
            found[row.indicator_id][row.breakdown, row.period] = row
        return found

    @cached_property
    def units(self) -> dict[str, Any]:
        return {row.unit_id: row for row in UnitVersion.objects.as_at(self.moment.number)}

    @cached_property
    def evidence(self) -> dict[str, set[tuple[str, str, str]]]:
        found: dict[str, set[tuple[str, str, str]]] = {}
        rows = Evidence.objects.filter(indicator__in=self.own).as_at(self.moment.number)
        for code, *named in rows.values_list("indicator", "period", "url", "title"):
            found.setdefault(code, set()).add(tuple(named))
        return found

    @cached_property
    def written(self) -> dict[str, int]:
        return being_written(self.office, self.own)

    def unit_of(self, code: str) -> Any:
        return self.units.get(self.own[code].unit_id)

    def series(self, code: str, alongside: Mapping[str, Figure] | None = None) -> Series:
        """``alongside``: totals of the same sheet, so that each is held against those it comes with."""
        return Series(
            indicator=self.own[code],
            unit=self.unit_of(code),
            next_period=None,
            today=self.moment.today,
            published=self.published[code],
            known_evidence=frozenset(self.evidence.get(code, ())),
            alongside=alongside or {},
        )


def known_to(office: str, moment: Moment, codes: Collection[str]) -> Known:
    return Known(office, moment, frozenset(codes))
