"""Answers come in the order of their ids, whatever the ids are and however many there are."""

from __future__ import annotations

import gc

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from keepclear.detection.grid import GridIndex
from keepclear.detection.kernels_order import MOST_ORDERED, put_in_order
from keepclear.detection.meeting import Verdict
from keepclear.detection.names import Names, key_of
from keepclear.detection.plan import Plan
from keepclear.spacetime.altitude import SURFACE, UNLIMITED
from keepclear.spacetime.footprint import Disc
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.volume import Volume

ANY_LETTERS = st.characters(exclude_categories=())
IDS = st.text(st.sampled_from("ab\0\x7f\x80\ud800\uffff\U0001f600") | ANY_LETTERS, min_size=1, max_size=12)


@settings(max_examples=300, deadline=None)
@given(st.lists(IDS, unique=True, max_size=70))
def test_slots_are_put_in_the_order_of_their_ids_or_it_is_said_that_they_are_not(ids: list[str]) -> None:
    names, room = Names(len(ids) + 1), np.empty((4, MOST_ORDERED), np.int64)
    for slot, name in enumerate(ids):
        names[slot] = name
    found = np.array([[slot, 2] for slot in reversed(range(len(ids)))], np.int32).reshape(-1, 2)
    in_order = put_in_order(found, len(ids), names.keys, room)
    assert in_order == (len({key_of(name) for name in ids}) == len(ids))
    answers = names.answers(room[0, : len(ids)])
    assert sorted(name for name, _ in answers) == sorted(ids)
    if in_order:
        assert answers == [(name, Verdict.CONFLICT) for name in sorted(ids)]


@given(IDS, IDS)
def test_of_two_ids_with_different_keys_the_lesser_has_the_lesser(one: str, other: str) -> None:
    assert key_of(one) == key_of(other) or (key_of(one) < key_of(other)) == (one < other)


def volume() -> Volume:
    return Volume(Disc(7.0, 50.0, 100.0), SURFACE, UNLIMITED, 0, 10)


def test_more_answers_than_are_put_in_order_at_once_come_in_order() -> None:
    ids = np.random.default_rng(3).permutation(MOST_ORDERED + 300).astype(str).tolist()
    index, asked = GridIndex((), HeightRules()), Plan("asked", "other", "uas", (volume(),))
    for some in (ids[:100], ids[100:]):
        index.put_many(Plan(name, "own", "uas", (volume(),)) for name in some)
        there = sorted(index.rows.slots)
        assert index.touching(asked) == [(name, Verdict.CONFLICT) for name in there]


def test_an_answer_outlives_the_plan_and_is_nothing_to_the_collector() -> None:
    index, asked = GridIndex((), HeightRules()), Plan("asked", "other", "uas", (volume(),))
    index.put(Plan("one", "own", "uas", (volume(),)))
    (answer,) = index.touching(asked)
    assert not gc.is_tracked(answer)
    index.withdraw("one")
    index.put(Plan("two", "own", "uas", (volume(),)))
    assert answer == ("one", Verdict.CONFLICT)
    assert index.touching(asked) == [("two", Verdict.CONFLICT)]
