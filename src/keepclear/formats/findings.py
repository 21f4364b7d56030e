"""What was worked out at one entry of the record, in one spelling, so that two who play it can compare by a hash.

A finding is an alert as it was raised, risen, changed or cleared there. In it is what every machine works out alike and
what a desk acts on: which alert, how severe, for whom, about what, when, and of a conflict its verdict and window.
**Left out**: the sentence that gives the reason, what may be done, and figures in metres. They are a rendering: a
better wording, or a last digit that another version of a geodesic library rounds the other way, is no other answer, and
must not make an old record disagree with a new program. Anything that would change what is in here needs a new
``RULES_VERSION``; ``tests/formats/test_findings.py`` holds a played record to digests written down once.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from keepclear.mechanism.alert import Alert
from keepclear.mechanism.outcome import Change, Outcome


def findings(outcome: Outcome) -> list[dict[str, Any]]:
    """The findings of an outcome as JSON values, in the order in which they came; times are ms since 1970."""
    return [_finding(change, change.thing) for change in outcome.changes if isinstance(change.thing, Alert)]


def canonical_findings(found: list[dict[str, Any]]) -> bytes:
    """Findings in the canonical form of RFC 8785.

    They hold texts, whole numbers, lists and ASCII keys alone, for which sorted compact JSON *is* that form.
    """
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False).encode()


def findings_bytes(outcome: Outcome) -> bytes:
    """The canonical list of what was worked out: ``[]`` where no alert was."""
    return canonical_findings(findings(outcome))


def digest_of(canonical: bytes) -> str:
    """The hash of a canonical list as it stands in an entry: base64url of SHA-256, unpadded."""
    return base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=").decode()


NOTHING = digest_of(b"[]")
"""The hash where no alert was raised, risen, changed or cleared."""


def worked_out(outcome: Outcome) -> str:
    """The hash of what was worked out, for ``worked_out`` in an entry."""
    found = findings(outcome)
    return digest_of(canonical_findings(found)) if found else NOTHING


def _finding(change: Change, alert: Alert) -> dict[str, Any]:
    finding: dict[str, Any] = {
        "what": change.what.value,
        "at": change.at_ms,
        "id": alert.id,
        "code": alert.code.value,
        "severity": alert.severity.value,
        "mode": alert.mode.value,
        "to": list(alert.to),
        "about": list(alert.about),
        "raised_at": alert.raised_at_ms,
    }
    if alert.risen_at_ms is not None:
        finding["risen_at"] = alert.risen_at_ms
    if alert.cleared_at_ms is not None:
        finding["cleared_at"] = alert.cleared_at_ms
    if alert.window_ms is not None:
        finding["window"] = list(alert.window_ms)
    verdict = alert.detail.get("verdict")
    if isinstance(verdict, str):
        finding["verdict"] = str(verdict)
    return finding
