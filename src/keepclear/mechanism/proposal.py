"""A proposal to settle a conflict, and what the accepted ones add up to: who moved, and by how much. Frozen."""

from __future__ import annotations

from dataclasses import dataclass

from keepclear.mechanism.bodies import ProposeBody
from keepclear.mechanism.states import ProposalState
from keepclear.mechanism.words import Mode, Precedence


@dataclass(frozen=True, slots=True)
class Moved:
    """By how much an accepted change moved a party's notice: minutes, metres of height, metres over the ground."""

    party: str
    notice: str
    shift_min: float
    height_m: float
    lateral_m: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """``id`` is the id of the statement. ``notices`` are the two of the conflict, in order; ``versions`` theirs then.

    ``answerer`` is the party that may answer. ``clears`` says whether the change would end this conflict, and
    ``still_meets`` how many others the changed notice would have, both when it was proposed. ``moved`` is there once it
    is accepted.
    """

    id: str
    sender: str
    party: str | None
    answerer: str
    mode: Mode
    precedence: Precedence
    body: ProposeBody
    alert: str
    notices: tuple[str, str]
    versions: tuple[int, int]
    heard_at_ms: int
    clears: bool
    still_meets: int
    state: ProposalState = ProposalState.OPEN
    answered_at_ms: int | None = None
    answered_by: str | None = None
    countered_by: str | None = None
    moved: Moved | None = None
