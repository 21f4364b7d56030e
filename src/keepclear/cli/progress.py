"""How far long work has come, on standard error of a terminal, and only once it has been long."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from keepclear.cli.output import plain

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

SHOWN_AFTER_S = 0.7


class ProgressLine:
    """A line that shows the stage and its count; nothing at all where nobody watches or the work is short."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._watched = sys.stderr.isatty()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, stage: str, done: int, total: int | None) -> None:
        """Stage and count as they are now; a total of ``None`` is one that is not known."""
        if not self._watched or time.monotonic() - self._started < SHOWN_AFTER_S:
            return
        from rich.markup import escape

        described = escape(plain(stage))
        if self._bar is None or self._task is None:
            from rich.console import Console
            from rich.progress import Progress

            self._bar = Progress(console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task(described, total=total)
            self._bar.start()
        self._bar.update(self._task, description=described, completed=done, total=total)
