"""The kernels of this room as machine code: asked for only where there is enough to do to wait for a compiler."""

from __future__ import annotations

import types

from numba.extending import register_jitable

from keepclear.detection.compiled import compiled
from keepclear.detection.resolution import kernels_board, kernels_flown

for _module in (kernels_flown, kernels_board):
    for _function in vars(_module).values():
        if isinstance(_function, types.FunctionType) and _function.__module__ == _module.__name__:
            register_jitable(_function)

spans_of_pairs = compiled(kernels_flown.spans_of_pairs)
put_all = compiled(kernels_board.put_all)
put_better = compiled(kernels_board.put_better)
search = compiled(kernels_board.search)
