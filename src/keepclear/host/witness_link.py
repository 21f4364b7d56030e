"""One witness as the host sees it: where it is, what it has cosigned, and what went wrong with it last.

Whatever it answers is bounded and checked: lines that are no cosignature of its own keys over the very checkpoint that
it was asked about are worth nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import httpx2
import structlog

from keepclear.errors import KeepclearError
from keepclear.record.verify.checkpoint import Checkpoint
from keepclear.record.verify.encoding import number_of
from keepclear.record.verify.note import Note, SignatureLine, parse_note, verify_note
from keepclear.record.verify.policy import Policy
from keepclear.record.witness import AddCheckpoint

ANSWER_S = 5.0
MOST_ANSWER_BYTES = 65_536

_log = structlog.get_logger("keepclear.witnesses")


class Trouble(Exception):
    """A witness did not cosign; the sentence says what happened instead. ``is_split``: it says the log has forked."""

    def __init__(self, why: str, *, is_split: bool = False) -> None:
        super().__init__(why)
        self.is_split = is_split


class WitnessLink:
    """The witness at ``url``, with all keys that the policy has for that address."""

    def __init__(self, url: str, policy: Policy, consistency_proof: Callable[[int, int], list[bytes]]) -> None:
        self.url = url
        self.answered: int | None = None
        """The size that it was last asked about and gave an answer for."""
        self._names = [line.name for line in policy.witnesses if line.url == url]
        self._keys = [line.key for line in policy.witnesses if line.url == url]
        self._proof = consistency_proof
        self._cosigned = 0
        self._has_cosigned = False
        self._trouble: Trouble | None = None
        self._at_s = 0.0

    @property
    def is_failing(self) -> bool:
        """Whether the last asking came to nothing."""
        return self._trouble is not None

    def failed(self, trouble: Trouble) -> None:
        """The last asking came to nothing; said in the log once for each new reason."""
        if self._trouble is None or str(self._trouble) != str(trouble):
            say = _log.error if trouble.is_split else _log.warning
            say("witness_split_view" if trouble.is_split else "witness_trouble", url=self.url, why=str(trouble))
        self._trouble = trouble

    def told(self) -> dict[str, object]:
        """How it stands, for people."""
        return {
            "url": self.url,
            "names": self._names,
            "cosigned_size": self._cosigned if self._has_cosigned else None,
            "cosigned_s_ago": round(time.monotonic() - self._at_s, 1) if self._has_cosigned else None,
            "trouble": None if self._trouble is None else str(self._trouble),
            "split_view": self._trouble is not None and self._trouble.is_split,
        }

    async def ask(self, http: httpx2.AsyncClient, note: Note, checkpoint: Checkpoint) -> list[SignatureLine]:
        """Its cosignatures of this checkpoint, verified; none when it has cosigned a later one of ours meanwhile.

        Raises :class:`Trouble`.
        """
        for _ in range(2):
            old = min(self._cosigned, checkpoint.size)
            status, body = await self._post(http, await self._request(old, note, checkpoint))
            if status != 409:
                break
            self._cosigned = _size_in(body)
            if self._cosigned > checkpoint.size:
                why = f"it has cosigned {self._cosigned} entries, and this record has {checkpoint.size}"
                raise Trouble(f"{why}: the record was rolled back, or another host is at work", is_split=True)
        if status != 200:
            said = " ".join(body[:300].decode("utf-8", "replace").split())
            raise Trouble(f"it answered {status}: {said}", is_split=status == 422)
        lines = self._verified(note, body)
        self._cosigned, self._has_cosigned, self._at_s = checkpoint.size, True, time.monotonic()
        self.answered, self._trouble = checkpoint.size, None
        return lines

    async def _request(self, old: int, note: Note, checkpoint: Checkpoint) -> bytes:
        proof = await asyncio.to_thread(self._proof, old, checkpoint.size)
        return AddCheckpoint(old, tuple(proof), note, checkpoint).to_bytes()

    async def _post(self, http: httpx2.AsyncClient, body: bytes) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(ANSWER_S):
                async with http.stream("POST", f"{self.url.rstrip('/')}/add-checkpoint", content=body) as response:
                    answer = bytearray()
                    async for piece in response.aiter_bytes():
                        answer += piece
                        if len(answer) > MOST_ANSWER_BYTES:
                            raise Trouble(f"its answer is over {MOST_ANSWER_BYTES} bytes")
                    return response.status_code, bytes(answer)
        except TimeoutError:
            raise Trouble(f"no answer within {ANSWER_S:g} s") from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise Trouble(f"it cannot be reached ({type(error).__name__}: {error})") from None

    def _verified(self, note: Note, body: bytes) -> list[SignatureLine]:
        try:
            signed = verify_note(parse_note(note.text.encode("utf-8") + b"\n" + body), self._keys)
        except KeepclearError as error:
            raise Trouble(f"its answer is no cosignature: {error}") from None
        if not signed:
            raise Trouble("its answer has no cosignature by a key that the policy names")
        return [one.line for one in signed]


def _size_in(body: bytes) -> int:
    try:
        return number_of(body.decode("utf-8", "replace").removesuffix("\n"), "size")
    except KeepclearError as error:
        raise Trouble(f"its answer 409 has no size: {error}") from None
