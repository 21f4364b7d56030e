"""Whether one agreement may follow another: nobody's notice or debt is left in the air, and nothing said changes hands.

What follows may differ in everything but its name and its disclosure. Whoever leaves must have settled first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from keepclear.errors import InvalidInput, Refused
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.obligation import ObligationKind
from keepclear.mechanism.place import InRegion
from keepclear.mechanism.words import MEDIATOR_DESK
from keepclear.spacetime.heights import height_band
from keepclear.spacetime.trajectory import Trajectory

_OWED = {
    ObligationKind.ACK: "an acknowledgement of",
    ObligationKind.READ_BACK: "a read-back of",
    ObligationKind.DISSEMINATION: "a report that its units have",
    ObligationKind.STOP_REPLY: "an answer to the STOP",
    ObligationKind.CLAIM: "a word on whose it is about the observation",
    ObligationKind.LINE_TEST_REPLY: "a reply to the line test",
    ObligationKind.PROPOSAL_ANSWER: "an answer to the proposal",
}


def successor(ledger: Ledger, agreement: Agreement, at_ms: int) -> Agreement:
    """``agreement`` as what follows the one in force at ``at_ms``, with the desks that it leaves behind as ``former``.

    Raises Refused, with the part of the mechanism file, why not, and what would do.
    """
    before = ledger.agreement
    _check_itself(before, agreement)
    _check_debts(ledger, agreement, at_ms)
    _check_stops(ledger, agreement)
    for notice in _standing(ledger, at_ms):
        _check_senders(agreement, notice)
        if notice.is_live:
            _check_place(agreement, notice)
            _check_heights(before, agreement, notice)
    left = {desk.id: desk for desk in (*before.former, *before.desks) if desk.id not in agreement.desk_by_id}
    return replace(agreement, former=tuple(left.values()))


def changed_parts(before: Agreement, after: Agreement) -> tuple[str, ...]:
    """The parts of an agreement that differ, by their names in ``GET /v1/mechanism``."""

    def parts(of: Agreement) -> dict[str, object]:
        heights = of.heights
        return {
            "name": of.name,
            "disclosure": of.disclosure,
            "area": of.area,
            "terrain": (heights.terrain_lowest_m, heights.terrain_highest_m),
            "qnh": (heights.qnh_lowest_hpa, heights.qnh_highest_hpa),
            "rules": of.rules,
            "separations": of.separations,
            "parties": of.parties,
            "desks": of.desks,
            "places": of.places,
            "regions": of.regions,
            "zones": of.zones,
            "third_forces": of.third_forces,
        }

    old, new = parts(before), parts(after)
    return tuple(name for name in old if old[name] != new[name])


def _check_itself(before: Agreement, after: Agreement) -> None:
    if after.name != before.name:
        raise Refused("name", f"«{after.name}» is not «{before.name}»", "keep the name: the record is known by it")
    if after.disclosure is not before.disclosure:
        why = f"{after.disclosure} would show what was said under {before.disclosure} to others than were promised"
        raise Refused("disclosure", why, f"keep {before.disclosure}, or begin another record")
    if after == before:
        raise Refused("agreement", "it is the one in force already", "nothing needs doing")
    for desk in (*before.former, *before.desks):
        now = after.desk_by_id.get(desk.id)
        if now is not None and now.party != desk.party:
            why = f"«{desk.id}» has spoken for {desk.party}, and what it said stays theirs"
            raise Refused("desk", why, f"give the desk of {now.party} an id of its own")


def _standing(ledger: Ledger, at_ms: int) -> Iterator[Notice]:
    """Notices that are live, or of which something is owed, and not over by then."""
    for name in dict.fromkeys((*ledger.live, *ledger.owed_about)):
        notice = ledger.notices.get(name)
        if notice is not None and not notice.is_over_at(at_ms):
            yield notice


def _check_senders(after: Agreement, notice: Notice) -> None:
    for desk in notice.senders:
        if desk not in after.desk_by_id:
            why = f"«{desk}» is left out, and {_named(notice)} of that desk is not over"
            raise Refused("desk", why, "keep the desk until the notice is over and nothing is owed about it")


def _check_debts(ledger: Ledger, after: Agreement, at_ms: int) -> None:
    """A party that owes something keeps a desk; a scheduled line test is owed for no longer than it is agreed."""
    for subject, names in ledger.owed_about.items():
        notice = ledger.notices.get(subject)
        if notice is not None and notice.is_over_at(at_ms):
            continue
        for row in (ledger.obligations[name] for name in names):
            scheduled = row.kind is ObligationKind.LINE_TEST
            if scheduled or row.owing == MEDIATOR_DESK or after.desks_of.get(row.owing):
                continue
            what = _named(notice) if notice is not None else row.about
            why = f"nobody is left to speak for «{row.owing}», which owes {_OWED[row.kind]} {what}"
            raise Refused("party", why, "keep the party and a desk of it until it has, or until that is over")


def _check_stops(ledger: Ledger, after: Agreement) -> None:
    """The desks of an open STOP are its ladder: none is left out while it stands."""
    for stop in ledger.stops.values():
        if not stop.is_open:
            continue
        for desk in (stop.sender, *(row.desk for row in stop.recipients)):
            if desk not in after.desk_by_id:
                why = f"«{desk}» is left out, and {stop.called} ({stop.id}) stands"
                raise Refused("desk", why, "keep the desk until all has ceased")


def _check_place(after: Agreement, notice: Notice) -> None:
    place = notice.body.place
    if place is None:
        return
    name, known = (
        (place.region, place.region in after.region_by_name)
        if isinstance(place, InRegion)
        else (place.name, place.name in after.place_by_name)
    )
    if not known:
        why = f"«{name}» is left out, and {_named(notice)} says where it is by that name"
        raise Refused("place", why, "keep it until the notice is over; its position may change")


def _check_heights(before: Agreement, after: Agreement, notice: Notice) -> None:
    envelope = notice.body.envelope
    if before.heights == after.heights or envelope is None or isinstance(envelope, Trajectory):
        return
    for volume in envelope:
        try:
            height_band(volume.footprint, volume.floor, volume.ceiling, after.heights)
        except InvalidInput as error:
            why = f"under the new rules {_named(notice)} has no {error.field}: {error.given}"
            raise Refused(
                "terrain", why, "keep [terrain] and [qnh] such that it has, until the notice is over"
            ) from None


def _named(notice: Notice) -> str:
    return f"{notice.called} ({notice.id})"
