"""Up and down with the band kept as thick as it is, and bands trimmed: the floor raised or the ceiling lowered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from keepclear.detection.advice.around import Blocker
from keepclear.detection.advice.limits import Limits, cost
from keepclear.detection.plan import Plan
from keepclear.spacetime.altitude import FOOT_M, Altitude, Datum
from keepclear.spacetime.envelope import Envelope
from keepclear.spacetime.heights import Contact, HeightRules, compare_bands, height_band
from keepclear.spacetime.trajectory import HEIGHTS_M, Trajectory
from keepclear.spacetime.volume import Volume

UP, DOWN, RAISE_FLOOR, LOWER_CEILING = "up", "down", "raise_floor", "lower_ceiling"
OPEN_FROM_FT = 60_000
"""Where a ceiling without a limit is taken to be when it is lowered; above it nothing that is announced flies."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step in height, in either unit; ``unit`` is the one that people count it in."""

    ft: float
    m: float
    unit: str

    def times(self, steps: int) -> str:
        """So many steps as people say them: «1000 ft»."""
        return f"{steps * self.ft:g} ft" if self.unit == "ft" else f"{steps * self.m:g} m"

    def added_to(self, altitude: Altitude, steps: int) -> Altitude:
        """An altitude so many steps higher, in its own datum and unit."""
        size = {"ft": self.ft, "FL": self.ft / 100, "m": self.m, "": 0.0}[altitude.unit]
        return replace(altitude, value=round(altitude.value + steps * size, 6))


def step_of(envelope: Envelope, limits: Limits) -> Step:
    """Hundreds of feet where anything is in feet or flight levels, round metres where all is in metres."""
    units = (
        {"m"}
        if isinstance(envelope, Trajectory)
        else {each.unit for volume in envelope for each in (volume.floor, volume.ceiling)}
    )
    if units & {"ft", "FL"}:
        return Step(limits.step_ft, limits.step_ft * FOOT_M, "ft")
    return Step(limits.step_height_m / FOOT_M, limits.step_height_m, "m")


@dataclass(frozen=True, slots=True)
class Level:
    """A change of heights: ``volume_at`` makes a volume, ``flight_at`` a flight, as it is after so many steps."""

    kind: str
    plan: Plan
    most: int
    step_cost: float
    step: Step
    volume_at: Callable[[Volume, int], Volume]
    flight_at: Callable[[Trajectory, int], Trajectory]
    least: int = 1

    def moved(self, step: int) -> Plan:
        """The plan after so many steps."""
        envelope = self.plan.envelope
        if isinstance(envelope, Trajectory):
            return replace(self.plan, envelope=self.flight_at(envelope, step))
        return replace(self.plan, envelope=tuple(self.volume_at(each, step) for each in envelope))

    def works_out(self, blocker: Blocker) -> bool:
        """Of volumes against volumes."""
        return not isinstance(self.plan.envelope, Trajectory) and not isinstance(blocker.plan.envelope, Trajectory)

    def past(self, step: int, blockers: Sequence[Blocker], heights: HeightRules) -> int:
        """Exact: bands move one way, so each pair that conflicts now parts at one step and for good."""
        parts = [step + 1]
        for blocker in blockers:
            ours, theirs = self.plan.envelope, blocker.plan.envelope
            if isinstance(ours, Trajectory) or isinstance(theirs, Trajectory):
                continue
            for own, other in blocker.pairs:
                parts.append(self._parts(ours[own], theirs[other], step, blocker, heights))
        return max(parts)

    def guess(self, _step: int, _blocker: Blocker) -> int:
        """One step: how thick a flight is its own plan says, and how far apart it is now nobody knows."""
        return 1

    def cost(self, step: int) -> float:
        """What so many steps cost."""
        return round(step * self.step_cost, 3)

    def _parts(self, own: Volume, other: Volume, step: int, blocker: Blocker, heights: HeightRules) -> int:
        """The first step at which the bands of two volumes no longer overlap; over ``most`` when none is."""
        band = height_band(other.footprint, other.floor, other.ceiling, heights)

        def overlap(at: int) -> bool:
            moved = self.volume_at(own, at)
            mine = height_band(moved.footprint, moved.floor, moved.ceiling, heights)
            return compare_bands(mine, band, blocker.separation.vertical_m).contact is Contact.OVERLAP

        if overlap(self.most):
            return self.most + 1
        low, high = step, self.most
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if overlap(middle) else (low, middle)
        return high


def up(plan: Plan, limits: Limits) -> Level | None:
    """The whole band higher; None where a floor or ceiling is the surface or without a limit."""
    return _whole(plan, limits, UP, 1)


def down(plan: Plan, limits: Limits) -> Level | None:
    """The whole band lower, not below the 0 of any datum in it."""
    return _whole(plan, limits, DOWN, -1)


def raise_floor(plan: Plan, limits: Limits) -> Level | None:
    """The same floor for all volumes, higher; a floor on the surface rises in the ceiling's datum."""
    band = common_band(plan.envelope)
    if band is None:
        return None
    step = step_of(plan.envelope, limits)
    top = _top(*band, step)
    start = _bottom(band[0], top, step)
    most = _most_trimmed(start, top, step, limits)
    return _trim(plan, RAISE_FLOOR, most, step, lambda each, at: replace(each, floor=step.added_to(start, at)))


def lower_ceiling(plan: Plan, limits: Limits) -> Level | None:
    """The same ceiling for all volumes, lower; one without a limit comes down from about ``OPEN_FROM_FT``."""
    band = common_band(plan.envelope)
    if band is None:
        return None
    step = step_of(plan.envelope, limits)
    top = _top(*band, step)
    most = _most_trimmed(_bottom(band[0], top, step), top, step, limits)
    return _trim(plan, LOWER_CEILING, most, step, lambda each, at: replace(each, ceiling=step.added_to(top, -at)))


def common_band(envelope: Envelope) -> tuple[Altitude, Altitude] | None:
    """The floor and ceiling that all volumes have; None where they differ, or of a trajectory."""
    if isinstance(envelope, Trajectory):
        return None
    bands = {(volume.floor, volume.ceiling) for volume in envelope}
    return bands.pop() if len(bands) == 1 else None


def _whole(plan: Plan, limits: Limits, kind: str, sign: int) -> Level | None:
    step = step_of(plan.envelope, limits)
    most = int(limits.most_ft / step.ft)
    if isinstance(plan.envelope, Trajectory):
        lowest, highest = min(plan.envelope.height_m), max(plan.envelope.height_m)
        room_m = HEIGHTS_M[1] - highest if sign > 0 else lowest - HEIGHTS_M[0]
        most = min(most, int(room_m / step.m))
    else:
        ends = [each for volume in plan.envelope for each in (volume.floor, volume.ceiling)]
        if any(each.datum in (Datum.SFC, Datum.UNL) for each in ends):
            return None
        if sign < 0:
            most = min(most, *(_steps_between(_zero(each), each, step) for each in ends))

    def volume_at(volume: Volume, at: int) -> Volume:
        floor, ceiling = (step.added_to(each, sign * at) for each in (volume.floor, volume.ceiling))
        return replace(volume, floor=floor, ceiling=ceiling)

    def flight_at(flight: Trajectory, at: int) -> Trajectory:
        return replace(flight, height_m=tuple(round(each + sign * at * step.m, 6) for each in flight.height_m))

    return Level(kind, plan, most, cost(feet=step.ft), step, volume_at, flight_at)


def _trim(plan: Plan, kind: str, most: int, step: Step, volume_at: Callable[[Volume, int], Volume]) -> Level | None:
    if most < 1:
        return None
    return Level(kind, plan, most, cost(feet=step.ft), step, volume_at, lambda flight, _: flight)


def _most_trimmed(low: Altitude, high: Altitude, step: Step, limits: Limits) -> int:
    """How many steps a band can be trimmed by; none where its ends differ in datum: nobody knows what is left."""
    if low.datum is not high.datum:
        return 0
    left_m = limits.least_band_ft * FOOT_M
    return int((high.metres - low.metres - left_m) / step.m + 1e-9)


def _steps_between(low: Altitude, high: Altitude, step: Step) -> int:
    return int((high.metres - low.metres) / step.m + 1e-9)


def _zero(like: Altitude) -> Altitude:
    return replace(like, value=0.0)


def _top(floor: Altitude, ceiling: Altitude, step: Step) -> Altitude:
    """The ceiling; for one without a limit a whole number of steps above the floor, about ``OPEN_FROM_FT``."""
    if ceiling.datum is not Datum.UNL:
        return ceiling
    if floor.datum is Datum.SFC:
        return Altitude(Datum.AMSL, OPEN_FROM_FT, "ft")
    return step.added_to(floor, max(int((OPEN_FROM_FT * FOOT_M - floor.metres) / step.m), 1))


def _bottom(floor: Altitude, top: Altitude, step: Step) -> Altitude:
    """The floor; for the surface a whole number of steps below the top, about 0."""
    return floor if floor.datum is not Datum.SFC else step.added_to(top, -_steps_between(_zero(top), top, step))
