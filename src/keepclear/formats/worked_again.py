"""A record worked out again by whoever doubts its host, to see that every alert and verdict follows.

The statements and the times at which they were heard go through the mechanism as they did then. At each entry the hash
of what follows now is compared with the one that the host put there before it signed the entry into its tree.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from keepclear.errors import KeepclearError
from keepclear.formats.entry import Entry, entry_from_bytes
from keepclear.formats.entry_input import as_input
from keepclear.formats.findings import canonical_findings, digest_of, findings
from keepclear.mechanism import play
from keepclear.mechanism.core import IndexFor, Mechanism
from keepclear.mechanism.outcome import Outcome

Kept = tuple[int, bytes, Sequence[dict[str, Any]] | None]
"""An entry's place, its bytes, and what the host says was worked out there, where it says more than the hash."""

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """The first entry of which something else follows: what the record says, and what is worked out now."""

    index: int
    recorded: str
    now: str


@dataclass(frozen=True, slots=True)
class WorkedAgain:
    """What came of it: entries played, how many of them say what followed, alerts raised, and the first difference."""

    played: int
    compared: int
    alerts: int
    difference: Difference | None


def work_again(
    entries: Iterable[Kept], plans: IndexFor | None = None, progress: Callable[[int], None] = lambda _: None
) -> WorkedAgain:
    """A whole record, from entry 0, played until something differs. ``plans``: as for ``Mechanism``."""
    mechanism: Mechanism | None = None
    played = compared = 0
    for index, data, told in entries:
        try:
            entry = entry_from_bytes(data)
            if mechanism is None:
                mechanism = _begun(entry, plans)
                outcome = None
            else:
                outcome = play.step(mechanism, as_input(entry, mechanism.agreement))
        except KeepclearError as error:
            return _ended(mechanism, played, compared, Difference(index, "the entry was taken", f"refused: {error}"))
        except Exception as error:  # whatever a record holds: it is not this program's to fail on
            now = f"it cannot be played ({type(error).__name__}: {error})"
            return _ended(mechanism, played, compared, Difference(index, "the entry was taken", now))
        found = _difference(index, entry, told, outcome)
        if found is not None:
            return _ended(mechanism, played, compared, found)
        played += 1
        compared += entry.worked_out is not None
        progress(played)
    return _ended(mechanism, played, compared, None)


def _begun(entry: Entry, plans: IndexFor | None) -> Mechanism:
    if entry.agreement is None:
        message = f"the record begins with a {entry.kind}, and not with an agreement"
        raise KeepclearError(message)
    return Mechanism(entry.agreement, plans, entry.rules)


def _ended(mechanism: Mechanism | None, played: int, compared: int, found: Difference | None) -> WorkedAgain:
    return WorkedAgain(played, compared, 0 if mechanism is None else len(mechanism.alerts()), found)


def _difference(
    index: int, entry: Entry, told: Sequence[dict[str, Any]] | None, outcome: Outcome | None
) -> Difference | None:
    """How the record and what follows now differ at an entry; None where they do not."""
    now = [] if outcome is None else findings(outcome)
    if outcome is not None and (not outcome.is_entry or outcome.index != index):
        return Difference(index, "the entry changed something", "nothing changes there, so that it would be no entry")
    digest = digest_of(canonical_findings(now))
    if entry.worked_out in (None, digest):
        return None
    if told is None:
        return Difference(index, f"the hash {entry.worked_out}", f"{_told(now)} (hash {digest})")
    gone, come = _without(told, now), _without(now, told)
    return Difference(index, _told(gone) if gone else "no more than now", _told(come) if come else "no more than that")


def _without(some: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in some if one not in others]


def _told(found: Sequence[dict[str, Any]]) -> str:
    """Findings in words: what became of which alert, for whom."""
    if not found:
        return "nothing worked out"
    words = [
        f"{one.get('code')} {one.get('what')} as {one.get('severity')} for {', '.join(map(str, one.get('to') or ()))}"
        f" about {', '.join(map(str, one.get('about') or ()))}: {json.dumps(one, sort_keys=True)}"
        for one in found[:SHOWN]
    ]
    return "; ".join(words) + (f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else "")
