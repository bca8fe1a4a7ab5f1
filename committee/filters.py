"""The filters of the list of actions, as they stand in its address."""

import django_filters
from django.utils.translation import gettext_lazy

from blueprint.filters import ANY, ListFilterSet
from blueprint.wording import words

from .models import ActionVersion

STATES = [
    ("overdue", gettext_lazy("overdue")),
    ("open", gettext_lazy("open, not overdue")),
    ("done", gettext_lazy("done")),
    ("dropped", gettext_lazy("dropped")),
]
SORTS = [
    ("due", gettext_lazy("due date")),
    ("-due", gettext_lazy("due date, latest first")),
]


class ActionFilterSet(ListFilterSet):
    """The actions that stand are few and read together, so that what is asked for is chosen among them."""

    strategy = django_filters.ChoiceFilter(label=gettext_lazy("Strategy"), empty_label=ANY, method="keep_all")
    office = django_filters.ChoiceFilter(label=gettext_lazy("Office"), empty_label=ANY, method="keep_all")
    status = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), empty_label=ANY, choices=STATES, method="keep_all"
    )
    year = django_filters.ChoiceFilter(label=gettext_lazy("Year due"), empty_label=ANY, method="keep_all")
    sort = django_filters.ChoiceFilter(
        label=gettext_lazy("Order"), choices=SORTS, empty_label=gettext_lazy("state"), method="keep_all"
    )

    class Meta:
        model = ActionVersion
        fields: list[str] = []

    def __init__(self, data, found, *, strategies, offices):
        years = sorted({str(each.action.due_on.year) for each in found}, reverse=True)
        choices = {
            "strategy": [(code, f"{s.number} {words(s, 'text')}") for code, s in strategies.items()],
            "office": [(code, words(office, "name")) for code, office in offices.items()],
            "year": [(year, year) for year in years],
        }
        super().__init__(data, ActionVersion.objects.none(), choices=choices)
        self.found = found

    @property
    def chosen(self):
        """Those asked for, in the order asked for."""
        asked = self.form.cleaned_data
        wanted = {name: value for name, value in asked.items() if value and name != "sort"}
        kept = [each for each in self.found if wanted.items() <= answers(each).items()]
        if asked["sort"]:
            kept.sort(key=lambda each: each.action.due_on, reverse=asked["sort"] == "-due")
        return kept


def answers(each):
    return {
        "strategy": each.action.strategy_id,
        "office": each.action.office_id,
        "status": each.state,
        "year": str(each.action.due_on.year),
    }
