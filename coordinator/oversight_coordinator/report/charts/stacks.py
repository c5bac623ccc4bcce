"""Stacked bars: how a whole is split, one bar for each authority and one for all together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from oversight_coordinator.report.charts.drawing import (
    BLUE,
    GREY,
    INK,
    LILAC,
    NAMES,
    ORANGE,
    PLUM,
    SIZE,
    TURQUOISE,
    WHITE,
    Spec,
    along,
    draw,
    layer,
    rows,
    specification,
)

COLOURS = (BLUE, TURQUOISE, PLUM, ORANGE, GREY, LILAC)
"""Of the parts in their order; a whole has at most so many parts that can be told apart."""

_DARK = (BLUE, PLUM, GREY)
_ROW = 24
_LEAST_WITH_NUMBER = 9.0
"""Percent below which a part is too narrow for its number."""


@dataclass(frozen=True)
class Stack:
    """A bar: its parts in percent, in the order of the key; none where `text` says why."""

    label: str
    parts: tuple[float, ...]
    text: str = ""


def stacked(stacks: Sequence[Stack], *, title: str, description: str) -> Markup:
    """One bar from 0 to 100 % for each stack, a white gap and a number in each wide part."""
    y = rows([stack.label for stack in stacks], inner=0.25, outer=0.1)
    parts = [part for stack in stacks for part in _parts(stack)]
    start, middle = along("start", (0, 100)), along("middle", (0, 100))
    layers = [
        layer(
            parts,
            {"type": "bar", "stroke": WHITE, "strokeWidth": 2},
            {"x": start, "x2": {"field": "end"}, "y": y, "color": _own("fill")},
        ),
        layer(
            [part for part in parts if part["text"]],
            {"type": "text", "fontSize": SIZE - 1},
            {"x": middle, "y": y, "text": {"field": "text"}, "color": _own("ink")},
        ),
        layer(
            [{"label": stack.label, "text": stack.text} for stack in stacks],
            {"type": "text", "align": "left", "dx": 6},
            {"x": {"value": 0}, "y": y, "text": {"field": "text"}},
        ),
    ]
    chart = specification(layers, _ROW * len(stacks) + 8, (4, 4, 4, NAMES))
    return draw(chart, title=title, description=description)


def _own(field: str) -> Spec:
    """A colour that the values name themselves."""
    return {"field": field, "type": "nominal", "scale": None, "legend": None}


def _parts(stack: Stack) -> list[Spec]:
    """The parts laid end to end; rounding of each may make the whole 99.9 or 100.1."""
    whole, end = sum(stack.parts), 0.0
    found: list[Spec] = []
    for colour, part in zip(COLOURS, stack.parts, strict=False):
        start, end = end, end + 100 * part / whole
        found.append(
            {
                "label": stack.label,
                "start": start,
                "end": end,
                "middle": (start + end) / 2,
                "text": f"{part:.0f}" if part >= _LEAST_WITH_NUMBER else "",
                "fill": colour,
                "ink": WHITE if colour in _DARK else INK,
            }
        )
    return found
