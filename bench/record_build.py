"""The index of a record, by two processes: each makes plans and rows of every other page, and the rows are joined.

Entries are read, each against its hash, by the process that asks; no page is seen by both. Rows come back as they lie
in memory, and are laid out once. The index is the same each time: which rows come from which process is settled by the
pages alone.
"""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from keepclear.detection.filling import Filling
from keepclear.detection.grid import GridIndex
from keepclear.detection.kernels_rows import OWNER, VERTEX, WHOSE
from keepclear.detection.plan import Plan
from keepclear.detection.rows import GridRows
from keepclear.spacetime.heights import HeightRules
from keepclear.store import SqliteStore

PAGE = 1_000
PROCESSES = 2


@dataclass(frozen=True, slots=True)
class Made:
    """All that one process made but for the numbers in its tables: see ``detection.rows``."""

    tables: dict[str, tuple[str, int, int]]
    """Of each its type, its rows and its columns; what they hold comes after this, one after another."""
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
    index = joined([(end.recv(), end) for end in ends])
    for helper in helpers:
        helper.join()
    assert len(index) == at
    return index


def _make(asked: Connection, plan_of: Callable[[bytes], Plan]) -> None:
    """In a helper: plans of the pages that come, into rows."""
    gc.disable()
    rows = GridRows()
    filling = Filling(rows, HeightRules())
    while (page := asked.recv()) is not None:
        filling.keep([plan_of(entry) for entry in page])
    tables = rows.tables()
    shapes = {name: (table.dtype.str, *table.shape) for name, table in tables.items()}
    asked.send(Made(shapes, rows.ids, rows.kept, list(rows.parties), list(rows.activities)))
    for table in tables.values():
        asked.send_bytes(table.reshape(-1).view(np.uint8).data)


def joined(made: list[tuple[Made, Connection]]) -> GridIndex:
    """One index of all rows, laid out once."""
    parts = [part for part, _ in made]
    tables = _received(made)
    parties = {name: None for part in parts for name in part.parties}
    activities = {name: None for part in parts for name in part.activities}
    numbers = [{name: number for number, name in enumerate(names)} for names in (parties, activities)]
    ids: list[str] = []
    kept: dict[int, Plan] = {}
    first_row = first_place = 0
    for part in parts:
        rows, places = part.tables["heads"][1], part.tables["places"][1]
        heads = tables["heads"][first_row : first_row + rows]
        party, activity = (
            np.array([table[name] for name in names], np.int32)
            for table, names in zip(numbers, (part.parties, part.activities), strict=True)
        )
        heads[:, WHOSE] = (party[heads[:, WHOSE] >> 8] << 8) | activity[heads[:, WHOSE] & 255]
        heads[:, OWNER] += len(ids)
        heads[:, VERTEX] += first_place
        tables["owned"][len(ids) : len(ids) + len(part.ids)] += np.array([first_row, 0, first_place, 0], np.int32)
        kept |= {slot + len(ids): plan for slot, plan in part.kept.items()}
        ids += part.ids
        first_row, first_place = first_row + rows, first_place + places
    index = GridIndex((), HeightRules())
    index.rows.restore(tables, ids, kept, parties, activities)
    del tables
    index.settle()
    return index


def _received(made: list[tuple[Made, Connection]]) -> dict[str, Any]:
    """The tables of all parts, one part after another, as they come from the processes that made them."""
    tables = {}
    for name, (kind, _, columns) in made[0][0].tables.items():
        tables[name] = np.empty((sum(part.tables[name][1] for part, _ in made), columns), kind)
    done = dict.fromkeys(tables, 0)
    for part, end in made:
        for name, (_, rows, _) in part.tables.items():
            end.recv_bytes_into(tables[name][done[name] : done[name] + rows].reshape(-1).view(np.uint8).data)
            done[name] += rows
    return tables
