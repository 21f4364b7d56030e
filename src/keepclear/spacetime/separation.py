"""Separation: how far apart two activities agreed to keep, looked up for a pair and applied once to the pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ANY_ACTIVITY = "*"


@dataclass(frozen=True, slots=True)
class Separation:
    """What a pair of envelopes is widened by, once for both together. All are 0 or more."""

    lateral_m: float = 0.0
    vertical_m: float = 0.0
    time_ms: int = 0


NO_SEPARATION = Separation()
"""Where no rule matches: the envelopes themselves must not overlap, and nothing more."""


@dataclass(frozen=True, slots=True)
class SeparationRule:
    """The separation between two activities, in either order; ``"*"`` stands for any activity."""

    a: str
    b: str
    separation: Separation

    def matches(self, activity_a: str, activity_b: str) -> bool:
        """True when the rule is about these two activities, whichever is named first."""
        straight = _is(self.a, activity_a) and _is(self.b, activity_b)
        return straight or (_is(self.a, activity_b) and _is(self.b, activity_a))

    @property
    def named(self) -> int:
        """How many of the two activities the rule names (0 to 2): the more, the more specific."""
        return (self.a != ANY_ACTIVITY) + (self.b != ANY_ACTIVITY)


def separation_between(rules: Sequence[SeparationRule], activity_a: str, activity_b: str) -> Separation:
    """The separation agreed for the two activities, the same for (b, a).

    The rule that names more of the pair wins, of equals the first; no matching rule means zero (model §2).
    """
    matching = [rule for rule in rules if rule.matches(activity_a, activity_b)]
    return max(matching, key=lambda rule: rule.named).separation if matching else NO_SEPARATION


def _is(named: str, activity: str) -> bool:
    return named in (ANY_ACTIVITY, activity)
