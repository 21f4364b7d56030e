"""The Merkle tree of RFC 6962 §2.1: its hashes, its root as it grows, and how inclusion is proved (RFC 9162 §2.1.3.2).

A leaf is hashed with 0x00 before it, a node with 0x01 before its two children, so that neither passes for the other.
The left part of a tree is always the largest full tree that is smaller than the whole. Hashes are 32 bytes of SHA-256.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

from keepclear.errors import InvalidInput, VerificationFailed
from keepclear.record.verify.encoding import LARGEST_SIZE

HASH_BYTES = 32

EMPTY_ROOT = sha256(b"").digest()
"""The root of the tree without leaves."""


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of the leaf ``leaf``."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the node over two subtrees."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that only grows: it keeps the roots of its largest full subtrees, left to right, and no more.

    So the root is known after every leaf in memory that grows with the logarithm of the size.
    """

    def __init__(self, size: int = 0, subtrees: Sequence[bytes] = ()) -> None:
        """``subtrees``: one root for each bit that is set in ``size``, the largest first."""
        if size < 0 or len(subtrees) != size.bit_count():
            raise InvalidInput("subtrees", f"{len(subtrees)} for a tree of {size}", f"{max(size, 0).bit_count()}")
        self.size = size
        self.subtrees = list(subtrees)

    def append(self, hashed_leaf: bytes) -> None:
        """Puts one more leaf, by its hash, at the end."""
        carried = hashed_leaf
        full = self.size
        while full & 1:
            carried = node_hash(self.subtrees.pop(), carried)
            full >>= 1
        self.subtrees.append(carried)
        self.size += 1

    @property
    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self.subtrees:
            return EMPTY_ROOT
        root = self.subtrees[-1]
        for left in reversed(self.subtrees[:-1]):
            root = node_hash(left, root)
        return root


def verify_inclusion(hashed_leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """The leaf with this hash is at ``index`` (from 0) of the tree of ``size`` leaves with this root, or
    :class:`VerificationFailed`.
    """
    check_lengths(size, (hashed_leaf, root), proof)
    if not 0 <= index < size:
        raise VerificationFailed("index", f"{index} in a tree of {size}", "one that the tree has")
    node, last, worked_out = index, size - 1, hashed_leaf
    for sibling in proof:
        if last == 0:
            raise VerificationFailed("inclusion proof", f"{len(proof)} hashes", "fewer for this index and size")
        if node & 1 or node == last:
            worked_out = node_hash(sibling, worked_out)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            worked_out = node_hash(worked_out, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise VerificationFailed("inclusion proof", f"{len(proof)} hashes", "more for this index and size")
    check_root("root of the tree", worked_out, root)


def check_lengths(size: int, hashes: Iterable[bytes], proof: Sequence[bytes]) -> None:
    """A size that a tree can have, and hashes of SHA-256, or :class:`VerificationFailed`."""
    if not 0 <= size <= LARGEST_SIZE:
        raise VerificationFailed("size", str(size), f"0 to {LARGEST_SIZE}")
    if any(len(given) != HASH_BYTES for given in (*hashes, *proof)):
        raise VerificationFailed("proof", "a hash of another length", f"hashes of {HASH_BYTES} bytes")


def check_root(what: str, worked_out: bytes, given: bytes) -> None:
    """The root that a proof makes is the one given, or :class:`VerificationFailed`."""
    if worked_out != given:
        raise VerificationFailed(what, f"{given.hex()} is given", f"the proof makes {worked_out.hex()}")
