"""The legs of a trajectory as arrays: WGS84 geodesics at constant ground speed, heights linear in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from keepclear.spacetime.geodesic import Floats, forward, inverse

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FlownPath:
    """n points and the n − 1 legs between them. Degrees, metres, milliseconds since 1970 UTC."""

    time_ms: Whole
    lon: Floats
    lat: Floats
    height_m: Floats
    azimuth_deg: Floats
    """At the beginning of each leg."""
    length_m: Floats
    """Of each leg, along the ground."""

    @classmethod
    def over(
        cls, time_ms: Sequence[int], lon: Sequence[float], lat: Sequence[float], height_m: Sequence[float]
    ) -> FlownPath:
        """The path over points in time order, two or more."""
        x, y = np.asarray(lon, float), np.asarray(lat, float)
        azimuth_deg, length_m = inverse(x[:-1], y[:-1], x[1:], y[1:])
        return cls(np.asarray(time_ms, np.int64), x, y, np.asarray(height_m, float), azimuth_deg, length_m)

    @property
    def legs(self) -> int:
        """How many legs there are, 1 or more."""
        return len(self.length_m)

    def position(self, leg: npt.NDArray[np.intp], share: Floats) -> tuple[Floats, Floats]:
        """Longitude and latitude (degrees) at a share (0 to 1) of the way along each of some legs."""
        ends = leg + (share >= 1.0)
        lon, lat = self.lon[ends], self.lat[ends]
        inner = np.flatnonzero((share > 0.0) & (share < 1.0))
        if len(inner):
            on = leg[inner]
            lon[inner], lat[inner], _ = forward(
                self.lon[on], self.lat[on], self.azimuth_deg[on], self.length_m[on] * share[inner]
            )
        return lon, lat
