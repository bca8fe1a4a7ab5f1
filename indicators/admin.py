"""Units, stages, indicators, baselines and targets: proposals. Figures and assessments: to read only."""

import re

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blueprint.admin import PublicAdmin, ReadOnlyAdmin
from blueprint.clock import today
from blueprint.proposal_forms import LANGUAGE_CHOICES, NewForm, ProposalForm, Structure

from .figures import number
from .models import (
    Assessment,
    Baseline,
    Evidence,
    IndicatorVersion,
    Observation,
    StageVersion,
    TargetVersion,
    UnitVersion,
)
from .models.fields import DIGITS, PLACES, FigureField
from .models.observation import TOTAL

LANGUAGES = {code for code, _name in LANGUAGE_CHOICES}


class PlainFigure(forms.DecimalField):
    """Digits, a point and a sign: no exponent, no separator, no other script."""

    def to_python(self, value):
        text = str(value).strip() if value is not None else ""
        if text and not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text, re.ASCII):
            raise ValidationError(_("Write the figure with digits and a point only, such as 1234.5."))
        return super().to_python(text)


class FigureAdmin(PublicAdmin):
    """For nouns with figures."""

    def own_formfield(self, db_field):
        if isinstance(db_field, FigureField):
            return PlainFigure(
                label=capfirst(db_field.verbose_name),
                required=not db_field.blank,
                max_digits=DIGITS,
                decimal_places=PLACES,
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            )
        return super().own_formfield(db_field)


class NewUnitForm(NewForm):
    pattern = r"[A-Za-z0-9%$][A-Za-z0-9 %$._-]*"
    advice = gettext_lazy("Letters, digits, spaces and the signs % and $. It never changes.")


@admin.register(UnitVersion)
class UnitAdmin(PublicAdmin):
    new_form = NewUnitForm


@admin.register(StageVersion)
class StageAdmin(PublicAdmin):
    pass


# As the loader has it, and as the column that holds it.
CATEGORY_CODE = re.compile(r"[A-Za-z0-9._-]{1,40}", re.ASCII)


def is_breakdown(read):
    """{"dimension": code, "name": {language: text}, "categories": [{"code": code, "name": {language: text}}]}"""
    categories = read.get("categories")
    return (
        set(read) <= {"dimension", "name", "categories"}
        and isinstance(read.get("dimension"), str)
        and is_texts(read.get("name"))
        and isinstance(categories, list)
        and all(is_category(category) for category in categories)
        and len({category["code"] for category in categories}) == len(categories)
    )


def is_category(read):
    return (
        isinstance(read, dict)
        and isinstance(read.get("code"), str)
        and CATEGORY_CODE.fullmatch(read["code"]) is not None
        and read["code"] != TOTAL
        and is_texts(read.get("name"))
    )


def is_texts(read):
    return (
        isinstance(read, dict)
        and set(read) <= LANGUAGES
        and all(isinstance(text, str) for text in read.values())
    )


@admin.register(IndicatorVersion)
class IndicatorAdmin(FigureAdmin):
    def own_formfield(self, db_field):
        if db_field.name == "disaggregation":
            return Structure(
                like=dict, check=is_breakdown, label=capfirst(db_field.verbose_name), required=False
            )
        return super().own_formfield(db_field)


@admin.register(Baseline)
class BaselineAdmin(FigureAdmin):
    pass


class TargetChecks:
    """A target's change is published with its own reason and the authority that decided it."""

    beside = ("reason", "authority", "decided_on")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.beside:
            if name in self.fields:
                self.fields[name].required = True
        if self.instance.pk:
            self.initial |= {"reason": "", "authority": "", "decided_on": None}

    def clean(self):
        super().clean()
        decided_on = self.cleaned_data.get("decided_on")
        if decided_on and decided_on > today():
            self.add_error("decided_on", _("This day has not come yet. Give the day of the decision."))
        said = [self.cleaned_data.get(f"text_{language}") for language in LANGUAGES]
        if self.cleaned_data.get("value") is None and "value" not in self.errors and not any(said):
            self.add_error("value", _("Give a figure, or the target in words."))

    @property
    def reason(self):
        return self.cleaned_data["reason"]


class TargetForm(TargetChecks, ProposalForm):
    why = None


class NewTargetForm(TargetChecks, NewForm):
    why = None


@admin.register(TargetVersion)
class TargetAdmin(FigureAdmin):
    form = TargetForm
    new_form = NewTargetForm
    extras = ("token", "stands")


def figure(name, label):
    """A column of a figure in its one spelling, without the zeros that the table adds."""

    @admin.display(description=label, ordering=name)
    def shown(row):
        return number(getattr(row, name))

    return shown


value_shown = figure("value", gettext_lazy("value"))


@admin.register(Observation)
class ObservationAdmin(ReadOnlyAdmin):
    reason = gettext_lazy(
        "Figures are entered by the offices and approved there. A published figure is never overwritten: "
        "a revision joins it."
    )
    list_display = ("indicator", "breakdown", "period", value_shown, "status", "kind", "publication")
    readonly_fields = (value_shown,)
    exclude = ("value",)
    list_filter = ("kind", "status")
    search_fields = ("indicator__code", "period", "breakdown")
    ordering = ("-id",)


@admin.register(Evidence)
class EvidenceAdmin(PublicAdmin):
    """Named by the offices with their figures. Here it can be taken back: for law, privacy or a breach of embargo."""

    list_display = ("indicator", "period", "title", "url", "since")
    search_fields = ("indicator__code", "period", "title", "url")
    own_identity = False

    def has_add_permission(self, request):
        return False

    def get_ordering(self, request):
        return ("-id",)

    def get_search_fields(self, request):
        return self.search_fields

    def get_fields(self, request, obj=None):
        said = [field.name for field in self.noun.fields if field.name != "withdrawn"]
        return [*said, "withdrawn", *(self.extras if self.proposes(request, obj) else ())]

    def get_readonly_fields(self, request, obj=None):
        return [field.name for field in self.noun.fields if field.name != "withdrawn"]


@admin.register(Assessment)
class AssessmentAdmin(ReadOnlyAdmin):
    reason = gettext_lazy("Assessments are computed from figures and targets. Nobody enters them.")
    list_display = ("indicator", "stage", "due", "status", "rule", "publication")
    readonly_fields = (
        figure("target_value", gettext_lazy("target")),
        figure("baseline_value", gettext_lazy("baseline")),
        figure("latest_value", gettext_lazy("latest figure")),
        figure("previous_value", gettext_lazy("figure before it")),
    )
    exclude = ("target_value", "baseline_value", "latest_value", "previous_value")
    list_filter = ("status",)
    search_fields = ("indicator__code",)
    ordering = ("-id",)
