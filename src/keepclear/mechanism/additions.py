"""What an amendment adds: the first instant at which the new envelope holds anything that the old one did not.

Contract §4: an amendment is judged by that instant, so that shortening, raising a floor, or staying longer said in
time, is not «late».
"""

from __future__ import annotations

from itertools import pairwise

from keepclear.spacetime.altitude import Altitude
from keepclear.spacetime.envelope import Envelope, span_ms
from keepclear.spacetime.measure import lies_within
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume


def first_addition_ms(old: Envelope | None, new: Envelope | None) -> int | None:
    """The first instant at which ``new`` adds to ``old``; None when it adds nothing.

    Where the answer would need more than comparing volume with volume, the new part counts as added: the error is then
    to the side of saying that a notice is late.
    """
    if new is None or new == old:
        return None
    if old is None:
        return span_ms(new)[0]
    if isinstance(old, Trajectory) or isinstance(new, Trajectory):
        return _first_of_trajectories(old, new)
    cuts = sorted({t for v in (*old, *new) for t in (v.start_ms, v.end_ms)})
    for start, end in pairwise(cuts):
        held = [v for v in old if v.start_ms <= start and v.end_ms >= end]
        for volume in new:
            if volume.start_ms <= start and volume.end_ms >= end and not any(_holds(h, volume) for h in held):
                return start
    return None


def _holds(outer: Volume, inner: Volume) -> bool:
    """True when ``inner`` lies within ``outer`` in height and footprint, time aside."""
    if not (_at_or_under(outer.floor, inner.floor) and _at_or_under(inner.ceiling, outer.ceiling)):
        return False
    return inner.footprint == outer.footprint or lies_within([inner.footprint], outer.footprint)


def _at_or_under(low: Altitude, high: Altitude) -> bool:
    """True when ``low`` is surely not above ``high``: only one and the same datum tells."""
    return low == high or (low.datum is high.datum and low.metres <= high.metres)


def _first_of_trajectories(old: Envelope, new: Envelope) -> int | None:
    """Two trajectories share their way up to the first point that differs; anything else is new from its start."""
    if not isinstance(old, Trajectory) or not isinstance(new, Trajectory):
        return span_ms(new)[0]
    wider = new.lateral_m > old.lateral_m or new.vertical_m > old.vertical_m or new.time_s > old.time_s
    if wider or new.times_ms[0] != old.times_ms[0]:
        return new.times_ms[0]
    shared = new.times_ms[0]
    for now, then in zip(_points(new), _points(old), strict=False):
        if now != then:
            return shared
        shared = now[0]
    return shared if len(new.times_ms) > len(old.times_ms) else None


def _points(path: Trajectory) -> list[tuple[int, float, float, float]]:
    return list(zip(path.times_ms, path.lon, path.lat, path.height_m, strict=True))
