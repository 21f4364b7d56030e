"""Boxes held against each other: all eight sides at once, as numba would do one after another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_FOUR = ir.VectorType(ir.FloatType(), 4)
_LOW, _HIGH, _START, _END = 0, 16, 32, 36
"""Where in the bytes of a box its four lower sides begin, its upper ones, and its window (``kernels_rows``)."""


def _box_meets(_context: Any, table: Any, _row: Any, box: Any) -> Any:
    """What numba makes of ``box_meets``."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        rows = context.make_array(signature.args[0])(context, builder, args[0])
        asked = context.make_array(signature.args[2])(context, builder, args[2])
        word = ir.IntType(64)
        own = builder.add(
            builder.ptrtoint(rows.data, word), builder.mul(builder.extract_value(rows.strides, 0), args[1])
        )
        other = builder.ptrtoint(asked.data, word)

        def read(base: Any, at: int, kind: Any) -> Any:
            place = builder.inttoptr(builder.add(base, word(at)), kind.as_pointer())
            return builder.load(place, align=4)

        below = builder.fcmp_ordered("<=", read(own, _LOW, _FOUR), read(other, _HIGH, _FOUR))
        above = builder.fcmp_ordered(">=", read(own, _HIGH, _FOUR), read(other, _LOW, _FOUR))
        four = ir.IntType(4)
        sides = builder.icmp_unsigned("==", builder.bitcast(builder.and_(below, above), four), four(15))
        tick = ir.IntType(32)
        begins = builder.icmp_signed("<", read(own, _START, tick), read(other, _END, tick))
        ends = builder.icmp_signed(">", read(own, _END, tick), read(other, _START, tick))
        return builder.and_(sides, builder.and_(begins, ends))

    return types.boolean(table, types.int64, box), generate


box_meets: Callable[[Any, int, Any], bool] = cast("Any", intrinsic(_box_meets))
"""True when the box in a row of a table comes into another box and its window. Both are laid out as that of a head."""
