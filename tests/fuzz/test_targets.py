"""The fuzzing itself is run by ``make fuzz``; here that its targets take what is real, and notice what is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz import targets
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_takes_real_outputs(name: str) -> None:
    for seed in TARGETS[name].seeds():
        TARGETS[name].run(seed)


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_every_target_refuses_in_our_words(name: str, data: st.DataObject) -> None:
    """A few hundred mutations of real outputs, with every test run."""
    seed = bytearray(data.draw(st.sampled_from(TARGETS[name].seeds())))
    for _ in range(data.draw(st.integers(1, 3))):
        if seed:
            seed[data.draw(st.integers(0, len(seed) - 1))] = data.draw(st.integers(0, 255))
    targets.run(TARGETS[name], bytes(seed))


def test_a_reader_that_takes_a_second_spelling_is_found() -> None:
    with pytest.raises(targets.NotTheSame):
        targets.same(b"01", b"%d" % int(b"01"))
