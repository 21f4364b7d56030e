"""An index that was saved and loaded answers as before; what is not whole, or not ours, is refused with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

from keepclear.detection import snapshot
from keepclear.detection.grid import GridIndex
from keepclear.detection.plan import Plan
from keepclear.detection.snapshot import index_from, parts_of, sealed
from keepclear.spacetime.heights import HeightRules
from tests.detection.test_grid import HEIGHTS, PLACES, RULES, some_plan

ABOUT: snapshot.About = {"log": "strait", "position": 17}


def saved(index: GridIndex, about: snapshot.About = ABOUT) -> bytes:
    return b"".join(bytes(part) for part in sealed(parts_of(index, RULES, HEIGHTS, about)))


def loaded(data: bytes) -> GridIndex:
    return index_from(data, RULES, HEIGHTS, ABOUT)


def filled(seed: int, many: int = 16) -> tuple[GridIndex, list[Plan]]:
    """An index with gaps in it, and plans to ask about."""
    draw = np.random.default_rng(seed)
    plans = [some_plan(draw, f"n{number}", PLACES[seed % len(PLACES)], 6_000) for number in range(many)]
    index = GridIndex(RULES, HEIGHTS)
    index.put_many(plans[: many // 2])
    for plan in plans[many // 2 : many - 4]:
        index.put(plan)
    for plan in plans[:many:7]:
        index.withdraw(plan.id)
    return index, plans


def answers(index: GridIndex, plans: list[Plan]) -> list[object]:
    plans = plans[-6:]
    return [
        len(index), index.volumes, index.plans(), list(index.all_pairs()), index.all_touching(include_same_party=True),
        [index.against(plan) for plan in plans], [index.touching(plan) for plan in plans],
        [index.clears(plan) for plan in plans],
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_every_question_is_answered_as_before(seed: int) -> None:
    index, plans = filled(seed)
    assert any(index.against(plan) for plan in plans), "there is something to answer"
    again = loaded(saved(index))
    assert answers(again, plans) == answers(index, plans)


@pytest.mark.parametrize("seed", range(3))
def test_what_comes_after_loading_changes_it_as_it_would_have(seed: int) -> None:
    index, plans = filled(seed)
    again = loaded(saved(index))
    for one in (index, again):
        for number, plan in enumerate(plans):
            if number % 3 == 0:
                one.withdraw(plan.id)
            elif number % 3 == 1:
                one.put(replace(plan, activity="ground", party="another"))
        one.put_many([replace(plan, id=f"new {plan.id}") for plan in plans[:9]])
    assert answers(again, plans) == answers(index, plans)
    assert answers(loaded(saved(again)), plans) == answers(index, plans)


def test_an_empty_index_is_one_too() -> None:
    again = loaded(saved(GridIndex(RULES, HEIGHTS)))
    _, plans = filled(0)
    again.put_many(plans)
    assert len(again) == len(plans)


def test_any_bit_that_differs_is_refused() -> None:
    data = bytearray(saved(filled(1, 14)[0]))
    draw = np.random.default_rng(3)
    places = {*range(40), *range(len(data) - 40, len(data)), *draw.integers(0, len(data), 200).tolist()}
    for place in places:
        bit = 1 << int(draw.integers(8))
        data[place] ^= bit
        with pytest.raises(ValueError, match=r"^it is"):
            loaded(bytes(data))
        data[place] ^= bit
    loaded(bytes(data))


def test_any_end_that_is_missing_is_refused() -> None:
    data = saved(filled(1, 14)[0])
    draw = np.random.default_rng(4)
    for length in {*range(40), *draw.integers(0, len(data), 100).tolist(), len(data) - 1}:
        with pytest.raises(ValueError, match=r"^it is"):
            loaded(data[:length])
    with pytest.raises(ValueError, match="damaged"):
        loaded(data + b"\0")


def with_seal(data: bytes) -> bytes:
    return data + sha256(data).digest()


def otherwise(change: Callable[[bytes], bytes]) -> bytes:
    return with_seal(change(saved(filled(1, 14)[0])[:-32]))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (lambda: b"", "no index"),
        (lambda: otherwise(lambda whole: b"something else entirely\n" + whole), "no index"),
        (lambda: otherwise(lambda whole: whole.replace(b"index 1\n", b"index 2\n", 1)), "format 2"),
        (lambda: otherwise(lambda whole: whole.replace(snapshot.code_digest().encode(), b"0" * 64, 1)), "version"),
        (lambda: saved(filled(1, 14)[0], {"log": "strait", "position": 18}), "stands for"),
        (lambda: saved(filled(1, 14)[0], {"log": "gulf", "position": 17}), "stands for"),
    ],
    ids=["empty", "foreign", "newer", "other code", "another position", "another log"],
)
def test_what_is_not_to_be_used_says_why(data: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        loaded(data())


def test_other_rules_are_refused() -> None:
    data = saved(filled(1, 14)[0])
    for rules, heights in ((RULES[:1], HEIGHTS), (RULES, HeightRules(0.0, 1501.0, 990.0, 1035.0))):
        with pytest.raises(ValueError, match="other rules"):
            index_from(data, rules, heights, ABOUT)


def test_the_header_says_in_json_what_it_is() -> None:
    _, digits, rest = saved(filled(1, 14)[0]).split(b"\n", 2)
    assert json.loads(rest[: int(digits)])["about"] == ABOUT
