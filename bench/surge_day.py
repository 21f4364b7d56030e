"""A surge day, replayed: 500 notices, 60 calls and 40 desks in 24 hours, as a whole process of ``keepclear replay``.

Afterwards the same day is played here, and every alert to every desk is looked at: none may be raised to a desk twice
while its cause lasts (``STOP_OVERDUE``, which is meant to be, excepted).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.scenario.raised_twice import watched
from tests.scenario.surge import PARTIES, ROLES, surge_day

GOAL_S = 20.0
NOTICES, CALLS = 500, 60


def replayed(path: Path) -> tuple[float, float, str]:
    """Seconds of the wall clock and of the processor that one replay took, and its last line."""
    before = os.times()
    began = time.perf_counter()
    command = [sys.executable, "-m", "keepclear", "replay", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    took, after = time.perf_counter() - began, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return took, cpu, (done.stdout + done.stderr).strip().splitlines()[-1]


def main() -> int:
    """Print the figures; 0 when the day is quick enough, is met, and nobody is told twice."""
    text = surge_day(NOTICES, CALLS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "surge.toml"
        path.write_text(text)
        took_s, cpu_s, verdict = replayed(path)
    history, played = watched(text)
    said = text.count("\nsay = ")
    desks = len(PARTIES) * len(ROLES)
    print(f"surge day: {NOTICES} notices, {said} statements, {desks} desks, {len(history.alerts)} alerts")
    print(f"  keepclear replay: {took_s:.1f} s of the wall clock, {cpu_s:.1f} s of the processor; {verdict}")
    print(f"  goal: under {GOAL_S:.0f} s: {'reached' if took_s < GOAL_S else 'not reached'}")
    print(f"  the same alert twice to a desk: {len(history.twice)}; steps refused: {len(played.unplayed)}")
    print(f"  load average {psutil.getloadavg()[0]:.1f}")
    for line in history.twice[:5]:
        print(f"  twice: {line}")
    fine = verdict.endswith(" 0 unmet") and not history.twice and not played.unplayed
    return 0 if fine and took_s < GOAL_S else 1
