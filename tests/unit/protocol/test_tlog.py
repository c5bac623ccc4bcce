"""The Merkle tree maths against the vectors of Certificate Transparency's reference tests.

The eight leaves, the roots and the proofs are those of `merkletree/merkle_tree_test.cc` of the
certificate-transparency project (RFC 6962's reference implementation).
"""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_protocol.tlog import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

DATA = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
LEAVES = [leaf_hash(data) for data in DATA]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {  # (leaf, size): path
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {  # (older size, newer size): proof
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
MANY = [leaf_hash(bytes([number])) for number in range(40)]
MANY_ROOTS = [root_of(MANY[:size]) for size in range(41)]
OTHER = leaf_hash(b"another")


def _bytes(texts: list[str]) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(text) for text in texts)


def test_the_empty_tree_has_the_hash_of_nothing():
    assert root_of([]) == Frontier().root == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_reference(size: int):
    assert root_of(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_appending_gives_the_roots_of_the_reference():
    frontier, roots = Frontier(), []
    for leaf in LEAVES:
        frontier = frontier.append(leaf)
        roots.append(frontier.root.hex())

    assert roots == ROOTS


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_inclusion_proofs_are_those_of_the_reference(index: int, size: int):
    proof = inclusion_proof(LEAVES[:size], index)

    assert proof == _bytes(INCLUSION[index, size])
    assert verify_inclusion(LEAVES[index], index, size, proof, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "size"), CONSISTENCY)
def test_consistency_proofs_are_those_of_the_reference(old: int, size: int):
    proof = consistency_proof(LEAVES[:size], old)
    roots = bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[size - 1])

    assert proof == _bytes(CONSISTENCY[old, size])
    assert verify_consistency(old, size, *roots, proof)


def test_a_leaf_never_passes_for_an_inner_node():
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])


def test_every_inclusion_proof_to_forty_leaves_verifies_at_its_place_only():
    for size in range(1, 41):
        for index in range(size):
            proof = inclusion_proof(MANY[:size], index)

            assert verify_inclusion(MANY[index], index, size, proof, MANY_ROOTS[size])
            wrong = [place for place in range(size + 2) if place != index]
            assert not any(
                verify_inclusion(MANY[index], place, size, proof, MANY_ROOTS[size])
                for place in wrong
            )


def test_every_consistency_proof_to_forty_leaves_verifies_and_no_other_root_does():
    for size in range(41):
        for old in range(size + 1):
            proof = consistency_proof(MANY[:size], old)
            roots = MANY_ROOTS[old], MANY_ROOTS[size]

            assert verify_consistency(old, size, *roots, proof)
            assert not verify_consistency(old, size, OTHER, roots[1], proof)
            if old:
                assert not verify_consistency(old, size, roots[0], OTHER, proof)


def test_every_frontier_to_forty_leaves_has_the_root_of_the_recursive_definition():
    frontier = Frontier()
    for size, leaf in enumerate(MANY, start=1):
        frontier = frontier.append(leaf)

        assert (frontier.size, frontier.root) == (size, MANY_ROOTS[size])
        assert len(frontier.hashes) == size.bit_count()


def _spoilt(proof: tuple[bytes, ...]) -> list[tuple[bytes, ...]]:
    """Deliberately bad proofs made of a good one."""
    flipped = [
        (*proof[:n], bytes([proof[n][0] ^ 1]) + proof[n][1:], *proof[n + 1 :])
        for n in range(len(proof))
    ]
    swapped = [
        (*proof[:n], two, one, *proof[n + 2 :]) for n, (one, two) in enumerate(pairwise(proof))
    ]
    shorter = [proof[1:], proof[:-1]] if proof else []
    empty = [(*proof[:n], b"", *proof[n + 1 :]) for n in range(len(proof))]
    longer = [(*proof, OTHER), (OTHER, *proof), (*proof, *proof), (*proof, b"")]
    return [bad for bad in (*flipped, *swapped, *shorter, *empty, *longer) if bad != proof]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 8, 13, 16, 33])
def test_bad_inclusion_proofs_are_refused(size: int):
    for index in range(size):
        for bad in _spoilt(inclusion_proof(MANY[:size], index)):
            assert not verify_inclusion(MANY[index], index, size, bad, MANY_ROOTS[size])


@pytest.mark.parametrize("size", [2, 3, 5, 7, 8, 13, 16, 33])
def test_bad_consistency_proofs_are_refused(size: int):
    for old in range(size + 1):
        for bad in _spoilt(consistency_proof(MANY[:size], old)):
            assert not verify_consistency(old, size, MANY_ROOTS[old], MANY_ROOTS[size], bad)


def test_a_leaf_that_is_not_in_the_tree_has_no_proof():
    proof = inclusion_proof(MANY[:8], 3)

    assert not verify_inclusion(OTHER, 3, 8, proof, MANY_ROOTS[8])
    assert not verify_inclusion(MANY_ROOTS[8], 0, 1, (), MANY_ROOTS[7])


@pytest.mark.parametrize(("index", "size"), [(-1, 8), (8, 8), (0, 0), (0, -1), (2**60, 8)])
def test_a_place_outside_the_tree_has_no_proof(index: int, size: int):
    assert not verify_inclusion(MANY[0], index, size, (), MANY_ROOTS[8])


@pytest.mark.parametrize(("old", "size"), [(-1, 8), (9, 8), (-2, -1), (0, -1)])
def test_trees_that_shrink_or_are_negative_are_not_consistent(old: int, size: int):
    assert not verify_consistency(old, size, MANY_ROOTS[8], MANY_ROOTS[8], ())


def test_only_the_empty_root_is_a_prefix_of_everything():
    assert verify_consistency(0, 8, EMPTY_ROOT, MANY_ROOTS[8], ())
    assert not verify_consistency(0, 8, OTHER, MANY_ROOTS[8], ())
    assert not verify_consistency(0, 0, EMPTY_ROOT, OTHER, ())


@pytest.mark.parametrize("index", [-1, 8])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index: int):
    with pytest.raises(IndexError):
        inclusion_proof(MANY[:8], index)


@pytest.mark.parametrize("old", [-1, 9])
def test_there_is_no_consistency_proof_from_a_longer_log(old: int):
    with pytest.raises(IndexError):
        consistency_proof(MANY[:8], old)


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=70), st.data())
def test_any_tree_proves_its_leaves_and_its_past(data: list[bytes], draw: st.DataObject):
    leaves = [leaf_hash(item) for item in data]
    index = draw.draw(st.integers(0, len(leaves) - 1))
    old = draw.draw(st.integers(0, len(leaves)))
    root = root_of(leaves)

    assert verify_inclusion(leaves[index], index, len(leaves), inclusion_proof(leaves, index), root)
    assert verify_consistency(
        old, len(leaves), root_of(leaves[:old]), root, consistency_proof(leaves, old)
    )


@given(st.integers(2, 60), st.data())
def test_a_log_with_one_past_leaf_changed_is_not_consistent(size: int, draw: st.DataObject):
    old = draw.draw(st.integers(1, size - 1))
    changed = draw.draw(st.integers(0, old - 1))
    leaves = [leaf_hash(bytes([n])) for n in range(size)]
    rewritten = [*leaves[:changed], OTHER, *leaves[changed + 1 :]]

    proof = consistency_proof(rewritten, old)

    assert not verify_consistency(old, size, root_of(leaves[:old]), root_of(rewritten), proof)
