"""Indicators and what hangs on them, for programs: units, stages, figures, targets and how they are judged."""

from operator import attrgetter
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import Case, Q, TextField, Value, When
from django.db.models.functions import Concat, Length, Substr
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from blueprint.api.fields import (
    Figure,
    InThreeLanguages,
    Said,
    Texts,
    TextsByLanguage,
    Unofficial,
    Versioned,
    in_each_language,
)
from blueprint.api.parameters import HISTORY, code_of, parameter
from blueprint.api.resource import Resource, Versions, check_known, with_publication
from blueprint.marks import STATUS_WORDS
from blueprint.withdrawals import check_withdrawn
from strategies.models import StrategyVersion

from .arithmetic import RULES, steps
from .exchange import files
from .filters import SORTS, IndicatorFilter
from .lines import standings_of
from .models import Indicator, IndicatorVersion, Observation, Stage, StageVersion, TargetVersion, UnitVersion
from .models.indicator import Frequency, IndicatorClass, Path, Polarity, UnitKind
from .models.observation import Kind, ObservationStatus, Qualifier
from .models.target import Bound
from .notices import in_pairs, notice_of, replacing
from .periods import Period
from .sentences import sentence
from .standings import standings

PERIOD = {"type": "string", "pattern": r"^[0-9]{4}(-H[12]|-Q[1-4]|-[0-9]{2}(-[0-9]{2})?)?$"}
BREAKDOWN = {"type": "string", "minLength": 1, "maxLength": 40}

OF_INDICATOR = code_of("indicator", _("The code of an indicator."), "gerd-gdp-ratio")


class UnitSerializer(Versioned):
    unit = serializers.CharField(source="unit_id")
    name = Texts()
    kind = serializers.ChoiceField(UnitKind.values)
    pattern = Texts(help_text="How a figure stands with it, {value} being the figure.")


class Units(Versions):
    called = "units"
    describes = _("What figures count or measure.")
    serializer_class = UnitSerializer
    model, key, order, or_first = UnitVersion, ("unit",), ("unit_id",), True
    example = {"unit": "rank"}


class StageSerializer(Versioned):
    stage = serializers.CharField(source="stage_id")
    number = serializers.IntegerField()
    name = Texts()
    year = serializers.IntegerField(allow_null=True)
    expected = serializers.BooleanField()


class Stages(Versions):
    called = "stages"
    describes = _("The stages of the plan, by which targets are to be met.")
    serializer_class = StageSerializer
    model, key, order, or_first = StageVersion, ("stage",), ("number",), True
    example = {"stage": "first"}


# How indicators stand


class AssessmentSerializer(serializers.Serializer):
    """The columns of assessments.csv, and the rule in words with the numbers put into it."""

    indicator = serializers.CharField()
    stage = Said()
    target_code = Said()
    against = serializers.ChoiceField(["current", "first", "none"])
    due = Said()
    version = serializers.IntegerField(allow_null=True)
    bound = Said()
    target = Figure(allow_null=True)
    baseline_period = Said()
    baseline = Figure(allow_null=True)
    latest_period = Said()
    latest = Figure(allow_null=True)
    qualifier = Said()
    share_of_way = Figure(allow_null=True)
    share_of_time = Figure(allow_null=True)
    ratio = Figure(allow_null=True)
    ratio_qualifier = Said(help_text="over: the ratio or more; under: or less.")
    reading = Said()
    status = serializers.ChoiceField(list(STATUS_WORDS))
    rule = serializers.IntegerField(help_text="Its number in the table of the method page.")
    rule_text = TextsByLanguage()
    steps = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    caveats = serializers.ListField(child=serializers.CharField())
    method = serializers.IntegerField()
    publication = serializers.IntegerField()
    as_at = serializers.DateField()


def assessment(judgement: Any, moment: Any, decimals: int) -> dict[str, Any]:
    """A judgement as the file has it, with its rule and its arithmetic."""
    row, rule = judgement.row, judgement.standing.rule
    said = files.assessment(judgement, moment.today, decimals)
    return said | {
        "target_code": row.target_code,
        "against": row.against,
        "ratio_qualifier": row.ratio_qualifier,
        "rule": rule,
        "rule_text": in_each_language(lambda: str(RULES[rule])),
        "steps": in_each_language(lambda: steps(judgement)),
        "caveats": row.caveats,
    }


class FreshnessSerializer(serializers.Serializer):
    state = serializers.ChoiceField(["current", "due", "overdue", "no_schedule"])
    period = Said(help_text="The next period for which a figure is to come.")
    due_on = serializers.DateField(allow_null=True)


class LatestSerializer(serializers.Serializer):
    period = serializers.CharField(source="latest_period")
    value = Figure(source="latest_value")
    qualifier = serializers.ChoiceField(Qualifier.values, source="latest_qualifier")
    obs_status = serializers.ChoiceField(ObservationStatus.values, source="latest_status")


class IndicatorSerializer(serializers.Serializer):
    """The columns of indicators.csv, what it says in a sentence, and how it stands."""

    indicator = serializers.CharField(source="code")
    name = Texts(source="indicator")
    short_name = Texts(source="indicator")
    definition = Texts(source="indicator")
    note = Texts(source="indicator")
    unofficial = Unofficial(source="indicator.unofficial")
    strategy = serializers.CharField(source="indicator.strategy_id")
    direction = serializers.SerializerMethodField()
    office = serializers.CharField(source="indicator.office_id")
    unit = serializers.CharField(source="indicator.unit_id")
    decimals = serializers.IntegerField(source="indicator.decimals")
    polarity = serializers.ChoiceField(Polarity.values, source="indicator.polarity")
    frequency = serializers.ChoiceField(Frequency.values, source="indicator.frequency")
    path = serializers.ChoiceField(Path.values, source="indicator.path")
    source_agency = Said(source="indicator.source_agency")
    release_month = serializers.IntegerField(source="indicator.release_month", allow_null=True)
    breakdowns = serializers.ListField(child=serializers.CharField(), source="indicator.categories")
    publication = serializers.IntegerField(source="indicator.publication_id")
    latest = LatestSerializer(allow_null=True)
    status = serializers.ChoiceField(list(STATUS_WORDS))
    freshness = FreshnessSerializer()
    sentence = serializers.SerializerMethodField()
    assessments = serializers.SerializerMethodField()

    def get_fields(self):
        # "class" is a word of the file, but not one that Python lets a class body use.
        of_class = serializers.ChoiceField(IndicatorClass.values, source="indicator.indicator_class")
        return super().get_fields() | {"class": of_class}

    def get_direction(self, standing) -> str | None:
        return self.context["directions"].get(standing.indicator.strategy_id)

    def get_sentence(self, standing) -> InThreeLanguages:
        return in_each_language(lambda: sentence(standing))

    @extend_schema_field(AssessmentSerializer(many=True))
    def get_assessments(self, standing):
        moment, decimals = self.context["moment"], standing.indicator.decimals
        rows = [assessment(judgement, moment, decimals) for judgement in standing.judgements]
        return AssessmentSerializer(rows, many=True).data


CODES = (
    code_of("direction", _("The code of a direction."), "1"),
    code_of("strategy", _("The code of a strategy."), "1"),
    code_of("office", _("The code of an office.")),
)
INDICATOR_FILTERS = (
    *CODES,
    parameter("status", _("Status; with stage, that at the stage."), one_of=STATUS_WORDS, type="string"),
    code_of("stage", _("The code of a stage: what has a target for it."), "first"),
    parameter("class", _("Class of the indicator."), one_of=IndicatorClass.values, type="string"),
    parameter("frequency", _("How often it is measured."), one_of=Frequency.values, type="string"),
    parameter("q", _("Words in names and definitions, in any language."), type="string", maxLength=100),
    parameter("sort", _("Order; by strategy if none is given."), one_of=[s for s, _name in SORTS[1:]], type="string"),
)  # fmt: skip


class Standings(Resource):
    """What is told of indicators as they stand: chosen by the filters of the page that lists them."""

    filters = INDICATOR_FILTERS
    example, example_query = {"indicator": "gerd-gdp-ratio"}, "strategy=1"

    def rows(self):
        self.filter = IndicatorFilter(self.asked, moment=self.moment)
        return self.filter.lines

    def finish(self, rows):
        shown = standings_of(self.moment, rows, names=self.filter.texts)
        return [shown[line.code] for line in rows]

    def find(self, indicator):
        standing = next(iter(standings(self.moment, codes=[indicator])), None)
        if standing is None:
            check_withdrawn(IndicatorVersion.objects.filter(indicator=indicator), self.moment)
            raise Http404
        return standing


class Indicators(Standings):
    called = "indicators"
    describes = _("What is measured: each indicator with its latest figure, its sentence and its statuses.")
    serializer_class = IndicatorSerializer

    def written(self, what, **options):
        strategies = StrategyVersion.objects.as_at(self.moment.number, or_first=True)
        directions = dict(strategies.values_list("strategy", "direction"))
        context = {"moment": self.moment, "directions": directions}
        return self.serializer_class(what, context=context, **options).data


class AssessmentsSerializer(serializers.Serializer):
    """All judgements of one indicator."""

    indicator = serializers.CharField(source="code")
    status = serializers.ChoiceField(
        list(STATUS_WORDS), help_text="Of the target to work towards now: the one shown beside its name."
    )
    assessments = serializers.SerializerMethodField()

    get_assessments = IndicatorSerializer.get_assessments


class Assessments(Standings):
    called = "assessments"
    describes = _(
        "How each indicator stands against each of its targets, with the rule that applied and the numbers put "
        "into it. A page holds so many indicators, each with all of its judgements."
    )
    serializer_class = AssessmentsSerializer


# Figures


KEY = ("indicator", "breakdown", "period")


class StandingObservations:
    """Every figure that stands at a publication, in order; a part of them is read by its keys alone."""

    def __init__(self, rows, number: int):
        self.rows, self.number = rows, number

    def __getitem__(self, part: slice) -> list[Observation]:
        published = self.rows.filter(publication__lte=self.number).order_by(*KEY).values_list(*KEY)
        keys = list(published.distinct()[part])
        return sorted(self.standing(keys), key=attrgetter("place")) if keys else []

    def standing(self, keys: list[tuple[str, str, str]]) -> list[Observation]:
        places = {key: place for place, key in enumerate(keys)}
        found = with_publication(self.rows.filter(**between(keys[0], keys[-1])).as_at(self.number))
        for row in found:
            row.place = places.get((row.indicator_id, row.breakdown, row.period))
        return [row for row in found if row.place is not None]


def between(first: tuple, last: tuple) -> dict[str, str]:
    """Limits that hold all keys from the first to the last, and not many others."""
    limits: dict[str, str] = {}
    for name, low, high in zip(KEY, first, last, strict=True):
        limits |= {f"{name}__gte": low, f"{name}__lte": high}
        if low != high:
            break
    return limits


def last_day() -> Case:
    """The last day of a figure's period as text, where every month has 31 days."""
    year = Substr("period", 1, 4)
    ends = {
        "-H1": "-06-30",
        "-H2": "-12-31",
        "-Q1": "-03-31",
        "-Q2": "-06-30",
        "-Q3": "-09-30",
        "-Q4": "-12-31",
    }
    parts = [When(period__endswith=part, then=Concat(year, Value(end))) for part, end in ends.items()]
    return Case(
        *parts,
        When(Q(period_length=4), then=Concat(year, Value("-12-31"))),
        When(Q(period_length=7), then=Concat("period", Value("-31"))),
        default="period",
        output_field=TextField(),
    )


def within(rows, first: str | None, last: str | None):
    """Figures of periods that end from the start of one period to the end of another."""
    rows = rows.annotate(period_length=Length("period")).annotate(period_ends=last_day())
    if first:
        rows = rows.filter(period_ends__gte=read_period("from", first).start.isoformat())
    if last:
        end = read_period("to", last).end
        whole_month = last.count("-") < 2
        rows = rows.filter(period_ends__lte=f"{end:%Y-%m}-31" if whole_month else end.isoformat())
    return rows


def read_period(name: str, code: str) -> Period:
    try:
        return Period.parse(code)
    except ValueError:
        raise BadRequest(
            f"{name} takes a period such as 2024, 2024-H1, 2024-Q3, 2024-10 or 2024-10-31."
        ) from None


class ObservationSerializer(Versioned):
    """The columns of observations.csv."""

    indicator = serializers.CharField(source="indicator_id")
    indicator_name = Texts("name", source="named")
    breakdown = serializers.CharField()
    period = serializers.CharField()
    value = Figure(allow_null=True)
    unit = serializers.CharField(source="named.unit_id")
    qualifier = serializers.ChoiceField(Qualifier.values)
    obs_status = serializers.ChoiceField(ObservationStatus.values, source="status")
    break_before = serializers.BooleanField()
    kind = serializers.ChoiceField(Kind.values)
    reason = Said()
    note = TextsByLanguage(source="comment_by_language")
    notice = TextsByLanguage(
        allow_null=True, help_text="What was changed, by how much and why, if it replaced another figure."
    )
    source_url = Said()


class Observations(Resource):
    called = "observations"
    describes = _("Every figure: one value for an indicator, a breakdown and a period, as it stands.")
    serializer_class = ObservationSerializer
    filters = (
        OF_INDICATOR,
        parameter("breakdown", _("A category, or total."), example="total", **BREAKDOWN),
        parameter("period", _("One period."), example="2023", **PERIOD),
        parameter("from", _("Periods that end in this one or later."), example="2020", **PERIOD),
        parameter("to", _("Periods that end in this one or earlier."), example="2024", **PERIOD),
        HISTORY,
    )
    example = {"indicator": "gerd-gdp-ratio", "breakdown": "total", "period": "2023"}
    example_query = "indicator=gerd-gdp-ratio&from=2020"

    def rows(self):
        rows, number = self.chosen(), self.moment.number
        if self.asked.get("history") != "1":
            return StandingObservations(rows, number)
        return with_publication(rows.filter(publication__lte=number)).order_by(*KEY, "publication_id")

    def chosen(self):
        """Only by what says which figure it is: of each, the last one stands, whatever it says."""
        if self.asked.get("history", "") not in ("", "0", "1"):
            raise BadRequest("history takes 1 for every earlier value, or 0.")
        if code := self.asked.get("indicator"):
            check_known(Indicator, "indicator", code)
        if period := self.asked.get("period"):
            read_period("period", period)
        if len(self.asked.get("breakdown", "")) > BREAKDOWN["maxLength"]:
            raise BadRequest("breakdown: there is no category with so long a code.")
        given = {name: self.asked[name] for name in KEY if self.asked.get(name)}
        first, last = self.asked.get("from"), self.asked.get("to")
        rows = self.named().filter(**given)
        return within(rows, first, last) if first or last else rows

    def named(self):
        """Of an indicator that was taken back the figures go with it."""
        standing = IndicatorVersion.objects.as_at(self.moment.number, or_first=True)
        return Observation.objects.filter(indicator__in=standing.values("indicator"))

    def find(self, **key):
        rows = with_publication(self.named().filter(**key).as_at(self.moment.number))
        if not rows:
            raise Http404
        return self.finish(rows)[0]

    def finish(self, rows):
        rows, number = list(rows), self.moment.number
        codes = {row.indicator_id for row in rows}
        names = IndicatorVersion.objects.filter(indicator__in=codes).as_at(number, or_first=True)
        names = {version.indicator_id: version for version in names}
        units = {unit.unit_id: unit for unit in UnitVersion.objects.as_at(number, or_first=True)}
        urls = files.source_urls(number)
        before = {after.pk: earlier for earlier, after in in_pairs(replacing(rows))}
        for row in rows:
            row.named, row.source_url = names[row.indicator_id], urls.get(row.source, "")
            row.notice = said_of(before.get(row.pk), row, units)
        return rows


def said_of(earlier, row, units):
    """The notice of what a figure replaced; None for a first one."""
    if earlier is None:
        return None
    return in_each_language(lambda: notice_of(earlier, row, row.named, units).text)


# Targets


class TargetSerializer(Versioned):
    """The columns of targets.csv."""

    target = serializers.CharField(source="target_id")
    indicator = serializers.CharField(source="indicator_id")
    stage = serializers.CharField(source="stage_id")
    due = serializers.CharField()
    bound = serializers.ChoiceField(Bound.values)
    value = Figure(allow_null=True)
    text = Texts()
    reason = Said()
    authority = Said()
    decided_on = serializers.DateField(allow_null=True)
    withdrawn = serializers.BooleanField()
    version = serializers.IntegerField()
    current = serializers.BooleanField(help_text="Whether it is the last version by then.")
    source_url = Said()


class Targets(Resource):
    called = "targets"
    describes = _("Every version of every target, the first one to the current: none is ever replaced.")
    serializer_class = TargetSerializer
    filters = (OF_INDICATOR, code_of("stage", _("The code of a stage."), "first"))
    example, example_query = {"target": "gerd-gdp-ratio.first.1", "version": 1}, "indicator=gerd-gdp-ratio"

    def rows(self):
        given = {name: self.asked[name] for name in ("indicator", "stage") if self.asked.get(name)}
        for name, model in (("indicator", Indicator), ("stage", Stage)):
            if name in given:
                check_known(model, name, given[name])
        return self.versions(**given)

    def versions(self, **given):
        """All of them in order, numbered; the version that takes a target back promises nothing."""
        number = self.moment.number
        named = IndicatorVersion.objects.as_at(number, or_first=True).values("indicator")
        rows = TargetVersion.objects.filter(publication__lte=number, indicator__in=named, **given)
        found, versions = {}, []
        for row in with_publication(rows).order_by("indicator", "stage", "target", "publication_id"):
            earlier = found.get(row.target_id)
            row.version, row.current = (earlier.version + 1 if earlier else 1), True
            if earlier:
                earlier.current = False
            found[row.target_id] = row
            versions.append(row)
        return versions

    def finish(self, rows):
        urls = files.source_urls(self.moment.number)
        for row in rows:
            row.source_url = urls.get(row.source, "")
            for name, promised in files.promised(row).items():
                setattr(row, name, promised)
        return rows

    def find(self, target, version):
        rows = self.versions(target=target)
        if not 1 <= version <= len(rows):
            raise Http404
        return self.finish([rows[version - 1]])[0]
