"""What a change of one kind could ever bring one's own plan in conflict with, and at which steps it surely does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from keepclear.detection.advice.around import Surroundings
from keepclear.detection.advice.axis import Runs
from keepclear.detection.advice.heights import Heights
from keepclear.detection.advice.levels import Level
from keepclear.detection.advice.limits import MINUTE_MS, Limits
from keepclear.detection.advice.rows import Pairs, Rows, in_time, on_the_ground, volumes_of, windows_of
from keepclear.detection.advice.search import KIND, Search
from keepclear.detection.advice.times import Shift
from keepclear.detection.advice.ways import KnownWays
from keepclear.detection.columns import Ints
from keepclear.detection.plan import Plan
from keepclear.spacetime.volume import Volume


@dataclass
class Neighbours:
    """Which of all that is near overlaps one's own plan, once a kind of change; its times and heights may differ."""

    own: Plan
    search: Search

    @property
    def around(self) -> Surroundings:
        """What is live."""
        return self.search.around

    @property
    def limits(self) -> Limits:
        """How far changes may go."""
        return self.search.limits

    @cached_property
    def heights(self) -> Heights:
        """How bands stand to each other."""
        return Heights(self.around.heights)

    @property
    def rows(self) -> Rows:
        """All that is near."""
        return self.search.rows

    @cached_property
    def ways(self) -> KnownWays:
        """How far the plan overlaps what is near on the way along each bearing."""
        return KnownWays(self.own, self.search.plane, self.rows, float(self.limits.most_m))

    def shifted(self, shift: Shift) -> Runs:
        """The shifts at which the plan surely conflicts."""
        volumes = volumes_of(shift.plan)
        if not volumes or self.limits.plain:
            return Runs.none()
        self.search.work += KIND
        return Runs(*self.in_shifts(shift, self.at_one_height(volumes, self.on_the_ground)))

    def at_one_height(self, volumes: Sequence[Volume], pairs: Pairs) -> Pairs:
        """Those of the pairs that overlap in height."""
        apart_m = self.rows.vertical_m[pairs.other]
        return pairs.only(
            self.heights.overlapping(volumes, self.rows.volume, self.rows.bands, pairs.own, pairs.other, apart_m)
        )

    def raised(self, level: Level) -> Runs:
        """The levels of ``level.plan`` at which it surely conflicts; that plan is the own one or at another time."""
        volumes = volumes_of(level.plan)
        if not volumes or self.limits.plain:
            return Runs.none()
        self.search.work += KIND
        pairs = _among(self.on_the_ground, in_time(volumes, self.rows))
        return Runs(*level.spans(volumes, self.rows, pairs, self.heights))

    def in_shifts(self, shift: Shift, pairs: Pairs) -> tuple[Ints, Ints]:
        """The first and last shifts at which pairs come too near in time."""
        rows, windows = self.rows, windows_of(volumes_of(shift.plan))
        return shift.spans(windows[pairs.own], rows.window_ms[pairs.other], rows.wait_ms[pairs.other])

    def in_heights(self, level: Level, pairs: Pairs) -> tuple[Ints, Ints]:
        """The first and last levels at which pairs surely overlap in height."""
        return level.spans(volumes_of(level.plan), self.rows, pairs, self.heights)

    @cached_property
    def at_own_heights(self) -> Pairs:
        """Pairs that overlap in height, wherever they are, and that a shift could bring together in time."""
        return self.at_one_height(volumes_of(self.own), self._at_any_time)

    @cached_property
    def at_own_times(self) -> Pairs:
        """Pairs that overlap in time, wherever they are."""
        return in_time(volumes_of(self.own), self.rows)

    @cached_property
    def on_the_ground(self) -> Pairs:
        """Pairs that surely overlap on the ground where they are, whatever their times and heights."""
        return on_the_ground(self.own, self.search.plane, self.rows, self._at_any_time)

    @cached_property
    def _at_any_time(self) -> Pairs:
        by_ms = self.limits.most_min * MINUTE_MS
        pairs = in_time(volumes_of(self.own), self.rows, by_ms, by_ms)
        self.search.count_swept(len(pairs))
        return pairs


def _among(pairs: Pairs, others: Pairs) -> Pairs:
    """The pairs that are among the others too."""
    if not len(pairs) or not len(others):
        return pairs.only(np.zeros(len(pairs), bool))
    many = int(max(pairs.other.max(), others.other.max())) + 1
    return pairs.only(np.isin(pairs.own * many + pairs.other, others.own * many + others.other))
