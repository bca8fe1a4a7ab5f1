"""What the API tells of each public thing: the same as the files and pages, under the same words."""

from decimal import Decimal

import pytest

from tests.api.asking import get, results
from tests.factories import (
    change,
    publish_baseline,
    publish_changes,
    publish_indicator,
    publish_observation,
    publish_one_of_each,
    publish_target,
)

pytestmark = pytest.mark.django_db

NO_TEXT = {"en": None, "zh_hant": None, "zh_hans": None}


def without_publication(row):
    return {name: value for name, value in row.items() if name not in ("publication", "published_at")}


def test_root_names_every_list(client):
    publish_one_of_each()

    root = get(client, "")

    assert root["publication"] == 1
    assert list(root["resources"]) == [
        "directions", "strategies", "indicators", "observations", "targets", "assessments", "initiatives",
        "findings", "actions", "publications", "offices", "stages", "units", "sources",
    ]  # fmt: skip
    assert all(client.get(address).status_code == 200 for address in root["resources"].values())
    assert client.get(root["schema"]).json()["openapi"] == "3.1.0"


# Each thing as a whole, in its list and by itself

WHOLE = {
    "directions/1/": {
        "direction": "1",
        "number": 1,
        "text": NO_TEXT | {"en": "A direction"},
        "unofficial": [],
        "sources": [],
    },
    "strategies/1/": {
        "strategy": "1",
        "number": 1,
        "direction": "1",
        "text": NO_TEXT | {"en": "A strategy"},
        "unofficial": [],
        "sources": [],
    },
    "offices/itc/": {
        "office": "itc",
        "name": NO_TEXT | {"en": "Innovation Office"},
        "role": NO_TEXT,
        "succeeded_by": None,
        "unofficial": [],
        "sources": [],
    },
    "sources/yearbook/": {"source": "yearbook", "title": "Yearbook", "url": None, "published": None},
    "units/percent/": {
        "unit": "percent",
        "name": NO_TEXT | {"en": "per cent"},
        "kind": "share",
        "pattern": NO_TEXT | {"en": "{value}%"},
    },
    "stages/second/": {
        "stage": "second",
        "number": 2,
        "name": NO_TEXT | {"en": "Second stage"},
        "year": 2032,
        "expected": True,
    },
    "observations/I1/total/2024/": {
        "indicator": "I1",
        "indicator_name": NO_TEXT | {"en": "An indicator"},
        "breakdown": "total",
        "period": "2024",
        "value": "1.5",
        "unit": "percent",
        "qualifier": "exact",
        "obs_status": "A",
        "break_before": False,
        "kind": "first",
        "reason": None,
        "note": NO_TEXT,
        "notice": None,
        "source_url": None,
    },
    "targets/I1-2032/1/": {
        "target": "I1-2032",
        "indicator": "I1",
        "stage": "second",
        "due": "2032",
        "bound": "exact",
        "value": "5",
        "text": NO_TEXT,
        "reason": None,
        "authority": None,
        "decided_on": None,
        "withdrawn": False,
        "version": 1,
        "current": True,
        "source_url": None,
    },
    "findings/1/1/": {
        "meeting": "1",
        "strategy": "1",
        "confidence": 4,
        "text": NO_TEXT | {"en": "Goes well."},
        "spread": {},
        "figures_as_at": 1,
        "computed": {},
        "agreed_on": "2026-05-04",
        "example": False,
    },
    "actions/1-1/": {
        "action": "1-1",
        "meeting": "1",
        "strategy": "1",
        "office": "itc",
        "text": NO_TEXT | {"en": "Report again."},
        "due_on": "2026-11-04",
        "state": "open",
        "example": False,
    },
}


@pytest.mark.parametrize("path", WHOLE)
def test_one_thing_is_told_as_a_whole_by_itself_and_in_its_list(client, path):
    publish_one_of_each()

    one = get(client, path)

    assert without_publication(one) == WHOLE[path]
    assert one["publication"] == 1
    assert results(client, f"{path.partition('/')[0]}/") == [one]


def test_initiative_brings_its_milestones(client):
    publish_one_of_each()

    [initiative] = results(client, "initiatives/")

    assert initiative == get(client, "initiatives/park/")
    [milestone] = initiative.pop("milestones")
    assert without_publication(milestone) == {
        "milestone": "park-opens",
        "due": "2027",
        "title": NO_TEXT | {"en": "The park opens"},
        "state": "planned",
        "source_url": None,
    }
    assert without_publication(initiative) == {
        "initiative": "park",
        "name": NO_TEXT | {"en": "A park"},
        "strategy": "1",
        "office": "itc",
        "state": "planned",
        "amount_hkd": None,
        "note": NO_TEXT,
        "unofficial": [],
        "sources": [],
    }


def test_publication_leads_to_what_it_changed(client):
    publication = publish_changes(change("direction", number=7), title="A new direction")

    [row] = results(client, "publications/")

    assert (
        row
        == get(client, "publications/1/")
        == {
            "publication": 1,
            "kind": "texts",
            "title": NO_TEXT | {"en": "A new direction"},
            "notes": NO_TEXT,
            "reason": None,
            "replaces": [],
            "published_at": publication.published_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "precision": "moment",
            "recorded_at": row["recorded_at"],
            "loaded": False,
            "leaf_hash": publication.leaf_hash,
            "changes": row["changes"],
        }
    )
    assert client.get(row["changes"]).json()["results"] == [
        {"noun": "direction", "content": {"direction_id": "1", "number": "7", "text_en": "A direction"}}
    ]


def test_indicator_says_its_sentence_and_how_it_stands(client):
    publish_indicator("I1", name_zh_hant="一項指標")
    publish_baseline("I1")
    publish_target("I1-2032")
    publish_observation("I1")

    [row] = results(client, "indicators/", as_at="4")

    assert row == get(client, "indicators/I1/", as_at="4")
    [judgement] = row.pop("assessments")
    assert row.pop("sentence")["en"].startswith("An indicator")
    assert row == {
        "indicator": "I1",
        "class": "reference",
        "name": {"en": "An indicator", "zh_hant": "一項指標", "zh_hans": None},
        "short_name": NO_TEXT,
        "definition": NO_TEXT,
        "note": NO_TEXT,
        "unofficial": [],
        "strategy": "1",
        "direction": "1",
        "office": "itc",
        "unit": "percent",
        "decimals": 0,
        "polarity": "increase",
        "frequency": "annual",
        "path": "linear",
        "source_agency": None,
        "release_month": None,
        "breakdowns": [],
        "publication": 1,
        "latest": {"period": "2024", "value": "1.5", "qualifier": "exact", "obs_status": "A"},
        "status": "far_behind",
        "freshness": row["freshness"],
    }
    assert judgement == get(client, "assessments/I1/", as_at="4")["assessments"][0]
    assert (judgement["rule"], judgement["rule_text"]["en"]) == (
        13,
        "The share of the way gone is compared with the share of the time gone.",
    )
    assert judgement["steps"]["en"][0] == "Way gone: (1.5 − 1) ÷ (5 − 1) = 0.12"


# As it stood


def test_as_at_tells_what_stood_then(client):
    publish_observation("I1", value=Decimal(1))
    publish_observation("I1", value=Decimal(2), kind="correction", reason="A slip")

    now, then = (get(client, "observations/I1/total/2024/", **at) for at in ({}, {"as_at": "1"}))

    assert (then["value"], then["publication"], then["notice"]) == ("1", 1, None)
    assert (now["value"], now["publication"]) == ("2", 2)
    assert "A slip" in now["notice"]["en"]


@pytest.mark.parametrize("path", ["directions/", "indicators/", "observations/", "targets/", "publications/"])
def test_before_the_first_publication_there_is_nothing(client, path):
    publish_one_of_each()

    said = get(client, path, as_at="2001-01-01")

    assert said == {"publication": 0, "as_at": "2001-01-01", "next": None, "previous": None, "results": []}


# Filters


@pytest.mark.parametrize(
    ("asked", "periods"),
    [
        ({"from": "2023"}, ["2023", "2023-H1", "2023-10", "2023-12-31", "2024"]),
        ({"from": "2023-07"}, ["2023", "2023-10", "2023-12-31", "2024"]),
        ({"to": "2023-10"}, ["2022", "2023-H1", "2023-10"]),
        ({"to": "2023-06-30"}, ["2022", "2023-H1"]),
        ({"from": "2023-10", "to": "2023-10"}, ["2023-10"]),
        ({"from": "2022-12-31", "to": "2022-12-31"}, ["2022"]),
        ({"period": "2023"}, ["2023"]),
        ({"breakdown": "business"}, []),
    ],
)
def test_observations_within_periods(client, asked, periods):
    every = ["2022", "2023", "2023-H1", "2023-10", "2023-12-31", "2024"]
    publish_changes(*[change("observation", period=period) for period in every])

    found = results(client, "observations/", indicator="I1", **asked)

    assert sorted(row["period"] for row in found) == sorted(periods)


@pytest.mark.parametrize(
    ("path", "asked", "found"),
    [
        ("indicators/", {"strategy": "2"}, ["I2"]),
        ("indicators/", {"q": "second"}, ["I2"]),
        ("indicators/", {"class": "reference", "sort": "-period"}, ["I1", "I2"]),
        ("indicators/", {"status": "no_data"}, ["I2"]),
        ("assessments/", {"strategy": "2"}, ["I2"]),
        ("targets/", {"indicator": "I2"}, ["I2"]),
        ("observations/", {"indicator": "I2"}, []),
    ],
)
def test_filters_choose(client, path, asked, found):
    publish_indicator("I1")
    publish_indicator("I2", strategy="2", name_en="The second")
    publish_observation("I1")
    publish_target("I2-2032", indicator="I2")

    assert [row["indicator"] for row in results(client, path, **asked)] == found


def test_publications_of_an_indicator(client):
    publish_indicator("I1")
    publish_indicator("I2")
    publish_observation("I1")

    assert [row["publication"] for row in results(client, "publications/", indicator="I1")] == [3, 1]


# Queries


@pytest.mark.parametrize("path", ["indicators/", "assessments/", "observations/", "targets/", "initiatives/"])
def test_number_of_queries_does_not_grow(client, path, django_assert_max_num_queries):
    publish_one_of_each()
    with django_assert_max_num_queries(8) as few:
        get(client, path)
    publish_changes(
        *[change("indicator", indicator=f"N{i}") for i in range(5)],
        *[change("observation", indicator=f"N{i}") for i in range(5)],
        *[change("target", target=f"N{i}", indicator=f"N{i}") for i in range(5)],
        *[change("initiative", initiative=f"N{i}") for i in range(5)],
        *[change("milestone", milestone=f"N{i}", initiative=f"N{i}") for i in range(5)],
    )

    with django_assert_max_num_queries(8) as many:
        assert len(results(client, path)) == 6

    assert len(many) == len(few)


# What was taken back


def test_withdrawn_thing_is_gone_and_says_until_when(client):
    publish_one_of_each()
    publish_changes(change("direction", withdrawn=True), kind="withdrawal", reason="A court order.")

    response = client.get("/api/v1/directions/1/")

    assert response.status_code == 410
    assert response.json()["detail"] == (
        "Withdrawn by publication 2: A court order. Until then it stood at /api/v1/directions/1/?as_at=1"
    )
    assert results(client, "directions/") == []
    assert get(client, "directions/1/", as_at="1")["number"] == 1
