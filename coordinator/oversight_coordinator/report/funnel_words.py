"""What a funnel plot says: in words, how to read it, its key, and where each authority stands."""

from __future__ import annotations

from collections.abc import Sequence

from oversight_coordinator.report import words
from oversight_coordinator.report.charts import funnels
from oversight_coordinator.report.charts.limits import Z_95, Z_998, Funnel, Point
from oversight_coordinator.report.material import Material
from oversight_protocol.study import Measure


def text(material: Material, measure: Measure, found: Funnel, points: Sequence[Point]) -> str:
    """What the plot shows: how many are outside, who stands out, who is missing."""
    beyond = [found.beyond(point, Z_998) for point in points]
    said = [
        f"In words: {len(points)} of {material.asked} authorities are drawn, around a pooled share "
        f"of {found.share:.1f}%.",
        f"{_count(beyond.count('above'))} above the 99.8% limits of chance and "
        f"{_count(beyond.count('below'))} below.".capitalize(),
    ]
    if found.variance is not None:
        said.append("Authorities differ by more than chance would make them.")
    if out := funnels.outsiders(found, points):
        names = [f"{one.name} ({one.share:.1f}%)" for one in sorted(out, key=lambda o: o.name)]
        place = "limits" if found.variance is None else "band"
        said.append(f"Outside the {place}: {words.listed(names)}.")
    elif found.variance is not None:
        said.append("None lies outside the band of what is usual among them.")
    return " ".join([*said, *_missing(material, measure, points)])


def _count(number: int) -> str:
    return "none lies" if number == 0 else f"{number} {'lies' if number == 1 else 'lie'}"


def _missing(material: Material, measure: Measure, points: Sequence[Point]) -> list[str]:
    drawn = {point.la for point in points}
    absent = [
        f"{name} {row.marker or '[c]'}"
        for name, row in material.own(measure, material.latest)
        if row.la not in drawn
    ]
    return [f"Not drawn: {words.listed(absent)}."] if absent else []


def reading(found: Funnel, unit: str) -> str:
    """How to read the plot, in short; the page explains funnel plots once, at length."""
    said = (
        f"Each point is an authority: the further right, the more {unit} it has; the higher, the "
        "larger its share. By chance alone, 95% would lie between the broken lines and 99.8% "
        "between the thin ones."
    )
    if found.variance is None:
        return f"{said} Diamonds with names lie outside these."
    return (
        f"{said} Authorities differ by more than chance: diamonds with names lie outside the "
        "shaded band, where 95% of authorities that differ as these do would be."
    )


def key(found: Funnel) -> tuple[tuple[str, str], ...]:
    """The lines of the plot, each by its form, with their meanings."""
    lines = (
        ("share", "all together"),
        ("broken", "95% limits of chance"),
        ("thin", "99.8% limits of chance"),
    )
    return lines if found.variance is None else (*lines, ("band", "95% of authorities like these"))


def position(found: Funnel, point: Point) -> str:
    """How an authority stands, in words."""
    limits = "within the limits"
    if side := found.beyond(point, Z_95):
        limits = f"{side} the 95% limits"
    if side := found.beyond(point, Z_998):
        limits = f"{side} the 99.8% limits"
    if found.variance is None:
        return limits
    band = found.beyond_band(point)
    return f"{limits}; {f'{band} the band' if band else 'in the band'}"
