"""The statements of a record in their order: which keys spoke for which desk where, serials, times, and no id twice.

Keys are enrolled and revoked by statements of the record itself, so what was valid at an entry follows from those
before it. A desk that has a key enrols the next one with it; one that has none signs its first key with that key, and
every other desk is told of it (that the key is really theirs, they ask by voice: no record can prove it).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from keepclear.errors import KeepclearError
from keepclear.record.verify.canonical import canonical
from keepclear.record.verify.findings import Report
from keepclear.record.verify.jws import KEY_PROOF_TYP, taken_apart
from keepclear.record.verify.lines import KEY_ENROL, KEY_REVOKE, RECOVERY, Row, Said, is_signed
from keepclear.record.verify.public_key import key_bytes, thumbprint

MEDIATOR = "mediator.duty"
MOST_GAPS_SHOWN = 20


@dataclass(slots=True)
class Serials:
    """What one desk has used: everything up to ``highest`` but the ``missing`` ones, as spans with both ends."""

    highest: int = 0
    missing: list[tuple[int, int]] = field(default_factory=list)

    def take(self, serial: int) -> bool:
        """False when the serial was used before."""
        if serial > self.highest:
            if serial > self.highest + 1:
                self.missing.append((self.highest + 1, serial - 1))
            self.highest = serial
            return True
        for place, (low, high) in enumerate(self.missing):
            if low <= serial <= high:
                parts = ((low, serial - 1), (serial + 1, high))
                self.missing[place : place + 1] = [span for span in parts if span[0] <= span[1]]
                return True
        return False


class Statements:
    """Takes the rows of a record one by one; what does not hold is put into the report."""

    def __init__(self, report: Report) -> None:
        self.keys: dict[str, str] = {}
        """Every key that was ever enrolled, by its name."""
        self.seen: dict[str, int] = {}
        """Checkpoints that desks say to have seen, with the first entry that has each."""
        self._report = report
        self._valid: dict[str, set[str]] = {}
        self._ids: set[str | bytes] = set()
        self._serials: dict[str, Serials] = {}
        self._party: dict[str, str | None] = {}
        self._mechanism: str | None = None
        self._latest_ms = 0

    def take(self, index: int, row: Row) -> None:
        """The next row."""
        for what, found, expected in row.failures:
            self._report.fail(index, what, found, expected)
        if row.at_ms is not None:
            if row.at_ms < self._latest_ms:
                self._report.fail(index, "time of hearing", f"{row.at_ms} ms", f"{self._latest_ms} ms or later")
            self._latest_ms = max(self._latest_ms, row.at_ms)
        if row.kind is None:
            return
        self._report.disclosed += 1
        if row.kind == "agreement" and row.more is not None:
            self._agree(index, row.more)
        elif row.kind == RECOVERY:
            self._valid.pop(MEDIATOR, None)
            self._report.recovered.append(index)
        elif row.said is not None:
            self._hear(index, row.said, row.more or {})

    def finish(self, own_desks_of: str | None) -> None:
        """All rows were taken. ``own_desks_of``: the bundle shows the statements of this party's desks alone whole."""
        self._report.desks = len(self._serials)
        for desk, serials in sorted(self._serials.items()):
            if own_desks_of is None or self._party.get(desk) == own_desks_of:
                spans = serials.missing[:MOST_GAPS_SHOWN]
                self._report.gaps += [f"{desk} {low}" if low == high else f"{desk} {low}–{high}" for low, high in spans]

    def _agree(self, index: int, agreement: Mapping[str, Any]) -> None:
        name = agreement.get("name")
        if self._mechanism is not None and name != self._mechanism:
            self._report.fail(index, "agreement", f"of the mechanism {name!r}", repr(self._mechanism))
        self._mechanism = name if isinstance(name, str) else self._mechanism
        for desk in agreement.get("desk") or ():
            if isinstance(desk, dict) and isinstance(desk.get("id"), str):
                self._party[desk["id"]] = desk.get("party")

    def _hear(self, index: int, said: Said, body: Mapping[str, Any]) -> None:
        fail = self._report.fail
        self._report.statements += 1
        if said.mechanism != self._mechanism:
            fail(index, "statement's mechanism", repr(said.mechanism), f"{self._mechanism!r}, the one of this record")
        name = _short(said.id)
        if name in self._ids:
            fail(index, "statement's id", f"{said.id}, which an entry before has", "an id of its own")
        self._ids.add(name)
        serials = self._serials.setdefault(said.desk, Serials())
        if said.serial < 1 or not serials.take(said.serial):
            expected = f"a new one, such as {serials.highest + 1}"
            fail(index, f"serial of {said.desk}", f"{said.serial}, used before", expected)
        if said.kid is None:
            self._unsigned(index, said)
        else:
            self._signed(index, said, said.kid, body)

    def _unsigned(self, index: int, said: Said) -> None:
        self._report.unsigned += 1
        if said.mode == "exercise":
            self._report.exercise += 1
        elif self._valid.get(said.desk):
            self._report.fail(index, "signature", f"none, though {said.desk} had a key", "a statement that it signed")
        if said.type in (KEY_ENROL, KEY_REVOKE):
            self._report.fail(index, "signature", f"none on {said.type}", "a signature: keys change by signed words")

    def _signed(self, index: int, said: Said, kid: str, body: Mapping[str, Any]) -> None:
        self._report.signed += 1
        new = None
        if said.type == KEY_ENROL:
            new = self._enrolled(index, said, body)
        valid = self._valid.setdefault(said.desk, set())
        if said.unchecked is not None:
            self._check_late(index, said, kid)
        if kid not in valid and not (new == kid and not valid):
            fits = f"one of {', '.join(sorted(valid))}" if valid else "a key that was enrolled before"
            self._report.fail(index, f"key of {said.desk}", f"{kid}, not valid at this entry", fits)
            return
        if new is not None:
            self._put_in_place(index, said, new, body.get("replaces"))
        elif said.type == KEY_REVOKE:
            self._revoke(index, said, body)
        if said.seen is not None:
            self.seen.setdefault(said.seen, index)

    def _put_in_place(self, index: int, said: Said, new: str, replaced: object) -> None:
        """A desk has one more key, and one less where another is replaced."""
        valid = self._valid[said.desk]
        if replaced is not None and replaced not in valid:
            self._report.fail(index, "replaced key", f"{replaced!r}", f"one that {said.desk} has")
        valid.discard(str(replaced))
        valid.add(new)

    def _check_late(self, index: int, said: Said, kid: str) -> None:
        """The key was not known to the process that examined the line; it may be by now."""
        if kid in self.keys and said.unchecked is not None and not is_signed(said.unchecked, self.keys[kid]):
            expected = "a signature over these very bytes"
            self._report.fail(index, "signature", f"not made by the key {kid}", expected)

    def _enrolled(self, index: int, said: Said, body: Mapping[str, Any]) -> str | None:
        """The name of the key that a statement enrols, its holder's proof checked; None where it does not hold."""
        key = body.get("key")
        x = key.get("x") if isinstance(key, dict) else None
        try:
            key_bytes(x)
            name = thumbprint(str(x))
            proof = taken_apart(str(body.get("proof")), KEY_PROOF_TYP)
            asked = canonical({"desk": said.desk, "kid": name, "mechanism": said.mechanism})
            if proof.kid != name or proof.payload != asked or not is_signed(proof, str(x)):
                self._report.fail(index, "proof of the new key", "not made by it for this desk", "made by the new key")
                return None
        except (KeepclearError, ValueError) as error:
            self._report.fail(index, "new key", str(error), "a key of Ed25519 with a proof that its holder has it")
            return None
        if name in self.keys:
            self._report.fail(index, "new key", f"{name}, enrolled before", "a key that was never used")
            return None
        self.keys[name] = str(x)
        return name

    def _revoke(self, index: int, said: Said, body: Mapping[str, Any]) -> None:
        fail, desk, kid = self._report.fail, str(body.get("desk")), str(body.get("kid"))
        if said.desk != MEDIATOR and self._party.get(said.desk) != self._party.get(desk, ""):
            fail(index, "revocation", f"by {said.desk}, of a key of {desk}", "by its party or the mediator")
        elif kid not in self._valid.get(desk, ()):
            fail(index, "revocation", f"of {kid}, which {desk} does not have", "of a key that is valid")
        else:
            self._valid[desk].discard(kid)


def _short(name: str) -> str | bytes:
    """A UUID in 16 bytes: a million of them have to be held."""
    try:
        return bytes.fromhex(name.replace("-", "")) if len(name) == 36 else name
    except ValueError:
        return name
