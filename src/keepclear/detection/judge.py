"""One plan against another: exact, the same in either order, and of those two alone (model §2).

Every volume of the one is held against every volume of the other. A conflict beats a marginal meeting, and that beats
clear; a row tells of the pairs that made it what it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from keepclear.detection.extent import extent_of, reach_of, rows_meeting
from keepclear.detection.flight import FlightMeeting, flight_meets_volume, flights_meet
from keepclear.detection.meeting import Meeting, Verdict
from keepclear.detection.plan import Plan
from keepclear.spacetime.envelope import span_ms
from keepclear.spacetime.footprint import Footprint
from keepclear.spacetime.heights import Contact, HeightRules, compare_bands, height_band
from keepclear.spacetime.lateral import lateral_gap
from keepclear.spacetime.measure import trajectory_footprint
from keepclear.spacetime.overlap import common_footprint
from keepclear.spacetime.separation import Separation
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

_VERDICTS = {Contact.CLEAR: Verdict.CLEAR, Contact.MARGINAL: Verdict.MARGINAL, Contact.OVERLAP: Verdict.CONFLICT}


@dataclass(frozen=True, slots=True)
class _Pair:
    """How one piece of either plan stands to one of the other."""

    contact: Contact
    lateral_gap_m: float
    vertical_gap_m: float
    widened: bool
    start_ms: int
    end_ms: int
    footprints: tuple[tuple[Footprint, Footprint], ...]
    """What to draw the overlap from."""


def judge(a: Plan, b: Plan, separation: Separation, heights: HeightRules, *, overlap: bool = True) -> Meeting:
    """How two plans stand. ``overlap`` false leaves the drawing of the common footprint out: the rest is the same."""
    if b.id < a.id:
        a, b = b, a
    pairs = list(_pairs(a, b, separation, heights))
    for contact in (Contact.OVERLAP, Contact.MARGINAL):
        met = [pair for pair in pairs if pair.contact is contact]
        if met:
            return _meeting(a, b, met, overlap=overlap)
    return _clear(a, b, pairs)


def _pairs(a: Plan, b: Plan, separation: Separation, heights: HeightRules) -> Iterator[_Pair]:
    ours, theirs = a.envelope, b.envelope
    if isinstance(ours, Trajectory) and isinstance(theirs, Trajectory):
        yield _flights(ours, theirs, separation)
        return
    for row, other in _in_reach(a, b, separation):
        one = ours if isinstance(ours, Trajectory) else ours[row]
        two = theirs if isinstance(theirs, Trajectory) else theirs[other]
        if isinstance(one, Volume) and isinstance(two, Volume):
            yield _volumes(one, two, separation, heights)
        elif isinstance(one, Trajectory) and isinstance(two, Volume):
            yield _flight_and_volume(one, two, separation, heights)
        elif isinstance(one, Volume) and isinstance(two, Trajectory):
            yield _flight_and_volume(two, one, separation, heights)


def _in_reach(a: Plan, b: Plan, separation: Separation) -> list[tuple[int, int]]:
    """Which of the volumes may meet, by number; a trajectory has the number 0."""
    rows_a = 1 if isinstance(a.envelope, Trajectory) else len(a.envelope)
    rows_b = 1 if isinstance(b.envelope, Trajectory) else len(b.envelope)
    if rows_a * rows_b == 1:
        return [(0, 0)]
    ours, theirs, reach = extent_of(a, None), extent_of(b, None), reach_of(separation)
    found = set()
    for row in range(len(ours.space)):
        for other in rows_meeting(ours, row, theirs.space, theirs.time_ms, reach):
            found.add((row if rows_a > 1 else 0, int(other) if rows_b > 1 else 0))
    return sorted(found)


def _volumes(a: Volume, b: Volume, separation: Separation, rules: HeightRules) -> _Pair:
    start_ms, end_ms = max(a.start_ms, b.start_ms), min(a.end_ms, b.end_ms)
    if start_ms - end_ms >= separation.time_ms:
        return _Pair(Contact.CLEAR, math.inf, math.inf, False, start_ms, end_ms, ())
    upright = compare_bands(
        height_band(a.footprint, a.floor, a.ceiling, rules),
        height_band(b.footprint, b.floor, b.ceiling, rules),
        separation.vertical_m,
    )
    vertical_gap_m = max(upright.gap_m, 0.0)
    if upright.contact is Contact.CLEAR:
        return _Pair(Contact.CLEAR, math.inf, vertical_gap_m, upright.widened, start_ms, end_ms, ())
    level = lateral_gap(a.footprint, b.footprint, separation.lateral_m)
    contact = _least((upright.contact, level.contact))
    return _Pair(contact, level.gap_m, vertical_gap_m, upright.widened, start_ms, end_ms, ((a.footprint, b.footprint),))


def _flights(a: Trajectory, b: Trajectory, separation: Separation) -> _Pair:
    drawn = ((trajectory_footprint(a), trajectory_footprint(b)),)
    return _flown(flights_meet(a, b, separation), a, b, drawn)


def _flight_and_volume(flight: Trajectory, volume: Volume, separation: Separation, rules: HeightRules) -> _Pair:
    met = flight_meets_volume(flight, volume, rules, separation)
    drawn = tuple((part.footprint, volume.footprint) for part in met.parts)
    return _flown(met, flight, volume, drawn)


def _flown(
    met: FlightMeeting,
    a: Trajectory,
    b: Trajectory | Volume,
    drawn: tuple[tuple[Footprint, Footprint], ...],
) -> _Pair:
    start_ms, end_ms = max(a.start_ms, b.start_ms), min(a.end_ms, b.end_ms)
    return _Pair(met.contact, met.lateral_gap_m, met.vertical_gap_m, met.widened, start_ms, end_ms, drawn)


def _least(contacts: Sequence[Contact]) -> Contact:
    """An overlap takes both; what is clear in one is clear."""
    return next(each for each in (Contact.CLEAR, Contact.MARGINAL, Contact.OVERLAP) if each in contacts)


def _meeting(a: Plan, b: Plan, met: Sequence[_Pair], *, overlap: bool) -> Meeting:
    nearest = min(met, key=lambda pair: (pair.lateral_gap_m + pair.vertical_gap_m, pair.lateral_gap_m))
    touching = [pair for pair in met if pair.lateral_gap_m == 0]
    drawn = [both for pair in touching for both in pair.footprints] if overlap else []
    return Meeting(
        a.id,
        b.id,
        _VERDICTS[nearest.contact],
        min(pair.start_ms for pair in met),
        max(pair.end_ms for pair in met),
        any(pair.widened for pair in met),
        nearest.lateral_gap_m,
        nearest.vertical_gap_m,
        common_footprint(drawn),
    )


def _clear(a: Plan, b: Plan, pairs: Sequence[_Pair]) -> Meeting:
    (a_start, a_end), (b_start, b_end) = span_ms(a.envelope), span_ms(b.envelope)
    return Meeting(
        a.id,
        b.id,
        Verdict.CLEAR,
        max(a_start, b_start),
        min(a_end, b_end),
        any(pair.widened for pair in pairs),
        min((pair.lateral_gap_m for pair in pairs), default=math.inf),
        min((pair.vertical_gap_m for pair in pairs), default=math.inf),
        None,
    )
