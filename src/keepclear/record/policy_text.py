"""A policy of witnesses as a file, for those who are to judge by it; the verifier only reads them."""

from __future__ import annotations

from keepclear.record.verify.policy import NONE, Policy


def policy_text(policy: Policy) -> str:
    """The policy as a C2SP tlog-policy file: ``parse_policy`` of it is this policy."""
    logs = (f"log {line.key.text}{_blank_and(line.url)}" for line in policy.logs)
    witnesses = (f"witness {line.name} {line.key.text}{_blank_and(line.url)}" for line in policy.witnesses)
    groups = (f"group {group.name} {group.threshold} {' '.join(group.members)}" for group in policy.groups)
    return "".join(f"{line}\n" for line in (*logs, *witnesses, *groups, f"quorum {policy.quorum or NONE}"))


def _blank_and(url: str | None) -> str:
    return "" if url is None else f" {url}"
