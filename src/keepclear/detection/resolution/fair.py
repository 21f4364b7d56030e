"""Each party's share of the change."""

from __future__ import annotations

from collections.abc import Sequence


def party_shares(parties: Sequence[str], cost_s: Sequence[int]) -> dict[str, int]:
    """The change of each party's plans together, in seconds, by name."""
    shares = dict.fromkeys(sorted(set(parties)), 0)
    for party, cost in zip(parties, cost_s, strict=True):
        shares[party] += int(cost)
    return shares
