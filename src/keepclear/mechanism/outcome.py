"""What an input led to: changes, each about one thing and at its own time. Who may see them is ``disclosure``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from keepclear.mechanism.accident import Accident
from keepclear.mechanism.agreement import AgreementInForce
from keepclear.mechanism.alert import Alert
from keepclear.mechanism.key import DeskKey
from keepclear.mechanism.line_test import LineTest
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.obligation import Obligation
from keepclear.mechanism.observation import Observation
from keepclear.mechanism.proposal import Proposal
from keepclear.mechanism.statement import StatementType
from keepclear.mechanism.stop import Stop
from keepclear.mechanism.suspension import Suspension
from keepclear.mechanism.watch import Watch


class ChangeKind(StrEnum):
    """What a change is about."""

    STATEMENT = "statement"
    NOTICE = "notice"
    ALERT = "alert"
    OBLIGATION = "obligation"
    STOP = "stop"
    ACCIDENT = "accident"
    OBSERVATION = "observation"
    LINE_TEST = "line_test"
    PROPOSAL = "proposal"
    SUSPENSION = "suspension"
    WATCH = "watch"
    AGREEMENT = "agreement"
    KEY = "key"


class What(StrEnum):
    """What became of it.

    ``changed``: a notice's version, state or grades; an alert's figures, or who acknowledged; what is agreed; for the
    other things, that they are as shown now.
    """

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
    """A statement as it was said, with its place in the record and the time it was heard.

    ``reached`` are the parties (or mediator's desk) that it was addressed to; ``about_party`` the party of the notice
    it makes, changes or acknowledges, or that said what it acknowledges (None: it is about nothing of anybody's).
    ``signed_by`` is the name of its key (None: unsigned); ``jws`` the token as it came, where it was read for showing.
    """

    id: str
    type: StatementType
    sender: str
    reached: tuple[str, ...]
    source: Mapping[str, Any]
    index: int
    at_ms: int
    about_party: str | None = None
    signed_by: str | None = None
    jws: str | None = None


Thing = (
    Heard
    | Notice
    | Alert
    | Obligation
    | AgreementInForce
    | Stop
    | Accident
    | Observation
    | LineTest
    | Proposal
    | Suspension
    | Watch
    | DeskKey
)


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
