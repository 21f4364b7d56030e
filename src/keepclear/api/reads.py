"""Reading what a desk may see: notices, alerts, obligations, the record, the agreement, itself."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import Path as InPath
from fastapi import Query, Request
from starlette.responses import Response

from keepclear.api.answers import ITEMS, After, Limit, answer, page_of
from keepclear.api.models import (
    AdviceOut,
    AlertOut,
    AlertPage,
    KeyList,
    Me,
    MechanismOut,
    NoticeOut,
    NoticePage,
    ObligationPage,
    RecordItem,
    RecordPage,
)
from keepclear.api.security import Asking, desk_router
from keepclear.errors import InvalidInput, NotFound, RecordDamaged
from keepclear.formats.entry import Entry, entry_as_kept, entry_from_bytes
from keepclear.formats.mechanism_table import agreement_digest, agreement_to_table
from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.core import Mechanism
from keepclear.mechanism.disclosure import view
from keepclear.mechanism.obligation import ObligationState
from keepclear.mechanism.states import NoticeState
from keepclear.mechanism.words import MEDIATOR_DESK
from keepclear.spacetime.instants import format_instant

router = desk_router("readings")

Id = Annotated[str, InPath(max_length=200)]
Index = Annotated[int, InPath(ge=0, le=2**53)]
At = Annotated[int | None, Query(ge=0, le=2**53, description="A record index; left out, now.")]


@router.get("/me", response_class=Response, responses={200: {"model": Me}})
async def me(request: Request, caller: Asking) -> Response:
    """Who the token speaks for, what time it is, and the serial of its next statement."""
    host = request.app.state.host
    desk = host.agreement.desk_by_id[caller.desk]
    async with host.reading() as mechanism:
        serial = mechanism.next_serial(caller.desk)
    return answer(
        {
            "desk": desk.id,
            "party": desk.party,
            "role": desk.role,
            "mediator": caller.is_mediator,
            "mechanism": host.agreement.name,
            "now": format_instant(host.now()),
            "clock_speed": host.clock_speed,
            "next_serial": serial,
            "signatures": host.signatures,
        }
    )


@router.get("/mechanism", response_class=Response, responses={200: {"model": MechanismOut}})
async def mechanism_as_data(request: Request, _caller: Asking, at: At = None) -> Response:
    """What is agreed, as data: now, or when the record had come to the entry ``at``."""
    host = request.app.state.host
    async with host.reading() as mechanism:
        index, agreements = host.index, mechanism.agreements
    if at is not None and at > index:
        raise InvalidInput("at", str(at), f"a record index that you were told of, at most {index}")
    in_force = next(one for one in reversed(agreements) if one.index <= (index if at is None else at))
    kept = entry_from_bytes((await host.entries(in_force.index, 1))[0])
    if kept.agreement is None:
        message = f"entry {in_force.index}: there should be an agreement; restore the file from a copy"
        raise RecordDamaged(message)
    which = {"number": in_force.number, "index": in_force.index, "since": format_instant(kept.at)}
    in_force_now = {**which, "digest": agreement_digest(kept.agreement)}
    return answer({**agreement_view(kept.agreement), "in_force": in_force_now, "signatures": host.signatures})


def agreement_view(agreement: Agreement) -> dict[str, Any]:
    """The agreement with the lists named in the plural, and regions apart from places."""
    table = agreement_to_table(agreement)
    places = table["place"]
    return {
        "name": table["name"],
        "disclosure": table["disclosure"],
        "area": table.get("area", {}).get("footprint"),
        "terrain": table.get("terrain"),
        "qnh": table.get("qnh"),
        "rules": table["rules"],
        "separations": table["separation"],
        "parties": table["party"],
        "desks": [{"party": None, "alternates": [], "commander": None, **desk} for desk in table["desk"]],
        "places": [place for place in places if "region" not in place],
        "regions": [place for place in places if "region" in place],
        "zones": table["zone"],
        "third_forces": table["third_force"],
    }


@router.get("/notices", response_class=Response, responses={200: {"model": NoticePage}})
async def notices(
    request: Request,
    caller: Asking,
    state: Annotated[list[NoticeState] | None, Query(description="Only notices in these states.")] = None,
    after: After = None,
    limit: Limit = ITEMS,
) -> Response:
    """The notices that the desk may see, in the order of hearing."""
    host = request.app.state.host
    async with host.reading() as mechanism:
        items, following = page_of(
            mechanism.notices(),
            after,
            limit,
            lambda one: view(mechanism, caller.desk, one),
            lambda one: not state or one.state in state,
        )
        return answer({"items": items, "next": following, "index": host.index})


@router.get("/notices/{notice_id}", response_class=Response, responses={200: {"model": NoticeOut}})
async def notice(request: Request, caller: Asking, notice_id: Id) -> Response:
    """One notice, by the id of its first statement."""
    async with request.app.state.host.reading() as mechanism:
        found = mechanism.notice(notice_id)
        return answer(_seen(None if found is None else view(mechanism, caller.desk, found)))


@router.get("/alerts", response_class=Response, responses={200: {"model": AlertPage}})
async def alerts(
    request: Request,
    caller: Asking,
    open_only: Annotated[bool, Query(alias="open", description="Only those not cleared.")] = False,
    after: After = None,
    limit: Limit = ITEMS,
) -> Response:
    """The alerts that are for the desk, in the order in which they were raised."""
    host = request.app.state.host
    async with host.reading() as mechanism:
        items, following = page_of(
            mechanism.alerts(),
            after,
            limit,
            lambda one: view(mechanism, caller.desk, one),
            lambda one: one.is_open or not open_only,
        )
        return answer({"items": items, "next": following, "index": host.index})


@router.get("/alerts/{alert_id}", response_class=Response, responses={200: {"model": AlertOut}})
async def alert(request: Request, caller: Asking, alert_id: Id) -> Response:
    """One alert."""
    async with request.app.state.host.reading() as mechanism:
        found = mechanism.alert(alert_id)
        return answer(_seen(None if found is None else view(mechanism, caller.desk, found)))


@router.get("/alerts/{alert_id}/advice", response_class=Response, responses={200: {"model": AdviceOut}})
async def advice(request: Request, caller: Asking, alert_id: Id) -> Response:
    """What would clear a conflict now: for a party changes of its own notice, for the mediator of either."""
    host = request.app.state.host
    found = await host.work_out_aside(lambda mechanism: mechanism.ask_ways_out(alert_id, caller.desk, host.now()))
    async with host.reading() as mechanism:
        return answer(_seen(None if found is None else view(mechanism, caller.desk, found)))


@router.get("/obligations", response_class=Response, responses={200: {"model": ObligationPage}})
async def obligations(
    request: Request,
    caller: Asking,
    open_only: Annotated[bool, Query(alias="open", description="Only those not met or lapsed.")] = False,
    after: After = None,
    limit: Limit = ITEMS,
) -> Response:
    """What is owed, by the desk or to it, in the order in which it came to be owed."""
    host = request.app.state.host
    async with host.reading() as mechanism:
        items, following = page_of(
            mechanism.obligations(),
            after,
            limit,
            lambda one: view(mechanism, caller.desk, one),
            lambda one: one.state is ObligationState.OPEN or not open_only,
        )
        return answer({"items": items, "next": following, "index": host.index})


@router.get("/keys", response_class=Response, responses={200: {"model": KeyList}})
async def keys(request: Request, caller: Asking) -> Response:
    """Every desk's keys in the order enrolled, retired ones too: with these, anybody can check who said what."""
    host = request.app.state.host
    async with host.reading() as mechanism:
        items = [shown for key in mechanism.desk_keys() if (shown := view(mechanism, caller.desk, key)) is not None]
        return answer({"items": items, "index": host.index})


@router.get("/record", response_class=Response, responses={200: {"model": RecordPage}})
async def record(
    request: Request,
    caller: Asking,
    start: Annotated[int, Query(alias="from", ge=0, le=2**53, description="The first index wanted.")] = 0,
    limit: Limit = ITEMS,
) -> Response:
    """Entries of the record that the desk may see, by index. The page looks at ``limit`` entries from ``from`` on."""
    host = request.app.state.host
    index = host.index
    kept = await asyncio.to_thread(read_back, await host.entries(start, limit))
    async with host.reading() as mechanism:
        shown = [record_item(mechanism, caller.desk, place, one) for place, one in enumerate(kept, start)]
    items = [item for item in shown if item is not None]
    following = start + len(kept)
    return answer({"items": items, "next": following if kept and following <= index else None, "index": index})


@router.get("/record/{index}", response_class=Response, responses={200: {"model": RecordItem}})
async def record_entry(request: Request, caller: Asking, index: Index) -> Response:
    """One entry of the record."""
    host = request.app.state.host
    kept = read_back(await host.entries(index, 1))
    async with host.reading() as mechanism:
        return answer(_seen(record_item(mechanism, caller.desk, index, kept[0]) if kept else None))


def record_item(mechanism: Mechanism, desk: str, index: int, entry: Entry) -> dict[str, Any] | None:
    """An entry as a desk may see it: a statement by its view, a delivery for its own desk and the mediator."""
    item = {"index": index, "at": format_instant(entry.at), "kind": entry.kind, "statement": None}
    if entry.statement is not None:
        heard = mechanism.heard(entry.statement["id"], entry.statement, entry.jws)
        item["statement"] = None if heard is None else view(mechanism, desk, heard)
        return item if item["statement"] is not None else None
    if entry.kind == "delivery" and desk not in (entry.desk, MEDIATOR_DESK):
        return None
    return item


def read_back(kept: list[bytes]) -> list[Entry]:
    """Kept bytes as entries. Statements were read when they were heard, under the agreement of then."""
    return [entry_as_kept(data) for data in kept]


def _seen(shown: dict[str, Any] | None) -> dict[str, Any]:
    if shown is None:
        message = "there is nothing of that name that this desk may see"
        raise NotFound(message)
    return shown
