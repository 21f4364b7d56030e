"""Positions as said and as heard, one beside the other: in any order in which a line or a ring may be read out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from keepclear.mechanism.read_back import Drawn, HeardPosition, HeardShape
from keepclear.spacetime.footprint import Corridor, Disc, Footprint, Position
from keepclear.spacetime.geodesic import Floats, earth_centred, inverse

MOST_PAIRED = 64
"""Beyond so many on a side, the order in which they are given is taken as meant."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One thing that was heard otherwise than it was said, for showing both side by side.

    ``difference`` is in ``unit``; None where there is no figure for it (something missing, another datum, other words).
    """

    field: str
    said: str
    heard: str
    difference: float | None = None
    unit: str = ""

    def __str__(self) -> str:
        by = "" if self.difference is None else f", {self.difference:.4g} {self.unit} apart"
        return f"{self.field}: said {self.said}, heard {self.heard}{by}"


def shape_mismatches(said: Footprint, heard: HeardShape, field: str, tolerance_m: float) -> list[Mismatch]:
    """Where the positions heard are farther from those said than the tolerance and their own resolution allow."""
    drawn, lines, paths = _drawn(said, f"{field}.coordinates")
    if drawn is not heard.drawn:
        return [Mismatch(field, f"a {drawn}", f"a {heard.drawn}")]

    def differences(i: int, j: int) -> list[Mismatch]:
        return _line_mismatches(drawn, lines[i], heard.lines[j], paths[i], tolerance_m)

    found = []
    pairs, unheard, unsaid = paired(len(lines), len(heard.lines), differences)
    for i, j in pairs:
        found += differences(i, j)
    found += [Mismatch(paths[i], f"a ring of {len(lines[i])} positions", "nothing") for i in unheard]
    found += [Mismatch(field, "no such ring", f"a ring of {len(heard.lines[j])} positions") for j in unsaid]
    return found


def paired(
    said: int, heard: int, differences: Callable[[int, int], list[Mismatch]]
) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """Which said goes with which heard: as many that agree as can be, and the rest by least difference.

    Returns the pairs, and what is left over on either side.
    """
    if max(said, heard) > MOST_PAIRED:
        both = min(said, heard)
        return [(i, i) for i in range(both)], list(range(both, said)), list(range(both, heard))
    differences = cache(differences)
    owner: dict[int, int] = {}
    for i in range(said):
        _augment(i, heard, lambda i, j: not differences(i, j), owner, set())
    taken = set(owner.values())
    left = [i for i in range(said) if i not in taken]
    over = [j for j in range(heard) if j not in owner]
    costs = sorted((_cost(differences(i, j)), abs(i - j), i, j) for i in left for j in over)
    pairs = [(i, j) for j, i in owner.items()]
    for _, _, i, j in costs:
        if i in left and j in over:
            pairs.append((i, j))
            left.remove(i)
            over.remove(j)
    return sorted(pairs), left, over


def _augment(i: int, heard: int, agree: Callable[[int, int], bool], owner: dict[int, int], seen: set[int]) -> bool:
    """One more pair that agrees, others moved to make room (Kuhn 1955); the same place in the order is tried first."""
    for j in sorted(range(heard), key=lambda j: j != i):
        if j not in seen and agree(i, j):
            seen.add(j)
            if j not in owner or _augment(owner[j], heard, agree, owner, seen):
                owner[j] = i
                return True
    return False


def _cost(mismatches: list[Mismatch]) -> tuple[int, float]:
    return len(mismatches), sum(one.difference or 0.0 for one in mismatches)


def _drawn(said: Footprint, at: str) -> tuple[Drawn, list[tuple[Position, ...]], list[str]]:
    """The kind, the lines of positions (rings without their closing one) and where each stands."""
    match said:
        case Disc(lon, lat, _):
            return Drawn.POINT, [((lon, lat),)], [at]
        case Corridor(line, _):
            return Drawn.LINE, [line], [at]
        case _:
            rings = [(p, r, ring[:-1]) for p, part in enumerate(said.parts) for r, ring in enumerate(part)]
            single = len(said.parts) == 1
            return (
                Drawn.POLYGON,
                [ring for _, _, ring in rings],
                [f"{at}[{r}]" if single else f"{at}[{p}][{r}]" for p, r, _ in rings],
            )


def _line_mismatches(
    drawn: Drawn, said: tuple[Position, ...], heard: tuple[HeardPosition, ...], path: str, tolerance_m: float
) -> list[Mismatch]:
    lon, lat = np.array(said, float).T
    heard_lon, heard_lat = np.array([p.lon for p in heard]), np.array([p.lat for p in heard])
    limit_m = np.array([tolerance_m + p.resolution_m for p in heard])
    if len(said) != len(heard):
        return _missing(said, heard, path, limit_m)
    order = _order(drawn, earth_centred(lon, lat), earth_centred(heard_lon, heard_lat), limit_m)
    apart_m = inverse(lon, lat, heard_lon[order], heard_lat[order])[1]
    return [
        Mismatch(_at(path, drawn, k), _place(*said[k]), _heard_place(heard[order[k]]), float(apart_m[k]), "m")
        for k in np.flatnonzero(apart_m > limit_m[order]).tolist()
    ]


def _order(drawn: Drawn, said: Floats, heard: Floats, limit_m: Floats) -> Any:
    """The order of reading that agrees best: a ring may begin anywhere and run either way, a line either way."""
    count = len(said)
    forward = np.arange(count)
    starts = range(count) if drawn is Drawn.POLYGON else (0,)
    orders = [(forward + start) % count for start in starts] + [(forward[::-1] + start) % count for start in starts]
    return min(orders, key=lambda order: _misfit(said, heard[order], limit_m[order]))


def _misfit(said: Floats, heard: Floats, limit_m: Floats) -> tuple[float, float]:
    chord_m = np.linalg.norm(said - heard, axis=-1)
    return float(np.maximum(chord_m - limit_m, 0.0).sum()), float(chord_m.sum())


def _missing(
    said: tuple[Position, ...], heard: tuple[HeardPosition, ...], path: str, limit_m: Floats
) -> list[Mismatch]:
    """What has no counterpart, of lines that have not equally many positions; the numbers themselves come first."""
    fewer = float(abs(len(said) - len(heard)))
    found = [Mismatch(path, f"{len(said)} positions", f"{len(heard)} positions", fewer, "positions")]
    lon, lat = [p.lon for p in heard], [p.lat for p in heard]
    near = [inverse(one[0], one[1], lon, lat)[1] <= limit_m for one in said[:MOST_PAIRED]]
    found += [Mismatch(f"{path}[{k}]", _place(*said[k]), "nothing") for k, row in enumerate(near) if not row.any()]
    return found


def _at(path: str, drawn: Drawn, k: int) -> str:
    return path if drawn is Drawn.POINT else f"{path}[{k}]"


def _place(lon: float, lat: float) -> str:
    return f"{abs(lat):08.5f}{'S' if lat < 0 else 'N'} {abs(lon):09.5f}{'W' if lon < 0 else 'E'}"


def _heard_place(position: HeardPosition) -> str:
    shown = _place(position.lon, position.lat)
    return shown if position.text is None else f"{position.text} ({shown})"
