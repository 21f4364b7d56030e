"""A proposed change applied to a notice: what it would say."""

from __future__ import annotations

from dataclasses import replace

from keepclear.errors import InvalidInput
from keepclear.mechanism.bodies import NoticeBody, NoticeChange
from keepclear.spacetime.envelope import Envelope
from keepclear.spacetime.heights import HeightRules
from keepclear.spacetime.trajectory import Trajectory
from keepclear.spacetime.volume import Volume, check_heights

MINUTE_MS = 60_000
MOST_SHIFT_MIN = 60 * 24 * 366


def changed_body(body: NoticeBody, change: NoticeChange, field: str) -> NoticeBody:
    """The notice's body with the change made. Raises InvalidInput where it cannot be."""
    if change.envelope is not None:
        return replace(body, envelope=change.envelope)
    if body.envelope is None:
        raise InvalidInput(f"{field}.notice", "this notice has no envelope to change", "propose an envelope")
    return replace(body, envelope=_heights_changed(_shifted(body.envelope, change.shift_min or 0), change, field))


def check_change(body: NoticeBody, heights: HeightRules, field: str) -> None:
    """InvalidInput when the changed envelope cannot be: a ceiling that is not above its floor."""
    if body.envelope is None or isinstance(body.envelope, Trajectory):
        return
    for volume in body.envelope:
        check_heights(volume.footprint, volume.floor, volume.ceiling, heights, field)


def _shifted(envelope: Envelope, minutes: float) -> Envelope:
    by_ms = round(minutes * MINUTE_MS)
    if isinstance(envelope, Trajectory):
        return replace(envelope, times_ms=tuple(at_ms + by_ms for at_ms in envelope.times_ms))
    return tuple(replace(volume, start_ms=volume.start_ms + by_ms, end_ms=volume.end_ms + by_ms) for volume in envelope)


def _heights_changed(envelope: Envelope, change: NoticeChange, field: str) -> Envelope:
    if change.floor is None and change.ceiling is None:
        return envelope
    if isinstance(envelope, Trajectory):
        what = "floor" if change.floor is not None else "ceiling"
        raise InvalidInput(f"{field}.{what}", "a trajectory has no floor or ceiling", "propose an envelope")
    return tuple(_with_heights(volume, change) for volume in envelope)


def _with_heights(volume: Volume, change: NoticeChange) -> Volume:
    return replace(volume, floor=change.floor or volume.floor, ceiling=change.ceiling or volume.ceiling)
