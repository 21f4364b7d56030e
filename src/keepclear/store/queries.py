"""SQL by name, from ``sql/queries.sql``, and the numbered migrations beside it.

A query is a line ``-- name: <name>`` and the text up to the next one. SQL stays in files so that an engineer of a party
can read all of it in one place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step from an older schema to a newer one: its number, its name and the SQL that makes it."""

    number: int
    name: str
    sql: str


@cache
def queries() -> dict[str, str]:
    """Every query of ``sql/queries.sql`` by its name."""
    text = (resources.files("keepclear.store") / "sql" / "queries.sql").read_text(encoding="utf-8")
    pieces = _NAME.split(text)[1:]
    return {name: sql.strip() for name, sql in zip(pieces[::2], pieces[1::2], strict=True)}


@cache
def migrations() -> tuple[Migration, ...]:
    """The migrations in order; file names are ``<number>_<name>.sql``."""
    folder = resources.files("keepclear.store") / "sql" / "migrations"
    found = []
    for path in folder.iterdir():
        number, _, rest = path.name.partition("_")
        if path.name.endswith(".sql"):
            found.append(Migration(int(number), rest.removesuffix(".sql"), path.read_text(encoding="utf-8")))
    return tuple(sorted(found, key=lambda migration: migration.number))
