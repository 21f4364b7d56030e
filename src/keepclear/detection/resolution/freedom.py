"""What a plan may be changed by: a shift in time, whole seconds, and a number of height layers up or down."""

from __future__ import annotations

from dataclasses import dataclass, replace

from keepclear.detection.plan import Plan
from keepclear.errors import InvalidInput
from keepclear.spacetime.altitude import FOOT_M, Altitude, Datum
from keepclear.spacetime.instants import FIRST_MS, LAST_MS
from keepclear.spacetime.trajectory import Trajectory

_NO_NUMBER = (Datum.SFC, Datum.UNL)
MOST_LAYERS = 7
MOST_SHIFT_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Freedom:
    """How far plans may be changed, and what a layer costs beside a second of shift."""

    latest_s: int = 1800
    """The most that a plan may be put off."""
    earliest_s: int = 0
    """The most that it may be brought forward."""
    layers: int = 3
    """How many heights there are to choose from, its own included: 3 is own, one up, one down."""
    layer_ft: float = 1000.0
    layer_cost_s: int = 60
    """What one layer up or down counts as much as."""

    def __post_init__(self) -> None:
        for field, value, most in (
            ("max-delay-min", self.latest_s, MOST_SHIFT_S),
            ("max-early-min", self.earliest_s, MOST_SHIFT_S),
            ("layer-cost-s", self.layer_cost_s, MOST_SHIFT_S),
        ):
            if not 0 <= value <= most:
                raise InvalidInput(field, f"{value} s", f"0 to {most} s")
        if not 1 <= self.layers <= MOST_LAYERS:
            raise InvalidInput("layers", str(self.layers), f"1 to {MOST_LAYERS}")
        if not 0 < self.layer_ft <= 50_000:
            raise InvalidInput("layer-ft", str(self.layer_ft), "over 0, at most 50000")

    @property
    def lowest(self) -> int:
        """The lowest layer; the own height is layer 0, and of an even number there is one more above than below."""
        return -((self.layers - 1) // 2)

    @property
    def steps(self) -> tuple[int, ...]:
        """All layers, from the lowest up."""
        return tuple(range(self.lowest, self.lowest + self.layers))


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one plan."""

    shift_s: int = 0
    layer: int = 0

    def cost_s(self, freedom: Freedom) -> int:
        """How great the change is, in seconds."""
        return abs(self.shift_s) + freedom.layer_cost_s * abs(self.layer)


UNCHANGED = Change()


def free_layers(plan: Plan, freedom: Freedom) -> tuple[int, ...]:
    """The layers that a plan can be put on: only its own where it reaches the surface or is unlimited."""
    if isinstance(plan.envelope, Trajectory):
        return freedom.steps
    limits = [limit for volume in plan.envelope for limit in (volume.floor, volume.ceiling)]
    if any(limit.datum in _NO_NUMBER for limit in limits):
        return (0,)
    return tuple(step for step in freedom.steps if all(_exists(raised(one, step, freedom)) for one in limits))


def raised(altitude: Altitude, layer: int, freedom: Freedom) -> Altitude:
    """An altitude so many layers up, in its own datum and unit; one without a number stays."""
    if altitude.datum in _NO_NUMBER or not layer:
        return altitude
    feet = layer * freedom.layer_ft
    by = {"FL": feet / 100, "ft": feet, "m": feet * FOOT_M}[altitude.unit]
    return replace(altitude, value=round(altitude.value + by, 6))


def changed(plan: Plan, change: Change, freedom: Freedom) -> Plan:
    """The plan after a change; the very same object where there is none."""
    if change == UNCHANGED:
        return plan
    by_ms = change.shift_s * 1000
    if isinstance(plan.envelope, Trajectory):
        up_m = change.layer * freedom.layer_ft * FOOT_M
        flight = replace(
            plan.envelope,
            times_ms=tuple(at + by_ms for at in plan.envelope.times_ms),
            height_m=tuple(height + up_m for height in plan.envelope.height_m),
        )
        return replace(plan, envelope=flight)
    volumes = tuple(
        replace(
            volume,
            floor=raised(volume.floor, change.layer, freedom),
            ceiling=raised(volume.ceiling, change.layer, freedom),
            start_ms=volume.start_ms + by_ms,
            end_ms=volume.end_ms + by_ms,
        )
        for volume in plan.envelope
    )
    return replace(plan, envelope=volumes)


def check_calendar(start_ms: int, end_ms: int, freedom: Freedom) -> bool:
    """True when every shift leaves the plan within the instants that can be written."""
    return start_ms - freedom.earliest_s * 1000 >= FIRST_MS and end_ms + freedom.latest_s * 1000 <= LAST_MS


def _exists(altitude: Altitude) -> bool:
    return altitude.value >= 0 or altitude.datum in (Datum.AMSL, Datum.HAE)
