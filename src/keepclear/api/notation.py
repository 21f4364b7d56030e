"""A position or a time in the notations that people read out to each other."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from keepclear.api.answers import answer
from keepclear.api.models import NotationOut
from keepclear.api.security import Asking, desk_router
from keepclear.errors import InvalidInput
from keepclear.formats.notation.positions import parse_position
from keepclear.formats.notation.shown import position_shown, time_shown
from keepclear.formats.notation.times import parse_time
from keepclear.mechanism.read_back import HeardPosition

router = desk_router("notation")

Lon = Annotated[float | None, Query(ge=-180, le=180, allow_inf_nan=False, description="Degrees, with «lat».")]
Lat = Annotated[float | None, Query(ge=-90, le=90, allow_inf_nan=False, description="Degrees, with «lon».")]
Position = Annotated[str | None, Query(max_length=80, description="In any notation, instead of «lon» and «lat».")]
Time = Annotated[str | None, Query(max_length=60, description="In any notation; a day alone is the nearest to now.")]


@router.get("/notation", response_class=Response, responses={200: {"model": NotationOut}})
async def notation(
    request: Request, _caller: Asking, lon: Lon = None, lat: Lat = None, position: Position = None, time: Time = None
) -> Response:
    """A position in decimal degrees, DMS and MGRS, and a time in UTC and as a date-time group; either or both."""
    at = _asked(lon, lat, position)
    if at is None and time is None:
        raise InvalidInput("query", "nothing to show", "give «position», «lon» and «lat», or «time»")
    heard = None if time is None else parse_time(time, "query.time", reference_ms=request.app.state.host.now())
    return answer(
        {
            "position": None if at is None else position_shown(at),
            "time": None if heard is None else time_shown(heard.ms),
        }
    )


def _asked(lon: float | None, lat: float | None, position: str | None) -> HeardPosition | None:
    if position is not None:
        if lon is not None or lat is not None:
            raise InvalidInput("query.position", "a position beside «lon» or «lat»", "give one or the other")
        return parse_position(position, "query.position")
    if lon is None and lat is None:
        return None
    if lon is None or lat is None:
        raise InvalidInput("query.lat" if lat is None else "query.lon", "this is missing", "give «lon» and «lat» both")
    return HeardPosition(lon, lat)
