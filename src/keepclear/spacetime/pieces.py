"""Geodesic edges cut into short pieces, as arrays.

A geodesic is no plane curve, so it is cut until it may be taken for one: over 2 km a plane through the earth's centre
leaves the WGS84 geodesic by at most 0.3 mm (L² / 8R times the angle of 0.0034 between the plumb line and the
direction from the centre; measured in ``tests/spacetime``), and its chord by 79 mm of height. Which side a point is
on, and what crosses, is decided on pieces; distances are not: they use the whole geodesic (``nearness``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from keepclear.spacetime.geodesic import Floats, earth_centred, forward, inverse

LONGEST_PIECE_M = 2000.0
CHORD_DEPTH_M = 0.08  # L² / 8R of the longest piece, rounded up
SAME_PLACE_M = 1e-6
MOST_LENGTH_M = 800_000_000.0
"""Twenty times round the earth; a boundary longer than that is refused, not cut more coarsely."""
LONGEST_EDGE_M = 19_900_000.0
"""Towards 20,004 km the two ends are opposite each other and no single geodesic joins them."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """``n`` pieces: where each starts (degrees), its azimuth there, its length; both ends earth-centred (n, 3)."""

    lon: Floats
    lat: Floats
    azimuth_deg: Floats
    length_m: Floats
    start: Floats
    end: Floats
    chain: npt.NDArray[np.int64]
    """The ring or line that each piece is of."""

    def __len__(self) -> int:
        return len(self.lon)


def cut(chains: Sequence[Sequence[tuple[float, float]]]) -> Pieces:
    """The pieces of rings or lines of positions (degrees); a chain of one place is one piece without length."""
    return join([_cut_chain(np.array(chain, float), number) for number, chain in enumerate(chains)])


def cut_many(several: Sequence[Sequence[Sequence[tuple[float, float]]]]) -> list[Pieces]:
    """``cut`` of each of several, to the bit, with all their edges measured together."""
    chains = [(np.array(chain, float), number) for each in several for number, chain in enumerate(each)]
    edges = np.concatenate([np.concatenate([at[:-1], at[1:]], axis=1) for at, _ in chains])
    azimuth, length = inverse(edges[:, 0], edges[:, 1], edges[:, 2], edges[:, 3])
    made: list[Pieces | None] = [None] * len(chains)
    plain, kept, done = [], [], 0
    for which, (at, number) in enumerate(chains):
        own = slice(done, done + len(at) - 1)
        done = own.stop
        if (length[own] > SAME_PLACE_M).all():
            plain.append(which)
            kept.append(own)
        else:
            made[which] = _cut_chain(at, number)
    if plain:
        azimuths, lengths = [azimuth[own] for own in kept], [length[own] for own in kept]
        for which, whole in zip(plain, _cut_plain([chains[each] for each in plain], azimuths, lengths), strict=True):
            made[which] = whole
    ready = iter(made)
    return [join([pieces for _ in each if (pieces := next(ready)) is not None]) for each in several]


def _cut_plain(
    chains: Sequence[tuple[Floats, int]], azimuths: Sequence[Floats], lengths: Sequence[Floats]
) -> Iterator[Pieces]:
    """The pieces of chains whose edges all have a length."""
    azimuth, length = np.concatenate(azimuths), np.concatenate(lengths)
    begin = np.concatenate([at[:-1] for at, _ in chains])
    count = np.maximum(np.ceil(length / LONGEST_PIECE_M).astype(np.int64), 1)
    edge = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    share = length / count
    lon, lat, heading = begin[edge, 0], begin[edge, 1], azimuth[edge]
    later = step > 0
    if later.any():
        e = edge[later]
        lon[later], lat[later], heading[later] = forward(begin[e, 0], begin[e, 1], azimuth[e], step[later] * share[e])
    start = earth_centred(lon, lat)
    last_at = np.array([at[-1] for at, _ in chains])
    lasts = earth_centred(last_at[:, 0], last_at[:, 1])
    ends = np.concatenate([[0], np.cumsum(count)])[np.cumsum([0, *map(len, lengths)])].tolist()
    for which, (at, number) in enumerate(chains):
        own = slice(ends[which], ends[which + 1])
        last = lasts[which : which + 1] if (at[0] != at[-1]).any() else start[own][:1]
        end = np.concatenate([start[own][1:], last])
        chain = np.full(len(end), number)
        yield Pieces(lon[own], lat[own], heading[own], share[edge[own]], start[own], end, chain)


def join(parts: Sequence[Pieces]) -> Pieces:
    """All pieces of several as one."""
    if len(parts) == 1:
        return parts[0]
    return Pieces(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("lon", "lat", "azimuth_deg", "length_m", "start", "end", "chain")
        )
    )


def edge_lengths(chain: Sequence[tuple[float, float]]) -> Floats:
    """The length (m) of each edge of a ring or line."""
    at = np.array(chain, float)
    return inverse(at[:-1, 0], at[:-1, 1], at[1:, 0], at[1:, 1])[1]


def _cut_chain(at: Floats, number: int) -> Pieces:
    azimuth, length, at = _edges(at)
    if not len(length):
        place = earth_centred(at[:1, 0], at[:1, 1])
        none = np.zeros(1)
        return Pieces(at[:1, 0], at[:1, 1], none, none, place, place, np.array([number]))
    count = np.maximum(np.ceil(length / LONGEST_PIECE_M).astype(np.int64), 1)
    edge = np.repeat(np.arange(len(count)), count)
    first = np.repeat(np.cumsum(count) - count, count)
    step = np.arange(len(edge)) - first
    share = length / count
    lon, lat, heading = at[edge, 0], at[edge, 1], azimuth[edge]
    later = step > 0
    if later.any():
        e = edge[later]
        lon[later], lat[later], heading[later] = forward(at[e, 0], at[e, 1], azimuth[e], step[later] * share[e])
    start = earth_centred(lon, lat)
    last = earth_centred(at[-1:, 0], at[-1:, 1]) if (at[0] != at[-1]).any() else start[:1]
    end = np.concatenate([start[1:], last])
    return Pieces(lon, lat, heading, share[edge], start, end, np.full(len(edge), number))


def _edges(at: Floats) -> tuple[Floats, Floats, Floats]:
    """Azimuths and lengths of the edges that have any, and the positions that they join."""
    azimuth, length = inverse(at[:-1, 0], at[:-1, 1], at[1:, 0], at[1:, 1])
    moved = length > SAME_PLACE_M
    if moved.all():
        return azimuth, length, at
    kept = np.concatenate([at[:-1][moved], at[-1:]])
    if len(kept) < 2:
        return azimuth[:0], length[:0], kept
    kept[0] = at[0]
    azimuth, length = inverse(kept[:-1, 0], kept[:-1, 1], kept[1:, 0], kept[1:, 1])
    return azimuth, length, kept
