"""``GET /v1/notation``: what it answers reads back as the same place and the same minute, in each notation."""

from __future__ import annotations

from typing import Any

import pytest

from keepclear.api.models import NotationOut
from keepclear.errors import InvalidInput
from keepclear.spacetime.geodesic import inverse
from tests.host.running import RunningHost

PLACES = [(38.795, 37.156), (-58.3816, -34.6037), (179.99999, -16.5), (-180.0, 0.0), (10.0, 89.5), (-70.0, -85.25)]


def test_the_notations_are_those_of_the_trade(board: RunningHost) -> None:
    with board.client("alpha.air") as client:
        # PROJ gives 481797.2 E 4112197.9 N in zone 37: figures of a reference are cut.
        asked = {"lon": 38.795, "lat": 37.156, "time": "2026-04-09 16:40:59+03:00"}
        assert client._get("/v1/notation", asked) == {
            "position": {
                "lon": 38.795,
                "lat": 37.156,
                "resolution_m": 0.0,
                "decimal": "37.15600N 038.79500E",
                "dms": "37°09'21.6\"N 038°47'42.0\"E",
                "mgrs": "37S DB 81797 12197",
            },
            "time": {"utc": "2026-04-09T13:40:59Z", "dtg": "091340Z APR 26"},
        }


@pytest.mark.parametrize(("lon", "lat"), PLACES)
def test_each_notation_asked_for_again_is_the_same_place(board: RunningHost, lon: float, lat: float) -> None:
    with board.client("alpha.air") as client:
        answer = client._get("/v1/notation", {"lon": lon, "lat": lat})
        NotationOut.model_validate(answer)
        assert answer["time"] is None
        for kind in ("decimal", "dms", "mgrs"):
            again = client._get("/v1/notation", {"position": answer["position"][kind]})["position"]
            assert float(inverse(lon, lat, again["lon"], again["lat"])[1][0]) <= again["resolution_m"] + 0.01
            assert 0 < again["resolution_m"] < 3


def test_how_far_off_a_coarse_notation_may_be_is_said(board: RunningHost) -> None:
    with board.client("alpha.air") as client:
        answer = client._get("/v1/notation", {"position": "37S DB"})
        assert 70_000 < answer["position"]["resolution_m"] < 72_000


def test_a_group_without_its_month_is_the_nearest_to_the_hosts_clock(board: RunningHost) -> None:
    with board.client("alpha.air") as client:
        now = client.me()["now"]
        answer = client._get("/v1/notation", {"time": f"{now[8:10]}{now[11:13]}{now[14:16]}Z"})
        NotationOut.model_validate(answer)
        assert answer["position"] is None
        assert answer["time"]["utc"][:16] == now[:16]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "query"),
        ({"lon": 36}, "query.lat"),
        ({"lat": 36}, "query.lon"),
        ({"lon": 181, "lat": 36}, "query.lon"),
        ({"lon": 36, "lat": "nan"}, "query.lat"),
        ({"lon": 36, "lat": 36, "position": "36.0N 036.0E"}, "query.position"),
        ({"position": "somewhere"}, "query.position"),
        ({"position": "1" * 81}, "query.position"),
        ({"time": "noon"}, "query.time"),
        ({"time": "091340J APR 26"}, "query.time"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_field(board: RunningHost, asked: dict[str, Any], field: str) -> None:
    with board.client("alpha.air") as client, pytest.raises(InvalidInput) as refused:
        client._get("/v1/notation", asked)
    assert refused.value.field == field
