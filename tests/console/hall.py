"""An operations hall: a real host on a real port, its record on disk, and what desks say to it without a browser."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

AGREEMENT = """
name = "two desks"
disclosure = "board"
[area]
footprint = { type = "Polygon", coordinates = [[[142, -43], [150, -43], [150, -37], [142, -37], [142, -43]]] }
[terrain]
lowest_m = 0
highest_m = 1617
[qnh]
lowest_hpa = 990
highest_hpa = 1035
[[separation]]
between = ["fixed_wing", "*"]
lateral_m = 1000
vertical_ft = 500
time_s = 300
[[party]]
id = "alpha"
name = "Alpha"
[[party]]
id = "bravo"
name = "Bravo"
[[desk]]
id = "alpha.air"
role = "air"
party = "alpha"
[[desk]]
id = "bravo.air"
role = "air"
party = "bravo"
[[place]]
name = "Base"
lon = 148.05
lat = -40.10
[[place]]
name = "Airfield"
lon = 147.20
lat = -41.52
[[zone]]
id = "river"
name = "Strait line"
footprint = { type = "LineString", coordinates = [[146.9, -40.9], [147.3, -40.3], [147.2, -39.6]] }
half_width_m = 4000
floor = "SFC"
ceiling = "10000 ft AMSL"
forbids = ["live_fire"]
"""


def rectangle(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """A rectangle as GeoJSON."""
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def from_now(minutes: float) -> str:
    """An instant so many minutes from now, to the second."""
    return (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_id() -> str:
    """A UUIDv7 of now."""
    ms = int(time.time() * 1000)
    bits = (ms << 80) | (0x7 << 76) | (secrets.randbits(12) << 64) | (0b10 << 62) | secrets.randbits(62)
    text = f"{bits:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


class Hall:
    """The host as a process of its own, started the way its users start it. It may be killed and started again."""

    def __init__(self, folder: Path, disclosure: str = "board", *, signed: bool = False) -> None:
        self._folder = folder
        self._signed = signed
        self.data = folder / "data"
        self.witnesses: Path | None = None
        """The policy of those who are asked to cosign, from the next start on."""
        agreement = AGREEMENT.replace('disclosure = "board"', f'disclosure = "{disclosure}"')
        (folder / "agreement.toml").write_text(agreement, encoding="utf-8")
        self._process: subprocess.Popen[str] | None = None
        self.tokens: dict[str, str] = {}
        self.url = ""
        self._survey: str | None = None
        self.start()

    def start(self) -> None:
        """The host listens: at first on a free port, after that on the same one again."""
        first = not self.tokens
        listen = "127.0.0.1:0" if first else self.url.removeprefix("http://")
        command = [sys.executable, "-m", "keepclear", "serve", "--json", "--log-level", "warning"]
        command += ["--data", str(self.data), "--listen", listen]
        command += ["--init"] if first else []
        command += [] if self._signed else ["--unsigned"]
        command += ["--witnesses", str(self.witnesses)] if self.witnesses else []
        command += ["--mechanism", str(self._folder / "agreement.toml")]
        with (self._folder / "host.log").open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=os.environ)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = json.loads(line)
            self.tokens.update(said.get("tokens", {}))
            if "listening" in said:
                self.url = said["listening"]
                return
        self.kill()
        message = f"the host did not come up: {(self._folder / 'host.log').read_text(encoding='utf-8')}"
        raise AssertionError(message)

    def kill(self) -> None:
        """The host is gone at once, as by a power cut."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        if self._process is not None and self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None

    def link(self, desk: str) -> str:
        """The address that signs a desk in."""
        return f"{self.url}/#token={self.tokens[desk]}"

    def ask(self, desk: str, path: str, body: object = None) -> Any:
        """What the host answers to a desk over plain HTTP."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.tokens[desk]}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)

    def say(self, desk: str, kind: str, body: dict[str, Any], **more: Any) -> Any:
        """A desk says something without a browser."""
        me = self.ask(desk, "/v1/me")
        statement = {
            "id": new_id(),
            "mechanism": me["mechanism"],
            "type": kind,
            "from": desk,
            "serial": me["next_serial"],
            "said_at": from_now(0),
            "mode": "live",
            "body": body,
            **more,
        }
        return self.ask(desk, "/v1/statements", statement)

    def survey(self) -> str:
        """Bravo has announced people on the ground round the base, from in an hour and a half; yields the notice.

        Said once; asked again, it is the same one.
        """
        if self._survey is not None:
            return self._survey
        place = {"name": "Base", "within_km": 30}
        footprint = {"footprint": rectangle(147.85, -40.35, 148.4, -39.85)}
        self._survey = self.announce(
            "bravo.air",
            "Survey team at the base",
            "site_visit",
            footprint,
            "SFC",
            "3000 ft AMSL",
            (90, 300),
            place=place,
        )
        return self._survey

    def announce(
        self,
        desk: str,
        title: str,
        activity: str,
        shape: dict[str, Any],
        floor: str,
        ceiling: str,
        window: tuple[float, float],
        **more: Any,
    ) -> str:
        """A desk announces one volume, over a window in minutes from now; yields the notice."""
        times = {"start": from_now(window[0]), "end": from_now(window[1])}
        volume = {**shape, "floor": floor, "ceiling": ceiling, **times}
        body = {"activity": activity, "title": title, "envelope": [volume], **more}
        return str(self.say(desk, "notice", body)["id"])
