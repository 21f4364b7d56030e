"""How long one waits: for help, a small check, the client, a host to answer. The best of several whole processes."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.host.running import agreement

RUNS = 7
HELP_GOAL_S = 0.3


def best_s(work: Callable[[], None]) -> float:
    """The least of several runs, in seconds."""
    took = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took)


def hundred_volumes(folder: Path) -> Path:
    """A plan file of 100 notices of one box each, by two parties by turns, in rows that partly overlap."""
    features = []
    for number in range(100):
        lon, lat = 30 + 0.3 * (number % 10), 40 + 0.3 * (number // 10)
        ring = [[lon, lat], [lon + 0.31, lat], [lon + 0.31, lat + 0.2], [lon, lat + 0.2], [lon, lat]]
        properties = {
            "notice": f"n{number}", "party": ("alpha", "bravo")[number % 2], "activity": "fixed_wing", "floor": "FL100",
            "ceiling": "FL200", "start": "2026-04-09T10:00:00Z", "end": "2026-04-09T11:00:00Z",
        }  # fmt: skip
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    path = folder / "plans.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def run(*command: str) -> None:
    """One process, its output thrown away."""
    subprocess.run([sys.executable, *command], capture_output=True, check=False)


def cold_start(folder: Path) -> None:
    """A host on a data directory that is there already, until it answers; then it is killed."""
    command = [sys.executable, "-m", "keepclear", "serve", "--data", str(folder), "--listen", "127.0.0.1:0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as host:
        assert host.stdout is not None
        url = json.loads(host.stdout.readline())["listening"]
        urllib.request.urlopen(f"{url}/health").close()
        host.kill()


def main() -> int:
    """Print the figures; 0 when help is there in time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plans = str(hundred_volumes(folder))
        (folder / "agreement.toml").write_text(agreement())
        data = folder / "data"
        begin = ["-m", "keepclear", "serve", "--data", str(data), "--init", "--listen", "127.0.0.1:0"]
        with subprocess.Popen(
            [sys.executable, *begin, "--mechanism", str(folder / "agreement.toml"), "--json"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        ) as host:  # fmt: skip
            assert host.stdout is not None
            host.stdout.readline()
            time.sleep(1)
            host.terminate()
        figures = {
            "python, doing nothing": best_s(lambda: run("-c", "pass")),
            "keepclear --help": best_s(lambda: run("-m", "keepclear", "--help")),
            "keepclear check, 100 volumes": best_s(lambda: run("-m", "keepclear", "check", plans)),
            "import keepclear.client": best_s(lambda: run("-c", "import keepclear.client")),
            "a host answers after a cold start": best_s(lambda: cold_start(data)),
        }
    for what, seconds in figures.items():
        print(f"{what}: {seconds:.2f} s")
    return 0 if figures["keepclear --help"] < HELP_GOAL_S else 1
