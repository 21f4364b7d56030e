"""Files and statements that the tests of the formats start from."""

from __future__ import annotations

from typing import Any

MECHANISM = """
name = 'strait'
disclosure = 'broker'

[area]
footprint = { type = 'Polygon', coordinates = [[[34.0, 32.0], [43.0, 32.0], [43.0, 38.0], [34.0, 38.0], [34.0, 32.0]]] }

[terrain]
lowest_m = -430
highest_m = 2814

[qnh]
lowest_hpa = 990
highest_hpa = 1035

[rules]
late_notice_min = 45

[[separation]]
between = ['fixed_wing', 'uas']
lateral_m = 5000
vertical_ft = 1000
time_s = 300

[[separation]]
between = ['*', 'uas']
lateral_m = 100

[[party]]
id = 'alpha'
name = 'Alpha'

[[party]]
id = 'bravo'
name = 'Bravo'

[[desk]]
id = 'alpha.air'
role = 'air'
party = 'alpha'
alternates = ['alpha.ground']
commander = 'alpha.ground'

[[desk]]
id = 'alpha.ground'
role = 'ground'
party = 'alpha'

[[desk]]
id = 'bravo.air'
role = 'air'
party = 'bravo'

[[place]]
name = 'Airfield'
lon = 40.176
lat = 35.285

[[place]]
region = 'the north'
footprint = { type = 'Polygon', coordinates = [[[36.6, 36.1], [38.4, 36.1], [38.4, 36.8], [36.6, 36.8], [36.6, 36.1]]] }

[[zone]]
id = 'z1'
name = 'No drones'
footprint = { type = 'Point', coordinates = [37.0, 35.0] }
radius_m = 4000
floor = 'SFC'
ceiling = 'FL100'
start = 2026-04-09T06:00:00Z
end = 2026-04-09T07:00:00Z
forbids = ['uas', '*']
parties = ['alpha']
except = ['rescue']

[[third_force]]
name = 'Coastal force'
footprint = { type = 'Polygon', coordinates = [[[35.6, 35.0], [36.1, 35.0], [36.1, 35.8], [35.6, 35.8], [35.6, 35.0]]] }
"""

ID = "01963e5c-4f00-7000-8000-000000000001"
OTHER_ID = "01963e5c-4f00-7000-8000-000000000002"


def notice(**changes: Any) -> dict[str, Any]:
    """A notice as its desk would send it, with some fields of the envelope changed (``...`` takes one away)."""
    statement = {
        "id": ID,
        "mechanism": "strait",
        "type": "notice",
        "from": "alpha.air",
        "serial": 17,
        "said_at": "2026-04-09T04:00:00Z",
        "to": ["bravo"],
        "body": {"activity": "uas", "envelope": [volume()]},
    } | changes
    return {key: value for key, value in statement.items() if value is not ...}


def volume(**changes: Any) -> dict[str, Any]:
    """A disc of 4 km from the surface to 10,000 ft for an hour, with some fields changed."""
    shape = {
        "footprint": {"type": "Point", "coordinates": [37.0, 35.0]},
        "radius_m": 4000,
        "floor": "SFC",
        "ceiling": "10000 ft AMSL",
        "start": "2026-04-09T09:00:00Z",
        "end": "2026-04-09T10:00:00Z",
    } | changes
    return {key: value for key, value in shape.items() if value is not ...}


def feature(notice_id: str, party: str, activity: str = "uas", /, **changes: Any) -> dict[str, Any]:
    """A feature of a plan file: that disc, with some properties changed (``geometry`` replaces the disc's centre)."""
    given = volume()
    geometry = changes.pop("geometry", given.pop("footprint"))
    given.pop("footprint", None)
    properties = {"notice": notice_id, "party": party, "activity": activity} | given | changes
    kept = {key: value for key, value in properties.items() if value is not ...}
    return {"type": "Feature", "geometry": geometry, "properties": kept}


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    """A plan file of some features."""
    return {"type": "FeatureCollection", "features": list(features)}
