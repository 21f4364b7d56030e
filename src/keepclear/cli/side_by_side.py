"""Work in numbered portions, done by this process and by copies of it beside each other, one a processor.

A copy (``fork``) has all that was read before, so that only what it finds is handed over. Whoever is free takes the
next number out of one pipe. What comes of a portion does not hang on who did it, so neither does the whole.
"""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Generic, NoReturn, TypeVar

from keepclear.errors import HelperLost

T = TypeVar("T")

MOST_PORTIONS = 1_024
"""So many numbers fit into any pipe at once."""
_MOST_PROCESSES = 8
_NUMBER_BYTES = 4


def processors() -> int:
    """How many processors this process may use; 1 where the system does not say, which has no safe ``fork`` either."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def side_by_side(
    portions: int, work: Callable[[int], T], processes: int, told: Callable[[int], None] | None = None
) -> list[T]:
    """What ``work`` gives for each number below ``portions``, at most ``MOST_PORTIONS``, in order.

    ``told`` hears of each number that this process begins with. An error is that of the first portion that has one.
    Raises ``HelperLost`` when another of the processes ended before it was done. None outlives the call.
    """
    numbers = _numbers(portions)
    helpers: list[_Helper[_Share[T]]] = []
    try:
        share = partial(_share, work, numbers, _leave_if_alone(os.getpid()))
        for _ in range(min(processes, portions, _MOST_PROCESSES) - 1):
            _start(share, helpers)
        shares = [_share(work, numbers, told)]
        shares += [helper.answer() for helper in helpers]
    finally:
        os.close(numbers)
        for helper in helpers:
            helper.end()
    done = {number: found for share in shares for number, found in share.done.items()}
    for number in sorted(share.stopped_at for share in shares if share.stopped_at is not None):
        done[number] = work(number)  # raises here what it raised there
    return [done[number] if number in done else work(number) for number in range(portions)]


@dataclass(slots=True)
class _Share(Generic[T]):
    """What one process found, by number, and the number of the portion at which it met an error."""

    done: dict[int, T]
    stopped_at: int | None = None


def _numbers(portions: int) -> int:
    """A pipe to read the numbers from, one after another."""
    if portions > MOST_PORTIONS:
        raise ValueError(f"{portions} portions; at most {MOST_PORTIONS}")
    source, sink = os.pipe()
    os.write(sink, b"".join(number.to_bytes(_NUMBER_BYTES, "big") for number in range(portions)))
    os.close(sink)
    return source


def _share(work: Callable[[int], T], numbers: int, told: Callable[[int], None] | None) -> _Share[T]:
    """Portions as long as there are any; after an error nobody begins another one."""
    share: _Share[T] = _Share({})
    while taken := os.read(numbers, _NUMBER_BYTES):
        number = int.from_bytes(taken, "big")
        if told is not None:
            told(number)
        try:
            share.done[number] = work(number)
        except Exception:  # it is met again where it can be told
            share.stopped_at = number
            while os.read(numbers, _NUMBER_BYTES * MOST_PORTIONS):
                pass
    return share


@contextmanager
def beside(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Work that a copy of this process does meanwhile, where there is a processor for it; what is given waits for its
    answer, or does the work here. Raises there ``HelperLost`` when the copy ended before it was done.
    """
    helpers: list[_Helper[_Share[T]]] = []

    def answer() -> T:
        found = [share.done[0] for share in (helper.answer() for helper in helpers) if share.stopped_at is None]
        return found[0] if found else work()

    try:
        if processors() > 1:
            _start(partial(_unless_it_fails, work), helpers)
        yield answer
    finally:
        for helper in helpers:
            helper.end()


def _unless_it_fails(work: Callable[[], T]) -> _Share[T]:
    try:
        return _Share({0: work()})
    except Exception:  # it is met again where it can be told
        return _Share({}, 0)


def _leave_if_alone(parent: int) -> Callable[[int], None]:
    """Ends a copy when the process that started it has gone; asked before each portion."""

    def told(_: int) -> None:
        if os.getppid() != parent:
            os._exit(1)

    return told


@dataclass(slots=True)
class _Helper(Generic[T]):
    """Another process, and the pipe through which its answer comes."""

    pid: int
    source: int
    is_over: bool = False

    def answer(self) -> T:
        """What it found, once it is done."""
        found: list[T] = []
        with os.fdopen(os.dup(self.source), "rb") as file, suppress(EOFError, pickle.UnpicklingError):
            found.append(pickle.load(file))  # noqa: S301 - our own process wrote it
        _, status = os.waitpid(self.pid, 0)
        self.is_over = True
        if not found or status != 0:
            code = os.waitstatus_to_exitcode(status)
            how = f"by signal {signal.Signals(-code).name}" if code < 0 else f"with {code}"
            raise HelperLost(f"a process that did a share of the work ended {how} before it was done; run it again")
        return found[0]

    def end(self) -> None:
        """Ends it, if it is not over."""
        os.close(self.source)
        if not self.is_over:
            self.is_over = True
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)


def _start(work: Callable[[], T], helpers: list[_Helper[T]]) -> None:
    """One more of the helpers: a copy of this process at work, where the system grants one.

    An interrupt from the keyboard is for this process alone, and comes when the helper is among those that are ended.
    """
    source, sink = os.pipe()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            os.close(source)
            _help(work, sink)
        helpers.append(_Helper(pid, source))
    except OSError:
        os.close(source)
    finally:
        os.close(sink)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _help(work: Callable[[], T], sink: int) -> NoReturn:
    """What the copy does: its work, and no more."""
    status = 1
    try:
        found = work()
        with os.fdopen(sink, "wb") as file:
            pickle.dump(found, file, protocol=pickle.HIGHEST_PROTOCOL)
        status = 0
    finally:
        os._exit(status)
