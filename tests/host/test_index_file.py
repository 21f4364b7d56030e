"""A large index is kept beside the record: it saves the making of it, and is never needed."""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from keepclear.detection import growing, warm
from keepclear.detection.grid import GridIndex
from keepclear.detection.growing import GrowingIndex
from keepclear.formats.mechanism_toml import agreement_from_toml
from keepclear.formats.statement_json import statement_from_json
from keepclear.host import boot
from keepclear.host import live_index as host_index
from keepclear.host.index_file import write_whole
from keepclear.host.live_index import about_index, index_parts, live_index, load_index, write_index
from keepclear.host.mechanism_host import MechanismHost
from keepclear.store import SqliteStore
from tests.detection.test_grid import PLACES, some_plan
from tests.formats.samples import MECHANISM
from tests.host.running import agreement, notice_body, statement

AGREEMENT = agreement_from_toml(MECHANISM.encode())
TRIAL = agreement_from_toml(agreement().encode())
ABOUT = about_index(7, b"state")


@pytest.fixture
def grown() -> GrowingIndex:
    """An index that the grid has taken over, with some plans."""
    draw, index = np.random.default_rng(8), live_index(AGREEMENT)
    index.take(GridIndex(AGREEMENT.separations, AGREEMENT.heights))
    index.put_many([some_plan(draw, f"n{number}", PLACES[0], 3_000) for number in range(12)])
    return index


def kept(index: GrowingIndex, path: Path) -> None:
    parts = index_parts(index, AGREEMENT, ABOUT)
    assert parts is not None
    write_index(path, parts)


def test_a_kept_index_is_taken_up_again(grown: GrowingIndex, tmp_path: Path) -> None:
    warm.warm()
    kept(grown, tmp_path / "index")
    again = live_index(AGREEMENT)
    assert load_index(again, AGREEMENT, tmp_path / "index", ABOUT)
    assert list(again.all_pairs()) == list(grown.all_pairs())
    assert len(again) == len(grown) == 12


@pytest.mark.parametrize("harm", ["absent", "empty", "damaged", "of another state"])
def test_one_that_cannot_be_used_leaves_the_index_as_it_was(grown: GrowingIndex, tmp_path: Path, harm: str) -> None:
    path, about = tmp_path / "index", ABOUT
    if harm != "absent":
        kept(grown, path)
    if harm == "empty":
        path.write_bytes(b"")
    if harm == "damaged":
        path.write_bytes(path.read_bytes()[:-1])
    if harm == "of another state":
        about = about_index(7, b"another")
    again = live_index(AGREEMENT)
    assert not load_index(again, AGREEMENT, path, about)
    assert (len(again), again.grid) == (0, None)


def test_a_small_index_is_not_kept() -> None:
    assert index_parts(live_index(AGREEMENT), AGREEMENT, ABOUT) is None


def test_a_disk_that_refuses_leaves_the_old_file(grown: GrowingIndex, tmp_path: Path) -> None:
    """The limit on file size stands in for a full disk."""
    path = tmp_path / "index"
    path.write_bytes(b"the old one")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    try:
        kept(grown, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == b"the old one"


def lived(folder: Path, notices: int) -> tuple[int, bool, bytes]:
    """A host's life on a grid, from start to stop: plans and grid at its start, and the state at its end."""
    store = SqliteStore(folder)
    log = boot.found(store, TRIAL, at_ms=1)
    working = boot.bring_up(store, log)
    begun = len(working.index), working.index.grid is not None
    if not begun[0]:
        working.index.take(GridIndex(TRIAL.separations, TRIAL.heights))

    async def live() -> None:
        host = MechanismHost(store, log, working, unsigned=True)
        await host.start()
        for number in range(notices):
            serial = working.mechanism.next_serial("alpha.air")
            said = statement("alpha.air", serial, "notice", notice_body(lon=37 + number / 100))
            await host.say(statement_from_json(said, TRIAL))
        await host.stop()

    asyncio.run(live())
    store.close()
    return *begun, working.mechanism.snapshot()


def test_a_host_that_was_stopped_comes_up_with_the_index_that_it_kept(tmp_path: Path) -> None:
    warm.warm()
    assert lived(tmp_path, 3)[:2] == (0, False)
    again = lived(tmp_path, 2)
    assert again[:2] == (3, True)
    file = next(tmp_path.glob("index-*"))
    file.write_bytes(file.read_bytes()[:-5])
    spoilt = lived(tmp_path, 0)
    assert spoilt[:2] == (5, False), "made from the notices, and plain, for they are few"
    assert spoilt[2] == again[2]


def test_a_large_state_whose_index_is_gone_goes_straight_into_the_grid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm.warm()
    lived(tmp_path, 3)
    kept_one = lived(tmp_path, 2)
    next(tmp_path.glob("index-*")).unlink()
    for module in (growing, host_index):
        monkeypatch.setattr(module, "LARGE", 5)
    again = lived(tmp_path, 0)
    assert again == (5, True, kept_one[2])


WRITER = """
import sys
from pathlib import Path
from keepclear.host.index_file import write_whole
while True:
    for byte in (b"a", b"b"):
        write_whole(Path(sys.argv[1]), [byte * 300_000 for _ in range(20)])
        print("x", flush=True)
"""


def test_killed_while_writing_the_file_is_the_old_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "index"
    write_whole(path, [b"a" * 6_000_000])
    for turn in range(6):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.013 * turn)
            writer.kill()
        whole = path.read_bytes()
        assert whole in (b"a" * 6_000_000, b"b" * 6_000_000)
    assert path.stat().st_mode & 0o077 == 0
