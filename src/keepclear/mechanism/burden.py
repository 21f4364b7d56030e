"""Who moved, and by how much, so that it can be shown that the burden is shared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from keepclear.mechanism.notice import Notice
from keepclear.mechanism.proposal import Moved, Proposal
from keepclear.spacetime.altitude import Datum
from keepclear.spacetime.envelope import Envelope, span_ms
from keepclear.spacetime.measure import centre, distance_m, envelope_footprints
from keepclear.spacetime.trajectory import Trajectory

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Share:
    """What one party has moved in all: how often, and the sums of minutes, metres of height and over the ground."""

    party: str
    moves: int = 0
    shift_min: float = 0.0
    height_m: float = 0.0
    lateral_m: float = 0.0


def moved_by(before: Notice, after: Notice) -> Moved:
    """By how much a notice was moved: its start in minutes, its highest change of a floor or ceiling in metres of their
    own datum, and its centre over the ground. Signs are left out: a minute earlier weighs as much as one later.
    """
    old, new = before.body.envelope, after.body.envelope
    if old is None or new is None:
        return Moved(after.party, after.id, 0.0, 0.0, 0.0)
    (old_start, old_end), (new_start, new_end) = span_ms(old), span_ms(new)
    shift_ms = max(abs(new_start - old_start), abs(new_end - old_end))
    here, there = centre(envelope_footprints(old)), centre(envelope_footprints(new))
    return Moved(
        after.party,
        after.id,
        shift_ms / MINUTE_MS,
        round(_height_change_m(old, new), 3),
        round(distance_m(*here, *there), 3),
    )


def shares(proposals: Iterable[Proposal], parties: Iterable[str]) -> tuple[Share, ...]:
    """What each party has moved by accepted proposals, exercises apart from live ones being for the caller to tell."""
    total = {party: Share(party) for party in parties}
    for proposal in proposals:
        moved = proposal.moved
        if moved is None:
            continue
        held = total[moved.party]
        total[moved.party] = Share(
            moved.party,
            held.moves + 1,
            held.shift_min + moved.shift_min,
            held.height_m + moved.height_m,
            held.lateral_m + moved.lateral_m,
        )
    return tuple(total.values())


def _height_change_m(old: Envelope, new: Envelope) -> float:
    if isinstance(old, Trajectory) and isinstance(new, Trajectory):
        pairs = zip(old.height_m, new.height_m, strict=False)
        return max((abs(b - a) for a, b in pairs), default=0.0)
    if isinstance(old, Trajectory) or isinstance(new, Trajectory):
        return 0.0
    limits = [
        (a, b)
        for one, other in zip(old, new, strict=False)
        for a, b in ((one.floor, other.floor), (one.ceiling, other.ceiling))
        if a.datum is b.datum and a.datum not in (Datum.SFC, Datum.UNL)
    ]
    return max((abs(b.metres - a.metres) for a, b in limits), default=0.0)
