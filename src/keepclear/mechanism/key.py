"""A desk's key: from which place in the record on it speaks for the desk, and up to which. Frozen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeskKey:
    """An Ed25519 key, by its public part ``x`` and its name ``kid`` (both base64url).

    ``valid_from`` and ``retired_at`` are places in the record: of the statement that enrolled it, and of the one that
    retired it (None: none has). ``vouched_by`` is the key that signed its enrolment; None when it was the desk's first,
    or the first after all others were revoked, and signed its enrolment itself. Once retired it never comes back.
    """

    desk: str
    kid: str
    x: str
    valid_from: int
    enrolled_at_ms: int
    enrolled_in: str
    vouched_by: str | None = None
    retired_at: int | None = None
    retired_in: str | None = None
    retired_by: str | None = None
    retired_why: str | None = None

    @property
    def is_valid(self) -> bool:
        """Whether the desk's next statement may be signed with it."""
        return self.retired_at is None

    def speaks_at(self, index: int) -> bool:
        """Whether a statement at this place could be signed with it: the one that retired it could, and the one that
        enrolled it where no other key vouched for it.
        """
        begun = index > self.valid_from or (index == self.valid_from and self.vouched_by is None)
        return begun and (self.retired_at is None or index <= self.retired_at)
