"""What an outsider does: a saved file, kept checkpoints, and the script, run as they run it."""

import base64
import hashlib
import html
import json
import re
import shlex
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from blueprint import checkpoints
from blueprint.outsider import verify as script
from blueprint.signed_notes import Signer
from tests.factories import (
    change,
    publish_changes,
    publish_observation,
    publish_office,
    publish_strategy,
)
from tests.reading import content

SCRIPT = Path(script.__file__)


@pytest.fixture
def run(tmp_path):
    """Run the script on files that are written first: ``run(entries, note, …, key=…, figures=…)`` -> (exit code, what it says)."""

    def run(entries: bytes, *notes: str, key: str = "", figures: bytes = b"") -> tuple[int, str]:
        command = [sys.executable, "-I", "-S", SCRIPT, "entries.jsonl"]
        (tmp_path / "entries.jsonl").write_bytes(entries)
        for index, note in enumerate(notes):
            (tmp_path / f"checkpoint{index}").write_text(note)
            command.append(f"checkpoint{index}")
        if key:
            (tmp_path / "key").write_text(key)
            command += ["--key", "key"]
        if figures:
            (tmp_path / "observations.csv").write_bytes(figures)
            command += ["--figures", "observations.csv"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30)
        assert done.stderr == ""
        return done.returncode, done.stdout

    return run


@pytest.fixture
def published(db, ledger_key, client):
    """Five publications with their checkpoints, as they are to be had by address."""
    publish_office("itc", name_zh_hant="創新科技署")
    publish_strategy("1")
    publish_observation("I1", note_en='He said "so"')
    publish_observation("I1", kind="revision", reason="Größe", value="2.5")
    publish_office("fstb")
    return {
        "entries": content(client.get("/ledger/entries.jsonl")),
        "checkpoint": content(client.get("/ledger/checkpoint")).decode(),
        "earlier": content(client.get("/ledger/checkpoint?as_at=3")).decode(),
        "all": content(client.get("/ledger/checkpoints.txt")).decode(),
        "key": content(client.get("/ledger/key")).decode(),
    }


# What agrees


def test_untouched_ledger_agrees(run, published):
    code, said = run(
        published["entries"], published["checkpoint"], published["earlier"], key=published["key"]
    )

    assert (code, said.splitlines()[-1]) == (0, "ALL AGREES")
    assert "The checkpoint of size 5 agrees with them; its signature is right." in said
    assert "The checkpoint of size 3 agrees with them; its signature is right." in said


def test_file_of_all_checkpoints_is_read_as_it_is(run, published):
    code, said = run(published["entries"], published["all"], key=published["key"])

    assert (code, said.count("its signature is right")) == (0, 5)


def test_without_a_key_it_says_that_no_signature_was_checked(run, published):
    code, said = run(published["entries"], published["checkpoint"])

    assert code == 0
    assert "its signature was NOT checked (no --key)." in said


def test_without_a_checkpoint_it_says_what_is_not_shown(run, published):
    code, said = run(published["entries"])

    assert code == 0
    assert (
        "No checkpoint was given for what comes after entry 0: that it was not changed is not shown." in said
    )


# T04: what was done to the file


def rewritten(entries: bytes, number: int, change) -> bytes:
    """An entry as it reads after ``change``, in canonical form."""
    lines = entries.splitlines()
    entry = json.loads(lines[number - 1])
    change(entry)
    lines[number - 1] = rfc8785.dumps(entry)
    return b"".join(line + b"\n" for line in lines)


def rechained(entries: bytes) -> bytes:
    """As a forger would: every number and hash made right again."""
    lines, last = [], None
    for number, line in enumerate(entries.splitlines(), start=1):
        entry = json.loads(line) | {"seq": number}
        entry.pop("prev", None)
        entry |= {"prev": last} if last else {}
        lines.append(rfc8785.dumps(entry))
        last = hashlib.sha256(b"\0" + lines[-1]).hexdigest()
    return b"".join(line + b"\n" for line in lines)


def replaced(old: bytes, new: bytes):
    def replace(entries: bytes) -> bytes:
        assert entries.count(old) >= 1
        return entries.replace(old, new, 1)

    return replace


def without(number: int):
    return lambda entries: b"".join(
        line for at, line in enumerate(entries.splitlines(keepends=True), 1) if at != number
    )


def swapped(entries: bytes) -> bytes:
    lines = entries.splitlines(keepends=True)
    lines[1], lines[2] = lines[2], lines[1]
    return b"".join(lines)


FORM = "it is not in canonical form (blanks, a key given twice, the order of keys, escapes)"
ALTERATIONS = {
    "value": (replaced(b'"value":"1.5"', b'"value":"1.6"'), "Entry 4: it does not bear the hash of the entry before it"),
    "deleted": (without(3), "Entry 3: it bears the number 4"),
    "first deleted": (without(1), "Entry 1: it bears the number 2"),
    "reordered": (swapped, "Entry 2: it bears the number 3"),
    "given twice": (lambda entries: entries + entries.splitlines(keepends=True)[-1], "Entry 6: it bears the number 5"),
    "whitespace": (replaced(b'"seq":3', b'"seq": 3'), f"Entry 3: {FORM}"),
    "blank line": (replaced(b"\n", b"\n\n"), "Entry 2: it is not JSON in UTF-8"),
    "CRLF": (replaced(b"\n", b"\r\n"), f"Entry 1: {FORM}"),
    "duplicate key": (replaced(b'"seq":3', b'"seq":3,"seq":3'), f"Entry 3: {FORM}"),
    "order of keys": (replaced(b'"loaded":false,', b""), "Entry 1: it has not the fields of an entry: ['loaded']"),
    "float": (replaced(b'"value":"1.5"', b'"value":1.5'), "Entry 3: it holds the number 1.5"),
    "exponent": (replaced(b'"seq":3', b'"seq":3e0'), "Entry 3: it holds the number 3e0"),
    "huge": (replaced(b'"seq":3', b'"seq":9007199254740992'), "Entry 3: it holds the number 9007199254740992"),
    "NaN": (replaced(b'"seq":3', b'"seq":NaN'), "Entry 3: it holds the number NaN"),
    "escape": (replaced("創".encode(), b"\\u5275"), f"Entry 1: {FORM}"),
    "not NFC": (replaced("ö".encode(), "o\u0308".encode()), "Entry 4: a text in it is not in Unicode's NFC form"),
    "key not ASCII": (replaced(b'"name_en"', '"name_ü"'.encode()), "Entry 1: "),
    "unknown field": (
        lambda entries: rewritten(entries, 3, lambda entry: entry.update(aside="x")),
        "Entry 3: it has not the fields of an entry: ['aside']",
    ),
    "not UTF-8": (replaced("創".encode(), b"\xff"), "Entry 1: it is not JSON in UTF-8"),
    "surrogate": (replaced("創".encode(), b"\\ud800"), f"Entry 1: {FORM}"),
    "cut off": (lambda entries: entries[:-1], "Entry 5: it does not end with a line break"),
    "cut off in a line": (lambda entries: entries[:-20], "Entry 5: it does not end with a line break"),
    "list": (lambda entries: b"[1]\n" + entries, "Entry 1: it is not a JSON object"),
    "deep": (lambda entries: b"[" * 100_000 + b"\n", "Entry 1: it is not JSON in UTF-8"),
    "empty": (lambda entries: b"", "The file holds no entry."),
}  # fmt: skip


@pytest.mark.parametrize("name", ALTERATIONS)
def test_T04_altered_file_is_found_out(run, published, name):
    alter, reason = ALTERATIONS[name]
    altered = alter(published["entries"])
    assert altered != published["entries"]

    code, said = run(altered, published["checkpoint"])

    assert code == 1
    assert said.startswith(f"DOES NOT AGREE: {reason}")


def test_T04_key_beyond_ascii_is_found_out(run, published):
    altered = rewritten(published["entries"], 1, lambda entry: entry["title"].update({"ü": "x"}))

    assert run(rechained(altered)) == (1, "DOES NOT AGREE: Entry 1: a key in it is not ASCII.\n")


def test_T04_rewritten_history_is_found_out_by_a_kept_checkpoint(run, published):
    forged = rechained(published["entries"].replace(b'"value":"1.5"', b'"value":"1.6"', 1))

    assert run(forged)[0] == 0
    code, said = run(forged, published["all"])

    assert code == 1
    assert (
        "The checkpoint of size 3 does not agree: when it was signed, the entries 3 to 3 were not all" in said
    )


# T05, T07: what was taken away, and what was shown to others


def test_T05_dropped_newest_entries_are_found_out_by_a_kept_checkpoint(run, published):
    shorter = b"".join(published["entries"].splitlines(keepends=True)[:4])

    assert run(shorter, published["earlier"], key=published["key"])[0] == 0
    code, said = run(shorter, published["earlier"], published["checkpoint"], key=published["key"])

    assert code == 1
    assert "The file ends with entry 4, but a checkpoint was signed over 5 entries" in said


def test_T07_two_checkpoints_of_one_size_with_different_roots_are_found_out(run, published, ledger_key):
    other = checkpoints.signer().sign(5, hashlib.sha256(b"another history").digest())

    code, said = run(published["entries"], published["checkpoint"], other, key=published["key"])

    assert code == 1
    assert "Two checkpoints of size 5 have different roots." in said
    assert "(a split view)" in said


def test_T07_checkpoints_of_two_ledgers_are_told_apart(run, published):
    other = Signer.new("elsewhere.example/ledger").sign(5, bytes(32))

    code, said = run(published["entries"], published["checkpoint"], other)

    assert code == 1
    assert "Checkpoints of two ledgers" in said


# Signatures


def test_T13_checkpoint_signed_with_another_key_is_found_out(run, published):
    own = checkpoints.signer()
    forger = Signer.new(own.name)
    root = base64.b64decode(published["checkpoint"].splitlines()[2])

    code, said = run(published["entries"], forger.sign(5, root), key=published["key"])

    assert (code, said) == (
        1,
        "DOES NOT AGREE: The checkpoint of size 5 is signed by none of the keys that were given.\n",
    )


def test_T13_checkpoint_changed_after_it_was_signed_is_found_out(run, published):
    changed = published["checkpoint"].replace("\n5\n", "\n4\n")

    code, said = run(published["entries"], changed, key=published["key"])

    assert (code, said) == (1, "DOES NOT AGREE: The signature of the checkpoint of size 4 is wrong.\n")


def test_T13_key_that_is_not_the_one_of_its_id_is_refused(run, published):
    name, key_id, _ = published["key"].split("+", 2)
    other = str(Signer.new("x").verifier).split("+", 2)[2]

    code, said = run(published["entries"], published["checkpoint"], key=f"{name}+{key_id}+{other}\n")

    assert (code, said) == (1, f"DOES NOT AGREE: The key {name}+{key_id} does not have the id it bears.\n")


@pytest.mark.parametrize("note", ["", "hello\n", "a\nb\nc\n\n— x y\n", "a\n5\nAAAA\n\n— x y\n"])
def test_what_is_no_checkpoint_is_refused_in_words(run, published, note):
    code, said = run(published["entries"], note)

    assert code == 1
    assert said.startswith("DOES NOT AGREE: It is not a checkpoint")


# What the site shows, held against the ledger


@pytest.fixture
def shown(published, client):
    """(entries, file of figures) with a figure that was revised, one that is missing, and one below zero."""
    publish_observation("I1", period="2023", value=None, status="M")
    publish_observation("I2", value=Decimal("-2.50"), qualifier="about")
    return content(client.get("/ledger/entries.jsonl")), content(client.get("/data/observations.csv"))


def test_file_of_figures_agrees(run, shown):
    entries, figures = shown

    code, said = run(entries, figures=figures)

    assert (code, said.splitlines()[-1]) == (0, "ALL AGREES")
    assert "Every figure in the file is as the entries say it last, and none is missing." in said


def test_file_of_figures_of_the_real_plan_agrees_now_and_in_the_past(run, real_plan, client):
    for moment in ("", "?as_at=3", "?as_at=2020-01-01"):
        entries, figures = (
            content(client.get(f"/{file}{moment}"))
            for file in ("ledger/entries.jsonl", "data/observations.csv")
        )

        assert run(entries, figures=figures)[0] == 0, moment


def test_without_the_file_of_figures_it_says_that_they_were_not_compared(run, published):
    assert (
        "What the site shows was NOT compared with the entries (no file of figures)."
        in run(published["entries"])[1]
    )


def row_of(figures: bytes, part: bytes) -> bytes:
    (row,) = [line for line in figures.splitlines(keepends=True) if part in line]
    return row


REVISED = "2.5 (exact, status A, publication 4)"
FAULTS = {
    "value": (
        lambda figures, row: figures.replace(row, row.replace(b",2.5,", b",2.6,")),
        f"I1, total, 2024: the file shows 2.6 (exact, status A, publication 4), the entries say {REVISED}.",
    ),
    "qualifier": (
        lambda figures, row: figures.replace(row, row.replace(b",exact,", b",over,")),
        f"I1, total, 2024: the file shows 2.5 (over, status A, publication 4), the entries say {REVISED}.",
    ),
    "status": (
        lambda figures, row: figures.replace(row, row.replace(b",A,", b",E,")),
        f"I1, total, 2024: the file shows 2.5 (exact, status E, publication 4), the entries say {REVISED}.",
    ),
    "row missing": (
        lambda figures, row: figures.replace(row, b""),
        f"I1, total, 2024: not in the file, the entries say {REVISED}.",
    ),
    "row too many": (
        lambda figures, row: figures + row.replace(b",2024,", b",2022,"),
        f"I1, total, 2022: the file shows {REVISED}, the entries do not have this figure.",
    ),
    "two rows": (
        lambda figures, row: figures + row.replace(b",2.5,", b",2.7,"),
        f"I1, total, 2024: two rows for one figure, {REVISED} and 2.7 (exact, status A, publication 4).",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_T04_figure_shown_otherwise_than_the_ledger_says_is_named(run, shown, name):
    alter, named = FAULTS[name]
    entries, figures = shown
    altered = alter(figures, row_of(figures, b",total,2024,2.5,"))
    assert altered != figures

    code, said = run(entries, figures=altered)

    assert code == 1
    _, answer = said.split("DOES NOT AGREE: ")
    assert answer.startswith("The file of figures is not what the entries say.")
    assert [line.strip() for line in answer.splitlines()[1:]] == [named]


def test_every_figure_that_differs_is_named(run, shown):
    entries, figures = shown

    code, said = run(entries, figures=figures.splitlines(keepends=True)[0])

    assert (code, said.count("not in the file")) == (1, 3)
    assert (
        "I1, total, 2023: not in the file, the entries say no value (exact, status M, publication 6)." in said
    )
    assert "I2, total, 2024: not in the file, the entries say -2.5 (about, status A, publication 7)." in said


def test_figures_of_a_withdrawn_indicator_are_not_missed_but_found_if_shown(run, shown, client):
    publish_changes(change("indicator", indicator="I2", withdrawn=True), kind="withdrawal", reason="Wrong")
    entries = content(client.get("/ledger/entries.jsonl"))

    assert run(entries, figures=content(client.get("/data/observations.csv")))[0] == 0
    code, said = run(entries, figures=shown[1])

    assert code == 1
    assert "I2, total, 2024: the file shows -2.5 (about, status A, publication 7), the entries do not" in said


def test_file_of_figures_puts_no_words_into_the_mouth_of_the_script(run, shown):
    entries, figures = shown
    forged = figures + row_of(figures, b",total,2024,2.5,").replace(b",2024,", b',"2024\nALL AGREES\n",')

    code, said = run(entries, figures=forged)

    assert (code, "ALL AGREES" in said.splitlines()) == (1, False)


@pytest.mark.parametrize("file", [b"a,b\r\n1,2\r\n", b"\xff", b"x" * 200_000])
def test_what_is_no_file_of_figures_is_refused_in_words(run, published, file):
    code, said = run(published["entries"], figures=file)

    assert (code, said.splitlines()[-1][:15]) == (1, "DOES NOT AGREE:")


# The page


def block(page: str, label: str) -> list[str]:
    found = re.search(f'aria-label="{label}"><code>(.*?)</code>', page, re.DOTALL)
    return html.unescape(found[1]).splitlines()


@pytest.mark.parametrize("moment", ["", "?as_at=3"])
def test_commands_of_the_page_give_the_answer_of_the_page(shown, client, tmp_path, settings, moment):
    page = content(client.get(f"/en/verify/{moment}")).decode()
    *downloads, check = map(shlex.split, block(page, "Commands"))
    (tmp_path / "checkpoint").write_bytes(content(client.get(f"/ledger/checkpoint{moment}")))

    for curl, option, address in downloads:
        assert (curl, option) == ("curl", "-O")
        path = address.removeprefix(settings.SITE_URL)
        (tmp_path / Path(path.partition("?")[0]).name).write_bytes(content(client.get(path)))
    assert check[0] == "python3"
    done = subprocess.run(
        [sys.executable, *check[1:]], cwd=tmp_path, capture_output=True, text=True, timeout=30
    )

    assert (done.returncode, done.stdout.splitlines()) == (0, block(page, "An answer when all agrees"))
    assert "ALL AGREES" in done.stdout


# https://www.rfc-editor.org/rfc/rfc8032, section 7.1
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("key", "message", "signature"), RFC_8032)
def test_ed25519_is_that_of_the_rfc(key, message, signature):
    key, message, signature = map(bytes.fromhex, (key, message, signature))

    assert script.signed_by(key, message, signature)
    assert not script.signed_by(key, message + b"x", signature)


@settings(max_examples=15, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 63), st.integers(0, 7))
def test_ed25519_agrees_with_the_library(seed, message, at, bit):
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key, signature = private.public_key().public_bytes_raw(), private.sign(message)
    altered = bytearray(signature)
    altered[at] ^= 1 << bit

    assert script.signed_by(key, message, signature)
    assert not script.signed_by(key, message, bytes(altered))


# T10: the script's canonical form is RFC 8785

KEYS = st.text(st.characters(max_codepoint=127), max_size=6)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
PLAIN = st.none() | st.booleans() | WHOLE | TEXTS
OBJECTS = st.dictionaries(KEYS, PLAIN, max_size=3)
# As deep as a leaf is: an object, its changes, their values.
DOCUMENTS = st.dictionaries(KEYS, PLAIN | st.lists(OBJECTS, max_size=2) | OBJECTS, max_size=3)


@settings(max_examples=1500, deadline=None)
@given(DOCUMENTS)
def test_T10_canonical_form_by_the_standard_library_is_rfc_8785(document):
    canonical = rfc8785.dumps(document)

    assert script.encode(document).encode() == canonical
    assert script.encode(script.decode(canonical.decode())).encode() == canonical


def test_script_is_short_enough_to_read_and_needs_nothing_else():
    source = SCRIPT.read_text()
    imported = {line.split()[1] for line in source.splitlines() if line.startswith(("import", "from"))}

    assert imported <= set(sys.stdlib_module_names)
    assert len([line for line in source.splitlines() if line.strip()]) <= 320


def test_script_served_is_the_script(client, db):
    assert content(client.get("/ledger/verify.py")) == SCRIPT.read_bytes()


def test_publications_of_many_leaves_agree_at_every_size(run, db, ledger_key, client):
    for number in range(20):
        publish_changes(title=f"Number {number}")

    code, said = run(
        content(client.get("/ledger/entries.jsonl")),
        content(client.get("/ledger/checkpoints.txt")).decode(),
        key=content(client.get("/ledger/key")).decode(),
    )

    assert (code, said.count("agrees with them; its signature is right.")) == (0, 20)
