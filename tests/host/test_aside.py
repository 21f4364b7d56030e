"""Advice holds nobody up, and is of what is live when it is told, whatever is heard while it is worked out."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from keepclear.detection.advice.option import applied
from keepclear.formats.mechanism_toml import agreement_from_toml
from keepclear.formats.statement_json import statement_from_json
from keepclear.host.mechanism_host import MechanismHost
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.evaluation import plan_of
from keepclear.mechanism.statement import Statement
from keepclear.mechanism.ways_out import AskedWaysOut, WaysOut
from tests.host.running import agreement, box, statement
from tests.host.test_mechanism_host import Disk, on_host

AGREEMENT = agreement_from_toml(agreement().encode())


def said(desk: str, kind: str, serial: int, body: dict[str, Any], **more: Any) -> Statement:
    return statement_from_json(statement(desk, serial, kind, body, **more), AGREEMENT)


def notice(desk: str, serial: int, *, lon: float = 37.0, **when: float) -> Statement:
    body = {"activity": "uas", "envelope": [box(lon, 34.0, size=0.05, **when)]}
    return said(desk, "notice", serial, body)


def later(answer: WaysOut) -> int | None:
    options = {option.kind: option for option in answer.sides[0].options}
    return options["later"].shift_min if "later" in options else None


class Held:
    """The question that a host asks, whose working out begins only when it may; each working out is counted."""

    def __init__(self, real: AskedWaysOut, gate: Gate) -> None:
        self.real, self.gate = real, gate

    def worked_out(self) -> WaysOut:
        self.gate.rounds += 1
        self.gate.begun.set()
        assert self.gate.may_go_on.wait(20)
        self.gate.may_go_on.clear()
        return self.real.worked_out()

    def same_as(self, earlier: Held) -> bool:
        return self.real.same_as(earlier.real)

    def still(self, before: WaysOut) -> WaysOut:
        return self.real.still(before)


class Gate:
    def __init__(self) -> None:
        self.begun, self.may_go_on, self.rounds = threading.Event(), threading.Event(), 0

    async def reached(self) -> None:
        """The working out has begun, and does not end before ``let_on``."""
        assert await asyncio.to_thread(self.begun.wait, 20)
        self.begun.clear()

    def let_on(self) -> None:
        self.may_go_on.set()


async def conflict(host: MechanismHost) -> str:
    """Two notices in conflict; the alert's id."""
    await host.say(notice("alpha.air", 1))
    raised = (await host.say(notice("bravo.air", 1, start=150, end=200))).body["alerts"]
    return str(next(alert["id"] for alert in raised if alert["code"] == "CONFLICT_4D"))


def asking(host: MechanismHost, alert: str, gate: Gate | None = None) -> asyncio.Task[Any]:
    def ask(mechanism: Mechanism) -> Any:
        asked = mechanism.ask_ways_out(alert, "alpha.air", host.now())
        assert asked is not None
        return asked if gate is None else Held(asked, gate)

    return asyncio.create_task(host.work_out_aside(ask))


def clears(mechanism: Mechanism, answer: WaysOut) -> bool:
    own = mechanism.notice(answer.sides[0].notice)
    plan = None if own is None else plan_of(own)
    assert plan is not None
    return all(mechanism.live_plans.clears(applied(plan, option)) for option in answer.sides[0].options)


def test_a_stop_is_heard_and_answered_while_advice_is_being_worked_out() -> None:
    async def test(host: MechanismHost, _: Disk) -> None:
        alert, gate = await conflict(host), Gate()
        advice = asking(host, alert, gate)
        await gate.reached()
        stop = said("bravo.air", "stop", 2, {"reason": "people are there", "envelope": [box(37.0, 34.0)]})
        answered = await asyncio.wait_for(host.say(stop), 20)
        assert answered.new
        async with host.reading() as mechanism:
            assert [one.id for one in mechanism.stops(open_only=True)] == [stop.id]
        assert not advice.done(), "it was held all the while"
        gate.let_on()
        assert (await advice).sides[0].options
        assert gate.rounds == 1, "a STOP is nothing that advice hangs on"

    on_host(test)


def test_what_is_heard_far_away_meanwhile_is_no_reason_to_begin_again() -> None:
    async def test(host: MechanismHost, _: Disk) -> None:
        alert, gate = await conflict(host), Gate()
        before = await asking(host, alert)
        advice = asking(host, alert, gate)
        await gate.reached()
        await host.say(notice("charlie.air", 1, lon=42.0))
        gate.let_on()
        assert (await advice).sides == before.sides
        assert gate.rounds == 1

    on_host(test)


def test_what_is_heard_near_meanwhile_is_in_the_answer() -> None:
    async def test(host: MechanismHost, _: Disk) -> None:
        alert, gate = await conflict(host), Gate()
        before = await asking(host, alert)
        advice = asking(host, alert, gate)
        await gate.reached()
        await host.say(notice("charlie.air", 1, start=180, end=260))
        gate.let_on()
        await gate.reached()
        gate.let_on()
        answer = await advice
        async with host.reading() as mechanism:
            assert not clears(mechanism, before), "or nothing was to be seen here"
            assert clears(mechanism, answer)
            assert answer.sides == mechanism.ways_out(alert, "alpha.air", host.now()).sides  # type: ignore[union-attr]
        assert (later(before) or 0) < (later(answer) or 0)
        assert not answer.sides[0].cut
        assert gate.rounds == 2

    on_host(test)


def test_where_something_near_is_heard_again_and_again_what_still_clears_is_told_and_that_there_may_be_more() -> None:
    async def test(host: MechanismHost, _: Disk) -> None:
        alert, gate = await conflict(host), Gate()
        advice = asking(host, alert, gate)
        for serial, start in ((1, 180), (2, 240)):
            await gate.reached()
            await host.say(notice("charlie.air", serial, start=start, end=start + 80))
            gate.let_on()
        answer = await advice
        async with host.reading() as mechanism:
            assert clears(mechanism, answer)
        assert "later" not in {option.kind for option in answer.sides[0].options}
        assert answer.sides[0].options
        assert answer.sides[0].cut
        assert gate.rounds == 2

    on_host(test)


@pytest.mark.parametrize("meanwhile", ["cancel", "amend"])
def test_ones_own_notice_may_be_gone_or_other_by_the_time_the_answer_is_there(meanwhile: str) -> None:
    async def test(host: MechanismHost, _: Disk) -> None:
        alert, gate = await conflict(host), Gate()
        advice = asking(host, alert, gate)
        await gate.reached()
        async with host.reading() as mechanism:
            own = mechanism.notices()[0].id
        more = {"envelope": [box(37.0, 34.0, size=0.05, start=130, end=190)]} if meanwhile == "amend" else {}
        await host.say(said("alpha.air", meanwhile, 2, {"notice": own, **more}))
        gate.let_on()
        await gate.reached()
        gate.let_on()
        answer = await advice
        async with host.reading() as mechanism:
            if meanwhile == "cancel":
                assert [side.options for side in answer.sides] == [()]
            else:
                assert answer.sides[0].options
                assert clears(mechanism, answer)

    on_host(test)
