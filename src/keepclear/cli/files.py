"""Files that a command line names."""

from __future__ import annotations

import os
import sys
import tempfile
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


def write_whole(name: str, data: bytes) -> None:
    """Writes a file whole or not at all: what was there before stays until all of the new one is on the disk."""
    path = Path(name)
    draft = ""
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name[:80]}.", delete=False) as file:
            draft = file.name
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        Path(draft).replace(path)
    except (OSError, ValueError) as error:
        if draft:
            Path(draft).unlink(missing_ok=True)
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InvalidInput(name, f"cannot be written ({reason})", "a place where a file can be written") from None


def _umask() -> int:
    """What this process takes away from the rights of the files that it makes."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
