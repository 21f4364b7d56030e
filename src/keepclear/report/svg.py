"""Drawing in SVG: a few shapes as text; hatches that differ in grey too. Fonts are the page's (``FONT``)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import shapely

from keepclear.report.document import FONT

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pen:
    """How one side is drawn: its colour, its dashes and which way its hatch runs, so that grey print tells them too."""

    colour: str
    dash: str
    hatch: str


SIDES = (Pen("#0b4f8a", "", "hatch-a"), Pen("#a8480a", "8 3", "hatch-b"))
COMMON = "#7a0019"
LARGER = 1.14
"""Of all words, so that they can be read on paper, where a figure is three quarters of a page wide."""
INK, FAINT, GRID = "#1a1a1a", "#5a5a5a", "#c9c9c9"


def _hatch(name: str, colour: str, path: str) -> str:
    return (
        f'<pattern id="{name}" width="9" height="9" patternUnits="userSpaceOnUse"><path d="{path}" stroke="{colour}" '
        f'stroke-width="0.8" stroke-opacity="0.55"/></pattern>'
    )


_HATCHES = _hatch("hatch-a", SIDES[0].colour, "M-1 1L1 -1M0 9L9 0M8 10L10 8") + _hatch(
    "hatch-b", SIDES[1].colour, "M-1 8L1 10M0 0L9 9M8 -1L10 1"
)


def number(value: float) -> str:
    """A coordinate to a hundredth, so that the same drawing has the same bytes on every machine."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def drawing(width: float, height: float, parts: Iterable[str]) -> str:
    """A whole drawing. Ids of hatches are the same in each, and mean the same."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} {number(height)}" '
        f'font-family="{FONT}" font-size="11" fill="{INK}"><defs>{_HATCHES}</defs>{"".join(parts)}</svg>'
    )


def text(
    at: Point, words: str, *, size: float = 11, anchor: str = "start", colour: str = INK, bold: bool = False
) -> str:
    """Words at a place, with a white edge so that they can be read over lines."""
    weight, size = ' font-weight="bold"' if bold else "", size * LARGER
    common = f'x="{number(at[0])}" y="{number(at[1])}" font-size="{number(size)}" text-anchor="{anchor}"{weight}'
    shown = escape(words)
    edge = f'<text {common} fill="none" stroke="#fff" stroke-width="3" stroke-linejoin="round">{shown}</text>'
    return f'{edge}<text {common} fill="{colour}">{shown}</text>'


def line(points: Sequence[Point], colour: str, width: float = 1, dash: str = "") -> str:
    """An open line."""
    d = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)
    return f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{number(width)}"{_dash(dash)}/>'


def box(left: float, top: float, width: float, height: float, fill: str, stroke: str = "none", dash: str = "",
        stroke_width: float = 1, opacity: float = 1) -> str:  # fmt: skip
    """A rectangle."""
    return (
        f'<rect x="{number(left)}" y="{number(top)}" width="{number(width)}" height="{number(height)}" fill="{fill}" '
        f'fill-opacity="{number(opacity)}" stroke="{stroke}" stroke-width="{number(stroke_width)}"{_dash(dash)}/>'
    )


def area(shape: Any, fill: str, stroke: str, *, width: float = 1.5, dash: str = "", opacity: float = 1) -> str:
    """A shapely polygon or several, holes and all, in the drawing's own coordinates."""
    rings = [
        ring
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon" and not part.is_empty
        for ring in (part.exterior, *part.interiors)
    ]
    if not rings:
        return ""
    d = "".join("M" + "L".join(f"{number(x)} {number(y)}" for x, y in ring.coords[:-1]) + "Z" for ring in rings)
    return (
        f'<path d="{d}" fill="{fill}" fill-opacity="{number(opacity)}" fill-rule="evenodd" stroke="{stroke}" '
        f'stroke-width="{number(width)}" stroke-linejoin="round"{_dash(dash)}/>'
    )


def badge(at: Point, letter: str, colour: str) -> str:
    """A letter in a ring: whose it is."""
    x, y = at
    radius = 9 + 2.5 * (len(letter) - 1)
    return (
        f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" fill="#fff" stroke="{colour}" '
        f'stroke-width="1.5"/>'
        f'<text x="{number(x)}" y="{number(y + 4)}" font-size="12" font-weight="bold" text-anchor="middle" '
        f'fill="{colour}">{escape(letter)}</text>'
    )


def clipped(name: str, left: float, top: float, width: float, height: float, parts: Iterable[str]) -> str:
    """The parts, cut off at a frame."""
    return (
        f'<clipPath id="{name}"><rect x="{number(left)}" y="{number(top)}" width="{number(width)}" '
        f'height="{number(height)}"/></clipPath><g clip-path="url(#{name})">{"".join(parts)}</g>'
    )


def _dash(dash: str) -> str:
    return f' stroke-dasharray="{dash}"' if dash else ""


def nice_step(span: float, lines: int, steps: Sequence[float] = (1, 2, 5)) -> float:
    """A round step that gives about so many lines over a span."""
    aim, power = span / max(lines, 1), 1.0
    while power * 10 <= aim:
        power *= 10
    while power > aim:
        power /= 10
    return max((each * power for each in (*steps, 10) if each * power <= aim * 1.0001), default=power)
