"""Statements: the contract's envelope and bodies, and for everything else a refusal that names the field."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InvalidInput, Refused
from keepclear.formats.mechanism_toml import agreement_from_toml
from keepclear.formats.statement_json import notice_body_from_json, statement_from_json
from keepclear.mechanism.bodies import AckBody, AmendBody, LifeBody, MessageBody, NoticeBody
from keepclear.mechanism.place import InRegion, Offset, Within
from keepclear.mechanism.statement import BODIES
from keepclear.mechanism.words import AckLevel, Activity, Mode, Precedence
from tests.formats.samples import ID, MECHANISM, OTHER_ID, notice, volume

AGREEMENT = agreement_from_toml(MECHANISM.encode())


def test_a_notice_is_read_whole_and_its_source_kept_as_heard() -> None:
    body = {
        "activity": "site_visit",
        "envelope": [volume()],
        "title": "Survey team",
        "place": {"name": "Airfield", "within_km": 2},
        "covers": ["partner"],
        "not_covering": ["others"],
        "purpose": "survey",
        "must_reach": ["wing"],
        "read_back": True,
        "remarks": "six vehicles",
    }
    source = notice(body=body, precedence="FLASH", refs=["R-1"], mode="exercise", to=["bravo", "alpha.ground"])
    statement = statement_from_json(source, AGREEMENT)
    assert (statement.id, statement.sender, statement.serial) == (ID, "alpha.air", 17)
    assert (statement.precedence, statement.mode) == (Precedence.FLASH, Mode.EXERCISE)
    assert (statement.to, statement.refs) == (("bravo", "alpha.ground"), ("R-1",))
    assert isinstance(statement.body, NoticeBody)
    assert statement.body.activity is Activity.SITE_VISIT
    assert statement.body.place == Within("Airfield", 2)
    assert statement.body.read_back is True
    assert statement.body.must_reach == ("wing",)
    assert statement.source == source


def test_what_is_left_out_has_the_contracts_default() -> None:
    statement = statement_from_json(notice(to=...), AGREEMENT)
    assert (statement.precedence, statement.mode, statement.to, statement.refs) == ("ROUTINE", "live", (), ())
    body = notice_body_from_json({"activity": "uas"}, AGREEMENT)
    assert (body.envelope, body.read_back, body.covers) == (None, False, ())


@pytest.mark.parametrize(
    ("kind", "body", "read"),
    [
        ("cancel", {"notice": OTHER_ID, "reason": "dust"}, LifeBody(OTHER_ID, "dust")),
        ("activate", {"notice": OTHER_ID}, LifeBody(OTHER_ID)),
        ("ack", {"about": OTHER_ID, "level": "person"}, AckBody(OTHER_ID, AckLevel.PERSON)),
        (
            "ack",
            {"about": OTHER_ID, "level": "disseminated", "reached": ["wing"]},
            AckBody(OTHER_ID, AckLevel.DISSEMINATED, ("wing",)),
        ),
        ("message", {"text": "say again"}, MessageBody("say again")),
        ("amend", {"notice": OTHER_ID, "title": "x"}, AmendBody(OTHER_ID, {"title": "x"})),
        (
            "amend",
            {"notice": OTHER_ID, "remarks": None, "covers": None},
            AmendBody(OTHER_ID, {"covers": (), "remarks": None}),
        ),
    ],
)
def test_each_type_has_its_own_body(kind: str, body: dict[str, Any], read: object) -> None:
    assert statement_from_json(notice(type=kind, body=body), AGREEMENT).body == read


@pytest.mark.parametrize(
    ("place", "read"),
    [
        (
            {"name": "Airfield", "bearing": "SW", "distance_km": [3, 6]},
            Offset("Airfield", "SW", 3, 6),
        ),
        ({"region": "the north"}, InRegion("the north")),
    ],
)
def test_places_are_of_the_gazetteer(place: dict[str, Any], read: object) -> None:
    assert notice_body_from_json({"activity": "uas", "place": place}, AGREEMENT).place == read


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"id": ...}, "id", "missing"),
    ({"id": 7}, "id", "UUIDv7"),
    ({"id": "x"}, "id", "no UUID"),
    ({"id": ID.upper()}, "id", "upper case"),
    ({"id": "01963e5c-4f00-4000-8000-000000000001"}, "id", "version 4"),
    ({"id": "01963e5c-4f00-7000-c000-000000000001"}, "id", "variant"),
    ({"mechanism": "straits"}, "mechanism", "'strait'"),
    ({"type": "notce"}, "type", "notce"),
    ({"type": ["notice"]}, "type", "notice"),
    ({"from": "delta.air"}, "from", "alpha.air"),
    ({"serial": 0}, "serial", "1, 2, 3"),
    ({"serial": True}, "serial", "1, 2, 3"),
    ({"serial": 1.0}, "serial", "1, 2, 3"),
    ({"said_at": "2026-04-09T04:00:00"}, "said_at", "offset"),
    ({"said_at": 5}, "said_at", "time"),
    ({"precedence": "flash"}, "precedence", "FLASH"),
    ({"to": "bravo"}, "to", "a list"),
    ({"to": []}, "to", "leave it out"),
    ({"to": ["bravo", "delta"]}, "to[1]", "unknown: 'delta'"),
    ({"to": ["bravo", "bravo"]}, "to[1]", "twice"),
    ({"refs": [1]}, "refs[0]", "a text"),
    ({"mode": "test"}, "mode", "exercise"),
    ({"too": ["bravo"]}, "too", "did you mean 'to'?"),
    ({"x" * 5000: 1}, "x" * 79 + "…", "unknown key"),
    ({"body": []}, "body", "a table"),
    ({"body": {}}, "body.activity", "missing"),
    ({"body": {"activity": "drone"}}, "body.activity", "uas"),
    ({"body": {"activity": "uas", "envelope": []}}, "body.envelope", ""),
    ({"body": {"activity": "uas", "envelope": [volume(floor="100")]}}, "body.envelope[0].floor", "measured from"),
    ({"body": {"activity": "uas", "envelope": [volume(radius_m=...)]}}, "body.envelope[0].radius_m", ""),
    ({"body": {"activity": "uas", "read_back": "yes"}}, "body.read_back", "true or false"),
    ({"body": {"activity": "uas", "titel": "x"}}, "body.titel", "did you mean 'title'?"),
    ({"body": {"activity": "uas", "remarks": "x" * 5000}}, "body.remarks", "at most 4,000"),
    ({"body": {"activity": "uas", "place": {"name": "Nowhere", "within_km": 1}}}, "body.place.name", "Airfield"),
    ({"body": {"activity": "uas", "place": {"name": "Airfield"}}}, "body.place", "within_km"),
    (
        {"body": {"activity": "uas", "place": {"region": "the north", "within_km": 1}}},
        "body.place.within_km",
        "left out",
    ),
    (
        {"body": {"activity": "uas", "place": {"name": "Airfield", "bearing": "SW", "distance_km": [6, 3]}}},
        "body.place.distance_km",
        "farthest",
    ),
    ({"type": "cancel", "body": {"notice": "n1"}}, "body.notice", "UUIDv7"),
    ({"type": "amend", "body": {"notice": ID}}, "body", "no field changes"),
    ({"type": "amend", "body": {"notice": ID, "envelope": None}}, "body.envelope", "taken away"),
    ({"type": "ack", "body": {"about": ID, "level": "seen"}}, "body.level", "understood"),
    ({"type": "ack", "body": {"about": ID, "level": "person", "reached": ["x"]}}, "body.reached", "disseminated"),
    ({"type": "message", "body": {}}, "body", "neither"),
]


@pytest.mark.parametrize(("changes", "field", "said"), REFUSED)
def test_what_is_wrong_is_named(changes: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        statement_from_json(notice(**changes), AGREEMENT)
    assert refusal.value.field == field
    assert said in str(refusal.value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FULL = {
    "activity": "uas",
    "envelope": [volume()],
    "place": {"name": "Airfield", "bearing": "SW", "distance_km": [3, 6]},
    "covers": ["x"],
    "read_back": True,
}


@given(st.data())
def test_whatever_stands_in_a_field_is_taken_or_refused(data: st.DataObject) -> None:
    value: Any = copy.deepcopy(notice(body=FULL, refs=["x"]))
    kind = data.draw(st.sampled_from([str(kind) for kind in BODIES]))
    statement = value | {"type": kind, "body": value["body"] | data.draw(st.sampled_from([{}, {"notice": ID}]))}
    _replace_one(statement, data)
    with contextlib.suppress(InvalidInput, Refused):
        statement_from_json(statement, AGREEMENT)


def _replace_one(value: Any, data: st.DataObject) -> None:
    """Put something else in one place of a statement, however deep."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = data.draw(st.sampled_from(keys))
        inner = value[key]
        if not isinstance(inner, (dict, list)) or not inner or data.draw(st.booleans()):
            value[key] = data.draw(VALUES)
            return
        value = inner


@given(VALUES)
def test_whatever_is_no_statement_is_refused(value: Any) -> None:
    with pytest.raises((InvalidInput, Refused)):
        statement_from_json(value, AGREEMENT)
