"""HTTP/1.1 as this host reads it: llhttp by way of ``httptools``, with a bound on what it would hold in memory.

The parser in C takes a seventh off what the host does for a statement. It has no bound of its own on a request's head
or on trailers, and it would gather whatever a stranger without a token sends.
"""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD_BYTES = 65_536
"""Of a head, beyond what came at once with the end of something else; as much as ``h11`` takes."""


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's protocol, which ends a connection where bytes come and come and neither end a head nor are a body."""

    _gathered_bytes = 0
    _went_on = False

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol``."""
        self._went_on = False
        super().data_received(data)
        self._gathered_bytes = 0 if self._went_on else self._gathered_bytes + len(data)
        if self._gathered_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
            self.logger.warning("The head of a request is too long.")
            self.send_400_response("The head of a request is too long.")

    def on_headers_complete(self) -> None:
        """The head has ended."""
        self._went_on = True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Some of the body has come."""
        self._went_on = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request has ended."""
        self._went_on = True
        super().on_message_complete()
