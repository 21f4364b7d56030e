"""The mechanism at work: what is heard, delivered and due goes in, what it changes comes out. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from keepclear.detection.index import PlanIndex, SimpleIndex
from keepclear.mechanism.accident import Accident
from keepclear.mechanism.accidents import hear_accident
from keepclear.mechanism.accounts import hear_account
from keepclear.mechanism.admission import admit, check_notice_body
from keepclear.mechanism.admission_common import check_desk, own_notice
from keepclear.mechanism.agreement import Agreement, AgreementInForce
from keepclear.mechanism.agreement_change import put_in_force, work_again
from keepclear.mechanism.agreement_succession import successor
from keepclear.mechanism.alert import Alert
from keepclear.mechanism.bodies import NoticeBody
from keepclear.mechanism.burden import Share, shares
from keepclear.mechanism.calls import hear_call
from keepclear.mechanism.codec import ledger_from_bytes, ledger_to_bytes
from keepclear.mechanism.deadlines import fire
from keepclear.mechanism.draft import alerts_of_draft
from keepclear.mechanism.grading import missing_for
from keepclear.mechanism.hearing import Apply, look_at_desk
from keepclear.mechanism.key import DeskKey
from keepclear.mechanism.keys import hear_key_enrol, hear_key_revoke, lost_by_mediator, retire_mediator_keys
from keepclear.mechanism.ledger import RULES_VERSION, Ledger
from keepclear.mechanism.life import hear_activate, hear_amend, hear_cancel, hear_complete, hear_notice
from keepclear.mechanism.line import hear_ack, hear_message
from keepclear.mechanism.line_test import LineFigures, LineTest
from keepclear.mechanism.line_tests import begin_rounds, hear_line_test, hear_line_test_reply
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.obligation import Obligation, ObligationState
from keepclear.mechanism.observation import Observation
from keepclear.mechanism.observing import hear_claim, hear_observe
from keepclear.mechanism.outcome import Heard, Outcome
from keepclear.mechanism.proposal import Proposal
from keepclear.mechanism.proposals import conflict_named_by
from keepclear.mechanism.receipts import delivered
from keepclear.mechanism.settlement import hear_answer, hear_propose
from keepclear.mechanism.statement import Statement, StatementType
from keepclear.mechanism.states import ProposalState
from keepclear.mechanism.stop import Stop
from keepclear.mechanism.stopping import hear_stop, hear_stop_reply, hear_stop_step
from keepclear.mechanism.suspending import hear_resume, hear_suspend
from keepclear.mechanism.suspension import Suspension
from keepclear.mechanism.watch import Watch
from keepclear.mechanism.watching import hear_sign_off, hear_sign_on
from keepclear.mechanism.ways_out import AskedWaysOut, WaysOut, ask_ways_out
from keepclear.mechanism.words import Mode

IndexFor = Callable[[Agreement], PlanIndex]
"""Makes an empty index for live notices under an agreement's rules: each agreement in force has one of its own."""

_HEARS: dict[StatementType, Callable[[Ledger, Statement], Apply]] = {
    StatementType.NOTICE: hear_notice,
    StatementType.AMEND: hear_amend,
    StatementType.CANCEL: hear_cancel,
    StatementType.ACTIVATE: hear_activate,
    StatementType.COMPLETE: hear_complete,
    StatementType.ACK: hear_ack,
    StatementType.MESSAGE: hear_message,
    StatementType.CALL: hear_call,
    StatementType.PROPOSE: hear_propose,
    StatementType.ACCEPT: hear_answer,
    StatementType.DECLINE: hear_answer,
    StatementType.STOP: hear_stop,
    StatementType.STOP_REPLY: hear_stop_reply,
    StatementType.UNITS_INFORMED: hear_stop_step,
    StatementType.CEASED: hear_stop_step,
    StatementType.OBSERVE: hear_observe,
    StatementType.CLAIM: hear_claim,
    StatementType.DISCLAIM: hear_claim,
    StatementType.LINE_TEST: hear_line_test,
    StatementType.LINE_TEST_REPLY: hear_line_test_reply,
    StatementType.ACCOUNT: hear_account,
    StatementType.ACCIDENT: hear_accident,
    StatementType.SUSPEND: hear_suspend,
    StatementType.RESUME: hear_resume,
    StatementType.SIGN_ON: hear_sign_on,
    StatementType.SIGN_OFF: hear_sign_off,
    StatementType.KEY_ENROL: hear_key_enrol,
    StatementType.KEY_REVOKE: hear_key_revoke,
}


class Mechanism:
    """One mechanism, from its first agreement on, which is entry 0 of the record.

    Every input bears the time it came; one before the last counts as at the last, for time never runs backwards.
    The answer does not depend on how often the clock is told: each deadline fires at its own time.
    """

    def __init__(self, agreement: Agreement, plans: IndexFor | None = None, rules: str = RULES_VERSION) -> None:
        self._plans = plans or simple_index
        self._ledger = Ledger(agreement, _indexes(agreement, self._plans), rules_version=rules)

    @property
    def rules(self) -> str:
        """The version of the rules by which the record is worked out: that which it was begun with."""
        return self._ledger.rules_version

    @property
    def agreement(self) -> Agreement:
        """What is agreed now."""
        return self._ledger.agreement

    @property
    def agreements(self) -> tuple[AgreementInForce, ...]:
        """Which agreement was in force from where in the record on; the last one is now."""
        return tuple(self._ledger.agreements)

    @property
    def index(self) -> int:
        """The last place taken in the record."""
        return self._ledger.index

    @property
    def now(self) -> int:
        """The time of the last input, in ms."""
        return self._ledger.now

    def hear(self, statement: Statement, at: int, *, held: bool = False) -> Outcome:
        """A statement is heard. ``held``: its desk kept it while its link was down, so its clock is not judged by it.

        Raises Refused or InvalidInput, and then nothing has changed. What was due until ``at`` comes first.
        """
        at = max(at, self._ledger.now)
        admit(self._ledger, statement, at)
        self._run_to(at)
        apply = _HEARS[statement.type](self._ledger, statement)
        apply()
        begin_rounds(self._ledger)
        look_at_desk(self._ledger, statement, held=held)
        self._run_to(at)
        return self._outcome(is_entry=True)

    def deliver(self, desk: str, through: int, at: int) -> Outcome:
        """The machine of ``desk`` has everything up to ``through``; beyond what there is, it has all there is."""
        check_desk(self._ledger, desk, "desk")
        self._run_to(max(at, self._ledger.now))
        delivered(self._ledger, desk, through)
        return self._changed()

    def advance(self, to: int) -> Outcome:
        """The clock is ``to``: everything due until then fires, each at its own time."""
        self._run_to(max(to, self._ledger.now))
        return self._changed()

    def amend_agreement(self, agreement: Agreement, at: int) -> Outcome:
        """``agreement`` is in force from ``at`` on, and every live notice is checked again under it.

        Raises Refused for a change that would leave somebody's notice or debt in the air, InvalidInput for an envelope
        that cannot be compared under it; then what was agreed is as it was. What was due until ``at`` comes first.
        """
        at = max(at, self._ledger.now)
        after = successor(self._ledger, agreement, at)
        self._run_to(at)
        put_in_force(self._ledger, work_again(self._ledger, after, _indexes(after, self._plans)))
        self._run_to(at)
        return self._outcome(is_entry=True)

    def retire_mediator_keys(self, reason: str, at: int) -> Outcome:
        """The mediator has lost its keys, and the host's operator retires them: its next first one needs its token.

        Raises Refused when it has none. What was due until ``at`` comes first.
        """
        lost = lost_by_mediator(self._ledger)
        self._run_to(max(at, self._ledger.now))
        retire_mediator_keys(self._ledger, lost, reason)
        return self._outcome(is_entry=True)

    def next_due(self) -> int | None:
        """When something may fall due next, in ms; None when nothing ever will unless something is heard."""
        return self._ledger.dues.next_ms()

    def preview(
        self, sender: str, body: NoticeBody, at: int, replaces: str | None = None, *, mode: Mode = Mode.LIVE
    ) -> tuple[Alert, ...]:
        """The alerts that would stand, for this desk to see, if it said this now; changes nothing.

        ``replaces``: as an amendment of that notice of its own. Raises InvalidInput or Refused as ``hear`` would.
        """
        check_desk(self._ledger, sender, "from")
        check_notice_body(self._ledger, sender, body)
        before = None if replaces is None else own_notice(self._ledger, sender, replaces, "replaces")
        return alerts_of_draft(self._ledger, sender, body, max(at, self._ledger.now), before, mode)

    def ask_ways_out(self, alert_id: str, desk: str, at: int) -> AskedWaysOut | None:
        """The question what would clear a conflict, with a copy of all that its answer hangs on: see ``ways_out``.

        It is quick to ask, and can be worked out while this mechanism goes on.
        """
        check_desk(self._ledger, desk, "desk")
        alert = self._ledger.alerts.get(alert_id)
        if alert is None:
            return None
        return ask_ways_out(self._ledger, alert, self.agreement.party_of(desk), max(at, self._ledger.now))

    def ways_out(self, alert_id: str, desk: str, at: int) -> WaysOut | None:
        """What would clear a conflict, for ``disclosure`` to show to ``desk``; None where no conflict has that id.

        A party's desk is given its own side, in steps as coarse as the agreement asks for; the mediator's both.
        """
        asked = self.ask_ways_out(alert_id, desk, at)
        return None if asked is None else asked.worked_out()

    def snapshot(self) -> bytes:
        """All that is known now, as bytes: the same state gives the same bytes."""
        return ledger_to_bytes(self._ledger)

    @classmethod
    def restore(
        cls,
        agreement: Agreement,
        data: bytes,
        plans: IndexFor | None = None,
        *,
        filled: PlanIndex | None = None,
    ) -> Mechanism:
        """The mechanism that ``snapshot`` described, under the agreement that was in force then.

        The indexes are built again from its live notices; ``filled`` is one that has those of mode ``live`` already.
        """
        mechanism = cls(agreement, plans)
        indexes = dict(mechanism._ledger.plans)
        if filled is not None:
            indexes[Mode.LIVE] = filled
        mechanism._ledger = ledger_from_bytes(data, agreement, indexes, filled=filled is not None)
        return mechanism

    @property
    def live_plans(self) -> PlanIndex:
        """The index of what is live, for whoever keeps it beside a snapshot; it is this mechanism's to change."""
        return self._ledger.plans[Mode.LIVE]

    def notices(self) -> list[Notice]:
        """Every notice, in the order heard."""
        return list(self._ledger.notices.values())

    def notice(self, notice_id: str) -> Notice | None:
        """One notice, by the id of its first statement."""
        return self._ledger.notices.get(notice_id)

    def alerts(self, *, open_only: bool = False) -> list[Alert]:
        """Every alert, in the order raised."""
        if open_only:
            return [self._ledger.alerts[name] for name in self._ledger.open_alerts.values()]
        return list(self._ledger.alerts.values())

    def alert(self, alert_id: str) -> Alert | None:
        """One alert."""
        return self._ledger.alerts.get(alert_id)

    def obligations(self, *, open_only: bool = False) -> list[Obligation]:
        """Every obligation, in the order owed."""
        held = self._ledger.obligations.values()
        return [row for row in held if not open_only or row.state is ObligationState.OPEN]

    def stops(self, *, open_only: bool = False) -> list[Stop]:
        """Every STOP, in the order heard."""
        return [row for row in self._ledger.stops.values() if row.is_open or not open_only]

    def accidents(self) -> list[Accident]:
        """Every accident declared, in the order heard."""
        return list(self._ledger.accidents.values())

    def observations(self) -> list[Observation]:
        """Every observation, in the order heard."""
        return list(self._ledger.observations.values())

    def proposals(self, *, open_only: bool = False) -> list[Proposal]:
        """Every proposal, in the order heard."""
        held = self._ledger.proposals.values()
        return [row for row in held if row.state is ProposalState.OPEN or not open_only]

    def shares(self, mode: Mode = Mode.LIVE) -> tuple[Share, ...]:
        """What each party has moved in all by accepted proposals, so that it can be shown that the burden is shared."""
        parties = [party.id for party in self.agreement.parties]
        return shares((row for row in self._ledger.proposals.values() if row.mode is mode), parties)

    def line_tests(self) -> list[LineTest]:
        """Every line test, in the order heard."""
        return list(self._ledger.line_tests.values())

    def line_figures(self) -> list[LineFigures]:
        """What the live line tests add up to, for each tester and tested side."""
        return list(self._ledger.line_figures.values())

    def suspensions(self) -> list[Suspension]:
        """Every suspension, ended or not, in the order heard."""
        return list(self._ledger.suspensions)

    def watch(self, desk: str) -> Watch:
        """Who is at a desk."""
        return self._ledger.watches.get(desk, Watch(desk))

    def desk_keys(self) -> list[DeskKey]:
        """Every desk's keys, retired ones too, in the order enrolled."""
        return list(self._ledger.keys.values())

    def key(self, kid: str) -> DeskKey | None:
        """One key by its name. May be asked from any thread; whether it speaks for its desk is found at hearing."""
        return self._ledger.keys.get(kid)

    def missing_for(self, notice: Notice) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Who is missing, and what of, before a notice is ready for its sender. See ``grading.missing_for``."""
        return missing_for(self._ledger, notice)

    def conversation(self, desk: str, about: str) -> list[str]:
        """The ids of the statements about something (a conflict by ``a~b`` or its alert), in the order heard.

        A statement that is asked about begins its own conversation; ``desk`` is who asks.
        """
        alert = conflict_named_by(self._ledger, desk, about)
        name = alert.id if alert is not None else about
        first = [name] if name in self._ledger.heard else []
        return [*first, *self._ledger.said_about.get(name, ())]

    def next_serial(self, desk: str) -> int:
        """The serial that a desk's next statement should bear."""
        held = self._ledger.serials.get(desk)
        return 1 if held is None else held.highest + 1

    def heard_at(self, statement_id: str) -> tuple[int, int] | None:
        """The place in the record and the time (ms) at which a statement was heard; None when it was not."""
        ref = self._ledger.heard.get(statement_id)
        return None if ref is None else (ref.index, ref.at_ms)

    def heard(self, statement_id: str, source: Mapping[str, Any], jws: str | None = None) -> Heard | None:
        """A statement's JSON from the record, with its place, for ``disclosure``; None when it was not heard.

        ``jws`` is the token that it came as, to be shown too.
        """
        ref = self._ledger.heard.get(statement_id)
        return None if ref is None else ref.with_source(statement_id, source, jws)

    def _run_to(self, at: int) -> None:
        ledger = self._ledger
        while (due := ledger.dues.take(at)) is not None:
            ledger.now = max(ledger.now, due.at_ms)
            fire(ledger, due)
        ledger.now = max(ledger.now, at)

    def _changed(self) -> Outcome:
        """The outcome of an input that has a place in the record only when it changed something."""
        is_entry = bool(self._ledger.changes)
        if is_entry:
            self._ledger.index += 1
        return self._outcome(is_entry=is_entry)

    def _outcome(self, *, is_entry: bool) -> Outcome:
        changes = tuple(self._ledger.changes)
        self._ledger.changes.clear()
        return Outcome(self._ledger.index, self._ledger.now, changes, is_entry)


def simple_index(agreement: Agreement) -> PlanIndex:
    """An empty index of plain arrays under an agreement's rules."""
    return SimpleIndex(agreement.separations, agreement.heights)


def _indexes(agreement: Agreement, plans: IndexFor) -> dict[Mode, PlanIndex]:
    """One index a mode: exercise and live never meet."""
    return {Mode.LIVE: plans(agreement), Mode.EXERCISE: simple_index(agreement)}
