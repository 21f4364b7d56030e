"""What a leaf holds, in machine code: which rows, and a sketch of their boxes in columns of bytes.

A leaf has a frame, the space and time in which its rows lay when it was last framed, divided into 255 steps along each
axis. A side of a box is sketched as the step it is on, or as the first or last one where it is beyond them. As no step
comes before that of a lesser value, boxes that meet have sketches that meet: a question is sketched in the same frame
and held against all rows of the leaf at once, and what is left is held against their boxes. Nothing is lost.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from keepclear.detection.compiled import compiled, compiled_lean
from keepclear.detection.kernels_rows import END, START, Heads, Singles
from keepclear.spacetime.geodesic import Floats

FANOUT = 64
"""The most leaves on a shelf, and the most rows in a leaf."""
SIDES = 10
"""Of a box: its lower sides along x, y, z, height and time, then the upper ones in the same order."""
WORDS = 320
"""Of 32 bits in a leaf: its frame (32), the sketch (160), the rows and their plans (128)."""
STEPS = 255.0

_SKETCH = 4 * 32
"""Where in the bytes of a leaf the sketch begins: a column for each side."""
_MEMBERS = 32 + 160

Bytes = npt.NDArray[np.uint8]


@compiled_lean
def member(leaf: int, place: int) -> int:
    """Where among the words of all leaves a row is named; the next word is its plan."""
    return leaf * WORDS + _MEMBERS + 2 * place


@compiled_lean
def sides_of(side: Singles, box: Heads, values: Floats) -> None:
    """The sides of a box: metres, and ticks."""
    for axis in range(4):
        values[axis], values[SIDES // 2 + axis] = side[axis], side[4 + axis]
    values[4], values[9] = box[START], box[END]


@compiled_lean
def sketch_box(values: Floats, frames: Singles, leaf: int, steps: Bytes) -> None:
    """The sketch of a box in the frame of a leaf: of no side a lower step than that of a lesser value."""
    at = leaf * WORDS
    for side in range(SIDES):
        step = (values[side] - frames[at + side]) * frames[at + SIDES + side]
        steps[side] = int(min(max(step, 0.0), STEPS))


@compiled_lean
def _put_sketch(leaf: int, place: int, row: int, heads: Heads, boxes: Heads, values: Floats, steps: Bytes) -> None:
    sketch, at = boxes.view(np.uint8), 4 * leaf * WORDS + _SKETCH + place
    sides_of(heads.view(np.float32)[row], heads[row], values)
    sketch_box(values, boxes.view(np.float32), leaf, steps)
    for side in range(SIDES):
        sketch[at + side * FANOUT] = steps[side]


@compiled
def frame_leaf(leaf: int, held: int, heads: Heads, boxes: Heads) -> None:
    """Frames a leaf round the rows that it holds, as far as they are bounded, and sketches them anew."""
    singles, frames, values, steps = (
        heads.view(np.float32),
        boxes.view(np.float32),
        np.empty(SIDES),
        np.empty(SIDES, np.uint8),
    )
    least, most = np.full(SIDES, np.inf), np.full(SIDES, -np.inf)
    for place in range(held):
        row = boxes[member(leaf, place)]
        sides_of(singles[row], heads[row], values)
        for side in range(SIDES):
            axis = side % (SIDES // 2)
            if np.isfinite(values[side]):
                least[axis], most[axis] = min(least[axis], values[side]), max(most[axis], values[side])
    for side in range(SIDES):
        low, high, at = least[side % (SIDES // 2)], most[side % (SIDES // 2)], leaf * WORDS + side
        frames[at], frames[at + SIDES] = (low, STEPS / (high - low)) if low < high else (0.0, 1.0)
    for place in range(held):
        _put_sketch(leaf, place, boxes[member(leaf, place)], heads, boxes, values, steps)


@compiled
def enter(leaf: int, place: int, row: int, plan: int, heads: Heads, boxes: Heads) -> None:
    """A row takes the first place of a leaf that is free; each time a leaf has doubled it is framed anew."""
    at = member(leaf, place)
    boxes[at], boxes[at + 1] = row, plan
    if place & (place + 1) == 0:
        frame_leaf(leaf, place + 1, heads, boxes)
    else:
        _put_sketch(leaf, place, row, heads, boxes, np.empty(SIDES), np.empty(SIDES, np.uint8))


@compiled_lean
def leave(leaf: int, row: int, last: int, boxes: Heads) -> None:
    """The row in the last place of a leaf takes that of one that leaves."""
    place, sketch = 0, boxes.view(np.uint8)
    while boxes[member(leaf, place)] != row:
        place += 1
    for word in range(2):
        boxes[member(leaf, place) + word] = boxes[member(leaf, last) + word]
    at = 4 * leaf * WORDS + _SKETCH
    for side in range(SIDES):
        sketch[at + side * FANOUT + place] = sketch[at + side * FANOUT + last]


@compiled_lean
def hold_against(leaf: int, steps: Bytes, sketch: Bytes, meets: Bytes) -> None:
    """Of each place of a leaf, 1 or 0: whether its sketch meets that of a question; free places say anything."""
    at = 4 * leaf * WORDS + _SKETCH
    own = sketch[at : at + SIDES * FANOUT]
    x, y, z, up, since = steps[0], steps[1], steps[2], steps[3], steps[4]
    x_to, y_to, z_to, up_to, until = steps[5], steps[6], steps[7], steps[8], steps[9]
    for i in range(FANOUT):
        meets[i] = (
            (own[i] <= x_to) & (own[i + FANOUT] <= y_to) & (own[i + 2 * FANOUT] <= z_to)
            & (own[i + 3 * FANOUT] <= up_to) & (own[i + 4 * FANOUT] <= until)
            & (own[i + 5 * FANOUT] >= x) & (own[i + 6 * FANOUT] >= y) & (own[i + 7 * FANOUT] >= z)
            & (own[i + 8 * FANOUT] >= up) & (own[i + 9 * FANOUT] >= since)
        )  # fmt: skip
