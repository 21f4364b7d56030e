"""All that this room compiles, compiled and kept: what ``make`` and a fresh installation do."""

from __future__ import annotations

import numpy as np

from keepclear.detection.plan import Plan
from keepclear.detection.resolution import machine
from keepclear.detection.resolution.flown import pieces_of
from keepclear.detection.resolution.forbidden import Task, forbidden_of
from keepclear.detection.resolution.freedom import Freedom
from keepclear.detection.resolution.insertion import Board
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.trajectory import Trajectory


def warm() -> None:
    """Clears two flights by machine code, which has it compiled where that is still to do."""
    flight = Trajectory((0, 600_000), (7.0, 8.0), (47.0, 47.0), (5000.0, 5000.0), 100.0, 50.0)
    plans = [Plan("a", "one", "uas", flight), Plan("b", "two", "uas", flight)]
    task = Task(plans, (), HeightRules(), Freedom(), np.ones(2, bool))
    pieces, none = pieces_of(plans), np.zeros(0, np.int64)
    keep, most_s, room = np.zeros((0, 3)), np.zeros((0, 2)), np.empty((0, 2), np.int32)
    machine.spans_of_pairs(pieces.line, pieces.ground_m, none, none, keep, np.zeros(1), most_s, False, room, room)
    board = Board(forbidden_of(task), task.freedom)
    board.compiled = True
    board.put_all([0, 1])
    board.put_better([1, 0])
    board.search(0, lambda: 1.0, 1, lambda: None)
