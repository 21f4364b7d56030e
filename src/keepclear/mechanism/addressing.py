"""Whom a statement addresses: ``to`` names parties or desks, left out it means every other party (contract §3).

An *addressee* is a party's id or a desk's. A party is spoken to through all its desks, and one desk of it is enough.
"""

from __future__ import annotations

from collections.abc import Iterable

from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.words import MEDIATOR_DESK, Disclosure


def addressees(agreement: Agreement, sender: str, to: tuple[str, ...]) -> tuple[str, ...]:
    """The addressees of a statement, each once, as said. A party that has no desk cannot be meant by «every other»."""
    if to:
        return tuple(dict.fromkeys(to))
    own = agreement.party_of(sender)
    return tuple(p.id for p in agreement.parties if p.id != own and agreement.desks_of[p.id])


def notice_addressees(agreement: Agreement, sender: str, to: tuple[str, ...]) -> tuple[str, ...]:
    """The addressees of a notice and of what changes it: under ``broker`` the mediator alone, whatever ``to`` says.

    The sender's own party is left out: it needs no telling.
    """
    if agreement.disclosure is Disclosure.BROKER:
        return (MEDIATOR_DESK,)
    own = agreement.party_of(sender)
    return tuple(name for name in addressees(agreement, sender, to) if party_of(agreement, name) != own)


def party_of(agreement: Agreement, addressee: str) -> str | None:
    """The party of an addressee; None for the mediator's desk."""
    return addressee if addressee in agreement.party_by_id else agreement.party_of(addressee)


def desks_of(agreement: Agreement, names: Iterable[str]) -> tuple[str, ...]:
    """The desks that are addressed: a party's are all of its."""
    found = dict[str, None]()
    for name in names:
        found.update(dict.fromkeys(agreement.desks_of.get(name, (name,))))
    return tuple(found)


def parties_of(agreement: Agreement, names: Iterable[str]) -> tuple[str, ...]:
    """The parties that are addressed; the mediator is there under its desk's name."""
    return tuple(dict.fromkeys(party_of(agreement, name) or MEDIATOR_DESK for name in names))
