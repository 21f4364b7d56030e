"""``GET /v1/events``: what concerns the desk, as it happens (server-sent events, resumed by record index)."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Header, Query, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from keepclear.api.security import Asking, desk_router
from keepclear.host.streams import Event, Streams, Subscription

KEEP_ALIVE_S = 10.0
STALLED_S = 30.0
"""A reader that takes nothing for so long has gone, whatever its connection says."""

router = desk_router("events")

LastEventId = Annotated[int | None, Header(ge=0, le=2**53, description="The record index that the client has seen.")]
LastEventIdQuery = Annotated[
    int | None, Query(alias="last_event_id", ge=0, le=2**53, description="The same, where no header can be set.")
]


class EventStream(Response):
    """A response that never ends by itself: events as they come, a comment line when none has for a while."""

    media_type = "text/event-stream"

    def __init__(self, streams: Streams, subscription: Subscription) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._streams = streams
        self._subscription = subscription

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI: events are sent until the stream ends, the reader leaves, or it has stalled."""
        watching = asyncio.create_task(self._end_when_left(receive))
        try:
            await self._send(send, {"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await self._send_events(send)
        except TimeoutError:
            return  # the reader takes nothing any more: the server closes the connection on our return
        finally:
            watching.cancel()
            self._streams.unsubscribe(self._subscription)

    async def _send_events(self, send: Send) -> None:
        while True:
            try:
                event = await self._subscription.next(KEEP_ALIVE_S)
            except TimeoutError:
                await self._send(send, _chunk(b": keep-alive\n\n"))
                continue
            if event is None:
                await self._send(send, {"type": "http.response.body", "body": b"", "more_body": False})
                return
            await self._send(send, _chunk(as_bytes(event)))

    async def _end_when_left(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._subscription.end("left")

    @staticmethod
    async def _send(send: Send, message: Message) -> None:
        async with asyncio.timeout(STALLED_S):
            await send(message)


def as_bytes(event: Event) -> bytes:
    """One event on the wire (HTML Standard §9.2): its data is one line, as JSON without line breaks is."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.index, event.kind.encode("ascii"), event.data)


def _chunk(data: bytes) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": True}


@router.get(
    "/events",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Events, without end."}},
)
async def events(
    request: Request,
    caller: Asking,
    last_event_id: LastEventId = None,
    last_event_id_query: LastEventIdQuery = None,
) -> Response:
    """Events ``change``, ``ready`` and ``reset``; each id is a record index, and ``Last-Event-ID`` resumes after it."""
    seen = last_event_id if last_event_id is not None else last_event_id_query
    host = request.app.state.host
    async with host.reading():
        subscription = host.streams.subscribe(caller.desk, seen, host.index)
    return EventStream(host.streams, subscription)
