"""What a change of one kind could ever bring one's own plan in conflict with, and at which steps it surely does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from keepclear.detection.advice.around import Surroundings
from keepclear.detection.advice.axis import Runs
from keepclear.detection.advice.heights import Heights
from keepclear.detection.advice.levels import Level
from keepclear.detection.advice.limits import MINUTE_MS, Limits
from keepclear.detection.advice.places import middle
from keepclear.detection.advice.plane import Plane
from keepclear.detection.advice.rows import (
    Pairs,
    Rows,
    in_time,
    narrowed,
    on_the_ground,
    rows_of,
    volumes_of,
    windows_of,
)
from keepclear.detection.advice.search import LOOK, Search
from keepclear.detection.advice.times import Shift
from keepclear.detection.plan import Plan
from keepclear.spacetime.altitude import SURFACE, UNLIMITED
from keepclear.spacetime.footprint import Footprint
from keepclear.spacetime.instants import FIRST_MS, LAST_MS
from keepclear.spacetime.volume import Volume


@dataclass
class Neighbours:
    """Asks for what is near one's own plan, once a kind of change; times and heights may differ from its own later."""

    own: Plan
    search: Search
    asked_work: int = field(default=0, init=False)
    """What the questions so far have been; all times and heights at once are more than that."""

    @property
    def around(self) -> Surroundings:
        """What is live."""
        return self.search.around

    @property
    def limits(self) -> Limits:
        """How far changes may go."""
        return self.search.limits

    @cached_property
    def plane(self) -> Plane:
        """A plane round the middle of the plan."""
        return Plane(*middle(self.own.envelope))

    @cached_property
    def heights(self) -> Heights:
        """How bands stand to each other."""
        return Heights(self.around.heights)

    @cached_property
    def footprints(self) -> list[Footprint]:
        """One's own, volume by volume."""
        return [volume.footprint for volume in volumes_of(self.own)]

    def shifted(self, shift: Shift) -> Runs:
        """The shifts at which the plan surely conflicts."""
        volumes = volumes_of(shift.plan)
        if not volumes or self.limits.plain:
            return Runs.none()
        rows, pairs = self._any_time
        if rows is None:
            return Runs.none()
        return shift.runs(windows_of(volumes)[pairs.own], rows.window_ms[pairs.other], rows.wait_ms[pairs.other])

    def at_one_height(self, volumes: Sequence[Volume], rows: Rows, pairs: Pairs) -> Pairs:
        """Those of the pairs that overlap in height."""
        apart_m = rows.vertical_m[pairs.other]
        return pairs.only(self.heights.overlapping(volumes, rows.volumes, rows.bands, pairs.own, pairs.other, apart_m))

    def raised(self, level: Level) -> Runs:
        """The levels of ``level.plan`` at which it surely conflicts; that plan is the own one or at another time."""
        volumes = volumes_of(level.plan)
        if not volumes or self.limits.plain:
            return Runs.none()
        rows, pairs = self._any_height if level.plan is self.own else self._any
        if rows is None:
            return Runs.none()
        self.search.work += LOOK
        return level.runs(volumes, rows, _among(pairs, in_time(volumes, rows)), self.heights)

    def ends_anywhere(self, shift: Shift) -> list[int]:
        """Where runs of shifts would end if heights were no matter: the only shifts worth trying with other heights."""
        if self.limits.plain or not volumes_of(self.own):
            return list(range(shift.least, shift.most + 1))
        if not self.search.may_go_on(self.asked_work):
            return []
        rows, pairs = self._any
        if rows is None:
            return []
        windows = windows_of(volumes_of(shift.plan))
        return shift.runs(windows[pairs.own], rows.window_ms[pairs.other], rows.wait_ms[pairs.other]).ends()

    @cached_property
    def _any_time(self) -> tuple[Rows | None, Pairs]:
        return self._overlapping(any_time=True, any_height=False)

    @cached_property
    def _any_height(self) -> tuple[Rows | None, Pairs]:
        return self._overlapping(any_time=False, any_height=True)

    @cached_property
    def _any(self) -> tuple[Rows | None, Pairs]:
        return self._overlapping(any_time=True, any_height=True)

    def _stretched(self, *, any_time: bool, any_height: bool) -> Plan:
        """The plan at all times or heights that it may be moved to, and at more heights than that."""
        by_ms = self._most_ms if any_time else 0
        return replace(
            self.own,
            envelope=tuple(
                replace(
                    volume,
                    start_ms=max(volume.start_ms - by_ms, FIRST_MS),
                    end_ms=min(volume.end_ms + by_ms, LAST_MS),
                    floor=SURFACE if any_height else volume.floor,
                    ceiling=UNLIMITED if any_height else volume.ceiling,
                )
                for volume in volumes_of(self.own)
            ),
        )

    @property
    def _most_ms(self) -> int:
        return self.limits.most_min * MINUTE_MS

    def _overlapping(self, *, any_time: bool, any_height: bool) -> tuple[Rows | None, Pairs]:
        """What the plan meets when it is stretched so, and which volumes surely overlap which of its own."""
        wide = self._stretched(any_time=any_time, any_height=any_height)
        before = self.search.work
        rows = rows_of(self.search.in_reach(wide))
        self.asked_work += self.search.work - before
        if rows is None:
            return None, Pairs(np.empty(0, np.int64), np.empty(0, np.int64))
        volumes, by_ms = volumes_of(self.own), self._most_ms if any_time else 0
        pairs = in_time(volumes, rows, by_ms, by_ms)
        if not any_height:
            pairs = self.at_one_height(volumes, rows, pairs)
        rows, pairs = narrowed(rows, pairs)
        return rows, on_the_ground(self.footprints, self.plane, rows, pairs)


def _among(pairs: Pairs, others: Pairs) -> Pairs:
    """The pairs that are among the others too."""
    if not len(pairs) or not len(others):
        return pairs.only(np.zeros(len(pairs), bool))
    many = int(max(pairs.other.max(), others.other.max())) + 1
    return pairs.only(np.isin(pairs.own * many + pairs.other, others.own * many + others.other))
