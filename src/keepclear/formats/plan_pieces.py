"""From the pieces of a plan file (a GeoJSON feature, a KML placemark) to plans: pieces that name one notice are one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from keepclear.detection.plan import Plan
from keepclear.errors import InvalidInput
from keepclear.formats.reader import shown
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume

Progress = Callable[[int, int], None]
"""Told ``(pieces read, pieces in all)`` now and then while a long file is read."""

PROGRESS_EVERY = 1_000


class NamedPlace(NamedTuple):
    """A place in a file with the names by which its author knows it; put in words only where they are asked for."""

    place: str
    number: int
    identity: object
    notice: object

    def __str__(self) -> str:
        names = [
            f"{word} {shown(name)}"
            for word, name in (("id", self.identity), ("notice", self.notice))
            if isinstance(name, (str, int)) and not isinstance(name, bool)
        ]
        at = f"{self.place}[{self.number}]"
        return f"{at} ({', '.join(names)})" if names else at


class Piece(NamedTuple):
    """One volume, or one trajectory, of the notice it names; ``place`` says where in its file it stands."""

    place: str | NamedPlace
    notice: str
    party: str
    activity: str
    part: Volume | Trajectory


def plans_of(pieces: Iterable[Piece]) -> list[Plan]:
    """The plans that the pieces make, in the order of their first pieces.

    A notice has one party and one activity, and its envelope is volumes or one trajectory (model §2, §5): a piece that
    says otherwise than the first of its notice is refused.
    """
    gathered: dict[str, list[Piece]] = {}
    for piece in pieces:
        before = gathered.get(piece.notice)
        if before is None:
            gathered[piece.notice] = [piece]
            continue
        _refuse_disagreement(before[0], piece)
        before.append(piece)
    return [_plan(notice, parts) for notice, parts in gathered.items()]


def _refuse_disagreement(first: Piece, piece: Piece) -> None:
    if (
        first.party == piece.party
        and first.activity == piece.activity
        and not isinstance(first.part, Trajectory)
        and not isinstance(piece.part, Trajectory)
    ):
        return
    for word, said, says in (
        ("party", first.party, piece.party),
        ("activity", first.activity, piece.activity),
    ):
        if said != says:
            expected = f"the {word} that {first.place} gives the same notice: {said!r}"
            raise InvalidInput(f"{piece.place}.{word}", repr(says), expected)
    if isinstance(first.part, Trajectory) or isinstance(piece.part, Trajectory):
        expected = f"one trajectory, or volumes alone: {first.place} is of the same notice"
        raise InvalidInput(str(piece.place), f"another piece of notice {piece.notice!r}", expected)


def _plan(notice: str, parts: list[Piece]) -> Plan:
    first = parts[0]
    if isinstance(first.part, Trajectory):
        return Plan(notice, first.party, first.activity, first.part)
    volumes = tuple(piece.part for piece in parts if isinstance(piece.part, Volume))
    return Plan(notice, first.party, first.activity, volumes)
