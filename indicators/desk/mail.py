"""How often somebody gets mail, and in which language."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from blueprint.mailing import preferences as chosen_by
from blueprint.models import HowOften, MailPreference, User
from blueprint.report_forms import Telling

from .access import desk_render


def how_often(group, hint):
    return forms.ChoiceField(
        label=group.label, help_text=hint, choices=HowOften.choices, widget=forms.RadioSelect
    )


class PreferencesForm(Telling):
    language = forms.ChoiceField(
        label=_("Language of your mail"),
        choices=User._meta.get_field("language").choices,
        widget=forms.RadioSelect,
    )
    deadlines = how_often(
        MailPreference.Group.DEADLINES,
        _(
            "A month before, and a week before while it is missing. That a figure is late you are told in any case."
        ),
    )
    work = how_often(
        MailPreference.Group.WORK,
        _("Submitted, returned, approved, remarked on; a sheet that was read; who stands in for whom."),
    )
    published = how_often(
        MailPreference.Group.PUBLISHED,
        _("With the number of the publication and a checkpoint of the ledger."),
    )

    @transaction.atomic
    def save(self, person):
        User.objects.filter(pk=person.pk).update(language=self.cleaned_data["language"])
        for group in MailPreference.Group:
            MailPreference.objects.update_or_create(
                person=person, group=group, defaults={"how_often": self.cleaned_data[group]}
            )


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request):
    """Everybody who has an account may choose, and chooses for nobody else."""
    person = request.user
    now = {"language": person.language} | chosen_by([person])[person.pk]
    form = PreferencesForm(request.POST or None, initial=now)
    if form.is_valid():
        form.save(person)
        messages.success(request, gettext("What you chose is kept."))
        return redirect("desk:mail")
    return desk_render(request, "mail/preferences.html", {"page": "mail", "form": form})
