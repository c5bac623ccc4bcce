"""What an authority can answer, in codes: all that it may share about its own data.

Rules kept here:

1. A coverage holds the rows of the specification's table `submission`, and the codes are that
   table's. No count, name or text has a place in it. Which code it is may depend on counts; the
   agent lets none depend on a small one.
2. It says something of every measure of its study, in the study's order, and of nothing else: a
   measure is available, or at least one data point is lacking. Nobody can pass a message in what is
   left out, repeated or put in another order.
3. A lacking data point is a table, or a table and field, that the measure's base table reads.

`check_coverage` says whether a coverage keeps the second and third. The agent runs it before a
coverage leaves, the coordinator on what it receives.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from oversight_protocol.errors import Reason, Refused
from oversight_protocol.model import Document, Instant, LaCode, Name
from oversight_protocol.specification import Specification
from oversight_protocol.study import BaseTable, Study

EVERYTHING = "all"
"""The data point of a measure that lacks none."""

TABLE = "submission"
"""The specification's table whose rows these are."""

Availability = Literal["available", "partly", "not_available"]
Lack = Literal[
    "table_not_mapped",
    "field_not_mapped",
    "source_unusable",
    "keys_broken",
    "mostly_missing",
    "constant",
    "period_not_covered",
    "period_partly_covered",
]
CaseSystem = Literal["lcs", "mosaic", "eclipse", "care_director", "paris", "other"]

Point = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,30}([.][a-z0-9_]{1,30})?$")]
"""A table, or a table and field; `all` if none is lacking."""

Number = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,2}[a-z]?$")]
"""A measure's number in its study."""

MOST_ROWS = 5_000
"""Of a coverage: forty measures, each lacking all that its base table may read, have fewer."""


class CoverageRow(Document):
    """A measure that is available, or one data point that it lacks."""

    measure: Number
    availability: Availability
    reason: Lack | Literal["none"]
    data_point: Point

    @model_validator(mode="after")
    def _lacks_something_or_nothing(self) -> Self:
        nothing = [self.availability == "available", self.reason == "none",
                   self.data_point == EVERYTHING]  # fmt: skip
        if any(nothing) != all(nothing):
            raise ValueError("what is available lacks nothing; anything else lacks a data point")
        return self


class Coverage(Document):
    """What an authority's data can answer of one wave of a study, as of one day.

    Attributes:
        study: its name; `study_version` its version.
        period_start: the first day of the wave's quarters; `period_end` the last.
        snapshot_date: the day on which the data was read.
        case_system: what children's cases are kept in, if the authority says it.
        shared: when this was made; of two of an authority, the later one holds.
        rows: by the study's order of measures, those of one measure by data point.
    """

    type: Literal["coverage"] = "coverage"
    la: LaCode
    spec_version: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,2}[.][0-9]{1,2}$")]
    study: Name
    study_version: int = Field(ge=1)
    wave: Name
    period_start: date
    period_end: date
    snapshot_date: date
    case_system: CaseSystem | None = None
    shared: Instant
    rows: tuple[CoverageRow, ...] = Field(min_length=1, max_length=MOST_ROWS)

    @model_validator(mode="after")
    def _says_each_thing_once(self) -> Self:
        keys = [(row.measure, row.data_point) for row in self.rows]
        if len(set(keys)) != len(keys):
            raise ValueError("a measure names a data point twice")
        if any(len({row.availability for row in rows}) > 1 for rows in self.by_measure.values()):
            raise ValueError("a measure has two availabilities")
        return self

    @property
    def by_measure(self) -> dict[str, tuple[CoverageRow, ...]]:
        """The rows of each measure, by its number."""
        grouped = groupby(self.rows, key=lambda row: row.measure)
        found: dict[str, tuple[CoverageRow, ...]] = {}
        for number, rows in grouped:
            found[number] = (*found.get(number, ()), *rows)
        return found

    def submission(self) -> Iterator[dict[str, Any]]:
        """The rows as the specification's table `submission` has them."""
        for row in self.rows:
            yield {
                "la_code": self.la,
                "spec_version": self.spec_version,
                "period_start": self.period_start,
                "period_end": self.period_end,
                "snapshot_date": self.snapshot_date,
                "case_system": self.case_system,
                **row.model_dump(),
            }


def check_coverage(coverage: Coverage, study: Study, specification: Specification) -> None:
    """Check that a coverage is about this study, and says of each measure no more than it may.

    Raises:
        Refused: `malformed`, naming a field or a measure.
    """
    # 1. It is about this study, wave and version of the specification.
    about = (coverage.study, coverage.study_version, coverage.spec_version)
    if about != (study.name, study.version, study.spec_version):
        raise Refused(Reason.MALFORMED, "study")
    periods = study.wave(coverage.wave).periods
    period = (min(one.start for one in periods), max(one.end for one in periods))
    if period != (coverage.period_start, coverage.period_end):
        raise Refused(Reason.MALFORMED, "period")
    # 2. It says something of each measure, in order, and of nothing else.
    measures = [measure.number for measure in study.measures]
    if [number for number, _ in groupby(row.measure for row in coverage.rows)] != measures:
        raise Refused(Reason.MALFORMED, "measures")
    # 3. What is lacking is something that the measure's base table reads.
    for measure in study.measures:
        points = [row.data_point for row in coverage.by_measure[measure.number]]
        known = data_points(study.table(measure.table), specification)
        if points != [EVERYTHING] and not (points == sorted(points) and set(points) <= known):
            raise Refused(Reason.MALFORMED, f"measure {measure.number}")


def data_points(table: BaseTable, specification: Specification) -> frozenset[str]:
    """The tables that a base table reads, and their fields."""
    schemas = [one for one in specification.mapped if one.name in table.reads]
    fields = (f"{one.name}.{field.name}" for one in schemas for field in one.fields)
    return frozenset((*(one.name for one in schemas), *fields))
