"""How heights of different datums are compared: as intervals of metres, never as one guess (model §2).

Two limits in one and the same datum compare exactly. Where datums differ, each limit becomes the widest interval that
it can mean: a flight level by the lowest and highest expected QNH, a height above ground by the lowest and highest
terrain, and sea level by EGM96 with 1 m of doubt; the answer then says that it was ``widened``.
``docs/explanation/heights.md`` says what this covers and what it does not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from keepclear.errors import InvalidInput
from keepclear.spacetime.altitude import Altitude, Datum
from keepclear.spacetime.footprint import Footprint
from keepclear.spacetime.geoid import undulation_range_m
from keepclear.spacetime.region import covering_box

EGM96_DOUBT_M = 1.0
"""How far EGM96 may stand from the true mean sea level (NIMA TR8350.2, third edition, §6: 0.5 to 1 m worldwide)."""
LEAST_OVERLAP_M = 0.01
"""An overlap or gap of 1 cm decides; what is less is marginal (model §2, F3548 GEN0500)."""
NOISE_M = 1e-6
"""Binary arithmetic on feet and metres: what is nearer than this is the same height."""

STANDARD_HPA = 1013.25
_ISA_SCALE_M = 288.15 / 0.0065
"""Sea-level temperature over lapse rate: where the standard troposphere would reach 0 K (ICAO Doc 7488)."""
_ISA_EXPONENT = 0.0065 * 287.05287 / 9.80665


@dataclass(frozen=True, slots=True)
class HeightRules:
    """What the mechanism knows of its ground (metres AMSL) and air pressure (hPa).

    Without terrain, heights above ground are refused. Without a QNH rule, pressure may be anything that an altimeter
    can be set to: 28.00 to 31.00 inHg, beyond which the US Aeronautical Information Manual (§7-2) has rules of its own.
    """

    terrain_lowest_m: float | None = None
    terrain_highest_m: float | None = None
    qnh_lowest_hpa: float = 948.0
    qnh_highest_hpa: float = 1050.0

    def __post_init__(self) -> None:
        _check_span("terrain", self.terrain_lowest_m, self.terrain_highest_m)
        _check_span("qnh", self.qnh_lowest_hpa, self.qnh_highest_hpa)
        if self.qnh_lowest_hpa <= 0:
            raise InvalidInput("qnh.lowest_hpa", f"{self.qnh_lowest_hpa} is no pressure", "give hPa, such as 980")


@dataclass(frozen=True, slots=True)
class HeightLimit:
    """One floor or ceiling: as declared, and the interval it can mean, above sea level or above the ellipsoid."""

    datum: Datum
    declared_m: float
    """Metres in its own datum."""
    lowest_m: float
    highest_m: float
    """Above mean sea level, but for ``HAE``, where they are above the ellipsoid."""

    @property
    def above_sea(self) -> bool:
        """True when sea level, and so the geoid, is needed to say where it is."""
        return self.datum in (Datum.AMSL, Datum.FL, Datum.AGL)


class Contact(StrEnum):
    """What two extents are to each other, in one dimension or in two."""

    CLEAR = "clear"
    MARGINAL = "marginal"
    OVERLAP = "overlap"


@dataclass(frozen=True, slots=True)
class HeightGap:
    """The answer to how two bands of height stand to each other."""

    gap_m: float
    """Between what was declared, without separation; negative by how far they overlap (−∞: from the surface up)."""
    contact: Contact
    """With the separation applied."""
    widened: bool
    """True when limits of different datums were compared."""


@dataclass(frozen=True)
class HeightBand:
    """A floor and a ceiling over a footprint. Without a footprint both are HAE (or open)."""

    floor: HeightLimit
    ceiling: HeightLimit
    footprint: Footprint | None = None

    @cached_property
    def undulation_m(self) -> tuple[float, float]:
        """Lowest and highest EGM96 undulation anywhere over the footprint, in metres."""
        return (0.0, 0.0) if self.footprint is None else undulation_range_m(*covering_box(self.footprint))

    @cached_property
    def hae_bounds_m(self) -> tuple[float, float]:
        """An interval above the ellipsoid that surely holds the band, all doubt included: safe to filter by."""
        return self.lowest_hae_m(self.floor), self.highest_hae_m(self.ceiling)

    def lowest_hae_m(self, limit: HeightLimit) -> float:
        """The lowest height above the ellipsoid that the limit can mean over this footprint."""
        if not limit.above_sea:
            return limit.lowest_m
        return limit.lowest_m + self.undulation_m[0] - EGM96_DOUBT_M

    def highest_hae_m(self, limit: HeightLimit) -> float:
        """The highest height above the ellipsoid that the limit can mean over this footprint."""
        if not limit.above_sea:
            return limit.highest_m
        return limit.highest_m + self.undulation_m[1] + EGM96_DOUBT_M

    @property
    def thickness_m(self) -> float:
        """Ceiling less floor where both are in one datum; where they are not, no small number can be said: +∞."""
        same = self.floor.datum is self.ceiling.datum
        return self.ceiling.declared_m - self.floor.declared_m if same else math.inf


def height_band(footprint: Footprint, floor: Altitude, ceiling: Altitude, rules: HeightRules) -> HeightBand:
    """The band between two altitudes over a footprint.

    Raises ``InvalidInput`` (fields ``floor`` and ``ceiling``) for a height above ground without terrain, a surface for
    a ceiling, an unlimited floor, and a ceiling that is not above its floor: in one datum exactly, in two when certain.
    """
    if floor.datum is Datum.UNL:
        raise InvalidInput("floor", "UNL is above everything", "give a floor that something can be above, such as SFC")
    if ceiling.datum is Datum.SFC:
        raise InvalidInput("ceiling", "SFC is below everything", "give a ceiling above the surface, such as 300 ft AGL")
    band = HeightBand(_limit(floor, rules, "floor"), _limit(ceiling, rules, "ceiling"), footprint)
    gap_m, _ = _rise(band, band.floor, band, band.ceiling)
    if gap_m >= -NOISE_M:
        raise InvalidInput("ceiling", f"{ceiling} is not above the floor, {floor}", "give a ceiling above the floor")
    return band


def hae_band(lowest_m: float, highest_m: float) -> HeightBand:
    """The band between two heights above the WGS84 ellipsoid, in metres."""
    return HeightBand(
        HeightLimit(Datum.HAE, lowest_m, lowest_m, lowest_m), HeightLimit(Datum.HAE, highest_m, highest_m, highest_m)
    )


def compare_bands(a: HeightBand, b: HeightBand, separation_m: float = 0.0) -> HeightGap:
    """How two bands stand to each other when they must keep ``separation_m`` apart; the same for (b, a).

    In one datum a gap of exactly the separation is clear, for touching is no conflict. In two datums 1 cm more is
    asked for. An overlap of 1 cm or more is one; what is between is marginal.
    """
    a_above, a_widened = _rise(a, a.floor, b, b.ceiling)
    b_above, b_widened = _rise(b, b.floor, a, a.ceiling)
    contacts = {
        _contact(a_above - separation_m, a_widened),
        _contact(b_above - separation_m, b_widened),
        _contact(-(min(a.thickness_m, b.thickness_m) + separation_m), False),
    }
    contact = next(c for c in (Contact.CLEAR, Contact.MARGINAL, Contact.OVERLAP) if c in contacts)
    return HeightGap(max(a_above, b_above), contact, a_widened or b_widened)


def pressure_altitude_m(pressure_hpa: float) -> float:
    """The height at which the ICAO standard atmosphere has this pressure (below 11 km, which any QNH is)."""
    return float(_ISA_SCALE_M * (1.0 - (pressure_hpa / STANDARD_HPA) ** _ISA_EXPONENT))


def _limit(altitude: Altitude, rules: HeightRules, field: str) -> HeightLimit:
    metres = altitude.metres
    below = above = 0.0
    if altitude.datum is Datum.FL:
        # An altimeter set to QNH shows the pressure altitude less that of the QNH itself (ICAO Doc 8168 III-1).
        below, above = -pressure_altitude_m(rules.qnh_lowest_hpa), -pressure_altitude_m(rules.qnh_highest_hpa)
    elif altitude.datum is Datum.AGL:
        if rules.terrain_lowest_m is None or rules.terrain_highest_m is None:
            right = "add [terrain] lowest_m and highest_m (AMSL) to the mechanism, or give it as AMSL, HAE or FL"
            raise InvalidInput(field, f"{altitude} is above ground, and the height of the ground is not known", right)
        below, above = rules.terrain_lowest_m, rules.terrain_highest_m
    return HeightLimit(altitude.datum, metres, metres + below, metres + above)


def _rise(over: HeightBand, floor: HeightLimit, under: HeightBand, ceiling: HeightLimit) -> tuple[float, bool]:
    """The least by which a floor can be above a ceiling (negative: below it), and whether that was widened.

    Two limits above sea level are compared there: the undulation is the same for both, only its doubt stays.
    """
    if floor.datum is Datum.SFC or ceiling.datum is Datum.UNL:
        return -math.inf, False
    if floor.datum is ceiling.datum:
        return floor.declared_m - ceiling.declared_m, False
    if floor.above_sea and ceiling.above_sea:
        return floor.lowest_m - ceiling.highest_m - 2 * EGM96_DOUBT_M, True
    return over.lowest_hae_m(floor) - under.highest_hae_m(ceiling), True


def _contact(gap_m: float, widened: bool) -> Contact:
    clear_from = LEAST_OVERLAP_M if widened else -NOISE_M
    if gap_m >= clear_from:
        return Contact.CLEAR
    return Contact.OVERLAP if gap_m <= -LEAST_OVERLAP_M + NOISE_M else Contact.MARGINAL


def _check_span(what: str, lowest: float | None, highest: float | None) -> None:
    if (lowest is None) != (highest is None):
        raise InvalidInput(what, "only one of its two ends is given", "give the lowest and the highest")
    if lowest is None or highest is None:
        return
    if not (math.isfinite(lowest) and math.isfinite(highest) and lowest <= highest):
        raise InvalidInput(what, f"{lowest} to {highest} is no range", "give a lowest that is not over the highest")
