"""The plan as StratML: Part 1 (ISO 17469-1) what it promises, Part 2 with targets and results as well.

The elements of each and their order are written down below as data, and the writer follows them. They were read from a
public copy of the schemas (Part 1 of April 2014, Part 2 of February 2016). The standard as published was not at hand and
no schema is part of this repository: our own tests check the order, no validator does.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from xml.etree import ElementTree as xml

from django.conf import settings

from blueprint.models import DirectionVersion, OfficeVersion, PlanVersion
from blueprint.moment import Moment
from blueprint.nouns import decimal_text
from blueprint.together import read_together
from strategies.models import StrategyVersion

from ..models import Observation, StageVersion
from ..models.observation import TOTAL
from ..periods import Period
from ..standings import Standing, names_of, standings

RESULT = ("StartDate", "EndDate", "NumberOfUnits", "Descriptor", "Description")
CORE = {
    "StrategicPlanCore": ("Organization", "Vision", "Mission", "Value", "Goal"),
    "Organization": ("Name", "Acronym", "Identifier", "Description", "Stakeholder"),
    "Vision": ("Description", "Identifier"),
    "Mission": ("Description", "Identifier"),
    "Goal": ("Name", "Description", "Identifier", "SequenceIndicator", "Stakeholder", "OtherInformation", "Objective"),
    "Objective": ("Name", "Description", "Identifier", "SequenceIndicator", "Stakeholder", "OtherInformation"),
    "Stakeholder": ("Name", "Description"),
    "AdministrativeInformation": ("StartDate", "EndDate", "PublicationDate", "Source", "Submitter"),
}  # fmt: skip
DOCUMENT = ("Name", "Description", "OtherInformation", "StrategicPlanCore", "AdministrativeInformation")
UNSETTLED = {"P": "provisional", "E": "estimated"}
LANGUAGES = {"zh_hant": "繁體中文", "zh_hans": "简体中文"}

# What an element holds: texts, elements of one name, or nothing (None), by the names of its children.
Content = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """A part of the standard: its root, its namespace, and the children of each element in their order."""

    root: str
    namespace: str
    order: Mapping[str, tuple[str, ...]]
    attributes: Mapping[str, str]


PART_1 = Part(
    "StrategicPlan",
    "urn:ISO:std:iso:17469:tech:xsd:stratml_core",
    {"StrategicPlan": DOCUMENT} | CORE,
    {},
)
PART_2 = Part(
    "PerformancePlanOrReport",
    "urn:ISO:std:iso:17469:tech:xsd:PerformancePlanOrReport",
    CORE
    | {
        "PerformancePlanOrReport": (*DOCUMENT, "Submitter"),
        "AdministrativeInformation": ("Identifier", "StartDate", "EndDate", "PublicationDate", "Source"),
        "Objective": (*CORE["Objective"], "PerformanceIndicator"),
        "PerformanceIndicator": (
            "SequenceIndicator", "MeasurementDimension", "UnitOfMeasurement", "Identifier", "Relationship",
            "MeasurementInstance", "OtherInformation",
        ),
        "MeasurementInstance": ("TargetResult", "ActualResult"),
        "TargetResult": RESULT,
        "ActualResult": RESULT,
    },
    {"Type": "Performance_Report"},
)  # fmt: skip


def document(part: Part, moment: Moment) -> bytes | None:
    """The plan as it stood; None before there was one."""
    plan = Plan(moment, with_results=part is PART_2)
    if plan.version is None:
        return None
    root = element(part, part.root, plan.content())
    root.attrib.update(part.attributes)
    # The namespace goes on the root alone: the tree holds bare names.
    root.set("xmlns", part.namespace)
    xml.indent(root, space=" ")
    return xml.tostring(root, encoding="utf-8", xml_declaration=True)


def element(part: Part, name: str, content: Content | str) -> xml.Element:
    """An element with its children in the order of the standard. What is empty is left out."""
    made = xml.Element(name)
    if isinstance(content, str):
        made.text = content
        return made
    unknown = set(content) - set(part.order[name])
    if unknown:
        raise ValueError(f"{name} of {part.root} knows no {sorted(unknown)}.")
    for child in part.order[name]:
        given = content.get(child)
        for one in given if isinstance(given, list) else [given]:
            if one:
                made.append(element(part, child, one))
    return made


class Plan:
    """Everything that a document says, read once."""

    def __init__(self, moment: Moment, *, with_results: bool):
        self.moment, number = moment, moment.number
        texts = read_together(
            **names_of(moment),
            plans=PlanVersion.objects.as_at(number, or_first=True),
            directions=DirectionVersion.objects.as_at(number, or_first=True),
            strategies=StrategyVersion.objects.as_at(number, or_first=True),
            offices=OfficeVersion.objects.as_at(number, or_first=True),
        )
        self.version: Any = next(iter(texts["plans"]), None)
        self.offices = {office.office_id: office for office in texts["offices"]}
        self.stages: list[StageVersion] = texts["stages"]
        self.directions = sorted(texts["directions"], key=attrgetter("number"))
        self.strategies = sorted(texts["strategies"], key=attrgetter("number"))
        self.indicators: dict[str, list[Standing]] = defaultdict(list)
        self.figures: dict[tuple[str, str], Observation] = {}
        if with_results:
            self.read_results(standings(moment, names=texts))

    def read_results(self, found: Iterable[Standing]) -> None:
        """Figures of the periods that matter: the baseline's, the latest, and those that targets fall due in."""
        periods = set()
        for standing in found:
            self.indicators[standing.indicator.strategy_id].append(standing)
            periods |= set(periods_of(standing))
        rows = Observation.objects.filter(breakdown=TOTAL, period__in=periods).as_at(self.moment.number)
        self.figures = {(row.indicator_id, row.period): row for row in rows}

    def content(self) -> Content:
        plan = self.version
        return {
            "Name": english(plan, "title"),
            "OtherInformation": joined(others(plan, "title"), english(plan, "caution")),
            "StrategicPlanCore": {
                "Organization": self.organisation(),
                "Vision": {"Description": english(plan, "vision"), "Identifier": "vision"},
                "Mission": {"Description": english(plan, "mission"), "Identifier": "mission"},
                "Goal": [self.goal(direction) for direction in self.directions],
            },
            "AdministrativeInformation": self.administration(),
        }

    def organisation(self) -> Content:
        code = self.version.publisher_id
        office = self.offices.get(code)
        return {"Name": english(office, "name") or code, "Acronym": code, "Identifier": f"office-{code}"}

    def administration(self) -> Content:
        years = [stage.year for stage in self.stages if stage.year]
        begun = self.version.published_on.isoformat()
        return {
            "StartDate": begun,
            "EndDate": f"{max(years)}-12-31" if years else None,
            "PublicationDate": begun,
            "Source": f"{settings.SITE_URL}/en/?as_at={self.moment.number or self.moment.today}",
        }

    def goal(self, direction: DirectionVersion) -> Content:
        own = [each for each in self.strategies if each.direction_id == direction.direction_id]
        return {
            "Name": f"Direction {direction.number}",
            "Description": english(direction, "text"),
            "Identifier": f"direction-{direction.direction_id}",
            "SequenceIndicator": str(direction.number),
            "OtherInformation": others(direction, "text"),
            "Objective": [self.objective(direction, strategy) for strategy in own],
        }

    def objective(self, direction: DirectionVersion, strategy: StrategyVersion) -> Content:
        place = f"{direction.number}.{strategy.number}"
        found = {
            "Name": f"Strategy {strategy.number}",
            "Description": english(strategy, "text"),
            "Identifier": f"strategy-{strategy.strategy_id}",
            "SequenceIndicator": place,
            "OtherInformation": others(strategy, "text"),
        }
        own = self.indicators.get(strategy.strategy_id)
        if not own:
            return found
        listed = [self.indicator(f"{place}.{order}", each) for order, each in enumerate(own, start=1)]
        return found | {"PerformanceIndicator": listed}

    def indicator(self, place: str, standing: Standing) -> Content:
        return {
            "SequenceIndicator": place,
            "MeasurementDimension": english(standing.indicator, "name"),
            "UnitOfMeasurement": english(standing.unit, "name") or standing.indicator.unit_id,
            "Identifier": f"indicator-{standing.code}",
            "MeasurementInstance": [self.measured(standing, period) for period in periods_of(standing)],
            "OtherInformation": others(standing.indicator, "name"),
        }

    def measured(self, standing: Standing, code: str) -> Content:
        """What was to be reached in a period, and what was."""
        period = Period.parse(code)
        due = [j.row for j in standing.current if j.row.due == code]
        row = self.figures.get((standing.code, code))
        return {
            "TargetResult": [result(period, goal.target_value, target_words(goal)) for goal in due],
            "ActualResult": result(period, row.value, figure_words(row)) if row else None,
        }


def periods_of(standing: Standing) -> list[str]:
    rows = [judgement.row for judgement in standing.current]
    codes = {code for row in rows for code in (row.baseline_period, row.latest_period, row.due) if code}
    return sorted(codes, key=Period.parse)


def result(period: Period, value: Any, said: str) -> Content:
    return {
        "StartDate": period.start.isoformat(),
        "EndDate": period.end.isoformat(),
        "NumberOfUnits": None if value is None else decimal_text(value),
        "Description": said,
    }


def target_words(row: Any) -> str:
    return "in words only" if row.target_value is None else row.bound.replace("_", " ")


def figure_words(row: Observation) -> str:
    if row.value is None:
        return "not available"
    return " · ".join([row.qualifier, *filter(None, [UNSETTLED.get(row.status)])])


def english(version: Any, name: str) -> str:
    """A text in English, or in the language there is."""
    if version is None:
        return ""
    return next(filter(None, (getattr(version, f"{name}_{key}") for key in ("en", "zh_hant", "zh_hans"))), "")


def others(version: Any, name: str) -> str:
    """The text in the other languages, each after its name: the standard has one place for one text."""
    texts = ((label, getattr(version, f"{name}_{key}")) for key, label in LANGUAGES.items())
    return joined(*(f"{label}: {text}" for label, text in texts if text))


def joined(*texts: str) -> str:
    return " · ".join(filter(None, texts))
