"""The one table of alert codes: severity, audience, rules, meaning, what may be done, and the check that finds each.

The mechanism runs it, ``docs/reference/alerts.md`` is rendered from it, the tests walk it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from keepclear.mechanism.alert import AlertCode
from keepclear.mechanism.checks.acknowledgement import no_ack
from keepclear.mechanism.checks.area_text import area_text_mismatch
from keepclear.mechanism.checks.calls import contact_unreachable
from keepclear.mechanism.checks.case import Case, Finding
from keepclear.mechanism.checks.clock import clock_skew
from keepclear.mechanism.checks.conflict import conflict
from keepclear.mechanism.checks.contradiction import contradiction
from keepclear.mechanism.checks.delivery import no_delivery
from keepclear.mechanism.checks.key import key_changed
from keepclear.mechanism.checks.late import after_start, late_notice
from keepclear.mechanism.checks.line import desk_unattended, line_unattended
from keepclear.mechanism.checks.observation import unclaimed_object, unnotified_entry
from keepclear.mechanism.checks.proposal import proposal_unanswered
from keepclear.mechanism.checks.receipt import no_readback, not_disseminated, not_understood, readback_mismatch
from keepclear.mechanism.checks.rule_zone import rule_zone
from keepclear.mechanism.checks.serials import serial_gap
from keepclear.mechanism.checks.stop import stop_open, stop_overdue
from keepclear.mechanism.checks.suspect_coord import suspect_coord
from keepclear.mechanism.checks.third_force import third_party_gap
from keepclear.mechanism.checks.vague import vague_area, vague_time


class Moment(StrEnum):
    """When a check looks."""

    VERSION = "each version of a notice"
    OTHERS = "each version of a notice, and when another notice comes or goes"
    DEADLINE = "a deadline"
    STATEMENT = "each statement"


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One code. ``severity`` and ``to`` are for reading («besides the mediator, who gets every warning»)."""

    code: AlertCode
    severity: str
    to: str
    moment: Moment
    rules: tuple[str, ...]
    meaning: str
    may_do: tuple[str, ...]
    check: Callable[..., object]


_TALK = "Call the other desk; the line stays open."

ALERT_TABLE: dict[AlertCode, AlertRow] = {
    row.code: row
    for row in (
        AlertRow(
            AlertCode.LATE_NOTICE,
            "caution; warning under the shorter lead",
            "sender, addressees",
            Moment.VERSION,
            ("late_notice_min", "late_warning_min"),
            "The notice was heard less than the agreed time before its start; "
            "`medevac`, `sar` and `firefight` are spared.",
            ("Move the start later with an amendment.", "Call the addressees to see that they have read it."),
            late_notice,
        ),
        AlertRow(
            AlertCode.AFTER_START,
            "warning",
            "sender, addressees",
            Moment.VERSION,
            (),
            "The notice, or what an amendment adds, was heard after its start.",
            ("Call the addressees at once.", "Hold the activity until somebody there has acknowledged."),
            after_start,
        ),
        AlertRow(
            AlertCode.VAGUE_AREA,
            "caution",
            "sender, addressees",
            Moment.VERSION,
            ("vague_area_km2",),
            "The notice has no envelope, or its area is so large that nobody can keep clear of it.",
            ("Amend with the area that is really needed.",),
            vague_area,
        ),
        AlertRow(
            AlertCode.VAGUE_TIME,
            "caution",
            "sender, addressees",
            Moment.VERSION,
            ("vague_time_h",),
            "A window is so long that nobody can keep clear of it.",
            ("Amend with shorter windows, one volume each.",),
            vague_time,
        ),
        AlertRow(
            AlertCode.AREA_TEXT_MISMATCH,
            "warning",
            "sender, addressees",
            Moment.VERSION,
            ("place_tolerance_km", "place_tolerance_pct", "bearing_tolerance_deg"),
            "The place in words and the envelope in figures disagree.",
            ("Find out which of the two is meant; until then keep clear of both.", "Amend the one that is wrong."),
            area_text_mismatch,
        ),
        AlertRow(
            AlertCode.SUSPECT_COORD,
            "warning",
            "sender",
            Moment.VERSION,
            ("jump_km",),
            "The envelope is outside the mechanism's area, or an amendment moved it improbably far.",
            ("Read the coordinates again, longitude first.", "Amend if a figure is wrong."),
            suspect_coord,
        ),
        AlertRow(
            AlertCode.CONFLICT_4D,
            "caution; warning when near",
            "every desk of both parties",
            Moment.OTHERS,
            ("conflict_warning_min",),
            "Live notices of two parties overlap in area, height and time, with the separation that the rules keep.",
            ("Amend: another time, height or area.", _TALK),
            conflict,
        ),
        AlertRow(
            AlertCode.RULE_ZONE,
            "warning",
            "sender, the other parties of the zone",
            Moment.VERSION,
            (),
            "The notice enters a standing zone that forbids its activity there and then.",
            ("Amend to stay out of the zone.", "State the purpose, if it is one that the zone excepts."),
            rule_zone,
        ),
        AlertRow(
            AlertCode.THIRD_PARTY_GAP,
            "advisory",
            "sender, addressees",
            Moment.OTHERS,
            (),
            "The envelope meets the area of a force that is on no line and that no live notice covers.",
            ("Name the force in `covers` if you speak for it.", "Ask the mediator who can reach it."),
            third_party_gap,
        ),
        AlertRow(
            AlertCode.NO_DELIVERY,
            "warning",
            "sender",
            Moment.DEADLINE,
            ("delivery_s",),
            "A notice, amendment or cancellation has not reached an addressed desk's machine "
            "(a party that is addressed: any desk of it).",
            ("Call that desk by telephone.", "Address another desk of the party."),
            no_delivery,
        ),
        AlertRow(
            AlertCode.NO_ACK,
            "caution; FLASH and IMMEDIATE warning",
            "sender, addressee",
            Moment.DEADLINE,
            ("ack_flash_min", "ack_immediate_min", "ack_priority_min", "ack_routine_min"),
            "No person of an addressed party has acknowledged in time.",
            ("Addressee: acknowledge what you have read.", "Sender: call; do not take silence for knowledge."),
            no_ack,
        ),
        AlertRow(
            AlertCode.NO_READBACK,
            "caution",
            "sender, addressee",
            Moment.DEADLINE,
            ("ack_flash_min", "ack_immediate_min", "ack_priority_min", "ack_routine_min"),
            "A read-back was asked for, and none came within the same time again after a person's acknowledgement.",
            ("Addressee: read it back as you have it.", "Sender: call, and have it read back."),
            no_readback,
        ),
        AlertRow(
            AlertCode.READBACK_MISMATCH,
            "warning",
            "sender, addressee",
            Moment.STATEMENT,
            ("readback_m", "readback_min", "readback_ft"),
            "What was read back is not what was said.",
            ("Find out together which is meant; both figures stand side by side.", "Read it back again."),
            readback_mismatch,
        ),
        AlertRow(
            AlertCode.NOT_UNDERSTOOD,
            "warning",
            "sender",
            Moment.STATEMENT,
            (),
            "The recipient says that it has not understood.",
            ("Call the other desk, with an interpreter if there is need.", "Amend with plainer words."),
            not_understood,
        ),
        AlertRow(
            AlertCode.NOT_DISSEMINATED,
            "warning",
            "sender, addressee",
            Moment.DEADLINE,
            ("dissemination_h",),
            "A level in `must_reach` was not reported reached by the start, or in the time that the rules give.",
            ("Addressee: pass it on and report.", "Sender: hold the activity until it has reached them."),
            not_disseminated,
        ),
        AlertRow(
            AlertCode.CONTACT_UNREACHABLE,
            "warning",
            "caller, called",
            Moment.STATEMENT,
            ("calls_unanswered", "calls_window_min"),
            "A call about a STOP went unanswered, or too many calls did.",
            ("Try another desk of that party.", "Ask the mediator to reach them."),
            contact_unreachable,
        ),
        AlertRow(
            AlertCode.STOP_OPEN,
            "warning",
            "every desk of the addressee, sender",
            Moment.STATEMENT,
            (),
            "A STOP was raised: life is at risk, and all is to cease.",
            (
                "Any desk of the addressee: answer it now.",
                "Tell the units, and report that you have.",
                "Report ceased.",
            ),
            stop_open,
        ),
        AlertRow(
            AlertCode.STOP_OVERDUE,
            "warning",
            "rung by rung: the addressed desks, their alternates, the mediator, the commander; then all, each minute",
            Moment.DEADLINE,
            ("stop_reply_s", "stop_rung_s"),
            "Nobody of an addressed party has answered a STOP.",
            ("Whoever you are of that party: answer it.", "Sender: call; the mediator calls too."),
            stop_overdue,
        ),
        AlertRow(
            AlertCode.UNNOTIFIED_ENTRY,
            "warning",
            "the zone's parties, all others",
            Moment.STATEMENT,
            (),
            "Something was observed inside a standing zone that no live notice of its kind explains.",
            ("Claim it if it is yours.", "Keep clear of it; call the mediator."),
            unnotified_entry,
        ),
        AlertRow(
            AlertCode.UNCLAIMED_OBJECT,
            "warning",
            "all",
            Moment.DEADLINE,
            ("claim_min",),
            "No party says that an observed object is theirs.",
            ("Claim it, or say that it is not yours.", "Keep clear of it."),
            unclaimed_object,
        ),
        AlertRow(
            AlertCode.LINE_UNATTENDED,
            "warning",
            "tester, tested",
            Moment.DEADLINE,
            ("line_test_min",),
            "A test of the line went without reply.",
            ("Tested: answer.", "Tester: call by telephone; tell the mediator."),
            line_unattended,
        ),
        AlertRow(
            AlertCode.DESK_UNATTENDED,
            "caution",
            "alternates, commander and other desks of its party, the mediator",
            Moment.DEADLINE,
            ("unattended_min",),
            "The last person has signed off from a desk, and nobody has taken over.",
            ("Sign on.", "Take its line at another desk until somebody does."),
            desk_unattended,
        ),
        AlertRow(
            AlertCode.PROPOSAL_UNANSWERED,
            "caution, then warning; FLASH and IMMEDIATE warning",
            "proposer, desks of the answering party; then the mediator; then the commanders",
            Moment.DEADLINE,
            ("ack_flash_min", "ack_immediate_min", "ack_priority_min", "ack_routine_min"),
            "A proposal to settle a conflict has waited longer than its precedence allows.",
            ("Accept, decline, or propose otherwise.", "Proposer: call."),
            proposal_unanswered,
        ),
        AlertRow(
            AlertCode.CONTRADICTION,
            "advisory",
            "both who gave the accounts",
            Moment.STATEMENT,
            (),
            "Two accounts of one fact differ: positions by over 100 m, times by over a minute, anything else at all.",
            ("Compare your records.", "Leave both to stand; a joint review settles it."),
            contradiction,
        ),
        AlertRow(
            AlertCode.SERIAL_GAP,
            "caution",
            "sender",
            Moment.STATEMENT,
            (),
            "A desk's serial jumps: something it said has not been heard.",
            ("Send what is missing, with the serials it was given.",),
            serial_gap,
        ),
        AlertRow(
            AlertCode.CLOCK_SKEW,
            "caution",
            "sender",
            Moment.STATEMENT,
            ("clock_skew_s",),
            "What a desk says and when it is heard differ too much on a live link.",
            ("Set the desk's clock.",),
            clock_skew,
        ),
        AlertRow(
            AlertCode.KEY_CHANGED,
            "advisory; warning for a key that no key before it vouches for, or that the host's operator retired",
            "every desk",
            Moment.STATEMENT,
            (),
            "A desk's key was enrolled or revoked; what the desk says is known by its key.",
            (
                "Compare the fingerprint by voice with the desk, over a line that does not run through the host.",
                "Acknowledge when it is the same.",
            ),
            key_changed,
        ),
    )
}
"""Every code that is raised."""

VersionCheck = Callable[[Case], list[Finding]]

VERSION_CHECKS: dict[AlertCode, VersionCheck] = {
    AlertCode.LATE_NOTICE: late_notice,
    AlertCode.AFTER_START: after_start,
    AlertCode.VAGUE_AREA: vague_area,
    AlertCode.VAGUE_TIME: vague_time,
    AlertCode.AREA_TEXT_MISMATCH: area_text_mismatch,
    AlertCode.SUSPECT_COORD: suspect_coord,
    AlertCode.RULE_ZONE: rule_zone,
}
"""The checks that need nothing but the notice itself: run on each version. (A test holds it to ``ALERT_TABLE``.)"""
