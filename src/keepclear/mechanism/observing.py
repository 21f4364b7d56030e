"""Observations: something seen where it should not be, and whose it is said to be."""

from __future__ import annotations

from dataclasses import replace

from keepclear.mechanism.admission_common import reached_by
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.alert_book import clear, raise_or_keep
from keepclear.mechanism.bodies import ClaimBody, ObserveBody
from keepclear.mechanism.checks.observation import explains, unclaimed_object, unnotified_entry, zones_entered
from keepclear.mechanism.dues import DueKind
from keepclear.mechanism.hearing import Apply, place_in_record
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.obligation import ObligationKind
from keepclear.mechanism.observation import Answer, Observation
from keepclear.mechanism.owing import lapse, meet, owe
from keepclear.mechanism.statement import Statement, StatementType
from keepclear.mechanism.words import MEDIATOR_DESK

MINUTE_MS = 60_000


def hear_observe(ledger: Ledger, statement: Statement) -> Apply:
    """Something was seen. Raises InvalidInput for an altitude that the rules cannot compare."""
    assert isinstance(statement.body, ObserveBody)  # noqa: S101  # admission has compared body and type
    seen_ms = min(statement.said_at_ms, ledger.now)
    observation = Observation(
        id=statement.id,
        sender=statement.sender,
        party=ledger.agreement.party_of(statement.sender),
        mode=statement.mode,
        body=statement.body,
        heard_at_ms=ledger.now,
        seen_at_ms=seen_ms,
        reached=reached_by(ledger, statement),
        zones=zones_entered(ledger.agreement, statement.body, seen_ms),
    )
    explained = any(explains(ledger.agreement, ledger.notices[name], observation) for name in ledger.live)

    def apply() -> None:
        place_in_record(ledger, statement, about_party=observation.party)
        ledger.put_observation(observation)
        if observation.zones and not explained:
            raise_or_keep(ledger, unnotified_entry(ledger.agreement, observation), observation.mode)
        due = ledger.now + round(ledger.agreement.rules.claim_min * MINUTE_MS)
        ledger.dues.put(due, DueKind.CLAIM, observation.id)
        for side in asked(observation):
            owe(
                ledger,
                ObligationKind.CLAIM,
                side,
                to_party=observation.party,
                subject=observation.id,
                about=observation.id,
                precedence=statement.precedence,
                mode=observation.mode,
                due_at_ms=due,
            )

    return apply


def hear_claim(ledger: Ledger, statement: Statement) -> Apply:
    """A party says that it is theirs, or that it is not."""
    assert isinstance(statement.body, ClaimBody)  # noqa: S101  # admission has compared body and type
    observation = ledger.observations[statement.body.observation]
    desk, side = statement.sender, ledger.side_of(statement.sender)
    answer = Answer(side, statement.type is StatementType.CLAIM, desk, ledger.now)

    def apply() -> None:
        place_in_record(ledger, statement, about_party=observation.party)
        others = tuple(row for row in observation.answers if row.party != side)
        ledger.put_observation(replace(observation, answers=(*others, answer)))
        meet(ledger, ObligationKind.CLAIM, observation.id, side)
        if answer.is_ours:
            _claimed(ledger, observation, f"{ledger.agreement.party_name(side)} says that it is theirs.")
        else:
            _overdue(ledger, ledger.observations[observation.id])

    return apply


def claim_due(ledger: Ledger, observation: Observation) -> None:
    """The time to claim is over: alerted, once, if nobody has."""
    _overdue(ledger, observation)


def explain(ledger: Ledger, notice: Notice) -> None:
    """A notice, or a new version, explains what was seen where nothing was announced: that alert clears."""
    for observation in ledger.observations.values():
        cause = (AlertCode.UNNOTIFIED_ENTRY, observation.id)
        if cause in ledger.open_alerts and explains(ledger.agreement, notice, observation):
            clear(ledger, cause, f"{notice.called} explains it.")


def asked(observation: Observation) -> tuple[str, ...]:
    """The parties that are asked whose it is: those the observation was addressed to."""
    return tuple(side for side in observation.reached if side not in (MEDIATOR_DESK, observation.party))


def _overdue(ledger: Ledger, observation: Observation) -> None:
    due = observation.heard_at_ms + round(ledger.agreement.rules.claim_min * MINUTE_MS)
    if not observation.claimed_by and due <= ledger.now:
        raise_or_keep(ledger, unclaimed_object(ledger.agreement, observation), observation.mode)


def _claimed(ledger: Ledger, observation: Observation, why: str) -> None:
    for side in asked(observation):
        lapse(ledger, ObligationKind.CLAIM, observation.id, side)
    clear(ledger, (AlertCode.UNCLAIMED_OBJECT, observation.id), why)
    clear(ledger, (AlertCode.UNNOTIFIED_ENTRY, observation.id), why)
