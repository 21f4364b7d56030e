"""Who follows events learns what other desks have seen of the log, though no event bears a signature."""

from __future__ import annotations

from pathlib import Path

from keepclear.client import Client
from keepclear.client.key_file import make_key_file
from keepclear.client.log_view import LogView
from tests.host.running import RunningHost


def test_what_another_desk_has_seen_is_compared_as_its_words_arrive(tmp_path: Path) -> None:
    with RunningHost(tmp_path, unsigned=False) as host:
        signer = make_key_file(tmp_path / "bravo.key")
        view = LogView(tmp_path / "bravo.seen", name="bravo.air")
        told = LogView(tmp_path / "alpha.seen", name="alpha.air")
        with (
            Client(host.url, host.tokens["bravo.air"], signer=signer, view=view) as bravo,
            Client(host.url, host.tokens["alpha.air"], view=told) as alpha,
        ):
            bravo.say("key_enrol", signer.enrolment("bravo.air", "trial"))
            bravo.receipt(bravo.say("message", {"text": "one"}, to=["alpha"])["index"])
            seen = view.newest
            events = alpha.events(deliver=False)
            while next(events).kind != "ready":
                pass
            bravo.say("message", {"text": "two"}, to=["alpha"])
            while not any(change["kind"] == "statement" for change in next(events).changes):
                assert told.newest is None
            bravo.say("message", {"text": "three"}, to=["alpha"])
            next(events)  # what came before it was compared by then
            assert seen is not None
            assert told.newest == seen
