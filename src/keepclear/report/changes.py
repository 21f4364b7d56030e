"""What a desk was shown, in words: each change as the desk had it on its screen, said once, by what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from keepclear.report.sentences import LEVELS, change_words, ms_of, statement_words
from keepclear.report.subject import Subject
from keepclear.report.walk import Told, View
from keepclear.report.writing import SECOND_MS, Clock, harmless, listed, named, quoted

OWED = {
    "ack": "an acknowledgement of {}",
    "read_back": "a read-back of {}",
    "dissemination": "word that {} was passed on",
    "stop_reply": "an answer to {}",
    "claim": "«ours» or «not ours» to {}",
    "line_test": "a test of the line",
    "line_test_reply": "a reply to {}",
    "proposal_answer": "an answer to {}",
}
GRADES = {
    "undelivered": "not yet on its machine",
    "delivered": "on its machine",
    "person": "seen by a person",
    "understood": "understood",
    "not_understood": "NOT understood",
    "disseminated": "passed on",
}
SIDES = {
    "raised": "not answered",
    "complying": "complying",
    "cannot_comply": "cannot comply",
    "standby": "stand by",
    "units_informed": "units informed",
    "ceased": "ceased",
}


def told_words(told: Told, subject: Subject, clock: Clock, at_ms: int) -> str | None:
    """A change in words, with its own time where it fell due well before it was told; None where nothing differs."""
    words = _words(told, subject, clock)
    if words is None:
        return None
    exercise = "EXERCISE. " if told.shown.get("mode") == "exercise" and told.kind != "statement" else ""
    due = f" (fell due at {clock.time(told.at_ms)})" if at_ms - told.at_ms >= SECOND_MS else ""
    return f"{exercise}{words}{due}"


def _words(told: Told, subject: Subject, clock: Clock) -> str | None:
    shown, before = told.shown, told.before
    match told.kind:
        case "statement":
            return f"{harmless(shown['from'])}: {statement_words(shown, subject, clock)}"
        case "alert":
            return alert_words(told.what, shown, before, subject)
        case "obligation":
            return obligation_words(told.what, shown, subject, clock)
        case "notice":
            return _joined(subject.name(shown["id"]), _notice_changes(shown, before))
        case "stop" | "accident":
            return _joined(subject.name(shown["id"]), _announced_changes(shown, before, told.kind))
        case "proposal":
            return _proposal_words(shown, before, subject)
        case "watch":
            return _watch_words(shown)
        case "suspension":
            until = f"; ended by {harmless(shown['ended_by'])}" if shown["ended_at"] else ""
            return f"Mechanism suspended by {harmless(shown['by'])}: {quoted(shown['reason'])}{until}."
        case "key":
            return _key_words(shown)
        case "agreement":
            parts = f": {', '.join(shown['changed'])}" if shown["changed"] else ""
            return f"The agreement was amended; its version {shown['number']} is in force{parts}."
        case _:
            return _joined(subject.name(shown["id"]), _answers(shown, before))


def _joined(name: str, parts: Iterator[str]) -> str | None:
    told = "; ".join(parts)
    return f"{name[0].upper()}{name[1:]}: {told}." if told else None


def alert_words(what: str, shown: View, before: View | None, subject: Subject) -> str:
    """What became of an alert. One that this desk has now for the first time is told whole."""
    about = ", ".join(subject.name(name) for name in shown["about"])
    head = f"{shown['severity'].upper()} {shown['code']}" + (f" ({about})" if about else "")
    if what == "cleared":
        return f"{head.partition(' ')[2]} cleared: {named(shown['cleared_why'])}"
    if what == "raised" or before is None:
        return f"{head} raised: {named(shown['why'])}"
    if what == "risen":
        return f"{head}, risen: {named(shown['why'])}"
    new = [row for row in shown["acknowledged"] if row not in before["acknowledged"]]
    if new:
        who = "; ".join(f"{harmless(row['desk'])} {LEVELS[row['level']]}" for row in new)
        return f"{shown['code']}: {who}."
    return f"{head}, new figures: {named(shown['why'])}"


def owed_words(shown: View, subject: Subject) -> str:
    """What an obligation asks for."""
    return OWED[shown["kind"]].format(subject.name(shown["about"]))


def obligation_words(what: str, shown: View, subject: Subject, clock: Clock) -> str:
    """What is owed, and what became of it."""
    owed = owed_words(shown, subject)
    who = harmless(shown["desk_or_party"])
    if what == "met":
        late_ms = ms_of(shown["met_at"]) - ms_of(shown["due_at"])
        late = f", after it was due ({clock.time(ms_of(shown['due_at']))})" if late_ms > 0 else ""
        return f"Met: {who} owed {owed}{late}."
    if what == "lapsed":
        return f"Owed no more: {owed}, by {who}."
    return f"Owed by {who} by {clock.time(ms_of(shown['due_at']))}: {owed}."


def _notice_changes(shown: View, before: View | None) -> Iterator[str]:
    if before is None:
        yield f"on the board, version {shown['version']}, {shown['state']}"
        return
    if shown["version"] != before["version"]:
        changed = [key for key in _DECLARED if shown[key] != before[key]]
        yield f"version {shown['version']}" + (f" (changed: {', '.join(changed)})" if changed else "")
    if shown["state"] != before["state"]:
        yield shown["state"]
    if shown["version"] == before["version"]:
        yield from _grades(shown["recipients"], before["recipients"])


_DECLARED = (
    "activity", "title", "place", "envelope", "covers", "not_covering", "purpose", "must_reach", "read_back", "remarks",
)  # fmt: skip


def _announced_changes(shown: View, before: View | None, kind: str) -> Iterator[str]:
    if before is None:
        yield f"raised by {harmless(shown['from'])}" if kind == "stop" else f"declared by {harmless(shown['from'])}"
        return
    held = {row["side"]: row["state"] for row in before.get("sides", ())}
    for row in shown.get("sides", ()):
        if held.get(row["side"]) != row["state"]:
            yield f"{harmless(row['side'])} {SIDES[row['state']]} (by {harmless(row['by'] or '–')})"
    if shown.get("closed_at") and not before.get("closed_at"):
        yield "closed"
    yield from _grades(shown["recipients"], before["recipients"])


def _grades(now: list[View], before: list[View]) -> Iterator[str]:
    """Who has got how far; desks that made the same step are told together."""
    held = {row["desk"]: row for row in before}
    steps: dict[str, list[str]] = {}
    for row in now:
        for words in _grade_steps(row, held.get(row["desk"])):
            steps.setdefault(words, []).append(row["desk"])
    for words, desks in steps.items():
        yield f"{listed(desks)} {words}"


def _grade_steps(row: Mapping[str, Any], before: Mapping[str, Any] | None) -> Iterator[str]:
    if before is None or row["grade"] != before["grade"]:
        yield GRADES[row["grade"]]
    had = [] if before is None else before["reached"]
    reached = [named(unit["name"]) for unit in row["reached"] if unit not in had]
    if reached:
        yield f"has reached {', '.join(reached)}"
    if row["read_back"] and (before is None or before["read_back"] != row["read_back"]):
        yield "read back as said" if row["read_back"] == "matched" else "read back otherwise than said"


def _proposal_words(shown: View, before: View | None, subject: Subject) -> str | None:
    name = subject.name(shown["id"])
    if before is not None and before["state"] == shown["state"]:
        return None
    clears = "would clear the conflict" if shown["clears"] else "would not clear the conflict"
    meets = f" and meet {shown['still_meets']} other" if shown["still_meets"] else ""
    by = f" (by {harmless(shown['answered_by'])})" if shown["answered_by"] else ""
    what = f"{change_words(shown['change'], subject)}; {clears}{meets}; " if before is None else ""
    return f"{name[0].upper()}{name[1:]}: {what}{shown['state']}{by}."


def _watch_words(shown: View) -> str:
    names = ", ".join(named(row["name"]) for row in shown["on_watch"])
    note = f"; note {quoted(shown['note'])}" if shown["note"] else ""
    who = f" by {names}" if names else ""
    return f"Desk {harmless(shown['desk'])}: {f'attended{who}' if shown['attended'] else 'nobody signed on'}{note}."


def _key_words(shown: View) -> str:
    if shown["retired_at"] is not None:
        why = f": {quoted(shown['retired_why'])}" if shown["retired_why"] else ""
        by = f" by {harmless(shown['retired_by'])}" if shown["retired_by"] else ""
        return f"Key of {harmless(shown['desk'])}, fingerprint {harmless(shown['fingerprint'])}: retired{by}{why}."
    return f"Key of {harmless(shown['desk'])}, fingerprint {harmless(shown['fingerprint'])}: counts from now on."


def _answers(shown: View, before: View | None) -> Iterator[str]:
    """Of an observation or a line test: who has answered."""
    had = [] if before is None else [*before.get("answers", ()), *before.get("replies", ())]
    if before is None:
        yield f"from {harmless(shown['from'])}"
    for row in shown.get("answers", ()):
        if row not in had:
            yield f"{harmless(row['party'])}: {'ours' if row['is_ours'] else 'not ours'} (by {harmless(row['by'])})"
    for row in shown.get("replies", ()):
        if row not in had:
            yield f"answered by {harmless(row['by'])}"
