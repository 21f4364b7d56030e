"""The host asks the witnesses of a policy to cosign its checkpoints: beside all else, and never before an answer.

Witnesses make a checkpoint binding only together, so all are asked about the same one: a *round* has one checkpoint and
lasts until the quorum has cosigned it, all who answer have answered, or ``ROUND_S`` is over; the next round takes the
newest checkpoint there is. A witness that is slow, down or lying holds up nobody: it joins the round that it finds when
it is back, and what it cosigns late still counts for the checkpoint that it was asked about.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import httpx2
import structlog

from keepclear.errors import InvalidInput, KeepclearError
from keepclear.host.cosigned import Cosigned
from keepclear.host.record_tree import RecordTree
from keepclear.host.witness_link import Trouble, WitnessLink
from keepclear.record.durable import replace_synced
from keepclear.record.verify.checkpoint import Checkpoint
from keepclear.record.verify.note import Note, parse_note
from keepclear.record.verify.policy import Policy, Standing, judge, parse_policy

COSIGNED_FILE = "cosigned"
"""The newest binding checkpoint, in the log's folder."""

POLICY_FILE = "policy"
"""The policy that the host ran with last, beside it: bundles say it."""

MOST_POLICY_BYTES = 500_000

ROUND_S = 1.0
SHORTEST_ROUND_S = 0.2
"""So often is a witness asked at most."""

STANDINGS_REMEMBERED = 8
"""Many receipts ask for the same checkpoint; its signatures are checked once."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
"""How long a witness that failed is left alone: doubled with each failure on end."""

_log = structlog.get_logger("keepclear.witnesses")


class Witnessing:
    """The witnesses of ``policy`` at work for one log. All methods belong to the event loop.

    ``consistency_proof(old, new)`` and ``root(size)`` read the log's tree and may be called from any thread; ``kept``
    is the file that holds the newest binding checkpoint.
    """

    def __init__(
        self,
        policy: Policy,
        kept: Path,
        consistency_proof: Callable[[int, int], list[bytes]],
        root: Callable[[int], bytes],
    ) -> None:
        self.policy = policy
        self.on_binding: Callable[[], None] = lambda: None
        """Called when another checkpoint is the newest binding one."""
        self._kept = kept
        self._cosigned = Cosigned(policy, _kept_binding(kept, policy, root))
        self._links = [WitnessLink(url, policy, consistency_proof) for url in _urls(policy)]
        self._tasks: list[asyncio.Task[None]] = []
        self._standings: OrderedDict[Note, Standing] = OrderedDict()
        self._newest: Note | None = None
        self._current: tuple[Note, Checkpoint] | None = None
        self._fresh = asyncio.Event()
        self._round_over = asyncio.Event()
        self._begun = asyncio.Condition()

    async def start(self) -> None:
        """The witnesses are asked from now on."""
        self._http = httpx2.AsyncClient(trust_env=False, follow_redirects=False)
        self._tasks = [asyncio.create_task(self._rounds(), name="keepclear-witness-rounds")]
        self._tasks += [asyncio.create_task(self._ask_on(link), name="keepclear-witness") for link in self._links]

    async def stop(self) -> None:
        """Nobody is asked any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._tasks:
            await self._http.aclose()

    def offer(self, note: bytes) -> None:
        """A new checkpoint of the log, as the log signed it."""
        self._newest = parse_note(note)
        self._fresh.set()

    def with_lines(self, note: Note) -> Note:
        """A checkpoint of the log with all cosignatures of it that were had."""
        return self._cosigned.with_lines(note)

    def binding(self) -> tuple[Note, Checkpoint] | None:
        """The newest checkpoint that the quorum has cosigned; None while there is none."""
        return self._cosigned.binding

    def standing(self, note: Note) -> Standing:
        """How a checkpoint of ours stands under the policy."""
        found = self._standings.get(note)
        if found is None:
            found = self._standings[note] = judge(note, self.policy)[1]
            while len(self._standings) > STANDINGS_REMEMBERED:
                self._standings.popitem(last=False)
        return found

    def told(self) -> list[dict[str, object]]:
        """Each witness: its address, the names of its keys in the policy, the size that it cosigned, what is wrong."""
        return [link.told() for link in self._links]

    async def _rounds(self) -> None:
        while True:
            await self._fresh.wait()
            self._fresh.clear()
            began = time.monotonic()
            assert self._newest is not None  # noqa: S101 - ``offer`` set it before the event
            self._round_over.clear()
            self._current = self._newest, self._cosigned.begin(self._newest)
            async with self._begun:
                self._begun.notify_all()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ROUND_S):
                    await self._round_over.wait()
            await asyncio.sleep(max(0.0, SHORTEST_ROUND_S - (time.monotonic() - began)))

    async def _ask_on(self, link: WitnessLink) -> None:
        """One witness is asked about each round's checkpoint, or, when it was away, about that of the present one."""
        pause_s = FIRST_PAUSE_S
        while True:
            note, checkpoint = await self._other_than(link.answered)
            try:
                lines = await link.ask(self._http, note, checkpoint)
            except Trouble as trouble:
                link.failed(trouble)
                self._check_round()
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
                continue
            except Exception as error:  # a fault of ours must not end the asking for good, nor go unseen
                _log.error("asking_failed", url=link.url, exc_info=error)
                link.failed(Trouble(f"asking failed here: {error!r}"))
                await asyncio.sleep(LONGEST_PAUSE_S)
                continue
            pause_s = FIRST_PAUSE_S
            if self._cosigned.add(checkpoint, lines):
                self.on_binding()
                await self._keep()
            self._check_round()

    async def _other_than(self, answered: int | None) -> tuple[Note, Checkpoint]:
        """The present round's checkpoint, once it is another than the one that was answered."""
        async with self._begun:
            await self._begun.wait_for(lambda: self._current is not None and self._current[1].size != answered)
        assert self._current is not None  # noqa: S101 - waited for
        return self._current

    def _check_round(self) -> None:
        if self._current is None:
            return
        size = self._current[1].size
        binding = self._cosigned.binding
        met = binding is not None and binding[1].size >= size
        if met or all(link.answered == size or link.is_failing for link in self._links):
            self._round_over.set()

    async def _keep(self) -> None:
        """The newest binding checkpoint is on the disk; one that refuses is told of, for the log itself is enough."""
        binding = self._cosigned.binding
        if binding is None:
            return
        try:
            await asyncio.to_thread(replace_synced, self._kept, binding[0].to_bytes())
        except OSError as error:
            _log.warning("cosigned_not_kept", path=str(self._kept), reason=str(error))


def witnessing_for(tree: RecordTree, file: Path) -> Witnessing:
    """The witnesses of the policy in ``file``, for this tree. Raises ``InvalidInput`` for a policy of another log."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InvalidInput(str(file), error.strerror or "it cannot be read", "a tlog-policy file") from None
    if len(data) > MOST_POLICY_BYTES:
        raise InvalidInput(str(file), f"{len(data):,} bytes", f"at most {MOST_POLICY_BYTES:,} bytes")
    policy = parse_policy(data, str(file))
    if not set(policy.log_keys) & set(tree.keys):
        own = " or ".join(f"«log {key.text}»" for key in tree.keys)
        raise InvalidInput(str(file), f"no line for this log, {tree.tiles.origin}", own)
    replace_synced(tree.tiles.directory / POLICY_FILE, data)
    return Witnessing(policy, tree.tiles.directory / COSIGNED_FILE, tree.tiles.consistency_proof, tree.tiles.root)


def policy_run_with(tree: RecordTree) -> str | None:
    """The text of the policy that the log's host ran with last; None where it had none, or one that is no UTF-8."""
    try:
        return (tree.tiles.directory / POLICY_FILE).read_bytes().decode("utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def _urls(policy: Policy) -> list[str]:
    return list(dict.fromkeys(line.url for line in policy.witnesses if line.url is not None))


def _kept_binding(kept: Path, policy: Policy, root: Callable[[int], bytes]) -> tuple[Note, Checkpoint] | None:
    """The binding checkpoint of the life before, if it is one of this log and under this policy."""
    try:
        note = parse_note(kept.read_bytes())
        checkpoint, standing = judge(note, policy)
        if standing.is_binding and root(checkpoint.size) == checkpoint.root:
            return note, checkpoint
        _log.error("cosigned_not_of_this_log", path=str(kept), size=checkpoint.size)
    except FileNotFoundError:
        return None
    except (OSError, KeepclearError) as error:
        _log.warning("cosigned_not_read", path=str(kept), reason=str(error))
    return None
