"""The form's field of evidence: a list of links and files, with who may see each and a box to take it out."""

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from . import pieces as kept

# Room for as many links as may be.
LONGEST = 20_000


class PiecesWidget(forms.Widget):
    """``indicator``: whose files they are."""

    indicator = ""
    hidden_input = forms.HiddenInput()

    def value_from_datadict(self, data, files, name):
        return kept.folded(data, name)

    def value_omitted_from_data(self, data, files, name):
        return name not in data

    def id_for_label(self, id_):
        return ""

    def listed(self, value):
        try:
            return kept.read(value or "", indicator=self.indicator)
        except ValidationError:
            return []

    def render(self, name, value, attrs=None, renderer=None):
        hidden = self.hidden_input.render(name, value)
        context = {"name": name, "pieces": self.listed(value), "hidden": mark_safe(hidden)}
        return render_to_string("desk/_pieces.html", context)


class PiecesField(forms.CharField):
    """Its clean value is a list of pieces."""

    widget = PiecesWidget

    def __init__(self, *, indicator, **kwargs):
        label = gettext_lazy("Further evidence")
        super().__init__(label=label, required=False, max_length=LONGEST, strip=False, **kwargs)
        self.indicator = self.widget.indicator = indicator

    def clean(self, value):
        return kept.read(super().clean(value), indicator=self.indicator)

    def shown(self, value):
        """The list in words, a line each: for where two versions of it stand side by side."""
        return "\n".join(f"{piece.shown} ({piece.seen_by})" for piece in self.widget.listed(value))
