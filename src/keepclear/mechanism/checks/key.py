"""``KEY_CHANGED``: a desk's key was enrolled or revoked. Until two people have compared it, it is the host's word."""

from __future__ import annotations

from keepclear.mechanism.agreement import Agreement
from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.checks.case import Finding
from keepclear.mechanism.key import DeskKey
from keepclear.mechanism.words import Severity
from keepclear.record.fingerprint import fingerprint

ENROLLED = "enrolled"
REVOKED = "revoked"


def key_changed(agreement: Agreement, key: DeskKey, *, is_again_first: bool = False) -> Finding:
    """The finding for a key as it is now, to every desk; ``is_again_first``: all keys before it were revoked, or it was
    itself retired by nobody's signature.
    """
    shown = fingerprint(key.kid)
    if key.is_valid:
        what, about = ENROLLED, key.enrolled_in
        vouched = "signed by its key before" if key.vouched_by is not None else "which no key before it vouches for"
        why = f"{key.desk} has a new key, {vouched}: {shown}."
    else:
        what, about = REVOKED, key.retired_in or key.enrolled_in
        why = f"{key.retired_by} has revoked a key of {key.desk}: {shown}."
    return Finding(
        AlertCode.KEY_CHANGED,
        (key.desk, key.kid, what),
        Severity.WARNING if is_again_first else Severity.ADVISORY,
        (about,),
        why,
        tuple(agreement.desk_by_id),
        agreement.party_of(key.desk),
        {"desk": key.desk, "kid": key.kid, "fingerprint": shown, "what": what, "vouched_by": key.vouched_by},
        shared=True,
    )
