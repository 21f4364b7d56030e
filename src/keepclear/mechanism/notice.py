"""A notice as it stands: its current version, where it is in its life, and who has got how far with it.

Frozen: each change makes a new value, so what a change shows is what was true then.
"""

from __future__ import annotations

from dataclasses import dataclass

from keepclear.mechanism.bodies import NoticeBody
from keepclear.mechanism.states import Grade, NoticeState
from keepclear.mechanism.words import Mode, Precedence


@dataclass(frozen=True, slots=True)
class Reached:
    """A level or unit that a desk reported reached, and when."""

    name: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Recipient:
    """One desk and how far it has got with the current version.

    ``seen_version`` is the highest version that a person there acknowledged (0: none); ``reached`` the units reported;
    ``read_back`` whether what it read back is the same as what was said (None: it has not read back).
    """

    desk: str
    party: str | None
    grade: Grade = Grade.UNDELIVERED
    at_ms: int | None = None
    seen_version: int = 0
    reached: tuple[Reached, ...] = ()
    read_back: bool | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """An announced activity. ``id`` is the id of the first statement; ``statement`` is the one to acknowledge now.

    That is the latest ``notice``, ``amend`` or ``cancel``, said by the desk ``said_by``. ``addressees`` are those of it
    (see ``addressing``); ``shown_to`` every party that any version was addressed to: who saw the first must see what
    became of it. ``heard_at_ms`` is of the first version,
    ``version_at_ms`` of the current one. ``start_ms`` and ``end_ms`` are None for a notice of words alone.
    """

    id: str
    sender: str
    party: str
    to: tuple[str, ...]
    precedence: Precedence
    mode: Mode
    body: NoticeBody
    heard_at_ms: int
    version_at_ms: int
    statement: str
    said_by: str
    version: int
    state: NoticeState
    start_ms: int | None
    end_ms: int | None
    addressees: tuple[str, ...]
    shown_to: tuple[str, ...]
    recipients: tuple[Recipient, ...] = ()

    @property
    def is_live(self) -> bool:
        """True while it may still take place: heard or active."""
        return self.state in (NoticeState.HEARD, NoticeState.ACTIVE)

    @property
    def called(self) -> str:
        """How a sentence names it: its title, or its activity and desk."""
        return f"«{self.body.title}»" if self.body.title else f"{self.body.activity} of {self.sender}"

    @property
    def senders(self) -> tuple[str, ...]:
        """The desk that announced it, and the one that spoke last if that is another of its party."""
        return tuple(dict.fromkeys((self.sender, self.said_by)))

    def is_over_at(self, at_ms: int) -> bool:
        """True from its end on: windows are half-open."""
        return self.end_ms is not None and at_ms >= self.end_ms

    def recipient(self, desk: str) -> Recipient | None:
        """The row of a desk, if it is among the recipients."""
        return next((row for row in self.recipients if row.desk == desk), None)
