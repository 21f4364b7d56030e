"""What a desk says: one frozen envelope, one typed body a type (contract §3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from keepclear.errors import InvalidInput, Refused
from keepclear.mechanism.bodies import AckBody, AmendBody, Body, LifeBody, MessageBody, NoticeBody
from keepclear.mechanism.words import Mode, Precedence


class StatementType(StrEnum):
    """Every type of the contract, taken by this version or not."""

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


BODIES: dict[StatementType, type[Body]] = {
    StatementType.NOTICE: NoticeBody,
    StatementType.AMEND: AmendBody,
    StatementType.CANCEL: LifeBody,
    StatementType.ACTIVATE: LifeBody,
    StatementType.COMPLETE: LifeBody,
    StatementType.ACK: AckBody,
    StatementType.MESSAGE: MessageBody,
}
"""The types that this version takes, each with its body."""

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
    """The type that ``value`` names. One that the contract has and this version does not take is refused by name."""
    if not isinstance(value, str) or value not in StatementType._value2member_map_:
        raise InvalidInput(field, f"given {value!r}", f"one of {', '.join(StatementType)}")
    kind = StatementType(value)
    if kind not in BODIES:
        raise Refused(field, f"{kind} is not taken by this version", f"it takes {', '.join(BODIES)}")
    return kind


def default_precedence(kind: StatementType) -> Precedence:
    """The precedence of a statement that names none: ROUTINE, and FLASH for ``stop`` and ``accident``."""
    return Precedence.FLASH if kind in (StatementType.STOP, StatementType.ACCIDENT) else Precedence.ROUTINE


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing said, never changed afterwards.

    ``to`` names parties or desks; empty means every other party. ``source`` is the JSON object exactly as heard.
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
