"""Bars with intervals: authorities one below the other, or the parts of one whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from oversight_coordinator.report.charts.drawing import (
    BLUE,
    INK,
    NAMES,
    PLUM,
    TURQUOISE,
    WHITE,
    WIDTH,
    Spec,
    along,
    draw,
    layer,
    rows,
    specification,
)

_ROW, _TALL_ROW = 24, 46
_LEAST_TO_SEE = 0.012
"""An interval narrower than this part of the scale would be a speck; tables have its numbers."""
_LETTER, _GAP = 7.5, 10.0
"""Units that a letter at a bar's end takes at most, and that lie before the first."""


@dataclass(frozen=True)
class Bar:
    """A bar from nought.

    Attributes:
        text: what stands at its end: the figure, or the marker in its place.
        value: None draws no bar.
        lower, upper: both None draw no interval.
        leads: whether it is the one that the chart is about.
    """

    label: str
    text: str
    value: float | None
    lower: float | None
    upper: float | None
    leads: bool = False


def by_name(bars: Sequence[Bar], *, together: float | None, title: str, description: str) -> Markup:
    """One bar for each name; a broken line where the pooled figure lies.

    Names stand to the left and figures to the right, so that the line crosses neither.
    """
    width = WIDTH - NAMES - 4
    longest = max(len(bar.text) for bar in bars)
    most = max([together or 0.0, *map(_end, bars)]) / _room(longest, width) or 1.0
    y = rows([bar.label for bar in bars], inner=0.3, outer=0.1)
    layers = [
        *_bars(bars, y, most, {"value": TURQUOISE}),
        _texts(bars, {"value": width}, y, "right"),
    ]
    if together is not None:
        layers += _together(together, most)
    chart = specification(layers, _ROW * len(bars) + 28, (24, 4, 4, NAMES))
    return draw(chart, title=title, description=description)


def by_part(bars: Sequence[Bar], *, title: str, description: str) -> Markup:
    """One bar for each part of a whole, its name above it, so that long names have room."""
    y = rows([bar.label for bar in bars], inner=0.55, outer=0.28, named=False)
    colour = {"condition": {"test": "datum.leads", "value": PLUM}, "value": BLUE}
    names = layer(
        [{"label": bar.label} for bar in bars],
        {"type": "text", "align": "left", "dy": -20},
        {"x": {"value": 0}, "y": y, "text": {"field": "label"}},
    )
    most = _most(bars, WIDTH - 4)
    texts = _texts(bars, along("end", (0, most)), y, "left")
    layers = [*_bars(bars, y, most, colour), texts, names]
    chart = specification(layers, _TALL_ROW * len(bars) + 14, (12, 2, 2, 2))
    return draw(chart, title=title, description=description)


def _bars(bars: Sequence[Bar], y: Spec, most: float, colour: Spec) -> list[Spec]:
    """Bars, and their intervals as a dark line with a light edge."""
    spans = [vars(bar) for bar in bars if _is_wide(bar, most)]
    value, lower = along("value", (0, most)), along("lower", (0, most))
    span = {"x": lower, "x2": {"field": "upper"}, "y": y}
    return [
        layer(
            [vars(bar) for bar in bars if bar.value is not None],
            {"type": "bar"},
            {"x": value, "y": y, "color": colour},
        ),
        layer(spans, {"type": "rule", "strokeWidth": 5, "color": WHITE}, span),
        layer(spans, {"type": "rule", "strokeWidth": 2, "color": INK}, span),
    ]


def _texts(bars: Sequence[Bar], x: Spec, y: Spec, align: str) -> Spec:
    """The figures, or the markers in their places."""
    mark = {"type": "text", "align": align, "dx": 6 if align == "left" else 0}
    values = [{"label": bar.label, "text": bar.text, "end": _end(bar)} for bar in bars]
    return layer(values, mark, {"x": x, "y": y, "text": {"field": "text"}})


def _together(value: float, most: float) -> list[Spec]:
    """The pooled figure as a broken line with its name above."""
    values = [{"value": value, "text": "all together"}]
    x = along("value", (0, most))
    line = {"type": "rule", "color": PLUM, "strokeDash": [5, 3], "strokeWidth": 2}
    name = {"type": "text", "baseline": "bottom", "color": PLUM}
    return [
        layer(values, line, {"x": x}),
        layer(values, name, {"x": x, "y": {"value": -5}, "text": {"field": "text"}}),
    ]


def _is_wide(bar: Bar, most: float) -> bool:
    known = bar.lower is not None and bar.upper is not None
    return known and (bar.upper or 0.0) - (bar.lower or 0.0) >= _LEAST_TO_SEE * most


def _end(bar: Bar) -> float:
    return max(bar.value or 0.0, bar.upper or 0.0)


def _most(bars: Sequence[Bar], width: float) -> float:
    """Where the scale ends, so that what stands at the bars' ends fits in as well."""
    return max(_end(bar) / _room(len(bar.text), width) for bar in bars) or 1.0


def _room(letters: int, width: float) -> float:
    """Which part of a width is left beside some letters."""
    return 1 - (_GAP + _LETTER * letters) / width
