import pytest

from tests.factories import (
    change,
    publish_baseline,
    publish_changes,
    publish_indicator,
    publish_observation,
    publish_target,
)
from tests.reading import content, texts

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 3])
def test_method_page_query_count(client, count, django_assert_num_queries):
    for number in range(count):
        publish_baseline(f"I{number}", period="2015", value="10")
        publish_target(f"I{number}-2032", indicator=f"I{number}", stage="second", due="2032", value="40")
        for year in range(2016, 2024):
            publish_observation(f"I{number}", period=str(year), value=str(year - 2000))

    with django_assert_num_queries(6):
        response = client.get("/en/method/")

    assert f"Of {count * 4} figures here" in content(response).decode()


def stages(response):
    return [text for text in texts(response, "div", "stage") if text.startswith("By ")]


def yearly(kind, qualifier="exact"):
    """An indicator of that unit with four figures, the last of that qualifier, and a target ahead."""
    publish_indicator("I1", unit=change_of_unit(kind), polarity="decrease")
    publish_target("I1-2032", indicator="I1", stage="second", due="2032", value="1")
    for year in range(2020, 2024):
        publish_observation(
            "I1", period=str(year), value=str(2030 - year), qualifier=qualifier if year == 2023 else "exact"
        )


def change_of_unit(kind):
    publish_changes(change("unit", unit=f"of-{kind}", name_en="things", kind=kind))
    return f"of-{kind}"


@pytest.mark.parametrize(
    ("kind", "qualifier", "said"),
    [
        ("rank", "exact", "A rank is not projected: it depends on how others do as well."),
        ("count", "under", "Not projected: one of the last figures is a bound and not an exact value."),
        ("count", "exact", "Likely on the present trend"),
    ],
)
def test_indicator_page_says_plainly_what_is_not_projected(client, kind, qualifier, said):
    yearly(kind, qualifier)

    assert said in stages(client.get("/en/indicators/I1/"))[0]


def test_indicator_page_projects_no_target_whose_figure_is_known(client):
    publish_target("I1-2022", indicator="I1", stage="second", due="2022", value="1")
    for year in range(2018, 2023):
        publish_observation("I1", period=str(year), value="5")

    assert "present trend" not in stages(client.get("/en/indicators/I1/"))[0]


def test_back_test_of_a_long_series_tries_the_newest_and_says_so(client):
    publish_changes(
        *(
            change("observation", indicator="I1", period=str(year), value=str(year - 1980))
            for year in range(1980, 2024)
        )
    )

    page = content(client.get("/en/method/")).decode()

    assert "Of 16 figures here that those before them could project, 16 lay inside" in page
    assert "only the newest of the first 40 series" in page
