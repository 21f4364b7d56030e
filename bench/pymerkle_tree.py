"""pymerkle at the same work, in an environment of its own: it is GPL and never imported by anything of ours.

Run by ``bench/record.py`` as ``python pymerkle_tree.py FOLDER BATCHES BATCH PROOF_SIZE PROOFS``; prints JSON.
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

from pymerkle import SqliteTree


def main() -> None:
    folder = Path(sys.argv[1])
    batches, batch, size, proofs = map(int, sys.argv[2:])
    entry = b"x" * 1_000
    with SqliteTree(str(folder / "appended.db")) as tree:
        tree.append_entries([entry] * batch)
        began = time.perf_counter()
        for _ in range(batches):
            tree.append_entries([entry] * batch)
            tree.get_root()
        append_s = time.perf_counter() - began
    with SqliteTree(str(folder / "proved.db")) as tree:
        tree.append_entries(b"leaf %d" % index for index in range(size))
        draw = random.Random(1)
        began = time.perf_counter()
        tree.prove_inclusion(1 + draw.randrange(size))
        first_ms = (time.perf_counter() - began) * 1000
        took_ms = []
        for _ in range(proofs):
            index = 1 + draw.randrange(size)
            began = time.perf_counter()
            tree.prove_inclusion(index)
            took_ms.append((time.perf_counter() - began) * 1000)
    print(json.dumps({"appended_per_s": batches * batch / append_s, "first_ms": first_ms, "took_ms": took_ms}))


main()
