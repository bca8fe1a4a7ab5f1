"""What members and the chair type."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from blueprint.clock import today
from blueprint.language_forms import AnswersLanguages
from blueprint.models import OfficeVersion
from blueprint.wording import LANGUAGES, TAGS
from blueprint.wording import words as plain_words

from .actions import Agreement, Request
from .models import Confidence

LANGUAGE_NAMES = {"en": "English", "zh_hant": "繁體中文", "zh_hans": "简体中文"}
# What a version number's column holds.
LARGEST = 2**31 - 1
LONGEST = 4000


class RoomForm(forms.Form):
    """Carries the version it was opened on, so that nothing is overwritten unseen."""

    template_name = "room/_form.html"
    version = forms.IntegerField(min_value=0, max_value=LARGEST, widget=forms.HiddenInput)

    @property
    def faults(self):
        """(field or None, what is wrong), for the list above the form."""
        of_fields = [(bound, error) for bound in self.visible_fields() for error in bound.errors]
        of_hidden = [(None, error) for bound in self.hidden_fields() for error in bound.errors]
        return [(None, error) for error in self.non_field_errors()] + of_hidden + of_fields

    def at_version(self, version):
        """The same typed text on what stands now, so that its author may save it over that."""
        typed = self.data.copy()
        typed["version"] = version
        return type(self)(typed)


def confidence_field(label, hint):
    return forms.TypedChoiceField(
        label=label,
        help_text=hint,
        choices=[(c.value, format_lazy("{} · {}", c.value, c.label)) for c in Confidence],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the five.")},
    )


def text_field(label, language, rows):
    return forms.CharField(
        label=format_lazy(_("{label} ({language})"), label=label, language=LANGUAGE_NAMES[language]),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows, "lang": TAGS[language]}),
    )


class RatingForm(RoomForm):
    confidence = confidence_field(
        _("Delivery confidence"), _("How likely the plan's targets for this strategy are to be met.")
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_(
            "Always needed: a rating without its reason helps nobody. Seen by the committee, never published."
        ),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Say why, in a sentence or two.")},
    )

    @classmethod
    def of(cls, rating):
        """The form as its member left it."""
        if rating is None:
            return cls(initial={"version": 0})
        said = {"confidence": rating.confidence, "reason": rating.reason, "version": rating.version}
        return cls(initial=said)


class FindingForm(AnswersLanguages, RoomForm):
    token = forms.UUIDField(widget=forms.HiddenInput)
    confidence = confidence_field(_("Agreed rating"), _("What the committee agreed at the meeting."))
    reason = forms.CharField(
        label=_("Why the published finding changes"),
        help_text=_("It is published with the new finding, beside what was said before."),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    text_en = text_field(_("Finding"), "en", 4)
    text_zh_hant = text_field(_("Finding"), "zh_hant", 4)
    text_zh_hans = text_field(_("Finding"), "zh_hans", 4)
    action_en = text_field(_("What is asked"), "en", 2)
    action_zh_hant = text_field(_("What is asked"), "zh_hant", 2)
    action_zh_hans = text_field(_("What is asked"), "zh_hans", 2)
    office = forms.ChoiceField(label=_("Of which office"), required=False)
    due_on = forms.DateField(
        label=_("Due on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "narrow"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Give a date such as 2026-12-31.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offices = OfficeVersion.objects.as_at(LARGEST).filter(succeeded_by=None).order_by("office")
        names = [(row.office_id, f"{row.office_id} · {plain_words(row, 'name')}") for row in offices]
        self.fields["office"].choices = [("", _("No action")), *names]

    @classmethod
    def of(cls, agreed, *, version, token):
        """The form as the chair left it, or empty for a first finding."""
        said = {"version": version, "token": token}
        if agreed:
            said |= {"confidence": agreed.confidence, "reason": agreed.reason}
            said |= {f"text_{language}": agreed.texts[language] for language in LANGUAGES}
        if agreed and agreed.request:
            said |= {"office": agreed.request.office, "due_on": agreed.request.due_on}
            said |= {f"action_{language}": agreed.request.texts[language] for language in LANGUAGES}
        return cls(initial=said)

    def clean_due_on(self):
        due_on = self.cleaned_data["due_on"]
        if due_on and due_on <= today():
            raise forms.ValidationError(_("Give a day that is still to come."))
        return due_on

    def clean(self):
        if not self.errors and not any(self.said("text").values()):
            self.add_error("text_en", _("Write the finding in at least one language."))
        if self.has_request:
            self.check_request()

    @property
    def has_request(self):
        asked = self.cleaned_data
        return bool(any(self.said("action").values()) or asked.get("office") or asked.get("due_on"))

    def check_request(self):
        needed = {
            "office": (self.cleaned_data.get("office"), _("Choose the office that is asked.")),
            "due_on": (self.cleaned_data.get("due_on"), _("Say until when.")),
            "action_en": (
                any(self.said("action").values()),
                _("Write what is asked in at least one language."),
            ),
        }
        for name, (given, fault) in needed.items():
            if not given and name not in self.errors:
                self.add_error(name, fault)

    def explains(self, published):
        """Whether it says why it changes what is public, if anything is."""
        if published is None or self.cleaned_data["reason"]:
            return True
        self.add_error("reason", _("This meeting's finding is public. Say why it changes."))
        return False

    def said(self, name):
        return {language: self.cleaned_data.get(f"{name}_{language}", "") for language in LANGUAGES}

    @property
    def agreement(self):
        said = self.cleaned_data
        request = Request(self.said("action"), said["office"], said["due_on"]) if self.has_request else None
        return Agreement(said["confidence"], self.said("text"), request, reason=said["reason"])
