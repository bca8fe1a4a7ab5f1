"""What a person sends to the pages of sheets: the file itself, how to read it, and their word for what is odd."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .figures import DECIMAL, THOUSANDS
from .limits import MOST_BYTES
from .texts import DELIMITERS, ENCODINGS

LONGEST_SENTENCE = 500


class SheetForm(forms.Form):
    use_required_attribute = False

    sheet = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "XLSX or CSV, at most 5 MB and 50,000 rows. Nothing is stored in a draft yet."
        ),
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose a file first.")},
    )

    def clean_sheet(self):
        sent = self.cleaned_data["sheet"]
        if sent.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 5 MB. Send fewer rows at a time."), code="large")
        return sent


class ReadingForm(forms.Form):
    """Only what was asked is answered; what a file says of itself is not overruled."""

    use_required_attribute = False

    encoding = forms.ChoiceField(required=False, choices=list(ENCODINGS.items()))
    delimiter = forms.ChoiceField(required=False, choices=list(DELIMITERS.items()))
    comma = forms.ChoiceField(
        required=False,
        choices=[
            (THOUSANDS, gettext_lazy("It separates thousands: 1,234 is 1234")),
            (DECIMAL, gettext_lazy("It is the decimal point: 1,5 is 1.5")),
        ],
    )


class ConfirmForm(forms.Form):
    """A tick for each kind of thing that was asked, a sentence for each kind of warning."""

    use_required_attribute = False

    token = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(max_length=100, widget=forms.HiddenInput)

    def __init__(self, *args, asked, doubted, **kwargs):
        super().__init__(*args, **kwargs)
        self.asked, self.doubted = asked, doubted
        for code in asked:
            self.fields[f"agree_{code}"] = forms.BooleanField(
                label=_("This is right"),
                error_messages={
                    "required": _("Look at these cells, then tick that it is right, or correct the file.")
                },
            )
        for code in doubted:
            self.fields[f"because_{code}"] = forms.CharField(
                label=_("Why are they right? The approver reads this."),
                max_length=LONGEST_SENTENCE,
                error_messages={"required": _("Say in a sentence why these are right, or correct the file.")},
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    @property
    def sentences(self):
        return {code: self.cleaned_data[f"because_{code}"] for code in self.doubted}

    def field_of(self, kind, code):
        return self[f"{kind}_{code}"]
