"""The least step that nothing known is in the way of, stop after stop: plain numbers throughout.

Run as Python where little is near, compiled (``machine``) where much is.
"""

from __future__ import annotations

from typing import Any


def least_of_stops(runs: Any, since: Any, until: Any, stops: Any, starts: Any, most: Any, found: Any) -> None:
    """For each stop of a change the least step of another, over several lanes, at which no pair is in the way.

    ``runs`` are begins, pair, first, last: lane ``n`` has those from ``begins[n]`` to before ``begins[n + 1]``, by
    their first step, each of one pair. A pair is in the way at the stops from ``since`` to ``until``, at steps from
    ``first`` to ``last``. A lane is looked at from step ``starts[stop, lane]`` to ``most[stop]``. ``found`` (n, 2)
    gets step and lane, the first of several; a step over ``most`` says that there is none.
    """
    begins, pair, first, last = runs
    for number in range(len(stops)):
        stop, best, which = stops[number], most[number] + 1, -1
        for lane in range(len(begins) - 1):
            step = starts[number, lane]
            for run in range(begins[lane], begins[lane + 1]):
                if first[run] > step or step >= best:
                    break
                if last[run] >= step and since[pair[run]] <= stop <= until[pair[run]]:
                    step = last[run] + 1
            if step < best:
                best, which = step, lane
        found[number, 0], found[number, 1] = best, which
