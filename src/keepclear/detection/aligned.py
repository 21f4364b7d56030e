"""Tables as the machine reads them best: each begins where a line of its memory begins."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

LINE_BYTES = 64
"""What the machine fetches at once: a row of so many bytes is then one line, and does not lie across two."""


def aligned(shape: tuple[int, ...], kind: npt.DTypeLike) -> npt.NDArray[Any]:
    """A table of zeros that begins where a line does; large ones lie on huge pages, where the machine has them."""
    size = prod(shape) * np.dtype(kind).itemsize
    room = np.zeros(size + LINE_BYTES, np.uint8)
    begin = -room.ctypes.data % LINE_BYTES
    return room[begin : begin + size].view(kind).reshape(shape)
