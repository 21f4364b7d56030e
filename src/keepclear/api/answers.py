"""Answers in JSON, and lists in pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any, TypeVar

from fastapi import Query
from starlette.responses import Response

from keepclear.errors import InvalidInput
from keepclear.host.render import as_json

MOST_ITEMS = 500
ITEMS = 100

Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="Items on one page, at most.")]
After = Annotated[str | None, Query(max_length=200, description="The cursor that the page before gave as «next».")]

Thing = TypeVar("Thing")


def answer(body: Any, status: int = 200) -> Response:
    """JSON as it was rendered; the models in OpenAPI describe it, and tests hold it to them."""
    return Response(as_json(body), status, media_type="application/json")


def page_of(
    things: Iterable[Thing],
    after: str | None,
    limit: int,
    show: Callable[[Thing], dict[str, Any] | None],
    wanted: Callable[[Thing], bool] = lambda _: True,
) -> tuple[list[dict[str, Any]], str | None]:
    """The next ``limit`` wanted things that may be shown, and the cursor for what follows (None at the end).

    ``things`` are in a lasting order, wanted or not, so that a cursor still counts when what it names is no longer
    wanted. Raises ``InvalidInput`` for a cursor that names nothing that may be shown.
    """
    rest = iter(things)
    if after is not None and not any(_id_of(show(thing)) == after for thing in rest):
        raise InvalidInput("query.after", "a cursor that no page gave", "the «next» of the page before")
    shown: list[dict[str, Any]] = []
    for thing in rest:
        view = show(thing) if wanted(thing) else None
        if view is None:
            continue
        if len(shown) == limit:
            return shown, shown[-1]["id"]
        shown.append(view)
    return shown, None


def _id_of(view: dict[str, Any] | None) -> str | None:
    return None if view is None else view["id"]
