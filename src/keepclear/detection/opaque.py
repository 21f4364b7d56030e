"""Rows of what the kernels leave alone: only their bounds are packed, and the plan itself is kept beside them."""

from __future__ import annotations

from typing import Any

from keepclear.detection.extent import extent_of
from keepclear.detection.kernels_lateral import OPAQUE
from keepclear.detection.kernels_rows import CODES, KIND_SHIFT, set_box, set_times
from keepclear.detection.plan import Plan
from keepclear.spacetime.heights import HeightRules, height_band
from keepclear.spacetime.trajectory import Trajectory


def make_opaque(plan: Plan, rows: slice, heads: Any, singles: Any, heights: HeightRules) -> None:
    """Makes some rows from a plan's own bounds. Raises InvalidInput for heights that the rules do not allow."""
    if not isinstance(plan.envelope, Trajectory):
        for volume in plan.envelope:
            height_band(volume.footprint, volume.floor, volume.ceiling, heights)
    extent = extent_of(plan, heights)
    for row, space, (start_ms, end_ms) in zip(range(rows.start, rows.stop), extent.space, extent.time_ms, strict=True):
        set_box(singles[row], space[:4], space[4:])
        set_times(heads[row], float(start_ms), float(end_ms))
        heads[row, CODES] = (heads[row, CODES] & ((1 << KIND_SHIFT) - 1)) | (OPAQUE << KIND_SHIFT)
