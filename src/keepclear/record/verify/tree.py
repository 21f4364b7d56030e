"""The Merkle tree of RFC 6962 §2.1: its hashes, and how a proof is checked (RFC 9162 §2.1.3.2 and §2.1.4.2).

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


def root_of(hashed_leaves: Iterable[bytes]) -> bytes:
    """The root of the tree over leaves with these hashes, in their order.

    Level by level: a last one without a partner moves up as it is, which makes the same tree as splitting at the
    largest power of two.
    """
    row = list(hashed_leaves) or [EMPTY_ROOT]
    while len(row) > 1:
        above = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=False)]
        row = above + row[len(above) * 2 :]
    return row[0]


def verify_inclusion(hashed_leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """The leaf with this hash is at ``index`` (from 0) of the tree of ``size`` leaves with this root, or
    :class:`VerificationFailed`.
    """
    _check_lengths(size, (hashed_leaf, root), proof)
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
    _compare("root of the tree", worked_out, root)


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """The tree of ``new_size`` begins with all leaves of the tree of ``old_size``, or :class:`VerificationFailed`."""
    _check_lengths(new_size, (old_root, new_root), proof)
    if not 0 <= old_size <= new_size:
        raise VerificationFailed("old size", f"{old_size} before {new_size}", "one that is not larger than the new")
    if old_size in (0, new_size):
        if proof:
            raise VerificationFailed("consistency proof", f"{len(proof)} hashes", "none for these sizes")
        _compare("root of the old tree", EMPTY_ROOT if old_size == 0 else new_root, old_root)
        return
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise VerificationFailed("consistency proof", "no hash", "at least one for these sizes")
    old, new = two_roots(old_size - 1, new_size - 1, path)
    _compare("root of the old tree", old, old_root)
    _compare("root of the new tree", new, new_root)


def two_roots(node: int, last: int, path: list[bytes]) -> tuple[bytes, bytes]:
    """RFC 9162 §2.1.4.2 steps 4 to 6: the two roots that the path makes."""
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise VerificationFailed("consistency proof", f"{len(path)} hashes on the path", "fewer for these sizes")
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise VerificationFailed("consistency proof", f"{len(path)} hashes on the path", "more for these sizes")
    return old, new


def _check_lengths(size: int, hashes: Iterable[bytes], proof: Sequence[bytes]) -> None:
    if not 0 <= size <= LARGEST_SIZE:
        raise VerificationFailed("size", str(size), f"0 to {LARGEST_SIZE}")
    if any(len(given) != HASH_BYTES for given in (*hashes, *proof)):
        raise VerificationFailed("proof", "a hash of another length", f"hashes of {HASH_BYTES} bytes")


def _compare(what: str, worked_out: bytes, given: bytes) -> None:
    if worked_out != given:
        raise VerificationFailed(what, f"{given.hex()} is given", f"the proof makes {worked_out.hex()}")
