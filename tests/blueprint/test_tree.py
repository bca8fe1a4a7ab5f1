"""The tree of RFC 9162 against the vectors of the certificate-transparency code base and against the RFC's own text."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blueprint import ledger

# From merkle_tree_test.go and its kin: eight inputs, the roots of their first 0 … 8, and proofs.
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
INCLUSION = {
    (1, 1): [],
    (1, 8): [A, B, C],
    (6, 8): [D, E, ROOTS[4]],
    (3, 3): [ROOTS[2]],
    (2, 5): [ROOTS[1], B, D],
}
CONSISTENCY = {(1, 1): [], (1, 8): [A, B, C], (6, 8): [F, E, ROOTS[4]], (2, 5): [B, D]}


def leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def stored(inputs):
    """A tree as publications store it: each leaf with the subtrees that it completes."""
    kept = {}

    def node(last, level):
        return kept[last][level]

    for number, data in enumerate(inputs, start=1):
        kept[number] = ledger.completed_nodes(number, leaf(data), node)
    return node


def in_hex(hashes):
    return [one.hex() for one in hashes]


REFERENCE = stored(INPUTS)


@pytest.mark.parametrize("size", range(9))
def test_root_is_that_of_the_reference(size):
    assert ledger.tree_root(size, REFERENCE).hex() == ROOTS[size]


@pytest.mark.parametrize("number_size", INCLUSION)
def test_inclusion_path_is_that_of_the_reference(number_size):
    assert in_hex(ledger.inclusion_path(*number_size, REFERENCE)) == INCLUSION[number_size]


@pytest.mark.parametrize("first_size", CONSISTENCY)
def test_consistency_path_is_that_of_the_reference(first_size):
    assert in_hex(ledger.consistency_path(*first_size, REFERENCE)) == CONSISTENCY[first_size]


# The text of RFC 9162, section 2.1, word for word, over a list of entries


def split(count):
    """The largest power of two smaller than ``count``."""
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def mth(entries):
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return leaf(entries[0])
    k = split(len(entries))
    return hashlib.sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m, entries):
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m, entries, complete):
    if m == len(entries):
        return [] if complete else [mth(entries)]
    k = split(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], complete), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


@st.composite
def trees(draw):
    """(entries, a number among them)."""
    size = draw(st.integers(1, 70))
    seed = draw(st.binary(max_size=4))
    return [seed + bytes([index]) for index in range(size)], draw(st.integers(1, size))


@settings(max_examples=150, deadline=None)
@given(trees())
def test_tree_is_that_of_the_text_of_the_rfc(tree):
    entries, number = tree
    size, node = len(entries), stored(entries)

    assert ledger.tree_root(size, node) == mth(entries)
    assert ledger.inclusion_path(number, size, node) == path(number - 1, entries)
    assert ledger.consistency_path(number, size, node) == subproof(number, entries, True)


@settings(max_examples=150, deadline=None)
@given(trees())
def test_proofs_verify(tree):
    entries, number = tree
    size, node, root = len(entries), stored(entries), mth(entries)

    included = ledger.inclusion_path(number, size, node)
    consistent = ledger.consistency_path(number, size, node)

    assert ledger.verify_inclusion(leaf(entries[number - 1]), number, size, included, root)
    assert ledger.verify_consistency(number, size, consistent, mth(entries[:number]), root)


@settings(max_examples=150, deadline=None)
@given(trees(), st.integers(0, 10), st.integers(0, 31))
def test_altered_proofs_do_not_verify(tree, where, at):
    entries, number = tree
    size, node, root = len(entries), stored(entries), mth(entries)
    included = ledger.inclusion_path(number, size, node)
    consistent = ledger.consistency_path(number, size, node)
    own, before = leaf(entries[number - 1]), mth(entries[:number])

    for proof, verifies in (
        (included, lambda proof: ledger.verify_inclusion(own, number, size, proof, root)),
        (consistent, lambda proof: ledger.verify_consistency(number, size, proof, before, root)),
    ):
        assert not verifies([*proof, root])
        if proof:
            altered = list(proof)
            one = bytearray(altered[where % len(proof)])
            one[at] ^= 1
            altered[where % len(proof)] = bytes(one)
            assert not verifies(altered)
            assert not verifies(proof[:-1])


@pytest.mark.parametrize("number", [0, 9])
def test_inclusion_of_what_is_not_in_the_tree_does_not_verify(number):
    assert not ledger.verify_inclusion(leaf(b""), number, 8, [bytes(32)] * 3, bytes.fromhex(ROOTS[8]))


def test_consistency_of_one_size_with_two_roots_does_not_verify():
    assert not ledger.verify_consistency(8, 8, [], bytes.fromhex(ROOTS[7]), bytes.fromhex(ROOTS[8]))


@pytest.mark.parametrize("size", [1_000, 100_000])
def test_proof_reads_few_nodes_of_a_large_tree(size):
    asked = []

    def noted(last, level):
        asked.append((last, level))
        return b""

    ledger.inclusion_path(size // 3, size, noted)
    ledger.consistency_path(size // 3, size, noted)

    assert len(asked) <= 2 * size.bit_length() ** 2
