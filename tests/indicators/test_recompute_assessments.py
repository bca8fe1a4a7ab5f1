import io

import pytest
from django.core.management import CommandError, call_command

from indicators.models import Assessment
from tests.factories import publish_baseline, publish_calendar, publish_observation, publish_target

pytestmark = pytest.mark.django_db


def recompute():
    """(what it said, which differences it named, whether it failed)"""
    said, named = io.StringIO(), io.StringIO()
    try:
        call_command("recompute_assessments", stdout=said, stderr=named)
    except CommandError as fault:
        return str(fault), named.getvalue().splitlines(), True
    return said.getvalue().strip(), named.getvalue().splitlines(), False


@pytest.fixture
def judged():
    """Five publications, of which one judges nothing: 1 baseline, 2 target, 3 and 5 figures, 4 a date."""
    publish_baseline("I1", period="2020", value="0")
    publish_target("I1-2032", indicator="I1", stage="second", due="2030", value="100")
    publish_observation("I1", period="2023", value="30")
    publish_calendar()
    publish_observation("I1", period="2024", value="20")


def test_recomputing_counts_what_each_publication_stored(judged):
    stored = Assessment.objects.count()

    assert recompute() == (
        f"Recomputed {stored} assessments at 5 publications, by version 1 of the method: no difference.",
        [],
        False,
    )


@pytest.mark.parametrize(
    ("tampered", "named"),
    [
        (
            "UPDATE indicators_assessment SET status = 'on_track' WHERE publication_id = 5 AND target_code <> ''",
            "At publication 5: indicators_assessment I1/second/I1-2032/current of publication 5: "
            "status is 'on_track', and what was published makes it 'far_behind'",
        ),
        (
            "UPDATE indicators_assessment SET ratio = '99/100' WHERE publication_id = 3 AND target_code <> ''",
            "At publication 3: indicators_assessment I1/second/I1-2032/current of publication 3: "
            "ratio is '99/100', and what was published makes it '1'",
        ),
        (
            "DELETE FROM indicators_assessment WHERE publication_id = 3 AND target_code <> ''",
            "At publication 3: indicators_assessment I1/second/I1-2032/current: "
            "a row is missing: what was published leads to it",
        ),
        (
            "UPDATE indicators_assessment SET publication_id = 4 WHERE publication_id = 3 AND target_code <> ''",
            "At publication 4: indicators_assessment I1/second/I1-2032/current of publication 4: "
            "a row too many: nothing published leads to it",
        ),
    ],
)
def test_recomputing_names_the_stored_row_that_was_tampered_with(judged, by_hand, tampered, named):
    by_hand("indicators_assessment", tampered)

    said, differences, failed = recompute()

    assert failed
    assert named in differences
    assert said.endswith(f"Differences: {len(differences)}.")


def test_recomputing_names_the_figure_that_was_tampered_with_by_what_follows_from_it(judged, by_hand):
    by_hand("indicators_observation", "UPDATE indicators_observation SET value = 90 WHERE period = '2024'")

    _said, differences, failed = recompute()

    assert failed
    assert [each.partition(": ")[0] for each in differences] == ["At publication 5"]
