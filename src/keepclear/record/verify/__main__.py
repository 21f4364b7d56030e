"""``python -m keepclear.record.verify BUNDLE``: the verifier by itself, for a machine that has no more of Keepclear."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from keepclear.errors import InvalidInput, KeepclearError
from keepclear.record.verify.check import Asked, verify
from keepclear.record.verify.findings import lines_of
from keepclear.record.verify.note import parse_verifier_key
from keepclear.record.verify.policy import Policy, parse_policy

VERIFIED, FAILED, NO_BUNDLE = 0, 1, 2


def main(arguments: list[str] | None = None) -> int:
    """0 when everything holds, 1 when something does not (a line for each), 2 for what is no bundle."""
    parser = argparse.ArgumentParser("python -m keepclear.record.verify", description=__doc__)
    parser.add_argument("bundle", type=Path)
    parser.add_argument(
        "--key", action="append", default=[], metavar="VKEY", help="the log's key, as you were given it"
    )
    parser.add_argument("--policy", type=Path, metavar="FILE", help="whose cosignatures are asked for (tlog-policy)")
    parser.add_argument("--against", type=Path, metavar="FILE", help="a checkpoint or bundle of before, or of later")
    given = parser.parse_args(arguments)
    try:
        keys = tuple(parse_verifier_key(key) for key in given.key)
        policy = None if given.policy is None else read_policy(given.policy)
        report = verify(given.bundle, Asked(keys, policy, given.against))
    except KeepclearError as error:
        sys.stderr.write(f"{error}\n")
        return NO_BUNDLE
    sys.stdout.write("".join(f"{line}\n" for line in lines_of(report)))
    return VERIFIED if report.is_verified else FAILED


def read_policy(path: Path) -> Policy:
    """The policy in a file; ``InvalidInput`` names it."""
    try:
        return parse_policy(path.read_bytes(), path.name)
    except OSError as error:
        raise InvalidInput(str(path), error.strerror or "it cannot be read", "a tlog-policy file") from None


if __name__ == "__main__":
    sys.exit(main())
