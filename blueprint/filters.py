"""The filters of lists, as they stand in an address: one pattern for every list of the site.

A list that is asked for what it does not know answers 400 in words, and never shows something else instead.
"""

from dataclasses import dataclass

import django_filters
from django.core.exceptions import BadRequest
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Publication
from .wording import LANGUAGES

ANY = gettext_lazy("all")


@dataclass(frozen=True)
class InForce:
    """A filter that is set: what it is called, what it is set to, and the list's address without it."""

    label: str
    value: str
    without: str


def check_asked(form):
    """Raises BadRequest for a value that the list does not know, or one that is given twice."""
    given = form.data
    if any("\x00" in text for name in form.fields for text in given.getlist(name)):
        raise BadRequest(_("The words to look for hold a character that no text can have."))
    twice = [name for name in form.fields if len(given.getlist(name)) > 1]
    if twice:
        raise BadRequest(_("The filter %(names)s can be given once only.") % {"names": _(", ").join(twice)})
    if not form.is_valid():
        raise BadRequest(
            _("The filter %(names)s has a value that the list does not know.")
            % {"names": _(", ").join(form.errors)}
        )


def filters_in_force(form):
    """Those of a checked form, in its order. The order of the list is none of them."""
    return [
        InForce(
            str(form[name].label), value_label(form.fields[name], value), address_without(form.data, name)
        )
        for name, value in form.cleaned_data.items()
        if value and name != "sort"
    ]


def value_label(field, value):
    return str(dict(getattr(field, "choices", ())).get(value, value))


def address_without(given, name):
    """The parameters of the same list without one filter, from its first page; empty if none is left."""
    kept = given.copy()
    for each in (name, "page"):
        kept.pop(each, None)
    return f"?{kept.urlencode()}" if kept else ""


class ListFilterSet(django_filters.FilterSet):
    """Filters over the rows of one table. Choices that depend on the rows are given as ``choices``."""

    def __init__(self, data, queryset, *, choices=None):
        super().__init__(data, queryset)
        for name, given in (choices or {}).items():
            self.filters[name].extra["choices"] = given
        check_asked(self.form)

    @property
    def active(self):
        return filters_in_force(self.form)

    def keep_all(self, queryset, name, value):
        """Of what no column answers: the list itself sees to it."""
        return queryset


class PublicationFilterSet(ListFilterSet):
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
        years = queryset.order_by().dates("published_on", "year", order="DESC")
        super().__init__(data, queryset, choices={"year": [(str(day.year), str(day.year)) for day in years]})

    def with_words(self, queryset, name, value):
        return queryset.filter(said_somewhere(["title"], value))


def said_somewhere(names, words):
    """In any language of any of these texts."""
    found = Q()
    for name in names:
        for language in LANGUAGES:
            found |= Q(**{f"{name}_{language}__icontains": words})
    return found
