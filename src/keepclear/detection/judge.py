"""One plan against another: exact, the same in either order, and of those two alone (model §2).

Every volume of the one is held against every volume of the other. A conflict beats a marginal meeting, and that beats
clear; a row tells of the pairs that made it what it is. To judge many pairs of plans together is a good deal faster
than one by one, and gives the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from keepclear.detection.extent import extent_of, reach_of, rows_meeting
from keepclear.detection.flight import FlightMeeting, flight_meets_volume, flights_meet
from keepclear.detection.meeting import Meeting, Verdict
from keepclear.detection.plan import Plan
from keepclear.detection.volume_pairs import Both, Near, PiecePair, volumes_meeting
from keepclear.spacetime.envelope import span_ms
from keepclear.spacetime.heights import Contact, HeightRules
from keepclear.spacetime.measure import trajectory_footprint
from keepclear.spacetime.overlap import as_geojson, common_polygons
from keepclear.spacetime.separation import Separation
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

_VERDICTS = {Contact.CLEAR: Verdict.CLEAR, Contact.MARGINAL: Verdict.MARGINAL, Contact.OVERLAP: Verdict.CONFLICT}
_AT_ONCE = 512

Case = tuple[Plan, Plan, Separation]
NearCase = tuple[Plan, Plan, Separation, Near | None]
"""A case, and which volumes of the two may not clear each other, by number and in order; None where any may."""


def judge(a: Plan, b: Plan, separation: Separation, heights: HeightRules, *, overlap: bool = True) -> Meeting:
    """How two plans stand. ``overlap`` false leaves the drawing of the common footprint out: the rest is the same."""
    return judge_many([(a, b, separation)], heights, overlap=overlap)[0]


def judge_many(cases: Sequence[Case], heights: HeightRules, *, overlap: bool = True) -> list[Meeting]:
    """How the two plans of each case stand, in the order of the cases; each as ``judge`` says it of them alone."""
    met = dict(_met([(*case, None) for case in cases], heights, overlap=overlap))
    return [met[number] if number in met else _clear(a, b) for number, (a, b, _) in enumerate(cases)]


def _met(cases: Sequence[NearCase], heights: HeightRules, *, overlap: bool) -> Iterator[tuple[int, Meeting]]:
    """The rows of those that do not clear each other, with their numbers among the cases, in order."""
    ordered = [_in_order(case) for case in cases]
    found = _pairs(ordered, heights, drawing=overlap)
    chosen = [(number, _that_count(pairs)) for number, pairs in enumerate(found) if pairs]
    drawn = as_geojson([_polygons(pairs) if overlap else [] for _, pairs in chosen])
    for (number, pairs), common in zip(chosen, drawn, strict=True):
        a, b, *_ = ordered[number]
        yield number, _meeting(a, b, pairs, common)


def meetings(cases: Iterable[Case], heights: HeightRules) -> Iterator[Meeting]:
    """The rows of those that do not clear each other, in the order of the cases, a portion at a time."""
    return meetings_near(((*case, None) for case in cases), heights)


def meetings_near(cases: Iterable[NearCase], heights: HeightRules, *, overlap: bool = True) -> Iterator[Meeting]:
    """The same, with a look only at those volumes of which it is known that they may meet."""
    several = iter(cases)
    while portion := list(islice(several, _AT_ONCE)):
        for _, row in _met(portion, heights, overlap=overlap):
            yield row


def _in_order(case: NearCase) -> NearCase:
    """The one whose id is less comes first."""
    a, b, separation, near = case
    if a.id <= b.id:
        return case
    return b, a, separation, near and sorted((other, one) for one, other in near)


def _pairs(cases: Sequence[NearCase], heights: HeightRules, *, drawing: bool) -> list[list[PiecePair]]:
    """Of each case the pairs of pieces that do not clear each other."""
    found: list[list[PiecePair]] = [[] for _ in cases]
    numbers, volumes, named = [], [], []
    for number, (a, b, separation, near) in enumerate(cases):
        ours, theirs = a.envelope, b.envelope
        if isinstance(ours, Trajectory) or isinstance(theirs, Trajectory):
            pairs = _with_flight(a, b, separation, heights)
            found[number] = [pair for pair in pairs if pair.contact is not Contact.CLEAR]
        else:
            numbers.append(number)
            volumes.append((ours, theirs, separation))
            named.append(near)
    for number, meeting in zip(numbers, volumes_meeting(volumes, heights, near=named, drawing=drawing), strict=True):
        found[number] = meeting
    return found


def _with_flight(a: Plan, b: Plan, separation: Separation, heights: HeightRules) -> Iterator[PiecePair]:
    ours, theirs = a.envelope, b.envelope
    if isinstance(ours, Trajectory) and isinstance(theirs, Trajectory):
        yield _flights(ours, theirs, separation)
        return
    for row, other in _in_reach(a, b, separation):
        one = ours if isinstance(ours, Trajectory) else ours[row]
        two = theirs if isinstance(theirs, Trajectory) else theirs[other]
        if isinstance(one, Trajectory) and isinstance(two, Volume):
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


def _flights(a: Trajectory, b: Trajectory, separation: Separation) -> PiecePair:
    drawn = ((trajectory_footprint(a), trajectory_footprint(b)),)
    return _flown(flights_meet(a, b, separation), a, b, drawn)


def _flight_and_volume(flight: Trajectory, volume: Volume, separation: Separation, rules: HeightRules) -> PiecePair:
    met = flight_meets_volume(flight, volume, rules, separation)
    drawn = tuple((part.footprint, volume.footprint) for part in met.parts)
    return _flown(met, flight, volume, drawn)


def _flown(met: FlightMeeting, a: Trajectory, b: Trajectory | Volume, drawn: tuple[Both, ...]) -> PiecePair:
    start_ms, end_ms = max(a.start_ms, b.start_ms), min(a.end_ms, b.end_ms)
    return PiecePair(met.contact, met.lateral_gap_m, met.vertical_gap_m, met.widened, start_ms, end_ms, drawn)


def _that_count(pairs: Sequence[PiecePair]) -> list[PiecePair]:
    """Those that conflict; where none does, the marginal ones."""
    conflicts = [pair for pair in pairs if pair.contact is Contact.OVERLAP]
    return conflicts or [pair for pair in pairs if pair.contact is Contact.MARGINAL]


def _polygons(met: Sequence[PiecePair]) -> list[object]:
    """What the pairs that touch on the ground have in common."""
    found: list[object] = []
    for pair in met:
        if pair.lateral_gap_m == 0:
            found += common_polygons(pair.footprints) if pair.drawn is None else pair.drawn
    return found


def _meeting(a: Plan, b: Plan, met: Sequence[PiecePair], common: dict[str, object] | None) -> Meeting:
    lateral_gap_m, vertical_gap_m = _gaps(met)
    return Meeting(
        a.id,
        b.id,
        _VERDICTS[met[0].contact],
        min(pair.start_ms for pair in met),
        max(pair.end_ms for pair in met),
        any(pair.widened for pair in met),
        lateral_gap_m,
        vertical_gap_m,
        common,
    )


def _gaps(met: Sequence[PiecePair]) -> tuple[float, float]:
    """Of the nearest pair; what overlaps needs no look at how far apart the others are."""
    if any(pair.lateral_gap_m == pair.vertical_gap_m == 0 for pair in met):
        return 0.0, 0.0
    both = [(pair.exact_gap_m, pair.vertical_gap_m) for pair in met]
    return min(both, key=lambda gaps: (sum(gaps), gaps[0]))


def _clear(one: Plan, other: Plan) -> Meeting:
    a, b = (one, other) if one.id <= other.id else (other, one)
    (a_start, a_end), (b_start, b_end) = span_ms(a.envelope), span_ms(b.envelope)
    start_ms, end_ms = max(a_start, b_start), min(a_end, b_end)
    return Meeting(a.id, b.id, Verdict.CLEAR, start_ms, end_ms, False, math.inf, math.inf, None)
