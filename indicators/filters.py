"""The filters of the indicator list, as they stand in its address."""

from operator import attrgetter

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy

from blueprint.filters import ANY, ListFilterSet, check_asked, filters_in_force, said_somewhere
from blueprint.marks import STATUS_WORDS
from blueprint.models import DirectionVersion, OfficeVersion
from blueprint.together import read_together
from blueprint.wording import words
from strategies.models import StrategyVersion

from . import progress
from .figures import period_label
from .lines import lines
from .models import IndicatorVersion
from .models.indicator import Frequency, IndicatorClass
from .periods import Period
from .standings import names_of

NAME_COLUMNS = ("indicator", "name_en", "name_zh_hant", "name_zh_hans", "unofficial")
SORTS = [
    ("", gettext_lazy("strategy")),
    ("name", gettext_lazy("name")),
    ("status", gettext_lazy("status, worst first")),
    ("-period", gettext_lazy("latest figure first")),
]


class IndicatorFilterSet(ListFilterSet):
    """What a column of an indicator's own version can answer; status and stage need its assessments."""

    strategy = django_filters.ChoiceFilter(label=gettext_lazy("Strategy"), empty_label=ANY)
    office = django_filters.ChoiceFilter(label=gettext_lazy("Office"), empty_label=ANY)
    frequency = django_filters.ChoiceFilter(
        label=gettext_lazy("Frequency"), empty_label=ANY, choices=Frequency.choices
    )
    direction = django_filters.ChoiceFilter(
        label=gettext_lazy("Direction"), empty_label=ANY, method="in_direction"
    )
    status = django_filters.ChoiceFilter(
        label=gettext_lazy("Status"), empty_label=ANY, choices=list(STATUS_WORDS.items()), method="keep_all"
    )
    stage = django_filters.ChoiceFilter(label=gettext_lazy("Stage"), empty_label=ANY, method="keep_all")
    q = django_filters.CharFilter(label=gettext_lazy("Words"), method="with_words", max_length=100)
    sort = django_filters.ChoiceFilter(
        label=gettext_lazy("Order"), choices=SORTS[1:], empty_label=SORTS[0][1], method="keep_all"
    )

    class Meta:
        model = IndicatorVersion
        fields: list[str] = []

    def __init__(self, data, queryset, *, choices, strategies):
        self.directions = {s.strategy_id: s.direction_id for s in strategies}
        super().__init__(data, queryset, choices=choices)

    def in_direction(self, queryset, name, value):
        return queryset.filter(
            strategy__in=[s for s, direction in self.directions.items() if direction == value]
        )

    def with_words(self, queryset, name, value):
        said = said_somewhere(["name", "short_name", "definition"], value)
        return queryset.filter(said | Q(indicator__code__icontains=value))


# "class" is a word of the address, but not one that Python lets a class body use.
IndicatorFilterSet.base_filters["class"] = django_filters.ChoiceFilter(
    field_name="indicator_class", label=gettext_lazy("Class"), empty_label=ANY, choices=IndicatorClass.choices
)


class IndicatorFilter:
    """The list as asked for: its form, its lines in order, and how many there are without any filter."""

    # What the lines themselves cannot answer is asked of the indicators' texts.
    OF_TEXTS = ("direction", "strategy", "office", "class", "frequency", "q")

    def __init__(self, data, *, moment):
        everything = lines(moment)
        self.total = len(everything)
        self.texts = read_together(**names_of(moment), **self._names(moment.number))
        strategies = sorted(self.texts["strategies"], key=attrgetter("number"))
        rows = IndicatorVersion.objects.as_at(moment.number, or_first=True)
        self.filterset = IndicatorFilterSet(
            data, rows, choices=self._choices(everything, strategies, moment.number), strategies=strategies
        )
        self.form = self.filterset.form
        self.cleaned = self.form.cleaned_data
        self.lines = self._sorted([line for line in self._with_texts(everything) if self._stands(line)], rows)

    @property
    def active(self):
        return self.filterset.active

    def _names(self, number):
        return {
            "strategies": StrategyVersion.objects.as_at(number, or_first=True),
            "directions": DirectionVersion.objects.as_at(number, or_first=True),
            "offices": OfficeVersion.objects.as_at(number, or_first=True),
        }

    def _choices(self, everything, strategies, number):
        """What was known by then, or is in use: figures of the past can belong to what was named later."""
        offices, used = {line.office for line in everything}, {line.strategy for line in everything}
        strategies = [s for s in strategies if s.publication_id <= number or s.strategy_id in used]
        directed = {s.direction_id for s in strategies}
        by_number = attrgetter("number")
        return {
            "direction": [
                (d.direction_id, f"{d.number} {words(d, 'text')}")
                for d in sorted(self.texts["directions"], key=by_number)
                if d.publication_id <= number or d.direction_id in directed
            ],
            "strategy": [(s.strategy_id, f"{s.number} {words(s, 'text')}") for s in strategies],
            "office": [
                (o.office_id, words(o, "name"))
                for o in sorted(self.texts["offices"], key=attrgetter("office_id"))
                if o.office_id in offices
            ],
            "stage": [
                (s.stage_id, words(s, "name"))
                for s in sorted(self.texts["stages"], key=by_number)
                if s.publication_id <= number
            ],
        }

    def _with_texts(self, everything):
        if not any(self.cleaned.get(name) for name in self.OF_TEXTS):
            return everything
        kept = set(self.filterset.qs.values_list("indicator", flat=True))
        return [line for line in everything if line.code in kept]

    def _stands(self, line):
        """Status and stage together mean: that status at that stage. Status alone: the headline."""
        status, stage = self.cleaned.get("status"), self.cleaned.get("stage")
        if stage:
            return any(
                goal.stage == stage and (goal.status == status if status else goal.due_end)
                for goal in line.current
            )
        return not status or line.status == status

    def _sorted(self, found, rows):
        sort = self.cleaned.get("sort")
        if sort == "name":
            named = {row.indicator_id: words(row, "name") for row in rows.only(*NAME_COLUMNS)}
            return sorted(found, key=lambda line: named[line.code])
        if sort == "status":
            return sorted(found, key=lambda line: progress.STATUSES.index(line.status))
        if sort == "-period":
            return sorted(found, key=lambda line: line.latest_period, reverse=True)
        return found


HISTORY_KINDS = [
    ("figure", gettext_lazy("figures")),
    ("target", gettext_lazy("targets")),
    ("baseline", gettext_lazy("baseline")),
    ("text", gettext_lazy("name and definition")),
    ("status", gettext_lazy("status")),
]


class HistoryFilter(forms.Form):
    """The filters of one indicator's history."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    period = forms.ChoiceField(label=gettext_lazy("Period"), required=False)

    def __init__(self, data, *, steps):
        super().__init__(data, auto_id="filter-%s")
        # The last day of a period says which is the newest: a year comes after its own quarters.
        periods = sorted({each for step in steps for each in step.periods}, key=Period.parse, reverse=True)
        self.fields["kind"].choices = [("", ANY), *HISTORY_KINDS]
        self.fields["period"].choices = [("", ANY), *((each, period_label(each)) for each in periods)]
        check_asked(self)
        self.steps = [step for step in steps if self._stands(step, **self.cleaned_data)]

    @property
    def form(self):
        return self

    @property
    def active(self):
        return filters_in_force(self)

    def _stands(self, step, *, kind, period):
        return kind in ("", step.kind) and (not period or period in step.periods)
