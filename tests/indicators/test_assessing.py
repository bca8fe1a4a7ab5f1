import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from blueprint.publishing import publish
from indicators.assessing import assessments, exact_text, exact_value
from indicators.models import Assessment
from tests.factories import (
    change,
    publish_baseline,
    publish_changes,
    publish_indicator,
    publish_observation,
    publish_office,
    publish_stage,
    publish_target,
)

pytestmark = pytest.mark.django_db

CHANGED = {"reason": "Reviewed", "authority": "The Bureau", "decided_on": datetime.date(2026, 3, 2)}


def standing(number, indicator="I1"):
    """What stands of an indicator: stage, against, target and status."""
    rows = Assessment.objects.as_at(number).filter(indicator=indicator).order_by("stage", "against")
    return [(row.stage_id, row.against, row.target_value, row.status) for row in rows]


@pytest.fixture
def two_indicators():
    """1: two stages. 2: two indicators, each at 1 in 2020 and to be at 5 by 2032."""
    publish_changes(change("stage", stage="first", number=1), change("stage", stage="second", number=2))
    publish_changes(
        *[change("indicator", indicator=code) for code in ("I1", "I2")],
        *[change("baseline", indicator=code) for code in ("I1", "I2")],
        *[change("target", target=f"{code}-2032", indicator=code) for code in ("I1", "I2")],
    )


def test_observation_is_judged_with_its_publication(two_indicators):
    publication = publish_observation("I1", period="2024", value=Decimal(3))

    row = Assessment.objects.get(publication=publication, stage="second")

    columns = {field.attname: getattr(row, field.attname) for field in Assessment._meta.fields}
    assert columns == {
        "id": row.pk,
        "publication_id": 3,
        "indicator_id": "I1",
        "stage_id": "second",
        "target_code": "I1-2032",
        "against": "current",
        "target_version": 1,
        "due": "2032",
        "due_end": datetime.date(2032, 12, 31),
        "bound": "exact",
        "target_value": Decimal(5),
        "baseline_period": "2020",
        "baseline_value": Decimal(1),
        "latest_period": "2024",
        "latest_value": Decimal(3),
        "latest_qualifier": "exact",
        "latest_status": "A",
        "previous_period": "",
        "previous_value": None,
        "previous_qualifier": "",
        "rule": 13,
        "status": "on_track",
        "reading": "on_track",
        # Half of the way in a third of the time.
        "share_of_way": "1/2",
        "share_of_time": "1/3",
        "ratio": "3/2",
        "ratio_qualifier": "exact",
        "caveats": ["reference"],
        "method": 1,
    }


def test_observation_has_only_its_own_indicator_judged(two_indicators):
    publication = publish_observation("I1", value=Decimal(3))

    judged = Assessment.objects.filter(publication=publication).order_by("stage")

    assert [(row.indicator_id, row.stage_id) for row in judged] == [("I1", "first"), ("I1", "second")]
    assert standing(3, "I2") == standing(2, "I2")


def test_publication_that_touches_no_indicator_has_nothing_judged(two_indicators):
    publication = publish_office("dpo")

    assert list(Assessment.objects.filter(publication=publication)) == []


def test_stages_that_change_have_every_indicator_judged(two_indicators):
    publish_stage("third", number=3)

    assert [standing(3, code) for code in ("I1", "I2")] == [
        [
            ("first", "none", None, "not_set"),
            ("second", "current", Decimal(5), "no_data"),
            ("third", "none", None, "not_set"),
        ]
    ] * 2


def test_stage_that_expects_no_targets_is_not_missed(two_indicators):
    publish_stage("first", number=1, expected=False)

    assert standing(3) == [("second", "current", Decimal(5), "no_data")]


def test_stage_that_gets_its_target_is_no_longer_not_set(two_indicators):
    publish_target("I1-2027", stage="first", due="2027", value=Decimal(2))

    assert standing(2) == [("first", "none", None, "not_set"), ("second", "current", Decimal(5), "no_data")]
    assert standing(3) == [
        ("first", "current", Decimal(2), "no_data"),
        ("second", "current", Decimal(5), "no_data"),
    ]


def test_changed_target_is_judged_against_its_current_and_its_first_version(two_indicators):
    publish_observation("I1", value=Decimal(2))
    publish_target("I1-2032", value=Decimal(9), **CHANGED)
    publish_target("I1-2032", value=Decimal(2), **CHANGED)

    rows = Assessment.objects.as_at(5).filter(indicator="I1", stage="second").order_by("against")

    assert [(row.against, row.target_version, row.target_value, row.status) for row in rows] == [
        ("current", 3, Decimal(2), "reached_early"),
        ("first", 1, Decimal(5), "behind"),
    ]


def test_changed_target_keeps_what_was_said_before(two_indicators):
    publish_observation("I1", value=Decimal(2))
    publish_target("I1-2032", value=Decimal(2), **CHANGED)

    assert standing(3) == [("first", "none", None, "not_set"), ("second", "current", Decimal(5), "behind")]


def test_target_moved_to_another_stage_frees_the_first(two_indicators):
    publish_target("I1-2032", stage="first", **CHANGED)

    assert standing(3) == [
        ("first", "current", Decimal(5), "no_data"),
        ("second", "first", Decimal(5), "no_data"),
        ("second", "none", None, "not_set"),
    ]


def test_revised_figure_is_the_one_judged(two_indicators):
    publish_observation("I1", period="2024", value=Decimal(3))
    publish_observation("I1", period="2024", value=Decimal("0.5"), kind="correction", reason="A slip")

    assert [standing(n)[1][3] for n in (3, 4)] == ["on_track", "moving_away"]


def test_older_figure_becomes_the_previous_one(two_indicators):
    publish_observation("I1", period="2024", value=Decimal(3))
    publish_observation("I1", period="2023", value=Decimal(2))

    row = Assessment.objects.as_at(4).get(indicator="I1", stage="second")

    assert (row.latest_period, row.latest_value) == ("2024", Decimal(3))
    assert (row.previous_period, row.previous_value) == ("2023", Decimal(2))


def test_breakdown_is_not_what_is_judged(two_indicators):
    publish_observation("I1", breakdown="business", value=Decimal(5))

    assert standing(3) == standing(2)


def test_missing_figure_is_not_judged(two_indicators):
    publish_observation("I1", value=None, status="M")

    assert standing(3)[1][3] == "no_data"


def test_new_baseline_is_used_from_its_publication_on(two_indicators):
    publish_observation("I1", value=Decimal(3))
    publish_baseline("I1", value=Decimal("2.9"))

    assert [standing(n)[1][3] for n in (3, 4)] == ["on_track", "far_behind"]


def test_polarity_changed_is_used_from_its_publication_on(two_indicators):
    publish_observation("I1", value=Decimal(6))
    publish_indicator("I1", polarity="decrease")

    assert [standing(n)[1][3] for n in (3, 4)] == ["reached_early", "moving_away"]


def test_indicator_without_stages_or_targets_still_shows_its_figure():
    publish_observation("I1", value=Decimal(3))

    row = Assessment.objects.get()

    assert (row.stage_id, row.against, row.status, row.latest_value) == (None, "none", "not_set", Decimal(3))


def test_figure_of_an_indicator_that_has_no_name_yet_is_judged_with_its_name():
    figure = change("observation", indicator="I2", value=Decimal(3))
    publish([figure], kind="figures", title={"en": "Figures"})
    publish_indicator("I2")

    assert [standing(n, "I2") for n in (1, 2)] == [[], [(None, "none", None, "not_set")]]


@pytest.mark.parametrize("count", [1, 4])
def test_assessments_are_five_queries_however_many_indicators(two_indicators, count):
    codes = [f"N{number}" for number in range(count)]
    for code in codes:
        publish_target(f"{code}-2032", indicator=code)
        publication = publish_observation(code, value=Decimal(3))

    with CaptureQueriesContext(connection) as queries:
        rows = assessments(publication, codes)

    assert (len(queries), len(rows)) == (5, 2 * count)


@pytest.mark.parametrize("text", ["81/128", "-1/3", "2", "0.123456789012345678901234567890"])
def test_share_is_kept_exactly(text):
    assert exact_value(exact_text(exact_value(text))) == exact_value(text)


def test_share_that_there_is_not_is_empty():
    assert (exact_text(None), exact_value("")) == ("", None)
