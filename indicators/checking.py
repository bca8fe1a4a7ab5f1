"""The rules for one period of one indicator, whether a form, a sheet or a table hands it in.

``faults`` are hard: nothing is kept while there is one. ``doubts_about`` are soft: a sentence lets each pass.
``changes`` is what would be kept. Nothing here reads the database.
"""

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from blueprint.nouns import Change
from blueprint.wording import day_text

from .figures import period_label, with_unit
from .inputs import check_possible
from .models.observation import TOTAL, Kind, ObservationStatus, Qualifier
from .periods import FREQUENCIES, Period
from .plausibility import Doubt, doubts
from .progress import Figure
from .series import Series, text_names
from .usual import Reported

COMPARED = ("value", "qualifier", "status", "break_before")


@dataclass(frozen=True)
class Typed:
    """One period of one indicator as it was typed, its figures read. ``kind`` is empty for a first release.

    ``texts``: columns as note_en, why_zh_hant. ``was``: the period that the person opened in the draft.
    ``has_file``: a file goes with it as evidence.
    """

    period: Period
    value: Decimal | None = None
    missing: bool = False
    qualifier: str = str(Qualifier.EXACT)
    status: str = str(ObservationStatus.NORMAL)
    kind: str = ""
    break_before: bool = False
    reason: str = ""
    parts: Mapping[str, Decimal | None] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    title: str = ""
    was: str = ""
    has_file: bool = False

    @property
    def withdraws(self) -> bool:
        return self.kind == Kind.WITHDRAWAL

    @property
    def total(self) -> Decimal | None:
        return None if self.missing or self.withdraws else self.value

    @property
    def figure(self) -> Figure:
        status = str(ObservationStatus.MISSING) if self.total is None else self.status
        return Figure(self.period, self.total, self.qualifier, status, self.break_before)


class Fault(NamedTuple):
    """What is wrong, and at which field of the form: "period", "value", "part_business" …; "" for none of them."""

    field: str
    text: str


def read_period(code: str, today: datetime.date) -> Period:
    """Read a period's code. Raises ValidationError for what is none, or has not begun."""
    try:
        period = Period.parse(code)
    except ValueError:
        raise ValidationError(
            _(
                "Write a year as 2024, a half-year as 2024-H1, a quarter as 2024-Q3, a month as 2024-10, a day as 2024-10-31."
            )
        ) from None
    if period.start > today:
        said = {"period": period_label(period.code), "day": day_text(period.start)}
        raise ValidationError(_("%(period)s begins on %(day)s. Nothing can have been measured yet.") % said)
    return period


# --- what may not be ------------------------------------------------------------------------------------


def faults(typed: Typed, series: Series) -> list[Fault]:
    """Everything that keeps the figure from being kept, in the order of the form."""
    return [fault for check in CHECKS for fault in check(typed, series)]


def _period(typed: Typed, series: Series) -> Iterator[Fault]:
    """A period may be opened again, but not written over by way of another."""
    period = typed.period.code
    if not typed.period.matches(series.indicator.frequency) and not series.is_public(period):
        said = {"how_often": series.indicator.get_frequency_display(), "example": _example(series)}
        yield Fault(
            "period",
            _("Figures of this indicator come %(how_often)s. Write the period as %(example)s.") % said,
        )
    if period in series.drafted_periods and period != typed.was:
        said = {"period": period_label(period)}
        yield Fault(
            "period",
            _("The draft holds a figure for %(period)s already. Open that one to change it.") % said,
        )


def _example(series: Series) -> str:
    kind = FREQUENCIES[series.indicator.frequency]
    return (
        series.next_period.code if series.next_period else Period.of(kind, series.today).code if kind else ""
    )


def _value(typed: Typed, series: Series) -> Iterator[Fault]:
    # Of a withdrawal, what stands in the field is the figure that is taken back.
    if typed.withdraws:
        return
    if typed.value is not None and typed.missing:
        yield Fault("value", _("Write a value or tick that none is available, not both."))
    elif typed.value is None and not typed.missing:
        yield Fault("value", _("Write the value, or tick that none is available."))
    yield from _impossible("value", typed.value, series)


def _parts(typed: Typed, series: Series) -> Iterator[Fault]:
    if typed.withdraws:
        return
    for category, value in typed.parts.items():
        if category not in series.indicator.categories:
            yield Fault(f"part_{category}", _("This indicator has no such breakdown."))
        yield from _impossible(f"part_{category}", value, series)


def _impossible(name: str, value: Decimal | None, series: Series) -> Iterator[Fault]:
    """What the unit or the indicator itself rules out. A part may be below what the whole can be."""
    if value is None:
        return
    try:
        check_possible(value, series.unit)
    except ValidationError as fault:
        yield Fault(name, fault.messages[0])
        return
    lowest, highest = series.indicator.lowest, series.indicator.highest
    if highest is not None and value > highest:
        said = {"highest": with_unit(highest, series.unit), "typed": with_unit(value, series.unit)}
        yield Fault(name, _("%(typed)s cannot be: this indicator is at most %(highest)s.") % said)
    if lowest is not None and value < lowest and name == "value":
        said = {"lowest": with_unit(lowest, series.unit), "typed": with_unit(value, series.unit)}
        yield Fault(name, _("%(typed)s cannot be: this indicator is at least %(lowest)s.") % said)


def _kind(typed: Typed, series: Series) -> Iterator[Fault]:
    public = series.public_rows(typed.period.code)
    stands = any(row.value is not None for row in public)
    if not public and not typed.kind:
        return
    said = {"period": period_label(typed.period.code)}
    if public and not typed.kind:
        yield Fault(
            "kind", _("A figure for %(period)s is published. Say what kind of change this is.") % said
        )
    if typed.kind and not public:
        yield Fault(
            "kind", _("No figure for %(period)s is published yet, so this is a first release.") % said
        )
    elif typed.withdraws and not stands:
        yield Fault("kind", _("No figure stands for %(period)s, so there is none to withdraw.") % said)
    elif typed.kind and not typed.withdraws and typed.missing and stands:
        yield Fault("kind", _("To take back a published figure is a withdrawal. Choose that."))


def _reason(typed: Typed, series: Series) -> Iterator[Fault]:
    if typed.reason:
        return
    if typed.missing:
        yield Fault("reason", _("Say why no figure is available."))
    elif typed.withdraws:
        yield Fault("reason", _("Say why the figure is withdrawn. The reason is published."))
    elif typed.kind:
        yield Fault("reason", _("Say why the published figure changes."))


def _link(typed: Typed, series: Series) -> Iterator[Fault]:
    if typed.url and not typed.url.startswith("https://"):
        yield Fault("evidence_url", _("Write an address that begins with https://."))
    if typed.title and not typed.url:
        yield Fault("evidence_url", _("Write the address of the evidence as well, or leave both empty."))


CHECKS: tuple[Callable[[Typed, Series], Iterator[Fault]], ...] = (
    _period,
    _value,
    _parts,
    _kind,
    _reason,
    _link,
)


# --- what would be kept ----------------------------------------------------------------------------------


def changes(typed: Typed, series: Series) -> list[Change]:
    """What it would change against what is public; nothing where it says the same."""
    figures = _withdrawn(typed, series) if typed.withdraws else _figures(typed, series)
    return [change for change in figures if _says_something_new(change, series)] + _evidence(typed, series)


def _figures(typed: Typed, series: Series) -> list[Change]:
    given = {code: typed.parts.get(code) for code in series.indicator.categories}
    parts = [_change(typed, series, code, value) for code, value in given.items() if value is not None]
    return [_change(typed, series, TOTAL, typed.total), *parts]


def _withdrawn(typed: Typed, series: Series) -> list[Change]:
    """All that stands for the period goes: a part without its whole would say what was taken back."""
    rows = series.public_rows(typed.period.code)
    return [_change(typed, series, row.breakdown, None) for row in rows if row.value is not None]


def _change(typed: Typed, series: Series, breakdown: str, value: Decimal | None) -> Change:
    period, missing = typed.period.code, value is None
    texts = {name: typed.texts.get(name, "") for name in text_names()} if breakdown == TOTAL else {}
    return Change.of(
        "observation",
        indicator=series.indicator.indicator_id,
        breakdown=breakdown,
        period=period,
        value=value,
        qualifier=Qualifier.EXACT if missing else typed.qualifier,
        status=ObservationStatus.MISSING if missing else typed.status,
        break_before=typed.break_before,
        kind=typed.kind if (breakdown, period) in series.published else Kind.FIRST,
        reason=typed.reason,
        **texts,
    )


def _says_something_new(change: Change, series: Series) -> bool:
    said: dict[str, Any] = change.content
    row = series.published.get((said["breakdown"], said["period"]))
    compared = [*COMPARED, *(text_names() if said["breakdown"] == TOTAL else [])]
    return row is None or any(getattr(row, name) != said[name] for name in compared)


def _evidence(typed: Typed, series: Series) -> list[Change]:
    period = typed.period.code
    if not typed.url or (period, typed.url, typed.title) in series.known_evidence:
        return []
    code = series.indicator.indicator_id
    return [Change.of("evidence", indicator=code, period=period, url=typed.url, title=typed.title)]


# --- what is odd -----------------------------------------------------------------------------------------


def doubts_about(typed: Typed, series: Series) -> list[Doubt]:
    """Warnings, each of which passes with a sentence."""
    return doubts(reported(typed, series))


def reported(typed: Typed, series: Series) -> Reported:
    known = any(period == typed.period.code for period, _url, _title in series.known_evidence)
    return Reported(
        figure=typed.figure,
        earlier=() if typed.break_before else tuple(series.figures_before(typed.period)),
        unit=series.unit,
        cumulative=series.indicator.cumulative,
        today=series.today,
        parts={
            code: None if typed.withdraws else typed.parts.get(code) for code in series.indicator.categories
        },
        has_evidence=typed.withdraws or bool(typed.url) or typed.has_file or known,
    )
