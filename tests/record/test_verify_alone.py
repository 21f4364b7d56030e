"""The verifier by itself: one process with the standard library and ``cryptography``, and nothing else to import."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from keepclear.record import verify
from tests.record.bundles import KEYS, note, parts
from tests.record.signed import BRAVO, small_record

SOURCES = Path(__file__).resolve().parents[2] / "src"

ALONE = """
import importlib.abc, runpy, sys
ALLOWED = {"cryptography", "cffi", "_cffi_backend", "_distutils_hack"}
OURS = ("keepclear", "keepclear.errors", "keepclear.record")

class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top == "keepclear":
            if name not in OURS and not name.startswith("keepclear.record.verify"):
                raise ImportError(f"{name} is not of the verifier")
        elif top not in ALLOWED and top not in sys.stdlib_module_names:
            raise ImportError(f"{name} is of a third party")
        return None

sys.meta_path.insert(0, Blocked())
sys.argv = ["verify", *sys.argv[1:]]
runpy.run_module("keepclear.record.verify", run_name="__main__")
"""


def alone(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", ALONE, *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(SOURCES)}, timeout=120
    )


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return parts(small_record().entries).write(tmp_path / "bundle.zip")


def test_it_verifies_a_bundle_with_nothing_else_to_import(bundle: Path) -> None:
    done = alone(str(bundle), *(f"--key={key.text}" for key in KEYS))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "VERIFIED"
    assert "by keys from you" in done.stdout


def test_a_large_bundle_is_examined_by_two_processes_that_import_no_more(tmp_path: Path) -> None:
    record = small_record(lambda more: [more.say(BRAVO, "bravo.air") for _ in range(4_100)])
    done = alone(str(parts(record.entries).write(tmp_path / "large.zip")))
    assert (done.returncode, done.stderr) == (0, "")


def test_failures_come_a_line_each_and_it_ends_with_1(tmp_path: Path) -> None:
    changed = parts(small_record().entries)
    for index in (3, 7):
        changed.lines[index] = re.sub(rb'"salt":"..', b'"salt":"AA', changed.lines[index])
    done = alone(str(changed.write(tmp_path / "bundle.zip")))
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines[:2]] == ["entry 3", "entry 7"]
    assert lines[-1] == "NOT VERIFIED: 2 failures"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"{}"])
def test_what_is_no_bundle_is_said_in_one_line_and_it_ends_with_2(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(content)
    for name in (str(path), str(tmp_path / "not-there")):
        done = alone(name)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)


def test_a_policy_says_whose_cosignatures_are_asked_for(bundle: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy"
    policy.write_text(f"log {KEYS[0].text}\nquorum none\n")
    done = alone(str(bundle), "--policy", str(policy))
    assert done.returncode == 0, done.stdout
    assert "Witnesses: binding" in done.stdout


def test_a_checkpoint_of_before_is_compared(bundle: Path, tmp_path: Path) -> None:
    earlier = tmp_path / "checkpoint"
    earlier.write_bytes(note([]))
    done = alone(str(bundle), "--against", str(earlier))
    assert (done.returncode, "earlier checkpoints of 0 entries" in done.stdout) == (0, True)
    assert alone(str(bundle), "--against", str(tmp_path / "none")).returncode == 2


def test_the_command_gives_the_same_as_json(bundle: Path) -> None:
    command = [sys.executable, "-m", "keepclear", "verify", "--json", str(bundle)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    assert (done.returncode, told["verified"], told["signed"], told["failures"]) == (0, True, 7, [])


MOST_LINES, MOST_OF_ONE = 2_070, 260


def test_the_verifier_stays_small_enough_to_be_read_and_says_in_which_order() -> None:
    folder = SOURCES / "keepclear" / "record" / "verify"
    lengths = {path.stem: len(path.read_text().splitlines()) for path in folder.glob("*.py")}
    assert sum(lengths.values()) <= MOST_LINES, lengths
    assert max(lengths.values()) <= MOST_OF_ONE, lengths
    told = verify.__doc__ or ""
    assert [name for name in lengths if name != "__init__" and f"``{name}``" not in told] == []


def test_each_module_of_the_verifier_is_built_on_those_told_of_before_it() -> None:
    """The order of reading in the package's docstring is the order of its imports."""
    told = re.findall(r"``(\w+)``", (verify.__doc__ or "").partition("Beside the package")[0])
    order = [name for name in dict.fromkeys(told) if (SOURCES / f"keepclear/record/verify/{name}.py").exists()]
    for place, name in enumerate(order):
        text = (SOURCES / "keepclear" / "record" / "verify" / f"{name}.py").read_text()
        later = set(re.findall(r"from keepclear\.record\.verify\.(\w+) import", text)) - set(order[:place])
        assert not later, f"{name} needs {later}, which comes after it"
