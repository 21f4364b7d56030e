"""Text as it was typed or pasted, brought to plain characters before a notation is read."""

from __future__ import annotations

import unicodedata

_SAME = str.maketrans("−–‐‑º˚’′ʹ”″“", "----°°'''\"\"\"")


def plain_text(text: str) -> str:
    """Any script's decimal figures as 0 to 9, one kind of dash, quote, degree sign and blank; no marks of direction."""
    shown = []
    for character in text.translate(_SAME):
        kind = unicodedata.category(character)
        if kind == "Nd":
            shown.append(str(unicodedata.decimal(character)))
        elif kind == "Zs":
            shown.append(" ")
        elif kind != "Cf":  # marks of direction, isolates, joiners: they say nothing
            shown.append(character)
    return "".join(shown).replace("''", '"').strip()
