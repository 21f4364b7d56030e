"""A fair share of the change: what a second counts, by party."""

from __future__ import annotations

from collections.abc import Sequence

from keepclear.detection.resolution.rows import Ints

LEAST_WEIGHT, MOST_WEIGHT = 10, 15
"""So a fairer resolution costs at most half as much again as the least."""


def party_shares(parties: Sequence[str], cost_s: Sequence[int]) -> dict[str, int]:
    """The change of each party's plans together, in seconds, by name."""
    shares = dict.fromkeys(sorted(set(parties)), 0)
    for party, cost in zip(parties, cost_s, strict=True):
        shares[party] += int(cost)
    return shares


def party_weights(parties: Sequence[str], cost_s: Ints) -> dict[int, int]:
    """By plan: what a second of its change counts, more for the parties that change more for each of their plans."""
    plans = {party: parties.count(party) for party in set(parties)}
    shares = party_shares(parties, cost_s.tolist())
    each = {party: shares[party] / plans[party] for party in plans}
    least, most = min(each.values()), max(each.values())
    spread = (most - least) or 1.0
    weight = {
        party: LEAST_WEIGHT + round((MOST_WEIGHT - LEAST_WEIGHT) * (each[party] - least) / spread) for party in plans
    }
    return {number: weight[party] for number, party in enumerate(parties)}
