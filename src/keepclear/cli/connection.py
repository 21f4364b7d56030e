"""Which host a desk's command speaks to, and as whom: options, or the environment, or a file that holds the token."""

from __future__ import annotations

import getpass
import json
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepclear.cli.output import plain
from keepclear.errors import InvalidInput

if TYPE_CHECKING:
    from keepclear.client import Client, Signer
    from keepclear.client.log_view import LogView
    from keepclear.record.verify.policy import Policy

DEFAULT_HOST = "http://127.0.0.1:8740"

Host = Annotated[str, typer.Option("--host", envvar="KEEPCLEAR_HOST", metavar="URL", help="The host's address.")]
Token = Annotated[
    str | None,
    typer.Option("--token", envvar="KEEPCLEAR_TOKEN", metavar="TOKEN", help="Your desk's token.", show_default=False),
]
TokenFile = Annotated[
    str | None,
    typer.Option("--token-file", envvar="KEEPCLEAR_TOKEN_FILE", metavar="FILE", help="A file that holds the token."),
]

Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        envvar="KEEPCLEAR_KEY",
        metavar="FILE",
        help="The key that signs what you say; agent:SOCKET for one that «keepclear agent» holds.",
    ),
]
AGENT = "agent:"
SEEN = ".seen"
"""What a desk has seen of the log lies beside its key or token, under the same name with this at its end."""

LOG_KEY, POLICY = "KEEPCLEAR_LOG_KEY", "KEEPCLEAR_POLICY"
"""In the environment: the log's keys as the desk was told them, and the file of the policy that the parties agreed."""

UNSIGNED = "UNSIGNED: nobody can be held to having said this; --key FILE signs.\n"
Connection = tuple[str, str | None, str | None, str | None]
"""Host, token, file of the token, key."""


def connected(
    host: str,
    token: str | None,
    token_file: str | None,
    key: str | Signer | None = None,
    *,
    log_keys: Sequence[str] = (),
    policy: str | None = None,
) -> Client:
    """A client of the host for the desk that the token names, which signs with ``key`` what it says.

    ``log_keys`` and ``policy`` (a file): whose checkpoints are believed, and what makes them binding; left out, as the
    environment says, and else the keys that the host gave first.
    """
    from keepclear.client import Client
    from keepclear.record.verify.note import parse_verifier_key

    url = address(host)
    spoken = token or (_token_in(token_file) if token_file is not None else None)
    if not spoken:
        expected = "--token-file FILE, or KEEPCLEAR_TOKEN in the environment (--token shows it to who lists processes)"
        raise InvalidInput("--token", "missing", expected)
    if not spoken.isascii() or not spoken.isprintable() or " " in spoken:
        raise InvalidInput("--token", "not a token", "the token as «keepclear serve --init» printed it")
    signer = signer_of(key) if isinstance(key, str) else key
    view = _view_beside(key, token_file)
    agreed = policy_in(policy or os.environ.get(POLICY))
    client = Client(url, spoken, signer=signer, heard_unsigned=_say_unsigned, view=view, policy=agreed)
    told = tuple(parse_verifier_key(text) for text in log_keys or os.environ.get(LOG_KEY, "").split())
    if told:
        client.view.pin(told)
    return client


def policy_in(name: str | None) -> Policy | None:
    """The policy of witnesses in a file; None for no file."""
    if not name:
        return None
    from keepclear.record.verify.__main__ import read_policy

    return read_policy(Path(name))


def _view_beside(key: str | Signer | None, token_file: str | None) -> LogView | None:
    """What this desk has seen of the log, in a file beside its key, or beside its token; None where it has neither."""
    from keepclear.client.log_view import LogView

    own_file = key if isinstance(key, str) and not key.startswith(AGENT) else token_file
    return None if own_file is None else LogView(Path(f"{own_file}{SEEN}"), name=f"the desk of {Path(own_file).name}")


def signer_of(key: str) -> Signer:
    """What signs with the key in a file, or with the one that a running agent holds."""
    if key.startswith(AGENT):
        from keepclear.client.agent import AgentSigner

        return AgentSigner(Path(key.removeprefix(AGENT)))
    from keepclear.client.key_file import KeyFileSigner

    return KeyFileSigner(Path(key), lambda: asked_passphrase(key))


def asked_passphrase(name: str) -> str:
    """The passphrase of a key file, typed at the terminal."""
    if not sys.stdin.isatty():
        expected = "a terminal to type it at, or «keepclear agent», which asks once"
        raise InvalidInput(name, "the key has a passphrase", expected)
    return getpass.getpass(f"Passphrase of {plain(name)}: ", stream=sys.stderr)


def _say_unsigned() -> None:
    """Said where somebody may believe that it is signed."""
    sys.stderr.write(UNSIGNED)


def address(host: str) -> str:
    """The host's address, if it is one."""
    if not host.startswith(("http://", "https://")):
        raise InvalidInput("--host", repr(host), f"an address such as {DEFAULT_HOST}")
    return host


def tokens_in(name: str) -> dict[str, str]:
    """Every desk's token, from a file that nobody else can read: what ``serve --init`` printed, with --json or without.

    A line is a desk and its token, or JSON with ``tokens`` in it; other lines (a heading, an address) say nothing here.
    """
    found: dict[str, str] = {}
    for line in _secret_text(name).splitlines():
        words = line.split()
        if line.lstrip().startswith("{"):
            found.update(_tokens_of(name, line))
        elif len(words) == 2:
            found[words[0]] = words[1]
    if not found:
        raise InvalidInput(
            name, "no token in it", "what «keepclear serve --init» printed: lines of a desk and its token"
        )
    return found


def _tokens_of(name: str, line: str) -> dict[str, str]:
    try:
        tokens = json.loads(line).get("tokens", {})
        return {desk: token for desk, token in tokens.items() if isinstance(token, str)}
    except (ValueError, AttributeError):
        raise InvalidInput(name, "a line that is no JSON", 'a line {"tokens": {desk: token}}') from None


def _token_in(name: str) -> str:
    """The token in a file that nobody else on the machine can read."""
    return _secret_text(name).strip()


def _secret_text(name: str) -> str:
    path = Path(name)
    try:
        mode = path.stat().st_mode
        text = path.read_text("ascii")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise InvalidInput(name, f"cannot be read ({reason})", "a file of yours with the token") from None
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        raise InvalidInput(name, f"open to everybody (mode {stat.S_IMODE(mode):o})", f"chmod 600 {name}")
    return text
