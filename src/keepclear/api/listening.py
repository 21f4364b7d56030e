"""Where a service of ours listens."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from keepclear.errors import InvalidInput

DEFAULT_LISTEN = "127.0.0.1:8740"


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen. Port 0 lets the system choose."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Address:
        """``HOST:PORT``, ``[IPV6]:PORT`` or ``:PORT``. Raises ``InvalidInput``."""
        host, colon, port = text.rpartition(":")
        if not colon or not port.isdecimal() or int(port) > 65_535:
            raise InvalidInput("--listen", repr(text), f"HOST:PORT, such as {DEFAULT_LISTEN}")
        return cls(host.removeprefix("[").removesuffix("]") or "127.0.0.1", int(port))

    @property
    def url(self) -> str:
        """The address as a browser takes it."""
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"


def bind(address: Address) -> socket.socket:
    """A socket that listens there. Raises ``InvalidInput`` when the address cannot be had."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    # asyncio turns Nagle off only where the protocol is named; with it on, an answer waits 40 ms for a delayed ACK
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((address.host, address.port))
    except OSError as error:
        listening.close()
        raise InvalidInput(
            "--listen",
            f"{address.host}:{address.port} cannot be had ({error.strerror})",
            "a free address of this machine",
        ) from None
    listening.listen(2048)
    listening.setblocking(False)
    return listening
