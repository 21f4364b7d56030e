"""Files that a command line names."""

from __future__ import annotations

import sys
from pathlib import Path

from keepclear.errors import InvalidInput, TooLarge

STANDARD_INPUT = "-"
MOST_BYTES = 1_000_000_000


def shown_name(name: str) -> str:
    """The name of a file as errors and tables give it."""
    return "standard input" if name == STANDARD_INPUT else name


def read_bytes(name: str, *, most: int = MOST_BYTES) -> bytes:
    """What a file holds (``-`` is standard input); a file that cannot be read is refused with the system's reason."""
    try:
        if name == STANDARD_INPUT:
            data = sys.stdin.buffer.read(most + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(most + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InvalidInput(shown_name(name), f"cannot be read ({reason})", "a file that can be read") from None
    if len(data) > most:
        raise TooLarge(shown_name(name), f"over {most:,} bytes", f"at most {most:,} bytes")
    return data
