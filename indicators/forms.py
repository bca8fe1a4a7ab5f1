"""What officials type: figures read strictly, one period of one indicator a form."""

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blueprint.nouns import Change, decimal_text
from blueprint.wording import LANGUAGES, day_text, wording_of, words

from .assessing import figure_of
from .figures import period_label, with_unit
from .inputs import FigureField, as_typed
from .models.observation import TOTAL, Kind, ObservationStatus, Qualifier
from .periods import FREQUENCIES, Period
from .plausibility import CODES, Doubt, Reported, doubts
from .progress import Figure

# What a request holds beside the person's own words.
NOT_TYPED = {"csrfmiddlewaretoken", "submit", "save", "draft"}


@dataclass(frozen=True)
class Series:
    """What a form knows of its indicator: its words, what is public, what waits in its draft, and the day.

    Rows stand under (breakdown, period), evidence of the draft under its period.
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
    version: int = 0
    # The release the draft is, if there is one.
    number: int | None = None

    @cached_property
    def drafted_periods(self) -> list[str]:
        return sorted({period for _breakdown, period in self.drafted} | set(self.evidence))

    def standing_row(self, breakdown: str, period: str) -> Any:
        """What the draft says, or else what is public."""
        return self.drafted.get((breakdown, period)) or self.published.get((breakdown, period))

    def periods(self) -> list[str]:
        """Codes to choose from: the next one due, then what has begun since, then backwards to the first."""
        kind = FREQUENCIES[self.indicator.frequency]
        current = Period.of(kind, self.today)
        known = [Period.parse(period) for _breakdown, period in [*self.published, *self.drafted]]
        steps = [period for period in known if period.kind is kind]
        before = Period.of(kind, current.start - datetime.timedelta(days=1))
        first = min([*steps, self.next_period or before, before])
        walked = []
        while first <= current:
            walked.append(first)
            first = first.next()
        codes = [p.code for p in sorted({*walked, *known}, reverse=True)]
        due = self.next_period.code if self.next_period else ""
        return sorted(codes, key=lambda code: code != due)

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


def initial_of(series: Series, period: str) -> dict[str, Any]:
    """What a form for a period starts from: the draft's figures, or else the public ones to be revised."""
    start: dict[str, Any] = {"period": period, "version": series.version}
    drafted = period in series.drafted_periods
    if drafted:
        start["was"] = period
    if row := series.standing_row(TOTAL, period):
        start |= {name: getattr(row, name) for name in ("qualifier", "break_before")}
        start |= {f"note_{code}": getattr(row, f"note_{code}") for code in LANGUAGES}
        start["value"] = decimal_text(row.value) if row.value is not None else ""
        start["missing"] = row.status == ObservationStatus.MISSING
        start["status"] = "A" if start["missing"] else row.status
    for category in series.indicator.categories:
        row = series.standing_row(category, period)
        if row is not None and row.value is not None:
            start[f"part_{category}"] = decimal_text(row.value)
    waiting = [row for (_breakdown, p), row in series.drafted.items() if p == period]
    for row in waiting:
        start |= {"reason": row.reason, "kind": "" if row.kind == Kind.FIRST else row.kind}
    if evidence := series.evidence.get(period):
        start |= {"evidence_url": evidence.url, "evidence_title": evidence.title}
    return start


def no_future(value: str, today: datetime.date) -> Period:
    """Read a period's code. Raises ValidationError for what is none, or has not begun."""
    try:
        period = Period.parse(value)
    except ValueError:
        raise ValidationError(
            _(
                "Write a year as 2024, a half-year as 2024-H1, a quarter as 2024-Q3, a month as 2024-10, a day as 2024-10-31."
            )
        ) from None
    if period.start > today:
        raise ValidationError(
            _("%(period)s begins on %(day)s. Nothing can have been measured yet.")
            % {"period": period_label(period.code), "day": day_text(period.start)}
        )
    return period


def text_field(label, *, hint="", rows=0, length=2000):
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput
    return forms.CharField(label=label, help_text=hint, required=False, max_length=length, widget=widget)


class EntryForm(forms.Form):
    """The figures of one period. ``handing_in``: every warning must have its sentence."""

    use_required_attribute = False

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    release = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    token = forms.UUIDField(widget=forms.HiddenInput)
    was = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    missing = forms.BooleanField(label=gettext_lazy("No figure is available for this period"), required=False)
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        choices=[c for c in ObservationStatus.choices if c[0] != "M"],
        initial="A",
    )
    qualifier = forms.ChoiceField(
        label=gettext_lazy("The figure is"), choices=Qualifier.choices, initial=Qualifier.EXACT
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("It is a"),
        required=False,
        choices=[
            ("", Kind.FIRST.label),
            *[
                (k.value, k.label)
                for k in (Kind.REVISION, Kind.CORRECTION, Kind.METHOD_CHANGE, Kind.WITHDRAWAL)
            ],
        ],
    )
    break_before = forms.BooleanField(
        label=gettext_lazy("The series breaks here: figures before it do not compare"), required=False
    )
    reason = text_field(
        gettext_lazy("Reason"),
        hint=gettext_lazy(
            "Needed when a published figure changes or is withdrawn, or when none is available. It is published."
        ),
        rows=2,
    )
    note_en = text_field(gettext_lazy("Comment in English"), rows=3)
    note_zh_hant = text_field(gettext_lazy("Comment in Traditional Chinese"), rows=3)
    note_zh_hans = text_field(gettext_lazy("Comment in Simplified Chinese"), rows=3)
    evidence_url = forms.URLField(
        label=gettext_lazy("Link to the evidence"),
        help_text=gettext_lazy("An address that begins with https://. It is published."),
        required=False,
        max_length=500,
        assume_scheme="https",
    )
    evidence_title = text_field(
        gettext_lazy("What the link leads to"),
        hint=gettext_lazy("For example: press release of 22 December 2025"),
        length=300,
    )

    def __init__(self, *args, series: Series, handing_in: bool = False, warnings=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.series, self.handing_in = series, handing_in
        self.doubts: list[Doubt] = list(warnings)
        self.changes: list[Change] = []
        self.fields["period"] = self._period_field()
        self.fields["value"] = FigureField(
            label=self._value_label(), help_text=self._value_hint(), unit=series.unit, max_length=40
        )
        self.fields["value"].widget.attrs["class"] = "value"
        for category in series.indicator.disaggregation.get("categories", []):
            label = wording_of(category.get("name", {})).text or category["code"]
            self.fields[f"part_{category['code']}"] = FigureField(
                label=label, unit=series.unit, max_length=40
            )
        for code in CODES:
            self.fields[f"because_{code}"] = text_field(
                gettext_lazy("Why is it right? The approver reads this."), length=500
            )
        self.order_fields(
            ["period", "value", "missing", *(f"because_{code}" for code in CODES), *self._part_names()]
        )

    def _part_names(self):
        return [name for name in self.fields if name.startswith("part_")]

    def _period_field(self):
        if FREQUENCIES[self.series.indicator.frequency] is None:
            hint = _(
                "A year as 2024, a half-year as 2024-H1, a quarter as 2024-Q3, a month as 2024-10, a day as 2024-10-31"
            )
            widget = forms.TextInput(attrs={"class": "narrow", "autocomplete": "off", "spellcheck": "false"})
            return forms.CharField(label=_("Period"), help_text=hint, max_length=10, widget=widget)
        return forms.ChoiceField(label=_("Period"), choices=self.series.choices())

    def _value_label(self):
        name = words(self.series.unit, "name") if self.series.unit else ""
        return _("Value, in %(unit)s") % {"unit": name} if name else _("Value")

    def _value_hint(self):
        totals = [
            (period, row.value) for (part, period), row in self.series.published.items() if part == TOTAL
        ]
        known = [value for _period, value in sorted(totals, key=lambda each: each[0]) if value is not None]
        if not known:
            return _("Plain digits, with a point for decimals.")
        return _("Plain digits, with a point for decimals. The last one was %(value)s.") % {
            "value": decimal_text(known[-1])
        }

    # What the template asks for

    @property
    def parts(self):
        return [self[name] for name in self._part_names()]

    @property
    def comments(self):
        return [self[f"note_{code}"] for code in LANGUAGES]

    def warnings(self, *codes):
        return [(doubt, self[f"because_{doubt.code}"]) for doubt in self.doubts if doubt.code in codes]

    @property
    def value_warnings(self):
        return self.warnings(*(set(CODES) - {"breakdown", "no_evidence"}))

    @property
    def part_warnings(self):
        return self.warnings("breakdown")

    @property
    def evidence_warnings(self):
        return self.warnings("no_evidence")

    @property
    def problems(self):
        """(what it is about, where, error) for the list at the top, in the order of the page."""
        listed = [("", "", error) for error in self.non_field_errors()]
        asked = {f"because_{doubt.code}": str(doubt.heading).rstrip(".。") for doubt in self.doubts}
        for name in [name for name in self.fields if name in self.errors]:
            field = self[name]
            about = "" if field.is_hidden else asked.get(name, field.label)
            listed += [(about, field.id_for_label, error) for error in field.errors]
        return listed

    @property
    def body(self):
        """A digest of all that was typed, whichever button sent it."""
        typed = [(name, self.data.getlist(name)) for name in sorted(self.data) if name not in NOT_TYPED]
        return hashlib.sha256(json.dumps(typed).encode()).hexdigest()

    @property
    def only_unanswered(self):
        """Whether nothing is wrong but that a warning waits for its sentence."""
        return bool(self.errors) and all(name.startswith("because_") for name in self.errors)

    @property
    def read_otherwise(self):
        """(typed, read) of each figure that was understood but not typed in plain digits."""
        if not self.is_bound:
            return []
        names = [name for name in ("value", *self._part_names()) if self.cleaned_data.get(name) is not None]
        typed = [self[name].value().strip() for name in names]
        return [(text, as_typed(text)) for text in typed if text != as_typed(text)]

    # Cleaning

    def clean_period(self):
        return no_future(self.cleaned_data["period"], self.series.today)

    def clean_was(self):
        """A period that the draft no longer holds is none: somebody took it out."""
        was = self.cleaned_data["was"]
        return was if was in self.series.drafted_periods else ""

    def clean_evidence_url(self):
        url = self.cleaned_data["evidence_url"]
        if url and not url.startswith("https://"):
            raise ValidationError(_("Write an address that begins with https://."))
        return url

    def clean(self):
        if self.cleaned_data.get("period") is not None and "value" in self.cleaned_data:
            self._check_value()
            self._check_kind()
            self._check_reason()
            self._check_place()
        if self.cleaned_data.get("evidence_title") and self.cleaned_data.get("evidence_url") == "":
            self.add_error(
                "evidence_url", _("Write the address of the evidence as well, or leave both empty.")
            )
        if not self.errors:
            self._propose()
        return self.cleaned_data

    def _check_value(self):
        typed, missing = self.cleaned_data["value"] is not None, self.cleaned_data["missing"]
        if self._withdraws:
            # What stands in the field is the figure that is taken back.
            return
        if typed and missing:
            self.add_error("value", _("Write a value or tick that none is available, not both."))
        if not typed and not missing:
            self.add_error("value", _("Write the value, or tick that none is available."))

    @property
    def _withdraws(self):
        return self.cleaned_data.get("kind") == Kind.WITHDRAWAL

    def _check_kind(self):
        period, kind = self.cleaned_data["period"].code, self.cleaned_data.get("kind")
        public = any((breakdown, period) in self.series.published for breakdown in self._breakdowns())
        said = {"period": period_label(period)}
        if public and not kind:
            self.add_error(
                "kind", _("A figure for %(period)s is published. Say what kind of change this is.") % said
            )
        if kind and not public:
            self.add_error(
                "kind", _("No figure for %(period)s is published yet, so this is a first release.") % said
            )
        elif kind == Kind.WITHDRAWAL and not self._stands(period):
            self.add_error("kind", _("No figure stands for %(period)s, so there is none to withdraw.") % said)
        elif kind and kind != Kind.WITHDRAWAL and self.cleaned_data["missing"] and self._stands(period):
            self.add_error("kind", _("To take back a published figure is a withdrawal. Choose that."))

    def _stands(self, period):
        """Whether any value is public for the period."""
        rows = (self.series.published.get((breakdown, period)) for breakdown in self._breakdowns())
        return any(row is not None and row.value is not None for row in rows)

    def _check_reason(self):
        if self.cleaned_data.get("reason"):
            return
        if self.cleaned_data["missing"]:
            self.add_error("reason", _("Say why no figure is available."))
        elif self._withdraws:
            self.add_error("reason", _("Say why the figure is withdrawn. The reason is published."))
        elif self.cleaned_data.get("kind"):
            self.add_error("reason", _("Say why the published figure changes."))

    def _check_place(self):
        """A period may be opened again, but not written over by way of another."""
        period, was = self.cleaned_data["period"].code, self.cleaned_data.get("was")
        if period in self.series.drafted_periods and period != was:
            self.add_error(
                "period",
                _("The draft holds a figure for %(period)s already. Open that one to change it.")
                % {"period": period_label(period)},
            )

    def _breakdowns(self):
        return [TOTAL, *self.series.indicator.categories]

    # What would be kept

    def _propose(self):
        figures = self._withdrawn() if self._withdraws else self._typed()
        self.changes = [change for change in figures if self._says_something_new(change)] + self._evidence()
        if not self.changes:
            self.add_error(None, _("This is exactly what is published. Nothing would change."))
            return
        self._find_doubts()

    def _typed(self):
        return [
            self._change(TOTAL, self._total()),
            *(
                self._change(category, self.cleaned_data[f"part_{category}"])
                for category in self.series.indicator.categories
                if self.cleaned_data[f"part_{category}"] is not None
            ),
        ]

    def _withdrawn(self):
        """All that stands for the period goes: a part without its whole would say what was taken back."""
        period = self.cleaned_data["period"].code
        standing = (self.series.published.get((breakdown, period)) for breakdown in self._breakdowns())
        return [
            self._change(row.breakdown, None) for row in standing if row is not None and row.value is not None
        ]

    def _total(self):
        return None if self.cleaned_data["missing"] or self._withdraws else self.cleaned_data["value"]

    def _change(self, breakdown, value):
        cleaned, period = self.cleaned_data, self.cleaned_data["period"].code
        public = (breakdown, period) in self.series.published
        missing = value is None
        notes = {f"note_{code}": cleaned[f"note_{code}"] for code in LANGUAGES} if breakdown == TOTAL else {}
        return Change.of(
            "observation",
            indicator=self.series.indicator.indicator_id,
            breakdown=breakdown,
            period=period,
            value=value,
            qualifier=Qualifier.EXACT if missing else cleaned["qualifier"],
            status=ObservationStatus.MISSING if missing else cleaned["status"],
            break_before=cleaned["break_before"],
            kind=cleaned["kind"] if public else Kind.FIRST,
            reason=cleaned["reason"],
            **notes,
        )

    def _says_something_new(self, change):
        row = self.series.published.get((change.content["breakdown"], change.content["period"]))
        compared = ["value", "qualifier", "status", "break_before"]
        if change.content["breakdown"] == TOTAL:
            compared += [f"note_{code}" for code in LANGUAGES]
        return row is None or any(getattr(row, name) != change.content[name] for name in compared)

    def _evidence(self):
        period = self.cleaned_data["period"].code
        url, title = self.cleaned_data["evidence_url"], self.cleaned_data["evidence_title"]
        if not url or (period, url, title) in self.series.known_evidence:
            return []
        indicator = self.series.indicator.indicator_id
        return [Change.of("evidence", indicator=indicator, period=period, url=url, title=title)]

    def _find_doubts(self):
        self.doubts = doubts(self._reported())
        if not self.handing_in:
            return
        for doubt in self.doubts:
            if not self.cleaned_data[f"because_{doubt.code}"]:
                self.add_error(
                    f"because_{doubt.code}", _("Say in a sentence why this is right, or correct the figure.")
                )

    def _reported(self):
        cleaned, series = self.cleaned_data, self.series
        period = cleaned["period"]
        totals = [row for (breakdown, _p), row in series.published.items() if breakdown == TOTAL]
        return Reported(
            figure=Figure(
                period, self._total(), cleaned["qualifier"], cleaned["status"], cleaned["break_before"]
            ),
            history=[figure_of(row) for row in totals if row.period != period.code],
            frequency=series.indicator.frequency,
            unit=series.unit,
            today=series.today,
            parts={c: None if self._withdraws else cleaned[f"part_{c}"] for c in series.indicator.categories},
            has_evidence=self._withdraws
            or bool(cleaned["evidence_url"])
            or any(known == period.code for known, _url, _title in series.known_evidence),
        )

    def answered(self):
        """The warnings as they are kept: each with its sentence, if it has one."""
        return [
            {
                "code": doubt.code,
                "heading": str(doubt.heading),
                "warning": str(doubt.text),
                "sentence": self.cleaned_data[f"because_{doubt.code}"],
            }
            for doubt in self.doubts
        ]


class ReasonForm(forms.Form):
    """Why a release goes back. Its author reads it in full."""

    use_required_attribute = False

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why, so that its author can mend it.")},
    )
