"""The plan as StratML: every element that is there stands where the standard has it. The order is written down here anew."""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree as xml

import pytest

from indicators.exchange import stratml
from indicators.periods import Period
from tests.factories import change, publish_changes
from tests.reading import content, rows

pytestmark = pytest.mark.django_db

NAMESPACES = {
    "blueprint": "{urn:ISO:std:iso:17469:tech:xsd:stratml_core}",
    "performance": "{urn:ISO:std:iso:17469:tech:xsd:PerformancePlanOrReport}",
}
# parent: children in their order; ! is needed, + one or more, * any number, nothing at most one.
PLAN = {
    "StrategicPlanCore": "Organization* Vision Mission Value* Goal+",
    "Organization": "Name Acronym Identifier Description Stakeholder*",
    "Vision": "Description Identifier",
    "Mission": "Description Identifier",
    "Goal": "Name! Description! Identifier SequenceIndicator Stakeholder* OtherInformation Objective*",
    "Objective": "Name Description Identifier SequenceIndicator Stakeholder* OtherInformation",
}
ORDERS = {
    "blueprint": PLAN
    | {
        "StrategicPlan": "Name! Description OtherInformation StrategicPlanCore! AdministrativeInformation",
        "AdministrativeInformation": "StartDate EndDate PublicationDate Source Submitter",
    },
    "performance": PLAN
    | {
        "PerformancePlanOrReport": (
            "Name! Description OtherInformation StrategicPlanCore! AdministrativeInformation Submitter"
        ),
        "AdministrativeInformation": "Identifier StartDate EndDate PublicationDate Source",
        "Objective": f"{PLAN['Objective']} PerformanceIndicator*",
        "PerformanceIndicator": (
            "SequenceIndicator MeasurementDimension! UnitOfMeasurement! Identifier Relationship* "
            "MeasurementInstance* OtherInformation"
        ),
        "MeasurementInstance": "TargetResult* ActualResult*",
        "TargetResult": "StartDate EndDate NumberOfUnits Descriptor Description",
        "ActualResult": "StartDate EndDate NumberOfUnits Descriptor Description",
    },
}


def document(client, name, query=""):
    return xml.fromstring(content(client.get(f"/data/{name}.stratml.xml{query}")))


def faults(element, order, namespace):
    """What is out of place in an element and below it."""
    name = element.tag.removeprefix(namespace)
    wanted = order.get(name, "").split()
    names = [part.rstrip("!+*") for part in wanted]
    found = [child.tag.removeprefix(namespace) for child in element]
    if unknown := set(found) - set(names):
        return [f"{name} holds {unknown}"]
    wrong = [f"{name}: {b} after {a}" for a, b in pairwise(found) if names.index(a) > names.index(b)]
    for part, child in zip(wanted, names, strict=True):
        if found.count(child) > 1 and part[-1] not in "+*":
            wrong.append(f"{name}: more than one {child}")
        if child not in found and part[-1] in "!+":
            wrong.append(f"{name}: no {child}")
    return wrong + [fault for child in element for fault in faults(child, order, namespace)]


@pytest.mark.parametrize("query", ["", "?as_at=5"])
@pytest.mark.parametrize("name", ORDERS)
def test_document_has_elements_and_order_of_the_standard(client, real_plan, name, query):
    root = document(client, name, query)

    assert root.tag in {f"{NAMESPACES[name]}{root}" for root in ("StrategicPlan", "PerformancePlanOrReport")}
    assert faults(root, ORDERS[name], NAMESPACES[name]) == []


@pytest.mark.parametrize("name", ORDERS)
def test_identifiers_are_unique_and_dates_are_dates(client, real_plan, name):
    root, space = document(client, name), NAMESPACES[name]
    identifiers = [element.text for element in root.iter(f"{space}Identifier")]

    assert len(identifiers) == len(set(identifiers)) > 10
    assert all(identifier[0].isalpha() for identifier in identifiers)
    for kind in ("StartDate", "EndDate", "PublicationDate"):
        assert all(date.fromisoformat(element.text) for element in root.iter(f"{space}{kind}"))


def test_plan_has_its_directions_with_their_strategies(client, real_plan):
    space = NAMESPACES["blueprint"]
    goals = list(document(client, "blueprint").iter(f"{space}Goal"))

    places = [
        (goal.findtext(f"{space}SequenceIndicator"), one.findtext(f"{space}SequenceIndicator"))
        for goal in goals
        for one in goal.iter(f"{space}Objective")
    ]

    assert [goal.findtext(f"{space}SequenceIndicator") for goal in goals] == ["1", "2", "3", "4"]
    assert sorted(place.partition(".")[2] for _goal, place in places) == list("12345678")
    assert all(place.startswith(f"{goal}.") for goal, place in places)
    expected = {(row["direction"], row["strategy"]) for row in rows(client.get("/data/indicators.csv"))}
    assert expected <= {tuple(place.split(".")) for _goal, place in places}


def test_results_are_the_targets_and_figures_of_the_other_files(client, real_plan):
    space = NAMESPACES["performance"]
    targets, figures = set(), set()
    for indicator in document(client, "performance").iter(f"{space}PerformanceIndicator"):
        code = indicator.findtext(f"{space}Identifier").removeprefix("indicator-")
        targets |= {(code, *result(each)) for each in indicator.iter(f"{space}TargetResult")}
        figures |= {(code, *result(each)) for each in indicator.iter(f"{space}ActualResult")}

    judged = [r for r in rows(client.get("/data/assessments.csv")) if r["due"]]
    current = {(r["indicator"], r["target"]) for r in judged if not is_first_of_two(r, judged)}
    assert {target[:2] for target in targets} == current
    every = {
        (r["indicator"], r["value"])
        for r in rows(client.get("/data/observations.csv"))
        if r["breakdown"] == "total"
    }
    assert {figure[:2] for figure in figures} <= every
    assert {(r["indicator"], r["latest"]) for r in judged if r["latest"]} <= {
        figure[:2] for figure in figures
    }


def result(element):
    space = NAMESPACES["performance"]
    return element.findtext(f"{space}NumberOfUnits") or "", element.findtext(f"{space}EndDate")


def is_first_of_two(row, judged):
    same = [r for r in judged if (r["indicator"], r["stage"]) == (row["indicator"], row["stage"])]
    return any(int(other["version"]) > int(row["version"]) for other in same)


def test_target_in_words_says_so(client):
    publish_changes(change("plan"), change("target", value=None, text_en="As far as possible"))
    space = NAMESPACES["performance"]

    indicators = document(client, "performance").iter(f"{space}PerformanceIndicator")
    own = next(each for each in indicators if each.findtext(f"{space}Identifier") == "indicator-I1")
    [target] = own.iter(f"{space}TargetResult")

    assert (target.find(f"{space}NumberOfUnits"), target.findtext(f"{space}Description")) == (
        None,
        "in words only",
    )


def test_element_that_the_standard_does_not_know_is_refused():
    with pytest.raises(ValueError, match="Goal of StrategicPlan knows no"):
        stratml.element(stratml.PART_1, "Goal", {"Name": "A goal", "Wish": "more"})


def test_figures_keep_their_spelling():
    assert stratml.result(Period.parse("2024"), Decimal("1.10"), "exact")["NumberOfUnits"] == "1.1"
