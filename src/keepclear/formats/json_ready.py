"""TOML values as JSON has them: its date-times become RFC 3339 texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from keepclear.errors import InvalidInput
from keepclear.formats.reader import joined, shown


def json_ready(value: Any, field: str) -> Any:
    """The same value without TOML's own types; local dates and times, which no two parties share, are refused."""
    if isinstance(value, Mapping):
        return {key: json_ready(member, joined(field, key)) for key, member in value.items()}
    if isinstance(value, list):
        return [json_ready(member, f"{field}[{number}]") for number, member in enumerate(value)]
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.isoformat().replace("+00:00", "Z")
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    raise InvalidInput(field, shown(value), "a time with its offset, such as 2026-04-09T13:40:00Z")
