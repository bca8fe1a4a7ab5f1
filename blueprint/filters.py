"""The filters of the list of publications, as they stand in its address."""

import django_filters
from django.core.exceptions import BadRequest
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Publication
from .wording import LANGUAGES

ANY = gettext_lazy("all")


class PublicationFilterSet(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("Kind"), empty_label=ANY, choices=Publication.Kind.choices
    )
    year = django_filters.ChoiceFilter(
        label=gettext_lazy("Year"), empty_label=ANY, field_name="published_on", lookup_expr="year"
    )
    q = django_filters.CharFilter(label=gettext_lazy("Words"), method="with_words", max_length=100)

    class Meta:
        model = Publication
        fields: list[str] = []

    def __init__(self, data, queryset):
        """Raises BadRequest for a value that the list does not know."""
        if "\x00" in data.get("q", ""):
            raise BadRequest(_("The words to look for hold a character that no text can have."))
        super().__init__(data, queryset)
        years = queryset.order_by().dates("published_on", "year", order="DESC")
        self.filters["year"].extra["choices"] = [(str(day.year), str(day.year)) for day in years]
        if not self.form.is_valid():
            raise BadRequest(
                _("The filter %(names)s has a value that the list does not know.")
                % {"names": _(", ").join(self.form.errors)}
            )

    @property
    def active(self):
        return any(self.form.cleaned_data.values())

    def with_words(self, queryset, name, value):
        found = Q()
        for language in LANGUAGES:
            found |= Q(**{f"title_{language}__icontains": value})
        return queryset.filter(found)
