"""Merkle tree maths of a transparency log (RFC 6962 §2.1, RFC 9162 §2.1). Pure functions on bytes.

    leaf hash      SHA-256(0x00 || data)
    node hash      SHA-256(0x01 || left || right)
    empty tree     SHA-256("")

`Frontier` holds the O(log n) hashes that are needed to append; proofs are computed from leaf
hashes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Frontier:
    """The roots of the full subtrees of a tree of `size` leaves, largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> Frontier:
        """The frontier after one leaf hash more."""
        hashes, node, index = list(self.hashes), leaf, self.size
        while index & 1:
            node = node_hash(hashes.pop(), node)
            index >>= 1
        return Frontier(self.size + 1, (*hashes, node))

    @property
    def root(self) -> bytes:
        """The tree's root hash."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for node in reversed(self.hashes[:-1]):
            root = node_hash(node, root)
        return root


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over a sequence of leaf hashes."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else EMPTY_ROOT
    split = _split(len(leaves))
    return node_hash(root_of(leaves[:split]), root_of(leaves[split:]))


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The audit path of a leaf, lowest first (RFC 6962 §2.1.1).

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    if len(leaves) == 1:
        return ()
    split = _split(len(leaves))
    if index < split:
        return (*inclusion_proof(leaves[:split], index), root_of(leaves[split:]))
    return (*inclusion_proof(leaves[split:], index - split), root_of(leaves[:split]))


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether a leaf hash stands at `index` in the tree of `size` leaves with this root."""
    if not 0 <= index < size:
        return False
    turns = _siblings_on_the_left(index, size - 1)
    if len(proof) != len(turns):
        return False
    node = leaf
    for sibling, left in zip(proof, turns, strict=True):
        node = node_hash(sibling, node) if left else node_hash(node, sibling)
    return node == root


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """The proof that the tree of the first `old_size` leaves is a prefix (RFC 6962 §2.1.2).

    Raises:
        IndexError: `old_size` is not within 0 … the number of leaves.
    """
    if not 0 <= old_size <= len(leaves):
        raise IndexError(old_size)
    if old_size in (0, len(leaves)):
        return ()
    return _subproof(leaves, old_size, whole=True)


def _subproof(leaves: Sequence[bytes], old_size: int, *, whole: bool) -> tuple[bytes, ...]:
    if old_size == len(leaves):
        return () if whole else (root_of(leaves),)
    split = _split(len(leaves))
    if old_size <= split:
        left = _subproof(leaves[:split], old_size, whole=whole)
        return (*left, root_of(leaves[split:]))
    right = _subproof(leaves[split:], old_size - split, whole=False)
    return (*right, root_of(leaves[:split]))


def verify_consistency(
    old_size: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether one tree is a prefix of another (RFC 9162 §2.1.4.2).

    Args:
        old_size: the number of leaves of the older tree.
        size: the number of leaves of the newer tree.
        old_root: the root of the older tree.
        root: the root of the newer tree.
        proof: what `consistency_proof` gives.
    """
    if not 0 <= old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == root
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    # A full subtree's root is not part of its own proof: the verifier knows it.
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    start = _trailing_ones(old_size - 1)
    turns = _siblings_on_the_left((old_size - 1) >> start, (size - 1) >> start)
    if len(path) != len(turns) + 1:
        return False
    old_node = node = path[0]
    for sibling, left in zip(path[1:], turns, strict=True):
        old_node = node_hash(sibling, old_node) if left else old_node
        node = node_hash(sibling, node) if left else node_hash(node, sibling)
    return old_node == old_root and node == root


def _siblings_on_the_left(index: int, last: int) -> list[bool]:
    """For each sibling on the way from node `index` to the root, whether it is a left one.

    `last` is the index of the level's last node, which has no sibling where its index is even.
    """
    turns = []
    while last:
        if index & 1 or index != last:
            turns.append(bool(index & 1))
        index >>= 1
        last >>= 1
    return turns


def _trailing_ones(number: int) -> int:
    return (~number & (number + 1)).bit_length() - 1


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
