"""What a desk may see, and in what form: the one function that everything which leaves the host goes through.

``board``: the party that announced a notice, the parties it was addressed to, and the mediator see it. ``broker``: only
its party and the mediator; of a conflict a party is told its own notice, the part of its own envelope, the times and a
way out. A party sees as one: what one desk of it may see, all may, save alerts, which go to the desks they are for.
``docs/explanation/disclosure.md`` says what could still be inferred.
"""

from __future__ import annotations

from typing import Any

from keepclear.mechanism.agreement import Agreement, AgreementInForce
from keepclear.mechanism.alert import Alert, AlertCode, Side
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.disclosure_line import line_view, recipients_view
from keepclear.mechanism.key import DeskKey
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.obligation import Obligation
from keepclear.mechanism.outcome import Change, Heard, Outcome, Thing
from keepclear.mechanism.place import place_to_json
from keepclear.mechanism.statement import ABOUT_A_NOTICE, OF_KEYS, OF_ONE_SIDE, SETTLES, StatementType
from keepclear.mechanism.ways_out import SideAdvice, WaysOut, limits_for
from keepclear.mechanism.words import MEDIATOR_DESK, Disclosure
from keepclear.record.fingerprint import fingerprint
from keepclear.spacetime.envelope import envelope_to_json
from keepclear.spacetime.instants import format_instant

OVER = "The conflict is over."
"""Why a conflict cleared, for a party that may not know what the other did."""


def view(mechanism: Mechanism, desk: str, thing: Thing | Change | WaysOut) -> dict[str, Any] | None:
    """The thing as ``desk`` may see it, ready for JSON; None when it may not see it at all."""
    agreement = mechanism.agreement
    match thing:
        case Change():
            shown = view(mechanism, desk, thing.thing)
            if shown is None:
                return None
            return {"kind": thing.kind, "what": thing.what, "at": format_instant(thing.at_ms), str(thing.kind): shown}
        case Heard():
            return _statement_view(thing) if _may_see_statement(agreement, desk, thing) else None
        case Notice():
            return _notice_view(mechanism, desk, thing) if _may_see_notice(agreement, desk, thing) else None
        case Alert():
            return _alert_view(agreement, desk, thing)
        case Obligation():
            return _obligation_view(thing) if _may_see_obligation(agreement, desk, thing) else None
        case AgreementInForce():
            return _agreement_view(thing)
        case DeskKey():
            return _key_view(agreement, thing)
        case WaysOut():
            return _ways_out_view(agreement, desk, thing)
        case _:
            return line_view(mechanism, desk, thing)


def event(mechanism: Mechanism, desk: str, outcome: Outcome) -> dict[str, Any] | None:
    """What a desk is told of an outcome; None when it may see nothing of it."""
    changes = [shown for change in outcome.changes if (shown := view(mechanism, desk, change)) is not None]
    if not changes:
        return None
    return {"index": outcome.index, "at": format_instant(outcome.at_ms), "changes": changes}


def _may_see_statement(agreement: Agreement, desk: str, heard: Heard) -> bool:
    """Under ``broker`` what makes a notice is for its party alone, an acknowledgement for those it is between.

    Keys are for all to know: what a desk says can be checked by everybody who is shown it.
    """
    side = agreement.party_of(desk)
    if side is None or side == agreement.party_of(heard.sender):
        return True
    if heard.type in OF_KEYS:
        return True
    if heard.type in OF_ONE_SIDE:
        return False
    if agreement.disclosure is Disclosure.BROKER:
        if heard.type in ABOUT_A_NOTICE:
            return False
        if heard.type is StatementType.ACK or heard.type in SETTLES:
            return side == heard.about_party
    return side in heard.reached


def _may_see_notice(agreement: Agreement, desk: str, notice: Notice) -> bool:
    side = agreement.party_of(desk)
    if side is None or side == notice.party:
        return True
    return agreement.disclosure is Disclosure.BOARD and side in notice.shown_to


def _may_see_obligation(agreement: Agreement, desk: str, obligation: Obligation) -> bool:
    side = agreement.party_of(desk)
    return side is None or side in (obligation.owing, obligation.to_party)


def _sides_to_see(agreement: Agreement, desk: str, found: WaysOut) -> list[SideAdvice]:
    """Advice is to a party about its own notice, where the alert is for this desk; the mediator sees both sides.

    Under ``broker`` a party is shown no finer steps than it may have, whatever was worked out.
    """
    side = agreement.party_of(desk)
    if side is None:
        return list(found.sides)
    if desk not in found.alert.to or found.limits != limits_for(agreement, side):
        return []
    return [row for row in found.sides if row.party == side]


def _ways_out_view(agreement: Agreement, desk: str, found: WaysOut) -> dict[str, Any] | None:
    """The sides that the desk may see, each option with the body of a proposal that it could send as it is."""
    sides = _sides_to_see(agreement, desk, found)
    if not sides:
        return None
    about: str | None = "~".join(found.alert.key)
    if agreement.disclosure is Disclosure.BROKER:
        about = found.alert.id if agreement.party_of(desk) is None else None
    told = [
        {
            "notice": row.notice,
            "party": row.party,
            "options": [
                {
                    **option.as_json(),
                    "proposal": None if about is None else {"about": about, "change": option.change()},
                }
                for option in row.options
            ],
            "cut": row.cut,
        }
        for row in sides
    ]
    return {"alert": found.alert.id, "step_min": found.limits.step_min, "sides": told}


def _statement_view(heard: Heard) -> dict[str, Any]:
    shown = {
        **heard.source,
        "index": heard.index,
        "heard_at": format_instant(heard.at_ms),
        "signed_by": heard.signed_by,
    }
    return shown if heard.jws is None else {**shown, "jws": heard.jws}


def _key_view(agreement: Agreement, key: DeskKey) -> dict[str, Any]:
    """A key, for every desk: a public thing by its nature."""
    return {
        "desk": key.desk,
        "party": agreement.party_of(key.desk),
        "kid": key.kid,
        "key": {"kty": "OKP", "crv": "Ed25519", "x": key.x},
        "fingerprint": fingerprint(key.kid),
        "valid_from": key.valid_from,
        "enrolled_at": format_instant(key.enrolled_at_ms),
        "enrolled_in": key.enrolled_in,
        "vouched_by": key.vouched_by,
        "retired_at": key.retired_at,
        "retired_in": key.retired_in,
        "retired_by": key.retired_by,
        "retired_why": key.retired_why,
    }


def _notice_view(mechanism: Mechanism, desk: str, notice: Notice) -> dict[str, Any]:
    agreement, body = mechanism.agreement, notice.body
    return {
        "id": notice.id,
        "statement": notice.statement,
        "version": notice.version,
        "from": notice.sender,
        "party": notice.party,
        "to": list(notice.to),
        "activity": str(body.activity),
        "title": body.title,
        "place": None if body.place is None else place_to_json(body.place),
        "envelope": None if body.envelope is None else envelope_to_json(body.envelope),
        "covers": list(body.covers),
        "not_covering": list(body.not_covering),
        "purpose": body.purpose,
        "must_reach": list(body.must_reach),
        "read_back": body.read_back,
        "remarks": body.remarks,
        "precedence": str(notice.precedence),
        "mode": str(notice.mode),
        "state": str(notice.state),
        "heard_at": format_instant(notice.heard_at_ms),
        "start": _instant(notice.start_ms),
        "end": _instant(notice.end_ms),
        "recipients": recipients_view(notice.recipients),
        **_readiness(mechanism, desk, notice),
        "seen_versions": _seen_versions(agreement, desk, notice),
    }


def _readiness(mechanism: Mechanism, desk: str, notice: Notice) -> dict[str, Any]:
    """For the sender's party and the mediator: whether all have it, and who is missing of what."""
    side = mechanism.agreement.party_of(desk)
    if side not in (None, notice.party):
        return {"ready": None, "missing": []}
    missing = mechanism.missing_for(notice) if notice.is_live else ()
    return {"ready": not missing, "missing": [{"side": name, "lacks": list(lacks)} for name, lacks in missing]}


def _seen_versions(agreement: Agreement, desk: str, notice: Notice) -> int:
    """The highest version that a person of the desk's party acknowledged; for others the one that all have."""
    by_party: dict[str | None, int] = {}
    for row in notice.recipients:
        by_party[row.party] = max(by_party.get(row.party, 0), row.seen_version)
    side = agreement.party_of(desk)
    if side is not None and side != notice.party:
        return by_party.get(side, 0)
    return min(by_party.values(), default=0)


def _alert_view(agreement: Agreement, desk: str, alert: Alert) -> dict[str, Any] | None:
    """Alerts are for the desks they name, and the mediator sees them all."""
    side = agreement.party_of(desk)
    if side is not None and desk not in alert.to:
        return None
    if side is None or agreement.disclosure is Disclosure.BOARD or side == alert.party or alert.shared:
        return _whole_alert(alert)
    told = {
        **_whole_alert(alert),
        "to": [to for to in alert.to if to == MEDIATOR_DESK or agreement.party_of(to) == side],
    }
    told["acknowledged"] = [row for row in told["acknowledged"] if row["desk"] in told["to"]]
    told["cleared_why"] = None if alert.is_open else OVER
    own = next((row for row in alert.sides if row.party == side), None)
    return {**told, **(_of_own_side(alert, own) if own is not None else _of_anothers(alert))}


def _of_own_side(alert: Alert, own: Side) -> dict[str, Any]:
    """A conflict as its party may know it under ``broker``: nothing of the other's, gaps and name included."""
    ways = [f"Move your notice {abs(shift)} min {'later' if shift > 0 else 'earlier'}." for shift in own.shifts_min]
    return {
        "about": [own.notice],
        "why": own.why,
        "may_do": [*ways, *alert.may_do],
        "detail": {
            "verdict": alert.detail["verdict"],
            "start": alert.detail["start"],
            "end": alert.detail["end"],
            "widened": None,
            "lateral_gap_m": None,
            "vertical_gap_m": None,
            "overlap": own.affected,
            "shifts_min": list(own.shifts_min),
        },
    }


def _of_anothers(alert: Alert) -> dict[str, Any]:
    """Another party's alert that is for this desk too (the other parties of a zone): that it is so, and no more."""
    zone = alert.detail.get("zone_name") if alert.code is AlertCode.RULE_ZONE else None
    why = f"A notice of another party enters {zone}." if zone else "This concerns another party's notice."
    return {
        "about": [],
        "why": why,
        "may_do": ["Ask the mediator."],
        "detail": {"zone": alert.detail["zone"], "zone_name": zone} if zone else {},
    }


def _whole_alert(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "code": str(alert.code),
        "severity": str(alert.severity),
        "about": list(alert.about),
        "why": alert.why,
        "may_do": list(alert.may_do),
        "raised_at": format_instant(alert.raised_at_ms),
        "risen_at": _instant(alert.risen_at_ms),
        "cleared_at": _instant(alert.cleared_at_ms),
        "cleared_why": alert.cleared_why,
        "to": list(alert.to),
        "acknowledged": [
            {"desk": desk, "level": level, "at": format_instant(at_ms)} for desk, level, at_ms in alert.acknowledged
        ],
        "detail": dict(alert.detail),
        "mode": str(alert.mode),
    }


def _obligation_view(obligation: Obligation) -> dict[str, Any]:
    return {
        "id": obligation.id,
        "kind": str(obligation.kind),
        "desk_or_party": obligation.owing,
        "about": obligation.about,
        "subject": obligation.subject,
        "mode": str(obligation.mode),
        "due_at": format_instant(obligation.due_at_ms),
        "met_at": _instant(obligation.met_at_ms),
        "state": str(obligation.state),
    }


def _agreement_view(thing: AgreementInForce) -> dict[str, Any]:
    """What is agreed, all know."""
    since = _instant(thing.since_ms)
    return {"number": thing.number, "index": thing.index, "since": since, "changed": list(thing.changed)}


def _instant(ms: int | None) -> str | None:
    return None if ms is None else format_instant(ms)
