"""Volumes and envelopes as JSON: every refusal names its place, and what is written reads back."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from keepclear.errors import InvalidInput, TooLarge
from keepclear.spacetime.envelope import envelope_from_json, envelope_to_json, span_ms
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.volume import volume_from_json, volume_to_json

RULES = HeightRules(terrain_lowest_m=0, terrain_highest_m=1000)
DISC: dict[str, Any] = {
    "footprint": {"type": "Point", "coordinates": [40.1409, 35.2563]},
    "radius_m": 2000,
    "floor": "SFC",
    "ceiling": "300 ft AGL",
    "start": "2016-09-17T12:40:00Z",
    "end": "2016-09-17T20:00:00Z",
}
CORRIDOR: dict[str, Any] = {
    "footprint": {"type": "LineString", "coordinates": [[36.3, 34.3], [36.6, 34.33]]},
    "half_width_m": 300,
    "floor": "FL140",
    "ceiling": "UNL",
    "start": "2016-09-17T12:40:00.5Z",
    "end": "2016-09-17T23:00:00+02:00",
}
POLYGON: dict[str, Any] = {
    "footprint": {"type": "Polygon", "coordinates": [[[35.5, 35.2], [36.2, 35.2], [36.2, 35.8], [35.5, 35.2]]]},
    "floor": "5000 ft AMSL",
    "ceiling": "15000 ft AMSL",
    "start": "2016-09-17T12:40:00Z",
    "end": "2016-09-17T20:00:00Z",
}


@pytest.mark.parametrize("given", [DISC, CORRIDOR, POLYGON])
def test_what_is_written_reads_back_as_the_same_volume(given: dict[str, Any]) -> None:
    volume = volume_from_json(given, "v", RULES)
    assert volume_from_json(volume_to_json(volume), "v", RULES) == volume


def test_times_are_written_in_utc() -> None:
    written = volume_to_json(volume_from_json(CORRIDOR, "v", RULES))
    assert (written["start"], written["end"]) == ("2016-09-17T12:40:00.500Z", "2016-09-17T21:00:00Z")


def test_a_fine_fraction_widens_the_window() -> None:
    volume = volume_from_json(
        {**DISC, "start": "2016-09-17T12:40:00.0009Z", "end": "2016-09-17T12:40:00.0011Z"}, "v", RULES
    )
    assert volume.end_ms - volume.start_ms == 2


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"end": "2016-09-17T12:40:00Z"}, "end"),
    ({"end": "2016-09-17T12:39:59Z"}, "end"),
    ({"ceiling": "SFC"}, "ceiling"),
    ({"floor": "UNL"}, "floor"),
    ({"floor": "600 ft AGL"}, "ceiling"),
    ({"ceiling": 300}, "ceiling"),
    ({"start": "2016-09-17T12:40:00"}, "start"),
    ({"start": None}, "start"),
    ({"surprise": 1}, "surprise"),
    ({"radius_m": None}, "radius_m"),
    ({"half_width_m": 5}, "half_width_m"),
    ({"footprint": {"type": "Point", "coordinates": [200, 0]}}, "footprint.coordinates[0]"),
]


@pytest.mark.parametrize(("change", "field"), REFUSED)
def test_what_no_volume_can_have_is_refused_at_its_place(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        envelope_from_json([POLYGON, {**DISC, **change}], "body.envelope", RULES)
    assert refused.value.field == f"body.envelope[1].{field}"


@pytest.mark.parametrize("missing", ["footprint", "floor", "ceiling", "start", "end"])
def test_what_every_volume_has_is_asked_for(missing: str) -> None:
    given = deepcopy(DISC)
    del given[missing]
    with pytest.raises(InvalidInput, match=f"v.{missing}: this is missing"):
        volume_from_json(given, "v", RULES)


@pytest.mark.parametrize("rules", [None, HeightRules()])
def test_above_ground_without_terrain_is_refused_at_its_place(rules: HeightRules | None) -> None:
    with pytest.raises(InvalidInput) as refused:
        envelope_from_json([DISC], "envelope", rules)
    assert refused.value.field == "envelope[0].ceiling"
    assert "[terrain]" in refused.value.expected
    assert envelope_from_json([POLYGON, CORRIDOR], "envelope", rules)


@pytest.mark.parametrize("given", [[], "SFC", 5, None, [5], [[DISC]]])
def test_what_is_no_list_of_volumes_is_refused(given: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        envelope_from_json(given, "envelope", RULES)
    assert refused.value.field.startswith("envelope")


def test_too_many_volumes_are_an_error_and_never_a_cut() -> None:
    with pytest.raises(TooLarge):
        envelope_from_json([POLYGON] * 10_001, "envelope", RULES)


def test_an_envelope_reads_back_and_spans_from_first_start_to_last_end() -> None:
    envelope = envelope_from_json([DISC, CORRIDOR, POLYGON], "envelope", RULES)
    assert envelope_from_json(envelope_to_json(envelope), "envelope", RULES) == envelope
    assert isinstance(envelope, tuple)
    assert span_ms(envelope) == (envelope[0].start_ms, envelope[1].end_ms)
