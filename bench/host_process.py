"""A real host as a process of its own, with SQLite on disk, for the benches."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import TracebackType

AGREEMENT = """
name = "bench"
disclosure = "board"
[area]
footprint = { type = "Polygon", coordinates = [[[34.0, 32.0], [43.0, 32.0], [43.0, 38.0], [34.0, 38.0], [34.0, 32.0]]] }
[terrain]
lowest_m = -430
highest_m = 2814
[qnh]
lowest_hpa = 990
highest_hpa = 1035
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
[[desk]]
id = "alpha.air"
role = "air"
party = "alpha"
[[desk]]
id = "bravo.air"
role = "air"
party = "bravo"
"""


def uuid7() -> str:
    """A time-ordered identifier (RFC 9562 §5.7)."""
    value = (time.time_ns() // 1_000_000) << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
