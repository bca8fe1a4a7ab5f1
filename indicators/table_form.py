"""Many periods of one indicator at once, a row each. The rules are those of the single form (see checking.py)."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blueprint.nouns import Change
from blueprint.wording import wording_of

from .checking import Typed, changes, doubts_about, faults
from .figures import period_label
from .forms import KINDS, NOT_TYPED, text_field
from .inputs import FigureField
from .models.observation import ObservationStatus, Qualifier
from .periods import Period
from .plausibility import Doubt
from .series import Series, initial_of, text_names

# Fields of a whole table that the faults of its rows may be about.
COMMON = ("kind", "reason", "evidence_url")
STATUSES = [choice for choice in ObservationStatus.choices if choice[0] != ObservationStatus.MISSING]


@dataclass(frozen=True)
class Row:
    """A period as the template shows it: its fields from left to right, and what is odd about it."""

    period: str
    label: str
    cells: list[Any]
    public: bool
    drafted: bool
    missing: bool
    doubts: list[tuple[Doubt, Any]]


class TableForm(forms.Form):
    """``handing_in``: every warning must have its sentence. A row that was not altered is not looked at."""

    use_required_attribute = False

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    release = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    token = forms.UUIDField(widget=forms.HiddenInput)
    # What each cell said when the table was opened: so it can be told later what the person altered.
    opened = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=gettext_lazy("Why do published figures change?"),
        help_text=gettext_lazy("Needed when you alter a figure that is published. It goes with all of them."),
        required=False,
        choices=[("", gettext_lazy("No published figure changes")), *((k.value, k.label) for k, _h in KINDS)],
    )
    reason = text_field(gettext_lazy("Reason"), hint=gettext_lazy("In a sentence. It is published."), rows=2)
    evidence_url = forms.URLField(
        label=gettext_lazy("Link to the evidence"),
        help_text=gettext_lazy("For all the figures you alter here. An address that begins with https://."),
        required=False,
        max_length=500,
        assume_scheme="https",
    )
    evidence_title = text_field(gettext_lazy("What the link leads to"), length=300)

    def __init__(self, *args, series: Series, periods: list[str], handing_in: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.series, self.periods, self.handing_in = series, periods, handing_in
        self.starts = {period: initial_of(series, period) for period in periods}
        self.doubts: dict[str, list[Doubt]] = {}
        self.changes: list[Change] = []
        self.cells: list[str] = []
        for period in periods:
            self._add_row(period)
        self.fields["opened"].initial = json.dumps(self.saved)

    def _add_row(self, period: str):
        start = self.starts[period]
        for name, label in self.columns:
            field = FigureField(label=label, unit=self.series.unit, max_length=40)
            self._place(field, name, period, start.get(name, ""))
        for name, choices, label in self.choices:
            field = forms.ChoiceField(label=label, choices=choices, required=False)
            self._place(field, name, period, start.get(name) or choices[0][0])

    def _place(self, field: forms.Field, name: str, period: str, initial: Any):
        field.initial = initial
        field.widget.attrs["aria-label"] = _("%(what)s, %(period)s") % {
            "what": field.label,
            "period": period_label(period),
        }
        self.cells.append(f"{name}_{period}")
        self.fields[self.cells[-1]] = field

    @property
    def saved(self) -> dict[str, str]:
        """What each cell says as it is saved now."""
        return {name: str(self.fields[name].initial) for name in self.cells}

    @cached_property
    def columns(self) -> list[tuple[str, str]]:
        categories = self.series.indicator.disaggregation.get("categories", [])
        parts = [(f"part_{c['code']}", wording_of(c.get("name", {})).text or c["code"]) for c in categories]
        return [("value", _("Total") if parts else _("Value")), *parts]

    choices = (
        ("qualifier", Qualifier.choices, gettext_lazy("The figure is")),
        ("status", STATUSES, gettext_lazy("Status")),
    )

    # What the template asks for

    @property
    def headings(self) -> list[str]:
        return [label for _name, label in self.columns] + [str(label) for _n, _c, label in self.choices]

    @property
    def rows(self) -> list[Row]:
        return [self._row(period) for period in self.periods]

    def _row(self, period: str) -> Row:
        names = [name for name, _label in self.columns] + [name for name, _c, _l in self.choices]
        return Row(
            period=period,
            label=period_label(period),
            cells=[self[f"{name}_{period}"] for name in names],
            public=self.series.is_public(period),
            drafted=period in self.series.drafted_periods,
            missing=bool(self.starts[period].get("missing")),
            doubts=[(doubt, self[f"because_{doubt.code}_{period}"]) for doubt in self.doubts.get(period, [])],
        )

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """(what it is about, where, error) for the list at the top, in the order of the page."""
        listed = [("", "", error) for error in self.non_field_errors()]
        for name in [name for name in self.fields if name in self.errors]:
            about = self.fields[name].widget.attrs.get("aria-label", self.fields[name].label)
            listed += [(about, self[name].id_for_label, error) for error in self.errors[name]]
        return listed

    @property
    def body(self) -> str:
        typed = [(name, self.data.getlist(name)) for name in sorted(self.data) if name not in NOT_TYPED]
        return hashlib.sha256(json.dumps(typed).encode()).hexdigest()

    # Cleaning

    def clean(self):
        for typed in self.typed:
            for fault in faults(typed, self.series):
                self._add_fault(typed, fault)
        if not self.errors:
            self._propose()
        return self.cleaned_data

    def _add_fault(self, typed: Typed, fault: Any):
        name = fault.field if fault.field in COMMON else f"{fault.field}_{typed.period.code}"
        if name not in self.fields:
            name = f"value_{typed.period.code}"
        if fault.text not in self.errors.get(name, []):
            self.add_error(name, fault.text)

    @cached_property
    def altered(self) -> list[str]:
        """Periods of which something else was typed than stands there, read as figures and not as signs."""
        return [period for period in self.periods if self._as_typed(period) != self._as_it_was(period)]

    def _as_typed(self, period: str) -> dict[str, Any]:
        """None stands also for a cell that cannot be read: of that one the field itself has told."""
        names = [name for name, _label in self.columns] + [name for name, _c, _l in self.choices]
        return {name: self.cleaned_data.get(f"{name}_{period}") for name in names}

    def _as_it_was(self, period: str) -> dict[str, Any]:
        fields = {name: self.fields[f"{name}_{period}"] for name in self._as_typed(period)}
        return {name: field.clean(field.initial) for name, field in fields.items()}

    @property
    def emptied(self) -> list[str]:
        """Periods whose figures were typed in this draft, and now are gone."""
        return [p for p in self.altered if self._is_empty(p) and not self.series.is_public(p)]

    def _is_empty(self, period: str) -> bool:
        return all(self.cleaned_data.get(f"{name}_{period}") is None for name, _label in self.columns)

    @cached_property
    def typed(self) -> list[Typed]:
        kept = set(self.altered) - set(self.emptied)
        return [self._typed(period) for period in self.periods if period in kept and not self._unread(period)]

    def _unread(self, period: str) -> bool:
        return any(name.endswith(f"_{period}") for name in self.errors)

    def _typed(self, period: str) -> Typed:
        read, start = self._as_typed(period), self.starts[period]
        public = self.series.is_public(period)
        common = {name: self.cleaned_data.get(name, "") for name in (*COMMON, "evidence_title")}
        return Typed(
            period=Period.parse(period),
            value=read["value"],
            parts={n.removeprefix("part_"): v for n, v in read.items() if n.startswith("part_")},
            texts={name: start.get(name, "") for name in text_names()},
            missing=bool(start.get("missing")) and read["value"] is None,
            qualifier=read["qualifier"] or Qualifier.EXACT.value,
            status=read["status"] or ObservationStatus.NORMAL.value,
            kind=(common["kind"] or start.get("kind", "")) if public else "",
            break_before=bool(start.get("break_before")),
            reason=(common["reason"] or start.get("reason", "")) if public else start.get("reason", ""),
            url=common["evidence_url"],
            title=common["evidence_title"],
            was=start.get("was", ""),
        )

    def _propose(self):
        if not self.altered:
            self.add_error(None, _("Nothing was altered in this table."))
            return
        together = replace(self.series, alongside={one.period.code: one.figure for one in self.typed})
        for typed in self.typed:
            self.changes += changes(typed, self.series)
            self.doubts[typed.period.code] = doubts_about(typed, together)
        for period, doubt in self._each_doubt():
            self._ask(period, doubt)

    def _each_doubt(self) -> Iterator[tuple[str, Doubt]]:
        return ((period, doubt) for period, found in self.doubts.items() for doubt in found)

    def _ask(self, period: str, doubt: Doubt):
        name = f"because_{doubt.code}_{period}"
        field = self.fields[name] = text_field(_("Why is it right? The approver reads this."), length=500)
        field.widget.attrs["aria-label"] = f"{field.label} {period_label(period)}"
        sentence = self.data.get(name, "").strip()
        self.cleaned_data[name] = sentence
        if len(sentence) > 500:
            self.add_error(name, _("Write at most 500 characters."))
        elif self.handing_in and not sentence:
            self.add_error(name, _("Say in a sentence why this is right, or correct the figure."))

    def answered(self) -> list[dict[str, str]]:
        """The warnings as they are kept: each with its sentence, if it has one."""
        code = self.series.indicator.indicator_id
        return [
            {
                "indicator": code,
                "period": period,
                "code": doubt.code,
                "heading": str(doubt.heading),
                "warning": str(doubt.text),
                "sentence": self.cleaned_data[f"because_{doubt.code}_{period}"],
            }
            for period, doubt in self._each_doubt()
        ]


@dataclass(frozen=True)
class Clash:
    """A cell that two people altered."""

    about: str
    saved: str
    typed: str


def put_onto(form: TableForm, typed: QueryDict) -> list[Clash]:
    """Bring what was typed up to what is saved now: a cell that its person did not touch follows what is saved.

    Cells that somebody else altered as well keep what was typed, and are returned.
    """
    opened, clashes = read_opened(typed.get("opened", "")), []
    for name, saved in form.saved.items():
        was, said = opened.get(name, saved), typed.get(name, "")
        if said == was:
            typed[name] = saved
        elif saved not in (was, said):
            about = form.fields[name].widget.attrs["aria-label"]
            clashes.append(Clash(about, saved or _("nothing"), said or _("nothing")))
    typed["opened"] = json.dumps(form.saved)
    return clashes


def read_opened(text: str) -> dict[str, str]:
    """Nothing of what no table of ours wrote."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {n: str(v) for n, v in said.items()} if isinstance(said, dict) else {}
