import datetime
from decimal import Decimal

import pytest

from blueprint.models import Entry, Identified, Office, Version
from blueprint.nouns import Change, decimal_text, noun, noun_of, nouns, spelled
from committee.models import SeatVersion
from indicators.models import Observation, ObservationEntry
from tests.factories import ReleaseFactory, change, enter


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("2.0"), "2"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.0"), "0"),
        (Decimal("-1.50"), "-1.5"),
        (Decimal("0.0001"), "0.0001"),
        (Decimal("99999999999.9999"), "99999999999.9999"),
    ],
)
def test_decimal_text_has_one_spelling(value, text):
    assert decimal_text(value) == text


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, True),
        (None, None),
        (7, "7"),
        (Decimal("7.10"), "7.1"),
        (datetime.date(2025, 3, 31), "2025-03-31"),
        (
            datetime.datetime(2025, 3, 31, 8, 0, 0, 999999, datetime.timezone(datetime.timedelta(hours=8))),
            "2025-03-31T00:00:00Z",
        ),
        ("cafe\u0301", "caf\u00e9"),
        (["cafe\u0301", 1], ["caf\u00e9", "1"]),
        ({"en": 1}, {"en": "1"}),
    ],
)
def test_spelled_has_one_form_for_each_value(value, said):
    assert spelled(value) == said


def test_change_of_fills_every_column_with_its_default():
    change = Change.of("observation", indicator="I1", period="2024", value=Decimal(2))

    assert change.content == {
        "indicator_id": "I1",
        "breakdown": "total",
        "period": "2024",
        "value": Decimal(2),
        "qualifier": "exact",
        "status": "A",
        "break_before": False,
        "kind": "first",
        "reason": "",
        "note_en": "",
        "note_zh_hant": "",
        "note_zh_hans": "",
        **dict.fromkeys(("why_en", "why_zh_hant", "why_zh_hans"), ""),
        **dict.fromkeys(("next_en", "next_zh_hant", "next_zh_hans"), ""),
        "source": "",
    }


def test_change_of_refuses_an_unknown_column():
    with pytest.raises(KeyError, match="colour"):
        Change.of("office", office="itc", colour="red")


def test_change_key_says_of_which_thing():
    assert change("observation", breakdown="business").key == ("I1", "business", "2024")


def test_canonical_change_leaves_out_what_is_empty_but_not_zero_or_no():
    canonical = change("observation", value=Decimal("0.00")).canonical()

    assert canonical == {
        "noun": "observation",
        "indicator_id": "I1",
        "breakdown": "total",
        "period": "2024",
        "value": "0",
        "qualifier": "exact",
        "status": "A",
        "break_before": False,
        "kind": "first",
    }


def test_nouns_come_after_those_they_refer_to():
    seen = []

    for kind in nouns():
        referred = {f.remote_field.model for f in kind.fields if isinstance(f, Identified)}
        own = {kind.version._meta.get_field(name).related_model for name in kind.version.key}
        assert referred <= {*seen, *own}, kind.name
        seen += own


def test_every_version_and_entry_belongs_to_a_noun():
    derived = {"Assessment", "Summary"}
    models = {
        model for base in (Version, Entry) for model in base.__subclasses__() if model.__name__ not in derived
    }

    assert models == {model for kind in nouns() for model in (kind.version, kind.entry)}


@pytest.mark.parametrize("kind", list(nouns()), ids=lambda kind: kind.name)
def test_entry_has_every_column_of_its_version(kind):
    columns = {field.attname for field in kind.entry._meta.concrete_fields}

    assert {field.attname for field in kind.fields} == columns - {
        "id",
        "release_id",
        "saved_by_id",
        "saved_at",
    }


@pytest.mark.parametrize("model", [Observation, ObservationEntry])
def test_noun_of_version_and_entry(model):
    assert noun_of(model) == noun("observation")


def test_noun_of_a_model_that_is_none():
    with pytest.raises(StopIteration):
        noun_of(Office)


def test_names_of_persons_are_sealed_in_seats_only():
    assert {kind.version: kind.names for kind in nouns() if kind.names} == {
        SeatVersion: ("holder_en", "holder_zh_hant", "holder_zh_hans")
    }


@pytest.mark.django_db
def test_change_from_entry_is_what_was_entered():
    entered = change("observation", value=Decimal("1.2345"), note_zh_hant="初步數字")
    entry = enter(ReleaseFactory(entries=[]), entered)

    entry.refresh_from_db()

    assert Change.from_entry(entry) == entered
