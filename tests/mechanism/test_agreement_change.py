"""An agreement amended while notices are live: the same stands as if each were looked at alone under what is agreed."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from keepclear.detection.grid import GridIndex
from keepclear.detection.judge import judge
from keepclear.detection.meeting import Verdict
from keepclear.detection.plan import Plan
from keepclear.detection.zones import enters
from keepclear.errors import KeepclearError
from keepclear.mechanism.agreement import Agreement, Zone
from keepclear.mechanism.agreement_change import CHECKED_AGAIN
from keepclear.mechanism.alert import Alert
from keepclear.mechanism.checks.rule_zone import binds
from keepclear.mechanism.core import IndexFor, Mechanism, simple_index
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.play import AgreementEntry, Entry, play, step
from keepclear.mechanism.rules import Rules
from keepclear.mechanism.statement import Statement, StatementType
from keepclear.mechanism.words import Disclosure
from keepclear.spacetime.altitude import parse_altitude
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.measure import envelope_footprints, footprints_meet
from keepclear.spacetime.separation import Separation, SeparationRule, separation_between
from tests.mechanism.test_replay_properties import BEGIN, FORCES, SCRIPTS, changes, entries_of
from tests.oracles.said import MINUTE, agreement, box


def grid_index(agreed: Agreement) -> GridIndex:
    return GridIndex(agreed.separations, agreed.heights)


def zone(name: str, west: float, east: float, **more: Any) -> Zone:
    low, high = parse_altitude("SFC", "floor"), parse_altitude("3000 ft AGL", "ceiling")
    return Zone(name, name, box(west, 33.9, east, 34.2), low, high, forbids=("uas",), **more)


SEPARATIONS = st.sampled_from([0.0, 2_000.0, 12_000.0]).flatmap(
    lambda lateral_m: st.sampled_from([0, 15 * MINUTE]).map(
        lambda time_ms: (SeparationRule("*", "*", Separation(lateral_m, 100.0, time_ms)),)
    )
)
PARTS = st.fixed_dictionaries(
    {
        "separations": SEPARATIONS,
        "zones": st.sampled_from([(), (zone("west", 35.9, 36.02),), (zone("east", 36.15, 37.2, parties=("bravo",)),)]),
        "area": st.sampled_from([None, box(34, 32, 43, 38), box(35.9, 33.9, 36.5, 34.5)]),
        "third_forces": st.sampled_from([(), FORCES]),
        "heights": st.sampled_from([HeightRules(-430, 2814), HeightRules(0, 100)]),
        "rules": st.builds(
            Rules,
            vague_area_km2=st.sampled_from([50.0, 5000.0]),
            vague_time_h=st.sampled_from([0.5, 12.0]),
            conflict_warning_min=st.sampled_from([10.0, 60.0, 240.0]),
            late_notice_min=st.sampled_from([15.0, 300.0]),
        ),
    }
)
DISCLOSURES = st.sampled_from([Disclosure.BOARD, Disclosure.BROKER])


@st.composite
def amended(draw: st.DrawFn) -> tuple[Agreement, Agreement]:
    """Two agreements of one mechanism that differ."""
    disclosure = draw(DISCLOSURES)
    rules: list[dict[str, Any]] = [draw(PARTS) for _ in range(2)]
    before, after = (agreement(disclosure, **one) for one in rules)
    assume(before != after)
    return before, after


def with_change(script: list[Any], before: Agreement, after: Agreement, cut: int) -> list[Entry]:
    entries = entries_of(script, before)
    cut = min(cut, len(entries) - 1)
    at = max(BEGIN, entries[cut - 1].at_ms if cut else BEGIN) + 1
    taken, mechanism = [], Mechanism(before)
    for entry in (*entries[:cut], AgreementEntry(at, after), *entries[cut:]):
        try:
            step(mechanism, entry)
        except KeepclearError:  # what the new agreement leaves no room for is refused, and no part of the record
            assert not isinstance(entry, AgreementEntry)
        else:
            taken.append(entry)
    return taken


def live(mechanism: Mechanism) -> list[Notice]:
    return [one for one in mechanism.notices() if one.is_live and not one.is_over_at(mechanism.now)]


def conflicts_by_hand(mechanism: Mechanism, agreed: Agreement) -> set[tuple[str, ...]]:
    """Every pair of live notices held against each other."""
    found: set[tuple[str, ...]] = set()
    for a, b in combinations(sorted(live(mechanism), key=lambda one: one.id), 2):
        if a.party == b.party or a.mode != b.mode or a.body.envelope is None or b.body.envelope is None:
            continue
        plans = [Plan(one.id, one.party, one.body.activity, one.body.envelope) for one in (a, b) if one.body.envelope]
        apart = separation_between(agreed.separations, a.body.activity, b.body.activity)
        met = judge(plans[0], plans[1], apart, agreed.heights)
        if met.verdict is Verdict.CONFLICT and max(met.start_ms, met.end_ms) > mechanism.now:
            found.add((a.id, b.id))
    return found


def zones_by_hand(mechanism: Mechanism, agreed: Agreement) -> set[tuple[str, ...]]:
    return {
        (one.id, each.id)
        for one in live(mechanism)
        for each in agreed.zones
        if one.body.envelope is not None
        and binds(one, each)
        and enters(
            one.body.envelope, each.footprint, each.floor, each.ceiling, each.start_ms, each.end_ms, agreed.heights
        )
    }


def gaps_by_hand(mechanism: Mechanism, agreed: Agreement) -> set[tuple[str, ...]]:
    """Forces whose area a live notice meets, and that no live notice of its mode names."""
    there = live(mechanism)
    return {
        (one.id, force.name)
        for one in there
        for force in agreed.third_forces
        if one.body.envelope is not None
        and any(footprints_meet(each, force.footprint) for each in envelope_footprints(one.body.envelope))
        and not any(force.name in other.body.covers and other.mode is one.mode for other in there)
    }


def standing(mechanism: Mechanism, code: str) -> set[tuple[str, ...]]:
    return {alert.key for alert in mechanism.alerts(open_only=True) if alert.code == code}


def said_anew(mechanism: Mechanism, agreed: Agreement) -> Mechanism:
    """Another mechanism that hears each live notice now, one after another, under ``agreed``."""
    other = Mechanism(agreed)
    for serial, one in enumerate(live(mechanism), 1):
        said = Statement(
            one.id, "test", StatementType.NOTICE, one.sender, serial, mechanism.now, one.body, one.precedence, one.to,
            (), one.mode, {},
        )  # fmt: skip
        other.hear(said, mechanism.now)
    return other


def has_jumped(alert: Alert) -> bool:
    """A jump is between two versions: saying the later one anew has none."""
    return bool(alert.detail.get("from"))


def figures(mechanism: Mechanism) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """What stands of all that is checked again, in words and figures, jumps apart."""
    return {
        (str(alert.code), *alert.key): (alert.why, alert.detail, alert.window_ms, alert.sides, alert.about)
        for alert in mechanism.alerts(open_only=True)
        if alert.code in CHECKED_AGAIN and not has_jumped(alert)
    }


@settings(max_examples=80)
@given(SCRIPTS, amended(), st.integers(0, 26), st.sampled_from([simple_index, grid_index]))
def test_the_same_stands_as_when_each_is_looked_at_alone(
    script: list[Any], agreed: tuple[Agreement, Agreement], cut: int, plans: IndexFor
) -> None:
    before, after = agreed
    mechanism = Mechanism(before, plans)
    changed = False
    for entry in with_change(script, before, after, cut):
        step(mechanism, entry)
        changed |= isinstance(entry, AgreementEntry)
        if isinstance(entry, AgreementEntry):
            jumped = {(str(alert.code), *alert.key) for alert in mechanism.alerts(open_only=True) if has_jumped(alert)}
            anew = figures(said_anew(mechanism, after))
            assert figures(mechanism) == {cause: told for cause, told in anew.items() if cause not in jumped}
        if changed:
            assert standing(mechanism, "CONFLICT_4D") == conflicts_by_hand(mechanism, after)
            assert standing(mechanism, "RULE_ZONE") == zones_by_hand(mechanism, after)
            assert standing(mechanism, "THIRD_PARTY_GAP") == gaps_by_hand(mechanism, after)
    assert changed


@settings(max_examples=40)
@given(SCRIPTS, amended(), st.integers(0, 26), st.integers(0, 27))
def test_a_restart_before_or_after_the_change_makes_no_difference(
    script: list[Any], agreed: tuple[Agreement, Agreement], cut: int, restart: int
) -> None:
    before, after = agreed
    entries = with_change(script, before, after, cut)
    straight = Mechanism(before)
    first = changes(straight, entries[:restart])
    restored = Mechanism.restore(straight.agreement, straight.snapshot(), grid_index)
    assert restored.snapshot() == straight.snapshot()
    assert (restored.agreement, restored.agreements) == (straight.agreement, straight.agreements)
    rest = changes(restored, entries[restart:])
    whole = Mechanism(before)
    assert changes(whole, entries) == first + rest
    assert restored.snapshot() == whole.snapshot() == play(before, entries, grid_index).snapshot()


@settings(max_examples=40)
@given(SCRIPTS, amended(), st.integers(0, 26))
def test_there_and_back_raises_nothing_twice_and_no_warning_falls(
    script: list[Any], agreed: tuple[Agreement, Agreement], cut: int
) -> None:
    before, after = agreed
    mechanism = Mechanism(before)
    entries = entries_of(script, before)[:cut]
    for entry in entries:
        step(mechanism, entry)
    at = mechanism.now + 1
    for following in (after, before):
        held = {(alert.code, alert.key): alert for alert in mechanism.alerts(open_only=True)}
        outcome = mechanism.amend_agreement(following, at)
        raised = [change.thing for change in outcome.changes if change.what == "raised"]
        assert all(isinstance(alert, Alert) and (alert.code, alert.key) not in held for alert in raised)
        now = mechanism.alerts(open_only=True)
        assert len({(alert.code, alert.key) for alert in now}) == len(now)
        for alert in now:
            old = held.get((alert.code, alert.key))
            assert old is None or (old.id == alert.id and old.severity.rank <= alert.severity.rank)
