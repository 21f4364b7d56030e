"""What an exact answer about a pair of plans costs: CPU time of judging it and drawing what the two have in common.

The pairs are those of the seeded load that conflict, with the separations of ``check``; and single volumes of theirs
whose windows and heights are laid on one another, by the kinds of footprint. Each is judged with 511 others. What no
other work on the machine changes much is the time of the process, so that is what is counted; the best of three rounds.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from bench.check_files import AS_DENSE_AS, RULES
from bench.figures import Goals, machine
from bench.load import SIDE_KM, draw
from keepclear.detection.grid import GridIndex
from keepclear.detection.judge import Case, judge_many
from keepclear.detection.meeting import Verdict
from keepclear.formats.mechanism_toml import check_rules_from_toml
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.separation import separation_between
from keepclear.spacetime.volume import Volume

VOLUMES = 20_000
AT_ONCE = 512
ROUNDS = 3
MOST_MS = 0.5
MOST_CLEAR_MS = 0.05


def conflicting() -> tuple[list[Case], HeightRules]:
    """The pairs of plans of the load that do not clear each other."""
    rules = check_rules_from_toml(RULES.encode())
    load = draw(VOLUMES, side_km=SIDE_KM * math.sqrt(VOLUMES / AS_DENSE_AS))
    index = GridIndex(rules.separations, rules.heights)
    index.put_many(load.plans())
    cases = [(a, b, separation_between(rules.separations, a.activity, b.activity)) for a, b, _ in index.near_pairs()]
    return cases, rules.heights


def by_volumes(cases: Sequence[Case]) -> dict[str, list[Case]]:
    """Single volumes of the pairs, the second in the first one's window and heights, by kinds of footprint."""
    found: dict[str, list[Case]] = {}
    for a, b, separation in cases:
        for one, other in product(_some(a.envelope), _some(b.envelope)):
            moved = replace(one, footprint=other.footprint)
            kinds = sorted(type(each.footprint).__name__.lower() for each in (one, other))
            found.setdefault(" and ".join(kinds), []).append(
                (replace(a, envelope=(one,)), replace(b, envelope=(moved,)), separation)
            )
    return found


def _some(envelope: object) -> tuple[Volume, ...]:
    return envelope[:3] if isinstance(envelope, tuple) else ()


def cost_ms(cases: Sequence[Case], heights: HeightRules, *, overlap: bool) -> float:
    """CPU milliseconds a pair."""
    best = math.inf
    for _ in range(ROUNDS):
        began = time.process_time()
        for first in range(0, len(cases), AT_ONCE):
            judge_many(cases[first : first + AT_ONCE], heights, overlap=overlap)
        best = min(best, time.process_time() - began)
    return best * 1000 / len(cases)


def main() -> int:
    """Pairs of plans, then pairs of volumes by kind; 0 when none costs more than it may."""
    cases, heights = conflicting()
    goals = Goals()
    print(f"judge, {len(cases):,} conflicting pairs of plans ({machine()})", flush=True)
    goals.most("a conflicting pair of plans, its overlap drawn", cost_ms(cases, heights, overlap=True), MOST_MS, "ms")
    print(f"  the verdict alone: {cost_ms(cases, heights, overlap=False):.3f} ms")
    for kind, pairs in sorted(by_volumes(cases).items()):
        verdicts = [row.verdict for row in judge_many(pairs, heights, overlap=False)]
        met = [pair for pair, verdict in zip(pairs, verdicts, strict=True) if verdict is Verdict.CONFLICT]
        clear = [pair for pair, verdict in zip(pairs, verdicts, strict=True) if verdict is Verdict.CLEAR]
        if met:
            goals.most(f"{kind}, {len(met):,} that conflict", cost_ms(met, heights, overlap=True), MOST_MS, "ms")
        if clear:
            cost = cost_ms(clear, heights, overlap=True)
            goals.most(f"{kind}, {len(clear):,} near and clear", cost, MOST_CLEAR_MS, "ms")
    return goals.status


if __name__ == "__main__":
    raise SystemExit(main())
