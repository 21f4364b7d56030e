"""The options of one side of a conflict, cheapest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from keepclear.detection.advice import levels
from keepclear.detection.advice.around import Surroundings
from keepclear.detection.advice.axis import Axis, Runs
from keepclear.detection.advice.combinations import combinations
from keepclear.detection.advice.detour import Detour, detours
from keepclear.detection.advice.levels import Level
from keepclear.detection.advice.limits import FINE, Limits
from keepclear.detection.advice.moves import Moves
from keepclear.detection.advice.neighbours import Neighbours
from keepclear.detection.advice.option import Advice, advice_of
from keepclear.detection.advice.places import Aside
from keepclear.detection.advice.search import Search
from keepclear.detection.advice.times import Shift
from keepclear.detection.plan import Plan
from keepclear.errors import InvalidInput
from keepclear.spacetime.envelope import envelope_from_json, envelope_to_json


@dataclass(frozen=True, slots=True)
class Found:
    """One side's options, one of a kind, cheapest first. ``cut``: a search ended for its length, not because it was
    done, so that there may be more of them, or smaller ones.
    """

    options: tuple[Advice, ...] = ()
    cut: bool = False


def advise(own: Plan, other: Plan, around: Surroundings, *, at_ms: int | None, limits: Limits = FINE) -> Found:
    """What would clear ``own`` of ``other`` and of everything else live: one option a kind, by cost, then kind.

    Each option is the least of its kind within the limits (see ``search``); combinations come in only where no single
    change does. None starts before ``at_ms`` by being moved in time. Without any when the two do not conflict, or when
    nothing within the limits clears.
    """
    around = around if around.copied is not None else around.frozen(own, limits)
    search = Search(own, around, limits)
    if not around.meets(own, other.id):
        return Found()
    side = _Side(own, around, search, at_ms, limits)
    found = list(side.singles()) or list(combinations(side.near, search, at_ms, side.may))
    options = [advice_of(own, moved, steps) for moved, steps in found if _can_be_said(moved, steps, around)]
    best: dict[str, Advice] = {}
    for option in sorted(options, key=_order):
        best.setdefault(option.kind, option)
    return Found(tuple(best.values()), search.cut)


Steps = Sequence[tuple[Axis, int]]


@dataclass
class _Side:
    """One's own plan, and what is near it."""

    own: Plan
    around: Surroundings
    search: Search
    at_ms: int | None
    limits: Limits

    @cached_property
    def near(self) -> Neighbours:
        """What is near the plan, asked for once."""
        return Neighbours(self.own, self.search)

    def singles(self) -> Iterator[tuple[Plan, Steps]]:
        """Each kind of change that clears by itself."""
        for axis, runs in self._straight():
            if (step := self.search.least(axis, runs)) is not None:
                yield axis.moved(step), ((axis, step),)
        for found in (self._detour(), Moves(self.near, self.search, self.own, self.may).nearest()):
            if found is not None:
                least, way = found
                yield way.moved(least), ((way, least),)

    def _straight(self) -> Iterator[tuple[Axis, Runs]]:
        """Changes in time and height, with the steps at which something surely is in the way."""
        for later in (True, False):
            shift = Shift(self.own, later, self.limits, self.at_ms)
            yield shift, self.near.shifted(shift)
        for make in levels.KINDS:
            level: Level | None = make(self.own, self.limits)
            if level is not None and level.most >= level.least:
                yield level, self.near.raised(level)

    def _detour(self) -> tuple[int, Axis] | None:
        """The nearer detour of the two sides; of two as near the left one."""
        best: tuple[int, Axis] | None = None
        known = self.search.known_m(self.own) // self.limits.step_m
        sides = detours(self.own, self.around, self.limits)
        for axis in sides:
            most = known if best is None else best[0] - 1
            step = self.search.least(axis, Runs.none(), most=most, may=self.may)
            if step is not None:
                best = step, axis
        self.search.cut |= best is None and any(known < axis.most for axis in sides)
        return best

    @cached_property
    def may(self) -> Callable[[Plan], bool]:
        """A plan inside of the mechanism's area does not leave it; one that is outside anyway may go anywhere."""
        return self.around.keeps_inside if self.around.keeps_inside(self.own) else lambda _: True


def _can_be_said(moved: Plan, steps: Steps, around: Surroundings) -> bool:
    """True when the new envelope is one that a notice may have: a polygon moved far may no longer be."""
    if not any(isinstance(axis, Aside | Detour) for axis, _ in steps):
        return True
    try:
        said = envelope_from_json(envelope_to_json(moved.envelope), "envelope", around.heights)
    except InvalidInput:
        return False
    return said == moved.envelope


def _order(option: Advice) -> tuple[float, str, float, str]:
    return option.cost, option.kind, option.bearing_deg or 0.0, option.side or ""
