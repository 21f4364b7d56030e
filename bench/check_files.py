"""``keepclear check --json`` as a whole process, beside a bulk Shapely script that does the same job.

Plan files of 10,000, 100,000 and 1,000,000 volumes of the seeded load, with separations between activities
(``RULES``). The land grows with the file, so that there is as much traffic on it per square kilometre as in the load of
100,000 volumes: then the answer grows in step with the file, and so should the time. Both write their rows to a file;
pairs that only one of them has are counted. ``bench.strtree_check`` is the script. The growth is the power of the
number of volumes that the time goes with: 1 is linear.
"""

from __future__ import annotations

import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from bench.figures import Goals, machine, sizes
from bench.load import SIDE_KM, draw

RULES = """
[[separation]]
between = ["fixed_wing", "*"]
lateral_m = 1000
vertical_ft = 500
time_s = 120
[[separation]]
between = ["uas", "uas"]
lateral_m = 50
vertical_ft = 30
time_s = 30
"""
AS_DENSE_AS = 100_000
JUDGED_FROM = 100_000
GROWTH = 1.2
LOOK_EVERY_S = 1.0


class Run(NamedTuple):
    """A whole process: seconds by the clock and of all processors, its most memory in MB, and the rows it wrote."""

    took_s: float
    computed_s: float
    most_mb: float
    rows: set[tuple[str, str, str]]
    """a, b, verdict"""

    def __str__(self) -> str:
        pairs = f"{len(self.rows):,} pairs"
        return f"{self.took_s:.2f} s ({self.computed_s:.2f} s of processors), {self.most_mb:.0f} MB, {pairs}"


def run(command: list[str], out: Path) -> Run:
    """The process and what it starts, from its start to its end."""
    most_kb, looked, began, before = 0, 0.0, time.perf_counter(), computed_s()
    with out.open("wb") as file, subprocess.Popen([sys.executable, "-m", *command], stdout=file) as process:
        while process.poll() is None:
            most_kb = max(most_kb, high_water_kb(process.pid))
            if (helpers := started_by(process.pid)) and time.perf_counter() - looked > LOOK_EVERY_S:
                most_kb = max(most_kb, sum(map(held_kb, (process.pid, *helpers))))
                looked = time.perf_counter()
            time.sleep(0.02)
    took = time.perf_counter() - began
    if process.returncode not in (0, 1):
        message = f"{command[0]} ended with {process.returncode}"
        raise RuntimeError(message)
    rows = json.loads(out.read_bytes())["conflicts"]
    told = {(row["a"], row["b"], row["verdict"]) for row in rows}
    return Run(took, computed_s() - before, most_kb / 1e3, told)


def computed_s() -> float:
    """Seconds of processors that processes which are over have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def started_by(pid: int) -> list[int]:
    """The processes that a process has started and that still run."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []


def high_water_kb(pid: int) -> int:
    """The most memory that a process has held so far; 0 once it is gone."""
    return _told_kb(Path(f"/proc/{pid}/status"), "VmHWM")


def held_kb(pid: int) -> int:
    """What a process holds, shared memory divided among those who share it. To ask takes some ms, so ask seldom."""
    return _told_kb(Path(f"/proc/{pid}/smaps_rollup"), "Pss:")


def _told_kb(path: Path, name: str) -> int:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)


def measure(folder: Path, volumes: int, goals: Goals) -> float | None:
    """One size; how long ours took, in seconds, or None when it did not come to an end."""
    plans, rules = folder / "plans.geojson", folder / "rules.toml"
    rules.write_text(RULES)
    draw(volumes, side_km=SIDE_KM * math.sqrt(volumes / AS_DENSE_AS)).write_plan_file(plans)
    size_mb = plans.stat().st_size / 1e6
    print(f"check, {volumes:,} volumes in a file of {size_mb:.0f} MB ({machine()})", flush=True)
    peer = run(["bench.strtree_check", str(plans), str(rules)], folder / "peer.json")
    print(f"  bulk STRtree script: {peer}", flush=True)
    try:
        ours = run(["keepclear", "check", str(plans), "--rules", str(rules), "--json"], folder / "ours.json")
    except RuntimeError as error:
        print(f"  {error}")
        goals.missed.append(f"check of {volumes:,} volumes")
        return None
    print(f"  keepclear check:     {ours}; {machine()}")
    differ = len(ours.rows - peer.rows), len(peer.rows - ours.rows)
    times = peer.took_s / ours.took_s
    print(f"  the script takes {times:.2f} times as long; only ours {differ[0]} pairs, only its {differ[1]}")
    if volumes >= JUDGED_FROM:
        goals.most(f"time beside the script at {volumes:,}", ours.took_s / peer.took_s, 1.0, "times")
    return ours.took_s


def main() -> int:
    """Every size, and the growth between them; 0 when the goals that were asked about are reached."""
    goals, took = Goals(), {}
    for volumes in sizes(10_000, 100_000, 1_000_000):
        with tempfile.TemporaryDirectory(prefix="keepclear-check-") as name:
            seconds = measure(Path(name), volumes, goals)
        if seconds is not None:
            took[volumes] = seconds
    if len(took) > 1:
        (few, few_s), *_, (many, many_s) = sorted(took.items())
        growth = math.log(many_s / few_s) / math.log(many / few)
        goals.most(f"growth from {few:,} to {many:,}: time goes with volumes to the power", growth, GROWTH)
    return goals.status
