"""Keeps the demo's host running as a process of its own, and starts it again when it is killed."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from keepclear.api.listening import Address
from keepclear.cli.demo.premises import Premises
from keepclear.errors import HostUnreachable

UP_WITHIN_S = 20.0
TOO_SOON_S = 2.0
TRIES = 3


class Supervisor:
    """The host's process. ``started`` is told its process number each time it is up."""

    def __init__(self, premises: Premises, address: Address, started: Callable[[int, str], None]) -> None:
        self._premises = premises
        self._address = address if address.port else Address(address.host, _free_port(address.host))
        self._started = started
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()

    @property
    def url(self) -> str:
        """Where the host listens, the same after every start."""
        return self._address.url

    def start(self) -> None:
        """The host answers. Raises ``HostUnreachable`` with the end of its log when it does not come up."""
        listen = f"{self._address.host}:{self._address.port}"
        command = [sys.executable, "-m", "keepclear", "serve", "--data", str(self._premises.folder), "--listen", listen]
        with (self._premises.folder / "host.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
                [*command, "--unsigned", "--mechanism", str(self._premises.agreement)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_up()
        self._started(self._process.pid, self.url)

    def watch(self) -> None:
        """Return when ``stop`` was called; until then start the host again whenever it ends."""
        soon = 0
        while not self._stopping.is_set() and self._process is not None:
            began = time.monotonic()
            self._process.wait()
            if self._stopping.is_set():
                return
            soon = soon + 1 if time.monotonic() - began < TOO_SOON_S else 0
            if soon >= TRIES:
                raise HostUnreachable(self._why("the host ends as soon as it is started"))
            self.start()

    def ask_to_stop(self) -> None:
        """The host is told to end; safe in a signal handler, which must not wait for it."""
        self._stopping.set()
        if self._process is not None:
            self._process.terminate()

    def stop(self) -> None:
        """The host has ended in order."""
        self.ask_to_stop()
        if self._process is None:
            return
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait_until_up(self) -> None:
        end = time.monotonic() + UP_WITHIN_S
        while time.monotonic() < end and self._process is not None:
            if self._process.poll() is not None:
                raise HostUnreachable(self._why("the host did not come up"))
            with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                urllib.request.urlopen(f"{self.url}/health", timeout=2).close()  # noqa: S310 - our own http address
                return
            time.sleep(0.05)
        raise HostUnreachable(self._why(f"the host did not answer within {UP_WITHIN_S:.0f} s"))

    def _why(self, what: str) -> str:
        log = (self._premises.folder / "host.log").read_text(encoding="utf-8", errors="replace")
        return f"{what}; the end of {self._premises.folder / 'host.log'} says: {log[-600:].strip()}"


def _free_port(host: str) -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port
