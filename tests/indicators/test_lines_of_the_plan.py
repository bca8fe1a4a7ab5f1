"""On the real plan: one line for each indicator, read from summaries, says what its whole standing says."""

import datetime

import pytest

from blueprint.models import Publication
from blueprint.moment import Moment
from indicators.lines import lines
from indicators.standings import standings, tally
from strategies.models import Strategy

pytestmark = pytest.mark.django_db


def told(each):
    """All that a line and a standing both know of an indicator."""
    strategy = each.strategy if hasattr(each, "strategy") else each.indicator.strategy_id
    office = each.office if hasattr(each, "office") else each.indicator.office_id
    latest = (
        each.latest_period if hasattr(each, "latest_period") else each.latest and each.latest.latest_period
    )
    goals = [(g.stage if hasattr(g, "due") else None, g.due_end, g.status) for g in each.current]
    return each.code, strategy, office, latest or "", goals, each.status, each.freshness


def moment_at(number, day=None, *, asked=""):
    publication = Publication.objects.filter(number=number).first()
    return Moment(number, day or publication.published_on, publication, asked)


DAYS = [datetime.date(2023, 1, 1), datetime.date(2026, 6, 30), datetime.date(2028, 2, 1)]


@pytest.mark.parametrize("day", DAYS)
def test_lines_say_what_standings_say_at_the_head(real_plan, day):
    moment = moment_at(Publication.objects.head().number, day)

    assert [told(line) for line in lines(moment)] == [told(standing) for standing in standings(moment)]
    assert tally(lines(moment)) == tally(standings(moment))


def test_lines_say_what_standings_say_at_every_publication(real_plan):
    for number in Publication.objects.values_list("number", flat=True):
        moment = moment_at(number, asked=str(number))

        assert [told(line) for line in lines(moment)] == [told(standing) for standing in standings(moment)]


def test_lines_of_one_strategy_are_its_own(real_plan):
    moment = moment_at(Publication.objects.head().number)

    found = lines(moment, strategies=Strategy.objects.filter(pk="2"))

    assert [line.code for line in found] == [line.code for line in lines(moment) if line.strategy == "2"]
    assert len(found) == 4
