"""The kernels of this room as machine code: asked for only where there is enough to do to wait until it is loaded."""

from __future__ import annotations

import types

from numba.extending import register_jitable

from keepclear.detection.advice import kernels_least, kernels_ways
from keepclear.detection.compiled import compiled

for _function in vars(kernels_ways).values():
    if isinstance(_function, types.FunctionType) and _function.__module__ == kernels_ways.__name__:
        register_jitable(_function)

sweep = compiled(kernels_ways.sweep)
least_of_stops = compiled(kernels_least.least_of_stops)
