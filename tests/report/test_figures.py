"""Figures are true to the geometry: places on the map, distances by its scale, heights and times on the profile."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.report import map_figure, profile_figure
from keepclear.report.graticule import STEPS_DEG, crossing, degrees, graticule
from keepclear.report.map_figure import FRAME_WIDTH, LEFT, TOP, Side, map_svg
from keepclear.report.profile_figure import BOTTOM, Moment, profile_svg
from keepclear.report.writing import Clock, span
from keepclear.spacetime.altitude import parse_altitude
from keepclear.spacetime.chart import Chart
from keepclear.spacetime.envelope import envelope_from_json
from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal
from keepclear.spacetime.geodesic import earth_centred, forward
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.overlap import common_footprint
from keepclear.spacetime.separation import Separation
from keepclear.spacetime.volume import Volume

RULES = HeightRules(200.0, 900.0)
START, END = 1_775_728_800_000, 1_775_736_000_000


def volume(
    footprint: Footprint, floor: str = "SFC", ceiling: str = "FL100", start: int = START, end: int = END
) -> Volume:
    return Volume(footprint, parse_altitude(floor, "floor"), parse_altitude(ceiling, "ceiling"), start, end)


def side(letter: str, *volumes: Volume) -> Side:
    return Side(letter, tuple(volumes))


def outlines(svg: str) -> list[np.ndarray[Any, Any]]:
    """The outline of each hatched area, as places of the drawing."""
    found = []
    for path in re.findall(r'<path d="([^"]+)" fill="url\(#hatch-[ab]\)"', svg):
        numbers = [float(each) for each in re.findall(r"-?[\d.]+", path)]
        found.append(np.array(numbers).reshape(-1, 2))
    return found


places = st.tuples(st.floats(-180, 180), st.floats(-84, 84))


@settings(max_examples=25, deadline=None)
@given(
    places, st.floats(100, 60_000), st.floats(100, 60_000), st.floats(0, 360), st.floats(0, 1.5), st.floats(0, 20_000)
)
def test_a_map_anywhere_is_within_its_frame_and_true_to_its_scale(
    place: tuple[float, float], radius_m: float, other_m: float, bearing: float, apart: float, keep_m: float
) -> None:
    lon, lat, _ = forward(place[0], place[1], bearing, apart * (radius_m + other_m))
    a, b = Disc(*place, radius_m), Disc(float(lon[0]), float(lat[0]), other_m)
    common = common_footprint([(a, b)])
    svg = map_svg([side("A", volume(a)), side("B", volume(b))], common, keep_m, [])
    assert svg is not None
    first, second = outlines(svg)
    bottom = float(re.search(r'viewBox="0 0 640 ([\d.]+)"', svg)[1]) - 24  # type: ignore[index]
    for outline in (first, second):
        assert (outline[:, 0] >= LEFT - 0.1).all()
        assert (outline[:, 0] <= LEFT + FRAME_WIDTH + 0.1).all()
        assert (outline[:, 1] >= TOP - 0.1).all()
        assert (outline[:, 1] <= bottom + 0.1).all()
    one, two = (np.ptp(outline[:, 0]) for outline in (first, second))
    if min(one, two) > 40:
        assert one / two == pytest.approx(radius_m / other_m, rel=0.02)


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    svg = map_svg([side("A", volume(Disc(40, 35, 5_000))), side("B", volume(Disc(40.1, 35, 5_000)))], None, 0, [])
    assert svg is not None
    metres = float(re.search(r">([\d.]+) km \(", svg)[1]) * 1000  # type: ignore[index]
    bar = re.search(r'<path d="M([\d.]+) ([\d.]+)L\1 [\d.]+L([\d.]+) [\d.]+L\3 \2"', svg)
    assert bar is not None
    assert (float(bar[3]) - float(bar[1])) / metres == pytest.approx(np.ptp(outlines(svg)[0][:, 0]) / 10_000, rel=2e-3)


def test_grid_lines_bear_their_own_degrees() -> None:
    chart = Chart.at(40.2, 35.3)
    for way, line in graticule(chart, -20_000, -15_000, 20_000, 15_000):
        lon, lat = chart.positions(line.at)
        value = lat if way == "parallel" else lon
        assert np.ptp(value) < 1e-9, "along a parallel the latitude is one"
        whole, minutes = re.fullmatch(r"(\d+)°(\d+)′[NE]", line.label).groups()  # type: ignore[union-attr]
        assert float(value[0]) == pytest.approx(int(whole) + int(minutes) / 60)


def test_the_grid_runs_over_the_antimeridian_and_the_equator() -> None:
    labels = {line.label for _, line in graticule(Chart.at(179.99, 0.0), -9_000, -9_000, 9_000, 9_000)}
    assert {"0°00′", "180°00′", "179°58′E", "179°58′W", "0°02′N", "0°02′S"} <= labels | {"180°00′E", "180°00′W"} | {
        "180°00′"
    }


@pytest.mark.parametrize(
    ("value", "step", "words"),
    [
        (35.5, 1 / 6, "35°30′N"), (-0.25, 1 / 60, "0°15′S"), (12.0, 1.0, "12°N"), (0.0, 1.0, "0°"),
        (35 + 30.5 / 3600, 0.5 / 3600, "35°00′30.5″N"), (35 + 5 / 3600, 5 / 3600, "35°00′05″N"),
    ],
)  # fmt: skip
def test_degrees_are_written_as_finely_as_their_step(value: float, step: float, words: str) -> None:
    assert degrees(value, step, "NS") == words


def test_steps_of_the_grid_grow_finer() -> None:
    assert list(STEPS_DEG) == sorted(STEPS_DEG, reverse=True)
    assert crossing([(0, 0), (10, 10)], 0, 5) == (5, 5)
    assert crossing([(0, 0), (10, 10)], 0, 50) is None


def test_a_polygon_has_geodesic_edges_holes_and_its_common_part() -> None:
    ring = ((40.0, 35.0), (42.0, 35.0), (42.0, 36.0), (40.0, 36.0), (40.0, 35.0))
    hole = ((40.5, 35.4), (41.0, 35.4), (41.0, 35.7), (40.5, 35.7), (40.5, 35.4))
    a, b = Polygonal(((ring, hole),)), Corridor(((39.8, 35.2), (42.5, 35.2)), 3_000)
    svg = map_svg([side("A", volume(a)), side("B", volume(b))], common_footprint([(a, b)]), 0, [])
    assert svg is not None
    assert svg.count('fill="#7a0019" fill-opacity="0.3"') == 1
    assert svg.count("Z") >= 4


def test_what_is_too_large_for_a_map_is_left_to_words() -> None:
    assert map_svg([side("A", volume(Disc(0, 0, 8_000_000)))], None, 0, []) is None


def test_a_flown_track_is_on_both_figures() -> None:
    flown = envelope_from_json(
        {
            "type": "MovingPoint", "datetimes": ["2026-04-09T10:00:00Z", "2026-04-09T10:20:00Z"],
            "coordinates": [[40.0, 35.0, 3000.0], [40.5, 35.2, 4000.0]], "lateral_m": 900.0, "vertical_m": 100.0,
        },
        "envelope", None,
    )  # fmt: skip
    sides = [Side("A", flown), side("B", volume(Disc(40.2, 35.1, 5_000)))]
    assert map_svg(sides, None, 1_000, []) is not None
    svg = profile_svg(sides, RULES, Separation(1_000, 300, 0), (START, END), [], Clock.of("UTC"))
    assert svg.count("url(#hatch-a)") == 1
    assert svg.count("url(#hatch-b)") == 1


def test_bands_stand_at_their_heights_and_times() -> None:
    low, high = volume(Disc(40, 35, 900), "1000 m HAE", "2000 m HAE"), volume(Disc(40, 35, 900), "1500 m HAE", "UNL")
    svg = profile_svg([side("A", low), side("B", high)], RULES, None, (START, END), [], Clock.of("UTC"))
    boxes = re.findall(
        r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" fill="url\(#hatch-([ab])\)', svg
    )
    assert [each[4] for each in boxes] == ["a", "b"]
    (_, a_top, width, a_height, _), (_, b_top, _, b_height, _) = ([*map(float, each[:4]), each[4]] for each in boxes)
    axis = {int(words.replace(",", "")): float(y) - 3.5 for y, words in _heights(svg)}
    scale = (axis[1000] - axis[2000]) / 1000
    assert float(a_height) == pytest.approx(1000 * scale, abs=0.2)
    assert float(a_top) == pytest.approx(axis[2000], abs=0.2)
    assert float(b_top) == pytest.approx(profile_figure.TOP, abs=0.2), "UNL goes to the frame"
    assert float(b_top) + float(b_height) == pytest.approx(axis[1000] - 500 * scale, abs=0.2)
    assert float(width) > 0


def _heights(svg: str) -> list[tuple[str, str]]:
    return re.findall(r'<text x="57" y="([\d.]+)"[^>]*fill="#5a5a5a">([\d,]+)</text>', svg)


def test_a_surface_goes_down_to_the_frame_and_moments_have_their_number() -> None:
    sides = [
        side("A", volume(Disc(40, 35, 900), "SFC", "300 ft AGL")),
        side("B", volume(Disc(40, 35, 900), "FL050", "FL060")),
    ]
    moments = [Moment(7, START + 60_000, "STOP"), Moment(9, END + 99 * 3_600_000, "late")]
    svg = profile_svg(sides, RULES, Separation(0, 300, 300_000), (START, END), moments, Clock.of("UTC"))
    ground = re.search(r'y="([\d.]+)" width="[\d.]+" height="([\d.]+)" fill="url\(#hatch-a\)', svg)
    assert ground is not None
    assert float(ground[1]) + float(ground[2]) == pytest.approx(BOTTOM, abs=0.1)
    assert ">7 STOP<" in svg
    assert ">9 late<" not in svg, "what lies outside of the axis is not drawn at its edge"


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (250, "0.250 s"), (0, "0 s"), (59_000, "59 s"), (1_650_000, "27 min 30 s"), (3_900_000, "1 h 05 min"),
        (3_901_000, "1 h 05 min 1 s"), (183_600_000, "2 d 03 h 00 min"), (-60_000, "−1 min 00 s"),
    ],
)  # fmt: skip
def test_spans_are_read_as_people_say_them(ms: int, words: str) -> None:
    assert span(ms) == words


def test_a_name_on_the_map_never_stands_on_another() -> None:
    from keepclear.mechanism.agreement import Place

    near = [Place(f"A place with a rather long name, number {n}", 40.0 + n / 10_000, 35.0) for n in range(5)]
    svg = map_svg([side("A", volume(Disc(40, 35, 9_000)))], None, 0, near)
    assert svg is not None
    assert svg.count(">A place with") == 1 * 2, "once, and its white edge"
    assert svg.count('r="2.6"') == 5
    assert "…" in svg
    assert math.isfinite(map_figure.LARGEST_MAP_M)
    assert earth_centred([0], [0]).shape == (1, 3)
