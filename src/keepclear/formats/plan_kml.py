"""Plans from KML and KMZ (OGC 12-007r2), the map format that most programs write.

A placemark is one volume, or several of one notice; what KML has no place for stands in its ``ExtendedData`` under the
names that the GeoJSON plan file has: ``notice``, ``party``, ``activity``, ``floor``, ``ceiling``, ``start``, ``end``
(or a ``TimeSpan``), ``radius_m``, ``half_width_m``. Heights in ``coordinates`` of areas are not read: ``floor`` and
``ceiling`` say them with their datum. A ``gx:Track`` is a trajectory; its heights count only where KML gives them a
datum («absolute» is above EGM96 mean sea level, §9.20), and are turned into heights above the ellipsoid.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from keepclear.detection.plan import Plan
from keepclear.errors import InvalidInput
from keepclear.formats.kml_xml import Element, kml_of_kmz, placemarks
from keepclear.formats.plan_pieces import PROGRESS_EVERY, Piece, Progress, plans_of
from keepclear.formats.reader import LONGEST_NAME, shown
from keepclear.mechanism.words import Activity
from keepclear.spacetime.geoid import undulation_m
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.trajectory import Trajectory, trajectory_from_json
from keepclear.spacetime.volume import Volume, volume_from_json

_NUMBERS = ("radius_m", "half_width_m", "lateral_m", "vertical_m", "time_s")
_AREAS = ("Point", "LineString", "Polygon")
EGM96_UNCERTAINTY_M = 1.0
"""Added to ``vertical_m`` of a track, whose heights went through EGM96 (model §2)."""


def plans_from_kmz(data: bytes, *, heights: HeightRules, progress: Progress | None = None) -> list[Plan]:
    """The plans of a KMZ file."""
    return plans_from_kml(kml_of_kmz(data), heights=heights, progress=progress)


def plans_from_kml(data: bytes, *, heights: HeightRules, progress: Progress | None = None) -> list[Plan]:
    """The plans of a KML file, in file order; the first placemark that cannot be taken is refused by name."""
    return plans_of(_pieces(data, heights, progress))


def _pieces(data: bytes, heights: HeightRules, progress: Progress | None) -> Iterator[Piece]:
    in_all = data.count(b"<Placemark") if progress is not None else 0
    number = -1
    for number, placemark in enumerate(placemarks(data)):
        yield from _of_placemark(placemark, number, heights)
        if progress is not None and (number + 1) % PROGRESS_EVERY == 0:
            progress(number + 1, in_all)
    if progress is not None:
        progress(number + 1, number + 1)


def _of_placemark(placemark: Element, number: int, heights: HeightRules) -> Iterator[Piece]:
    name = placemark.text_of("name")
    place = _place(number, ("name", name))
    given = _extended_data(placemark, place)
    place = _place(number, ("name", name), ("notice", given.get("notice")))
    given |= _time_span(placemark, given, place)
    notice, party = (_word(given, key, place) for key in ("notice", "party"))
    activity = _word(given, "activity", place)
    if activity not in frozenset(Activity):
        raise InvalidInput(f"{place}.ExtendedData.activity", shown(activity), f"one of {', '.join(Activity)}")
    for part in _parts(placemark, _with_numbers(given, place), place, heights):
        yield Piece(place, notice, party, activity, part)


def _place(number: int, *names: tuple[str, str | None]) -> str:
    """Where a placemark stands, with the names by which its author knows it."""
    known = ", ".join(f"{word} {shown(name)}" for word, name in names if name)
    return f"Placemark[{number}] ({known})" if known else f"Placemark[{number}]"


def _extended_data(placemark: Element, place: str) -> dict[str, Any]:
    """The named values of a placemark."""
    given: dict[str, Any] = {}
    for extended in placemark.all("ExtendedData"):
        pairs = [(data.attributes.get("name", ""), data.text_of("value")) for data in extended.all("Data")]
        for schema in extended.all("SchemaData"):
            pairs += [(data.attributes.get("name", ""), data.text) for data in schema.all("SimpleData")]
        for name, text in pairs:
            if name in given and given[name] != text:
                raise InvalidInput(f"{place}.ExtendedData.{name}", "stands twice and differs", "each name once")
            if text:
                given[name] = text
    return given


def _time_span(placemark: Element, given: dict[str, Any], place: str) -> dict[str, Any]:
    """The start and end that a ``TimeSpan`` gives; where they stand in the named values too they must be the same."""
    span = placemark.child("TimeSpan")
    told: dict[str, Any] = {}
    for key, name in (("start", "begin"), ("end", "end")):
        text = "" if span is None else span.text_of(name)
        if text and given.get(key, text) != text:
            expected = f"the same as {key} in ExtendedData, {shown(given[key])}"
            raise InvalidInput(f"{place}.TimeSpan.{name}", shown(text), expected)
        if text:
            told[key] = text
    return told


def _word(given: dict[str, Any], key: str, place: str) -> str:
    found = given.get(key, "")
    if not found or len(found) > LONGEST_NAME:
        raise InvalidInput(f"{place}.ExtendedData.{key}", shown(found) if found else "missing", "a text")
    return str(found)


def _with_numbers(given: dict[str, Any], place: str) -> dict[str, Any]:
    return {
        key: _number(value, f"{place}.ExtendedData.{key}") if key in _NUMBERS else value for key, value in given.items()
    }


def _number(text: str, field: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidInput(field, shown(text), "a number") from None


def _parts(
    placemark: Element, given: dict[str, Any], place: str, heights: HeightRules
) -> Iterator[Volume | Trajectory]:
    geometries = list(_geometries(placemark, place))
    if not geometries:
        raise InvalidInput(place, "no geometry", "a Polygon, LineString, Point, MultiGeometry or gx:Track")
    polygons = [_polygon(one, place) for one in geometries if one.name == "Polygon"]
    footprints: list[dict[str, Any]] = []
    if polygons:
        several = len(polygons) > 1
        kind = "MultiPolygon" if several else "Polygon"
        footprints.append({"type": kind, "coordinates": polygons if several else polygons[0]})
    for one in geometries:
        if one.name == "gx:Track":
            yield _track(one, given, place)
        elif one.name != "Polygon":
            line = _coordinates(one.text_of("coordinates"), f"{place}.{one.name}.coordinates")
            points: Any = line if one.name == "LineString" else _one_point(line, place)
            footprints.append({"type": one.name, "coordinates": points})
    kinds = {str(footprint["type"]) for footprint in footprints}
    for footprint in footprints:
        yield _volume(footprint, given, kinds, place, heights)


def _geometries(element: Element, place: str) -> Iterator[Element]:
    for child in element.children:
        if child.name in _AREAS or child.name == "gx:Track":
            yield child
        elif child.name == "MultiGeometry":
            yield from _geometries(child, place)
        elif child.name in ("LinearRing", "Model", "gx:MultiTrack"):
            raise InvalidInput(place, f"a {child.name}", "a Polygon, LineString, Point, MultiGeometry or gx:Track")


def _polygon(polygon: Element, place: str) -> list[list[list[float]]]:
    """Rings of a polygon as GeoJSON has them: the outer one first."""
    outer = list(polygon.all("outerBoundaryIs"))
    if len(outer) != 1:
        raise InvalidInput(f"{place}.Polygon.outerBoundaryIs", f"{len(outer)} of them", "one")
    return [
        _coordinates(ring.text_of("coordinates"), f"{place}.Polygon.{boundary.name}")
        for boundary in [*outer, *polygon.all("innerBoundaryIs")]
        for ring in boundary.all("LinearRing")
    ]


def _coordinates(text: str, field: str) -> list[list[float]]:
    points = []
    for number, group in enumerate(text.split()):
        try:
            lon, lat, *_height = (float(figure) for figure in group.split(","))
        except ValueError:
            expected = "longitude,latitude or longitude,latitude,height, with blanks between points only"
            raise InvalidInput(f"{field}[{number}]", shown(group), expected) from None
        points.append([lon, lat])
    return points


def _one_point(points: list[list[float]], place: str) -> list[float]:
    if len(points) != 1:
        raise InvalidInput(f"{place}.Point.coordinates", f"{len(points)} points", "one")
    return points[0]


def _volume(
    footprint: dict[str, Any], given: dict[str, Any], kinds: set[str], place: str, heights: HeightRules
) -> Volume:
    volume = {"footprint": footprint}
    for key in ("floor", "ceiling", "start", "end"):
        if key in given:
            volume[key] = given[key]
    for key, kind in (("radius_m", "Point"), ("half_width_m", "LineString")):
        if key in given and (footprint["type"] == kind or kind not in kinds):
            volume[key] = given[key]
    try:
        return volume_from_json(volume, "", heights)
    except InvalidInput as error:
        inside = "" if error.field.startswith("footprint") else "ExtendedData."
        raise type(error)(f"{place}.{inside}{error.field}", error.given, error.expected) from None


def _track(track: Element, given: dict[str, Any], place: str) -> Trajectory:
    mode = track.text_of("altitudeMode") or track.text_of("gx:altitudeMode") or "clampToGround"
    if mode != "absolute":
        expected = "absolute: only then do its heights have a datum"
        raise InvalidInput(f"{place}.gx:Track.altitudeMode", shown(mode), expected)
    flat: dict[str, Any] = {
        "type": "MovingPoint",
        "datetimes": [when.text for when in track.all("when")],
        "coordinates": [
            _track_point(coord.text, f"{place}.gx:Track.gx:coord[{number}]")
            for number, coord in enumerate(track.all("gx:coord"))
        ],
    }
    flat |= {key: given[key] for key in ("lateral_m", "vertical_m", "time_s") if key in given}
    if flat.get("vertical_m", 0.0) > 0:
        flat["vertical_m"] += EGM96_UNCERTAINTY_M
    try:
        return trajectory_from_json(flat, "")
    except InvalidInput as error:
        field = error.field.removeprefix(".")
        raise type(error)(f"{place}.gx:Track.{field}", error.given, error.expected) from None


def _track_point(text: str, field: str) -> list[float]:
    """Longitude, latitude and metres above the ellipsoid of a track's point, whose height is above EGM96."""
    try:
        lon, lat, height = (float(figure) for figure in text.split())
    except ValueError:
        raise InvalidInput(field, shown(text), "longitude, latitude and height with blanks between") from None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise InvalidInput(field, shown(text), "a longitude within ±180 and a latitude within ±90")
    return [lon, lat, height + float(undulation_m(lon, lat))]
