"""Up and down with the band kept as thick as it is, and bands trimmed: the floor raised or the ceiling lowered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from keepclear.detection.advice.around import Blocker
from keepclear.detection.advice.flown import Met, lacking_m, meetings_of, steps_of
from keepclear.detection.advice.heights import OVERLAP_M, Heights, bands_key, bands_of, rises_m
from keepclear.detection.advice.limits import Limits, cost
from keepclear.detection.advice.rows import Pairs, Rows, volumes_of
from keepclear.detection.columns import Ints
from keepclear.detection.flight import overlap_reach
from keepclear.detection.plan import Plan
from keepclear.spacetime.altitude import FOOT_M, Altitude, Datum
from keepclear.spacetime.envelope import Envelope
from keepclear.spacetime.geodesic import Floats
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

    def past(self, step: int, blocker: Blocker) -> int:
        """Exact: bands move one way, so each pair that conflicts now parts at one step and for good."""
        if isinstance(self.plan.envelope, Trajectory):
            return step + steps_of(lacking_m(blocker, rising=self.rising), self.step.m)
        if blocker.flown:
            return self._past_flight(step, blocker)
        ours, theirs = volumes_of(self.plan), volumes_of(blocker.plan)
        meets = Heights(blocker.heights)
        parts = [step + 1]
        for own, other in blocker.pairs:
            run = self.run(ours[own], theirs[other], blocker.separation.vertical_m, meets, since=step)
            parts.append(run[1] + 1)
        return max(parts)

    @property
    def rising(self) -> bool:
        """True when what is left is higher with each step."""
        return self.kind in (UP, RAISE_FLOOR)

    def _past_flight(self, step: int, blocker: Blocker) -> int:
        """When the last place of a flight that is in one's own volumes now has left their heights."""
        parts = [step + 1]
        for met in meetings_of(blocker):
            at_m = met.height_m(highest=self.rising)
            own = next(
                each
                for each, moved in zip(volumes_of(self.plan), volumes_of(blocker.own), strict=True)
                if moved is met.volume
            )

            def holds(at: int, own: Volume = own, met: Met = met, at_m: float = at_m) -> bool:
                reach = overlap_reach(met.flight, self.volume_at(own, at), blocker.heights, met.separation)
                return reach is not None and reach[1][0] <= at_m <= reach[1][1]

            parts.append(_last(step, step, self.most, holds) + 1)
        return max(parts)

    def spans(self, own: Sequence[Volume], rows: Rows, pairs: Pairs, meets: Heights) -> tuple[Ints, Ints]:
        """Of each pair the first and the last step at which it surely overlaps in height; first over last: at none."""
        i, j = pairs.own, pairs.other
        before, after = (bands_of([self.volume_at(each, at) for each in own]).only(i) for at in (0, 1))
        theirs = rows.bands.only(j)
        over, sure_over = rises_m(before, theirs)
        under, sure_under = rises_m(theirs, before)
        floor_m, ceiling_m = _grows(before.floor_m, after.floor_m), _grows(before.ceiling_m, after.ceiling_m)
        gaps = (
            (over, floor_m),
            (under, -ceiling_m),
            (-before.thick_m, np.where(np.isfinite(before.thick_m), floor_m - ceiling_m, 0.0)),
            (-theirs.thick_m, np.zeros(len(pairs))),
        )
        first, last = np.zeros(len(pairs), np.int64), np.full(len(pairs), self.most)
        for gap, grow in gaps:
            low, high = _while_overlap(gap - rows.vertical_m[j], grow, self.most)
            first, last = np.maximum(first, low), np.minimum(last, high)
        unsure = np.flatnonzero(~(sure_over & sure_under))
        if len(unsure):
            first[unsure], last[unsure] = self._one_by_one(own, rows, pairs.only(unsure), meets)
        return first, last

    def _one_by_one(self, own: Sequence[Volume], rows: Rows, pairs: Pairs, meets: Heights) -> Ints:
        """The same of pairs in several datums, (2, n); each two bands once."""
        known: dict[tuple[object, ...], tuple[int, int]] = {}
        both = []
        for i, j in zip(pairs.own.tolist(), pairs.other.tolist(), strict=True):
            apart_m = float(rows.vertical_m[j])
            other = rows.volume(j)
            key = bands_key(own[i], other, apart_m)
            if key not in known:
                known[key] = self.run(own[i], other, apart_m, meets)
            both.append(known[key])
        return np.array(both, np.int64).T

    def run(
        self, own: Volume, other: Volume, apart_m: float, meets: Heights, since: int | None = None
    ) -> tuple[int, int]:
        """The first and the last step at which two volumes overlap in height; first over last when none is known.

        What moves one way overlaps in one run of steps. ``since`` is a step at which the two are known to overlap.
        """

        def overlap(at: int) -> bool:
            return meets.overlap(self.volume_at(own, at), other, apart_m)

        low, high = self._about(own, other, apart_m)
        inside = min(max((low + high) // 2, 0), self.most) if since is None else since
        if since is None and not overlap(inside):
            return 1, 0
        return _last(inside, min(low, inside), 0, overlap), _last(inside, max(high, inside), self.most, overlap)

    def _about(self, own: Volume, other: Volume, apart_m: float) -> tuple[int, int]:
        """The run as metres say it, whatever their datums: where a search for its ends begins."""
        if self.kind not in (UP, DOWN):
            return 0, 0
        up_m = self.step.m if self.kind == UP else -self.step.m
        below, above = (
            (other.floor.metres - own.ceiling.metres - apart_m) / up_m,
            (other.ceiling.metres - own.floor.metres + apart_m) / up_m,
        )
        low, high = sorted((below, above))
        return int(max(low, -1.0)) + 1, int(min(max(high, 0.0), float(self.most)))

    def cost(self, step: int) -> float:
        """What so many steps cost."""
        return round(step * self.step_cost, 3)


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


Make = Callable[[Plan, Limits], Level | None]
KINDS: tuple[Make, ...] = (up, down, raise_floor, lower_ceiling)
"""All changes of heights there are."""


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


def _grows(before: Floats, after: Floats) -> Floats:
    """What one step adds to heights; nothing to those without a limit."""
    finite = np.isfinite(before) & np.isfinite(after)
    return np.asarray(np.where(finite, after, 0.0) - np.where(finite, before, 0.0))


def _while_overlap(gap_m: Floats, grows_m: Floats, most: int) -> tuple[Ints, Ints]:
    """The first and last step, 0 to ``most``, at which a gap that grows by so much a step is surely an overlap."""
    room_m = OVERLAP_M - 1e-7 - gap_m
    steps = np.clip(room_m / np.where(grows_m == 0, 1.0, grows_m), -1.0, most + 1.0)
    first = np.where(grows_m < 0, np.ceil(steps), 0.0)
    last = np.where(grows_m > 0, np.floor(steps), float(most))
    last = np.where((grows_m == 0) & (room_m < 0), -1.0, last)
    return first.astype(np.int64), last.astype(np.int64)


def _last(inside: int, about: int, end: int, overlap: Callable[[int], bool]) -> int:
    """The last step from one that overlaps towards an end that still does; ``about`` is where it may be."""
    way = 1 if end >= inside else -1
    if overlap(end):
        return end
    good, bad = inside, end
    for near in (about, about + way, about - way, about + 2 * way):
        if min(good, bad) < near < max(good, bad):
            good, bad = (near, bad) if overlap(near) else (good, near)
    while abs(bad - good) > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if overlap(middle) else (good, middle)
    return good


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
