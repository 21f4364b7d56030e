"""The bodies of statements, one frozen dataclass a type (contract §3). ``statement.BODIES`` has those taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from keepclear.mechanism.place import PlaceText
from keepclear.mechanism.words import AckLevel, Activity
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

    ``read_back`` is what was heard, as given (``{"envelope": …, "place": …}``); comparing it is a check to come.
    """

    about: str
    level: AckLevel
    reached: tuple[str, ...] = ()
    read_back: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class MessageBody:
    """Something said on the line: words, or a code of the phrase book."""

    text: str | None = None
    phrase: str | None = None
    about: str | None = None


Body = NoticeBody | AmendBody | LifeBody | AckBody | MessageBody
