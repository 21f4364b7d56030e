"""Scenario files on the simulated clock and at a host over HTTP must give the same judgements.

Each file gets a host of its own, whose clock runs ``KEEPCLEAR_BENCH_SPEED`` (60) times as fast, and is played by
``keepclear replay``, both ways as whole processes. ``KEEPCLEAR_BENCH_SCENARIOS`` names a folder or files (with ``:``
between them) to play instead of the examples in the docs. The simulated replay is timed as well.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from keepclear.formats.scenario_toml import scenario_from_toml
from tests.host.running import RunningHost

EXAMPLES = Path(__file__).resolve().parents[1] / "docs" / "examples"
GOAL_S = 2.0


def files() -> list[Path]:
    """The scenarios that were asked for."""
    asked = os.environ.get("KEEPCLEAR_BENCH_SCENARIOS", str(EXAMPLES))
    paths = [Path(name) for name in asked.split(":")]
    found = [file for path in paths for file in (sorted(path.glob("*.toml")) if path.is_dir() else [path])]
    return [file for file in found if "[[step]]" in file.read_text("utf-8")]


def replay(*arguments: str) -> tuple[dict[str, Any], float]:
    """What ``keepclear replay`` says of one scenario, and how long it took."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "keepclear", "replay", "--json", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)["scenarios"][0], time.perf_counter() - began


def at_a_host(path: Path, folder: Path, speed: float) -> tuple[dict[str, Any], float]:
    """The same at a host of its own that keeps the scenario's agreement."""
    scenario = scenario_from_toml(path.read_bytes(), lambda name: (path.parent / name).read_bytes())
    with RunningHost(folder, mechanism_text(path), desks=scenario.agreement.desk_by_id, speed=speed) as host:
        tokens = folder / "tokens"
        tokens.touch(stat.S_IRUSR | stat.S_IWUSR)
        tokens.write_text(json.dumps({"tokens": host.tokens}))
        return replay(str(path), "--host", host.url, "--tokens", str(tokens), "--speed", f"{speed:g}")


def mechanism_text(path: Path) -> str:
    """The mechanism file of a scenario: the one that it names, or its own tables, named as in one."""
    text = path.read_text("utf-8")
    named = [line for line in text.splitlines() if line.replace(" ", "").startswith("file=")]
    if named:
        return (path.parent / named[0].partition("=")[2].strip().strip('"')).read_text("utf-8")
    lines, inside = [], False
    for line in text.splitlines():
        if line.startswith("["):
            inside = line.lstrip("[").startswith("mechanism")
            line = "" if line.strip() == "[mechanism]" else line.replace("mechanism.", "", 1)
        if inside:
            lines.append(line)
    return "\n".join(lines)


def outline(report: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """What was judged, and how."""
    return [(one["place"], one["expected"], one["met"]) for one in report["expectations"]]


def main() -> int:
    """Print both judgements of each file; 0 when they are the same and the simulated ones were quick."""
    speed = float(os.environ.get("KEEPCLEAR_BENCH_SPEED", "60"))
    fine = True
    for path in files():
        simulated, simulated_s = replay(str(path))
        with tempfile.TemporaryDirectory() as folder:
            lived, lived_s = at_a_host(path, Path(folder), speed)
        same = outline(simulated) == outline(lived)
        fine = fine and same and simulated_s < GOAL_S
        print(f"{path.stem}: {'the same' if same else 'NOT the same'} judgements")
        print(f"  simulated: {simulated['met']} met, {simulated['unmet']} unmet, {simulated_s:.2f} s (goal {GOAL_S:g})")
        print(f"  at a host, {speed:g} times real time: {lived['met']} met, {lived['unmet']} unmet, {lived_s:.1f} s")
        for report, which in ((simulated, "simulated"), (lived, "at a host")):
            for one in report["expectations"]:
                if not one["met"]:
                    print(f"    {which}: {one['place']} {one['expected']}: {one['seen']}")
    print(f"load average {psutil.getloadavg()[0]:.1f}")
    return 0 if fine else 1
