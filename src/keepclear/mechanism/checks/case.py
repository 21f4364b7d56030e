"""What a check is given and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from keepclear.mechanism.addressing import desks_of
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.alert import Alert, AlertCode, Side
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.words import Severity
from keepclear.spacetime.footprint import Footprint
from keepclear.spacetime.measure import envelope_footprints


@dataclass(frozen=True, slots=True)
class Finding:
    """The cause of an alert is there. ``key`` tells causes of one code apart (within the notice, for most)."""

    code: AlertCode
    key: tuple[str, ...]
    severity: Severity
    about: tuple[str, ...]
    why: str
    to: tuple[str, ...]
    party: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    sides: tuple[Side, ...] = ()
    window_ms: tuple[int, int] | None = None
    shared: bool = False


@dataclass(frozen=True)
class Case:
    """One version of a notice at the moment it is heard.

    ``before`` is the version it replaces; ``standing`` the alerts about the notice that are open then, by cause: with
    them a check can tell an amendment that does not cure from one that does.
    """

    agreement: Agreement
    notice: Notice
    before: Notice | None
    at_ms: int
    standing: Mapping[tuple[str, ...], Alert] = field(default_factory=dict)

    @cached_property
    def footprints(self) -> list[Footprint]:
        """The footprints of the envelope; none for words alone."""
        envelope = self.notice.body.envelope
        return [] if envelope is None else envelope_footprints(envelope)

    @cached_property
    def sender_and_addressees(self) -> tuple[str, ...]:
        """The usual audience, besides the mediator."""
        return tuple(dict.fromkeys((*self.notice.senders, *desks_of(self.agreement, self.notice.addressees))))

    def still(self, code: AlertCode, *key: str) -> Alert | None:
        """The open alert of this code and key about this notice, if there is one."""
        return self.standing.get((code, self.notice.id, *key))

    def finding(
        self,
        code: AlertCode,
        severity: Severity,
        why: str,
        *key: str,
        to: tuple[str, ...] | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> Finding:
        """A finding about this notice."""
        audience = self.sender_and_addressees if to is None else to
        notice = self.notice
        return Finding(code, (notice.id, *key), severity, (notice.id,), why, audience, notice.party, detail or {})

    def as_it_stands(self, alert: Alert) -> Finding:
        """The finding that keeps an open alert just as it is."""
        return Finding(
            alert.code, alert.key, alert.severity, alert.about, alert.why, alert.to, alert.party, alert.detail
        )
