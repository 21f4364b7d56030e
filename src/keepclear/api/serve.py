"""``keepclear serve``: the host behind uvicorn, one process, until it is told to stop or has to."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
import uvicorn

from keepclear.api import logs
from keepclear.api.app import create_app
from keepclear.api.http_protocol import BoundedHttp
from keepclear.api.listening import DEFAULT_LISTEN, Address, bind
from keepclear.errors import InvalidInput
from keepclear.formats.mechanism_toml import agreement_from_toml
from keepclear.host import boot, tokens
from keepclear.host.checkpoints import Checkpoints
from keepclear.host.clock import HearingClock
from keepclear.host.exercise import check_speed, clock_of_speed
from keepclear.host.mechanism_host import MechanismHost
from keepclear.host.record_tree import open_tree
from keepclear.host.recording import Recording
from keepclear.host.tokens import TokenBook
from keepclear.host.witnessing import Witnessing, witnessing_for
from keepclear.host.working import Working
from keepclear.mechanism.agreement import Agreement
from keepclear.store import SqliteStore, Store

DEFAULT_DATA = Path("keepclear-data")
TOKENS_FILE = "tokens.json"
STOPPED_BY_FAILURE = 1
"""The exit status after the store has refused: not 0, so that a supervisor starts the host again."""

GRACE_S = 5
_log = structlog.get_logger("keepclear.host")


class Server(uvicorn.Server):
    """uvicorn's server, which ends the event streams when it is told to stop: they would never end by themselves."""

    def __init__(self, config: uvicorn.Config, host: MechanismHost) -> None:
        super().__init__(config)
        self._host = host

    def handle_exit(self, sig: int, _frame: FrameType | None) -> None:
        """Told to stop. The signal is not raised again afterwards, as uvicorn would: the host has yet to stop."""
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True
        asyncio.get_running_loop().call_soon_threadsafe(self._host.streams.close)


async def serve(
    store: Store,
    log: str,
    working: Working,
    book: TokenBook,
    address: Address,
    *,
    ready: Callable[[str], None] = lambda _: None,
    assets: Path | None = None,
    told: Sequence[tuple[int, dict[str, bytes]]] = (),
    clock: HearingClock | None = None,
    unsigned: bool = False,
    recording: Recording | None = None,
    witnessing: Witnessing | None = None,
) -> int:
    """Serve the mechanism ``log`` of ``store`` until SIGTERM or SIGINT (0) or until the store refuses (1).

    ``ready`` is called with the URL once connections are taken; ``told`` is what changed just now, for desks that come
    back; ``unsigned`` takes live statements that nobody signed; ``recording`` keeps the record's tree up meanwhile,
    and ``witnessing`` asks witnesses to cosign it. The store stays open.
    """
    host = MechanismHost(store, log, working, clock=clock, unsigned=unsigned)
    if unsigned:
        _log.warning("unsigned_statements_taken", mechanism=log)
    host.streams.begin(host.index - len(told), told)
    checkpoints = None if recording is None else Checkpoints(recording, witnessing)
    app = create_app(host, book, assets=assets, checkpoints=checkpoints)
    config = uvicorn.Config(
        app,
        http=BoundedHttp,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        limit_concurrency=None,
        ws="none",
    )
    server = Server(config, host)
    host.on_failure = lambda: setattr(server, "should_exit", True)
    listening = bind(address)
    try:
        if recording is not None:
            host.on_durable = recording.tell
            recording.start()
        await host.start()
        if checkpoints is not None:
            await checkpoints.start()
        bound = listening.getsockname()
        _log.info("listening", url=Address(bound[0], bound[1]).url, mechanism=log, index=host.index)
        ready(Address(bound[0], bound[1]).url)
        await server.serve(sockets=[listening])
    finally:
        listening.close()
        await host.stop()
        if checkpoints is not None:
            await checkpoints.stop()
        if recording is not None:
            await asyncio.to_thread(recording.stop)
    return STOPPED_BY_FAILURE if host.failure is not None else 0


def run(
    data_dir: Path = DEFAULT_DATA,
    listen: str = DEFAULT_LISTEN,
    mechanism_file: Path | None = None,
    *,
    init: bool = False,
    amend: bool = False,
    show_tokens: Callable[[dict[str, str]], None] = lambda _: None,
    ready: Callable[[str], None] = lambda _: None,
    log_level: str = "info",
    speed: float = 1.0,
    unsigned: bool = False,
    origin: str | None = None,
    witnesses: Path | None = None,
) -> int:
    """Serve from a data directory; the exit status is 0, or 1 when the store refused.

    With ``speed`` over 1 the clock of hearing runs so many times as fast as the machine's, for exercises only. With
    ``unsigned`` live statements are taken that nobody signed.

    With ``init`` a token is made for each desk and ``show_tokens`` gets them (by desk, and ``/metrics``) before any
    connection is taken. With ``amend`` the agreement in the file is in force from now on, and desks that have no token
    yet get one. ``origin`` names the log of a record that is begun; ``witnesses`` is the policy file of those who are
    asked to cosign it. Raises ``InvalidInput`` for what was given wrongly,
    ``Refused`` for an amendment that may not be, ``StoreFailed`` and ``RecordFailed`` for what the disk refuses.
    """
    if init and amend:
        raise InvalidInput("--init", "given with --amend", "one of them: --amend makes tokens for new desks by itself")
    address = Address.parse(listen)
    agreement = None if mechanism_file is None else read_agreement(mechanism_file)
    logs.configure(log_level)
    store = SqliteStore(data_dir)
    try:
        check_speed(speed, data_dir, is_new=not store.logs())
        log = boot.found(store, agreement, amend=amend)
        book = None if init else tokens.load(data_dir / TOKENS_FILE)
        working = boot.bring_up(store, log)
        told = [] if agreement is None else boot.agree(store, log, working, agreement, amend=amend)
        if book is None:
            book, made = tokens.issue(working.agreement.desk_by_id)
            book.save(data_dir / TOKENS_FILE)
            show_tokens(made)
        elif amend and (missing := book.without_token(working.agreement.desk_by_id)):
            book, made = book.with_more(missing)
            book.save_again(data_dir / TOKENS_FILE)
            show_tokens(made)
        clock = clock_of_speed(speed, working.mechanism.now)
        recording = Recording(open_tree(data_dir, store, log, origin))
        witnessing = None if witnesses is None else witnessing_for(recording.tree, witnesses)
        more: dict[str, Any] = {"clock": clock, "unsigned": unsigned, "recording": recording, "witnessing": witnessing}
        return asyncio.run(serve(store, log, working, book, address, ready=ready, told=told, **more))
    finally:
        store.close()


def read_agreement(path: Path) -> Agreement:
    """The agreement in a mechanism file. Raises ``InvalidInput`` naming the file and the field."""
    try:
        return agreement_from_toml(path.read_bytes(), str(path))
    except OSError as error:
        raise InvalidInput(str(path), error.strerror or "it cannot be read", "a mechanism file") from None
