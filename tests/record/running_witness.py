"""A real witness: a process of its own on a port of its own, its state on disk."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

import httpx2

from keepclear.record.verify.note import VerifierKey, parse_verifier_key

NAME = "bravo.example/witness"


class RunningWitness:
    """A witness on ``folder`` for these logs; ``start`` and ``kill`` as often as wanted.

    ``prefix`` is a command that it runs under, such as strace or faketime.
    """

    def __init__(self, folder: Path, logs: Sequence[VerifierKey], name: str = NAME) -> None:
        self.data = folder / "witness"
        self.logs, self.name = logs, name
        self.url = ""
        self.keys: list[VerifierKey] = []
        self._process: subprocess.Popen[str] | None = None

    def start(self, *, prefix: Sequence[str] = (), listen: str = "127.0.0.1:0") -> Self:
        command = [*prefix, sys.executable, "-m", "keepclear", "witness", "--json", "--log-level", "warning"]
        command += ["--data", str(self.data), "--listen", listen, "--name", self.name]
        for key in self.logs:
            command += ["--log", key.text]
        self.data.mkdir(exist_ok=True)
        with (self.data / "stderr").open("ab") as stderr:
            self._process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=stderr, text=True, start_new_session=True
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            status = self.end()
            message = f"the witness did not come up ({status}): {self.log()}"
            raise AssertionError(message)
        told = json.loads(line)
        self.url, self.keys = told["listening"], [parse_verifier_key(text) for text in told["keys"]]
        return self

    def add(self, body: bytes) -> httpx2.Response:
        with httpx2.Client(trust_env=False, timeout=20) as http:
            return http.post(f"{self.url}/add-checkpoint", content=body)

    def log(self) -> str:
        return (self.data / "stderr").read_text()

    def wait(self, seconds: float = 20) -> int:
        assert self._process is not None
        return self._process.wait(seconds)

    def end(self, how: signal.Signals = signal.SIGKILL) -> int:
        """The exit status after this signal to it, and to what it runs under."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, how)
        status = self.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None
        return status

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> Self:
        return self if self._process is not None else self.start()

    def __exit__(self, *_: object) -> None:
        self.end()
