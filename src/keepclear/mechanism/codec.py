"""The state of a mechanism as bytes and back: plain JSON, no pickling, so that a snapshot can be read and compared.

Only what cannot be worked out from the rest is written; the index is built again from the live notices.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from keepclear.detection.index import PlanIndex
from keepclear.mechanism.agreement import Agreement
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

SNAPSHOT_VERSION = 1

Shape = TypeVar("Shape")


def ledger_to_bytes(ledger: Ledger) -> bytes:
    """The state as JSON; the same state gives the same bytes."""
    state = {
        "snapshot": SNAPSHOT_VERSION,
        "mechanism": ledger.agreement.name,
        "now": ledger.now,
        "index": ledger.index,
        "alerts_raised": ledger.alerts_raised,
        "heard": {name: _plain(ref) for name, ref in ledger.heard.items()},
        "notices": [_plain(notice) for notice in ledger.notices.values()],
        "live": list(ledger.live),
        "alerts": [_plain(alert) for alert in ledger.alerts.values()],
        "obligations": [_plain(row) for row in ledger.obligations.values()],
        "undelivered": {desk: waiting for desk, waiting in ledger.undelivered.items() if waiting},
        "awaited": _plain(ledger.awaited),
        "serials": {desk: _plain(serials) for desk, serials in ledger.serials.items()},
        "forces_met": _plain(ledger.forces_met),
        "dues": [[due.at_ms, int(due.kind), *due.key] for due in ledger.dues.in_order()],
    }
    return json.dumps(state, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def ledger_from_bytes(data: bytes, agreement: Agreement, plans: Mapping[Mode, PlanIndex]) -> Ledger:
    """The state that the bytes describe, with its live notices put into ``plans``.

    Raises ValueError for bytes that another version of snapshots wrote: the record is then played again instead.
    """
    state = json.loads(data)
    if state.get("snapshot") != SNAPSHOT_VERSION or state.get("mechanism") != agreement.name:
        message = "this snapshot is of another version or another mechanism; play the record again"
        raise ValueError(message)
    heights = agreement.heights
    ledger = Ledger(agreement, plans, state["now"], state["index"], state["alerts_raised"])
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


def _plain(value: Any) -> Any:
    """A value of the model as JSON has it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, NoticeBody):
        return _body_to_plain(value)
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return value


def _typed(shape: type[Shape], value: Any, heights: HeightRules) -> Shape:
    """The dataclass, of the shape that its annotations say."""
    if shape is NoticeBody:
        return _body_from_plain(value, heights)  # type: ignore[return-value]  # Shape is NoticeBody here
    hints = _hints(cast("Any", shape))
    return shape(**{name: _value(hints[name], part, heights) for name, part in value.items()})


def _value(hint: Any, value: Any, heights: HeightRules) -> Any:
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return None if value is None else _value(next(a for a in args if a is not type(None)), value, heights)
    if origin is tuple:
        shapes = args[:1] * len(value) if args[-1] is Ellipsis else args
        return tuple(_value(shape, part, heights) for shape, part in zip(shapes, value, strict=True))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    return _typed(hint, value, heights) if is_dataclass(hint) else value  # type: ignore[arg-type]  # a type, from hints


@cache
def _hints(shape: Any) -> dict[str, Any]:
    return get_type_hints(shape)


def _body_to_plain(body: NoticeBody) -> dict[str, Any]:
    rest = {f.name: _plain(getattr(body, f.name)) for f in fields(body) if f.name not in ("envelope", "place")}
    return {
        **rest,
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
