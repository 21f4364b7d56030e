"""TOML read under guard: any bytes give a table, or a refusal with its line."""

from __future__ import annotations

import tomllib
from typing import Any

from keepclear.errors import InvalidInput, TooLarge

MOST_BYTES = 20_000_000


def toml_table(data: bytes) -> dict[str, Any]:
    """The table of a TOML document; what is no TOML is refused with the line that the reader stopped at."""
    if len(data) > MOST_BYTES:
        raise TooLarge("", f"{len(data):,} bytes", f"at most {MOST_BYTES:,} bytes")
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        line_number = data.count(b"\n", 0, error.start) + 1
        raise InvalidInput(f"line {line_number}", f"byte {error.start} is no UTF-8", "text in UTF-8") from None
    except RecursionError:
        raise TooLarge("", "tables or lists nested too deep", "a file as the reference describes it") from None
    except ValueError as error:
        raise InvalidInput("", f"no TOML: {error}", "a TOML file") from None
