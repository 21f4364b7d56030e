"""The index of a record, by two processes: each makes plans and rows of every other page, and the rows are joined.

Entries are read, each against its hash, by the process that asks; no page is seen by both. The index is the same each
time: which rows come from which process is settled by the pages alone.
"""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from keepclear.detection.grid import GridIndex
from keepclear.detection.kernels_rows import OWNER, VERTEX, WHOSE
from keepclear.detection.plan import Plan
from keepclear.spacetime.heights import HeightRules
from keepclear.store import SqliteStore

PAGE = 1_000
PROCESSES = 2


@dataclass(frozen=True, slots=True)
class Rows:
    """All that one process made: see ``detection.rows``."""

    tables: dict[str, Any]
    ids: list[str]
    kept: dict[int, Plan]
    parties: list[str]
    activities: list[str]


def index_of_record(folder: Path, log: str, plan_of: Callable[[bytes], Plan]) -> GridIndex:
    """The index of all plans of a log, whose ids are all different."""
    context = multiprocessing.get_context("fork")
    ends, helpers = [], []
    for _ in range(PROCESSES):
        here, there = context.Pipe()
        helper = context.Process(target=_make, args=(there, plan_of), daemon=True)
        helper.start()
        there.close()
        ends.append(here)
        helpers.append(helper)
    store = SqliteStore(folder)
    at, turn = 0, cycle(ends)
    while entries := store.read(log, at, PAGE):
        next(turn).send(entries)
        at += len(entries)
    store.close()
    for end in ends:
        end.send(None)
    index = joined([end.recv() for end in ends])
    for helper in helpers:
        helper.join()
    assert len(index) == at
    return index


def _make(asked: Connection, plan_of: Callable[[bytes], Plan]) -> None:
    """In a helper: plans of the pages that come, into rows."""
    gc.disable()
    index = GridIndex((), HeightRules())
    index.put_many(plan_of(entry) for page in _pages(asked) for entry in page)
    rows = index.rows
    asked.send(Rows(rows.tables(), rows.ids, rows.kept, list(rows.parties), list(rows.activities)))


def _pages(asked: Connection) -> Iterator[list[bytes]]:
    while (page := asked.recv()) is not None:
        yield page


def joined(made: list[Rows]) -> GridIndex:
    """One index of all rows, laid out anew."""
    parties = {name: None for rows in made for name in rows.parties}
    activities = {name: None for rows in made for name in rows.activities}
    numbers = [{name: number for number, name in enumerate(names)} for names in (parties, activities)]
    ids: list[str] = []
    kept: dict[int, Plan] = {}
    first_row = first_place = 0
    for rows in made:
        heads, owned = rows.tables["heads"], rows.tables["owned"]
        party, activity = (
            np.array([table[name] for name in names], np.int32)
            for table, names in zip(numbers, (rows.parties, rows.activities), strict=True)
        )
        heads[:, WHOSE] = (party[heads[:, WHOSE] >> 8] << 8) | activity[heads[:, WHOSE] & 255]
        heads[:, OWNER] += len(ids)
        heads[:, VERTEX] += first_place
        owned += np.array([first_row, 0, first_place, 0], np.int32)
        kept |= {slot + len(ids): plan for slot, plan in rows.kept.items()}
        ids += rows.ids
        first_row, first_place = first_row + len(heads), first_place + len(rows.tables["xyz"])
    index = GridIndex((), HeightRules())
    names = list(made[0].tables)
    tables = {name: np.concatenate([rows.tables.pop(name) for rows in made]) for name in names}
    index.rows.restore(tables, ids, kept, parties, activities)
    del tables
    index.settle()
    return index
