"""What a desk says: one frozen envelope, one typed body a type (contract §3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from keepclear.errors import InvalidInput
from keepclear.mechanism.bodies import (
    AccidentBody,
    AccountBody,
    AckBody,
    AmendBody,
    AnswerBody,
    Body,
    CallBody,
    ClaimBody,
    KeyEnrolBody,
    KeyRevokeBody,
    LifeBody,
    LineTestBody,
    MessageBody,
    NoticeBody,
    ObserveBody,
    ProposeBody,
    StopBody,
    StopReplyBody,
    StopStepBody,
    SuspendBody,
    WatchBody,
)
from keepclear.mechanism.words import Mode, Precedence


class StatementType(StrEnum):
    """Every type of the contract, two by which a desk's watch is kept, and two by which its keys are."""

    NOTICE = "notice"
    AMEND = "amend"
    CANCEL = "cancel"
    ACTIVATE = "activate"
    COMPLETE = "complete"
    ACK = "ack"
    MESSAGE = "message"
    CALL = "call"
    PROPOSE = "propose"
    ACCEPT = "accept"
    DECLINE = "decline"
    STOP = "stop"
    STOP_REPLY = "stop_reply"
    UNITS_INFORMED = "units_informed"
    CEASED = "ceased"
    OBSERVE = "observe"
    CLAIM = "claim"
    DISCLAIM = "disclaim"
    LINE_TEST = "line_test"
    LINE_TEST_REPLY = "line_test_reply"
    ACCOUNT = "account"
    ACCIDENT = "accident"
    SUSPEND = "suspend"
    RESUME = "resume"
    SIGN_ON = "sign_on"
    SIGN_OFF = "sign_off"
    KEY_ENROL = "key_enrol"
    KEY_REVOKE = "key_revoke"


BODIES: dict[StatementType, type[Body]] = {
    StatementType.NOTICE: NoticeBody,
    StatementType.AMEND: AmendBody,
    StatementType.CANCEL: LifeBody,
    StatementType.ACTIVATE: LifeBody,
    StatementType.COMPLETE: LifeBody,
    StatementType.ACK: AckBody,
    StatementType.MESSAGE: MessageBody,
    StatementType.CALL: CallBody,
    StatementType.PROPOSE: ProposeBody,
    StatementType.ACCEPT: AnswerBody,
    StatementType.DECLINE: AnswerBody,
    StatementType.STOP: StopBody,
    StatementType.STOP_REPLY: StopReplyBody,
    StatementType.UNITS_INFORMED: StopStepBody,
    StatementType.CEASED: StopStepBody,
    StatementType.OBSERVE: ObserveBody,
    StatementType.CLAIM: ClaimBody,
    StatementType.DISCLAIM: ClaimBody,
    StatementType.LINE_TEST: LineTestBody,
    StatementType.LINE_TEST_REPLY: LineTestBody,
    StatementType.ACCOUNT: AccountBody,
    StatementType.ACCIDENT: AccidentBody,
    StatementType.SUSPEND: SuspendBody,
    StatementType.RESUME: SuspendBody,
    StatementType.SIGN_ON: WatchBody,
    StatementType.SIGN_OFF: WatchBody,
    StatementType.KEY_ENROL: KeyEnrolBody,
    StatementType.KEY_REVOKE: KeyRevokeBody,
}
"""Each type with its body."""

OWES_ACK: frozenset[StatementType] = frozenset(
    {
        StatementType.NOTICE,
        StatementType.AMEND,
        StatementType.CANCEL,
        StatementType.ACCIDENT,
        StatementType.STOP,
    }
)
"""Types that every addressed party owes an acknowledgement for."""

ANNOUNCES: frozenset[StatementType] = OWES_ACK | {StatementType.ACCEPT}
"""Types that make something to acknowledge: an accepted proposal makes a version of a notice."""

OF_ONE_SIDE: frozenset[StatementType] = frozenset({StatementType.SIGN_ON, StatementType.SIGN_OFF})
"""Types whose words are for one's own side and the mediator, whoever is addressed: names and notes of a watch."""

OF_KEYS: frozenset[StatementType] = frozenset({StatementType.KEY_ENROL, StatementType.KEY_REVOKE})
"""Types by which keys come and go: always signed, and for every desk to see, whoever is addressed."""

SETTLES: frozenset[StatementType] = frozenset({StatementType.PROPOSE, StatementType.ACCEPT, StatementType.DECLINE})
"""Types that settle a conflict; under ``broker`` only the party they are put to and the mediator see them."""

ABOUT_A_NOTICE: frozenset[StatementType] = frozenset(
    {
        StatementType.NOTICE,
        StatementType.AMEND,
        StatementType.CANCEL,
        StatementType.ACTIVATE,
        StatementType.COMPLETE,
    }
)
"""Types that make or change a notice; under ``broker`` only its party and the mediator see them."""


def statement_type(value: object, field: str = "type") -> StatementType:
    """The type that ``value`` names; InvalidInput for anything else."""
    if not isinstance(value, str) or value not in StatementType._value2member_map_:
        raise InvalidInput(field, f"given {value!r}", f"one of {', '.join(StatementType)}")
    return StatementType(value)


def default_precedence(kind: StatementType) -> Precedence:
    """The precedence of a statement that names none: ROUTINE, and FLASH for ``stop`` and ``accident``."""
    return Precedence.FLASH if kind in (StatementType.STOP, StatementType.ACCIDENT) else Precedence.ROUTINE


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing said, never changed afterwards.

    ``to`` names parties or desks; empty means every other party. ``source`` is the JSON object exactly as heard.
    ``signed_by`` is the name of the key that signed it (None: unsigned), and ``jws`` the token as it came; that the
    signature is good was found before it is heard, that the key speaks for the desk is found when it is.
    """

    id: str
    mechanism: str
    type: StatementType
    sender: str
    serial: int
    said_at_ms: int
    body: Body
    precedence: Precedence = Precedence.ROUTINE
    to: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    mode: Mode = Mode.LIVE
    source: Mapping[str, Any] | None = None
    signed_by: str | None = None
    jws: str | None = None
