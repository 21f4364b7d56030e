"""``python -m tests.fuzz [NAME…] [--seconds S]``: each target for so long, two at a time; 1 if any found a fault.

``python -m tests.fuzz --one NAME CORPUS …`` is one target in this process, with libFuzzer's own options.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

INSTRUMENTED = ("keepclear.record", "keepclear.formats.strict_json", "keepclear.formats.json_place")
"""Whose branches guide the fuzzing."""

TOGETHER = 2
SECONDS = 60
MOST_BYTES = 16_384
SLOWEST_S = 10
MOST_MEMORY_MB = 2_000


def one(name: str, options: list[str]) -> None:
    """This process fuzzes; it ends as libFuzzer says."""
    import atheris

    with atheris.instrument_imports(include=list(INSTRUMENTED)):
        from tests.fuzz.targets import TARGETS, run
    target = TARGETS[name]
    target.seeds()  # what is made once is made before the first input is timed
    atheris.Setup([sys.argv[0], *options], lambda data: run(target, data))
    atheris.Fuzz()


def fuzzed(name: str, seeds: list[bytes], seconds: int, faults: Path) -> tuple[str, int, str]:
    """A target in a process of its own, from its seeds: its exit status, and the last of what it said."""
    with tempfile.TemporaryDirectory(prefix=f"keepclear-fuzz-{name}-") as folder:
        for number, seed in enumerate(seeds):
            (Path(folder) / f"seed-{number}").write_bytes(seed)
        options = [
            f"-max_total_time={seconds}",
            f"-max_len={MOST_BYTES}",
            f"-timeout={SLOWEST_S}",
            f"-rss_limit_mb={MOST_MEMORY_MB}",
            f"-artifact_prefix={faults}/{name}-",
            "-print_final_stats=1",
        ]
        command = [sys.executable, "-m", "tests.fuzz", "--one", name, *options, folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds * 10 + 300)
    return name, done.returncode, done.stdout + done.stderr


def main(arguments: list[str]) -> int:
    """See the module."""
    if arguments[:1] == ["--one"]:
        one(arguments[1], arguments[2:])
        return 0
    from tests.fuzz.targets import TARGETS

    if find_spec("atheris") is None:
        sys.stdout.write("atheris is not installed (it is to be had for Linux): nothing is fuzzed\n")
        return 1 if os.environ.get("CI") else 0
    parser = argparse.ArgumentParser("python -m tests.fuzz")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(TARGETS)}")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="for each target")
    given = parser.parse_args(arguments)
    names = given.names or list(TARGETS)
    if unknown := [name for name in names if name not in TARGETS]:
        parser.error(f"no target {unknown[0]}; there are {', '.join(TARGETS)}")
    faults = Path("test-artefacts") / "fuzz"
    faults.mkdir(parents=True, exist_ok=True)
    failed = 0
    seeds = {name: TARGETS[name].seeds() for name in names}
    with ThreadPoolExecutor(TOGETHER) as pool:
        for name, status, said in pool.map(lambda name: fuzzed(name, seeds[name], given.seconds, faults), names):
            runs = next((line.split()[-1] for line in said.splitlines() if "number_of_executed_units" in line), "?")
            sys.stdout.write(
                f"{name:16} {runs:>9} inputs: {'no fault' if status == 0 else f'FAULT, status {status}'}\n"
            )
            sys.stdout.flush()
            if status != 0:
                failed += 1
                sys.stdout.write("\n".join(said.splitlines()[-40:]) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
