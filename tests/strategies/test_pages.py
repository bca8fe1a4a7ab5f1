import pytest

from tests.factories import change, publish_changes, publish_strategy
from tests.reading import LANGUAGE_TAGS, LANGUAGES, content, texts

pytestmark = pytest.mark.django_db

ADDRESSES = [
    *[
        "",
        "directions/",
        "directions/1/",
        "directions/4/",
        "strategies/",
        "indicators/",
        "initiatives/",
        "committee/",
        "committee/actions/",
        "indicators/gerd-hkd/history/",
        "data/",
    ],
    *[f"strategies/{number}/" for number in range(1, 9)],
    *[
        "committee/meetings/3/",
        "committee/meetings/4/",
        "publications/",
        "publications/1/",
        "publications/19/",
    ],
    *["initiatives/raise-plus/", "initiatives/mrdi/"],
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", ADDRESSES)
def test_public_page_answers_with_one_heading_and_no_cookie(client, real_plan, language, address):
    response = client.get(f"/{language}/{address}")

    assert (response.status_code, len(texts(response, "h1")), response.cookies) == (200, 1, {})
    assert f'<html lang="{LANGUAGE_TAGS[language]}"' in response.content.decode()
    assert " style=" not in response.content.decode()


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("as_at", ["2013-01-01", "2021-01-01", "2024-01-01", "1", "40"])
def test_public_page_answers_for_any_moment(client, real_plan, address, as_at):
    response = client.get(f"/en/{address}?as_at={as_at}")

    assert response.status_code in (200, 404)


def test_strategy_page_shows_its_measures_and_statements(client, real_plan):
    response = client.get("/en/strategies/3/")

    assert texts(response, "h1") == [
        "To diversify venture financing channels and support the development of start-ups and industries"
    ]
    assert len(texts(response, "ul", "measures")) == 1
    assert [s for s in texts(response, "h3") if s in ("2027", "2032")] == ["2027", "2032"]


def test_strategy_page_shows_the_finding_beside_the_computed_status(client):
    publish_strategy("1")
    publish_changes(change("finding", text_en="Start-ups do well.", confidence=4, example=True))

    response = client.get("/en/strategies/1/")

    assert "Start-ups do well." in texts(response, "p")
    assert "Example, not a finding of the committee" in texts(response, "span", "example")


def test_milestone_of_a_past_report_is_never_called_late(client, real_plan):
    response = client.get("/en/initiatives/mrdi/")

    assert [text for text in texts(response, "li", "step") if text.startswith("4 ")] == [
        "4 2025 no later report seen Two pilot lines to be set up at the Microelectronics Centre, Yuen Long source 2025"
    ]


@pytest.mark.parametrize("number", ["0", "999"])
def test_unknown_strategy_is_404(client, real_plan, number):
    assert client.get(f"/en/strategies/{number}/").status_code == 404


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 29),
        ("strategy=1", 7),
        ("office=DPO", 5),
        ("state=done", 2),
        ("strategy=1&office=DPO", 1),
        ("q=fund", 5),
        ("q=%E8%A8%88%E5%8A%83", 8),
        ("q=%25", 0),
        ("status=none", 0),
        ("status=done", 19),
    ],
)
def test_initiative_list_filters(client, real_plan, query, count):
    response = client.get(f"/en/initiatives/?{query}")

    assert len(texts(response, "article")) == count


@pytest.mark.parametrize(
    "query",
    [
        *["strategy=99", "state=fine", "status=fine", "office=%00", "office=ITC&office=%27", "q=%00"],
        *["sort=value", "page=2", "strategy=1&strategy=2"],
    ],
)
def test_initiative_list_refuses_what_it_does_not_know(client, real_plan, query):
    assert client.get(f"/en/initiatives/?{query}").status_code == 400


@pytest.mark.parametrize("language", LANGUAGES)
def test_X07_english_milestones_are_marked_as_english(client, real_plan, language):
    page = content(client.get(f"/{language}/initiatives/hetao/")).decode()

    marked = '<span lang="en">Official opening</span>' in page
    assert marked == (language != "en")
