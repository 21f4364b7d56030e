"""An agreement amended while 100,000 volumes are live: everything is checked again, as a host does it at its start.

The notices of the load are heard one after another under an agreement that asks for next to nothing. Then it is
amended: every two activities keep half a kilometre, 100 ft and a minute apart, and there are an area, three zones and
a third force; and then it is amended back. The whole of ``Mechanism.amend_agreement`` is timed: an index under the new
rules, all pairs of it, every notice's own checks, and the alerts that rise and clear. Beside it stands what the same
takes notice by notice, from a sample.
"""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise

from bench.figures import Goals, compile_first, machine, memory_mb, plan_index, sizes
from bench.load import BEGIN_MS, CENTRE, DAY_MS, PARTIES, draw
from keepclear.detection.grid import GridIndex
from keepclear.detection.plan import Plan
from keepclear.mechanism.agreement import Agreement, Desk, Party, ThirdForce, Zone
from keepclear.mechanism.bodies import NoticeBody
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.evaluation import plan_of
from keepclear.mechanism.outcome import Outcome, What
from keepclear.mechanism.rules import Rules
from keepclear.mechanism.statement import Statement, StatementType
from keepclear.mechanism.words import Activity
from keepclear.spacetime.altitude import FOOT_M, SURFACE, Altitude, Datum
from keepclear.spacetime.footprint import Disc, Polygonal
from keepclear.spacetime.separation import Separation, SeparationRule

HEARD_MS = BEGIN_MS - DAY_MS
SAMPLE = 400
GOAL_AT = 100_000
GOAL = 1.0
"""All in one go should take no more than notice by notice, where each pair is looked at from both ends."""


def bare() -> Agreement:
    """Eight parties, and nothing is kept apart or clear of."""
    parties = [f"party-{number}" for number in range(PARTIES)]
    return Agreement(
        "bench",
        rules=Rules(delivery_s=1e6, ack_routine_min=1e6),
        parties=tuple(Party(name, name) for name in parties),
        desks=tuple(Desk(f"{name}.air", "air", name) for name in parties),
    )


def full() -> Agreement:
    """The same on a thousand kilometres square, with separations, zones and a third force."""
    lon, lat = CENTRE
    side = [(lon - 8 + step, lat - 5) for step in range(16)] + [(lon + 8, lat - 5 + step) for step in range(10)]
    ring = (*side, *((2 * lon - x, 2 * lat - y) for x, y in side), side[0])
    high = Altitude(Datum.AMSL, 3_000.0, "m")
    return replace(
        bare(),
        separations=(SeparationRule("*", "*", Separation(500.0, 100 * FOOT_M, 60_000)),),
        area=Polygonal(((ring,),)),
        zones=tuple(
            Zone(f"z{number}", f"Zone {number}", Disc(lon + number, lat, 5_000), SURFACE, high, forbids=("uas",))
            for number in range(3)
        ),
        third_forces=(ThirdForce("Hill force", Disc(lon - 2, lat, 10_000)),),
    )


def grid_for(agreed: Agreement) -> GridIndex:
    """The index of a host that has so much live."""
    return plan_index(agreed.separations, agreed.heights)


def said(plan: Plan, serial: int) -> Statement:
    """The notice that announces a plan."""
    assert isinstance(plan.envelope, tuple)
    body = NoticeBody(Activity(plan.activity), plan.envelope)
    desk = f"{plan.party}.air"
    return Statement(plan.id, "bench", StatementType.NOTICE, desk, serial, HEARD_MS, body, source={})


def told(outcome: Outcome) -> str:
    """How many alerts an amendment raised, changed and cleared."""
    alerts = [change.what for change in outcome.changes if change.kind == "alert"]
    return ", ".join(f"{alerts.count(what):,} {what}" for what in (What.RAISED, What.CHANGED, What.CLEARED))


def amended(mechanism: Mechanism, agreed: Agreement, what: str, volumes: int) -> float:
    """Amends, prints what came of it, and gives the processor's milliseconds a volume."""
    computed, began = time.thread_time(), time.perf_counter()
    outcome = mechanism.amend_agreement(agreed, HEARD_MS)
    took_s, computed_s = time.perf_counter() - began, time.thread_time() - computed
    each_ms = computed_s / volumes * 1e3
    print(
        f"  {what}: {took_s:.2f} s, computed {computed_s:.2f} s, {each_ms:.3f} ms a volume; {told(outcome)}", flush=True
    )
    return each_ms


def parts(mechanism: Mechanism) -> None:
    """What the index takes of it: being filled, and asked about all pairs, quickly and with overlaps drawn."""
    plans = [plan for notice in mechanism.notices() if (plan := plan_of(notice)) is not None]
    index = grid_for(mechanism.agreement)
    marks = [time.thread_time()]
    index.put_many(plans)
    marks.append(time.thread_time())
    touching = len(index.all_touching())
    marks.append(time.thread_time())
    pairs = sum(1 for _ in index.all_pairs())
    marks.append(time.thread_time())
    filled, quick, whole = (later - sooner for sooner, later in pairwise(marks))
    print(
        f"  of that: index filled {filled:.2f} s; all {touching:,} pairs in {quick:.2f} s, "
        f"with gaps and overlaps ({pairs:,}) in {whole:.2f} s"
    )


def one_by_one(mechanism: Mechanism) -> float:
    """Milliseconds of the processor a volume, where each notice of a sample is previewed in its own place."""
    chosen = mechanism.notices()[:: max(1, len(mechanism.notices()) // SAMPLE)]
    volumes = 0
    began = time.thread_time()
    for notice in chosen:
        mechanism.preview(notice.sender, notice.body, HEARD_MS, notice.id)
        volumes += len(notice.body.envelope) if isinstance(notice.body.envelope, tuple) else 1
    return (time.thread_time() - began) / volumes * 1e3


def measure(volumes: int, goals: Goals) -> None:
    """Files the load and amends the agreement, there and back."""
    before = bare()
    mechanism = Mechanism(before, grid_for)
    serials: dict[str, int] = {}
    began = time.perf_counter()
    load = draw(volumes)
    for plan in load.plans():
        serials[plan.party] = serials.get(plan.party, 0) + 1
        mechanism.hear(said(plan, serials[plan.party]), HEARD_MS)
    took_s, standing = time.perf_counter() - began, len(mechanism.alerts(open_only=True))
    print(f"recheck {volumes:,} volumes of {len(load):,} notices ({machine()}, {memory_mb():,.0f} MB)")
    print(f"  heard in {took_s:.0f} s, {standing:,} alerts stand", flush=True)
    each_ms = amended(mechanism, full(), "amended", volumes)
    parts(mechanism)
    single_ms = one_by_one(mechanism)
    print(f"  notice by notice (a sample): {single_ms:.3f} ms a volume", flush=True)
    amended(mechanism, before, "and back", volumes)
    assert len(mechanism.alerts(open_only=True)) == standing, "there and back leaves what stood"
    if volumes >= GOAL_AT:  # a small load is over before the shapes of its notices are worked out twice
        goals.most(f"all in one go at {volumes:,}, beside notice by notice", each_ms / single_ms, GOAL, "times")


def main() -> int:
    """Print the figures for each size; 0 when the goal is reached."""
    compile_first()
    goals = Goals()
    for volumes in sizes(100_000):
        measure(volumes, goals)
    return goals.status
