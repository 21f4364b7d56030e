"""What would clear a conflict that stands: advice to each side, worked out when it is asked for, as of now.

It is worked out of what is live and not of what was heard before, so it is no part of the record. What it is checked
against is everything: the live notices of all other parties in its mode, the standing zones that forbid the notice's
activity, and the mechanism's area. ``disclosure`` says who may see it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from keepclear.detection.advice.advise import advise
from keepclear.detection.advice.around import Surroundings
from keepclear.detection.advice.limits import COARSE, FINE, Limits
from keepclear.detection.advice.option import Advice, applied
from keepclear.detection.plan import Plan
from keepclear.detection.zones import zone_volume
from keepclear.mechanism.agreement import Agreement, Zone
from keepclear.mechanism.alert import Alert, AlertCode
from keepclear.mechanism.bodies import NoticeBody
from keepclear.mechanism.checks.rule_zone import binds
from keepclear.mechanism.evaluation import plan_of
from keepclear.mechanism.ledger import Ledger
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.words import Disclosure


@dataclass(frozen=True, slots=True)
class SideAdvice:
    """The options of one party: changes of its own notice, cheapest first.

    ``cut``: the search was ended for its length, so that there may be more of them, or smaller ones.
    """

    party: str
    notice: str
    options: tuple[Advice, ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class WaysOut:
    """Advice on one conflict, to one side or to both. ``limits`` are those it was worked out in."""

    alert: Alert
    sides: tuple[SideAdvice, ...]
    limits: Limits


def limits_for(agreement: Agreement, party: str | None) -> Limits:
    """Steps as fine as the answer may be: coarse for a party under ``broker``, fine for all who see both sides."""
    return COARSE if party is not None and agreement.disclosure is Disclosure.BROKER else FINE


@dataclass(frozen=True, slots=True)
class _Side:
    """One side as it was when it was asked about: its plan, the other's, all that is near, and what was said there."""

    party: str
    notice: str
    own: Plan | None
    other: Plan | None
    around: Surroundings
    said: dict[str, NoticeBody]

    def worked_out(self, at_ms: int, limits: Limits) -> SideAdvice:
        """Its options."""
        if self.own is None or self.other is None:
            return SideAdvice(self.party, self.notice, (), cut=False)
        found = advise(self.own, self.other, self.around, at_ms=at_ms, limits=limits)
        return SideAdvice(self.party, self.notice, found.options, found.cut)

    def still(self, before: SideAdvice) -> SideAdvice:
        """Of what was worked out before, that which clears now; there may be more, or smaller changes."""
        own = self.own
        kept = () if own is None else tuple(each for each in before.options if self._clears(applied(own, each)))
        return SideAdvice(self.party, self.notice, kept, cut=own is not None)

    def _clears(self, plan: Plan) -> bool:
        assert self.own is not None  # noqa: S101 - ``still`` asks only where there is one
        may_leave = not self.around.keeps_inside(self.own)
        return not self.around.in_the_way(plan) and (may_leave or self.around.keeps_inside(plan))


@dataclass(frozen=True, slots=True)
class AskedWaysOut:
    """A question about one conflict with a copy of all that its answer hangs on: it can be worked out anywhere."""

    alert: Alert
    agreement: Agreement
    at_ms: int
    limits: Limits
    sides: tuple[_Side, ...]

    def worked_out(self) -> WaysOut:
        """The advice, as of when it was asked for."""
        sides = tuple(side.worked_out(self.at_ms, self.limits) for side in self.sides)
        return WaysOut(self.alert, sides, self.limits)

    def same_as(self, earlier: AskedWaysOut) -> bool:
        """True when the answer to an earlier question is one to this: nothing near either side was said since."""
        return (
            self.agreement is earlier.agreement
            and (self.alert.key, self.alert.is_open) == (earlier.alert.key, earlier.alert.is_open)
            and [(side.notice, side.said) for side in self.sides]
            == [(side.notice, side.said) for side in earlier.sides]
        )

    def still(self, before: WaysOut) -> WaysOut:
        """What of an answer to an earlier question stands as of this one; each side says that it was cut."""
        earlier = {side.notice: side for side in before.sides}
        sides = tuple(side.still(earlier[side.notice]) for side in self.sides if side.notice in earlier)
        return WaysOut(self.alert, sides, before.limits)


def ask_ways_out(ledger: Ledger, alert: Alert, party: str | None, at_ms: int) -> AskedWaysOut | None:
    """What clears a conflict, asked for a party of its own side, for the mediator (None) of both; None if it is none.

    A conflict that has cleared needs no advice: its sides have no options.
    """
    if alert.code is not AlertCode.CONFLICT_4D:
        return None
    limits = limits_for(ledger.agreement, party)
    a, b = (ledger.notices[name] for name in alert.key)
    sides = tuple(
        _side(ledger, own, other, limits, is_open=alert.is_open)
        for own, other in ((a, b), (b, a))
        if party in (None, own.party)
    )
    return AskedWaysOut(alert, ledger.agreement, at_ms, limits, sides)


def _side(ledger: Ledger, own: Notice, other: Notice, limits: Limits, *, is_open: bool) -> _Side:
    mine, theirs = plan_of(own), plan_of(other)
    said = {own.id: own.body, other.id: other.body}

    def keep(ids: Collection[str]) -> Callable[[str], Plan]:
        notices = {name: ledger.notices[name] for name in sorted(ids)}
        said.update((name, notice.body) for name, notice in notices.items())
        return lambda name: _live_plan(notices[name])

    around = _surroundings(ledger, own, keep)
    if mine is None or theirs is None or not is_open:
        return _Side(own.party, own.id, None, None, around, said)
    return _Side(own.party, own.id, mine, theirs, around.frozen(mine, limits), said)


def _surroundings(
    ledger: Ledger, own: Notice, keep: Callable[[Collection[str]], Callable[[str], Plan]]
) -> Surroundings:
    agreement = ledger.agreement
    return Surroundings(
        ledger.plans[own.mode],
        lambda name: _live_plan(ledger.notices[name]),
        agreement.separations,
        agreement.heights,
        tuple(_standing(zone) for zone in agreement.zones if binds(own, zone)),
        agreement.area,
        keep,
    )


def _live_plan(notice: Notice) -> Plan:
    plan = plan_of(notice)
    if plan is None:
        message = f"{notice.id} is in the index and has no envelope"
        raise AssertionError(message)
    return plan


def _standing(zone: Zone) -> Plan:
    volume = zone_volume(zone.footprint, zone.floor, zone.ceiling, zone.start_ms, zone.end_ms)
    return Plan(f"zone {zone.id}", "", "", (volume,))
