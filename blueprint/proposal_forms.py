"""Forms of proposals: fields for codes, lists and structures, and what every proposal must say."""

import json
import re
import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .language_forms import DRAFT, AnswersLanguages
from .languages import questions_of, texts_in
from .models import SourceVersion
from .nouns import Change, noun_of
from .proposing import identity_labels


class IdentityChoice(forms.ModelChoiceField):
    """A thing of the plan, chosen by its code and what it is called now."""

    def __init__(self, noun, **kwargs):
        self.labels = identity_labels(noun)
        identity = noun.version._meta.get_field(noun.version.key[0]).related_model
        super().__init__(queryset=identity.objects.filter(pk__in=self.labels).order_by("pk"), **kwargs)

    def label_from_instance(self, obj):
        return self.labels.get(obj.pk, obj.pk)


class WordList(forms.CharField):
    """A list of codes, written with spaces or commas between them."""

    widget = forms.Textarea(attrs={"rows": 2, "cols": 60})
    fault = gettext_lazy("Not known: %(codes)s.")

    def __init__(self, *, known=None, number=False, **kwargs):
        self.known, self.number = known, number
        super().__init__(max_length=2000, **kwargs)

    def prepare_value(self, value):
        return " ".join(str(item) for item in value) if isinstance(value, list) else value

    def clean(self, value):
        codes = re.split(r"[\s,]+", super().clean(value))
        codes = list(dict.fromkeys(code for code in codes if code))
        known = self.known() if self.known else None
        unknown = [code for code in codes if known is not None and code not in known]
        if unknown:
            raise ValidationError(self.fault % {"codes": ", ".join(unknown)})
        return [int(code) for code in codes] if self.number else codes

    def has_changed(self, initial, data):
        return self.prepare_value(initial or []) != (data or "").strip()


class Structure(forms.CharField):
    """JSON that the ledger can spell: no fractions, no characters that a database refuses, not too deep."""

    widget = forms.Textarea(attrs={"rows": 8, "cols": 80, "spellcheck": "false"})

    def __init__(self, *, like, check=None, **kwargs):
        self.like, self.check = like, check
        super().__init__(max_length=20_000, **kwargs)

    def prepare_value(self, value):
        if value is None or isinstance(value, str):
            return value
        return json.dumps(value, ensure_ascii=False, indent=1)

    def clean(self, value):
        text = super().clean(value)
        try:
            read = json.loads(text) if text else self.like()
            check_structure(read)
            if not isinstance(read, self.like) or (self.check and read and not self.check(read)):
                raise ValueError
        except (RecursionError, ValueError):
            raise ValidationError(_("This cannot be read. Keep the form that the text had before.")) from None
        return read

    def has_changed(self, initial, data):
        return self.prepare_value(initial) != data


def check_structure(value, depth=0):
    if depth > 8:
        raise ValueError
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list):
        for item in value:
            check_structure(item, depth + 1)
    elif isinstance(value, float) or (isinstance(value, int) and abs(value) > 2**53):
        raise ValueError
    elif isinstance(value, str):
        if "\x00" in value:
            raise ValueError
        value.encode()


LANGUAGE_CHOICES = [("en", "English"), ("zh_hant", "繁體中文"), ("zh_hans", "简体中文")]


def known_sources():
    return set(SourceVersion.objects.values_list("source_id", flat=True))


class ProposalForm(AnswersLanguages, forms.ModelForm):
    """Edits what a version says; what comes out is a proposal and never saved over the version."""

    why = forms.CharField(
        label=gettext_lazy("Reason of the change"),
        help_text=gettext_lazy("Published with the change, and read by the person who approves it."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 80}),
    )
    # Fields that speak of the change and are none themselves.
    beside: tuple[str, ...] = ()

    token = forms.UUIDField(widget=forms.HiddenInput)
    stands = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**63 - 1)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.noun = noun_of(self._meta.model)
        self.before = self.noun.content(self.instance)
        self.initial["token"] = self.initial.get("token") or uuid.uuid4()
        self.initial["stands"] = self.instance.pk or 0

    def clean(self):
        super().clean()
        for name, value in self.cleaned_data.items():
            if isinstance(value, str):
                self.cleaned_data[name] = value.replace("\r\n", "\n").replace("\r", "\n")
        if DRAFT in self.data:
            raise ValidationError(
                _("Simplified drafts were made where they were missing. Read and mend them, then propose.")
            )
        opened_on = self.cleaned_data.get("stands")
        if opened_on is not None and opened_on != (self.instance.pk or 0):
            raise ValidationError(
                _(
                    "Another change of this was published since you opened the page. Compare, then send it again."
                )
            )

    def _post_clean(self):
        super()._post_clean()
        after = self.noun.content(self.instance) | self.own_key
        changed = [name for name in after if name not in self.beside and after[name] != self.before[name]]
        if self.errors:
            return
        if self.instance.pk and not changed:
            self.add_error(None, _("Nothing was changed, so there is nothing to propose."))
        self.ask([q for text in texts_in(Change(self.noun, after), self.before) for q in questions_of(text)])

    @property
    def own_key(self):
        """The code of what is not there yet."""
        return {}

    @property
    def reason(self):
        return self.cleaned_data["why"]


class NewForm(ProposalForm):
    """Proposes a thing that is not there yet, under a code that it keeps for good."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=80)
    pattern = r"[A-Za-z0-9_-]+"
    advice = gettext_lazy(
        "Letters, digits, hyphens and underscores. It is part of addresses and never changes."
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = self.advice

    @property
    def own_key(self):
        return {self.noun.key[0]: self.cleaned_data.get("code")} if "code" in self.fields else {}

    def clean_code(self):
        code = self.cleaned_data["code"]
        if not re.fullmatch(self.pattern, code, re.ASCII):
            raise ValidationError(self.advice)
        identity = self._meta.model._meta.get_field(self.noun.version.key[0]).related_model
        if identity.objects.filter(pk=code).exists():
            raise ValidationError(_("This code is taken. Open that one to change it."))
        return code
