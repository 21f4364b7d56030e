"""All that a mechanism knows at one moment. Only this room's own functions write in it; everything in it is worked out
from the record, and comes out the same whenever the record is played again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from keepclear.detection.index import PlanIndex
from keepclear.mechanism.agreement import Agreement, AgreementInForce
from keepclear.mechanism.alert import Alert
from keepclear.mechanism.checks.serials import Serials
from keepclear.mechanism.dues import Dues
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.obligation import Obligation
from keepclear.mechanism.outcome import Change, ChangeKind, Heard, Thing, What
from keepclear.mechanism.statement import StatementType
from keepclear.mechanism.words import MEDIATOR_DESK, Mode

Cause = tuple[str, ...]
"""An alert's code and key: one open alert a cause."""


@dataclass(frozen=True, slots=True)
class HeardRef:
    """What is kept of a statement that was heard; the whole of it is in the record, at ``index``.

    ``notice`` and ``version`` are of the notice it made or changed; ``reached`` the parties (or mediator's desk) it was
    addressed to; ``about_party`` see :class:`~keepclear.mechanism.outcome.Heard`.
    """

    index: int
    at_ms: int
    type: StatementType
    sender: str
    reached: tuple[str, ...]
    mode: Mode
    about_party: str | None = None
    notice: str | None = None
    version: int = 0

    def with_source(self, statement_id: str, source: Mapping[str, Any]) -> Heard:
        """The statement as disclosure judges and shows it, given its JSON from the record."""
        return Heard(
            statement_id, self.type, self.sender, self.reached, source, self.index, self.at_ms, self.about_party
        )


@dataclass
class Ledger:
    """The state. Dicts keep the order in which things came, so that walking them is the same on every machine."""

    agreement: Agreement
    plans: Mapping[Mode, PlanIndex]
    now: int = 0
    index: int = 0
    alerts_raised: int = 0
    heard: dict[str, HeardRef] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    live: dict[str, None] = field(default_factory=dict)
    """Notices whose checks still run: heard or active, and not past their end."""
    alerts: dict[str, Alert] = field(default_factory=dict)
    open_alerts: dict[Cause, str] = field(default_factory=dict)
    open_about: dict[str, dict[Cause, None]] = field(default_factory=dict)
    """Open causes by each id they are about."""
    obligations: dict[str, Obligation] = field(default_factory=dict)
    open_acks: dict[str, dict[str, str]] = field(default_factory=dict)
    """Notice → owing → the open obligation."""
    undelivered: dict[str, dict[str, str]] = field(default_factory=dict)
    """Desk → statement → notice: addressed to the desk, and its machine has not said that it has it."""
    awaited: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    """Notice → addressee → statements that the addressee has not got."""
    serials: dict[str, Serials] = field(default_factory=dict)
    forces_met: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Live notice → third forces whose area it meets."""
    covering: dict[str, dict[str, None]] = field(default_factory=dict)
    """Third force → live notices that name it in ``covers``."""
    dues: Dues = field(default_factory=Dues)
    changes: list[Change] = field(default_factory=list)
    agreements: list[AgreementInForce] = field(default_factory=lambda: [AgreementInForce()])
    """Which agreement was in force from where in the record on; the last one is now."""

    def note(self, kind: ChangeKind, what: What, thing: Thing) -> None:
        """Adds a change, at the time it is now."""
        self.changes.append(Change(kind, what, self.now, thing))

    def put_notice(self, notice: Notice) -> None:
        """Keeps the notice as it is now, and says so."""
        self.notices[notice.id] = notice
        self.note(ChangeKind.NOTICE, What.CHANGED, notice)

    def put_obligation(self, obligation: Obligation, what: What) -> None:
        """Keeps the obligation as it is now, and says what became of it."""
        self.obligations[obligation.id] = obligation
        self.note(ChangeKind.OBLIGATION, what, obligation)

    def side_of(self, desk: str) -> str:
        """The party that a desk acts for, or the mediator's desk itself."""
        return self.agreement.party_of(desk) or MEDIATOR_DESK
