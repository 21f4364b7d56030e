"""Where in the record each alert, obligation and STOP got where it did: the places that the other tables point to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from keepclear.report.subject import Subject
from keepclear.report.walk import Told, View, Walk


@dataclass(frozen=True, slots=True)
class Mark:
    """Something became of a thing: at this place of the record, told then, due then."""

    index: int
    told_ms: int
    told: Told


@dataclass(slots=True)
class Trail:
    """All that became of one thing, in order."""

    kind: str
    marks: list[Mark] = field(default_factory=list)

    @property
    def last(self) -> View:
        """The thing as last seen."""
        return self.marks[-1].told.shown

    def at(self, *what: str) -> Mark | None:
        """The first place at which one of these became of it."""
        return next((mark for mark in self.marks if mark.told.what in what), None)


def trails(walk: Walk, subject: Subject) -> dict[str, Trail]:
    """Every alert, obligation, STOP, notice and so on that belongs here, by id."""
    found: dict[str, Trail] = {}
    for step in walk.steps:
        for told in step.seen:
            if "id" in told.shown and subject.concerns(told):
                name = f"{told.kind} {told.shown['id']}"
                found.setdefault(name, Trail(told.kind)).marks.append(Mark(step.index, step.at_ms, told))
    return found


def of_kind(found: Mapping[str, Trail], kind: str) -> list[Trail]:
    """The trails of one kind, in the order in which they began."""
    return [trail for trail in found.values() if trail.kind == kind]


def repeated(found: Mapping[str, Trail]) -> dict[tuple[str, ...], list[Trail]]:
    """The last rungs of each STOP's ladder, which come again and again, by STOP and side: each in the order raised."""
    again: dict[tuple[str, ...], list[Trail]] = {}
    for trail in found.values():
        if trail.kind == "alert" and trail.last["code"] == "STOP_OVERDUE" and trail.last["detail"].get("rung") == "all":
            again.setdefault((*trail.last["about"], trail.last["detail"]["owing"]), []).append(trail)
    return again


def touches(trail: Trail, walk: Walk) -> bool:
    """Whether it was open, or anything became of it, within the period."""
    over = trail.at("cleared", "met", "lapsed")
    return over is None or over.told_ms >= walk.from_ms
