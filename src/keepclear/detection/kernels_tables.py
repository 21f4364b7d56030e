"""Tables by their addresses: to hand a kernel one array of numbers takes less than to hand it twenty arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from numba import types
from numba.extending import intrinsic


def _at(kind: Any) -> Any:
    """What numba makes of an address where there are numbers of a kind."""

    def typed(_context: Any, _address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.inttoptr(args[0], context.get_value_type(signature.return_type))

        pointer: Any = types.CPointer
        return pointer(kind)(types.int64), generate

    return intrinsic(typed)


floats_at: Callable[[int], Any] = cast("Any", _at(types.float64))
"""A pointer to 64-bit floats, for ``numba.carray``: whoever gives the address keeps what lies there."""
words_at: Callable[[int], Any] = cast("Any", _at(types.int32))
"""The same to 32-bit integers."""
longs_at: Callable[[int], Any] = cast("Any", _at(types.int64))
"""The same to 64-bit integers."""
