"""A sheet held against what is public: everything that is wrong with it at once, what is odd, and what would change."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from blueprint.moment import Moment
from blueprint.nouns import Change

from .. import checking
from ..checking import Typed
from ..models.observation import TOTAL
from ..progress import Figure
from .figures import plain_number
from .known import Known, known_to
from .lines import Asked, Line, LineReader, Problem
from .reading import Reading, Table
from .structure import column_letters

TOLD_EVERY = 500
Tell = Callable[[int, int], None]


@dataclass
class Doubted:
    """A warning about one figure. All of one kind may be answered with one sentence."""

    code: str
    heading: str
    warning: str
    indicator: str
    period: str
    sheet: str
    at: str


@dataclass
class Found:
    """All that was found in a sheet. ``changes`` are what a draft would hold, in the order of the sheet."""

    reading: Reading
    rows: int = 0
    empty: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    doubted: list[Doubted] = field(default_factory=list)
    changes: list[tuple[Line, Change]] = field(default_factory=list)

    @property
    def new(self) -> int:
        return sum(line.is_new for line, _change in self.changes)


class Checker:
    def __init__(self, reading: Reading, known: Known, *, comma: str, tell: Tell):
        self.reading, self.known, self.comma, self.tell = reading, known, comma, tell
        self.found = Found(reading)
        self.groups: dict[tuple[str, str], dict[str, Line]] = defaultdict(dict)
        self.refused: set[str] = set()
        self.kept: dict[str, Any] = {}
        self.total = 2 * sum(len(table.rows) for table in reading.tables)
        self.done = 0

    def step(self) -> None:
        self.done += 1
        if self.done % TOLD_EVERY == 0:
            self.tell(min(self.done, self.total), self.total)

    def check(self) -> Found:
        for table in self.reading.tables:
            self.check_headings(table)
            self.read_rows(table)
        alongside = self.alongside()
        for (code, _period), lines in self.groups.items():
            self.check_group(code, lines, alongside[code])
        self.found.problems.sort(key=lambda one: (one.sheet, one.row))
        return self.found

    # Rows

    def check_headings(self, table: Table) -> None:
        for _column, said in table.twice:
            text = _("The heading %(name)s stands twice. Take one of them out.") % {"name": said}
            self.found.problems.append(Problem(table.name, table.heading, said, str(table.heading), text))
        for number, said in table.extra:
            at = f"{column_letters(number)}{table.heading}"
            self.found.asked.append(Asked("extra", table.name, at, said[:80], ""))
        self.found.asked += layout_questions(table)

    def read_rows(self, table: Table) -> None:
        reader = LineReader(
            table,
            self.known,
            comma=self.comma,
            epoch_1904=self.reading.epoch_1904,
            is_text=self.reading.form == "csv",
        )
        for number, cells in table.rows:
            self.step()
            if all(str(cell).strip() == "" for cell in cells if cell is not None):
                continue
            self.found.rows += 1
            line = reader.read(number, cells)
            if line is not None:
                self.place(reader, line)
        self.found.problems += reader.problems
        self.found.asked += [*reader.asked, *reader.unread_commas]

    def place(self, reader: LineReader, line: Line) -> None:
        if line.empty:
            public = line.indicator not in self.known.own
            self.found.unchanged += public
            self.found.empty += not public
            return
        lines = self.groups[line.indicator, line.code]
        if line.period is not None and (first := lines.get(line.breakdown)):
            said = {"row": first.number, "sheet": first.table.name or "CSV"}
            reader.fault(line, "period", _("This figure stands in row %(row)s already (%(sheet)s).") % said)
        elif line.period is not None:
            lines[line.breakdown] = line
        if line.sound and not line.changes:
            self.found.unchanged += 1

    # Figures

    def alongside(self) -> dict[str, dict[str, Figure]]:
        """Indicator -> period -> the total that stands in the sheet."""
        found: dict[str, dict[str, Figure]] = defaultdict(dict)
        for (code, period), lines in self.groups.items():
            if (line := lines.get(TOTAL)) and line.sound:
                found[code][period] = typed_of(line, line, {}).figure
        return found

    def check_group(self, code: str, lines: dict[str, Line], alongside: dict[str, Figure]) -> None:
        """All figures of one period: each against the rules, then together against what is usual."""
        changed = [line for line in lines.values() if line.sound and line.changes]
        for _line in lines:
            self.step()
        if not changed:
            return
        series = self.series(code, alongside)
        total = lines.get(TOTAL) or self.public_total(changed[0], series)
        sound = [line for line in changed if self.is_sound(line, total, series)]
        for line in sound:
            self.found.changes += [(line, change) for change in own_changes(line, total, series)]
        if total is not None and total.sound and len(sound) == len(changed):
            self.doubt(total, changed[0], lines, series)

    def series(self, code: str, alongside: dict[str, Figure]) -> Any:
        if code not in self.kept:
            self.kept[code] = self.known.series(code, alongside)
        return self.kept[code]

    def public_total(self, beside: Line, series: Any) -> Line | None:
        """The total that a part belongs to, where the sheet has the part alone."""
        row = series.published.get((TOTAL, beside.code))
        if row is None:
            return None
        line = Line(beside.table, beside.number, beside.indicator, period=beside.period, standing=row)
        line.value, line.missing = row.value, row.value is None
        line.qualifier, line.status, line.break_before = row.qualifier, row.status, row.break_before
        return line

    def is_sound(self, line: Line, total: Line | None, series: Any) -> bool:
        faults = list(self.faults(line, total, series))
        for column, text in faults:
            at = line.table.address(line.number, column)
            self.found.problems.append(Problem(line.table.name, line.number, column, at, text))
        return not faults

    def faults(self, line: Line, total: Line | None, series: Any) -> Iterator[tuple[str, str]]:
        code = line.indicator
        if code in self.known.written and code not in self.refused:
            self.refused.add(code)
            said = {"number": self.known.written[code]}
            yield "indicator", _("Figures of this indicator are being written in release %(number)s. Submit that one or withdraw it first.") % said  # fmt: skip
        if line.breakdown != TOTAL and total is None:
            yield (
                "value",
                _("The total of this period is neither in the sheet nor published. Give it as well."),
            )
            return
        if line.breakdown != TOTAL and line.missing and line.is_new:
            yield "obs_status", _("Take out the row of a part that is not known. M is for the total.")
            return
        if not line.withdraws and line.breakdown != TOTAL and total is not None and total.withdraws:
            yield "kind", _("The total of this period is withdrawn, and its parts go with it.")
            return
        for fault in checking.faults(typed_of(line, total or line, {}), series):
            column = "value" if fault.field.startswith("part_") else fault.field
            yield column, fault.text

    def doubt(self, total: Line, first: Line, lines: dict[str, Line], series: Any) -> None:
        parts = {
            part: row.value
            for part in series.indicator.categories
            if (row := lines.get(part) or series.published.get((part, total.code))) is not None
        }
        place = total if TOTAL in lines else first
        for doubt in checking.doubts_about(typed_of(total, total, parts), series):
            at = place.table.address(place.number, "value")
            self.found.doubted.append(
                Doubted(
                    doubt.code,
                    str(doubt.heading),
                    str(doubt.text),
                    total.indicator,
                    total.code,
                    place.table.name,
                    at,
                )
            )


def typed_of(line: Line, total: Line, parts: dict[str, Any]) -> Typed:
    """A line as the rules know it: a part stands beside its total, and is explained by it if not by itself."""
    own = line.breakdown == TOTAL
    return Typed(
        period=line.period,
        value=None if total.withdraws and own else total.value,
        missing=total.missing,
        qualifier=line.qualifier,
        status=line.status,
        kind=line.kind or total.kind,
        break_before=line.break_before,
        reason=line.reason or total.reason,
        parts=parts if own else {line.breakdown: line.value},
        texts=line.texts,
    )


def own_changes(line: Line, total: Line | None, series: Any) -> Iterator[Change]:
    """What the line itself changes. With a total that is withdrawn its parts go as well."""
    typed = typed_of(line, total or line, {})
    for change in checking.changes(typed, series):
        part = change.content["breakdown"]
        if part == line.breakdown or (line.breakdown == TOTAL and typed.withdraws):
            yield change


def layout_questions(table: Table) -> Iterator[Asked]:
    """What the eye does not see, or sees otherwise than it is read."""
    layout, columns = table.layout, set(table.columns.values())
    for row in layout.hidden_rows:
        yield Asked("hidden", table.name, str(row), _("row %(number)s") % {"number": row}, "")
    names = {number: name for name, number in table.columns.items()}
    for column in layout.hidden_columns:
        if column in names:
            yield Asked(
                "hidden", table.name, names[column], _("column %(name)s") % {"name": names[column]}, ""
            )
    for merged in layout.merged:
        yield Asked("merged", table.name, merged, merged, "")
    cells = dict(table.rows)
    for row, column in sorted(layout.formulas):
        if column in columns and row in cells and column <= len(cells[row]):
            value = cells[row][column - 1]
            if value != "":
                at = table.address(row, names[column])
                shown = plain_number(value) if isinstance(value, float) else str(value)[:80]
                yield Asked("formulas", table.name, at, shown, "")


def check(
    reading: Reading, *, office: str, moment: Moment, comma: str = "", tell: Tell = lambda done, total: None
) -> Found:
    codes = {
        str(cells[place - 1]).strip()
        for table in reading.tables
        for place in [table.columns["indicator"]]
        for _number, cells in table.rows
        if len(cells) >= place
    }
    codes = {code for code in codes if code and "\0" not in code and len(code) <= 80}
    return Checker(reading, known_to(office, moment, codes), comma=comma, tell=tell).check()


def as_kept(found: Found) -> dict[str, Any]:
    """In plain values, as it is kept until the person confirms it."""
    reading = found.reading
    return {
        "form": reading.form,
        "encoding": reading.encoding,
        "delimiter": reading.delimiter,
        "beside": reading.beside,
        "sheets": [table.name for table in reading.tables if table.name],
        "rows": found.rows,
        "empty": found.empty,
        "unchanged": found.unchanged,
        "problems": [asdict(one) for one in found.problems],
        "asked": [asdict(one) for one in found.asked],
        "doubted": [asdict(one) for one in found.doubted],
        "changes": [kept_change(line, change) for line, change in found.changes],
        "preview": preview(reading),
    }


def kept_change(line: Line, change: Change) -> dict[str, Any]:
    public = line.standing
    return {
        "at": line.table.address(line.number, "value"),
        "sheet": line.table.name,
        "new": public is None,
        "before": None
        if public is None
        else {
            "value": None if public.value is None else format(public.value, "f"),
            "qualifier": public.qualifier,
            "status": public.status,
        },
        "content": change.canonical(),
    }


def preview(reading: Reading) -> list[list[str]]:
    """How the first rows read: what a person sees at once if the encoding is not the one they named."""
    if not reading.tables:
        return []
    table = reading.tables[0]
    columns = list(table.columns.items())[:6]
    rows = [[name for name, _place in columns]]
    for _number, cells in table.rows[:3]:
        rows.append([str(cells[place - 1])[:60] if place <= len(cells) else "" for _name, place in columns])
    return rows
