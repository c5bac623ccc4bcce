"""Each measure's part of the page, under the base table that it is made from.

Rules kept here:

1. Measures that share a distribution are shown together, once.
2. A heading is the study's own title, with the latest figure where both have room in ten words;
   without one that lies outside its interval, which cannot stand alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oversight_coordinator.report import pictures, tables, words
from oversight_coordinator.report.material import Material
from oversight_coordinator.report.pictures import Picture
from oversight_coordinator.report.tables import Table
from oversight_protocol.study import BaseTable, Measure

MOST_WORDS = 10
"""In a title, as the Government Analysis Function has it."""


@dataclass(frozen=True)
class Section:
    """A measure, or the measures of a distribution.

    Attributes:
        anchors: the ids under which it is found; the first is the heading's.
        heading: at most ten words, or the study's title if that is longer.
        definitions: of each measure, and `hypotheses`, what each would show.
        pooled: the figures of all together; the other tables may be absent.
        reading: how the pooled figure is to be read.
        without_picture: why there is no chart, where there is none.
    """

    anchors: tuple[str, ...]
    number: str
    heading: str
    definitions: tuple[str, ...]
    hypotheses: tuple[str, ...]
    pooled: Table
    reading: str
    picture: Picture | None
    without_picture: str
    authorities: Table | None
    categories: Table | None
    breakdown: str


@dataclass(frozen=True)
class Chapter:
    """A base table with the measures that are made from it."""

    table: BaseTable
    sections: tuple[Section, ...]


def chapters(material: Material) -> tuple[Chapter, ...]:
    """The base tables in the study's order, those with a measure."""
    found = (_chapter(material, table) for table in material.study.base_tables)
    return tuple(one for one in found if one.sections)


def _chapter(material: Material, table: BaseTable) -> Chapter:
    groups: dict[str, list[Measure]] = {}
    for one in material.study.measures:
        if one.table == table.name:
            groups.setdefault(one.distribution or f"{one.id} alone", []).append(one)
    return Chapter(table, tuple(_section(material, table, group) for group in groups.values()))


def _section(material: Material, table: BaseTable, measures: Sequence[Measure]) -> Section:
    first, alone = measures[0], len(measures) == 1
    title = first.title if alone else table.title
    picture = (
        pictures.of_measure(material, first, _across(title))
        if alone
        else pictures.of_distribution(material, measures, _across(title))
    )
    return Section(
        anchors=tuple(one.id for one in measures),
        number=first.number if alone else f"{first.number} to {measures[-1].number}",
        heading=_heading(material, first) if alone else table.title,
        definitions=tuple(one.definition for one in measures),
        hypotheses=tuple(dict.fromkeys(one.hypothesis for one in measures if one.hypothesis)),
        pooled=tables.whole(material, measures, title),
        reading=_reading(material, first),
        picture=picture,
        without_picture=_without_picture(material, first),
        authorities=_authorities(material, measures, title, picture),
        categories=_categories(material, table, measures, title),
        breakdown=words.listed([words.lowered(one.label) for one in table.dimensions]),
    )


def _authorities(
    material: Material, measures: Sequence[Measure], title: str, picture: Picture | None
) -> Table | None:
    """The chart's data; no table if nobody's figures are at hand."""
    if not material.own(measures[0], material.latest):
        return None
    if len(measures) > 1:
        return tables.split_by_authority(material, measures, f"{title}, by authority")
    positions = picture.positions if picture else {}
    return tables.by_authority(material, measures[0], positions, f"{title}, by authority")


def _categories(
    material: Material, table: BaseTable, measures: Sequence[Measure], title: str
) -> Table | None:
    if not table.dimensions or measures[0].place:
        return None
    return tables.by_category(material, measures, table.dimensions, f"{title}, by group")


def _without_picture(material: Material, measure: Measure) -> str:
    if measure.kind == "difference":
        return "No chart: the two shares that it is the difference of have theirs above."
    return f"No chart: no authority has a figure of its own for {material.latest.label}."


def _across(title: str) -> str:
    return _within(f"{title}, by authority", title)


def _heading(material: Material, measure: Measure) -> str:
    """The title with the latest figure."""
    row = material.pooled(measure, material.latest)
    if row.estimate is None or words.lies_outside(row):
        return measure.title
    return _within(f"{measure.title}: {words.number(row.estimate, measure)}", measure.title)


def _within(text: str, other: str) -> str:
    return text if len(text.split()) <= MOST_WORDS else other


def _reading(material: Material, measure: Measure) -> str:
    """One sentence that reads the latest pooled figure aloud."""
    row = material.pooled(measure, material.latest)
    unit = material.study.table(measure.table).unit
    if row.estimate is None:
        meaning = words.MARKERS.get(row.marker, "no figure")
        return f"For {material.latest.label} there is no figure ({row.marker} {meaning})."
    figure = words.number(row.estimate, measure)
    base = "" if row.denominator is None else f" of {row.denominator:,} {unit}"
    if measure.distribution:
        base += f" are “{words.lowered(material.short_label(measure))}”"
    opening = {
        "share": f"{figure}{base}",
        "ratio": f"{figure} {measure.unit}",
        "median": f"a median of {figure}{' over' + base[3:] if base else ''}",
        "part": figure,
        "difference": f"{figure}{' over' + base[3:] if base else ''}",
    }[measure.kind]
    return f"In {material.latest.label}: {opening}, {words.coverage(row)}. {_sure(row, measure)}"


def _sure(row: words.Figure, measure: Measure) -> str:
    """What the interval says, in words."""
    if not words.is_bounded(row):
        return "Withheld counts leave the true figure open."
    sentence = f"The true figure of those that answered lies within {words.interval(row, measure)}"
    if measure.kind == "median":
        return f"{sentence}: only bands of days are counted, so a median is known by its band."
    return f"{sentence}, whatever rounding and withheld counts hide."
