"""Envelopes: the whole extent of a notice, a list of volumes or one trajectory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keepclear.errors import InvalidInput, TooLarge
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.trajectory import Trajectory, trajectory_from_json, trajectory_to_json
from keepclear.spacetime.volume import Volume, volume_from_json, volume_to_json

Envelope = tuple[Volume, ...] | Trajectory

MOST_VOLUMES = 10_000


def envelope_from_json(obj: object, field: str, heights: HeightRules | None) -> Envelope:
    """The envelope that a JSON value says: an array of volumes, or one ``MovingPoint`` object."""
    if isinstance(obj, Mapping):
        return trajectory_from_json(obj, field)
    if not isinstance(obj, (list, tuple)):
        raise InvalidInput(field, "this is no envelope", "give a list of volumes, or one MovingPoint object")
    if not obj:
        raise InvalidInput(field, "an empty list is no envelope", "give at least one volume, or leave it out")
    if len(obj) > MOST_VOLUMES:
        raise TooLarge(field, f"{len(obj):,} volumes are too many", f"give at most {MOST_VOLUMES:,}, or more notices")
    return tuple(volume_from_json(each, f"{field}[{i}]", heights) for i, each in enumerate(obj))


def envelope_to_json(envelope: Envelope) -> dict[str, Any] | list[dict[str, Any]]:
    """The JSON value of the contract; reading it gives the same envelope."""
    if isinstance(envelope, Trajectory):
        return trajectory_to_json(envelope)
    return [volume_to_json(volume) for volume in envelope]


def span_ms(envelope: Envelope) -> tuple[int, int]:
    """The first start and the last end, in milliseconds since 1970 UTC."""
    if isinstance(envelope, Trajectory):
        return envelope.start_ms, envelope.end_ms
    return min(volume.start_ms for volume in envelope), max(volume.end_ms for volume in envelope)
