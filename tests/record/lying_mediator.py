"""A host with two desks that sign, and copies of it that go other ways."""

from __future__ import annotations

import shutil
from pathlib import Path

from keepclear.client import Client
from keepclear.client.key_file import make_key_file
from keepclear.client.log_view import LogView
from keepclear.record.verify.note import SignatureType, VerifierKey, parse_verifier_key
from tests.host.running import RunningHost

DESKS = ("alpha.air", "bravo.air")


class Mediator:
    """A host with two desks that sign, and copies of it that go other ways."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.host = RunningHost(folder, unsigned=False).start()
        self.signers = {desk: make_key_file(folder / f"{desk}.key") for desk in DESKS}
        for desk in DESKS:
            with self.client(desk, view=None) as client:
                client.say("key_enrol", self.signers[desk].enrolment(desk, "trial"))
        with self.host.client("mediator.duty") as client:
            self.keys = [parse_verifier_key(text) for text in client.record_status()["log_keys"]]

    def client(self, desk: str, url: str | None = None, view: LogView | None = None) -> Client:
        return Client(url or self.host.url, self.host.tokens[desk], signer=self.signers[desk], view=view)

    def view(self, desk: str) -> LogView:
        return LogView(self.folder / f"{desk}.key.seen", name=desk)

    def copied(self, name: str) -> RunningHost:
        """A host on a copy of what there is now: with the same keys, tokens and record. The first is stopped for it."""
        self.host.stop()
        folder = self.folder / name
        folder.mkdir()
        other = RunningHost(folder, unsigned=False)
        shutil.rmtree(other.data)
        shutil.copytree(self.host.data, other.data)
        other.tokens = self.host.tokens
        return other

    @property
    def ed25519(self) -> VerifierKey:
        return next(key for key in self.keys if key.type is SignatureType.ED25519)


def say(client: Client, times: int = 1, text: str = "routine") -> int:
    """The index of the last of so many messages."""
    index = -1
    for _ in range(times):
        index = client.say("message", {"text": text})["index"]
    return index
