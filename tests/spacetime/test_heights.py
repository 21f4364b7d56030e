"""Heights: exact in one datum, honest intervals across datums, never one datum passed off as another."""

from __future__ import annotations

import itertools
import math

import numpy as np
import numpy.typing as npt
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.errors import InvalidInput
from keepclear.spacetime.altitude import parse_altitude
from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal
from keepclear.spacetime.geodesic import forward
from keepclear.spacetime.geoid import undulation_m
from keepclear.spacetime.heights import (
    Contact,
    HeightBand,
    HeightRules,
    compare_bands,
    hae_band,
    height_band,
    pressure_altitude_m,
)
from keepclear.spacetime.region import covering_box

LEVANT = HeightRules(terrain_lowest_m=-430, terrain_highest_m=2814, qnh_lowest_hpa=990, qnh_highest_hpa=1035)
HERE = Disc(35.5, 33.9, 500.0)
N_M = undulation_m(35.5, 33.9)
"""23.3 m at Beirut."""


def band(floor: str, ceiling: str, rules: HeightRules = LEVANT, footprint: Footprint = HERE) -> HeightBand:
    return height_band(footprint, parse_altitude(floor, "floor"), parse_altitude(ceiling, "ceiling"), rules)


SAME_DATUM = [
    # lower band, upper band, vertical separation in metres, contact, gap
    (("1000 m AMSL", "2000 m AMSL"), ("2000 m AMSL", "3000 m AMSL"), 0, Contact.CLEAR, 0.0),
    (("SFC", "5000 ft AMSL"), ("1524 m AMSL", "UNL"), 0, Contact.CLEAR, 0.0),
    (("SFC", "FL100"), ("FL100", "FL200"), 0, Contact.CLEAR, 0.0),
    (("SFC", "300 ft AGL"), ("300 ft AGL", "500 ft AGL"), 0, Contact.CLEAR, 0.0),
    (("SFC", "1000 m HAE"), ("1000 m HAE", "UNL"), 0, Contact.CLEAR, 0.0),
    (("SFC", "10000 ft AMSL"), ("11000 ft AMSL", "UNL"), 304.8, Contact.CLEAR, 304.8),
    (("SFC", "10000 ft AMSL"), ("10999 ft AMSL", "UNL"), 304.8, Contact.OVERLAP, 304.4952),
    (("SFC", "1000.005 m AMSL"), ("1000 m AMSL", "UNL"), 0, Contact.MARGINAL, -0.005),
    (("SFC", "1000.009 m AMSL"), ("1000 m AMSL", "UNL"), 0, Contact.MARGINAL, -0.009),
    (("SFC", "1000.01 m AMSL"), ("1000 m AMSL", "UNL"), 0, Contact.OVERLAP, -0.01),
    (("SFC", "1000.011 m AMSL"), ("1000 m AMSL", "UNL"), 0, Contact.OVERLAP, -0.011),
    (("SFC", "999.999 m AMSL"), ("1000 m AMSL", "UNL"), 0, Contact.CLEAR, 0.001),
    (("SFC", "UNL"), ("SFC", "UNL"), 0, Contact.OVERLAP, -math.inf),
    (("500 m AMSL", "500.004 m AMSL"), ("SFC", "UNL"), 0, Contact.MARGINAL, -math.inf),
]


@pytest.mark.parametrize(("lower", "upper", "separation_m", "contact", "gap_m"), SAME_DATUM)
def test_one_datum_compares_exactly_and_touching_is_clear(
    lower: tuple[str, str], upper: tuple[str, str], separation_m: float, contact: Contact, gap_m: float
) -> None:
    for a, b in ((band(*lower), band(*upper)), (band(*upper), band(*lower))):
        found = compare_bands(a, b, separation_m)
        assert (found.contact, found.widened) == (contact, False)
        assert found.gap_m == pytest.approx(gap_m, abs=1e-9)


def test_a_gap_of_undulation_size_between_amsl_and_hae_is_seen() -> None:
    """1000 m AMSL is about 1023 m HAE at Beirut; read unconverted it would seem to keep clear of 1010 m HAE."""
    low = band("SFC", "1000 m AMSL")
    assert compare_bands(low, band("1010 m HAE", "UNL")).contact is Contact.OVERLAP
    found = compare_bands(low, band("1030 m HAE", "UNL"))
    assert (found.contact, found.widened) == (Contact.CLEAR, True)
    assert found.gap_m == pytest.approx(1030 - 1000 - N_M - 1, abs=0.3)


@pytest.mark.parametrize(("ceiling_m", "contact"), [(-0.2, Contact.CLEAR), (0.5, Contact.OVERLAP)])
def test_egm96_is_doubted_by_a_metre(ceiling_m: float, contact: Contact) -> None:
    tiny = Disc(35.5, 33.9, 0.1)
    low = band("SFC", f"{1000 - N_M - 1 + ceiling_m:.3f} m AMSL", footprint=tiny)
    assert compare_bands(low, band("1000 m HAE", "UNL", footprint=tiny)).contact is contact


def test_between_two_datums_less_than_a_centimetre_is_marginal() -> None:
    """Sea level against ellipsoid over a point-like footprint: the widened limits meet at a height that is known."""
    tiny = Disc(35.5, 33.9, 0.001)
    meets_m = 1000 + undulation_m(35.5, 33.9) + 1
    for offset_m, contact in ((0.012, Contact.CLEAR), (0.008, Contact.MARGINAL), (-0.012, Contact.OVERLAP)):
        high = hae_band(meets_m + offset_m, 5000)
        assert compare_bands(band("SFC", "1000 m AMSL", footprint=tiny), high).contact is contact


@pytest.mark.parametrize(
    ("hpa", "metres"), [(1013.25, 0.0), (954.61, 500.0), (898.75, 1000.0), (1043.70, -250.0), (1074.78, -500.0)]
)
def test_pressure_follows_the_icao_standard_atmosphere(hpa: float, metres: float) -> None:
    """ICAO Doc 7488/3, table 1: pressure at geopotential altitudes."""
    assert pressure_altitude_m(hpa) == pytest.approx(metres, abs=0.6)


def test_a_flight_level_is_as_wide_as_the_pressure_may_vary() -> None:
    """By the altimeter's rule of thumb 1 hPa is 27 to 28 ft near sea level, so 990 to 1035 hPa are some 1230 ft."""
    level = band("FL100", "FL200").floor
    assert (level.highest_m - level.lowest_m) / 0.3048 == pytest.approx(45 * 27.3, rel=0.02)
    assert level.lowest_m < 3048 - (1013.25 - 990) * 8
    assert level.highest_m > 3048 + (1035 - 1013.25) * 8
    sure = HeightRules(qnh_lowest_hpa=1013.25, qnh_highest_hpa=1013.25)
    assert band("FL100", "FL200", sure).floor.lowest_m == pytest.approx(3048.0, abs=1e-6)


def test_without_a_rule_the_pressure_may_be_whatever_an_altimeter_can_be_set_to() -> None:
    """28.00 to 31.00 inHg."""
    default, said = band("FL100", "UNL", HeightRules()), HeightRules(None, None, 28.0 * 33.8639, 31.0 * 33.8639)
    assert default.floor.lowest_m == pytest.approx(band("FL100", "UNL", said).floor.lowest_m, abs=3)
    assert default.floor.highest_m == pytest.approx(band("FL100", "UNL", said).floor.highest_m, abs=3)


def test_levels_against_sea_level_are_judged_by_the_worst_pressure() -> None:
    low_qnh_m = 3048 - pressure_altitude_m(990)
    under = band("SFC", f"{low_qnh_m - 3:.2f} m AMSL")
    into = band("SFC", f"{low_qnh_m - 1:.2f} m AMSL")
    level = band("FL100", "FL200")
    assert compare_bands(under, level).contact is Contact.CLEAR
    assert compare_bands(into, level).contact is Contact.OVERLAP
    assert compare_bands(under, level).widened


def test_above_ground_is_judged_by_the_lowest_and_the_highest_terrain() -> None:
    drone = band("SFC", "300 ft AGL")
    assert compare_bands(drone, band("2908 m AMSL", "UNL")).contact is Contact.CLEAR
    assert compare_bands(drone, band("2906 m AMSL", "UNL")).contact is Contact.OVERLAP
    over = band("100 ft AGL", "UNL")
    assert compare_bands(over, band("SFC", "-402 m AMSL")).contact is Contact.CLEAR
    assert compare_bands(over, band("SFC", "-400 m AMSL")).contact is Contact.OVERLAP


def test_surface_and_unlimited_add_no_doubt() -> None:
    found = compare_bands(band("SFC", "300 ft AGL"), band("SFC", "FL250"))
    assert (found.contact, found.widened) == (Contact.OVERLAP, False)
    found = compare_bands(band("FL100", "UNL"), band("1000 m HAE", "UNL"))
    assert (found.contact, found.widened) == (Contact.OVERLAP, False)


REFUSED = [
    ("UNL", "UNL", "floor"),
    ("SFC", "SFC", "ceiling"),
    ("1000 m AMSL", "1000 m AMSL", "ceiling"),
    ("5000 ft AMSL", "1524 m AMSL", "ceiling"),
    ("FL200", "FL100", "ceiling"),
    ("500 ft AGL", "300 ft AGL", "ceiling"),
    ("FL200", "1000 m AMSL", "ceiling"),
    ("2000 m HAE", "1000 m AMSL", "ceiling"),
    ("9000 m AMSL", "300 ft AGL", "ceiling"),
]


@pytest.mark.parametrize(("floor", "ceiling", "field"), REFUSED)
def test_a_ceiling_that_is_not_above_its_floor_is_refused(floor: str, ceiling: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        band(floor, ceiling)
    assert refused.value.field == field


@pytest.mark.parametrize(("floor", "ceiling"), [("FL100", "3100 m AMSL"), ("1000 m AMSL", "100 ft AGL")])
def test_across_datums_only_what_is_certain_is_refused(floor: str, ceiling: str) -> None:
    assert band(floor, ceiling).hae_bounds_m[0] < band(floor, ceiling).hae_bounds_m[1]


def test_above_ground_without_terrain_is_refused_and_says_what_to_add() -> None:
    with pytest.raises(InvalidInput) as refused:
        band("SFC", "300 ft AGL", HeightRules())
    assert refused.value.field == "ceiling"
    assert "[terrain] lowest_m and highest_m" in refused.value.expected


@pytest.mark.parametrize(
    "rules", [(10, None, 950, 1050), (20, 10, 950, 1050), (0, 1, 1050, 950), (0, math.nan, 950, 1050)]
)
def test_rules_that_are_no_range_are_refused(rules: tuple[float, float, float, float]) -> None:
    with pytest.raises(InvalidInput):
        HeightRules(*rules)


limits = st.one_of(
    st.just("SFC"),
    st.just("UNL"),
    st.builds("FL{:03d}".format, st.integers(0, 400)),
    st.builds("{} {} {}".format, st.integers(0, 30000), st.just("ft"), st.sampled_from(["AMSL", "AGL", "HAE"])),
    st.builds("{} {} {}".format, st.integers(0, 9000), st.just("m"), st.sampled_from(["AMSL", "AGL", "HAE"])),
)


@settings(deadline=None)
@given(limits, limits, limits, limits, st.sampled_from([0.0, 0.005, 30.48, 304.8]))
def test_the_answer_is_the_same_for_b_and_a_and_safe_bounds_never_miss(
    floor_a: str, ceiling_a: str, floor_b: str, ceiling_b: str, separation_m: float
) -> None:
    try:
        a, b = band(floor_a, ceiling_a), band(floor_b, ceiling_b)
    except InvalidInput:
        return
    assert compare_bands(a, b, separation_m) == compare_bands(b, a, separation_m)
    (a_low, a_high), (b_low, b_high) = a.hae_bounds_m, b.hae_bounds_m
    if max(a_low - b_high, b_low - a_high) > separation_m + 1300:  # same datum compares closer than bounds, not wider
        assert compare_bands(a, b, separation_m).contact is Contact.CLEAR
    if compare_bands(a, b, separation_m).contact is not Contact.CLEAR:
        assert max(a_low - b_high, b_low - a_high) <= separation_m + 0.01 + 1e-6


BOXED = [
    Disc(35.5, 33.9, 5000.0),
    Disc(179.99, -16.0, 20_000.0),
    Disc(10.0, 89.9, 30_000.0),
    Corridor(((-10.0, 60.0), (40.0, 60.0)), 5000.0),
    Corridor(((170.0, -50.0), (-160.0, -55.0), (-150.0, -40.0)), 20_000.0),
    Polygonal(((((30.0, 50.0), (60.0, 50.0), (60.0, 55.0), (30.0, 55.0), (30.0, 50.0)),),)),
    Polygonal(((((170.0, -20.0), (-170.0, -20.0), (-170.0, -10.0), (170.0, -10.0), (170.0, -20.0)),),)),
    Polygonal(((((0.0, 80.0), (120.0, 80.0), (-120.0, 80.0), (0.0, 80.0)),),)),
]


@pytest.mark.parametrize("footprint", BOXED)
def test_a_covering_box_holds_edges_and_widths(footprint: Footprint) -> None:
    lon, lat = outline(footprint)
    west, south, east, north = covering_box(footprint)
    assert (lat >= south - 1e-9).all()
    assert (lat <= north + 1e-9).all()
    turned = np.mod(lon - west, 360.0)
    assert ((turned <= east - west + 1e-9) | (turned >= 360.0 - 1e-9)).all()


def outline(footprint: Footprint) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Many places of a footprint's edges and rims, by geodesics from place to place."""
    if isinstance(footprint, Disc):
        lines, width = [((footprint.lon, footprint.lat), (footprint.lon, footprint.lat))], footprint.radius_m
    else:
        ring = footprint.line if isinstance(footprint, Corridor) else footprint.parts[0][0]
        lines = list(itertools.pairwise(ring))
        width = footprint.half_width_m if isinstance(footprint, Corridor) else 0.0
    lon: list[npt.NDArray[np.float64]] = []
    lat: list[npt.NDArray[np.float64]] = []
    for (lon1, lat1), (lon2, lat2) in lines:
        line = Geodesic.WGS84.InverseLine(lat1, lon1, lat2, lon2)
        for share in np.linspace(0, 1, 41):
            at = line.Position(line.s13 * share)
            around, up, _ = forward(at["lon2"], at["lat2"], np.arange(0, 360, 15.0), width)
            lon.append(around)
            lat.append(up)
    return np.concatenate(lon), np.concatenate(lat)
