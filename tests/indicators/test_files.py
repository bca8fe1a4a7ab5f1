import pytest

from blueprint.models import Publication
from tests.factories import publish_indicator, publish_observation
from tests.reading import content, rows

pytestmark = pytest.mark.django_db

WORKED = {
    ("gerd-gdp-ratio", "first"): ("0.56", "far_behind", "awaiting"),
    ("startups-number", "second"): ("1.17", "on_track", "on_track"),
    ("it-practitioners", "second"): ("0.71", "behind", "behind"),
    ("smart-production-lines", "first"): ("1.31", "on_track", "on_track"),
    ("unicorns", "first"): ("-6.18", "not_conclusive", "awaiting"),
    ("unicorns", "second"): ("-5.49", "not_conclusive", "not_conclusive"),
}


def test_assessments_hold_the_worked_examples_of_the_method(client, real_plan):
    found = {
        (row["indicator"], row["stage"]): (row["ratio"], row["reading"], row["status"])
        for row in rows(client.get("/data/assessments.csv?as_at=2026-11-22"))
    }

    assert {key: found[key] for key in WORKED} == WORKED


def test_assessments_judge_a_changed_target_twice(client, real_plan):
    found = rows(client.get("/data/assessments.csv?as_at=2026-11-22"))

    judged = [(r["due"], r["version"]) for r in found if r["indicator"] == "ai-computing-power" and r["due"]]
    assert judged == [("2025", "2"), ("2026", "1")]


def test_assessments_give_shares_and_caveats(client, real_plan):
    found = rows(client.get("/data/assessments.csv?as_at=2026-11-22"))

    row = next(r for r in found if r["indicator"] == "smart-production-lines" and r["stage"] == "first")
    assert (row["share_of_way"], row["share_of_time"], row["caveats"]) == ("0.7", "0.5318", "bound")


@pytest.mark.parametrize(
    ("day", "value", "break_before"), [("2020-01-01", "24497", "yes"), ("2021-01-01", "24478.4", "no")]
)
def test_observations_as_at_give_what_stood(client, real_plan, day, value, break_before):
    found = rows(client.get(f"/data/observations.csv?as_at={day}"))

    row = next(
        r for r in found if (r["indicator"], r["breakdown"], r["period"]) == ("gerd-hkd", "total", "2018")
    )
    assert (row["value"], row["break_before"]) == (value, break_before)


def test_observations_history_adds_every_earlier_value(client, real_plan):
    current = rows(client.get("/data/observations.csv"))
    every = rows(client.get("/data/observations.csv?history=1"))

    assert (len(current), len(every)) == (100, 108)


def test_targets_file_keeps_every_version(client, real_plan):
    found = rows(client.get("/data/targets.csv"))

    kept = [(r["due"], r["value"], r["version"]) for r in found if r["indicator"] == "ai-computing-power"]
    assert kept == [("2026", "3000", "1"), ("2025", "3000", "2")]


def test_indicators_file_has_a_row_for_each(client, real_plan):
    found = rows(client.get("/data/indicators.csv"))

    assert len(found) == 19
    assert next(r for r in found if r["indicator"] == "gerd-hkd") | {"publication": ""} == {
        "indicator": "gerd-hkd",
        "name_en": "Gross domestic expenditure on R&D",
        "name_zh_hant": "本地研發總開支",
        "name_zh_hans": "本地研发总开支",
        "class": "tracking",
        "unit": "HK$ million",
        "decimals": "1",
        "polarity": "increase",
        "frequency": "annual",
        "path": "linear",
        "strategy": "1",
        "direction": "1",
        "office": "ITC",
        "release_month": "12",
        "publication": "",
    }


def test_files_and_page_show_one_figure(client, real_plan):
    file = rows(client.get("/data/indicators/gii-rank.csv"))
    page = client.get("/en/indicators/gii-rank/").content.decode()

    assert next(r["value"] for r in file if r["period"] == "2025") == "15"
    assert "rank 15" in page


def test_file_of_a_past_publication_never_changes(client):
    publish_indicator("I1")
    publish_observation("I1", period="2023")
    number = Publication.objects.head().number
    before = content(client.get(f"/data/observations.csv?as_at={number}"))

    publish_observation("I1", period="2024")

    assert content(client.get(f"/data/observations.csv?as_at={number}")) == before


@pytest.mark.parametrize("text", ["=1+1", "+46%", "-cmd", "@sum", "\tx", "＝1", " =1"])
def test_I01_a_text_that_begins_like_a_formula_is_kept_a_text(client, text):
    publish_observation("I1", note_en=text)

    assert rows(client.get("/data/observations.csv"))[0]["note"] == "'" + text


@pytest.mark.parametrize(
    "query", ["as_at=2999-01-01", "as_at=x", "as_at=2025-02-30", "as_at=0", "history=2", "as_at=1&as_at=2"]
)
def test_files_refuse_what_they_cannot_read(client, real_plan, query):
    assert client.get(f"/data/observations.csv?{query}").status_code == 400


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("observations.csv?indicator=gii-rank", "Unknown here: indicator. Known: as_at, history."),
        ("observations.json?as-at=48", "Unknown here: as-at. Known: as_at, history."),
        ("indicators/gii-rank.csv?x=1&y=2", "Unknown here: x, y. Known: as_at, history."),
        ("checksums.txt?history=1", "Unknown here: history. Known: as_at."),
        ("catalog.jsonld?page=2", "Unknown here: page. Known: as_at."),
        ("observations.csv-metadata.json?q=", "Unknown here: q. Known: as_at."),
        ("observations.csv?as_at=", "Give one value each for: as_at."),
        ("observations.csv?history=1&history=1", "Give one value each for: history."),
    ],
)
def test_files_name_what_they_do_not_know(client, real_plan, address, words):
    response = client.get(f"/data/{address}")

    assert response.status_code == 400
    assert words in response.content.decode()
