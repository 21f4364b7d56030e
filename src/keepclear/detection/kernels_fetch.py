"""Fetching ahead: the machine is told what will be read, so that many waits for memory pass at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_TO_READ, _TO_KEEP, _DATA = 0, 3, 1
"""The arguments of LLVM's ``prefetch``: it will be read, soon and more than once, and is no code."""


def _row_fetch(_context: Any, table: Any, _row: Any) -> Any:
    """What numba makes of ``fetch_row``."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, args[0])
        offset = builder.mul(builder.extract_value(array.strides, 0), args[1])
        _fetch(builder, builder.add(builder.ptrtoint(array.data, ir.IntType(64)), offset))
        return context.get_dummy_value()

    return types.void(table, types.int64), generate


def _address_fetch(_context: Any, _address: Any) -> Any:
    """What numba makes of ``fetch_at``."""

    def generate(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        _fetch(builder, args[0])
        return context.get_dummy_value()

    return types.void(types.int64), generate


def _fetch(builder: Any, address: Any) -> None:
    place, number = builder.inttoptr(address, ir.IntType(8).as_pointer()), ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [place.type, number, number, number])
    prefetch = builder.module.declare_intrinsic("llvm.prefetch", [place.type], kind)
    builder.call(prefetch, [place, number(_TO_READ), number(_TO_KEEP), number(_DATA)])


fetch_row: Callable[[Any, int], None] = cast("Any", intrinsic(_row_fetch))
"""Tells the machine that a row of a table will be read; nothing is read, and no row has to be there."""
fetch_at: Callable[[int], None] = cast("Any", intrinsic(_address_fetch))
"""Tells the machine that what lies at an address will be read; nothing is read, and nothing has to be there."""
