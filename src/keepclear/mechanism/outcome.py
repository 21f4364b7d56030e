"""What an input led to: changes, each about one thing and at its own time. Who may see them is ``disclosure``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from keepclear.mechanism.alert import Alert
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.obligation import Obligation
from keepclear.mechanism.statement import Statement


class ChangeKind(StrEnum):
    """What a change is about."""

    STATEMENT = "statement"
    NOTICE = "notice"
    ALERT = "alert"
    OBLIGATION = "obligation"


class What(StrEnum):
    """What became of it. ``changed`` is of a notice (version, state, grade) or an alert (its figures, who acknowledged)."""

    HEARD = "heard"
    CHANGED = "changed"
    RAISED = "raised"
    RISEN = "risen"
    CLEARED = "cleared"
    OWED = "owed"
    MET = "met"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Heard:
    """A statement with its place in the record and the time it was heard.

    ``about_party`` is the party of the notice or alert that it is about, when there is one (None else): what disclosure
    needs to know of the mechanism to judge it.
    """

    statement: Statement
    index: int
    at_ms: int
    about_party: str | None = None


Thing = Heard | Notice | Alert | Obligation


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed, as it was right after, and when: a deadline's changes bear its own due time."""

    kind: ChangeKind
    what: What
    at_ms: int
    thing: Thing


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one input led to.

    ``is_entry`` says whether the input has a place in the record: a statement always, a delivery or the clock only when
    something changed. Then ``index`` is that place; else it is the last one taken.
    """

    index: int
    at_ms: int
    changes: tuple[Change, ...]
    is_entry: bool
