"""Mechanism files: all of the contract's keys, none but them, and names that refer to something."""

from __future__ import annotations

import contextlib
import re
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InvalidInput
from keepclear.formats.mechanism_table import agreement_to_table
from keepclear.formats.mechanism_toml import NO_RULES, agreement_from_table, agreement_from_toml, check_rules_from_toml
from keepclear.mechanism.words import Disclosure
from keepclear.spacetime.separation import Separation, separation_between
from tests.formats.samples import MECHANISM


def test_every_key_of_the_contract_is_read() -> None:
    agreement = agreement_from_toml(MECHANISM.encode())
    assert agreement.name == "strait"
    assert agreement.disclosure is Disclosure.BROKER
    assert (agreement.heights.terrain_lowest_m, agreement.heights.terrain_highest_m) == (-430, 2814)
    assert (agreement.heights.qnh_lowest_hpa, agreement.heights.qnh_highest_hpa) == (990, 1035)
    assert agreement.rules.late_notice_min == 45
    assert agreement.rules.late_warning_min == 30
    assert [party.name for party in agreement.parties] == ["Alpha", "Bravo"]
    assert agreement.desk_by_id["alpha.air"].alternates == ("alpha.ground",)
    assert agreement.desk_by_id["alpha.air"].commander == "alpha.ground"
    assert agreement.place_by_name["Airfield"].lat == 35.285
    assert "the north" in agreement.region_by_name
    zone = agreement.zones[0]
    assert (zone.forbids, zone.parties, zone.excepted) == (("uas", "*"), ("alpha",), ("rescue",))
    assert zone.end_ms is not None
    assert zone.start_ms is not None
    assert zone.end_ms - zone.start_ms == 3_600_000
    assert agreement.third_forces[0].name == "Coastal force"


def test_separation_is_in_metres_and_seconds_after_reading_feet() -> None:
    agreement = agreement_from_toml(MECHANISM.encode())
    assert separation_between(agreement.separations, "uas", "fixed_wing") == Separation(5000, 304.8, 300_000)
    assert separation_between(agreement.separations, "works", "uas") == Separation(100, 0, 0)


def test_the_mediators_desk_is_there_without_being_declared_and_may_be() -> None:
    assert agreement_from_toml(b'name = "x"').desk_by_id["mediator.duty"].party is None
    declared = b'name = "x"\n[[desk]]\nid = "mediator.duty"\nrole = "mediation"\n'
    assert agreement_from_toml(declared).desk_by_id["mediator.duty"].role == "mediation"


def test_an_agreement_read_from_its_own_table_is_the_same() -> None:
    agreement = agreement_from_toml(MECHANISM.encode())
    assert agreement_from_table(agreement_to_table(agreement)) == agreement


REFUSED = [
    ("name = 'strait'", "nmae = 'strait'", "nmae", "did you mean 'name'?"),
    ("name = 'strait'", "", "name", "missing"),
    ("disclosure = 'broker'", "disclosure = 'brokre'", "disclosure", "did you mean 'broker'?"),
    ("late_notice_min = 45", "late_notce_min = 45", "rules.late_notce_min", "no such rule"),
    ("late_notice_min = 45", "late_notice_min = -1", "rules.late_notice_min", "0 or more"),
    ("highest_m = 2814", "highest_m = -500", "terrain.highest_m", "-430"),
    ("highest_m = 2814", "", "terrain.highest_m", "missing"),
    ("lowest_hpa = 990", "lowest_hpa = 29.92", "qnh.lowest_hpa", "850 to 1100"),
    ("lowest_hpa = 990", "lowest_hpa = nan", "qnh.lowest_hpa", "finite"),
    ("vertical_ft = 1000", "vertical_m = 300", "separation[0].vertical_m", "unknown key"),
    ("vertical_ft = 1000", "vertical_ft = -1", "separation[0].vertical_ft", "0 or more"),
    ("'fixed_wing', 'uas'", "'fixed_wing', 'drone'", "separation[0].between[1]", "'drone'"),
    ("'fixed_wing', 'uas'", "'fixed_wing'", "separation[0].between", "two activities"),
    ("party = 'bravo'", "party = 'brvao'", "desk[2].party", "one of alpha, bravo"),
    ("alternates = ['alpha.ground']", "alternates = ['alpha.sea']", "desk[0].alternates[0]", "alpha.sea"),
    ("commander = 'alpha.ground'", "commander = 'alpha.sea'", "desk[0].commander", "alpha.sea"),
    ("id = 'bravo.air'", "id = 'bravo air'", "desk[2].id", "letters"),
    ("id = 'bravo.air'", "id = 'alpha.air'", "desk", "2 times"),
    ("lat = 35.285", "lat = 95.285", "place[0].lat", "-90 to 90"),
    ("forbids = ['uas', '*']", "forbids = ['drones']", "zone[0].forbids[0]", "drones"),
    ("parties = ['alpha']", "parties = ['delta']", "zone[0].parties[0]", "delta"),
    ("floor = 'SFC'", "floor = '500'", "zone[0].floor", "500"),
    ("floor = 'SFC'", "floor = 'FL400'", "zone[0].ceiling", "above the floor"),
    ("end = 2026-04-09T07:00:00Z", "end = 2026-04-09T06:00:00Z", "zone[0].end", "after start"),
    ("end = 2026-04-09T07:00:00Z", "end = 2026-04-09T07:00:00", "zone[0].end", "offset"),
    ("radius_m = 4000", "", "zone[0].radius_m", "missing"),
    ("[38.4, 36.8], [36.6, 36.8]", "[36.6, 36.8], [38.4, 36.8]", "place[1].footprint", ""),
]


@pytest.mark.parametrize(("before", "after", "field", "said"), REFUSED)
def test_what_cannot_be_is_refused_with_file_and_field(before: str, after: str, field: str, said: str) -> None:
    assert before in MECHANISM
    with pytest.raises(InvalidInput) as refusal:
        agreement_from_toml(MECHANISM.replace(before, after, 1).encode(), "strait.toml")
    assert refusal.value.field.startswith(f"strait.toml: {field}")
    assert said in str(refusal.value)


def test_no_toml_is_refused_with_its_line() -> None:
    with pytest.raises(InvalidInput, match=re.compile("strait.toml.*line 2", re.DOTALL)):
        agreement_from_toml(b"name = 'x'\nname = \n", "strait.toml")


def test_above_ground_needs_terrain() -> None:
    text = MECHANISM.replace("[terrain]\nlowest_m = -430\nhighest_m = 2814\n", "").replace("'SFC'", "'300 ft AGL'")
    with pytest.raises(InvalidInput) as refusal:
        agreement_from_toml(text.encode())
    assert refusal.value.field == "zone[0].floor"


def test_check_takes_separation_terrain_and_qnh_alone() -> None:
    rules = check_rules_from_toml(MECHANISM.encode())
    agreement = agreement_from_toml(MECHANISM.encode())
    assert (rules.separations, rules.heights) == (agreement.separations, agreement.heights)
    assert check_rules_from_toml(b"[[separation]]\nbetween = ['*', '*']\nlateral_m = 5\n").heights == NO_RULES.heights
    with pytest.raises(InvalidInput, match="seperation"):
        check_rules_from_toml(b"[[seperation]]\nbetween = ['*', '*']\n")


@given(st.binary(max_size=200))
def test_any_bytes_give_an_agreement_or_a_refusal(data: bytes) -> None:
    try:
        agreement_from_toml(data)
    except InvalidInput:
        return
    assert tomllib.loads(data.decode())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
def test_whatever_stands_in_a_field_is_taken_or_refused(data: st.DataObject) -> None:
    table = tomllib.loads(MECHANISM)
    _replace_one(table, data)
    with contextlib.suppress(InvalidInput):
        agreement_from_table(table)


def _replace_one(value: Any, data: st.DataObject) -> None:
    """Put something else in one place of a table, however deep."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = data.draw(st.sampled_from(keys))
        inner = value[key]
        if not isinstance(inner, (dict, list)) or not inner or data.draw(st.booleans()):
            value[key] = data.draw(VALUES)
            return
        value = inner
