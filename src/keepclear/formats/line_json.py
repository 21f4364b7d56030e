"""The bodies of what is said on the line: STOP, calls, proposals, observations, tests, accounts, accidents, watch."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from keepclear.errors import InvalidInput, TooLarge
from keepclear.formats.place_json import place_from_json
from keepclear.formats.reader import LONGEST_NAME, LONGEST_TEXT, Table, shown
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.bodies import (
    AccidentBody,
    AccountBody,
    AnswerBody,
    Body,
    CallBody,
    ClaimBody,
    LineTestBody,
    NoticeChange,
    ObserveBody,
    Position,
    ProposeBody,
    StopBody,
    StopReplyBody,
    StopStepBody,
    SuspendBody,
    WatchBody,
)
from keepclear.mechanism.changing import MOST_SHIFT_MIN
from keepclear.mechanism.statement import StatementType
from keepclear.mechanism.words import Activity, CallResult, StopAnswer
from keepclear.spacetime.altitude import Altitude, parse_altitude
from keepclear.spacetime.envelope import envelope_from_json

MOST_FACTS = 200


def line_body_from_json(kind: StatementType, value: object, field: str, agreement: Agreement) -> Body:
    """The body of a statement on the line; ``kind`` is one of ``LINE_TYPES``."""
    return _READERS[kind](value, field, agreement)


def _call(value: object, field: str, agreement: Agreement) -> CallBody:
    table = Table(value, field, ("to", "result", "about"))
    known = sorted({*agreement.party_by_id, *agreement.desk_by_id})
    to = table.text("to", f"a party or desk: {', '.join(known)}")
    if to not in known:
        raise table.refuse("to", f"a party or desk: {', '.join(known)}")
    return CallBody(to, CallResult(table.choice("result", list(CallResult))), _about(table))


def _propose(value: object, field: str, agreement: Agreement) -> ProposeBody:
    table = Table(value, field, ("about", "change", "reason"))
    about = table.text("about", "a conflict, by its two notices: a~b")
    change = table.table("change", ("notice", "shift_min", "floor", "ceiling", "envelope"))
    notice = change.text("notice", "the notice that changes, by its first id")
    made = NoticeChange(
        notice,
        _shift(change),
        _altitude(change, "floor"),
        _altitude(change, "ceiling"),
        envelope_from_json(change.value("envelope"), change.path("envelope"), agreement.heights)
        if "envelope" in change
        else None,
    )
    _check_change(change, made)
    return ProposeBody(about, made, _reason(table))


def _check_change(table: Table, change: NoticeChange) -> None:
    others = [key for key in ("shift_min", "floor", "ceiling") if key in table]
    if change.envelope is not None and others:
        raise table.refuse(others[0], "left out: an envelope says it all")
    if change.envelope is None and not others:
        raise InvalidInput(table.field, "nothing that changes", "shift_min, floor, ceiling or envelope")


def _shift(table: Table) -> float | None:
    if "shift_min" not in table:
        return None
    minutes = table.number("shift_min", "minutes, negative for earlier")
    whole_ms = minutes * 60_000
    if minutes == 0 or abs(minutes) > MOST_SHIFT_MIN or whole_ms != round(whole_ms):
        raise table.refuse("shift_min", "minutes other than 0, whole milliseconds, at most a year")
    return int(minutes) if minutes == int(minutes) else minutes


def _answer(value: object, field: str, _agreement: Agreement) -> AnswerBody:
    table = Table(value, field, ("about", "reason"))
    return AnswerBody(table.text("about", "the id of a proposal"), _reason(table))


def _stop(value: object, field: str, agreement: Agreement) -> StopBody:
    table = Table(value, field, ("about", "place", "envelope", "reason"))
    place, envelope = table.value("place"), table.value("envelope")
    return StopBody(
        table.text("reason", "why, in a few words", most=LONGEST_TEXT),
        _about(table),
        None if place is None else place_from_json(place, table.path("place"), agreement),
        None if envelope is None else envelope_from_json(envelope, table.path("envelope"), agreement.heights),
    )


def _stop_reply(value: object, field: str, _agreement: Agreement) -> StopReplyBody:
    table = Table(value, field, ("stop", "answer"))
    return StopReplyBody(table.text("stop", "the id of a STOP"), StopAnswer(table.choice("answer", list(StopAnswer))))


def _stop_step(value: object, field: str, _agreement: Agreement) -> StopStepBody:
    return StopStepBody(Table(value, field, ("stop",)).text("stop", "the id of a STOP"))


def _observe(value: object, field: str, agreement: Agreement) -> ObserveBody:
    table = Table(value, field, ("object", "position", "kind"))
    name = table.text("object", "what was seen, in a few words")
    kind = Activity(table.choice("kind", list(Activity)))
    return ObserveBody(name, _position(table, agreement), kind)


def _claim(value: object, field: str, _agreement: Agreement) -> ClaimBody:
    return ClaimBody(Table(value, field, ("observation",)).text("observation", "the id of an observation"))


def _line_test(value: object, field: str, _agreement: Agreement) -> LineTestBody:
    return LineTestBody(Table(value, field, ("test",)).optional_text("test", "the id of a line test"))


def _account(value: object, field: str, _agreement: Agreement) -> AccountBody:
    table = Table(value, field, ("incident", "facts"))
    incident = table.text("incident", "the label of an incident")
    facts = table.required("facts", "an object of facts by name")
    if not isinstance(facts, Mapping) or not facts:
        raise table.refuse("facts", "an object of facts by name, at least one")
    if len(facts) > MOST_FACTS:
        raise TooLarge(table.path("facts"), f"{len(facts)} facts", f"at most {MOST_FACTS}")
    return AccountBody(incident, {_fact_name(table, key): _fact(table, key, facts[key]) for key in facts})


def _fact_name(table: Table, key: object) -> str:
    if not isinstance(key, str) or not key.strip() or len(key) > LONGEST_NAME:
        raise InvalidInput(
            table.path("facts"), f"a fact named {shown(key)}", f"names of 1 to {LONGEST_NAME} characters"
        )
    return key


def _fact(table: Table, key: str, value: object) -> object:
    """A text, a number, true or false, or a position ``{lon, lat}``: what can be compared with another's."""
    path = f"{table.path('facts')}.{key}"
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise TooLarge(path, f"{len(value):,} characters", f"at most {LONGEST_TEXT:,}")
    if isinstance(value, Mapping):
        position = Table(value, path, ("lon", "lat"))
        return {"lon": _degrees(position, "lon", 180), "lat": _degrees(position, "lat", 90)}
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidInput(path, shown(value), "a finite number")
    if not isinstance(value, (str, bool, int, float)):
        raise InvalidInput(path, shown(value), "a text, a number, true or false, or a position {lon, lat}")
    return value


def _accident(value: object, field: str, agreement: Agreement) -> AccidentBody:
    table = Table(value, field, ("activity", "place", "position", "heading"))
    activity = Activity(table.choice("activity", list(Activity)))
    place = table.value("place")
    if place is None and "position" not in table:
        raise InvalidInput(field, "neither place nor position", "one of them: where it is")
    return AccidentBody(
        activity,
        None if place is None else place_from_json(place, table.path("place"), agreement),
        _position(table, agreement) if "position" in table else None,
        _heading(table),
    )


def _heading(table: Table) -> float | None:
    if "heading" not in table:
        return None
    heading = table.number("heading", "degrees from true north, 0 to 360")
    if not 0 <= heading <= 360:
        raise table.refuse("heading", "degrees from true north, 0 to 360")
    return heading


def _suspend(value: object, field: str, _agreement: Agreement) -> SuspendBody:
    return SuspendBody(Table(value, field, ("reason",)).text("reason", "why", most=LONGEST_TEXT))


def _watch(value: object, field: str, _agreement: Agreement) -> WatchBody:
    table = Table(value, field, ("name", "note"))
    return WatchBody(
        table.text("name", "who comes or goes"),
        table.optional_text("note", "what the next one must know", most=LONGEST_TEXT),
    )


def _position(table: Table, agreement: Agreement) -> Position:
    """``{lon, lat, altitude?}``; a height above ground needs terrain in the agreement."""
    inner = table.table("position", ("lon", "lat", "altitude"))
    altitude = _altitude(inner, "altitude")
    if altitude is not None and altitude.datum == "AGL" and agreement.heights.terrain_lowest_m is None:
        raise inner.refuse("altitude", "another datum: this mechanism has no terrain, so AGL cannot be compared")
    return Position(_degrees(inner, "lon", 180), _degrees(inner, "lat", 90), altitude)


def _degrees(table: Table, key: str, most: int) -> float:
    found = table.number(key, f"degrees, -{most} to {most}")
    if not -most <= found <= most:
        raise table.refuse(key, f"degrees, -{most} to {most}")
    return found


def _altitude(table: Table, key: str) -> Altitude | None:
    return parse_altitude(table.value(key), table.path(key)) if key in table else None


def _about(table: Table) -> str | None:
    return table.optional_text("about", "the id of what it is about")


def _reason(table: Table) -> str | None:
    return table.optional_text("reason", most=LONGEST_TEXT)


_READERS: dict[StatementType, Callable[[object, str, Agreement], Body]] = {
    StatementType.CALL: _call,
    StatementType.PROPOSE: _propose,
    StatementType.ACCEPT: _answer,
    StatementType.DECLINE: _answer,
    StatementType.STOP: _stop,
    StatementType.STOP_REPLY: _stop_reply,
    StatementType.UNITS_INFORMED: _stop_step,
    StatementType.CEASED: _stop_step,
    StatementType.OBSERVE: _observe,
    StatementType.CLAIM: _claim,
    StatementType.DISCLAIM: _claim,
    StatementType.LINE_TEST: _line_test,
    StatementType.LINE_TEST_REPLY: _line_test,
    StatementType.ACCOUNT: _account,
    StatementType.ACCIDENT: _accident,
    StatementType.SUSPEND: _suspend,
    StatementType.RESUME: _suspend,
    StatementType.SIGN_ON: _watch,
    StatementType.SIGN_OFF: _watch,
}

LINE_TYPES = frozenset(_READERS)
"""The types that are read here."""
