"""Debian's PostgreSQL with PostGIS, started for one bench in a folder of its own, and gone afterwards.

Packages ``postgresql`` and ``postgresql-15-postgis-3`` (or another number). Nothing is installed here: where they are
missing, ``reason_absent`` says so and the benches print it. PostgreSQL refuses to run as root, so then it runs as the
user ``postgres`` that the package made. It listens on a unix socket in its folder only, and syncs as it does by itself.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import shapely

from bench.planar import PlanarRows

SETTINGS = {
    "listen_addresses": "''",
    "shared_buffers": "2GB",
    "maintenance_work_mem": "512MB",
    "effective_cache_size": "6GB",
    "max_wal_size": "8GB",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
    "random_page_cost": "1.1",
    "max_connections": "20",
}
"""Given generously: all data stay in memory, no statement is planned twice, no checkpoint falls into a measurement."""

TABLE = """
CREATE EXTENSION IF NOT EXISTS postgis;
DROP TABLE IF EXISTS volume;
CREATE TABLE volume (plan integer NOT NULL, shape geometry(Polygon) NOT NULL, span int8range NOT NULL,
                     height numrange NOT NULL);
"""
INDEX = "CREATE INDEX volume_space ON volume USING gist (shape, span, height)"
FIND = """
SELECT plan FROM volume
WHERE ST_Intersects(shape, ST_GeomFromWKB(%b)) AND span && int8range(%s, %s)
  AND height && numrange(%s::numeric, %s::numeric)
"""
DECLARE = """
WITH given AS (
    SELECT ST_GeomFromWKB(wkb) AS shape, int8range(s, e) AS span, numrange(f::numeric, c::numeric) AS height
    FROM unnest(%b::bytea[], %b::int8[], %b::int8[], %b::float8[], %b::float8[]) AS row(wkb, s, e, f, c)
), kept AS (INSERT INTO volume SELECT %s, shape, span, height FROM given)
SELECT DISTINCT volume.plan FROM given JOIN volume
  ON ST_Intersects(volume.shape, given.shape) AND volume.span && given.span AND volume.height && given.height
"""
"""What all volumes of a plan meet, and the plan taken in, in one statement and one round trip."""

PORT = 54329
"""Only names the socket in the folder."""

Row = tuple[bytes, int, int, float, float]
"""What one volume is asked or inserted with: polygon (WKB), window (ms), heights (m)."""


def programs() -> Path | None:
    """Where ``initdb`` and ``pg_ctl`` are, the newest version first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def reason_absent() -> str | None:
    """Why PostgreSQL cannot be measured here, or None."""
    where = programs()
    if where is None:
        return "PostgreSQL is not installed (Debian: postgresql, postgresql-15-postgis-3): skipped"
    if not Path("/usr/share/postgresql", where.parts[-2], "extension", "postgis.control").exists():
        return f"PostGIS is not installed (Debian: postgresql-{where.parts[-2]}-postgis-3): skipped"
    if os.geteuid() == 0 and not _has_user("postgres"):
        return "PostgreSQL will not run as root, and there is no user postgres: skipped"
    return None


@contextmanager
def running() -> Iterator[psycopg.Connection[Any]]:
    """A fresh server with PostGIS, and a connection to it that commits by itself."""
    where = programs()
    assert where is not None
    with tempfile.TemporaryDirectory(prefix="keepclear-pg-") as name:
        folder = Path(name)
        data, as_user = folder / "data", ["setpriv", "--pdeathsig=INT"]
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
            as_user += ["--reuid=postgres", "--regid=postgres", "--clear-groups"]
        begin = [where / "initdb", "-D", data, "-A", "trust", "-U", "bench", "--no-locale", "-E", "UTF8"]
        _run([*as_user, *begin], folder)
        with (data / "postgresql.conf").open("a") as file:
            settings = SETTINGS | {"unix_socket_directories": f"'{folder}'", "port": str(PORT)}
            file.writelines(f"{key} = {value}\n" for key, value in settings.items())
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [*as_user, where / "postgres", "-D", data], cwd=folder, stdout=log, stderr=log, start_new_session=True
            )
        try:
            with _connected(name) as link:
                yield link
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()


def _connected(folder: str) -> psycopg.Connection[Any]:
    """A connection, as soon as the server takes one."""
    last = time.monotonic() + 60
    while True:
        try:
            return psycopg.connect(host=folder, port=PORT, user="bench", dbname="postgres", autocommit=True)
        except psycopg.OperationalError:
            if time.monotonic() > last:
                raise
            time.sleep(0.1)


def fill(link: psycopg.Connection[Any], rows: PlanarRows) -> None:
    """The rows in the table, with the index built and statistics taken."""
    link.execute(TABLE)
    step = 20_000
    with link.cursor() as cursor, cursor.copy("COPY volume FROM STDIN") as copy:
        for at in range(0, len(rows.plan), step):
            part = slice(at, at + step)
            texts = shapely.to_wkb(rows.polygon[part], hex=True)
            columns = (rows.plan, rows.start_ms, rows.end_ms, rows.floor_m, rows.ceiling_m)
            for text, plan, start, end, floor, ceiling in zip(texts, *(c[part].tolist() for c in columns), strict=True):
                copy.write_row((plan, text, f"[{start},{end})", f"[{floor},{ceiling})"))
    link.execute(INDEX)
    link.execute("VACUUM ANALYZE volume")
    link.execute("CHECKPOINT")
    warm(link)


def warm(link: psycopg.Connection[Any]) -> None:
    """Table and index into the server's own memory."""
    link.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
    link.execute("SELECT pg_prewarm('volume'), pg_prewarm('volume_space')")


def asked(rows: PlanarRows, numbers: Sequence[int]) -> list[Row]:
    """What the server is asked about these volumes."""
    return [
        (
            shapely.to_wkb(rows.polygon[number]), int(rows.start_ms[number]), int(rows.end_ms[number]),
            float(rows.floor_m[number]), float(rows.ceiling_m[number]),
        )
        for number in numbers
    ]  # fmt: skip


def find(cursor: psycopg.Cursor[Any], row: Row) -> set[int]:
    """The plans of the volumes that meet one volume."""
    return {plan for (plan,) in cursor.execute(FIND, row, prepare=True)}


def declare(cursor: psycopg.Cursor[Any], plan: int, volumes: Sequence[Row]) -> set[int]:
    """The plans that a plan's volumes meet; afterwards they are in the table."""
    columns = [list(column) for column in zip(*volumes, strict=True)]
    return {met for (met,) in cursor.execute(DECLARE, [*columns, plan], prepare=True)}


def _has_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _run(command: Sequence[object], folder: Path) -> None:
    done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        message = f"{command[0]}: {done.stderr.strip() or done.stdout.strip()}"
        raise RuntimeError(message)
