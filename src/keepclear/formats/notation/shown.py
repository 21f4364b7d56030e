"""One position or one instant in every notation that it is read out in, as JSON has it."""

from __future__ import annotations

import re
from typing import Any

from keepclear.formats.notation.angles import format_degrees, format_seconds
from keepclear.formats.notation.grid_references import format_grid_reference
from keepclear.formats.notation.times import format_date_time_group, format_time_utc
from keepclear.mechanism.read_back import HeardPosition

_OF_A_TIME = re.compile(r"\s*(?:\d{4}-\d{2}-\d{2}(?!\d)|\d{6}\s*[A-Z]\s*(?:$|[A-Z]{3}\s*(?:$|\d)))", re.IGNORECASE)


def position_shown(at: HeardPosition) -> dict[str, Any]:
    """``lon``, ``lat`` (degrees), ``resolution_m``, and the texts ``decimal``, ``dms`` and ``mgrs``.

    The texts name a metre or a few, whatever was read: how far off what was read may be is ``resolution_m``.
    """
    return {
        "lon": at.lon + 0.0,
        "lat": at.lat + 0.0,
        "resolution_m": round(at.resolution_m, 3),
        "decimal": format_degrees(at.lon, at.lat),
        "dms": format_seconds(at.lon, at.lat, 1),
        "mgrs": format_grid_reference(at.lon, at.lat),
    }


def time_shown(ms: int) -> dict[str, str]:
    """``utc``, and ``dtg`` in zone Z, whose seconds are cut."""
    return {"utc": format_time_utc(ms), "dtg": format_date_time_group(ms)}


def says_a_time(text: str) -> bool:
    """Whether a text can only be meant as a time: it begins with a date, or is a date-time group."""
    return _OF_A_TIME.match(text) is not None
