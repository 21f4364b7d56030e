"""The ids of plans by slot, so kept that many are taken out at once, and that the machine can fetch them ahead.

An id is a Python object somewhere in memory, and to hand it out is to write to it (who holds it is counted): of an
index of many plans it has to be waited for, longer than all else takes. So kernels are told where the ids lie, and
have them fetched while they work. What lies there they never read.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


class Names:
    """A table of ids; free slots hold ``None``."""

    def __init__(self, room: int) -> None:
        self._set(np.empty(room, np.object_))

    def __setitem__(self, slot: int, name: str | None) -> None:
        """Keeps an id, or lets go of it."""
        self._table[slot] = name

    def keep(self, first: int, names: Sequence[str]) -> None:
        """Keeps ids in slots that follow each other."""
        self._table[first : first + len(names)] = names

    @property
    def addresses(self) -> npt.NDArray[np.int64]:
        """Of each slot where its id lies in memory: good until there is room for more."""
        return self._addresses

    def of(self, slots: npt.NDArray[np.int32]) -> list[str]:
        """The ids of some slots, in their order."""
        names: list[str] = self._table.take(slots).tolist()
        return names

    def restore(self, names: Sequence[str], room: int) -> None:
        """Takes the place of all there is by these ids; an empty one is a free slot's."""
        table = np.empty(room, np.object_)
        table[: len(names)] = [name or None for name in names]
        self._set(table)

    def make_room(self, room: int) -> None:
        """Room for so many slots."""
        table = np.empty(room, np.object_)
        table[: len(self._table)] = self._table
        self._set(table)

    def _set(self, table: npt.NDArray[np.object_]) -> None:
        self._table = table
        places = (ctypes.c_int64 * len(table)).from_address(table.ctypes.data)
        self._addresses: npt.NDArray[np.int64] = np.ctypeslib.as_array(places)
