"""A real host: a process of its own on a port of its own, SQLite on disk.

Each start is a fork of one process that has imported everything and done nothing, so that a start takes a moment.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from keepclear.client import Client, new_id
from keepclear.host import tokens

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    ["pytest", "tests.host.running", "keepclear.api.serve", "uvicorn.loops.auto", "uvicorn.protocols.http.auto"]
)

DESKS = ("alpha.air", "alpha.ground", "bravo.air", "charlie.air", "mediator.duty")


def agreement(disclosure: str = "board", name: str = "trial", rules: str = "") -> str:
    """A mechanism file: three parties on a stretch of land, AGL and FL allowed, one zone and one third force."""
    return f"""
name = "{name}"
disclosure = "{disclosure}"
[area]
footprint = {{ type = "Polygon", coordinates = [[[34, 32], [43, 32], [43, 38], [34, 38], [34, 32]]] }}
[terrain]
lowest_m = -430
highest_m = 2814
[qnh]
lowest_hpa = 990
highest_hpa = 1035
[rules]
{rules}
[[separation]]
between = ["fixed_wing", "*"]
lateral_m = 5000
vertical_ft = 1000
time_s = 300
[[party]]
id = "alpha"
name = "Alpha"
[[party]]
id = "bravo"
name = "Bravo"
[[party]]
id = "charlie"
name = "Charlie"
[[desk]]
id = "alpha.air"
role = "air"
party = "alpha"
[[desk]]
id = "alpha.ground"
role = "ground"
party = "alpha"
[[desk]]
id = "bravo.air"
role = "air"
party = "bravo"
[[desk]]
id = "charlie.air"
role = "air"
party = "charlie"
[[place]]
name = "Airfield"
lon = 40.176
lat = 35.285
"""


def minutes_ahead(minutes: float) -> str:
    """An RFC 3339 instant so many minutes from now."""
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat(timespec="seconds").replace("+00:00", "Z")


def box(lon: float, lat: float, *, start: float = 120, end: float = 180, size: float = 0.3) -> dict[str, Any]:
    """A volume over a box with its south-west corner there; ``start`` and ``end`` in minutes from now."""
    ring = [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]
    return {
        "footprint": {"type": "Polygon", "coordinates": [ring]},
        "floor": "5000 ft AMSL",
        "ceiling": "15000 ft AMSL",
        "start": minutes_ahead(start),
        "end": minutes_ahead(end),
    }


def notice_body(lon: float = 37.0, lat: float = 34.0, activity: str = "fixed_wing", **more: Any) -> dict[str, Any]:
    """The body of a notice over a box."""
    return {"activity": activity, "envelope": [box(lon, lat)], **more}


def statement(desk: str, serial: int, kind: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A whole statement, as it is posted."""
    return {
        "id": new_id(),
        "mechanism": "trial",
        "type": kind,
        "from": desk,
        "serial": serial,
        "said_at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "body": body,
        **more,
    }


class RunningHost:
    """The host on ``folder``; ``start`` and ``kill`` as often as wanted. Tokens are made once."""

    def __init__(
        self,
        folder: Path,
        mechanism: str | None = None,
        *,
        limit_file_bytes: int | None = None,
        desks: Iterable[str] = DESKS,
        speed: float = 1.0,
        unsigned: bool = True,
        witnesses: Path | None = None,
    ) -> None:
        self.data = folder / "data"
        self.file = folder / "agreement.toml"
        self.file.write_text(mechanism or agreement())
        self.data.mkdir(exist_ok=True)
        self.limit_file_bytes = limit_file_bytes
        self.speed = speed
        self.unsigned = unsigned
        self.witnesses = witnesses
        self.url = ""
        book, self.tokens = tokens.issue(desks)
        book.save(self.data / "tokens.json")
        self._process: ForkServerProcess | None = None

    def start(self, *, with_file: bool = True, listen: str = "127.0.0.1:0", amend: bool = False) -> Self:
        """The host takes connections at ``url``; tokens that ``amend`` made for new desks are among ``tokens``."""
        said, says = _FORKS.Pipe(duplex=False)
        mechanism = str(self.file) if with_file else ""
        how = {"amend": amend, "speed": self.speed, "unsigned": self.unsigned, "witnesses": self.witnesses}
        arguments = (says, str(self.data), mechanism, listen, self.limit_file_bytes, how)
        self._process = _FORKS.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        says.close()
        try:
            self.url, made = said.recv()
            self.tokens.update(made)
        except EOFError:
            self._end(signal.SIGKILL)
            message = f"the host did not come up: {self.log()}"
            raise AssertionError(message) from None
        finally:
            said.close()
        return self

    def second(self) -> None:
        """Another host on the same directory; fails with what it said when it does not come up."""
        other = RunningHost.__new__(RunningHost)
        other.__dict__ |= self.__dict__
        other.start()

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process is not None
        assert self._process.pid is not None
        return self._process.pid

    def log(self) -> str:
        """What the host logged."""
        return (self.data / "log").read_text()

    def kill(self) -> None:
        """SIGKILL: no farewell, no snapshot."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM, and its exit status."""
        return self._end(signal.SIGTERM)

    def wait(self, seconds: float = 20) -> int:
        """Its exit status, once it has gone by itself (negative: the signal that ended it)."""
        assert self._process is not None
        self._process.join(seconds)
        status = self._process.exitcode
        assert status is not None, "it did not end"
        return status

    @property
    def is_up(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.exitcode is None

    def _end(self, how: signal.Signals) -> int:
        if self._process is None:
            return 0
        if self.is_up:
            with suppress(ProcessLookupError):  # it ended by itself a moment ago
                os.kill(self.pid, how)
        return self.wait()

    def client(self, desk: str) -> Client:
        """The desk at work here."""
        return Client(self.url, self.tokens[desk])

    def __enter__(self) -> Self:
        return self if self.is_up else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


def _serve(
    says: Connection,
    data: str,
    mechanism: str,
    listen: str,
    limit_file_bytes: int | None,
    how: dict[str, Any],
) -> None:
    """In the fork: the host, as ``keepclear serve`` runs it, its log in the data directory."""
    from keepclear.api.serve import run

    log = os.open(Path(data) / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(log, 2)
    if limit_file_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_file_bytes, limit_file_bytes))

    made: dict[str, str] = {}

    def ready(url: str) -> None:
        says.send((url, made))
        says.close()

    file = Path(mechanism) if mechanism else None
    status = run(Path(data), listen, file, show_tokens=made.update, ready=ready, log_level="warning", **how)
    sys.exit(status)


def until(condition: Any, seconds: float = 10.0) -> Any:
    """The first true answer of ``condition``; fails when none came in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.02)
    message = f"not so within {seconds} s"
    raise AssertionError(message)
