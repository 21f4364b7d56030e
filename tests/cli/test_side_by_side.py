"""Work shared by several processes comes out as it does in one, and one that is lost is told of."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keepclear.cli import find as finding
from keepclear.cli.find import Wanted, as_text, find, itself
from keepclear.cli.progress import ProgressLine
from keepclear.cli.side_by_side import MOST_PORTIONS, processors, side_by_side
from keepclear.detection import bulk
from keepclear.errors import HelperLost, InvalidInput
from keepclear.formats.mechanism_toml import NO_RULES
from tests.formats.samples import collection, feature

PROCESSES = (1, 2, 4)


def wide(number: int, party: int, west: float, hour: int, *, is_disc: bool) -> dict[str, Any]:
    """One volume of a notice, near the others."""
    made = feature(f"n{number:03d}", f"p{party}", start=f"2026-04-09T{hour:02d}:00:00Z", end="2026-04-09T23:00:00Z")
    if is_disc:
        return {**made, "geometry": {"type": "Point", "coordinates": [west, 34.0]}}
    ring = [[west, 34.0], [west + 0.02, 34.0], [west + 0.02, 34.02], [west, 34.02], [west, 34.0]]
    del made["properties"]["radius_m"]
    return {**made, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def children() -> set[int]:
    """The processes that this one has started and not yet taken leave of; other tests may have some too."""
    return {child.pid for child in psutil.Process().children()}


@pytest.fixture
def portions_of_three(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few rows that a handful of plans makes several portions."""
    monkeypatch.setattr(bulk, "_PORTION", 3)
    monkeypatch.setattr(finding, "WORTH_A_PROCESS", 1)


@pytest.mark.parametrize("processes", PROCESSES)
def test_what_comes_of_each_portion_stands_in_its_place(processes: int) -> None:
    ours = os.getpid()
    told: list[int] = []

    def work(number: int) -> tuple[int, str, bool]:
        time.sleep(0.002)
        return number, "é" * number, os.getpid() == ours

    found = side_by_side(60, work, processes, told.append)
    assert [(number, text) for number, text, _ in found] == [(n, "é" * n) for n in range(60)]
    assert told == [number for number, _, here in found if here]
    assert processes > 1 or told == list(range(60))
    assert side_by_side(0, work, processes) == []


def test_more_is_handed_over_than_a_pipe_holds() -> None:
    assert [len(text) for text in side_by_side(8, lambda n: str(n) * 300_000, 3)] == [300_000] * 8


@pytest.mark.parametrize("processes", PROCESSES)
@pytest.mark.parametrize("bad", [{0}, {7, 30, 31, 32, 50}, set(range(5, 60))])
def test_an_error_is_that_of_the_first_portion_that_has_one(processes: int, bad: set[int]) -> None:
    def work(number: int) -> int:
        time.sleep(0.001 * (number % 3))
        if number in bad:
            raise InvalidInput(f"portion {number}", "wrong", "right")
        return number

    with pytest.raises(InvalidInput, match=f"^portion {min(bad)}: wrong; right$"):
        side_by_side(60, work, processes)


def test_what_failed_in_another_process_only_is_done_here() -> None:
    ours = os.getpid()

    def work(number: int) -> int:
        time.sleep(0.002)
        if os.getpid() != ours:
            raise MemoryError
        return number

    assert side_by_side(30, work, 3) == list(range(30))


@pytest.mark.parametrize("how", ["killed", "left"])
def test_a_process_that_ends_before_it_is_done_is_told_of(how: str) -> None:
    ours, before = os.getpid(), children()

    def work(number: int) -> int:
        time.sleep(0.005)
        if os.getpid() != ours and how == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if os.getpid() != ours:
            os._exit(0)
        return number

    with pytest.raises(HelperLost, match="signal SIGKILL" if how == "killed" else "with 0"):
        side_by_side(30, work, 2)
    assert children() <= before


def test_an_interrupt_ends_all_of_them() -> None:
    ours, before = os.getpid(), children()

    def work(number: int) -> int:
        if os.getpid() != ours:
            time.sleep(60)
        time.sleep(0.05)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        side_by_side(30, work, 3)
    assert children() <= before


ORPHANED = """
import os, time
from keepclear.cli.side_by_side import side_by_side
def work(number):
    open(f"pid{os.getpid()}", "w").close()
    time.sleep(0.05)
side_by_side(1000, work, 2)
"""


def test_none_goes_on_when_the_one_that_started_it_was_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ORPHANED], cwd=tmp_path) as started:
        while len(seen := [int(path.name[3:]) for path in tmp_path.glob("pid*")]) < 2:
            time.sleep(0.02)
        started.kill()
    (left,) = (pid for pid in seen if pid != started.pid)
    until = time.monotonic() + 30
    while Path(f"/proc/{left}/cmdline").exists() and Path(f"/proc/{left}/cmdline").read_bytes():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_where_no_process_can_be_started_all_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refuse)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert side_by_side(10, lambda number: number, 4) == list(range(10))
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


def test_no_pipe_is_left_open_and_none_is_asked_to_hold_too_many_numbers() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    side_by_side(MOST_PORTIONS, lambda number: number, 3)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    with pytest.raises(ValueError, match="at most"):
        side_by_side(MOST_PORTIONS + 1, lambda number: number, 1)
    assert bulk.MOST_PORTIONS == MOST_PORTIONS
    assert processors() >= 1


@pytest.mark.parametrize(("copies", "begun"), [(1, 0), (200, 3)])
def test_a_small_file_starts_no_process_and_a_large_one_one_a_processor(
    copies: int, begun: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from keepclear.formats.plan_file import plans_from_file

    features = [wide(n, n % 3, 36.0 + n, 9, is_disc=True) for n in range(60) for _ in range(copies)]
    plans = plans_from_file(json.dumps(collection(*features)).encode(), heights=NO_RULES.heights)
    asked: list[None] = []

    def refuse() -> int:
        asked.append(None)
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refuse)
    monkeypatch.setattr(finding, "processors", lambda: 4)
    with ProgressLine() as progress:
        find(plans, [], NO_RULES, Wanted(False, False, as_text), progress)
    assert len(asked) == begun


volumes = st.lists(
    st.tuples(st.integers(0, 25), st.booleans(), st.floats(36.0, 36.1), st.integers(8, 20)), min_size=1, max_size=40
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=volumes, split=st.integers(0, 25), same_party=st.booleans())
def test_the_answer_is_the_same_however_many_processes_find_it(
    drawn: list[tuple[int, bool, float, int]], split: int, same_party: bool, portions_of_three: None
) -> None:
    from keepclear.formats.plan_file import plans_from_file

    features = [wide(n, n % 3, west, hour, is_disc=is_disc) for n, is_disc, west, hour in drawn]
    plans = plans_from_file(json.dumps(collection(*features)).encode(), heights=NO_RULES.heights)
    own = [plan for plan in plans if int(plan.id[1:]) >= split]
    others = [plan for plan in plans if int(plan.id[1:]) < split]
    with pytest.MonkeyPatch.context() as patch:
        answers = []
        for processes in (1, 3):
            patch.setattr(finding, "processors", lambda many=processes: many)
            with ProgressLine() as progress:
                texts = find(own, others, NO_RULES, Wanted(same_party, True, as_text), progress)
                met = find(own, others, NO_RULES, Wanted(same_party, True, itself), progress)
                bare = find(own, others, NO_RULES, Wanted(same_party, False, itself), progress)
            answers.append((texts, met, bare))
    assert answers[0] == answers[1]
    texts, met, bare = answers[0]
    assert [row.shown for row in texts] == [as_text(row.shown) for row in met]
    assert [row[:3] for row in bare] == [row[:3] for row in met]
    for plain, drawn_too in zip(bare, met, strict=True):
        assert plain.shown.as_json() | {"overlap": None} == drawn_too.shown.as_json() | {"overlap": None}


PROGRAM = """
import os, signal, sys
from keepclear.cli import find, main, side_by_side
from keepclear.detection import bulk
bulk._PORTION, find.WORTH_A_PROCESS = 3, 1
find.processors = lambda: 3
ours, text = os.getpid(), find.as_text
def cut_short(meeting):
    if os.getpid() != ours:
        os.kill(*{target})
        signal.pause()
    return text(meeting)
sys.modules["keepclear.cli.check"].as_text = cut_short
sys.argv = ["keepclear", "check", "many.geojson", "--json"]
main.program()
"""


@pytest.mark.parametrize(
    ("target", "status", "said"),
    [
        ("(os.getpid(), signal.SIGKILL)", 2, b"a process that did a share of the work ended by signal SIGKILL"),
        ("(ours, signal.SIGINT)", 130, b""),
    ],
)
def test_a_command_cut_short_prints_no_answer(tmp_path: Path, target: str, status: int, said: bytes) -> None:
    features = [wide(n, n, 36.0, 9, is_disc=n % 2 == 0) for n in range(60)]
    (tmp_path / "many.geojson").write_text(json.dumps(collection(*features)))
    program = PROGRAM.format(target=target)
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (status, b""), done.stderr
    assert said in done.stderr
    assert b"Traceback" not in done.stderr
