"""Accounts side by side: what each side says of each fact, last given first to be read, contradictions marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from keepclear.mechanism.words import MEDIATOR_DESK
from keepclear.report.document import Cell, Column, Row, Table, cell
from keepclear.report.marks import Trail, of_kind
from keepclear.report.sentences import free_value
from keepclear.report.walk import View, Walk
from keepclear.report.writing import Clock, harmless, quoted

NOT_SAID = "nothing said of it"


@dataclass(slots=True)
class Incident:
    """What was said of one incident in one mode: fact → side → what it said, each time with its place and time."""

    label: str
    mode: str
    facts: dict[str, dict[str, list[tuple[Any, int, int]]]] = field(default_factory=dict)
    sides: dict[str, None] = field(default_factory=dict)


def incidents(walk: Walk, found: Mapping[str, Trail]) -> list[Incident]:
    """Every incident of which an account belongs here."""
    made: dict[tuple[str, str], Incident] = {}
    for trail in of_kind(found, "statement"):
        said = trail.last
        if said["type"] != "account":
            continue
        key = said["body"]["incident"], said.get("mode", "live")
        incident = made.setdefault(key, Incident(*key))
        side = walk.agreement.party_of(said["from"]) or MEDIATOR_DESK
        incident.sides[side] = None
        for fact, value in said["body"]["facts"].items():
            given = incident.facts.setdefault(fact, {}).setdefault(side, [])
            given.append((value, trail.marks[0].index, trail.marks[0].told_ms))
    return list(made.values())


def account_tables(walk: Walk, found: Mapping[str, Trail], clock: Clock) -> Iterator[Table]:
    """A table an incident: a row a fact, a column a side, and what was found of them."""
    alerts = [trail for trail in of_kind(found, "alert") if trail.last["code"] == "CONTRADICTION"]
    for incident in incidents(walk, found):
        width = 58 / len(incident.sides)
        sides = [Column(walk.agreement.party_name(None if side == MEDIATOR_DESK else side), width)
                 for side in incident.sides]  # fmt: skip
        columns = (Column("Fact", 16), *sides, Column("Do they agree?", 26))
        rows = tuple(_row(incident, fact, alerts, clock) for fact in incident.facts)
        exercise = "EXERCISE: " if incident.mode == "exercise" else ""
        yield Table(f"{exercise}Accounts of {quoted(incident.label)}, as given", columns, rows)


def _row(incident: Incident, fact: str, alerts: list[Trail], clock: Clock) -> Row:
    given = incident.facts[fact]
    cells = [Cell(_said(given.get(side, []), clock)) for side in incident.sides]
    verdict = _verdict(incident, fact, alerts, clock)
    look = "marked" if verdict and verdict[0].startswith("CONTRADICT") else ""
    if not verdict:
        verdict = ("one account alone",) if len(given) < 2 else ("no contradiction was found",)
    return Row((cell(harmless(fact)), *cells, Cell(verdict)), look)


def _said(given: list[tuple[Any, int, int]], clock: Clock) -> tuple[str, ...]:
    """The last first; what it replaced after it."""
    if not given:
        return (NOT_SAID,)
    lines = []
    for place, (value, index, at_ms) in enumerate(reversed(given)):
        earlier = "" if place == 0 else "before that: "
        lines.append(f"{earlier}{free_value(value)} ({clock.time(at_ms)}, no. {index})")
    return tuple(lines)


def _verdict(incident: Incident, fact: str, alerts: list[Trail], clock: Clock) -> tuple[str, ...]:
    """What the mechanism found of the accounts, newest first."""
    lines = []
    for trail in reversed(alerts):
        detail: View = trail.last["detail"]
        mine = detail.get("incident") == incident.label and trail.last["mode"] == incident.mode
        if not mine or detail.get("fact") != fact:
            continue
        first, over = trail.marks[0], trail.at("cleared")
        found = f"found {clock.time(first.told_ms)} (no. {first.index})"
        if over is None:
            lines.append(f"CONTRADICTION, {found}")
        else:
            why = harmless(over.told.shown["cleared_why"])
            lines.append(f"contradiction {found}, over {clock.time(over.told_ms)} (no. {over.index}): {why}")
    return tuple(lines)
