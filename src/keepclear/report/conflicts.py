"""Each conflict: what both had declared when it was found and at each change of it, as map and height–time profile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keepclear.errors import KeepclearError
from keepclear.formats.notation.angles import format_degrees, format_seconds
from keepclear.mechanism.words import Mode
from keepclear.report.document import Block, Cell, Column, Facts, Figure, Heading, Para, Row, Table, cell
from keepclear.report.map_figure import Side, map_svg
from keepclear.report.marks import Mark, Trail, of_kind, touches
from keepclear.report.profile_figure import Moment, profile_svg
from keepclear.report.sentences import ms_of, place_words
from keepclear.report.subject import Subject
from keepclear.report.walk import View, Walk
from keepclear.report.writing import Clock, harmless, named, quoted, span
from keepclear.spacetime.envelope import envelope_from_json
from keepclear.spacetime.separation import Separation, separation_between

MOST_POSITIONS = 24
"""Of one volume in the table of positions; of more, the table says where the rest is."""

POSITIONS = (
    Column("Notice", 9),
    Column("Footprint", 15),
    Column("Positions (WGS84)", 44),
    Column("Heights", 16),
    Column("From, until", 16, "number"),
)
MOMENTS = {
    "notice": "notice", "amend": "amend", "activate": "active", "complete": "complete", "cancel": "cancel",
    "stop": "STOP", "ceased": "ceased", "accident": "accident", "accept": "accept",
}  # fmt: skip
SHAPES = {"Point": "disc", "LineString": "corridor", "Polygon": "polygon", "MultiPolygon": "polygons"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A conflict as it was at a place in the record: the alert as shown, and the notices that could be seen."""

    mark: Mark
    notices: tuple[View, ...]


def conflict_blocks(walk: Walk, subject: Subject, found: Mapping[str, Trail], clock: Clock) -> Iterator[Block]:
    """Every conflict that was open within the period."""
    every = [trail for trail in of_kind(found, "alert") if trail.last["code"] == "CONFLICT_4D"]
    shown = [trail for trail in every if touches(trail, walk)]
    if not shown:
        yield Para("No conflict of it was open in the period.", "note")
    for number, trail in enumerate(shown, 1):
        yield from _conflict(number, trail, walk, subject, found, clock)


def _conflict(
    number: int, trail: Trail, walk: Walk, subject: Subject, found: Mapping[str, Trail], clock: Clock
) -> Iterator[Block]:
    names = " and ".join(subject.name(name) for name in trail.last["about"])
    other = "" if len(trail.last["about"]) > 1 else " and a notice of another party"
    exercise = "EXERCISE: " if trail.last["mode"] == Mode.EXERCISE else ""
    yield Heading(3, f"{exercise}Conflict {number}: {names}{other}")
    pictures = _pictures(trail, found)
    yield Facts(tuple(_facts(trail, pictures, walk, clock)))
    for place, picture in enumerate(pictures, 1):
        label = f"{number}" if len(pictures) == 1 else f"{number}.{place}"
        yield from _figures(label, picture, walk, subject, found, clock)
    if pictures:
        yield _positions(pictures, subject, clock)


def _pictures(trail: Trail, found: Mapping[str, Trail]) -> list[Picture]:
    """One for each pair of versions, of which the alert told new figures."""
    made: dict[tuple[int, ...], Picture] = {}
    for mark in trail.marks:
        if mark.told.what == "cleared":
            continue
        notices = tuple(
            view for name in mark.told.shown["about"] if (view := _as_of(found, name, mark.index)) is not None
        )
        made.setdefault(tuple(view["version"] for view in notices), Picture(mark, notices))
    return [picture for picture in made.values() if picture.notices]


def _as_of(found: Mapping[str, Trail], notice: str, index: int) -> View | None:
    trail = found.get(f"notice {notice}")
    marks = [] if trail is None else [mark for mark in trail.marks if mark.index <= index]
    return marks[-1].told.shown if marks else None


def _facts(
    trail: Trail, pictures: Sequence[Picture], walk: Walk, clock: Clock
) -> Iterator[tuple[str, tuple[str, ...]]]:
    first, shown = trail.marks[0], trail.last
    yield "Raised", (f"{first.told.shown['severity']}, {clock.full(first.told_ms)} (no. {first.index})",)
    risen, over = trail.at("risen"), trail.at("cleared")
    if risen is not None:
        yield "Risen", (f"to {risen.told.shown['severity']}, {clock.full(risen.told_ms)} (no. {risen.index})",)
    yield "Why", (named(shown["why"]),)
    start, end = sorted((ms_of(shown["detail"]["start"]), ms_of(shown["detail"]["end"])))
    yield "Time of the conflict", (f"{clock.full(start)} until {clock.full(end)} ({span(end - start)})",)
    yield from _gaps(shown["detail"])
    kept = _separation(pictures[-1], walk) if pictures else None
    if kept is not None:
        yield "The rules keep apart", (_kept_words(kept),)
    if over is None:
        yield "Cleared", ("no: open at the end of the period",)
    else:
        yield "Cleared", (f"{clock.full(over.told_ms)} (no. {over.index}): {harmless(over.told.shown['cleared_why'])}",)


def _gaps(detail: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for key, term in (("lateral_gap_m", "On the ground"), ("vertical_gap_m", "In height")):
        gap_m = detail[key]
        if gap_m is not None:
            yield term, ("they overlap" if gap_m == 0 else f"{gap_m:,.0f} m between what was declared",)
    if detail["widened"]:
        yield "Datums", ("limits in different datums were compared as intervals, widened by their uncertainty",)


def _separation(picture: Picture, walk: Walk) -> Separation | None:
    """What the rules give for the two activities, where both are known."""
    if len(picture.notices) < 2:
        return None
    a, b = (view["activity"] for view in picture.notices)
    return separation_between(walk.agreement.separations, a, b)


def _kept_words(kept: Separation) -> str:
    return f"{kept.lateral_m:,.0f} m on the ground, {kept.vertical_m:,.0f} m in height, {span(kept.time_ms)} in time"


def _figures(
    label: str, picture: Picture, walk: Walk, subject: Subject, found: Mapping[str, Trail], clock: Clock
) -> Iterator[Block]:
    sides = _sides(picture, walk, subject)
    if not sides:
        yield Para("What was declared has no envelope that could be drawn.", "note")
        return
    detail, kept = picture.mark.told.shown["detail"], _separation(picture, walk)
    of = _legend(picture, sides)
    as_of = f"as of no. {picture.mark.index}, {clock.full(picture.mark.told_ms)}"
    drawn = map_svg(sides, detail["overlap"], kept.lateral_m if kept else 0.0, walk.agreement.places)
    if drawn is None:
        yield Para(
            "What was declared is too large for a map of this kind; the positions are in the table below.", "note"
        )
    else:
        caption = f"Map {label}, {as_of}. {of} {_map_words(detail, kept, picture)}"
        yield Figure(drawn, f"Map of the conflict. {of} {_alt(sides, picture)}", caption)
    window = sorted((ms_of(detail["start"]), ms_of(detail["end"])))
    moments = _moments(found, {view["id"] for view in picture.notices}, subject)
    svg = profile_svg(sides, walk.agreement.heights, kept, (window[0], window[1]), moments, clock)
    yield Figure(svg, f"Height–time profile. {of}", f"Profile {label}, {as_of}. {of} {_profile_words(kept)}")


def _sides(picture: Picture, walk: Walk, subject: Subject) -> list[Side]:
    made = []
    for view in picture.notices:
        if view["envelope"] is None:
            continue
        try:
            envelope = envelope_from_json(view["envelope"], "envelope", walk.agreement.heights)
        except KeepclearError:  # heights that a later agreement can no longer compare
            envelope = envelope_from_json(view["envelope"], "envelope", walk.first.heights)
        made.append(Side(subject.name(view["id"]).rpartition(" ")[2], envelope))
    return made


def _legend(picture: Picture, sides: Sequence[Side]) -> str:
    lines = ("blue, whole line", "orange, dashed line")
    words = []
    for side, view, line in zip(sides, picture.notices, lines, strict=False):
        title = f" {quoted(view['title'])}" if view["title"] else ""
        words.append(
            f"{side.letter} ({line}): {view['activity'].replace('_', ' ')}{title} of {harmless(view['from'])}."
        )
    return " ".join(words)


def _map_words(detail: Mapping[str, Any], kept: Separation | None, picture: Picture) -> str:
    words = []
    if detail["overlap"] is not None and len(picture.notices) > 1:
        words.append("Red: the common part of their footprints.")
    elif detail["overlap"] is not None:
        words.append("Red: the part of its own envelope that is concerned.")
    elif detail["lateral_gap_m"]:
        words.append(f"Red line: the {detail['lateral_gap_m']:,.0f} m between them.")
    if kept is not None and kept.lateral_m:
        words.append(f"Dotted: {kept.lateral_m:,.0f} m round the first, which the rules keep.")
    return " ".join([*words, "Edges are WGS84 geodesics; north is up; the scale is true at the middle."])


def _profile_words(kept: Separation | None) -> str:
    words = ["Red: the time of the conflict."]
    if kept is not None and (kept.vertical_m or kept.time_ms):
        words.append(
            f"Dotted: {kept.vertical_m:,.0f} m and {span(kept.time_ms)} round the first, which the rules keep."
        )
    words.append(
        "A limit that may lie anywhere in an interval is drawn at its widest. Numbers are places in the record."
    )
    return " ".join(words)


def _alt(sides: Sequence[Side], picture: Picture) -> str:
    places = [place_words(view["place"]) for view in picture.notices if view["place"]]
    return f"{len(sides)} footprints" + (f"; in words: {'; '.join(places)}." if places else ".")


def _moments(found: Mapping[str, Trail], notices: set[str], subject: Subject) -> list[Moment]:
    """What was said about these two that changed them, and STOPs."""
    made = []
    for trail in of_kind(found, "statement"):
        mark, said = trail.marks[0], trail.last
        body = said["body"]
        about = {said["id"], *(body[key] for key in ("notice", "about", "stop") if isinstance(body.get(key), str))}
        about |= {subject.last[name]["about"] for name in tuple(about) if subject.kinds.get(name) == "stop"}
        if said["type"] in MOMENTS and {subject.alias.get(name, name) for name in about if name} & notices:
            made.append(Moment(mark.index, mark.told_ms, MOMENTS[said["type"]]))
    return made


def _positions(pictures: Sequence[Picture], subject: Subject, clock: Clock) -> Table:
    """What was declared in figures: each version that a figure shows, once."""
    rows: list[Row] = []
    done = set()
    for picture in pictures:
        for view in picture.notices:
            key = view["id"], view["version"]
            if key not in done and view["envelope"] is not None:
                done.add(key)
                rows += _declared(view, subject, clock)
    return Table("What was declared, in figures", POSITIONS, tuple(rows))


def _declared(view: View, subject: Subject, clock: Clock) -> Iterator[Row]:
    name = f"{subject.name(view['id'])}, version {view['version']}"
    envelope = view["envelope"]
    if isinstance(envelope, Mapping):
        flown_m = [point[2] for point in envelope["coordinates"]]
        flown = ("trajectory", f"± {envelope['lateral_m']:g} m, ± {envelope['vertical_m']:g} m in height")
        yield _volume_row(name, flown, [point[:2] for point in envelope["coordinates"]],
                          f"{min(flown_m):.0f} to {max(flown_m):.0f} m HAE",
                          (envelope["datetimes"][0], envelope["datetimes"][-1]), clock)  # fmt: skip
        return
    for volume in envelope:
        words: tuple[str, ...] = (SHAPES[volume["footprint"]["type"]],)
        if "radius_m" in volume:
            words = (*words, f"radius {volume['radius_m']:,g} m")
        if "half_width_m" in volume:
            words = (*words, f"half-width {volume['half_width_m']:,g} m")
        heights = f"{harmless(volume['floor'])} to {harmless(volume['ceiling'])}"
        at = list(_flat(volume["footprint"]["coordinates"]))
        yield _volume_row(name, words, at, heights, (volume["start"], volume["end"]), clock)
        name = "the same"


def _volume_row(
    name: str, words: tuple[str, ...], at: list[list[float]], heights: str, window: tuple[str, str], clock: Clock
) -> Row:
    shown = [f"{format_degrees(lon, lat)}   {format_seconds(lon, lat, 1)}" for lon, lat in at[:MOST_POSITIONS]]
    if len(at) > MOST_POSITIONS:
        shown.append(f"and {len(at) - MOST_POSITIONS:,} more of {len(at):,}: all are in the record, where it was heard")
    times = tuple(clock.time(ms_of(each)) for each in window)
    return Row((cell(name), Cell(words), Cell(tuple(shown), "number"), cell(heights), Cell(times)))


def _flat(coordinates: Any) -> Iterator[list[float]]:
    """The positions of any geometry, a ring's last one left out: it is the first again."""
    if coordinates and isinstance(coordinates[0], (int, float)):
        yield coordinates
    elif coordinates and coordinates[0] and isinstance(coordinates[0][0], (int, float)):
        is_ring = len(coordinates) > 3 and coordinates[0] == coordinates[-1]
        yield from coordinates[:-1] if is_ring else coordinates
    else:
        for part in coordinates:
            yield from _flat(part)
