"""How far a change may go, in what steps, and what it costs: figures that the docs render and the search runs."""

from __future__ import annotations

from dataclasses import dataclass

MINUTE_MS = 60_000

COST_A_MINUTE = 1.0
"""One minute later or earlier: the unit."""
COST_A_FOOT = 0.002
"""1,000 ft up, down, or given up cost as much as 2 minutes."""
COST_A_METRE = 0.001
"""1 km aside costs as much as 1 minute."""


def cost(minutes: float = 0.0, feet: float = 0.0, metres: float = 0.0) -> float:
    """What a change costs, as minutes of delay that would weigh as much; to a thousandth."""
    return round(abs(minutes) * COST_A_MINUTE + abs(feet) * COST_A_FOOT + abs(metres) * COST_A_METRE, 3)


@dataclass(frozen=True, slots=True)
class Limits:
    """The farthest changes that are still advice, their steps, and how much work the search for them may be.

    Heights in metres step by ``step_height_m``, those in feet and flight levels by ``step_ft`` (1 FL is 100 ft). What
    is called the least change of a kind is the least in these steps.
    """

    most_min: int = 240
    most_ft: int = 10_000
    most_m: int = 50_000
    step_min: int = 1
    step_ft: int = 100
    step_height_m: int = 25
    step_m: int = 1
    least_band_ft: int = 500
    """What must be left of a band that is trimmed."""
    most_work: int = 740
    """For one answer, counted as said in ``search``."""
    plain: bool = False
    """Every step is looked at in turn, and nothing else is asked: the answer then hangs on nothing but whether those
    changes of one's own plan are clear."""


FINE = Limits()
"""For those who may see both sides."""

COARSE = Limits(step_min=15, step_ft=1000, step_height_m=250, step_m=5000, most_work=1600, plain=True)
"""For a party under ``broker``: no finer than what it is told anyway (``mechanism.affected``), and no more than it
would learn by asking of each such change whether it is clear. All single changes together are half of the work."""
