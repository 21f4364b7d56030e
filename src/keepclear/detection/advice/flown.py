"""By how much a change must at the least be larger before a flight and what it meets part: exact in time and height.

Two flights: on each two pieces of them the shifts, or the heights, at which they are too near are one span
(``resolution.kernels_flown``); the same kernel tells of heights what it tells of time when the two are exchanged. A
flight and a volume: of all moments at which the flight is over the volume's footprint the one that lasts the longest as
the change grows, found by halving, for a longer stretch of a flight meets no less than a shorter one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from keepclear.detection.advice.around import Blocker
from keepclear.detection.flight import overlap_reach
from keepclear.detection.passage import Range, passages
from keepclear.detection.plan import Plan
from keepclear.detection.resolution.flown import pieces_of, pieces_of_pairs
from keepclear.detection.resolution.kernels_flown import reaches, span_apart
from keepclear.spacetime.heights import LEAST_OVERLAP_M, Contact, HeightRules
from keepclear.spacetime.lateral import lateral_gap
from keepclear.spacetime.separation import Separation
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

HALVINGS = 14
_INSIDE_M = 1e-3
_INSIDE_S = 1e-3
_EXCHANGED = [0, 1, 2, 4, 3, 5, 6, 7, 9, 8]
"""The columns of a piece with its height and its moment exchanged."""


def lacking_ms(blocker: Blocker, *, later: bool) -> float:
    """For how much longer than it is now a shift surely does not clear."""
    own, other = blocker.own.envelope, blocker.plan.envelope
    if isinstance(own, Trajectory) and isinstance(other, Trajectory):
        return 1000 * _beyond(_shifts_s(blocker.own, blocker.plan, blocker.separation), up=later)
    return max((met.lacking_ms(later=later) for met in meetings_of(blocker)), default=0.0)


def lacking_m(blocker: Blocker, *, rising: bool) -> float:
    """By how much higher (or lower) than it is now one's own flight surely is not clear."""
    own, other = blocker.own.envelope, blocker.plan.envelope
    if isinstance(own, Trajectory) and isinstance(other, Trajectory):
        return _beyond(_rises_m(blocker.own, blocker.plan, blocker.separation), up=rising)
    found = [0.0]
    for met in meetings_of(blocker):
        at_m = met.height_m(highest=not rising)
        found.append(met.heights_m[1] - at_m if rising else at_m - met.heights_m[0])
    return max(found) - _INSIDE_M


@dataclass(frozen=True, slots=True)
class Met:
    """A flight and a volume that overlap; ``window_ms`` and ``heights_m`` are those in which the flight does."""

    flight: Trajectory
    volume: Volume
    separation: Separation
    window_ms: Range
    heights_m: Range
    owns_flight: bool

    def lacking_ms(self, *, later: bool) -> float:
        """For how much longer a shift of one's own surely does not clear."""
        begins, ends = self.window_ms
        if later == self.owns_flight:
            first = self._least(max(begins, self.flight.start_ms), min(ends, self.flight.end_ms), self._until)
            return ends - first
        last = -self._least(-min(ends, self.flight.end_ms), -max(begins, self.flight.start_ms), self._since)
        return last - begins

    def height_m(self, *, highest: bool) -> float:
        """The highest, or lowest, height at which the flight surely is over the footprint, within the window."""
        low, high = self.heights_m
        flown = self.flight.height_m
        low, high = max(low, min(flown)), min(high, max(flown))
        if highest:
            return -self._least(-high, -low, self._above)
        return self._least(low, high, self._below)

    def _until(self, end_ms: float) -> bool:
        return self.overlaps((self.window_ms[0], end_ms), self.heights_m)

    def _since(self, begin_ms: float) -> bool:
        return self.overlaps((-begin_ms, self.window_ms[1]), self.heights_m)

    def _below(self, high_m: float) -> bool:
        return self.overlaps(self.window_ms, (self.heights_m[0], high_m))

    def _above(self, low_m: float) -> bool:
        return self.overlaps(self.window_ms, (-low_m, self.heights_m[1]))

    def overlaps(self, window_ms: Range, heights_m: Range) -> bool:
        """True when what of the flight is within a window and heights overlaps the volume's footprint."""
        apart_m = self.separation.lateral_m
        return any(
            lateral_gap(part.footprint, self.volume.footprint, apart_m).contact is Contact.OVERLAP
            for part in passages(self.flight, window_ms, heights_m)
        )

    @staticmethod
    def _least(low: float, high: float, meets: Callable[[float], bool]) -> float:
        """A value a little over the least at which it meets, which at ``high`` it does, and at which it surely does."""
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (low, middle) if meets(middle) else (middle, high)
        return high


def meetings_of(blocker: Blocker) -> Iterator[Met]:
    """The pairs of a flight and a volume that overlap, where one of the two plans is a flight."""
    own, other = blocker.own.envelope, blocker.plan.envelope
    owns_flight = isinstance(own, Trajectory)
    flight, volumes = (own, other) if isinstance(own, Trajectory) else (other, own)
    if not isinstance(flight, Trajectory) or isinstance(volumes, Trajectory):
        return
    for volume in volumes:
        met = _met(flight, volume, blocker.separation, blocker.heights, owns_flight=owns_flight)
        if met is not None:
            yield met


def _met(
    flight: Trajectory, volume: Volume, separation: Separation, rules: HeightRules, *, owns_flight: bool
) -> Met | None:
    reach = overlap_reach(flight, volume, rules, separation)
    if reach is None:
        return None
    met = Met(flight, volume, separation, *reach, owns_flight)
    return met if met.overlaps(*reach) else None


def _beyond(spans: list[Range], *, up: bool) -> float:
    """How far it is from 0 to where no span, of those that follow on each other from 0 on, holds it any more."""
    reached = 0.0
    for low, high in sorted(spans if up else [(-high, -low) for low, high in spans]):
        if low < reached < high:
            reached = high
    return reached


def _shifts_s(own: Plan, other: Plan, separation: Separation) -> list[Range]:
    """Open spans of seconds by which one's own flight may not be later."""
    _, vertical_m, doubt_s = _kept(own, other, separation)
    spans = _spans(own, other, separation, vertical_m, exchanged=False)
    return [(-doubt_s - last + _INSIDE_S, doubt_s - first - _INSIDE_S) for first, last in spans]


def _rises_m(own: Plan, other: Plan, separation: Separation) -> list[Range]:
    """Open spans of metres by which one's own flight may not be higher."""
    _, vertical_m, doubt_s = _kept(own, other, separation)
    spans = _spans(own, other, separation, doubt_s - _INSIDE_S, exchanged=True)
    return [(-vertical_m - last + _INSIDE_M, vertical_m - first - _INSIDE_M) for first, last in spans]


def _kept(own: Plan, other: Plan, separation: Separation) -> tuple[float, float, float]:
    """What two flights must keep: on the ground and in height (m), and between moments (s); less is an overlap."""
    one, two = own.envelope, other.envelope
    assert isinstance(one, Trajectory)  # noqa: S101 - flights alone are asked about here
    assert isinstance(two, Trajectory)  # noqa: S101 - flights alone are asked about here
    return (
        one.lateral_m + two.lateral_m + separation.lateral_m - LEAST_OVERLAP_M - _INSIDE_M,
        one.vertical_m + two.vertical_m + separation.vertical_m - LEAST_OVERLAP_M - _INSIDE_M,
        one.time_s + two.time_s + separation.time_ms / 1000,
    )


def _spans(own: Plan, other: Plan, separation: Separation, within: float, *, exchanged: bool) -> Iterator[Range]:
    """Of each two pieces that come near the span of differences of moments (``exchanged``: of heights)."""
    pieces = pieces_of([own, other])
    lateral_m, _, _ = _kept(own, other, separation)
    line = pieces.line[:, _EXCHANGED] if exchanged else pieces.line
    for some, others in pieces_of_pairs(pieces, [(0, 1)], separation.lateral_m):
        for one, two in zip(some.tolist(), others.tolist(), strict=True):
            _, surely_m = reaches(lateral_m, float(pieces.ground_m[one]), float(pieces.ground_m[two]))
            first, last = span_apart(line[one].tolist(), line[two].tolist(), 0.0, surely_m, within)
            if first <= last:
                yield first, last


def steps_of(lacking: float, step: float) -> int:
    """How many steps more the next one is that may clear, when so much is lacking."""
    return max(1, math.floor(math.nextafter(lacking / step, -math.inf)) + 1)
