"""That one tree goes on from another, by a consistency proof (RFC 9162 §2.1.4.2): for desks and witnesses.

Who has a bundle needs none of this, for it has every leaf.
"""

from __future__ import annotations

from collections.abc import Sequence

from keepclear.errors import VerificationFailed
from keepclear.record.verify.tree import EMPTY_ROOT, check_lengths, check_root, node_hash


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """The tree of ``new_size`` begins with all leaves of the tree of ``old_size``, or :class:`VerificationFailed`."""
    check_lengths(new_size, (old_root, new_root), proof)
    if not 0 <= old_size <= new_size:
        raise VerificationFailed("old size", f"{old_size} before {new_size}", "one that is not larger than the new")
    if old_size in (0, new_size):
        if proof:
            raise VerificationFailed("consistency proof", f"{len(proof)} hashes", "none for these sizes")
        check_root("root of the old tree", EMPTY_ROOT if old_size == 0 else new_root, old_root)
        return
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise VerificationFailed("consistency proof", "no hash", "at least one for these sizes")
    old, new = two_roots(old_size - 1, new_size - 1, path)
    check_root("root of the old tree", old, old_root)
    check_root("root of the new tree", new, new_root)


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
