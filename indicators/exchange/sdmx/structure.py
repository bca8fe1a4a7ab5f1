"""The structure message: code lists, concepts, the data structure and the dataflow, named in three languages."""

from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as xml

from django.utils.translation import gettext_lazy as _

from blueprint.moment import Moment

from ...models import IndicatorVersion, Observation, UnitVersion
from ...models.observation import TOTAL
from ..about import plan_titles
from ..dictionary import in_languages
from . import concepts
from .concepts import AGENCY, STRUCTURE, VERSION, Part, identifier, part_identifier

BASE = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/"
SPACES = {name: f"{BASE}{place}" for name, place in
          {"mes": "message", "str": "structure", "com": "common"}.items()}  # fmt: skip
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
SCHEME = "PLAN_CONCEPTS"
Names = Mapping[str, str]
Codes = Mapping[str, Names]


def structure(moment: Moment) -> bytes:
    """Everything that the data at this moment refer to."""
    for prefix, space in SPACES.items():
        xml.register_namespace(prefix, space)
    root = xml.Element(tag("mes:Structure"))
    header(root, moment)
    structures = add(root, "mes:Structures")
    flow = maintained(add(structures, "str:Dataflows"), "Dataflow", STRUCTURE, plan_titles(moment))
    reference(add(flow, "str:Structure"), "DataStructure", "datastructure", STRUCTURE)
    lists = add(structures, "str:Codelists")
    for name, codes in code_lists(moment).items():
        add_codes(lists, name, codes)
    add_concepts(add(structures, "str:Concepts"))
    add_structure(add(structures, "str:DataStructures"), plan_titles(moment))
    xml.indent(root, space=" ")
    return xml.tostring(root, encoding="utf-8", xml_declaration=True)


def tag(name: str) -> str:
    prefix, _colon, local = name.partition(":")
    return f"{{{SPACES[prefix]}}}{local}"


def add(parent: xml.Element, name: str, text: str = "", **attributes: str) -> xml.Element:
    element = xml.SubElement(parent, tag(name), attributes)
    element.text = text or None
    return element


def header(root: xml.Element, moment: Moment) -> None:
    top = add(root, "mes:Header")
    add(top, "mes:ID", f"STRUCTURE_{moment.number}")
    add(top, "mes:Test", "false")
    add(top, "mes:Prepared", prepared(moment))
    add(top, "mes:Sender", id=AGENCY)


def prepared(moment: Moment) -> str:
    """The time of the publication and not of the making, so that one moment has one message."""
    made = moment.publication.published_at if moment.publication else None
    return made.strftime("%Y-%m-%dT%H:%M:%SZ") if made else f"{moment.today}T00:00:00Z"


def named(element: xml.Element, names: Names) -> xml.Element:
    for language, text in names.items():
        add(element, "com:Name", text).set(LANGUAGE, language)
    return element


def maintained(parent: xml.Element, kind: str, id: str, names: Names) -> xml.Element:
    element = add(parent, f"str:{kind}", id=id, agencyID=AGENCY, version=VERSION, isFinal="false")
    return named(element, names)


def reference(parent: xml.Element, kind: str, package: str, id: str) -> None:
    ref = xml.SubElement(parent, "Ref", {"id": id, "version": VERSION, "agencyID": AGENCY})
    ref.set("package", package)
    ref.set("class", kind)


# Code lists


def code_lists(moment: Moment) -> dict[str, Codes]:
    indicators = list(IndicatorVersion.objects.as_at(moment.number, or_first=True).order_by("indicator"))
    units = UnitVersion.objects.as_at(moment.number, or_first=True).order_by("unit")
    fixed = {
        name: {code: in_languages(label) for code, label in codes.items()}
        for name, codes in concepts.FIXED.items()
    }
    return fixed | {
        "CL_INDICATOR": {identifier(row.indicator_id): names_of(row, row.indicator_id) for row in indicators},
        "CL_BREAKDOWN": breakdowns(moment, indicators),
        "CL_UNIT": {identifier(row.unit_id): names_of(row, row.unit_id) for row in units},
    }


def names_of(row: Any, code: str) -> Names:
    return given({language: getattr(row, f"name_{language}") for language in KEYS}, code)


KEYS = {"en": "en", "zh_hant": "zh-Hant", "zh_hans": "zh-Hans"}


def given(texts: Mapping[str, str], code: str) -> Names:
    """The names there are; a thing without a name goes by its code."""
    found = {tag: texts[key] for key, tag in KEYS.items() if texts.get(key)}
    return found or {"en": code}


def breakdowns(moment: Moment, indicators: list[IndicatorVersion]) -> Codes:
    """The total, every category that an indicator declares, and what figures were once given for without one."""
    found: dict[str, Names] = {concepts.WHOLE: in_languages(_("total"))}
    for indicator in indicators:
        for category in indicator.disaggregation.get("categories", []):
            found.setdefault(
                part_identifier(category["code"]), given(category.get("name", {}), category["code"])
            )
    rows = Observation.objects.filter(publication__lte=moment.number).exclude(breakdown=TOTAL)
    for code in rows.order_by("breakdown").values_list("breakdown", flat=True).distinct():
        found.setdefault(part_identifier(code), {"en": code})
    return found


def add_codes(parent: xml.Element, id: str, codes: Codes) -> None:
    # A list goes by its own identifier, which says what it is in any language.
    listed = maintained(parent, "Codelist", id, {"en": id})
    for code, names in codes.items():
        named(add(listed, "str:Code", id=code), names)


# Concepts and the data structure


def every_part() -> Iterator[Part]:
    yield from concepts.DIMENSIONS
    yield concepts.TIME
    yield concepts.MEASURE
    yield from concepts.OF_A_SERIES
    yield from concepts.OF_A_FIGURE


def add_concepts(parent: xml.Element) -> None:
    scheme = maintained(parent, "ConceptScheme", SCHEME, {"en": SCHEME})
    for part in every_part():
        named(add(scheme, "str:Concept", id=part.id), in_languages(part.name))


def add_structure(parent: xml.Element, names: Names) -> None:
    components = add(maintained(parent, "DataStructure", STRUCTURE, names), "str:DataStructureComponents")
    dimensions = add(components, "str:DimensionList", id="DimensionDescriptor")
    for place, part in enumerate(concepts.DIMENSIONS, start=1):
        represented(add(dimensions, "str:Dimension", id=part.id, position=str(place)), part)
    time = str(len(concepts.DIMENSIONS) + 1)
    represented(add(dimensions, "str:TimeDimension", id=concepts.TIME.id, position=time), concepts.TIME)
    attributes = add(components, "str:AttributeList", id="AttributeDescriptor")
    for part in concepts.OF_A_SERIES:
        add_attribute(attributes, part, "Dimension", *(each.id for each in concepts.DIMENSIONS))
    for part in concepts.OF_A_FIGURE:
        add_attribute(attributes, part, "PrimaryMeasure", concepts.MEASURE.id)
    measures = add(components, "str:MeasureList", id="MeasureDescriptor")
    represented(add(measures, "str:PrimaryMeasure", id=concepts.MEASURE.id), concepts.MEASURE)


def represented(component: xml.Element, part: Part) -> None:
    ref = xml.SubElement(add(component, "str:ConceptIdentity"), "Ref", {"id": part.id})
    ref.set("maintainableParentID", SCHEME)
    ref.set("maintainableParentVersion", VERSION)
    ref.set("agencyID", AGENCY)
    ref.set("package", "conceptscheme")
    ref.set("class", "Concept")
    local = add(component, "str:LocalRepresentation")
    if part.codes:
        reference(add(local, "str:Enumeration"), "Codelist", "codelist", part.codes)
    else:
        add(local, "str:TextFormat", textType=part.type)


def add_attribute(parent: xml.Element, part: Part, kind: str, *related: str) -> None:
    status = "Mandatory" if part.id in concepts.MANDATORY else "Conditional"
    attribute = add(parent, "str:Attribute", id=part.id, assignmentStatus=status)
    represented(attribute, part)
    relation = add(attribute, "str:AttributeRelationship")
    for id in related:
        xml.SubElement(add(relation, f"str:{kind}"), "Ref", {"id": id})
