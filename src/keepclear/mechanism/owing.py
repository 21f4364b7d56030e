"""What is owed: begun, met, owed no more. Each obligation has an id that is worked out from what it is."""

from __future__ import annotations

from dataclasses import replace

from keepclear.mechanism.dues import DueKind
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.obligation import Obligation, ObligationKind, ObligationState
from keepclear.mechanism.outcome import What
from keepclear.mechanism.words import Mode, Precedence

_DUE: dict[ObligationKind, DueKind] = {
    ObligationKind.ACK: DueKind.ACK,
    ObligationKind.READ_BACK: DueKind.READ_BACK,
    ObligationKind.DISSEMINATION: DueKind.DISSEMINATION,
    ObligationKind.LINE_TEST_REPLY: DueKind.LINE_TEST,
}
"""What falls due with an obligation; the others have clocks of their own."""


def obligation_id(kind: ObligationKind, about: str, owing: str) -> str:
    """The id of what a side owes about a statement."""
    return f"{kind}:{about}:{owing}"


def owe(
    ledger: Ledger,
    kind: ObligationKind,
    owing: str,
    *,
    to_party: str | None,
    subject: str,
    about: str,
    precedence: Precedence,
    mode: Mode,
    due_at_ms: int,
) -> Obligation:
    """``owing`` owes something from now on, by ``due_at_ms``; its deadline is set."""
    obligation = Obligation(
        id=obligation_id(kind, about, owing),
        kind=kind,
        owing=owing,
        to_party=to_party,
        subject=subject,
        about=about,
        precedence=precedence,
        mode=mode,
        owed_at_ms=ledger.now,
        due_at_ms=due_at_ms,
    )
    ledger.put_obligation(obligation, What.OWED)
    if kind in _DUE:
        ledger.dues.put(due_at_ms, _DUE[kind], obligation.id)
    return obligation


def owed(ledger: Ledger, kind: ObligationKind, about: str, owing: str) -> Obligation | None:
    """What a side still owes about a statement; None when nothing of the kind is open."""
    found = ledger.obligations.get(obligation_id(kind, about, owing))
    return found if found is not None and found.state is ObligationState.OPEN else None


def meet(ledger: Ledger, kind: ObligationKind, about: str, owing: str) -> Obligation | None:
    """It was done; returns what was open, if anything was."""
    found = owed(ledger, kind, about, owing)
    if found is not None:
        met = replace(found, state=ObligationState.MET, met_at_ms=ledger.now)
        ledger.put_obligation(met, What.MET)
    return found


def lapse(ledger: Ledger, kind: ObligationKind, about: str, owing: str) -> None:
    """It is owed no more."""
    found = owed(ledger, kind, about, owing)
    if found is not None:
        ledger.put_obligation(replace(found, state=ObligationState.LAPSED), What.LAPSED)
