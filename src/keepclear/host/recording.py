"""The record's tree, kept up with the store: a thread of its own, so that no statement waits for it.

It is told how far the store is durable, puts the new entries in as leaves and releases a checkpoint, some ten times a
second while anything is said. If the disk refuses, it signs nothing more and says so; statements are heard as before,
for what protects life must not wait for a proof.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from itertools import islice

import structlog

from keepclear.errors import KeepclearError, RecordFailed
from keepclear.host.clock import wall_clock_ms
from keepclear.host.record_tree import RecordTree, entries
from keepclear.record.tiles import WIDTH
from keepclear.record.verify.checkpoint import Checkpoint

INTERVAL_S = 0.1
"""From one checkpoint to the next, at least."""

MOST_AT_ONCE = 16 * WIDTH
"""Leaves under one more checkpoint, at most; there are more only while it catches up."""

MANY = 4 * WIDTH
"""So many that wait are not kept waiting for the interval."""

CHECK_PAUSE_S = 0.05
"""Between two bundles of what was signed earlier, while they are compared with the store."""

Released = Callable[[Checkpoint, bytes], None]

_log = structlog.get_logger("keepclear.record")


class Recording:
    """Keeps ``tree`` up with its store. ``start`` it, ``tell`` it what is durable, ``stop`` it before the store closes.

    All methods may be called from any thread.
    """

    def __init__(
        self, tree: RecordTree, *, interval_s: float = INTERVAL_S, now_ms: Callable[[], int] = wall_clock_ms
    ) -> None:
        self.tree = tree
        self.failure: KeepclearError | None = None
        self.publish_s = 0.0
        """What the newest checkpoint took, from reading the store to its name on the disk."""
        self._interval_s = interval_s
        self._now_ms = now_ms
        self._changed = threading.Condition()
        self._durable = tree.store.length(tree.log)
        self._checked = 0
        self._to_check = tree.tiles.size
        self._stopping = False
        self._done = False
        self._subscribers: list[Released] = []
        self._thread = threading.Thread(target=self._run, name="keepclear-record", daemon=True)

    @property
    def checkpoint(self) -> Checkpoint:
        """The newest checkpoint."""
        return self.tree.tiles.checkpoint

    @property
    def behind(self) -> int:
        """Durable entries that no checkpoint covers yet."""
        return max(0, self._durable - self.tree.tiles.size)

    def latest(self) -> bytes:
        """The newest checkpoint, as the log signed it."""
        return self.tree.tiles.note

    def wait_for(self, size: int, timeout_s: float) -> bytes | None:
        """The newest checkpoint once it covers ``size`` entries; None when it does not in time, or never will."""
        with self._changed:
            self._changed.wait_for(lambda: self.tree.tiles.size >= size or self._done, timeout_s)
            return self.tree.tiles.note if self.tree.tiles.size >= size else None

    def subscribe(self, callback: Released) -> None:
        """``callback`` gets each checkpoint released from now on, in the recording's thread: it must be quick."""
        with self._changed:
            self._subscribers.append(callback)

    def tell(self, length: int) -> None:
        """The store's first ``length`` entries are durable."""
        with self._changed:
            self._durable = max(self._durable, length)
            self._changed.notify_all()

    def start(self) -> None:
        """The thread runs."""
        self._thread.start()

    def stop(self) -> None:
        """What is durable by now is under a checkpoint, unless the disk refuses; the thread has ended."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            while self._wait():
                if self.behind:
                    self._release()
                elif not self._stopping:
                    self._check_some()
            while self.behind:
                self._release()
        except KeepclearError as error:
            self._fail(error)
        except Exception as error:
            self._fail(
                RecordFailed(f"the record's tree failed ({error!r}); see the log, then start the host again"), error
            )
        with self._changed:
            self._done = True
            self._changed.notify_all()

    def _wait(self) -> bool:
        """Until there is something to do; False when it is to stop."""
        with self._changed:
            checking = self._checked < self._to_check
            self._changed.wait_for(lambda: self._stopping or self.behind, CHECK_PAUSE_S if checking else None)
            return not self._stopping

    def _release(self) -> None:
        """The durable entries, or the first of them, are under a checkpoint; then a pause in which more may gather."""
        began = time.monotonic()
        tiles, tree = self.tree.tiles, self.tree
        fresh = islice(entries(tree.store, tree.log, tiles.size), min(self.behind, MOST_AT_ONCE))
        tiles.append([tree.leaf(index, entry) for index, entry in fresh])
        checkpoint = tiles.publish(self._now_ms() // 1000)
        self.publish_s = time.monotonic() - began
        with self._changed:
            subscribers = list(self._subscribers)
            self._changed.notify_all()
        for callback in subscribers:
            try:
                callback(checkpoint, tiles.note)
            except Exception as error:
                _log.error("checkpoint_not_taken", size=checkpoint.size, exc_info=error)
        pause_s = began + self._interval_s - time.monotonic()
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or self.behind >= MANY, max(pause_s, 0))

    def _check_some(self) -> None:
        """One more bundle of what was signed before this start is compared with the store, and its tiles with it."""
        if self._checked >= self._to_check:
            return
        end = min(self._checked + WIDTH, self._to_check)
        self.tree.check(self._checked, end)
        self.tree.tiles.check_bundle(self._checked // WIDTH)
        self._checked = end

    def _fail(self, error: KeepclearError, cause: Exception | None = None) -> None:
        self.failure = error
        _log.critical("record_failed", code=error.code, reason=str(error), exc_info=cause)
