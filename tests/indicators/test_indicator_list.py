import pytest

from tests.reading import texts

pytestmark = pytest.mark.django_db

ALL_NAMES = {
    "Number of I&T practitioners",
    "Number of unicorns",
    "Manufacturing as a percentage of GDP (at basic prices)",
    "Number of start-ups",
}


@pytest.mark.parametrize(
    ("query", "caption"),
    [
        ("", "19 indicators of 19"),
        ("strategy=2", "4 indicators of 19"),
        ("direction=1", "11 indicators of 19"),
        ("office=ITC", "3 indicators of 19"),
        ("class=reference", "7 indicators of 19"),
        ("frequency=irregular", "6 indicators of 19"),
        ("stage=interim", "1 indicator of 19"),
        ("q=創新", "1 indicator of 19"),
        ("q=unicorn", "1 indicator of 19"),
        ("q=nothing-like-it", "0 indicators of 19"),
        ("q=unicorn&strategy=2", "0 indicators of 19"),
    ],
)
def test_indicator_list_filters(client, real_plan, query, caption):
    assert texts(client.get(f"/en/indicators/?{query}"), "caption") == [caption]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status=behind", ["Number of I&T practitioners"]),
        ("status=not_conclusive", ["Number of unicorns"]),
        ("status=far_behind&stage=second", ["Manufacturing as a percentage of GDP (at basic prices)"]),
        ("status=achieved", []),
    ],
)
def test_indicator_list_filters_by_the_status_of_a_day(client, real_plan, query, names):
    response = client.get(f"/en/indicators/?{query}&as_at=2026-06-30")

    links = [a for a in texts(response, "a") if a in ALL_NAMES]
    assert links == names


@pytest.mark.parametrize(
    "query", ["strategy=99", "status=fine", "sort=value", "page=0", "page=2", "page=x", "q=%00"]
)
def test_indicator_list_refuses_what_it_does_not_know(client, real_plan, query):
    response = client.get(f"/en/indicators/?{query}")

    assert (response.status_code, texts(response, "h1")) == (400, ["This request cannot be read"])


def test_indicator_list_sorts_by_status_worst_first(client, real_plan):
    response = client.get("/en/indicators/?sort=status&as_at=2026-06-30")

    shown = texts(response, "span", "mark")
    assert shown[:4] == ["Far behind", "Behind", "Not conclusive", "Awaiting figure"]


def test_indicator_list_without_a_match_says_what_to_do(client, real_plan):
    response = client.get("/en/indicators/?q=zzz")

    assert "No indicator matches these filters. Show all" in texts(response, "td")
