"""Separation rules: symmetric, the more specific first, zero where none matches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.spacetime.separation import NO_SEPARATION, Separation, SeparationRule, separation_between


def rule(a: str, b: str, lateral_m: float) -> SeparationRule:
    return SeparationRule(a, b, Separation(lateral_m, 0.3048 * lateral_m, int(lateral_m)))


RULES = [
    rule("*", "*", 1),
    rule("uas", "*", 2),
    rule("*", "uas", 3),
    rule("uas", "fixed_wing", 4),
    rule("fixed_wing", "uas", 5),
    rule("rotary", "rotary", 6),
]


@pytest.mark.parametrize(
    ("a", "b", "lateral_m"),
    [
        ("uas", "fixed_wing", 4),
        ("fixed_wing", "uas", 4),
        ("uas", "ground", 2),
        ("ground", "uas", 2),
        ("ground", "ground", 1),
        ("rotary", "rotary", 6),
        ("rotary", "ground", 1),
        ("uas", "uas", 2),
    ],
)
def test_the_more_specific_pair_wins_and_of_equals_the_first(a: str, b: str, lateral_m: float) -> None:
    assert separation_between(RULES, a, b).lateral_m == lateral_m


def test_no_matching_rule_means_zero() -> None:
    assert separation_between(RULES[3:], "ground", "ground") == NO_SEPARATION == Separation(0.0, 0.0, 0)


def test_one_activity_named_twice_does_not_match_it_and_another() -> None:
    assert separation_between([rule("rotary", "rotary", 6)], "rotary", "uas") == NO_SEPARATION


names = st.sampled_from(["uas", "rotary", "ground"])
named_rules = st.lists(st.builds(rule, names | st.just("*"), names | st.just("*"), st.integers(1, 99)), max_size=6)


@given(named_rules, names, names)
def test_the_order_of_a_pair_never_matters(rules: list[SeparationRule], a: str, b: str) -> None:
    assert separation_between(rules, a, b) == separation_between(rules, b, a)
    turned = [SeparationRule(each.b, each.a, each.separation) for each in rules]
    assert separation_between(turned, a, b) == separation_between(rules, a, b)
