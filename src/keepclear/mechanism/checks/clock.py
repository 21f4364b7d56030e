"""``CLOCK_SKEW``: a desk's clock and the host's differ. What was kept while a link was down says nothing of that."""

from __future__ import annotations

from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.checks.case import Finding
from keepclear.mechanism.rules import Rules
from keepclear.mechanism.words import Severity


def clock_skew(rules: Rules, desk: str, party: str | None, about: str, said_ms: int, heard_ms: int) -> Finding | None:
    """The finding when said and heard differ over ``clock_skew_s``; to that desk."""
    skew_s = (said_ms - heard_ms) / 1000
    if abs(skew_s) <= rules.clock_skew_s:
        return None
    side = "ahead of" if skew_s > 0 else "behind"
    return Finding(
        AlertCode.CLOCK_SKEW,
        (desk,),
        Severity.CAUTION,
        (about,),
        f"The clock of {desk} is {abs(skew_s):.0f} s {side} the host's; over {rules.clock_skew_s:g} is too much.",
        (desk,),
        party,
        {"desk": desk, "skew_s": skew_s},
    )
