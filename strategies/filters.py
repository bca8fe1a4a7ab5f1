"""The filters of the initiative list, as they stand in its address."""

import datetime

import django_filters
from django.utils.translation import gettext_lazy

from blueprint.filters import ANY, ListFilterSet, said_somewhere
from blueprint.wording import words

from .models import InitiativeState, InitiativeVersion

MILESTONES = [
    ("late", gettext_lazy("one is late")),
    ("planned", gettext_lazy("one is still to come")),
    ("not_reported", gettext_lazy("a date has passed, no later report seen")),
    ("done", gettext_lazy("all are done")),
    ("none", gettext_lazy("none is known")),
]
SORTS = [
    ("name", gettext_lazy("name")),
    ("-amount", gettext_lazy("largest amount first")),
    ("next", gettext_lazy("next milestone first")),
]


class InitiativeFilterSet(ListFilterSet):
    """What a column of an initiative's own version can answer; ``status`` needs its milestones."""

    strategy = django_filters.ChoiceFilter(label=gettext_lazy("Strategy"), empty_label=ANY)
    office = django_filters.ChoiceFilter(label=gettext_lazy("Office"), empty_label=ANY)
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), empty_label=ANY, choices=InitiativeState.choices
    )
    status = django_filters.ChoiceFilter(
        label=gettext_lazy("Milestones"), empty_label=ANY, choices=MILESTONES, method="keep_all"
    )
    q = django_filters.CharFilter(label=gettext_lazy("Words"), method="with_words", max_length=100)
    sort = django_filters.ChoiceFilter(
        label=gettext_lazy("Order"), empty_label=gettext_lazy("strategy"), choices=SORTS, method="keep_all"
    )

    class Meta:
        model = InitiativeVersion
        fields: list[str] = []

    def __init__(self, data, queryset, *, strategies, offices):
        choices = {
            "strategy": [(s.strategy_id, f"{s.number} {words(s, 'text')}") for s in strategies],
            "office": [(code, words(office, "name")) for code, office in offices.items()],
        }
        super().__init__(data, queryset, choices=choices)

    def with_words(self, queryset, name, value):
        return queryset.filter(said_somewhere(["name", "note"], value))

    def chosen(self, items):
        """Of these initiatives with their milestones those asked for, in the order asked for."""
        asked = self.form.cleaned_data
        if any(asked[name] for name in ("strategy", "office", "state", "q")):
            kept = set(self.qs.values_list("pk", flat=True))
            items = [item for item in items if item["initiative"].pk in kept]
        if asked["status"]:
            items = [item for item in items if stands(item["milestones"], asked["status"])]
        return sorted(items, key=ORDERS[asked["sort"]])


def stands(milestones, status):
    """Whether an initiative's milestones stand so: all of them for done, any of them for what the clock says."""
    states = {step.state for step in milestones}
    if status == "none":
        return not states
    return states == {"done"} if status == "done" else status in states


def by_strategy(item):
    code = item["initiative"].strategy_id
    return int(code) if code.isdigit() else 0, code, by_name(item)


def by_name(item):
    return words(item["initiative"], "name").casefold(), item["initiative"].initiative_id


def by_amount(item):
    return -(item["initiative"].amount_hkd or 0), by_name(item)


def by_next(item):
    return item["next"].ends if item["next"] else datetime.date.max, by_name(item)


ORDERS = {"": by_strategy, "name": by_name, "-amount": by_amount, "next": by_next}
