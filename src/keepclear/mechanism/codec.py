"""The state of a mechanism as bytes and back: plain JSON, no pickling, so that a snapshot can be read and compared.

Only what cannot be worked out from the rest is written; the index is built again from the live notices.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from keepclear.detection.index import PlanIndex
from keepclear.mechanism.accident import Accident
from keepclear.mechanism.account import Account
from keepclear.mechanism.agreement import Agreement, AgreementInForce, Desk
from keepclear.mechanism.alert import Alert
from keepclear.mechanism.checks.serials import Serials
from keepclear.mechanism.dues import Due, DueKind, Dues
from keepclear.mechanism.evaluation import plan_of
from keepclear.mechanism.key import DeskKey
from keepclear.mechanism.ledger import HeardRef, Ledger
from keepclear.mechanism.line_test import LineFigures, LineTest
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.obligation import Obligation, ObligationState
from keepclear.mechanism.observation import Observation
from keepclear.mechanism.place import InRegion, Offset, PlaceText, Within, place_to_json
from keepclear.mechanism.proposal import Proposal
from keepclear.mechanism.states import ProposalState
from keepclear.mechanism.stop import Stop
from keepclear.mechanism.suspension import Suspension
from keepclear.mechanism.watch import Watch
from keepclear.mechanism.words import Mode
from keepclear.spacetime.altitude import Altitude, parse_altitude
from keepclear.spacetime.as_kept import envelope_as_kept
from keepclear.spacetime.envelope import Envelope
from keepclear.spacetime.trajectory import Trajectory, trajectory_to_json
from keepclear.spacetime.volume import Volume, volume_to_json

SNAPSHOT_VERSION = 3

Shape = TypeVar("Shape")

_ENVELOPE = frozenset(get_args(Envelope))
_PLACE = frozenset(get_args(PlaceText))


def ledger_to_bytes(ledger: Ledger) -> bytes:
    """The state as JSON; the same state gives the same bytes."""
    state = {
        "snapshot": SNAPSHOT_VERSION,
        "mechanism": ledger.agreement.name,
        "agreements": ledger.agreements,
        "former": ledger.agreement.former,
        "now": ledger.now,
        "index": ledger.index,
        "alerts_raised": ledger.alerts_raised,
        "rules": ledger.rules_version,
        "heard": ledger.heard,
        "notices": list(ledger.notices.values()),
        "live": list(ledger.live),
        "alerts": list(ledger.alerts.values()),
        "obligations": list(ledger.obligations.values()),
        "undelivered": {desk: waiting for desk, waiting in ledger.undelivered.items() if waiting},
        "awaited": ledger.awaited,
        "serials": ledger.serials,
        "forces_met": ledger.forces_met,
        "stops": list(ledger.stops.values()),
        "accidents": list(ledger.accidents.values()),
        "observations": list(ledger.observations.values()),
        "line_tests": list(ledger.line_tests.values()),
        "line_figures": ledger.line_figures,
        "line_round": ledger.line_round_ms,
        "proposals": list(ledger.proposals.values()),
        "accounts": ledger.accounts,
        "unanswered_calls": ledger.unanswered_calls,
        "suspensions": ledger.suspensions,
        "watches": ledger.watches,
        "keys": list(ledger.keys.values()),
        "dues": [[due.at_ms, int(due.kind), *due.key] for due in ledger.dues.in_order()],
    }
    text = json.dumps(state, default=_plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode()


def ledger_from_bytes(
    data: bytes, agreement: Agreement, plans: Mapping[Mode, PlanIndex], *, filled: bool = False
) -> Ledger:
    """The state that the bytes describe, with its live notices put into ``plans``.

    ``filled``: the index of the mode ``live`` has them already.
    Raises ValueError for bytes that another version of snapshots wrote: the record is then played again instead.
    """
    state = json.loads(data)
    if state.get("snapshot") != SNAPSHOT_VERSION or state.get("mechanism") != agreement.name:
        message = "this snapshot is of another version or another mechanism; play the record again"
        raise ValueError(message)
    former = tuple(_typed(Desk, row) for row in state["former"])
    ledger = Ledger(
        replace(agreement, former=former), plans, state["now"], state["index"], state["alerts_raised"], state["rules"]
    )
    ledger.agreements = [_typed(AgreementInForce, row) for row in state["agreements"]]
    ledger.heard = {name: _typed(HeardRef, ref) for name, ref in state["heard"].items()}
    ledger.notices = {row["id"]: _typed(Notice, row) for row in state["notices"]}
    ledger.live = dict.fromkeys(state["live"])
    ledger.alerts = {row["id"]: _typed(Alert, row) for row in state["alerts"]}
    ledger.obligations = {row["id"]: _typed(Obligation, row) for row in state["obligations"]}
    ledger.undelivered = state["undelivered"]
    ledger.awaited = {name: {to: tuple(held) for to, held in waits.items()} for name, waits in state["awaited"].items()}
    ledger.serials = {desk: _typed(Serials, row) for desk, row in state["serials"].items()}
    ledger.forces_met = {name: tuple(names) for name, names in state["forces_met"].items()}
    ledger.dues = Dues(Due(at_ms, DueKind(kind), tuple(key)) for at_ms, kind, *key in state["dues"])
    _read_line(ledger, state)
    _work_out_the_rest(ledger)
    _put_plans(ledger, {Mode.LIVE} if filled else set())
    return ledger


def _read_line(ledger: Ledger, state: Mapping[str, Any]) -> None:
    ledger.stops = {row["id"]: _typed(Stop, row) for row in state["stops"]}
    ledger.accidents = {row["id"]: _typed(Accident, row) for row in state["accidents"]}
    ledger.observations = {row["id"]: _typed(Observation, row) for row in state["observations"]}
    ledger.line_tests = {row["id"]: _typed(LineTest, row) for row in state["line_tests"]}
    ledger.line_figures = {name: _typed(LineFigures, row) for name, row in state["line_figures"].items()}
    ledger.line_round_ms = state["line_round"]
    ledger.proposals = {row["id"]: _typed(Proposal, row) for row in state["proposals"]}
    ledger.accounts = {
        incident: {side: _typed(Account, row) for side, row in held.items()}
        for incident, held in state["accounts"].items()
    }
    ledger.unanswered_calls = {pair: tuple(calls) for pair, calls in state["unanswered_calls"].items()}
    ledger.suspensions = [_typed(Suspension, row) for row in state["suspensions"]]
    ledger.watches = {desk: _typed(Watch, row) for desk, row in state["watches"].items()}
    ledger.keys = {row["kid"]: _typed(DeskKey, row) for row in state["keys"]}


def _work_out_the_rest(ledger: Ledger) -> None:
    for alert in ledger.alerts.values():
        if alert.is_open:
            cause = (alert.code, *alert.key)
            ledger.open_alerts[cause] = alert.id
            for subject in alert.about:
                ledger.open_about.setdefault(subject, {})[cause] = None
    for row in ledger.obligations.values():
        if row.state is ObligationState.OPEN:
            ledger.owed_about.setdefault(row.subject, {})[row.id] = None
    for proposal in ledger.proposals.values():
        if proposal.state is ProposalState.OPEN:
            for name in proposal.notices:
                ledger.open_proposals.setdefault(name, {})[proposal.id] = None
    for name, ref in ledger.heard.items():
        for subject in ref.about:
            ledger.said_about.setdefault(subject, []).append(name)
    for name in ledger.live:
        notice = ledger.notices[name]
        for force in notice.body.covers:
            ledger.covering.setdefault(force, {})[name] = None


def _put_plans(ledger: Ledger, filled: AbstractSet[Mode]) -> None:
    """The live notices are put into the indices that do not have them, all at once."""
    for mode, index in ledger.plans.items():
        if mode not in filled:
            live = (ledger.notices[name] for name in ledger.live)
            index.put_many([plan for one in live if one.mode is mode and (plan := plan_of(one)) is not None])


def _plain(value: Any) -> object:
    """A dataclass of the model as JSON has it, space and time in the contract's notation; words of an enumeration and
    the rest are JSON's own already.
    """
    match value:
        case Altitude():
            return str(value)
        case Volume():
            return volume_to_json(value)
        case Trajectory():
            return trajectory_to_json(value)
        case Within() | Offset() | InRegion():
            return place_to_json(value)
    return {name: getattr(value, name) for name in _names(cast("Any", type(value)))}


@cache
def _names(shape: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(shape))


def _typed(shape: type[Shape], value: Mapping[str, Any]) -> Shape:
    """The dataclass, its fields of the shapes that its annotations say."""
    readers = _readers(cast("Any", shape))
    given = {}
    for name, part in value.items():
        read = readers[name]
        given[name] = part if read is None else read(part)
    return shape(**given)


Reader = Callable[[Any], Any]
"""From JSON to a value of one shape."""


@cache
def _readers(shape: Any) -> dict[str, Reader | None]:
    hints = get_type_hints(shape)
    return {name: _reader(hints[name]) for name in _names(shape)}


def _reader(hint: Any) -> Reader | None:
    """How a value of this shape is read; None where it is as JSON has it."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _optional(frozenset(args) - {type(None)}, nullable=type(None) in args)
    if origin is tuple:
        return _tuple_reader(args)
    if hint is Altitude:
        return lambda value: parse_altitude(value, "altitude")
    if isinstance(hint, type) and issubclass(hint, Enum):
        return lambda value: hint(value)
    return (lambda value: _typed(cast("Any", hint), value)) if is_dataclass(hint) else None


def _optional(shapes: frozenset[Any], *, nullable: bool) -> Reader | None:
    """The reader of a union: an envelope, a place, or one shape that may be missing."""
    some: Reader | None
    if shapes == _ENVELOPE:
        some = envelope_as_kept
    elif shapes == _PLACE:
        some = _place
    else:
        some = _reader(next(iter(shapes))) if len(shapes) == 1 else None
    if some is None or not nullable:
        return some
    return lambda value: None if value is None else some(value)


def _tuple_reader(args: tuple[Any, ...]) -> Reader:
    if args[-1] is not Ellipsis:
        each = [_reader(shape) for shape in args]
        return lambda value: tuple(part if read is None else read(part) for read, part in zip(each, value, strict=True))
    every = _reader(args[0])
    if every is None:
        return lambda value: tuple(value)
    return lambda value: tuple(every(part) for part in value)


def _place(value: Mapping[str, Any]) -> PlaceText:
    if "region" in value:
        return InRegion(value["region"])
    if "within_km" in value:
        return Within(value["name"], value["within_km"])
    return Offset(value["name"], value["bearing"], *value["distance_km"])
