"""Features of a plan file read many together, where they are plainly right; ``plan_geojson`` reads the rest one by one.

A piece that comes of this is the one that reading its feature alone gives. What is out of the ordinary gives none here,
and so does all that is wrong: what is refused, and in which words, is said in one place only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keepclear.errors import InvalidInput
from keepclear.formats.plan_pieces import NamedPlace, Piece
from keepclear.formats.reader import LONGEST_NAME
from keepclear.mechanism.words import Activity
from keepclear.spacetime.altitude import Altitude, parse_altitude
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.instants import Rounding, parse_instant
from keepclear.spacetime.many_instants import plain_instants
from keepclear.spacetime.plain_footprints import plain_footprints
from keepclear.spacetime.volume import Volume, taken_anywhere

_ACTIVITIES = frozenset(map(str, Activity))
_Limits = tuple[Altitude, Altitude]


_Row = tuple[NamedPlace, str, str, str, _Limits]
"""Where a feature stands, its notice, party and activity, and its heights."""


class PlainReader:
    """Reads portions of the features of one file; ``heights`` are the rules that its heights are taken by."""

    def __init__(self, heights: HeightRules) -> None:
        self._heights = heights
        self._limits: dict[tuple[str, str], _Limits | None] = {}

    def pieces(self, features: Sequence[Any], first: int) -> list[Piece | None]:
        """Of each feature its piece, or None where it is to be read by itself; ``first`` is the number of the first."""
        found: list[Piece | None] = [None] * len(features)
        rows: list[_Row] = []
        columns: tuple[list[Any], ...] = ([], [], [], [], [])
        for number, feature in enumerate(features, first):
            self._look(feature, number, rows, *columns)
        starts, ends, *said = columns
        footprints = plain_footprints(*said)
        start_ms, end_ms = _instants(starts, "down"), _instants(ends, "up")
        for (place, notice, party, activity, limits), footprint, start, end in zip(
            rows, footprints, start_ms, end_ms, strict=True
        ):
            if footprint is not None and start is not None and end is not None and start < end:
                volume = Volume(footprint, *limits, start, end)
                found[place.number - first] = Piece(place, notice, party, activity, volume)
        return found

    def _look(
        self,
        feature: Any,
        number: int,
        rows: list[_Row],
        starts: list[Any],
        ends: list[Any],
        geometries: list[Any],
        radii_m: list[Any],
        half_widths_m: list[Any],
    ) -> None:
        """Keeps a feature that has all that a volume needs, and whose names and heights are taken in any case."""
        try:
            properties, geometry = feature["properties"], feature["geometry"]
            notice, party, activity = properties["notice"], properties["party"], properties["activity"]
            limits = self._limits_of(properties["floor"], properties["ceiling"])
            start, end = properties["start"], properties["end"]
            if feature["type"] != "Feature" or "temporalGeometry" in feature or activity not in _ACTIVITIES:
                return
        except (KeyError, TypeError):
            return
        if limits is None or not _is_name(notice) or not _is_name(party):
            return
        place = NamedPlace("features", number, feature.get("id"), notice)
        rows.append((place, notice, party, activity, limits))
        starts.append(start)
        ends.append(end)
        geometries.append(geometry)
        radii_m.append(properties.get("radius_m"))
        half_widths_m.append(properties.get("half_width_m"))

    def _limits_of(self, floor: str, ceiling: str) -> _Limits | None:
        """The two heights, where they are taken over any footprint."""
        said = floor, ceiling
        if said not in self._limits:
            self._limits[said] = self._read_limits(floor, ceiling)
        return self._limits[said]

    def _read_limits(self, floor: object, ceiling: object) -> _Limits | None:
        try:
            limits = parse_altitude(floor, "floor"), parse_altitude(ceiling, "ceiling")
        except InvalidInput:
            return None
        return limits if taken_anywhere(*limits, self._heights) else None


def _instants(texts: Sequence[object], rounding: Rounding) -> Sequence[int | None]:
    """The instants; None for what is none."""
    together = plain_instants(texts)
    return [_instant(text, rounding) for text in texts] if together is None else together.tolist()


def _instant(text: object, rounding: Rounding) -> int | None:
    try:
        return parse_instant(text, "", rounding=rounding)
    except InvalidInput:
        return None


def _is_name(value: object) -> bool:
    return type(value) is str and len(value) <= LONGEST_NAME and bool(value.strip())
