from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .models import Subscription
from .report_forms import Telling


class SubscriptionForm(Telling):
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("A mail with a link comes to it first. Without your answer to that nothing is kept."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Give the address that the mails are to come to."),
            "invalid": _("Write the address like name@example.org."),
        },
    )
    pace = forms.ChoiceField(
        label=_("How often"),
        choices=Subscription.Pace.choices,
        initial=Subscription.Pace.EACH,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say how often.")},
    )
    # Seen by programs that fill in whatever they find.
    homepage = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    token = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_homepage(self):
        if self.cleaned_data["homepage"]:
            raise ValidationError(_("Leave this field empty: it is there for programs, not for people."))
        return ""
