"""Packs the EGM96 5′ grid of the PyPI package ``egm96`` 0.3.0 into ``src/keepclear/spacetime/data/egm96_5min.npz``.

    pip download --no-deps --ignore-requires-python egm96==0.3.0
    python -m zipfile -e egm96-0.3.0-py3-none-any.whl unpacked
    python scripts/vendor_egm96.py unpacked/egm96/data/egm96-5.npz

The values are unchanged (whole centimetres); only the packing is ours: bands of 10° of latitude, so that a mechanism
unpacks what it needs and no more, and second differences, which fit one byte each.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

BAND_ROWS = 120
TO = Path(__file__).parents[1] / "src/keepclear/spacetime/data/egm96_5min.npz"


def main(source: str) -> None:
    """Packs the grid in ``source``; stops where it is not laid out as expected."""
    with np.load(source) as packed:
        if packed["latitudes"][0] != -90.0 or packed["longitudes"][0] != -180.0:
            sys.exit(f"{source}: the grid does not start at 90° S, 180° W")
        second = packed["undulation_d2"].astype(np.int32)
    grid = np.cumsum(np.cumsum(second, axis=0), axis=1)
    if not np.array_equal(grid[:, 0], grid[:, -1]):
        sys.exit(f"{source}: the grid does not close at 180°")
    bands: dict[str, np.ndarray] = {}
    for band in range(18):
        rows = grid[band * BAND_ROWS : (band + 1) * BAND_ROWS + 1, :-1]
        northward = np.diff(rows, axis=0)
        eastward = np.diff(northward, axis=1)
        if np.abs(eastward).max() > 127:
            sys.exit(f"{source}: a second difference does not fit one byte")
        bands[f"south_{band:02d}"] = rows[0].astype(np.int16)
        bands[f"west_{band:02d}"] = northward[:, 0].astype(np.int16)
        bands[f"inner_{band:02d}"] = eastward.astype(np.int8)
    np.savez_compressed(TO, allow_pickle=False, **bands)
    print(f"{TO}: {TO.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
