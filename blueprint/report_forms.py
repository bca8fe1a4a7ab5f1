"""What a reader fills in to report an error, and what an official answers."""

import re

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

LONGEST_TEXT, LONGEST_PAGE = 4000, 300
CONTROLS = RegexValidator(r"[\x00-\x08\x0b-\x1f\x7f]", inverse_match=True, message=_("Write plain text."))
INDICATOR = re.compile(r"/indicators/([A-Za-z0-9_-]{1,80})(?:[/.?]|$)")


class Telling(forms.Form):
    """A form whose faults stand at its top as well, each with the way to its field, in the same words."""

    use_required_attribute = False

    @property
    def problems(self):
        """(label, id of the field, what is wrong) of each fault; of those of no single field the words alone."""
        return [
            ("", "", problem)
            if name == NON_FIELD_ERRORS
            else (self[name].label, self[name].id_for_label, problem)
            for name, problems in self.errors.items()
            for problem in problems
        ]


class PlainTextarea(forms.Textarea):
    """Browsers send line ends as two characters; a limit of length counts what people typed."""

    def value_from_datadict(self, data, files, name):
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n") if value else value


def text(label, help_text="", *, rows, **options):
    widget = PlainTextarea(attrs={"rows": rows})
    limits = {"max_length": LONGEST_TEXT, "validators": [CONTROLS]}
    return forms.CharField(label=label, help_text=help_text, widget=widget, **limits, **options)


class ReportForm(Telling):
    page = forms.CharField(
        label=_("Which page or figure is it about?"),
        help_text=_("The address of the page, or a few words that lead to it."),
        max_length=LONGEST_PAGE,
        validators=[CONTROLS],
        error_messages={"required": _("Say which page or figure it is about.")},
    )
    wrong = text(
        _("What is wrong?"), rows=5, error_messages={"required": _("Say what is wrong, in your own words.")}
    )
    right = text(
        _("What should it say, and where does that stand? (optional)"),
        _("With a source we can check it sooner: a report, a table, an address."),
        rows=4,
        required=False,
    )
    email = forms.EmailField(
        label=_("Your e-mail address, if you would like an answer (optional)"),
        help_text=_("Only the answer is sent to it."),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("Write the address like name@example.org, or leave it empty.")},
    )
    # Seen by programs that fill in whatever they find.
    homepage = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    publication = forms.CharField(required=False, widget=forms.HiddenInput)
    token = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_homepage(self):
        if self.cleaned_data["homepage"]:
            raise ValidationError(_("Leave this field empty: it is there for programs, not for people."))
        return ""

    def clean_publication(self):
        said = self.cleaned_data["publication"]
        return int(said) if re.fullmatch(r"[0-9]{1,9}", said, re.ASCII) else None

    @property
    def content(self):
        """What is stored of it as it was typed."""
        return {name: self.cleaned_data[name] for name in ("page", "wrong", "right", "email")}


def indicator_in(page: str) -> str:
    """The code of the indicator that the address of a page or file leads to; "" for any other."""
    found = INDICATOR.search(page)
    return found[1] if found else ""


class AnswerForm(Telling):
    """The reader gets the answer as it is written here."""

    answer = text(
        _("Answer"),
        _("In the language the reader wrote in. It says what you found and what you did about it."),
        rows=6,
        error_messages={"required": _("Write the answer that the reader is to get.")},
    )


class ClosingForm(Telling):
    reason = text(
        _("Reason"),
        _("For the record of your office; the reader sees only that the report was closed."),
        rows=3,
        error_messages={"required": _("Say why it is closed without an answer.")},
    )
