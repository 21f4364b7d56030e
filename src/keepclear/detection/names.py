"""The answer that a plan is, by its slot: its id with «conflict», made once and handed out to whoever meets it.

An answer is a Python object somewhere in memory, and to hand it out is to write to it (who holds it is counted): of an
index of many plans it has to be waited for, longer than all else takes. So kernels are told where the answers lie, and
have them fetched while they work. What lies there they never read; to put ids in order they have a key of each.
To make them anew for each question would also wake Python's collector, for which they would be new objects.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from keepclear.detection.meeting import Verdict

_KEY = struct.Struct(">Q")
_NOTHING = bytes(8)
_LEAST = 1 << 63
_untrack = ctypes.pythonapi.PyObject_GC_UnTrack
_untrack.argtypes, _untrack.restype = (ctypes.py_object,), None

Answer = tuple[str, Verdict]


class Names:
    """A table of ids, each as the answer that it is in a conflict; free slots hold ``None``."""

    def __init__(self, room: int) -> None:
        self._set(np.empty(room, np.object_), np.zeros(room, np.int64))

    def __setitem__(self, slot: int, name: str | None) -> None:
        """Keeps an id, or lets go of it."""
        if name is None:
            self._table[slot] = None
        else:
            self._table[slot], self.keys[slot] = _answer(name), key_of(name)

    def keep(self, first: int, names: Sequence[str]) -> None:
        """Keeps ids in slots that follow each other."""
        for slot, name in enumerate(names, first):
            self[slot] = name

    @property
    def addresses(self) -> npt.NDArray[np.int64]:
        """Of each slot where its answer lies in memory: good until there is room for more."""
        return self._addresses

    def answers(self, slots: npt.NDArray[np.integer]) -> list[Answer]:
        """The ids of some slots, in their order, each with a conflict."""
        answers: list[Answer] = self._table.take(slots).tolist()
        return answers

    def restore(self, names: Sequence[str], room: int) -> None:
        """Takes the place of all there is by these ids; an empty one is a free slot's."""
        self._set(np.empty(room, np.object_), np.zeros(room, np.int64))
        for slot, name in enumerate(names):
            self[slot] = name or None

    def make_room(self, room: int) -> None:
        """Room for so many slots."""
        table, keys = np.empty(room, np.object_), np.zeros(room, np.int64)
        table[: len(self._table)], keys[: len(self.keys)] = self._table, self.keys
        self._set(table, keys)

    def _set(self, table: npt.NDArray[np.object_], keys: npt.NDArray[np.int64]) -> None:
        self._table = table
        self.keys = keys
        """Of each slot what its id begins with."""
        places = (ctypes.c_int64 * len(table)).from_address(table.ctypes.data)
        self._addresses: npt.NDArray[np.int64] = np.ctypeslib.as_array(places)


def _answer(name: str) -> Answer:
    """An id with a conflict, which Python's collector need not look at: neither of the two can ever refer to it."""
    answer = name, Verdict.CONFLICT
    _untrack(answer)
    return answer


def key_of(name: str) -> int:
    """What an id begins with, as a number: of two ids with different numbers the lesser has the lesser.

    UTF-8 sorts as the letters do.
    """
    key: int = _KEY.unpack_from(name.encode("utf-8", "surrogatepass") + _NOTHING)[0] - _LEAST
    return key
