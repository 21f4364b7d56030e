"""An option: one change of one notice that clears, in the fields of a proposal (contract §3: ``change``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from keepclear.detection.advice.axis import Axis
from keepclear.detection.advice.detour import Detour
from keepclear.detection.advice.levels import DOWN, LOWER_CEILING, RAISE_FLOOR, UP, Level, common_band
from keepclear.detection.advice.places import Aside
from keepclear.detection.advice.times import Shift, shifted
from keepclear.detection.plan import Plan
from keepclear.spacetime.altitude import Altitude
from keepclear.spacetime.envelope import Envelope, envelope_to_json, span_ms
from keepclear.spacetime.instants import format_instant
from keepclear.spacetime.trajectory import Trajectory

COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


@dataclass(frozen=True, slots=True)
class Advice:
    """A change of ``notice`` that clears everything live. What is None stays as it is.

    ``kind`` names the axes, joined by ``+``. Where ``envelope`` is given it is the whole change; the other fields then
    say in what it differs. ``rise`` is by how much all heights move («1000 ft»); ``aside_m`` is how far it is moved
    over the ground: along ``bearing_deg``, or (a detour) to the ``side`` of its own line.
    """

    kind: str
    notice: str
    cost: float
    why: str
    shift_min: int | None = None
    floor: Altitude | None = None
    ceiling: Altitude | None = None
    envelope: Envelope | None = None
    rise: str | None = None
    bearing_deg: float | None = None
    aside_m: int | None = None
    side: str | None = None

    def change(self) -> dict[str, Any]:
        """What a proposal would hold: ``{notice, shift_min?, floor?, ceiling?, envelope?}``."""
        if self.envelope is not None:
            return {"notice": self.notice, "envelope": envelope_to_json(self.envelope)}
        given = {
            "shift_min": self.shift_min,
            "floor": None if self.floor is None else str(self.floor),
            "ceiling": None if self.ceiling is None else str(self.ceiling),
        }
        return {"notice": self.notice, **{key: value for key, value in given.items() if value is not None}}

    def as_json(self) -> dict[str, Any]:
        """One row of an answer: the change, what it costs, and the figures that a face puts into words."""
        return {
            "kind": self.kind,
            "cost": self.cost,
            "why": self.why,
            "change": self.change(),
            "shift_min": self.shift_min,
            "floor": None if self.floor is None else str(self.floor),
            "ceiling": None if self.ceiling is None else str(self.ceiling),
            "rise": self.rise,
            "bearing_deg": self.bearing_deg,
            "aside_m": self.aside_m,
            "side": self.side,
        }


def applied(plan: Plan, advice: Advice) -> Plan:
    """The plan with the change made, as its notice would stand after the amendment."""
    if advice.envelope is not None:
        return replace(plan, envelope=advice.envelope)
    envelope = plan.envelope if advice.shift_min is None else shifted(plan.envelope, advice.shift_min)
    if isinstance(envelope, Trajectory):
        return replace(plan, envelope=envelope)
    volumes = (replace(each, floor=advice.floor or each.floor) for each in envelope)
    return replace(plan, envelope=tuple(replace(each, ceiling=advice.ceiling or each.ceiling) for each in volumes))


def advice_of(own: Plan, moved: Plan, steps: Sequence[tuple[Axis, int]]) -> Advice:
    """The option that turns ``own`` into ``moved`` by these steps."""
    before, after = common_band(own.envelope), common_band(moved.envelope)
    option = Advice(
        "+".join(axis.kind for axis, _ in steps),
        own.id,
        round(sum(axis.cost(step) for axis, step in steps), 3),
        "",
        floor=after[0] if after is not None and before is not None and after[0] != before[0] else None,
        ceiling=after[1] if after is not None and before is not None and after[1] != before[1] else None,
    )
    for axis, step in steps:
        option = replace(option, **_figures(axis, step))
    if applied(own, option).envelope != moved.envelope:
        option = replace(option, envelope=moved.envelope)
    return replace(option, why=_sentence(own, moved, option))


def _figures(axis: Axis, step: int) -> dict[str, Any]:
    match axis:
        case Shift():
            return {"shift_min": axis.minutes(step)}
        case Level() if axis.kind in (UP, DOWN):
            return {"rise": axis.step.times(step)}
        case Aside():
            return {"bearing_deg": axis.bearing_deg, "aside_m": axis.metres(step)}
        case Detour():
            return {"side": "right" if axis.right else "left", "aside_m": axis.metres(step)}
    return {}


def in_words(advice: Advice) -> str:
    """The change in a few plain words: «20 min later», «up to FL210–FL260», «4.2 km north-east»."""
    said = [words for words in (_time(advice), _height(advice), _place(advice)) if words]
    return ", ".join(said)


def _sentence(own: Plan, moved: Plan, advice: Advice) -> str:
    start, end = (format_instant(ms) for ms in span_ms(moved.envelope))
    window = f", from {start} to {end}" if advice.shift_min is not None else ""
    return f"Clear of everything live with {own.id} {in_words(advice)}{window}."


def _time(advice: Advice) -> str:
    if advice.shift_min is None:
        return ""
    return f"{abs(advice.shift_min)} min {'later' if advice.shift_min > 0 else 'earlier'}"


def _height(advice: Advice) -> str:
    kinds = advice.kind.split("+")
    if RAISE_FLOOR in kinds:
        return f"floor raised to {advice.floor}"
    if LOWER_CEILING in kinds:
        return f"ceiling lowered to {advice.ceiling}"
    if advice.rise is None:
        return ""
    way = UP if UP in kinds else DOWN
    if advice.floor is None or advice.ceiling is None:
        return f"{advice.rise} {way}"
    return f"{way} to {advice.floor}–{advice.ceiling}"


def _place(advice: Advice) -> str:
    if advice.aside_m is None:
        return ""
    far = f"{advice.aside_m / 1000:g} km" if advice.aside_m >= 1000 else f"{advice.aside_m} m"
    if advice.side is not None:
        return f"a detour {far} to the {advice.side} of its line"
    return f"{far} {COMPASS[round((advice.bearing_deg or 0.0) / 45.0) % 8]}"
