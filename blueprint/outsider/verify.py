#!/usr/bin/env python3
"""Checks a ledger that was downloaded, and the checkpoints that were kept. Needs Python 3.8 and nothing else.

    python3 verify.py entries.jsonl [checkpoint ...] [--key FILE] [--figures FILE]

entries.jsonl  the ledger (/ledger/entries.jsonl): one publication a line, number 1 first
checkpoint     files with one or more checkpoints (/ledger/checkpoint), kept today or years ago
--key FILE     the public keys (/ledger/key); without it signatures are not checked, and this says so
--figures FILE the figures that the site shows (/data/observations.csv), at the same moment as the entries; without
               it they are not compared with the ledger, and this says so

Prints what holds, or the first thing that does not; of figures, all that do not. Exits with 0 if all agrees, with 1 if not.
"""

import argparse
import base64
import csv
import hashlib
import json
import re
import sys
import unicodedata

NEEDED = {"seq", "kind", "title", "published_at", "precision", "recorded_at", "loaded", "changes"}
OPTIONAL = {"prev", "reason", "notes", "announced", "planned_at", "rescheduled", "files", "replaces"}
FIELDS = NEEDED | OPTIONAL


class Fault(Exception):
    """What does not agree, in plain words."""


# --- One line: the RFC 8785 form of a JSON object ----------------------------------------------------------


def whole(text):
    if abs(float(text)) >= 2**53 or not text.lstrip("-").isdigit():
        raise Fault(f"it holds the number {text}, which is not a whole number of a safe size")
    return int(text)


decode = json.JSONDecoder(parse_int=whole, parse_float=whole, parse_constant=whole).decode
encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def read_line(line):
    """The entry in a line of bytes. Raises Fault unless the line is the one way of writing that entry.

    Writing the entry again must give the same text: a blank too many, a key given twice, keys in another order
    or a character written otherwise would not survive that. For ASCII keys and no floats it is RFC 8785.
    """
    try:
        text = line.decode()
        entry = decode(text)
        same = encode(entry) == text
    except (ValueError, RecursionError):
        raise Fault("it is not JSON in UTF-8") from None
    if not same:
        raise Fault("it is not in canonical form (blanks, a key given twice, the order of keys, escapes)")
    if type(entry) is not dict:
        raise Fault("it is not a JSON object")
    if not FIELDS.issuperset(entry) or not NEEDED.issubset(entry):
        raise Fault(
            f"it has not the fields of an entry: {sorted(NEEDED.symmetric_difference(entry) - OPTIONAL)}"
        )
    if not text.isascii():
        check_texts(entry)
    return entry


def check_texts(value):
    """Keys in ASCII, texts in Unicode's NFC form: else one text could be written in two ways."""
    kind = type(value)
    if kind is str and not unicodedata.is_normalized("NFC", value):
        raise Fault("a text in it is not in Unicode's NFC form")
    if kind is dict and not "".join(value).isascii():
        raise Fault("a key in it is not ASCII")
    if kind is dict or kind is list:
        for item in value.values() if kind is dict else value:
            check_texts(item)


class Ledger:
    """What is known of the entries read so far: their count, the hash of the last, the tree over all."""

    def __init__(self):
        self.size, self.last, self.subtrees = 0, None, []

    def add(self, line):
        """Take in the next line, without its line break."""
        entry = read_line(line)
        number = self.size + 1
        if entry["seq"] != number or type(entry["seq"]) is not int:
            raise Fault(f"it bears the number {entry['seq']}, so an entry is missing, moved or given twice")
        if entry.get("prev") != self.last:
            raise Fault("it does not bear the hash of the entry before it, so one of the two was changed")
        node = hashlib.sha256(b"\0" + line).digest()
        self.size, self.last = number, node.hex()
        # Two subtrees of one size make one of the next: as many as the number has zeros at its binary end.
        while not number & 1:
            node = hashlib.sha256(b"\1" + self.subtrees.pop() + node).digest()
            number >>= 1
        self.subtrees.append(node)
        return entry

    def root(self):
        if not self.subtrees:
            return hashlib.sha256().digest()
        root = self.subtrees[-1]
        for left in reversed(self.subtrees[:-1]):
            root = hashlib.sha256(b"\1" + left + root).digest()
        return root


def check_ledger(lines, checkpoints=(), each=None):
    """Reads all lines and holds the tree against each checkpoint when it has its size. ``each`` is called with every entry."""
    kept = {checkpoint.size: checkpoint for checkpoint in checkpoints}
    ledger, agreed = Ledger(), 0
    for line in lines:
        try:
            if not line.endswith(b"\n"):
                raise Fault("it does not end with a line break, so the file was cut off")
            entry = ledger.add(line[:-1])
            if each:
                each(entry)
        except Fault as fault:
            raise Fault(f"Entry {ledger.size + 1}: {fault}.") from None
        if ledger.size in kept:
            if ledger.root() != kept[ledger.size].root:
                raise Fault(
                    f"The checkpoint of size {ledger.size} does not agree: when it was signed, the entries "
                    f"{agreed + 1} to {ledger.size} were not all as they are in this file."
                )
            agreed = ledger.size
    if not ledger.size:
        raise Fault("The file holds no entry.")
    if kept and max(kept) > ledger.size:
        raise Fault(
            f"The file ends with entry {ledger.size}, but a checkpoint was signed over {max(kept)} entries: "
            "the newest ones are missing."
        )
    return ledger


# --- The file of figures -----------------------------------------------------------------------------------

KEY = ("indicator", "breakdown", "period")
SHOWN = {"value": "value", "qualifier": "qualifier", "obs_status": "status"}  # column: field of an entry


def cell(text):
    """A text as the file has it: a quote before what a spreadsheet would take for a formula."""
    begins = text.lstrip()
    return "'" + text if begins.startswith(tuple("=+-@＝＋－＠")) or begins[:1] != text[:1] else text


class Figures:
    """What the entries say last of every figure: its key -> the cells that a file must show."""

    def __init__(self):
        self.said, self.withdrawn = {}, set()

    def add(self, entry):
        changes = entry["changes"]
        if type(changes) is not list or not all(type(change) is dict for change in changes):
            raise Fault("its changes are not a list of objects")
        for change in changes:
            code = str(change.get("indicator_id", ""))
            if change.get("noun") == "observation":
                key = (code, str(change.get("breakdown", "")), str(change.get("period", "")))
                cells = {column: str(change.get(field, "")) for column, field in SHOWN.items()}
                # A value is a number: its minus takes no quote.
                cells = {column: text if column == "value" else cell(text) for column, text in cells.items()}
                self.said[tuple(map(cell, key))] = {**cells, "publication": str(entry["seq"])}
            elif change.get("noun") == "indicator":
                (self.withdrawn.add if change.get("withdrawn") else self.withdrawn.discard)(cell(code))

    def standing(self):
        """Without those of indicators that were taken back: they leave the file."""
        return {key: cells for key, cells in self.said.items() if key[0] not in self.withdrawn}


def in_words(cells):
    value = cells["value"] or "no value"
    return f"{value} ({cells['qualifier']}, status {cells['obs_status']}, publication {cells['publication']})"


def printable(line):
    """Without line breaks and the like, by which a file could put words into this script's mouth."""
    return "".join(character if character.isprintable() else "?" for character in line)


def differences(lines, figures):
    """Every figure that the file shows otherwise than the entries say, a line each."""
    rows, seen, said = csv.DictReader(lines, restval=""), {}, figures.standing()
    if not {*KEY, *SHOWN, "publication"}.issubset(rows.fieldnames or ()):
        raise Fault("The file of figures does not have the columns of observations.csv.")
    for row in rows:
        key = tuple(row[name] for name in KEY)
        shown, name = {column: row[column] for column in (*SHOWN, "publication")}, ", ".join(key)
        if key in seen:
            yield f"{name}: two rows for one figure, {in_words(seen[key])} and {in_words(shown)}"
        elif key not in said:
            yield f"{name}: the file shows {in_words(shown)}, the entries do not have this figure"
        elif shown != said[key]:
            yield f"{name}: the file shows {in_words(shown)}, the entries say {in_words(said[key])}"
        seen[key] = shown
    for key in said:
        if key not in seen:
            yield f"{', '.join(key)}: not in the file, the entries say {in_words(said[key])}"


def check_figures(name, figures):
    with open(name, encoding="utf-8", newline="") as lines:
        found = list(differences(lines, figures))
    if found:
        raise Fault(
            "The file of figures is not what the entries say. (If something was published between the two "
            "downloads, download both again.)" + "".join(f"\n  {printable(line)}." for line in found)
        )


# --- Checkpoints: signed notes (C2SP) ----------------------------------------------------------------------


class Checkpoint:
    def __init__(self, lines, signatures):
        if len(lines) < 3 or not re.fullmatch("[0-9]{1,18}", lines[1]) or len(unpacked(lines[2])) != 32:
            raise Fault("It is not a checkpoint: that begins with an origin, a size and a root.")
        self.origin, self.size, self.root = lines[0], int(lines[1]), unpacked(lines[2])
        self.signed, self.signatures = "".join(line + "\n" for line in lines).encode(), signatures


def unpacked(text):
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def read_checkpoints(text):
    """Every checkpoint of a file: lines of a note, a blank line, lines of signatures, and so on."""
    found, blocks = [], [block.split("\n") for block in re.split(r"\n\n+", text.strip("\n"))]
    while blocks:
        signatures = blocks.pop(1) if len(blocks) > 1 else [""]
        if not all(re.fullmatch("\u2014 [^ ]+ [^ ]+", line) for line in signatures):
            raise Fault("It is not a checkpoint: after a blank line it has no signature.")
        found.append(Checkpoint(blocks.pop(0), [line[2:].split(" ") for line in signatures]))
    return found


def check_together(checkpoints):
    """No two of one size with different roots, and all of one ledger."""
    seen = {}
    for checkpoint in checkpoints:
        other = seen.setdefault(checkpoint.size, checkpoint)
        if checkpoint.origin != checkpoints[0].origin:
            raise Fault(f"Checkpoints of two ledgers: {checkpoints[0].origin} and {checkpoint.origin}.")
        if checkpoint.root != other.root:
            raise Fault(
                f"Two checkpoints of size {checkpoint.size} have different roots. The ledger was shown to "
                "different people in different forms (a split view). Keep both: together they prove it."
            )


def read_keys(text):
    """(name, key id) -> public key, from lines name+id+base64."""
    keys = {}
    for line in text.split():
        name, key_id, key = [*line.split("+", 2), "", ""][:3]
        key = unpacked(key)
        if (
            key_id != hashlib.sha256(name.encode() + b"\n" + key).hexdigest()[:8]
            or key[:1] != b"\1"
            or len(key) != 33
        ):
            raise Fault(f"The key {name}+{key_id} does not have the id it bears.")
        keys[name, key_id] = key[1:]
    return keys


def check_signature(checkpoint, keys):
    """At least one known key of the ledger must have signed it, and no known key something else."""
    raw = [(name, unpacked(encoded)) for name, encoded in checkpoint.signatures if name == checkpoint.origin]
    known = [(keys[name, r[:4].hex()], r[4:]) for name, r in raw if (name, r[:4].hex()) in keys]
    if not known:
        raise Fault(
            f"The checkpoint of size {checkpoint.size} is signed by none of the keys that were given."
        )
    if not all(signed_by(key, checkpoint.signed, signature) for key, signature in known):
        raise Fault(f"The signature of the checkpoint of size {checkpoint.size} is wrong.")


# --- Ed25519 (RFC 8032, section 5.1), points as (X, Y, Z, T) -----------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def point(raw):
    """The point that 32 bytes stand for, or None."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or x * x % P != square or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * p[3] * q[3] * D, 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, p):
    total = (0, 1, 1, 0)
    while number:
        total = add(total, p) if number & 1 else total
        p, number = add(p, p), number >> 1
    return total


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed_by(key, message, signature):
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER or len(signature) != 64:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    left, right = times(s, BASE), add(r, times(h, a))
    return all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))


# --- The command -------------------------------------------------------------------------------------------


def read_kept(names, keys=None):
    """The checkpoints of these files: of one ledger, without contradiction, and signed if keys are given."""
    found = []
    for name in names:
        with open(name, encoding="utf-8") as file:
            found += read_checkpoints(file.read())
    check_together(found)
    for checkpoint in found:
        if keys is not None:
            check_signature(checkpoint, keys)
    return found


def verify(entries, kept, keys, figures_file=None):
    """Lines that say what holds. Raises Fault at the first thing that does not."""
    figures = Figures()
    with open(entries, "rb") as lines:
        ledger = check_ledger(lines, kept, figures.add if figures_file else None)
    yield f"Entries 1 to {ledger.size}: each in canonical form, none missing, each bears the hash of the one before."
    yield f"Root of the tree over them: {base64.b64encode(ledger.root()).decode()}"
    how = "its signature is right" if keys else "its signature was NOT checked (no --key)"
    for checkpoint in kept:
        yield f"The checkpoint of size {checkpoint.size} agrees with them; {how}."
    last = max([checkpoint.size for checkpoint in kept], default=0)
    if last < ledger.size:
        yield f"No checkpoint was given for what comes after entry {last}: that it was not changed is not shown."
    if figures_file:
        check_figures(figures_file, figures)
        yield "Every figure in the file is as the entries say it last, and none is missing."
    else:
        yield "What the site shows was NOT compared with the entries (no file of figures)."
    yield "ALL AGREES"


def main():
    parser = argparse.ArgumentParser(description="Checks a ledger against checkpoints that were kept.")
    parser.add_argument("entries")
    parser.add_argument("checkpoints", nargs="*", metavar="checkpoint")
    parser.add_argument("--key", metavar="FILE")
    parser.add_argument("--figures", metavar="FILE")
    given = parser.parse_intermixed_args()
    try:
        keys = None
        if given.key:
            with open(given.key, encoding="utf-8") as file:
                keys = read_keys(file.read())
        for line in verify(given.entries, read_kept(given.checkpoints, keys), keys, given.figures):
            print(line)
    except (Fault, OSError, ValueError, RecursionError, csv.Error) as fault:
        print(f"DOES NOT AGREE: {fault}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
