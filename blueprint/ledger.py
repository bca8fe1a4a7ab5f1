"""The ledger's bytes: each publication is one leaf, and each leaf names the hash of the one before."""

import hashlib
import secrets
import unicodedata
from typing import Any

import rfc8785

LEAF_FIELDS = frozenset(
    [
        "seq",
        "prev",
        "kind",
        "title",
        "published_at",
        "precision",
        "recorded_at",
        "loaded",
        "reason",
        "changes",
        "files",
        "replaces",
    ]
)


class UnknownField(ValueError):
    """A leaf holds only what the format names, so that nothing can be slipped in beside it."""


def leaf_bytes(leaf: dict[str, Any]) -> bytes:
    """The RFC 8785 form of a leaf. Stored as made; never made again from rows."""
    unknown = leaf.keys() - LEAF_FIELDS
    if unknown:
        raise UnknownField(f"A leaf has no field {', '.join(sorted(unknown))}.")
    check_plain(leaf)
    return rfc8785.dumps(leaf)


def check_plain(value: Any) -> None:
    """Refuse what two readers could read differently: floats, keys beyond ASCII, texts not in NFC."""
    if isinstance(value, float):
        raise UnknownField("Figures enter a leaf as strings, not as floats.")
    if isinstance(value, str) and not unicodedata.is_normalized("NFC", value):
        raise UnknownField("Texts enter a leaf in Unicode's NFC form.")
    if isinstance(value, dict):
        for key, item in value.items():
            if not key.isascii():
                raise UnknownField(f"The key {key!r} is not ASCII.")
            check_plain(item)
    if isinstance(value, (list, tuple)):
        for item in value:
            check_plain(item)


def leaf_hash(leaf: bytes) -> str:
    """SHA-256 of 0x00 and the leaf (RFC 9162, 2.1.1), in hex: what the next leaf gives as ``prev``."""
    return hashlib.sha256(b"\x00" + leaf).hexdigest()


def commit(name: str) -> tuple[str, str]:
    """A salted commitment to a person's name, and its salt, both in hex. Without the salt it says nothing."""
    salt = secrets.token_hex(32)
    return commitment(salt, name), salt


def commitment(salt: str, name: str) -> str:
    return hashlib.sha256(bytes.fromhex(salt) + unicodedata.normalize("NFC", name).encode()).hexdigest()
