"""Alerts raised once while their cause lasts: raising, rising, keeping, clearing (contract §4)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from keepclear.mechanism.alert import Alert, AlertCode
from keepclear.mechanism.alert_table import ALERT_TABLE
from keepclear.mechanism.checks.case import Finding
from keepclear.mechanism.ledger import Cause, Ledger
from keepclear.mechanism.outcome import ChangeKind, What
from keepclear.mechanism.words import MEDIATOR_DESK, Mode, Severity


def raise_or_keep(ledger: Ledger, finding: Finding, mode: Mode) -> None:
    """The cause is there: raises an alert, or lets the open one rise or take the new figures.

    It never falls: a warning that was given stays one until its cause has gone.
    """
    cause: Cause = (finding.code, *finding.key)
    held = ledger.open_alerts.get(cause)
    if held is None:
        _keep(ledger, alert_of(finding, mode, _new_id(ledger, cause), ledger.now), What.RAISED)
        return
    alert = ledger.alerts[held]
    rises = finding.severity.rank > alert.severity.rank
    severity = finding.severity if rises else alert.severity
    after = replace(
        alert,
        severity=severity,
        to=_audience((*alert.to, *finding.to), severity),
        why=finding.why,
        detail=finding.detail,
        sides=finding.sides,
        window_ms=finding.window_ms,
        risen_at_ms=ledger.now if rises else alert.risen_at_ms,
    )
    if after != alert:
        _keep(ledger, after, What.RISEN if rises else What.CHANGED)


def rise(ledger: Ledger, alert: Alert) -> None:
    """Makes an open alert a warning."""
    to = _audience(alert.to, Severity.WARNING)
    _keep(ledger, replace(alert, severity=Severity.WARNING, to=to, risen_at_ms=ledger.now), What.RISEN)


def clear(ledger: Ledger, cause: Cause, why: str) -> None:
    """The cause has gone: clears the open alert, if there is one."""
    held = ledger.open_alerts.pop(cause, None)
    if held is None:
        return
    alert = replace(ledger.alerts[held], cleared_at_ms=ledger.now, cleared_why=why)
    for subject in alert.about:
        causes = ledger.open_about.get(subject, {})
        causes.pop(cause, None)
        if not causes:
            ledger.open_about.pop(subject, None)
    ledger.alerts[alert.id] = alert
    ledger.note(ChangeKind.ALERT, What.CLEARED, alert)


def clear_about(ledger: Ledger, subject: str, why: str, *, but: Iterable[AlertCode] = ()) -> None:
    """Clears every open alert about ``subject``, save those of some codes."""
    spared = frozenset(but)
    for cause in tuple(ledger.open_about.get(subject, {})):
        if cause[0] not in spared:
            clear(ledger, cause, why)


def open_alert(ledger: Ledger, cause: Cause) -> Alert | None:
    """The open alert of a cause."""
    held = ledger.open_alerts.get(cause)
    return None if held is None else ledger.alerts[held]


def standing_about(ledger: Ledger, subject: str) -> dict[Cause, Alert]:
    """The open alerts about ``subject``, by cause."""
    return {cause: ledger.alerts[ledger.open_alerts[cause]] for cause in ledger.open_about.get(subject, {})}


def acknowledged(ledger: Ledger, alert: Alert, desk: str, level: str) -> None:
    """Keeps that a desk acknowledged an alert."""
    rows = (*(row for row in alert.acknowledged if row[0] != desk), (desk, level, ledger.now))
    _keep(ledger, replace(alert, acknowledged=rows), What.CHANGED)


def alert_of(finding: Finding, mode: Mode, alert_id: str, at_ms: int) -> Alert:
    """The alert that a finding makes."""
    return Alert(
        id=alert_id,
        code=finding.code,
        key=finding.key,
        severity=finding.severity,
        about=finding.about,
        why=finding.why,
        may_do=ALERT_TABLE[finding.code].may_do,
        raised_at_ms=at_ms,
        to=_audience(finding.to, finding.severity),
        mode=mode,
        party=finding.party,
        detail=finding.detail,
        sides=finding.sides,
        window_ms=finding.window_ms,
        shared=finding.shared,
    )


def _keep(ledger: Ledger, alert: Alert, what: What) -> None:
    ledger.alerts[alert.id] = alert
    if alert.is_open:
        cause: Cause = (alert.code, *alert.key)
        ledger.open_alerts[cause] = alert.id
        for subject in alert.about:
            ledger.open_about.setdefault(subject, {})[cause] = None
    ledger.note(ChangeKind.ALERT, what, alert)


def _new_id(ledger: Ledger, cause: Cause) -> str:
    """An id worked out from the cause and how many were raised before: the same on every replay."""
    ledger.alerts_raised += 1
    text = "\0".join((ledger.agreement.name, *cause, str(ledger.alerts_raised)))
    return "a" + hashlib.sha256(text.encode()).hexdigest()[:23]


def _audience(desks: Iterable[str], severity: Severity) -> tuple[str, ...]:
    """Who gets it, each once: the mediator's desk gets every warning."""
    mediator = (MEDIATOR_DESK,) if severity is Severity.WARNING else ()
    return tuple(dict.fromkeys((*desks, *mediator)))
