"""The filters of the initiative list, as they stand in its address."""

import django_filters
from django.core.exceptions import BadRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blueprint.wording import words

from .models import InitiativeState, InitiativeVersion

ANY = gettext_lazy("all")


class InitiativeFilterSet(django_filters.FilterSet):
    strategy = django_filters.ChoiceFilter(label=gettext_lazy("Strategy"), empty_label=ANY)
    office = django_filters.ChoiceFilter(label=gettext_lazy("Office"), empty_label=ANY)
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), empty_label=ANY, choices=InitiativeState.choices
    )

    class Meta:
        model = InitiativeVersion
        fields: list[str] = []

    def __init__(self, data, queryset, *, strategies, offices):
        """Raises BadRequest for a value that the list does not know."""
        super().__init__(data, queryset)
        self.filters["strategy"].extra["choices"] = [
            (s.strategy_id, f"{s.number} {words(s, 'text')}") for s in strategies
        ]
        self.filters["office"].extra["choices"] = [
            (code, words(office, "name")) for code, office in offices.items()
        ]
        if not self.form.is_valid():
            raise BadRequest(
                _("The filter %(names)s has a value that the list does not know.")
                % {"names": ", ".join(self.form.errors)}
            )

    @property
    def active(self):
        return any(self.form.cleaned_data.values())
