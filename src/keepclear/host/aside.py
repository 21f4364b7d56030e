"""Long questions that hold nobody up: what an answer hangs on is copied, and the answer worked out beside the writer.

What is heard meanwhile may make it wrong. So it is asked again when it is done: where all that was copied is still the
same, the answer stands; else it is worked out once more; and if then too something near was heard meanwhile, what of it
still stands is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol, Self, TypeVar

_T = TypeVar("_T")

ROUNDS = 2
"""How often an answer is worked out at most."""


class Asked(Protocol[_T]):
    """A question with a copy of all that its answer hangs on."""

    def worked_out(self) -> _T:
        """The answer, as of when it was asked."""

    def same_as(self, earlier: Self, /) -> bool:
        """True when the answer to an earlier question is one to this."""

    def still(self, before: _T, /) -> _T:
        """What of an answer to an earlier question stands as of this one."""


class Aside:
    """A thread of its own for such questions, one after another."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="keepclear-aside")

    async def answer(
        self, ask: Callable[[], Awaitable[tuple[int, Asked[_T] | None]]], index: Callable[[], int]
    ) -> _T | None:
        """The answer to what ``ask`` gives, with the place in the record at which it was asked; None where it is None.

        ``index`` is the last place in the record now: where nothing was heard meanwhile nothing is asked again.
        """
        at, asked = await ask()
        answer: _T | None = None
        for _ in range(ROUNDS):
            if asked is None:
                return None
            answer = await self._beside(asked.worked_out)
            if index() == at:
                return answer
            before = asked
            at, asked = await ask()
            if asked is not None and asked.same_as(before):
                return answer
        return None if asked is None or answer is None else await self._beside(partial(asked.still, answer))

    def close(self) -> None:
        """No question is taken any more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _beside(self, call: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)
