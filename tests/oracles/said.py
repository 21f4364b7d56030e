"""Small agreements and statements for tests of the mechanism: two parties, a third, and boxes in one degree of land."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keepclear.mechanism.agreement import Agreement, Desk, Party, Place, Region
from keepclear.mechanism.alert import Alert
from keepclear.mechanism.bodies import AckBody, AmendBody, Body, LifeBody, MessageBody, NoticeBody
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.outcome import ChangeKind, Outcome, What
from keepclear.mechanism.rules import Rules
from keepclear.mechanism.statement import Statement, StatementType
from keepclear.mechanism.words import AckLevel, Activity, Disclosure
from keepclear.spacetime.altitude import parse_altitude
from keepclear.spacetime.footprint import Footprint, footprint_from_geojson
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.instants import parse_instant
from keepclear.spacetime.separation import Separation, SeparationRule
from keepclear.spacetime.volume import Volume

MINUTE = 60_000
HOUR = 60 * MINUTE
NOON = parse_instant("2026-04-09T12:00:00Z", "noon")
"""The time at which the tests' activities start."""


def box(west: float, south: float, east: float, north: float) -> Footprint:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return footprint_from_geojson({"type": "Polygon", "coordinates": [ring]}, "box")


def volume(
    footprint: Footprint | None = None,
    start: int = NOON,
    end: int = NOON + HOUR,
    floor: str = "1000 ft AMSL",
    ceiling: str = "5000 ft AMSL",
) -> Volume:
    where = box(36.0, 34.0, 36.1, 34.1) if footprint is None else footprint
    return Volume(where, parse_altitude(floor, "floor"), parse_altitude(ceiling, "ceiling"), start, end)


def agreement(disclosure: Disclosure = Disclosure.BOARD, rules: Rules | None = None, **more: Any) -> Agreement:
    given: dict[str, Any] = {
        "area": box(34, 32, 43, 38),
        "heights": HeightRules(terrain_lowest_m=-430, terrain_highest_m=2814),
        "separations": (SeparationRule("fixed_wing", "uas", Separation(5000, 304.8, 300_000)),),
        "parties": (Party("alpha", "Alpha"), Party("bravo", "Bravo"), Party("charlie", "Charlie")),
        "desks": (
            Desk("alpha.air", "air", "alpha"),
            Desk("alpha.ground", "ground", "alpha"),
            Desk("bravo.air", "air", "bravo"),
            Desk("bravo.ground", "ground", "bravo"),
            Desk("charlie.duty", "duty", "charlie"),
        ),
        "places": (Place("Base", 36.05, 34.05),),
        "regions": (Region("the coast", box(35.0, 34.0, 35.5, 35.0)),),
        **more,
    }
    return Agreement("test", disclosure, rules=rules or Rules(), **given)


def body(*volumes: Volume, activity: Activity = Activity.FIXED_WING, **more: Any) -> NoticeBody:
    return NoticeBody(activity, volumes or (volume(),), **more)


class Line:
    """A mechanism with desks that count their serials: says things and keeps every outcome."""

    def __init__(self, agreed: Agreement | None = None) -> None:
        self.mechanism = Mechanism(agreed if agreed is not None else agreement())
        self.outcomes: list[Outcome] = []
        self.serials: dict[str, int] = {}
        self.said = 0

    def statement(self, desk: str, kind: StatementType, given: Body, at: int, **more: Any) -> Statement:
        self.said += 1
        self.serials[desk] = more.pop("serial", self.serials.get(desk, 0) + 1)
        fields: dict[str, Any] = {
            "id": f"{kind}-{self.said}",
            "mechanism": "test",
            "said_at_ms": at,
            "serial": self.serials[desk],
            **more,
        }
        source: Mapping[str, Any] = {"id": fields["id"], "from": desk, "type": str(kind)}
        return Statement(type=kind, sender=desk, body=given, source=source, **fields)

    def hear(self, statement: Statement, at: int, *, held: bool = False) -> str:
        try:
            self.outcomes.append(self.mechanism.hear(statement, at, held=held))
        except Exception:
            self.serials[statement.sender] -= 1
            raise
        return statement.id

    def notice(self, desk: str, given: NoticeBody, at: int, *to: str, **more: Any) -> str:
        return self.hear(self.statement(desk, StatementType.NOTICE, given, at, to=to, **more), at)

    def amend(self, desk: str, notice: str, at: int, *to: str, **changes: Any) -> str:
        given = AmendBody(notice, changes)
        return self.hear(self.statement(desk, StatementType.AMEND, given, at, to=to), at)

    def life(self, desk: str, kind: StatementType, notice: str, at: int, *to: str, **more: Any) -> str:
        return self.hear(self.statement(desk, kind, LifeBody(notice), at, to=to, **more), at)

    def ack(self, desk: str, about: str, at: int, level: AckLevel = AckLevel.PERSON, **more: Any) -> str:
        return self.hear(self.statement(desk, StatementType.ACK, AckBody(about, level), at, **more), at)

    def message(self, desk: str, at: int, *to: str, held: bool = False, **more: Any) -> str:
        given = MessageBody(text="hello")
        return self.hear(self.statement(desk, StatementType.MESSAGE, given, at, to=to, **more), at, held=held)

    def say(self, desk: str, kind: StatementType, given: Body, at: int, *to: str, **more: Any) -> str:
        """Any statement; its id."""
        return self.hear(self.statement(desk, kind, given, at, to=to, **more), at)

    def advance(self, to: int) -> Outcome:
        self.outcomes.append(self.mechanism.advance(to))
        return self.outcomes[-1]

    def deliver(self, desk: str, at: int) -> Outcome:
        self.outcomes.append(self.mechanism.deliver(desk, self.mechanism.index, at))
        return self.outcomes[-1]

    def deliver_all(self, at: int) -> None:
        for desk in self.mechanism.agreement.desk_by_id:
            self.deliver(desk, at)

    def open(self, code: str | None = None) -> list[Alert]:
        return [a for a in self.mechanism.alerts(open_only=True) if code in (None, a.code)]

    def raised(self, code: str | None = None) -> list[Alert]:
        """Every alert that was raised, as it was at that moment."""
        return [alert for what, alert in self.told() if what is What.RAISED and code in (None, alert.code)]

    def told(self) -> list[tuple[What, Alert]]:
        return [
            (change.what, change.thing)
            for outcome in self.outcomes
            for change in outcome.changes
            if change.kind is ChangeKind.ALERT and isinstance(change.thing, Alert)
        ]
