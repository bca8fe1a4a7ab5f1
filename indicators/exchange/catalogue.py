"""The files described for machines: a DCAT 3 catalogue, schema.org's Dataset on pages, CSV on the Web for columns."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Max, Min

from blueprint.moment import Moment

from ..models import Observation
from ..periods import Period
from .about import UNTITLED, Edition, plan_titles
from .dictionary import OBSERVATIONS, TABLES, Table, in_languages
from .offered import MEDIA, OFFERS, WRITERS

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
STANDARDS = {
    "sdmx": "https://www.iso.org/standard/52500.html",
    "stratml": "https://www.iso.org/standard/63630.html",
}


def whole(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def licence() -> str:
    return str(settings.DATA_LICENCE["url"])


def publisher() -> dict[str, Any]:
    return {"@type": "foaf:Agent", "foaf:name": in_values(UNTITLED), "foaf:homepage": {"@id": whole("/")}}


def in_values(text: Any) -> list[dict[str, str]]:
    return values_of(in_languages(text))


def values_of(texts: dict[str, str]) -> list[dict[str, str]]:
    return [{"@value": text, "@language": tag} for tag, text in texts.items()]


# DCAT


def catalogue(moment: Moment) -> dict[str, Any]:
    """Every file and the API. Sizes are not given: a file would have to be made to know them."""
    listed = [dataset_of(Edition(table, moment)) for table in TABLES]
    listed[0] |= covered(span(moment))
    listed[0]["dcat:distribution"] += distributions("SDMX")
    return {
        "@context": CONTEXT,
        "@id": whole("/data/catalog.jsonld"),
        "@type": "dcat:Catalog",
        "dct:title": values_of(plan_titles(moment)),
        "dct:publisher": publisher(),
        "dct:license": {"@id": licence()},
        "dct:language": [code for code, _name in settings.LANGUAGES],
        "foaf:homepage": {"@id": whole("/en/data/")},
        **modified(Edition(OBSERVATIONS, moment)),
        "dcat:dataset": [*listed, plan_dataset(moment)],
        "dcat:service": service(),
    }


def dataset_of(edition: Edition) -> dict[str, Any]:
    table = edition.table
    return {
        "@id": whole(f"/data/{table.name}"),
        "@type": "dcat:Dataset",
        "dct:identifier": table.name,
        "dct:title": table.name,
        "dct:description": in_values(table.holds),
        "dct:publisher": publisher(),
        "dct:license": {"@id": licence()},
        "dcat:landingPage": {"@id": whole("/en/data/")},
        **modified(edition),
        "dcat:version": str(edition.moment.number),
        "dcat:distribution": distributions(table.name),
    }


def plan_dataset(moment: Moment) -> dict[str, Any]:
    return {
        "@id": whole("/data/blueprint"),
        "@type": "dcat:Dataset",
        "dct:identifier": "blueprint",
        "dct:title": values_of(plan_titles(moment)),
        "dct:publisher": publisher(),
        "dct:license": {"@id": licence()},
        **modified(Edition(OBSERVATIONS, moment)),
        "dcat:distribution": distributions("StratML"),
    }


def distributions(group: str) -> list[dict[str, Any]]:
    return [distribution(offer.address, offer.media) for offer in OFFERS if offer.group == group]


def distribution(path: str, media: str) -> dict[str, Any]:
    kind, _semicolon, _parameters = media.partition(";")
    described = {
        "@id": whole(path),
        "@type": "dcat:Distribution",
        "dct:title": path.rpartition("/")[2],
        "dcat:accessURL": {"@id": whole("/en/data/")},
        "dcat:downloadURL": {"@id": whole(path)},
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{kind}"},
        "dct:license": {"@id": licence()},
    }
    standard = next((address for name, address in STANDARDS.items() if name in path), None)
    return described | ({"dct:conformsTo": {"@id": standard}} if standard else {})


def service() -> dict[str, Any]:
    return {
        "@id": whole("/api/v1/"),
        "@type": "dcat:DataService",
        "dct:title": "API",
        "dcat:endpointURL": {"@id": whole("/api/v1/")},
        "dcat:endpointDescription": {"@id": whole("/api/v1/schema/")},
        "dcat:servesDataset": [{"@id": whole(f"/data/{table.name}")} for table in TABLES],
        "dct:license": {"@id": licence()},
    }


def modified(edition: Edition) -> dict[str, Any]:
    moment = edition.changed_at
    return {"dct:modified": {"@value": moment.isoformat(), "@type": "xsd:dateTime"}} if moment else {}


def span(moment: Moment) -> tuple[str, str] | None:
    """The first and the last day that any figure speaks of."""
    found = Observation.objects.filter(publication__lte=moment.number).aggregate(Min("period"), Max("period"))
    return span_of(filter(None, found.values()))


def span_of(codes: Iterable[str]) -> tuple[str, str] | None:
    periods = [Period.parse(code) for code in codes]
    if not periods:
        return None
    return min(p.start for p in periods).isoformat(), max(p.end for p in periods).isoformat()


def covered(days: tuple[str, str] | None) -> dict[str, Any]:
    if days is None:
        return {}
    start, end = ({"@value": day, "@type": "xsd:date"} for day in days)
    return {"dct:temporal": {"@type": "dct:PeriodOfTime", "dcat:startDate": start, "dcat:endDate": end}}


# schema.org


def described(name: str, text: str, edition: Edition, days: tuple[str, str] | None = None) -> dict[str, Any]:
    """A dataset as search engines read it on a page, in the page's language."""
    found = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": name,
        # Shorter ones are not taken for descriptions.
        "description": text,
        "url": whole(f"{edition.path}.csv"),
        "identifier": edition.code or edition.table.name,
        "version": str(edition.moment.number),
        "license": licence(),
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": str(UNTITLED), "url": settings.SITE_URL},
        "includedInDataCatalog": {"@type": "DataCatalog", "url": whole("/data/catalog.jsonld")},
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": MEDIA[ending].partition(";")[0], "contentUrl": whole(f"{edition.path}.{ending}")}
            for ending in WRITERS
        ],
    }  # fmt: skip
    if days:
        found["temporalCoverage"] = "/".join(days)
    if edition.changed_at:
        found["dateModified"] = edition.changed_at.date().isoformat()
    return found


# CSV on the Web


def columns_of(table: Table) -> dict[str, Any]:
    """The columns of a CSV file, as a program reads them beside it."""
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "url": f"{table.name}.csv",
        "dc:description": in_values(table.holds),
        "dc:license": {"@id": licence()},
        "tableSchema": {
            "columns": [
                {
                    "name": column.name,
                    "titles": column.name,
                    "datatype": column.kind.datatype,
                    "dc:description": in_values(column.explained),
                }
                for column in table.columns
            ],
            "primaryKey": list(table.key),
        },
    }
