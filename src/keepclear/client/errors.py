"""A host's problems (RFC 9457) as the errors that they were."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2

from keepclear.errors import HostUnreachable, InvalidInput, KeepclearError, Refused


def _kinds(kind: type[KeepclearError]) -> Iterator[type[KeepclearError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)


def error_of(status: int, response: httpx2.Response) -> KeepclearError:
    """The error that a host answered with; a plain ``KeepclearError`` for a code that this client does not know.

    Its message is the host's, to the letter.
    """
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        return HostUnreachable(f"what answers there ({status}) is no Keepclear host; see that the address is right")
    code, field = str(problem.get("code", "")), str(problem.get("field", ""))
    detail = str(problem.get("detail") or f"the host answered {status}")
    kind = next((one for one in _kinds(KeepclearError) if one.code == code), KeepclearError)
    if not issubclass(kind, InvalidInput | Refused):
        return kind(detail)
    given, _, expected = detail.removeprefix(f"{field}: ").partition("; ")
    return kind(field, given, expected)
