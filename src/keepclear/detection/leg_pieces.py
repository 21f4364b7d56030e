"""Pieces of legs, two by two: where each is, how long on the ground, and how to cut them finer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from keepclear.spacetime.flown import FlownPath
from keepclear.spacetime.geodesic import Floats

_CUTS = 4

Whole = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pairs of pieces of legs: leg numbers, and the time in seconds at which each piece begins and ends."""

    a: Whole
    b: Whole
    a_from: Floats
    a_to: Floats
    b_from: Floats
    b_to: Floats

    def __len__(self) -> int:
        return len(self.a)

    def only(self, keep: npt.NDArray[np.bool_] | Whole) -> Pieces:
        """Some of them."""
        return Pieces(*(getattr(self, name)[keep] for name in self.__slots__))

    def clipped(self, within_s: float) -> Pieces:
        """Each cut to what the other's time allows; those that never come within it are dropped."""
        a_from = np.maximum(self.a_from, self.b_from - within_s)
        a_to = np.minimum(self.a_to, self.b_to + within_s)
        b_from = np.maximum(self.b_from, self.a_from - within_s)
        b_to = np.minimum(self.b_to, self.a_to + within_s)
        return Pieces(self.a, self.b, a_from, a_to, b_from, b_to).only((a_from <= a_to) & (b_from <= b_to))

    def cut(self, longer_is_a: npt.NDArray[np.bool_]) -> Pieces:
        """Each pair cut into four along its longer piece."""
        step = np.tile(np.arange(_CUTS), len(self.a))
        every = self.only(np.repeat(np.arange(len(self.a)), _CUTS))
        on_a = np.repeat(longer_is_a, _CUTS)
        a_step, b_step = (every.a_to - every.a_from) / _CUTS, (every.b_to - every.b_from) / _CUTS
        return Pieces(
            every.a,
            every.b,
            np.where(on_a, every.a_from + step * a_step, every.a_from),
            np.where(on_a & (step < _CUTS - 1), every.a_from + (step + 1) * a_step, every.a_to),
            np.where(on_a, every.b_from, every.b_from + step * b_step),
            np.where(~on_a & (step < _CUTS - 1), every.b_from + (step + 1) * b_step, every.b_to),
        )


class Clocked:
    """A path with its times in seconds after an origin, and where it is at any of them."""

    def __init__(self, path: FlownPath, origin_ms: int) -> None:
        self.path = path
        self.times_s = (path.time_ms - origin_ms) / 1000.0
        self.lasts_s = np.diff(self.times_s)

    def share(self, leg: Whole, time_s: Floats) -> Floats:
        """How far along its leg it is."""
        return np.asarray(np.clip((time_s - self.times_s[leg]) / self.lasts_s[leg], 0.0, 1.0))

    def height_m(self, leg: Whole, time_s: Floats) -> Floats:
        """Height above the ellipsoid."""
        low, high = self.path.height_m[leg], self.path.height_m[leg + 1]
        return np.asarray(low + (high - low) * self.share(leg, time_s))

    def place(self, leg: Whole, time_s: Floats) -> tuple[Floats, Floats]:
        """Longitude and latitude."""
        return self.path.position(leg, self.share(leg, time_s))

    def ground_m(self, leg: Whole, from_s: Floats, to_s: Floats) -> Floats:
        """How long a piece of a leg is on the ground."""
        return np.asarray(self.path.length_m[leg] * (to_s - from_s) / self.lasts_s[leg])
