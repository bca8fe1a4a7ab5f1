"""The ledger by address: entries, checkpoints, proofs, keys, and the page that explains them."""

import base64
import json

import pytest
from django.utils.html import escape

from blueprint import checkpoints, ledger
from blueprint.models import Checkpoint, Publication
from blueprint.signed_notes import Note
from tests.factories import publish_changes, publish_observation, publish_office
from tests.reading import LANGUAGES, content, texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(ledger_key):
    """Seven publications."""
    for number in range(7):
        publish_changes(title=f"Number {number}")


def read(client, address) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return content(response).decode()


# Entries


def test_entries_are_the_stored_bytes_one_a_line(client, published):
    leaves = [bytes(leaf) for leaf in Publication.objects.order_by("number").values_list("leaf", flat=True)]

    response = client.get("/ledger/entries.jsonl")

    assert response.headers["Content-Type"] == "application/jsonl; charset=utf-8"
    assert content(response) == b"".join(leaf + b"\n" for leaf in leaves)


def test_entries_as_at_a_publication_are_the_first_ones(client, published):
    told = read(client, "/ledger/entries.jsonl?as_at=3").splitlines()

    assert [json.loads(line)["seq"] for line in told] == [1, 2, 3]


def test_entries_are_read_in_pieces(client, ledger_key, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("blueprint.ledger_views.AT_ONCE", 2)
    for _ in range(5):
        publish_office()

    with django_assert_num_queries(4):
        told = read(client, "/ledger/entries.jsonl")

    assert [json.loads(line)["seq"] for line in told.splitlines()] == [1, 2, 3, 4, 5]


def test_entries_of_an_empty_site_are_none(client):
    assert read(client, "/ledger/entries.jsonl") == ""


# Checkpoints and keys


def test_checkpoint_is_the_newest(client, published, ledger_key):
    note = Note.read(read(client, "/ledger/checkpoint"))

    ledger_key.verifier.check(note)
    assert note.size == 7


def test_checkpoint_as_at_a_publication_is_the_newest_by_then(client, published):
    assert Note.read(read(client, "/ledger/checkpoint?as_at=5")).size == 5


def test_checkpoint_of_what_was_not_signed_is_404_in_words(client):
    publish_office()

    response = client.get("/ledger/checkpoint")

    assert (response.status_code, content(response)) == (404, b"No checkpoint has been signed yet.\n")


def test_all_checkpoints_are_in_one_file_oldest_first(client, published):
    notes = Checkpoint.objects.filter(publication__lte=6).order_by("publication_id")

    told = read(client, "/ledger/checkpoints.txt?as_at=6")

    assert told == "".join(f"{row.note}\n" for row in notes)
    assert [int(line) for line in told.splitlines() if line.isdigit()] == [1, 2, 3, 4, 5, 6]


def test_keys_are_listed_newest_first(client, published, ledger_key):
    checkpoints.rotate_key()

    assert read(client, "/ledger/key").splitlines() == [
        str(checkpoints.signer().verifier),
        str(ledger_key.verifier),
    ]


# Proofs


def unhexed(hashes):
    return [bytes.fromhex(one) for one in hashes]


@pytest.mark.parametrize("size", range(1, 8))
def test_proof_leads_each_entry_to_the_signed_root(client, published, size):
    signed = Note.read(read(client, f"/ledger/checkpoint?as_at={size}")).root

    for number in range(1, size + 1):
        told = json.loads(read(client, f"/ledger/proof?leaf={number}&size={size}"))

        leaf_hash = Publication.objects.get(number=number).leaf_hash
        assert (told["leaf"], told["size"], told["leaf_hash"]) == (number, size, leaf_hash)
        assert (bytes.fromhex(told["root"]), base64.b64decode(told["root_base64"])) == (signed, signed)
        assert ledger.verify_inclusion(
            bytes.fromhex(leaf_hash), number, size, unhexed(told["hashes"]), signed
        )


@pytest.mark.parametrize("first", range(1, 8))
def test_proof_shows_that_a_longer_ledger_begins_with_a_shorter_one(client, published, first):
    before = Note.read(read(client, f"/ledger/checkpoint?as_at={first}")).root

    for size in range(first, 8):
        told = json.loads(read(client, f"/ledger/proof?from={first}&to={size}"))

        assert (told["from"], told["to"], bytes.fromhex(told["from_root"])) == (first, size, before)
        root = Note.read(read(client, f"/ledger/checkpoint?as_at={size}")).root
        assert ledger.verify_consistency(first, size, unhexed(told["hashes"]), before, root)


def test_proof_of_an_entry_alone_is_over_all_publications(client, published):
    assert json.loads(read(client, "/ledger/proof?leaf=2"))["size"] == 7
    assert json.loads(read(client, "/ledger/proof?leaf=2&as_at=5"))["size"] == 5


@pytest.mark.parametrize(
    "asked",
    [
        "", "?leaf=0", "?leaf=8", "?leaf=5&size=4", "?leaf=1&size=8", "?leaf=x", "?leaf=-1", "?leaf=1.0",
        "?leaf=%EF%BC%91", "?leaf=1&size=", "?leaf=99999999999999999999", "?from=8", "?from=3&to=2", "?to=3",
        "?from=0&to=3", "?leaf=1&size=7&as_at=6", "?leaf=1%00",
    ],
)  # fmt: skip
def test_proof_of_wrong_numbers_is_refused_in_words(client, published, asked):
    response = client.get(f"/ledger/proof{asked}")

    assert response.status_code == 400


def test_refused_proof_says_what_it_needs(client, published):
    told = " ".join(texts(client.get("/ledger/proof?leaf=9"), "p"))

    assert "A proof needs ?leaf= and ?size=, or ?from= and ?to=" in told
    assert "There are 7 publications. What is wrong here: leaf." in told


def test_proof_takes_two_queries(client, published, django_assert_num_queries):
    with django_assert_num_queries(2):
        read(client, "/ledger/proof?leaf=2&size=7")


# Pages


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_shows_the_newest_checkpoint_and_its_key(client, published, ledger_key, language):
    page = read(client, f"/{language}/verify/")

    assert escape(read(client, "/ledger/checkpoint")) in page
    assert escape(str(ledger_key.verifier)) in page
    assert "python3 verify.py entries.jsonl checkpoint --key key" in page


def test_page_says_what_it_cannot_show(client, published):
    told = texts(client.get("/en/verify/"), "li")

    for words in (
        "honestly approved",
        "after the last checkpoint",
        "compare their checkpoints",
        "Names that were taken",
    ):
        assert [item for item in told if words in item], words


def test_page_without_a_checkpoint_says_so(client):
    assert "No checkpoint has been signed yet." in texts(client.get("/en/verify/"), "p", "notice")


def test_indicator_page_leads_to_the_proof_of_its_latest_figure(client, ledger_key):
    publication = publish_observation("I1")
    publish_office("fstb")

    page = read(client, "/en/indicators/I1/")

    assert publication.leaf_hash in page
    assert f"/ledger/proof?leaf={publication.number}&amp;size=2" in page
    assert json.loads(read(client, f"/ledger/proof?leaf={publication.number}&size=2"))["leaf_hash"] in page


def test_indicator_page_of_the_past_proves_it_for_then(client, ledger_key):
    publish_observation("I1")
    publish_office("fstb")

    assert "/ledger/proof?leaf=1&amp;size=1" in read(client, "/en/indicators/I1/?as_at=1")


def test_foot_on_paper_bears_the_checkpoint(client, published):
    note = Note.read(read(client, "/ledger/checkpoint"))

    [told] = texts(client.get("/en/data/"), "p", "on-paper")

    assert told == f"Checkpoint of the ledger: 7 publications, root {note.beginning}…"


def test_foot_without_a_checkpoint_bears_none(client):
    publish_office()

    assert texts(client.get("/en/data/"), "p", "on-paper") == []
