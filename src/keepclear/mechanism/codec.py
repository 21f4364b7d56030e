"""The state of a mechanism as bytes and back: plain JSON, no pickling, so that a snapshot can be read and compared.

Only what cannot be worked out from the rest is written; the index is built again from the live notices.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from keepclear.detection.index import PlanIndex
from keepclear.mechanism.agreement import Agreement, AgreementInForce, Desk
from keepclear.mechanism.alert import Alert
from keepclear.mechanism.bodies import NoticeBody
from keepclear.mechanism.checks.serials import Serials
from keepclear.mechanism.dues import Due, DueKind, Dues
from keepclear.mechanism.evaluation import plan_of
from keepclear.mechanism.ledger import HeardRef, Ledger
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.obligation import Obligation, ObligationState
from keepclear.mechanism.place import InRegion, Offset, PlaceText, Within, place_to_json
from keepclear.mechanism.words import Activity, Mode
from keepclear.spacetime.envelope import envelope_from_json, envelope_to_json
from keepclear.spacetime.heights import HeightRules

SNAPSHOT_VERSION = 2

EVERY_HEIGHT = HeightRules(-500.0, 9000.0, 850.0, 1100.0)
"""The widest rules that a mechanism file can have: what was heard under any agreement can be read back under these.

An envelope does not depend on the rules it is read under; they only say which heights are refused.
"""

Shape = TypeVar("Shape")


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
        "heard": ledger.heard,
        "notices": list(ledger.notices.values()),
        "live": list(ledger.live),
        "alerts": list(ledger.alerts.values()),
        "obligations": list(ledger.obligations.values()),
        "undelivered": {desk: waiting for desk, waiting in ledger.undelivered.items() if waiting},
        "awaited": ledger.awaited,
        "serials": ledger.serials,
        "forces_met": ledger.forces_met,
        "dues": [[due.at_ms, int(due.kind), *due.key] for due in ledger.dues.in_order()],
    }
    text = json.dumps(state, default=_plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode()


def ledger_from_bytes(data: bytes, agreement: Agreement, plans: Mapping[Mode, PlanIndex]) -> Ledger:
    """The state that the bytes describe, with its live notices put into ``plans``.

    Raises ValueError for bytes that another version of snapshots wrote: the record is then played again instead.
    """
    state = json.loads(data)
    if state.get("snapshot") != SNAPSHOT_VERSION or state.get("mechanism") != agreement.name:
        message = "this snapshot is of another version or another mechanism; play the record again"
        raise ValueError(message)
    heights = EVERY_HEIGHT
    former = tuple(_typed(Desk, row, heights) for row in state["former"])
    ledger = Ledger(replace(agreement, former=former), plans, state["now"], state["index"], state["alerts_raised"])
    ledger.agreements = [_typed(AgreementInForce, row, heights) for row in state["agreements"]]
    ledger.heard = {name: _typed(HeardRef, ref, heights) for name, ref in state["heard"].items()}
    ledger.notices = {row["id"]: _typed(Notice, row, heights) for row in state["notices"]}
    ledger.live = dict.fromkeys(state["live"])
    ledger.alerts = {row["id"]: _typed(Alert, row, heights) for row in state["alerts"]}
    ledger.obligations = {row["id"]: _typed(Obligation, row, heights) for row in state["obligations"]}
    ledger.undelivered = state["undelivered"]
    ledger.awaited = {name: {to: tuple(held) for to, held in waits.items()} for name, waits in state["awaited"].items()}
    ledger.serials = {desk: _typed(Serials, row, heights) for desk, row in state["serials"].items()}
    ledger.forces_met = {name: tuple(names) for name, names in state["forces_met"].items()}
    ledger.dues = Dues(Due(at_ms, DueKind(kind), tuple(key)) for at_ms, kind, *key in state["dues"])
    _work_out_the_rest(ledger)
    return ledger


def _work_out_the_rest(ledger: Ledger) -> None:
    for alert in ledger.alerts.values():
        if alert.is_open:
            cause = (alert.code, *alert.key)
            ledger.open_alerts[cause] = alert.id
            for subject in alert.about:
                ledger.open_about.setdefault(subject, {})[cause] = None
    for row in ledger.obligations.values():
        if row.state is ObligationState.OPEN:
            ledger.open_acks.setdefault(row.notice, {})[row.owing] = row.id
    for name in ledger.live:
        notice = ledger.notices[name]
        for force in notice.body.covers:
            ledger.covering.setdefault(force, {})[name] = None
        plan = plan_of(notice)
        if plan is not None:
            ledger.plans[notice.mode].put(plan)


def _plain(value: Any) -> dict[str, Any]:
    """A dataclass of the model as JSON has it; all else in it is JSON's own already, words of an enumeration too."""
    if isinstance(value, NoticeBody):
        return _body_to_plain(value)
    return {name: getattr(value, name) for name in _names(cast("Any", type(value)))}


@cache
def _names(shape: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(shape))


def _typed(shape: type[Shape], value: Mapping[str, Any], heights: HeightRules) -> Shape:
    """The dataclass, its fields of the shapes that its annotations say."""
    readers = _readers(cast("Any", shape))
    given = {}
    for name, part in value.items():
        read = readers[name]
        given[name] = part if read is None else read(part, heights)
    return shape(**given)


Reader = Callable[[Any, HeightRules], Any]
"""From JSON to a value of one shape."""


@cache
def _readers(shape: Any) -> dict[str, Reader | None]:
    hints = get_type_hints(shape)
    return {name: _reader(hints[name]) for name in _names(shape)}


def _reader(hint: Any) -> Reader | None:
    """How a value of this shape is read; None where it is as JSON has it."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        some = _reader(next(shape for shape in args if shape is not type(None)))
        return None if some is None else lambda value, heights: None if value is None else some(value, heights)
    if origin is tuple:
        return _tuple_reader(args)
    if hint is NoticeBody:
        return _body_from_plain
    if isinstance(hint, type) and issubclass(hint, Enum):
        return lambda value, _: hint(value)
    return (lambda value, heights: _typed(cast("Any", hint), value, heights)) if is_dataclass(hint) else None


def _tuple_reader(args: tuple[Any, ...]) -> Reader:
    if args[-1] is not Ellipsis:
        each = [_reader(shape) for shape in args]
        return lambda value, heights: tuple(
            part if read is None else read(part, heights) for read, part in zip(each, value, strict=True)
        )
    every = _reader(args[0])
    if every is None:
        return lambda value, _: tuple(value)
    return lambda value, heights: tuple(every(part, heights) for part in value)


def _body_to_plain(body: NoticeBody) -> dict[str, Any]:
    return {
        **{name: getattr(body, name) for name in _names(NoticeBody)},
        "envelope": None if body.envelope is None else envelope_to_json(body.envelope),
        "place": None if body.place is None else place_to_json(body.place),
    }


def _body_from_plain(value: Mapping[str, Any], heights: HeightRules) -> NoticeBody:
    envelope, place = value["envelope"], value["place"]
    return NoticeBody(
        activity=Activity(value["activity"]),
        envelope=None if envelope is None else envelope_from_json(envelope, "envelope", heights),
        title=value["title"],
        place=None if place is None else _place(place),
        covers=tuple(value["covers"]),
        not_covering=tuple(value["not_covering"]),
        purpose=value["purpose"],
        must_reach=tuple(value["must_reach"]),
        read_back=value["read_back"],
        remarks=value["remarks"],
    )


def _place(value: Mapping[str, Any]) -> PlaceText:
    if "region" in value:
        return InRegion(value["region"])
    if "within_km" in value:
        return Within(value["name"], value["within_km"])
    return Offset(value["name"], value["bearing"], *value["distance_km"])
