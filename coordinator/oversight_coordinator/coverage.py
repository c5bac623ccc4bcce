"""Who can answer what: the authorities' coverages as one matrix, and what to do about its gaps.

    create    a data point that some authorities do not map: it is not recorded, or not yet mapped
    reshape   one that is there and cannot be used as it is
    stop      a field of the specification that no measure of the study needs

Rules kept here:

1. An authority that shared nothing is none of those that can answer and none of those that cannot.
2. What is lacking is said by the codes that authorities shared. Nothing is guessed from answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from oversight_protocol.coverage import Availability, Coverage, Lack, data_points
from oversight_protocol.specification import Specification
from oversight_protocol.study import Study

Remedy = Literal["create", "reshape"]

REMEDIES: Mapping[Lack, Remedy] = {
    "table_not_mapped": "create",
    "field_not_mapped": "create",
    "source_unusable": "reshape",
    "keys_broken": "reshape",
    "mostly_missing": "reshape",
    "constant": "reshape",
    "period_not_covered": "reshape",
    "period_partly_covered": "reshape",
}
"""What each lack asks for."""

AVAILABILITIES: tuple[Availability, ...] = ("available", "partly", "not_available")
"""From the best to the worst."""


@dataclass(frozen=True)
class MeasureLine:
    """A measure at each authority that shared a coverage.

    Attributes:
        states: by the authority's code.
        lacks: by the authority's code, the data points that it lacks, each with its reason.
    """

    number: str
    title: str
    states: Mapping[str, Availability]
    lacks: Mapping[str, tuple[tuple[str, Lack], ...]]

    def count(self, availability: Availability) -> int:
        """At how many authorities the measure is so."""
        return sum(one == availability for one in self.states.values())

    def where(self, availability: Availability) -> tuple[str, ...]:
        """The codes of the authorities where the measure is so."""
        return tuple(la for la, one in self.states.items() if one == availability)


@dataclass(frozen=True)
class Point:
    """A data point that some authority lacks.

    Attributes:
        title: of the table, or of the field.
        las: by reason, the codes of the authorities that lack it.
        measures: the numbers of the measures that lack it somewhere.
        alone: how often it is all that an authority lacks for a measure: so many answers in full
            would be won by it alone.
    """

    point: str
    title: str
    las: Mapping[Lack, tuple[str, ...]]
    measures: tuple[str, ...]
    alone: int

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        """What it asks for: `create` first, where some do not have it at all."""
        asked = {REMEDIES[reason] for reason in self.las}
        return tuple(one for one in ("create", "reshape") if one in asked)

    @property
    def authorities(self) -> tuple[str, ...]:
        """The codes of all that lack it."""
        return tuple(sorted({la for las in self.las.values() for la in las}))


@dataclass(frozen=True)
class Matrix:
    """What the network can answer of a study.

    Attributes:
        las: the codes of the authorities that shared a coverage, in the order given.
        points: those that are lacking, first those that most authorities lack for most measures.
        unneeded: fields of the specification that no measure needs; none if the study does not
            say what its measures need.
    """

    study: Study
    las: tuple[str, ...]
    measures: tuple[MeasureLine, ...]
    points: tuple[Point, ...]
    unneeded: tuple[str, ...]


def matrix(study: Study, specification: Specification, coverages: Mapping[str, Coverage]) -> Matrix:
    """The matrix of a study.

    Args:
        study: the study that the coverages are about.
        specification: the version that it needs.
        coverages: by the authority's code; each kept `check_coverage`.
    """
    lines = tuple(_line(one.number, one.title, coverages) for one in study.measures)
    found = sorted(_points(lines, specification), key=_urgency)
    return Matrix(study, tuple(coverages), lines, tuple(found), unneeded(study, specification))


def _urgency(one: Point) -> tuple[int, int, str]:
    return -len(one.authorities), -len(one.measures), one.point


def _line(number: str, title: str, coverages: Mapping[str, Coverage]) -> MeasureLine:
    rows = {la: one.by_measure[number] for la, one in coverages.items()}
    return MeasureLine(
        number,
        title,
        {la: own[0].availability for la, own in rows.items()},
        {
            la: tuple((row.data_point, row.reason) for row in own if row.reason != "none")
            for la, own in rows.items()
        },
    )


def _points(lines: Sequence[MeasureLine], specification: Specification) -> Iterator[Point]:
    lacking: dict[str, list[tuple[MeasureLine, str, Lack]]] = {}
    for line in lines:
        for la, lacks in line.lacks.items():
            for point, reason in lacks:
                lacking.setdefault(point, []).append((line, la, reason))
    for point, found in lacking.items():
        yield Point(
            point=point,
            title=title_of(point, specification),
            las=_by_reason(found),
            measures=tuple(dict.fromkeys(line.number for line, _, _ in found)),
            alone=sum(len(line.lacks[la]) == 1 for line, la, _ in found),
        )


def _by_reason(found: Sequence[tuple[MeasureLine, str, Lack]]) -> dict[Lack, tuple[str, ...]]:
    las: dict[Lack, dict[str, None]] = {}
    for _, la, reason in found:
        las.setdefault(reason, {})[la] = None
    return {reason: tuple(las[reason]) for reason in REMEDIES if reason in las}


def title_of(point: str, specification: Specification) -> str:
    """What a data point is called: the table's title, or the field's after it."""
    name, _, field_name = point.partition(".")
    table = specification.table(name)
    if table is None:
        return point
    field = table.field(field_name)
    return f"{table.title}: {field.title}" if field else table.title


def unneeded(study: Study, specification: Specification) -> tuple[str, ...]:
    """The fields that no base table needs or breaks down by, in the specification's order.

    Fields that tell one row from another, or that lead to another table, are not among them.
    """
    if not all(table.needs for table in study.base_tables):
        return ()
    needed = {
        point
        for table in study.base_tables
        for point in (*table.needs, *(field for one in table.dimension_needs
                                      for field in one.fields))
    }  # fmt: skip
    asked = {point for table in study.base_tables for point in data_points(table, specification)}
    return tuple(
        point
        for table in specification.mapped
        for field in table.fields
        if (point := f"{table.name}.{field.name}") in asked - needed
        and field.name not in _keys(table.name, specification)
    )


def _keys(table: str, specification: Specification) -> frozenset[str]:
    schema = specification.table(table)
    if schema is None:
        return frozenset()
    foreign = (name for key in schema.table.foreign_keys for name in key.fields)
    return frozenset((*schema.table.primary_key, *foreign))
