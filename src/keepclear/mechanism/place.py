"""A place in words, as it is said beside an envelope: «Airfield, 3 to 6 km SW», «within 2 km of Base», «the coast».

Names are from the mechanism's own gazetteer; whether words and figures agree is ``checks.area_text``.
"""

from __future__ import annotations

from dataclasses import dataclass

COMPASS_DEG: dict[str, float] = {
    "N": 0.0,
    "NNE": 22.5,
    "NE": 45.0,
    "ENE": 67.5,
    "E": 90.0,
    "ESE": 112.5,
    "SE": 135.0,
    "SSE": 157.5,
    "S": 180.0,
    "SSW": 202.5,
    "SW": 225.0,
    "WSW": 247.5,
    "W": 270.0,
    "WNW": 292.5,
    "NW": 315.0,
    "NNW": 337.5,
}
"""Points of the compass, degrees from true north."""


@dataclass(frozen=True, slots=True)
class Within:
    """Within so many kilometres of a named place: ``{name, within_km}``."""

    name: str
    within_km: float

    def __str__(self) -> str:
        return f"within {self.within_km:g} km of {self.name}"


@dataclass(frozen=True, slots=True)
class Offset:
    """So far from a named place in a direction: ``{name, bearing, distance_km: [nearest, farthest]}``."""

    name: str
    bearing: str
    nearest_km: float
    farthest_km: float

    def __str__(self) -> str:
        return f"{self.nearest_km:g} to {self.farthest_km:g} km {self.bearing} of {self.name}"


@dataclass(frozen=True, slots=True)
class InRegion:
    """In a named region: ``{region}``."""

    region: str

    def __str__(self) -> str:
        return self.region


PlaceText = Within | Offset | InRegion


def place_to_json(place: PlaceText) -> dict[str, object]:
    """The place in the contract's notation."""
    match place:
        case Within(name, within_km):
            return {"name": name, "within_km": within_km}
        case Offset(name, bearing, nearest_km, farthest_km):
            return {"name": name, "bearing": bearing, "distance_km": [nearest_km, farthest_km]}
        case InRegion(region):
            return {"region": region}
