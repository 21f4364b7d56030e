"""A plan file of whatever kind it is: GeoJSON, KML or KMZ, told apart by its first bytes and not by its name."""

from __future__ import annotations

from keepclear.detection.plan import Plan
from keepclear.formats.plan_geojson import plans_from_geojson
from keepclear.formats.plan_halves import Beside, SecondHalf
from keepclear.formats.plan_kml import plans_from_kml, plans_from_kmz
from keepclear.formats.plan_pieces import Progress
from keepclear.spacetime.heights import HeightRules

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_BLANK = b"\xef\xbb\xbf \t\r\n"


def plans_from_file(
    data: bytes,
    *,
    heights: HeightRules,
    progress: Progress | None = None,
    beside: Beside[SecondHalf | None] | None = None,
) -> list[Plan]:
    """The plans of a plan file; what is neither KMZ nor KML is read as GeoJSON, half of a long one ``beside``."""
    if is_geojson(data):
        return plans_from_geojson(data, heights=heights, progress=progress, beside=beside)
    if data.startswith((_ZIP, _EMPTY_ZIP)):
        return plans_from_kmz(data, heights=heights, progress=progress)
    return plans_from_kml(data, heights=heights, progress=progress)


def is_geojson(data: bytes) -> bool:
    """True of what is neither KMZ nor KML."""
    return not data.startswith((_ZIP, _EMPTY_ZIP)) and not data.lstrip(_BLANK).startswith(b"<")
