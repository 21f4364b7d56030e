"""Altitudes: a number is nothing without what it is measured from, so both are always together.

Written as in the trade: ``SFC`` · ``UNL`` · ``FL250`` · ``15000 ft AMSL`` · ``4500 m AMSL`` · ``300 ft AGL`` ·
``1500 m HAE``. How altitudes of different datums are compared is in ``heights``.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Literal

from keepclear.errors import InvalidInput

FOOT_M = 0.3048
"""The international foot, exact (1959)."""

Unit = Literal["ft", "m", "FL", ""]
_UNIT_M: dict[Unit, float] = {"ft": FOOT_M, "m": 1.0, "FL": 100 * FOOT_M, "": 1.0}


class Datum(StrEnum):
    """What an altitude is measured from."""

    SFC = "SFC"
    """The surface itself: below everything that flies, and no number."""
    UNL = "UNL"
    """Unlimited: above everything, and no number."""
    FL = "FL"
    """Hundreds of feet of pressure altitude above 1013.25 hPa."""
    AMSL = "AMSL"
    """Above mean sea level, for which EGM96 stands."""
    AGL = "AGL"
    """Above the ground below."""
    HAE = "HAE"
    """Above the WGS84 ellipsoid."""


@dataclass(frozen=True, slots=True)
class Altitude:
    """One altitude as it was said; ``str()`` gives the same notation back."""

    datum: Datum
    value: Annotated[float, "in unit"] = 0.0
    unit: Unit = ""

    @property
    def metres(self) -> float:
        """Metres in its own datum (pressure metres for a flight level); −∞ for ``SFC`` and +∞ for ``UNL``."""
        if self.datum is Datum.SFC:
            return -math.inf
        if self.datum is Datum.UNL:
            return math.inf
        return self.value * _UNIT_M[self.unit]

    def __str__(self) -> str:
        if self.datum in (Datum.SFC, Datum.UNL):
            return self.datum.value
        if self.datum is Datum.FL:
            return f"FL{self.value:03.0f}" if self.value.is_integer() else f"FL{_number(self.value)}"
        return f"{_number(self.value)} {self.unit} {self.datum.value}"


SURFACE = Altitude(Datum.SFC)
UNLIMITED = Altitude(Datum.UNL)

_RIGHT = "write SFC, UNL, FL250, 15000 ft AMSL, 4500 m AMSL, 300 ft AGL or 1500 m HAE"
_BEYOND = 1e9
"""Where nine digits end: decimals that round up to it could not be read back as they are written."""

_LEVEL = re.compile(r"FL\s*(\d{1,4}(?:\.\d{1,6})?)", re.ASCII | re.IGNORECASE)
_HEIGHT = re.compile(
    r"([+-]?\d{1,9}(?:\.\d{1,9})?)(?:\s*(ft|m)\b)?(?:\s*\b(AMSL|AGL|HAE)\b)?", re.ASCII | re.IGNORECASE
)


def parse_altitude(value: object, field: str) -> Altitude:
    """The altitude that a string says, in any case and spacing.

    A number without a datum is refused, for it passes one datum off as another. Below sea level and below the ellipsoid
    are places; below ground and below FL000 are none. Raises ``InvalidInput``.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise InvalidInput(field, f"{value} has neither unit nor datum", _RIGHT)
    if not isinstance(value, str):
        raise InvalidInput(field, f"{_shown(value)} is no altitude", _RIGHT)
    try:
        return _from_text(value)
    except InvalidInput as refusal:
        raise InvalidInput(field, refusal.given, refusal.expected) from None


@lru_cache(maxsize=4096)
def _from_text(value: str) -> Altitude:
    """The altitude of a text: few are said, and again and again. Refusals are without a field."""
    field = ""
    text = value.strip()
    if text.upper() in (Datum.SFC, Datum.UNL):
        return Altitude(Datum(text.upper()))
    if level := _LEVEL.fullmatch(text):
        return Altitude(Datum.FL, float(level.group(1)), "FL")
    height = _HEIGHT.fullmatch(text)
    if height is None:
        raise InvalidInput(field, f"{_shown(value)} is no altitude", _RIGHT)
    number, unit, datum = height.groups()
    if datum is None:
        raise InvalidInput(field, f"{_shown(value)} does not say what it is measured from", _RIGHT)
    if unit is None:
        raise InvalidInput(field, f"{_shown(value)} does not say whether it is feet or metres", _RIGHT)
    metres_or_feet = float(number) + 0.0  # +0.0 turns a written «-0» into 0
    if abs(metres_or_feet) >= _BEYOND:
        raise InvalidInput(field, f"{_shown(value)} is no altitude that anything has", _RIGHT)
    if datum.upper() == Datum.AGL and metres_or_feet < 0:
        raise InvalidInput(field, f"{_shown(value)} is below the ground", "give 0 or more, or another datum")
    return Altitude(Datum(datum.upper()), metres_or_feet, "ft" if unit.lower() == "ft" else "m")


def _number(value: float) -> str:
    if value.is_integer():
        return str(int(value))
    return f"{value:.9f}".rstrip("0")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
