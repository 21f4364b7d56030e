"""Two plans by themselves: the least change that parts them, in closed form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from keepclear.detection.resolution.forbidden import Forbidden
from keepclear.detection.resolution.freedom import Freedom

UNPARTED_S = 10**9
Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Parted:
    """Changes of two plans that clear each other: their shifts, layers and costs."""

    shift_s: tuple[int, int]
    layer: tuple[int, int]
    cost_s: tuple[int, int]
    least_greatest_s: int = 0
    """The greater cost of the two is no less in any way of parting them, whatever its total."""

    @property
    def rank(self) -> tuple[int, int]:
        """Least total first, then least greatest."""
        return sum(self.cost_s), max(self.cost_s)


def spans_by_layers(
    forbidden: Forbidden, rows: Sequence[int], layers_a: Sequence[int], layers_b: Sequence[int]
) -> dict[tuple[int, int], Spans]:
    """By the layers of a pair: the spans of shift difference that are forbidden, joined and in order."""
    columns = [column[list(rows)].tolist() for column in (forbidden.least, forbidden.most, forbidden.mask)]
    windows = sorted(zip(*columns, strict=True))
    found: dict[tuple[int, int], Spans] = {}
    for layer_a in layers_a:
        for layer_b in layers_b:
            bit = layer_a * forbidden.width + layer_b
            found[layer_a, layer_b] = _joined([(least, most) for least, most, mask in windows if mask >> bit & 1])
    return found


def _joined(spans: Sequence[tuple[int, int]]) -> Spans:
    joined: list[tuple[int, int]] = []
    for least, most in spans:
        if joined and least <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(joined[-1][1], most)
        else:
            joined.append((least, most))
    return tuple(joined)


def part(forbidden: Forbidden, freedom: Freedom, a: int, b: int, rows: Sequence[int]) -> Parted | None:
    """The least change that parts two plans; None where they cannot be parted."""
    best: Parted | None = None
    greatest = UNPARTED_S
    spans = spans_by_layers(forbidden, rows, forbidden.layers[a], forbidden.layers[b])
    before, after = forbidden.before_s, forbidden.after_s
    limits = (int(before[a]), int(after[a])), (int(before[b]), int(after[b]))
    for (layer_a, layer_b), closed in spans.items():
        prices = tuple(freedom.layer_cost_s * abs(layer - forbidden.own) for layer in (layer_a, layer_b))
        for apart in _edges(closed):
            shifts = _shared(apart, limits, (prices[0], prices[1]))
            if shifts is None:
                continue
            costs = prices[0] + abs(shifts[0]), prices[1] + abs(shifts[1])
            found = Parted(shifts, (layer_a, layer_b), costs)
            greatest = min(greatest, max(costs))
            if best is None or found.rank < best.rank:
                best = found
    return None if best is None else replace(best, least_greatest_s=greatest)


def _edges(closed: Spans) -> list[int]:
    """The differences nearest 0, either way, that are not forbidden."""
    around = [span for span in closed if span[0] <= 0 <= span[1]]
    return [around[0][1] + 1, around[0][0] - 1] if around else [0]


def _shared(
    apart: int, limits: tuple[tuple[int, int], tuple[int, int]], prices: tuple[int, int]
) -> tuple[int, int] | None:
    """Shifts of the two that differ by so much, the greater cost as small as can be; None beyond their limits."""
    if apart < 0:
        turned = _shared(-apart, (limits[1], limits[0]), (prices[1], prices[0]))
        return None if turned is None else (turned[1], turned[0])
    (before_a, _), (_, after_b) = limits
    least, most = max(0, apart - before_a), min(apart, after_b)
    if least > most:
        return None
    later = min(max((apart + prices[0] - prices[1]) // 2, least), most)
    return later - apart, later
