"""Which volumes overlap in height, and at which levels: many pairs at once where they are in one and the same datum.

There a gap is one floor less one ceiling, and comparing it is what ``spacetime.heights`` does. Pairs of several datums
go there one by one, each two bands once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from keepclear.detection.columns import CODE_OF, Bools, Columns, Ints
from keepclear.spacetime.altitude import Altitude, Datum
from keepclear.spacetime.geodesic import Floats
from keepclear.spacetime.heights import LEAST_OVERLAP_M, NOISE_M, Contact, HeightRules, compare_bands, height_band
from keepclear.spacetime.volume import Volume

OVERLAP_M = -LEAST_OVERLAP_M + NOISE_M
"""A gap that is no more than this, all separation taken off, is an overlap."""
_SFC, _UNL = CODE_OF[Datum.SFC], CODE_OF[Datum.UNL]


@dataclass(frozen=True, slots=True)
class Bands:
    """Floors and ceilings of n volumes: metres in their datums (infinite of SFC and UNL), and codes of the datums."""

    floor_m: Floats
    ceiling_m: Floats
    floor_datum: Ints
    ceiling_datum: Ints

    @classmethod
    def of(cls, columns: Columns) -> Bands:
        """The bands of volumes in columns."""
        return cls(columns.floor_m, columns.ceiling_m, columns.floor_datum, columns.ceiling_datum)

    def only(self, some: Ints) -> Bands:
        """Some of them."""
        return Bands(self.floor_m[some], self.ceiling_m[some], self.floor_datum[some], self.ceiling_datum[some])

    @property
    def thick_m(self) -> Floats:
        """Ceiling less floor; no small number can be said where they differ in datum: ∞."""
        return np.where(self.floor_datum == self.ceiling_datum, self.ceiling_m - self.floor_m, np.inf)


def bands_of(volumes: Sequence[Volume]) -> Bands:
    """The bands of some volumes."""
    floor_m, ceiling_m, floor_datum, ceiling_datum = (
        np.array([(*_said(volume.floor), *_said(volume.ceiling)) for volume in volumes]).reshape(-1, 4).T[[0, 2, 1, 3]]
    )
    return Bands(floor_m, ceiling_m, floor_datum.astype(np.int64), ceiling_datum.astype(np.int64))


@lru_cache(maxsize=65_536)
def _said(limit: Altitude) -> tuple[float, int]:
    return limit.metres, CODE_OF[limit.datum]


def rises_m(over: Bands, under: Bands) -> tuple[Floats, Bools]:
    """By how much the floor of the one stands above the ceiling of the other (−∞: never), and whether that is exact."""
    never = (over.floor_datum == _SFC) | (under.ceiling_datum == _UNL)
    alike = over.floor_datum == under.ceiling_datum
    with np.errstate(invalid="ignore"):
        rise = np.where(never, -np.inf, over.floor_m - under.ceiling_m)
    return rise, never | alike


@dataclass
class Heights:
    """Whether volumes overlap in height, under a mechanism's rules."""

    rules: HeightRules
    _known: dict[tuple[object, ...], bool] = field(default_factory=dict)

    def overlap(self, own: Volume, other: Volume, apart_m: float) -> bool:
        """True when two volumes overlap in height."""
        key = bands_key(own, other, apart_m)
        if key not in self._known:
            mine, band = (height_band(each.footprint, each.floor, each.ceiling, self.rules) for each in (own, other))
            self._known[key] = compare_bands(mine, band, apart_m).contact is Contact.OVERLAP
        return self._known[key]

    def overlapping(
        self, own: Sequence[Volume], other: Callable[[int], Volume], bands: Bands, i: Ints, j: Ints, apart_m: Floats
    ) -> Bools:
        """Which pairs of ``own[i]`` and ``other(j)``, whose bands are given, overlap in height, ``apart_m`` apart."""
        mine, theirs = bands_of(own).only(i), bands.only(j)
        over, sure_over = rises_m(mine, theirs)
        under, sure_under = rises_m(theirs, mine)
        thin = -np.minimum(mine.thick_m, theirs.thick_m)
        found = np.asarray(np.maximum(np.maximum(over, under), thin) - apart_m <= OVERLAP_M)
        for pair in np.flatnonzero(~(sure_over & sure_under)).tolist():
            found[pair] = self.overlap(own[i[pair]], other(int(j[pair])), float(apart_m[pair]))
        return found


def bands_key(own: Volume, other: Volume, apart_m: float) -> tuple[object, ...]:
    """Whatever how two volumes stand in height hangs on."""
    ends = (own.floor, own.ceiling, other.floor, other.ceiling)
    return (*ends, apart_m) if _plain(ends) else (*ends, apart_m, own.footprint, other.footprint)


def _plain(ends: tuple[Altitude, ...]) -> bool:
    """True when the geoid plays no part in how two bands stand: neither or all of them hang on the ellipsoid."""
    given = {end.datum is Datum.HAE for end in ends if end.datum not in (Datum.SFC, Datum.UNL)}
    return len(given) < 2
