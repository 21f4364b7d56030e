"""Later and earlier: the whole plan moved in time by whole minutes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from keepclear.detection.advice.around import Blocker
from keepclear.detection.advice.flown import lacking_ms, steps_of
from keepclear.detection.advice.limits import MINUTE_MS, Limits, cost
from keepclear.detection.advice.rows import volumes_of
from keepclear.detection.columns import Ints
from keepclear.detection.plan import Plan
from keepclear.spacetime.envelope import Envelope, span_ms
from keepclear.spacetime.instants import FIRST_MS, LAST_MS
from keepclear.spacetime.trajectory import Trajectory

LATER, EARLIER = "later", "earlier"


def shifted(envelope: Envelope, minutes: int) -> Envelope:
    """The envelope so many minutes later (negative: earlier), otherwise the same."""
    by_ms = minutes * MINUTE_MS
    if isinstance(envelope, Trajectory):
        return replace(envelope, times_ms=tuple(each + by_ms for each in envelope.times_ms))
    return tuple(replace(each, start_ms=each.start_ms + by_ms, end_ms=each.end_ms + by_ms) for each in envelope)


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift in one direction; it never makes a start that is before ``at_ms`` (None: no time is past)."""

    plan: Plan
    later: bool
    limits: Limits
    at_ms: int | None

    @property
    def kind(self) -> str:
        """What it is called in answers."""
        return LATER if self.later else EARLIER

    @property
    def least(self) -> int:
        """The first step whose start is not past."""
        start_ms, _ = span_ms(self.plan.envelope)
        if not self.later or self.at_ms is None:
            return 1
        return max(1, _up(self.at_ms - start_ms, self.limits.step_min))

    @property
    def most(self) -> int:
        """The last step within the limit whose start is not past."""
        start_ms, end_ms = span_ms(self.plan.envelope)
        room_ms = LAST_MS - end_ms if self.later else start_ms - (FIRST_MS if self.at_ms is None else self.at_ms)
        step_ms = self.limits.step_min * MINUTE_MS
        return min(self.limits.most_min // self.limits.step_min, room_ms // step_ms)

    def minutes(self, step: int) -> int:
        """So many steps in minutes, negative when earlier."""
        return step * self.limits.step_min * (1 if self.later else -1)

    def moved(self, step: int) -> Plan:
        """The plan after so many steps."""
        return replace(self.plan, envelope=shifted(self.plan.envelope, self.minutes(step)))

    def past(self, step: int, blocker: Blocker) -> int:
        """Exact: when the last of the pairs that conflict now has the separation in time between them."""
        if blocker.flown:
            return step + steps_of(lacking_ms(blocker, later=self.later), self.limits.step_min * MINUTE_MS)
        return step + max(1, _up(self._lacking_ms(blocker), self.limits.step_min))

    def spans(self, windows_ms: Ints, others_ms: Ints, wait_ms: Ints) -> tuple[Ints, Ints]:
        """The first and last steps at which pairs that overlap otherwise come too near in time; windows (n, 2) each.

        Two half-open windows conflict while the gap between them is under what must be waited.
        """
        late = others_ms[:, 1] + wait_ms - windows_ms[:, 0]
        early = windows_ms[:, 1] + wait_ms - others_ms[:, 0]
        after, until = (-early, late) if self.later else (-late, early)
        step_ms = self.limits.step_min * MINUTE_MS
        return after // step_ms + 1, -(-until // step_ms) - 1

    def cost(self, step: int) -> float:
        """What so many steps cost."""
        return cost(minutes=self.minutes(step))

    def _lacking_ms(self, blocker: Blocker) -> int:
        """By how much longer the shift must be for the pairs that conflict."""
        ours, theirs = volumes_of(blocker.own), volumes_of(blocker.plan)
        lacking_ms = [
            theirs[other].end_ms - ours[own].start_ms if self.later else ours[own].end_ms - theirs[other].start_ms
            for own, other in blocker.pairs
        ]
        return max(lacking_ms, default=1) + blocker.separation.time_ms


def _up(span_ms: int, step_min: int) -> int:
    return -(-span_ms // (step_min * MINUTE_MS))
