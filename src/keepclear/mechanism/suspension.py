"""The mechanism suspended, in order: since when, by whom and why; and what still passes, for life is at risk."""

from __future__ import annotations

from dataclasses import dataclass

from keepclear.mechanism.statement import StatementType
from keepclear.mechanism.words import Mode

PASSES: frozenset[StatementType] = frozenset(
    {
        StatementType.STOP,
        StatementType.STOP_REPLY,
        StatementType.UNITS_INFORMED,
        StatementType.CEASED,
        StatementType.ACCIDENT,
        StatementType.ACK,
        StatementType.CALL,
        StatementType.MESSAGE,
        StatementType.OBSERVE,
        StatementType.CLAIM,
        StatementType.DISCLAIM,
        StatementType.LINE_TEST,
        StatementType.LINE_TEST_REPLY,
        StatementType.CANCEL,
        StatementType.COMPLETE,
        StatementType.ACCOUNT,
        StatementType.SUSPEND,
        StatementType.RESUME,
        StatementType.SIGN_ON,
        StatementType.SIGN_OFF,
        StatementType.KEY_ENROL,
        StatementType.KEY_REVOKE,
    }
)
"""Types that pass while the mechanism is suspended, whatever they are about. Of notices see ``words.PROTECTED``."""


@dataclass(frozen=True, slots=True)
class Suspension:
    """One side's suspension. The mechanism is suspended while any side's stands."""

    side: str
    by: str
    mode: Mode
    reason: str
    since_ms: int
    ended_at_ms: int | None = None
    ended_by: str | None = None
    ended_reason: str | None = None
