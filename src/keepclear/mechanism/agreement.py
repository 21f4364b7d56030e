"""What was agreed: parties and their desks, rules, separations, places, standing zones (contract §6). Frozen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from keepclear.errors import InvalidInput
from keepclear.mechanism.rules import Rules
from keepclear.mechanism.words import MEDIATOR_DESK, Activity, Disclosure
from keepclear.spacetime.altitude import Altitude
from keepclear.spacetime.footprint import Footprint
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.separation import SeparationRule


@dataclass(frozen=True, slots=True)
class Party:
    """A side of the agreement. The mediator is no party."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Desk:
    """A seat that speaks: for its party, or (``party`` None) for the mediator."""

    id: str
    role: str
    party: str | None
    alternates: tuple[str, ...] = ()
    commander: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A named point of the gazetteer; degrees, WGS84."""

    name: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Region:
    """A named area of the gazetteer."""

    name: str
    footprint: Footprint


@dataclass(frozen=True, slots=True)
class Zone:
    """A standing zone: what ``forbids`` names may not be there, between ``floor`` and ``ceiling`` and while it stands.

    ``parties`` are those bound by it (empty: all). A notice whose ``purpose`` is in ``excepted`` may enter.
    """

    id: str
    name: str
    footprint: Footprint
    floor: Altitude
    ceiling: Altitude
    start_ms: int | None = None
    end_ms: int | None = None
    forbids: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ThirdForce:
    """The area of a force that is on no line."""

    name: str
    footprint: Footprint


@dataclass(frozen=True, slots=True)
class AgreementInForce:
    """That an agreement came into force: which one it was (the first is 1), its place in the record, and when.

    ``since_ms`` is None for the first, which began the record. ``changed`` are the parts that differ from before, by
    their names in ``GET /v1/mechanism``.
    """

    number: int = 1
    index: int = 0
    since_ms: int | None = None
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Agreement:
    """One mechanism's agreement. ``mediator.duty`` is added when it is not among ``desks``.

    ``former`` are desks of earlier agreements that are no more: they can do nothing, but what they said stays their
    party's. They follow from the record, so two agreements that differ in nothing else are the same. Raises
    InvalidInput, naming the row, when a name is used twice or refers to nothing.
    """

    name: str
    disclosure: Disclosure = Disclosure.BOARD
    area: Footprint | None = None
    heights: HeightRules = field(default_factory=HeightRules)
    rules: Rules = field(default_factory=Rules)
    separations: tuple[SeparationRule, ...] = ()
    parties: tuple[Party, ...] = ()
    desks: tuple[Desk, ...] = ()
    places: tuple[Place, ...] = ()
    regions: tuple[Region, ...] = ()
    zones: tuple[Zone, ...] = ()
    third_forces: tuple[ThirdForce, ...] = ()
    former: tuple[Desk, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if all(desk.id != MEDIATOR_DESK for desk in self.desks):
            object.__setattr__(self, "desks", (*self.desks, Desk(MEDIATOR_DESK, "mediator", None)))
        _unique("party", [party.id for party in self.parties])
        _unique("desk", [desk.id for desk in self.desks])
        _unique("place", [p.name for p in self.places] + [r.name for r in self.regions])
        _unique("zone", [zone.id for zone in self.zones])
        _unique("third_force", [force.name for force in self.third_forces])
        self._check_desks()
        self._check_zones()

    def _check_desks(self) -> None:
        parties = {party.id for party in self.parties}
        desks = {desk.id for desk in self.desks}
        for row, desk in enumerate(self.desks):
            if desk.id in parties:
                raise InvalidInput(f"desk[{row}].id", f"«{desk.id}» is a party's id too", "an id of its own")
            if desk.id == MEDIATOR_DESK and desk.party is not None:
                raise InvalidInput(
                    f"desk[{row}].party", f"given «{desk.party}»", "the mediator is no party: leave it out"
                )
            if desk.id != MEDIATOR_DESK and desk.party not in parties:
                raise InvalidInput(f"desk[{row}].party", f"given «{desk.party}»", _one_of(parties))
            for place, other in enumerate(desk.alternates):
                if other not in desks:
                    raise InvalidInput(f"desk[{row}].alternates[{place}]", f"given «{other}»", _one_of(desks))
            if desk.commander is not None and desk.commander not in desks:
                raise InvalidInput(f"desk[{row}].commander", f"given «{desk.commander}»", _one_of(desks))

    def _check_zones(self) -> None:
        parties = {party.id for party in self.parties}
        activities = {*Activity, "*"}
        for row, zone in enumerate(self.zones):
            for place, party in enumerate(zone.parties):
                if party not in parties:
                    raise InvalidInput(f"zone[{row}].parties[{place}]", f"given «{party}»", _one_of(parties))
            for place, activity in enumerate(zone.forbids):
                if activity not in activities:
                    raise InvalidInput(f"zone[{row}].forbids[{place}]", f"given «{activity}»", _one_of(activities))

    @cached_property
    def desk_by_id(self) -> dict[str, Desk]:
        """Every desk, the mediator's too."""
        return {desk.id: desk for desk in self.desks}

    @cached_property
    def _party_by_desk(self) -> dict[str, str | None]:
        return {desk.id: desk.party for desk in (*self.former, *self.desks)}

    @cached_property
    def party_by_id(self) -> dict[str, Party]:
        """Every party."""
        return {party.id: party for party in self.parties}

    @cached_property
    def desks_of(self) -> dict[str, tuple[str, ...]]:
        """The desk ids of each party, as listed."""
        return {party.id: tuple(d.id for d in self.desks if d.party == party.id) for party in self.parties}

    @cached_property
    def place_by_name(self) -> dict[str, Place]:
        """The gazetteer's points."""
        return {place.name: place for place in self.places}

    @cached_property
    def region_by_name(self) -> dict[str, Region]:
        """The gazetteer's areas."""
        return {region.name: region for region in self.regions}

    def party_of(self, desk: str) -> str | None:
        """The party that a desk speaks for, or spoke for when it was one; None for the mediator's."""
        return self._party_by_desk[desk]

    def party_name(self, party: str | None) -> str:
        """A party's name in a sentence; the mediator's for None."""
        return "the mediator" if party is None else self.party_by_id[party].name


def _unique(kind: str, names: Iterable[str]) -> None:
    for name, times in Counter(names).items():
        if times > 1:
            raise InvalidInput(kind, f"«{name}» is there {times} times", "each name once")


def _one_of(names: Iterable[str]) -> str:
    return f"one of {', '.join(sorted(names))}"
