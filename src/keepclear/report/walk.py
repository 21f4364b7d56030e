"""A record played for an inquiry: at each place, what each desk was shown, through the one function of disclosure.

Whoever a dossier is for sees through here and nowhere else: a page that is made of ``Step`` alone can show a party
nothing that its desks were not shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from keepclear.errors import RecordDamaged
from keepclear.formats.entry import Entry
from keepclear.formats.entry_input import as_input
from keepclear.formats.findings import worked_out
from keepclear.mechanism import play
from keepclear.mechanism.agreement import Agreement, AgreementInForce
from keepclear.mechanism.alert import Alert
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.disclosure import view
from keepclear.mechanism.key import DeskKey
from keepclear.mechanism.outcome import Change, Outcome, Thing
from keepclear.mechanism.suspension import Suspension
from keepclear.mechanism.watch import Watch
from keepclear.mechanism.words import MEDIATOR_DESK
from keepclear.report.source import Record

View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """One change as it was shown: its kind, what became of it and when, the thing as it then was, and as it was before.

    ``before`` is None where it was not there before, or could not be seen.
    """

    kind: str
    what: str
    at_ms: int
    shown: View
    before: View | None


@dataclass(frozen=True, slots=True)
class Step:
    """One place in the record, as far as the viewer may see it.

    ``seen`` is what the viewer was shown; ``by_desk`` what each of the viewer's desks was (of the whole record: every
    desk), where the step is in the period. ``delivered`` is the desk whose machine reported, and through where.
    """

    index: int
    at_ms: int
    kind: str
    speaker: str | None
    seen: tuple[Told, ...]
    by_desk: dict[str, tuple[Told, ...]] = field(default_factory=dict)
    delivered: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """A record as its viewer saw it up to the end of the period."""

    record: Record
    party: str | None
    """Whose view it is; None: the mediator's, which is all of it."""
    from_ms: int
    to_ms: int
    first: Agreement
    agreement: Agreement
    """What was agreed at the beginning of the record, and at the end of the period."""
    rules: str
    began_ms: int
    played: int
    """How many entries were played."""
    compared: int
    """How many of them say what was worked out then, which is what is worked out now."""
    steps: list[Step]

    def in_period(self) -> Iterator[Step]:
        """The steps within the period."""
        return (step for step in self.steps if self.from_ms <= step.at_ms < self.to_ms)


def walk(record: Record, from_ms: int, to_ms: int, party: str | None) -> Walk:
    """Plays the record up to ``to_ms``. ``RecordDamaged`` where an entry cannot be played by these rules."""
    first = record.entry(0)
    if first.agreement is None:
        message = f"record of «{record.name}», entry 0: there should be an agreement"
        raise RecordDamaged(message)
    mechanism = Mechanism(first.agreement, rules=first.rules)
    walker = _Walker(mechanism, party, range(from_ms, to_ms))
    played = compared = 1
    for index in range(1, len(record.kept)):
        entry = record.entry(index)
        if entry.at >= to_ms:
            break
        walker.take(_played(record, mechanism, index, entry), entry)
        played += 1
        compared += entry.worked_out is not None
    return Walk(
        record=record,
        party=party,
        from_ms=from_ms,
        to_ms=to_ms,
        first=first.agreement,
        agreement=mechanism.agreement,
        rules=mechanism.rules,
        began_ms=first.at,
        played=played,
        compared=compared,
        steps=walker.steps,
    )


def _played(record: Record, mechanism: Mechanism, index: int, entry: Entry) -> Outcome:
    try:
        outcome = play.step(mechanism, as_input(entry, mechanism.agreement))
    except Exception as error:
        message = (
            f"record of «{record.name}», entry {index}: it cannot be played ({error}); was it written by other rules?"
        )
        raise RecordDamaged(message) from error
    if not outcome.is_entry or outcome.index != index:
        message = (
            f"record of «{record.name}», entry {index}: played again it changes nothing; was it written by other rules?"
        )
        raise RecordDamaged(message)
    if entry.worked_out not in (None, worked_out(outcome)):
        message = (
            f"record of «{record.name}», entry {index}: other alerts follow now than the record says followed then"
        )
        raise RecordDamaged(message + "; «keepclear verify --recompute» shows both")
    return outcome


class _Walker:
    def __init__(self, mechanism: Mechanism, party: str | None, period: range) -> None:
        self._mechanism = mechanism
        self._party = party
        self._period = period
        self._last: dict[tuple[str, str], Thing] = {}
        self.steps: list[Step] = []

    def take(self, outcome: Outcome, entry: Entry) -> None:
        """One step, if the viewer may see anything of it."""
        looks = [_Look(self._mechanism, change, self._before(change)) for change in outcome.changes]
        desks = self._desks()
        viewers = desks if self._party is not None else (MEDIATOR_DESK,)
        seen = tuple(told for look in looks if (told := look.by_any(viewers)) is not None)
        by_desk = {}
        if outcome.at_ms in self._period:
            shown = ((desk, tuple(look.by(desk) for look in looks)) for desk in desks)
            by_desk = {desk: kept for desk, all_told in shown if (kept := tuple(t for t in all_told if t is not None))}
        delivered = None
        if entry.desk is not None and entry.through is not None and entry.desk in desks:
            delivered = entry.desk, entry.through
        if seen or by_desk or delivered:
            speaker = next((told.shown["from"] for told in seen if told.kind == "statement"), None)
            step = Step(outcome.index, outcome.at_ms, entry.kind, speaker, seen, by_desk, delivered)
            self.steps.append(step)

    def _desks(self) -> tuple[str, ...]:
        agreement = self._mechanism.agreement
        if self._party is None:
            return tuple(sorted(agreement.desk_by_id))
        return agreement.desks_of.get(self._party, ())

    def _before(self, change: Change) -> Thing | None:
        key = str(change.kind), _name(change.thing)
        before = self._last.get(key)
        self._last[key] = change.thing
        return before


class _Look:
    """One change as any desk may see it. A party sees as one, save alerts, which go to the desks they are for (see
    ``disclosure``): so disclosure is asked once for each party, and of an alert once more for those it is not for.
    """

    def __init__(self, mechanism: Mechanism, change: Change, before: Thing | None) -> None:
        self._mechanism = mechanism
        self._change = change
        self._before = before
        self._known: dict[tuple[str | None, bool], Told | None] = {}

    def by(self, desk: str) -> Told | None:
        """As this desk was shown it; None where it was not."""
        thing = self._change.thing
        key = self._mechanism.agreement.party_of(desk), isinstance(thing, Alert) and desk in thing.to
        if key not in self._known:
            self._known[key] = self._told(desk)
        return self._known[key]

    def by_any(self, desks: Sequence[str]) -> Told | None:
        """As the first of these desks that was shown it."""
        return next((told for desk in desks if (told := self.by(desk)) is not None), None)

    def _told(self, desk: str) -> Told | None:
        change, kind = self._change, str(self._change.kind)
        shown = view(self._mechanism, desk, change)
        if shown is None:
            return None
        old = None if self._before is None else view(self._mechanism, desk, self._before)
        return Told(kind, str(change.what), change.at_ms, shown[kind], old)


def _name(thing: Thing) -> str:
    """What tells a thing from others of its kind."""
    match thing:
        case Watch():
            return thing.desk
        case DeskKey():
            return f"{thing.desk} {thing.kid}"
        case Suspension():
            return f"{thing.by} {thing.since_ms}"
        case AgreementInForce():
            return "agreement"
        case _:
            return thing.id
