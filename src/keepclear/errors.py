"""One root error and a small tree.

Every error has a stable ``code`` (documented in ``docs/reference/errors.md``) and a sentence that tells the reader what
to do. Faces render them in one place each: ``api.problems`` as RFC 9457 problems, ``cli.output`` for the terminal.
"""

from __future__ import annotations

from typing import ClassVar


class KeepclearError(Exception):
    """Something Keepclear was asked cannot be done; the message says why and what would be right."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    """The HTTP status a face answers with."""


class InvalidInput(KeepclearError):
    """A value that was given cannot be taken: ``field: what was given; what would be right``."""

    code: ClassVar[str] = "invalid_input"
    status: ClassVar[int] = 422

    def __init__(self, field: str, given: str, expected: str) -> None:
        super().__init__(f"{field}: {given}; {expected}")
        self.field = field
        self.given = given
        self.expected = expected

    def under(self, prefix: str) -> InvalidInput:
        """The same error with its field inside ``prefix`` (``prefix`` ``body`` makes ``floor`` ``body.floor``)."""
        inner = self.field
        joined = f"{prefix}{inner}" if inner.startswith("[") else f"{prefix}.{inner}" if inner else prefix
        return type(self)(joined, self.given, self.expected)


class TooLarge(InvalidInput):
    """The input is over a stated limit (bytes, vertices, nesting); nothing of it was kept."""

    code: ClassVar[str] = "too_large"
    status: ClassVar[int] = 413


class Refused(KeepclearError):
    """A statement is well formed but is no legal move now: the sentence names the state and what would be allowed."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409

    def __init__(self, field: str, why: str, allowed: str) -> None:
        super().__init__(f"{field}: {why}; {allowed}")
        self.field = field
        self.why = why
        self.allowed = allowed


class IdInUse(Refused):
    """A statement with this id was heard before and says something else; give the new one an id of its own."""

    code: ClassVar[str] = "id_in_use"


class SignatureInvalid(InvalidInput):
    """A signed statement, or a key, is not what it claims to be; sign it with the key of your desk, as it stands."""

    code: ClassVar[str] = "signature_invalid"


class SignatureRequired(Refused):
    """A live statement is heard here only when it is signed with a key of the desk; see ``keepclear keys``."""

    code: ClassVar[str] = "signature_required"
    status: ClassVar[int] = 401


class KeyNotValid(Refused):
    """The key that signed this does not speak for the desk at this place of the record; sign with one that does."""

    code: ClassVar[str] = "key_not_valid"


class Unauthenticated(KeepclearError):
    """No desk's token was given, or it is not known; send ``Authorization: Bearer`` with the token of your desk."""

    code: ClassVar[str] = "unauthenticated"
    status: ClassVar[int] = 401


class Forbidden(KeepclearError):
    """The token is good, but this desk may not do that."""

    code: ClassVar[str] = "forbidden"
    status: ClassVar[int] = 403


class NotFound(KeepclearError):
    """There is nothing of that name that this desk may see."""

    code: ClassVar[str] = "not_found"
    status: ClassVar[int] = 404


class StoreFailed(KeepclearError):
    """The store could not make a statement durable; the host has stopped and nobody was told. Look at the disk."""

    code: ClassVar[str] = "store_failed"
    status: ClassVar[int] = 503


class PositionTaken(StoreFailed):
    """Entries were appended at a position that is not the end of the log: another writer is at work on it."""

    code: ClassVar[str] = "position_taken"


class StoreInUse(StoreFailed):
    """Another process has the data directory; stop that one, or give another directory."""

    code: ClassVar[str] = "store_in_use"


class StoreTooNew(StoreFailed):
    """A newer Keepclear wrote this store; run that version or a later one."""

    code: ClassVar[str] = "store_too_new"


class RecordDamaged(StoreFailed):
    """A stored entry is missing or is not what was written; restore the store from a copy."""

    code: ClassVar[str] = "record_damaged"


class HearingFailed(KeepclearError):
    """Working this statement out failed inside the host, which is a fault of ours; it was not recorded. See the log."""

    code: ClassVar[str] = "hearing_failed"
    status: ClassVar[int] = 500


class RecordFailed(KeepclearError):
    """The record's tree could not be made durable: nothing more is signed. See to the disk and start the host again."""

    code: ClassVar[str] = "record_failed"
    status: ClassVar[int] = 503


class VerificationFailed(KeepclearError):
    """A proof, signature or hash does not hold: ``what: what was found; what it should be``."""

    code: ClassVar[str] = "verification_failed"
    status: ClassVar[int] = 422

    def __init__(self, what: str, found: str, expected: str) -> None:
        super().__init__(f"{what}: {found}; {expected}")
        self.what = what
        self.found = found
        self.expected = expected


class SplitView(KeepclearError):
    """The log has signed two histories, or cannot show that it has not; keep the evidence and tell the other desks."""

    code: ClassVar[str] = "split_view"
    status: ClassVar[int] = 409

    def __init__(self, message: str, evidence: str | None = None, *, proven: bool = False) -> None:
        super().__init__(message)
        self.evidence = evidence
        """The file that holds both signed checkpoints, if one could be written."""
        self.proven = proven
        """Whether the two checkpoints contradict each other for anybody who has the log's key."""


class ReceiptMissing(KeepclearError):
    """The host took a statement and has shown no receipt for it in time; say so to the other desks by voice."""

    code: ClassVar[str] = "receipt_missing"
    status: ClassVar[int] = 504


class Overloaded(KeepclearError):
    """More is waiting than the host can take in time; try again after a moment, with the same statement id."""

    code: ClassVar[str] = "overloaded"
    status: ClassVar[int] = 503


class HelperLost(KeepclearError):
    """A process that did a share of the work ended before it was done; nothing was answered. Run the command again."""

    code: ClassVar[str] = "helper_lost"


class HostUnreachable(KeepclearError):
    """No host answers at the address given; see that ``keepclear serve`` runs there and that the address is right."""

    code: ClassVar[str] = "host_unreachable"
    status: ClassVar[int] = 503
