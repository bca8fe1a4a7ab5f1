from decimal import Decimal

import pytest

from blueprint.models import Office, OfficeVersion
from blueprint.models.base import LARGEST
from blueprint.nouns import nouns
from indicators.models import IndicatorVersion, Observation
from strategies.models import StrategyVersion
from tests.factories import (
    change,
    publish_changes,
    publish_indicator,
    publish_observation,
    publish_office,
    publish_one_of_each,
    publish_strategy,
)

pytestmark = pytest.mark.django_db


def names(number, **options):
    return sorted(OfficeVersion.objects.as_at(number, **options).values_list("office_id", "name_en"))


def publish_three(**publication):
    """1: itc. 2: itc renamed, dpo. 3: dpo renamed."""
    publish_changes(change("office", office="itc", name_en="Innovation"), **publication)
    publish_changes(
        change("office", office="itc", name_en="Innovation and Technology"),
        change("office", office="dpo", name_en="Digital"),
        **publication,
    )
    publish_changes(change("office", office="dpo", name_en="Digital Policy"), **publication)


@pytest.fixture
def offices():
    publish_three()


@pytest.fixture
def load():
    publish_three(loaded=True)


@pytest.mark.parametrize(
    ("number", "standing"),
    [
        (0, []),
        (1, [("itc", "Innovation")]),
        (2, [("dpo", "Digital"), ("itc", "Innovation and Technology")]),
        (3, [("dpo", "Digital Policy"), ("itc", "Innovation and Technology")]),
        (99, [("dpo", "Digital Policy"), ("itc", "Innovation and Technology")]),
    ],
)
def test_as_at_is_the_newest_version_of_each_by_then(offices, number, standing):
    assert names(number) == standing


@pytest.mark.parametrize(
    ("number", "standing"),
    [
        (0, [("dpo", "Digital"), ("itc", "Innovation")]),
        (1, [("dpo", "Digital"), ("itc", "Innovation")]),
        (2, [("dpo", "Digital"), ("itc", "Innovation and Technology")]),
        (3, [("dpo", "Digital Policy"), ("itc", "Innovation and Technology")]),
    ],
)
def test_as_at_or_first_shows_the_first_version_of_what_was_loaded_later(load, number, standing):
    assert names(number, or_first=True) == standing


def test_as_at_or_first_shows_nothing_that_was_published_later(offices):
    assert names(1, or_first=True) == [("itc", "Innovation")]


def test_as_at_follows_numbers_and_not_the_order_of_rows(offices):
    numbers = [OfficeVersion.objects.as_at(number).get(office="itc").publication_id for number in (1, 2, 3)]

    assert numbers == [1, 2, 2]


def test_filter_on_content_sees_only_what_stood():
    publish_indicator("I1", office="itc")
    publish_indicator("I1", office="dpo")

    now = IndicatorVersion.objects.as_at(2)

    assert [(v.indicator_id, v.office_id) for v in now.filter(office="dpo")] == [("I1", "dpo")]
    assert list(now.filter(office="itc")) == []


def test_filter_on_content_sees_what_stood_then():
    publish_indicator("I1", office="itc")
    publish_indicator("I1", office="dpo")

    then = IndicatorVersion.objects.as_at(1)

    assert [v.office_id for v in then.filter(office="itc")] == ["itc"]
    assert list(then.filter(office="dpo")) == []


def test_exclude_after_or_first_sees_only_what_stood():
    publish_indicator("I1", office="itc", polarity="decrease")
    publish_indicator("I1", office="itc", polarity="increase")

    assert list(IndicatorVersion.objects.as_at(2, or_first=True).exclude(polarity="increase")) == []


def test_filter_on_the_key_may_come_before():
    publish_indicator("I1", name_en="One")
    publish_indicator("I2", name_en="Two")
    publish_indicator("I1", name_en="One again")

    found = IndicatorVersion.objects.filter(indicator="I1").as_at(3)

    assert [v.name_en for v in found] == ["One again"]


def test_as_at_keeps_breakdowns_and_periods_apart():
    publish_observation("I1", period="2023", value=Decimal(1))
    publish_observation("I1", period="2024", value=Decimal(2))
    publish_observation("I1", period="2024", breakdown="business", value=Decimal(3))
    publish_observation("I1", period="2023", value=Decimal(4), kind="revision", reason="Late returns")

    standing = (
        Observation.objects.as_at(4)
        .order_by("period", "breakdown")
        .values_list("period", "breakdown", "value")
    )

    assert list(standing) == [
        ("2023", "total", Decimal(4)),
        ("2024", "business", Decimal(3)),
        ("2024", "total", Decimal(2)),
    ]


def test_as_at_can_be_counted_ordered_and_cut(offices):
    standing = OfficeVersion.objects.as_at(3)

    assert (standing.count(), standing.exists()) == (2, True)
    assert [v.office_id for v in standing.order_by("-office")[:1]] == ["itc"]


def test_as_at_is_one_query(offices, django_assert_num_queries):
    with django_assert_num_queries(1):
        list(OfficeVersion.objects.as_at(3, or_first=True).filter(office="itc").select_related("office"))


def test_succeeded_office_keeps_its_past():
    publish_office("ogcio", name_en="Government Chief Information Officer")
    publish_changes(
        change("office", office="dpo", name_en="Digital Policy Office"),
        change("office", office="ogcio", name_en="Government Chief Information Officer", succeeded_by="dpo"),
    )

    successors = [OfficeVersion.objects.as_at(n).get(office="ogcio").succeeded_by for n in (1, 2)]

    assert successors == [None, Office.objects.get(pk="dpo")]


# The SQL of whole tables is kept


@pytest.mark.parametrize("or_first", [False, True])
def test_kept_sql_chooses_what_a_query_spelled_anew_chooses(or_first):
    publish_one_of_each()
    publish_changes(change("strategy", text_en="Another"), change("seat", withdrawn=True), reason="Why.")

    for kind in nouns():
        rows = kind.version.objects.order_by("pk")
        for number in (0, 1, 2, LARGEST, LARGEST + 1):
            anew = rows.filter(pk__in=kind.version.objects.standing(min(number, LARGEST), or_first))
            if kind.version.can_be_withdrawn():
                anew = anew.filter(withdrawn=False)
            kept = kind.version.objects.as_at(number, or_first=or_first).order_by("pk")
            assert list(kept) == list(anew)


def test_kept_sql_is_of_its_own_number():
    for text in ("One", "Two", "Three"):
        publish_strategy(text_en=text)

    said = [StrategyVersion.objects.as_at(number).get().text_en for number in (3, 1, 2)]

    assert said == ["Three", "One", "Two"]
