"""``keepclear witness``: the witness behind uvicorn, one process, until it is told to stop or its disk refuses."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

import structlog
import uvicorn

from keepclear.api import logs
from keepclear.api.http_protocol import BoundedHttp
from keepclear.api.listening import Address, bind
from keepclear.api.witness_app import witness_app
from keepclear.errors import InvalidInput
from keepclear.record.keys import ED25519_FILE, ML_DSA_FILE, make_secrets, read_secret
from keepclear.record.signers import Ed25519Cosigner, MlDsaSigner, Signer
from keepclear.record.verify.note import SignatureType, VerifierKey, check_name, parse_verifier_key
from keepclear.record.witness_service import Witness
from keepclear.record.witness_state import WitnessState

MOST_CONNECTIONS = 256
KEEP_ALIVE_S = 75
GRACE_S = 5
STOPPED_BY_FAILURE = 1
"""The exit status after the disk has refused: not 0, so that a supervisor starts the witness again."""

LOG_KEYS = (SignatureType.ED25519, SignatureType.ML_DSA_44)

_log = structlog.get_logger("keepclear.witness")


def log_keys(texts: Sequence[str]) -> dict[str, list[VerifierKey]]:
    """The logs to watch, by origin, from verifier keys as ``--log`` takes them. Raises ``InvalidInput``."""
    known: dict[str, list[VerifierKey]] = {}
    for text in texts:
        try:
            key = parse_verifier_key(text)
        except InvalidInput as error:
            raise InvalidInput("--log", error.given, error.expected) from None
        if key.type not in LOG_KEYS:
            raise InvalidInput("--log", f"a key of type 0x{key.type:02x}", "a key of a log: type 0x01 or 0x06")
        known.setdefault(key.name, []).append(key)
    if not known:
        raise InvalidInput("--log", "missing", "the verifier key of each log to cosign, as its mediator gives it")
    return known


def cosigners_in(folder: Path, name: str) -> tuple[Signer, Signer]:
    """The keys of the witness ``name`` from the secrets in ``folder``, which are made when it is not there.

    The Ed25519 form of a cosignature does not name its cosigner: these secrets are for one witness and nothing else.
    """
    if not folder.exists():
        make_secrets(folder, (ED25519_FILE, ML_DSA_FILE))
    seeds = [read_secret(folder / file) for file in (ED25519_FILE, ML_DSA_FILE)]
    return Ed25519Cosigner(name, seeds[0]), MlDsaSigner(name, seeds[1])


def run_witness(
    data: Path,
    listen: str,
    logs_to_watch: Sequence[str],
    name: str,
    *,
    ready: Callable[[str, Sequence[VerifierKey]], None] = lambda _url, _keys: None,
    log_level: str = "info",
) -> int:
    """Serve a witness from a folder; 0 when told to stop, 1 when the disk refused.

    ``ready`` is called with the address and the witness's own keys once connections are taken. Raises ``InvalidInput``
    for what was given wrongly, ``StoreFailed`` for a folder in use or damaged.
    """
    address = Address.parse(listen)
    known = log_keys(logs_to_watch)
    check_name(name, "--name")
    logs.configure(log_level)
    cosigners = cosigners_in(data / "keys", name)
    keys = [cosigner.key for cosigner in cosigners]
    state = WitnessState(data, keys, known)
    try:
        witness = Witness(state, cosigners, known)
        return asyncio.run(_serve(witness, known, address, lambda url: ready(url, keys)))
    finally:
        state.close()


class _Server(uvicorn.Server):
    """uvicorn's server, which ends when told to and does not raise the signal again: 0 is then the exit status."""

    def handle_exit(self, sig: int, _frame: FrameType | None) -> None:
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


async def _serve(
    witness: Witness, known: dict[str, list[VerifierKey]], address: Address, ready: Callable[[str], None]
) -> int:
    config = uvicorn.Config(
        witness_app(witness, known, lambda: setattr(server, "should_exit", True)),
        http=BoundedHttp,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=KEEP_ALIVE_S,
        limit_concurrency=MOST_CONNECTIONS,
        ws="none",
    )
    server = _Server(config)
    listening = bind(address)
    try:
        bound = listening.getsockname()
        url = Address(bound[0], bound[1]).url
        _log.info("listening", url=url, logs=sorted(known))
        ready(url)
        await server.serve(sockets=[listening])
    finally:
        listening.close()
    return STOPPED_BY_FAILURE if witness.failure is not None else 0
