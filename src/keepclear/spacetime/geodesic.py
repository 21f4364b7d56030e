"""The WGS84 ellipsoid: geodesics, areas and earth-centred coordinates.

Geodesics are Karney's (C. F. F. Karney, «Algorithms for geodesics», J. Geodesy 87, 2013; PROJ carries them): good to
15 nm over any distance, so no other distance is ever used for an answer. Arrays are float64; degrees, metres.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from pyproj import Geod

Floats = npt.NDArray[np.float64]

WGS84 = Geod(ellps="WGS84")
SEMI_MAJOR_M = 6378137.0  # NIMA TR8350.2, table 3.1
FLATTENING = 1 / 298.257223563  # the same
ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING)
SEMI_MINOR_M = SEMI_MAJOR_M * (1 - FLATTENING)
LEAST_CURVATURE_RADIUS_M = SEMI_MAJOR_M * (1 - ECCENTRICITY_SQUARED)  # along the meridian at the equator
MOST_CURVATURE_RADIUS_M = SEMI_MAJOR_M / (1 - FLATTENING)  # at the poles
MEAN_RADIUS_M = 6371008.8


def inverse(lon1: Any, lat1: Any, lon2: Any, lat2: Any) -> tuple[Floats, Floats]:
    """Forward azimuth at the first point (degrees) and geodesic distance (m), element by element."""
    first, second = np.broadcast_arrays(np.asarray(lon1, float), np.asarray(lon2, float))
    low, high = np.broadcast_arrays(np.asarray(lat1, float), np.asarray(lat2, float))
    azimuth, _, distance = WGS84.inv(first.ravel(), low.ravel(), second.ravel(), high.ravel())
    return np.asarray(azimuth), np.asarray(distance)


def forward(lon: Any, lat: Any, azimuth_deg: Any, distance_m: Any) -> tuple[Floats, Floats, Floats]:
    """Where the geodesic leads: longitude, latitude, and the azimuth (degrees) that it has there."""
    parts = np.broadcast_arrays(
        np.asarray(lon, float), np.asarray(lat, float), np.asarray(azimuth_deg, float), np.asarray(distance_m, float)
    )
    at_lon, at_lat, heading, distance = (np.ascontiguousarray(part).ravel() for part in parts)
    end_lon, end_lat, back = WGS84.fwd(at_lon, at_lat, heading, distance)
    return np.asarray(end_lon), np.asarray(end_lat), np.asarray(back) + 180.0


def earth_centred(lon: Any, lat: Any) -> Floats:
    """Points of the ellipsoid as earth-centred, earth-fixed metres, shape (n, 3)."""
    lam, phi = np.radians(np.asarray(lon, float)), np.radians(np.asarray(lat, float))
    prime = SEMI_MAJOR_M / np.sqrt(1 - ECCENTRICITY_SQUARED * np.sin(phi) ** 2)
    across = prime * np.cos(phi)
    return np.stack(
        [across * np.cos(lam), across * np.sin(lam), prime * (1 - ECCENTRICITY_SQUARED) * np.sin(phi)], axis=-1
    )


def surface_normal(point: Floats) -> Floats:
    """The unit normal of the ellipsoid at earth-centred points that lie on it, same shape."""
    scaled = point / np.array([SEMI_MAJOR_M**2, SEMI_MAJOR_M**2, SEMI_MINOR_M**2])
    unit: Floats = scaled / np.linalg.norm(scaled, axis=-1, keepdims=True)
    return unit


def geodetic(point: Floats) -> tuple[Floats, Floats]:
    """Longitude and latitude (degrees) of earth-centred points that lie on the ellipsoid, shape (n, 3)."""
    across = np.hypot(point[..., 0], point[..., 1])
    lat = np.arctan2(point[..., 2], (1 - ECCENTRICITY_SQUARED) * across)
    return np.degrees(np.arctan2(point[..., 1], point[..., 0])), np.degrees(lat)


def on_surface(start: Floats, direction: Floats) -> Floats:
    """Where rays from inside the earth leave the ellipsoid; both (n, 3) or (3,), directions of any length."""
    scale = np.array([1 / SEMI_MAJOR_M, 1 / SEMI_MAJOR_M, 1 / SEMI_MINOR_M])
    p, d = start * scale, direction * scale
    a, b, c = (d * d).sum(-1), (p * d).sum(-1), (p * p).sum(-1) - 1
    along = (-b + np.sqrt(b * b - a * c)) / a
    points: Floats = start + along[..., None] * direction
    return points


def arc_of_chord(chord_m: Any, radius_m: float) -> Floats:
    """The arc (m) over a chord on a circle of the radius given, at most half of its circumference."""
    half = np.minimum(np.asarray(chord_m, float) / (2 * radius_m), 1.0)
    arc: Floats = 2 * radius_m * np.arcsin(np.maximum(half, 0.0))
    return arc
