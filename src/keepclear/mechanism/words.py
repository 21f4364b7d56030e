"""The fixed words of the trade that statements, rules and alerts are written in (contract §3 and §4)."""

from __future__ import annotations

from enum import StrEnum

MEDIATOR_DESK = "mediator.duty"
"""The mediator's desk. It always exists, always hears, and belongs to no party."""


class Activity(StrEnum):
    """What is going to happen in an envelope."""

    FIXED_WING = "fixed_wing"
    ROTARY = "rotary"
    UAS = "uas"
    GROUND = "ground"
    MARITIME = "maritime"
    LIVE_FIRE = "live_fire"
    LAUNCH = "launch"
    LASER = "laser"
    EMITTER = "emitter"
    WORKS = "works"
    SITE_VISIT = "site_visit"
    MEDEVAC = "medevac"
    SAR = "sar"
    FIREFIGHT = "firefight"
    HUMANITARIAN = "humanitarian"
    CIVIL = "civil"
    OTHER = "other"


LIFE_SAVING = frozenset({Activity.MEDEVAC, Activity.SAR, Activity.FIREFIGHT})
"""Activities that cannot be announced an hour ahead, and are spared from ``LATE_NOTICE``."""

PROTECTED = LIFE_SAVING | {Activity.HUMANITARIAN, Activity.SITE_VISIT}
"""Activities whose notices pass while the mechanism is suspended: people would be at risk without them."""


class Precedence(StrEnum):
    """How urgent a statement is; the acknowledgement clocks hang on it (ACP 127)."""

    FLASH = "FLASH"
    IMMEDIATE = "IMMEDIATE"
    PRIORITY = "PRIORITY"
    ROUTINE = "ROUTINE"


class Mode(StrEnum):
    """Whether a statement is meant; the two never mix."""

    LIVE = "live"
    EXERCISE = "exercise"


class Disclosure(StrEnum):
    """Who sees a notice: its addressees (``board``), or the mediator alone (``broker``)."""

    BOARD = "board"
    BROKER = "broker"


class Severity(StrEnum):
    """How much an alert asks of who gets it."""

    ADVISORY = "advisory"
    CAUTION = "caution"
    WARNING = "warning"

    @property
    def rank(self) -> int:
        """0, 1 or 2: a higher one asks for more."""
        return ("advisory", "caution", "warning").index(self.value)


class AckLevel(StrEnum):
    """What an acknowledgement says: seen by a person, understood or not, passed on to units."""

    PERSON = "person"
    UNDERSTOOD = "understood"
    NOT_UNDERSTOOD = "not_understood"
    DISSEMINATED = "disseminated"


class CallResult(StrEnum):
    """How a telephone call went."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    REFUSED = "refused"


class StopAnswer(StrEnum):
    """What the addressee of a STOP says to it."""

    COMPLYING = "complying"
    CANNOT_COMPLY = "cannot_comply"
    STANDBY = "standby"
