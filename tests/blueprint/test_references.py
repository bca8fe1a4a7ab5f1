from itertools import pairwise

import pytest

from blueprint.references import CHARACTERS, new_reference, read_reference


def test_new_references_differ_and_can_be_read():
    drawn = {new_reference() for _ in range(200)}

    assert len(drawn) == 200
    assert {read_reference(reference) for reference in drawn} == drawn


@pytest.mark.parametrize(
    "typed", ["BP-7K3M-92QK", "bp7k3m92qk", " 7K3M 92QK ", "BP–7K3M–92QK", "bp - 7k3m - 92qk"]
)
def test_reference_is_read_as_people_type_it(typed):
    assert read_reference(typed) == "BP-7K3M-92QK"


@pytest.mark.parametrize(
    "typed", ["", "BP", "7K3M92Q", "7K3M92QKB", "7K3M92QO", "7K3M92QB", "\u0000", "ＢＰ" * 500]
)
def test_what_is_no_reference_is_none(typed):
    assert read_reference(typed) is None


def test_one_wrong_character_is_noticed():
    right = "7K3M92QK"
    wrong = [
        right[:i] + other + right[i + 1 :] for i in range(8) for other in CHARACTERS if other != right[i]
    ]

    assert [typed for typed in wrong if read_reference(typed)] == []


def test_two_characters_that_changed_places_are_noticed():
    right = "7K3M92QK"
    wrong = [right[:i] + right[j] + right[i] + right[j + 1 :] for i, j in pairwise(range(8))]

    assert [typed for typed in wrong if read_reference(typed)] == []
