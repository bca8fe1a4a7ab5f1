"""A remark on one field of one figure of a release."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from blueprint.models import Remark


class RemarkForm(forms.Form):
    use_required_attribute = False

    figure = forms.ChoiceField(
        label=gettext_lazy("Figure"),
        error_messages={
            "required": gettext_lazy("Choose the figure."),
            "invalid_choice": gettext_lazy("Choose the figure."),
        },
    )
    field = forms.ChoiceField(
        label=gettext_lazy("About"),
        choices=[(value, capfirst(label)) for value, label in Remark.Field.choices],
        error_messages={
            "required": gettext_lazy("Choose the field."),
            "invalid_choice": gettext_lazy("Choose the field."),
        },
    )
    text = forms.CharField(
        label=gettext_lazy("Comment"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Say what is to be looked at.")},
    )

    def __init__(self, *args, figures, **kwargs):
        """``figures``: (code, period, what it is called) of each that may be remarked on."""
        super().__init__(*args, prefix="remark", **kwargs)
        self.fields["figure"].choices = [(f"{code}|{period}", name) for code, period, name in figures]

    @property
    def about(self):
        """What the action needs of it."""
        indicator, _bar, period = self.cleaned_data["figure"].partition("|")
        said = {"indicator": indicator, "period": period, "field": self.cleaned_data["field"]}
        return said | {"text": self.cleaned_data["text"]}

    @property
    def problems(self):
        return [(field.label, field.id_for_label, error) for field in self for error in field.errors]
