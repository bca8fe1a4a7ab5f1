"""The tamper drill: something is changed in the database by hand, and is found by its name."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from blueprint import checkpoints, publishing, verifying
from blueprint.ledger import leaf_bytes, leaf_hash, tree_root
from blueprint.models import Head, Office, PersonName, Publication
from blueprint.nouns import nouns
from blueprint.publishing import from_tree
from blueprint.refusals import Refused
from blueprint.signed_notes import Signer
from committee.models import SeatVersion
from indicators.models import Summary
from tests.factories import (
    change,
    publish_changes,
    publish_observation,
    publish_office,
    publish_one_of_each,
    publish_seat,
)
from tests.reading import content

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(ledger_key):
    """A row in every public table, then a figure with its revision."""
    publish_one_of_each()
    publish_observation("I1", period="2023")
    publish_observation("I1", period="2023", kind="revision", reason="Late returns", value="2.5")


def found():
    return [str(difference) for difference in verifying.differences(whole_history=True)]


def test_untouched_database_agrees(published):
    assert found() == []


# T08: a public table


def test_T08_changed_figure_is_named(published, by_hand):
    by_hand(
        "indicators_observation",
        "UPDATE indicators_observation SET value = 9.5 WHERE period = '2023' AND publication_id = 2",
    )

    assert found()[0] == (
        "indicators_observation I1/total/2023 of publication 2: value is '9.5', and the ledger says '1.5'"
    )
    with pytest.raises(
        CommandError, match=r"^DOES NOT AGREE: indicators_observation I1/total/2023 of publication 2"
    ):
        call_command("ledger_verify", stdout=io.StringIO())


@pytest.mark.parametrize("name", [kind.name for kind in nouns()])
def test_T08_row_missing_and_row_too_many_are_named_in_every_table(published, by_hand, name):
    kind = next(kind for kind in nouns() if kind.name == name)
    table = kind.version._meta.db_table
    row = kind.version.objects.filter(publication=1).order_by("pk").first()

    by_hand(table, f"UPDATE {table} SET publication_id = 2 WHERE id = %s", row.pk)

    named = "/".join(str(value) for value in kind.key_of(kind.content(row)))
    mine = [text for text in found() if text.startswith(f"{table} {named} ")]
    assert mine == [
        f"{table} {named} of publication 1: a row is missing: the ledger has it",
        f"{table} {named} of publication 2: a row too many: the ledger does not have it",
    ]


def test_T08_deleted_row_is_named(published, by_hand):
    by_hand("indicators_evidence", "DELETE FROM indicators_evidence")

    assert found() == [
        "indicators_evidence I1/2024/https://example.org/table of publication 1: "
        "a row is missing: the ledger has it"
    ]


def test_T08_changed_assessment_is_named(published, by_hand):
    by_hand(
        "indicators_assessment",
        "UPDATE indicators_assessment SET status = 'achieved' WHERE publication_id = 1",
    )

    assert found()[0].startswith("indicators_assessment I1/")
    assert "status is 'achieved', and what was published makes it" in found()[0]


def test_T08_changed_summary_is_named(published, by_hand):
    by_hand("indicators_summary", "UPDATE indicators_summary SET indicators = '{\"I1\": {}}'")

    assert found()[0].startswith("indicators_summary 1 of publication ")


def test_T08_identity_too_many_is_named(published):
    Office.objects.create(code="ghost")

    assert found() == ["blueprint_office ghost: a row too many: no publication names it"]


def test_office_that_only_works_here_is_no_difference(published):
    from tests.factories import OfficeFactory, UserFactory

    UserFactory(office=OfficeFactory(code="new"))

    assert found() == []


def test_T08_another_name_under_a_commitment_is_named(published, by_hand):
    by_hand("blueprint_personname", "UPDATE blueprint_personname SET name = 'Bob Example'")
    commitment = PersonName.objects.get().commitment

    assert found() == [f"blueprint_personname {commitment}: the name is not the one that was committed to"]


# Publications, leaves, tree, head, keys


COLUMNS = {
    "title_en": ("'Forged'", "title is {'en': 'Forged'}, and the ledger says {'en': 'A publication'}"),
    "kind": ("'plan'", "kind is 'plan', and the ledger says 'figures'"),
    "published_at": ("'2020-01-01 00:00:00+00:00'", "published_at is '2020-01-01T00:00:00Z'"),
    "published_on": ("'2020-01-01'", "published_on is 2020-01-01, which is not the date of published_at"),
    "loaded": ("true", "loaded is True, and the ledger says False"),
    "reason": ("'Because'", "reason is 'Because', and the ledger says None"),
    "leaf_hash": ("repeat", "its leaf does not have the hash that stands beside it"),
    "tree_nodes": ("'00'", "its stored part of the tree is not that of the leaves"),
}


@pytest.mark.parametrize("column", COLUMNS)
def test_T08_changed_publication_is_named(published, by_hand, column):
    value, words = COLUMNS[column]
    value = f"'{'0' * 64}'" if value == "repeat" else value

    by_hand("blueprint_publication", f"UPDATE blueprint_publication SET {column} = {value} WHERE number = 2")

    assert found()[0].startswith(f"blueprint_publication 2: {words}")


def change_leaf(by_hand, number, **fields):
    """As a forger would who also puts the hash beside it right."""
    leaf = json.loads(bytes(Publication.objects.get(number=number).leaf)) | fields
    forged = leaf_bytes(leaf)
    by_hand(
        "blueprint_publication",
        "UPDATE blueprint_publication SET leaf = %s, leaf_hash = %s WHERE number = %s",
        forged,
        leaf_hash(forged),
        number,
    )


def test_T08_changed_leaf_breaks_the_chain(published, by_hand):
    change_leaf(by_hand, 1, reason="Another")

    assert any(
        text.startswith("blueprint_publication 2: its leaf is not as it was: it does not bear the hash")
        for text in found()
    )


def test_T08_changed_last_leaf_is_not_what_was_signed(published, by_hand):
    change_leaf(by_hand, 3, title={"en": "Forged"})

    assert any(
        text.startswith("blueprint_checkpoint 3: its signed note says another size or root")
        for text in found()
    )


def test_T08_deleted_last_publication_leaves_the_head_behind(ledger_key, by_hand):
    publish_changes()
    by_hand("blueprint_head", "UPDATE blueprint_head SET number = 2")

    assert found() == ["blueprint_head 1: it says 2 publications, and there are 1"]


def test_T08_forged_checkpoint_is_named(published, by_hand):
    forged = Signer.new(checkpoints.signer().name).sign(2, bytes(32))
    by_hand(
        "blueprint_checkpoint", "UPDATE blueprint_checkpoint SET note = %s WHERE publication_id = 2", forged
    )

    assert found()[0].startswith(
        "blueprint_checkpoint 2: its signed note is not right: It bears no signature of the key"
    )


def test_T08_exchanged_key_is_named(published, by_hand):
    other = Signer.new(checkpoints.signer().name).verifier
    by_hand("blueprint_ledgerkey", "UPDATE blueprint_ledgerkey SET verifier = %s", str(other))

    assert found()[0].startswith("blueprint_ledgerkey ")


def test_checking_takes_as_many_queries_for_more_publications(published, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        list(verifying.differences())
    for _ in range(10):
        publish_changes(change("office", name_en="Again"))

    with django_assert_num_queries(len(few)):
        assert list(verifying.differences()) == []


# The command


def verify(*arguments):
    said = io.StringIO()
    call_command("ledger_verify", *map(str, arguments), stdout=said)
    return said.getvalue()


def test_command_says_what_agrees(published):
    assert verify() == "3 publications: leaves, chain, tree, checkpoints and public tables agree.\n"


def test_command_checks_a_file_against_checkpoints(published, client, tmp_path):
    (tmp_path / "entries.jsonl").write_bytes(content(client.get("/ledger/entries.jsonl")))
    (tmp_path / "checkpoint").write_bytes(content(client.get("/ledger/checkpoint")))

    said = verify("--file", tmp_path / "entries.jsonl", "--checkpoint", tmp_path / "checkpoint")

    assert said.splitlines()[2:] == [
        "The checkpoint of size 3 agrees with them; its signature is right.",
        "What the site shows was NOT compared with the entries (no file of figures).",
        "ALL AGREES",
    ]


def test_T07_command_reports_two_checkpoints_of_one_size(published, tmp_path, client):
    (tmp_path / "mine").write_bytes(content(client.get("/ledger/checkpoint")))
    (tmp_path / "theirs").write_text(checkpoints.signer().sign(3, bytes(32)))

    with pytest.raises(CommandError, match="Two checkpoints of size 3 have different roots"):
        verify("--checkpoint", tmp_path / "mine", tmp_path / "theirs")


def test_T07_command_holds_the_database_against_a_checkpoint_from_elsewhere(published, tmp_path):
    (tmp_path / "theirs").write_text(checkpoints.signer().sign(2, bytes(32)))

    with pytest.raises(CommandError, match="ledger 2: a kept checkpoint of this size has another root"):
        verify("--checkpoint", tmp_path / "theirs")


def test_T05_command_finds_a_database_shorter_than_a_kept_checkpoint(published, tmp_path):
    (tmp_path / "kept").write_text(checkpoints.signer().sign(4, bytes(32)))

    with pytest.raises(
        CommandError, match="ledger 4: a kept checkpoint is of more publications than there are"
    ):
        verify("--checkpoint", tmp_path / "kept")


# The start of a process


@pytest.fixture
def start():
    """What a process does at its start, and its end."""
    yield verifying.check_at_start
    publishing.broken.clear()


def test_start_finds_nothing_in_an_untouched_ledger(published, start):
    start()

    assert publishing.broken == []


def test_start_of_an_empty_site_finds_nothing(start):
    start()

    assert publishing.broken == []


BREAKS = {
    "leaf": ("UPDATE blueprint_publication SET leaf = leaf || leaf WHERE number = 2", "The leaf of publication 2 does not have the hash"),
    "hash": (f"UPDATE blueprint_publication SET leaf_hash = '{'0' * 64}' WHERE number = 3", "The leaf of publication 3 does not have the hash"),
    "tree": ("UPDATE blueprint_publication SET tree_nodes = substr(tree_nodes, 1, 64) || substr(tree_nodes, 1, 64) WHERE number = 2", "The tree over 3 publications does not have the root"),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_broken_tail_stops_publishing_and_says_so(published, by_hand, start, client, caplog, name):
    sql, words = BREAKS[name]
    by_hand("blueprint_publication", sql)

    start()

    with pytest.raises(Refused, match="the ledger is not as it was"):
        publish_office("fstb")
    ready = client.get("/readyz")
    assert (ready.status_code, words in content(ready).decode()) == (503, True)
    assert client.get("/en/publications/1/").status_code == 200
    assert "THE LEDGER IS NOT AS IT WAS" in caplog.text
    assert (Head.objects.get().number, Publication.objects.count()) == (3, 3)


def test_broken_tail_still_lets_a_preview_be_seen(published, by_hand, start):
    by_hand("blueprint_head", "UPDATE blueprint_head SET number = 7")
    start()
    assert publishing.broken == ["The newest publication has number 3, and the counter says another."]
    by_hand("blueprint_head", "UPDATE blueprint_head SET number = 3")

    with publishing.rehearsed([change("office")], kind="texts", title={"en": "A try"}) as seen:
        assert seen.number == 4


def test_start_checks_the_signature_of_the_newest_checkpoint(published, by_hand, start):
    forged = Signer.new(checkpoints.signer().name).sign(3, bytes(32))
    by_hand(
        "blueprint_checkpoint", "UPDATE blueprint_checkpoint SET note = %s WHERE publication_id = 3", forged
    )

    start()

    assert publishing.broken[0].startswith(
        "The checkpoint of publication 3 is not right: It bears no signature"
    )


def test_start_takes_few_queries_however_long_the_ledger_is(published, django_assert_max_num_queries):
    for number in range(30):
        publish_changes(title=f"Number {number}")
    head = Publication.objects.head().number
    checkpoints.remember(head, from_tree(lambda node: tree_root(head, node)))

    # Head and counter, leaves, checkpoint and its tree; the key, and the tree that it remembers.
    with django_assert_max_num_queries(7):
        assert verifying.tail_fault() == ""


# T14: names


def test_T14_withdrawn_seat_loses_its_name_and_the_ledger_still_verifies(ledger_key):
    publish_seat("review-1", holder_en="Ada Example")
    publish_seat("review-1", holder_en="Ada Example", post_en="Chair")
    publish_seat("review-2", holder_en="Bea Example", number=2)

    publish_seat("review-1", holder_en="", withdrawn=True)

    kept = {row.commitment: (row.name, bool(row.salt)) for row in PersonName.objects.all()}
    of = {seat: set() for seat in ("review-1", "review-2")}
    for row in SeatVersion.objects.exclude(holder_en=""):
        of[row.seat_id].add(row.holder_en)
    assert [kept[commitment] for commitment in of["review-1"]] == [("", False)] * 2
    assert [kept[commitment] for commitment in of["review-2"]] == [("Bea Example", True)]
    assert found() == []


def test_T14_name_of_a_withdrawn_seat_is_on_no_page_of_the_past(ledger_key, client):
    before = publish_seat("review-1", holder_en="Ada Example", holder_zh_hant="例子達")
    assert "Ada Example" in content(client.get(f"/en/committee/?as_at={before.number}")).decode()

    publish_seat("review-1", withdrawn=True)

    for address in (
        f"/en/committee/?as_at={before.number}",
        "/en/committee/",
        f"/en/publications/{before.number}/",
        "/ledger/entries.jsonl",
    ):
        told = content(client.get(address)).decode()
        assert [name for name in ("Ada", "例子達") if name in told] == []


def test_T14_rehearsed_withdrawal_forgets_no_name(ledger_key):
    publish_seat("review-1", holder_en="Ada Example")
    withdrawal = change("seat", seat="review-1", withdrawn=True, holder_en="")

    with publishing.rehearsed([withdrawal], kind="withdrawal", title={"en": "A try"}):
        assert PersonName.objects.filter(name="Ada Example").count() == 0

    assert PersonName.objects.filter(name="Ada Example").count() == 1


@pytest.mark.parametrize("which", ["publication_id = 1", "1 = 1"])
def test_T08_missing_checkpoint_is_named(published, by_hand, which):
    by_hand("blueprint_checkpoint", f"DELETE FROM blueprint_checkpoint WHERE {which}")

    found = next(verifying.differences())

    assert str(found) == "blueprint_checkpoint 1: a row is missing: this was signed"


def test_T08_summary_of_the_past_is_named_where_the_whole_history_is_made_anew(published, by_hand):
    first = Summary.objects.exclude(strategy=None).order_by("pk").first()
    code = next(iter(first.indicators))
    publish_observation(code, period="2026", value="7.5")
    assert list(verifying.differences(whole_history=True)) == []

    changed = json.dumps(first.indicators | {code: first.indicators[code] | {"latest": "2031"}})
    by_hand(
        "indicators_summary", "UPDATE indicators_summary SET indicators = %s WHERE id = %s", changed, first.pk
    )

    (difference,) = verifying.differences(whole_history=True)
    assert (difference.table, difference.key) == (
        "indicators_summary",
        f"{first.strategy_id} of publication {first.publication_id}",
    )
