"""Invented indicators and figures: as many as asked for, always the same, and on no real site."""

import io

import pytest
from django.core.management import CommandError, call_command

from blueprint.models import Publication
from blueprint.moment import head_moment
from indicators.invented import invented
from indicators.lines import lines
from indicators.models import IndicatorVersion, Observation
from indicators.standings import standings

pytestmark = pytest.mark.django_db

ASKED = {"strategies": ["1", "2"], "offices": ["ITC"]}


def seed(indicators, observations):
    call_command("seed_scale", indicators=indicators, observations=observations, stdout=io.StringIO())


def test_seed_scale_invents_the_same_again():
    first, again = (
        [one.content for row in invented(indicators=11, observations=400, **ASKED) for one in row.series()]
        for _ in range(2)
    )

    assert first == again
    assert len(first) == 396


def test_seed_scale_refuses_a_real_site(settings):
    settings.SECURE = True

    with pytest.raises(CommandError, match="no place on a real site"):
        seed(1, 1)
    assert Publication.objects.count() == 0


def test_seed_scale_needs_the_plan():
    with pytest.raises(CommandError, match="Load the plan first"):
        seed(1, 1)


# The plan stays loaded to the end of the module.


def test_seed_scale_publishes_as_many_as_asked_for(real_plan):
    before = {model: model.objects.count() for model in (IndicatorVersion, Observation)}

    seed(12, 1000)

    assert IndicatorVersion.objects.count() - before[IndicatorVersion] == 12
    assert Observation.objects.count() - before[Observation] == 1000
    assert Observation.objects.filter(kind="revision", indicator__code__startswith="scale-").count() == 10
    assert [line.status for line in lines(head_moment())] == [s.status for s in standings(head_moment())]
    with pytest.raises(CommandError, match="has its invented figures already"):
        seed(12, 1000)
