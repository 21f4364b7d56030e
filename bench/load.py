"""The seeded load of the plan benches: a day over 1000 × 1000 km, the same for us and for every peer.

Of 100 plans 60 are drone flights (2 to 8 corridors along a route, one after another, 1.5 to 6 km each), 25 are area
operations (one polygon or disc, 1 to 6 km to its edge, up to ten hours), 10 are fixed-wing flights (3 to 5
corridors of 20 to 60 km) and 5 are standing zones (one polygon or disc of 1 to 6 km, the whole day). That makes
3.7 volumes a plan, so 1,000,000 volumes are about 270,000 plans. All heights are metres above mean sea level or
``SFC``. ``hot`` puts everything around one city instead: places spread normally, 50 km. Sizes and windows are such that
a plan meets about 1 of the others at 100,000 volumes, 10 at 1,000,000, and 28 of 100,000 in ``hot``.

Everything is drawn by NumPy from one seed and kept in columns; typed plans, plan files and planar rows come from there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.plane import CORRIDOR, DISC, POLYGON, Floats, Ints, plane
from keepclear.detection.plan import Plan
from keepclear.spacetime.altitude import SURFACE, Altitude, Datum
from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Polygonal, footprint_to_geojson
from keepclear.spacetime.instants import format_instant
from keepclear.spacetime.volume import Volume

DRONE, AREA, FIXED_WING, ZONE = range(4)
SHARES: Final = (0.60, 0.25, 0.10, 0.05)
ACTIVITIES: Final = ("uas", "works", "fixed_wing", "live_fire")
SIDE_KM = 1000.0
CITY_KM = 50.0
DAY_MS = 86_400_000
BEGIN_MS = 1_798_761_600_000  # 2027-01-01T00:00:00Z
CENTRE: Final = (15.0, 47.0)
PARTIES = 8
SEED = 20261122
SURFACE_M = -1000.0
"""What stands for ``SFC`` in rows of numbers: below every floor of the load."""
_CHUNK = 4096


@dataclass(frozen=True, slots=True)
class Load:
    """Plans in columns. Volume ``i`` has the places ``vertex[i]`` to ``vertex[i + 1]`` of ``lon`` and ``lat``, open."""

    prefix: str
    centre: tuple[float, float]
    kind: Ints
    party: Ints
    first: Ints
    """Of each plan its first volume; one more than there are plans."""
    shape: Ints
    size_m: Floats
    """Radius or half-width; 0 of a polygon."""
    vertex: Ints
    lon: Floats
    lat: Floats
    floor_m: Floats
    """``SURFACE_M`` stands for SFC."""
    ceiling_m: Floats
    start_ms: Ints
    end_ms: Ints

    @property
    def volumes(self) -> int:
        """How many volumes."""
        return len(self.shape)

    def __len__(self) -> int:
        """How many plans."""
        return len(self.kind)

    def name(self, plan: int) -> str:
        """The id of a plan."""
        return f"{self.prefix}{plan:07d}"

    def plan_of_volume(self) -> Ints:
        """The number of each volume's plan."""
        return np.repeat(np.arange(len(self)), np.diff(self.first))

    def plans(self, start: int = 0, end: int | None = None) -> Iterator[Plan]:
        """Typed plans, made one after another so that a million need not be there at once."""
        for begin in range(start, len(self) if end is None else end, _CHUNK):
            until = min(begin + _CHUNK, len(self) if end is None else end)
            volumes = self._typed(int(self.first[begin]), int(self.first[until]))
            for number in range(begin, until):
                envelope = tuple(next(volumes) for _ in range(self.first[number], self.first[number + 1]))
                party = f"party-{self.party[number]}"
                yield Plan(self.name(number), party, ACTIVITIES[self.kind[number]], envelope)

    def single_volumes(self, count: int) -> list[tuple[int, Plan]]:
        """``count`` volumes chosen evenly, each as a plan of its own, with its number."""
        numbers = np.unique(np.linspace(0, self.volumes - 1, count).astype(np.int64))
        owners = self.plan_of_volume()
        chosen = []
        for number in numbers.tolist():
            owner, volume = int(owners[number]), next(self._typed(number, number + 1))
            plan = Plan(f"{self.name(owner)}-{number}", "asking", ACTIVITIES[self.kind[owner]], (volume,))
            chosen.append((number, plan))
        return chosen

    def _typed(self, start: int, end: int) -> Iterator[Volume]:
        """The volumes from ``start`` up to ``end``."""
        at = int(self.vertex[start])
        places = list(
            zip(
                self.lon[at : self.vertex[end]].tolist(), self.lat[at : self.vertex[end]].tolist(), strict=True,
            )
        )  # fmt: skip
        rows = zip(
            self.shape[start:end].tolist(), (self.vertex[start:end] - at).tolist(),
            (self.vertex[start + 1 : end + 1] - at).tolist(), self.size_m[start:end].tolist(),
            self.floor_m[start:end].tolist(), self.ceiling_m[start:end].tolist(),
            self.start_ms[start:end].tolist(), self.end_ms[start:end].tolist(), strict=True,
        )  # fmt: skip
        for shape, low, high, size_m, floor_m, ceiling_m, start_ms, end_ms in rows:
            footprint = _footprint(shape, places[low:high], size_m)
            yield Volume(footprint, _altitude(floor_m), _altitude(ceiling_m), start_ms, end_ms)

    def write_plan_file(self, path: Path) -> None:
        """The plans as a GeoJSON plan file for ``keepclear check``."""
        with path.open("w", encoding="utf-8") as file:
            file.write('{"type":"FeatureCollection","features":[')
            comma = ""
            for plan in self.plans():
                for feature in features_of(plan):
                    file.write(comma + json.dumps(feature, separators=(",", ":")))
                    comma = ",\n"
            file.write("]}\n")


def features_of(plan: Plan) -> Iterator[dict[str, Any]]:
    """The features of one plan, one a volume."""
    for volume in plan.envelope if isinstance(plan.envelope, tuple) else ():
        geometry, width = footprint_to_geojson(volume.footprint)
        properties = {
            "notice": plan.id, "party": plan.party, "activity": plan.activity, "floor": str(volume.floor),
            "ceiling": str(volume.ceiling), "start": format_instant(volume.start_ms),
            "end": format_instant(volume.end_ms), **width,
        }  # fmt: skip
        yield {"type": "Feature", "properties": properties, "geometry": geometry}


def draw(
    volumes: int,
    *,
    seed: int = SEED,
    hot: bool = False,
    prefix: str = "p",
    centre: tuple[float, float] = CENTRE,
    city_km: float = CITY_KM,
    side_km: float = SIDE_KM,
    begin_ms: int = BEGIN_MS,
) -> Load:
    """Exactly so many volumes; another seed draws others of the same kind. ``begin_ms`` is when the day begins."""
    rng = np.random.default_rng(seed)
    kind, first = _plans(rng, volumes)
    owner = np.repeat(np.arange(len(kind)), np.diff(first))
    spread = city_km * 1000 if hot else side_km * 500
    at = rng.normal(0, spread, (len(kind), 2)) if hot else rng.uniform(-spread, spread, (len(kind), 2))
    legs = _legs(rng, kind[owner], owner, first, at)
    shape, size_m, counts = _shapes(rng, kind[owner])
    vertex = np.concatenate([[0], np.cumsum(counts)])
    x, y = _vertices(rng, shape, counts, vertex, legs, at[owner])
    lon, lat = plane(centre)(x, y, inverse=True)
    floor_m, ceiling_m = _heights(rng, kind, owner)
    start_ms, end_ms = _windows(rng, kind, owner, first, begin_ms)
    return Load(
        prefix, centre, kind, rng.integers(0, PARTIES, len(kind)), first, shape, size_m, vertex,
        np.round(lon, 7), np.round(lat, 7), floor_m, ceiling_m, start_ms, end_ms,
    )  # fmt: skip


def _plans(rng: np.random.Generator, volumes: int) -> tuple[Ints, Ints]:
    """Kinds of plans, and the first volume of each, until the number of volumes is reached."""
    kind = rng.choice(4, volumes, p=SHARES)
    many = np.where(kind == DRONE, rng.integers(2, 9, volumes), np.where(kind == FIXED_WING, 0, 1))
    many = np.where(kind == FIXED_WING, rng.integers(3, 6, volumes), many)
    ends = np.cumsum(many)
    plans = int(np.searchsorted(ends, volumes)) + 1
    return kind[:plans], np.concatenate([[0], np.minimum(ends[:plans], volumes)])


def _legs(rng: np.random.Generator, kind: Ints, owner: Ints, first: Ints, at: Floats) -> Floats:
    """Of each volume the leg (n, 2, 2) in metres that its plan flies; one leg begins where the last one ended."""
    wing = kind == FIXED_WING
    turn = rng.normal(0, 1, len(kind)) * np.where(wing, 0.15, 0.4)
    turn[first[:-1]] = rng.uniform(0, 2 * np.pi, len(first) - 1)
    heading = _running(turn, owner, first)
    length = np.where(wing, rng.uniform(20_000, 60_000, len(kind)), rng.uniform(1_500, 6_000, len(kind)))
    step = length[:, None] * np.stack([np.cos(heading), np.sin(heading)], axis=1)
    end = at[owner] + np.stack([_running(step[:, axis], owner, first) for axis in range(2)], axis=1)
    return np.stack([end - step, end], axis=1)


def _running(values: Floats, owner: Ints, first: Ints) -> Floats:
    """Sums from the first volume of each plan on."""
    total = np.cumsum(values)
    before = np.concatenate([[0.0], total])[first[:-1]]
    return np.asarray(total - before[owner])


def _shapes(rng: np.random.Generator, kind: Ints) -> tuple[Ints, Floats, Ints]:
    """Of each volume its shape, its radius or half-width (m), and how many vertices it has."""
    chained = (kind == DRONE) | (kind == FIXED_WING)
    shape = np.where(chained, CORRIDOR, rng.choice([POLYGON, DISC], len(kind)))
    wide = np.where(kind == FIXED_WING, rng.uniform(1_000, 4_000, len(kind)), rng.uniform(100, 400, len(kind)))
    round_m = rng.uniform(1_000, 6_000, len(kind))
    size_m = np.where(shape == CORRIDOR, wide, np.where(shape == DISC, round_m, 0.0))
    corners = rng.integers(4, 9, len(kind))
    counts = np.where(shape == CORRIDOR, 2, np.where(shape == DISC, 1, corners))
    return shape.astype(np.int64), np.round(size_m).astype(np.float64), counts.astype(np.int64)


def _vertices(
    rng: np.random.Generator, shape: Ints, counts: Ints, vertex: Ints, legs: Floats, at: Floats
) -> tuple[Floats, Floats]:
    """Every vertex in metres. A polygon's corners lie round its centre at jittered angles and distances."""
    of = np.repeat(np.arange(len(shape)), counts)
    turn = np.arange(len(of)) - vertex[of]
    angle = 2 * np.pi * (turn + rng.uniform(-0.35, 0.35, len(of))) / counts[of]
    most = rng.uniform(1_000, 6_000, len(shape))
    away = np.where(shape[of] == POLYGON, most[of] * rng.uniform(0.6, 1.0, len(of)), 0.0)
    places = at[of] + away[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    corridors = shape[of] == CORRIDOR
    places[corridors] = legs[of[corridors], turn[corridors]]
    return places[:, 0], places[:, 1]


def _heights(rng: np.random.Generator, kind: Ints, owner: Ints) -> tuple[Floats, Floats]:
    """Floor and ceiling of each volume, whole metres above mean sea level, the same for all of a plan."""
    plans = len(kind)
    wing_m = np.round(rng.uniform(300, 6_000, plans), -1)
    drone_m = np.round(rng.uniform(30, 120, plans))
    floor_m = np.select([kind == DRONE, kind == FIXED_WING], [drone_m, wing_m], SURFACE_M)
    ceiling_m = np.select(
        [kind == DRONE, kind == FIXED_WING, kind == AREA],
        [
            drone_m + np.round(rng.uniform(30, 90, plans)), wing_m + np.round(rng.uniform(300, 900, plans), -1),
            np.round(rng.uniform(60, 600, plans)),
        ],
        np.round(rng.uniform(300, 6_000, plans), -1),
    )  # fmt: skip
    return floor_m[owner], ceiling_m[owner]


def _windows(rng: np.random.Generator, kind: Ints, owner: Ints, first: Ints, begin_ms: int) -> tuple[Ints, Ints]:
    """Windows in whole seconds: legs follow each other and overlap by their margins, zones stand all day."""
    plans, minute = len(kind), 60_000
    begins = rng.integers(0, DAY_MS // 1000, plans) * 1000
    rank = np.arange(len(owner)) - first[owner]
    leg_ms = np.where(kind == FIXED_WING, 8, 5)[owner] * minute
    margin_ms = 20 * minute
    start = begins[owner] + rank * leg_ms
    area_ms = rng.integers(20 * 60, 600 * 60, plans) * 1000
    end = np.where((kind == AREA)[owner], start + area_ms[owner], start + leg_ms + margin_ms)
    zones = (kind == ZONE)[owner]
    start, end = np.where(zones, 0, start), np.where(zones, DAY_MS, end)
    return start + begin_ms, end + begin_ms


def _footprint(shape: int, places: list[tuple[float, float]], size_m: float) -> Footprint:
    if shape == DISC:
        return Disc(*places[0], size_m)
    if shape == CORRIDOR:
        return Corridor(tuple(places), size_m)
    return Polygonal((((*places, places[0]),),))


@cache
def _altitude(metres: float) -> Altitude:
    """One object for each height of the load: they are whole metres."""
    return SURFACE if metres == SURFACE_M else Altitude(Datum.AMSL, metres, "m")
