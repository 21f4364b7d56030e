"""READBACK_MISMATCH: what a reader heard, held against what was said; only what was read back is compared."""

from __future__ import annotations

from dataclasses import replace

from keepclear.errors import InvalidInput
from keepclear.mechanism.bodies import NoticeBody
from keepclear.mechanism.checks.read_back_shape import Mismatch, paired, shape_mismatches
from keepclear.mechanism.place import InRegion, Offset, PlaceText, Within
from keepclear.mechanism.read_back import Drawn, HeardPoint, HeardShape, HeardTime, HeardVolume, ReadBack
from keepclear.mechanism.rules import Rules
from keepclear.spacetime.altitude import FOOT_M, UNLIMITED, Altitude, Datum
from keepclear.spacetime.footprint import Corridor, Disc, Footprint
from keepclear.spacetime.heights import EGM96_DOUBT_M, HeightRules, height_band
from keepclear.spacetime.instants import format_instant
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

__all__ = ["Mismatch", "compare"]

NOISE = 1e-6
"""Binary arithmetic: a difference of exactly the tolerance is none."""


def compare(body: NoticeBody, heard: ReadBack, rules: Rules, heights: HeightRules) -> list[Mismatch]:
    """Everything that was heard otherwise than the notice says it; empty when all that was read back agrees.

    A difference counts when it is over the rule's tolerance and what the notation read back leaves open. Neither the
    order of volumes nor where a ring begins matters. A part that was not read back is not compared.
    """
    found: list[Mismatch] = []
    if heard.volumes is not None:
        found += _envelope_mismatches(body, heard.volumes, rules, heights)
    if heard.points is not None:
        found += _path_mismatches(body, heard.points, rules, heights)
    if heard.place is not None:
        found += _place_mismatches(body.place, heard.place, rules)
    return found


def _envelope_mismatches(
    body: NoticeBody, heard: tuple[HeardVolume, ...], rules: Rules, heights: HeightRules
) -> list[Mismatch]:
    said = body.envelope
    if said is None or isinstance(said, Trajectory):
        told = "no envelope" if said is None else "a trajectory, which is not read back as volumes"
        return [Mismatch("envelope", told, _volumes(len(heard)))]

    def differences(i: int, j: int) -> list[Mismatch]:
        return _volume_mismatches(said[i], heard[j], f"envelope[{i}]", rules, heights)

    pairs, unheard, unsaid = paired(len(said), len(heard), differences)
    found = [one for i, j in pairs for one in differences(i, j)]
    if unheard or unsaid:
        apart = float(abs(len(said) - len(heard)))
        found.append(Mismatch("envelope", _volumes(len(said)), _volumes(len(heard)), apart, "volumes"))
    found += [
        Mismatch(f"envelope[{i}]", f"a volume from {format_instant(said[i].start_ms)}", "nothing") for i in unheard
    ]
    return found


def _path_mismatches(
    body: NoticeBody, heard: tuple[HeardPoint, ...], rules: Rules, heights: HeightRules
) -> list[Mismatch]:
    """Point by point, in the order of flying; what was not read back of a point is not compared."""
    said = body.envelope
    if not isinstance(said, Trajectory):
        told = "no envelope" if said is None else f"{_volumes(len(said))}, which are not read back as a trajectory"
        return [Mismatch("envelope", told, _points(len(heard)))]
    if len(said.times_ms) != len(heard):
        fewer = float(abs(len(said.times_ms) - len(heard)))
        return [Mismatch("envelope", _points(len(said.times_ms)), _points(len(heard)), fewer, "points")]
    found = []
    for n, (lon, lat, height_m, time_ms, point) in enumerate(
        zip(said.lon, said.lat, said.height_m, said.times_ms, heard, strict=True)
    ):
        field = f"envelope.coordinates[{n}]"
        shape = HeardShape(Drawn.POINT, ((point.position,),))
        apart = shape_mismatches(Disc(lon, lat, 1.0), shape, field, rules.readback_m)
        found += [replace(one, field=field) for one in apart]
        if point.height is not None:
            flown = Altitude(Datum.HAE, height_m, "m")
            found += _height_mismatches(Disc(lon, lat, 1.0), flown, point.height, f"{field}[2]", rules, heights)
        found += _time_mismatches(time_ms, point.time, f"envelope.datetimes[{n}]", rules)
    return found


def _volume_mismatches(
    said: Volume, heard: HeardVolume, field: str, rules: Rules, heights: HeightRules
) -> list[Mismatch]:
    found = _time_mismatches(said.start_ms, heard.start, f"{field}.start", rules)
    found += _time_mismatches(said.end_ms, heard.end, f"{field}.end", rules)
    for name, was, now in (("floor", said.floor, heard.floor), ("ceiling", said.ceiling, heard.ceiling)):
        if now is not None:
            found += _height_mismatches(said.footprint, was, now, f"{field}.{name}", rules, heights)
    radius_m = said.footprint.radius_m if isinstance(said.footprint, Disc) else None
    half_width_m = said.footprint.half_width_m if isinstance(said.footprint, Corridor) else None
    for name, size, given in (
        ("radius_m", radius_m, heard.radius_m),
        ("half_width_m", half_width_m, heard.half_width_m),
    ):
        if given is not None and size is None:
            found.append(Mismatch(f"{field}.{name}", "none", f"{given:g} m"))
        elif given is not None and size is not None and abs(given - size) > rules.readback_m + NOISE:
            found.append(Mismatch(f"{field}.{name}", f"{size:g} m", f"{given:g} m", abs(given - size), "m"))
    if heard.shape is not None:
        found += shape_mismatches(said.footprint, heard.shape, f"{field}.footprint", rules.readback_m)
    return found


def _time_mismatches(said_ms: int, heard: HeardTime | None, field: str, rules: Rules) -> list[Mismatch]:
    if heard is None or abs(heard.ms - said_ms) <= rules.readback_min * 60_000 + heard.resolution_ms:
        return []
    apart_min = abs(heard.ms - said_ms) / 60_000
    return [Mismatch(field, format_instant(said_ms), format_instant(heard.ms), apart_min, "min")]


def _height_mismatches(
    over: Footprint, said: Altitude, heard: Altitude, field: str, rules: Rules, heights: HeightRules
) -> list[Mismatch]:
    """In one datum by its figures; in two, by the most that they can be apart over the footprint.

    The surface is 0 above ground. Nothing else is comparable with it, nor anything with UNL.
    """
    if said.datum is heard.datum:
        apart_ft = 0.0 if said.metres == heard.metres else abs(said.metres - heard.metres) / FOOT_M
    else:
        converted = _most_apart_m(over, said, heard, heights)
        if converted is None:
            return [Mismatch(field, str(said), f"{heard}, which is another datum")]
        apart_ft = converted / FOOT_M
    if apart_ft <= rules.readback_ft + NOISE:
        return []
    told = str(heard) if said.datum is heard.datum else f"{heard}, which is another datum"
    return [Mismatch(field, str(said), told, apart_ft, "ft")]


def _most_apart_m(over: Footprint, said: Altitude, heard: Altitude, heights: HeightRules) -> float | None:
    """The most that two heights of different datums can be apart; None where one of them is no height to compare."""
    ground = {Datum.SFC, Datum.AGL}
    if {said.datum, heard.datum} == ground:
        return max(said.metres, heard.metres)
    if not {said.datum, heard.datum}.isdisjoint({Datum.SFC, Datum.UNL}):
        return None
    try:
        bands = [height_band(over, one, UNLIMITED, heights) for one in (said, heard)]
    except InvalidInput:
        return None
    if all(band.floor.above_sea for band in bands):
        spans = [(one.floor.lowest_m - EGM96_DOUBT_M, one.floor.highest_m + EGM96_DOUBT_M) for one in bands]
    else:
        spans = [(band.lowest_hae_m(band.floor), band.highest_hae_m(band.floor)) for band in bands]
    (a_low, a_high), (b_low, b_high) = spans
    return max(abs(a_high - b_low), abs(b_high - a_low))


def _place_mismatches(said: PlaceText | None, heard: PlaceText, rules: Rules) -> list[Mismatch]:
    if said is None or type(said) is not type(heard):
        return [Mismatch("place", "no place" if said is None else str(said), str(heard))]
    found: list[Mismatch] = []
    for name in ("name", "region", "bearing"):
        was, now = getattr(said, name, None), getattr(heard, name, None)
        if was != now:
            found.append(Mismatch(f"place.{name}", str(was), str(now)))
    for field, was_km, now_km in zip(("near", "far"), _distances(said), _distances(heard), strict=False):
        apart_km = abs(was_km - now_km)
        if apart_km * 1000 > rules.readback_m + NOISE:
            where = _DISTANCE_FIELDS[type(said), field]
            found.append(Mismatch(f"place.{where}", f"{was_km:g} km", f"{now_km:g} km", apart_km, "km"))
    return found


_DISTANCE_FIELDS: dict[tuple[type, str], str] = {
    (Within, "near"): "within_km",
    (Offset, "near"): "distance_km[0]",
    (Offset, "far"): "distance_km[1]",
}


def _distances(place: PlaceText) -> tuple[float, ...]:
    match place:
        case Within(_, within_km):
            return (within_km,)
        case Offset(_, _, nearest_km, farthest_km):
            return (nearest_km, farthest_km)
        case InRegion():
            return ()


def _points(count: int) -> str:
    return f"a trajectory of {count} point{'' if count == 1 else 's'}"


def _volumes(count: int) -> str:
    return f"{count} volume{'' if count == 1 else 's'}"
