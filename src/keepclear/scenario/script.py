"""The statements of a scenario: each step's id, its handles put in place, and the JSON that its desk would send."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from keepclear.errors import InvalidInput
from keepclear.formats.reader import shown
from keepclear.formats.scenario_toml import Say, Scenario

_HANDLES = re.compile(r"\$[\w-]+(?:~\$[\w-]+)*")


def ids_of(scenario: Scenario) -> dict[str, str]:
    """The id of each step that says something, by the step's place; the same at every replay."""
    return {step.place: _uuid7(scenario, step) for step in scenario.steps if isinstance(step, Say)}


def _uuid7(scenario: Scenario, step: Say) -> str:
    """A UUIDv7 (RFC 9562 §5.7) of the step's time, its random part drawn from the scenario and the step's place."""
    digest = hashlib.sha256(f"{scenario.title}\n{scenario.start_ms}\n{step.place}".encode()).digest()
    milliseconds = max(step.at_ms, 0) & ((1 << 48) - 1)
    value = milliseconds << 80 | 0x7 << 76 | int.from_bytes(digest[:2], "big") >> 4 << 64
    value |= 0b10 << 62 | int.from_bytes(digest[2:10], "big") >> 2
    text = f"{value:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def with_handles(value: Any, ids: Mapping[str, str], field: str) -> Any:
    """The value with ``$handle`` (and ``$a~$b``) put in place; a handle that nothing before it has is refused."""
    if isinstance(value, Mapping):
        return {key: with_handles(member, ids, f"{field}.{key}") for key, member in value.items()}
    if isinstance(value, list):
        return [with_handles(member, ids, f"{field}[{number}]") for number, member in enumerate(value)]
    if not isinstance(value, str) or not _HANDLES.fullmatch(value):
        return value
    found = []
    for handle in value.split("~"):
        if handle[1:] not in ids:
            expected = f"a handle that an earlier step has: {', '.join(sorted(ids)) or 'none yet'}"
            raise InvalidInput(field, shown(handle), expected)
        found.append(ids[handle[1:]])
    return "~".join(found)


def statement_json(
    scenario: Scenario, step: Say, identity: str, serial: int, handles: Mapping[str, str]
) -> dict[str, Any]:
    """The statement that a step says, as its desk would send it."""
    given = {key: with_handles(value, handles, f"{step.place}.{key}") for key, value in step.given.items()}
    return {
        "id": identity,
        "mechanism": scenario.agreement.name,
        "type": str(step.type),
        "from": step.desk,
        "serial": serial,
        "said_at": step.said_at,
        "body": {},
        **given,
    }
