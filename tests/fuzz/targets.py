"""What is fuzzed: the readers of everything that comes from somebody else, each with what must hold of it.

A target takes bytes. It may refuse them by an error of ours and by no other exception; what it takes it must print as
the very same bytes, for two spellings of one thing would be two things. ``seeds`` are real outputs to begin from.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import rfc8785

from keepclear.errors import KeepclearError
from keepclear.formats.strict_json import loads
from keepclear.record.bundle_file import Opened, line_of
from keepclear.record.evidence import contradiction, parse_evidence
from keepclear.record.proof import Proof, parse_proof
from keepclear.record.tiles import bundle_of, entries_of, parse_tile_path
from keepclear.record.verify.bundle import Bundle
from keepclear.record.verify.canonical import canonical, parsed
from keepclear.record.verify.check import Asked, verify
from keepclear.record.verify.checkpoint import parse_checkpoint
from keepclear.record.verify.jws import taken_apart
from keepclear.record.verify.leaf import Leaf, commitment_of, parse_leaf
from keepclear.record.verify.lines import examine
from keepclear.record.verify.note import parse_note, parse_verifier_key, verify_note
from keepclear.record.verify.policy import parse_policy
from keepclear.record.witness import BAD_REQUEST, Refused, check_growth, check_signatures, parse_request
from tests.fuzz.split_log import LATEST, LOG_KEYS, SIGNED_BY_LOG, contradicts, evidence_files, requests
from tests.record.bundles import KEYS, leaf, members, note, parts, salt, zipped
from tests.record.signed import ALPHA, small_record

RECORD = small_record().entries
LEAVES = [leaf(entry, index) for index, entry in enumerate(RECORD)]
NOTE = note(LEAVES)
SIGNED = {parse_note(note(LEAVES[:size])).text for size in (len(LEAVES), 3)}


class NotTheSame(Exception):
    """What was read is printed as something else."""


def same(given: object, printed: object) -> None:
    """Parse ∘ print is the identity."""
    if given != printed:
        message = f"{given!r} was read, and is printed as {printed!r}"
        raise NotTheSame(message)


def fuzz_note(data: bytes) -> None:
    """A signed note, and its signatures."""
    read = parse_note(data)
    same(data, read.to_bytes())
    if verify_note(read, KEYS):
        same(True, read.text in SIGNED)  # these keys signed nothing else


def fuzz_checkpoint(data: bytes) -> None:
    """A checkpoint's text."""
    text = data.decode("utf-8", "surrogateescape")
    same(text, parse_checkpoint(text).text)


def fuzz_verifier_key(data: bytes) -> None:
    """A key as people pass it on."""
    text = data.decode("utf-8", "surrogateescape")
    same(text, parse_verifier_key(text).text)


def fuzz_tile_path(data: bytes) -> None:
    """A tile's path."""
    text = data.decode("utf-8", "surrogateescape")
    same(text, parse_tile_path(text).path)


def fuzz_tile_entries(data: bytes) -> None:
    """A tile of entries."""
    same(data, bundle_of(entries_of(data)))


def fuzz_leaf(data: bytes) -> None:
    """A leaf."""
    same(data, parse_leaf(data).to_bytes())


def fuzz_proof(data: bytes) -> None:
    """A receipt."""
    same(data, parse_proof(data).to_bytes())


def fuzz_policy(data: bytes) -> None:
    """A policy of witnesses: the same whenever it is read, and met exactly when nobody is missing."""
    policy = parse_policy(data)
    same(policy, parse_policy(data))
    everyone = {line.name for line in policy.witnesses}
    same((True, ()), (policy.is_met(everyone), policy.missing(everyone)))
    same(policy.is_met(set()), not policy.missing(set()))


def fuzz_evidence(data: bytes) -> None:
    """A file of evidence: it reads the same when written anew, and convicts only of what was really signed."""
    evidence = parse_evidence(data)
    same(evidence, parse_evidence(evidence.to_bytes()))
    if contradiction(evidence, LOG_KEYS) is not None:
        same(True, contradicts(evidence.first.text, evidence.second.text))


def fuzz_witness_request(data: bytes) -> None:
    """What a witness is asked (``add-checkpoint``): all that is refused has its status, and no forgery is cosigned."""
    try:
        asked = parse_request(data)
    except Refused as refused:
        same(BAD_REQUEST, refused.status)
        return
    same(data, asked.to_bytes())
    for latest in (None, LATEST):
        with suppress(Refused):
            check_signatures(asked, {LOG_KEYS[0].name: LOG_KEYS})
            check_growth(asked, latest)
            same(True, asked.note.text in SIGNED_BY_LOG)


def fuzz_jws(data: bytes) -> None:
    """A signed statement."""
    token = taken_apart(data)
    same(data, token.compact.encode("ascii"))
    same(token, taken_apart(token.compact))


def fuzz_canonical(data: bytes) -> None:
    """Canonical JSON, judged by another program's spelling too."""
    try:
        value = parsed(data)
    except ValueError:
        return
    same(data, canonical(value))
    same(data, rfc8785.dumps(value))


def fuzz_strict_json(data: bytes) -> None:
    """JSON as statements and entries are read: what is taken has one meaning, and a canonical form of it."""
    value = loads(data)
    same(value, loads(rfc8785.dumps(value)))


def fuzz_line(data: bytes) -> None:
    """A line of a bundle; and as an entry that its leaf commits to."""
    examine([data], {})
    committed = Leaf(_time_of(data), commitment_of(salt(0), data)).to_bytes()
    examine([line_of(committed, Opened(data, salt(0)))], {ALPHA.kid: ALPHA.x})


def _time_of(entry: bytes) -> int:
    """When an entry says that it was heard, if it says that; else any time: its leaf then says another."""
    try:
        at_ms = json.loads(entry)["at"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return 0
    return at_ms if isinstance(at_ms, int) and 0 <= at_ms < 2**53 else 0


def fuzz_bundle_members(data: bytes) -> None:
    """A bundle whose archive is well made, and whose members are not."""
    name, _, content = data.partition(b"\n")
    names = {b"m": "manifest.json", b"c": "checkpoint", b"e": "entries.jsonl"}
    held = {**good_members(), names.get(name, "earlier-checkpoints/1"): content}
    path = zipped(scratch() / "members.zip", held.items())
    report = verify(path, Asked(KEYS, processes=1))
    if report.is_verified and name == b"c":
        same(parse_note(NOTE).text, parse_note(content).text)  # it may have more lines below
    if report.is_verified and name == b"e":
        same(good_members()["entries.jsonl"].rstrip(b"\n"), content.rstrip(b"\n"))


def fuzz_bundle_file(data: bytes) -> None:
    """A file that says it is a bundle."""
    path = scratch() / "file.zip"
    path.write_bytes(data)
    with Bundle(path) as bundle:
        for _ in bundle.lines():
            pass


@cache
def scratch() -> Path:
    """A folder for the files of this process."""
    return Path(tempfile.mkdtemp(prefix="keepclear-fuzz-"))


@cache
def good_members() -> dict[str, bytes]:
    """The members of a bundle that is verified."""
    return members(parts(RECORD).write(scratch() / "good.zip"))


def _stored() -> bytes:
    """A bundle that is not packed, so that its members lie open to a mutation."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, data in good_members().items():
            archive.writestr(name, data)
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class Target:
    """A reader with real outputs that it takes."""

    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]


def _tokens() -> list[bytes]:
    return [json.loads(entry)["jws"].encode() for entry in RECORD if b'"jws"' in entry]


def _receipts() -> list[bytes]:
    return [Proof(3, (b"\x01" * 32, b"\x02" * 32), parse_note(NOTE), extra).to_bytes() for extra in (b"", b"s" * 16)]


def _policies() -> list[bytes]:
    log = KEYS[0].text
    return [f"log {log} https://log.example\nwitness a {KEYS[1].text}\ngroup g 1 a\nquorum g\n".encode()]


TARGETS: dict[str, Target] = {
    "note": Target(fuzz_note, lambda: [NOTE, note(LEAVES[:3])]),
    "checkpoint": Target(fuzz_checkpoint, lambda: [parse_note(NOTE).text.encode()]),
    "verifier_key": Target(fuzz_verifier_key, lambda: [key.text.encode() for key in KEYS]),
    "tile_path": Target(fuzz_tile_path, lambda: [b"tile/0/x001/x234/067.p/8", b"tile/entries/000", b"tile/63/999"]),
    "tile_entries": Target(fuzz_tile_entries, lambda: [bundle_of(LEAVES), b""]),
    "leaf": Target(fuzz_leaf, lambda: LEAVES[:2]),
    "proof": Target(fuzz_proof, _receipts),
    "policy": Target(fuzz_policy, _policies),
    "evidence": Target(fuzz_evidence, evidence_files),
    "witness_request": Target(fuzz_witness_request, requests),
    "jws": Target(fuzz_jws, _tokens),
    "canonical": Target(fuzz_canonical, lambda: RECORD[:3]),
    "strict_json": Target(fuzz_strict_json, lambda: [*RECORD[:3], b'{"a":[1,-2.5e3,"\\ud83d\\ude00",null,true]}']),
    "line": Target(fuzz_line, lambda: [line.rstrip(b"\n") for line in parts(RECORD).lines[:4]] + RECORD[:4]),
    "bundle_members": Target(
        fuzz_bundle_members,
        lambda: (
            [
                prefix + b"\n" + good_members()[name]
                for prefix, name in ((b"m", "manifest.json"), (b"c", "checkpoint"), (b"e", "entries.jsonl"))
            ]
            + [b"x\n" + NOTE]
        ),
    ),
    "bundle_file": Target(fuzz_bundle_file, lambda: [_stored()]),
}


def run(target: Target, data: bytes) -> None:
    """One input: an error of ours is an answer, and anything else that is raised is a fault found."""
    with suppress(KeepclearError):
        target.run(data)
