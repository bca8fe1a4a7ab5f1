"""One line for each indicator, read from the summaries that publications leave."""

import pytest

from blueprint.models import Publication
from blueprint.moment import Moment
from blueprint.publishing import publish
from indicators.lines import lines
from indicators.models import Summary
from indicators.standings import standings
from tests.factories import change, publish_changes, publish_indicator, publish_observation

pytestmark = pytest.mark.django_db


def moment_at(number, day=None, *, asked=""):
    publication = Publication.objects.filter(number=number).first()
    return Moment(number, day or publication.published_on, publication, asked)


def test_indicator_that_moves_leaves_its_former_strategy():
    publish_indicator("I1", strategy="1")
    first = publish_observation("I1")
    last = publish_indicator("I1", strategy="2")

    assert [line.strategy for line in lines(moment_at(last.number))] == ["2"]
    assert [line.strategy for line in lines(moment_at(first.number))] == ["1"]


def test_withdrawn_indicator_has_no_line():
    publish_indicator("I1")
    publish_observation("I1")
    last = publish_indicator("I1", withdrawn=True)

    assert lines(moment_at(last.number)) == []
    assert standings(moment_at(last.number)) == []


def test_indicator_loaded_before_its_name_has_a_line_in_the_past_only():
    publish_changes(change("strategy"), change("office"), change("stage"), change("unit"))
    unnamed = publish_changes_alone(change("observation"))
    named = publish_changes(change("indicator"), loaded=True)

    assert lines(moment_at(unnamed.number)) == []
    assert [line.code for line in lines(moment_at(unnamed.number, asked="2"))] == ["I1"]
    assert [line.code for line in lines(moment_at(named.number, asked="3"))] == ["I1"]


def publish_changes_alone(*changes):
    return publish(changes, kind="figures", title={"en": "Figures"}, loaded=True)


def test_publication_writes_a_summary_of_the_strategies_it_touches_only():
    publish_indicator("I1", strategy="1")
    publish_indicator("I2", strategy="2")

    publication = publish_observation("I2")

    assert list(Summary.objects.filter(publication=publication).values_list("strategy", flat=True)) == ["2"]


@pytest.mark.parametrize("count", [1, 40])
def test_lines_are_read_in_one_query(count, django_assert_num_queries):
    for number in range(count):
        publish_indicator(f"I{number}", strategy=str(number % 2 + 1))
    moment = moment_at(Publication.objects.head().number)

    with django_assert_num_queries(1):
        found = lines(moment)

    assert len(found) == count
