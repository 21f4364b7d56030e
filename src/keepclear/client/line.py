"""The line from Python: a method a type of statement, thin over ``say``, which has the rest (``to``, ``mode`` …)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Unpack

Json = dict[str, Any]


class Said(TypedDict, total=False):
    """What every statement may have around its body; see ``Client.say``."""

    to: Sequence[str]
    precedence: str | None
    refs: Sequence[str]
    mode: str
    said_at: str | None
    held: bool
    id: str | None


class LineWords(ABC):
    """What a desk says on the line. Every method answers the receipt of ``say`` and takes its other arguments.

    An answer is said in the mode of what it answers: to an exercise, pass ``mode="exercise"``.
    """

    @abstractmethod
    def say(self, kind: str, body: Mapping[str, Any], **said: Unpack[Said]) -> Json:
        """Say a statement of type ``kind``."""

    def stop(
        self,
        reason: str,
        about: str | None = None,
        *,
        place: Mapping[str, Any] | None = None,
        envelope: Sequence[Mapping[str, Any]] | Mapping[str, Any] | None = None,
        **said: Unpack[Said],
    ) -> Json:
        """Cease now, life is at risk. ``about`` is a notice; ``place`` and ``envelope`` say where. FLASH by itself."""
        return self.say("stop", _given(reason=reason, about=about, place=place, envelope=envelope), **said)

    def stop_reply(self, stop: str, answer: str, **said: Unpack[Said]) -> Json:
        """Answer a STOP: ``complying``, ``cannot_comply`` or ``standby``."""
        return self.say("stop_reply", {"stop": stop, "answer": answer}, **said)

    def units_informed(self, stop: str, **said: Unpack[Said]) -> Json:
        """The units that a STOP concerns have been told."""
        return self.say("units_informed", {"stop": stop}, **said)

    def ceased(self, stop: str, **said: Unpack[Said]) -> Json:
        """What a STOP was about has ceased; from the side that raised it this closes the STOP."""
        return self.say("ceased", {"stop": stop}, **said)

    def propose(self, about: str, change: Mapping[str, Any], reason: str | None = None, **said: Unpack[Said]) -> Json:
        """A way to settle a conflict, named ``a~b`` by its notices, or by its alert.

        ``change``: ``{notice, shift_min?, floor?, ceiling?, envelope?}``; ``advice`` has such bodies ready.
        """
        return self.say("propose", _given(about=about, change=dict(change), reason=reason), **said)

    def accept(self, proposal: str, reason: str | None = None, **said: Unpack[Said]) -> Json:
        """Yes to a proposal: its change is made at once, for both."""
        return self.say("accept", _given(about=proposal, reason=reason), **said)

    def decline(self, proposal: str, reason: str | None = None, **said: Unpack[Said]) -> Json:
        """No to a proposal."""
        return self.say("decline", _given(about=proposal, reason=reason), **said)

    def call(self, whom: str, result: str, about: str | None = None, **said: Unpack[Said]) -> Json:
        """A telephone call to a desk or party that was made: ``answered``, ``unanswered`` or ``refused``."""
        return self.say("call", _given(to=whom, result=result, about=about), **said)

    def observe(self, thing: str, position: Mapping[str, Any], kind: str, **said: Unpack[Said]) -> Json:
        """Something seen where it should not be, at ``{lon, lat, altitude?}``; ``kind`` is an activity."""
        return self.say("observe", {"object": thing, "position": dict(position), "kind": kind}, **said)

    def claim(self, observation: str, **said: Unpack[Said]) -> Json:
        """What was seen is ours."""
        return self.say("claim", {"observation": observation}, **said)

    def disclaim(self, observation: str, **said: Unpack[Said]) -> Json:
        """What was seen is not ours."""
        return self.say("disclaim", {"observation": observation}, **said)

    def line_test(self, **said: Unpack[Said]) -> Json:
        """Is somebody there? ``to`` says whom it asks; left out, every other party."""
        return self.say("line_test", {}, **said)

    def line_test_reply(self, test: str | None = None, **said: Unpack[Said]) -> Json:
        """Somebody is here; left out, ``test`` is the one that waits for this desk."""
        return self.say("line_test_reply", _given(test=test), **said)

    def account(self, incident: str, facts: Mapping[str, Any], **said: Unpack[Said]) -> Json:
        """One's own side's version of an incident, fact by fact."""
        return self.say("account", {"incident": incident, "facts": dict(facts)}, **said)

    def accident(
        self,
        activity: str,
        *,
        place: Mapping[str, Any] | None = None,
        position: Mapping[str, Any] | None = None,
        heading: float | None = None,
        **said: Unpack[Said],
    ) -> Json:
        """An unintended launch, entry or fall, at a place or a position. ``heading`` in degrees from true north."""
        body = _given(activity=activity, place=place, position=position, heading=heading)
        return self.say("accident", body, **said)

    def suspend(self, reason: str, **said: Unpack[Said]) -> Json:
        """Orderly suspension by one's own side; what protects life still passes."""
        return self.say("suspend", {"reason": reason}, **said)

    def resume(self, reason: str, **said: Unpack[Said]) -> Json:
        """The suspension is over."""
        return self.say("resume", {"reason": reason}, **said)

    def sign_on(self, name: str, note: str | None = None, **said: Unpack[Said]) -> Json:
        """Somebody comes on watch at this desk."""
        return self.say("sign_on", _given(name=name, note=note), **said)

    def sign_off(self, name: str, note: str | None = None, **said: Unpack[Said]) -> Json:
        """Somebody goes; ``note`` is what the next one must know."""
        return self.say("sign_off", _given(name=name, note=note), **said)

    def ack(
        self,
        about: str,
        level: str = "person",
        *,
        reached: Sequence[str] = (),
        read_back: Mapping[str, Any] | None = None,
        **said: Unpack[Said],
    ) -> Json:
        """Acknowledge a statement or an alert: ``person``, ``understood``, ``not_understood`` or ``disseminated``.

        ``reached`` names units (for ``disseminated``); ``read_back`` is the ``envelope`` and ``place`` as heard.
        """
        body = _given(about=about, level=level, reached=list(reached) or None, read_back=read_back)
        return self.say("ack", body, **said)


def _given(**fields: Any) -> Json:
    return {key: value for key, value in fields.items() if value is not None}
