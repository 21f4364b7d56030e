"""One desk's connection to a host."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import httpx2

from keepclear.client.errors import error_of
from keepclear.client.events import Deliveries, Event, Follower
from keepclear.client.ids import new_id
from keepclear.client.line import LineWords
from keepclear.client.log_view import LogView
from keepclear.client.proofs import Proofs
from keepclear.client.readings import LineReadings
from keepclear.client.signing import Signer
from keepclear.errors import HostUnreachable, IdInUse, NotFound, Overloaded, Refused, StoreFailed
from keepclear.formats.payloads import statement_payload
from keepclear.record.verify.policy import Policy

TRIES = 5
FIRST_PAUSE_S = 0.2
PAGE = 500

KEEP_UP_EVERY_S = 30.0
"""So often does a desk that keeps a view of the log look at the host's newest checkpoint, while it speaks."""

COMPARE_EVERY_S = 1.0
"""So often, at most, is what other desks have seen compared, while events arrive."""

UNDELAYED = frozenset({"stop", "stop_reply", "units_informed", "ceased", "accident", "ack"})
"""What may protect life is said at once, whatever is known of the log: nothing is looked at before it."""

Json = dict[str, Any]


class Client(LineWords, LineReadings, Proofs):
    """A desk at work, named by its token. Use it in a ``with`` block, or ``close`` it; threads may share it.

    Every method raises the error that the host answered with (``keepclear.errors``), and ``HostUnreachable`` when
    nobody answers. A statement is tried again, with its id, when the host was away or overloaded: it is never heard
    twice. With a ``signer`` everything that is said is signed, once, and tried again in the same bytes.

    ``view`` is what the desk has seen of the log, which outlives the client where it has a file; ``policy`` says whose
    cosignatures make a receipt binding, and the log's keys that it names are believed in place of the host's.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        signer: Signer | None = None,
        heard_unsigned: Callable[[], None] = lambda: None,
        timeout_s: float = 10.0,
        view: LogView | None = None,
        policy: Policy | None = None,
    ) -> None:
        """``heard_unsigned`` is called whenever the host has heard a statement that is not signed."""
        self._signer = signer
        self._heard_unsigned = heard_unsigned
        self._http = httpx2.Client(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {token}"},
            timeout=timeout_s,
            trust_env=False,
        )
        self.view = view or LogView(None)
        self.policy = policy
        if policy is not None and policy.logs:
            self.view.pin(policy.log_keys)
        self._gossips = view is not None
        self._kept_up_s: float | None = None
        self._told: dict[str, int] = {}
        """Of each desk the newest signed statement that was not yet compared, by its index."""
        self._compared_s = -COMPARE_EVERY_S
        self._me: Json | None = None
        self._serial = 0
        self._speaking = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """The connections are closed."""
        self._http.close()

    def me(self) -> Json:
        """Who the token speaks for, the host's time, and the serial of the desk's next statement."""
        return self._get("/v1/me")

    @property
    def kid(self) -> str | None:
        """The name of the key that this client signs with."""
        return None if self._signer is None else self._signer.kid

    def index(self) -> int:
        """The last index of the record."""
        index: int = self._get("/v1/notices", {"limit": 1})["index"]
        return index

    def mechanism(self) -> Json:
        """The agreement as data."""
        return self._get("/v1/mechanism")

    def say(
        self,
        kind: str,
        body: Mapping[str, Any],
        *,
        to: Sequence[str] = (),
        precedence: str | None = None,
        refs: Sequence[str] = (),
        mode: str = "live",
        said_at: str | None = None,
        held: bool = False,
        id: str | None = None,  # noqa: A002 - the contract's word
    ) -> Json:
        """Say a statement of type ``kind``; the answer is its receipt: ``id``, ``index``, ``heard_at``, ``alerts``.

        The serial is the desk's next. Where another program of the same desk took it meanwhile, the next free one is
        taken. ``held`` says that the statement was kept while the link was down; ``said_at`` is then when it was said.
        """
        if kind not in UNDELAYED:
            self.keep_up_at_times()
        me = self._known()
        statement: Json = {
            "id": id or new_id(),
            "mechanism": me["mechanism"],
            "type": kind,
            "from": me["desk"],
            "said_at": said_at or datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "mode": mode,
            "body": dict(body),
        }
        if precedence is not None:
            statement["precedence"] = precedence
        if to:
            statement["to"] = list(to)
        if refs:
            statement["refs"] = list(refs)
        headers = {"Keepclear-Held": "true"} if held else {}
        with self._speaking:
            return self._say_numbered(statement, headers)

    def send(self, statement: Mapping[str, Any], *, held: bool = False) -> Json:
        """Say a whole statement as it is, its id and serial included; the answer is its receipt. See ``say``."""
        return self._post_statement(dict(statement), {"Keepclear-Held": "true"} if held else {})

    def preview(self, body: Mapping[str, Any], replaces: str | None = None) -> list[Json]:
        """The alerts that a notice with this body would raise; nothing is recorded."""
        asked = {**body, **({} if replaces is None else {"replaces": replaces})}
        alerts: list[Json] = self._post("/v1/preview", asked)["alerts"]
        return alerts

    def notices(self, *, state: str | Sequence[str] = ()) -> list[Json]:
        """Every notice that the desk may see, in the order of hearing; ``state`` narrows it."""
        states = [state] if isinstance(state, str) else list(state)
        return self._all("/v1/notices", {"state": states} if states else {})

    def notice(self, id: str) -> Json:  # noqa: A002 - the contract's word
        """One notice."""
        return self._get(f"/v1/notices/{id}")

    def alerts(self, *, open_only: bool = True) -> list[Json]:
        """The alerts that are for the desk."""
        return self._all("/v1/alerts", {"open": str(open_only).lower()})

    def advice(self, alert: str) -> Json:
        """What would clear a conflict now: ``sides``, each with a ``notice`` and its ``options``, cheapest first."""
        return self._get(f"/v1/alerts/{alert}/advice")

    def obligations(self, *, open_only: bool = True) -> list[Json]:
        """What is owed, by the desk or to it."""
        return self._all("/v1/obligations", {"open": str(open_only).lower()})

    def record(self, start: int = 0) -> Iterator[Json]:
        """The entries of the record that the desk may see, from index ``start`` to the end."""
        following: int | None = start
        while following is not None:
            page = self._get("/v1/record", {"from": following, "limit": PAGE})
            yield from page["items"]
            following = page["next"]

    def desk_keys(self) -> list[Json]:
        """Every desk's keys, retired ones too, in the order enrolled."""
        items: list[Json] = self._get("/v1/keys")["items"]
        return items

    def delivered(self, through: int) -> None:
        """Everything up to record index ``through`` is on this machine."""
        self._post("/v1/deliveries", {"through": through})

    def events(self, after: int | None = None, *, deliver: bool = True) -> Generator[Event, None, None]:
        """What concerns the desk, as it happens and without end, resumed where a connection broke.

        ``after`` is the record index that is known already; left out, events begin now. With ``deliver`` the host is
        told what arrived, a moment later. A desk that keeps a view of the log raises ``SplitView`` after the event in
        which another desk says to have seen another log.
        """
        deliveries = Deliveries(self.delivered) if deliver else None
        try:
            for event in Follower(self._http, deliveries, after).events():
                yield event
                self._gossip(event)
        finally:
            if deliveries is not None:
                deliveries.close()

    def _gossip(self, event: Event) -> None:
        """What other desks have seen of the log is compared with what this one has, if it keeps a view.

        An event has no signature, and with it no header: of what each desk signed last the entry is read for it.
        """
        if not self._gossips:
            return
        for change in event.changes:
            if change["kind"] == "statement" and change["statement"]["signed_by"] is not None:
                self._told[change["statement"]["from"]] = change["statement"]["index"]
        if self._told and time.monotonic() - self._compared_s >= COMPARE_EVERY_S:
            told, self._told = self._told, {}
            self._compared_s = time.monotonic()
            for index in told.values():
                with contextlib.suppress(NotFound, HostUnreachable, Overloaded):
                    self.check_seen(self._get(f"/v1/record/{index}")["statement"])

    def keep_up_at_times(self) -> None:
        """A desk that keeps a view of the log looks at the newest checkpoint, every so often. Raises ``SplitView``."""
        if not self._gossips or (self._kept_up_s is not None and time.monotonic() - self._kept_up_s < KEEP_UP_EVERY_S):
            return
        # no tree there, or nobody: what is asked for next will tell
        with contextlib.suppress(NotFound, HostUnreachable, Overloaded):
            self.keep_up()
            self._kept_up_s = time.monotonic()

    def _known(self) -> Json:
        if self._me is None:
            self._me = self.me()
            self._serial = self._me["next_serial"]
        return self._me

    def _say_numbered(self, statement: Json, headers: Mapping[str, str]) -> Json:
        for attempt in range(TRIES):
            statement["serial"] = self._serial
            try:
                receipt = self._post_statement(statement, headers)
            except IdInUse:
                raise
            except Refused as error:
                if error.field != "serial" or attempt == TRIES - 1:
                    raise
                self._serial = self.me()["next_serial"]
                continue
            self._serial += 1
            return receipt
        raise AssertionError  # the last attempt returned or raised

    def _post_statement(self, statement: Json, headers: Mapping[str, str]) -> Json:
        """The receipt of a statement, signed where there is a signer."""
        if self._signer is None:
            receipt = self._post("/v1/statements", statement, headers, tries=TRIES)
            self._heard_unsigned()
            return receipt
        token = self._signer.sign(statement_payload(statement), seen=self.view.seen)
        headers = {**headers, "Content-Type": "application/jose"}
        return self._answer("POST", "/v1/statements", content=token.encode("ascii"), headers=headers, tries=TRIES)

    def _get(self, path: str, params: Mapping[str, Any] | None = None) -> Json:
        return self._answer("GET", path, params=params, tries=1)

    def _post(self, path: str, body: Json, headers: Mapping[str, str] | None = None, *, tries: int = 1) -> Json:
        return self._answer("POST", path, json=body, headers=dict(headers or {}), tries=tries)

    def _all(self, path: str, params: Mapping[str, Any]) -> list[Json]:
        items: list[Json] = []
        cursor: Json = {}
        while True:
            page = self._get(path, {**params, **cursor, "limit": PAGE})
            items.extend(page["items"])
            if page["next"] is None:
                return items
            cursor = {"after": page["next"]}

    def _answer(self, method: str, path: str, *, tries: int, **asked: Any) -> Json:
        pause_s = FIRST_PAUSE_S
        for attempt in range(1, tries + 1):
            try:
                return self._once(method, path, **asked)
            except (HostUnreachable, Overloaded, StoreFailed):
                if attempt == tries:
                    raise
            time.sleep(pause_s)
            pause_s *= 2
        raise AssertionError  # the last attempt returned or raised

    def _once(self, method: str, path: str, **asked: Any) -> Json:
        response = self._fetch(method, path, **asked)
        return response.json() if response.content else {}

    def _fetch(self, method: str, path: str, **asked: Any) -> httpx2.Response:
        if self._http.is_closed:
            raise HostUnreachable("this client is closed; make another")
        try:
            response = self._http.request(method, path, **asked)
        except httpx2.TransportError as error:
            message = f"no host answers at {self._http.base_url} ({error}); see that «keepclear serve» runs there"
            raise HostUnreachable(message) from error
        if response.status_code >= 400:
            raise error_of(response.status_code, response)
        return response
