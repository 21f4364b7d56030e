"""What a dossier is about: the thing that was asked for, and what belongs to it, found in what the viewer was shown.

The rule is on the first page of every dossier, for what it leaves out is as much a fact as what it holds: the notice
(STOP, observation …) itself, the other notice of each conflict of it, STOPs and proposals about it, alerts and
obligations about those, statements that name any of them, and statements that name nothing.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from keepclear.errors import InvalidInput
from keepclear.report.walk import Told, View, Walk
from keepclear.report.writing import harmless, quoted

NAMED_IN_BODY = ("about", "notice", "stop", "observation", "test")
THINGS = ("notice", "stop", "accident", "observation", "line_test", "proposal")
LABELS = {
    "stop": "STOP",
    "accident": "accident",
    "observation": "observation",
    "line_test": "line test",
    "proposal": "proposal",
}
ALWAYS = ("watch", "suspension", "agreement", "key")
"""Who was at a desk, with which key, and what was agreed or suspended, bears on everything."""
MAKES = {
    "notice": "notice", "stop": "stop", "accident": "accident", "observe": "observation", "line_test": "line_test",
    "propose": "proposal",
}  # fmt: skip
"""What a statement of a type makes."""

SHOWN = 8
LEAST = 4
SPEAKS_OF_ALL = (
    *("message", "call", "account", "suspend", "resume"),
    *("sign_on", "sign_off", "key_enrol", "key_revoke"),
)
"""Statements that, where they name nothing, cannot be told apart from what the dossier is about."""

RULE = (
    "Kept in: what was asked for; the other notice of each conflict of it; STOPs and proposals about these, STOPs and "
    "accidents that name no notice; alerts and obligations about any of these; statements that name any of them, and "
    "messages, calls and accounts that name nothing; and always who was at a desk, its keys, suspensions, and changes "
    "of the agreement. What concerns other matters is counted where it fell, with its record numbers."
)
RULE_WHOLE = "Everything in the period that the viewer may see is kept in (--whole)."


@dataclass(slots=True)
class Subject:
    """The things of a dossier by id, in the order heard, and how each is called on its pages."""

    asked: str
    core: set[str] = field(default_factory=set)
    things: set[str] = field(default_factory=set)
    alias: dict[str, str] = field(default_factory=dict)
    """A statement that made a version of a notice → the notice."""
    kinds: dict[str, str] = field(default_factory=dict)
    last: dict[str, View] = field(default_factory=dict)
    """Each thing as the viewer last saw it."""
    labels: dict[str, str] = field(default_factory=dict)
    speech: dict[str, str] = field(default_factory=dict)
    """Statement → its type, of all that were seen."""
    whole: bool = False

    def name(self, thing: str) -> str:
        """How a sentence names a thing by its id (of a conflict, both)."""
        if "~" in thing:
            return " and ".join(self.name(part) for part in thing.split("~"))
        meant = self.alias.get(thing, thing)
        if meant in self.labels:
            return self.labels[meant]
        kind = self.kinds.get(meant)
        if kind == "alert":
            return f"alert {self.last[meant]['code']} …{meant[-SHOWN:]}"
        what = LABELS.get(kind or "", kind) or self.speech.get(meant) or "what has the id"
        return f"{what.replace('_', ' ')} …{harmless(meant)[-SHOWN:]}"

    def of(self, kind: str) -> list[View]:
        """The things of a kind that belong here, as last seen, in the order heard."""
        return [self.last[name] for name, held in self.kinds.items() if held == kind and name in self.things]

    def concerns(self, told: Told) -> bool:
        """Whether a change belongs here."""
        if self.whole or told.kind in ALWAYS or (told.kind == "alert" and told.shown["code"] == "KEY_CHANGED"):
            return True
        named = {self.alias.get(name, name) for name in names_in(told)}
        if told.kind == "alert" and told.shown["code"] == "CONFLICT_4D":
            return bool(named & self.core) or told.shown["id"] in self.core
        if told.kind == "statement" and told.shown["type"] in SPEAKS_OF_ALL and named == {told.shown["id"]}:
            return True
        return bool(named & self.things)


def names_in(told: Told) -> Iterator[str]:
    """Every id that a change names, its own first."""
    shown = told.shown
    if told.kind == "statement":
        body = shown["body"]
        yield shown["id"]
        yield from (name for name in shown.get("refs", ()) if isinstance(name, str))
        for key in NAMED_IN_BODY:
            if isinstance(body.get(key), str):
                yield from body[key].split("~")
    elif told.kind == "obligation":
        yield from (shown["subject"], shown["about"])
    elif told.kind == "alert":
        yield shown["id"]
        yield from shown["about"]
    elif told.kind == "proposal":
        yield shown["id"]
        yield from shown["about"].split("~")
        yield shown["change"]["notice"]
        if shown["conflict"]:
            yield shown["conflict"]
    elif "id" in shown:
        yield shown["id"]
        if isinstance(shown.get("about"), str):
            yield shown["about"]


def subject_of(walk: Walk, asked: str, *, whole: bool = False) -> Subject:
    """What belongs to ``asked``: an id, the end of one, a conflict ``a~b``, or the label of an incident.

    ``InvalidInput`` when the viewer was shown nothing of that name up to the end of the period.
    """
    subject = Subject(asked, whole=whole)
    every = [told for step in walk.steps for told in step.seen]
    for told in every:
        _note(subject, told)
    subject.core = set(_core(subject, every, asked))
    _join(subject, every)
    _label(subject, every)
    return subject


def subject_of_said(said: list[Told], asked: str, *, whole: bool = False) -> Subject:
    """What belongs to ``asked`` where statements alone are known: what names it, and what names one that does.

    ``InvalidInput`` when no statement of that name was heard up to the end of the period.
    """
    subject = Subject(asked, whole=whole)
    for told in said:
        shown = told.shown
        subject.speech[shown["id"]] = shown["type"]
        if shown["type"] in MAKES:
            subject.kinds[shown["id"]] = MAKES[shown["type"]]
        elif shown["type"] == "amend":
            subject.alias[shown["id"]] = shown["body"]["notice"]
    labelled = [told.shown["id"] for told in said if _incident(told) == asked]
    subject.core = set(labelled or (subject.alias.get(name, name) for name in _asked(subject, asked)))
    subject.things = set(subject.core)
    for told in said:
        if {subject.alias.get(name, name) for name in names_in(told)} & subject.things:
            subject.things.add(str(told.shown["id"]))
    _label(subject, said)
    return subject


def _asked(subject: Subject, asked: str) -> list[str]:
    return [_full(subject, part) for part in asked.split("~")]


def _note(subject: Subject, told: Told) -> None:
    shown = told.shown
    if told.kind in (*THINGS, "alert"):
        subject.kinds.setdefault(shown["id"], told.kind)
        subject.last[shown["id"]] = shown
    if told.kind == "notice":
        subject.alias[shown["statement"]] = shown["id"]
    if told.kind == "statement":
        subject.speech[shown["id"]] = shown["type"]


def _core(subject: Subject, every: list[Told], asked: str) -> Iterator[str]:
    labelled = [told for told in every if _incident(told) == asked]
    if labelled:
        for told in labelled:
            yield from (subject.alias.get(name, name) for name in names_in(told))
        return
    for part in asked.split("~"):
        yield from _meant(subject, every, _full(subject, part))


def _full(subject: Subject, given: str) -> str:
    """The id that is meant, by itself or by at least four characters at its end."""
    known = dict.fromkeys([*subject.kinds, *subject.speech])
    if given in known:
        return given
    found = [name for name in known if name.endswith(given)] if len(given) >= LEAST else []
    if len(found) != 1:
        why = (
            f"{given!r} is the end of {len(found)} ids"
            if found
            else f"nothing that was seen by then has the id {given!r}"
        )
        right = "the id of a notice, STOP, alert or other statement, a conflict as a~b, or an incident's label"
        raise InvalidInput("--about", why, right)
    return found[0]


def _meant(subject: Subject, every: list[Told], name: str) -> list[str]:
    """The things that an id leads to: itself; an alert's notices; what a statement is about."""
    name = subject.alias.get(name, name)
    kind = subject.kinds.get(name)
    if kind == "alert":
        return [subject.alias.get(about, about) for about in subject.last[name]["about"]] or [name]
    if kind is not None:
        return [name]
    said = next(told for told in every if told.kind == "statement" and told.shown["id"] == name)
    about = [subject.alias.get(other, other) for other in names_in(said)]
    return [name, *(other for other in about if other in subject.kinds and other != name)]


def _join(subject: Subject, every: list[Told]) -> None:
    """What belongs to the core. STOPs about it count as of the core for nothing else: their own alerts name them."""
    core = subject.core
    for stop in (view for view in subject.last.values() if subject.kinds[view["id"]] == "stop"):
        if stop["id"] in core and stop["about"]:
            core.add(subject.alias.get(str(stop["about"]), str(stop["about"])))
    things = set(core)
    for alert in _of(subject, "alert"):
        about = {subject.alias.get(name, name) for name in alert["about"]}
        if alert["code"] == "CONFLICT_4D" and about & core:
            things |= about | {alert["id"]}
    for stop in _of(subject, "stop"):
        if stop["about"] is None or subject.alias.get(stop["about"], stop["about"]) in things:
            things.add(stop["id"])
    things |= {accident["id"] for accident in _of(subject, "accident")}
    things |= {told.shown["id"] for told in every if told.kind == "proposal" and set(names_in(told)) & things}
    accounts = [told for told in every if _incident(told) is not None]
    for told in accounts:
        named = {subject.alias.get(name, name) for name in names_in(told)} - {told.shown["id"]}
        if not named or named & things or told.shown["id"] in core:
            things.add(told.shown["id"])
    for alert in _of(subject, "alert"):
        if alert["code"] != "CONFLICT_4D" and {subject.alias.get(name, name) for name in alert["about"]} & things:
            things.add(alert["id"])
    subject.things = things


def _of(subject: Subject, kind: str) -> Iterable[View]:
    return [subject.last[name] for name, held in subject.kinds.items() if held == kind]


def _incident(told: Told) -> Any:
    return told.shown["body"].get("incident") if told.kind == "statement" and told.shown["type"] == "account" else None


def _label(subject: Subject, every: list[Told]) -> None:
    """Notices are A, B, … in the order heard; other things are numbered by kind."""
    count: dict[str, int] = {}
    chosen = [(name, kind) for name, kind in subject.kinds.items() if name in subject.things or subject.whole]
    for name, kind in chosen:
        number = count[kind] = count.get(kind, 0) + 1
        if kind == "notice":
            subject.labels[name] = f"notice {letter(number - 1)}"
        elif kind in LABELS:
            subject.labels[name] = f"{LABELS[kind]} {number}"
    for told in every:
        label = _incident(told)
        if label is not None and told.shown["id"] in subject.things:
            subject.labels.setdefault(told.shown["id"], f"the account of {quoted(label)} by {told.shown['from']}")


def letter(number: int) -> str:
    """A, B, …, Z, AA, AB, …: of the number (from 0)."""
    letters = string.ascii_uppercase
    return letters[number] if number < 26 else letter(number // 26 - 1) + letters[number % 26]
