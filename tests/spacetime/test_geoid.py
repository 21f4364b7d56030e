"""The geoid against authorities that share nothing with our grid's packing or reader."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.spacetime.geoid import undulation_m, undulation_range_m
from tests.needs import require

PUBLISHED = [
    # NGA's test points of EGM96, «OUTF477.DAT», quoted in readme.txt of earth-info.nga.mil/GandG/wgs84/gravitymod/egm96
    (38.6281550, 269.7791550, -31.628),
    (-14.6212170, 305.0211140, -2.969),
    (46.8743190, 102.4487290, -43.575),
    (-23.6174460, 133.8747120, 15.871),
    (38.6254730, 359.9995000, 50.066),
    (-0.4667440, 0.0023000, 17.329),
    # GeographicLib, manual of GeoidEval(1), «the height of the EGM96 geoid at Timbuktu»: 16:46:33N 3:00:34W
    (16.7758333, -3.0094444, 28.7068),
    # WGS 84 poles, EGM96: NIMA TR8350.2 grid
    (90.0, 0.0, 13.606),
    (-90.0, 0.0, -29.535),
]
DEBIAN_GRID = Path("/usr/share/proj/egm96_15.gtx")


@pytest.mark.parametrize(("lat", "lon", "published_m"), PUBLISHED)
def test_published_undulations_are_met_within_6_cm(lat: float, lon: float, published_m: float) -> None:
    assert undulation_m(lon, lat) == pytest.approx(published_m, abs=0.06)


def test_debians_own_grid_agrees_at_its_nodes_and_between() -> None:
    require(DEBIAN_GRID.exists(), f"{DEBIAN_GRID} of Debian's proj-data is not installed")
    grid = read_gtx(DEBIAN_GRID)
    rows, columns = np.meshgrid(np.arange(0, 721, 3), np.arange(0, 1440, 3), indexing="ij")
    lat, lon = -90 + rows * 0.25, -180 + columns * 0.25
    difference = np.abs(undulation_m(lon.astype(float), lat.astype(float)) - grid[rows, columns])
    assert difference.mean() < 0.01
    assert difference.max() < 0.02
    random = np.random.default_rng(96)
    lat, lon = random.uniform(-89.9, 89.9, 50_000), random.uniform(-180, 179.7, 50_000)
    between = np.abs(undulation_m(lon, lat) - bilinear(grid, lon, lat))
    assert between.mean() < 0.05
    assert np.quantile(between, 0.99) < 0.3
    assert between.max() < 1.0


def read_gtx(path: Path) -> npt.NDArray[np.float64]:
    """NOAA's GTX: south, west, steps (big-endian float64), rows, columns (int32), then rows of float32 northwards."""
    data = path.read_bytes()
    south, west, step_lat, step_lon = np.frombuffer(data, ">f8", 4)
    rows, columns = np.frombuffer(data, ">i4", 2, offset=32)
    assert (south, west, step_lat, step_lon, rows, columns) == (-90.0, -180.0, 0.25, 0.25, 721, 1440)
    return np.frombuffer(data, ">f4", offset=40).reshape(721, 1440).astype(np.float64)


def bilinear(
    grid: npt.NDArray[np.float64], lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    x, y = (lon + 180) * 4, (lat + 90) * 4
    i, j = y.astype(int), x.astype(int)
    v, u = y - i, x - j
    lower = grid[i, j] * (1 - u) + grid[i, (j + 1) % 1440] * u
    upper = grid[i + 1, j] * (1 - u) + grid[i + 1, (j + 1) % 1440] * u
    return np.asarray(lower * (1 - v) + upper * v)


degrees = st.floats(-180, 180), st.floats(-90, 90)


@given(*degrees)
def test_a_whole_turn_changes_nothing(lon: float, lat: float) -> None:
    assert undulation_m(lon + 360, lat) == pytest.approx(undulation_m(lon, lat), abs=1e-6)
    assert undulation_m(-180.0, lat) == undulation_m(180.0, lat)


@given(*degrees, st.floats(0, 1))
def test_the_surface_has_no_steps(lon: float, lat: float, east: float) -> None:
    """Nowhere does EGM96 rise by more than 1 m in 1 km: neither does its interpolation, over any seam of ours."""
    step = 1e-4
    there = undulation_m(lon + step * east, min(lat + step * (1 - east), 90.0))
    assert abs(there - undulation_m(lon, lat)) < 0.012


def test_scalars_and_arrays_agree() -> None:
    lon, lat = np.array([35.5, -180.0, 179.99, 0.0]), np.array([33.9, -79.999, 80.0, 90.0])
    one_by_one = [undulation_m(float(x), float(y)) for x, y in zip(lon, lat, strict=True)]
    assert undulation_m(lon, lat).tolist() == one_by_one


@settings(deadline=None, max_examples=60)
@given(
    st.floats(-180, 180),
    st.floats(-90, 89),
    st.sampled_from([0.0, 0.01, 0.2, 3.0, 9.0, 40.0]),
    st.sampled_from([0.0, 0.01, 0.2, 3.0, 9.0]),
)
def test_the_range_over_a_box_holds_every_place_in_it(west: float, south: float, width: float, height: float) -> None:
    east, north = west + width, min(south + height, 90.0)
    lowest, highest = undulation_range_m(west, south, east, north)
    random = np.random.default_rng(7)
    inside = undulation_m(random.uniform(west, east, 400), random.uniform(south, north, 400))
    assert lowest - 1e-9 <= inside.min()
    assert inside.max() <= highest + 1e-9
    if width <= 3 and height <= 3:
        grid = undulation_m(*np.meshgrid(np.linspace(west, east, 80), np.linspace(south, north, 80)))
        assert grid.min() - lowest < 0.35
        assert highest - grid.max() < 0.35


def test_the_whole_world_is_between_the_known_extremes() -> None:
    assert undulation_range_m(-180, -90, 180, 90) == pytest.approx((-107.04, 85.42), abs=0.01)
