"""What the console's own verifier is tested with: receipts, proofs, policies and evidence as this side makes them.

``python -m tests.console.record_vectors`` writes the file; ``test_record_vectors.py`` says when it is no longer what
this makes.
"""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from keepclear.record.evidence import Evidence, why_split
from keepclear.record.proof import Proof, leaf_of
from keepclear.record.signers import Ed25519Cosigner, MlDsaSigner
from keepclear.record.verify.base64url import encoded
from keepclear.record.verify.checkpoint import parse_checkpoint
from keepclear.record.verify.jws import check, taken_apart
from keepclear.record.verify.policy import judge, parse_policy
from keepclear.record.verify.public_key import thumbprint
from keepclear.record.verify.tree import leaf_hash
from tests.record import test_note, test_policy, test_proof_file
from tests.record.small_log import SmallLog, path, root, with_line

FILE = Path(__file__).parents[2] / "console" / "test" / "record-vectors.json"
AT_MS = 1_776_000_000_123
SALT = sha256(b"salt").digest()[:16]
SAID: dict[str, Any] = {
    "body": {"reason": "Leben in Gefahr «é»"},
    "from": "alpha.air",
    "id": "0190163d-8694-739b-aea5-966c26f8ad91",
    "mechanism": "trial",
    "mode": "live",
    "precedence": "FLASH",
    "refs": [],
    "said_at": "2026-04-12T13:20:00.000Z",
    "serial": 7,
    "type": "stop",
}


def text(data: bytes) -> str:
    """Any bytes, as the vectors write them."""
    return base64.b64encode(data).decode()


def entry_of(said: dict[str, Any]) -> bytes:
    """A statement's entry, as the record writes it."""
    return rfc8785.dumps({"at": AT_MS, "kind": "statement", "rules": "2", "v": 2, "worked_out": "0" * 43, **said})


def receipt(size: int, index: int, entry: bytes) -> tuple[SmallLog, Proof]:
    """A log in which ``entry`` stands at ``index``, and the receipt for it."""
    log = SmallLog().grow(size)
    log.hashes[index] = leaf_hash(leaf_of(entry, SALT))
    return log, Proof(index, tuple(path(index, log.hashes)), log.note(), SALT + entry)


def receipts() -> list[dict[str, Any]]:
    """Receipts of every shape of tree up to 13 entries, and of a larger one."""
    places = [(size, index) for size in range(1, 14) for index in {0, size // 2, size - 1}] + [(1000, 700)]
    made = []
    for size, index in sorted(set(places)):
        log, proof = receipt(size, index, entry_of({"statement": SAID}))
        made.append({"size": size, "index": index, "key": log.key.text, "file": text(proof.to_bytes())})
    return made


def signed() -> dict[str, Any]:
    """A receipt for a signed statement, and the public key that it is signed by."""
    private = Ed25519PrivateKey.from_private_bytes(sha256(b"alpha.air").digest())
    x = encoded(private.public_key().public_bytes_raw())
    seen = SmallLog().grow(3).note().to_bytes().decode()
    header: dict[str, Any] = {"alg": "Ed25519", "kid": thumbprint(x), "seen": seen, "typ": "keepclear-statement"}
    parts = f"{encoded(rfc8785.dumps(header))}.{encoded(rfc8785.dumps(SAID))}"
    token = f"{parts}.{encoded(private.sign(parts.encode()))}"
    check(taken_apart(token), x)
    log, proof = receipt(9, 4, entry_of({"jws": token}))
    return {"sent": token, "x": x, "seen": seen, "key": log.key.text, "file": text(proof.to_bytes())}


def consistency() -> list[dict[str, Any]]:
    """Proofs between all sizes up to 13, and between some larger ones."""
    pairs = [(old, new) for new in range(14) for old in range(new + 1)] + [(300, 1000), (512, 1000), (999, 1000)]
    log = SmallLog().grow(1000)
    return [
        {
            "old": old,
            "new": new,
            "old_root": text(root(log.hashes[:old])),
            "new_root": text(root(log.hashes[:new])),
            "proof": [text(one) for one in log.proof(old, new)],
        }
        for old, new in pairs
    ]


def witnessed() -> list[dict[str, Any]]:
    """A checkpoint with more and more cosignatures, under policies that take two of three, or a key of another kind."""
    log = SmallLog().grow(9)
    cosigners = [Ed25519Cosigner(name, sha256(name.encode()).digest()) for name in ("a", "b", "c")]
    quantum = MlDsaSigner("q", sha256(b"q").digest())
    lines = "".join(f"witness {one.key.name.upper()} {one.key.text}\n" for one in cosigners)
    three = f"log {log.key.text}\n{lines}group two 2 A B C\nquorum two\n"
    mixed = f"log {log.key.text}\n{lines}witness Q {quantum.key.text}\ngroup all all A Q\nquorum all\n"
    made = []
    for name, policy in (("three", three), ("mixed", mixed)):
        note = log.note()
        for number, cosigner in enumerate([None, *cosigners]):
            if cosigner is not None:
                note = with_line(note, cosigner.sign(log.checkpoint(), 1_800_000_000 + number))
            standing = judge(note, parse_policy(policy.encode()))[1]
            told = {"binding": standing.is_binding, "cosigned": list(standing.cosigned)}
            made.append({"policy": name, "text": policy, "note": text(note.to_bytes()), **told})
    return made


def evidence() -> list[dict[str, Any]]:
    """Forks as the Python side writes them down: of one size, of two sizes, and one that is only suspected."""
    log = SmallLog().grow(11)
    other = log.fork(6).grow(9, "other")
    made = []
    for first, second, proof in (
        (log.note(11), other.fork(11).note(), ()),
        (log.note(11), other.note(), tuple(other.proof(11))),
        (other.note(8), log.note(), tuple(log.proof(8))),
    ):
        one, two = parse_checkpoint(first.text), parse_checkpoint(second.text)
        shown = (log if second == log.note() else other).checkpoint(one.size).root if proof else None
        why = why_split(one, two, proof, shown)
        found = Evidence(first, second, why or "suspected", "alpha.air", "2026-04-09T03:40:00Z", proof, shown)
        made.append(
            {
                "why": why,
                "first": text(first.to_bytes()),
                "second": text(second.to_bytes()),
                "proof": [text(each) for each in proof],
                "shown": None if shown is None else text(shown),
                "file": found.to_bytes().decode(),
            }
        )
    return made


def known() -> list[dict[str, str]]:
    """Notes of the specification and of Go's own test, each with its key."""
    return [
        {"key": test_note.EXAMPLE_KEY, "note": text(test_note.EXAMPLE.encode())},
        {"key": test_note.GO_KEY, "note": text(test_note.GO_NOTE.encode())},
    ]


def refused_by(test: Any) -> list[Any]:
    """The cases that a parametrized test refuses, but for the very long ones."""
    return [case for case in test.pytestmark[0].args[1] if len(case) < 5_000]


def vectors() -> dict[str, Any]:
    """Everything, as the file has it."""
    return {
        "said": SAID,
        "at": AT_MS,
        "known": known(),
        "receipts": receipts(),
        "signed": signed(),
        "consistency": consistency(),
        "witnessed": witnessed(),
        "evidence": evidence(),
        "refused": {
            "notes": [text(case) for case in refused_by(test_note.test_what_is_no_note_is_refused)],
            "keys": refused_by(test_note.test_what_is_no_key_is_refused),
            "policies": {name: text(data) for name, data in test_policy.REFUSED.items()},
            "receipts": {name: text(data) for name, data in test_proof_file.REFUSED.items()},
        },
        "policies": [test_policy.EXAMPLE, "quorum none\n"],
    }


def file_text() -> str:
    """The file."""
    return json.dumps(vectors(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(file_text(), encoding="utf-8")
