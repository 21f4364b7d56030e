"""``python -m bench [NAME…]``: run the named benches, or all of them."""

from __future__ import annotations

import importlib
import sys

BENCHES = {
    "startup": "bench.startup",
    "host": "bench.host_load",
    "query": "bench.plans_query",
    "durable": "bench.plans_durable",
    "check": "bench.check_files",
    "judge": "bench.judged_pairs",
    "race": "bench.race",
    "resolve": "bench.resolve_day",
    "advise": "bench.advise",
    "recheck": "bench.recheck",
    "replay": "bench.replay_host",
    "surge": "bench.surge_day",
    "stop": "bench.stop_load",
    "receipt": "bench.receipts",
    "verify": "bench.verify_bundle",
    "record": "bench.record",
}
"""Name to module; each module has a ``main() -> int``, 0 when it reached what it must."""


def main() -> int:
    """Run what was asked for; the exit status is 1 when any bench fell short of its goal."""
    names = sys.argv[1:] or list(BENCHES)
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no bench named {', '.join(unknown)}; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    short = [name for name in names if importlib.import_module(BENCHES[name]).main() != 0]
    if short:
        print(f"fell short of its goal: {', '.join(short)}")
    return 1 if short else 0


if __name__ == "__main__":
    raise SystemExit(main())
