"""Hashes and proofs of the tree against RFC 6962 spelt out, Certificate Transparency's vectors, altered proofs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InvalidInput, VerificationFailed
from keepclear.record.consistency import verify_consistency
from keepclear.record.tree import root_of
from keepclear.record.verify.tree import EMPTY_ROOT, Frontier, leaf_hash, node_hash, verify_inclusion
from tests.oracles import merkle

CT_LEAVES = [
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
"""The leaves and roots that Certificate Transparency's reference tests use."""

CT_ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)

CT_INCLUSION = {
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
}

CT_CONSISTENCY = {
    (2, 5): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}


def _leaves(count: int) -> list[bytes]:
    return [b"leaf %d" % index for index in range(count)]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert root_of(map(leaf_hash, CT_LEAVES[:size])).hex() == CT_ROOTS[size]


def test_known_proofs_hold() -> None:
    for (index, size), texts in CT_INCLUSION.items():
        known = [bytes.fromhex(text) for text in texts]
        assert merkle.path(index, CT_LEAVES[:size]) == known
        verify_inclusion(leaf_hash(CT_LEAVES[index]), index, size, known, bytes.fromhex(CT_ROOTS[size]))
    for (old, new), texts in CT_CONSISTENCY.items():
        known = [bytes.fromhex(text) for text in texts]
        assert merkle.proof(old, CT_LEAVES[:new]) == known
        verify_consistency(old, bytes.fromhex(CT_ROOTS[old]), new, bytes.fromhex(CT_ROOTS[new]), known)


def test_leaves_and_nodes_never_hash_alike() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)
    assert root_of([]) == EMPTY_ROOT != leaf_hash(b"")


def test_all_proofs_of_small_trees_hold_and_none_other() -> None:
    for size in range(1, 34):
        leaves = _leaves(size)
        root = merkle.mth(leaves)
        for index in range(size):
            path = merkle.path(index, leaves)
            verify_inclusion(leaf_hash(leaves[index]), index, size, path, root)
            for wrong in (index - 1, index + 1, size + index):
                with pytest.raises(VerificationFailed):
                    verify_inclusion(leaf_hash(leaves[index]), wrong, size, path, root)
        for old in range(size + 1):
            path = merkle.proof(old, leaves)
            old_root = merkle.mth(leaves[:old])
            verify_consistency(old, old_root, size, root, path)
            for wrong in {old - 1, old + 1} - {size + 1, -1, 0} if old else ():
                with pytest.raises(VerificationFailed):
                    verify_consistency(wrong, old_root, size, root, path)


def _mutations(proof: list[bytes]) -> list[list[bytes]]:
    flipped = [[*proof[:at], bytes((proof[at][0] ^ 1,)) + proof[at][1:], *proof[at + 1 :]] for at in range(len(proof))]
    dropped = [[*proof[:at], *proof[at + 1 :]] for at in range(len(proof))]
    longer = [[*proof, bytes(32)], [bytes(32), *proof]]
    return [*flipped, *dropped, *longer, [*proof, b"short"]]


@given(st.integers(1, 300), st.data())
def test_an_altered_proof_is_refused(size: int, data: st.DataObject) -> None:
    leaves = _leaves(size)
    root = merkle.mth(leaves)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    inclusion, consistency = merkle.path(index, leaves), merkle.proof(old, leaves)
    for altered in _mutations(inclusion):
        with pytest.raises(VerificationFailed):
            verify_inclusion(leaf_hash(leaves[index]), index, size, altered, root)
    for altered in _mutations(consistency):
        with pytest.raises(VerificationFailed):
            verify_consistency(old, merkle.mth(leaves[:old]), size, root, altered)
    with pytest.raises(VerificationFailed):
        verify_inclusion(leaf_hash(b"another"), index, size, inclusion, root)
    with pytest.raises(VerificationFailed):
        verify_consistency(old, leaf_hash(b"another"), size, root, consistency)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 1), (1, 1), (0, 2**63), (0, -1)])
def test_an_index_outside_of_the_tree_is_refused(index: int, size: int) -> None:
    with pytest.raises(VerificationFailed):
        verify_inclusion(leaf_hash(b""), index, size, [], leaf_hash(b""))


def test_the_empty_tree_comes_before_every_tree() -> None:
    root = merkle.mth(_leaves(5))
    verify_consistency(0, EMPTY_ROOT, 5, root, [])
    verify_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    for args in (
        (0, root, 5, root, []),
        (0, EMPTY_ROOT, 5, root, [root]),
        (6, root, 5, root, []),
        (5, root, 5, root, [root]),
    ):
        with pytest.raises(VerificationFailed):
            verify_consistency(*args)


@given(st.integers(0, 600))
def test_a_tree_that_grows_has_the_root_of_all_its_leaves(size: int) -> None:
    leaves = _leaves(size)
    tree = Frontier()
    for leaf in leaves[: size // 2]:
        tree.append(leaf_hash(leaf))
    taken_up = Frontier(tree.size, tree.subtrees)
    for leaf in leaves[size // 2 :]:
        taken_up.append(leaf_hash(leaf))
    assert taken_up.root == merkle.mth(leaves)
    assert taken_up.size == size
    assert len(taken_up.subtrees) == size.bit_count()


def test_a_tree_is_not_taken_up_with_the_wrong_number_of_subtrees() -> None:
    with pytest.raises(InvalidInput):
        Frontier(3, [bytes(32)])
