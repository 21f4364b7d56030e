"""What a desk may see of the line: STOPs, accidents, observations, tests, proposals, suspension, the watch.

A part of ``disclosure``, through which alone it is reached. What passes between two sides is for those two and the
mediator; a suspension is for all. Under ``broker`` a proposal is for the party that it was put to, and the mediator.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from keepclear.mechanism.accident import Accident
from keepclear.mechanism.addressing import parties_of
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.bodies import NoticeChange, Position
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.line_test import LineTest
from keepclear.mechanism.notice import Recipient
from keepclear.mechanism.observation import Observation
from keepclear.mechanism.place import place_to_json
from keepclear.mechanism.proposal import Proposal
from keepclear.mechanism.stop import Stop
from keepclear.mechanism.suspension import Suspension
from keepclear.mechanism.watch import Watch
from keepclear.mechanism.words import MEDIATOR_DESK, Disclosure, Mode
from keepclear.spacetime.envelope import envelope_to_json
from keepclear.spacetime.instants import format_instant

LineThing = Stop | Accident | Observation | LineTest | Proposal | Suspension | Watch


def line_view(mechanism: Mechanism, desk: str, thing: LineThing) -> dict[str, Any] | None:
    """The thing as ``desk`` may see it, ready for JSON; None when it may not see it at all."""
    agreement = mechanism.agreement
    side = agreement.party_of(desk)
    match thing:
        case Stop():
            return _stop_view(thing) if side in (None, thing.party, *(row.side for row in thing.sides)) else None
        case Accident():
            told = parties_of(agreement, thing.addressees)
            return _accident_view(thing) if side in (None, thing.party, *told) else None
        case Observation():
            return _observation_view(thing) if side in (None, thing.party, *thing.reached) else None
        case LineTest():
            return _line_test_view(thing) if side in (None, thing.party, *thing.sides) else None
        case Proposal():
            return _proposal_view(thing) if side is None or side in _parties_to(mechanism, thing) else None
        case Suspension():
            return _suspension_view(thing)
        case Watch():
            return _watch_view(agreement, desk, thing)


def recipients_view(recipients: Iterable[Recipient]) -> list[dict[str, Any]]:
    """How far each recipient has got: grade, since when, units reached by name and time, and its read-back."""
    return [
        {
            "desk": row.desk,
            "party": row.party,
            "grade": str(row.grade),
            "at": _instant(row.at_ms),
            "reached": [{"name": unit.name, "at": format_instant(unit.at_ms)} for unit in row.reached],
            "read_back": None if row.read_back is None else "matched" if row.read_back else "mismatched",
        }
        for row in recipients
    ]


def figures_view(mechanism: Mechanism, desk: str) -> list[dict[str, Any]]:
    """The figures of the line tests that the desk's side took part in; all for the mediator."""
    side = mechanism.agreement.party_of(desk)
    return [
        {
            "tester": row.tester,
            "tested": row.tested,
            "sent": row.sent,
            "answered": row.answered,
            "late": row.late,
            "missed": row.missed,
            "slowest_s": row.slowest_ms / 1000,
            "last_sent_at": _instant(row.last_sent_ms),
            "last_answered_at": _instant(row.last_answered_ms),
        }
        for row in mechanism.line_figures()
        if side in (None, row.tester, row.tested)
    ]


def shares_view(mechanism: Mechanism, desk: str, mode: Mode) -> list[dict[str, Any]]:
    """What each party has moved; under ``broker`` a party is told of itself alone."""
    side = mechanism.agreement.party_of(desk)
    own_only = side is not None and mechanism.agreement.disclosure is Disclosure.BROKER
    return [
        {
            "party": row.party,
            "moves": row.moves,
            "shift_min": row.shift_min,
            "height_m": row.height_m,
            "lateral_m": row.lateral_m,
        }
        for row in mechanism.shares(mode)
        if not own_only or row.party == side
    ]


def _parties_to(mechanism: Mechanism, proposal: Proposal) -> tuple[str | None, ...]:
    if mechanism.agreement.disclosure is Disclosure.BROKER:
        return (proposal.answerer,)
    notices = (mechanism.notice(name) for name in proposal.notices)
    return tuple(notice.party for notice in notices if notice is not None)


def _stop_view(stop: Stop) -> dict[str, Any]:
    body = stop.body
    return {
        "id": stop.id,
        "from": stop.sender,
        "party": stop.party,
        "to": list(stop.addressees),
        "precedence": str(stop.precedence),
        "mode": str(stop.mode),
        "reason": body.reason,
        "about": body.about,
        "place": None if body.place is None else place_to_json(body.place),
        "envelope": None if body.envelope is None else envelope_to_json(body.envelope),
        "heard_at": format_instant(stop.heard_at_ms),
        "closed_at": _instant(stop.closed_at_ms),
        "sides": [
            {"side": row.side, "state": str(row.state), "at": _instant(row.at_ms), "by": row.by} for row in stop.sides
        ],
        "recipients": recipients_view(stop.recipients),
    }


def _accident_view(accident: Accident) -> dict[str, Any]:
    body = accident.body
    return {
        "id": accident.id,
        "from": accident.sender,
        "party": accident.party,
        "mode": str(accident.mode),
        "activity": str(body.activity),
        "place": None if body.place is None else place_to_json(body.place),
        "position": None if body.position is None else _position(body.position),
        "heading": body.heading_deg,
        "heard_at": format_instant(accident.heard_at_ms),
        "recipients": recipients_view(accident.recipients),
    }


def _observation_view(observation: Observation) -> dict[str, Any]:
    return {
        "id": observation.id,
        "from": observation.sender,
        "party": observation.party,
        "mode": str(observation.mode),
        "object": observation.body.object,
        "kind": str(observation.body.kind),
        "position": _position(observation.body.position),
        "seen_at": format_instant(observation.seen_at_ms),
        "heard_at": format_instant(observation.heard_at_ms),
        "zones": list(observation.zones),
        "answers": [
            {"party": row.party, "is_ours": row.is_ours, "by": row.by, "at": format_instant(row.at_ms)}
            for row in observation.answers
        ],
    }


def _line_test_view(test: LineTest) -> dict[str, Any]:
    return {
        "id": test.id,
        "from": test.sender,
        "party": test.party,
        "to": list(test.addressees),
        "mode": str(test.mode),
        "heard_at": format_instant(test.heard_at_ms),
        "sides": list(test.sides),
        "replies": [{"side": row.side, "by": row.by, "at": format_instant(row.at_ms)} for row in test.replies],
    }


def _proposal_view(proposal: Proposal) -> dict[str, Any]:
    moved = proposal.moved
    return {
        "id": proposal.id,
        "from": proposal.sender,
        "party": proposal.party,
        "to_answer": proposal.answerer,
        "mode": str(proposal.mode),
        "precedence": str(proposal.precedence),
        "conflict": proposal.alert,
        "about": proposal.body.about,
        "change": change_to_json(proposal.body.change),
        "reason": proposal.body.reason,
        "heard_at": format_instant(proposal.heard_at_ms),
        "clears": proposal.clears,
        "still_meets": proposal.still_meets,
        "state": str(proposal.state),
        "answered_at": _instant(proposal.answered_at_ms),
        "answered_by": proposal.answered_by,
        "countered_by": proposal.countered_by,
        "moved": None
        if moved is None
        else {
            "party": moved.party,
            "notice": moved.notice,
            "shift_min": moved.shift_min,
            "height_m": moved.height_m,
            "lateral_m": moved.lateral_m,
        },
    }


def change_to_json(change: NoticeChange) -> dict[str, Any]:
    """A proposed change in the contract's notation; what stays is left out."""
    given = {
        "shift_min": change.shift_min,
        "floor": None if change.floor is None else str(change.floor),
        "ceiling": None if change.ceiling is None else str(change.ceiling),
        "envelope": None if change.envelope is None else envelope_to_json(change.envelope),
    }
    return {"notice": change.notice, **{key: value for key, value in given.items() if value is not None}}


def _suspension_view(suspension: Suspension) -> dict[str, Any]:
    return {
        "side": suspension.side,
        "by": suspension.by,
        "mode": str(suspension.mode),
        "reason": suspension.reason,
        "since": format_instant(suspension.since_ms),
        "ended_at": _instant(suspension.ended_at_ms),
        "ended_by": suspension.ended_by,
        "ended_reason": suspension.ended_reason,
    }


def _watch_view(agreement: Agreement, desk: str, watch: Watch) -> dict[str, Any]:
    """That a desk is manned is for all to know; who is there, and what was noted, for its own side and the mediator."""
    side = agreement.party_of(desk)
    own = side is None or side == agreement.party_of(watch.desk) or watch.desk == MEDIATOR_DESK == desk
    names = [{"name": row.name, "since": format_instant(row.since_ms)} for row in watch.on]
    return {
        "desk": watch.desk,
        "attended": watch.is_attended,
        "since": _instant(watch.since_ms) if watch.since_ms else None,
        "on_watch": names if own else [],
        "note": watch.note if own else None,
        "note_by": watch.note_by if own else None,
    }


def _position(position: Position) -> dict[str, Any]:
    altitude = None if position.altitude is None else str(position.altitude)
    return {"lon": position.lon, "lat": position.lat, "altitude": altitude}


def _instant(ms: int | None) -> str | None:
    return None if ms is None else format_instant(ms)
