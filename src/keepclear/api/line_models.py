"""The JSON of the line as pydantic models; see ``models`` for what they are for."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from keepclear.api.models import AlertOut, Instant, Model, NoticeOut, ObligationOut, RecipientOut


class StopSideOut(Model):
    """One addressed side and how far it has got."""

    side: str
    state: Literal["raised", "standby", "cannot_comply", "complying", "units_informed", "ceased"]
    at: Instant | None
    by: str | None


class StopOut(Model):
    """A STOP as it stands."""

    id: str
    sender: str = Field(alias="from")
    party: str | None
    to: list[str]
    precedence: str
    mode: Literal["live", "exercise"]
    reason: str
    about: str | None
    place: dict[str, Any] | None
    envelope: list[dict[str, Any]] | dict[str, Any] | None
    heard_at: Instant
    closed_at: Instant | None
    sides: list[StopSideOut]
    recipients: list[RecipientOut]


class AccidentOut(Model):
    """An accident that was declared."""

    id: str
    sender: str = Field(alias="from")
    party: str | None
    mode: Literal["live", "exercise"]
    activity: str
    place: dict[str, Any] | None
    position: dict[str, Any] | None
    heading: float | None
    heard_at: Instant
    recipients: list[RecipientOut]


class ObservationOut(Model):
    """Something that was seen, and whose it is said to be."""

    id: str
    sender: str = Field(alias="from")
    party: str | None
    mode: Literal["live", "exercise"]
    object: str
    kind: str
    position: dict[str, Any]
    seen_at: Instant
    heard_at: Instant
    zones: list[str]
    answers: list[dict[str, Any]]


class LineTestOut(Model):
    """A test of the line and its replies."""

    id: str
    sender: str = Field(alias="from")
    party: str | None
    to: list[str]
    mode: Literal["live", "exercise"]
    heard_at: Instant
    sides: list[str]
    replies: list[dict[str, Any]]


class LineFiguresOut(Model):
    """What the live tests from one side to another add up to."""

    tester: str
    tested: str
    sent: int
    answered: int
    late: int
    missed: int
    slowest_s: float
    last_sent_at: Instant | None
    last_answered_at: Instant | None


class ProposalOut(Model):
    """A proposal as it stands; ``change`` is in the contract's form, ``moved`` is there once it is accepted."""

    id: str
    sender: str = Field(alias="from")
    party: str | None
    to_answer: str
    mode: Literal["live", "exercise"]
    precedence: str
    conflict: str
    about: str
    change: dict[str, Any]
    reason: str | None
    heard_at: Instant
    clears: bool
    still_meets: int
    state: Literal["open", "accepted", "declined", "countered", "lapsed"]
    answered_at: Instant | None
    answered_by: str | None
    countered_by: str | None
    moved: dict[str, Any] | None


class SuspensionOut(Model):
    """One side's suspension of the mechanism."""

    side: str
    by: str
    mode: Literal["live", "exercise"]
    reason: str
    since: Instant
    ended_at: Instant | None
    ended_by: str | None
    ended_reason: str | None


class DeskWatchOut(Model):
    """Whether a desk is manned; names and notes are for its own side and the mediator."""

    desk: str
    attended: bool
    since: Instant | None
    on_watch: list[dict[str, Any]]
    note: str | None
    note_by: str | None


class ShareOut(Model):
    """What one party has moved in all."""

    party: str
    moves: int
    shift_min: float
    height_m: float
    lateral_m: float


class StopPage(Model):
    """STOPs, the cursor of the next page, and the record index at which this was true."""

    items: list[StopOut]
    next: str | None
    index: int


class ProposalPage(Model):
    """Proposals, likewise."""

    items: list[ProposalOut]
    next: str | None
    index: int


class ObservationPage(Model):
    """Observations, likewise."""

    items: list[ObservationOut]
    next: str | None
    index: int


class AccidentPage(Model):
    """Accidents, likewise."""

    items: list[AccidentOut]
    next: str | None
    index: int


class WatchOut(Model):
    """Every desk's watch."""

    items: list[DeskWatchOut]


class SuspensionsOut(Model):
    """Every suspension."""

    items: list[SuspensionOut]


class BurdenOut(Model):
    """Every party's share."""

    items: list[ShareOut]


class ConversationPage(Model):
    """Statements as they were said, with index and time; ``next`` is how many to pass over for more."""

    items: list[dict[str, Any]]
    next: int | None


class LineOut(Model):
    """The line itself."""

    figures: list[LineFiguresOut]
    tests: list[LineTestOut]
    watch: list[DeskWatchOut]
    suspensions: list[SuspensionOut]


class HandoverOut(Model):
    """What one watch hands to the next; most urgent first."""

    desk: str
    at: Instant
    watch: DeskWatchOut
    suspensions: list[SuspensionOut]
    stops: list[StopOut]
    alerts: list[AlertOut]
    owed: list[ObligationOut]
    waiting_for: list[ObligationOut]
    proposals: list[ProposalOut]
    notices: list[NoticeOut]
