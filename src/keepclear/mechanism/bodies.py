"""The bodies of statements, one frozen dataclass a type (contract §3). ``statement.BODIES`` has those taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from keepclear.mechanism.place import PlaceText
from keepclear.mechanism.read_back import ReadBack
from keepclear.mechanism.words import AckLevel, Activity, CallResult, StopAnswer
from keepclear.spacetime.altitude import Altitude
from keepclear.spacetime.envelope import Envelope


@dataclass(frozen=True, slots=True)
class NoticeBody:
    """Announces an activity. ``envelope`` None: nothing but words were given, which is heard and called vague."""

    activity: Activity
    envelope: Envelope | None = None
    title: str | None = None
    place: PlaceText | None = None
    covers: tuple[str, ...] = ()
    not_covering: tuple[str, ...] = ()
    purpose: str | None = None
    must_reach: tuple[str, ...] = ()
    read_back: bool = False
    remarks: str | None = None


NOTICE_FIELDS: frozenset[str] = frozenset(f.name for f in fields(NoticeBody))
"""The fields that an amendment may change."""


@dataclass(frozen=True, slots=True)
class AmendBody:
    """A new version of a notice: ``changes`` holds the fields that change, typed as in :class:`NoticeBody`.

    A field that is not there stays; one that is taken away is there with its empty value.
    """

    notice: str
    changes: Mapping[str, Any]

    def applied_to(self, body: NoticeBody) -> NoticeBody:
        """The notice's body as it is after this amendment."""
        return replace(body, **self.changes)


@dataclass(frozen=True, slots=True)
class LifeBody:
    """A step in a notice's life: the body of ``cancel``, ``activate`` and ``complete``."""

    notice: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AckBody:
    """A graded receipt. ``about`` is a statement or an alert; ``reached`` names units, for ``disseminated``.

    ``read_back`` is what was heard, in whatever notation; ``checks.read_back`` compares it.
    """

    about: str
    level: AckLevel
    reached: tuple[str, ...] = ()
    read_back: ReadBack | None = None


@dataclass(frozen=True, slots=True)
class MessageBody:
    """Something said on the line: words, or a code of the phrase book."""

    text: str | None = None
    phrase: str | None = None
    about: str | None = None


@dataclass(frozen=True, slots=True)
class CallBody:
    """A telephone call that was made, logged by who made it. ``to`` is a desk or a party."""

    to: str
    result: CallResult
    about: str | None = None


@dataclass(frozen=True, slots=True)
class NoticeChange:
    """What a proposal would change of one notice. ``envelope`` replaces the whole; the others change what is there.

    ``shift_min`` moves every window (minutes, negative is earlier); ``floor`` and ``ceiling`` are of every volume.
    """

    notice: str
    shift_min: float | None = None
    floor: Altitude | None = None
    ceiling: Altitude | None = None
    envelope: Envelope | None = None


@dataclass(frozen=True, slots=True)
class ProposeBody:
    """A way to settle a conflict. ``about`` names it by its two notices (``a~b``), or by its alert."""

    about: str
    change: NoticeChange
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerBody:
    """The answer to a proposal: the body of ``accept`` and ``decline``."""

    about: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class StopBody:
    """Cease now: life is at risk. ``about`` is a notice; place and envelope say where, if that is known better."""

    reason: str
    about: str | None = None
    place: PlaceText | None = None
    envelope: Envelope | None = None


@dataclass(frozen=True, slots=True)
class StopReplyBody:
    """The answer to a STOP."""

    stop: str
    answer: StopAnswer


@dataclass(frozen=True, slots=True)
class StopStepBody:
    """A step after a STOP: the body of ``units_informed`` and ``ceased``."""

    stop: str


@dataclass(frozen=True, slots=True)
class Position:
    """A point as somebody gave it: degrees, WGS84."""

    lon: float
    lat: float
    altitude: Altitude | None = None


@dataclass(frozen=True, slots=True)
class ObserveBody:
    """Something seen where it should not be. ``kind`` is the activity that it looks like."""

    object: str
    position: Position
    kind: Activity


@dataclass(frozen=True, slots=True)
class ClaimBody:
    """Ours, or not ours: the body of ``claim`` and ``disclaim``."""

    observation: str


@dataclass(frozen=True, slots=True)
class LineTestBody:
    """A test of the channel, or its answer; ``test`` is the test that is answered."""

    test: str | None = None


@dataclass(frozen=True, slots=True)
class AccountBody:
    """One side's version of an incident, fact by fact."""

    incident: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AccidentBody:
    """An unintended launch, entry or fall. ``heading_deg`` is from true north."""

    activity: Activity
    place: PlaceText | None = None
    position: Position | None = None
    heading_deg: float | None = None


@dataclass(frozen=True, slots=True)
class SuspendBody:
    """Why the mechanism is suspended, or resumed."""

    reason: str


@dataclass(frozen=True, slots=True)
class WatchBody:
    """Who comes to a desk, or goes: the body of ``sign_on`` and ``sign_off``. ``note``: what the next one must know."""

    name: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class KeyEnrolBody:
    """A desk's new key: its public part ``x`` and its name ``kid`` (RFC 8037, RFC 7638), base64url.

    ``replaces`` is the key that is retired by it; ``proof`` shows that who enrols the key has it (``host.signed``).
    """

    x: str
    kid: str
    proof: str
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class KeyRevokeBody:
    """A desk's key that is to count no more, and why."""

    desk: str
    kid: str
    reason: str


Body = (
    NoticeBody
    | AmendBody
    | LifeBody
    | AckBody
    | MessageBody
    | CallBody
    | ProposeBody
    | AnswerBody
    | StopBody
    | StopReplyBody
    | StopStepBody
    | ObserveBody
    | ClaimBody
    | LineTestBody
    | AccountBody
    | AccidentBody
    | SuspendBody
    | WatchBody
    | KeyEnrolBody
    | KeyRevokeBody
)
