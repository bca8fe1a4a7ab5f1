"""The ledger's bytes: each publication is one leaf, and each leaf names the hash of the one before."""

import hashlib
import secrets
import unicodedata
from collections.abc import Callable
from typing import Any

import rfc8785

from .characters import NOT_IN_XML

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
        "notes",
        "announced",
        "planned_at",
        "rescheduled",
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
    if isinstance(value, str) and NOT_IN_XML.search(value):
        raise UnknownField("Texts enter a leaf without characters that XML does not allow.")
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


# --- the tree of RFC 9162, section 2.1 -------------------------------------------------------------------

# (last leaf, level) -> hash of the perfect subtree of 2**level leaves that ends with that leaf; leaves count from 1.
Node = Callable[[int, int], bytes]


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def completed_nodes(number: int, leaf: bytes, node: Node) -> list[bytes]:
    """Hashes of the perfect subtrees that leaf ``number`` completes, of 1, 2, 4 … leaves."""
    nodes = [leaf]
    while number % (1 << len(nodes)) == 0:
        level = len(nodes) - 1
        nodes.append(node_hash(node(number - (1 << level), level), nodes[-1]))
    return nodes


def range_hash(start: int, end: int, node: Node) -> bytes:
    """The Merkle tree hash of leaves start+1 … end, where start is a multiple of a power of two not below their count."""
    found: list[bytes] = []
    at = start
    for level in reversed(range((end - start).bit_length())):
        if (end - start) >> level & 1:
            at += 1 << level
            found.append(node(at, level))
    root = found.pop()
    while found:
        root = node_hash(found.pop(), root)
    return root


def tree_root(size: int, node: Node) -> bytes:
    """The root over leaves 1 … size; of no leaves, the hash of nothing."""
    return range_hash(0, size, node) if size else hashlib.sha256().digest()


def inclusion_path(number: int, size: int, node: Node) -> list[bytes]:
    """The hashes that lead from leaf ``number`` to the root of ``size`` leaves (RFC 9162, 2.1.3.1)."""
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + split(end - start)
        if number <= middle:
            path.append(range_hash(middle, end, node))
            end = middle
        else:
            path.append(range_hash(start, middle, node))
            start = middle
    return path[::-1]


def consistency_path(first: int, size: int, node: Node) -> list[bytes]:
    """The hashes that show the first ``first`` leaves unchanged in a tree of ``size`` (RFC 9162, 2.1.4.1)."""
    path: list[bytes] = []
    start, end, whole = 0, size, True
    while first != end:
        middle = start + split(end - start)
        if first <= middle:
            path.append(range_hash(middle, end, node))
            end = middle
        else:
            path.append(range_hash(start, middle, node))
            start, whole = middle, False
    if not whole:
        path.append(range_hash(start, end, node))
    return path[::-1]


def split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


def verify_inclusion(leaf: bytes, number: int, size: int, path: list[bytes], root: bytes) -> bool:
    """Whether the path leads from a leaf's hash to the root (RFC 9162, 2.1.3.2)."""
    place, last, found = number - 1, size - 1, leaf
    if not 0 <= place <= last:
        return False
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(first: int, size: int, path: list[bytes], before: bytes, root: bytes) -> bool:
    """Whether the tree of ``before`` is the beginning of that of ``root`` (RFC 9162, 2.1.4.2)."""
    if not 0 < first <= size or (first == size and (path or before != root)):
        return False
    if first == size:
        return True
    path = path if first & (first - 1) else [before, *path]
    place, last = first - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    if not path:
        return False
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and (old, new) == (before, root)
