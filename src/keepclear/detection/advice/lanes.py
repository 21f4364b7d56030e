"""Several ways to change one's own plan side by side, and of each the steps at which some pair is in the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keepclear.detection.advice import kernels_least
from keepclear.detection.advice.sweep import is_fast
from keepclear.detection.columns import Ints


@dataclass(frozen=True, slots=True)
class Lanes:
    """Lane ``w`` has the runs from ``begins[w]`` up to ``begins[w + 1]``, by their first step; each is of one pair."""

    begins: Ints
    pair: Ints
    first: Ints
    last: Ints

    @classmethod
    def of(cls, lane: Ints, pair: Ints, first: Ints, last: Ints, lanes: int) -> Lanes:
        """The runs of so many lanes, in any order; those without a step are left out."""
        kept = np.flatnonzero(first <= last)
        order = kept[np.lexsort((first[kept], lane[kept]))]
        return cls(np.searchsorted(lane[order], np.arange(lanes + 1)), pair[order], first[order], last[order])

    @classmethod
    def none(cls, lanes: int) -> Lanes:
        """So many lanes with nothing in the way."""
        nothing = np.empty(0, np.int64)
        return cls(np.zeros(lanes + 1, np.int64), nothing, nothing, nothing)

    def least(self, since: Ints, until: Ints, stops: Ints, starts: Ints, most: Ints) -> Ints:
        """At each stop of another change the least step at which no pair is in the way, and its lane; (n, 2).

        A pair is in the way at the stops from ``since`` to ``until``. ``starts`` (n, lanes) are the steps from which
        on lanes are looked at, ``most`` (n,) those up to which; a step over it says that there is none.
        """
        found = np.empty((len(stops), 2), np.int64)
        if is_fast(len(stops) * len(self.pair)):
            from keepclear.detection.advice import machine

            runs = self.begins, self.pair, self.first, self.last
            machine.least_of_stops(runs, since, until, stops, starts, most, found)
        else:
            listed = tuple(each.tolist() for each in (self.begins, self.pair, self.first, self.last))
            kernels_least.least_of_stops(listed, since.tolist(), until.tolist(), stops, starts, most, found)
        return found
