"""What a desk may read of the line, from Python: each list whole, in the order of hearing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]


class LineReadings(ABC):
    """Readings of the line, as ``docs/reference/http.md`` has them."""

    @abstractmethod
    def _get(self, path: str, params: Mapping[str, Any] | None = None) -> Json: ...

    @abstractmethod
    def _all(self, path: str, params: Mapping[str, Any]) -> list[Json]: ...

    def stops(self, *, open_only: bool = False) -> list[Json]:
        """The STOPs that concern the desk's side."""
        return self._all("/v1/stops", {"open": str(open_only).lower()})

    def stop_as_it_stands(self, id: str) -> Json:  # noqa: A002 - the contract's word
        """One STOP."""
        return self._get(f"/v1/stops/{id}")

    def proposals(self, *, open_only: bool = False) -> list[Json]:
        """The proposals about conflicts of the desk's side."""
        return self._all("/v1/proposals", {"open": str(open_only).lower()})

    def proposal(self, id: str) -> Json:  # noqa: A002 - the contract's word
        """One proposal."""
        return self._get(f"/v1/proposals/{id}")

    def observations(self) -> list[Json]:
        """What was seen, and whose it is said to be."""
        return self._all("/v1/observations", {})

    def accidents(self) -> list[Json]:
        """Accidents that were declared."""
        return self._all("/v1/accidents", {})

    def line(self) -> Json:
        """The line itself: ``figures`` of its tests, the last ``tests``, ``watch`` and ``suspensions``."""
        return self._get("/v1/line")

    def watch(self) -> list[Json]:
        """Which desks are manned."""
        items: list[Json] = self._get("/v1/watch")["items"]
        return items

    def suspensions(self) -> list[Json]:
        """Every suspension, ended or not."""
        items: list[Json] = self._get("/v1/suspensions")["items"]
        return items

    def burden(self, *, mode: str = "live") -> list[Json]:
        """Who has moved by accepted proposals, and by how much in all."""
        items: list[Json] = self._get("/v1/burden", {"mode": mode})["items"]
        return items

    def conversation(self, about: str) -> list[Json]:
        """What was said about one thing, in order: a conflict (its alert, or ``a~b``), a notice, a STOP."""
        said: list[Json] = []
        start: int | None = 0
        while start is not None:
            page = self._get("/v1/conversations", {"about": about, "from": start})
            said.extend(page["items"])
            start = page["next"]
        return said

    def handover(self) -> Json:
        """What the next watch at this desk must know, most urgent first."""
        return self._get("/v1/handover")
