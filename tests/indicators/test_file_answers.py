"""What an answer with a file says of itself, and what it must never hold."""

import io
import json
import zipfile
from decimal import Decimal

import pytest
from django.utils.http import parse_http_date

from blueprint.models import Publication
from indicators.exchange.offered import OFFERS
from tests.factories import change, publish_changes, publish_indicator, publish_observation, publish_target
from tests.reading import content, rows, sheet

pytestmark = pytest.mark.django_db

NOTE = 12


# Texts


@pytest.mark.parametrize(
    "text", ["=1+1", "+46%", "-cmd", "@sum", "＝1", "\tx", '=HYPERLINK("http://x.example","x")']
)
def test_I01_no_form_of_a_file_holds_a_formula(client, text):
    publish_observation("I1", note_en=text)

    packed = content(client.get("/data/observations.xlsx"))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        parts = b"".join(archive.read(name) for name in archive.namelist())

    assert b"<f>" not in parts
    assert sheet(client.get("/data/observations.xlsx"))[1][NOTE] == text
    assert json.loads(content(client.get("/data/observations.json")))["rows"][0]["note"] == text
    assert rows(client.get("/data/observations.csv"))[0]["note"] == f"'{text}"


def test_text_longer_than_a_cell_is_cut_in_the_sheet_alone(client):
    long = "x" * 40_000
    publish_observation("I1", note_en=long)

    assert sheet(client.get("/data/observations.xlsx"))[1][NOTE] == "x" * 32_763 + " […]"
    assert rows(client.get("/data/observations.csv"))[0]["note"] == long


def test_figures_in_json_are_strings_in_their_exact_spelling(client):
    publish_observation("I1", value=Decimal("99999999999.1234"))

    row = json.loads(content(client.get("/data/observations.json")))["rows"][0]

    assert (row["value"], row["break_before"], row["publication"]) == ("99999999999.1234", False, 1)


# Moments


def test_files_of_a_past_publication_have_the_same_bytes_after_a_later_one(client):
    publish_changes(change("plan"))
    publish_indicator("I1", decimals=1)
    publish_target("I1-2032")
    publish_observation("I1", period="2023")
    number = Publication.objects.head().number
    before = {offer.path: as_at(client, offer, number) for offer in OFFERS}

    publish_observation("I1", period="2024", value=Decimal(77))
    publish_indicator("I1", name_en="Another name")
    publish_target("I1-2027", stage="first", due="2027")

    assert {offer.path: as_at(client, offer, number) for offer in OFFERS} == before
    now = {offer.path: content(client.get(offer.address)) for offer in OFFERS}
    assert [path for path in now if now[path] == before[path][1]] == []


def as_at(client, offer, number):
    response = client.get(f"{offer.address}?as_at={number}")
    return response["Content-Disposition"], content(response)


def test_history_of_assessments_adds_the_earlier_ones(client):
    publish_target("I1-2032")
    publish_observation("I1", period="2023")
    publish_observation("I1", period="2024", value=Decimal(3))

    current = rows(client.get("/data/assessments.csv"))
    every = rows(client.get("/data/assessments.csv?history=1"))

    assert [(row["latest_period"], row["latest"]) for row in current] == [("2024", "3")]
    assert every[0] == current[0]
    assert [row["latest_period"] for row in every[1:]] == ["", "2023"]


# Heads


def test_every_file_gives_licence_time_and_mark_and_knows_them_again(client):
    publish_changes(change("plan"), change("observation"))
    published_at = int(Publication.objects.head().published_at.timestamp())
    paths = [*(offer.path for offer in OFFERS), "indicators/I1.csv", "catalog.jsonld", "checksums.txt"]

    for path in [*paths, "observations.csv-metadata.json"]:
        first = client.get(f"/data/{path}")
        again = client.get(f"/data/{path}", headers={"if-none-match": first["ETag"]})
        since = client.get(f"/data/{path}", headers={"if-modified-since": first["Last-Modified"]})

        assert '<https://creativecommons.org/licenses/by/4.0/>; rel="license"' in first["Link"], path
        assert parse_http_date(first["Last-Modified"]) >= published_at, path
        assert (first.status_code, again.status_code, since.status_code) == (200, 304, 304), path


def test_mark_moves_with_a_publication(client):
    publish_observation("I1")
    first = client.get("/data/observations.csv")["ETag"]
    publish_observation("I1", period="2025")

    assert client.get("/data/observations.csv", headers={"if-none-match": first}).status_code == 200


def test_plan_before_any_publication_is_404(client):
    assert client.get("/data/blueprint.stratml.xml").status_code == 404
