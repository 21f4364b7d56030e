"""The plan file of ``keepclear check``: a GeoJSON ``FeatureCollection`` (model §5).

A feature is one volume, or one trajectory where it has a ``MovingPoint`` in ``temporalGeometry`` (OGC Moving Features
JSON, 19-045r3 §7.2.2). Properties that we do not know are left alone, as programs that draw maps add their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, TypeGuard

from keepclear.detection.plan import Plan
from keepclear.errors import InvalidInput
from keepclear.formats.plan_halves import LONG, Beside, SecondHalf, half_of, halves, handed_over, taken_over
from keepclear.formats.plan_overlong import Shortened, put_in, shortened
from keepclear.formats.plan_pieces import PROGRESS_EVERY, NamedPlace, Piece, Progress, plans_of
from keepclear.formats.plan_plain import PlainReader
from keepclear.formats.reader import LONGEST_NAME, shown
from keepclear.formats.strict_json import PLAN_FILE_LIMITS, Limits, loads
from keepclear.mechanism.words import Activity
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.trajectory import Trajectory, trajectory_from_json
from keepclear.spacetime.volume import Volume, volume_from_json

ACTIVITIES = frozenset(Activity)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_VOLUME_KEYS = ("radius_m", "half_width_m", "floor", "ceiling", "start", "end")
_TRAJECTORY_KEYS = ("lateral_m", "vertical_m", "time_s")


def plans_from_geojson(
    data: bytes,
    *,
    heights: HeightRules,
    progress: Progress | None = None,
    limits: Limits = PLAN_FILE_LIMITS,
    beside: Beside[SecondHalf | None] | None = None,
) -> list[Plan]:
    """The plans of a GeoJSON plan file, in file order; the first feature that cannot be taken is refused by name.

    ``beside`` does work at the same time as this process: then half of a long file is read there.
    """
    text = data.removeprefix(_BYTE_ORDER_MARK)
    if len(text) <= limits.max_bytes and (short := shortened(text)) is not None:
        _refuse_overlong(short, heights, limits)
    if beside is not None and LONG <= len(text) <= limits.max_bytes and (both := halves(text)) is not None:
        plans = _of_halves(both, heights, progress, limits, beside)
        if plans is not None:
            return plans
    features = _features(loads(text, limits=limits))
    return plans_of(_pieces(features, heights, progress))


def _of_halves(
    both: tuple[bytes, bytes],
    heights: HeightRules,
    progress: Progress | None,
    limits: Limits,
    beside: Beside[SecondHalf | None],
) -> list[Plan] | None:
    """The plans of two halves; None where they are none, or anything is wrong with them."""

    def second() -> SecondHalf | None:
        try:
            half = half_of(loads(both[1], limits=limits), is_first=False)
            return None if half is None else handed_over(half[0], _pieces(half[1], heights, None))
        except InvalidInput:
            return None

    with beside(second) as answer:
        try:
            half = half_of(loads(both[0], limits=limits), is_first=True)
            if half is None:
                return None
            pieces = list(_pieces(half[1], heights, progress))
            rest = answer()
            if rest is None or not half[0].fits(rest.said):
                return None
            return plans_of(chain(pieces, taken_over(rest, pieces)))
        except InvalidInput:
            return None


def _refuse_overlong(short: Shortened, heights: HeightRules, limits: Limits) -> None:
    """Refuses a geometry that has too many vertices, or a feature before it; whatever else is wrong is found later."""
    try:
        features = _features(loads(short.data, limits=limits))
    except InvalidInput:
        return
    if put_in(short.sketches, features):
        plans_of(_pieces(features, heights, None))


def _features(document: object) -> list[Any]:
    if not isinstance(document, Mapping):
        raise InvalidInput("", shown(document), "a GeoJSON FeatureCollection")
    kind = document.get("type")
    if kind != "FeatureCollection":
        raise InvalidInput("type", shown(kind), "'FeatureCollection'")
    features = document.get("features")
    if not isinstance(features, list):
        raise InvalidInput("features", shown(features), "a list of features")
    return features


def _pieces(features: list[Any], heights: HeightRules, progress: Progress | None) -> Iterator[Piece]:
    """The pieces in file order. The features are taken out of their list, to be forgotten as soon as they are read."""
    total, reader = len(features), PlainReader(heights)
    for first in range(0, total, PROGRESS_EVERY):
        portion = slice(first, min(first + PROGRESS_EVERY, total))
        several = features[portion]
        features[portion] = [None] * len(several)
        plain = reader.pieces(several, first)
        for number, feature in enumerate(several, first):
            yield plain[number - first] or _piece(feature, number, heights)
        if progress is not None and len(several) == PROGRESS_EVERY:
            progress(portion.stop, total)
    if progress is not None:
        progress(total, total)


def _piece(feature: object, number: int, heights: HeightRules) -> Piece:
    if not _is_table(feature) or feature.get("type") != "Feature":
        raise InvalidInput(f"features[{number}]", shown(feature), "a GeoJSON Feature")
    properties = feature.get("properties")
    if not _is_table(properties):
        raise InvalidInput(
            f"features[{number}].properties", shown(properties), "a table with notice, party and the rest"
        )
    place = NamedPlace("features", number, feature.get("id"), properties.get("notice"))
    notice, party = _word(properties, "notice", place), _word(properties, "party", place)
    activity = properties.get("activity")
    if not isinstance(activity, str) or activity not in ACTIVITIES:
        raise InvalidInput(f"{place}.properties.activity", shown(activity), f"one of {', '.join(Activity)}")
    if feature.get("temporalGeometry") is not None:
        return Piece(place, notice, party, str(activity), _trajectory(feature, properties, place))
    return Piece(place, notice, party, str(activity), _volume(feature, properties, place, heights))


def _is_table(value: object) -> TypeGuard[Mapping[str, Any]]:
    return type(value) is dict or isinstance(value, Mapping)


def _word(properties: Mapping[str, Any], key: str, place: NamedPlace) -> str:
    found = properties.get(key)
    if not isinstance(found, str) or not found.strip() or len(found) > LONGEST_NAME:
        raise InvalidInput(f"{place}.properties.{key}", "missing" if found is None else shown(found), "a text")
    return found


def _volume(
    feature: Mapping[str, Any], properties: Mapping[str, Any], place: NamedPlace, heights: HeightRules
) -> Volume:
    geometry = feature.get("geometry")
    if geometry is None:
        expected = "the footprint: Polygon, MultiPolygon, Point or LineString"
        raise InvalidInput(f"{place}.geometry", "null" if "geometry" in feature else "missing", expected)
    given = {key: value for key in _VOLUME_KEYS if (value := properties.get(key)) is not None}
    given["footprint"] = geometry
    try:
        return volume_from_json(given, "", heights)
    except InvalidInput as error:
        raise type(error)(_place_in_feature(error.field, place), error.given, error.expected) from None


def _place_in_feature(inner: str, place: NamedPlace) -> str:
    """Where in its feature a field of a volume stands: the footprint is the geometry, the rest are properties."""
    if inner.startswith("footprint"):
        return f"{place}.geometry{inner.removeprefix('footprint')}"
    return f"{place}.properties.{inner}" if inner else str(place)


def _trajectory(feature: Mapping[str, Any], properties: Mapping[str, Any], place: NamedPlace) -> Trajectory:
    if feature.get("geometry") is not None:
        expected = "null: a feature with temporalGeometry is a trajectory"
        raise InvalidInput(f"{place}.geometry", shown(feature["geometry"]), expected)
    temporal = feature["temporalGeometry"]
    if not isinstance(temporal, Mapping) or temporal.get("type") != "MovingPoint":
        kind = temporal.get("type") if isinstance(temporal, Mapping) else temporal
        raise InvalidInput(f"{place}.temporalGeometry.type", shown(kind), "'MovingPoint'")
    for key in ("radius_m", "half_width_m", "floor", "ceiling"):
        if properties.get(key) is not None:
            expected = "left out: a trajectory has lateral_m and vertical_m"
            raise InvalidInput(f"{place}.properties.{key}", shown(properties[key]), expected)
    flat = {key: temporal[key] for key in ("type", "datetimes", "coordinates") if key in temporal}
    flat |= {key: properties[key] for key in _TRAJECTORY_KEYS if properties.get(key) is not None}
    try:
        return trajectory_from_json(flat, "")
    except InvalidInput as error:
        field = error.field.removeprefix(".")
        inside = "properties" if field.startswith(_TRAJECTORY_KEYS) else "temporalGeometry"
        raise type(error)(f"{place}.{inside}.{field}", error.given, error.expected) from None
