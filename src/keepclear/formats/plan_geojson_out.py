"""Writing plan files: the features of a file as they were, with the times and heights that have changed.

What we do not know in a feature stays in it. Reading the file back gives the plans that were written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from keepclear.detection.plan import Plan
from keepclear.errors import InvalidInput
from keepclear.formats.plan_pieces import NamedPlace
from keepclear.formats.reader import shown
from keepclear.formats.strict_json import PLAN_FILE_LIMITS, loads
from keepclear.spacetime.footprint import footprint_to_geojson
from keepclear.spacetime.instants import format_instant
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

Feature = dict[str, Any]
SHIFT, LAYER = "resolved_shift_s", "resolved_layer"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def features_of_geojson(data: bytes) -> list[Feature]:
    """The features of a plan file that ``plans_from_geojson`` has taken."""
    features: list[Feature] = loads(data.removeprefix(_BYTE_ORDER_MARK), limits=PLAN_FILE_LIMITS)["features"]
    return features


def features_of_plan(plan: Plan) -> list[Feature]:
    """A plan that was no GeoJSON, as features."""
    if isinstance(plan.envelope, Trajectory):
        flight = plan.envelope
        known = {"lateral_m": flight.lateral_m, "vertical_m": flight.vertical_m, "time_s": flight.time_s}
        return [_changed(_feature(plan, None, known | {"temporal": True}), flight)]
    features = []
    for volume in plan.envelope:
        geometry, width = footprint_to_geojson(volume.footprint)
        features.append(_changed(_feature(plan, geometry, width), volume))
    return features


def fixed_notices(features: Iterable[Feature]) -> set[str]:
    """The notices that a file says may not move: ``"fixed": true`` in a feature of theirs."""
    found = set()
    for number, feature in enumerate(features):
        properties = feature["properties"]
        fixed = properties.get("fixed")
        if fixed is not None and not isinstance(fixed, bool):
            place = NamedPlace("features", number, feature.get("id"), properties["notice"])
            raise InvalidInput(f"{place}.properties.fixed", shown(fixed), "true or false")
        if fixed:
            found.add(properties["notice"])
    return found


def with_plans(
    features: Iterable[Feature], plans: Mapping[str, Plan], notes: Mapping[str, Mapping[str, int]]
) -> Iterator[Feature]:
    """The features with the envelopes of ``plans`` (by notice, in the order of its features); others are as they were.

    ``notes`` are properties to add by notice; what an earlier run of ours noted is taken out.
    """
    parts: dict[str, Iterator[Volume | Trajectory]] = {}
    for feature in features:
        notice = feature["properties"]["notice"]
        old = feature["properties"]
        properties = {key: old[key] for key in old if key not in (SHIFT, LAYER)} | dict(notes.get(notice, {}))
        kept = feature | {"properties": properties}
        if notice not in plans:
            yield kept
            continue
        envelope = plans[notice].envelope
        if notice not in parts:
            parts[notice] = iter([envelope] if isinstance(envelope, Trajectory) else envelope)
        yield _changed(kept, next(parts[notice]))


def collection_bytes(features: Sequence[Feature]) -> bytes:
    """A ``FeatureCollection``, one feature a line."""
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, allow_nan=False) for feature in features)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'.encode()


def _feature(plan: Plan, geometry: object, properties: Mapping[str, Any]) -> Feature:
    named = {"notice": plan.id, "party": plan.party, "activity": plan.activity}
    feature: Feature = {"type": "Feature", "geometry": geometry, "properties": named | dict(properties)}
    if feature["properties"].pop("temporal", False):
        feature["temporalGeometry"] = {"type": "MovingPoint"}
    return feature


def _changed(feature: Feature, part: Volume | Trajectory) -> Feature:
    if isinstance(part, Trajectory):
        points = zip(part.lon, part.lat, part.height_m, strict=True)
        moved = {
            "datetimes": [format_instant(at) for at in part.times_ms],
            "coordinates": [list(point) for point in points],
        }
        return feature | {"temporalGeometry": feature["temporalGeometry"] | moved}
    said = {
        "floor": str(part.floor),
        "ceiling": str(part.ceiling),
        "start": format_instant(part.start_ms),
        "end": format_instant(part.end_ms),
    }
    return feature | {"properties": feature["properties"] | said}
