"""Heights as they are read out, brought to the contract's altitudes. A height without its datum is refused."""

from __future__ import annotations

import re

from keepclear.errors import InvalidInput
from keepclear.formats.notation.characters import plain_text
from keepclear.spacetime.altitude import Altitude, parse_altitude

_WORDS: tuple[tuple[str, str], ...] = (
    (r"FLIGHT\s+LEVEL", "FL"),
    (r"(?:ABOVE\s+)?MEAN\s+SEA\s+LEVEL|MSL", "AMSL"),
    (r"ABOVE\s+GROUND(?:\s+LEVEL)?", "AGL"),
    (r"ABOVE\s+(?:THE\s+)?(?:WGS84\s+)?ELLIPSOID", "HAE"),
    (r"FEET|FOOT", "FT"),
    (r"METRES?|METERS?", "M"),
    (r"SURFACE|GROUND|GND", "SFC"),
    (r"UNLIMITED", "UNL"),
)
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:[ ,]\d{3})+(?![\d,])")


def parse_height(value: object, field: str) -> Altitude:
    """The altitude that a string says: the contract's notation, or ``flight level 250``, ``15,000 feet AMSL``.

    Thousands may be parted by a comma or a blank; a comma is never a decimal point. Raises ``InvalidInput``.
    """
    if not isinstance(value, str) or len(value) > 60:
        return parse_altitude(value, field)
    text = plain_text(value).upper()
    if re.search(r"\bANGELS?\b", text):
        right = "give feet or metres with AMSL, AGL or HAE, or a flight level"
        raise InvalidInput(field, f"{value!r}: angels have no datum", right)
    for pattern, word in _WORDS:
        text = re.sub(rf"\b(?:{pattern})\b", word, text)
    text = _GROUPED.sub(lambda group: re.sub("[ ,]", "", group[0]), text)
    if "," in text:
        raise InvalidInput(field, f"{value!r} has a comma that parts no thousands", "write decimals with a point")
    return parse_altitude(" ".join(text.split()), field)
