"""The rules of a mechanism that are single numbers: every key of ``[rules]``, with its default, unit and meaning.

One table, the fields of :class:`Rules`: the checks read it, a mechanism file sets it, the docs render it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from keepclear.errors import InvalidInput


def _rule(default: float, unit: str, meaning: str) -> Any:
    return field(default=default, metadata={"unit": unit, "meaning": meaning})


@dataclass(frozen=True, slots=True)
class Rules:
    """What the parties agreed in figures. Defaults are those of the contract (§4)."""

    late_notice_min: float = _rule(60, "min", "a notice is late when it is heard less than this before its start")
    late_warning_min: float = _rule(30, "min", "a late notice is a warning under this lead time, a caution above it")
    vague_area_km2: float = _rule(5000, "km²", "the largest area that one notice may claim without a remark")
    vague_time_h: float = _rule(12, "h", "the longest window that one volume may claim without a remark")
    place_tolerance_km: float = _rule(1, "km", "how far words and figures of a place may be apart, at least")
    place_tolerance_pct: float = _rule(
        25, "%", "how far words and figures may be apart, as a part of the distance said"
    )
    bearing_tolerance_deg: float = _rule(45, "°", "how far the bearing said and the one measured may differ")
    jump_km: float = _rule(50, "km", "an amendment that moves the centre farther than this is suspect")
    conflict_warning_min: float = _rule(60, "min", "a conflict becomes a warning when it is this near in time")
    delivery_s: float = _rule(30, "s", "an addressed desk's machine must have a statement within this")
    ack_flash_min: float = _rule(1, "min", "a person acknowledges FLASH within this")
    ack_immediate_min: float = _rule(5, "min", "a person acknowledges IMMEDIATE within this")
    ack_priority_min: float = _rule(15, "min", "a person acknowledges PRIORITY within this")
    ack_routine_min: float = _rule(60, "min", "a person acknowledges ROUTINE within this")
    readback_m: float = _rule(100, "m", "a position read back may differ by this")
    readback_min: float = _rule(1, "min", "a time read back may differ by this")
    readback_ft: float = _rule(100, "ft", "a height read back may differ by this")
    dissemination_h: float = _rule(24, "h", "units that must be reached are reported reached within this")
    calls_unanswered: float = _rule(3, "calls", "so many unanswered calls in the window raise an alert")
    calls_window_min: float = _rule(30, "min", "the window in which unanswered calls are counted")
    stop_reply_s: float = _rule(60, "s", "a STOP is answered within this")
    stop_rung_s: float = _rule(60, "s", "an unanswered STOP climbs one rung of its ladder in this")
    claim_min: float = _rule(5, "min", "an observed object is claimed or disclaimed within this")
    line_test_min: float = _rule(5, "min", "a line test is answered within this")
    line_test_every_h: float = _rule(
        0, "h", "each party tests its line to each other party so often; 0 sets no schedule"
    )
    unattended_min: float = _rule(5, "min", "a desk that was signed off is manned again within this")
    clock_skew_s: float = _rule(5, "s", "said and heard may differ by this on a live link")


@dataclass(frozen=True, slots=True)
class RuleKey:
    """One row of the table of rules, for docs and faces."""

    key: str
    default: float
    unit: str
    meaning: str


RULE_KEYS: tuple[RuleKey, ...] = tuple(
    RuleKey(f.name, getattr(Rules(), f.name), f.metadata["unit"], f.metadata["meaning"]) for f in fields(Rules)
)


def rules_from_table(table: Mapping[str, object], where: str = "rules") -> Rules:
    """The rules that a mechanism file's ``[rules]`` sets, with defaults for the rest. Unknown keys are refused."""
    known = {row.key for row in RULE_KEYS}
    values: dict[str, float] = {}
    for key, value in table.items():
        if key not in known:
            raise InvalidInput(f"{where}.{key}", "no such rule", f"one of {', '.join(sorted(known))}")
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            raise InvalidInput(f"{where}.{key}", f"given {value!r}", "a number, 0 or more")
        values[key] = value
    return Rules(**values)
