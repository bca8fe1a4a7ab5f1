"""What officials type: figures read strictly, one period of one indicator a form."""

import hashlib
import json

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blueprint.nouns import Change, decimal_text
from blueprint.wording import LANGUAGES, OWN_NAMES, TAGS, reader, wording_of, words

from .breakdowns import running_sum
from .checking import Typed, changes, doubts_about, faults, read_period
from .comments import SAID
from .evidence.fields import PiecesField
from .evidence.pieces import FILES, FILES_FOR, PIECES, Piece, changes_of_pieces
from .evidence.words import files_hint
from .hints import decimals_of, how_often, possible_of
from .inputs import FigureField, as_typed
from .models.observation import Kind, ObservationStatus, Qualifier
from .periods import FREQUENCIES
from .plausibility import CODES, Doubt
from .series import Series, text_names

# What a request holds beside the person's own words.
NOT_TYPED = {
    "csrfmiddlewaretoken",
    "keeper",
    "submit",
    "enter",
    "save",
    "draft",
    "effect",
    "attach",
    FILES_FOR,
}
# Warnings that stand where they are mended, and not at the figure.
AT_PARTS, AT_EVIDENCE = ("breakdown",), ("no_evidence",)

QUESTIONS = {
    "note": gettext_lazy("What happened?"),
    "why": gettext_lazy("Why?"),
    "next": gettext_lazy("What comes next?"),
}
KINDS = (
    (Kind.REVISION, gettext_lazy("The source has put a newer figure in its place, as it does as a rule: final for provisional, or with data that came late.")),
    (Kind.CORRECTION, gettext_lazy("The published figure was wrong: a slip of typing, of counting, or of the period.")),
    (Kind.METHOD_CHANGE, gettext_lazy("The figure is compiled in another way now. If those before it no longer compare, tick the break as well.")),
    (Kind.WITHDRAWAL, gettext_lazy("The figure is taken back and nothing takes its place. It stays in the history.")),
)  # fmt: skip


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
        choices=[c for c in ObservationStatus.choices if c[0] != ObservationStatus.MISSING],
        initial=ObservationStatus.NORMAL,
    )
    qualifier = forms.ChoiceField(
        label=gettext_lazy("The figure is"), choices=Qualifier.choices, initial=Qualifier.EXACT
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Why does the published figure change?"),
        required=False,
        choices=[(kind.value, kind.label) for kind, _hint in KINDS],
        widget=forms.RadioSelect,
    )
    break_before = forms.BooleanField(
        label=gettext_lazy("The series breaks here: figures before it do not compare"), required=False
    )
    reason = text_field(gettext_lazy("Reason"), hint=gettext_lazy("In a sentence. It is published."), rows=2)
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
        # Evidence that is not for the public, and what is wrong with files that came before the form was judged.
        self.private: list[Piece] = []
        self.file_faults: list[str] = []
        self.fields["period"] = self._period_field()
        self.fields["value"] = self._figure_field(self._value_label(), hint=self._value_hint())
        self.fields["value"].widget.attrs |= {"class": "value", "accesskey": "v"}
        self.fields["evidence_url"].widget.attrs["accesskey"] = "e"
        for category in series.indicator.disaggregation.get("categories", []):
            label = wording_of(category.get("name", {})).text or category["code"]
            self.fields[f"part_{category['code']}"] = self._figure_field(label)
        self.fields[PIECES] = PiecesField(indicator=series.indicator.indicator_id)
        for name in text_names():
            self.fields[name] = self._text_field(name)
        self.fields[f"note_{reader()}"].widget.attrs["accesskey"] = "c"
        for code in CODES:
            self.fields[f"because_{code}"] = text_field(
                gettext_lazy("Why is it right? The approver reads this."), length=500
            )
        at_figure = [f"because_{code}" for code in CODES if code not in (*AT_PARTS, *AT_EVIDENCE)]
        about_figure = ["kind", "reason", "status", "qualifier", "break_before"]
        self.order_fields(
            [
                "period",
                "value",
                "missing",
                *at_figure,
                *about_figure,
                *self._part_names(),
                "because_breakdown",
                *self._texts_in_order(),
            ]
        )

    def _part_names(self):
        return [name for name in self.fields if name.startswith("part_")]

    def _texts_in_order(self):
        """The person's own language first."""
        languages = sorted(LANGUAGES, key=lambda code: code != reader())
        return [f"{name}_{code}" for code in languages for name in SAID]

    def _figure_field(self, label, *, hint=""):
        return FigureField(label=label, help_text=hint, unit=self.series.unit, max_length=40)

    def _text_field(self, name):
        question, _mark, language = name.partition("_")
        label = _("%(question)s (%(language)s)") % {
            "question": QUESTIONS[question],
            "language": OWN_NAMES[language],
        }
        field = text_field(label, rows=2)
        field.widget.attrs["lang"] = TAGS[language]
        return field

    def _period_field(self):
        if FREQUENCIES[self.series.indicator.frequency] is None:
            hint = _(
                "A year as 2024, a half-year as 2024-H1, a quarter as 2024-Q3, a month as 2024-10, a day as 2024-10-31"
            )
            widget = forms.TextInput(
                attrs={"class": "narrow", "autocomplete": "off", "spellcheck": "false", "list": "periods"}
            )
            return forms.CharField(label=_("Period"), help_text=hint, max_length=10, widget=widget)
        widget = PeriodSelect(public=self.series.is_public)
        return forms.ChoiceField(
            label=_("Period"),
            help_text=how_often(self.series.indicator),
            choices=self.series.choices(),
            widget=widget,
        )

    def _value_label(self):
        name = words(self.series.unit, "name") if self.series.unit else ""
        return _("Value, in %(unit)s") % {"unit": name} if name else _("Value")

    def _value_hint(self):
        known = [row.value for row in self.series.public_totals if row.value is not None]
        last = _("The last one was %(value)s.") % {"value": decimal_text(known[-1])} if known else ""
        said = [decimals_of(self.series), possible_of(self.series), last]
        return (" " if reader() == "en" else "").join(filter(None, said))

    # What the template asks for

    @property
    def parts(self):
        return [self[name] for name in self._part_names()]

    @property
    def shows_parts(self):
        """Whether the parts are asked at once: the last figure had them, or something is said or wrong there."""
        last = self.series.public_totals[-1:]
        known = any(len(self.series.public_rows(row.period)) > 1 for row in last)
        said = any(part.value() or part.errors for part in self.parts)
        return known or said or bool(self.part_warnings)

    @property
    def sum(self):
        """How the parts stand to the total, as they were read."""
        read = getattr(self, "cleaned_data", None) if self.is_bound else None
        return running_sum(self, read)

    @property
    def suggested(self):
        """(code, label, whether it is public) of periods to choose from where any may be typed."""
        return [
            (code, self.series.label(code), self.series.is_public(code)) for code in self.series.periods()
        ]

    @property
    def asks_kind(self):
        """Whether the period that stands in the form has a public figure."""
        period = self["period"].value()
        return bool(period) and self.series.is_public(str(period).strip())

    @property
    def asks_reason(self):
        return self.asks_kind or bool(self["missing"].value()) or bool(self["reason"].errors)

    @property
    def is_special(self):
        """Whether something is said that most figures need not say, or is wrong there."""
        said = self["missing"].value() or self["break_before"].value()
        exact = self["qualifier"].value() in (None, "", Qualifier.EXACT)
        wrong = any(self[name].errors for name in ("missing", "qualifier", "break_before"))
        return bool(said) or not exact or wrong

    @property
    def kinds(self):
        """Each kind of change with its hint, as (radio button, hint)."""
        hints = {kind.value: hint for kind, hint in KINDS}
        return [(radio, hints[radio.data["value"]]) for radio in self["kind"].subwidgets]

    @property
    def comments(self):
        """A language each: its name, its three questions, whether it is the person's own or needs to be seen."""
        return [self._comment(code) for code in sorted(LANGUAGES, key=lambda code: code != reader())]

    def _comment(self, language):
        fields = [(QUESTIONS[name], self[f"{name}_{language}"]) for name in SAID]
        own = language == reader()
        return {
            "code": language,
            "tag": TAGS[language],
            "name": OWN_NAMES[language],
            "own": own,
            "fields": fields,
            "open": own or any(field.errors for _question, field in fields),
            "said": sum(bool(field.value()) for _question, field in fields),
        }

    def warnings(self, *codes):
        return [(doubt, self[f"because_{doubt.code}"]) for doubt in self.doubts if doubt.code in codes]

    @property
    def value_warnings(self):
        return self.warnings(*(set(CODES) - {*AT_PARTS, *AT_EVIDENCE}))

    @property
    def part_warnings(self):
        return self.warnings(*AT_PARTS)

    @property
    def evidence_warnings(self):
        return self.warnings(*AT_EVIDENCE)

    @property
    def files_hint(self):
        return files_hint()

    @property
    def problems(self):
        """(what it is about, where, error) for the list at the top, in the order of the page."""
        listed = [("", "", error) for error in self.non_field_errors()]
        listed += [(self[PIECES].label, f"id_{FILES}", fault) for fault in self.file_faults]
        asked = {f"because_{doubt.code}": str(doubt.heading).rstrip(".。?？") for doubt in self.doubts}
        for name in [name for name in self.fields if name in self.errors]:
            field = self[name]
            about = "" if field.is_hidden else asked.get(name, field.label)
            listed += [(about, self._place_of(field), error) for error in field.errors]
        return listed

    def _place_of(self, field):
        return {"kind": f"{field.auto_id}_0", PIECES: f"id_{FILES}"}.get(field.name, field.id_for_label)

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
        return read_period(self.cleaned_data["period"], self.series.today)

    def clean_was(self):
        """A period that the draft no longer holds is none: somebody took it out."""
        was = self.cleaned_data["was"]
        return was if was in self.series.drafted_periods else ""

    def clean(self):
        if self.typed is not None:
            for fault in faults(self.typed, self.series):
                self.add_error(fault.field or None, fault.text)
        if not self.errors:
            self._propose()
        return self.cleaned_data

    @cached_property
    def typed(self) -> Typed | None:
        """What was typed, as far as it can be read; nothing without a period, a figure, or a word for none."""
        read = self.cleaned_data
        if read.get("period") is None or "value" not in read:
            return None
        return Typed(
            period=read["period"],
            value=read["value"],
            parts={name.removeprefix("part_"): read.get(name) for name in self._part_names()},
            texts={name: read.get(name, "") for name in text_names()},
            missing=read["missing"],
            qualifier=read.get("qualifier") or Qualifier.EXACT.value,
            status=read.get("status") or ObservationStatus.NORMAL.value,
            kind=read.get("kind", ""),
            break_before=read["break_before"],
            reason=read.get("reason", ""),
            url=read.get("evidence_url", ""),
            title=read.get("evidence_title", ""),
            was=read.get("was", ""),
            has_file=bool(read.get(PIECES)),
        )

    def _propose(self):
        pieces = self.cleaned_data[PIECES]
        self.private = [piece for piece in pieces if not piece.public]
        self.changes = changes(self.typed, self.series) + changes_of_pieces(
            [piece for piece in pieces if piece.url != self.typed.url],
            indicator=self.series.indicator.indicator_id,
            period=self.typed.period.code,
            known=self.series.known_evidence,
        )
        if not self.changes:
            self.add_error(None, _("This is exactly what is published. Nothing would change."))
            return
        self.doubts = doubts_about(self.typed, self.series)
        if not self.handing_in:
            return
        for doubt in self.doubts:
            if not self.cleaned_data[f"because_{doubt.code}"]:
                self.add_error(
                    f"because_{doubt.code}", _("Say in a sentence why this is right, or correct the figure.")
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


class PeriodSelect(forms.Select):
    """Marks the periods with a public figure: only for those the form asks what kind of change it is."""

    def __init__(self, *, public, **kwargs):
        super().__init__(**kwargs)
        self.public = public

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        if value and self.public(value):
            option["attrs"]["data-public"] = True
        return option


class ReasonForm(forms.Form):
    """Why a release goes back. Its author reads it in full."""

    use_required_attribute = False

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why, so that its author can mend it.")},
    )
