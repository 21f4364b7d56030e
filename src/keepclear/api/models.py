"""The JSON of the API as pydantic models: what OpenAPI says, and what the tests hold every answer to.

Bodies are read by ``formats`` (strictly, with the field named) and answers are rendered by ``mechanism.disclosure``.
These models describe both and take part in neither, so that nothing is parsed or copied twice.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Instant = str
"""RFC 3339, UTC: ``2026-04-09T13:40:00Z``."""


class Model(BaseModel):
    """Nothing but the fields named."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | None = None


class StatementIn(Model):
    """A statement (see the contract, §3); the host fills in nothing."""

    id: str = Field(description="UUIDv7, lower case.")
    mechanism: str
    type: str
    sender: str = Field(alias="from")
    serial: int = Field(ge=1)
    said_at: Instant
    precedence: Literal["FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE"] = "ROUTINE"
    to: list[str] | None = None
    refs: list[str] = []
    mode: Literal["live", "exercise"] = "live"
    body: dict[str, Any]


class PreviewIn(BaseModel):
    """The body of a notice, and the id of the notice that it would amend."""

    activity: str
    envelope: list[dict[str, Any]] | dict[str, Any] | None = None
    replaces: str | None = None


class DeliveryIn(Model):
    """Everything up to this record index is on the desk's machine."""

    through: int = Field(ge=0)


class AlertOut(Model):
    """Something worked out that concerns the desk."""

    id: str
    code: str
    severity: Literal["advisory", "caution", "warning"]
    about: list[str]
    why: str
    may_do: list[str]
    raised_at: Instant
    acknowledged: list[dict[str, Any]]
    risen_at: Instant | None
    cleared_at: Instant | None
    cleared_why: str | None
    to: list[str]
    detail: dict[str, Any]
    mode: Literal["live", "exercise"]


class OptionOut(Model):
    """One change that clears; ``change`` is what a proposal would hold, the rest says it in figures."""

    kind: str
    cost: float
    why: str
    change: dict[str, Any]
    proposal: dict[str, Any] | None = Field(description="The body of a statement that would propose it.")
    shift_min: int | None
    floor: str | None
    ceiling: str | None
    rise: str | None
    bearing_deg: float | None
    aside_m: int | None
    side: Literal["left", "right"] | None


class SideOut(Model):
    """The options of one party, cheapest first. ``cut``: the search ended for its length; there may be smaller ones."""

    notice: str
    party: str
    options: list[OptionOut]
    cut: bool


class AdviceOut(Model):
    """What would clear a conflict. ``step_min`` is how fine the steps in time are."""

    alert: str
    step_min: int
    sides: list[SideOut]


class Receipt(Model):
    """A statement's place in the record, and what it raised."""

    id: str
    index: int
    heard_at: Instant
    alerts: list[AlertOut]


class Preview(Model):
    """What would be raised."""

    alerts: list[AlertOut]


class RecipientOut(Model):
    """How far a desk has got with a notice."""

    desk: str
    party: str | None
    grade: str
    at: Instant | None
    reached: list[dict[str, Any]]
    read_back: Literal["matched", "mismatched"] | None


class NoticeOut(Model):
    """A notice as it stands."""

    id: str
    statement: str
    version: int
    sender: str = Field(alias="from")
    party: str
    to: list[str]
    activity: str
    title: str | None
    place: dict[str, Any] | None
    envelope: list[dict[str, Any]] | dict[str, Any] | None
    covers: list[str] | None
    not_covering: list[str] | None
    purpose: str | None
    must_reach: list[str] | None
    read_back: bool | None
    remarks: str | None
    precedence: str
    mode: Literal["live", "exercise"]
    state: str
    heard_at: Instant
    start: Instant | None
    end: Instant | None
    recipients: list[RecipientOut]
    ready: bool | None = Field(description="Whether all have it; null for who did not send it.")
    missing: list[dict[str, Any]]
    seen_versions: int


class ObligationOut(Model):
    """Something owed by a time."""

    id: str
    kind: str
    desk_or_party: str
    about: str
    subject: str
    mode: Literal["live", "exercise"]
    due_at: Instant
    met_at: Instant | None
    state: Literal["open", "met", "lapsed"]


class NoticePage(Model):
    """Notices, the cursor of the next page, and the record index at which this was true."""

    items: list[NoticeOut]
    next: str | None
    index: int


class AlertPage(Model):
    """Alerts, likewise."""

    items: list[AlertOut]
    next: str | None
    index: int


class ObligationPage(Model):
    """Obligations, likewise."""

    items: list[ObligationOut]
    next: str | None
    index: int


class RecordItem(Model):
    """One entry; ``statement`` is null for entries of other kinds."""

    index: int
    at: Instant
    kind: Literal["statement", "delivery", "clock", "agreement", "recovery"]
    statement: dict[str, Any] | None


class RecordPage(Model):
    """Entries that the desk may see; ``next`` is the index to go on from."""

    items: list[RecordItem]
    next: int | None
    index: int


class Me(Model):
    """Who the token speaks for."""

    desk: str
    party: str | None
    role: str
    mediator: bool
    mechanism: str
    now: Instant
    clock_speed: float = Field(description="How many times as fast as the machine's clock; other than 1: an exercise.")
    next_serial: int
    signatures: Literal["required", "optional"] = Field(description="Whether a live statement has to be signed.")


class InForceOut(Model):
    """Which agreement it is: the first is number 1. ``digest`` is of the agreement as the record keeps it."""

    number: int
    index: int
    since: Instant
    digest: str = Field(description="SHA-256 (hex) of its canonical JSON.")


class MechanismOut(Model):
    """The agreement as data; the rows are those of the mechanism file."""

    name: str
    disclosure: Literal["board", "broker"]
    area: dict[str, Any] | None
    terrain: dict[str, Any] | None
    qnh: dict[str, Any] | None
    rules: dict[str, Any]
    separations: list[dict[str, Any]]
    parties: list[dict[str, Any]]
    desks: list[dict[str, Any]]
    places: list[dict[str, Any]]
    regions: list[dict[str, Any]]
    zones: list[dict[str, Any]]
    third_forces: list[dict[str, Any]]
    in_force: InForceOut
    signatures: Literal["required", "optional"]


class KeyOut(Model):
    """A desk's key. ``valid_from`` and ``retired_at`` are record indexes: of what enrolled it, and what retired it."""

    desk: str
    party: str | None
    kid: str = Field(description="Its name: base64url of its thumbprint (RFC 7638).")
    key: dict[str, str] = Field(description="The public key as a JWK (RFC 8037).")
    fingerprint: str = Field(description="The first 128 bits of its name, to be compared by voice.")
    valid_from: int
    enrolled_at: Instant
    enrolled_in: str = Field(description="The id of the statement.")
    vouched_by: str | None = Field(description="The key that signed its enrolment; null: it did so itself.")
    retired_at: int | None
    retired_in: str | None
    retired_by: str | None = Field(description="The desk that said so, or «the host's operator».")
    retired_why: str | None = Field(description="«replaced», or the reason that was given.")


class KeyList(Model):
    """Every desk's keys, and the record index at which this was true."""

    items: list[KeyOut]
    index: int


class PhraseOut(Model):
    """One coded phrase; ``about``: it is of use only with the thing it is about named."""

    code: str
    group: Literal["receipt", "stop", "people", "line", "sea"]
    about: bool
    text: str
    gloss: str
    when: str


class PhraseBookOut(Model):
    """The phrase book in one language."""

    lang: str
    name: str
    dir: Literal["ltr", "rtl"]
    note: str
    phrases: list[PhraseOut]


class PositionInNotations(Model):
    """A position as it is read out. ``resolution_m``: how far the figures that were given may leave it off."""

    lon: float
    lat: float
    resolution_m: float
    decimal: str
    dms: str
    mgrs: str


class TimeInNotations(Model):
    """An instant as it is read out; the seconds of ``dtg`` are cut."""

    utc: Instant
    dtg: str


class NotationOut(Model):
    """What was asked for, in every notation; null is what was not asked for."""

    position: PositionInNotations | None
    time: TimeInNotations | None


DESCRIBED_BY_HAND = (Problem, StatementIn, PreviewIn, DeliveryIn)
"""Models that no route names to FastAPI, so that they are put into OpenAPI by hand."""
