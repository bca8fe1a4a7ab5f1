"""The API tells what the pages and files of the real plan tell, to the last digit."""

import pytest
from django.utils.html import escape

from tests.api.asking import all_of, get
from tests.reading import rows

pytestmark = pytest.mark.django_db


def test_sentence_is_that_of_the_page_in_each_language(client, real_plan):
    said = get(client, "indicators/gii-rank/")["sentence"]

    for language, address in (("en", "en"), ("zh_hant", "zh-hant"), ("zh_hans", "zh-hans")):
        page = client.get(f"/{address}/indicators/gii-rank/")
        assert escape(said[language]) in page.content.decode()


# The same as the files


def spelled(value):
    """As a cell of a CSV file has it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else " ".join(value) if isinstance(value, list) else str(value)


def cells(row, columns):
    flat = {f"{n}_{lang}": t for n, v in row.items() if isinstance(v, dict) for lang, t in v.items()}
    return {column: spelled((flat | row)[column]) for column in columns}


@pytest.mark.parametrize("moment", [{}, {"as_at": "2021-01-01"}, {"as_at": "20"}])
@pytest.mark.parametrize("table", ["observations", "targets", "indicators", "assessments"])
def test_I11_lists_hold_what_the_files_hold_cell_by_cell(client, real_plan, table, moment):
    file = rows(client.get(f"/data/{table}.csv", moment))
    # The file's note of a figure is its notice and its comment in one.
    columns = [name for name in (file[0] if file else ()) if name != "note"]

    told = all_of(client, f"{table}/", **moment)
    if table == "assessments":
        told = [judgement for row in told for judgement in row["assessments"]]

    assert [cells(row, columns) for row in told] == [{n: row[n] for n in columns} for row in file]


def test_history_holds_every_value_of_the_file(client, real_plan):
    file = rows(client.get("/data/observations.csv?history=1"))

    told = all_of(client, "observations/", history="1")

    keys = ("indicator", "breakdown", "period", "publication", "value")
    assert [cells(row, keys) for row in told] == [{n: row[n] for n in keys} for row in file]
