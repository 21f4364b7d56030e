"""All that a mechanism knows at one moment. Only this room's own functions write in it; everything in it is worked out
from the record, and comes out the same whenever the record is played again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from keepclear.detection.index import PlanIndex
from keepclear.mechanism.accident import Accident
from keepclear.mechanism.account import Account
from keepclear.mechanism.agreement import Agreement, AgreementInForce
from keepclear.mechanism.alert import Alert
from keepclear.mechanism.announced import Announced
from keepclear.mechanism.checks.serials import Serials
from keepclear.mechanism.dues import Dues
from keepclear.mechanism.key import DeskKey
from keepclear.mechanism.line_test import LineFigures, LineTest
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.obligation import Obligation, ObligationState
from keepclear.mechanism.observation import Observation
from keepclear.mechanism.outcome import Change, ChangeKind, Heard, Thing, What
from keepclear.mechanism.proposal import Proposal
from keepclear.mechanism.statement import StatementType
from keepclear.mechanism.states import ProposalState
from keepclear.mechanism.stop import Stop
from keepclear.mechanism.suspension import Suspension
from keepclear.mechanism.watch import Watch
from keepclear.mechanism.words import MEDIATOR_DESK, Mode

FIRST_RULES = "1"
"""The rules that knew no read-back, dissemination or understanding: a record begun with them is worked out so still."""

RULES_VERSION = "2"
"""The version of the rules that works a record out; a change that would alter an old answer gets a new one."""

Cause = tuple[str, ...]
"""An alert's code and key: one open alert a cause."""


@dataclass(frozen=True, slots=True)
class HeardRef:
    """What is kept of a statement that was heard; the whole of it is in the record, at ``index``.

    ``notice`` and ``version`` are of the notice it made or changed; ``reached`` the parties (or mediator's desk) it was
    addressed to; ``about`` the ids that it is about (of a conversation); ``about_party`` see
    :class:`~keepclear.mechanism.outcome.Heard`.
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
    about: tuple[str, ...] = ()
    signed_by: str | None = None

    def with_source(self, statement_id: str, source: Mapping[str, Any], jws: str | None = None) -> Heard:
        """The statement as disclosure judges and shows it, given its JSON from the record, and the token it came as."""
        return Heard(
            statement_id,
            self.type,
            self.sender,
            self.reached,
            source,
            self.index,
            self.at_ms,
            self.about_party,
            self.signed_by,
            jws,
        )


@dataclass
class Ledger:
    """The state. Dicts keep the order in which things came, so that walking them is the same on every machine."""

    agreement: Agreement
    plans: Mapping[Mode, PlanIndex]
    now: int = 0
    index: int = 0
    alerts_raised: int = 0
    rules_version: str = RULES_VERSION
    heard: dict[str, HeardRef] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    live: dict[str, None] = field(default_factory=dict)
    """Notices whose checks still run: heard or active, and not past their end."""
    alerts: dict[str, Alert] = field(default_factory=dict)
    open_alerts: dict[Cause, str] = field(default_factory=dict)
    open_about: dict[str, dict[Cause, None]] = field(default_factory=dict)
    """Open causes by each id they are about."""
    obligations: dict[str, Obligation] = field(default_factory=dict)
    owed_about: dict[str, dict[str, None]] = field(default_factory=dict)
    """Subject → its open obligations."""
    undelivered: dict[str, dict[str, str]] = field(default_factory=dict)
    """Desk → statement → what it announced: addressed to the desk, whose machine has not said that it has it."""
    awaited: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    """What was announced → addressee → statements that the addressee has not got."""
    stops: dict[str, Stop] = field(default_factory=dict)
    accidents: dict[str, Accident] = field(default_factory=dict)
    observations: dict[str, Observation] = field(default_factory=dict)
    line_tests: dict[str, LineTest] = field(default_factory=dict)
    line_figures: dict[str, LineFigures] = field(default_factory=dict)
    """``tester>tested`` → what the live tests between them add up to."""
    line_round_ms: int | None = None
    """When the present round of scheduled line tests began."""
    proposals: dict[str, Proposal] = field(default_factory=dict)
    open_proposals: dict[str, dict[str, None]] = field(default_factory=dict)
    """Notice → open proposals about a conflict of it."""
    accounts: dict[str, dict[str, Account]] = field(default_factory=dict)
    """Incident, with its mode → party → what it says."""
    unanswered_calls: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """``caller>called`` (sides) → when calls went unanswered, since the last that was answered."""
    suspensions: list[Suspension] = field(default_factory=list)
    watches: dict[str, Watch] = field(default_factory=dict)
    keys: Mapping[str, DeskKey] = field(default_factory=dict)
    """Name → key, in the order enrolled, retired ones too. Never changed but replaced, so any thread may read it."""
    said_about: dict[str, list[str]] = field(default_factory=dict)
    """Id → statements about it, in order: a conversation."""
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

    def announced(self, subject: str) -> Announced | None:
        """The notice, STOP or accident of that id."""
        return self.notices.get(subject) or self.stops.get(subject) or self.accidents.get(subject)

    def put_announced(self, announced: Announced) -> None:
        """Keeps the notice, STOP or accident as it is now, and says so."""
        match announced:
            case Notice():
                self.put_notice(announced)
            case Stop():
                self.stops[announced.id] = announced
                self.note(ChangeKind.STOP, What.CHANGED, announced)
            case Accident():
                self.accidents[announced.id] = announced
                self.note(ChangeKind.ACCIDENT, What.CHANGED, announced)

    def put_observation(self, observation: Observation) -> None:
        """Keeps the observation as it is now, and says so."""
        self.observations[observation.id] = observation
        self.note(ChangeKind.OBSERVATION, What.CHANGED, observation)

    def put_line_test(self, test: LineTest) -> None:
        """Keeps the line test as it is now, and says so."""
        self.line_tests[test.id] = test
        self.note(ChangeKind.LINE_TEST, What.CHANGED, test)

    def put_proposal(self, proposal: Proposal) -> None:
        """Keeps the proposal as it is now, and says so."""
        self.proposals[proposal.id] = proposal
        for notice in proposal.notices:
            held = self.open_proposals.setdefault(notice, {})
            if proposal.state is ProposalState.OPEN:
                held[proposal.id] = None
            else:
                held.pop(proposal.id, None)
            if not held:
                del self.open_proposals[notice]
        self.note(ChangeKind.PROPOSAL, What.CHANGED, proposal)

    def put_watch(self, watch: Watch) -> None:
        """Keeps who is at a desk now, and says so."""
        self.watches[watch.desk] = watch
        self.note(ChangeKind.WATCH, What.CHANGED, watch)

    def put_key(self, key: DeskKey) -> None:
        """Keeps the key as it is now, and says so."""
        self.keys = {**self.keys, key.kid: key}
        self.note(ChangeKind.KEY, What.CHANGED, key)

    def suspended(self, mode: Mode) -> Suspension | None:
        """The first suspension of this mode that still stands."""
        return next((row for row in self.suspensions if row.mode is mode and row.ended_at_ms is None), None)

    def put_obligation(self, obligation: Obligation, what: What) -> None:
        """Keeps the obligation as it is now, and says what became of it."""
        self.obligations[obligation.id] = obligation
        held = self.owed_about.setdefault(obligation.subject, {})
        if obligation.state is ObligationState.OPEN:
            held[obligation.id] = None
        else:
            held.pop(obligation.id, None)
        if not held:
            del self.owed_about[obligation.subject]
        self.note(ChangeKind.OBLIGATION, what, obligation)

    def side_of(self, desk: str) -> str:
        """The party that a desk acts for, or the mediator's desk itself."""
        return self.agreement.party_of(desk) or MEDIATOR_DESK
