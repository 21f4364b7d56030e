"""A wheel stands on its own: it holds the console, and ``keepclear demo`` runs from it in an empty environment."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UV = str(Path(sys.executable).parent / "uv")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel made with ``uv build`` from this checkout, in uv's own build environment."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [UV, "build", "--system-certs", "--wheel", "--quiet", "--out-dir", str(folder)], cwd=ROOT, check=True
    )
    (made,) = folder.glob("*.whl")
    return made


def test_wheel_contains_the_console_the_data_and_the_licence(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "keepclear/console_assets/index.html" in names
    assert any(name.startswith("keepclear/console_assets/atlas/") for name in names)
    assert any(name.startswith("keepclear/spacetime/data/") for name in names)
    assert any(name.endswith(".sql") for name in names)
    assert "keepclear/cli/demo/agreement.toml" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any("node_modules" in name for name in names)


def test_demo_runs_from_the_wheel_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, str(venv)], check=True)
    python = str(venv / "bin" / "python")
    pins = str(ROOT / "requirements" / "demo.txt")
    subprocess.run(
        [UV, "pip", "install", "--system-certs", "--quiet", "--python", python, "-c", pins, str(wheel)], check=True
    )
    demo = subprocess.Popen(
        [str(venv / "bin" / "keepclear"), "demo", "--listen", "127.0.0.1:0", "--json"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert demo.stdout is not None
    try:
        said = json.loads(demo.stdout.readline())
        assert {role["role"] for role in said["roles"]} == {"Alpha", "Bravo", "Mediator"}
        for role in said["roles"]:
            address, token = role["address"].split("#token=")
            with urllib.request.urlopen(address, timeout=10) as page:
                assert b"Keepclear" in page.read()
            asked = urllib.request.Request(f"{address}v1/me", headers={"Authorization": f"Bearer {token}"})
            with urllib.request.urlopen(asked, timeout=10) as answer:
                assert json.load(answer)["desk"] == role["desk"]
    finally:
        demo.send_signal(signal.SIGINT)
        code = demo.wait(timeout=20)
        demo.stdout.close()
    assert code == 0
