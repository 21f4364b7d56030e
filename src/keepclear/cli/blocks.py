"""What a desk has before it, piece by piece, as a person reads it in the night: used by the inbox and the hand-over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from keepclear.cli.layout import clock, left, marked, print_columns, print_section, print_wrapped
from keepclear.cli.naming import short
from keepclear.cli.output import print_line

Row = dict[str, Any]
SEVERITIES = ("warning", "caution", "advisory")
STOP_OPEN_STATES = ("raised", "standby", "cannot_comply")


def called(notice: Mapping[str, Any]) -> str:
    """A notice's title, or what it is and whose."""
    return str(notice["title"] or f"{notice['activity']} of {notice['from']}")


def show_stops(stops: Sequence[Row], owed: Sequence[Row], me: Mapping[str, Any], side: str, now: str) -> None:
    """Every STOP with how far each side has got, what is due next, and what this desk can type.

    Those that wait for this side's answer come first, closed ones last.
    """
    for stop in sorted(stops, key=lambda one: (one["closed_at"] is not None, not _waits_for(one, side))):
        closed = f", closed {clock(stop['closed_at'], now)}" if stop["closed_at"] else ""
        head = f"STOP {short(stop['id'])} from {stop['from']} at {clock(stop['heard_at'], now)}{closed}"
        print_line(marked(stop, head))
        print_wrapped(stop["reason"], 2)
        if stop["about"] is not None:
            print_line(f"  about {short(stop['about'])}")
        due = {row["desk_or_party"]: row["due_at"] for row in owed if row["subject"] == stop["id"]
               and row["kind"] == "stop_reply" and row["state"] == "open"}  # fmt: skip
        for row in stop["sides"]:
            since = f" since {clock(row['at'], now)} ({row['by']})" if row["at"] else ""
            reply = f", reply due {left(due[row['side']], now)}" if row["side"] in due else ""
            print_line(f"  {row['side']}: {row['state']}{since}{reply}")
        if not stop["closed_at"]:
            _show_next_command(stop, me, side)


def _waits_for(stop: Row, side: str) -> bool:
    return any(row["side"] == side and row["state"] in STOP_OPEN_STATES for row in stop["sides"])


def _show_next_command(stop: Row, me: Mapping[str, Any], side: str) -> None:
    """What this desk types next; whoever raised it closes it, and is told so apart from what is to be answered."""
    state = next((row["state"] for row in stop["sides"] if row["side"] == side), None)
    name = short(stop["id"])
    if _waits_for(stop, side):
        print_line(f"  -> keepclear stop reply {name} complying|cannot_comply|standby")
    elif state == "complying":
        print_line(f"  -> keepclear stop informed {name}")
    elif state == "units_informed":
        print_line(f"  -> keepclear stop ceased {name}")
    elif state is None and stop["party"] == me["party"]:
        print_line(f"  yours; when it has ceased: keepclear stop ceased {name}")


def show_suspensions(suspensions: Sequence[Row], now: str) -> None:
    """What is suspended now."""
    for row in suspensions:
        print_wrapped(marked(row, f"SUSPENDED by {row['by']} since {clock(row['since'], now)}: {row['reason']}"))


def show_alerts(alerts: Sequence[Row], now: str) -> None:
    """Alerts, worst first, each with its sentence."""
    print_section("Alerts", len(alerts))
    for one in sorted(alerts, key=lambda alert: SEVERITIES.index(alert["severity"])):
        cleared = f", cleared {clock(one['cleared_at'], now)}" if one["cleared_at"] else ""
        head = f"{one['severity'].upper()} {one['code']} {short(one['id'])}, {clock(one['raised_at'], now)}{cleared}"
        print_line(f"  {marked(one, head)}")
        print_wrapped(one["why"], 4)


TO_TYPE = {
    "ack": "keepclear ack {}",
    "read_back": "keepclear ack {} --read-back FILE",
    "dissemination": "keepclear ack {} --level disseminated --reached UNIT",
    "stop_reply": "keepclear stop reply {} ANSWER",
    "line_test": "keepclear line test",
    "line_test_reply": "keepclear line reply {}",
    "proposal_answer": "keepclear accept|decline {}",
    "claim": "keepclear say claim --observation {}",
}
"""What answers each kind of obligation."""


def show_owed(title: str, owed: Sequence[Row], now: str, *, ours: bool) -> None:
    """Obligations, the one due first on top; of one's own side, with what to type."""
    print_section(title, len(owed))
    rows = []
    for one in sorted(owed, key=lambda row: str(row["due_at"])):
        due = left(one["due_at"], now) if one["state"] == "open" else one["state"]
        kind = f"EXERCISE {one['kind']}" if one["mode"] == "exercise" else one["kind"]
        last = TO_TYPE.get(one["kind"], "").format(one["about"] if one["kind"] == "claim" else short(one["about"]))
        rows.append((due, kind, short(one["about"]), last if ours else one["desk_or_party"]))
    if rows:
        print_columns(rows, ("Due", "What", "About", "To type" if ours else "By"))


def show_proposals(proposals: Sequence[Row], side: str, now: str) -> None:
    """Proposals, each with what it would change and, for who answers, what to type."""
    print_section("Proposals", len(proposals))
    for one in proposals:
        head = f"{short(one['id'])} from {one['from']} to {one['to_answer']}, {clock(one['heard_at'], now)}"
        print_line(f"  {marked(one, head)}: {one['state']}")
        clears = "clears the conflict" if one["clears"] else "does not clear the conflict"
        meets = f", meets {one['still_meets']} other" if one["still_meets"] else ""
        reason = f" «{one['reason']}»" if one["reason"] else ""
        print_wrapped(f"{change_words(one['change'])}; {clears}{meets}.{reason}", 4)
        if one["state"] == "open" and one["to_answer"] == side:
            print_line(f"    -> keepclear accept {short(one['id'])}, or decline")


def change_words(change: Mapping[str, Any]) -> str:
    """A proposed change in a line."""
    said = [f"notice {short(change['notice'])}"]
    if "shift_min" in change:
        shift = change["shift_min"]
        said.append(f"{abs(shift):g} min {'later' if shift > 0 else 'earlier'}")
    said += [f"{key} {change[key]}" for key in ("floor", "ceiling") if key in change]
    if "envelope" in change:
        said.append("another envelope")
    return f"{said[0]}: {', '.join(said[1:])}"


def show_notices(notices: Sequence[Row], now: str) -> None:
    """Notices, and who has not got those of one's own side."""
    print_section("Notices", len(notices))
    rows = [(short(one["id"]), one["state"], clock(one["start"], now), clock(one["end"], now),
             _with_missing(one)) for one in notices]  # fmt: skip
    if rows:
        print_columns(rows, ("Id", "State", "Start", "End", "Notice"))


def _with_missing(notice: Row) -> str:
    text = f"{marked(notice, called(notice))}, {notice['from']}"
    if not notice["missing"]:
        return f"{text}. Ready." if notice["ready"] and notice["state"] in ("heard", "active") else text
    lacks = "; ".join(f"{row['side']} lacks {', '.join(row['lacks'])}" for row in notice["missing"])
    return f"NOT READY: {lacks}. {text}"
