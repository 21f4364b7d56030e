"""Trajectories against trajectories and against volumes, in continuous time.

A flight is, at each moment, a disc of ``lateral_m`` round its place and a band of ``vertical_m`` either side of its
height, and it may be there up to ``time_s`` early or late. Two flights conflict when moments exist, no further apart
than both uncertainties in time and the separation allow, at which they overlap on the ground and in height at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from keepclear.detection.closest import Moment, Reach
from keepclear.detection.legtree import closest_moment
from keepclear.detection.passage import Passage, Range, passages
from keepclear.spacetime.altitude import Datum
from keepclear.spacetime.heights import LEAST_OVERLAP_M, NOISE_M, Contact, HeightBand, HeightRules, height_band
from keepclear.spacetime.lateral import lateral_gap
from keepclear.spacetime.separation import NO_SEPARATION, Separation
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume


@dataclass(frozen=True, slots=True)
class FlightMeeting:
    """How a flight stands to another flight or to a volume; the same whichever is named first."""

    contact: Contact
    lateral_gap_m: float
    """Between what was declared, without separation, where they come nearest; 0 where they overlap, ∞ when clear."""
    vertical_gap_m: float
    """The same in height."""
    widened: bool
    """True when heights of different datums were compared."""
    parts: tuple[Passage, ...] = ()
    """Against a volume: the stretches of the flight that are in reach of its heights within its window."""


CLEAR = FlightMeeting(Contact.CLEAR, math.inf, math.inf, widened=False)
"""Nothing comes within reach; how far off it stays is not worked out."""


def flights_meet(a: Trajectory, b: Trajectory, separation: Separation = NO_SEPARATION) -> FlightMeeting:
    """How two flights stand to each other.

    Both give heights above the ellipsoid, so heights compare exactly: what only touches is clear. ``CLEAR`` says that
    at every moment there is 1 cm or more between them on the ground, or nothing but a touch in height.
    """
    lateral_m = a.lateral_m + b.lateral_m
    within_s = a.time_s + b.time_s + separation.time_ms / 1000
    if (moment := _overlapping(a, b, separation)) is not None:
        return _between(moment, a, b, Contact.OVERLAP)
    if _apart_in_time(a, b, within_s):
        return CLEAR
    lateral_most, vertical_most = lateral_m + separation.lateral_m, a.vertical_m + b.vertical_m + separation.vertical_m
    touching = Reach(within_s, vertical_most - NOISE_M, lateral_most + LEAST_OVERLAP_M - NOISE_M)
    if (moment := _closest(a, b, touching, lateral_m)) is not None:
        return _between(moment, a, b, Contact.MARGINAL)
    return CLEAR


def flights_overlap(a: Trajectory, b: Trajectory, separation: Separation = NO_SEPARATION) -> bool:
    """True when ``flights_meet`` says that they overlap; quicker where they do not."""
    return _overlapping(a, b, separation) is not None


def flight_overlaps_volume(
    flight: Trajectory, volume: Volume, rules: HeightRules, separation: Separation = NO_SEPARATION
) -> bool:
    """True when ``flight_meets_volume`` says that they overlap; quicker where they do not."""
    reach = overlap_reach(flight, volume, rules, separation)
    return reach is not None and any(
        lateral_gap(part.footprint, volume.footprint, separation.lateral_m).contact is Contact.OVERLAP
        for part in passages(flight, *reach)
    )


def _apart_in_time(a: Trajectory, b: Trajectory, within_s: float) -> bool:
    return max(a.start_ms - b.end_ms, b.start_ms - a.end_ms) / 1000 >= within_s


def _overlapping(a: Trajectory, b: Trajectory, separation: Separation) -> Moment | None:
    """A moment at which two flights overlap; None where there is none."""
    within_s = a.time_s + b.time_s + separation.time_ms / 1000
    lateral_m, vertical_m = a.lateral_m + b.lateral_m, a.vertical_m + b.vertical_m
    thin = _too_thin(2 * a.vertical_m, 2 * b.vertical_m, separation.vertical_m) or _too_thin(
        2 * a.lateral_m, 2 * b.lateral_m, separation.lateral_m
    )
    if thin or _apart_in_time(a, b, within_s):
        return None
    less_m = LEAST_OVERLAP_M - NOISE_M
    reach = Reach(within_s, vertical_m + separation.vertical_m - less_m, lateral_m + separation.lateral_m - less_m)
    return _closest(a, b, reach, lateral_m)


def flight_meets_volume(
    flight: Trajectory, volume: Volume, rules: HeightRules, separation: Separation = NO_SEPARATION
) -> FlightMeeting:
    """How a flight stands to a volume: the stretches flown within its window and its heights, against its footprint."""
    band = height_band(volume.footprint, volume.floor, volume.ceiling, rules)
    window = _window_ms(flight, volume, separation)
    reach_m = flight.vertical_m + separation.vertical_m
    heights = _overlap_heights(flight, band, separation)
    if heights is not None:
        overlapping = passages(flight, window, heights)
        contact, gap_m = _nearest(overlapping, volume, separation.lateral_m)
        if contact is Contact.OVERLAP:
            return _against(flight, band, overlapping, contact, gap_m)
    touching = passages(flight, window, _heights(band, reach_m - NOISE_M, reach_m + LEAST_OVERLAP_M - NOISE_M))
    contact, gap_m = _nearest(touching, volume, separation.lateral_m)
    if contact is not Contact.CLEAR:
        return _against(flight, band, touching, Contact.MARGINAL, gap_m)
    return CLEAR


def closest_overlap_m(a: Trajectory, b: Trajectory, separation: Separation = NO_SEPARATION) -> tuple[float, float]:
    """How near two flights come on the ground while they overlap in time and height (∞: they do not come within what
    they must keep there), and how much that is.
    """
    kept_m = a.lateral_m + b.lateral_m + separation.lateral_m
    vertical_m = a.vertical_m + b.vertical_m + separation.vertical_m
    within_s = a.time_s + b.time_s + separation.time_ms / 1000
    moment = _closest(a, b, Reach(within_s, vertical_m - LEAST_OVERLAP_M + NOISE_M, kept_m), 0.0)
    return math.inf if moment is None else moment.distance_m, kept_m


def overlap_reach(
    flight: Trajectory, volume: Volume, rules: HeightRules, separation: Separation = NO_SEPARATION
) -> tuple[Range, Range] | None:
    """The window (ms) and the heights (m) in which a flight overlaps a volume where it is over its footprint.

    None where either is too thin for any overlap.
    """
    band = height_band(volume.footprint, volume.floor, volume.ceiling, rules)
    heights = _overlap_heights(flight, band, separation)
    return None if heights is None else (_window_ms(flight, volume, separation), heights)


def _window_ms(flight: Trajectory, volume: Volume, separation: Separation) -> Range:
    margin_ms = flight.time_s * 1000 + separation.time_ms
    return volume.start_ms - margin_ms, volume.end_ms + margin_ms


def _overlap_heights(flight: Trajectory, band: HeightBand, separation: Separation) -> Range | None:
    if _too_thin(2 * flight.vertical_m, band.thickness_m, separation.vertical_m):
        return None
    enough_m = flight.vertical_m + separation.vertical_m - LEAST_OVERLAP_M + NOISE_M
    return _heights(band, enough_m, enough_m)


def _closest(a: Trajectory, b: Trajectory, reach: Reach, enough_m: float) -> Moment | None:
    """The closest moment, looked for in one and the same order whichever flight is named first."""
    if min(reach.height_m, reach.lateral_m) < 0:
        return None
    first, second = sorted((a, b), key=_order)
    return closest_moment(first.path, second.path, replace(reach, enough_m=min(enough_m, reach.lateral_m)))


def _order(flight: Trajectory) -> tuple[object, ...]:
    return flight.times_ms, flight.lon, flight.lat, flight.height_m


def _between(moment: Moment, a: Trajectory, b: Trajectory, contact: Contact) -> FlightMeeting:
    lateral_gap_m = max(moment.distance_m - a.lateral_m - b.lateral_m, 0.0)
    vertical_gap_m = max(moment.height_m - a.vertical_m - b.vertical_m, 0.0)
    return FlightMeeting(contact, lateral_gap_m, vertical_gap_m, widened=False)


def _too_thin(one_m: float, other_m: float, separation_m: float) -> bool:
    """True when the thinner of two extents, widened by the separation, is under the least overlap there is."""
    return min(one_m, other_m) + separation_m < LEAST_OVERLAP_M - NOISE_M


def _heights(band: HeightBand, exact_m: float, widened_m: float) -> Range:
    """The heights a flight must be between to come within so many metres of a band: in its datum, or in another's."""
    floor_m = exact_m if band.floor.datum is Datum.HAE else widened_m
    ceiling_m = exact_m if band.ceiling.datum is Datum.HAE else widened_m
    return band.hae_bounds_m[0] - floor_m, band.hae_bounds_m[1] + ceiling_m


def _nearest(parts: tuple[Passage, ...], volume: Volume, separation_m: float) -> tuple[Contact, float]:
    """The closest contact of any stretch with the footprint, and the least gap of those that have it."""
    gaps = [lateral_gap(part.footprint, volume.footprint, separation_m) for part in parts]
    for contact in (Contact.OVERLAP, Contact.MARGINAL):
        if alike := [gap.gap_m for gap in gaps if gap.contact is contact]:
            return contact, min(alike)
    return Contact.CLEAR, min((gap.gap_m for gap in gaps), default=math.inf)


def _against(
    flight: Trajectory, band: HeightBand, parts: tuple[Passage, ...], contact: Contact, lateral_gap_m: float
) -> FlightMeeting:
    low = min(part.lowest_m for part in parts) - flight.vertical_m
    high = max(part.highest_m for part in parts) + flight.vertical_m
    bottom, top = band.hae_bounds_m
    widened = band.floor.datum not in (Datum.SFC, Datum.HAE) or band.ceiling.datum not in (Datum.UNL, Datum.HAE)
    return FlightMeeting(contact, lateral_gap_m, max(bottom - high, low - top, 0.0), widened, parts)
