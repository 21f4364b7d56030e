"""The volumes of many pairs of plans against each other: times first, then footprints all at once, then heights.

What is certain of two footprints on a plane (``spacetime.together``) is not asked of ``lateral_gap`` again: it gives
the same answer, and decides whatever is left.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np

from keepclear.detection.extent import Ints
from keepclear.spacetime.altitude import Datum
from keepclear.spacetime.footprint import Corridor, Disc, Footprint
from keepclear.spacetime.gathered import gather
from keepclear.spacetime.heights import Contact, HeightBand, HeightGap, HeightRules, compare_bands, height_band
from keepclear.spacetime.lateral import gap_of_apart_m, lateral_gap
from keepclear.spacetime.overlap import in_degrees
from keepclear.spacetime.separation import Separation
from keepclear.spacetime.shape import make_shapes
from keepclear.spacetime.together import CLEAR, CLOSE, COMMON, Pairs, stand
from keepclear.spacetime.volume import Volume

_FEW = 1_024
"""Pairs of volumes whose times are quicker compared one by one than as arrays."""
_MOST_PLACES = 100_000
"""Of the footprints that are looked at together: some ten megabytes."""

_WITHOUT_GEOID = {Datum.SFC, Datum.UNL, Datum.AMSL, Datum.FL, Datum.AGL}
"""Limits that are compared without the geoid, which alone depends on the place (``spacetime.heights``)."""

Volumes = Sequence[Volume]
Both = tuple[Footprint, Footprint]
Near = Sequence[tuple[int, int]]
"""Volumes of two plans by their numbers, in order."""


class PiecePair(NamedTuple):
    """How one piece of a plan stands to one of another."""

    contact: Contact
    lateral_gap_m: float
    """NaN where it is over 0 and has not been worked out: ``exact_gap_m`` does."""
    vertical_gap_m: float
    widened: bool
    start_ms: int
    end_ms: int
    footprints: tuple[Both, ...]
    """What to draw the overlap from."""
    drawn: Sequence[Any] | None = None
    """The overlap as polygons in degrees, where that is drawn already."""

    @property
    def exact_gap_m(self) -> float:
        """The gap in any case."""
        if math.isnan(self.lateral_gap_m):
            ((a, b),) = self.footprints
            return gap_of_apart_m(a, b)
        return self.lateral_gap_m


def volumes_meeting(
    cases: Sequence[tuple[Volumes, Volumes, Separation]],
    rules: HeightRules,
    *,
    near: Sequence[Near | None] | None = None,
    drawing: bool,
) -> list[list[PiecePair]]:
    """For each case the pairs of volumes, one of each side, that do not clear each other, in order.

    ``near`` has for each case the pairs that meet in time and may not clear each other, where that is known already.
    """
    found: list[list[PiecePair]] = [[] for _ in cases]
    heights = _Heights(rules)
    for part in _in_portions(_in_time(cases, near or repeat(None))):
        for candidate, pair in _meeting(part, heights, drawing=drawing):
            found[candidate.case].append(pair)
    return found


class _Candidate(NamedTuple):
    """Two volumes that meet in time, or as good as."""

    case: int
    a: Volume
    b: Volume
    separation: Separation


def _in_time(cases: Sequence[tuple[Volumes, Volumes, Separation]], near: Iterable[Near | None]) -> Iterator[_Candidate]:
    for case, ((ours, theirs, separation), known) in enumerate(zip(cases, near, strict=False)):
        if known is not None:
            for one, other in known:
                yield _Candidate(case, ours[one], theirs[other], separation)
            continue
        wait_ms = separation.time_ms
        if len(ours) * len(theirs) > _FEW:
            for a, b in _near_among_many(ours, theirs, separation):
                yield _Candidate(case, a, b, separation)
            continue
        for a in ours:
            for b in theirs:
                if max(a.start_ms, b.start_ms) - min(a.end_ms, b.end_ms) < wait_ms:
                    yield _Candidate(case, a, b, separation)


def _near_among_many(ours: Volumes, theirs: Volumes, separation: Separation) -> Iterator[tuple[Volume, Volume]]:
    """The pairs that meet in time and whose boxes come within reach, row by row."""
    one, other = gather([each.footprint for each in ours]), gather([each.footprint for each in theirs])
    start = np.array([each.start_ms for each in theirs], np.int64)
    end = np.array([each.end_ms for each in theirs], np.int64)
    for row, a in enumerate(ours):
        reach_m = (one.radius_m[row] + other.radius_m + separation.lateral_m + 0.02)[:, None]
        near = np.maximum(start, a.start_ms) - np.minimum(end, a.end_ms) < separation.time_ms
        near &= (other.low - reach_m <= one.high[row]).all(axis=1) & (other.high + reach_m >= one.low[row]).all(axis=1)
        for number in np.flatnonzero(near).tolist():
            yield a, theirs[number]


def _in_portions(candidates: Iterator[_Candidate]) -> Iterator[list[_Candidate]]:
    part, places = [], 0
    for each in candidates:
        part.append(each)
        places += _places(each.a.footprint) + _places(each.b.footprint)
        if places >= _MOST_PLACES:
            yield part
            part, places = [], 0
    if part:
        yield part


def _places(footprint: Footprint) -> int:
    if isinstance(footprint, Disc):
        return 1
    if isinstance(footprint, Corridor):
        return len(footprint.line)
    return sum(len(ring) for part in footprint.parts for ring in part)


def _meeting(part: Sequence[_Candidate], heights: _Heights, *, drawing: bool) -> Iterator[tuple[_Candidate, PiecePair]]:
    """What of one portion does not clear."""
    numbers: dict[int, int] = {}
    footprints: list[Footprint] = []
    for each in part:
        for footprint in (each.a.footprint, each.b.footprint):
            if numbers.setdefault(id(footprint), len(footprints)) == len(footprints):
                footprints.append(footprint)
    pairs = Pairs(
        np.array([numbers[id(each.a.footprint)] for each in part], np.int64),
        np.array([numbers[id(each.b.footprint)] for each in part], np.int64),
        np.array([each.separation.lateral_m for each in part]),
    )
    met = stand(gather(footprints), pairs, drawing=drawing)
    left = [(n, heights.of(part[n])) for n in np.flatnonzero(met.certain != CLEAR).tolist()]
    left = [(n, upright) for n, upright in left if upright.contact is not Contact.CLEAR]
    certain: Ints = met.certain[[n for n, _ in left]] if left else np.empty(0, np.int64)
    drawn = in_degrees(met, np.array([n for n, _ in left], np.int64)) if drawing and left else [[] for _ in left]
    measured = [part[n] for (n, _), code in zip(left, certain.tolist(), strict=True) if code != COMMON]
    make_shapes(footprint for each in measured for footprint in (each.a.footprint, each.b.footprint))
    for (n, upright), code, polygons in zip(left, certain.tolist(), drawn, strict=True):
        pair = _pair(part[n], upright, code, polygons if drawing and code == COMMON else None)
        if pair.contact is not Contact.CLEAR:
            yield part[n], pair


class _Heights:
    """How bands of height stand to each other; a band is made once for each two limits, where places do not matter."""

    def __init__(self, rules: HeightRules) -> None:
        self._rules = rules
        self._known: dict[tuple[int, int], HeightBand | None] = {}

    def of(self, each: _Candidate) -> HeightGap:
        """How those of the two volumes stand."""
        one, other = self._anywhere(each.a), self._anywhere(each.b)
        if one is None or other is None:
            one, other = self._band(each.a), self._band(each.b)
        return compare_bands(one, other, each.separation.vertical_m)

    def _anywhere(self, volume: Volume) -> HeightBand | None:
        """The band, where others like it are compared without the geoid; volumes live longer than what is known."""
        said = id(volume.floor), id(volume.ceiling)
        if said not in self._known:
            plain = volume.floor.datum in _WITHOUT_GEOID and volume.ceiling.datum in _WITHOUT_GEOID
            self._known[said] = self._band(volume) if plain else None
        return self._known[said]

    def _band(self, volume: Volume) -> HeightBand:
        return height_band(volume.footprint, volume.floor, volume.ceiling, self._rules)


def _pair(each: _Candidate, upright: HeightGap, code: int, drawn: Sequence[Any] | None) -> PiecePair:
    a, b = each.a.footprint, each.b.footprint
    contact, gap_m = Contact.OVERLAP, math.nan if code == CLOSE else 0.0
    if code not in (CLOSE, COMMON):
        level = lateral_gap(a, b, each.separation.lateral_m)
        contact, gap_m = level.contact, level.gap_m
    return PiecePair(
        least_contact(upright.contact, contact),
        gap_m,
        max(upright.gap_m, 0.0),
        upright.widened,
        max(each.a.start_ms, each.b.start_ms),
        min(each.a.end_ms, each.b.end_ms),
        ((a, b),),
        drawn,
    )


def least_contact(*contacts: Contact) -> Contact:
    """An overlap takes both; what is clear in one is clear."""
    return next(each for each in (Contact.CLEAR, Contact.MARGINAL, Contact.OVERLAP) if each in contacts)
