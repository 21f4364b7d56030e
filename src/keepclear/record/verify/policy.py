"""Whose word makes a checkpoint binding: a C2SP tlog-policy file, read strictly, and a checkpoint judged by it.

The file names logs and witnesses by their verifier keys, groups witnesses, and says which group is the quorum::

    log <vkey> [<url>]
    witness <name> <vkey> [<url>]
    group <name> all|any|<k> <name>...
    quorum <name>|none

A checkpoint that is signed by a listed log and cosigned by the quorum is ``binding``; one that is signed by a listed
log but not (yet) cosigned by the quorum is ``provisional``. Names are octets; they are held as UTF-8 text in which an
octet that is no UTF-8 survives as a surrogate, so that two names are equal exactly when their octets are.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

from keepclear.errors import InvalidInput, VerificationFailed
from keepclear.record.verify.checkpoint import Checkpoint, parse_checkpoint
from keepclear.record.verify.encoding import shown
from keepclear.record.verify.note import Note, SignatureType, Signed, VerifierKey, parse_verifier_key, verify_note

NONE = "none"
MOST_LINES = 10_000
"""A policy is bounded: far over the 32 logs, witnesses and groups that the specification asks for."""

_LOG_TYPES = frozenset({SignatureType.ED25519, SignatureType.ML_DSA_44})
_WITNESS_TYPES = frozenset({SignatureType.ED25519_COSIGNATURE, SignatureType.ML_DSA_44})
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_FORMS = "log VKEY [URL], witness NAME VKEY [URL], group NAME all|any|K MEMBER..., quorum NAME|none, or # and a comment"
_DECIMAL = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class LogLine:
    """A log whose checkpoints are accepted; ``key.name`` is its origin."""

    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class WitnessLine:
    """A witness under the name that the policy gives it, which need not be the name of its key."""

    name: str
    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Has witnessed a checkpoint when at least ``threshold`` of its ``members`` (witnesses or groups) have."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Logs, witnesses, groups and the quorum (``None``: no cosignature is asked for). Made by ``parse_policy``."""

    logs: tuple[LogLine, ...]
    witnesses: tuple[WitnessLine, ...]
    groups: tuple[Group, ...]
    quorum: str | None

    @property
    def log_keys(self) -> tuple[VerifierKey, ...]:
        """The keys of all logs."""
        return tuple(line.key for line in self.logs)

    @property
    def witness_keys(self) -> tuple[VerifierKey, ...]:
        """The keys of all witnesses."""
        return tuple(line.key for line in self.witnesses)

    def is_met(self, cosigned: Set[str]) -> bool:
        """Whether the witnesses of these names are a quorum."""
        return not self._wanted(cosigned)

    def missing(self, cosigned: Set[str]) -> tuple[str, ...]:
        """Witnesses whose word would still count towards the quorum, in the order of the file; empty when it is met."""
        wanted = self._wanted(cosigned)
        return tuple(line.name for line in self.witnesses if line.name in wanted)

    def _wanted(self, cosigned: Set[str]) -> set[str]:
        wanted = {line.name: {line.name} - cosigned for line in self.witnesses}
        for group in self.groups:  # its members are defined before it
            members = [wanted[name] for name in group.members]
            is_met = sum(not one for one in members) >= group.threshold
            wanted[group.name] = set() if is_met else set().union(*members)
        return set() if self.quorum is None else wanted[self.quorum]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a checkpoint stands under a policy; it is signed by one of the policy's logs in any case."""

    is_binding: bool
    cosigned: tuple[str, ...]
    """Names (in the policy) of the witnesses whose cosignatures were verified."""
    missing: tuple[str, ...]
    """Names of the witnesses whose word would still count; empty when binding."""

    @property
    def word(self) -> str:
        """``binding`` or ``provisional``."""
        return "binding" if self.is_binding else "provisional"


def judge(note: Note, policy: Policy) -> tuple[Checkpoint, Standing]:
    """The checkpoint that ``note`` holds, and how it stands under ``policy``.

    Raises ``VerificationFailed`` when no log of the policy has signed it, or when a line of a key that the policy
    names does not hold; ``InvalidInput`` when the note holds no checkpoint.
    """
    checkpoint = parse_checkpoint(note.text)
    of_this_log = tuple(key for key in policy.log_keys if key.name == checkpoint.origin)
    if not verify_note(note, of_this_log):
        expected = f"a signature of {' or '.join(sorted({key.name for key in policy.log_keys})) or 'a listed log'}"
        raise VerificationFailed("checkpoint", f"no log of the policy has signed it for {checkpoint.origin}", expected)
    return checkpoint, standing_of(verify_note(note, policy.witness_keys), policy)


def standing_of(signed: tuple[Signed, ...], policy: Policy) -> Standing:
    """How a checkpoint stands that has these verified lines below it."""
    keys = {one.key for one in signed}
    cosigned = {line.name for line in policy.witnesses if line.key in keys}
    return Standing(
        policy.is_met(cosigned),
        tuple(line.name for line in policy.witnesses if line.name in cosigned),
        policy.missing(cosigned),
    )


def parse_policy(data: bytes, name: str = "policy") -> Policy:
    """The policy in a file. Raises ``InvalidInput`` that names the file and the line."""
    reading = _Reading(name)
    if _FORBIDDEN.search(data):
        raise InvalidInput(name, "a control character other than tab and newline", "text")
    if data and not data.endswith(b"\n"):
        raise InvalidInput(name, "no newline at its end", "each line ended by a newline: the file may have been cut")
    lines = data.split(b"\n")[:-1]
    if len(lines) > MOST_LINES:
        raise InvalidInput(name, f"{len(lines)} lines", f"at most {MOST_LINES}")
    for number, line in enumerate(lines, 1):
        words = [word.decode("utf-8", "surrogateescape") for word in re.split(rb"[ \t]+", line.strip(b" \t")) if word]
        if words and not words[0].startswith("#"):
            reading.take(number, words)
    return reading.finished()


class _Reading:
    """The policy as far as it has been read."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._at = file
        self._logs: list[LogLine] = []
        self._witnesses: list[WitnessLine] = []
        self._groups: list[Group] = []
        self._named: set[str] = set()
        self._grouped: set[str] = set()
        self._quorum: str | None = None

    def take(self, number: int, words: list[str]) -> None:
        self._at = f"{self._file}:{number}"
        match words:
            case ["log", key, *url] if len(url) < 2:
                self._log(key, *url)
            case ["witness", name, key, *url] if len(url) < 2:
                self._witness(name, key, *url)
            case ["group", name, threshold, *members] if members:
                self._group(name, threshold, tuple(members))
            case ["quorum", name]:
                self._take_quorum(name)
            case _:
                raise InvalidInput(self._at, shown(" ".join(words)), _FORMS)

    def finished(self) -> Policy:
        if self._quorum is None:
            raise InvalidInput(self._file, "no quorum line", "exactly one: quorum NAME, or quorum none")
        quorum = None if self._quorum == NONE else self._quorum
        return Policy(tuple(self._logs), tuple(self._witnesses), tuple(self._groups), quorum)

    def _log(self, text: str, url: str | None = None) -> None:
        key = self._key(text, _LOG_TYPES, "of a log: type 0x01 (Ed25519) or 0x06 (ML-DSA-44)")
        if any(one.key.public_key == key.public_key for one in self._logs):
            raise InvalidInput(self._at, "a log whose key was listed before", "each log once")
        self._logs.append(LogLine(key, url))

    def _witness(self, name: str, text: str, url: str | None = None) -> None:
        key = self._key(text, _WITNESS_TYPES, "of a witness: type 0x04 (Ed25519) or 0x06 (ML-DSA-44)")
        if any(one.key.public_key == key.public_key for one in self._witnesses):
            raise InvalidInput(self._at, "a witness whose key was listed before", "each witness once")
        self._witnesses.append(WitnessLine(self._new_name(name), key, url))

    def _group(self, name: str, threshold: str, members: tuple[str, ...]) -> None:
        for member in members:
            self._defined(member)
            if member in self._grouped:
                raise InvalidInput(self._at, f"«{member}» is a member already", "each name in one group, once")
            self._grouped.add(member)
        self._groups.append(Group(self._new_name(name), self._threshold(threshold, len(members)), members))

    def _threshold(self, word: str, members: int) -> int:
        if word in ("all", "any"):
            return members if word == "all" else 1
        if not _DECIMAL.fullmatch(word) or int(word) > members:
            raise InvalidInput(self._at, repr(word), f"all, any, or a number from 1 to {members}")
        return int(word)

    def _take_quorum(self, name: str) -> None:
        if self._quorum is not None:
            raise InvalidInput(self._at, "a second quorum line", "exactly one")
        if name != NONE:
            self._defined(name)
        self._quorum = name

    def _new_name(self, name: str) -> str:
        if name == NONE or name in self._named:
            given = "«none» as a name" if name == NONE else f"«{name}» a second time"
            raise InvalidInput(self._at, given, "a name of its own for each witness and group; none has a meaning")
        self._named.add(name)
        return name

    def _defined(self, name: str) -> None:
        if name not in self._named:
            raise InvalidInput(self._at, f"«{name}»", "a witness or group that a line before defines")

    def _key(self, text: str, types: frozenset[SignatureType], expected: str) -> VerifierKey:
        try:
            key = parse_verifier_key(text)
        except InvalidInput as error:
            raise InvalidInput(self._at, error.given, error.expected) from None
        if key.type not in types:
            raise InvalidInput(self._at, f"a key of type 0x{key.type:02x}", f"a verifier key {expected}")
        return key
