"""The single writer: durable before anyone is told, nothing refused is kept, and no input brings it down."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from keepclear.errors import (
    HearingFailed,
    IdInUse,
    InvalidInput,
    KeepclearError,
    KeyNotValid,
    Overloaded,
    Refused,
    SignatureRequired,
    StoreFailed,
)
from keepclear.formats.entry import entry_from_bytes
from keepclear.formats.mechanism_toml import agreement_from_toml
from keepclear.formats.statement_json import statement_from_json
from keepclear.host import boot, mechanism_host
from keepclear.host.clock import HearingClock, fast_clock, wall_clock_ms
from keepclear.host.mechanism_host import MechanismHost
from keepclear.host.signed import signed_statement
from keepclear.host.work import Answer
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.outcome import Outcome
from keepclear.mechanism.statement import Statement
from keepclear.store import MemoryStore
from tests.host.running import agreement, notice_body, statement
from tests.host.signing import Key

AGREEMENT = agreement_from_toml(agreement(rules="ack_flash_min = 1").encode())


class Disk(MemoryStore):
    """A store whose disk can be held up, and can break; it counts its transactions."""

    def __init__(self) -> None:
        super().__init__()
        self.free = threading.Event()
        self.free.set()
        self.broken = False
        self.transactions = 0

    def append(self, log: str, expected: int, entries: Sequence[bytes]) -> None:
        assert self.free.wait(10)
        if self.broken:
            raise StoreFailed("the disk is full")
        self.transactions += 1
        super().append(log, expected, entries)


def message(number: int, desk: str = "alpha.air", text: str = "x", **more: Any) -> Statement:
    return statement_from_json(statement(desk, number, "message", {"text": text}, **more), AGREEMENT)


def notice(number: int, desk: str = "alpha.air", **more: Any) -> Statement:
    return statement_from_json(statement(desk, number, "notice", notice_body(), **more), AGREEMENT)


def on_host(
    test: Callable[[MechanismHost, Disk], Awaitable[None]], clock: HearingClock | None = None, *, unsigned: bool = True
) -> Disk:
    """Run ``test`` on a started host and stop it."""
    disk = Disk()

    async def run() -> None:
        log = boot.found(disk, AGREEMENT, at_ms=1)
        host = MechanismHost(disk, log, boot.bring_up(disk, log), clock=clock, unsigned=unsigned)
        await host.start()
        try:
            await test(host, disk)
        finally:
            disk.free.set()
            await host.stop()

    asyncio.run(run())
    return disk


def kinds(disk: Disk) -> list[str]:
    return [entry_from_bytes(data).kind for data in disk.read("trial", 0, 999)]


def test_nobody_is_told_and_nobody_reads_before_it_is_durable() -> None:
    async def test(host: MechanismHost, disk: Disk) -> None:
        stream = host.streams.subscribe("bravo.air", None, host.index)
        ready = await stream.next(1)
        assert ready is not None
        assert ready.kind == "ready"
        disk.free.clear()
        saying = asyncio.create_task(host.say(notice(1)))

        async def read() -> int:
            async with host.reading() as mechanism:
                return len(mechanism.notices())

        await asyncio.sleep(0.05)
        reading = asyncio.create_task(read())
        with pytest.raises(TimeoutError):
            await stream.next(0.2)
        assert not saying.done()
        assert not reading.done(), "a reader waits rather than see what is not durable"
        assert host.index == 0
        disk.free.set()
        assert (await saying).body["index"] == 1
        assert await reading == 1
        event = await stream.next(1)
        assert event is not None
        assert event.index == 1

    on_host(test)


def test_what_gathers_during_a_commit_goes_in_one_transaction() -> None:
    async def test(host: MechanismHost, disk: Disk) -> None:
        disk.free.clear()
        begun = disk.transactions
        first = asyncio.create_task(host.say(message(1)))
        await asyncio.sleep(0.05)
        rest = [asyncio.create_task(host.say(message(number))) for number in range(2, 12)]
        await asyncio.sleep(0.05)
        disk.free.set()
        answers = [await task for task in (first, *rest)]
        assert [answer.body["index"] for answer in answers] == list(range(1, 12))
        assert disk.transactions == begun + 2

    on_host(test)


def test_what_is_refused_is_not_recorded() -> None:
    async def test(host: MechanismHost, _disk: Disk) -> None:
        said = notice(1)
        await host.say(said)
        unknown = statement("alpha.air", 2, "cancel", {"notice": statement("x", 1, "x", {})["id"]})
        foreign = statement("bravo.air", 1, "cancel", {"notice": said.id})
        other = statement("alpha.air", 2, "message", {"text": "x"}, id=said.id)
        for wrong, kind in (
            (unknown, (Refused, InvalidInput)),
            (foreign, (Refused, InvalidInput)),
            (other, (IdInUse,)),
        ):
            with pytest.raises(kind):
                await host.say(statement_from_json(wrong, AGREEMENT))
        with pytest.raises(InvalidInput, match="told of"):
            await host.deliver("bravo.air", host.index + 1)

    assert kinds(on_host(test)) == ["agreement", "statement"]


def test_a_delivery_is_recorded_where_it_changes_something() -> None:
    async def test(host: MechanismHost, _disk: Disk) -> None:
        await host.say(notice(1, to=["bravo.air"]))
        await host.deliver("charlie.air", 1)
        await host.deliver("bravo.air", 0)
        await host.deliver("bravo.air", 1)
        await host.deliver("bravo.air", 1)

    assert kinds(on_host(test)) == ["agreement", "statement", "delivery"]


def test_when_the_store_refuses_nobody_is_told_and_the_host_has_failed() -> None:
    async def test(host: MechanismHost, disk: Disk) -> None:
        called = []
        host.on_failure = lambda: called.append(True)
        stream = host.streams.subscribe("bravo.air", None, host.index)
        await host.say(message(1))
        disk.broken = True
        failures = await asyncio.gather(*(host.say(message(number)) for number in (2, 3)), return_exceptions=True)
        assert all(isinstance(failure, StoreFailed) for failure in failures)
        assert called == [True]
        assert not host.working
        assert host.index == 1
        with pytest.raises(StoreFailed):
            await host.say(message(4))
        with pytest.raises(StoreFailed):
            async with host.reading():
                pass
        seen = []
        while (event := await stream.next(1)) is not None:
            seen.append(event.index)
        assert seen == [0, 1]

    assert kinds(on_host(test)) == ["agreement", "statement"]


def test_a_log_that_fails_as_the_disk_did_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    class FullLog:
        def critical(self, *_: object, **__: object) -> None:
            raise OSError("no space left")

    monkeypatch.setattr(mechanism_host, "_log", FullLog())

    async def test(host: MechanismHost, disk: Disk) -> None:
        disk.broken = True
        with pytest.raises(StoreFailed):
            await asyncio.wait_for(host.say(message(1)), 20)

    on_host(test)


def test_an_input_that_breaks_the_mechanism_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Mechanism.hear

    def fragile(self: Mechanism, said: Statement, at: int, *, held: bool = False) -> Outcome:
        outcome = whole(self, said, at, held=held)
        if said.serial == 3:
            raise ZeroDivisionError  # after the state has changed: it can be trusted no more
        return outcome

    monkeypatch.setattr(Mechanism, "hear", fragile)

    async def test(host: MechanismHost, _disk: Disk) -> None:
        answers: list[Answer | BaseException] = await asyncio.gather(
            *(host.say(message(number, text=str(number))) for number in (1, 2, 3)),
            *(host.say(message(number, "bravo.air")) for number in (1, 2)),
            return_exceptions=True,
        )
        assert [type(answer) for answer in answers] == [Answer, Answer, HearingFailed, Answer, Answer]
        async with host.reading() as mechanism:
            assert mechanism.index == host.index == 4
            assert mechanism.next_serial("alpha.air") == 3
        assert host.working

    assert kinds(on_host(test)) == ["agreement", *["statement"] * 4]


def test_a_clock_that_breaks_the_mechanism_stops_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting over would meet the same deadline again: somebody has to look."""

    def broken(_self: Mechanism, _to: int) -> Outcome:
        raise ZeroDivisionError

    monkeypatch.setattr(Mechanism, "advance", broken)
    monkeypatch.setattr(Mechanism, "next_due", lambda _self: 5)

    async def test(host: MechanismHost, _disk: Disk) -> None:
        for _ in range(100):
            await asyncio.sleep(0.02)
            if host.failure is not None:
                break
        assert host.failure is not None
        assert not host.working
        with pytest.raises(StoreFailed):
            await host.say(message(1))

    assert kinds(on_host(test)) == ["agreement"]


def test_a_snapshot_that_fails_is_no_reason_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mechanism_host, "SNAPSHOT_EVERY", 2)
    monkeypatch.setattr(Mechanism, "snapshot", lambda _self: 1 // 0)

    async def test(host: MechanismHost, _disk: Disk) -> None:
        for number in range(1, 6):
            await host.say(message(number))

    disk = on_host(test)
    assert kinds(disk) == ["agreement", *["statement"] * 5]
    assert disk.latest_snapshot("trial") is None


def test_no_desk_shuts_the_others_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mechanism_host, "MOST_WAITING", 30)
    monkeypatch.setattr(mechanism_host, "MOST_WAITING_A_DESK", 20)

    async def test(host: MechanismHost, disk: Disk) -> None:
        disk.free.clear()
        flood = [asyncio.create_task(host.say(message(number))) for number in range(1, 61)]
        await asyncio.sleep(0.05)
        assert sum(task.done() for task in flood) == 40
        calm = [asyncio.create_task(host.say(message(number, "bravo.air"))) for number in range(1, 4)]
        await asyncio.sleep(0.05)
        disk.free.set()
        assert [(await task).new for task in calm] == [True] * 3
        outcomes = await asyncio.gather(*flood, return_exceptions=True)
        assert sum(isinstance(outcome, Overloaded) for outcome in outcomes) == 40
        assert (await host.say(message(61))).new, "and when it is over, it is over"

    on_host(test)


def test_hearing_times_in_the_record_never_go_back() -> None:
    readings = iter([5_000_000, 9_000_000, 2_000_000, 3_000_000, *[9_500_000] * 500])
    clock = HearingClock(lambda: next(readings))

    async def test(host: MechanismHost, _disk: Disk) -> None:
        for number in range(1, 6):
            await host.say(message(number))

    disk = on_host(test, clock)
    times = [entry_from_bytes(data).at for data in disk.read("trial", 0, 99)]
    assert times == sorted(times)


def test_where_the_clock_runs_fast_deadlines_fire_so_much_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mechanism_host, "LONGEST_SLEEP_S", 60.0)

    async def look(host: MechanismHost, disk: Disk) -> None:
        await host.say(notice(1, precedence="FLASH", to=["bravo.air"]))
        async with asyncio.timeout(20):  # what is due first is so after 30 s, of a clock 20 times as fast
            while kinds(disk)[-1:] != ["clock"]:
                await asyncio.sleep(0.01)

    on_host(look, fast_clock(20, wall_clock_ms()))


def test_said_again_it_is_one_entry_whenever_it_comes() -> None:
    async def test(host: MechanismHost, _disk: Disk) -> None:
        said = notice(1)
        together = await asyncio.gather(host.say(said), host.say(said), host.say(said))
        later = await host.say(said)
        assert [answer.new for answer in (*together, later)] == [True, False, False, False]
        assert all(answer.body == together[0].body for answer in (*together, later))

    assert kinds(on_host(test)) == ["agreement", "statement"]


def test_a_snapshot_is_taken_while_running(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mechanism_host, "SNAPSHOT_EVERY", 5)

    async def test(host: MechanismHost, disk: Disk) -> None:
        for number in range(1, 13):
            await host.say(message(number))
        found = disk.latest_snapshot("trial")
        assert found is not None
        assert 7 <= found[0] <= 13
        again = boot.bring_up(disk, "trial")
        async with host.reading() as mechanism:
            assert again.mechanism.snapshot() == mechanism.snapshot(), "snapshot and tail add up to the same state"

    on_host(test)


def test_a_store_without_a_beginning_or_with_several_asks_for_the_mechanism() -> None:
    disk = Disk()
    with pytest.raises(InvalidInput, match="--mechanism"):
        boot.found(disk, None)
    boot.found(disk, AGREEMENT)
    boot.found(disk, agreement_from_toml(agreement(name="other").encode()))
    with pytest.raises(InvalidInput, match="other, trial"):
        boot.found(disk, None)


def test_a_stopping_host_takes_nothing_more() -> None:
    async def test(host: MechanismHost, _disk: Disk) -> None:
        await host.stop()
        with pytest.raises(KeepclearError, match="stopping"):
            await host.say(message(1))

    on_host(test)


def test_a_host_needs_signatures_unless_it_is_told_otherwise() -> None:
    disk = Disk()
    log = boot.found(disk, AGREEMENT, at_ms=1)
    assert MechanismHost(disk, log, boot.bring_up(disk, log)).signatures == "required"

    async def test(host: MechanismHost, disk: Disk) -> None:
        with pytest.raises(SignatureRequired):
            await host.say(message(1))
        assert (await host.say(message(1, mode="exercise"))).new
        assert disk.length("trial") == 2

    on_host(test, unsigned=False)


def test_a_key_that_was_revoked_while_a_statement_waited_does_not_carry_it() -> None:
    """Both were found well signed before they were queued; the writer asks again at each one's own place."""
    key = Key()

    async def test(host: MechanismHost, disk: Disk) -> None:
        def read(kind: str, number: int, body: dict[str, Any]) -> Statement:
            token = key.signs(statement("alpha.air", number, kind, body)).encode()
            return signed_statement(token, AGREEMENT, host.key)

        await host.say(read("key_enrol", 1, key.body("alpha.air")))
        revoked = read("key_revoke", 2, {"desk": "alpha.air", "kid": key.kid, "reason": "lost"})
        late = read("message", 3, {"text": "after it"})
        disk.free.clear()
        held_up = asyncio.create_task(host.say(message(1, "bravo.air", mode="exercise")))
        await asyncio.sleep(0.05)
        saying = [asyncio.create_task(host.say(one)) for one in (revoked, late)]
        await asyncio.sleep(0.05)
        disk.free.set()
        await held_up
        assert (await saying[0]).new
        with pytest.raises(KeyNotValid, match="retired since"):
            await saying[1]
        assert (await host.say(revoked)).new is False, "said again, in the same bytes, it was heard"

    disk = on_host(test, unsigned=False)
    kept = [entry_from_bytes(data) for data in disk.read("trial", 0, 99)]
    assert [entry.jws is not None for entry in kept if entry.kind == "statement"] == [True, False, True]
