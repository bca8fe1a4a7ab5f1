"""The filters of the indicator list, as they stand in its address."""

import django_filters
from django.core.exceptions import BadRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blueprint.marks import STATUS_WORDS
from blueprint.models import DirectionVersion, OfficeVersion
from blueprint.wording import words
from strategies.models import StrategyVersion

from . import progress
from .models import IndicatorVersion, StageVersion
from .models.indicator import Frequency, IndicatorClass
from .standings import standings

ANY = gettext_lazy("all")
SORTS = [
    ("", gettext_lazy("strategy")),
    ("name", gettext_lazy("name")),
    ("status", gettext_lazy("status, worst first")),
    ("-period", gettext_lazy("latest figure first")),
]


class IndicatorFilterSet(django_filters.FilterSet):
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
        super().__init__(data, queryset)
        self.directions = {s.strategy_id: s.direction_id for s in strategies}
        for name, given in choices.items():
            self.filters[name].extra["choices"] = given

    def keep_all(self, queryset, name, value):
        return queryset

    def in_direction(self, queryset, name, value):
        return queryset.filter(
            strategy__in=[s for s, direction in self.directions.items() if direction == value]
        )

    def with_words(self, queryset, name, value):
        found = queryset.none()
        for column in ("name", "short_name", "definition"):
            for language in ("en", "zh_hant", "zh_hans"):
                found = found | queryset.filter(**{f"{column}_{language}__icontains": value})
        return found | queryset.filter(indicator__code__icontains=value)


# "class" is a word of the address, but not one that Python lets a class body use.
IndicatorFilterSet.base_filters["class"] = django_filters.ChoiceFilter(
    field_name="indicator_class", label=gettext_lazy("Class"), empty_label=ANY, choices=IndicatorClass.choices
)


class IndicatorFilter:
    """The list as asked for: its form, its standings in order, and how many there are without any filter."""

    NAMES = ("direction", "strategy", "office", "status", "stage", "class", "frequency", "q", "sort")

    def __init__(self, data, *, moment):
        if "\x00" in data.get("q", ""):
            raise BadRequest(_("The words to look for hold a character that no text can have."))
        self.moment = moment
        everything = standings(moment)
        self.total = len(everything)
        strategies = list(StrategyVersion.objects.as_at(moment.number, or_first=True).order_by("number"))
        rows = IndicatorVersion.objects.filter(pk__in=[s.indicator.pk for s in everything])
        self.filterset = IndicatorFilterSet(
            data, rows, choices=self._choices(everything, strategies), strategies=strategies
        )
        self.form = self.filterset.form
        if not self.form.is_valid():
            raise BadRequest(
                _("The filter %(names)s has a value that the list does not know.")
                % {"names": _(", ").join(self.form.errors)}
            )
        kept = set(self.filterset.qs.values_list("pk", flat=True))
        self.cleaned = self.form.cleaned_data
        self.standings = self._sorted([s for s in everything if s.indicator.pk in kept and self._stands(s)])

    @property
    def active(self):
        return any(self.cleaned.get(name) for name in self.NAMES if name != "sort")

    def _choices(self, everything, strategies):
        number = self.moment.number
        offices = OfficeVersion.objects.as_at(number, or_first=True)
        in_use = {s.indicator.office_id for s in everything}
        return {
            "direction": [
                (d.direction_id, f"{d.number} {words(d, 'text')}")
                for d in DirectionVersion.objects.as_at(number, or_first=True).order_by("number")
            ],
            "strategy": [(s.strategy_id, f"{s.number} {words(s, 'text')}") for s in strategies],
            "office": [(o.office_id, words(o, "name")) for o in offices if o.office_id in in_use],
            "stage": [
                (s.stage_id, words(s, "name"))
                for s in StageVersion.objects.as_at(number, or_first=True).order_by("number")
            ],
        }

    def _stands(self, standing):
        """Status and stage together mean: that status at that stage. Status alone: the headline."""
        status, stage = self.cleaned.get("status"), self.cleaned.get("stage")
        if stage:
            return any(
                j.row.stage_id == stage and (j.status == status if status else j.row.due)
                for j in standing.current
            )
        return not status or standing.status == status

    def _sorted(self, found):
        sort = self.cleaned.get("sort")
        if sort == "name":
            return sorted(found, key=lambda s: words(s.indicator, "name"))
        if sort == "status":
            return sorted(found, key=lambda s: progress.STATUSES.index(s.status))
        if sort == "-period":
            return sorted(found, key=lambda s: s.latest.latest_period if s.latest else "", reverse=True)
        return found
