"""What the catalogue and the pages say of the files to programs."""

import json
import re
from html.parser import HTMLParser

import pytest
from django.conf import settings

from indicators.exchange.dictionary import TABLES
from indicators.exchange.offered import OFFERS
from tests.factories import publish_indicator, publish_observation
from tests.reading import LANGUAGES, content, rows

pytestmark = pytest.mark.django_db

VOCABULARIES = {
    "dcat": {
        "Catalog", "Dataset", "Distribution", "DataService", "accessURL", "dataset", "distribution", "downloadURL",
        "endDate", "endpointDescription", "endpointURL", "landingPage", "mediaType", "servesDataset", "service",
        "startDate", "version",
    },
    "dct": {
        "PeriodOfTime", "conformsTo", "description", "identifier", "language", "license", "modified", "publisher",
        "temporal", "title",
    },
    "foaf": {"Agent", "homepage", "name"},
    "xsd": {"date", "dateTime"},
}  # fmt: skip


def terms(node):
    """Every term of a vocabulary that a JSON-LD document uses, as key or as type."""
    if isinstance(node, list):
        return set().union(*map(terms, node))
    if not isinstance(node, dict):
        return set()
    types = node.get("@type", [])
    own = {types} if isinstance(types, str) else set(types)
    keys = {key for key in node if not key.startswith("@")}
    return own | keys | set().union(*(terms(value) for key, value in node.items() if key != "@context"))


@pytest.fixture
def catalogue(client, real_plan):
    return json.loads(content(client.get("/data/catalog.jsonld")))


def test_catalogue_uses_terms_that_its_vocabularies_have(catalogue):
    known = {f"{prefix}:{term}" for prefix, own in VOCABULARIES.items() for term in own}

    assert terms(catalogue) <= known
    assert set(catalogue["@context"]) == set(VOCABULARIES)
    assert all(address.endswith(("#", "/")) for address in catalogue["@context"].values())


def test_catalogue_lists_every_file_and_each_can_be_fetched(client, catalogue):
    listed = {
        each["dcat:downloadURL"]["@id"]
        for dataset in catalogue["dcat:dataset"]
        for each in dataset["dcat:distribution"]
    }

    assert listed == {f"{settings.SITE_URL}{offer.address}" for offer in OFFERS}
    for address in listed:
        assert client.get(address.removeprefix(settings.SITE_URL)).status_code == 200


def test_catalogue_says_the_media_type_that_is_answered(client, catalogue):
    for dataset in catalogue["dcat:dataset"]:
        for each in dataset["dcat:distribution"]:
            answered = client.get(each["dcat:downloadURL"]["@id"].removeprefix(settings.SITE_URL))[
                "Content-Type"
            ]
            assert each["dcat:mediaType"]["@id"].endswith("/media-types/" + answered.partition(";")[0])


def test_catalogue_gives_the_time_that_figures_cover(client, catalogue):
    years = [row["period"][:4] for row in rows(client.get("/data/observations.csv?history=1"))]
    covered = catalogue["dcat:dataset"][0]["dct:temporal"]

    assert covered["dcat:startDate"]["@value"] == f"{min(years)}-01-01"
    assert covered["dcat:endDate"]["@value"][:4] == max(years)


def test_catalogue_leads_to_the_api(client, catalogue):
    service = catalogue["dcat:service"]

    for name in ("dcat:endpointURL", "dcat:endpointDescription"):
        assert client.get(service[name]["@id"].removeprefix(settings.SITE_URL)).status_code == 200


def test_names_of_things_are_unique(catalogue):
    ids = [
        catalogue["@id"],
        catalogue["dcat:service"]["@id"],
        *(each["@id"] for each in catalogue["dcat:dataset"]),
    ]

    assert len(ids) == len(set(ids))


# CSV on the Web


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_columns_described_beside_a_csv_file_are_its_own(client, real_plan, table):
    described = json.loads(content(client.get(f"/data/{table.name}.csv-metadata.json")))
    file = rows(client.get(f"/data/{table.name}.csv"))
    types = {column["name"]: column["datatype"] for column in described["tableSchema"]["columns"]}

    assert described["url"] == f"{table.name}.csv"
    assert list(types) == list(file[0])
    assert [(row, name) for row in file for name, kind in types.items() if not fits(row[name], kind)] == []
    keys = [tuple(row[name] for name in described["tableSchema"]["primaryKey"]) for row in file]
    assert len(keys) == len(set(keys))


def fits(text, kind):
    shapes = {
        "decimal": r"-?\d+(\.\d+)?",
        "integer": r"\d+",
        "date": r"\d{4}-\d\d-\d\d",
        "anyURI": r"https?://\S+",
        "string": r"(?s).*",
    }
    shape = "yes|no" if isinstance(kind, dict) else shapes[kind]
    return not text or re.fullmatch(shape, text) is not None


# schema.org, on pages


class Blocks(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.inside = [], False

    def handle_starttag(self, tag, attributes):
        if tag == "script" and dict(attributes).get("type") == "application/ld+json":
            self.found.append("")
            self.inside = True

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "script"

    def handle_data(self, text):
        if self.inside:
            self.found[-1] += text


def blocks(response):
    parser = Blocks()
    parser.feed(content(response).decode())
    return [json.loads(block) for block in parser.found]


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_describe_their_dataset(client, real_plan, language):
    [found] = blocks(client.get(f"/{language}/indicators/gerd-hkd/"))
    names = {
        "en": "Gross domestic expenditure on R&D",
        "zh-hant": "本地研發總開支",
        "zh-hans": "本地研发总开支",
    }

    assert (found["@context"], found["@type"], found["name"]) == (
        "https://schema.org/",
        "Dataset",
        names[language],
    )
    assert found["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert found["temporalCoverage"].endswith("/2024-12-31")
    for each in found["distribution"]:
        answer = client.get(each["contentUrl"].removeprefix(settings.SITE_URL))
        assert answer["Content-Type"].partition(";")[0] == each["encodingFormat"]


def test_data_page_describes_all_figures(client, real_plan):
    [found] = blocks(client.get("/en/data/"))

    assert found["name"] == "Hong Kong Innovation and Technology Development Blueprint"


def test_text_cannot_leave_the_block_it_stands_in(client):
    name = "</script><script>alert(1)</script><!-- & \u2028"
    publish_indicator("I1", name_en=name)
    publish_observation("I1")
    response = client.get("/en/indicators/I1/")

    assert blocks(response)[0]["name"] == name
    assert "<script>alert" not in content(response).decode()


def test_browser_takes_the_block_for_data(browser, open_page, transactional_db):
    publish_observation("I1")
    page = open_page()
    page.goto("/en/indicators/I1/")

    found = page.evaluate(
        "JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)"
    )

    # A breach of the content security policy would have failed the test.
    assert found["@type"] == "Dataset"
