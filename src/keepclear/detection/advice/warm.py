"""All that this room compiles, compiled and kept: what ``make`` and a fresh installation do."""

from __future__ import annotations

import numpy as np

from keepclear.detection.advice import machine
from keepclear.detection.advice.plane import Drawing, Plane
from keepclear.detection.advice.sweep import by_machine
from keepclear.detection.columns import columns_of
from keepclear.detection.plan import Plan
from keepclear.spacetime.altitude import SURFACE, UNLIMITED
from keepclear.spacetime.footprint import Disc
from keepclear.spacetime.volume import Volume


def warm() -> None:
    """Moves one disc past another by machine code, which has it compiled where that is still to do."""
    plan = Plan("a", "one", "uas", (Volume(Disc(0.0, 0.0, 100.0), SURFACE, UNLIMITED, 0, 1),))
    none = np.zeros(1, np.int64)
    drawn = Drawing(Plane(0.0, 0.0), columns_of([plan])).outlines(none)
    by_machine(drawn, drawn, np.zeros((2, 1), np.int64), np.ones(1), np.ones(1, bool), np.array([[0.0, 1.0]]))
    runs = np.array([0, 1]), none, none, none
    machine.least_of_stops(runs, none, none, none, np.zeros((1, 1), np.int64), none, np.empty((1, 2), np.int64))
