"""Keys, signed notes, and a checkpoint after each publication."""

import base64
import hashlib
import io
import logging
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings as site
from django.core.management import CommandError, call_command

from blueprint import checkpoints, ledger, publishing, verifying
from blueprint.models import Checkpoint, Event, LedgerKey, Publication
from blueprint.publishing import from_tree, rehearsed
from blueprint.refusals import Refused
from blueprint.signed_notes import Note, NoteFault, Signer, Verifier
from tests.factories import change, publish_changes, publish_office
from tests.reading import content

# Signed notes

# The example key of https://pkg.go.dev/golang.org/x/mod/sumdb/note
GO_KEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def test_key_reads_and_writes_as_other_programs_do():
    signer = Signer.read(GO_KEY)

    assert (str(signer), str(signer.verifier)) == (GO_KEY, GO_VERIFIER)
    assert str(Verifier.read(GO_VERIFIER)) == GO_VERIFIER


def test_key_id_is_the_beginning_of_a_hash_of_name_and_key():
    public = base64.b64decode(GO_VERIFIER.split("+", 2)[2])

    assert Verifier.read(GO_VERIFIER).key_id == hashlib.sha256(b"PeterNeumann\n" + public).hexdigest()[:8]


def test_note_has_the_form_of_c2sp():
    signer, root = Signer.read(GO_KEY), bytes(range(32))

    body, signature = signer.sign(7, root).split("\n\n")

    assert body == f"PeterNeumann\n7\n{base64.b64encode(root).decode()}"
    dash, name, encoded = signature.removesuffix("\n").split(" ")
    raw = base64.b64decode(encoded)
    assert (dash, name, raw[:4].hex(), len(raw)) == ("—", "PeterNeumann", "c74f20a3", 68)
    Ed25519PublicKey.from_public_bytes(signer.verifier.public).verify(raw[4:], f"{body}\n".encode())


@pytest.mark.parametrize("key", ["", "key", GO_KEY[:-4], GO_KEY.replace("c74f20a3", "c74f20a4"), GO_VERIFIER])
def test_what_is_no_key_is_refused(key):
    with pytest.raises(NoteFault):
        Signer.read(key)


def test_key_does_not_show_itself_in_a_trace():
    assert GO_KEY.split("+")[-1] not in repr(Signer.read(GO_KEY))


@pytest.mark.parametrize(
    "old_new", [("\n7\n", "\n8\n"), ("PeterNeumann\n", "PeterOther\n"), ("AAEC", "AAED")]
)
def test_altered_note_does_not_verify(old_new):
    note = Signer.read(GO_KEY).sign(7, bytes(range(32)))
    altered = note.replace(*old_new, 1)
    assert altered != note

    Verifier.read(GO_VERIFIER).check(Note.read(note))
    with pytest.raises(NoteFault, match="is wrong"):
        Verifier.read(GO_VERIFIER).check(Note.read(altered))


def test_note_without_a_signature_of_the_key_does_not_verify():
    with pytest.raises(NoteFault, match="bears no signature"):
        Verifier.read(GO_VERIFIER).check(Note.read(Signer.new("PeterNeumann").sign(7, bytes(32))))


# The key


def test_first_key_makes_an_origin_that_no_other_ledger_has(ledger_key, settings):
    assert ledger_key.name.startswith(f"{site.SITE_HOST}/ledger/")
    assert len(ledger_key.name.rpartition("/")[2]) == 8
    assert [str(verifier) for verifier in checkpoints.verifiers()] == [str(ledger_key.verifier)]
    assert stat.S_IMODE(Path(settings.LEDGER_KEY_FILE).stat().st_mode) == 0o600


def test_default_key_file_goes_with_a_reset_of_the_demo():
    assert "key" in Path(site.LEDGER_KEY_FILE).name
    assert Path(site.LEDGER_KEY_FILE).parent == site.VAR_DIR


# A checkpoint for each publication


def test_publication_is_signed_in_its_own_transaction(ledger_key):
    publication = publish_office()

    note = Note.read(checkpoints.checkpoint_of(publication))

    root = from_tree(lambda node: ledger.tree_root(1, node))
    assert (note.origin, note.size, note.root) == (ledger_key.name, 1, root)
    assert note.root.hex() == publication.leaf_hash
    ledger_key.verifier.check(note)


def test_rehearsal_leaves_no_checkpoint(ledger_key):
    with rehearsed([change("office")], kind="texts", title={"en": "A try"}):
        pass

    assert Checkpoint.objects.count() == 0


# T13: missing, wrong, old and rotated keys


@pytest.mark.django_db
def test_T13_missing_key_keeps_nobody_from_publishing_and_reading(client, caplog, settings, tmp_path):
    settings.LEDGER_KEY_FILE = str(tmp_path / "not-there")
    with caplog.at_level(logging.ERROR):
        publication = publish_office()

    assert client.get("/en/publications/1/").status_code == 200
    assert checkpoints.checkpoint_of(publication) == ""
    # A server of a test before may be saying its last words.
    said = [record.getMessage() for record in caplog.records if record.name == "blueprint.checkpoints"]
    assert said == [
        "Publication 1 has no checkpoint yet: there is no file with the ledger's signing key (LEDGER_KEY_FILE)."
    ]
    ready = client.get("/readyz")
    assert (ready.status_code, content(ready).decode()) == (
        200,
        "ok, but checkpoints are not signed: there is no file with the ledger's signing key (LEDGER_KEY_FILE)\n",
    )


@pytest.mark.django_db
def test_T13_what_was_not_signed_is_signed_when_the_key_is_there(ledger_key, settings):
    there = settings.LEDGER_KEY_FILE
    settings.LEDGER_KEY_FILE = f"{there}-not-there"
    for _ in range(3):
        publish_office()
    assert (Checkpoint.objects.count(), checkpoints.sign_outstanding()) == (0, 0)

    settings.LEDGER_KEY_FILE = there

    assert (checkpoints.sign_outstanding(), checkpoints.sign_outstanding()) == (3, 0)
    assert [Note.read(row.note).size for row in Checkpoint.objects.order_by("pk")] == [1, 2, 3]
    assert list(verifying.differences()) == []


def test_T13_wrong_key_signs_nothing(ledger_key, settings, caplog):
    Path(settings.LEDGER_KEY_FILE).write_text(str(Signer.new(ledger_key.name)))

    publication = publish_office()

    assert checkpoints.checkpoint_of(publication) == ""
    assert "not the one that was made known last" in caplog.text
    assert str(Signer.read(Path(settings.LEDGER_KEY_FILE).read_text())).split("+")[-1] not in caplog.text


def test_T13_unreadable_key_signs_nothing(ledger_key, settings):
    Path(settings.LEDGER_KEY_FILE).write_text("hello")

    publication = publish_office()

    assert checkpoints.checkpoint_of(publication) == ""
    assert "cannot be read" in checkpoints.trouble()


def rotate(*arguments):
    said = io.StringIO()
    call_command("rotate_ledger_key", *arguments, stdout=said)
    return said.getvalue()


def test_T13_rotated_key_and_old_key_both_sign_the_checkpoint_between_them(ledger_key, settings):
    publish_office()
    between = publish_office()

    said = rotate()
    after = publish_office()

    new = checkpoints.signer().verifier
    assert f"New key: {new}" in said
    assert (new.name, new == ledger_key.verifier) == (ledger_key.name, False)
    note = Note.read(checkpoints.checkpoint_of(between))
    assert {s.key_id for s in note.signatures} == {new.key_id, ledger_key.verifier.key_id}
    ledger_key.verifier.check(note)
    new.check(note)
    new.check(Note.read(checkpoints.checkpoint_of(after)))
    assert list(LedgerKey.objects.order_by("added_at").values_list("since", flat=True)) == [1, 2]
    assert stat.S_IMODE(Path(settings.LEDGER_KEY_FILE).stat().st_mode) == 0o600


def test_T13_old_checkpoint_verifies_with_the_published_old_key(ledger_key, client):
    old = publish_office()
    rotate()
    publish_office()

    keys = [Verifier.read(line) for line in content(client.get("/ledger/key")).decode().splitlines()]

    assert len(keys) == 2
    keys[1].check(Note.read(content(client.get("/ledger/checkpoint?as_at=1")).decode()))
    keys[1].check(Note.read(Checkpoint.objects.get(publication=old, key=keys[1].key_id).note))
    assert list(verifying.differences()) == []


def test_T13_rotation_leaves_its_trace(ledger_key):
    rotate()

    assert (
        Event.objects.filter(verb="add_ledger_key", subject=str(checkpoints.signer().verifier)).count() == 1
    )


def test_T13_rotation_without_the_old_key_is_refused(ledger_key, settings):
    Path(settings.LEDGER_KEY_FILE).unlink()

    with pytest.raises(CommandError, match=r"^Nothing was changed: there is no file"):
        rotate()

    assert LedgerKey.objects.count() == 1


def test_T13_lost_key_is_followed_by_another_of_the_same_origin(ledger_key, settings):
    Path(settings.LEDGER_KEY_FILE).unlink()
    publish_office()

    rotate("--without-old-key")

    assert checkpoints.signer().name == ledger_key.name
    assert Checkpoint.objects.get().key_id == checkpoints.signer().verifier.key_id


def test_new_key_never_takes_the_place_of_one_that_may_be_of_another_ledger(db, settings, tmp_path):
    settings.LEDGER_KEY_FILE = str(tmp_path / "ledger-key")
    foreign = f"{Signer.new('elsewhere/ledger')}\n"
    Path(settings.LEDGER_KEY_FILE).write_text(foreign)

    made = checkpoints.make_key()

    assert made.name != "elsewhere/ledger"
    assert [p.read_text() for p in tmp_path.glob("ledger-key.before-*")] == [foreign]


@pytest.mark.django_db(transaction=True)
def test_failed_rotation_keeps_the_old_key(ledger_key, settings, monkeypatch):
    before = Path(settings.LEDGER_KEY_FILE).read_text()
    monkeypatch.setattr(checkpoints, "publish_key", None)

    with pytest.raises(TypeError):
        checkpoints.rotate_key()

    assert Path(settings.LEDGER_KEY_FILE).read_text() == before
    assert [p.name for p in Path(settings.LEDGER_KEY_FILE).parent.glob("ledger-key*")] == ["ledger-key"]
    assert LedgerKey.objects.count() == 1


@pytest.mark.django_db
def test_checkpoints_of_many_publications_take_few_queries(
    ledger_key, settings, django_assert_max_num_queries
):
    there, settings.LEDGER_KEY_FILE = settings.LEDGER_KEY_FILE, "/nowhere"
    for number in range(12):
        publish_changes(title=f"Number {number}")
    settings.LEDGER_KEY_FILE = there

    with django_assert_max_num_queries(16):
        assert checkpoints.sign_outstanding() == 12


# What was signed is remembered beside the key


def test_ledger_that_does_not_continue_what_was_signed_is_neither_signed_nor_published(ledger_key, caplog):
    publish_office()
    checkpoints.remember(1, bytes(32))

    with pytest.raises(Refused, match="The first 1 publications are not those that were signed here"):
        publish_office(name_en="Another name")

    assert Publication.objects.count() == Checkpoint.objects.count() == 1
    assert "not those that were signed here" in verifying.tail_fault()
    publishing.broken.clear()


def test_ledger_shorter_than_what_was_signed_is_not_signed(ledger_key):
    publish_office()
    checkpoints.remember(2, bytes(32))

    assert (
        checkpoints.contradiction() == "A ledger of 2 publications was signed here, and there are fewer now."
    )


@pytest.mark.django_db(transaction=True)
def test_what_is_signed_is_remembered_once_it_is_committed(settings, tmp_path):
    settings.LEDGER_KEY_FILE = str(tmp_path / "ledger-key")
    checkpoints.make_key()
    publish_office()
    publish_office(name_en="Another name")
    with rehearsed([change("office", name_en="A third")], kind="texts", title={"en": "A preview"}):
        pass

    size, root = checkpoints.remembered()

    assert (size, root) == (2, from_tree(lambda node: ledger.tree_root(2, node)))
    assert stat.S_IMODE(checkpoints.memory_file().stat().st_mode) == 0o600


def test_checkpoint_of_a_larger_tree_stays_remembered(ledger_key):
    checkpoints.remember(5, bytes(32))

    checkpoints.remember(4, bytes([1] * 32))

    assert checkpoints.remembered() == (5, bytes(32))


def test_memory_that_cannot_be_read_stops_signing_in_words(ledger_key):
    checkpoints.memory_file().write_text("5")

    assert checkpoints.contradiction() == "ledger-key.signed cannot be read, which says what was signed here."


def test_what_the_key_of_another_ledger_signed_does_not_count(ledger_key):
    checkpoints.remember(5, bytes(32))
    checkpoints.key_file().write_text(f"{Signer.new('elsewhere.example/ledger')}\n")

    assert checkpoints.contradiction() == ""


def test_what_another_key_signed_is_set_aside_with_it(ledger_key):
    checkpoints.remember(5, bytes(32))
    checkpoints.key_file().unlink()
    assert checkpoints.contradiction() == ""

    made = checkpoints.make_key()

    aside = checkpoints.memory_file().with_name(f"ledger-key.signed.before-{made.verifier.key_id}")
    assert (checkpoints.remembered(), aside.read_text()) == (None, f"5 {bytes(32).hex()}\n")
