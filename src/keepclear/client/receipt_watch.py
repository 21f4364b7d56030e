"""A desk that waits for the receipts of what it said: a host that drops a statement is found out by a clock.

The host's answer to a statement is a promise; the receipt is the proof that the statement went into the record. A
receipt that has not come in time, is for something else, or does not hold, raises the alarm.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from keepclear.client.client import Client
from keepclear.client.proofs import Receipt
from keepclear.errors import KeepclearError, NotFound, Overloaded, ReceiptMissing, SplitView, VerificationFailed

WITHIN_S = 30.0
"""Receipts come within a second; who waits so long has been left out."""

AGAIN_S = 0.5

Alarm = Callable[[KeepclearError], None]


class ReceiptWatch:
    """Watches over what ``client`` said, from a thread; ``alarm`` is called once for each receipt that fails.

    It is called with ``ReceiptMissing``, or with the ``VerificationFailed`` or ``SplitView`` that came instead. Use it
    in a ``with`` block, or ``close`` it: what is still waited for then is waited for to its end.
    """

    def __init__(self, client: Client, alarm: Alarm, *, within_s: float = WITHIN_S) -> None:
        self.receipts: dict[str, Receipt] = {}
        """The receipts that came, by the statement's id."""
        self._client = client
        self._alarm = alarm
        self._within_s = within_s
        self._waiting: deque[tuple[str, int, float]] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="keepclear-receipts", daemon=True)
        self._thread.start()

    def said(self, answer: Mapping[str, Any]) -> None:
        """The host answered so to a statement (``Client.say``): its receipt is due from now on."""
        with self._changed:
            self._waiting.append((str(answer["id"]), int(answer["index"]), time.monotonic() + self._within_s))
            self._changed.notify_all()

    def close(self) -> None:
        """Every receipt has come, or its alarm was raised."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def __enter__(self) -> ReceiptWatch:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closing)
                if not self._waiting:
                    return
                statement, index, due_s = self._waiting.popleft()
            self._await(statement, index, due_s)

    def _await(self, statement: str, index: int, due_s: float) -> None:
        why = "nothing came"
        while True:
            try:
                left_s = max(0.0, min(2.0, due_s - time.monotonic()))
                self.receipts[statement] = checked(self._client.receipt(index, wait_s=left_s), statement)
                return
            except (SplitView, VerificationFailed) as error:
                self._alarm(error)
                return
            except KeepclearError as error:
                why = str(error) or (
                    "no such entry" if isinstance(error, NotFound | Overloaded) else type(error).__name__
                )
            if time.monotonic() >= due_s:
                message = (
                    f"no receipt for statement {statement} within {self._within_s:g} s, though the host said that it "
                    f"is entry {index} ({why}): it may have been left out of the record; tell the other desks by voice"
                )
                self._alarm(ReceiptMissing(message))
                return
            time.sleep(AGAIN_S)


def checked(receipt: Receipt, statement: str) -> Receipt:
    """The receipt, if it is for this statement; ``VerificationFailed`` when the entry holds something else."""
    there = receipt.said.get("id")
    if there != statement:
        what = f"receipt for statement {statement}"
        raise VerificationFailed(what, f"entry {receipt.proven.index} holds {there}", "the entry that holds it")
    return receipt
