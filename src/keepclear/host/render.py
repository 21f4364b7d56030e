"""From an outcome to the JSON that one desk gets. What it may see is for ``mechanism.disclosure`` alone to say."""

from __future__ import annotations

import json
from typing import Any

from keepclear.errors import NotFound
from keepclear.host.working import Working
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.disclosure import event, view
from keepclear.mechanism.outcome import Outcome
from keepclear.spacetime.instants import format_instant

_OTHER_LINE_ENDS = str.maketrans({character: f"\\u{ord(character):04x}" for character in "\x85\u2028\u2029"})
"""JSON may hold these as they are; programs that read line by line would break there."""


def as_json(value: Any) -> bytes:
    """Compact JSON on one line, whatever counts as one, in UTF-8."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return (text if text.isascii() else text.translate(_OTHER_LINE_ENDS)).encode("utf-8")


def event_data(mechanism: Mechanism, desk: str, outcome: Outcome) -> bytes | None:
    """The ``data`` of the event by which ``desk`` learns of ``outcome``; None when it may see nothing of it."""
    shown = event(mechanism, desk, outcome)
    return None if shown is None else as_json(shown)


def receipt(working: Working, desk: str, statement_id: str) -> dict[str, Any]:
    """What the sender is told of a statement in the record: its place, when it was heard, and what it raised.

    The alerts are shown as they are now: told again later, a receipt names the same ones, which may have cleared.
    """
    mechanism = working.mechanism
    place = mechanism.heard_at(statement_id)
    if place is None:
        message = f"statement {statement_id} was not heard"
        raise NotFound(message)
    alerts = [mechanism.alert(name) for name in working.raised_by(statement_id)]
    views = [view(mechanism, desk, alert) for alert in alerts if alert is not None]
    return {
        "id": statement_id,
        "index": place[0],
        "heard_at": format_instant(place[1]),
        "alerts": [shown for shown in views if shown is not None],
    }
