"""One row of a sheet: its cells read by their columns, with all that is wrong with it said at the cell."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from blueprint.characters import name_of, unfit

from ..checking import read_period
from ..exchange.files import unguarded
from ..models.observation import TOTAL, Kind, ObservationStatus, Qualifier
from ..periods import Period
from . import figures
from .columns import CODES, NO, TEXTS, YES
from .known import Known
from .reading import Table

LONGEST = 2000
TOTALS = frozenset(
    ("total", "totals", "sum", "subtotal", "grand total", "總計", "合計", "小計", "总计", "合计", "小计")
)
BREAKS = {YES: True, NO: False}


@dataclass(frozen=True)
class Problem:
    """What is wrong at a cell, or with a whole row or sheet where ``column`` or ``row`` is empty."""

    sheet: str
    row: int
    column: str
    at: str
    text: str


@dataclass(frozen=True)
class Asked:
    """A cell that was taken for something a person must confirm."""

    code: str
    sheet: str
    at: str
    shown: str
    taken: str


@dataclass
class Line:
    """One figure as the sheet has it. ``standing``: the public row that it is about, if there is one."""

    table: Table
    number: int
    indicator: str
    breakdown: str = TOTAL
    period: Period | None = None
    value: Decimal | None = None
    missing: bool = False
    qualifier: str = Qualifier.EXACT.value
    status: str = ObservationStatus.NORMAL.value
    break_before: bool = False
    kind: str = ""
    reason: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    standing: Any = None
    # Nothing was filled in, of a figure that there is not yet.
    empty: bool = False
    sound: bool = True

    @property
    def code(self) -> str:
        return self.period.code if self.period else ""

    @property
    def withdraws(self) -> bool:
        return self.kind == Kind.WITHDRAWAL

    @property
    def is_new(self) -> bool:
        return self.standing is None

    @property
    def changes(self) -> bool:
        """Whether it says something else than what is public."""
        public = self.standing
        if public is None:
            return not self.empty
        if self.withdraws and public.value is not None:
            return True
        said = (self.value, self.status, self.break_before)
        if said != (public.value, public.status, public.break_before):
            return True
        if self.value is not None and self.qualifier != public.qualifier:
            return True
        return any(same_lines(text) != same_lines(getattr(public, name)) for name, text in self.texts.items())


def same_lines(text: str) -> str:
    """A workbook keeps one kind of line end, and no blanks at the ends of what is typed."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


class LineReader:
    """Reads the rows of a table. ``comma``: what it was said to be in this file."""

    def __init__(self, table: Table, known: Known, *, comma: str, epoch_1904: bool, is_text: bool):
        self.table, self.known = table, known
        self.comma, self.epoch_1904, self.is_text = comma, epoch_1904, is_text
        self.problems: list[Problem] = []
        self.asked: list[Asked] = []
        self.unread_commas: list[Asked] = []

    # Cells

    def cell(self, cells: list[Any], name: str) -> Any:
        place = self.table.columns.get(name, 0)
        return cells[place - 1] if 0 < place <= len(cells) else ""

    def text(self, cells: list[Any], name: str) -> str:
        value = self.cell(cells, name)
        if isinstance(value, bool):
            return YES if value else NO
        if isinstance(value, (int, float)):
            return figures.plain_number(value)
        text = value if isinstance(value, str) else str(value)
        return unguarded(text) if self.is_text else text

    def fault(self, line: Line, column: str, text: str) -> None:
        line.sound = False
        at = self.table.address(line.number, column)
        self.problems.append(Problem(self.table.name, line.number, column, at, text))

    def ask(self, line: Line, column: str, understood: figures.Understood, taken: str) -> None:
        if understood.asks:
            at = self.table.address(line.number, column)
            self.asked.append(Asked(understood.asks, self.table.name, at, understood.shown, taken))

    # Rows

    def read(self, number: int, cells: list[Any]) -> Line | None:
        """None for a row of an indicator that is not the office's: its problem is noted, if it says anything new."""
        line = Line(self.table, number, self.text(cells, "indicator").strip())
        if self.is_heading(cells):
            self.fault(line, "", _("The headings stand here a second time. Take this row out."))
            return None
        if self.is_too_long(cells):
            self.fault(line, "", _("This row has more cells than there are headings. A comma inside a text or a figure needs quotation marks around it."))  # fmt: skip
            return None
        if line.indicator not in self.known.own:
            if not self.says_what_is_public(line, cells):
                self.fault(line, "indicator", self.unknown(cells, line.indicator))
                return None
            line.empty = True
            return line
        self.fill(line, cells)
        return line

    def is_heading(self, cells: list[Any]) -> bool:
        return all(self.text(cells, name).strip() == name for name in ("indicator", "period", "value"))

    def is_too_long(self, cells: list[Any]) -> bool:
        beyond = cells[self.table.width :]
        return len(cells) > self.table.cells or any(str(cell).strip() for cell in beyond)

    def unknown(self, cells: list[Any], code: str) -> str:
        looked_at = [code] if code else [str(cell) for cell in cells[:6]]
        said = {one.strip().lower().rstrip(":：") for one in looked_at}
        if said & TOTALS:
            return _("This looks like a row of totals. Take it out: only figures of single periods are read.")
        if not code:
            return _("The code of the indicator is missing.")
        return _("There is no indicator %(code)s among those of your office.") % {"code": code[:80]}

    def says_what_is_public(self, line: Line, cells: list[Any]) -> bool:
        """Figures of other offices are public too, and stand in the files for everybody: unchanged they do no harm."""
        rows = self.known.published.get(line.indicator, {})
        key = self.text(cells, "breakdown").strip() or TOTAL, self.text(cells, "period").strip()
        public = rows.get(key)
        if public is None:
            return False
        said = self.text(cells, "value").strip()
        return said == ("" if public.value is None else figures.decimal_text(public.value))

    def fill(self, line: Line, cells: list[Any]) -> None:
        series = self.known.published[line.indicator]
        self.read_period(line, cells)
        self.read_breakdown(line, cells)
        line.standing = series.get((line.breakdown, line.code))
        self.read_unit(line, cells)
        self.read_codes(line, cells)
        self.read_texts(line, cells)
        self.read_value(line, cells)

    def read_period(self, line: Line, cells: list[Any]) -> None:
        frequency = self.known.own[line.indicator].frequency
        cell = self.cell(cells, "period")
        if cell == "" or cell is None:
            self.fault(line, "period", _("The period is missing."))
            return
        try:
            said = figures.period_code(cell, frequency=frequency, epoch_1904=self.epoch_1904)
            line.period = read_period(said.value, self.known.moment.today)
        except ValidationError as fault:
            self.fault(line, "period", fault.messages[0])
        else:
            self.ask(line, "period", said, line.period.code)

    def read_breakdown(self, line: Line, cells: list[Any]) -> None:
        line.breakdown = self.text(cells, "breakdown").strip() or TOTAL
        public = (line.breakdown, line.code) in self.known.published[line.indicator]
        if line.breakdown not in [TOTAL, *self.known.own[line.indicator].categories] and not public:
            self.fault(line, "breakdown", _("This indicator has no such breakdown."))

    def read_unit(self, line: Line, cells: list[Any]) -> None:
        said, unit = self.text(cells, "unit").strip(), self.known.own[line.indicator].unit_id
        if said and said != unit:
            self.fault(
                line,
                "unit",
                _("The unit of this indicator is %(unit)s. Give the figure in it.") % {"unit": unit},
            )

    def read_codes(self, line: Line, cells: list[Any]) -> None:
        """What is not said stays as it stands."""
        for column, attribute in (("qualifier", "qualifier"), ("obs_status", "status"), ("kind", "kind")):
            said, codes = self.text(cells, column).strip(), CODES[column].values
            if said and said not in codes:
                self.fault(line, column, _("Write one of: %(codes)s.") % {"codes": ", ".join(codes)})
            elif said:
                setattr(line, attribute, said)
            elif line.standing is not None and column != "kind":
                setattr(line, attribute, getattr(line.standing, attribute))
        if line.kind == Kind.FIRST:
            line.kind = ""
        said = self.text(cells, "break_before").strip().lower()
        if said and said not in BREAKS:
            self.fault(line, "break_before", _("Write yes or no."))
        line.break_before = BREAKS.get(said, bool(line.standing and line.standing.break_before))

    def read_texts(self, line: Line, cells: list[Any]) -> None:
        line.reason = self.text(cells, "reason").strip()
        if line.breakdown == TOTAL:
            line.texts = {name: self.text(cells, name) for name in TEXTS if name in self.table.columns}
            for name in TEXTS:
                line.texts.setdefault(name, getattr(line.standing, name, "") if line.standing else "")
        for name, text in {"reason": line.reason, **line.texts}.items():
            for fault in unfit_text(text):
                if line.standing is None or text != getattr(line.standing, name, ""):
                    self.fault(line, name, fault)

    def read_value(self, line: Line, cells: list[Any]) -> None:
        cell = self.cell(cells, "value")
        given = cell is not None and str(cell).strip() != ""
        said_missing = self.text(cells, "obs_status").strip() == ObservationStatus.MISSING
        if given and said_missing and not line.withdraws:
            self.fault(line, "value", _("obs_status M says that there is no figure, and here is one. Take one of them out."))  # fmt: skip
        elif given:
            self.read_figure(line, cell)
        else:
            self.without_value(line, said_missing)

    def read_figure(self, line: Line, cell: Any) -> None:
        if line.status == ObservationStatus.MISSING:
            line.status = ObservationStatus.NORMAL.value
        unit = self.known.unit_of(line.indicator)
        place = line.number, self.table.columns["value"]
        try:
            said = figures.figure(
                cell,
                per_cent_format=place in self.table.layout.per_cent,
                comma=self.comma,
                in_per_cent=unit is not None and unit.in_per_cent,
            )
        except figures.Doubtful:
            line.sound = False
            at = self.table.address(line.number, "value")
            self.unread_commas.append(Asked("comma", self.table.name, at, str(cell), ""))
        except ValidationError as fault:
            self.fault(line, "value", fault.messages[0])
        else:
            line.value = said.value
            self.ask(line, "value", said, figures.decimal_text(said.value))

    def without_value(self, line: Line, said_missing: bool) -> None:
        place = line.number, self.table.columns["value"]
        if place in self.table.layout.formulas:
            self.fault(
                line, "value", _("The cell holds a formula without a result. Write the figure itself.")
            )
            return
        line.status = ObservationStatus.MISSING.value
        if line.withdraws:
            return
        if said_missing or (line.standing is not None and line.standing.value is None):
            line.missing = True
        elif line.standing is None and not (line.reason or line.kind or any(line.texts.values())):
            line.empty = True
        else:
            self.fault(line, "value", _("Write the figure, or M as obs_status with a reason if none is available."))  # fmt: skip


def unfit_text(text: str) -> Iterator[str]:
    if found := next(unfit(text), None):
        yield _("This text holds a character that no public text may hold: %(name)s.") % {
            "name": name_of(found)
        }
    if len(text) > LONGEST:
        yield _("This text has %(count)s characters; at most 2,000 are taken.") % {"count": len(text)}
