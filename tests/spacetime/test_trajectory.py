"""Trajectories as MovingPoint: points in time order, uncertainties said, everything finite."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from keepclear.errors import InvalidInput, TooLarge
from keepclear.spacetime.envelope import envelope_from_json, envelope_to_json, span_ms
from keepclear.spacetime.instants import format_instant
from keepclear.spacetime.trajectory import trajectory_from_json, trajectory_to_json

GIVEN: dict[str, Any] = {
    "type": "MovingPoint",
    "datetimes": ["2026-04-09T13:40:00Z", "2026-04-09T16:50:00+03:00", "2026-04-09T14:00:00.25Z"],
    "coordinates": [[35.5, 33.9, 3000], [36.5, 34.4, 3500.5], [37, 34.4, -10]],
    "lateral_m": 100,
    "vertical_m": 50.5,
    "time_s": 30,
}


def test_what_is_written_reads_back_as_the_same_trajectory() -> None:
    trajectory = trajectory_from_json(GIVEN, "t")
    assert trajectory_from_json(trajectory_to_json(trajectory), "t") == trajectory
    envelope = envelope_from_json(GIVEN, "envelope", None)
    assert envelope == trajectory
    assert envelope_to_json(envelope)["coordinates"][2] == [37.0, 34.4, -10.0]  # type: ignore[call-overload]  # a dict here
    assert span_ms(envelope) == (trajectory.times_ms[0], trajectory.times_ms[-1])


def test_uncertainty_in_time_is_none_when_left_out() -> None:
    assert trajectory_from_json({key: GIVEN[key] for key in GIVEN if key != "time_s"}, "t").time_s == 0.0


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"type": "MovingPolygon"}, "type"),
    ({"lateral_m": 0}, "lateral_m"),
    ({"lateral_m": -1}, "lateral_m"),
    ({"vertical_m": 0}, "vertical_m"),
    ({"vertical_m": "50"}, "vertical_m"),
    ({"vertical_m": math.nan}, "vertical_m"),
    ({"lateral_m": math.inf}, "lateral_m"),
    ({"lateral_m": True}, "lateral_m"),
    ({"lateral_m": 10**400}, "lateral_m"),
    ({"time_s": -1}, "time_s"),
    ({"time_s": None}, "time_s"),
    ({"lateral_m": None}, "lateral_m"),
    ({"interpolation": "Linear"}, "interpolation"),
    ({"datetimes": GIVEN["datetimes"][:2]}, "datetimes"),
    ({"datetimes": "2026-04-09T13:40:00Z"}, "datetimes"),
    ({"datetimes": [GIVEN["datetimes"][0]] * 2 + [GIVEN["datetimes"][2]]}, "datetimes[1]"),
    ({"datetimes": GIVEN["datetimes"][::-1]}, "datetimes[1]"),
    ({"datetimes": [*GIVEN["datetimes"][:2], "2026-04-09T14:00:00"]}, "datetimes[2]"),
    ({"coordinates": [[35.5, 33.9, 3000], [36.5, 34.4], [37, 34.4, 0]]}, "coordinates[1]"),
    ({"coordinates": [[35.5, 33.9, 3000], [36.5, 34.4, 0, 0], [37, 34.4, 0]]}, "coordinates[1]"),
    ({"coordinates": [[35.5, 33.9, 3000], [181, 34.4, 0], [37, 34.4, 0]]}, "coordinates[1][0]"),
    ({"coordinates": [[35.5, 33.9, 3000], [36.5, 90.1, 0], [37, 34.4, 0]]}, "coordinates[1][1]"),
    ({"coordinates": [[35.5, 33.9, 3000], [36.5, 34.4, math.inf], [37, 34.4, 0]]}, "coordinates[1][2]"),
    ({"coordinates": [[35.5, 33.9, 3000], [36.5, 34.4, "FL100"], [37, 34.4, 0]]}, "coordinates[1][2]"),
    ({"coordinates": [[35.5, 33.9, 3000], [-144.5, -33.9, 0], [37, 34.4, 0]]}, "coordinates[1]"),
    ({"coordinates": [[35.5, 33.9, 3000]], "datetimes": GIVEN["datetimes"][:1]}, "coordinates"),
    ({"coordinates": [], "datetimes": []}, "coordinates"),
]


@pytest.mark.parametrize(("change", "field"), REFUSED)
def test_what_no_trajectory_can_have_is_refused_at_its_place(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        trajectory_from_json({**GIVEN, **change}, "body.envelope")
    assert refused.value.field == f"body.envelope.{field}"


@pytest.mark.parametrize("missing", ["type", "datetimes", "coordinates", "lateral_m", "vertical_m"])
def test_what_every_trajectory_has_is_asked_for(missing: str) -> None:
    with pytest.raises(InvalidInput, match=f"t.{missing}: this is missing"):
        trajectory_from_json({key: GIVEN[key] for key in GIVEN if key != missing}, "t")


def test_ten_thousand_points_are_taken_and_one_more_is_an_error() -> None:
    def dense(count: int) -> dict[str, Any]:
        times = [format_instant(1_775_742_000_000 + 1000 * i) for i in range(count)]
        return {**GIVEN, "datetimes": times, "coordinates": [[35.0 + i * 1e-5, 34.0, 100] for i in range(count)]}

    assert len(trajectory_from_json(dense(10_000), "t").times_ms) == 10_000
    with pytest.raises(TooLarge):
        trajectory_from_json(dense(10_001), "t")


def test_legs_are_geodesics_flown_at_constant_ground_speed() -> None:
    given = {**GIVEN, "coordinates": [[-170, 60, 0], [160, 75, 100], [161, 75, 100]]}
    path = trajectory_from_json(given, "t").path
    line = Geodesic.WGS84.InverseLine(60, -170, 75, 160)
    for share in (0.0, 0.3, 0.5, 0.99, 1.0):
        lon, lat = path.position(np.zeros(1, np.intp), np.array([share]))
        at = line.Position(line.s13 * share)
        assert Geodesic.WGS84.Inverse(at["lat2"], at["lon2"], lat[0], lon[0])["s12"] < 1e-6
