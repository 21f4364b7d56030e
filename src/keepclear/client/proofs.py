"""Receipts and checkpoints as a desk takes them: each is checked here before anybody relies on it."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from keepclear.client.log_view import Between, LogView
from keepclear.errors import InvalidInput, VerificationFailed
from keepclear.record.proof import Proven, parse_proof, verify_proof
from keepclear.record.verify.encoding import bytes_of
from keepclear.record.verify.jws import taken_apart
from keepclear.record.verify.note import parse_note, parse_verifier_key
from keepclear.record.verify.policy import LogLine, Policy

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt that was verified: its file, and what it proves."""

    data: bytes
    proven: Proven

    @property
    def entry(self) -> Json:
        """The entry of the record that it is for, as JSON."""
        value: Json = json.loads(self.proven.entry)
        return value

    @property
    def said(self) -> Json:
        """The statement that the entry holds, as it was said; empty for an entry that holds none."""
        entry = self.entry
        if "jws" in entry:
            said: Json = json.loads(taken_apart(entry["jws"]).payload)
            return said
        return dict(entry.get("statement") or {})


class Proofs(ABC):
    """What :class:`~keepclear.client.client.Client` can prove; the desk's view of the log is ``view``."""

    view: LogView
    policy: Policy | None
    """Whose cosignatures make a receipt binding, for this desk; None: the log's word is enough."""

    @abstractmethod
    def _fetch(self, method: str, path: str, **asked: Any) -> httpx2.Response: ...

    def record_status(self) -> Json:
        """What of the record is signed, how it stands, and how each witness does."""
        status: Json = self._fetch("GET", "/v1/record/status").json()
        return status

    def keep_up(self) -> None:
        """The host's newest checkpoint goes on from what this desk has seen, and is seen from now on.

        Raises ``SplitView`` when it does not, ``NotFound`` for a host that keeps no tree.
        """
        self._know_keys()
        note = parse_note(self._fetch("GET", "/v1/checkpoint").content)
        self.view.take(note, "the host's newest checkpoint", self._between)

    def receipt(self, index: int, *, binding: bool = False, wait_s: float = 2.0) -> Receipt:
        """The receipt for an entry of the record, verified against this desk's view of the log and its policy.

        With ``binding`` one is waited for that the quorum has cosigned; ``proven.standing`` says whether it has.
        Raises ``VerificationFailed`` for one that does not hold, ``SplitView`` for one of another history.
        """
        receipt = self._receipt(f"/v1/record/{index}/receipt", binding, wait_s)
        if receipt.proven.index != index:
            raise VerificationFailed("receipt", f"for entry {receipt.proven.index}", f"one for entry {index}")
        return receipt

    def receipt_of(self, statement: str, *, binding: bool = False, wait_s: float = 2.0) -> Receipt:
        """The receipt for the statement with this id; see ``receipt``."""
        receipt = self._receipt(f"/v1/statements/{statement}/receipt", binding, wait_s)
        if receipt.said.get("id") != statement:
            raise VerificationFailed("receipt", f"for {receipt.said.get('id')}", f"one for {statement}")
        return receipt

    def check_seen(self, statement: Mapping[str, Any]) -> None:
        """What another desk says to have seen of the log fits what this desk has; a statement without it says nothing.

        Raises ``SplitView``. A checkpoint that the log has not signed is no evidence of anything, and passed over.
        """
        jws = statement.get("jws")
        if not isinstance(jws, str):
            return
        self._know_keys()
        try:
            seen = taken_apart(jws).seen
            note = None if seen is None else parse_note(seen.encode("utf-8"))
            if note is not None:
                source = f"what {statement.get('from')} has seen, in statement {statement.get('id')}"
                self.view.take(note, source, self._between)
        except (InvalidInput, VerificationFailed):
            return

    def _receipt(self, path: str, binding: bool, wait_s: float) -> Receipt:
        self._know_keys()
        asked = {"wait_s": str(wait_s), "standing": "binding" if binding else "any"}
        data = self._fetch("GET", path, params=asked).content
        proof = parse_proof(data)
        proven = verify_proof(proof, self._policy())
        self.view.take(proof.note, f"the receipt for entry {proof.index}", self._between)
        return Receipt(data, proven)

    def _know_keys(self) -> None:
        if not self.view.keys:
            self.view.trust([parse_verifier_key(text) for text in self.record_status()["log_keys"]])

    def _policy(self) -> Policy:
        policy = self.policy or Policy((), (), (), None)
        logs = policy.logs or tuple(LogLine(key) for key in self.view.keys)
        return Policy(logs, policy.witnesses, policy.groups, policy.quorum)

    def _between(self, old: int, new: int) -> Between:
        shown = self._fetch("GET", "/v1/consistency", params={"from": old, "to": new}).json()
        try:
            return Between(
                bytes_of(str(shown["old_root"]), "old_root"),
                tuple(bytes_of(str(one), "proof") for one in shown["proof"]),
            )
        except (KeyError, TypeError) as error:
            raise InvalidInput("proof", f"nothing to be read ({error!r})", "a proof from the host") from None
