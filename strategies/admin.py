"""Strategies, measures, stage statements, initiatives and milestones: proposals to change what is published."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from blueprint.admin import PublicAdmin
from blueprint.proposal_forms import NewForm, ProposalForm, WordList
from indicators.periods import Period

from .models import (
    InitiativeVersion,
    MeasureVersion,
    MilestoneVersion,
    StageStatementVersion,
    StrategyVersion,
)


@admin.register(StrategyVersion, InitiativeVersion)
class StrategyAdmin(PublicAdmin):
    pass


class DottedForm(NewForm):
    pattern = r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*"


@admin.register(MeasureVersion)
class MeasureAdmin(PublicAdmin):
    new_form = DottedForm


def known_strategies():
    return {str(number) for number in StrategyVersion.objects.values_list("number", flat=True)}


@admin.register(StageStatementVersion)
class StageStatementAdmin(PublicAdmin):
    new_form = DottedForm

    def own_formfield(self, db_field):
        if db_field.name == "strategies":
            return WordList(
                known=known_strategies,
                number=True,
                label=capfirst(db_field.verbose_name),
                required=False,
                help_text=_("Numbers of strategies, with spaces between them."),
            )
        return super().own_formfield(db_field)


def read_due(text):
    """The period of a milestone's date, which is a year, a month or a day. Raises ValueError for others."""
    period = Period.parse(text)
    if "-H" in text or "-Q" in text:
        raise ValueError
    return period


class MilestoneChecks:
    def clean_due(self):
        try:
            read_due(self.cleaned_data["due"])
        except ValueError:
            raise ValidationError(_("Give a year, a month or a day: 2027, 2027-06 or 2027-06-30.")) from None
        return self.cleaned_data["due"]


class MilestoneForm(MilestoneChecks, ProposalForm):
    pass


class NewMilestoneForm(MilestoneChecks, DottedForm):
    pass


@admin.register(MilestoneVersion)
class MilestoneAdmin(PublicAdmin):
    form = MilestoneForm
    new_form = NewMilestoneForm
    left_out = ("due_end",)

    def complete(self, obj):
        obj.due_end = read_due(obj.due).end
