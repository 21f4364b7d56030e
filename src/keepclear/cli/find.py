"""Finding the conflicts among plans that were read, with all processors where there are many plans."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from keepclear.cli.progress import ProgressLine
from keepclear.cli.side_by_side import processors, side_by_side

if TYPE_CHECKING:
    from keepclear.detection.bulk import Search
    from keepclear.detection.meeting import Meeting
    from keepclear.detection.plan import Plan
    from keepclear.formats.mechanism_toml import CheckRules

T = TypeVar("T")

WORTH_A_PROCESS = 3
"""Portions that it takes for one more process to be worth its start."""


class Found(NamedTuple, Generic[T]):
    """A row of the answer, as it is shown."""

    a: str
    b: str
    is_conflict: bool
    shown: T


class Wanted(NamedTuple, Generic[T]):
    """Which pairs are asked about, and what is wanted of those that meet."""

    same_party: bool
    overlap: bool
    """Whether what they have in common is drawn."""
    show: Callable[[Meeting], T]


def as_text(meeting: Meeting) -> str:
    """A row of ``check --json``."""
    return json.dumps(meeting.as_json(), allow_nan=False)


def itself(meeting: Meeting) -> Meeting:
    """A row for those who go on working with it."""
    return meeting


def find(
    own: Sequence[Plan], others: Sequence[Plan], rules: CheckRules, wanted: Wanted[T], progress: ProgressLine
) -> list[Found[T]]:
    """Every pair of ``own`` with each other and with ``others`` that do not clear each other, sorted by their ids."""
    from keepclear.detection.bulk import Search

    found: list[Found[T]] = []
    agreed = rules.separations, rules.heights
    for stage, search in (
        ("checking against others", Search(own, others, *agreed, include_same_party=wanted.same_party)),
        ("checking", Search.among(own, *agreed, include_same_party=wanted.same_party)),
    ):
        found += _in_portions(search, wanted, stage, progress)
    return sorted(found, key=lambda row: (row.a, row.b))


def _in_portions(search: Search, wanted: Wanted[T], stage: str, progress: ProgressLine) -> list[Found[T]]:
    portions = len(search.portions)

    def work(number: int) -> list[Found[T]]:
        return [
            Found(meeting.a, meeting.b, meeting.verdict.value == "CONFLICT", wanted.show(meeting))
            for meeting in search.meetings(number, overlap=wanted.overlap)
        ]

    processes = min(processors(), portions // WORTH_A_PROCESS)
    told = side_by_side(portions, work, processes, lambda number: progress.show(stage, number, portions))
    return [row for several in told for row in several]
