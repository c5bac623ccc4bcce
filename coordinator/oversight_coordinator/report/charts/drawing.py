"""The look that all charts share, and the way from Vega-Lite to SVG that stands in the page.

Colours are those of the Government Analysis Function; each has a contrast of 3:1 and more with
white (orange has 3.03).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

from markupsafe import Markup

BLUE, TURQUOISE, PLUM, ORANGE, GREY, LILAC = (
    "#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1",
)  # fmt: skip
WHITE, INK = "#ffffff", "#0b0c0c"
WIDTH = 360
SIZE = 13
"""Letters, in the units of the width: about 12 pixels on a telephone."""
NAMES = 178
"""Free to the left for the longest name of an authority, in whatever letters stand in for Arial."""

VEGA_LITE = "6.4"
"""The version that the charts are written in; the renderer carries several."""

Spec = dict[str, Any]
"""A layer, a channel or a scale of Vega-Lite."""

_CONFIG: Spec = {
    "font": "Arial, Helvetica, sans-serif",
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": SIZE,
        "titleFontSize": SIZE,
        "titleFontWeight": "normal",
        "labelColor": INK,
        "titleColor": INK,
        "domainColor": GREY,
        "tickColor": GREY,
        # What would measure letters: each of these is decided here instead.
        "labelOverlap": False,
        "labelFlush": False,
        "labelLimit": 0,
    },
    "text": {"fontSize": SIZE, "color": INK},
}
_NEEDLESS = re.compile(r"^(class|role|aria-.*|pointer-events|stroke-miterlimit)$")
_LONG = re.compile(r"-?\d+\.\d{3,}")
_EMPTY_PATHS = ("", "M0,0h0v0h0Z")


def layer(values: Sequence[Spec], mark: Spec, channels: Spec) -> Spec:
    """One kind of mark, drawn for each of some values."""
    return {"data": {"values": list(values)}, "mark": mark, "encoding": channels}


def along(field: str, domain: tuple[float, float], axis: Spec | None = None) -> Spec:
    """A channel for a number on a scale whose ends are set."""
    scale = {"domain": list(domain), "nice": False, "zero": False}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}


def rows(labels: Sequence[str], *, inner: float, outer: float, named: bool = True) -> Spec:
    """A channel for one row below the other, in this order, with its label or without."""
    scale = {"domain": list(labels), "paddingInner": inner, "paddingOuter": outer}
    axis = {"ticks": False, "domain": False, "labelPadding": 6, "title": None}
    return {"field": "label", "type": "nominal", "scale": scale, "axis": axis if named else None}


def specification(layers: Sequence[Spec], height: int, padding: tuple[int, int, int, int]) -> Spec:
    """A chart in Vega-Lite. `padding` (top, right, bottom, left) is free for axes and names."""
    top, right, bottom, left = padding
    return {
        "$schema": f"https://vega.github.io/schema/vega-lite/v{VEGA_LITE}.json",
        "width": WIDTH - left - right,
        "height": height - top - bottom,
        "padding": {"top": top, "right": right, "bottom": bottom, "left": left},
        "autosize": {"type": "none"},
        "config": _CONFIG,
        "layer": list(layers),
    }


def draw(chart: Spec, *, title: str, description: str) -> Markup:
    """A chart as one SVG element.

    Args:
        chart: as `specification` makes it.
        title: the id of the element whose text names the chart.
        description: the id of the element whose text says what it shows.
    """
    import vl_convert  # noqa: PLC0415 — starting the renderer is for those who draw

    drawn = vl_convert.vegalite_to_svg(chart, vl_version=VEGA_LITE, allowed_base_urls=[])
    root = ET.fromstring(drawn)  # noqa: S314 — it comes from our own renderer
    box = f"0 0 {root.attrib['width']} {root.attrib['height']}"
    _clean(root)
    # To a reader of the screen it is one picture with a name and a description.
    root.attrib.clear()
    root.attrib.update({"class": "chart", "viewBox": box, "role": "img"})
    root.attrib.update({"aria-labelledby": title, "aria-describedby": description})
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704 — texts in it are escaped


def _clean(root: ET.Element) -> None:
    """Take out what only a page of its own would need, and what nobody sees."""
    for parent in list(root.iter()):
        for child in [one for one in parent if _is_nothing(one)]:
            parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        for name, value in list(element.attrib.items()):
            if _NEEDLESS.match(name) or (name, value) == ("opacity", "1"):
                del element.attrib[name]
            else:
                element.attrib[name] = _LONG.sub(_short, value)


def _is_nothing(element: ET.Element) -> bool:
    if element.attrib.get("fill") == "transparent" or element.attrib.get("class") == "background":
        return True
    return element.tag.endswith("path") and element.attrib.get("d", "") in _EMPTY_PATHS


def _short(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
