import datetime
import hashlib
import json
import re
import unicodedata
from decimal import Decimal

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from blueprint import ledger
from blueprint.clock import HONG_KONG
from blueprint.ledger import UnknownField, leaf_bytes, leaf_hash
from blueprint.models import PersonName, Publication
from blueprint.nouns import Change, noun, nouns, spelled
from committee.models import SeatVersion
from indicators.models import Observation
from tests.factories import (
    change,
    publish_changes,
    publish_observation,
    publish_one_of_each,
    publish_seat,
    published_release,
)

LEAF = {
    "seq": 2,
    "kind": "figures",
    "title": {"en": "Größe", "zh_hant": "創新 \U00020021"},
    "loaded": False,
    "changes": [{"value": "99.5", "noun": "observation"}, {"noun": "unit", "name_en": 'a "b"\n'}],
    "prev": "00ff",
}
# Keys in order, no blanks, UTF-8, and only what must be escaped is (RFC 8785, 3.2).
GOLDEN = (
    b'{"changes":[{"noun":"observation","value":"99.5"},{"name_en":"a \\"b\\"\\n","noun":"unit"}],'
    b'"kind":"figures","loaded":false,"prev":"00ff","seq":2,'
    b'"title":{"en":"Gr\xc3\xb6\xc3\x9fe","zh_hant":"\xe5\x89\xb5\xe6\x96\xb0 \xf0\xa0\x80\xa1"}}'
)


def test_leaf_bytes_are_the_golden_example():
    assert leaf_bytes(LEAF) == GOLDEN


def test_leaf_bytes_do_not_depend_on_the_order_of_keys():
    assert leaf_bytes(dict(reversed(LEAF.items()))) == GOLDEN


def test_leaf_hash_is_sha256_of_a_zero_byte_and_the_leaf():
    # printf '\0{}' | sha256sum
    assert leaf_hash(b"{}") == "28a3a18f6cd6406b086e9ffda1f9b8a13dbcf44b0f3f32cb9031a11fd053acf9"


def test_leaf_refuses_an_unknown_field():
    with pytest.raises(UnknownField, match=r"^A leaf has no field approved_by, colour\.$"):
        leaf_bytes(LEAF | {"colour": "red", "approved_by": "somebody"})


@pytest.mark.parametrize(
    "changes",
    [[{"value": 1.5}], [{"values": [1, [2.0]]}], [{"value": float("nan")}], [{"a": ({"b": 0.1},)}]],
    ids=["value", "nested", "nan", "tuple"],
)
def test_leaf_refuses_floats(changes):
    with pytest.raises(UnknownField, match="Figures enter a leaf as strings, not as floats"):
        leaf_bytes(LEAF | {"changes": changes})


def test_leaf_refuses_text_that_is_not_nfc():
    with pytest.raises(UnknownField, match="NFC"):
        leaf_bytes(LEAF | {"title": {"en": "cafe\u0301"}})


@pytest.mark.parametrize("key", ["größe", "cafe\u0301"])
def test_leaf_refuses_keys_beyond_ascii(key):
    with pytest.raises(UnknownField, match="is not ASCII"):
        leaf_bytes(LEAF | {"title": {key: "text"}})


def test_commitment_is_sha256_of_salt_and_name():
    commitment, salt = ledger.commit("Ada Example")

    assert commitment == hashlib.sha256(bytes.fromhex(salt) + b"Ada Example").hexdigest()


def test_commitments_to_one_name_differ():
    assert ledger.commit("Ada Example")[0] != ledger.commit("Ada Example")[0]


def test_commitment_is_one_for_both_spellings_in_unicode():
    assert ledger.commitment("00", "cafe\u0301") == ledger.commitment("00", "caf\u00e9")


# Leaves of publications


@pytest.mark.django_db
def test_stored_bytes_hash_to_the_stored_hash():
    publish_one_of_each()

    stored = Publication.objects.get()

    assert hashlib.sha256(b"\x00" + bytes(stored.leaf)).hexdigest() == stored.leaf_hash


@pytest.mark.django_db
def test_leaf_says_what_was_published():
    publish_changes(change("office"), change("unit"), change("direction"), change("strategy"))
    publication = publish_changes(
        change("indicator"), change("observation", value=Decimal("2.50")), title="Größe", reason="Yearly"
    )

    leaf = json.loads(bytes(publication.leaf))

    changes = leaf.pop("changes")
    assert leaf == {
        "seq": 2,
        "kind": "mixed",
        "title": {"en": "Größe"},
        "published_at": f"{publication.published_at:%Y-%m-%dT%H:%M:%SZ}",
        "precision": "moment",
        "recorded_at": f"{publication.recorded_at:%Y-%m-%dT%H:%M:%SZ}",
        "loaded": False,
        "reason": "Yearly",
        "prev": Publication.objects.get(number=1).leaf_hash,
    }
    assert changes == [
        change("indicator").canonical(),
        change("observation", value=Decimal("2.5")).canonical(),
    ]


@pytest.mark.django_db
def test_first_leaf_has_no_prev():
    assert "prev" not in json.loads(publish_observation().leaf)


@pytest.mark.django_db
def test_leaf_holds_texts_in_nfc():
    publication = publish_observation(note_en="cafe\u0301")

    assert json.loads(publication.leaf)["changes"][-1]["note_en"] == "caf\u00e9"


@pytest.mark.django_db
def test_no_personal_name_occurs_in_a_leaf():
    names = {"holder_en": "Ada Example", "holder_zh_hant": "例子達", "holder_zh_hans": "例子达"}
    publish_seat(**names)

    leaves = b"".join(bytes(leaf) for leaf in Publication.objects.values_list("leaf", flat=True))

    told = leaves.decode() + json.dumps(json.loads(leaves))
    assert [part for name in names.values() for part in (name, *name.split()) if part in told] == []


@pytest.mark.django_db
def test_person_name_resolves_the_commitment_of_a_seat():
    publish_seat(holder_en="Ada Example")

    seat = SeatVersion.objects.get()

    kept = PersonName.objects.get(commitment=seat.holder_en)
    assert (kept.name, kept.commitment) == ("Ada Example", ledger.commitment(kept.salt, "Ada Example"))


@pytest.mark.django_db
def test_seat_without_a_holder_needs_no_commitment():
    publish_seat(holder_en="", post_en="Secretary for Examples")

    assert list(PersonName.objects.all()) == []
    assert SeatVersion.objects.get().holder_en == ""


# T11: one spelling


SAME_FIGURE = [Decimal("12.3"), Decimal("12.30"), Decimal("1.23E+1"), Decimal("0012.3000"), Decimal("123E-1")]


@pytest.mark.parametrize("figure", SAME_FIGURE)
def test_T11_figure_has_one_spelling(figure):
    assert spelled(figure) == "12.3"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**10), max_value=10**10))
def test_T11_figure_is_spelled_in_plain_digits_that_give_it_back(figure):
    text = spelled(figure)

    assert Decimal(text) == figure
    assert re.fullmatch(r"0|-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?", text)
    assert text != "-0"
    assert spelled(figure.quantize(Decimal("1E-6"))) == text


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_T11_text_has_one_spelling(text):
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)

    assert spelled(decomposed) == spelled(text) == composed


def test_T11_moment_has_one_spelling():
    moment = datetime.datetime(2026, 3, 31, 16, 30, 5, 999_999, datetime.UTC)

    assert spelled(moment) == spelled(moment.astimezone(HONG_KONG)) == "2026-03-31T16:30:05Z"


# The same bytes on SQLite and on PostgreSQL, from what was sent and from what is stored.
ONE_OBSERVATION = (
    b'{"break_before":false,"breakdown":"total","indicator_id":"I1","kind":"first","note_en":"caf\xc3\xa9",'
    b'"noun":"observation","period":"2024","qualifier":"exact","status":"A","value":"12.3"}'
)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "note"), [("12.30", "cafe\u0301"), ("1.23E+1", "caf\u00e9"), ("12.3", "cafe\u0301")]
)
def test_T11_both_engines_give_the_same_bytes(value, note):
    publication = publish_observation("I1", value=Decimal(value), note_en=note)

    row = Observation.objects.get()

    said = json.loads(bytes(publication.leaf))["changes"][-1]
    stored = Change(noun("observation"), noun("observation").content(row)).canonical()
    assert [rfc8785.dumps(each) for each in (said, stored)] == [ONE_OBSERVATION] * 2


# T14: personal data


@pytest.mark.django_db
def test_T14_no_person_who_worked_on_a_release_is_in_its_leaf():
    release = published_release(entries=[change(kind.name) for kind in nouns()])
    people = [release.created_by, release.submitted_by, release.approved_by, release.published_by]

    leaves = b"".join(bytes(leaf) for leaf in Publication.objects.values_list("leaf", flat=True)).decode()

    told = [text for person in people for text in (person.email, person.name) if text in leaves]
    assert (len(people), told) == (4, [])


def test_T14_commitment_without_its_salt_says_nothing():
    commitments = {ledger.commit("Ada Example")[0] for _ in range(20)}

    assert len(commitments) == 20
    assert ledger.commitment("", "Ada Example") not in commitments
