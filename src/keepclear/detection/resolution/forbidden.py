"""Which changes of two plans may not go together: windows of how much later the one may not be than the other.

The geometry of two volumes does not depend on when they are: where they overlap on the ground, and in height on some
two layers, they conflict just when the difference of their shifts lies in one open window, worked out in milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from keepclear.detection.judge import judge
from keepclear.detection.meeting import Verdict
from keepclear.detection.plan import Plan
from keepclear.detection.resolution.beside import overlapping
from keepclear.detection.resolution.flown import Windows, flown_pairs, pieces_of, pieces_of_pairs, windows_between
from keepclear.detection.resolution.freedom import Freedom, check_calendar, free_layers, raised
from keepclear.detection.resolution.nearby import Keeping, Range, near_pairs
from keepclear.detection.resolution.rows import Bools, Ints, Rows, rows_of
from keepclear.spacetime.altitude import FOOT_M
from keepclear.spacetime.envelope import span_ms
from keepclear.spacetime.geodesic import Floats
from keepclear.spacetime.heights import LEAST_OVERLAP_M, NOISE_M, Contact, HeightBand, HeightRules, compare_bands
from keepclear.spacetime.heights import height_band as band_of
from keepclear.spacetime.separation import SeparationRule, separation_between
from keepclear.spacetime.trajectory import Trajectory

Told = Callable[[str, int, int | None], None]
"""Told the stage, how much is done, and of how much (None: not known)."""

_Columns = tuple[Ints, Ints, Ints, Ints, Ints]
_NO_WINDOWS: _Columns = (np.empty(0, np.int64),) * 5


def untold(stage: str, done: int, total: int | None) -> None:
    """Tells nobody."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be resolved: the plans, what they must keep, what may be changed of which."""

    plans: Sequence[Plan]
    rules: Sequence[SeparationRule]
    heights: HeightRules
    freedom: Freedom
    movable: Bools
    same_party: bool = False


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Windows: plan ``b`` may not be ``least`` to ``most`` seconds (both included) later than plan ``a`` (shift less
    shift) while bit ``layer of a * layers + layer of b`` of ``mask`` is set (layers counted from the lowest).
    """

    a: Ints
    b: Ints
    least: Ints
    most: Ints
    mask: Ints
    before_s: Ints
    """By plan: the most it may be brought forward; 0 where it is fixed."""
    after_s: Ints
    layers: list[tuple[int, ...]]
    """By plan: the layers it can be on, counted from the lowest, its own first, then the nearest."""
    own: int
    """The layer of a plan that is not changed."""
    width: int
    """How many layers there are."""
    in_stretches: bool
    """True when windows of a trajectory and a volume are among them: these are a good deal wider than need be."""
    flown: bool = False
    """True when windows of two trajectories are among them: these are wider than need be by up to 10 m of flight."""

    def __len__(self) -> int:
        return len(self.a)

    @property
    def is_exact(self) -> bool:
        """True when nothing is forbidden but what is in conflict."""
        return not self.in_stretches and not self.flown

    def only(self, some: Ints) -> Forbidden:
        """Some of the windows."""
        a, b, least, most, mask = (column[some] for column in (self.a, self.b, self.least, self.most, self.mask))
        return replace(self, a=a, b=b, least=least, most=most, mask=mask)

    def broken(self, shift_s: Ints, layer: Ints) -> Bools:
        """Which windows some changes of all plans are in."""
        apart = shift_s[self.b] - shift_s[self.a]
        return np.asarray(
            (self.least <= apart)
            & (apart <= self.most)
            & ((self.mask >> (layer[self.a] * self.width + layer[self.b])) & 1 == 1)
        )


def forbidden_of(task: Task, told: Told = untold, standing: Collection[tuple[str, str]] | None = None) -> Forbidden:
    """All windows among the plans of a task that changes within their freedom could be in.

    ``standing`` is what ``conflicts_among`` finds of the task, where that is known already.
    """
    plans, freedom = task.plans, task.freedom
    told("taking plans apart", 0, None)
    shiftable = task.movable & np.array([check_calendar(*span_ms(plan.envelope), freedom) for plan in plans], bool)
    before_s = np.where(shiftable, freedom.earliest_s, 0).astype(np.int64)
    after_s = np.where(shiftable, freedom.latest_s, 0).astype(np.int64)
    layers = [
        free_layers(plan, freedom) if movable else (0,) for plan, movable in zip(plans, task.movable, strict=True)
    ]
    rise_m = np.array([max(map(abs, steps)) for steps in layers], float) * freedom.layer_ft * FOOT_M
    range_ = Range(before_s * 1000, after_s * 1000, rise_m)
    flown = np.array([isinstance(plan.envelope, Trajectory) for plan in plans], bool)
    boxed, between = _boxed(task, flown, range_, layers, told), _flown(task, flown, range_, layers, told)
    a, b, least, most, mask = (np.concatenate(parts) for parts in zip(boxed, between, strict=True))
    reached = (most >= -before_s[b] - after_s[a]) & (least <= after_s[b] + before_s[a]) & (least <= most) & (mask != 0)
    own = -freedom.lowest
    order = [tuple(step + own for step in sorted(steps, key=lambda step: (abs(step), step))) for steps in layers]
    in_stretches = bool((flown[boxed[0]] | flown[boxed[1]])[reached[: len(boxed[0])]].any())
    a, b, least, most, mask = (column[reached] for column in (a, b, least, most, mask))
    found = Forbidden(
        a, b, least, most, mask, before_s, after_s, order, own, freedom.layers, in_stretches, bool(len(between[0]))
    )
    return _without_false_alarms(found, task, flown, standing) if flown.any() else found


def _boxed(task: Task, flown: Bools, range_: Range, layers: Sequence[tuple[int, ...]], told: Told) -> _Columns:
    """The windows of all pairs but those of two trajectories."""
    if flown.all():
        return _NO_WINDOWS
    rows = rows_of(task.plans)
    activity, keeping = keeping_of(task)
    one, two = _candidates(rows, flown, task, activity, keeping, range_, told)
    swap = rows.plan[one] > rows.plan[two]
    one, two = np.where(swap, two, one), np.where(swap, one, two)
    a, b = rows.plan[one], rows.plan[two]
    mask = _masks(rows, one, two, task, keeping.vertical_m[activity[a], activity[b]], layers)
    wait_ms = keeping.time_ms[activity[a], activity[b]]
    least = (rows.start_ms[one] - rows.end_ms[two] - wait_ms) // 1000 + 1
    most = -((rows.start_ms[two] - rows.end_ms[one] - wait_ms) // 1000) - 1
    return a, b, least, most, mask


def _flown(task: Task, flown: Bools, range_: Range, layers: Sequence[tuple[int, ...]], told: Told) -> _Columns:
    """The windows of pairs of trajectories."""
    if flown.sum() < 2:
        return _NO_WINDOWS
    activity, keeping = keeping_of(task)
    pieces = pieces_of(task.plans)
    pairs = flown_pairs(pieces, task.movable, activity, keeping, range_, party_codes(task))
    found = windows_between(pieces, _counted(pairs, told), activity, keeping, range_, _heights_m(task.freedom))
    return _by_layers(found, task.freedom, layers)


def _heights_m(freedom: Freedom) -> Floats:
    """By how much more the one of two can be raised than the other."""
    return np.arange(1.0 - freedom.layers, freedom.layers) * (freedom.layer_ft * FOOT_M)


def _by_layers(found: Windows, freedom: Freedom, layers: Sequence[tuple[int, ...]]) -> _Columns:
    """Windows of trajectories with their masks: what counts of two layers is how far they are apart."""
    lowest, width = freedom.lowest, freedom.layers
    can = np.array([sum(1 << (step - lowest) for step in steps) for steps in layers], np.int64)
    allowed = np.zeros(len(found.a), np.int64)
    for layer in range(width):
        allowed |= np.where((can[found.a] >> layer) & 1 == 1, can[found.b] << (layer * width), 0)
    differ = np.array(
        [
            sum(1 << (i * width + i - step) for i in range(width) if 0 <= i - step < width)
            for step in range(1 - width, width)
        ],
        np.int64,
    )
    return found.a, found.b, found.least, found.most, differ[found.up] & allowed


def surely(found: Forbidden, task: Task, pairs: Collection[tuple[int, int]]) -> Forbidden:
    """The windows of some pairs as far as they are forbidden for sure: what a bound may be built on.

    Those of two plans of volumes are exact; of two trajectories they are made anew, narrower than need be; of one of
    each there are none.
    """
    flown = np.array([isinstance(plan.envelope, Trajectory) for plan in task.plans], bool)
    in_flight = [(a, b) for a, b in pairs if flown[a] and flown[b]]
    exact = found.only(np.flatnonzero(~flown[found.a] & ~flown[found.b]))
    if not in_flight:
        return exact
    activity, keeping = keeping_of(task)
    pieces, lowest = pieces_of(task.plans), task.freedom.lowest
    reach = Range(found.before_s * 1000, found.after_s * 1000, np.zeros(len(flown)))
    near = pieces_of_pairs(pieces, in_flight, float(keeping.lateral_m.max()))
    certain = windows_between(pieces, near, activity, keeping, reach, _heights_m(task.freedom), inner=True)
    layers = [tuple(layer + lowest for layer in own) for own in found.layers]
    columns = zip(
        _by_layers(certain, task.freedom, layers), (exact.a, exact.b, exact.least, exact.most, exact.mask), strict=True
    )
    a, b, least, most, mask = (np.concatenate(both) for both in columns)
    return replace(found, a=a, b=b, least=least, most=most, mask=mask)


def _counted(pairs: Iterator[tuple[Ints, Ints]], told: Told) -> Iterator[tuple[Ints, Ints]]:
    count = 0
    for one, two in pairs:
        count += len(one)
        told(f"looking for pairs that could meet, {count:,} found", 0, None)
        yield one, two


def party_numbers(task: Task) -> Ints:
    """A number for each plan's party."""
    names = {party: code for code, party in enumerate(dict.fromkeys(plan.party for plan in task.plans))}
    return np.array([names[plan.party] for plan in task.plans], np.int64)


def party_codes(task: Task) -> Ints | None:
    """The same where pairs within a party are left out; else nothing."""
    return None if task.same_party else party_numbers(task)


def _candidates(
    rows: Rows, flown: Bools, task: Task, activity: Ints, keeping: Keeping, range_: Range, told: Told
) -> tuple[Ints, Ints]:
    party = party_codes(task)
    found: list[tuple[Ints, Ints]] = []
    count = 0
    for one, two in near_pairs(rows, task.movable, activity, keeping, range_):
        a, b = rows.plan[one], rows.plan[two]
        counts = ~(flown[a] & flown[b])
        if party is not None:
            counts &= party[a] != party[b]
        one, two, a, b = one[counts], two[counts], a[counts], b[counts]
        separation_m = keeping.lateral_m[activity[a], activity[b]]
        meet = overlapping(rows, one, two, separation_m, lambda done, all_: told("comparing footprints", done, all_))
        found.append((one[meet], two[meet]))
        count += int(meet.sum())
        told(f"looking for pairs that could meet, {count:,} found", 0, None)
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    return np.concatenate([pair[0] for pair in found]), np.concatenate([pair[1] for pair in found])


def keeping_of(task: Task) -> tuple[Ints, Keeping]:
    """The activity of each plan by code, and the separations by those codes."""
    codes = {name: code for code, name in enumerate(dict.fromkeys(plan.activity for plan in task.plans))}
    table = [[separation_between(task.rules, one, other) for other in codes] for one in codes] or [[]]
    return np.array([codes[plan.activity] for plan in task.plans], np.int64), Keeping(
        np.array([[cell.lateral_m for cell in line] for line in table], float),
        np.array([[cell.vertical_m for cell in line] for line in table], float),
        np.array([[cell.time_ms for cell in line] for line in table], np.int64),
    )


def _masks(
    rows: Rows, one: Ints, two: Ints, task: Task, separation_m: Floats,
    layers: Sequence[tuple[int, ...]],
) -> Ints:  # fmt: skip
    """On which two layers each pair overlaps in height."""
    freedom = task.freedom
    step_m = freedom.layer_ft * FOOT_M
    bits = {step: 1 << (step - freedom.lowest) for step in freedom.steps}
    can = np.array([sum(bits[step] for step in steps) for steps in layers], np.int64)
    can_a, can_b = can[rows.plan[one]], can[rows.plan[two]]
    alike = (rows.floor_datum[one] == rows.ceiling_datum[two]) & (rows.floor_datum[two] == rows.ceiling_datum[one])
    alike &= rows.floor_datum[one] == rows.ceiling_datum[one]
    thick = np.minimum(
        rows.ceiling_m[one] - rows.floor_m[one], rows.ceiling_m[two] - rows.floor_m[two]
    ) + separation_m >= LEAST_OVERLAP_M - NOISE_M  # fmt: skip
    mask = np.zeros(len(one), np.int64)
    for at_a, layer_a in enumerate(freedom.steps):
        for at_b, layer_b in enumerate(freedom.steps):
            up = (layer_a - layer_b) * step_m
            gap = np.maximum(rows.floor_m[one] + up - rows.ceiling_m[two], rows.floor_m[two] - up - rows.ceiling_m[one])
            met = (gap - separation_m <= -LEAST_OVERLAP_M + NOISE_M) & thick
            met &= ((can_a >> at_a) & (can_b >> at_b) & 1) == 1
            mask |= met.astype(np.int64) << (at_a * freedom.layers + at_b)
    bands: dict[tuple[int, int], HeightBand] = {}
    for pair in np.flatnonzero(~alike):
        mask[pair] = _mask(rows, int(one[pair]), int(two[pair]), task, float(separation_m[pair]), layers, bands)
    return mask


def _mask(
    rows: Rows, one: int, two: int, task: Task, separation_m: float, layers: Sequence[tuple[int, ...]],
    bands: dict[tuple[int, int], HeightBand],
) -> int:  # fmt: skip
    """The same for one pair whose heights are in several datums."""
    lowest, width = task.freedom.lowest, task.freedom.layers

    def band(row: int, layer: int) -> HeightBand:
        if (row, layer) not in bands:
            volume = rows.volumes[row]
            floor, ceiling = (raised(limit, layer, task.freedom) for limit in (volume.floor, volume.ceiling))
            bands[row, layer] = band_of(volume.footprint, floor, ceiling, task.heights)
        return bands[row, layer]

    return sum(
        1 << ((layer_a - lowest) * width + layer_b - lowest)
        for layer_a in layers[int(rows.plan[one])]
        for layer_b in layers[int(rows.plan[two])]
        if compare_bands(band(one, layer_a), band(two, layer_b), separation_m).contact is Contact.OVERLAP
    )


def _without_false_alarms(
    found: Forbidden, task: Task, flown: Bools, standing: Collection[tuple[str, str]] | None
) -> Forbidden:
    """Pairs with a trajectory that are clear as they stand are not forbidden to stand so, whatever their windows."""
    still = np.zeros(len(task.plans), np.int64)
    broken = found.broken(still, still + found.own) & (flown[found.a] | flown[found.b])
    known = None if standing is None else set(standing)
    clear = set()
    for a, b in sorted(set(zip(found.a[broken].tolist(), found.b[broken].tolist(), strict=True))):
        one, other = sorted((task.plans[a], task.plans[b]), key=lambda plan: plan.id)
        if known is None:
            separation = separation_between(task.rules, one.activity, other.activity)
            met = judge(one, other, separation, task.heights, overlap=False).verdict is Verdict.CONFLICT
        else:
            met = (one.id, other.id) in known
        if not met:
            clear.add((a, b))
    return _parted(found, broken, clear) if clear else found


def _parted(found: Forbidden, broken: Bools, clear: Collection[tuple[int, int]]) -> Forbidden:
    """The same windows, but with both unshifted and on their own layers allowed for some pairs."""
    wrong = np.zeros(len(found), bool)
    for row in np.flatnonzero(broken):
        wrong[row] = (int(found.a[row]), int(found.b[row])) in clear
    as_is = np.int64(1) << (found.own * found.width + found.own)
    rest, pieces = ~wrong, []
    pieces.append([column[rest] for column in (found.a, found.b, found.least, found.most, found.mask)])
    a, b, least, most, mask = (column[wrong] for column in (found.a, found.b, found.least, found.most, found.mask))
    pieces.append([a, b, least, most, mask & ~as_is])
    pieces.append([a, b, least, np.full(len(a), -1), np.full(len(a), as_is)])
    pieces.append([a, b, np.full(len(a), 1), most, np.full(len(a), as_is)])
    columns = [np.concatenate(parts) for parts in zip(*pieces, strict=True)]
    kept = (columns[2] <= columns[3]) & (columns[4] != 0)
    a, b, least, most, mask = (column[kept] for column in columns)
    return replace(found, a=a, b=b, least=least, most=most, mask=mask)
