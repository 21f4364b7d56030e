"""From an outcome to the JSON that one desk gets. What it may see is for ``mechanism.disclosure`` alone to say."""

from __future__ import annotations

import json
from typing import Any

from keepclear.host.working import Working
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.disclosure import view
from keepclear.mechanism.outcome import Outcome
from keepclear.spacetime.instants import format_instant


def as_json(value: Any) -> bytes:
    """Compact JSON on one line, in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def event_data(mechanism: Mechanism, desk: str, outcome: Outcome) -> bytes | None:
    """The ``data`` of the event by which ``desk`` learns of ``outcome``; None when it may see nothing of it."""
    changes = []
    for change in outcome.changes:
        shown = view(mechanism, desk, change.thing)
        if shown is not None:
            changes.append({"kind": change.kind, "what": change.what, str(change.kind): shown})
    if not changes:
        return None
    return as_json({"index": outcome.index, "at": format_instant(outcome.at_ms), "changes": changes})


def receipt(working: Working, desk: str, statement_id: str) -> dict[str, Any]:
    """What the sender is told of a statement in the record: its place, when it was heard, and what it raised.

    The alerts are shown as they are now: told again later, a receipt names the same ones, which may have cleared.
    """
    mechanism = working.mechanism
    index, at_ms = mechanism.heard_at(statement_id) or (-1, 0)
    alerts = [mechanism.alert(name) for name in working.raised_by(statement_id)]
    views = [view(mechanism, desk, alert) for alert in alerts if alert is not None]
    return {
        "id": statement_id,
        "index": index,
        "heard_at": format_instant(at_ms),
        "alerts": [shown for shown in views if shown is not None],
    }
