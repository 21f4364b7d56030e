"""Features of a plan file read many together, where they are plainly right; ``plan_geojson`` reads the rest one by one.

A piece that comes of this is the one that reading its feature alone gives. What is out of the ordinary gives none here,
and so does all that is wrong: what is refused, and in which words, is said in one place only.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from operator import itemgetter
from typing import Any, NamedTuple

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
_TYPE, _PROPERTIES, _GEOMETRY = map(itemgetter, ("type", "properties", "geometry"))
_SAID = itemgetter("notice", "party", "activity", "start", "end", "floor", "ceiling")
_SIZES = ("radius_m", "half_width_m")
_Limits = tuple[Altitude, Altitude]


class _Rows(NamedTuple):
    """Columns of features that have all that a volume needs, and whose names and heights are taken in any case."""

    numbers: list[int]
    """Where they stand in the file."""
    features: list[dict[str, Any]]
    properties: list[dict[str, Any]]
    geometries: list[Any]
    said: list[tuple[Any, ...]]
    """What ``_SAID`` asks of each."""
    limits: list[_Limits]


class PlainReader:
    """Reads portions of the features of one file; ``heights`` are the rules that its heights are taken by."""

    def __init__(self, heights: HeightRules) -> None:
        self._limits = _KnownLimits(heights)

    def pieces(self, features: Sequence[Any], first: int) -> list[Piece | None]:
        """Of each feature its piece, or None where it is to be read by itself; ``first`` is the number of the first."""
        found: list[Piece | None] = [None] * len(features)
        rows = _Rows([], [], [], [], [], [])
        self._take(features, first, rows)
        if not rows.numbers:
            return found
        sizes = [list(map(dict.get, rows.properties, repeat(key))) for key in _SIZES]
        footprints = plain_footprints(rows.geometries, *sizes)
        notices, parties, activities, starts, ends, *_ = zip(*rows.said, strict=True)
        places = map(NamedPlace, repeat("features"), rows.numbers, map(dict.get, rows.features, repeat("id")), notices)
        for place, party, activity, footprint, limits, start, end in zip(
            places, parties, activities, footprints, rows.limits, _instants(starts, "down"), _instants(ends, "up"),
            strict=True,
        ):  # fmt: skip
            if footprint is not None and start is not None and end is not None and start < end:
                volume = Volume(footprint, limits[0], limits[1], start, end)
                found[place.number - first] = Piece(place, place.notice, party, activity, volume)
        return found

    def _take(self, features: Sequence[Any], first: int, rows: _Rows) -> None:
        """Adds those that are as they should be: all at once, or where one is not, either half by itself."""
        try:
            taken = self._all(features, first)
        except (KeyError, TypeError):
            taken = None
        if taken is not None:
            columns: list[list[Any]] = [*rows]
            for column, more in zip(columns, taken, strict=True):
                column += more
        elif len(features) > 1:
            half = len(features) // 2
            self._take(features[:half], first, rows)
            self._take(features[half:], first + half, rows)

    def _all(self, features: Sequence[Any], first: int) -> _Rows | None:
        """All of the features, none of which may be out of the ordinary. Raises KeyError or TypeError for some."""
        if set(map(_TYPE, features)) != {"Feature"} or any("temporalGeometry" in each for each in features):
            return None
        properties, geometries = list(map(_PROPERTIES, features)), list(map(_GEOMETRY, features))
        said = list(map(_SAID, properties))
        notices, parties, activities, _, _, floors, ceilings = zip(*said, strict=True)
        if not (_ACTIVITIES.issuperset(activities) and _are_names(notices) and _are_names(parties)):
            return None
        limits = list(map(self._limits.__getitem__, zip(floors, ceilings, strict=True)))
        known = [each for each in limits if each is not None]
        if len(known) < len(limits):
            return None
        return _Rows(list(range(first, first + len(features))), list(features), properties, geometries, said, known)


class _KnownLimits(dict[tuple[Any, Any], _Limits | None]):
    """For a floor and a ceiling as they are written both heights, where they are taken over any footprint."""

    def __init__(self, heights: HeightRules) -> None:
        super().__init__()
        self._heights = heights

    def __missing__(self, said: tuple[Any, Any]) -> _Limits | None:
        self[said] = limits = self._read(*said)
        return limits

    def _read(self, floor: object, ceiling: object) -> _Limits | None:
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


def _are_names(values: Sequence[Any]) -> bool:
    return set(map(type, values)) == {str} and max(map(len, values)) <= LONGEST_NAME and all(map(str.strip, values))
