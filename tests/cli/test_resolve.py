"""``keepclear resolve`` from file to file: what it writes is clear and keeps the rest; bad input is told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.formats.samples import collection, feature

BLOCKED = "import sys; sys.modules['ortools'] = None; from keepclear.cli.main import main; main()"


def run(folder: Path, *arguments: str, blocked: bool = False) -> tuple[int, str, str]:
    start = ["-c", BLOCKED] if blocked else ["-m", "keepclear"]
    done = subprocess.run(
        [sys.executable, *start, *arguments], capture_output=True, check=False, cwd=folder, text=True, timeout=120
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    levels: dict[str, Any] = {"floor": "5000 ft AMSL", "ceiling": "5900 ft AMSL", "name": "kept"}
    plans = [feature(f"n{number}", party, **levels) for number, party in enumerate(("alpha", "bravo", "charlie"))]
    (tmp_path / "day.geojson").write_text(json.dumps(collection(*plans)))
    wrong = feature("n1", "alpha", fixed="yes")
    (tmp_path / "wrong.geojson").write_text(json.dumps(collection(wrong)))
    return tmp_path


def test_written_plans_are_clear_and_keep_what_we_do_not_know(folder: Path) -> None:
    code, out, _ = run(folder, "resolve", "day.geojson", "--fixed", "bravo", "--out", "out.geojson", "--json")
    report = json.loads(out)
    assert (code, report["conflicts_before"], report["conflicts_after"]) == (0, 3, 0)
    assert report["optimal"]
    assert report["total_change_s"] == report["lower_bound"] == sum(report["shares"].values()) == 120
    features = json.loads((folder / "out.geojson").read_text())["features"]
    assert [one["properties"]["name"] for one in features] == ["kept"] * 3
    assert features[1] == json.loads((folder / "day.geojson").read_text())["features"][1]
    assert run(folder, "check", "out.geojson")[0] == 0


def test_without_ortools_it_clears_and_says_how_to_install(folder: Path) -> None:
    code, out, _ = run(folder, "resolve", "day.geojson", "--out", "out.geojson", "--time-limit", "2", blocked=True)
    assert code == 0
    assert "keepclear[resolve]" in out
    assert run(folder, "check", "out.geojson")[0] == 0


def test_what_cannot_be_cleared_is_named(folder: Path) -> None:
    everyone = ("--fixed", "alpha", "bravo", "charlie")
    code, out, _ = run(folder, "resolve", "day.geojson", *everyone, "--out", "out.geojson")
    assert code == 1
    assert "still in conflict: n0 and n1" in out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["wrong.geojson"], "fixed: 'yes'"),
        (["day.geojson", "--fixed", "delta"], "--fixed: 'delta'"),
        (["day.geojson", "--layers", "9"], "layers: 9"),
        (["day.geojson", "--max-delay-min", "-1"], "--max-delay-min"),
        (["none.geojson"], "none.geojson"),
    ],
)
def test_bad_input_is_named_and_nothing_is_written(folder: Path, arguments: list[str], named: str) -> None:
    code, _, told = run(folder, "resolve", *arguments, "--out", "out.geojson")
    assert code == 2
    assert named in told
    assert not (folder / "out.geojson").exists()
