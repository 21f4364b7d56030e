"""A desk's key held by an agent: unlocked once, never handed out, and used for statements only.

Not the protocol of ssh-agent: that signs any bytes for whoever reaches its socket, the socket is forwarded to other
machines, and one key would serve two protocols. This agent signs nothing but a statement in its canonical form, of one
desk where it was told which, and only for its own user on its own machine.

A question and its answer are each four bytes of length (big-endian) and JSON.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import socketserver
import stat
import struct
from pathlib import Path
from typing import Any

from keepclear.client.signing import Signer
from keepclear.errors import InvalidInput, KeepclearError
from keepclear.formats.payloads import ENVELOPE_KEYS
from keepclear.record.verify.canonical import parsed
from keepclear.record.verify.jws import MOST_TOKEN_BYTES

MOST_BYTES = 2 * MOST_TOKEN_BYTES
LONGEST_WAIT_S = 10.0
_LENGTH = struct.Struct(">I")
_PEER = struct.Struct("3i")
"""What Linux tells of the process at the other end: its number, its user and its group (``SO_PEERCRED``)."""


class AgentSigner:
    """Signs with the key that the agent at ``path`` holds. Raises ``InvalidInput`` when no agent is there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        check_folder(path.parent)
        self._kid = str(self._ask({"who": True})["kid"])

    @property
    def kid(self) -> str:
        """The key's name: its thumbprint (RFC 7638)."""
        return self._kid

    def sign(self, payload: bytes, *, seen: str | None = None) -> str:
        """See ``Signer``. Raises ``InvalidInput`` for what the agent does not sign."""
        asked = {"payload": base64.b64encode(payload).decode("ascii"), "seen": seen}
        return str(self._ask({"sign": asked})["jws"])

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                line.settimeout(LONGEST_WAIT_S)
                line.connect(str(self._path))
                _send(line, question)
                answer = _receive(line)
        except (OSError, ValueError) as error:
            expected = "the address that «keepclear agent» printed, while it runs"
            raise InvalidInput(f"agent:{self._path}", f"no agent answers ({error})", expected) from None
        if "error" in answer:
            raise InvalidInput(f"agent:{self._path}", str(answer["error"]), "a statement of the agent's desk")
        return answer


class Agent(socketserver.ThreadingUnixStreamServer):
    """Holds ``signer``'s key at a socket at ``path``, in a folder that nobody else can enter.

    ``desk``: the only one whose statements are signed; None, any desk's. ``serve_forever`` answers until ``shutdown``.
    Raises ``InvalidInput`` for a folder that is open to others, or where another agent answers.
    """

    daemon_threads = True

    def __init__(self, path: Path, signer: Signer, desk: str | None = None) -> None:
        self._path = path
        self._signer = signer
        self._desk = desk
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_folder(path.parent)
        _remove_dead(path)
        before = os.umask(0o177)
        try:
            super().__init__(str(path), _Line)
        except OSError as error:
            raise InvalidInput(
                "--socket", f"{path} ({error.strerror or error})", "a shorter path, in a folder of yours"
            ) from None
        finally:
            os.umask(before)

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """The answer to a question; what is refused is ``{"error": why}``."""
        if question.keys() == {"who"}:
            return {"kid": self._signer.kid}
        try:
            asked = question["sign"]
            payload, seen = base64.b64decode(asked["payload"], validate=True), asked.get("seen")
            self._check(payload)
            if seen is not None and not isinstance(seen, str):
                raise ValueError("«seen» is no text")
            return {"jws": self._signer.sign(payload, seen=seen)}
        except (KeepclearError, KeyError, TypeError, ValueError, AttributeError) as error:
            return {"error": f"it does not sign this: {error}"}

    def server_close(self) -> None:
        """The socket is gone."""
        super().server_close()
        self._path.unlink(missing_ok=True)

    def _check(self, payload: bytes) -> None:
        """Nothing but a statement is signed: ValueError for anything else."""
        statement = parsed(payload)
        needed = {"id", "mechanism", "type", "from", "serial", "said_at", "body"}
        if not isinstance(statement, dict) or not needed <= statement.keys() <= set(ENVELOPE_KEYS):
            raise ValueError("no statement")
        if self._desk is not None and statement["from"] != self._desk:
            raise ValueError(f"a statement of another desk than {self._desk}")


class _Line(socketserver.BaseRequestHandler):
    """One question of one process of the same user."""

    server: Agent

    def handle(self) -> None:
        line: socket.socket = self.request
        line.settimeout(LONGEST_WAIT_S)
        _, user, _ = _PEER.unpack(line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))
        if user != os.geteuid():
            return
        try:
            _send(line, self.server.answer(_receive(line)))
        except (OSError, ValueError):
            return


def check_folder(folder: Path) -> None:
    """The folder is this user's, and nobody else can enter it. Raises ``InvalidInput``."""
    try:
        about = folder.stat()
    except OSError as error:
        raise InvalidInput("agent", f"{folder}: {error.strerror}", "a folder of yours") from None
    if about.st_uid != os.geteuid() or about.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        mode = stat.S_IMODE(about.st_mode)
        raise InvalidInput("agent", f"{folder} is open to others (mode {mode:o})", f"chmod 700 {folder}")


def default_socket() -> Path:
    """Where an agent listens if it is not told: in the folder that the system gives to a user's session, or at home."""
    session = os.environ.get("XDG_RUNTIME_DIR")
    return (Path(session) / "keepclear" if session else Path.home() / ".keepclear") / "agent.sock"


def _remove_dead(path: Path) -> None:
    """The socket that an agent left behind goes; one that answers stays, and is refused."""
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(LONGEST_WAIT_S)
        try:
            line.connect(str(path))
        except OSError:
            path.unlink(missing_ok=True)
            return
    raise InvalidInput("--socket", f"an agent listens at {path}", "another path, or end that one")


def _send(line: socket.socket, value: dict[str, Any]) -> None:
    data = json.dumps(value).encode("ascii")
    line.sendall(_LENGTH.pack(len(data)) + data)


def _receive(line: socket.socket) -> dict[str, Any]:
    length = _LENGTH.unpack(_exactly(line, _LENGTH.size))[0]
    if length > MOST_BYTES:
        raise ValueError(f"{length:,} bytes")
    value = json.loads(_exactly(line, length))
    if not isinstance(value, dict):
        raise ValueError("no JSON object")
    return value


def _exactly(line: socket.socket, count: int) -> bytes:
    pieces = bytearray()
    while len(pieces) < count:
        piece = line.recv(min(count - len(pieces), 65_536))
        if not piece:
            raise ValueError("the other end has gone")
        pieces += piece
    return bytes(pieces)
