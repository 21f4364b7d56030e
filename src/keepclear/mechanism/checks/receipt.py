"""What a recipient says of a notice, or fails to: ``NOT_UNDERSTOOD``, ``NO_READBACK``, ``READBACK_MISMATCH`` and
``NOT_DISSEMINATED``. Of each, one alert a party.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from keepclear.mechanism.addressing import desks_of, party_of
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.checks.acknowledgement import ack_within_min
from keepclear.mechanism.checks.case import Finding
from keepclear.mechanism.checks.read_back import Mismatch
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.words import MEDIATOR_DESK, Severity


def not_understood(notice: Notice, desk: str, side: str) -> Finding:
    """The recipient says that it has not understood; to the sender."""
    why = f"{desk} has not understood {notice.called}."
    return _finding(AlertCode.NOT_UNDERSTOOD, Severity.WARNING, notice, side, why, notice.senders, {"desk": desk})


def no_readback(agreement: Agreement, notice: Notice, side: str) -> Finding:
    """Nobody of the party has read back what was asked to be; to the sender and the addressed desks of the party."""
    minutes = ack_within_min(agreement.rules, notice.precedence)
    why = f"Nobody of {_name(agreement, side)} has read back {notice.called} within {minutes:g} min of seeing it."
    return _finding(
        AlertCode.NO_READBACK, Severity.CAUTION, notice, side, why, _both(agreement, notice, side), {"owing": side}
    )


def readback_mismatch(
    agreement: Agreement, notice: Notice, desk: str, side: str, mismatches: Sequence[Mismatch]
) -> Finding:
    """What was heard is not what was said; to both, side by side."""
    first = mismatches[0]
    more = f", and {len(mismatches) - 1} more" if len(mismatches) > 1 else ""
    why = f"{desk} read back {notice.called} otherwise than it was said: {first}{more}."
    detail = {"desk": desk, "mismatches": [_side_by_side(row) for row in mismatches]}
    to = tuple(dict.fromkeys((*_both(agreement, notice, side), desk)))
    return _finding(AlertCode.READBACK_MISMATCH, Severity.WARNING, notice, side, why, to, detail)


def not_disseminated(agreement: Agreement, notice: Notice, side: str, missing: Sequence[str]) -> Finding:
    """Levels that must be reached are not reported; to the sender and the addressed desks of the party."""
    why = f"{_name(agreement, side)} has not reported that {notice.called} reached: {', '.join(missing)}."
    detail = {"owing": side, "missing": list(missing)}
    to = _both(agreement, notice, side)
    return _finding(AlertCode.NOT_DISSEMINATED, Severity.WARNING, notice, side, why, to, detail)


def _side_by_side(row: Mismatch) -> dict[str, object]:
    return {
        "field": row.field,
        "said": row.said,
        "heard": row.heard,
        "difference": row.difference,
        "unit": row.unit,
    }


def _finding(
    code: AlertCode,
    severity: Severity,
    notice: Notice,
    side: str,
    why: str,
    to: tuple[str, ...],
    detail: Mapping[str, object],
) -> Finding:
    return Finding(code, (notice.id, side), severity, (notice.id,), why, to, notice.party, detail)


def _both(agreement: Agreement, notice: Notice, side: str) -> tuple[str, ...]:
    addressed = [name for name in notice.addressees if (party_of(agreement, name) or MEDIATOR_DESK) == side]
    return tuple(dict.fromkeys((*notice.senders, *desks_of(agreement, addressed))))


def _name(agreement: Agreement, side: str) -> str:
    return agreement.party_name(None if side == MEDIATOR_DESK else side)
