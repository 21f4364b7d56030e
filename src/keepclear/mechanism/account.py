"""One party's version of an incident, fact by fact: the last that it gave of each. Frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keepclear.mechanism.words import Mode


@dataclass(frozen=True, slots=True)
class Account:
    """``said_in`` names, for each fact, the statement that gave it. ``side`` is a party, or the mediator's desk."""

    incident: str
    mode: Mode
    side: str
    desk: str
    facts: Mapping[str, Any]
    said_in: Mapping[str, str]
