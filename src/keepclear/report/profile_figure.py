"""The height–time profile of a conflict: each side's bands of height through time, and when they meet.

Heights are metres above the WGS84 ellipsoid (feet at the right), which all datums lead to. A limit that may lie
anywhere in an interval (flight levels by the QNH, heights above ground by the terrain) is drawn at its widest, and
dashed where the band surely is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from keepclear.report import svg
from keepclear.report.map_figure import Side
from keepclear.report.writing import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Clock
from keepclear.spacetime.altitude import FOOT_M, Datum
from keepclear.spacetime.heights import HeightRules, height_band
from keepclear.spacetime.separation import Separation
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

WIDTH, LEFT, RIGHT, TOP, HEIGHT = 640.0, 62.0, 590.0, 54.0, 250.0
BOTTOM = TOP + HEIGHT
MOST_LABELLED = 6
"""Volumes of a side whose limits are written on the figure; of more, the table of positions has them."""
TIME_STEPS = tuple(
    unit * each
    for unit, many in ((SECOND_MS, (1, 5, 15, 30)), (MINUTE_MS, (1, 2, 5, 10, 15, 30)), (HOUR_MS, (1, 2, 3, 6, 12)),
                       (DAY_MS, (1, 2, 7, 30, 365)))
    for each in many
)  # fmt: skip
MARK_PX = 66.0
MARK_ROWS = 3


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of time at heights (m HAE): from the lowest to the highest, and where it surely is. ±∞ is open."""

    side: int
    start_ms: int
    end_ms: int
    low_m: float
    high_m: float
    sure_low_m: float
    sure_high_m: float
    words: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened: its place in the record, when, and in a word what."""

    index: int
    at_ms: int
    words: str


@dataclass(frozen=True, slots=True)
class Axes:
    """Where times and heights fall."""

    from_ms: int
    to_ms: int
    low_m: float
    high_m: float

    def x(self, ms: float) -> float:
        """The place of a time, kept within the frame."""
        share = (ms - self.from_ms) / (self.to_ms - self.from_ms)
        return LEFT + (RIGHT - LEFT) * min(max(share, 0.0), 1.0)

    def y(self, height_m: float) -> float:
        """The place of a height; what is open goes to the frame."""
        share = (height_m - self.low_m) / (self.high_m - self.low_m)
        return BOTTOM - HEIGHT * min(max(share, 0.0), 1.0)


def profile_svg(
    sides: Sequence[Side], rules: HeightRules, separation: Separation | None, window: tuple[int, int],
    moments: Sequence[Moment], clock: Clock,
) -> str:  # fmt: skip
    """The profile; ``window`` is the conflict's time (ms), ``separation`` what the rules keep (None: unknown)."""
    bands = [band for number, side in enumerate(sides) for band in _bands(number, side, rules)]
    axes = _axes(bands, [side for side in sides if isinstance(side.envelope, Trajectory)], window)
    parts = [
        svg.clipped(
            "profile", LEFT, TOP, RIGHT - LEFT, HEIGHT, _inside(axes, bands, sides, separation, window, moments)
        ),
        svg.box(LEFT, TOP, RIGHT - LEFT, HEIGHT, "none", svg.INK),
        *_scales(axes, clock),
        *_moments(axes, moments),
    ]
    return svg.drawing(WIDTH, BOTTOM + 40, parts)


def _bands(number: int, side: Side, rules: HeightRules) -> Iterator[Band]:
    if isinstance(side.envelope, Trajectory):
        return
    for volume in side.envelope:
        yield _band(number, volume, rules)


def _band(number: int, volume: Volume, rules: HeightRules) -> Band:
    band = height_band(volume.footprint, volume.floor, volume.ceiling, rules)
    low, high = band.hae_bounds_m
    sure_low = -math.inf if volume.floor.datum is Datum.SFC else band.highest_hae_m(band.floor)
    sure_high = math.inf if volume.ceiling.datum is Datum.UNL else band.lowest_hae_m(band.ceiling)
    words = f"{volume.floor} – {volume.ceiling}"
    return Band(number, volume.start_ms, volume.end_ms, low, high, sure_low, sure_high, words)


def _axes(bands: Sequence[Band], flown: Sequence[Side], window: tuple[int, int]) -> Axes:
    times = [ms for band in bands for ms in (band.start_ms, band.end_ms)] + list(window)
    heights = [m for band in bands for m in (band.low_m, band.high_m, band.sure_low_m, band.sure_high_m)]
    for side in flown:
        assert isinstance(side.envelope, Trajectory)  # noqa: S101 - chosen so
        times += [side.envelope.start_ms, side.envelope.end_ms]
        heights += [min(side.envelope.height_m) - side.envelope.vertical_m]
        heights += [max(side.envelope.height_m) + side.envelope.vertical_m]
    known = [m for m in heights if math.isfinite(m)] or [0.0, 1000.0]
    low, high = min(known), max(known)
    if any(not math.isfinite(band.low_m) for band in bands):
        low = min(low, 0.0)
    room = max(high - low, 30.0)
    spare = max((max(times) - min(times)) // 20, MINUTE_MS)
    return Axes(min(times) - spare, max(times) + spare, low - room * 0.08, high + room * 0.14)


def _inside(
    axes: Axes,
    bands: Sequence[Band],
    sides: Sequence[Side],
    separation: Separation | None,
    window: tuple[int, int],
    moments: Sequence[Moment],
) -> Iterator[str]:
    for height_m in _heights(axes, 1.0):
        yield svg.line([(LEFT, axes.y(height_m)), (RIGHT, axes.y(height_m))], svg.GRID, 0.6)
    left, right = axes.x(window[0]), axes.x(window[1])
    yield svg.box(left, TOP, max(right - left, 1.5), HEIGHT, svg.COMMON, svg.COMMON, "3 3", 0.8, opacity=0.12)
    if separation is not None and len(sides) > 1:
        for band in (each for each in bands if each.side == 0):
            yield _kept(axes, band, separation)
    for band in bands:
        yield from _drawn_band(axes, band)
    for number, side in enumerate(sides):
        if isinstance(side.envelope, Trajectory):
            yield from _flown(axes, number, side.envelope)
    for moment in moments:
        if axes.from_ms <= moment.at_ms <= axes.to_ms:
            x = axes.x(moment.at_ms)
            yield svg.line([(x, TOP), (x, BOTTOM)], svg.INK, 0.7, "1 2")
    yield from _labels(axes, bands, sides)


def _drawn_band(axes: Axes, band: Band) -> Iterator[str]:
    pen = svg.SIDES[band.side]
    left, right = axes.x(band.start_ms), axes.x(band.end_ms)
    top, bottom = axes.y(band.high_m), axes.y(band.low_m)
    yield svg.box(left, top, right - left, bottom - top, f"url(#{pen.hatch})", pen.colour, pen.dash, 2)
    for sure, edge in ((axes.y(band.sure_high_m), top), (axes.y(band.sure_low_m), bottom)):
        if abs(sure - edge) > 3 and top < sure < bottom:
            yield svg.line([(left, sure), (right, sure)], pen.colour, 0.9, "1 3")


def _kept(axes: Axes, band: Band, separation: Separation) -> str:
    """What the rules keep round it, in height and time."""
    left, right = axes.x(band.start_ms - separation.time_ms), axes.x(band.end_ms + separation.time_ms)
    top, bottom = axes.y(band.high_m + separation.vertical_m), axes.y(band.low_m - separation.vertical_m)
    return svg.box(left, top, right - left, bottom - top, "none", svg.SIDES[band.side].colour, "2 4", 1.1)


def _flown(axes: Axes, number: int, flown: Trajectory) -> Iterator[str]:
    pen = svg.SIDES[number]
    points = list(zip(flown.times_ms, flown.height_m, strict=True))
    upper = [(axes.x(ms), axes.y(m + flown.vertical_m)) for ms, m in points]
    lower = [(axes.x(ms), axes.y(m - flown.vertical_m)) for ms, m in reversed(points)]
    d = "M" + "L".join(f"{svg.number(x)} {svg.number(y)}" for x, y in [*upper, *lower]) + "Z"
    yield f'<path d="{d}" fill="url(#{pen.hatch})" stroke="{pen.colour}" stroke-width="1"/>'
    yield svg.line([(axes.x(ms), axes.y(m)) for ms, m in points], pen.colour, 1.8, pen.dash)


def _labels(axes: Axes, bands: Sequence[Band], sides: Sequence[Side]) -> Iterator[str]:
    """Each side's letter, and the limits of its bands as declared; of the second, at the other end."""
    for number, side in enumerate(sides):
        own = [band for band in bands if band.side == number]
        pen = svg.SIDES[number]
        if isinstance(side.envelope, Trajectory):
            yield svg.badge(
                (axes.x(side.envelope.start_ms) + 14, axes.y(side.envelope.height_m[0])), side.letter, pen.colour
            )
        for place, band in enumerate(own):
            x = axes.x(band.start_ms) + 14 if number == 0 else axes.x(band.end_ms) - 14
            if place == 0:
                y = min(axes.y(band.low_m), BOTTOM) - 14 if number == 0 else max(axes.y(band.high_m), TOP) + 14
                yield svg.badge((x, y), side.letter, pen.colour)
            if len(own) <= MOST_LABELLED:
                y = max(axes.y(band.high_m) - 4, TOP + 12)
                anchor, at = ("start", axes.x(band.start_ms) + 3) if number == 0 else ("end", axes.x(band.end_ms) - 3)
                yield svg.text((at, y), band.words, size=10, anchor=anchor, colour=pen.colour)


def _scales(axes: Axes, clock: Clock) -> Iterator[str]:
    for height_m in _heights(axes, 1.0):
        yield svg.text((LEFT - 5, axes.y(height_m) + 3.5), f"{height_m:,.0f}", size=10, anchor="end", colour=svg.FAINT)
    for height_m in _heights(axes, FOOT_M):
        y = axes.y(height_m)
        yield svg.line([(RIGHT, y), (RIGHT + 4, y)], svg.FAINT, 0.8)
        yield svg.text((RIGHT + 7, y + 3.5), f"{height_m / FOOT_M:,.0f}", size=10, colour=svg.FAINT)
    yield svg.text((LEFT - 5, TOP - 6), "m HAE", size=10, anchor="end", colour=svg.FAINT)
    yield svg.text((RIGHT + 7, TOP - 6), "ft HAE", size=10, colour=svg.FAINT)
    span_ms = axes.to_ms - axes.from_ms
    step = next((each for each in TIME_STEPS if span_ms / each <= 8), TIME_STEPS[-1])
    for ms in range(axes.from_ms - axes.from_ms % step + step, axes.to_ms, step):
        x = axes.x(ms)
        yield svg.line([(x, BOTTOM), (x, BOTTOM + 4)], svg.FAINT, 0.8)
        words = clock.time(ms) if step < MINUTE_MS else clock.minute(ms)
        date, _, time = words.rpartition(" ")
        yield svg.text((x, BOTTOM + 16), time, size=10, anchor="middle", colour=svg.FAINT)
        if date:
            yield svg.text((x, BOTTOM + 27), date[5:], size=9, anchor="middle", colour=svg.FAINT)
    yield svg.text(((LEFT + RIGHT) / 2, BOTTOM + 37), f"time, {clock.offset(axes.from_ms)}", size=10, anchor="middle",
                   colour=svg.FAINT)  # fmt: skip


def _heights(axes: Axes, unit_m: float) -> Iterator[float]:
    step = svg.nice_step((axes.high_m - axes.low_m) / unit_m, 6)
    for count in range(math.ceil(axes.low_m / unit_m / step), math.floor(axes.high_m / unit_m / step) + 1):
        yield count * step * unit_m


def _moments(axes: Axes, moments: Sequence[Moment]) -> Iterator[str]:
    """What happened meanwhile, by its number in the record, in rows so that no two stand on one another."""
    ends = [-math.inf] * MARK_ROWS
    for moment in sorted(moments, key=lambda each: (each.at_ms, each.index)):
        if not axes.from_ms <= moment.at_ms <= axes.to_ms:
            continue
        x = axes.x(moment.at_ms)
        row = next((number for number, end in enumerate(ends) if x - end > MARK_PX), None)
        if row is None:
            continue
        ends[row] = x
        y = TOP - 8 - 14 * row
        yield svg.line([(x, y + 2), (x, TOP)], svg.FAINT, 0.5)
        yield svg.text(
            (min(max(x, LEFT + 20), RIGHT - 24), y), f"{moment.index} {moment.words}", size=9.5, anchor="middle"
        )
