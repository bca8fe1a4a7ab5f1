"""The page of a release with more figures than one page shows."""

import pytest

from blueprint.actions import approval_digest
from blueprint.permissions import Role
from indicators.desk import release_page
from tests.factories import change, person_for, publish_indicator, submitted_release

pytestmark = pytest.mark.django_db


@pytest.fixture
def release(monkeypatch):
    """Five figures of two indicators, two to a page; of the last there is evidence."""
    monkeypatch.setattr(release_page, "FIGURES_A_PAGE", 2)
    for code in ("I1", "I2"):
        publish_indicator(code, short_name_en=code)
    figures = [("I1", "2021"), ("I1", "2022"), ("I1", "2023"), ("I2", "2021"), ("I2", "2022")]
    entries = [change("observation", indicator=code, period=period) for code, period in figures]
    link = change("evidence", indicator="I2", period="2022", url="https://example.org/t", title="Table")
    return submitted_release(entries=[*entries, link])


def page_of(client, release, number):
    return client.get(release.get_absolute_url(), {"page": number})


def test_every_figure_stands_on_one_page_with_what_belongs_to_it(client, release):
    client.force_login(person_for(Role.APPROVER, release))

    pages = [page_of(client, release, number).context for number in (1, 2, 3)]

    assert [[(f["code"], f["period_code"]) for f in page["figures"]] for page in pages] == [
        [("I1", "2021"), ("I1", "2022")],
        [("I1", "2023"), ("I2", "2021")],
        [("I2", "2022")],
    ]
    assert [[e["title"] for e in page["evidence"]] for page in pages] == [[], [], ["Table"]]
    assert [[p["code"] for p in page["previews"]] for page in pages] == [["I1"], ["I1", "I2"], ["I2"]]
    assert {page["digest"] for page in pages} == {approval_digest(release)}
    assert page_of(client, release, 4).status_code == 400


def test_page_says_how_many_there_are_and_leads_to_the_others(client, release):
    client.force_login(person_for(Role.APPROVER, release))

    page = page_of(client, release, 2).content.decode()

    assert "5 figures. This is page 2 of 3" in page
    assert ('href="?page=1"' in page, 'href="?page=3"' in page) == (True, True)


def test_approval_from_any_page_is_one_of_all(client, release):
    client.force_login(person_for(Role.APPROVER, release))
    seen = page_of(client, release, 3).context

    client.post(
        f"{release.get_absolute_url()}approve/", {"version": release.version, "digest": seen["digest"]}
    )

    release.refresh_from_db()
    assert release.state == "approved"
