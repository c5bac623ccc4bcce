"""A funnel plot: authorities' shares against what they are shares of."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from oversight_coordinator.report.charts.drawing import (
    BLUE,
    GREY,
    INK,
    PLUM,
    WHITE,
    WIDTH,
    Spec,
    along,
    draw,
    layer,
    specification,
)
from oversight_coordinator.report.charts.limits import Z_95, Z_998, Funnel, Point

PALE = "#EFEAF6"
MOST_NAMES = 6

_HEIGHT = 330
_TOP, _RIGHT, _BOTTOM, _LEFT = 14, 12, 52, 46
_ACROSS, _DOWN = WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
_STEPS = 40
"""Along each limit, closer where the funnel is narrow in what it counts."""
_LINE = 15
"""Units from one name to the next, so that they do not lie on each other."""


def outsiders(funnel: Funnel, points: Sequence[Point]) -> tuple[Point, ...]:
    """The authorities that stand out, from the farthest: outside the band if there is one."""
    if funnel.variance is None:
        found = [point for point in points if funnel.beyond(point, Z_998)]
    else:
        found = [point for point in points if funnel.beyond_band(point)]
    return tuple(sorted(found, key=lambda one: (-abs(one.share - funnel.share), one.name)))


def plot(
    funnel: Funnel, points: Sequence[Point], unit: str, *, title: str, description: str
) -> Markup:
    """The plot; `unit` says what the denominators count."""
    scales = _Scales(funnel, points, unit)
    named = outsiders(funnel, points)[:MOST_NAMES]
    others = [point for point in points if point not in named]
    layers = [
        *_limits(funnel, scales),
        *_points(others, {"shape": "circle", "color": BLUE, "size": 46}, scales),
        *_points(named, {"shape": "diamond", "color": PLUM, "size": 110}, scales),
        *_names(named, scales),
    ]
    chart = specification(layers, _HEIGHT, (_TOP, _RIGHT, _BOTTOM, _LEFT))
    return draw(chart, title=title, description=description)


class _Scales:
    """What both axes reach over: all points with their intervals, and the limits from `first`."""

    def __init__(self, funnel: Funnel, points: Sequence[Point], unit: str) -> None:
        self.unit = unit
        denominators = [point.denominator for point in points]
        self.first, self.last = 0.7 * min(denominators), 1.06 * max(denominators)
        reach = [funnel.limits(self.first, Z_998), funnel.band(self.first)]
        reach += [(point.lower, point.upper) for point in points]
        low, high = min(low for low, _ in reach), max(high for _, high in reach)
        room = 0.04 * (high - low)
        self.low, self.high = max(0.0, low - room), min(100.0, high + room)

    def denominators(self) -> list[float]:
        ratio = self.last / self.first
        return [self.first * ratio ** (step / _STEPS) for step in range(_STEPS + 1)]

    def across(self, denominator: float) -> float:
        return _ACROSS * denominator / self.last

    def down(self, share: float) -> float:
        return _DOWN * (self.high - share) / (self.high - self.low)

    def x(self, field: str) -> Spec:
        # A number near the end stands before its tick, or half of it would leave the drawing.
        axis = {"tickCount": 4, "grid": False, "format": ",.0f", "labelFlush": 30,
                "title": f"Number of {self.unit}"}  # fmt: skip
        title = {
            "titleAnchor": "start",
            "titleAlign": "left",
            "titleBaseline": "alphabetic",
            "titleX": 0,
            "titleY": 44,
        }
        return along(field, (0, self.last), axis | title)

    def y(self, field: str) -> Spec:
        axis = {"tickCount": 6, "grid": False, "title": None, "labelExpr": "datum.label + '%'"}
        return along(field, (self.low, self.high), axis)


def _limits(funnel: Funnel, scales: _Scales) -> list[Spec]:
    """The band, both pairs of limits, and the pooled share."""
    values = [_at(funnel, n) for n in scales.denominators()]
    x = scales.x("n")
    broken, thin = {"strokeWidth": 1.5, "strokeDash": [5, 3]}, {"strokeWidth": 1.2}
    lines = [
        layer(values, {"type": "line", "color": GREY} | look, {"x": x, "y": scales.y(field)})
        for field, look in (
            ("low_95", broken), ("high_95", broken), ("low_998", thin), ("high_998", thin),
            ("share", {"color": PLUM, "strokeWidth": 2}),
        )
    ]  # fmt: skip
    if funnel.variance is None:
        return lines
    y = {"y": scales.y("low_band"), "y2": {"field": "high_band"}}
    return [layer(values, {"type": "area", "color": PALE, "opacity": 1}, {"x": x} | y), *lines]


def _at(funnel: Funnel, n: float) -> Spec:
    (low_95, high_95), (low_998, high_998) = funnel.limits(n, Z_95), funnel.limits(n, Z_998)
    low_band, high_band = funnel.band(n)
    return {
        "n": n, "share": funnel.share, "low_95": low_95, "high_95": high_95,
        "low_998": low_998, "high_998": high_998, "low_band": low_band, "high_band": high_band,
    }  # fmt: skip


def _points(points: Sequence[Point], look: Spec, scales: _Scales) -> list[Spec]:
    """A sign for each authority, on its interval."""
    values = [vars(point) for point in points]
    sign = {"type": "point", "filled": True, "opacity": 1, "stroke": WHITE, "strokeWidth": 0.8}
    x = scales.x("denominator")
    return [
        layer(
            values,
            {"type": "rule", "color": INK, "strokeWidth": 1.2},
            {"x": x, "y": scales.y("lower"), "y2": {"field": "upper"}},
        ),
        layer(values, sign | look, {"x": x, "y": scales.y("share")}),
    ]


def _names(named: Sequence[Point], scales: _Scales) -> list[Spec]:
    """The names beside their points: to the left of those in the right half."""
    layers, last = [], -float(_LINE)
    for point in sorted(named, key=lambda one: (-one.share, one.name)):
        across = scales.across(point.denominator)
        side = -1 if across > _ACROSS / 2 else 1
        last = max(scales.down(point.share), last + _LINE)
        layers.append(
            layer(
                [{"name": point.name}],
                {"type": "text", "align": "left" if side > 0 else "right"},
                {
                    "x": {"value": across + 9 * side},
                    "y": {"value": last},
                    "text": {"field": "name"},
                },
            )
        )
    return layers
