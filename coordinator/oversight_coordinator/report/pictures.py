"""Which chart a measure gets, with what it says in words, how to read it, and its key.

Rules kept here:

1. A share has a funnel plot where at least six authorities have a figure; else, and for ratios and
   medians, there is a bar for each authority. The bars stand by name: this is no league table.
2. A chart is of the wave's latest period; the tables have all.
3. Whoever is not drawn is named, with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from oversight_coordinator.report import funnel_words, words
from oversight_coordinator.report.charts import bars, funnels, stacks
from oversight_coordinator.report.charts.limits import Funnel, Point, funnel
from oversight_coordinator.report.material import Material
from oversight_protocol.study import Measure

LEAST_FOR_A_FUNNEL = 6
"""Fewer points than this say nothing about a funnel's shape."""


@dataclass(frozen=True)
class Picture:
    """A chart with all that belongs to it.

    Attributes:
        anchor: the beginning of the ids of its title and its text.
        title: at most ten words; `source` says unit, source and period.
        svg: the drawing.
        text: what it shows, in words.
        reading: how to read it.
        key: (a class of the page's style, its meaning) for each form in it.
        positions: how each authority stands to the limits of a funnel plot, by code.
    """

    anchor: str
    title: str
    source: str
    svg: Markup
    text: str
    reading: str
    key: tuple[tuple[str, str], ...] = ()
    positions: dict[str, str] = field(default_factory=dict)


def of_measure(material: Material, measure: Measure, title: str) -> Picture | None:
    """The chart across authorities; None if no authority has a figure.

    A difference has none: few authorities can show one of their own, and its table is enough.
    """
    if measure.kind == "difference":
        return None
    points = _points(material, measure)
    together = material.pooled(measure, material.latest).estimate
    if measure.kind == "share" and len(points) >= LEAST_FOR_A_FUNNEL and together is not None:
        found = funnel(_exact(material, measure, together), points)
        if found is not None:
            return _funnel(material, measure, title, found, points)
    if all(row.estimate is None for _, row in material.own(measure, material.latest)):
        return None
    return _bars(material, measure, title, together)


def of_split(material: Material) -> Picture | None:
    """The chart that the page opens with: the parts of the lead's whole, pooled."""
    parts = material.split()
    rows = [(one, material.pooled(one, material.latest)) for one in parts]
    if len(rows) < 2 or all(row.estimate is None for _, row in rows):
        return None
    anchor = "split"
    drawn = bars.by_part(
        [
            bars.Bar(
                material.short_label(one), words.value(row, one), row.estimate,
                *_span(row.lower, row.upper), leads=one == material.lead,
            )
            for one, row in rows
        ],
        **_ids(anchor),
    )  # fmt: skip
    text = "; ".join(
        f"{words.lowered(material.short_label(one))} {words.value(row, one)} "
        f"({words.authorities(row)})"
        for one, row in rows
    )
    table = material.study.table(material.lead.table)
    return Picture(
        anchor, table.title, _source(material, material.lead), drawn, f"In words: {text}.",
        "The bars together make the whole. A dark line on a bar is its interval, where that is "
        "wide enough to be seen.",
    )  # fmt: skip


def of_distribution(material: Material, measures: Sequence[Measure], title: str) -> Picture | None:
    """A whole split into parts: a bar for all together, then one for each authority."""
    labels = [material.short_label(one) for one in measures]
    together = [material.pooled(one, material.latest) for one in measures]
    drawn = [_stack("All together", [row.estimate for row in together], together[0].marker)]
    columns = [material.own_by_code(one, material.latest) for one in measures]
    for name, row in material.own(measures[0], material.latest):
        drawn.append(_stack(name, [column[row.la].estimate for column in columns], row.marker))
    if not any(one.parts for one in drawn) or len(measures) > len(stacks.COLOURS):
        return None
    anchor = f"chart-{measures[0].distribution}"
    text = "; ".join(
        f"{words.lowered(label)} {words.value(row, one)} ({words.authorities(row)})"
        for label, row, one in zip(labels, together, measures, strict=True)
    )
    return Picture(
        anchor, title, _source(material, measures[0]), stacks.stacked(drawn, **_ids(anchor)),
        f"In words: all together, {text}.",
        "Each bar is a whole, split into the parts of the key in its order, from left to right. "
        "Numbers are per cent, where a part is wide enough. Authorities stand by name.",
        tuple((f"part part-{number}", label) for number, label in enumerate(labels, 1)),
    )  # fmt: skip


def _stack(label: str, parts: Sequence[float | None], marker: str) -> stacks.Stack:
    known = tuple(part for part in parts if part is not None)
    if len(known) < len(parts) or not sum(known):
        return stacks.Stack(label, (), marker or "[c]")
    return stacks.Stack(label, known)


def _bars(material: Material, measure: Measure, title: str, together: float | None) -> Picture:
    anchor, rows = f"chart-{measure.id}", material.own(measure, material.latest)
    drawn = [
        bars.Bar(name, words.value(row, measure), row.estimate, *_span(row.lower, row.upper))
        for name, row in rows
    ]
    values = [row.estimate for _, row in rows if row.estimate is not None]
    count = words.counted(len(values), "authority has", "authorities have")
    text = (
        f"In words: {count} a figure of their own, from "
        f"{words.number(min(values), measure)} to {words.number(max(values), measure)}; "
        f"all together {words.value(material.pooled(measure, material.latest), measure)}."
    )
    if len(values) == 1:
        text = (
            f"In words: one authority has a figure of its own, {words.number(values[0], measure)}."
        )
    reading = (
        "Authorities stand by name, not by figure. A dark line on a bar is its interval, where "
        "that is wide enough to be seen; a marker in square brackets stands where there is no "
        "figure."
    )
    if together is not None:
        reading += " The broken line is the figure of all together."
    return Picture(
        anchor, title, _source(material, measure),
        bars.by_name(drawn, together=together, **_ids(anchor)), text, reading,
    )  # fmt: skip


def _funnel(
    material: Material, measure: Measure, title: str, found: Funnel, points: Sequence[Point]
) -> Picture:
    anchor = f"chart-{measure.id}"
    unit = material.study.table(measure.table).unit
    return Picture(
        anchor,
        title,
        _source(material, measure),
        funnels.plot(found, points, unit, **_ids(anchor)),
        funnel_words.text(material, measure, found, points),
        funnel_words.reading(found, unit),
        funnel_words.key(found),
        {point.la: funnel_words.position(found, point) for point in points},
    )


def _points(material: Material, measure: Measure) -> list[Point]:
    """The authorities that have a figure, with what it is a share of, and an interval."""
    return [
        Point(row.la, name, row.estimate, row.lower, row.upper, row.denominator)
        for name, row in material.own(measure, material.latest)
        if row.estimate is not None
        and row.lower is not None
        and row.upper is not None
        and row.denominator
    ]


def _exact(material: Material, measure: Measure, together: float) -> float:
    """The pooled share unrounded, where its parts are known."""
    row = material.pooled(measure, material.latest)
    if row.numerator is None or not row.denominator:
        return together
    return 100 * row.numerator / row.denominator


def _span(lower: float | None, upper: float | None) -> tuple[float | None, float | None]:
    """An interval to draw: none if it says nothing."""
    return (None, None) if (lower, upper) == (0, 100) else (lower, upper)


def _ids(anchor: str) -> dict[str, str]:
    return {"title": f"{anchor}-title", "description": f"{anchor}-text"}


def _source(material: Material, measure: Measure) -> str:
    what = words.unit(measure, material.study.table(measure.table))
    return (
        f"{what}. Source: the authorities' releases for {material.wave.id}. "
        f"Period: {material.latest.label}."
    )
