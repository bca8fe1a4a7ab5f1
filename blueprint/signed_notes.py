"""Checkpoints as signed notes (C2SP signed-note and tlog-checkpoint): plain values in and out, no Django.

A note is an origin, a size and a root, one a line, then a blank line, then one line for each signature.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
PRIVATE = "PRIVATE+KEY"
NAME = re.compile(r"[^\s+]+")
_SIGNATURE = re.compile(r"— (\S+) (\S+)")


class NoteFault(ValueError):
    """A key or a note that is not in the form it should have, or a signature that is not right."""


@dataclass(frozen=True)
class Verifier:
    """A public key with the name it signs under."""

    name: str
    public: bytes

    @classmethod
    def read(cls, text: str) -> "Verifier":
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        verifier = cls(name, key_part(encoded))
        if verifier.key_id != key_id:
            raise NoteFault(f"The key {name}+{key_id} does not have the id it bears.")
        return verifier

    @property
    def key_id(self) -> str:
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).hexdigest()[:8]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id}+{base64.b64encode(ED25519 + self.public).decode()}"

    def check(self, note: "Note") -> None:
        """Raises NoteFault unless the note bears a right signature of this key."""
        own = [s for s in note.signatures if (s.name, s.key_id) == (self.name, self.key_id)]
        if not own:
            raise NoteFault(f"It bears no signature of the key {self.name}+{self.key_id}.")
        for signature in own:
            try:
                Ed25519PublicKey.from_public_bytes(self.public).verify(signature.signed, note.body.encode())
            except InvalidSignature:
                raise NoteFault(f"Its signature by the key {self.name}+{self.key_id} is wrong.") from None


@dataclass(frozen=True)
class Signer:
    """A private key with the name it signs under: the log's origin."""

    name: str
    seed: bytes

    @classmethod
    def new(cls, name: str) -> "Signer":
        if not NAME.fullmatch(name):
            raise NoteFault("A key's name has no blanks and no plus sign.")
        return cls(name, secrets.token_bytes(32))

    @classmethod
    def read(cls, text: str) -> "Signer":
        # The base64 may hold plus signs of its own.
        parts = text.strip().removeprefix(f"{PRIVATE}+").split("+", 2)
        if not text.startswith(f"{PRIVATE}+") or len(parts) != 3 or not NAME.fullmatch(parts[0]):
            raise NoteFault(f"A signing key looks like {PRIVATE}+name+id+base64.")
        name, key_id, encoded = parts
        signer = cls(name, key_part(encoded))
        if signer.verifier.key_id != key_id:
            raise NoteFault("The signing key does not have the id it bears.")
        return signer

    def __str__(self) -> str:
        encoded = base64.b64encode(ED25519 + self.seed).decode()
        return f"{PRIVATE}+{self.name}+{self.verifier.key_id}+{encoded}"

    def __repr__(self) -> str:
        return f"Signer({self.name!r})"

    @property
    def verifier(self) -> Verifier:
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        return Verifier(self.name, private.public_key().public_bytes_raw())

    def sign(self, size: int, root: bytes) -> str:
        body = f"{self.name}\n{size}\n{base64.b64encode(root).decode()}\n"
        signed = Ed25519PrivateKey.from_private_bytes(self.seed).sign(body.encode())
        encoded = base64.b64encode(bytes.fromhex(self.verifier.key_id) + signed).decode()
        return f"{body}\n— {self.name} {encoded}\n"


def key_part(encoded: str) -> bytes:
    """The 32 bytes of an Ed25519 key, public or private, as notes and files carry it."""
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except ValueError:
        decoded = b""
    if len(decoded) != 33 or decoded[:1] != ED25519:
        raise NoteFault("The key is not one for Ed25519.")
    return decoded[1:]


@dataclass(frozen=True)
class Signature:
    name: str
    key_id: str
    signed: bytes
    line: str


@dataclass(frozen=True)
class Note:
    """A checkpoint that was read. ``body`` is what its signatures sign."""

    origin: str
    size: int
    root: bytes
    body: str
    signatures: tuple[Signature, ...]

    @classmethod
    def read(cls, text: str) -> "Note":
        body, found, rest = text.partition("\n\n")
        lines = body.split("\n")
        if not found or len(lines) < 3 or not re.fullmatch("0|[1-9][0-9]*", lines[1], re.ASCII):
            raise NoteFault("A checkpoint is an origin, a size and a root, a blank line and signatures.")
        try:
            root = base64.b64decode(lines[2], validate=True)
        except ValueError:
            root = b""
        if len(root) != 32:
            raise NoteFault("A checkpoint's root is 32 bytes in base64.")
        return cls(lines[0], int(lines[1]), root, body + "\n", tuple(signatures(rest)))

    @property
    def beginning(self) -> str:
        """As much of the root as can be compared by eye."""
        return base64.b64encode(self.root).decode()[:16]

    def __str__(self) -> str:
        return self.body + "\n" + "".join(f"{signature.line}\n" for signature in self.signatures)


def signatures(text: str) -> Iterator[Signature]:
    for line in text.splitlines():
        found = _SIGNATURE.fullmatch(line)
        try:
            decoded = base64.b64decode(found[2], validate=True) if found else b""
        except ValueError:
            decoded = b""
        if not found or len(decoded) != 68:
            raise NoteFault("A signature is a dash, a name and 68 bytes in base64.")
        yield Signature(found[1], decoded[:4].hex(), decoded[4:], line)


def joined(notes: Iterable[str]) -> str:
    """One note with the signatures of several that say the same."""
    read = [Note.read(note) for note in notes]
    if len({note.body for note in read}) != 1:
        raise NoteFault("These checkpoints do not say the same.")
    together = tuple(signature for note in read for signature in note.signatures)
    return str(Note(read[0].origin, read[0].size, read[0].root, read[0].body, together))
