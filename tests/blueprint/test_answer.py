import pytest
from django.utils import translation

from blueprint.answer import JUDGED, UNTOLD, answer
from indicators.progress import STATUSES


@pytest.mark.parametrize(
    ("tally", "said"),
    [
        ([], "No target has been set yet by which to tell."),
        ([("behind", 1)], "It has one target: “Behind”."),
        ([("awaiting", 1)], "It has one target: “Awaiting figure”."),
        (
            [("missed", 1), ("on_track", 2)],
            "The figures say how all its 3 targets stand: 2 on track, 1 missed.",
        ),
        (
            [("no_data", 2), ("qualitative", 1)],
            "The figures do not say yet how any of its 3 targets stands: 2 without any figure, 1 in words only.",
        ),
        (
            [("far_behind", 1), ("awaiting", 6), ("on_track", 2)],
            "The figures say how 3 of its 9 targets stand: 2 on track, 1 far behind. "
            "For the other 6 they do not: 6 awaiting a figure.",
        ),
        (
            [("achieved", 1), ("not_conclusive", 1)],
            "The figures say how 1 of its 2 targets stand: 1 achieved. "
            "For 1 other they do not: 1 not conclusive.",
        ),
    ],
)
def test_answer_says_no_more_than_the_counts(tally, said):
    with translation.override("en"):
        assert answer(tally) == said


def test_answer_knows_every_status_of_a_target():
    assert {*JUDGED, *UNTOLD} == set(STATUSES) - {"not_set"}
