"""Reading the line: STOPs, proposals, observations, accidents, tests, the watch, conversations, the hand-over sheet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Annotated, Any, TypeVar

from fastapi import Path as InPath
from fastapi import Query, Request
from starlette.responses import Response

from keepclear.api.answers import ITEMS, After, Limit, answer, page_of
from keepclear.api.line_models import (
    AccidentPage,
    BurdenOut,
    ConversationPage,
    HandoverOut,
    LineOut,
    ObservationPage,
    ProposalOut,
    ProposalPage,
    StopOut,
    StopPage,
    SuspensionsOut,
    WatchOut,
)
from keepclear.api.reads import read_back
from keepclear.api.security import Asking, desk_router
from keepclear.errors import NotFound
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.disclosure import view
from keepclear.mechanism.disclosure_line import figures_view, shares_view
from keepclear.mechanism.handover import handover
from keepclear.mechanism.outcome import Thing
from keepclear.mechanism.states import ProposalState
from keepclear.mechanism.words import Mode

router = desk_router("line")

Id = Annotated[str, InPath(max_length=200)]
OpenOnly = Annotated[bool, Query(alias="open", description="Only those not yet closed or answered.")]
MOST_SAID = 500
"""Statements of a conversation in one answer; older ones are asked for by page."""

_T = TypeVar("_T", bound=Thing)


@router.get("/stops", response_class=Response, responses={200: {"model": StopPage}})
async def stops(
    request: Request, caller: Asking, open_only: OpenOnly = False, after: After = None, limit: Limit = ITEMS
) -> Response:
    """The STOPs that concern the desk's side, in the order of hearing."""
    return await _page(request, caller, Mechanism.stops, after, limit, lambda one: one.is_open or not open_only)


@router.get("/stops/{stop_id}", response_class=Response, responses={200: {"model": StopOut}})
async def stop(request: Request, caller: Asking, stop_id: Id) -> Response:
    """One STOP."""
    return await _one(request, caller, Mechanism.stops, stop_id)


@router.get("/proposals", response_class=Response, responses={200: {"model": ProposalPage}})
async def proposals(
    request: Request, caller: Asking, open_only: OpenOnly = False, after: After = None, limit: Limit = ITEMS
) -> Response:
    """The proposals about conflicts of the desk's side, in the order of hearing."""
    return await _page(
        request, caller, Mechanism.proposals, after, limit, lambda one: one.state is ProposalState.OPEN or not open_only
    )


@router.get("/proposals/{proposal_id}", response_class=Response, responses={200: {"model": ProposalOut}})
async def proposal(request: Request, caller: Asking, proposal_id: Id) -> Response:
    """One proposal."""
    return await _one(request, caller, Mechanism.proposals, proposal_id)


@router.get("/observations", response_class=Response, responses={200: {"model": ObservationPage}})
async def observations(request: Request, caller: Asking, after: After = None, limit: Limit = ITEMS) -> Response:
    """What was seen, and whose it is said to be."""
    return await _page(request, caller, Mechanism.observations, after, limit)


@router.get("/accidents", response_class=Response, responses={200: {"model": AccidentPage}})
async def accidents(request: Request, caller: Asking, after: After = None, limit: Limit = ITEMS) -> Response:
    """Accidents that were declared."""
    return await _page(request, caller, Mechanism.accidents, after, limit)


@router.get("/line", response_class=Response, responses={200: {"model": LineOut}})
async def line(request: Request, caller: Asking) -> Response:
    """The line itself: what its tests add up to, the last of them, who is at which desk, and what is suspended."""
    async with request.app.state.host.reading() as mechanism:
        tests = [row for test in mechanism.line_tests() if (row := view(mechanism, caller.desk, test)) is not None]
        return answer(
            {
                "figures": figures_view(mechanism, caller.desk),
                "tests": tests[-ITEMS:],
                "watch": _watches(mechanism, caller.desk),
                "suspensions": _shown(mechanism, caller.desk, mechanism.suspensions()),
            }
        )


@router.get("/watch", response_class=Response, responses={200: {"model": WatchOut}})
async def watch(request: Request, caller: Asking) -> Response:
    """Which desks are manned; of one's own side, by whom."""
    async with request.app.state.host.reading() as mechanism:
        return answer({"items": _watches(mechanism, caller.desk)})


@router.get("/suspensions", response_class=Response, responses={200: {"model": SuspensionsOut}})
async def suspensions(request: Request, caller: Asking) -> Response:
    """Every suspension, ended or not."""
    async with request.app.state.host.reading() as mechanism:
        return answer({"items": _shown(mechanism, caller.desk, mechanism.suspensions())})


@router.get("/burden", response_class=Response, responses={200: {"model": BurdenOut}})
async def burden(request: Request, caller: Asking, mode: Mode = Mode.LIVE) -> Response:
    """Who has moved by accepted proposals, and by how much in all."""
    async with request.app.state.host.reading() as mechanism:
        return answer({"items": shares_view(mechanism, caller.desk, mode)})


@router.get("/conversations", response_class=Response, responses={200: {"model": ConversationPage}})
async def conversation(
    request: Request,
    caller: Asking,
    about: Annotated[
        str, Query(max_length=200, description="A conflict (its alert, or a~b), a notice, a STOP, an observation …")
    ],
    start: Annotated[int, Query(alias="from", ge=0, le=2**31, description="How many to pass over.")] = 0,
    limit: Limit = MOST_SAID,
) -> Response:
    """What was said about one thing, in order, as far as the desk may see it."""
    host = request.app.state.host
    async with host.reading() as mechanism:
        names = [name for name in mechanism.conversation(caller.desk, about) if _may_see(mechanism, caller.desk, name)]
        places = [found[0] for name in names[start : start + limit] if (found := mechanism.heard_at(name)) is not None]
    kept = [data for place in places for data in await host.entries(place, 1)]
    entries = await asyncio.to_thread(read_back, kept)
    async with host.reading() as mechanism:
        heard = [mechanism.heard(each.statement["id"], each.statement, each.jws) for each in entries if each.statement]
        items = [shown for each in heard if each is not None and (shown := view(mechanism, caller.desk, each))]
    following = start + len(places)
    return answer({"items": items, "next": following if following < len(names) else None})


@router.get("/handover", response_class=Response, responses={200: {"model": HandoverOut}})
async def handover_sheet(request: Request, caller: Asking) -> Response:
    """What the next watch at this desk must know."""
    async with request.app.state.host.reading() as mechanism:
        return answer(handover(mechanism, caller.desk))


async def _page(
    request: Request,
    caller: Asking,
    things: Callable[[Mechanism], Iterable[_T]],
    after: str | None,
    limit: int,
    wanted: Callable[[_T], bool] = lambda _: True,
) -> Response:
    host = request.app.state.host
    async with host.reading() as mechanism:
        items, following = page_of(
            things(mechanism), after, limit, lambda one: view(mechanism, caller.desk, one), wanted
        )
        return answer({"items": items, "next": following, "index": host.index})


async def _one(request: Request, caller: Asking, things: Callable[[Mechanism], Iterable[Thing]], name: str) -> Response:
    async with request.app.state.host.reading() as mechanism:
        for thing in things(mechanism):
            shown = view(mechanism, caller.desk, thing) if getattr(thing, "id", None) == name else None
            if shown is not None:
                return answer(shown)
    message = "there is nothing of that name that this desk may see"
    raise NotFound(message)


def _may_see(mechanism: Mechanism, desk: str, statement: str) -> bool:
    """Pages count only what the desk may see: how much else was said is not for it to know."""
    heard = mechanism.heard(statement, {})
    return heard is not None and view(mechanism, desk, heard) is not None


def _watches(mechanism: Mechanism, desk: str) -> list[dict[str, Any]]:
    return _shown(mechanism, desk, (mechanism.watch(each) for each in mechanism.agreement.desk_by_id))


def _shown(mechanism: Mechanism, desk: str, things: Iterable[Thing]) -> list[dict[str, Any]]:
    return [shown for thing in things if (shown := view(mechanism, desk, thing)) is not None]
