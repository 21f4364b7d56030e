"""One mechanism, running: a queue in front, one writer behind it, and nobody told anything before it is durable.

What is heard goes through the writer's thread in batches: heard, rendered, made durable in one transaction, and only
then answered and published. While a batch is at work new inputs gather for the next, and readers wait: a reading never
shows what is not durable yet, and costs at most one batch (``work.HEARING_S`` and a sync of the disk).

If the store refuses, the host has failed for good: nobody is told, every waiting caller gets the error, the streams
end, ``on_failure`` is called, and the process should go away and come up again from what is durable.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal, TypeVar

import structlog

from keepclear.errors import InvalidInput, KeepclearError, Overloaded, StoreFailed
from keepclear.host.aside import Aside, Asked
from keepclear.host.boot import bring_up
from keepclear.host.clock import HearingClock
from keepclear.host.index_file import index_path
from keepclear.host.live_index import about_index, index_parts, write_index
from keepclear.host.observe import Batch, Nobody, Observer
from keepclear.host.recent import Recent
from keepclear.host.signed import check_mode
from keepclear.host.streams import Streams
from keepclear.host.work import Answer, Delivered, Input, Said, Worked, Worker
from keepclear.host.working import Working
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.key import DeskKey
from keepclear.mechanism.statement import Statement
from keepclear.store.protocol import Store

MOST_WAITING = 1_000
MOST_WAITING_A_DESK = 400
"""Inputs in the queue before a caller is asked to come back: of all desks, and of one, so none shuts others out."""

SNAPSHOT_EVERY = 5_000
"""Entries between snapshots: what a restart plays at most, beside what a clean stop saved."""

BATCH = 256
LONGEST_SLEEP_S = 1.0
"""The machine's clock is looked at so often, at least: it may be set forward while we sleep."""

_T = TypeVar("_T")

_log = structlog.get_logger("keepclear.host")


@dataclass(slots=True)
class _Waiting:
    given: Input
    desk: str
    began: float
    answer: asyncio.Future[Answer]


@dataclass(frozen=True, slots=True)
class _Done:
    worked: Worked
    first: int
    commit_s: float
    next_due: int | None


class MechanismHost:
    """Runs the mechanism whose record is ``log`` in ``store``. Make it with ``boot.bring_up``'s result, then ``start``.

    All methods belong to the event loop. ``on_failure`` is called once, when the store has refused; ``on_durable`` with
    the record's length whenever it has grown.
    """

    def __init__(
        self, store: Store, log: str, working: Working, *, clock: HearingClock | None = None, unsigned: bool = False
    ) -> None:
        self.unsigned = unsigned
        """Whether live statements are taken that nobody signed."""
        self.streams = Streams()
        self.observer: Observer = Nobody()
        self.on_failure: Callable[[], None] = lambda: None
        self.on_durable: Callable[[int], None] = lambda _: None
        self.failure: StoreFailed | None = None
        self._store = store
        self._log_name = log
        self._working = working
        self._clock = clock or HearingClock()
        self._clock.note(working.mechanism.now)
        self._index = working.length - 1
        self._recent = Recent()
        self._queue: deque[_Waiting] = deque()
        self._by_desk: Counter[str] = Counter()
        self._arrived = asyncio.Event()
        self._settled = asyncio.Lock()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="keepclear-writer")
        self._aside = Aside()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._next_due = working.mechanism.next_due()
        self._snapshot_at = working.length
        self._keeping: threading.Thread | None = None

    @property
    def agreement(self) -> Agreement:
        """What was agreed."""
        return self._working.agreement

    @property
    def signatures(self) -> Literal["required", "optional"]:
        """Whether a live statement has to be signed to be heard."""
        return "optional" if self.unsigned else "required"

    def key(self, kid: str) -> DeskKey | None:
        """The key of a name, retired or not; may be asked from any thread. See ``host.signed``."""
        return self._working.mechanism.key(kid)

    @property
    def index(self) -> int:
        """The last index of the record that is durable and told."""
        return self._index

    @property
    def waiting(self) -> int:
        """How many inputs wait to be heard."""
        return len(self._queue)

    @property
    def working(self) -> bool:
        """Whether statements are heard: started, not stopping, not failed."""
        return self._task is not None and not self._stopping and self.failure is None

    async def start(self) -> None:
        """The writer runs."""
        self._task = asyncio.create_task(self._run(), name="keepclear-host")

    async def stop(self) -> None:
        """What waits is heard, the streams end, and a snapshot makes the next start quick. The store stays open."""
        self._stopping = True
        self._arrived.set()
        if self._task is not None:
            await self._task
        self.streams.close()
        if self.failure is None and self._working.length > self._snapshot_at:
            await self._index_kept()
            await self._in_writer(self._save_snapshot)
        await self._index_kept()
        self._aside.close()
        self._writer.shutdown()

    async def say(self, statement: Statement, *, held: bool = False) -> Answer:
        """The statement is in the record and durable: its receipt, and whether it is new. See ``Mechanism.hear``.

        A statement that says it is signed comes from ``host.signed``; see there for what is refused before it is heard.
        """
        check_mode(statement, unsigned=self.unsigned)
        return await self._put(statement.sender, Said(statement, held, self._clock.now()))

    async def deliver(self, desk: str, through: int) -> None:
        """The desk's machine has everything up to index ``through``; recorded only where that changes something."""
        if through > self.index:
            raise InvalidInput("through", str(through), f"a record index that you were told of, at most {self.index}")
        await self._put(desk, Delivered(desk, through, self._clock.now()))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Mechanism]:
        """The mechanism as it is durable, while the block does not await. Raises ``StoreFailed`` after a failure."""
        async with self._settled:
            if self.failure is not None:
                raise self.failure
            yield self._working.mechanism

    async def work_out(self, question: Callable[[Mechanism], _T]) -> _T:
        """A longer question's answer, from what is durable, in the writer's thread: streams and health go on meanwhile.

        Statements wait for it. Raises what the question raises; ``StoreFailed`` after a failure, ``Overloaded`` at a
        stop.
        """
        async with self._settled:
            if not self.working:
                raise self.failure or Overloaded("the host is stopping; ask again when it is back")
            return await self._in_writer(question, self._working.mechanism)

    async def work_out_aside(self, ask: Callable[[Mechanism], Asked[_T] | None]) -> _T | None:
        """A long question's answer, from what is durable: only what it hangs on is copied in the writer's thread.

        Statements do not wait for it; see ``aside``. Raises as ``work_out`` does.
        """

        async def asked() -> tuple[int, Asked[_T] | None]:
            return await self.work_out(lambda mechanism: (mechanism.index, ask(mechanism)))

        return await self._aside.answer(asked, lambda: self.index)

    def now(self) -> int:
        """The present instant, as a statement would be heard at (ms)."""
        return self._clock.now()

    @property
    def clock_speed(self) -> float:
        """How many times as fast as the machine's clock the time of hearing runs; other than 1 in exercises only."""
        return self._clock.speed

    async def entries(self, start: int, limit: int) -> list[bytes]:
        """Entries of the record, durable ones only."""
        limit = max(0, min(limit, self.index + 1 - start))
        recent = self._recent.read(start, limit)
        return await asyncio.to_thread(self._store.read, self._log_name, start, limit) if recent is None else recent

    async def _put(self, desk: str, given: Input) -> Answer:
        if self.failure is not None or not self.working:
            raise self.failure or Overloaded("the host is stopping; say it again when it is back, with the same id")
        if len(self._queue) >= MOST_WAITING or self._by_desk[desk] >= MOST_WAITING_A_DESK:
            message = f"{len(self._queue)} inputs wait; say it again in a second, with the same id"
            raise Overloaded(message)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(given, desk, time.perf_counter(), answer))
        self._by_desk[desk] += 1
        self._arrived.set()
        return await answer

    async def _run(self) -> None:
        while self._queue or not self._stopping:
            await self._wait()
            batch = [self._queue[n] for n in range(min(BATCH, len(self._queue)))]
            if not batch and not self._is_due():
                continue
            try:
                async with self._settled:
                    done = await self._in_writer(self._work, [waiting.given for waiting in batch], self._clock.now())
                    self._publish(done)
                    if done.worked.broken is not None:
                        await self._start_over(done.worked.broken, of_clock=not batch)
            except StoreFailed as error:
                self._fail(error)
                return
            except Exception as error:
                self._fail(StoreFailed(f"the host failed ({error!r}) and has stopped; its log says where"), error)
                return
            self._answer(batch, done)

    def _is_due(self) -> bool:
        return self._next_due is not None and self._next_due <= self._clock.now()

    async def _wait(self) -> None:
        """Until something arrived, a deadline is due, or the host stops."""
        self._arrived.clear()
        if self._queue or self._stopping or self._is_due():
            return
        sleep_s = LONGEST_SLEEP_S
        if self._next_due is not None:
            sleep_s = min(sleep_s, (self._next_due - self._clock.now()) / 1000 / self._clock.speed)
        try:
            async with asyncio.timeout(max(sleep_s, 0.001)):
                await self._arrived.wait()
        except TimeoutError:
            return

    async def _in_writer(self, call: Callable[..., _T], *args: object) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._writer, call, *args)

    def _work(self, inputs: list[Input], now_ms: int) -> _Done:
        """In the writer's thread: a batch is heard and made durable."""
        first = self._working.length
        worker = Worker(self._working, self.streams.listening(), self._kept)
        worked = worker.hear_all(inputs, now_ms)
        began = time.perf_counter()
        if worked.entries:
            self._store.append(self._log_name, first, worked.entries)
        commit_s = time.perf_counter() - began
        if self._working.length - self._snapshot_at >= SNAPSHOT_EVERY and worked.broken is None:
            self._save_snapshot()
        return _Done(worked, first, commit_s, self._working.mechanism.next_due())

    def _kept(self, index: int) -> bytes:
        return self._store.read(self._log_name, index, 1)[0]

    def _save_snapshot(self) -> None:
        """A snapshot that cannot be made is not missed, for the record is enough; one that the disk refuses is."""
        self._snapshot_at = self._working.length
        try:
            data = self._working.snapshot()
        except Exception as error:
            _log.error("snapshot_failed", exc_info=error)
            return
        self._store.save_snapshot(self._log_name, self._working.length, data)
        self._keep_index(data)

    async def _index_kept(self) -> None:
        """No index is being written any more."""
        if self._keeping is not None:
            await asyncio.to_thread(self._keeping.join)

    def _keep_index(self, state: bytes) -> None:
        """A large index is kept beside the state that it belongs to; a thread writes what was copied here."""
        path = index_path(self._store, self._log_name)
        if path is None or (self._keeping is not None and self._keeping.is_alive()):
            return
        working = self._working
        parts = index_parts(working.index, working.agreement, about_index(working.length, state))
        if parts is not None:
            self._keeping = threading.Thread(target=write_index, args=(path, parts), name="keepclear-index")
            self._keeping.start()

    def _publish(self, done: _Done) -> None:
        """The batch is durable: its events leave."""
        self._index = done.first + len(done.worked.entries) - 1
        if done.worked.entries:
            self._recent.add(done.first, done.worked.entries)
            self.on_durable(self._index + 1)
        self._next_due = done.next_due
        for index, views in done.worked.events:
            self.streams.publish(index, views)

    def _answer(self, batch: list[_Waiting], done: _Done) -> None:
        """The callers of the inputs that were reached are told; the others stay in the queue."""
        now = time.perf_counter()
        types, lags = [], []
        for waiting, answer in zip(batch, done.worked.answers, strict=False):
            self._queue.popleft()
            self._by_desk[waiting.desk] -= 1
            if isinstance(answer, KeepclearError):
                self.observer.refused(answer.code)
            elif answer.new and isinstance(waiting.given, Said):
                types.append(str(waiting.given.statement.type))
                lags.append(now - waiting.began)
            if waiting.answer.done():
                continue
            if isinstance(answer, KeepclearError):
                waiting.answer.set_exception(answer)
            else:
                waiting.answer.set_result(answer)
        if done.worked.entries:
            self.observer.batch(Batch(types, done.commit_s, lags))

    async def _start_over(self, cause: Exception, *, of_clock: bool) -> None:
        """An input failed in a way that nobody foresaw: the state is worked out again from what is durable.

        Where the clock alone did it, it would again: then the host stops, and somebody has to look.
        """
        if of_clock:
            raise cause
        _log.error("hearing_failed", error=repr(cause)[:500], exc_info=cause)
        self._working = await self._in_writer(bring_up, self._store, self._log_name)
        self._next_due = self._working.mechanism.next_due()

    def _fail(self, error: StoreFailed, cause: Exception | None = None) -> None:
        """Fail-stop: nobody is told of what was not durable. Callers come first: a log may fail as the disk did."""
        self.failure = error
        while self._queue:
            waiting = self._queue.popleft()
            if not waiting.answer.done():
                waiting.answer.set_exception(error)
        self.streams.close()
        self.on_failure()
        with contextlib.suppress(Exception):
            _log.critical("host_failed", code=error.code, reason=str(error), exc_info=cause)
