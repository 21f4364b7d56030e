"""The least distance of two things that run straight, each for a while, over the pairs of moments that count.

With ``u`` and ``v`` from 0 to 1 along the two runs, what lies between them is ``apart + u·a_run − v·b_run``; the pairs
that count are the square cut by bands ``|u·a − v·b + c| ≤ most``: a convex polygon. The least distance is inside it,
where the gradient vanishes, or on one of its edges. All pairs at once, in NumPy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from keepclear.spacetime.geodesic import Floats

_SLACK = 1e-10
"""How far outside a polygon of size 1 still counts as on its rim: rounding, and no more."""

_LEVEL = 1e-9
"""What changes by less than this along a run, in metres or seconds, does not change."""

Band = tuple[Floats, Floats, Floats, float]
"""a, b, c and most, for ``|u·a − v·b + c| ≤ most``."""


@dataclass(frozen=True, slots=True)
class TimePolygons:
    """n pairs of runs: vectors (n, 3), and the bands that the moments must keep."""

    a_first: Floats
    b_first: Floats
    a_run: Floats
    b_run: Floats
    bands: tuple[Band, ...]

    @property
    def apart(self) -> Floats:
        """From the second to the first, at their beginnings."""
        return self.a_first - self.b_first

    def a_at(self, u: Floats) -> Floats:
        """Where the first of each pair is."""
        return self.a_first + u[:, None] * self.a_run

    def b_at(self, v: Floats) -> Floats:
        """Where the second of each pair is."""
        return self.b_first + v[:, None] * self.b_run


@dataclass(frozen=True, slots=True)
class Nearest:
    """For each pair of runs: is any moment allowed, which is the nearest, and how near."""

    feasible: npt.NDArray[np.bool_]
    u: Floats
    v: Floats
    separation: Floats
    """The vector between the two, (n, 3)."""
    chord_m: Floats


@dataclass(frozen=True, slots=True)
class _HalfPlanes:
    """``u·across[:, k] + v·along[:, k] ≤ most[:, k]``, with unit normals; where ``real`` is false there is no line."""

    across: Floats
    along: Floats
    most: Floats
    real: npt.NDArray[np.bool_]
    empty: npt.NDArray[np.bool_]


def nearest(polygons: TimePolygons) -> Nearest:
    """The nearest allowed moment of each pair."""
    planes = _half_planes(polygons)
    u, v, square, feasible = _on_edges(polygons, planes)
    u_in, v_in, square_in, inside = _inside(polygons, planes)
    better = inside & (square_in <= square)
    u, v = np.where(better, u_in, u), np.where(better, v_in, v)
    separation = polygons.a_at(u) - polygons.b_at(v)
    return Nearest((feasible | inside) & ~planes.empty, u, v, separation, np.sqrt((separation**2).sum(axis=1)))


def _half_planes(polygons: TimePolygons) -> _HalfPlanes:
    n = len(polygons.apart)
    one, zero = np.ones(n), np.zeros(n)
    rows = [(-one, zero, zero), (one, zero, one), (zero, -one, zero), (zero, one, one)]
    for a, b, c, most in polygons.bands:
        if np.isfinite(most):
            rows += [(a, -b, most - c), (-a, b, most + c)]
    across, along, limit = (np.stack(column, axis=1) for column in zip(*rows, strict=True))
    size = np.hypot(across, along)
    real = size > _LEVEL
    scale = np.where(real, size, 1.0)
    empty = (~real & (limit < -_SLACK)).any(axis=1)
    return _HalfPlanes(
        np.where(real, across / scale, 0.0), np.where(real, along / scale, 0.0), limit / scale, real, empty
    )


def _on_edges(polygons: TimePolygons, planes: _HalfPlanes) -> tuple[Floats, Floats, Floats, npt.NDArray[np.bool_]]:
    """The nearest moment on the rim: each line is cut by all others, and the quadratic on what is left is minimised."""
    u0, v0 = planes.across * planes.most, planes.along * planes.most
    du, dv = -planes.along, planes.across
    low, high = np.full(u0.shape, -np.inf), np.full(u0.shape, np.inf)
    for k in range(u0.shape[1]):
        rate = du * planes.across[:, k, None] + dv * planes.along[:, k, None]
        room = planes.most[:, k, None] - (u0 * planes.across[:, k, None] + v0 * planes.along[:, k, None])
        parallel = np.abs(rate) < 1e-12
        at = np.where(parallel, 0.0, room) / np.where(parallel, 1.0, rate)
        high = np.where(~parallel & (rate > 0), np.minimum(high, at), high)
        low = np.where(~parallel & (rate < 0), np.maximum(low, at), low)
        outside = parallel & (room < -_SLACK) & planes.real[:, k, None]
        high = np.where(outside, -np.inf, high)
    allowed = planes.real & (low <= high + _SLACK)
    apart, a_run, b_run = polygons.apart[:, None, :], polygons.a_run[:, None, :], polygons.b_run[:, None, :]
    first = apart + u0[..., None] * a_run - v0[..., None] * b_run
    run = du[..., None] * a_run - dv[..., None] * b_run
    square_run = (run**2).sum(axis=-1)
    best = -(first * run).sum(axis=-1) / np.where(square_run > _LEVEL**2, square_run, 1.0)
    best = np.where(allowed, np.clip(best, low, np.maximum(low, high)), 0.0)
    square = np.where(allowed, ((first + best[..., None] * run) ** 2).sum(axis=-1), np.inf)
    pick = np.argmin(square, axis=1)
    rows = np.arange(len(pick))
    u = np.clip((u0 + best * du)[rows, pick], 0.0, 1.0)
    v = np.clip((v0 + best * dv)[rows, pick], 0.0, 1.0)
    return u, v, square[rows, pick], np.asarray(allowed.any(axis=1))


def _inside(polygons: TimePolygons, planes: _HalfPlanes) -> tuple[Floats, Floats, Floats, npt.NDArray[np.bool_]]:
    """Where the gradient vanishes, when that is in the polygon."""
    aa, bb = (polygons.a_run**2).sum(axis=1), (polygons.b_run**2).sum(axis=1)
    ab = (polygons.a_run * polygons.b_run).sum(axis=1)
    a0, b0 = (polygons.a_run * polygons.apart).sum(axis=1), (polygons.b_run * polygons.apart).sum(axis=1)
    determinant = aa * bb - ab * ab
    solvable = determinant > np.maximum(1e-12 * aa * bb, _LEVEL**2)
    scale = np.where(solvable, determinant, 1.0)
    u, v = (ab * b0 - bb * a0) / scale, (aa * b0 - ab * a0) / scale
    sides = planes.across * u[:, None] + planes.along * v[:, None] - planes.most
    inside = solvable & (sides <= _SLACK).all(axis=1)
    apart = polygons.a_at(u) - polygons.b_at(v)
    return u, v, (apart**2).sum(axis=1), np.asarray(inside)
