"""Ids as a person types them: whole, or how they end, where that is one thing only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from keepclear.errors import InvalidInput

if TYPE_CHECKING:
    from keepclear.client import Client

SHOWN = 8
"""Characters of an id that tables show: the last ones, as those of ids made one after another differ there."""
LEAST = 4
MOST_NAMED = 6


def short(name: str) -> str:
    """The end of an id, which the commands take in its place; of a conflict ``a~b``, of both."""
    return "~".join(part[-SHOWN:] for part in name.split("~"))


def named(given: str, names: Iterable[str], field: str, what: str) -> str:
    """The one of ``names`` that is meant: by itself, or by at least four characters at its end.

    A whole id that is not among them is left as it is, for the host to judge. Raises ``InvalidInput`` for an end that
    none has, or several.
    """
    known = list(dict.fromkeys(names))
    if given in known or len(given) >= 24:
        return given
    found = [name for name in known if name.endswith(given)] if len(given) >= LEAST else []
    if len(found) == 1:
        return found[0]
    told = ", ".join(short(name) for name in (found or known)[-MOST_NAMED:])
    why = f"{given!r} is the end of {len(found)} ids" if found else f"{given!r} is no {what} that you have"
    raise InvalidInput(field, why, f"one of {told}, or a whole id" if told else "the whole id")


def the_only(things: Iterable[Mapping[str, Any]], field: str, what: str) -> str:
    """The id of the one thing there is; ``InvalidInput`` when there is none, or more than one to choose from."""
    names = [str(thing["id"]) for thing in things]
    if len(names) == 1:
        return names[0]
    if not names:
        raise InvalidInput(field, f"no open {what}", "name one by its id")
    raise InvalidInput(field, f"{len(names)} open {what}s", f"say which: {', '.join(short(name) for name in names)}")


def mode_of(name: str, things: Iterable[Mapping[str, Any]]) -> str:
    """The mode of the thing of that id, in which an answer to it is said; ``live`` where it is not known."""
    return next((str(thing["mode"]) for thing in things if name in (thing["id"], thing.get("statement"))), "live")


def side_of(me: Mapping[str, Any]) -> str:
    """The side that a desk speaks for: its party, or the mediator's desk."""
    return str(me["party"] or me["desk"])


def sender_side(thing: Mapping[str, Any]) -> str:
    """Whom an answer goes to: the party that said it, or the mediator's desk."""
    return str(thing["party"] or thing["from"])


def everything_to_answer(client: Client) -> list[Mapping[str, Any]]:
    """All that an acknowledgement can be about."""
    return [*client.alerts(), *client.stops(), *client.accidents(), *client.proposals(), *client.notices()]
