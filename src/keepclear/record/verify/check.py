"""A bundle from end to end: the log's signatures, every leaf up to the root, what went before, and what was said."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from keepclear.errors import InvalidInput, KeepclearError, VerificationFailed
from keepclear.record.verify.bundle import Bundle
from keepclear.record.verify.checkpoint import Checkpoint, parse_checkpoint
from keepclear.record.verify.encoding import base64_of
from keepclear.record.verify.findings import BUNDLE, YOU, Report
from keepclear.record.verify.lines import Row, examine
from keepclear.record.verify.note import Note, VerifierKey, parse_note, verify_note
from keepclear.record.verify.policy import Policy, parse_policy, standing_of
from keepclear.record.verify.statements import Statements
from keepclear.record.verify.tree import HASH_BYTES, Frontier

CHUNK = 500
"""Lines that a process gets at once."""
ALONE = 4_000
"""With fewer entries no further process is worth its start."""
PROCESSES = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader brings along: the keys believed, a policy for witnesses, and an earlier (or later) record."""

    keys: tuple[VerifierKey, ...] = ()
    policy: Policy | None = None
    against: Path | None = None
    processes: int = PROCESSES


def verify(path: Path, asked: Asked = Asked(), progress: Callable[[int, int], None] | None = None) -> Report:
    """What is proved of the bundle at ``path``, with every failure; ``progress`` is told entries done and in all.

    Raises ``NotABundle`` for a file that is none, ``InvalidInput`` for a file to compare with that is of no use.
    """
    with Bundle(path) as bundle:
        return _Verification(bundle, asked, progress or _untold).report


def _untold(_done: int, _of: int) -> None:
    """Nobody watches."""


class _Verification:
    def __init__(self, bundle: Bundle, asked: Asked, progress: Callable[[int, int], None]) -> None:
        self._bundle, self._asked, self._progress = bundle, asked, progress
        self.report = Report(made_for=bundle.manifest.made_for)
        told = asked.keys or (asked.policy.log_keys if asked.policy else ())
        self._keys = told or bundle.manifest.keys
        self.report.keys_from = YOU if told else BUNDLE
        self._policy = asked.policy or self._own_policy()
        self.report.policy_from = None if self._policy is None else YOU if asked.policy else BUNDLE
        checkpoint = self._signed_checkpoint()
        size = bundle.manifest.size if checkpoint is None else checkpoint.size
        self._hashes = bytearray()
        self._statements = Statements(self.report)
        self._read(size)
        if checkpoint is not None:
            self._compare(checkpoint)
        self._statements.finish(bundle.manifest.made_for)

    def _own_policy(self) -> Policy | None:
        """The policy that the host ran with, by its own word."""
        try:
            text = self._bundle.manifest.policy
            return None if text is None else parse_policy(text.encode("utf-8", "surrogatepass"), "policy")
        except InvalidInput as error:
            self.report.fail(None, "manifest's policy", str(error), "a tlog-policy file")
            return None

    def _signed_checkpoint(self) -> Checkpoint | None:
        """The bundle's checkpoint, if all of the log's keys signed it."""
        fail, manifest, report = self.report.fail, self._bundle.manifest, self.report
        try:
            note = parse_note(self._bundle.checkpoint)
            checkpoint = parse_checkpoint(note.text)
            signed = verify_note(note, self._keys)
        except (VerificationFailed, InvalidInput) as error:
            fail(None, "checkpoint", str(error), "a note that the log signed")
            return None
        for key in self._keys:
            if all(one.key != key for one in signed):
                fail(None, "checkpoint", f"no signature of {key.text.rpartition('+')[0]}", "one by each of its keys")
            if key.name != checkpoint.origin:
                fail(None, "checkpoint", f"of the log {checkpoint.origin}", f"{key.name}, which the key is of")
        if manifest.origin != checkpoint.origin:
            fail(None, "manifest's origin", manifest.origin, f"{checkpoint.origin}, as its checkpoint says")
        if manifest.size != checkpoint.size:
            fail(None, "manifest's size", str(manifest.size), f"{checkpoint.size}, as its checkpoint says")
        report.origin, report.size, report.root = checkpoint.origin, checkpoint.size, base64_of(checkpoint.root)
        report.signed_by = [f"{one.key.name} ({_ALGORITHM[one.key.type]})" for one in signed]
        self._judge(note)
        return checkpoint

    def _judge(self, note: Note) -> None:
        """How the witnesses of the policy stand to it."""
        if self._policy is None:
            return
        try:
            standing = standing_of(verify_note(note, self._policy.witness_keys), self._policy)
        except VerificationFailed as error:
            self.report.fail(None, "witness", str(error), "a cosignature that holds")
            return
        self.report.standing = standing.word
        self.report.cosigned, self.report.missing = list(standing.cosigned), list(standing.missing)
        if standing.is_binding:
            self.report.binding_size = self.report.size

    def _read(self, size: int) -> None:
        """Every line, in order: its hash into the tree, what it says to the statements."""
        index = 0
        for row in self._rows(size):
            if index >= size:
                self.report.fail(index, "line", "beyond the record's end", f"{size} lines, one for each entry")
                break
            self._hashes += row.hash
            self._statements.take(index, row)
            index += 1
            if index % 10_000 == 0:
                self._progress(index, size)
        if index < size:
            self.report.fail(None, "entries", f"{index} lines", f"{size}, one for each entry of the record")

    def _rows(self, size: int) -> Iterator[Row]:
        lines = self._bundle.lines()
        if size < ALONE or self._asked.processes < 2:
            while chunk := list(islice(lines, CHUNK)):
                yield from examine(chunk, self._statements.keys)
            return
        context = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else None)
        with ProcessPoolExecutor(self._asked.processes, context) as pool:
            waiting: deque[Future[list[Row]]] = deque()
            try:
                while chunk := list(islice(lines, CHUNK)):
                    waiting.append(pool.submit(examine, chunk, self._statements.keys))
                    if len(waiting) > 2 * self._asked.processes:
                        yield from waiting.popleft().result()
                while waiting:
                    yield from waiting.popleft().result()
            finally:
                pool.shutdown(cancel_futures=True)

    def _compare(self, checkpoint: Checkpoint) -> None:
        """The root that the leaves add up to, and the roots that were signed or seen before."""
        fail = self.report.fail
        earlier = list(self._earlier(checkpoint))
        roots = roots_at(self._hashes, {known.size for _, _, known in earlier} | {checkpoint.size})
        worked_out = roots.get(checkpoint.size)
        if worked_out != checkpoint.root:
            given = "no root" if worked_out is None else base64_of(worked_out)
            fail(None, "root of the tree", given, f"{base64_of(checkpoint.root)}, which the log signed")
        for index, name, known in earlier:
            if roots.get(known.size) == known.root:
                self.report.consistent_with.append(known.size)
            else:
                given = f"another tree of {known.size} entries than {name}"
                fail(index, "earlier checkpoint", given, f"the root {base64_of(known.root)}: two histories were shown")
        self.report.consistent_with = sorted(set(self.report.consistent_with))
        if self._asked.policy is not None and self.report.binding_size is None:
            wanted = ", ".join(self.report.missing)
            fail(None, "witnesses", "no checkpoint here has the quorum", f"one cosigned also by {wanted}")

    def _earlier(self, checkpoint: Checkpoint) -> Iterator[tuple[int | None, str, Checkpoint]]:
        """Checkpoints that the log signed and that this record must go on from: where from, which, what it says."""
        for name, data in self._bundle.earlier():
            known = self._signed_by_log(data)
            if known is None:
                self.report.fail(None, name, "not signed by the log", "an earlier checkpoint of it")
                continue
            if self._is_binding(parse_note(data)):
                self.report.binding_size = max(self.report.binding_size or 0, known.size)
            yield None, name, known
        for text, index in self._statements.seen.items():
            known = self._signed_by_log(text.encode("utf-8", "surrogatepass"))
            if known is not None:
                yield index, "the one that its desk saw", known
        if self._asked.against is not None:
            yield None, self._asked.against.name, self._against(self._asked.against, checkpoint)

    def _is_binding(self, note: Note) -> bool:
        """Whether the policy's quorum cosigned this note."""
        try:
            policy = self._policy
            return policy is not None and standing_of(verify_note(note, policy.witness_keys), policy).is_binding
        except VerificationFailed:
            return False

    def _against(self, path: Path, checkpoint: Checkpoint) -> Checkpoint:
        """The checkpoint to compare with; of a longer record, the one that it would have had at this size."""
        other, hashes = read_other(path)
        known = self._signed_by_log(other)
        if known is None:
            raise InvalidInput(str(path), "not signed by the keys of this record's log", "a checkpoint of the same log")
        if known.size <= checkpoint.size:
            return known
        if hashes is None:
            given = f"a checkpoint of {known.size} entries, more than the {checkpoint.size} here"
            raise InvalidInput(str(path), given, "an earlier checkpoint, or the later bundle")
        roots = roots_at(hashes, {checkpoint.size, known.size})
        if roots.get(known.size) != known.root:
            raise InvalidInput(str(path), "its leaves do not add up to its checkpoint", "a bundle that is verified")
        return Checkpoint(known.origin, checkpoint.size, roots[checkpoint.size])

    def _signed_by_log(self, data: bytes) -> Checkpoint | None:
        """The checkpoint in a note that one of the log's keys signed; None for anything else."""
        try:
            note = parse_note(data)
            checkpoint = parse_checkpoint(note.text)
            return checkpoint if verify_note(note, self._keys) else None
        except KeepclearError:
            return None


def read_other(path: Path) -> tuple[bytes, bytearray | None]:
    """A checkpoint's bytes from a file of its own, or from a bundle with the hashes of its leaves."""
    try:
        with path.open("rb") as file:
            is_zip = file.read(4) == b"PK\x03\x04"
        if not is_zip:
            return path.read_bytes(), None
    except OSError as error:
        raise InvalidInput(str(path), error.strerror or "it cannot be read", "a checkpoint or a bundle") from None
    with Bundle(path) as bundle:
        hashes = bytearray()
        lines = bundle.lines()
        while chunk := list(islice(lines, CHUNK)):
            for row in examine(chunk, {}):
                hashes += row.hash
        return bundle.checkpoint, hashes


def roots_at(hashes: bytes | bytearray, sizes: set[int]) -> dict[int, bytes]:
    """The root after so many leaves, for each of ``sizes`` that the tree reaches; ``hashes`` one after another."""
    tree = Frontier()
    roots = {0: tree.root}
    last = min(max(sizes), len(hashes) // HASH_BYTES)
    while tree.size < last:
        at = tree.size * HASH_BYTES
        tree.append(bytes(hashes[at : at + HASH_BYTES]))
        if tree.size in sizes:
            roots[tree.size] = tree.root
    return roots


_ALGORITHM = {0x01: "Ed25519", 0x04: "Ed25519 with time", 0x06: "ML-DSA-44"}
