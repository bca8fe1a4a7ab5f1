"""Who is away, from when to when, and who acts for them."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blueprint.clock import today
from blueprint.deputies import people_one_may_name_for, possible_deputies
from blueprint.permissions import may_stand_in

from .release_forms import DayInput, check_year

WRITE_THE_DAY = {"invalid": gettext_lazy("Write the day as 2026-10-30.")}


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, user):
        return f"{user.name} ({user.get_role_display()})"


def day_field(label, *, missing):
    return forms.DateField(
        label=label,
        input_formats=["%Y-%m-%d"],
        widget=DayInput,
        validators=[check_year],
        error_messages=WRITE_THE_DAY | {"required": missing},
    )


class AbsenceForm(forms.Form):
    use_required_attribute = False

    absent = PersonField(
        label=gettext_lazy("Who is away"),
        queryset=None,
        error_messages={"required": gettext_lazy("Choose who is away.")},
    )
    deputy = PersonField(
        label=gettext_lazy("Deputy"),
        queryset=None,
        empty_label=gettext_lazy("Choose a person"),
        error_messages={"required": gettext_lazy("Choose who acts in the meantime.")},
    )
    from_day = day_field(gettext_lazy("From"), missing=gettext_lazy("Give the first day."))
    last_day = day_field(gettext_lazy("Until the end of"), missing=gettext_lazy("Give the last day."))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("For example: on leave. The deputy reads it, and it is kept in the record."),
        error_messages={"required": gettext_lazy("Say why, as in: on leave.")},
    )

    def __init__(self, *args, user, **kwargs):
        kwargs.setdefault("initial", {"absent": user.pk, "from_day": today()})
        super().__init__(*args, **kwargs)
        people = people_one_may_name_for(user)
        self.fields["absent"].queryset = people
        self.fields["absent"].empty_label = None
        self.fields["deputy"].queryset = possible_deputies(user)
        self.for_others = len(people) > 1

    def clean(self):
        cleaned = super().clean()
        absent, deputy = cleaned.get("absent"), cleaned.get("deputy")
        if absent and deputy and not may_stand_in(deputy, absent):
            self.add_error("deputy", self._unfit(absent, deputy))
        return cleaned

    def _unfit(self, absent, deputy):
        if absent == deputy:
            return ValidationError(_("Choose another person than the one who is away."))
        return ValidationError(_("%(name)s cannot act for this person.") % {"name": deputy.name})

    @property
    def problems(self):
        """(label, id, error) of everything that is wrong, for the list at the top."""
        found = [("", "", error) for error in self.non_field_errors()]
        for field in self:
            found += [(field.label, field.id_for_label, error) for error in field.errors]
        return found
