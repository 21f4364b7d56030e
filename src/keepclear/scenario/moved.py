"""A scenario's instants moved as a whole, so that it can play at another time than the one that it was written for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from keepclear.errors import InvalidInput
from keepclear.mechanism.agreement import Agreement

_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(\.\d+)?(?:[Zz]|([+-]\d{2}:\d{2}))",
    re.ASCII,
)


def moved(value: Any, shift_s: int) -> Any:
    """JSON with every text that is an instant moved by whole seconds, its fraction kept to the last digit.

    Whatever is an instant and nothing else is moved: envelopes, points of a trajectory, read-backs, facts.
    """
    if isinstance(value, Mapping):
        return {key: moved(member, shift_s) for key, member in value.items()}
    if isinstance(value, list):
        return [moved(member, shift_s) for member in value]
    found = _INSTANT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    day, clock, fraction, offset = found.groups()
    try:
        instant = datetime.fromisoformat(f"{day}T{clock}{offset or '+00:00'}").astimezone(UTC)
        after = instant + timedelta(seconds=shift_s)
    except (ValueError, OverflowError):
        return value  # no instant after all: the host says what is wrong with it
    return f"{after:%Y-%m-%dT%H:%M:%S}{fraction or ''}Z"


def refuse_immovable(agreement: Agreement) -> None:
    """Raises ``InvalidInput`` where what was agreed is itself bound to a time, which no scenario may move."""
    for number, zone in enumerate(agreement.zones):
        if zone.start_ms is not None or zone.end_ms is not None:
            raise InvalidInput(
                f"mechanism.zone[{number}]",
                f"«{zone.id}» holds from or until a fixed time, and against a host all plays at the present time",
                "zones without start and end, or a replay without --host",
            )
