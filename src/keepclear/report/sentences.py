"""Statements in a sentence: what a desk said, in the trade's words and the desk's own, and nothing added."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from keepclear.errors import KeepclearError
from keepclear.formats.phrase_text import phrase_text
from keepclear.report.subject import Subject
from keepclear.report.walk import View
from keepclear.report.writing import SECOND_MS, Clock, harmless, listed, named, quoted
from keepclear.spacetime.instants import parse_instant

LEVELS = {
    "person": "seen by a person",
    "understood": "understood",
    "not_understood": "NOT understood",
    "disseminated": "passed on",
}
ANSWERS = {"complying": "complying", "cannot_comply": "cannot comply", "standby": "stand by"}
KEY_SHOWN = 8
"""Characters of a key's name, which is in the record whole."""
MOST_SHOWN = 300
"""Characters of a value whose form is free, as JSON; the rest is in the record, and is said to be there."""


def ms_of(instant: str) -> int:
    """An instant of our own JSON in milliseconds."""
    return parse_instant(instant, "at")


def place_words(place: Mapping[str, Any] | None) -> str:
    """A place in words: ``3 to 6 km SW of Airfield``."""
    if place is None:
        return ""
    if "region" in place:
        return named(place["region"])
    if "within_km" in place:
        return f"within {place['within_km']:g} km of {named(place['name'])}"
    nearest, farthest = place["distance_km"]
    return f"{nearest:g} to {farthest:g} km {place['bearing']} of {named(place['name'])}"


def envelope_words(envelope: Any, clock: Clock) -> str:
    """How much of space and time an envelope takes, in figures."""
    if envelope is None:
        return "no envelope, words alone"
    if isinstance(envelope, Mapping):
        times = envelope["datetimes"]
        heights = [point[2] for point in envelope["coordinates"]]
        low, high = f"{min(heights):.0f}", f"{max(heights):.0f} m HAE"
        return f"a trajectory of {len(times)} points, {low} to {high}, {_window(times[0], times[-1], clock)}"
    starts, ends = min(each["start"] for each in envelope), max(each["end"] for each in envelope)
    bands = list(dict.fromkeys(f"{harmless(each['floor'])} to {harmless(each['ceiling'])}" for each in envelope))
    shown = bands[0] if len(bands) == 1 else f"{len(bands)} bands of height"
    count = "1 volume" if len(envelope) == 1 else f"{len(envelope)} volumes"
    return f"{count}, {shown}, {_window(starts, ends, clock)}"


def free_value(value: Any) -> str:
    """A value of a form that nobody fixed (a fact of an account, what was read back)."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Mapping) and {"lon", "lat"} <= value.keys():
        more = {key: held for key, held in value.items() if key not in ("lon", "lat")}
        return f"{value['lat']}° lat, {value['lon']}° lon" + (f", {free_value(more)}" if more else "")
    text = harmless(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]} … (whole in the record)"


def statement_words(shown: View, subject: Subject, clock: Clock) -> str:
    """What a statement says, with whom it is addressed to, its precedence, and when it was said if that was not now."""
    body = shown["body"]
    write = _WRITERS.get(shown["type"], _plain)
    words = [_with_its_name(shown, write(body, subject, clock), subject)]
    if shown.get("to"):
        words.append(f"To {listed(shown['to'])}.")
    if shown.get("precedence", "ROUTINE") != "ROUTINE":
        words.append(f"Precedence {shown['precedence']}.")
    if shown.get("signed_by"):
        words.append(f"Signed (key …{shown['signed_by'][-KEY_SHOWN:]}).")
    late_ms = ms_of(shown["heard_at"]) - ms_of(shown["said_at"])
    if abs(late_ms) > SECOND_MS:
        words.append(f"Said at {clock.time(ms_of(shown['said_at']))} by the desk's clock.")
    exercise = "EXERCISE. " if shown.get("mode") == "exercise" else ""
    return exercise + " ".join(words)


_NAMED = {
    "notice": ("Announces ", "Announces {}: "),
    "stop": ("STOP", "{}"),
    "propose": ("Proposes", "{}: proposes"),
    "observe": ("Observes", "{}: observes"),
    "accident": ("Declares an accident", "Declares {}"),
    "line_test": ("Tests the line", "{}: tests the line"),
}
"""How the sentence of a statement that makes something begins, and how it does when that has a name here."""


def _with_its_name(shown: View, words: str, subject: Subject) -> str:
    name = subject.labels.get(shown["id"])
    if name is None or shown["type"] not in _NAMED:
        return words
    plain, form = _NAMED[shown["type"]]
    named_so = form.format(name) + words.removeprefix(plain)
    return f"{named_so[0].upper()}{named_so[1:]}"


def _window(start: str, end: str, clock: Clock) -> str:
    return f"{clock.time(ms_of(start))} to {clock.time(ms_of(end))}"


def _reason(body: Mapping[str, Any]) -> str:
    return f": {quoted(body['reason'])}" if body.get("reason") else ""


def _notice(body: Mapping[str, Any], _: Subject, clock: Clock) -> str:
    return f"Announces {_notice_fields(body, clock)}."


def _notice_fields(body: Mapping[str, Any], clock: Clock) -> str:
    parts = []
    if "activity" in body:
        parts.append(body["activity"].replace("_", " "))
    if body.get("title"):
        parts.append(quoted(body["title"]))
    if body.get("place"):
        parts.append(place_words(body["place"]))
    if "envelope" in body or "activity" in body:
        parts.append(envelope_words(body.get("envelope"), clock))
    for key, words in (("covers", "covers"), ("not_covering", "does not cover"), ("must_reach", "must reach")):
        if body.get(key):
            parts.append(f"{words} {', '.join(named(name) for name in body[key])}")
    if body.get("purpose"):
        parts.append(f"purpose {quoted(body['purpose'])}")
    if body.get("read_back"):
        parts.append("read-back asked for")
    if body.get("remarks"):
        parts.append(f"remarks {quoted(body['remarks'])}")
    return ", ".join(parts)


def _amend(body: Mapping[str, Any], subject: Subject, clock: Clock) -> str:
    changed = {key: value for key, value in body.items() if key != "notice"}
    emptied = [key for key, value in changed.items() if value in (None, [], False, "")]
    words = _notice_fields({key: value for key, value in changed.items() if key not in emptied}, clock)
    gone = f"; taken away: {', '.join(emptied)}" if emptied else ""
    return f"Amends {subject.name(body['notice'])}: {words}{gone}."


def _life(verb: str) -> Callable[[Mapping[str, Any], Subject, Clock], str]:
    return lambda body, subject, _: f"{verb} {subject.name(body['notice'])}{_reason(body)}."


def _ack(body: Mapping[str, Any], subject: Subject, _: Clock) -> str:
    words = f"Acknowledges {subject.name(body['about'])}: {LEVELS[body['level']]}"
    if body.get("reached"):
        words += f" to {', '.join(named(unit) for unit in body['reached'])}"
    if body.get("read_back"):
        words += f"; reads back {_read_back(body['read_back'])}"
    return f"{words}."


def _read_back(heard: Any) -> str:
    """What was heard, in the notation in which it was said."""
    if not isinstance(heard, Mapping):
        return free_value(heard)
    parts = [free_value(heard["place"])] if "place" in heard else []
    volumes = heard.get("envelope", [])
    for number, volume in enumerate(volumes if isinstance(volumes, list) else [volumes], 1):
        of = f"volume {number}: " if len(volumes) > 1 else ""
        fields = [f"{key} {_compact(value)}" for key, value in volume.items()] if isinstance(volume, Mapping) else []
        parts.append(f"{of}{', '.join(fields) or free_value(volume)}")
    return "; ".join(parts) or free_value(heard)


def _compact(value: Any) -> str:
    if isinstance(value, Mapping) and "coordinates" in value:
        return f"{harmless(str(value.get('type', '')))} {free_value(value['coordinates'])}"
    return harmless(value) if isinstance(value, str) else free_value(value)


def _message(body: Mapping[str, Any], subject: Subject, _: Clock) -> str:
    about = f" about {subject.name(body['about'])}" if body.get("about") else ""
    said = []
    if body.get("phrase"):
        said.append(f"phrase {harmless(body['phrase'])} {quoted(_phrase(body['phrase']))}")
    if body.get("text"):
        said.append(quoted(body["text"]))
    return f"Message{about}: {', '.join(said)}."


def _phrase(code: str) -> str:
    try:
        return phrase_text(code, "en")
    except KeepclearError:
        return code


def _call(body: Mapping[str, Any], subject: Subject, _: Clock) -> str:
    about = f" about {subject.name(body['about'])}" if body.get("about") else ""
    return f"Telephone call to {harmless(body['to'])}{about}: {body['result']}."


def _propose(body: Mapping[str, Any], subject: Subject, _: Clock) -> str:
    change = change_words(body["change"], subject)
    return f"Proposes, on the conflict of {subject.name(body['about'])}: {change}{_reason(body)}."


def change_words(change: Mapping[str, Any], subject: Subject) -> str:
    """What a proposal would change."""
    said = []
    if change.get("shift_min") is not None:
        shift = change["shift_min"]
        said.append(f"{abs(shift):g} min {'later' if shift > 0 else 'earlier'}")
    said += [f"{key} {harmless(str(change[key]))}" for key in ("floor", "ceiling") if change.get(key)]
    if change.get("envelope") is not None:
        said.append("another envelope")
    return f"{subject.name(change['notice'])} {', '.join(said)}"


def _answer(verb: str) -> Callable[[Mapping[str, Any], Subject, Clock], str]:
    return lambda body, subject, _: f"{verb} {subject.name(body['about'])}{_reason(body)}."


def _stop(body: Mapping[str, Any], subject: Subject, clock: Clock) -> str:
    about = f" about {subject.name(body['about'])}" if body.get("about") else ""
    place = f", {place_words(body['place'])}" if body.get("place") else ""
    where = f", {envelope_words(body['envelope'], clock)}" if body.get("envelope") else ""
    return f"STOP{about}{place}{where}: {quoted(body['reason'])}."


def _stop_reply(body: Mapping[str, Any], subject: Subject, _: Clock) -> str:
    return f"Answers {subject.name(body['stop'])}: {ANSWERS[body['answer']]}."


def _observe(body: Mapping[str, Any], _: Subject, __: Clock) -> str:
    return f"Observes {quoted(body['object'])} ({body['kind'].replace('_', ' ')}) at {free_value(body['position'])}."


def _accident(body: Mapping[str, Any], _: Subject, __: Clock) -> str:
    where = place_words(body.get("place")) or (
        free_value(body["position"]) if body.get("position") else "place not given"
    )
    heading = f", heading {body['heading']}°" if body.get("heading") is not None else ""
    return f"Declares an accident: {body['activity'].replace('_', ' ')}, {where}{heading}."


def _account(body: Mapping[str, Any], _: Subject, __: Clock) -> str:
    facts = "; ".join(f"{named(key)}: {free_value(value)}" for key, value in body["facts"].items())
    return f"Account of {quoted(body['incident'])}: {facts}."


def _watch(verb: str) -> Callable[[Mapping[str, Any], Subject, Clock], str]:
    def words(body: Mapping[str, Any], _: Subject, __: Clock) -> str:
        note = f"; note {quoted(body['note'])}" if body.get("note") else ""
        return f"{named(body['name'])} {verb}{note}."

    return words


def _plain(body: Mapping[str, Any], subject: Subject, _: Clock) -> str:
    named_here = [
        subject.name(body[key]) for key in ("about", "notice", "stop", "test") if isinstance(body.get(key), str)
    ]
    return f"{' '.join(named_here) or free_value(body)}."


_WRITERS: dict[str, Callable[[Mapping[str, Any], Subject, Clock], str]] = {
    "notice": _notice,
    "amend": _amend,
    "cancel": _life("Cancels"),
    "activate": _life("Activates"),
    "complete": _life("Completes"),
    "ack": _ack,
    "message": _message,
    "call": _call,
    "propose": _propose,
    "accept": _answer("Accepts"),
    "decline": _answer("Declines"),
    "stop": _stop,
    "stop_reply": _stop_reply,
    "units_informed": lambda body, subject, _: f"Units informed of {subject.name(body['stop'])}.",
    "ceased": lambda body, subject, _: f"Ceased, on {subject.name(body['stop'])}.",
    "observe": _observe,
    "claim": lambda body, subject, _: f"Ours: {subject.name(body['observation'])}.",
    "disclaim": lambda body, subject, _: f"Not ours: {subject.name(body['observation'])}.",
    "line_test": lambda _, __, ___: "Tests the line.",
    "line_test_reply": lambda body, subject, _: f"Answers {subject.name(body['test'])}.",
    "account": _account,
    "accident": _accident,
    "suspend": lambda body, _, __: f"Suspends the mechanism{_reason(body)}.",
    "resume": lambda body, _, __: f"Resumes the mechanism{_reason(body)}.",
    "key_enrol": lambda body, _, __: f"Enrols a key: {quoted(body['key']['x'])}.",
    "key_revoke": lambda body, _, __: (
        f"Revokes the key {harmless(body['kid'])} of {harmless(body['desk'])}{_reason(body)}."
    ),
    "sign_on": _watch("signs on"),
    "sign_off": _watch("signs off"),
}
"""A writer for each type; what is said by a type that has none is shown as it is."""
