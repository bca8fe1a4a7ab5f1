"""What people type about a release itself: its moment and notes, a new moment, who may see it before."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blueprint.clock import HONG_KONG, today
from blueprint.language_forms import AnswersLanguages
from blueprint.models import CalendarItemVersion
from blueprint.timing import in_hong_kong
from blueprint.wording import LANGUAGES, TAGS, day_text, words

NAMES = {"en": "English", "zh_hant": "繁體中文", "zh_hans": "简体中文"}
LAST = 2**31 - 1
YEARS = range(2000, 2100)


def check_year(day):
    """Beyond these years it is a slip, and near the ends of the calendar no date can be reckoned with."""
    if day.year not in YEARS:
        raise ValidationError(_("Write the day as 2026-10-30."))


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self):
        super().__init__(format="%H:%M")


class InThreeLanguages(AnswersLanguages, forms.Form):
    """A form with one text in three columns, named ``said``; subclasses say what it is."""

    use_required_attribute = False
    said = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in LANGUAGES:
            widget = forms.Textarea(attrs={"rows": 3, "lang": TAGS[name]})
            self.fields[f"{self.said}_{name}"] = forms.CharField(
                label=NAMES[name], required=False, max_length=2000, widget=widget
            )

    @property
    def texts(self):
        return [self[f"{self.said}_{name}"] for name in LANGUAGES]

    @property
    def text(self):
        return {name: self.cleaned_data[f"{self.said}_{name}"] for name in LANGUAGES}

    @property
    def problems(self):
        """(label, id, error) of everything that is wrong, for the list at the top."""
        found = [("", "", error) for error in self.non_field_errors()]
        for field in self:
            found += [(field.label, field.id_for_label, error) for error in field.errors]
        return found


class MomentForm(InThreeLanguages):
    """When a release becomes public, as which item of the calendar, and with which notes."""

    said = "notes"

    calendar_item = forms.ChoiceField(
        label=gettext_lazy("Announced on the calendar as"),
        required=False,
        help_text=gettext_lazy("Its day and time are taken where you leave them empty."),
    )
    day = forms.DateField(
        label=gettext_lazy("Day"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=DayInput,
        validators=[check_year],
        error_messages={"invalid": gettext_lazy("Write the day as 2026-10-30.")},
    )
    time = forms.TimeField(
        label=gettext_lazy("Time in Hong Kong"),
        required=False,
        input_formats=["%H:%M"],
        widget=TimeInput,
        error_messages={"invalid": gettext_lazy("Write the time as 16:30.")},
    )

    def __init__(self, *args, items, **kwargs):
        super().__init__(*args, **kwargs)
        self.items = {item.calendar_item_id: item for item in items}
        chosen = [(code, item_label(item)) for code, item in self.items.items()]
        self.fields["calendar_item"].choices = [("", _("not announced")), *chosen]

    def clean(self):
        cleaned = super().clean()
        item = self.items.get(cleaned.get("calendar_item"))
        if item and "day" not in self.errors and "time" not in self.errors:
            cleaned["day"] = cleaned.get("day") or item.planned_on
            cleaned["time"] = cleaned.get("time") or item.planned_time
        self._check_both()
        return cleaned

    def _check_both(self):
        day, time = self.cleaned_data.get("day"), self.cleaned_data.get("time")
        if day and not time and "time" not in self.errors:
            self.add_error("time", _("Give the time too."))
        if time and not day and "day" not in self.errors:
            self.add_error("day", _("Give the day too."))

    @property
    def moment(self):
        return moment_in(self.cleaned_data)


class ReschedulingForm(InThreeLanguages):
    """Another moment for an approved release, and the public reason."""

    said = "reason"

    day = forms.DateField(
        label=gettext_lazy("New day"),
        input_formats=["%Y-%m-%d"],
        widget=DayInput,
        validators=[check_year],
        error_messages={
            "required": gettext_lazy("Give the day too."),
            "invalid": gettext_lazy("Write the day as 2026-10-30."),
        },
    )
    time = forms.TimeField(
        label=gettext_lazy("New time in Hong Kong"),
        input_formats=["%H:%M"],
        widget=TimeInput,
        error_messages={
            "required": gettext_lazy("Give the time too."),
            "invalid": gettext_lazy("Write the time as 16:30."),
        },
    )

    def clean(self):
        cleaned = super().clean()
        if not any(cleaned.get(f"reason_{name}") for name in LANGUAGES):
            self.add_error("reason_en", _("Say why, in at least one language: the reason is public."))
        return cleaned

    @property
    def moment(self):
        return moment_in(self.cleaned_data)


class AccessForm(forms.Form):
    """A person who may see the release before its moment."""

    use_required_attribute = False

    person = forms.ModelChoiceField(
        label=gettext_lazy("Person"),
        queryset=None,
        empty_label=gettext_lazy("choose"),
        error_messages={
            "required": gettext_lazy("Choose a person."),
            "invalid_choice": gettext_lazy("Choose a person from the list."),
        },
    )
    reason = forms.CharField(
        label=gettext_lazy("Why this person needs to see it before"),
        max_length=300,
        error_messages={
            "required": gettext_lazy("Say why this person needs to see it before everybody else.")
        },
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people
        self.fields["person"].label_from_instance = person_label

    problems = InThreeLanguages.problems


def moment_in(cleaned):
    if not cleaned["day"]:
        return None
    return in_hong_kong(cleaned["day"], cleaned["time"].replace(second=0, microsecond=0))


def moment_initial(release):
    """What the form starts with."""
    local = release.publish_at.astimezone(HONG_KONG) if release.publish_at else None
    notes = {f"notes_{name}": getattr(release, f"notes_{name}") for name in LANGUAGES}
    return notes | {
        "calendar_item": release.calendar_item_id or "",
        "day": local.date() if local else None,
        "time": local.time() if local else None,
    }


def items_to_choose(release):
    """What the calendar announces from today on, and what the release is announced as already."""
    items = CalendarItemVersion.objects.as_at(LAST).order_by("planned_on", "calendar_item")
    day: datetime.date = today()
    return [
        item
        for item in items
        if item.calendar_item_id == release.calendar_item_id
        or (item.planned_on >= day and not item.called_off)
    ]


def item_label(item):
    time = f" {item.planned_time:%H:%M}" if item.planned_time else ""
    return f"{day_text(item.planned_on)}{time} · {words(item, 'title')}"


def person_label(user):
    return f"{user.name} · {user.get_role_display()}" + (f" · {user.office_id}" if user.office_id else "")
