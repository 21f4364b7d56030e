"""``LATE_NOTICE`` and ``AFTER_START``: how far ahead of its start a notice was heard.

A first version is judged by its start, an amendment by the first instant at which it adds anything. Once raised, the
cause lasts until the notice as it then stands would be in time.
"""

from __future__ import annotations

from keepclear.mechanism.additions import first_addition_ms
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.checks.case import Case, Finding
from keepclear.mechanism.words import LIFE_SAVING, Severity

MINUTE_MS = 60_000


def late_notice(case: Case) -> list[Finding]:
    """Start − heard is 0 or more and under ``late_notice_min``; life-saving activities are spared."""
    return _judged(case, AlertCode.LATE_NOTICE)


def after_start(case: Case) -> list[Finding]:
    """Heard after the start."""
    return _judged(case, AlertCode.AFTER_START)


def _judged(case: Case, code: AlertCode) -> list[Finding]:
    found = _of_start(case, _added_from(case))
    if found is not None and found.code is code:
        return [found]
    standing = case.still(code)
    whole = _of_start(case, case.notice.start_ms)
    return [case.as_it_stands(standing)] if standing is not None and whole is not None else []


def _added_from(case: Case) -> int | None:
    if case.before is None or case.before.body.activity is not case.notice.body.activity:
        return case.notice.start_ms
    return first_addition_ms(case.before.body.envelope, case.notice.body.envelope)


def _of_start(case: Case, start_ms: int | None) -> Finding | None:
    """The finding for something that starts then and is heard now."""
    if start_ms is None:
        return None
    rules = case.agreement.rules
    lead_ms = start_ms - case.at_ms
    minutes = abs(lead_ms) / MINUTE_MS
    added = "" if case.before is None else " of what the amendment adds"
    if lead_ms < 0:
        why = (
            f"Heard {_min(minutes)} after the start{added}; the agreement asks for {rules.late_notice_min:g} before it."
        )
        return case.finding(AlertCode.AFTER_START, Severity.WARNING, why, detail={"lead_min": -minutes})
    if lead_ms >= rules.late_notice_min * MINUTE_MS or case.notice.body.activity in LIFE_SAVING:
        return None
    severity = Severity.WARNING if lead_ms < rules.late_warning_min * MINUTE_MS else Severity.CAUTION
    why = f"Heard {_min(minutes)} before the start{added}; the agreement asks for {rules.late_notice_min:g}."
    return case.finding(AlertCode.LATE_NOTICE, severity, why, detail={"lead_min": minutes})


def _min(minutes: float) -> str:
    return f"{minutes:.0f} min" if minutes >= 1 or minutes == 0 else f"{minutes * 60:.0f} s"
